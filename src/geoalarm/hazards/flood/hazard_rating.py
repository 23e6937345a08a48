"""How dangerous moving water is to people: the hazard rating and its classes."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

import numpy as np
import xarray as xr

from geoalarm.core.errors import InputError
from geoalarm.core.model import Footprint, IntensityClass
from geoalarm.core.quantities import require_range
from geoalarm.core.reference_rows import rows
from geoalarm.core.registry import FlaggedOutputs, ModelInput, at_least_zero, model, word

RATING_UNIT: Final = "m2 s-1"
DEBRIS_FROM_SPEED: Final = 2.0
"""Above this speed [m s-1] debris is that of deep water, whatever the depth (FD2321, table 3.1)."""

_CLASSES: Final = rows(__package__, "people_classes")


@model(
    inputs={
        "depth": at_least_zero("m", 50.0),
        "speed": at_least_zero("m s-1", 20.0),
        "land_use": word("urban", "wood", "pasture"),
        "variant": word("fd2321", "planning"),
        "debris_factor": ModelInput("1", 0.0, 1.0),
        "all_from": ModelInput(RATING_UNIT, 1.25, 2.5, "right"),
    },
    outputs={"rating": RATING_UNIT, "danger": "", "debris_factor": "1"},
    source="Defra/EA FD2321 (2006), table 3.1, and EA/HR Wallingford note of May 2008; classes of FD2320",
    jurisdiction="GB",
    vintage="2008",
)
def hazard_to_people(
    depth: float | np.ndarray,
    speed: float | np.ndarray | None = None,
    *,
    land_use: str = "urban",
    variant: str = "fd2321",
    debris_factor: float | None = None,
    all_from: float = 2.0,
) -> FlaggedOutputs:
    """Hazard rating of water to people on foot: ``HR = d (v + 0.5) + DF``; 0 where it is dry.

    The debris factor DF follows from depth and land use (none up to 0.25 m; then 0, 0.5, 1 for pasture, wood,
    urban; 0.5, 1, 1 above 0.75 m or where water is faster than 2 m/s). ``planning`` takes 0.5 up to 0.25 m
    and 1 above, everywhere. Classes: below 0.75 low; from 0.75 danger for some; from 1.25 for most; from 2.0
    (2.5 in FD2321) for all. A rating on a bound belongs to the higher class. Without a speed, as on the TRI
    maps of depth, it is a lower bound and says so.

    Parameters
    ----------
    depth : float or numpy.ndarray
        Of the water [m].
    speed : float or numpy.ndarray
        Of the water [m s-1]; none gives the rating of standing water, a lower bound.
    land_use : str
        ``urban``, ``wood`` or ``pasture``; only for ``fd2321``.
    variant : str
        ``fd2321`` or ``planning`` (FD2320); only without a debris factor.
    debris_factor : float
        A given one in place of the variant's [1].
    all_from : float
        Rating from which all people are in danger: 2.0 (FD2320) or 2.5 (FD2321) [m2 s-1].

    Raises
    ------
    RangeError
        If depth or speed is negative or beyond its range.
    InputError
        If a word is not one of its words.

    References
    ----------
    Defra/Environment Agency (2006), Flood risks to people, FD2321, table 3.1; FD2320 (2005); EA/HR
    Wallingford (2008).

    Examples
    --------
    >>> result = hazard_to_people("0.8 m", "1 m/s", debris_factor=1)
    >>> result.value, result["danger"]
    (2.2, 'all')
    >>> round(float(hazard_to_people(0.4, 0.3, land_use="urban")), 2)
    1.32
    """
    deep = np.asarray(depth, dtype="float64")
    fast = np.zeros(()) if speed is None else np.asarray(speed, dtype="float64")
    debris = (
        _debris(deep, fast, land_use, variant)
        if debris_factor is None
        else np.full(np.broadcast(deep, fast).shape, debris_factor)
    )
    # dry ground has no rating, whatever debris factor a speed would give it
    rating = np.where(deep > 0, deep * (fast + 0.5) + debris, 0.0)
    names = np.array([row["label"] for row in _CLASSES])
    danger = names[np.searchsorted(_bounds(all_from), rating, side="right") - 1]
    flags = ("depth_only_lower_bound",) if speed is None else ()
    return FlaggedOutputs(
        (rating, danger if danger.ndim else str(danger), np.where(deep > 0, debris, 0.0)), flags
    )


def rating_classes(*, all_from: float = 2.0) -> tuple[IntensityClass, ...]:
    """Classes of danger to people as half-open intervals of the rating [m2 s-1], ``low`` left out.

    Raises
    ------
    RangeError
        If ``all_from`` is not above 1.25 and at most 2.5.
    """
    require_range("all_from", all_from, 1.25, 2.5, unit=RATING_UNIT, closed="right")
    edges = [*_bounds(all_from)[1:], math.inf]
    labels = [f"danger_{row['label']}" for row in _CLASSES[1:]]
    return tuple(
        IntensityClass(label, float(low), float(high))
        for label, (low, high) in zip(labels, pairwise(edges), strict=True)
    )


def _depths_of(depth: Footprint, speed: xr.DataArray | None) -> xr.DataArray:
    """The raster of depths, checked together with the speed that belongs to it."""
    data = depth.data
    if depth.kind != "intensity" or depth.units != "m" or not isinstance(data, xr.DataArray):
        raise InputError(
            "footprint of depths", got=f"kind {depth.kind} in {depth.units}", expected="kind intensity in m"
        )
    if speed is not None and (speed.shape != data.shape or speed.attrs.get("units") not in ("m s-1", "m/s")):
        raise InputError(
            "speed of the water",
            got=f"{speed.shape} in {speed.attrs.get('units')}",
            expected=f"{data.shape} in m s-1",
        )
    return data


def rating_footprint(
    depth: Footprint,
    speed: xr.DataArray | None = None,
    *,
    land_use: str = "urban",
    variant: str = "fd2321",
    all_from: float = 2.0,
) -> Footprint:
    """A raster of depths as one of ratings, in classes of danger, ready to count people in.

    Parameters
    ----------
    depth : Footprint
        Of kind intensity [m].
    speed : xarray.DataArray, optional
        Of the water, on the same cells [m s-1]; without it the rating is a lower bound, and the scenario says
        so.
    land_use, variant, all_from
        See :func:`hazard_to_people`.

    Returns
    -------
    Footprint
        NaN where depth or speed is unknown.

    Raises
    ------
    InputError
        If the footprint holds no depths, or the speed is on other cells or in another unit.
    RangeError
        If a depth or a speed is outside the range of the rating.
    """
    data = _depths_of(depth, speed)
    missing = data.rio.nodata
    known = data if missing is None or np.isnan(missing) else data.where(data != missing)
    deep = known.to_numpy().astype("float64")
    fast = None if speed is None else speed.to_numpy().astype("float64")
    blank = np.isnan(deep) if fast is None else np.isnan(deep) | np.isnan(fast)
    found = hazard_to_people(
        np.where(blank, 0.0, deep),
        None if fast is None else np.where(blank, 0.0, fast),
        land_use=land_use,
        variant=variant,
        all_from=all_from,
    )
    raster = data.copy(data=np.where(blank, np.nan, found.value))
    raster.attrs = {"units": RATING_UNIT, "long_name": "hazard rating to people"}
    words = (depth.scenario, "danger to people", "" if speed is not None else "(still water)")
    return Footprint(
        raster.rio.write_crs(data.rio.crs).rio.write_nodata(np.nan),
        kind="intensity",
        hazard=depth.hazard,
        classes=rating_classes(all_from=all_from),
        units=RATING_UNIT,
        scenario=" ".join(filter(None, words)),
        return_period_yr=depth.return_period_yr,
        countries=depth.countries,
        no_data=depth.no_data,
        sources=depth.sources,
        caveats=depth.caveats,
    )


def _debris(depth: np.ndarray, speed: np.ndarray, land_use: str, variant: str) -> np.ndarray:
    """Debris factor [1] of the class of depth that each place lies in: a bound belongs to the lower class."""
    mine = [
        row
        for row in rows(__package__, "debris")
        if row["variant"] == variant and row["land_use"] in (land_use, "any")
    ]
    above = np.array([float(row["depth_above_m"]) for row in mine])
    factors = np.array([float(row["debris_factor"]) for row in mine])
    place = np.maximum(np.searchsorted(above, depth, side="left") - 1, 0)
    if variant == "fd2321":
        place = np.where(speed > DEBRIS_FROM_SPEED, len(mine) - 1, place)
    found: np.ndarray = factors[np.broadcast_to(place, np.broadcast(depth, speed).shape)]
    return found


def _bounds(all_from: float) -> np.ndarray:
    return np.array([*(float(row["rating_from"]) for row in _CLASSES[:-1]), all_from])
