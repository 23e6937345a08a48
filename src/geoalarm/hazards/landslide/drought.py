"""Drought of the soil from a monthly wetness index: running means, months below a share of a reference, how
long they last.
"""

from __future__ import annotations

import numpy as np

from geoalarm.core.errors import InputError
from geoalarm.core.quantities import require_range
from geoalarm.core.registry import FlaggedOutputs, ModelInput, model


def running_mean(values: np.ndarray, months: int = 3) -> np.ndarray:
    """Mean of each month and those before it; NaN until there are enough, and where one of them is unknown.

    Parameters
    ----------
    values : array_like (..., months)
        One value a month, none left out.
    months : int
        How many, the month itself among them.

    Raises
    ------
    InputError
        If there are fewer months than the mean takes, or it takes none.
    """
    series = np.asarray(values, dtype="float64")
    if not isinstance(months, int | np.integer) or not 1 <= months <= series.shape[-1]:
        raise InputError(
            "months of a running mean", got=months, expected=f"a whole number, 1 to {series.shape[-1]}"
        )
    windows = np.lib.stride_tricks.sliding_window_view(series, months, axis=-1).mean(axis=-1)
    return np.concatenate([np.full((*series.shape[:-1], months - 1), np.nan), windows], axis=-1)


def below_quantile(
    values: np.ndarray, share: float, *, reference: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Months in which the soil was drier than in a share of the months of a reference.

    Parameters
    ----------
    values : array_like (..., months)
        NaN where unknown; an unknown month is not below.
    share : float
        Between 0 and 1: 0.1 for the driest tenth [1].
    reference : array_like (..., months), optional
        Months to compare with; the same ones if none is given, and then the share of months below is what was
        asked for.

    Returns
    -------
    is_below : numpy.ndarray (..., months) of bool
        Strictly below.
    threshold : numpy.ndarray (...)
        Quantile of the reference.

    Raises
    ------
    RangeError
        If the share is not between 0 and 1.
    InputError
        If the reference has no known month.
    """
    require_range("share", share, 0.0, 1.0, closed="neither")
    series = np.asarray(values, dtype="float64")
    base = series if reference is None else np.asarray(reference, dtype="float64")
    if np.isnan(base).all(axis=-1).any():
        raise InputError(
            "reference of a drought", got="no known month", expected="at least one in each series"
        )
    threshold = np.asarray(np.nanquantile(base, share, axis=-1))
    return series < threshold[..., None], threshold


def longest_run(is_below: np.ndarray) -> np.ndarray:
    """Length of the longest unbroken run of True along the last axis [months]."""
    mask = np.asarray(is_below, dtype=bool)
    best = run = np.zeros(mask.shape[:-1], dtype="int64")
    for month in range(mask.shape[-1]):
        run = np.where(mask[..., month], run + 1, 0)
        best = np.maximum(best, run)
    return best


@model(
    inputs={
        "wetness": ModelInput("1", -1.0, 2.0),
        "months": ModelInput("1", 1, 24),
        "share": ModelInput("1", 0, 1, "neither"),
    },
    outputs={"months_below": "1", "longest_run": "1", "threshold": "1", "driest": "1"},
    source="running mean of a monthly soil wetness index against a quantile of the same series",
)
def drought_months(wetness: np.ndarray, *, months: float = 3, share: float = 0.1) -> FlaggedOutputs:
    """Dry months of a monthly soil wetness index: how many, the longest run, and how dry the driest was.

    ``months = (how many w_k < q)``: w the running mean over the months asked for, q the quantile of the
    series at the share.

    The index is 0 for dry and 1 for saturated soil. A description of the series given: whether a drought is
    recognised as a natural disaster depends on return periods over decades, which a short series cannot tell.

    Parameters
    ----------
    wetness : numpy.ndarray
        One value a month, none left out [1].
    months : float
        Length of the running mean [1].
    share : float
        Months drier than this share of all months count [1].

    Raises
    ------
    InputError
        If the series is shorter than the mean.

    References
    ----------
    Meteo-France, uniform soil wetness index (SWI), monthly.

    Examples
    --------
    >>> result = drought_months([0.9, 0.6, 0.3, 0.2, 0.2, 0.4, 0.8, 0.9], months=1, share=0.4)
    >>> result["months_below"], result["longest_run"], round(result["driest"], 2)
    (3, 3, 0.2)
    """
    if not float(months).is_integer():
        raise InputError("input 'months'", got=f"{months:g}", expected="a whole number")
    series = running_mean(np.atleast_1d(wetness), int(months))
    below, threshold = below_quantile(series, share)
    flags = ("short_series",) if series.size < 360 else ()
    return FlaggedOutputs(
        (int(below.sum()), int(longest_run(below)), float(threshold), float(np.nanmin(series))), flags
    )
