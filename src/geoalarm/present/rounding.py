"""The one place where people are rounded: every view and report takes its figures from here.

Above zero and under 11 no number is given; under 1,000 to the nearest 10; above to three significant figures.
The low end of a range goes down, the high end up. Files for machines keep their digits (``present.exports``).
"""

from __future__ import annotations

import math
from typing import Final, Literal

from geoalarm import i18n
from geoalarm.core.errors import InputError
from geoalarm.core.terms import State

FEW: Final = 11
"""Fewer people than this, but more than none, are told in words."""

_NUMBERS: Final = frozenset({State.EXPOSED, State.ZERO})


def is_few(count: float) -> bool:
    """Whether there is somebody, but fewer than :data:`FEW`."""
    return 0 < count < FEW


def round_people(count: float, toward: Literal["nearest", "down", "up"] = "nearest") -> int:
    """A number of people as it is published: to 10 under 1,000, to three significant figures above.

    Parameters
    ----------
    count : float
        People [1]; small numbers too, which :func:`people_text` tells in words.
    toward : str
        ``down`` for the low end of a range, ``up`` for the high end.

    Raises
    ------
    InputError
        If the count is NaN, infinite or negative.
    """
    if not math.isfinite(count) or count < 0:
        raise InputError(
            "number of people", got=count, expected="finite and not negative", hint="ask for the state first"
        )
    step = 10 if count < 1000 else 10 ** (math.floor(math.log10(count)) - 2)
    parts = count / step
    whole = {"nearest": math.floor(parts + 0.5), "down": math.floor(parts), "up": math.ceil(parts)}[toward]
    return int(whole * step)


def count_text(count: float, lang: str) -> str:
    """A number of people without its noun, for tables: ``1 230``, ``0``, ``moins de 11``."""
    return i18n.text("unit.few", lang) if is_few(count) else i18n.number(round_people(count), lang)


def people_text(count: float, lang: str, *, about: bool = True) -> str:
    """A number of people with its noun: ``environ 1 230 personnes``; without "about" for none, ``moins de 11
    personnes`` for few.
    """
    if is_few(count):
        return i18n.text("unit.few_people", lang)
    said = i18n.people(round_people(count), lang)
    return i18n.text("unit.about", lang, value=said) if about and count > 0 else said


def range_bounds(low: float, high: float) -> tuple[int, int]:
    """A range as it is published, never narrower than it is."""
    return round_people(low, "down"), round_people(high, "up")


def range_text(low: float, high: float, lang: str) -> str:
    """``980 to 1,600``; ``fewer than 11`` where even the high end is; ``980 or more`` where it is not known
    (NaN).
    """
    if math.isnan(high):
        return i18n.text("unit.at_least", lang, low=i18n.number(round_people(low, "down"), lang))
    if 0 < high < FEW:
        return i18n.text("unit.few", lang)
    down, up = range_bounds(low, high)
    if down == up:
        return i18n.number(down, lang)
    return i18n.text("unit.range", lang, low=i18n.number(down, lang), high=i18n.number(up, lang))


def share_text(count: float, population: float, lang: str) -> str:
    """Share of residents, of the rounded count, so that it gives away no more than the count does.

    A commune without residents has a share of zero.
    """
    if count <= 0 or population <= 0:
        return i18n.percent(0, lang)
    if is_few(count):
        return i18n.text("unit.under", lang, value=i18n.percent(min(FEW / population, 1.0), lang))
    return i18n.percent(min(round_people(count) / population, 1.0), lang)


def figure_text(count: float, state: str, lang: str, *, hidden: bool = False) -> str:
    """What stands in the place of a figure: the number where there is one, else the name of the state, never
    a blank.

    With ``hidden`` a part of the count is not published, and the number is told as "at least".
    """
    if state not in _NUMBERS or math.isnan(count):
        return i18n.term("state", state if state not in _NUMBERS else State.OUTSIDE_COVERAGE, lang)
    if hidden and count >= FEW:
        return i18n.text("unit.at_least_value", lang, value=i18n.number(round_people(count, "down"), lang))
    return count_text(count, lang)


def signed_text(difference: float, lang: str) -> str:
    """A difference of people with its sign: ``+1,230``, ``−40``, ``0``; fewer than 11: ``under ±11``."""
    if is_few(abs(difference)):
        return "\N{PLUS-MINUS SIGN}" + i18n.text("unit.few", lang)
    return i18n.number(math.copysign(round_people(abs(difference)), difference), lang, signed=True)
