"""The figures of an accident in words: finding, severity, individual risk, what to know, models."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from geoalarm import i18n
from geoalarm.analysis.accident.accident_view import AccidentView
from geoalarm.analysis.accident.people_in_zones import RiskPeople, Severity
from geoalarm.app.map.map_sources import Slot
from geoalarm.app.session import SharedSession
from geoalarm.app.web.page_templates import fill
from geoalarm.app.whatif.accident_words import label, pretty, word_of
from geoalarm.app.whatif.effect_field import chance
from geoalarm.app.whatif.example_accidents import EXAMPLES
from geoalarm.app.whatif.people_rows import (
    PeopleRow,
    change_words,
    count_words,
    country_cell,
    total_cell,
)
from geoalarm.app.whatif.whatif_state import WhatIfState
from geoalarm.app.whatif.whatif_view import AccidentOutcome
from geoalarm.core.result import TO_BE_CONFIRMED
from geoalarm.i18n.place_names import name_in, source_title
from geoalarm.present import rounding
from geoalarm.present.model_warnings import flag, flags

INVENTED_KIND: Final = "example"
"""Kind of the sites that are made up."""
WEATHERS: Final = ("whatif.first", "whatif.second")
"""Keys of the names of the two weathers."""
RISK_LEVELS: Final = f"{TO_BE_CONFIRMED}: levels of individual risk in Flanders"
"""What no one has yet read in its source, where the levels say so."""


def head(outcome: AccidentOutcome | None, state: WhatIfState, shared: SharedSession) -> str:
    """Example band, finding, what it is a figure of, and the screening notice: on every view."""
    lang = state.lang
    return fill(
        "whatif/head.html",
        lang,
        is_illustrative=shared.is_illustrative,
        title=i18n.text("whatif.title", lang) if outcome is None else finding(outcome, lang),
        below=i18n.text("whatif.begin", lang) if outcome is None else subtitle(outcome.first, state),
        is_assumed=outcome is not None and _real_site(outcome.first, state),
    )


def _real_site(view: AccidentView, state: WhatIfState) -> bool:
    """Whether an accident stands at a listed site that is not made up: only its place is known."""
    site = state.sites.get(state.site)
    return site is not None and site.name == view.choice.name and site.kind != INVENTED_KIND


def finding(outcome: AccidentOutcome, lang: str) -> str:
    """How many people the widest zone holds, and on which side of the border."""
    people = outcome.first.people
    if not people:
        return i18n.text("whatif.finding_no_zone", lang)
    widest = people[0]
    if not widest.within > 0:
        return i18n.text("whatif.finding_none", lang)
    split = _split(widest.within_by_country, lang)
    told = i18n.text("whatif.finding", lang, people=rounding.people_text(widest.within, lang), split=split)
    if outcome.second is None:
        return told
    other = outcome.second.people[0].within if outcome.second.people else 0.0
    if math.isnan(other):
        return told
    words = rounding.people_text(other, lang)
    change = change_words(widest.within, other, lang)
    return f"{told} {i18n.text('whatif.finding_second', lang, people=words, change=change)}"


def _split(by_country: Mapping[str, float], lang: str) -> str:
    """People by country in brackets, or the one country they live in."""
    sides = {code: count for code, count in by_country.items() if count > 0}
    names = {code: i18n.term("country", code, lang) for code in sides}
    if len(sides) > 1:
        return f" ({', '.join(f'{names[code]} {count_words(sides[code], lang)}' for code in sides)})"
    return f" ({next(iter(names.values()))})"


def subtitle(view: AccidentView, state: WhatIfState) -> str:
    """Kind, site, substance and weather of an accident."""
    choice, lang, site = view.choice, state.lang, state.sites.get(state.site)
    names = site.names if site is not None and site.name == choice.name else {}
    name = name_in(names, choice.name, lang, first=True)
    words = [
        i18n.text(f"accident.kind.{choice.kind}.name", lang),
        i18n.text("whatif.at_site", lang, site=name) if _real_site(view, state) else name,
        word_of(str(choice.inputs.get("substance", "")), lang),
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


def slot_titles(outcome: AccidentOutcome, lang: str) -> dict[Slot, str]:
    """Titles of the two maps of two weathers."""
    if outcome.second is None:
        return {}
    return {
        "a": f"{i18n.text('whatif.first', lang)} – {weather(outcome.first, lang)}",
        "b": f"{i18n.text('whatif.second', lang)} – {weather(outcome.second, lang)}",
    }


def severity(outcome: AccidentOutcome, lang: str) -> str:
    """Class of annex 3 with the people it was made of, of each weather."""
    is_graded = any(view.severity is not None for view in outcome.both)
    named = outcome.second is not None and is_graded
    views = outcome.both if is_graded else (outcome.first,)
    grades = [
        {"weather": i18n.text(name, lang) if named else "", **_grade(view.severity, lang)}
        for name, view in zip(WEATHERS, views, strict=False)
    ]
    return fill("whatif/severity.html", lang, grades=grades)


def risk(outcome: AccidentOutcome, lang: str) -> str:
    """People at each level of individual risk, by country, in one weather after the other; nothing where no
    frequency was given.
    """
    if all(view.risk is None for view in outcome.both):
        return ""
    # a rose holds every weather: the second form changes nothing of it
    views = (outcome.first,) if outcome.first.choice.rose else outcome.both
    named = len(views) > 1
    unread = any(TO_BE_CONFIRMED in view.risk.caveats for view in outcome.both if view.risk is not None)
    return fill(
        "whatif/risk.html",
        lang,
        risks=[
            {"weather": i18n.text(name, lang) if named else "", **_risk(view, lang)}
            for name, view in zip(WEATHERS, views, strict=False)
        ],
        unread=flag(RISK_LEVELS, lang) if unread else "",
    )


def example(lang: str) -> str:
    """That what is shown is an example, what to do, and three others to try."""
    return fill("whatif/example.html", lang, examples=list(EXAMPLES))


def told(outcome: AccidentOutcome, lang: str) -> str:
    """What to know: the warnings of both weathers as sentences."""
    graded = {flag for view in outcome.both if view.severity is not None for flag in view.severity.flags}
    warnings = dict.fromkeys(
        warning for view in outcome.both for warning in view.warnings if warning not in graded
    )
    rows = [pretty(words) for words in flags(warnings, lang)]
    return fill("whatif/flags.html", lang, rows=rows) if rows else ""


def models(outcome: AccidentOutcome, shared: SharedSession, lang: str) -> str:
    """Models and their sources, inputs as they were used, and where communes and people come from."""
    workspace = shared.workspace
    sources = list(workspace.communes.sources)
    sources += [
        source
        for source in workspace.sources()
        if source.id in workspace.populations and source not in sources
    ]
    inputs = _given(outcome.first, lang)
    return fill(
        "whatif/models.html",
        lang,
        models=_models(outcome),
        sources=[(source_title(source, lang), source.licence) for source in sources],
        inputs=[(label(name, lang), word_of(text, lang)) for name, text in inputs.items()],
    )


def _models(outcome: AccidentOutcome) -> list[tuple[str, str]]:
    """Every model that was run with its source and, where it is one, its jurisdiction."""
    rows = {}
    for result in (result for view in outcome.both for result in view.results):
        where = "" if result.jurisdiction in ("", "any") else f" ({result.jurisdiction})"
        rows[result.model, result.source] = f"{result.source}{where}"
    return [(model, words) for (model, _), words in rows.items()]


def _grade(graded: Severity | None, lang: str) -> dict[str, object]:
    """A class of severity in words, why, and what to know of it; empty where there is none."""
    if graded is None:
        return {"grade": ""}
    name = i18n.text(f"accident.severity.{graded.label}", lang)
    if graded.is_lower_bound:
        name = i18n.text("accident.severity.at_least", lang, severity=name)
    people = graded.as_dict()["people_within"]
    counts = {code: count_words(float(count), lang) for code, count in people.items()}
    why = i18n.text("accident.severity.explain", lang, **counts)
    return {"grade": name, "why": why, "notes": flags(graded.flags, lang)}


def _risk(view: AccidentView, lang: str) -> dict[str, object]:
    """The highest individual risk, and people at each level, most severe first."""
    if view.risk is None or not view.risk_people:
        return {"rows": []}
    values = np.asarray(view.risk.data)
    highest = float(np.nanmax(values)) if np.isfinite(values).any() else 0.0
    codes = sorted({code for item in view.risk_people for code in item.within_by_country})
    heads = [i18n.text(name, lang) for name in ("whatif.risk_level", "whatif.total")]
    return {
        "highest": chance(highest, lang) if highest > 0 else "",
        "heads": [*heads, *(i18n.term("country", code, lang) for code in codes)],
        "rows": [_risk_row(item, codes, lang) for item in reversed(view.risk_people)],
    }


def _risk_row(item: RiskPeople, codes: list[str], lang: str) -> PeopleRow:
    """One level of risk: total and each country."""
    sides = [country_cell(item.within_by_country.get(code, 0.0), lang) for code in codes]
    name = i18n.text("whatif.risk_class", lang, chance=chance(item.level, lang))
    return PeopleRow(name, [total_cell(item.within, lang), *sides])


def _given(view: AccidentView, lang: str) -> Mapping[str, str]:
    """What the accident was calculated with, as it was typed."""
    choice = view.choice
    given = {name: str(value) for name, value in {**choice.tank, **choice.inputs}.items()}
    if choice.wind_from is not None:
        given["wind_from"] = f"{choice.wind_from:g}°"
    if choice.frequency is not None:
        given["frequency"] = str(choice.frequency)
        given["rose"] = _rose_words(choice.rose, lang)
    if choice.indoor_time is not None:
        given |= {"indoor_time": str(choice.indoor_time), "ventilation": str(choice.ventilation)}
    if choice.thresholds is not None:
        given["thresholds"] = choice.thresholds.name
    return given


def _rose_words(rose: Mapping[str, float | tuple[float, ...]], lang: str) -> str:
    """Weathers of a year with their shares; without a rose the weather of the form holds all year."""
    shares = {name: sum(share) if isinstance(share, tuple) else share for name, share in rose.items()}
    rows = [f"{name} {i18n.percent(share, lang)}" for name, share in shares.items()]
    return ", ".join(rows) or i18n.text("whatif.rose_none", lang)
