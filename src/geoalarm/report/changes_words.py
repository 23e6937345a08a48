"""What changed, in words: a leading sentence on the largest difference, a line a figure, and how the parts
were found.

Numbers are rounded as everywhere (``present.rounding``). Parts of a difference are rounded together, so that
those shown add up to the difference shown.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Final

from geoalarm import i18n
from geoalarm.core.terms import State
from geoalarm.present import rounding
from geoalarm.present.classes import class_label
from geoalarm.present.narrative import chance_text
from geoalarm.report.changes import CAUSES, Change, Part
from geoalarm.report.changes_record import FigureRecord, Record
from geoalarm.report.commune_page import ChangeLine, Changes

_WEIGHT: Final = {"total": 0, "population": 1, "union": 2, "class": 3, "annual": 4}
"""Which figure leads: dangers before residents, whole dangers before their classes."""


def changes_text(changes: Sequence[Change], before: Record | None, lang: str) -> Changes:
    """What a page says of the changes since an earlier report.

    Parameters
    ----------
    changes : sequence of Change
        Of :func:`geoalarm.report.changes.compare`.
    before : Record or None
        None for a first report.
    """
    if before is None:
        return Changes(lead=i18n.text("report.change.first", lang))
    since = date.fromisoformat(before.as_of)
    if not changes:
        return Changes(lead=i18n.text("sentence.same", lang, date=since))
    shown = for_page(changes)
    numbers = [change for change in shown if change.kind == "number"]
    others = len(shown) - len(numbers)
    said = (
        [_lead(numbers, since, lang)]
        if numbers
        else [i18n.text("report.change.only_states", lang, n=others, date=since)]
    )
    if numbers and others:
        said.append(i18n.text("report.change.others", lang, n=others))
    said += _notes(shown, lang)
    return Changes(
        lead=" ".join(said),
        caption=i18n.text("report.change.caption", lang, date=since),
        lines=tuple(change_line(change, lang) for change in shown),
    )


def for_page(changes: Sequence[Change]) -> list[Change]:
    """The changes that a page lists: of classes only those with a cause that their danger's total does not
    have; the data have them all.
    """
    causes = {change.id: {cause for part in change.parts for cause in part.causes} for change in changes}

    def is_told_by_total(change: Change) -> bool:
        total = change.id.partition("#")[0]
        return change.figure.kind == "class" and total in causes and causes[change.id] <= causes[total]

    return [change for change in changes if not is_told_by_total(change)]


def change_line(change: Change, lang: str) -> ChangeLine:
    """A figure before and now, and why."""
    return ChangeLine(
        label=figure_label(change.figure, lang),
        before=value_text(change.before, change.state_before, lang),
        now=value_text(change.after, change.state_after, lang),
        cause=_cause(change, lang),
    )


def change_facts(change: Change, before: Record, langs: Sequence[str]) -> dict[str, object]:
    """A change for machines: unrounded, with its parts and its words."""
    since = date.fromisoformat(before.as_of)
    said = change_sentence if change.kind == "number" else (lambda one, _since, lang: _cause(one, lang))
    return {
        "figure": change.id,
        "kind": change.kind,
        "before": {"value": change.before.value, "state": change.state_before}
        if change.before
        else {"value": None, "state": change.state_before},
        "after": {"value": change.after.value, "state": change.state_after}
        if change.after
        else {"value": None, "state": change.state_after},
        "difference": change.difference,
        "parts": [
            {"causes": part.causes, "people": part.people, "before": part.before, "after": part.after}
            for part in change.parts
        ],
        "text": {lang: said(change, since, lang) for lang in langs},
    }


def change_sentence(change: Change, since: date, lang: str) -> str:
    """A difference and its causes: ``+120 people since 1 January 2025: population 2020 → 2023 +95, map
    corrected (flood) +25``.
    """
    return i18n.text(
        "sentence.change",
        lang,
        difference=difference_text(change, lang),
        date=i18n.date_long(since, lang),
        causes=causes_text(change, lang),
    )


def difference_text(change: Change, lang: str) -> str:
    """The difference of people with its sign and noun."""
    whole = round_difference(change.difference)
    if rounding.is_few(abs(change.difference)):
        return i18n.text(
            "report.change.more_few" if change.difference > 0 else "report.change.less_few", lang
        )
    key = "report.change.per_year" if change.figure.kind == "annual" else "report.change.people"
    return i18n.text(key, lang, n=abs(whole), signed=i18n.number(whole, lang, signed=True))


def causes_text(change: Change, lang: str) -> str:
    """The causes in the order in which the inputs were exchanged, each with its part of the people where
    there are several.
    """
    shown = (
        shown_parts(change)
        if len(change.parts) > 1 and change.kind == "number"
        else [None] * len(change.parts)
    )
    return ", ".join(
        _part(part, number, change.figure, lang) for part, number in zip(change.parts, shown, strict=True)
    ) or i18n.text("report.change.unknown", lang)


def all_causes_text(change: Change, lang: str) -> str:
    """All five causes, those without a part with a zero; only where the parts are told apart."""
    held = dict.fromkeys(CAUSES, 0)
    for part, number in zip(change.parts, shown_parts(change), strict=True):
        held[part.causes[0]] += number
    return i18n.text(
        "sentence.causes",
        lang,
        **{name: i18n.number(value, lang, signed=True) for name, value in held.items()},
    )


def figure_label(figure: FigureRecord, lang: str) -> str:
    """What a figure counts: ``Flood, 1% a year (1 in 100): 0.5 to 1 m``."""
    if figure.kind in ("population", "union"):
        return i18n.text(f"report.change.figure_{figure.kind}", lang)
    whole = danger_label(figure.hazard, figure.scenario, figure.return_period_yr, lang)
    if figure.kind == "annual":
        whole = ", ".join([whole, i18n.text("report.change.figure_annual", lang)])
    if figure.kind != "class":
        return whole
    label = class_label(figure.label, lang, hazard=figure.hazard, units=figure.units)
    return i18n.text("report.change.figure_class", lang, figure=whole, label=label)


def danger_label(hazard: str, scenario: str, return_period_yr: float, lang: str) -> str:
    """What a layer is of: ``Flood, 1% a year (1 in 100)``."""
    kind = i18n.term("scenario", scenario, lang) if scenario else ""
    return ", ".join(
        part
        for part in (i18n.term("hazard", hazard, lang), kind, chance_text(return_period_yr, lang))
        if part
    )


def value_text(figure: FigureRecord | None, state: str, lang: str) -> str:
    """A figure as a table prints it; what it is instead where it has no number."""
    if state in ("absent", "failed"):
        return i18n.text(f"report.change.{state}", lang)
    assert figure is not None
    return rounding.figure_text(figure.value, figure.state, lang, hidden=figure.hidden)


def round_difference(difference: float) -> int:
    """A difference as it is published, with its sign; none under :data:`geoalarm.present.rounding.FEW`."""
    if rounding.is_few(abs(difference)) or difference == 0:
        return 0
    return int(math.copysign(rounding.round_people(abs(difference)), difference))


def shown_parts(change: Change) -> list[int]:
    """Parts rounded together: multiples of half the step of the difference that add up to it as shown."""
    whole = round_difference(change.difference)
    size = abs(change.difference)
    step = 5 if size < 1000 else 10 ** (math.floor(math.log10(size)) - 2) // 2
    return largest_remainder([part.people for part in change.parts], whole, step)


def largest_remainder(values: Sequence[float], total: int, step: int) -> list[int]:
    """Values rounded to multiples of a step whose sum is a total (a multiple of it): the largest remainders
    go up.

    Examples
    --------
    >>> largest_remainder([97.0, 27.0], 120, 5)
    [95, 25]
    """
    if not values:
        return []
    floors = [math.floor(value / step) for value in values]
    over = [value / step - floor for value, floor in zip(values, floors, strict=True)]
    order = sorted(range(len(values)), key=lambda n: (-over[n], n))
    lacking = total // step - sum(floors)
    rounds, rest = divmod(lacking, len(values))
    for place, n in enumerate(order):
        floors[n] += rounds + (1 if place < rest else 0)
    return [floor * step for floor in floors]


def _lead(numbers: Sequence[Change], since: date, lang: str) -> str:
    """The sentence on the whole danger that moved most."""
    first = min(numbers, key=lambda change: (_WEIGHT[change.figure.kind], -abs(change.difference)))
    return i18n.text(
        "report.change.lead",
        lang,
        figure=figure_label(first.figure, lang),
        sentence=change_sentence(first, since, lang),
    )


def _notes(changes: Sequence[Change], lang: str) -> list[str]:
    """How parts were found, why some were not, and that differences are rounded for themselves."""
    numbers = [change for change in changes if change.kind == "number"]
    notes = []
    if any(len(change.parts) > 1 for change in numbers):
        notes.append(i18n.text("report.change.order", lang))
    if any(len(part.causes) > 1 for change in numbers for part in change.parts):
        notes.append(i18n.text("report.change.not_split", lang))
    if numbers:
        notes.append(i18n.text("report.change.rounded", lang))
    return notes


def _cause(change: Change, lang: str) -> str:
    """The last cell of a line: the difference and its causes, or what happened in words."""
    causes = causes_text(change, lang)
    if "failed" in (change.state_before, change.state_after):
        return i18n.text(
            "report.change.failed_now" if change.state_after == "failed" else "report.change.failed_before",
            lang,
        )
    if change.kind == "number":
        return i18n.text("report.change.lead", lang, figure=difference_text(change, lang), sentence=causes)
    return i18n.text("report.change.lead", lang, figure=_happened(change, lang), sentence=causes)


def _happened(change: Change, lang: str) -> str:
    if change.kind == "range":
        assert change.before is not None
        assert change.after is not None
        olds, news = (
            rounding.range_text(item.low, item.high, lang) for item in (change.before, change.after)
        )
        return i18n.text("report.change.range", lang, before=olds, after=news)
    if change.kind in ("new", "gone"):
        return i18n.text(f"report.change.{change.kind}", lang)
    known = (State.EXPOSED, State.ZERO)
    if change.state_after in known and change.state_before not in known:
        return i18n.text("report.change.now_number", lang)
    if change.state_before in known and change.state_after not in known:
        return i18n.text("report.change.no_number", lang)
    return i18n.text("report.change.other_state", lang)


def _part(part: Part, number: int | None, figure: FigureRecord, lang: str) -> str:
    if not part.causes:
        words = i18n.text("report.change.unknown", lang)
    elif len(part.causes) > 1:
        named = [i18n.text("report.change.name", lang, cause=cause) for cause in part.causes]
        words = i18n.text("report.change.together", lang, causes=_joined(named, lang))
    else:
        words = _cause_words(part, figure, lang)
    if number is None:
        return words
    few = number == 0 and part.people != 0
    return f"{words} {'±' + i18n.text('unit.few', lang) if few else i18n.number(number, lang, signed=True)}"


def _cause_words(part: Part, figure: FigureRecord, lang: str) -> str:
    """``population 2020 → 2023``, ``map updated (flood, 2024)``, ``method changed (version 0.1 → 0.2)``."""
    cause, whole = part.causes[0], not figure.hazard
    dated = bool(part.before and part.after)
    if cause == "reality":
        name = "population" if part.input != "map" else "observed_all" if whole else "observed"
    elif cause == "map" and whole:
        name = "map_all"
    else:
        name = f"{cause}_dated" if dated else cause
    hazard = i18n.term("hazard", figure.hazard, lang) if figure.hazard else ""
    return i18n.text(f"report.change.{name}", lang, hazard=hazard, before=part.before, after=part.after)


def _joined(words: Sequence[str], lang: str) -> str:
    if len(words) == 1:
        return words[0]
    return i18n.text("report.change.and", lang, first=", ".join(words[:-1]), last=words[-1])
