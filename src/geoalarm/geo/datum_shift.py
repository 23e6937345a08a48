"""How far off places may be when a layer moves from one datum to another.

PROJ never refuses: where it knows no transformation between two datums it takes the latitudes of the one for
those of the other ("ballpark"), and says so only to those who ask. Belgian Lambert 72 without its datum lies
108 m off.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import geopandas as gpd
import numpy as np
import rioxarray  # noqa: F401  (registers the .rio accessor)
import xarray as xr
from pyproj import CRS, Geod
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_crs_info
from pyproj.enums import PJType
from pyproj.transformer import TransformerGroup

from geoalarm.geo.crs import (
    EARTH,
    bound_part,
    degrees_of,
    geod_of,
    horizontal,
    on_earth_ellipsoid,
    on_one_ellipsoid,
    place_in,
    same_crs,
    transformer,
    used_operation,
)

LEAST_M: Final = 2.0
"""What a shift that nobody names is worth at best: two realisations of WGS 84 may differ by this much [m]."""

SAME_PLACE: Final = 1e-5
"""Two projections that differ by less than this over a few km are one [degrees]: 1 m."""

NEAR: Final = (0.01, 1.0)
"""How far round a place a registered datum, and a registered projection, may be in use [degrees]."""

NAMELESS: Final = ("unknown", "unnamed", "undefined", "unspecified", "not specified", "not_specified")
"""How names of datums begin that name none."""


@dataclass(frozen=True, slots=True)
class DatumShift:
    """What PROJ does between the datums of two systems at a place.

    Attributes
    ----------
    size_m : float
        How far off a place may be [m]: the accuracy PROJ states; where the shift is ballpark, the distance
        from where the likely datums put the place. NaN where nobody knows.
    is_ballpark : bool
        Whether PROJ knows no transformation and leaves the coordinates as they are.
    unknown : int
        Which of the two has the unknown datum, 0 or 1.
    likely : tuple of str
        The registered systems that one may be (``EPSG:31370``).
    is_sphere : bool
        Whether the unknown datum is a sphere: its latitudes are taken for those of the earth, and are off by
        ``size_m`` if they are geocentric.
    """

    size_m: float
    is_ballpark: bool
    unknown: int = 0
    likely: tuple[str, ...] = ()
    is_sphere: bool = False


def datum_shift(source: CRS, target: CRS, place: tuple[float, float]) -> DatumShift | None:
    """The shift between two systems at a place [degrees east, north]; None where both have one datum."""
    near = (round(place[0], 1), round(place[1], 1))
    bases = [_base_wkt(crs.to_wkt()) for crs in (source, target)]
    if bases[0] is not None and bases[1] is not None:
        # datums alone: PROJ looks for a way between projected systems a hundred times as long
        found = _known_shift(bases[0], bases[1], near)
        if found is None or not found.is_ballpark:
            return found
    return _datum_shift(source.to_wkt(), target.to_wkt(), near)


@lru_cache(maxsize=256)
def _known_shift(source: str, target: str, place: tuple[float, float]) -> DatumShift | None:
    """The shift between two datums with names; ballpark where PROJ knows no way."""
    both = CRS.from_wkt(source), CRS.from_wkt(target)
    if both[0].equals(both[1], ignore_axis_order=True):
        return None
    description, accuracy = _operation(*both, place)
    return DatumShift(accuracy if accuracy >= 0 else math.nan, "ballpark" in description.lower())


@lru_cache(maxsize=256)
def _datum_shift(source: str, target: str, place: tuple[float, float]) -> DatumShift | None:
    """The shift where a datum has no name, none that PROJ knows, or one bound to it in the file."""
    both = CRS.from_wkt(source), CRS.from_wkt(target)
    nameless = [is_nameless(crs) for crs in both]
    if nameless[0] == nameless[1] and _one_datum(*both):
        return None
    description, accuracy = _operation(*both, place)
    # PROJ holds a datum without a name for equal to any on its ellipsoid, and is silent then
    if "ballpark" in description.lower() or any(nameless):
        unknown = next((side for side in (0, 1) if nameless[side] or _is_ballpark(both[side], place)), 0)
        return _unknown_shift(both[unknown], both[1 - unknown], unknown, place)
    if accuracy < 0:
        stated = [_distance_to_registered(both[side], both[1 - side], place) for side in (0, 1)]
        accuracy = float(np.fmax(stated[0], stated[1]))
    return DatumShift(accuracy, is_ballpark=False)


def missing_grids(source: CRS, target: CRS, place: tuple[float, float]) -> tuple[str, ...]:
    """Files that PROJ lacks here for a better shift between two systems."""
    one, other = (CRS.from_wkt(_base_wkt(crs.to_wkt()) or crs.to_wkt()) for crs in (source, target))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of what is looked for here
        found = TransformerGroup(one, other, always_xy=True, area_of_interest=_around(place, NEAR[0]))  # type: ignore[arg-type]
    lacking = (grid for better in found.unavailable_operations for grid in better.grids)
    return tuple(dict.fromkeys(grid.short_name for grid in lacking if not grid.available))


def with_stated_datum(data: gpd.GeoDataFrame | xr.DataArray, crs: str) -> gpd.GeoDataFrame | xr.DataArray:
    """A layer whose file does not name its datum, in the system its producer states; any other as it is."""
    is_frame = isinstance(data, gpd.GeoDataFrame)
    if not is_nameless(CRS.from_user_input(data.crs if is_frame else data.rio.crs)):
        return data
    return data.set_crs(crs, allow_override=True) if is_frame else data.rio.write_crs(crs)


def may_be(crs: CRS | str, stated: CRS | str) -> bool:
    """Whether a system is the stated one, or does not name its datum and has the same ellipsoid and
    projection.
    """
    own, other = CRS.from_user_input(crs), CRS.from_user_input(stated)
    if same_crs(own, other):
        return True
    area = other.area_of_use
    if area is None or not is_nameless(own) or not on_one_ellipsoid(own, other):
        return False
    place = (area.west + area.east) / 2, (area.south + area.north) / 2
    return _is_same_projection(horizontal(own), horizontal(other), place_in(horizontal(other), *place))


@lru_cache(maxsize=256)
def _base_wkt(wkt: str) -> str | None:
    """The datum of a system as the WKT of its geographic one; None where it has no name, or a shift is bound
    to it.
    """
    crs = CRS.from_wkt(wkt)
    base = horizontal(crs).geodetic_crs
    return None if base is None or bound_part(crs) is not None or is_nameless(crs) else base.to_2d().to_wkt()


def _one_datum(one: CRS, other: CRS) -> bool:
    if bound_part(one) is not None or bound_part(other) is not None:
        return same_crs(one, other)
    bases = [horizontal(crs).geodetic_crs for crs in (one, other)]
    return bases[0] is not None and bool(bases[0].equals(bases[1], ignore_axis_order=True))


def is_nameless(crs: CRS) -> bool:
    """Whether a system states neither its datum nor, bound to it, a shift. A shift of nothing is none, but
    between datums that hang on the centre of the earth.
    """
    base = horizontal(crs).geodetic_crs
    if base is not None and base.datum is not None and not base.datum.name.lower().startswith(NAMELESS):
        return False
    bound = bound_part(crs)
    if bound is None or bound.coordinate_operation is None:
        return True
    shift = bound.coordinate_operation.towgs84
    return bool(shift) and not any(shift) and not on_earth_ellipsoid(crs) and geod_of(crs).es > 0


def _operation(source: CRS, target: CRS, place: tuple[float, float]) -> tuple[str, float]:
    """Description of what PROJ does at a place, and its accuracy [m], -1 where it states none."""
    used = used_operation(source, target, place_in(horizontal(source), *place))
    return used.description or used.definition, used.accuracy


def _unknown_shift(crs: CRS, other: CRS, unknown: int, place: tuple[float, float]) -> DatumShift:
    """How far off a system of unknown datum may be in another one."""
    if geod_of(crs).es == 0:
        return DatumShift(_geocentric_distance(place[1]), True, unknown, is_sphere=True)
    if on_earth_ellipsoid(crs):
        return DatumShift(LEAST_M, True, unknown)
    projections = tuple(_same_projection(crs, place))
    base = horizontal(crs).geodetic_crs
    datums = () if projections or base is None else tuple(_same_ellipsoid(base, place))
    own, kin = (crs, projections) if projections or base is None else (base, datums)
    sizes = [_distance(own, CRS.from_user_input(name), other, place) for name in kin]
    known = [size for size in sizes if math.isfinite(size)]
    size = max(LEAST_M, *known) if known else math.nan
    return DatumShift(size, True, unknown, projections if crs.is_projected else datums)


def _geocentric_distance(latitude: float) -> float:
    """Metres between a geodetic latitude and the geocentric one of the same number [degrees]."""
    earth = Geod(ellps="WGS84")
    turned = math.degrees(math.atan2(math.tan(math.radians(latitude)), 1 - earth.es))
    return float(earth.inv(0, latitude, 0, turned)[2])


def _distance_to_registered(crs: CRS, other: CRS, place: tuple[float, float]) -> float:
    """How far a shift that is bound to a system takes it from the nearest registered system of its datum, or
    else of its projection [m]; NaN where there is none, or no shift is bound.
    """
    bound = bound_part(crs)
    if bound is None or on_earth_ellipsoid(crs) or geod_of(crs).es == 0:
        return math.nan
    named = horizontal(crs)
    kin = [CRS.from_user_input(name) for name in _same_projection(crs, place)]
    if not is_nameless(named) and not _is_ballpark(named, place):
        kin = [named]
    sizes = [_distance(bound, likely, other, place) for likely in kin]
    return min((size for size in sizes if math.isfinite(size)), default=math.nan)


def _distance(own: CRS, likely: CRS, other: CRS, place: tuple[float, float]) -> float:
    """Metres between where PROJ puts coordinates of a system in another one, and where they lie if the system
    is a likely one.
    """
    start = place_in(horizontal(own), *place)
    ends = [
        transformer(other, EARTH).transform(*transformer(system, other).transform(*start))
        for system in (own, likely)
    ]
    return float(Geod(ellps="WGS84").inv(*ends[0], *ends[1])[2])


def _same_projection(crs: CRS, place: tuple[float, float]) -> Iterator[str]:
    """Registered projected systems that a system may be but for its datum."""
    flat = horizontal(crs)
    if not flat.is_projected or flat.coordinate_operation is None:
        return
    at, method = place_in(flat, *place), flat.coordinate_operation.method_name
    for name, found in _registered(PJType.PROJECTED_CRS, place, NEAR[1], method):
        if (
            on_one_ellipsoid(found, flat)
            and _is_same_projection(flat, found, at)
            and not _is_ballpark(found, place)
        ):
            yield name


def _is_same_projection(one: CRS, other: CRS, at: tuple[float, float]) -> bool:
    """Whether three places of the map have the same longitudes and latitudes, each on the map's own datum."""
    step = 1e4 / one.axis_info[0].unit_conversion_factor if one.is_projected else 0.1
    x, y = at[0] + np.array([0, step, 0]), at[1] + np.array([0, 0, step])
    own, others = (np.array(degrees_of(flat, x, y)) for flat in (one, other))
    return bool(np.allclose(own, others, rtol=0, atol=SAME_PLACE))


def _same_ellipsoid(base: CRS, place: tuple[float, float]) -> Iterator[str]:
    """Registered datums on an ellipsoid, in use at a place."""
    for name, found in _registered(PJType.GEOGRAPHIC_2D_CRS, place, NEAR[0]):
        alike = found.prime_meridian == base.prime_meridian and on_one_ellipsoid(found, base)
        if alike and not _is_ballpark(found, place):
            yield name


def _is_ballpark(crs: CRS, place: tuple[float, float]) -> bool:
    base = horizontal(crs).geodetic_crs if bound_part(crs) is None else crs
    return base is None or "ballpark" in _operation(base, EARTH, place)[0].lower()


def _registered(
    kind: PJType, place: tuple[float, float], near: float, method: str = ""
) -> Iterator[tuple[str, CRS]]:
    """Systems of EPSG in use near a place, of one method of projection where it is given."""
    found = query_crs_info(
        auth_name="EPSG", pj_types=kind, area_of_interest=_around(place, near), contains=False
    )
    for info in found:
        if not method or info.projection_method_name == method:
            name = f"{info.auth_name}:{info.code}"
            yield name, CRS.from_user_input(name)


def _around(place: tuple[float, float], degrees: float) -> AreaOfInterest:
    longitude, latitude = place
    return AreaOfInterest(longitude - degrees, latitude - degrees, longitude + degrees, latitude + degrees)
