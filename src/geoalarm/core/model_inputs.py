"""What an input of a model may be: its unit and range, or its words; and how far any quantity can go.

A range that a model states is that of its source. Where the source states none, :data:`LIMITS` of the unit
hold: no accident, river or hill has such values, so that beyond them a unit was mistaken.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

from geoalarm.core.errors import InputError
from geoalarm.core.quantities import Closed


class UnitLimits(NamedTuple):
    """Smallest value above 0 and largest one of a quantity, in its unit."""

    smallest: float
    largest: float


LIMITS: Final[Mapping[str, UnitLimits]] = MappingProxyType(
    {
        name: UnitLimits(smallest, largest)
        for name, smallest, largest in (
            ("1", 1e-15, 1e12),  # shares down to a molecule in 10^15; people: a hundred times mankind
            ("m", 1e-6, 1e6),  # a film of a micrometre; across a large country
            ("mm", 1e-3, 1e6),  # of rain: a wet year has 3e4
            ("m2", 1e-12, 1e12),
            ("km^2", 1e-9, 1e9),  # the earth has 5e8
            ("m3", 1e-9, 1e9),
            ("m^3", 1e-9, 1e9),
            ("s", 1e-3, 1e9),  # thirty years
            ("min", 1e-3, 1e7),
            ("h", 1e-3, 1e6),  # a century
            ("yr", 1e-6, 1e9),
            ("yr-1", 1e-15, 1e6),
            ("s-1", 1e-9, 1e3),
            ("m s-1", 1e-3, 200.0),  # the strongest tornadoes: 140
            ("m h-1", 1e-6, 1e3),
            ("kg", 1e-6, 1e9),  # more than any store on earth holds
            ("kg s-1", 1e-9, 1e7),  # more than any store lets go
            ("kg m-2 s-1", 1e-9, 1e3),
            ("kg m-3", 1e-15, 3e4),  # nerve agents: 1e-10 harms; osmium: 2.3e4
            ("kg mol-1", 1e-3, 1.0),  # atomic hydrogen: 1.008e-3
            ("K", 1.0, 5e3),  # helium boils at 4.2; no flame is hotter
            ("Pa", 1e-6, 1e9),  # beyond 1 GPa no gas or liquid here is what its model takes it for
            ("J kg-1", 1.0, 1e9),  # hydrogen: 1.4e8
            ("J kg-1 K-1", 1.0, 1e5),  # hydrogen: 1.4e4
            ("J m-3", 1.0, 1e11),  # diesel: 3.6e10
            ("W m-2", 1e-6, 1e9),  # of the sun: 6.3e7
            ("m2 s-1", 1e-9, 1e3),
            ("m-1", 1e-6, 1e6),
            ("N m-3", 1.0, 3e5),
            ("degree", 1e-3, 360.0),
            ("radian", 1e-6, math.tau),
            ("m kg^(-1/3)", 1e-3, 1e6),
            ("(kW/m^2)^(4/3)*s", 1e-3, 1e9),  # third-degree burns: 2e3
        )
    }
)
"""How far a quantity goes where the source of a model states no range, by unit."""


OF_UNIT: Final = math.nan
"""In place of a bound: the one of the unit."""


@dataclass(frozen=True, slots=True)
class ModelInput:
    """What a parameter may be: a number in ``unit`` within a range, or a word (no unit) in ``choices``.

    A bound that is left out is that of the unit (:data:`LIMITS`).

    Raises
    ------
    InputError
        If a bound is left out and the unit has no limits.
    """

    unit: str | None = "1"
    low: float = OF_UNIT
    high: float = OF_UNIT
    closed: Closed = "both"
    choices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, sign in (("low", -1), ("high", 1)):
            if math.isnan(getattr(self, name)):
                end = math.inf if self.unit is None else limits_of(self.unit).largest
                object.__setattr__(self, name, sign * end)


def limits_of(unit: str) -> UnitLimits:
    """How far a quantity in this unit goes.

    Raises
    ------
    InputError
        If the unit has no limits: a declaration without a range of its own needs them.
    """
    if unit not in LIMITS:
        raise InputError(
            f"limits of the unit {unit!r}", got="none", expected="a row of core.model_inputs.LIMITS"
        )
    return LIMITS[unit]


def word(*choices: str) -> ModelInput:
    """A parameter that is a word."""
    return ModelInput(None, choices=choices)


def positive(unit: str, high: float = OF_UNIT) -> ModelInput:
    """A parameter above 0: from the smallest value of its unit to ``high``, or to the largest one."""
    return ModelInput(unit, limits_of(unit).smallest, high)


def at_least_zero(unit: str, high: float = OF_UNIT) -> ModelInput:
    """A parameter of 0 or more, and at most ``high``, or the largest value of its unit."""
    return ModelInput(unit, 0.0, high)


def is_extreme(value: float, spec: ModelInput) -> bool:
    """Whether a number lies near an end of the range of its input, or nearer to 0 than its unit goes."""
    size, limits = abs(value), LIMITS.get(spec.unit or "")
    ends = [abs(end) for end in (spec.low, spec.high) if end and math.isfinite(end)]
    if 0 < size < (limits.smallest * 10 if limits else 0.0):
        return True
    return any(end / 10 <= size <= end * 10 for end in ends)
