"""Classes of a map: fixed, readable breaks, so that the same colour means the same from one map to the next.

Shares have one set of breaks. People have the ladder 1, 3, 10, 30, 100 times a power of ten; the power is the
largest whose top class still holds the largest value, never below 10. Differences are symmetric round "under
10 people". Zero and unknown have no class: they are drawn with the pattern of their state.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from geoalarm import i18n
from geoalarm.core.errors import InputError
from geoalarm.present.palette import Theme, colours

Measure = Literal["people", "share"]

SHARE_BREAKS: Final = (0.01, 0.05, 0.10, 0.25, 0.50)
"""Shares of residents [1] between the six classes."""

LADDER: Final = (1, 3, 10, 30, 100)
"""Steps of the breaks of people, times a power of ten."""

SHARE_DIFFERENCE: Final = (0.01, 0.10)
"""Differences of share [1] that part "the same", "some" and "much"."""

TRACE: Final = 0.05
"""A lowest bound up to this parts wet from dry; it is no limit a reader needs."""

_INTERVAL: Final = re.compile(r"^\[(-?[\d.]+(?:e[+-]?\d+)?), (-?[\d.]+(?:e[+-]?\d+)?|∞|inf)\)$")


@dataclass(frozen=True, slots=True)
class Scale:
    """Classes of a map: ``breaks`` part them, half-open ``[a, b)``; n breaks make n + 1 of ``palette``."""

    palette: str
    breaks: tuple[float, ...]
    is_share: bool = False
    is_signed: bool = False

    def colours(self, theme: Theme = "light") -> tuple[str, ...]:
        """One colour a class, low to high."""
        return colours(self.palette, theme, count=len(self.breaks) + 1)

    def index(self, values: Sequence[float] | np.ndarray) -> np.ndarray:
        """Class of each value from 0; -1 for NaN, and for zero unless the scale is signed."""
        numbers = np.asarray(values, dtype="float64")
        found = np.searchsorted(np.array(self.breaks), numbers, side="right")
        none = np.isnan(numbers) if self.is_signed else np.isnan(numbers) | (numbers <= 0)
        return np.where(none, -1, found)

    def labels(self, lang: str) -> list[str]:
        """One label a class, low to high: ``under 10``, ``10 to 30``, ..., ``1,000 or more``."""
        return [
            self._label(low, high, lang)
            for low, high in zip((None, *self.breaks), (*self.breaks, None), strict=True)
        ]

    def _label(self, low: float | None, high: float | None, lang: str) -> str:
        if low is None:
            return i18n.text("unit.under", lang, value=self._number(high or 0.0, lang))
        if high is None:
            return i18n.text("unit.at_least", lang, low=self._number(low, lang))
        return i18n.text("unit.range", lang, low=self._number(low, lang), high=self._number(high, lang))

    def _number(self, value: float, lang: str) -> str:
        if self.is_share:
            return ("+" if self.is_signed and value > 0 else "") + i18n.percent(value, lang)
        return i18n.number(value, lang, signed=self.is_signed)


def scale_for(values: Iterable[float], measure: Measure) -> Scale:
    """The scale of a map of people or of shares.

    Parameters
    ----------
    values : iterable of float
        What the map shows; NaN is left out. Only the largest matters, and only for people.
    """
    if measure == "share":
        return Scale("people", SHARE_BREAKS, is_share=True)
    step = 10 ** max(1, math.floor(math.log10(max(_largest(values), 1) / LADDER[-1])))
    return Scale("people", tuple(float(rung * step) for rung in LADDER))


def difference_scale_for(values: Iterable[float], measure: Measure) -> Scale:
    """The scale of a map of differences: five classes, symmetric, the middle one "the same".

    People: under 10 is the same; much is the largest rung of the ladder (from 100) that is not above the
    largest change.
    """
    if measure == "share":
        same, much = SHARE_DIFFERENCE
        return Scale("difference", (-much, -same, same, much), is_share=True, is_signed=True)
    largest = _largest(abs(value) for value in values)
    rungs = [rung * 10**power for power in range(2, 9) for rung in (1, 3)]
    big = float(max([rung for rung in rungs if rung <= largest], default=100))
    return Scale("difference", (-big, -10.0, 10.0, big), is_signed=True)


def class_label(label: str, lang: str, *, hazard: str = "", units: str = "") -> str:
    """A class of the exposure table in words: ``[0.5, 1)`` is ``0.5 to 1 m``, ``SEL`` has a name, ``3`` of a
    landslide is "medium".

    Parameters
    ----------
    label : str
        ``intensity_class`` of the table.
    hazard : str, optional
        Gives numbered classes their names, where the locale has them (``class.<hazard>_<label>``).
    units : str, optional
        Unit of interval bounds.
    """
    interval = _INTERVAL.match(label)
    if interval is not None:
        low, high = (math.inf if part in ("∞", "inf") else float(part) for part in interval.groups())
        shown = i18n.measure(low, units, lang, exact=True)
        if 0 <= low <= TRACE and math.isfinite(high):
            return i18n.text("unit.under", lang, value=i18n.measure(high, units, lang, exact=True))
        if math.isinf(high):
            return i18n.text("unit.at_least", lang, low=shown)
        return i18n.text(
            "unit.range",
            lang,
            low=i18n.number(low, lang, decimals=3),
            high=i18n.measure(high, units, lang, exact=True),
        )
    own = f"{hazard}_{label}"
    return i18n.term("class", own if hazard and i18n.has(f"class.{own}.name") else label, lang)


def lower_bound(label: str) -> float:
    """Lower bound of an interval class, NaN for a named one."""
    interval = _INTERVAL.match(label)
    return math.nan if interval is None else float(interval.group(1))


def _largest(values: Iterable[float]) -> float:
    numbers = np.asarray(list(values), dtype="float64")
    if np.isinf(numbers).any():
        raise InputError("values of a map", got="an infinite value", expected="numbers or NaN")
    known = numbers[~np.isnan(numbers)]
    return float(known.max()) if known.size else 0.0
