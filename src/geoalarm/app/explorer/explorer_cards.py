"""The cards beside and above the map: finding, key, commune, strengths, sources. Words from the locales,
figures from ``present``.
"""

from __future__ import annotations

import math
from typing import Any, Final

import pandas as pd

from geoalarm import i18n
from geoalarm.app.explorer.explorer_state import ExplorerState
from geoalarm.app.explorer.explorer_view import (
    ExceedancePoint,
    ExplorerView,
    between,
    difference_states,
    difference_words,
    figure,
    share_figure,
)
from geoalarm.app.map.atlas import STATES
from geoalarm.app.map.hazard_overlay import PolygonOverlay, RasterOverlay
from geoalarm.app.session import SharedSession
from geoalarm.app.web.html_markup import button, e, icon_button, items, said, swatch
from geoalarm.core.terms import State
from geoalarm.core.units import annual_exceedance_probability
from geoalarm.i18n.place_names import source_title
from geoalarm.present import classes, narrative, rounding
from geoalarm.results import totals as tables

EXAMPLES: Final = 3
CHANGES: Final = 6
RING_CLASSES: Final = ("dotted", "dashed", "solid")


def finding(view: ExplorerView, state: ExplorerState, shared: SharedSession) -> str:
    """Title of the page in words: the finding and, below it, what it is a figure of."""
    lang, shown = state.lang, _shown(view.first, state)
    names = {str(key): str(name) for key, name in shared.names(lang).items()}
    title = narrative.finding(shown, lang, names=names, measure=state.measure)
    if view.difference is not None:
        kept = view.difference[view.difference["commune_id"].isin(shown["commune_id"])]
        title = narrative.difference_finding(kept, lang)
    below = narrative.subtitle(
        shown, lang, threshold=state.threshold, units=view.option.units, sources=(view.option.source,)
    )
    return f'<h2 id="finding" tabindex="-1">{e(title)}</h2><p class="ga-sub">{e(below)}</p>'


def band(shared: SharedSession, lang: str) -> str:
    """The band that tells example data, on every page that shows any."""
    if not shared.is_illustrative:
        return ""
    return f'<p class="ga-band" role="note"><strong>{said("explorer.illustrative_band", lang)}</strong></p>'


def busy(lang: str, step: str = "", n: int = 0, m: int = 0) -> str:
    """Progress of a calculation that takes more than half a second."""
    words = (
        i18n.text("explorer.loading", lang, step=i18n.text(f"explorer.step.{step}", lang), n=n, m=m)
        if step
        else i18n.text("explorer.loading_plain", lang)
    )
    value = f' value="{n - 1}" max="{m}"' if m else ""
    return (
        f'<p class="ga-busy" role="status"><progress{value} '
        f'aria-label="{said("explorer.aria.progress", lang)}"></progress> '
        f"{e(words)} <em>({said('explorer.previous', lang)})</em></p>"
    )


def fault(what: str, lang: str, *, detail: str = "") -> str:
    """What failed, what still holds, what to do; never a trace."""
    more = f'<p class="ga-small">{said("error.details", lang, message=detail)}</p>' if detail else ""
    return (
        f'<div class="ga-fault" role="alert"><strong>{said("error.title", lang)}</strong><p>{e(what)} '
        f"{said('error.still_right', lang)} {said('error.what_to_do', lang)}</p>{more}</div>"
    )


def notice(words: str) -> str:
    """Something told once, that stops nothing."""
    return f'<p class="ga-notice" role="status">{e(words)}</p>'


def hits(found: list[str], query: str, names: pd.Series, lang: str) -> str:
    """What a search found, as buttons."""
    if not query.strip():
        return ""
    if not found:
        return f'<p class="ga-small" role="status">{said("explorer.search_none", lang, query=query)}</p>'
    rows = (
        (
            f'<button type="button" data-do="found|{e(key)}">{e(names[key])} <span '
            f'class="ga-code">{e(key)}</span></button>'
        )
        for key in found
    )
    return items(rows, css="ga-hits")


def slot_titles(view: ExplorerView, state: ExplorerState) -> dict[str, str]:
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


def key(view: ExplorerView, state: ExplorerState, shared: SharedSession, *, difference: bool = False) -> str:
    """Key of a map: classes, states in words, the hazard on top, the border."""
    lang = state.lang
    scale = view.difference_scale if difference and view.difference_scale is not None else view.scale
    title = i18n.text("explorer.key_difference" if difference else f"explorer.key_{state.measure}", lang)
    name = "difference" if difference else "people"
    steps = "".join(
        f"<li>{swatch(f'ga-{name}-{index}')}<span>{e(label)}</span></li>"
        for index, label in enumerate(scale.labels(lang))
    )
    parts = [
        f'<div><h3>{e(title)}</h3><ul class="ga-steps">{steps}</ul></div>',
        _state_key(view, lang, difference=difference),
    ]
    if state.overlay and not difference:
        parts.append(_hazard_key(view, shared, lang))
    return (
        f'<div class="ga-key" role="group" aria-label="{said("explorer.key", lang)}">{"".join(parts)}</div>'
    )


def selected(view: ExplorerView, state: ExplorerState, shared: SharedSession) -> str:
    """The card of the commune chosen, or three examples to begin with."""
    lang = state.lang
    head = f"<h3>{said('explorer.selected', lang)}</h3>"
    if not state.commune:
        rows = tables.ranking(_shown(view.first, state)).head(EXAMPLES)
        names = shared.names(lang)
        buttons = "".join(
            button(f"select|{key}", str(names[key]), css="ga-chip") for key in rows["commune_id"]
        )
        start = (
            f'<p>{said("explorer.begin", lang)}</p><p class="ga-small">{said("explorer.examples", lang)}</p>'
        )
        return f'{head}{start}<div class="ga-chips">{buttons}</div>'
    row = view.first[view.first["commune_id"] == state.commune].iloc[0]
    name = str(shared.names(lang)[state.commune])
    clear = icon_button("clear|", "close", i18n.text("explorer.selected_clear", lang, name=name))
    rows = view.table[view.table["commune_id"] == state.commune]
    option = view.option
    told = narrative.commune_sentences(
        rows, lang, name, units=option.units, sources=(option.source,), countries=option.countries
    )
    notes = narrative.caveat_sentences(rows, lang)
    return (
        f'<div class="ga-row"><h3>{e(name)} <span class="ga-code">{e(state.commune)}</span></h3>{clear}</div>'
        f"{_number(row, lang)}{_second_number(view, state)}"
        f"<p>{e(' '.join(told))}</p><details><summary>{said('field.caveats.label', lang)}</summary>"
        f"{items(map(e, notes), css='ga-notes')}</details>"
    )


def changes(view: ExplorerView, state: ExplorerState, shared: SharedSession) -> str:
    """The communes whose number changes most, beside the map of differences."""
    assert view.difference is not None
    lang, names = state.lang, shared.names(state.lang)
    shown = _shown(view.difference, state)
    most = shown.assign(size=shown["difference"].abs()).nlargest(CHANGES, "size").query("size > 0")
    rows = (
        '<tr><th scope="row">'
        f"{button(f'select|{row.commune_id}', str(names[str(row.commune_id)]), css='ga-name')}</th>"
        f'<td class="ga-n"><b>{e(difference_words(row, "people", lang))}</b></td></tr>'
        for row in most.itertuples(index=False)
    )
    head = f'<div class="ga-changes"><h3>{said("field.difference.label", lang)}</h3>'
    return f"{head}<table><tbody>{''.join(rows)}</tbody></table></div>"


def bars(view: ExplorerView, state: ExplorerState) -> str:
    """People by class of intensity, of the commune chosen or of all shown: a table whose cells are bars."""
    lang = state.lang
    rows = view.table
    if state.commune:
        rows = rows[rows["commune_id"] == state.commune]
    elif state.country:
        rows = tables.only(rows, countries=(state.country,))
    labels = tables.classes(view.table)
    sums = [tables.summary(rows[rows["intensity_class"] == label]) for label in labels]
    top = max((item.people for item in sums if item.is_known), default=0.0)
    palette = classes.palette_of(view.option.hazard)
    cells = []
    for index, (label, item) in enumerate(zip(labels, sums, strict=True)):
        words = _sum_words(item, rows, label, lang)
        width = 100 * item.people / top if item.is_known and top > 0 else 0
        name = classes.class_label(label, lang, hazard=view.option.hazard, units=view.option.units)
        cells.append(
            f'<tr><th scope="row">{e(name)}</th><td class="ga-bar">'
            f'<span class="ga-{palette}-{_step(index, len(labels), palette)}" '
            f'style="width:{width:.1f}%"></span></td><td class="ga-n">{e(words)}</td></tr>'
        )
    title = i18n.text(
        "explorer.bars_title_flood" if view.option.hazard == "flood" else "explorer.bars_title", lang
    )
    note = (
        f'<p class="ga-small">{said("caveat.classes_overlap", lang)}</p>'
        if tables.overlaps(view.table)
        else ""
    )
    return f'<h3>{e(title)}</h3><table class="ga-bars"><tbody>{"".join(cells)}</tbody></table>{note}'


def points(rows: list[ExceedancePoint], lang: str) -> str:
    """The curve as a table: chance, people, range; where nothing is mapped, the state."""
    if not rows:
        return f"<p>{said('explorer.chance_none', lang)}.</p>"
    cells = []
    for row in rows:
        number = figure(row, lang)
        cells.append(
            f'<tr><th scope="row">{e(chance(row.return_period_yr, lang))}</th><td class="ga-n">'
            f"{e(number)}</td>"
            f'<td class="ga-n ga-muted">{e(between(row, lang))}</td></tr>'
        )
    top = "".join(
        f'<th scope="col"{css}>{e(i18n.text(name, lang))}</th>'
        for name, css in (
            ("explorer.curve_axis_chance", ""),
            ("explorer.people_exposed", ' class="ga-n"'),
            ("explorer.curve_band", ' class="ga-n"'),
        )
    )
    return f'<table class="ga-points"><thead><tr>{top}</tr></thead><tbody>{"".join(cells)}</tbody></table>'


def per_year(average: tuple[float, float, float] | None, lang: str) -> str:
    """Expected people a year, its range, and how it is made; nothing where a layer has no probability."""
    if average is None:
        return ""
    value, low, high = average
    number = rounding.count_text(value, lang)
    if (
        not rounding.is_few(high)
        and rounding.range_bounds(low, high)[0] < rounding.range_bounds(low, high)[1]
    ):
        number = f"{number} ({rounding.range_text(low, high, lang)})"
    return (
        f"{_facts({'explorer.per_year': number}, lang)}<p "
        f'class="ga-small">{said("explorer.per_year_help", lang)}</p>'
    )


def chance(return_period_yr: float, lang: str) -> str:
    """A yearly chance as short as a table needs it: ``1% (1 in 100)``."""
    years = i18n.text("unit.one_in", lang, years=i18n.number(return_period_yr, lang))
    return f"{i18n.percent(annual_exceedance_probability(return_period_yr), lang)} ({years})"


def sources(view: ExplorerView, shared: SharedSession, lang: str) -> str:
    """Where the figures come from: source, vintage, licence, basis."""
    wanted = {key for cell in view.first["source_ids"].dropna().unique() for key in str(cell).split("|")}
    found = [
        source
        for source in shared.workspace.sources()
        if source.id in wanted or source.id == view.option.source.id
    ]
    found += [source for source in shared.workspace.communes.sources if source not in found]
    rows = []
    for source in found:
        facts = [i18n.term("basis", str(source.basis), lang), source.vintage, source.licence]
        rows.append(
            f"<strong>{e(source_title(source, lang))}</strong><br>"
            f'<span class="ga-muted">{e(", ".join(fact for fact in facts if fact))}</span>'
        )
    return (
        f"<details open><summary>{said('explorer.sources', lang)}</summary>{items(rows, css='ga-notes')}"
        f'<p class="ga-small">{said("explorer.limit", lang)}</p></details>'
    )


def _shown(totals: pd.DataFrame, state: ExplorerState) -> pd.DataFrame:
    return tables.only(totals, countries=(state.country,) if state.country else ())


def _number(row: Any, lang: str) -> str:
    """The figure of a commune, as big as its state is."""
    if row["state"] not in (State.EXPOSED, State.ZERO):
        word = i18n.term("state", str(row["state"]), lang)
        return f'<p class="ga-big ga-word">{swatch("ga-" + str(row["state"]))} {e(word)}</p>'
    residents = (
        rounding.count_text(float(row["population"]), lang)
        if not math.isnan(float(row["population"]))
        else ""
    )
    facts = {
        "explorer.share_exposed": share_figure(row, lang),
        "explorer.residents": residents,
        "explorer.curve_band": between(row, lang),
    }
    unit = said("explorer.people_exposed", lang)
    return (
        f'<p class="ga-big">{e(figure(row, lang))} <span '
        f'class="ga-range">{unit}</span></p>{_facts(facts, lang)}'
    )


def _facts(facts: dict[str, str], lang: str) -> str:
    rows = "".join(
        f"<dt>{e(i18n.text(key, lang))}</dt><dd>{e(words)}</dd>" for key, words in facts.items() if words
    )
    return f'<dl class="ga-facts">{rows}</dl>'


def _second_number(view: ExplorerView, state: ExplorerState) -> str:
    if view.difference is None or view.second is None:
        return ""
    row = next(item for item in view.difference.itertuples(index=False) if item.commune_id == state.commune)
    other = next(item for item in view.second.itertuples(index=False) if item.commune_id == state.commune)
    return _facts(
        {
            "explorer.second": figure(other, state.lang),
            "explorer.difference": difference_words(row, "people", state.lang),
        },
        state.lang,
    )


def _sum_words(item: tables.PeopleTotal, rows: pd.DataFrame, label: str, lang: str) -> str:
    if item.is_known:
        return rounding.count_text(item.people, lang)
    states = rows.loc[rows["intensity_class"] == label, "state"].astype(str)
    return i18n.term("state", states.mode().iloc[0] if len(states) else State.OUTSIDE_COVERAGE, lang)


def _state_key(view: ExplorerView, lang: str, *, difference: bool) -> str:
    """States that occur on the map, in words, with their pattern."""
    if difference and view.difference is not None:
        seen = set(difference_states(view.difference))
    else:
        seen = set(view.first["state"].astype(str)) | (
            set(view.second["state"].astype(str)) if view.second is not None else set()
        )
    rows = [(str(state), state_word(state, lang)) for state in STATES if state in seen]
    if not rows:
        return ""
    body = "".join(f"<li>{swatch(f'ga-{css}')}<span>{e(word)}</span></li>" for css, word in rows)
    return f"<div><h3>{said('explorer.key_states', lang)}</h3><ul>{body}</ul></div>"


def state_word(state: str, lang: str) -> str:
    """Name of a state for a key: zero with what it means."""
    return (
        i18n.text("explorer.key_zero", lang) if state == State.ZERO else i18n.term("state", str(state), lang)
    )


def _hazard_key(view: ExplorerView, shared: SharedSession, lang: str) -> str:
    hazard, drape = view.option.hazard, shared.drape(view.option)
    names = {
        "flood": "explorer.key_depth",
        "industrial": "explorer.key_effects",
        "nuclear": "explorer.key_effects",
        "landslide": "explorer.key_susceptibility",
    }
    title = i18n.text(names[hazard], lang) if hazard in names else i18n.term("hazard", hazard, lang)
    palette = classes.palette_of(hazard)
    rows = []
    for index, label in enumerate(drape.labels):
        word = classes.class_label(label, lang, hazard=hazard, units=view.option.units)
        css = f"ga-{palette}-{_step(index, len(drape.labels), palette)}"
        if not isinstance(drape, RasterOverlay):
            line = RING_CLASSES[-len(drape.labels) :][index] if len(drape.labels) <= 3 else "solid"
            css = f"ga-line ga-line-{line} {css}"
        rows.append(f"<li>{swatch(css)}<span>{e(word)}</span></li>")
    lines = (
        "" if isinstance(drape, (RasterOverlay, PolygonOverlay)) and not rows else f"<ul>{''.join(rows)}</ul>"
    )
    border = f"<li>{swatch('ga-line ga-border')}<span>{said('explorer.key_border', lang)}</span></li>"
    return f"<div><h3>{e(title)}</h3>{lines[:-5]}{border}</ul></div>"


def _step(index: int, count: int, palette: str) -> int:
    """Place of a class among the colours of its scale, as ``present.palette.colours`` picks them."""
    size = 3 if palette == "effects" else 5
    return index if count >= size else int(index * (size - 1) / max(count - 1, 1) + 0.5)
