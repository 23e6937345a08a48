"""Where an accident is, and how its shapes get onto the map: distances true on the ellipsoid, areas in the
analysis CRS.

Shapes are drawn in metres east and north of the site (azimuthal equidistant, north is true north), turned by
the wind, and only then brought to the analysis CRS, whose grid north is another: in EPSG:3035 it is off by 5
degrees in the zone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import geopandas as gpd
import numpy as np
import rioxarray  # noqa: F401  (registers the .rio accessor)
import shapely
import xarray as xr
from affine import Affine
from pyproj import CRS
from scipy.optimize import brentq

from geoalarm.core.errors import InputError
from geoalarm.core.quantities import require_range
from geoalarm.geo.crs import analysis_crs
from geoalarm.geo.site_plane import SitePlane
from geoalarm.hazards.industrial.crossing import outermost

Effect = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""An effect at (downwind, crosswind) distances from the source [m]; falling across the wind."""

SIDES: Final = 360
"""Corners of a circle."""

ROUNDING: Final = 0.01
"""By how much a milder zone is made to stand over a severer one reaching out of it, at a shared tip [m]."""

STEPS: Final = 160
"""Widths along a downwind zone."""

CELLS: Final = 400
"""Cells along the longer side of a raster, about."""


@dataclass(frozen=True)
class Site:
    """A place in degrees (WGS 84) with the plane round it; ``name`` is for labels."""

    lon: float
    lat: float
    name: str = ""

    def __post_init__(self) -> None:
        for name, value, limit in (("lon", self.lon, 180.0), ("lat", self.lat, 85.0)):
            if not (isinstance(value, int | float) and math.isfinite(value) and abs(value) <= limit):
                raise InputError(
                    f"{name} of the site",
                    got=value,
                    expected=f"degrees, at most {limit:g} either way",
                    hint="longitude first, then latitude",
                )

    @cached_property
    def crs(self) -> CRS:
        """Equal-area CRS of the analysis here: EPSG:3035 inside Europe."""
        return analysis_crs((self.lon, self.lat, self.lon, self.lat), 4326)

    @cached_property
    def plane(self) -> SitePlane:
        """Metres east and north of the site."""
        return SitePlane(self.lon, self.lat)

    def onto_map(self, east: np.ndarray, north: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Coordinates in :attr:`crs` of metres east and north."""
        return self.plane.onto(self.crs, east, north)


def turned(downwind: np.ndarray, crosswind: np.ndarray, wind_from: float) -> tuple[np.ndarray, np.ndarray]:
    """Metres east and north of places downwind and to the left of the wind, which comes FROM ``wind_from``
    [degrees from north].

    Examples
    --------
    >>> east, north = turned(np.array(100.0), np.array(0.0), 270)
    >>> round(float(east)), round(float(north))
    (100, 0)
    """
    towards = math.radians(wind_from + 180.0)
    sine, cosine = math.sin(towards), math.cos(towards)
    return downwind * sine - crosswind * cosine, downwind * cosine + crosswind * sine


def along_wind(east: np.ndarray, north: np.ndarray, wind_from: float) -> tuple[np.ndarray, np.ndarray]:
    """Downwind distance and distance to the left of the wind [m] of metres east and north; the inverse of
    :func:`turned`.
    """
    towards = math.radians(wind_from + 180.0)
    sine, cosine = math.sin(towards), math.cos(towards)
    return east * sine + north * cosine, -east * cosine + north * sine


def require_wind_from(wind_from: float) -> float:
    """The direction the wind comes from, refused unless it is 0 to 360 degrees.

    Raises
    ------
    InputError
        If it is not.
    """
    if not (isinstance(wind_from, int | float) and 0 <= wind_from <= 360):
        raise InputError(
            "input 'wind_from'",
            got=wind_from,
            expected="0 to 360 degrees, where the wind comes from (90 is east)",
            hint="add or subtract 360; turn by 180 if it is where the wind blows to",
        )
    return float(wind_from)


def circle(radius: float) -> np.ndarray:
    """Corners (n, 2) of a circle round the source [m], as large in area as the circle."""
    require_range("radius", radius, 0, math.inf, unit="m", closed="neither")
    angle = np.arange(SIDES) * (2 * np.pi / SIDES)
    wide = radius / math.sqrt(math.sin(2 * math.pi / SIDES) / (2 * math.pi / SIDES))
    return wide * np.column_stack([np.cos(angle), np.sin(angle)])


def downwind_outline(
    effect: Effect, level: float, *, low: float, high: float, upwind: float = 0.0
) -> np.ndarray | None:
    """Corners (n, 2) of where an effect is at least ``level``, in metres downwind and to the left; None where
    nowhere.

    Parameters
    ----------
    effect : callable
        Falls with the distance across the wind, alike on both sides; along the wind it may rise before it
        falls.
    level : float
        In the unit of the effect.
    low, high : float
        Nearest and farthest distance to look at [m].
    upwind : float
        How far behind the source the zone begins, at its full width there [m].
    """
    far = outermost(lambda x: effect(x, np.zeros_like(x)), level, low=low, high=high)
    if math.isnan(far):
        return None
    near, far = _nearest(effect, level, low, min(far, high)), min(far, high)
    share = (1 - np.cos(np.linspace(0, np.pi, STEPS))) / 2
    x = near + (far - near) * share
    y = _half_width(effect, x, level)
    if upwind > 0:
        x, y = np.concatenate([[-upwind], x]), np.concatenate([y[:1], y])
    return np.column_stack([np.concatenate([x, x[::-1]]), np.concatenate([y, -y[::-1]])])


def _nearest(effect: Effect, level: float, low: float, far: float) -> float:
    """Innermost distance on the axis at which the level is met."""
    x = np.geomspace(low, far, 256)
    met = np.asarray(effect(x, np.zeros_like(x))) >= level
    first = int(np.argmax(met)) if met.any() else len(x) - 1
    if first == 0 or not met.any():
        return float(x[first]) if met.any() else far

    def difference(at: float) -> float:
        return float(np.asarray(effect(np.array([at]), np.zeros(1)))[0]) - level

    return (
        float(brentq(difference, x[first - 1], x[first]))
        if difference(float(x[first - 1])) < 0
        else float(x[first - 1])
    )


def _half_width(effect: Effect, x: np.ndarray, level: float) -> np.ndarray:
    """Distance across the wind within which the level is met, by halving."""
    inside = np.asarray(effect(x, np.zeros_like(x))) >= level
    wide = np.full_like(x, 1.0)
    for _ in range(24):
        met = np.asarray(effect(x, wide)) >= level
        if not met.any():
            break
        wide = np.where(met, wide * 2, wide)
    narrow = np.zeros_like(x)
    for _ in range(40):
        middle = (narrow + wide) / 2
        met = np.asarray(effect(x, middle)) >= level
        narrow, wide = np.where(met, middle, narrow), np.where(met, wide, middle)
    return np.where(inside, narrow, 0.0)


def zones(
    site: Site, outlines: Mapping[str, np.ndarray], *, wind_from: float | None = None
) -> gpd.GeoDataFrame:
    """Polygons with a column ``zone``, in the analysis CRS, from corners downwind (or east) and left (or
    north) of the site.

    A severer zone is kept within the milder ones, in the order given: mild to severe.
    """
    shapes: list[shapely.Geometry] = []
    for corners in outlines.values():
        downwind, left = np.asarray(corners, dtype=float).T
        east, north = (downwind, left) if wind_from is None else turned(downwind, left, wind_from)
        shape = shapely.polygons(np.column_stack(site.onto_map(east, north)))
        shapes.append(
            shape
            if shape.is_valid
            else shapely.union_all(
                [part for part in shapely.get_parts(shapely.make_valid(shape)) if part.area > 0]
            )
        )
    for i in range(len(shapes) - 2, -1, -1):
        if not shapely.covers(shapes[i], shapes[i + 1]):
            shapes[i] = shapely.union(shapes[i], shapely.buffer(shapes[i + 1], ROUNDING, quad_segs=2))
    return gpd.GeoDataFrame({"zone": list(outlines)}, geometry=shapes, crs=site.crs)


def square(site: Site, half: float) -> gpd.GeoDataFrame:
    """A square of the analysis CRS with the site in its middle, from it to each side ``half`` [m]."""
    x, y = (float(value[0]) for value in site.onto_map(np.zeros(1), np.zeros(1)))
    return gpd.GeoDataFrame(geometry=[shapely.box(x - half, y - half, x + half, y + half)], crs=site.crs)


def raster(
    site: Site,
    values: Callable[[np.ndarray, np.ndarray], np.ndarray],
    bounds: tuple[float, float, float, float],
    *,
    units: str,
    name: str,
    cell: float | None = None,
) -> xr.DataArray:
    """Values at metres east and north of a site, at the middles of square cells of the analysis CRS.

    Parameters
    ----------
    site : Site
    values : callable
        At (east, north) [m]; NaN where nothing is known.
    bounds : tuple of float
        (minx, miny, maxx, maxy) in the analysis CRS to cover; widened to whole cells.
    units, name : str
        Of the values.
    cell : float, optional
        Side of a cell; without it a round one that gives about 400 along the longer side [m].

    Returns
    -------
    xarray.DataArray
        dims (y, x), NaN is no data.
    """
    side = _cell(max(bounds[2] - bounds[0], bounds[3] - bounds[1])) if cell is None else cell
    require_range("cell", side, 0, math.inf, unit="m", closed="neither")
    left, bottom = (math.floor(bound / side) * side for bound in bounds[:2])
    columns, rows = (
        max(1, math.ceil((high - low) / side)) for low, high in ((left, bounds[2]), (bottom, bounds[3]))
    )
    if columns * rows > 4_000_000:
        raise InputError(
            "input 'cell'",
            got=f"{side:g} m: {columns} by {rows} cells",
            expected="at most 4 million cells",
            hint="take larger cells",
        )
    x, y = left + (np.arange(columns) + 0.5) * side, bottom + (rows - np.arange(rows) - 0.5) * side
    window = site.plane.window(site.crs, (left, bottom, left + columns * side, bottom + rows * side))
    found = values(*site.plane.true_distances(*window.lattice(x, y)))
    made = xr.DataArray(
        np.asarray(found, dtype="float64"),
        dims=("y", "x"),
        coords={"y": y, "x": x},
        name=name,
        attrs={"units": units},
    )
    placed: xr.DataArray = (
        made.rio.write_crs(site.crs)
        .rio.write_transform(Affine(side, 0, left, 0, -side, bottom + rows * side))
        .rio.write_nodata(np.nan)
    )
    return placed


def _cell(extent: float) -> float:
    """A round side: 1, 2 or 5 times a power of ten."""
    wanted = extent / CELLS
    power = 10 ** math.floor(math.log10(wanted))
    return float(next(step * power for step in (1, 2, 5, 10) if step * power >= wanted))
