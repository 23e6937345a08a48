"""What lies on the map of the what-if page: the switch between zones, field and risk, and their legends."""

from __future__ import annotations

import math
from typing import Final

from geoalarm import i18n
from geoalarm.app.explorer.map_legend import STEPS, LegendPart, border_row, legend_html, totals_parts
from geoalarm.app.map.map_sources import RING_DASHES
from geoalarm.app.web.page_templates import fill
from geoalarm.app.whatif.accident_words import pretty
from geoalarm.app.whatif.effect_field import SCALE, chance, class_words
from geoalarm.app.whatif.whatif_state import WhatIfState
from geoalarm.app.whatif.whatif_view import AccidentOutcome
from geoalarm.app.whatif.zone_table import labels, zone_name
from geoalarm.core.model import Footprint
from geoalarm.present.palette import colour_step

FIELDS: Final = {"mg m-3": "concentration", "kW m-2": "flux", "mbar": "overpressure"}
"""What a field is called, by its unit; any other is a dose of heat."""


def switch(outcome: AccidentOutcome | None, state: WhatIfState) -> str:
    """Buttons that say what lies on the map; individual risk only where it was asked for."""
    if outcome is None or outcome.first.zones is None:
        return ""
    names = ["zones", "field", *(["risk"] if outcome.first.risk is not None else [])]
    return fill("whatif/switch.html", state.lang, names=names, shown=outcome.shows(state.show))


def legend(outcome: AccidentOutcome | None, state: WhatIfState) -> str:
    """Legend of the map: what fills it, zones by their line and threshold, the place, sites, the border."""
    lang = state.lang
    if outcome is None:
        rows = [*_sites(state), border_row(lang)]
        return legend_html([LegendPart(i18n.text("explorer.key", lang), rows)], lang)
    rows = [*_lines(outcome, lang), _place(lang), *_sites(state), border_row(lang)]
    lines = LegendPart(i18n.text("whatif.key", lang), rows)
    return legend_html([*_filled(outcome, state.show, lang), lines], lang)


def _filled(outcome: AccidentOutcome, show: str, lang: str) -> list[LegendPart]:
    """What the colours mean: steps of the field, levels of risk, or people in the communes."""
    shown = outcome.shows(show)
    if shown == "field":
        field = next(item.field for item in outcome.both if item.field is not None)
        words = [pretty(words) for words in class_words(outcome.steps, field.units, lang)]
        return [_graded(f"whatif.field_{FIELDS.get(field.units, 'dose')}", words, lang)]
    if shown == "risk":
        words = [i18n.text("whatif.risk_class", lang, chance=chance(level, lang)) for level in outcome.levels]
        return [_graded("accident.risk.name", words, lang)]
    return totals_parts(outcome.view, "share", lang)


def _graded(title: str, words: list[str], lang: str) -> LegendPart:
    rows = [
        (f"ga-{SCALE}-{colour_step(SCALE, index, len(words))}", label) for index, label in enumerate(words)
    ]
    return LegendPart(i18n.text(title, lang), rows, STEPS)


def _lines(outcome: AccidentOutcome, lang: str) -> list[tuple[str, str]]:
    """Zones by their line, each with the threshold that ends it."""
    names = labels(outcome)
    zones = next((view.zones for view in outcome.both if view.zones is not None), None)
    rows = []
    for index, name in enumerate(names):
        step = max(index + 3 - len(names), 0)
        rows.append(
            (f"ga-line ga-line-{RING_DASHES[step]} ga-effects-{step}", _zone_words(name, zones, lang))
        )
    return rows


def _zone_words(name: str, zones: Footprint | None, lang: str) -> str:
    """Name of a zone and its threshold, where it has one."""
    words = zone_name(name, lang)
    if zones is None:
        return words
    bound = next((item.lower for item in zones.classes if item.label == name), math.nan)
    if math.isnan(bound):
        return words
    value = pretty(i18n.measure(bound, zones.units, lang))
    return i18n.text("whatif.key_limit", lang, name=words, value=value)


def _place(lang: str) -> tuple[str, str]:
    return "ga-spot", i18n.text("whatif.key_site", lang)


def _sites(state: WhatIfState) -> list[tuple[str, str]]:
    return [("ga-dot", i18n.text("whatif.key_sites", state.lang))] if state.sites else []
