"""People inside each zone of an accident: total and by country, or the first weather, the second and their
signed difference.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from geoalarm import i18n
from geoalarm.analysis.accident.accident_view import AccidentView
from geoalarm.analysis.accident.people_in_zones import ZonePeople
from geoalarm.app.web.html_markup import e, said, swatch
from geoalarm.app.whatif.whatif_state import WhatIfState
from geoalarm.app.whatif.whatif_view import AccidentOutcome
from geoalarm.present import classes, rounding

BEYOND: Final = "beyond_model_range"
BOUND: Final = "upper_bound"


def zones(outcome: AccidentOutcome, state: WhatIfState) -> str:
    """People inside each zone, most severe first."""
    lang = state.lang
    title = f"<h3>{said('whatif.zones_title', lang)}</h3>"
    if not any(view.people for view in outcome.both):
        return f"{title}<p>{said('whatif.finding_no_zone', lang)}</p>"
    row = _row if outcome.second is None else _rows
    body = "".join(row(name, outcome, lang) for name in reversed(labels(outcome)))
    return (
        f"{title}{table(_heads(outcome, lang), body)}{_shelter(outcome.first, lang)}{_unknown(outcome, lang)}"
        f'<p class="ga-small">{said("whatif.zones_note", lang)}</p>'
    )


def table(heads: Sequence[str], body: str) -> str:
    """A narrow table of people: its first column in words, the others numbers."""
    first, *others = heads
    cells = f'<th scope="col">{e(first)}</th>' + "".join(
        f'<th scope="col" class="ga-n">{e(cell)}</th>' for cell in others
    )
    return (
        '<div class="ga-scroll"><table '
        f'class="ga-zones"><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def zone_name(name: str, lang: str) -> str:
    """A zone in words."""
    return classes.class_label(name, lang, hazard="industrial")


def labels(outcome: AccidentOutcome) -> tuple[str, ...]:
    """Zones of both weathers, mild to severe."""
    for rings in sorted(
        (item for item in outcome.rings if item is not None), key=lambda item: -len(item.labels)
    ):
        return rings.labels
    return ()


def count_words(count: float, lang: str) -> str:
    """A number of people as it is published; a missing one is told as a place without a map."""
    return (
        i18n.term("state", "outside_coverage", lang)
        if math.isnan(count)
        else rounding.count_text(count, lang)
    )


def side(count: float, lang: str) -> str:
    """People of one country; where its communes are not mapped, the pattern of the map and its name."""
    if not math.isnan(count):
        return e(rounding.count_text(count, lang))
    name = e(i18n.term("state", "outside_coverage", lang))
    return f'<span title="{name}">{swatch("ga-outside_coverage")}<span class="ga-hidden">{name}</span></span>'


def change(first: float, second: float, lang: str) -> str:
    """Second less first, with its sign; nothing where one of them is not known."""
    return "" if math.isnan(first) or math.isnan(second) else rounding.signed_text(second - first, lang)


def countries(outcome: AccidentOutcome) -> list[str]:
    """Countries with communes in a zone of either weather."""
    return sorted({code for view in outcome.both for zone in view.people for code in zone.within_by_country})


def _heads(outcome: AccidentOutcome, lang: str) -> list[str]:
    if outcome.second is not None:
        names = ("whatif.zone", "whatif.first", "whatif.second", "whatif.difference")
        return [i18n.text(name, lang) for name in names]
    words = [i18n.text(name, lang) for name in ("whatif.zone", "whatif.reach", "whatif.total")]
    return words + [i18n.term("country", code, lang) for code in countries(outcome)]


def _row(name: str, outcome: AccidentOutcome, lang: str) -> str:
    """One zone in one weather: reach, total, each country."""
    zone = _zone(outcome.first, name)
    people = "–" if zone is None else f"<b>{e(count_words(zone.within, lang))}</b>"
    sides = [
        side(0.0 if zone is None else zone.within_by_country.get(code, 0.0), lang)
        for code in countries(outcome)
    ]
    cells = [e(_reach(outcome.first, name, lang)), people, *sides]
    return f'<tr><th scope="row">{e(zone_name(name, lang))}</th>{_cells(cells)}</tr>'


def _rows(name: str, outcome: AccidentOutcome, lang: str) -> str:
    """One zone in two weathers: reach, total, each country; first, second and the signed difference."""
    found = [_zone(view, name) for view in outcome.both]
    reach = [f'<span class="ga-small">{e(_reach(view, name, lang))}</span>' for view in outcome.both]
    rows = [f'<tr class="ga-zone"><th scope="row">{e(zone_name(name, lang))}</th>{_cells([*reach, ""])}</tr>']
    one, two = (0.0 if zone is None else zone.within for zone in found)
    total = [f"<b>{e(count_words(count, lang))}</b>" for count in (one, two)]
    rows.append(_inner(i18n.text("whatif.total", lang), [*total, f"<b>{e(change(one, two, lang))}</b>"]))
    for code in countries(outcome):
        one, two = (0.0 if zone is None else zone.within_by_country.get(code, 0.0) for zone in found)
        rows.append(
            _inner(
                i18n.term("country", code, lang),
                [side(one, lang), side(two, lang), e(change(one, two, lang))],
            )
        )
    return "".join(rows)


def _inner(name: str, cells: list[str]) -> str:
    return f'<tr class="ga-inner"><th scope="row">{e(name)}</th>{_cells(cells)}</tr>'


def _cells(cells: list[str]) -> str:
    return "".join(f'<td class="ga-n">{cell}</td>' for cell in cells)


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


def _shelter(view: AccidentView, lang: str) -> str:
    """People indoors and outdoors, and how much of the cloud reaches those in a closed house."""
    if not view.people or math.isnan(view.people[0].within) or view.people[0].within <= 0:
        return ""
    zone = view.people[0]
    share = i18n.percent(float(view.shelter["outdoors"]), lang)
    inside = i18n.text("accident.people.indoors", lang, people=rounding.people_text(zone.indoors, lang))
    outside = i18n.text(
        "accident.people.outdoors", lang, people=rounding.people_text(zone.outdoors, lang), share=share
    )
    air = view.shelter["indoor_air"]
    house = (
        ""
        if air is None
        else f" {i18n.text('accident.indoor_air', lang, share=i18n.percent(float(air['dose_ratio']), lang))}"
    )
    return f"<p><b>{e(zone_name(zone.label, lang))}</b> – {e(inside)}, {e(outside)}.{e(house)}</p>"


def _unknown(outcome: AccidentOutcome, lang: str) -> str:
    share = max((view.unknown_share for view in outcome.both if view.people), default=0.0)
    if not share > 0:
        return ""
    return (
        f'<p class="ga-notice">{said("accident.people.unknown", lang, share=i18n.percent(share, lang))}</p>'
    )
