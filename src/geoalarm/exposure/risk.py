"""What return periods add up to: people exposed in an average year, conventions named in the output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
import pandas as pd

from geoalarm.core.errors import InputError
from geoalarm.core.schema import join_keys, split_keys
from geoalarm.core.terms import State
from geoalarm.core.units import annual_exceedance_probability

Convention = Literal["trapezoid", "log-linear"]

ANNUAL_COLUMNS: Final = {
    "commune_id": "str",
    "hazard": "str",
    "scenario": "str",
    "basis": "str",
    "population": "float64",
    "people_per_yr": "float64",
    "people_per_yr_low": "float64",
    "people_per_yr_high": "float64",
    "convention": "str",
    "right_tail": "str",
    "return_periods_yr": "str",
    "state": "str",
    "source_ids": "str",
    "caveats": "str",
}
"""Columns of :func:`annual_expectation`; people_per_yr is the expected number exposed in a year [yr-1]."""


def expected_annual(
    return_periods_yr: Sequence[float],
    people: np.ndarray,
    *,
    convention: Convention = "trapezoid",
    zero_at_yr: float | None = None,
) -> np.ndarray:
    """Integral of people exposed over the annual exceedance probability [yr-1].

    Parameters
    ----------
    return_periods_yr : sequence of float (k,)
        Mapped return periods [yr], in any order.
    people : array_like (..., k)
        People exposed at each [1]; NaN stays NaN. Nesting is enforced: N(T) is the largest over all shorter
        periods.
    convention : str
        ``trapezoid``: N is linear in the probability p between mapped periods. ``log-linear``: linear in ln
        p. Both hold N constant for events rarer than the longest period.
    zero_at_yr : float, optional
        Return period [yr] at which N falls to zero, for events more frequent than the shortest mapped
        (``trapezoid`` only). None leaves these out, which is a lower bound.

    References
    ----------
    Trapezoidal integration over probability is the usual expected-annual-damage rule; the log-linear variant
    is that of Delft-FIAT, whose published test value is kept in the tests.

    Raises
    ------
    InputError
        If a period is repeated or below one year, or ``zero_at_yr`` is not below the shortest.
    """
    periods = np.asarray(return_periods_yr, dtype="float64")
    values = np.asarray(people, dtype="float64")
    if len(np.unique(periods)) != len(periods) or values.shape[-1] != len(periods):
        raise InputError(
            "return periods",
            got=list(periods),
            expected="one distinct period a column of people",
            hint="drop duplicates",
        )
    order = np.argsort(periods)
    p = np.array([annual_exceedance_probability(period) for period in periods[order]])
    n = np.maximum.accumulate(values[..., order], axis=-1)
    body = _trapezoid(p, n) if convention == "trapezoid" else _log_linear(p, n)
    total: np.ndarray = body + n[..., -1] * p[-1]
    if zero_at_yr is None:
        return total
    if convention != "trapezoid":
        raise InputError(
            "right tail",
            got="a return period with the log-linear convention",
            expected="the trapezoid convention",
            hint="leave zero_at_yr out",
        )
    p0 = annual_exceedance_probability(zero_at_yr)
    if p0 <= p[0]:
        raise InputError(
            "zero_at_yr",
            got=f"{zero_at_yr:g} yr",
            expected=f"less than the shortest mapped period, {1 / p[0]:g} yr",
            hint="use the protection standard",
        )
    return total + n[..., 0] * (p0 - p[0]) / 2


def _trapezoid(p: np.ndarray, n: np.ndarray) -> np.ndarray:
    area: np.ndarray = ((n[..., 1:] + n[..., :-1]) / 2 * (p[:-1] - p[1:])).sum(axis=-1)
    return area


def _log_linear(p: np.ndarray, n: np.ndarray) -> np.ndarray:
    high, low = p[:-1], p[1:]
    slope = (n[..., :-1] - n[..., 1:]) / (np.log(high) - np.log(low))
    base = n[..., :-1] - slope * np.log(high)
    area: np.ndarray = (
        base * (high - low) + slope * ((high * np.log(high) - high) - (low * np.log(low) - low))
    ).sum(axis=-1)
    return area


def annual_expectation(
    table: pd.DataFrame, *, convention: Convention = "trapezoid", zero_at_yr: float | None = 2.0
) -> pd.DataFrame:
    """People exposed in an average year, per commune, hazard and scenario, from rows with return periods.

    ``people_per_yr_low`` leaves out events more frequent than the shortest mapped period;
    ``people_per_yr_high`` is the largest of the conventions, NaN where a number of people has no upper end. A
    commune that one of the periods does not map
    is NaN with that state. Hazards with one return period or none give no row: there is no risk without a
    probability.

    Parameters
    ----------
    table : pandas.DataFrame
        Exposure table; classes are added up within a return period.
    convention, zero_at_yr
        See :func:`expected_annual`. ``zero_at_yr`` is dropped where the shortest mapped period is not above
        it.
    """
    rows = table[table["return_period_yr"].notna()]
    parts = [
        _annual_group(group, convention, zero_at_yr)
        for _, group in rows.groupby(["hazard", "scenario", "basis"], sort=True)
        if group["return_period_yr"].nunique() > 1
    ]
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in ANNUAL_COLUMNS.items()})
    return pd.concat(parts, ignore_index=True).astype(ANNUAL_COLUMNS)


def _annual_group(group: pd.DataFrame, convention: Convention, zero_at_yr: float | None) -> pd.DataFrame:
    per_period = group.groupby(["commune_id", "return_period_yr"], sort=False)
    people = per_period["population_exposed"].sum(min_count=1)
    blank = per_period["population_exposed"].apply(lambda values: values.isna().any())
    wide = people.mask(blank).unstack("return_period_yr")
    periods = [float(period) for period in wide.columns]
    tail = (
        zero_at_yr
        if convention == "trapezoid" and zero_at_yr is not None and zero_at_yr < min(periods)
        else None
    )
    values = wide.to_numpy()
    ends = per_period["population_exposed_high"].apply(lambda highs: highs.isna().any())
    is_open = ends.unstack("return_period_yr").any(axis=1).to_numpy()
    value = expected_annual(periods, values, convention=convention, zero_at_yr=tail)
    others = [
        expected_annual(periods, values, convention="log-linear"),
        expected_annual(periods, values, convention="trapezoid", zero_at_yr=tail),
    ]
    first = group.drop_duplicates("commune_id").set_index("commune_id").reindex(wide.index)
    whole = group.groupby("commune_id", sort=False).agg(
        {"state": _worst_state, "source_ids": _joined, "caveats": _joined}
    )
    whole = whole.reindex(wide.index)
    return pd.DataFrame(
        {
            "commune_id": wide.index,
            **{name: first[name].to_numpy() for name in ("hazard", "scenario", "basis", "population")},
            "people_per_yr": value,
            "people_per_yr_low": np.minimum(
                expected_annual(periods, values, convention="trapezoid"), np.minimum(value, others[0])
            ),
            "people_per_yr_high": np.where(is_open, np.nan, np.maximum(value, np.maximum(*others))),
            "convention": convention,
            "right_tail": "none" if tail is None else f"zero at {tail:g} yr",
            "return_periods_yr": "|".join(f"{period:g}" for period in sorted(periods)),
            **{name: whole[name].to_numpy() for name in ("state", "source_ids", "caveats")},
        }
    )


def _worst_state(states: pd.Series) -> str:
    order = [State.OUTSIDE_COVERAGE, State.NOT_STUDIED, State.SUPPRESSED, State.EXPOSED, State.ZERO]
    present = set(states)
    return str(next(state for state in order if state in present))


def _joined(cells: pd.Series) -> str:
    return join_keys(key for cell in dict.fromkeys(cells) for key in split_keys(cell))
