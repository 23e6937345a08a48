"""Small sums over return periods as models by name: expected people a year, people between mapped periods,
chance over years.
"""

from __future__ import annotations

import numpy as np

from geoalarm.core.registry import FlaggedOutputs, ModelInput, at_least_zero, model, word
from geoalarm.core.return_periods import at_least_once, between_periods, nested
from geoalarm.exposure.risk import Convention, expected_annual
from geoalarm.exposure.union import union_bounds

_PERIODS = ModelInput("yr", 1.0)


@model(
    inputs={
        "return_periods": _PERIODS,
        "people": at_least_zero("1"),
        "convention": word("trapezoid", "log-linear"),
        "zero_at": ModelInput("yr", 1.0),
    },
    outputs={"people_per_yr": "yr-1", "low": "yr-1", "high": "yr-1"},
    source="integral of people over the yearly probability; log-linear variant: Delft-FIAT, risk_density",
)
def expected_annual_people(
    return_periods: np.ndarray,
    people: np.ndarray,
    *,
    convention: str = "trapezoid",
    zero_at: float | None = None,
) -> FlaggedOutputs:
    """People exposed in an average year, from people at mapped return periods.

    ``EAI = integral of N dp`` over the yearly probability ``p = 1/T``.

    ``trapezoid`` is linear in the yearly probability, ``log-linear`` in its logarithm; both hold the longest
    period's people for rarer events. ``zero_at`` adds events more frequent than the shortest period, down to
    nobody at that period. ``low`` and ``high`` span the conventions: their spread is part of the uncertainty.

    Parameters
    ----------
    return_periods : numpy.ndarray
        Mapped [yr].
    people : numpy.ndarray
        Exposed at each [1].
    convention : str
        ``trapezoid`` or ``log-linear``.
    zero_at : float
        Return period at which nobody is exposed; only for the trapezoid [yr].

    Raises
    ------
    InputError
        If periods are repeated, or ``zero_at`` is not below the shortest.

    References
    ----------
    Trapezoidal rule of the expected annual damage; Delft-FIAT for the log-linear rule.

    Examples
    --------
    >>> periods, people = [10, 100, 1000], [1200, 5400, 9800]
    >>> round(float(expected_annual_people(periods, people)), 1)
    375.2
    >>> round(float(expected_annual_people(periods, people, zero_at="2 yr")), 1)
    615.2
    """
    periods, counts = np.atleast_1d(return_periods), np.atleast_1d(people)
    conventions: tuple[Convention, ...] = ("trapezoid", "log-linear")
    others = {name: float(expected_annual(periods.tolist(), counts, convention=name)) for name in conventions}
    chosen: Convention = "log-linear" if convention == "log-linear" else "trapezoid"
    value = float(expected_annual(periods.tolist(), counts, convention=chosen, zero_at_yr=zero_at))
    flags = ("right_tail_left_out",) if zero_at is None and convention == "trapezoid" else ()
    return FlaggedOutputs((value, min(value, *others.values()), max(value, *others.values())), flags)


@model(
    inputs={
        "return_periods": _PERIODS,
        "people": at_least_zero("1"),
        "at": _PERIODS,
        "scale": word("log", "gumbel"),
    },
    outputs={"people": "1"},
    source="linear over ln T, or over the Gumbel reduced variate",
)
def people_at_return_period(
    return_periods: np.ndarray, people: np.ndarray, at: float, *, scale: str = "log"
) -> float:
    """People exposed at a return period between mapped ones; never beyond the shortest or the longest.

    ``N = N_i + (N_j - N_i) (y - y_i) / (y_j - y_i)``, with ``y = ln T`` or ``y = -ln(-ln(1 - 1/T))``.

    Parameters
    ----------
    return_periods : numpy.ndarray
        Mapped [yr].
    people : numpy.ndarray
        Exposed at each; raised where they do not nest [1].
    at : float
        Return period asked for [yr].
    scale : str
        ``log`` or ``gumbel``.

    Raises
    ------
    RangeError
        If the period asked for is not between the mapped ones.

    References
    ----------
    Gumbel (1958), Statistics of extremes.

    Examples
    --------
    >>> round(float(people_at_return_period([10, 100, 1000], [1200, 5400, 9800], "50 yr")), 1)
    4135.7
    """
    counts = nested(return_periods, people, what="people")
    return float(between_periods(return_periods, counts, at, scale="gumbel" if scale == "gumbel" else "log"))


@model(
    inputs={"return_period": _PERIODS, "years": at_least_zero("yr")},
    outputs={"probability": "1"},
    source="1 - (1 - 1/T)^n, independent years",
)
def chance_over_years(return_period: float, years: float) -> float:
    """Chance that the level of a return period is reached at least once in some years: ``1 - (1 - 1/T)^n``.

    Parameters
    ----------
    return_period : float
        [yr].
    years : float
        [yr].

    Raises
    ------
    RangeError
        If the period is below 1 yr or the years are negative.

    References
    ----------
    Binomial chance of independent years.

    Examples
    --------
    >>> round(float(chance_over_years("100 yr", "30 yr")), 4)
    0.2603
    """
    return at_least_once(return_period, years)


@model(
    inputs={"shares": ModelInput("1", 0.0, 1.0)},
    outputs={"independent": "1", "low": "1", "high": "1"},
    source="bounds of Frechet: max f <= union <= min(1, sum f); independence 1 - prod(1 - f)",
)
def share_in_any_zone(shares: np.ndarray) -> tuple[float, float, float]:
    """Share of a cell in at least one of several zones whose overlap is unknown: if they are independent,
    least and most.

    ``1 - prod(1 - f)`` if independent; ``max f <= union <= min(1, sum f)`` whatever they are.

    Parameters
    ----------
    shares : numpy.ndarray
        Of the cell in each zone [1].

    Raises
    ------
    RangeError
        If a share is not between 0 and 1.

    References
    ----------
    Frechet (1935), bounds of a union.

    Examples
    --------
    >>> share = share_in_any_zone([0.5, 0.4])
    >>> round(share["independent"], 3), round(share["low"], 3), round(share["high"], 3)
    (0.7, 0.5, 0.9)
    """
    low, high, middle = union_bounds([np.array([share]) for share in np.atleast_1d(shares)])
    return float(middle[0]), float(low[0]), float(high[0])
