"""Return periods as an axis: values between mapped periods, nesting of maps, chance over many years."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final, Literal

import numpy as np

from geoalarm.core.errors import InputError, RangeError
from geoalarm.core.quantities import require_range
from geoalarm.core.units import annual_exceedance_probability

Scale = Literal["gumbel", "log"]
SCALES: Final = ("gumbel", "log")

log = logging.getLogger(__name__)


def reduced_variate(return_period_yr: float | np.ndarray, *, scale: Scale = "gumbel") -> float | np.ndarray:
    """The axis on which values lie on a line: ``-ln(-ln(1 - 1/T))`` (Gumbel) or ``ln T`` [1].

    Parameters
    ----------
    return_period_yr : float or numpy.ndarray
        [yr]; above 1, or from 1 on for ``log``.
    scale : {'gumbel', 'log'}

    Raises
    ------
    InputError
        If the scale is neither.
    RangeError
        If a period is outside.

    References
    ----------
    Gumbel (1958), Statistics of extremes: reduced variate of yearly maxima.
    """
    if scale not in SCALES:
        raise InputError("scale of return periods", got=repr(scale), expected=" or ".join(SCALES))
    periods = np.asarray(return_period_yr, dtype="float64")
    require_range(
        "return_period", periods, 1.0, np.inf, unit="yr", closed="neither" if scale == "gumbel" else "left"
    )
    found: np.ndarray = np.log(periods) if scale == "log" else -np.log(-np.log1p(-1.0 / periods))
    return float(found) if found.ndim == 0 else found


def between_periods(
    return_periods_yr: Sequence[float] | np.ndarray, values: np.ndarray, at_yr: float, *, scale: Scale = "log"
) -> np.ndarray:
    """Values at a return period between mapped ones, on a line over ``ln T`` or the Gumbel variate; never
    beyond them.

    Parameters
    ----------
    return_periods_yr : sequence of float (k,)
        Mapped return periods [yr], in any order, each once.
    values : array_like (..., k)
        People, depths or bounds of classes at each; NaN where either neighbour is unknown. An open upper
        bound (infinity) stays open.
    at_yr : float
        [yr]
    scale : {'log', 'gumbel'}

    Returns
    -------
    numpy.ndarray (...)
        A mapped period gives its own values exactly.

    Raises
    ------
    InputError
        If periods are repeated or do not go with the values.
    RangeError
        If ``at_yr`` is not between the shortest and the longest mapped period.
    """
    periods, columns = _ordered(return_periods_yr, values)
    require_range("return_period", at_yr, periods[0], periods[-1], unit="yr")
    place = int(np.searchsorted(periods, at_yr))
    if periods[place] == at_yr:
        return columns[..., place].copy()
    axis = np.asarray(reduced_variate(np.array([periods[place - 1], at_yr, periods[place]]), scale=scale))
    weight = (axis[1] - axis[0]) / (axis[2] - axis[0])
    found: np.ndarray = columns[..., place - 1] * (1 - weight) + columns[..., place] * weight
    return found


def nested(
    return_periods_yr: Sequence[float] | np.ndarray, values: np.ndarray, *, what: str = "values"
) -> np.ndarray:
    """Values that never fall with the return period: each is the largest over all shorter periods.

    Maps of different origin may not nest; how many values were raised goes to the log.

    Parameters
    ----------
    return_periods_yr : sequence of float (k,)
        [yr], in any order, each once; the columns of the result keep their order.
    values : array_like (..., k)
        NaN stays NaN, and does not hide shorter periods from longer ones.
    what : str
        For the log.

    Raises
    ------
    InputError
        If periods are repeated or do not go with the values.
    """
    given = np.asarray(values, dtype="float64")
    periods, columns = _ordered(return_periods_yr, given)
    raised = np.where(np.isnan(columns), np.nan, np.fmax.accumulate(columns, axis=-1))
    moved = int((raised > columns).sum())
    if moved:
        log.warning(
            "%s: %d of %d did not nest over the periods %s yr and were raised",
            what,
            moved,
            columns.size,
            list(periods),
        )
    back = np.empty_like(raised)
    back[..., np.argsort(np.asarray(return_periods_yr, dtype="float64"))] = raised
    return back


def at_least_once(return_period_yr: float, years: float) -> float:
    """Chance that the level of a return period is reached at least once in some years, ``1 - (1 - 1/T)^n``
    [1].

    Raises
    ------
    InputError
        If the period is below 1 yr.
    RangeError
        If the years are negative.

    Examples
    --------
    >>> round(at_least_once(100, 30), 4)
    0.2603
    """
    require_range("years", years, 0.0, np.inf, unit="yr", closed="left")
    probability = annual_exceedance_probability(return_period_yr)
    if probability == 1:
        return 1.0 if years > 0 else 0.0
    return float(-np.expm1(years * np.log1p(-probability)))


def _ordered(
    return_periods_yr: Sequence[float] | np.ndarray, values: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Periods rising, and the columns of the values in their order."""
    periods, columns = np.asarray(return_periods_yr, dtype="float64"), np.asarray(values, dtype="float64")
    if (
        periods.ndim != 1
        or not len(periods)
        or len(np.unique(periods)) != len(periods)
        or columns.shape[-1:] != periods.shape
    ):
        raise InputError(
            "return periods",
            got=f"{periods.tolist()} for values of shape {columns.shape}",
            expected="one distinct period a column",
        )
    if not (periods >= 1).all():
        raise RangeError("return periods", got=periods.tolist(), expected="at least 1 yr")
    order = np.argsort(periods)
    return periods[order], columns[..., order]
