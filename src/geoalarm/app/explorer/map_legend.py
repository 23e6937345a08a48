"""The legend of a map: classes, states in words, the hazard on top, the border."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from geoalarm import i18n
from geoalarm.analysis.layer_option import LayerOption
from geoalarm.app.explorer.commune_figures import ComparedTotals, difference_states
from geoalarm.app.explorer.explorer_state import ExplorerState
from geoalarm.app.explorer.explorer_view import ExplorerView
from geoalarm.app.map.hazard_overlay import RasterOverlay
from geoalarm.app.map.map_sources import RING_DASHES, STATES
from geoalarm.app.session import SharedSession
from geoalarm.app.web.page_templates import fill
from geoalarm.core.terms import State
from geoalarm.present import classes
from geoalarm.present.classes import Measure
from geoalarm.present.hazard_styles import legend_title, palette_of
from geoalarm.present.palette import colour_step

STEPS: Final = "ga-steps"
"""Class of a list of colours in their order."""


@dataclass(frozen=True, slots=True)
class LegendPart:
    """A title and its rows, each the classes of a swatch and its words."""

    title: str
    rows: list[tuple[str, str]] = field(default_factory=list)
    css: str = ""


def legend(
    view: ExplorerView, state: ExplorerState, shared: SharedSession, *, difference: bool = False
) -> str:
    """HTML of the legend of a map of the explorer."""
    parts = totals_parts(view, state.measure, state.lang, difference=difference)
    if state.overlay and not difference:
        parts.append(_hazard_part(view.option, shared, state.lang))
    return legend_html(parts, state.lang)


def legend_html(parts: list[LegendPart], lang: str) -> str:
    """HTML of the parts of a legend."""
    return fill("explorer/legend.html", lang, parts=parts)


def totals_parts(
    view: ComparedTotals, measure: Measure, lang: str, *, difference: bool = False
) -> list[LegendPart]:
    """What the fill of the communes means: classes, and the states that occur with their pattern."""
    if difference and view.difference_scale is not None:
        name, scale, title = "difference", view.difference_scale, "explorer.key_difference"
    else:
        name, scale, title = "people", view.scale, f"explorer.key_{measure}"
    rows = [(f"ga-{name}-{index}", label) for index, label in enumerate(scale.labels(lang))]
    seen = _seen(view, difference)
    states = [(f"ga-{state}", _state_words(state, lang)) for state in STATES if state in seen]
    parts = [LegendPart(i18n.text(title, lang), rows, STEPS)]
    return [*parts, LegendPart(i18n.text("explorer.key_states", lang), states)] if states else parts


def border_row(lang: str) -> tuple[str, str]:
    """The state border and its name."""
    return "ga-line ga-border", i18n.text("explorer.key_border", lang)


def _seen(view: ComparedTotals, difference: bool) -> set[str]:
    """States that occur on a map."""
    if difference and view.difference is not None:
        return set(difference_states(view.difference))
    frames = [frame for frame in (view.first, view.second) if frame is not None]
    return {str(state) for frame in frames for state in frame["state"].unique()}


def _state_words(state: State, lang: str) -> str:
    """Name of a state for a legend: zero with what it means."""
    return (
        i18n.text("explorer.key_zero", lang) if state == State.ZERO else i18n.term("state", str(state), lang)
    )


def _hazard_part(option: LayerOption, shared: SharedSession, lang: str) -> LegendPart:
    """Classes of the hazard itself, colours for a picture and lines for zones, and the border."""
    hazard, overlay = option.hazard, shared.overlay(option)
    palette, count = palette_of(hazard), len(overlay.labels)
    rows = []
    for index, label in enumerate(overlay.labels):
        css = f"ga-{palette}-{colour_step(palette, index, count)}"
        if not isinstance(overlay, RasterOverlay):
            css = f"ga-line ga-line-{_dash(index, count)} {css}"
        units = "%" if option.kind == "fraction" else option.units
        rows.append((css, classes.class_label(label, lang, hazard=hazard, units=units)))
    title = legend_title(hazard, lang, scenario=option.scenario, kind=option.kind)
    return LegendPart(title, [*rows, border_row(lang)])


def _dash(index: int, count: int) -> str:
    """Line of a zone, the most severe one solid."""
    return RING_DASHES[index - count] if count <= len(RING_DASHES) else "solid"
