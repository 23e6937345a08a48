"""The cards beside and above the map: finding, commune, strengths, chances, sources. Words from the locales,
figures from ``present``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import pandas as pd

from geoalarm import i18n
from geoalarm.app.explorer.commune_figures import (
    CommuneRow,
    between,
    commune_rows,
    difference_rows,
    difference_words,
    figure,
    is_known,
    share_figure,
)
from geoalarm.app.explorer.explorer_state import ExplorerState
from geoalarm.app.explorer.explorer_view import ExceedancePoint, ExplorerView
from geoalarm.app.map.map_sources import Slot
from geoalarm.app.session import SharedSession
from geoalarm.app.web.page_templates import fill
from geoalarm.core.model import Source
from geoalarm.core.terms import State
from geoalarm.core.units import annual_exceedance_probability
from geoalarm.i18n.place_names import source_title
from geoalarm.present import classes, narrative, rounding
from geoalarm.present.hazard_styles import palette_of, style_of
from geoalarm.present.palette import colour_step
from geoalarm.results import totals as tables

EXAMPLES: Final = 3
"""Communes offered before one is chosen."""
CHANGES: Final = 6
"""Communes beside the map of differences."""


@dataclass(frozen=True, slots=True)
class CommuneNumber:
    """The number of a commune with its facts, or its state with its pattern."""

    words: str
    is_known: bool
    facts: list[tuple[str, str]]
    pattern: str


@dataclass(frozen=True, slots=True)
class ClassBar:
    """A class of intensity, its people in words and as a bar [% of the longest]."""

    name: str
    css: str
    width: str
    people: str


def finding_words(view: ExplorerView, state: ExplorerState, shared: SharedSession) -> str:
    """The finding in words: of the map of differences where there is one."""
    lang, shown = state.lang, _shown(view.first, state)
    if view.difference is not None:
        kept = view.difference[view.difference["commune_id"].isin(shown["commune_id"])]
        return narrative.difference_finding(kept, lang)
    names = {str(key): str(name) for key, name in shared.names(lang).items()}
    return narrative.finding(shown, lang, names=names, measure=state.measure)


def finding(title: str, view: ExplorerView, state: ExplorerState) -> str:
    """Title of the page: the finding in words and, below it, what it is a figure of."""
    below = narrative.subtitle(
        _shown(view.first, state),
        state.lang,
        threshold=state.threshold,
        units=view.option.units,
        sources=(view.option.source,),
    )
    return fill("explorer/finding.html", state.lang, title=title, below=below)


def hits(found: list[str], query: str, names: pd.Series, lang: str) -> str:
    """What a search found, as buttons."""
    if not query.strip():
        return ""
    rows = [(key, str(names[key])) for key in found]
    return fill("explorer/hits.html", lang, found=rows, query=query)


def slot_titles(view: ExplorerView, state: ExplorerState) -> dict[Slot, str]:
    """Titles of the maps side by side."""
    if view.other is None:
        return {}
    lang = state.lang
    words = [
        narrative.chance_text(option.return_period_yr, lang) or i18n.term("scenario", option.scenario, lang)
        for option in (view.option, view.other)
    ]
    return {
        "a": f"{i18n.text('explorer.first', lang)} – {words[0]}",
        "b": f"{i18n.text('explorer.second', lang)} – {words[1]}",
        "d": i18n.text("explorer.difference_title", lang),
    }


def selected(view: ExplorerView, state: ExplorerState, shared: SharedSession) -> str:
    """The card of the commune chosen, or three examples to begin with."""
    lang, names, option = state.lang, shared.names(state.lang), view.option
    if not state.commune:
        first = tables.ranking(_shown(view.first, state)).head(EXAMPLES)["commune_id"]
        return fill("explorer/examples.html", lang, communes=[(key, str(names[key])) for key in first])
    name, rows = str(names[state.commune]), view.table[view.table["commune_id"] == state.commune]
    return fill(
        "explorer/selected.html",
        lang,
        name=name,
        commune=state.commune,
        number=_number(_row_of(view.first, state.commune), lang),
        second=_second_facts(view, state),
        sentences=narrative.commune_sentences(
            rows,
            lang,
            name,
            units=option.units,
            sources=(option.source,),
            countries=option.countries,
        ),
        caveats=narrative.caveat_sentences(rows, lang),
    )


def changes(view: ExplorerView, state: ExplorerState, shared: SharedSession) -> str:
    """The communes whose number changes most, beside the map of differences."""
    assert view.difference is not None
    lang, names = state.lang, shared.names(state.lang)
    shown = _shown(view.difference, state)
    most = shown.assign(size=shown["difference"].abs()).nlargest(CHANGES, "size").query("size > 0")
    rows = [
        (row.commune_id, str(names[row.commune_id]), difference_words(row, "people", lang))
        for row in difference_rows(most)
    ]
    return fill("explorer/changes.html", lang, rows=rows)


def bars(view: ExplorerView, state: ExplorerState) -> str:
    """People by class of intensity, of the commune chosen or of all shown: a table whose cells are bars."""
    rows = view.table
    if state.commune:
        rows = rows[rows["commune_id"] == state.commune]
    elif state.country:
        rows = tables.only(rows, countries=(state.country,))
    option = view.option
    style = style_of(option.hazard, option.scenario, kind=option.kind)
    return fill(
        "explorer/bars.html",
        state.lang,
        title=i18n.text(style.bars_title, state.lang),
        rows=_class_bars(view, rows, state.lang),
        overlaps=tables.overlaps(view.table),
    )


def points(rows: list[ExceedancePoint], lang: str) -> str:
    """The curve as a table: chance, people, range; where nothing is mapped, the state."""
    cells = [(chance(row.return_period_yr, lang), figure(row, lang), between(row, lang)) for row in rows]
    return fill("explorer/points.html", lang, rows=cells)


def per_year(average: tuple[float, float, float] | None, lang: str) -> str:
    """Expected people a year, its range, and how it is made; nothing where a layer has no probability."""
    if average is None:
        return ""
    value, low, high = average
    number = rounding.count_text(value, lang)
    if math.isnan(high):
        number = rounding.range_text(value, high, lang)
    elif not rounding.is_few(high):
        down, up = rounding.range_bounds(low, high)
        number = f"{number} ({rounding.range_text(low, high, lang)})" if down < up else number
    return fill("explorer/per_year.html", lang, number=number)


def chance(return_period_yr: float, lang: str) -> str:
    """A yearly chance as short as a table needs it: ``1% (1 in 100)``."""
    years = i18n.text("unit.one_in", lang, years=i18n.number(return_period_yr, lang))
    return f"{i18n.percent(annual_exceedance_probability(return_period_yr), lang)} ({years})"


def sources(view: ExplorerView, shared: SharedSession, lang: str) -> str:
    """Where the figures come from: source, vintage, licence, basis."""
    named = {key for cell in view.first["source_ids"].dropna().unique() for key in str(cell).split("|")}
    named.add(view.option.source.id)
    found = [source for source in shared.workspace.sources() if source.id in named]
    found += [source for source in shared.workspace.communes.sources if source not in found]
    rows = [(source_title(source, lang), _source_facts(source, lang)) for source in found]
    return fill("explorer/sources.html", lang, rows=rows)


def _source_facts(source: Source, lang: str) -> str:
    facts = (i18n.term("basis", str(source.basis), lang), source.vintage, source.licence)
    return ", ".join(fact for fact in facts if fact)


def _shown(totals: pd.DataFrame, state: ExplorerState) -> pd.DataFrame:
    return tables.only(totals, countries=(state.country,) if state.country else ())


def _row_of(totals: pd.DataFrame, commune: str) -> CommuneRow:
    return next(commune_rows(totals[totals["commune_id"] == commune]))


def _number(row: CommuneRow, lang: str) -> CommuneNumber:
    """The figure of a commune, as big as its state is."""
    if not is_known(row):
        words = i18n.term("state", str(row.state), lang)
        return CommuneNumber(words, False, [], f"ga-{row.state}")
    known = not math.isnan(float(row.population))
    facts = {
        "explorer.share_exposed": share_figure(row, lang),
        "explorer.residents": rounding.count_text(float(row.population), lang) if known else "",
        "explorer.curve_band": between(row, lang),
    }
    return CommuneNumber(figure(row, lang), True, _worded(facts, lang), "")


def _second_facts(view: ExplorerView, state: ExplorerState) -> list[tuple[str, str]]:
    """The figure of the second scenario and the difference; nothing without one."""
    if view.difference is None or view.second is None:
        return []
    differences = view.difference[view.difference["commune_id"] == state.commune]
    facts = {
        "explorer.second": figure(_row_of(view.second, state.commune), state.lang),
        "explorer.difference": difference_words(next(difference_rows(differences)), "people", state.lang),
    }
    return _worded(facts, state.lang)


def _worded(facts: dict[str, str], lang: str) -> list[tuple[str, str]]:
    """Facts by the key of their name, those without words left out."""
    return [(i18n.text(key, lang), words) for key, words in facts.items() if words]


def _class_bars(view: ExplorerView, rows: pd.DataFrame, lang: str) -> list[ClassBar]:
    hazard, units = view.option.hazard, view.option.units
    labels = tables.classes(view.table)
    sums = [tables.summary(rows[rows["intensity_class"] == label]) for label in labels]
    top = max((item.people for item in sums if item.is_known), default=0.0)
    palette = palette_of(hazard)
    return [
        ClassBar(
            classes.class_label(label, lang, hazard=hazard, units=units),
            f"ga-{palette}-{colour_step(palette, index, len(labels))}",
            f"{100 * item.people / top if item.is_known and top > 0 else 0:.1f}",
            _sum_words(item, rows, label, lang),
        )
        for index, (label, item) in enumerate(zip(labels, sums, strict=True))
    ]


def _sum_words(item: tables.PeopleTotal, rows: pd.DataFrame, label: str, lang: str) -> str:
    if item.is_known:
        return rounding.count_text(item.people, lang)
    states = rows.loc[rows["intensity_class"] == label, "state"].astype(str)
    return i18n.term("state", states.mode().iloc[0] if len(states) else State.OUTSIDE_COVERAGE, lang)
