"""The figures of an accident in words: finding, severity, individual risk, what to know, models. HTML, every
value escaped once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from geoalarm import i18n
from geoalarm.analysis.accident.accident_view import AccidentView
from geoalarm.app.explorer import explorer_cards as cards
from geoalarm.app.session import SharedSession
from geoalarm.app.web.html_markup import button, e, items, said
from geoalarm.app.whatif.effect_field import chance
from geoalarm.app.whatif.example_accidents import EXAMPLES
from geoalarm.app.whatif.whatif_state import WhatIfState
from geoalarm.app.whatif.whatif_view import AccidentOutcome, label, pretty
from geoalarm.app.whatif.zone_table import change, count_words, side, table
from geoalarm.core.result import TO_BE_CONFIRMED
from geoalarm.i18n.place_names import source_title
from geoalarm.present import rounding
from geoalarm.present.model_warnings import flag, flags

RISK_LEVELS: Final = f"{TO_BE_CONFIRMED}: levels of individual risk in Flanders"
"""What no one has yet read in its source, where the levels say so."""


def head(outcome: AccidentOutcome | None, state: WhatIfState, shared: SharedSession) -> str:
    """Example band, finding, what it is a figure of, and the screening notice: on every view."""
    lang = state.lang
    title = i18n.text("whatif.title", lang) if outcome is None else finding(outcome, lang)
    below = i18n.text("whatif.begin", lang) if outcome is None else subtitle(outcome.first, lang)
    return (
        f'{cards.band(shared, lang)}<h2 id="finding" tabindex="-1">{e(title)}</h2><p class="ga-sub">'
        f"{e(below)}</p>"
        f'<p class="ga-notice ga-screening" role="note">{said("accident.notice", lang)}</p>'
    )


def finding(outcome: AccidentOutcome, lang: str) -> str:
    """How many people the widest zone holds, and on which side of the border."""
    people = outcome.first.people
    if not people:
        return i18n.text("whatif.finding_no_zone", lang)
    widest = people[0]
    if not widest.within > 0:
        return i18n.text("whatif.finding_none", lang)
    sides = {code: count for code, count in widest.within_by_country.items() if count > 0}
    parts = [
        f"{i18n.term('country', code, lang)} {count_words(count, lang)}" for code, count in sides.items()
    ]
    split = (
        f" ({', '.join(parts)})" if len(parts) > 1 else f" ({i18n.term('country', next(iter(sides)), lang)})"
    )
    told = i18n.text("whatif.finding", lang, people=rounding.people_text(widest.within, lang), split=split)
    if outcome.second is None:
        return told
    other = outcome.second.people[0].within if outcome.second.people else 0.0
    if math.isnan(other):
        return told
    more = i18n.text(
        "whatif.finding_second",
        lang,
        people=rounding.people_text(other, lang),
        change=change(widest.within, other, lang),
    )
    return f"{told} {more}"


def subtitle(view: AccidentView, lang: str) -> str:
    """Kind, site, substance and weather of an accident."""
    choice = view.choice
    words = [
        i18n.text(f"accident.kind.{choice.kind}.name", lang),
        choice.name,
        _word(choice.inputs.get("substance", ""), lang),
        weather(view, lang),
    ]
    return " · ".join(word for word in words if word)


def weather(view: AccidentView, lang: str) -> str:
    """Wind and stability of an accident, as far as its kind knows them."""
    choice = view.choice
    parts = []
    speed = choice.inputs.get("wind_speed", choice.inputs.get("wind", ""))
    if speed != "":
        parts.append(f"{i18n.text('accident.input.wind_speed', lang)} {speed}")
    if choice.wind_from is not None:
        parts.append(f"{i18n.text('accident.input.wind_from', lang)} {choice.wind_from:g}°")
    if "stability" in choice.inputs:
        parts.append(f"{i18n.text('accident.input.stability', lang)} {choice.inputs['stability']}")
    return ", ".join(parts)


def slot_titles(outcome: AccidentOutcome, lang: str) -> dict[str, str]:
    """Titles of the two maps of two weathers."""
    if outcome.second is None:
        return {}
    names = ("whatif.first", "whatif.second")
    return {
        slot: f"{i18n.text(name, lang)} – {weather(view, lang)}"
        for slot, name, view in zip("ab", names, outcome.both, strict=True)
    }


def severity(outcome: AccidentOutcome, lang: str) -> str:
    """Class of annex 3 with the people it was made of, of each weather."""
    parts = [f"<div class='ga-severity'><h3>{said('accident.severity.name', lang)}</h3>"]
    is_graded = any(view.severity is not None for view in outcome.both)
    for name, view in zip(
        ("whatif.first", "whatif.second"), outcome.both if is_graded else (outcome.first,), strict=False
    ):
        if outcome.second is not None and is_graded:
            parts.append(f'<p class="ga-small">{said(name, lang)}</p>')
        parts.append(_severity(view, lang))
    return "".join(parts) + "</div>"


def risk(outcome: AccidentOutcome, lang: str) -> str:
    """People at each level of individual risk, by country, in one weather after the other; nothing where no
    frequency was given.
    """
    if all(view.risk is None for view in outcome.both):
        return ""
    parts = [f"<div class='ga-severity'><h3>{said('accident.risk.name', lang)}</h3>"]
    for name, view in zip(("whatif.first", "whatif.second"), outcome.both, strict=False):
        if outcome.second is not None and not view.choice.rose:
            parts.append(f'<p class="ga-small">{said(name, lang)}</p>')
        parts.append(_risk(view, lang))
        if view.choice.rose:  # the rose holds every weather: the second form changes nothing of it
            break
    unread = any(TO_BE_CONFIRMED in view.risk.caveats for view in outcome.both if view.risk is not None)
    notes = [
        said("accident.risk.explain", lang),
        said("whatif.risk_levels", lang),
        *([e(flag(RISK_LEVELS, lang))] if unread else []),
    ]
    return f'{"".join(parts)}<p class="ga-small">{" ".join(notes)}</p></div>'


def example(state: WhatIfState) -> str:
    """That what is shown is an example, what to do, and three others to try."""
    lang = state.lang
    chips = "".join(
        button(f"example|{name}", i18n.text(f"whatif.example_{name}", lang), css="ga-chip")
        for name in EXAMPLES
    )
    return (
        f'<div class="ga-notice ga-example"><p><strong>{said("whatif.example", lang)}</strong>'
        f" {said('whatif.begin', lang)}</p>"
        f'<div class="ga-chips" role="group" aria-label="{said("whatif.examples", lang)}">{chips}</div></div>'
    )


def told(outcome: AccidentOutcome, lang: str) -> str:
    """What to know: the warnings of both weathers as sentences."""
    graded = {flag for view in outcome.both if view.severity is not None for flag in view.severity.flags}
    warnings = dict.fromkeys(
        warning for view in outcome.both for warning in view.warnings if warning not in graded
    )
    rows = [e(pretty(words)) for words in flags(warnings, lang)]
    return f"<h3>{said('whatif.flags', lang)}</h3>{items(rows, css='ga-notes')}" if rows else ""


def models(outcome: AccidentOutcome, shared: SharedSession, lang: str) -> str:
    """Models and their sources, inputs as they were used, and where communes and people come from."""
    rows = {}
    for result in (result for view in outcome.both for result in view.results):
        where = "" if result.jurisdiction in ("", "any") else f" ({result.jurisdiction})"
        rows[result.model, result.source] = (
            f'<code>{e(result.model)}</code><br><span class="ga-muted">{e(result.source)}{e(where)}</span>'
        )
    workspace = shared.workspace
    sources = list(workspace.communes.sources)
    sources += [
        source
        for source in workspace.sources()
        if source.id in workspace.populations and source not in sources
    ]
    given = [
        f"<dt>{e(label(name, lang))}</dt><dd>{e(_word(text, lang))}</dd>"
        for name, text in _given(outcome.first, lang).items()
    ]
    facts = [
        (
            f"<strong>{e(source_title(source, lang))}</strong><br><span "
            f'class="ga-muted">{e(source.licence)}</span>'
        )
        for source in sources
    ]
    return (
        f"<details open><summary>{said('whatif.models', lang)}</summary>"
        f"{items([*rows.values(), *facts], css='ga-notes')}</details>"
        f'<details><summary>{said("whatif.inputs", lang)}</summary><dl class="ga-facts">{"".join(given)}</dl>'
        "</details>"
    )


def _severity(view: AccidentView, lang: str) -> str:
    graded = view.severity
    if graded is None:
        return f"<p>{said('accident.severity.none', lang)}</p>"
    name = i18n.text(f"accident.severity.{graded.label}", lang)
    if graded.is_lower_bound:
        name = i18n.text("accident.severity.at_least", lang, severity=name)
    counts = {
        code: count_words(float(count), lang) for code, count in graded.as_dict()["people_within"].items()
    }
    why = said("accident.severity.explain", lang, **counts)
    notes = items([e(words) for words in flags(graded.flags, lang)], css="ga-notes")
    return f'<p class="ga-big">{e(name)}</p><p class="ga-small">{why}</p>{notes}'


def _risk(view: AccidentView, lang: str) -> str:
    if view.risk is None or not view.risk_people:
        return ""
    values = np.asarray(view.risk.data)
    highest = float(np.nanmax(values)) if np.isfinite(values).any() else 0.0
    top = (
        "" if not highest > 0 else f"<p>{said('whatif.risk_highest', lang, chance=chance(highest, lang))}</p>"
    )
    codes = sorted({code for item in view.risk_people for code in item.within_by_country})
    heads = [
        i18n.text("whatif.risk_level", lang),
        i18n.text("whatif.total", lang),
        *(i18n.term("country", code, lang) for code in codes),
    ]
    rows = []
    for item in reversed(view.risk_people):
        cells = [
            f"<b>{e(count_words(item.within, lang))}</b>",
            *(side(item.within_by_country.get(code, 0.0), lang) for code in codes),
        ]
        name = i18n.text("whatif.risk_class", lang, chance=chance(item.level, lang))
        rows.append(
            f'<tr><th scope="row">{e(name)}</th>'
            f"{''.join(f'<td class=ga-n>{cell}</td>' for cell in cells)}</tr>"
        )
    return f"{top}{table(heads, ''.join(rows))}"


def _given(view: AccidentView, lang: str) -> Mapping[str, str]:
    """What the accident was calculated with, as it was typed."""
    choice = view.choice
    given = {name: str(value) for name, value in {**choice.tank, **choice.inputs}.items()}
    if choice.wind_from is not None:
        given["wind_from"] = f"{choice.wind_from:g}°"
    if choice.frequency is not None:
        given["frequency"] = choice.frequency
        rows = [
            (name, sum(value) if isinstance(value, tuple) else value) for name, value in choice.rose.items()
        ]
        given["rose"] = ", ".join(f"{name} {i18n.percent(share, lang)}" for name, share in rows) or i18n.text(
            "whatif.rose_none", lang
        )
    if choice.indoor_time is not None:
        given |= {"indoor_time": choice.indoor_time, "ventilation": choice.ventilation}
    if choice.thresholds is not None:
        given["thresholds"] = choice.thresholds.name
    return given


def _word(word: Any, lang: str) -> str:
    """A word of a form in the language of the page; a text of the reader as it is."""
    return (
        i18n.text(f"accident.word.{word}", lang) if word and i18n.has(f"accident.word.{word}") else str(word)
    )
