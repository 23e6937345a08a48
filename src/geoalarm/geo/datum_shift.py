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
from pyproj import CRS, Geod, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_crs_info
from pyproj.enums import PJType
from pyproj.exceptions import ProjError
from pyproj.transformer import TransformerGroup

from geoalarm.geo.crs import geod_of, horizontal, same_crs

LEAST_M: Final = 2.0
"""What a shift that nobody names is worth at best: two realisations of WGS 84 may differ by this much [m]."""

GEOCENTRIC: Final = ("GRS80", "WGS84")
"""Ellipsoids of datums that hang on the centre of the earth: none of them lies far from another."""

SAME_PLACE: Final = 1e-5
"""Two projections that differ by less than this over a few km are one [degrees]: 1 m."""

NAMELESS: Final = ("unknown", "unnamed", "undefined", "not specified", "not_specified")
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
        Which of the two has the unknown datum, 0 or 1; -1 where both are known.
    likely : tuple of str
        The registered systems that one may be (``EPSG:31370``).
    """

    size_m: float
    is_ballpark: bool
    unknown: int = -1
    likely: tuple[str, ...] = ()


def datum_shift(source: CRS, target: CRS, place: tuple[float, float]) -> DatumShift | None:
    """The shift between two systems at a place [degrees east, north]; None where both have one datum."""
    return _datum_shift(source.to_wkt(), target.to_wkt(), (round(place[0], 1), round(place[1], 1)))


@lru_cache(maxsize=256)
def _datum_shift(source: str, target: str, place: tuple[float, float]) -> DatumShift | None:
    both = CRS.from_wkt(source), CRS.from_wkt(target)
    if _one_datum(*both):
        return None
    description, accuracy = _operation(*both, place)
    # PROJ holds a datum without a name for equal to any on its ellipsoid, and is silent then
    guessed = "ballpark" in description.lower() or _is_nameless(both[0]) != _is_nameless(both[1])
    if not guessed:
        return DatumShift(accuracy if accuracy >= 0 else math.nan, is_ballpark=False)
    for side in (0, 1):
        if _is_nameless(both[side]) or _is_ballpark(both[side], place):
            size, likely = _likely(both[side], both[1 - side], place)
            return DatumShift(size, is_ballpark=True, unknown=side, likely=likely)
    return DatumShift(math.nan, is_ballpark=True)


def missing_grids(source: CRS, target: CRS, place: tuple[float, float]) -> tuple[str, ...]:
    """Files that PROJ lacks here for a better shift between two systems."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of what is looked for here
        found = TransformerGroup(source, target, always_xy=True, area_of_interest=_around(place))  # type: ignore[arg-type]
    lacking = (grid for better in found.unavailable_operations for grid in better.grids)
    return tuple(dict.fromkeys(grid.short_name for grid in lacking if not grid.available))


def with_stated_datum(data: gpd.GeoDataFrame | xr.DataArray, crs: str) -> gpd.GeoDataFrame | xr.DataArray:
    """A layer whose file does not name its datum, in the system its producer states; any other as it is."""
    is_frame = isinstance(data, gpd.GeoDataFrame)
    if not _is_nameless(CRS.from_user_input(data.crs if is_frame else data.rio.crs)):
        return data
    return data.set_crs(crs, allow_override=True) if is_frame else data.rio.write_crs(crs)


def _one_datum(one: CRS, other: CRS) -> bool:
    if one.is_bound or other.is_bound:
        return same_crs(one, other)
    bases = [horizontal(crs).geodetic_crs for crs in (one, other)]
    if bases[0] is None or bases[1] is None or _is_nameless(one) != _is_nameless(other):
        return False
    return bool(bases[0].equals(bases[1], ignore_axis_order=True))


def _is_nameless(crs: CRS) -> bool:
    """Whether a system states neither its datum nor, bound to it, a shift."""
    base = horizontal(crs).geodetic_crs
    is_named = (
        base is not None and base.datum is not None and not base.datum.name.lower().startswith(NAMELESS)
    )
    return not is_named and "BOUNDCRS" not in crs.to_wkt()


def _operation(source: CRS, target: CRS, place: tuple[float, float]) -> tuple[str, float]:
    """Description of what PROJ does at a place, and its accuracy [m], -1 where it states none."""
    start = _at(source, place)
    moved = Transformer.from_crs(source, target, always_xy=True)
    moved.transform(*start)
    try:
        used = moved.get_last_used_operation()
    except ProjError:  # one operation only: it is described beforehand
        used = moved
    return used.description or used.definition, used.accuracy


def _at(crs: CRS, place: tuple[float, float]) -> tuple[float, float]:
    """A place in a system; near enough to choose an operation by, whatever the datum."""
    x, y = Transformer.from_crs(4326, crs, always_xy=True).transform(*place)
    return float(x), float(y)


def _likely(crs: CRS, other: CRS, place: tuple[float, float]) -> tuple[float, tuple[str, ...]]:
    """How far off a system may be in the other [m], and the registered systems it may be: those of the same
    projection and ellipsoid in use at the place; where there is none, the datums on its ellipsoid.
    """
    if any(_on_one_ellipsoid(crs, ellipsoid) for ellipsoid in map(_geographic_on, GEOCENTRIC)):
        return LEAST_M, ()
    base = horizontal(crs).geodetic_crs
    kin = [(name, crs) for name in _same_projection(crs, place)]
    if not kin and base is not None:
        kin = [(name, base) for name in _same_ellipsoid(base, place)]
    sizes = [_distance(own, CRS.from_user_input(name), other, place) for name, own in kin]
    known = [size for size in sizes if math.isfinite(size)]
    return max(LEAST_M, *known) if known else math.nan, tuple(name for name, _ in kin)


def _geographic_on(ellipsoid: str) -> CRS:
    return CRS.from_dict({"proj": "longlat", "ellps": ellipsoid})


def _distance(own: CRS, likely: CRS, other: CRS, place: tuple[float, float]) -> float:
    """Metres between where PROJ puts coordinates of a system in another one, and where they lie if the system
    is a likely one.
    """
    start = _at(own, place)
    ends = [
        Transformer.from_crs(other, 4326, always_xy=True).transform(
            *Transformer.from_crs(system, other, always_xy=True).transform(*start)
        )
        for system in (own, likely)
    ]
    return float(Geod(ellps="WGS84").inv(*ends[0], *ends[1])[2])


def _same_projection(crs: CRS, place: tuple[float, float]) -> Iterator[str]:
    flat = horizontal(crs)
    if not flat.is_projected:
        return
    x, y = _at(flat, place)
    own = _unprojected(flat, x, y)
    for name, found in _registered(PJType.PROJECTED_CRS, place):
        if _on_one_ellipsoid(found, flat) and np.allclose(
            _unprojected(found, x, y), own, rtol=0, atol=SAME_PLACE
        ):
            yield name


def _unprojected(flat: CRS, x: float, y: float) -> np.ndarray:
    """Longitude from Greenwich and latitude of three places on the map, in the map's own datum [degrees]."""
    base = flat.geodetic_crs
    if base is None:
        return np.full((2, 3), np.nan)
    step = 1e4 / flat.axis_info[0].unit_conversion_factor
    angles = Transformer.from_crs(flat, base, always_xy=True).transform(
        np.array([x, x + step, x]), np.array([y, y, y + step])
    )
    degrees = np.asarray(angles) * np.degrees(base.axis_info[0].unit_conversion_factor)
    meridian = base.prime_meridian
    if meridian is not None:
        degrees[0] += np.degrees(float(meridian.longitude) * float(meridian.unit_conversion_factor))
    return np.asarray(degrees)


def _same_ellipsoid(base: CRS, place: tuple[float, float]) -> Iterator[str]:
    for name, found in _registered(PJType.GEOGRAPHIC_2D_CRS, place):
        alike = found.prime_meridian == base.prime_meridian and _on_one_ellipsoid(found, base)
        if alike and not _is_ballpark(found, place):
            yield name


def _is_ballpark(crs: CRS, place: tuple[float, float]) -> bool:
    return "ballpark" in _operation(crs, CRS.from_epsg(4326), place)[0].lower()


def _on_one_ellipsoid(one: CRS, other: CRS) -> bool:
    a, b = geod_of(one), geod_of(other)
    return bool(np.isclose(a.a, b.a, rtol=0, atol=0.01) and np.isclose(a.es, b.es, rtol=0, atol=1e-9))


def _registered(kind: PJType, place: tuple[float, float]) -> Iterator[tuple[str, CRS]]:
    """Systems of EPSG in use at a place."""
    for info in query_crs_info(
        auth_name="EPSG", pj_types=kind, area_of_interest=_around(place), contains=True
    ):
        name = f"{info.auth_name}:{info.code}"
        yield name, CRS.from_user_input(name)


def _around(place: tuple[float, float]) -> AreaOfInterest:
    longitude, latitude = place
    return AreaOfInterest(longitude - 0.01, latitude - 0.01, longitude + 0.01, latitude + 0.01)
