"""Depths between mapped return periods, and maps that nest: a rarer flood is never shallower."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import xarray as xr

from geoalarm.core.errors import InputError
from geoalarm.core.registry import ModelInput, at_least_zero, model, word
from geoalarm.core.return_periods import Scale, between_periods, nested


@model(
    inputs={
        "return_periods": ModelInput("yr", 1.0),
        "depths": at_least_zero("m"),
        "at": ModelInput("yr", 1.0),
        "scale": word("gumbel", "log"),
    },
    outputs={"depth": "m"},
    source="linear over the Gumbel reduced variate -ln(-ln(1 - 1/T)), or over ln T",
)
def depth_at_return_period(
    return_periods: np.ndarray, depths: np.ndarray, at: float, *, scale: str = "gumbel"
) -> float:
    """Depth of a flood between two mapped return periods; never beyond the shortest or the longest.

    On a line over the Gumbel variate ``y = -ln(-ln(1 - 1/T))`` or over ``ln T``. Depths that fall with the
    return period are first raised to nest. Where the shorter period is dry the depth is that of a line from
    0, which is too deep.

    Parameters
    ----------
    return_periods : numpy.ndarray
        Mapped [yr].
    depths : numpy.ndarray
        At each [m].
    at : float
        Return period asked for [yr].
    scale : str
        ``gumbel`` or ``log``.

    Raises
    ------
    RangeError
        If the period asked for is not between the mapped ones.

    References
    ----------
    Gumbel (1958), Statistics of extremes.

    Examples
    --------
    >>> round(float(depth_at_return_period([10, 100], [0.4, 1.1], "50 yr", scale="gumbel")), 3)
    0.892
    >>> round(float(depth_at_return_period([10, 100], [0.4, 1.1], "50 yr", scale="log")), 3)
    0.889
    """
    return float(
        between_periods(
            return_periods, nested(return_periods, depths, what="depths"), at, scale=_scale(scale)
        )
    )


def depth_between(
    maps: Mapping[float, xr.DataArray], at_yr: float, *, scale: Scale = "gumbel"
) -> xr.DataArray:
    """A map of depth at a return period between mapped ones, cell by cell; NaN where either neighbour is
    unknown [m].

    Parameters
    ----------
    maps : mapping
        Return period [yr] and its map of depth, all on the same cells, NaN or the declared no-data value
        where unknown [m].
    at_yr : float
        [yr]
    scale : {'gumbel', 'log'}

    Raises
    ------
    InputError
        If there are fewer than two maps, or their cells differ.
    RangeError
        If ``at_yr`` is not between the mapped periods.
    """
    if len(maps) < 2:
        raise InputError("maps of depth", got=f"{len(maps)}", expected="at least two return periods")
    periods = sorted(maps)
    first = maps[periods[0]]
    for period in periods[1:]:
        other = maps[period]
        if (
            other.shape != first.shape
            or other.rio.crs != first.rio.crs
            or not np.allclose(tuple(other.rio.transform()), tuple(first.rio.transform()))
        ):
            raise InputError(
                f"map of depth at {period:g} yr",
                got=f"{other.shape}",
                expected=f"the cells of {periods[0]:g} yr",
            )
    stack = np.stack([_values(maps[period]) for period in periods], axis=-1)
    found = between_periods(periods, nested(periods, stack, what="cells of depth"), at_yr, scale=scale)
    out = first.copy(data=found)
    out.attrs = {"units": "m", "long_name": f"depth of water at {at_yr:g} yr, between mapped periods"}
    located: xr.DataArray = out.rio.write_crs(first.rio.crs).rio.write_nodata(math.nan)
    return located


def class_between(
    bounds: Mapping[float, tuple[float, float]], at_yr: float, *, scale: Scale = "gumbel"
) -> tuple[float, float]:
    """Interval of depth at a return period between mapped classes: both bounds on their own lines, an open
    one stays open [m].

    Parameters
    ----------
    bounds : mapping
        Return period [yr] and the (lower, upper) bound of the class mapped there [m].
    at_yr : float
        [yr]
    scale : {'gumbel', 'log'}

    Raises
    ------
    RangeError
        If ``at_yr`` is not between the mapped periods.
    """
    periods = sorted(bounds)
    lower, upper = (
        between_periods(periods, np.array([bounds[period][side] for period in periods]), at_yr, scale=scale)
        for side in (0, 1)
    )
    return float(lower), float(upper)


def _scale(text: str) -> Scale:
    return "log" if text == "log" else "gumbel"


def _values(data: xr.DataArray) -> np.ndarray:
    missing = data.rio.nodata
    values = data.to_numpy().astype("float64")
    return values if missing is None or np.isnan(missing) else np.where(values == missing, np.nan, values)
