"""Underground cavities: how far from one the ground may sink, and the zone round many of them."""

from __future__ import annotations

import logging
import math
from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from geoalarm.core.errors import InputError
from geoalarm.core.model import Footprint, IntensityClass, Source, require_column, require_crs
from geoalarm.core.quantities import require_range
from geoalarm.core.reference_rows import row
from geoalarm.core.registry import FlaggedOutputs, ModelInput, at_least_zero, model
from geoalarm.geo.crs import analysis_crs, geod_of
from geoalarm.geo.datum_accuracy import placed_on_earth

ZONE: Final = "cavity_influence"
_SIDES: Final = 72

log = logging.getLogger(__name__)


def _default(key: str) -> float:
    return float(row(__package__, "cavities", "key", key)["value"])


_ANGLE: Final = ModelInput("degree", _default("angle_low"), _default("angle_high"))


@model(
    inputs={
        "cavity_radius": at_least_zero("m", 1000.0),
        "depth": at_least_zero("m", 1000.0),
        "angle": _ANGLE,
        "location_accuracy": at_least_zero("m", 10_000.0),
    },
    outputs={"radius": "m", "influence": "m"},
    source="cone of collapse, R + H tan(alpha); location accuracy in quadrature and 50 m without a depth "
    "are choices of this project",
)
def cavity_influence_radius(
    cavity_radius: float | np.ndarray,
    depth: float | np.ndarray | None = None,
    *,
    angle: float = 35.0,
    location_accuracy: float | np.ndarray = 0.0,
) -> FlaggedOutputs:
    """Distance from a cavity within which the ground may sink: ``R + H tan(alpha)``, and with the accuracy of
    its place in quadrature.

    Where the depth is unknown the influence is 50 m, or the radius of the cavity if that is more.

    Parameters
    ----------
    cavity_radius : float or numpy.ndarray
        Half the width of the cavity; without a depth it counts only if it is more than 50 m [m].
    depth : float or numpy.ndarray
        Of its floor below the ground; none if unknown [m].
    angle : float
        Of the cone of collapse from the vertical, 20 to 45; only with a depth [degree].
    location_accuracy : float or numpy.ndarray
        How far the true place may be from the recorded one [m].

    Raises
    ------
    RangeError
        If a length is negative or the angle not between 20 and 45 degrees.

    References
    ----------
    Cone of collapse over a mined void; its defaults are choices of this project.

    Examples
    --------
    >>> round(float(cavity_influence_radius("5 m", "20 m", angle="35 degree")), 1)
    19.0
    >>> round(float(cavity_influence_radius("5 m", "20 m", angle="45 degree")), 1)
    25.0
    >>> round(float(cavity_influence_radius("2 m", location_accuracy="25 m")), 1)
    55.9
    """
    width = np.asarray(cavity_radius, dtype="float64")
    if depth is None:
        influence = np.maximum(width, _default("radius_without_depth"))
    else:
        influence = width + np.asarray(depth, dtype="float64") * math.tan(math.radians(angle))
    return FlaggedOutputs(
        (np.hypot(influence, location_accuracy), influence), ("depth_unknown",) if depth is None else ()
    )


def _influence(width: np.ndarray, depth: np.ndarray, accuracy: np.ndarray, angle: float) -> np.ndarray:
    """Radius of each cavity's influence [m]; that of an unknown depth where the depth is NaN."""
    blind = np.isnan(depth)
    if blind.any():
        log.info("%d of %d cavities have no depth: influence of 50 m", int(blind.sum()), len(depth))
    known = cavity_influence_radius(
        width, np.where(blind, 0.0, depth), angle=angle, location_accuracy=accuracy
    )
    radius = np.where(blind, cavity_influence_radius(width, location_accuracy=accuracy).value, known.value)
    if not (radius > 0).all():
        raise InputError(
            "influence of a cavity",
            got="0 m",
            expected="a positive radius",
            hint="give radius, depth or accuracy",
        )
    return radius


def cavity_zones(
    cavities: gpd.GeoDataFrame,
    *,
    source: Source,
    radius_column: str | None = None,
    depth_column: str | None = None,
    accuracy_column: str | None = None,
    radius_m: float = 0.0,
    accuracy_m: float | None = None,
    angle_degree: float = 35.0,
    countries: tuple[str, ...] = (),
) -> Footprint:
    """The ground round cavities that may sink, as one zone: circles of their influence, overlaps once.

    People in it are counted by address points (:func:`geoalarm.exposure.points.at_points`): a circle is
    mostly smaller than a population cell, and the footprint then carries ``coarse_population``.

    Parameters
    ----------
    cavities : geopandas.GeoDataFrame
        Points, any CRS.
    source : Source
    radius_column, depth_column, accuracy_column : str, optional
        Columns of metres: half the width, depth of the floor (empty: unknown), accuracy of the place.
    radius_m : float
        Half the width where no column tells [m].
    accuracy_m : float, optional
        Accuracy where no column or an empty cell tells [m]; it has to be given then, because unknown is not
        exact.
    angle_degree : float
        Of the cone of collapse [degree].
    countries : tuple of str
        What the footprint carries.

    Returns
    -------
    Footprint
        Polygons, class ``cavity_influence``, no return period.

    Raises
    ------
    InputError
        If there is no cavity, one is not a point, a column is missing, or accuracy or datum are unknown.
    RangeError
        If a length is negative or the angle outside its range.
    """
    require_crs(cavities, what="cavities")
    if cavities.empty or set(cavities.geom_type) != {"Point"}:
        found = ", ".join(sorted(set(cavities.geom_type.dropna()))) or "none"
        raise InputError(
            "cavities",
            got=found,
            expected="at least one point, and points only",
            hint="use a point inside each cavity",
        )
    width = _metres(cavities, radius_column, radius_m)
    accuracy = _metres(cavities, accuracy_column, math.nan if accuracy_m is None else accuracy_m)
    if np.isnan(accuracy).any():
        raise InputError(
            f"accuracy of the places of cavities{f', column {accuracy_column!r}' if accuracy_column else ''}",
            got=f"{int(np.isnan(accuracy).sum())} unknown",
            expected="metres",
            hint="give accuracy_m for those without one",
        )
    radius = _influence(width, _metres(cavities, depth_column, math.nan), accuracy, angle_degree)
    places, notes = placed_on_earth(cavities, what="cavities")
    circles = _circles(places, radius)
    zone = _union(circles)
    is_small = bool((2 * radius < _default("population_cell")).any())
    return Footprint(
        zone.assign(zone=ZONE),
        kind="polygons",
        hazard="landslide",
        classes=(IntensityClass(ZONE),),
        class_column="zone",
        scenario="cavities",
        countries=countries,
        sources=(source,),
        caveats=tuple(
            dict.fromkeys([*source.caveats, *notes.caveats, *(["coarse_population"] if is_small else [])])
        ),
    )


def _metres(frame: gpd.GeoDataFrame, column: str | None, otherwise: float) -> np.ndarray:
    """A column of metres, filled where it is empty; negative values are refused by name."""
    if column is None:
        return np.full(len(frame), otherwise)
    require_column(frame, column, what="cavities")
    try:
        values = frame[column].to_numpy(dtype="float64", na_value=math.nan)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"column {column!r} of cavities", got=str(frame[column].dtype), expected="numbers of metres"
        ) from error
    require_range(column, values[~np.isnan(values)], 0.0, 10_000.0, unit="m")
    filled: np.ndarray = np.where(np.isnan(values), otherwise, values)
    return filled


def _circles(points: np.ndarray, radius_m: np.ndarray) -> np.ndarray:
    """Circles of true radius on the ellipsoid, as polygons with the area of the circle."""
    step = 2 * math.pi / _SIDES
    reach = np.repeat(radius_m / math.sqrt(math.sin(step) / step), _SIDES)
    bearing = np.tile(np.degrees(step) * np.arange(_SIDES), len(points))
    east, north, _ = geod_of(4326).fwd(
        np.repeat(points[:, 0], _SIDES), np.repeat(points[:, 1], _SIDES), bearing, reach
    )
    return np.array(
        shapely.polygons(np.stack([east, north], axis=1).reshape(len(points), _SIDES, 2)), dtype=object
    )


def _union(circles: np.ndarray) -> gpd.GeoDataFrame:
    """Overlapping circles as one polygon each group, in the equal-area system."""
    placed = gpd.GeoSeries(circles, crs=4326)
    flat = placed.to_crs(analysis_crs(placed.total_bounds, 4326))
    whole = gpd.GeoSeries([flat.union_all()], crs=flat.crs).explode(ignore_index=True)
    return gpd.GeoDataFrame(geometry=whole)
