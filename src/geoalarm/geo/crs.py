"""Reference systems: which one an analysis runs in, and how a layer gets there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import geopandas as gpd
import numpy as np
import pyproj
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from geoalarm.core.errors import InputError
from geoalarm.core.model import require_crs

EUROPE: Final = CRS.from_epsg(3035)
"""ETRS89-LAEA, the equal-area system of European statistics: analysis inside Europe runs in it."""

EARTH: Final = CRS.from_epsg(4326)
"""Longitude and latitude of WGS 84."""

_EUROPE_BOUNDS: Final = (-16.1, 32.88, 40.18, 84.73)
"""Area of use of EPSG:3035 on land [degrees west, south, east, north], from the EPSG registry."""


def analysis_crs(bounds: Sequence[float], crs: CRS | str | int) -> CRS:
    """Equal-area CRS for data within ``bounds`` (minx, miny, maxx, maxy in ``crs``).

    EPSG:3035 where the data lie inside its area of use, else a Lambert azimuthal equal-area system centred on
    them.

    Raises
    ------
    InputError
        If the bounds are not finite or cannot be placed on the earth.
    """
    if not np.all(np.isfinite(bounds)):
        raise InputError(
            "extent of the layer",
            got=tuple(bounds),
            expected="finite coordinates",
            hint="check the layer for empty geometries",
        )
    west, south, east, north = _to_degrees(tuple(map(float, bounds)), CRS.from_user_input(crs).to_wkt())
    if not np.all(np.isfinite([west, south, east, north])):
        raise InputError(
            "extent of the layer cannot be placed on the earth",
            got=tuple(bounds),
            expected="coordinates inside the area of its CRS",
            hint="check the CRS, and whether x and y are swapped",
        )
    if (
        west >= _EUROPE_BOUNDS[0]
        and south >= _EUROPE_BOUNDS[1]
        and east <= _EUROPE_BOUNDS[2]
        and north <= _EUROPE_BOUNDS[3]
    ):
        return EUROPE
    return CRS.from_dict(
        {
            "proj": "laea",
            "lon_0": round((west + east) / 2, 2),
            "lat_0": round((south + north) / 2, 2),
            "datum": "WGS84",
            "units": "m",
        }
    )


@lru_cache(maxsize=64)
def _to_degrees(bounds: tuple[float, float, float, float], wkt: str) -> tuple[float, float, float, float]:
    crs = CRS.from_wkt(wkt)
    if crs.is_geographic:
        return bounds
    return Transformer.from_crs(crs, 4326, always_xy=True).transform_bounds(*bounds)


def same_crs(a: CRS | str | int, b: CRS | str | int) -> bool:
    """Whether two systems are the same up to axis order and naming."""
    return bool(CRS.from_user_input(a).equals(CRS.from_user_input(b), ignore_axis_order=True))


def to_crs(frame: gpd.GeoDataFrame, crs: CRS | str | int) -> gpd.GeoDataFrame:
    """The frame in another CRS; itself where it is already there.

    Raises
    ------
    InputError
        If the frame has no CRS, or a coordinate cannot be transformed.
    """
    require_crs(frame, what="layer")
    if same_crs(frame.crs, crs):
        return frame
    out = frame.to_crs(crs)
    if not np.all(np.isfinite(out.total_bounds)):
        raise InputError(
            "coordinates cannot be transformed",
            got=f"bounds {tuple(frame.total_bounds)} in {frame.crs.name}",
            expected=f"places inside the area of {CRS.from_user_input(crs).name}",
            hint="check the CRS, and whether x and y are swapped",
        )
    return out


def transformer(source: CRS | str | int, target: CRS | str | int) -> Transformer:
    """Transformer with x, y (longitude, latitude) order; PROJ picks the best datum shift that needs no
    download.

    EPSG:31370 is taken through its best-available registered shift; ``tests/unit/geo/test_crs.py`` pins a
    control point.
    """
    return _transformer(CRS.from_user_input(source).to_wkt(), CRS.from_user_input(target).to_wkt())


@lru_cache(maxsize=128)
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def horizontal(crs: CRS | str | int) -> CRS:
    """The flat part of a system: without its heights, and without a datum shift bound to it."""
    flat = CRS.from_user_input(crs)
    while flat.is_bound or flat.is_compound:
        flat = flat.source_crs if flat.is_bound else flat.sub_crs_list[0]  # type: ignore[assignment]
    return flat.to_2d() if len(flat.axis_info) > 2 else flat


def geod_of(crs: CRS | str | int) -> pyproj.Geod:
    """Ellipsoid of a CRS, for lengths and areas on the earth."""
    geod = CRS.from_user_input(crs).get_geod()
    return geod if geod is not None else pyproj.Geod(ellps="GRS80")


def bound_part(crs: CRS) -> CRS | None:
    """The system with a datum shift bound to it in a system, if any."""
    if crs.is_compound:
        return bound_part(crs.sub_crs_list[0])
    return crs if crs.is_bound else None


def on_earth_ellipsoid(crs: CRS) -> bool:
    """Whether a system is on the ellipsoid of WGS 84 or GRS 80: datums on it hang on the centre of the earth,
    and none lies far from another.
    """
    return any(on_one_ellipsoid(crs, earth) for earth in (EARTH, EUROPE))


def on_one_ellipsoid(one: CRS, other: CRS) -> bool:
    """Whether two systems are on the same ellipsoid."""
    a, b = geod_of(one), geod_of(other)
    return bool(np.isclose(a.a, b.a, rtol=0, atol=0.01) and np.isclose(a.es, b.es, rtol=0, atol=1e-9))


def degrees_of(flat: CRS, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Longitude from Greenwich and latitude of places in a horizontal system, in its own datum [degrees]; NaN
    off its map. No datum is shifted (a turned globe is taken for that of the earth).
    """
    base, unit, meridian = _base_of(flat)
    longitude, latitude = (np.asarray(angle) * unit for angle in transformer(flat, base).transform(x, y))
    on_map = np.isfinite(longitude) & np.isfinite(latitude)
    return np.where(on_map, longitude + meridian, np.nan), np.where(on_map, latitude, np.nan)


def place_in(flat: CRS, longitude: float, latitude: float) -> tuple[float, float]:
    """The reverse of :func:`degrees_of`, of one place [units of the system]."""
    base, unit, meridian = _base_of(flat)
    x, y = transformer(base, flat).transform((longitude - meridian) / unit, latitude / unit)
    return float(x), float(y)


def used_operation(source: CRS, target: CRS, at: tuple[float, float]) -> Transformer:
    """The one operation that PROJ takes between two systems at a place of the first [its units]."""
    moved = Transformer.from_crs(source, target, always_xy=True)
    moved.transform(*at)
    try:
        return moved.get_last_used_operation()
    except ProjError:  # there is one only
        return moved


def _base_of(flat: CRS) -> tuple[CRS, float, float]:
    """The geographic system below a horizontal one, the degrees in its unit, and its meridian [degrees]."""
    is_turned = flat.is_geographic and flat.is_derived
    base = EARTH if is_turned or flat.geodetic_crs is None else horizontal(flat.geodetic_crs)
    meridian = base.prime_meridian
    east = float(meridian.longitude) * float(meridian.unit_conversion_factor) if meridian is not None else 0.0
    unit = float(base.axis_info[0].unit_conversion_factor)
    return base, float(np.degrees(unit)), float(np.degrees(east))
