"""People inside each zone of an accident: total and by country, or the first weather, the second and their
signed difference.
"""

from __future__ import annotations

import math
from typing import Final

from geoalarm import i18n
from geoalarm.analysis.accident.accident_view import AccidentView
from geoalarm.analysis.accident.people_in_zones import ZonePeople
from geoalarm.app.web.page_templates import fill
from geoalarm.app.whatif.people_rows import PeopleCell, PeopleRow, change_words, country_cell, total_cell
from geoalarm.app.whatif.whatif_state import WhatIfState
from geoalarm.app.whatif.whatif_view import AccidentOutcome
from geoalarm.present import classes, rounding

BEYOND: Final = "beyond_model_range"
BOUND: Final = "upper_bound"
INNER: Final = "ga-inner"
"""Class of a row under its zone."""


def zones(outcome: AccidentOutcome, state: WhatIfState) -> str:
    """People inside each zone, most severe first."""
    lang, is_known = state.lang, any(view.people for view in outcome.both)
    row = _row if outcome.second is None else _rows
    rows = [item for name in reversed(labels(outcome)) for item in row(name, outcome, lang)]
    return fill(
        "whatif/zones.html",
        lang,
        heads=_heads(outcome, lang),
        rows=rows if is_known else [],
        shelter=_shelter(outcome.first, lang),
        unknown_share=_unknown_share(outcome, lang),
    )


def zone_name(name: str, lang: str) -> str:
    """A zone in words."""
    return classes.class_label(name, lang, hazard="industrial")


def labels(outcome: AccidentOutcome) -> tuple[str, ...]:
    """Zones of both weathers, mild to severe."""
    rings = [item.labels for item in outcome.rings if item is not None]
    return max(rings, key=len, default=())


def countries(outcome: AccidentOutcome) -> list[str]:
    """Countries with communes in a zone of either weather."""
    return sorted({code for view in outcome.both for zone in view.people for code in zone.within_by_country})


def _heads(outcome: AccidentOutcome, lang: str) -> list[str]:
    if outcome.second is not None:
        names = ("whatif.zone", "whatif.first", "whatif.second", "whatif.difference")
        return [i18n.text(name, lang) for name in names]
    words = [i18n.text(name, lang) for name in ("whatif.zone", "whatif.reach", "whatif.total")]
    return words + [i18n.term("country", code, lang) for code in countries(outcome)]


def _row(name: str, outcome: AccidentOutcome, lang: str) -> list[PeopleRow]:
    """One zone in one weather: reach, total, each country."""
    zone = _zone(outcome.first, name)
    total = PeopleCell("–") if zone is None else total_cell(zone.within, lang)
    sides = [country_cell(_within(zone, code), lang) for code in countries(outcome)]
    return [PeopleRow(zone_name(name, lang), [PeopleCell(_reach(outcome.first, name, lang)), total, *sides])]


def _rows(name: str, outcome: AccidentOutcome, lang: str) -> list[PeopleRow]:
    """One zone in two weathers: reach, total, each country; first, second and the signed difference."""
    found = [_zone(view, name) for view in outcome.both]
    reach = [PeopleCell(_reach(view, name, lang), "ga-small") for view in outcome.both]
    one, two = (0.0 if zone is None else zone.within for zone in found)
    change = PeopleCell(change_words(one, two, lang), "bold")
    rows = [
        PeopleRow(zone_name(name, lang), [*reach, PeopleCell("")], "ga-zone"),
        PeopleRow(
            i18n.text("whatif.total", lang), [total_cell(one, lang), total_cell(two, lang), change], INNER
        ),
    ]
    for code in countries(outcome):
        one, two = (_within(zone, code) for zone in found)
        cells = [country_cell(one, lang), country_cell(two, lang), PeopleCell(change_words(one, two, lang))]
        rows.append(PeopleRow(i18n.term("country", code, lang), cells, INNER))
    return rows


def _within(zone: ZonePeople | None, code: str) -> float:
    """People of a country in a zone; none where it has no commune there."""
    return 0.0 if zone is None else zone.within_by_country.get(code, 0.0)


def _zone(view: AccidentView, name: str) -> ZonePeople | None:
    return next((zone for zone in view.people if zone.label == name), None)


def _reach(view: AccidentView, name: str, lang: str) -> str:
    """How far a zone reaches; beyond the model where it goes on."""
    value = view.distances_m.get(name, math.nan)
    if math.isnan(value):
        return i18n.text("whatif.reach_none", lang)
    zone = _zone(view, name)
    drawn = value if math.isfinite(value) or zone is None else zone.distance_m
    words = i18n.measure(drawn / 1000, "km", lang) if drawn >= 1000 else i18n.measure(drawn, "m", lang)
    ends = {warning.partition(":")[2].strip() for warning in view.warnings if warning.startswith(BEYOND)}
    beyond = math.isinf(value) or name in ends or (drawn >= 10_000 and "" in ends)
    if beyond:
        return i18n.text("whatif.reach_beyond", lang, value=words)
    return i18n.text("whatif.reach_most", lang, value=words) if BOUND in view.flags else words


def _shelter(view: AccidentView, lang: str) -> dict[str, str] | None:
    """People indoors and outdoors, and how much of the cloud reaches those in a closed house."""
    if not view.people or math.isnan(view.people[0].within) or view.people[0].within <= 0:
        return None
    zone = view.people[0]
    share = i18n.percent(float(view.shelter["outdoors"]), lang)
    inside = i18n.text("accident.people.indoors", lang, people=rounding.people_text(zone.indoors, lang))
    outside = i18n.text(
        "accident.people.outdoors", lang, people=rounding.people_text(zone.outdoors, lang), share=share
    )
    words, air = f"{inside}, {outside}.", view.shelter["indoor_air"]
    if air is not None:
        dose = i18n.percent(float(air["dose_ratio"]), lang)
        words = f"{words} {i18n.text('accident.indoor_air', lang, share=dose)}"
    return {"zone": zone_name(zone.label, lang), "words": words}


def _unknown_share(outcome: AccidentOutcome, lang: str) -> str:
    """Share of the widest zone whose people are not known; empty where all are."""
    share = max((view.unknown_share for view in outcome.both if view.people), default=0.0)
    return i18n.percent(share, lang) if share > 0 else ""
