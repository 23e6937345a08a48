"""Units at the doors: what an input's unit string means, and the conversions of probability.

Spelling is CF (UDUNITS): ``m``, ``cm``, ``kW m-2``, ``mg m-3``, ``mbar``, ``km-2``, ``1`` for counts, shares
and classes.
"""

from __future__ import annotations

import math
from typing import Final

from geoalarm.core.errors import InputError, near_miss

COUNT_UNITS: Final = frozenset({"1", "count", "people", "person", "persons", "inhabitants"})
"""Spellings that mean people per cell."""

DENSITY_UNITS: Final = {
    "km-2": 1.0,
    "people km-2": 1.0,
    "persons km-2": 1.0,
    "m-2": 1e6,
    "people m-2": 1e6,
    "ha-1": 100.0,
    "people ha-1": 100.0,
}
"""Spellings that mean people per area, with the factor to people per km2."""

LENGTH_UNITS: Final = {
    "m": 1.0,
    "meter": 1.0,
    "metre": 1.0,
    "metres": 1.0,
    "meters": 1.0,
    "dm": 0.1,
    "cm": 0.01,
    "mm": 0.001,
    "km": 1000.0,
}
"""Spellings of lengths, with the factor to metres."""


def require_units(units: object, *, what: str) -> str:
    """The unit string of an input, or an error that asks for it.

    Raises
    ------
    InputError
        If ``units`` is absent or empty.
    """
    if units is None or not str(units).strip():
        raise InputError(
            f"{what} has no units",
            got="none",
            expected="a CF unit such as m, cm, kW m-2 or 1",
            hint="set attrs['units'], the catalog entry's units, or --units",
        )
    return str(units).strip()


def people_per_km2(units: str) -> float | None:
    """Factor from a density unit to people per km2, or None where the unit is a count per cell.

    Raises
    ------
    InputError
        If the unit is neither.
    """
    text = units.strip()
    if text in COUNT_UNITS:
        return None
    if text in DENSITY_UNITS:
        return DENSITY_UNITS[text]
    raise InputError(
        "unit of the population layer is not known",
        got=repr(units),
        expected="people per cell (1) or a density (km-2, m-2, ha-1)",
        hint=near_miss(text, [*COUNT_UNITS, *DENSITY_UNITS]),
    )


def annual_exceedance_probability(return_period_yr: float) -> float:
    """Probability per year that the level of a return period is reached or passed: 1/T [1].

    Raises
    ------
    InputError
        If ``return_period_yr`` is not above 1 [yr].
    """
    if not math.isfinite(return_period_yr) or return_period_yr < 1:
        raise InputError(
            "return period",
            got=f"{return_period_yr} yr",
            expected="a finite number of years, at least 1",
            hint="give the return period in years, not the yearly probability",
        )
    return 1.0 / return_period_yr


def annual_rate(return_period_yr: float) -> float:
    """Poisson rate of a return period, -ln(1 - 1/T) [yr-1]; infinite at T = 1."""
    probability = annual_exceedance_probability(return_period_yr)
    return math.inf if probability == 1 else -math.log1p(-probability)


def to_return_period_yr(annual_probability: float) -> float:
    """Return period [yr] of a yearly exceedance probability [1], its inverse.

    Raises
    ------
    InputError
        If the probability is not in (0, 1].
    """
    if not 0 < annual_probability <= 1:
        raise InputError(
            "annual exceedance probability",
            got=annual_probability,
            expected="a share in (0, 1]",
            hint="1 % per year is 0.01",
        )
    return 1.0 / annual_probability
