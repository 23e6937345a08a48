"""Area of rectangles of a map on the ellipsoid, whatever the projection does to them.

No projection is known by name. Where a place of the map lies on the earth is asked of PROJ, and put on the
authalic sphere, whose areas are those of the ellipsoid (Snyder 1987, eq. 3-11 to 3-13). That ellipsoid is the
earth's, GRS 80 or WGS 84, whatever the map is drawn on: layers meet there, and an older one differs by some
1e-5. How fast it moves there with x and y is the areal scale; it is smooth, so a polynomial through few
places (Chebyshev nodes) carries it over a block of the map, and its integral over a cell is the cell's area.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.polynomial import chebyshev
from pyproj import CRS, Geod, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.transformer import TransformerGroup

from geoalarm.geo.crs import (
    EARTH,
    bound_part,
    degrees_of,
    geod_of,
    horizontal,
    on_earth_ellipsoid,
    place_in,
    transformer,
    used_operation,
)

NODES: Final = 16
"""Places along each side of a block: the polynomial is of degree 15."""

BLOCK_M: Final = 2_000_000.0
"""Longest side of a block: a third of the earth's radius, far from where a projection breaks [m]."""

SMALLEST_M: Final = 50_000.0
"""A block this small is cut no further: its cells take the scale at their centres [m]."""

STEP_M: Final = 5_000.0
"""Step of the differences: long beside PROJ's rounding (0.1 mm), short beside the earth [m]."""

EXACT: Final = 1e-7
"""Part by which an areal scale may err, and by which that of an equal-area system may leave 1 [1]."""

Density = Callable[[np.ndarray, np.ndarray], np.ndarray]


def areal_density(crs: CRS, at: tuple[float, float]) -> Density:
    """The function that gives, at x and y, the area on the ellipsoid of one square unit of the map [m2]; NaN
    off the map. The datum is shifted as at a place of the map.
    """
    longitude, latitude = degrees_of(horizontal(crs), np.array(at[0]), np.array(at[1]))
    return _areal_density(crs.to_wkt(), (float(np.round(longitude)), float(np.round(latitude))))


def equal_area_unit_m2(crs: CRS, bounds: tuple[float, float, float, float]) -> float | None:
    """Area of one square unit of the plane [m2], where it is the same all over the bounds to 1e-7; else None.

    Measured, not looked up: a system is equal-area if it behaves so.
    """
    flat = horizontal(crs)
    if flat.is_geographic:
        return None
    unit = _unit_of(flat) ** 2
    nodes = ((_nodes() + 1) / 2 * (bounds[axis + 2] - bounds[axis]) + bounds[axis] for axis in (0, 1))
    middle = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    found = areal_density(crs, middle)(*np.meshgrid(*nodes))
    on_map = found[np.isfinite(found)]
    return unit if len(on_map) and np.all(np.abs(on_map / unit - 1) <= EXACT) else None


def is_plain_geographic(crs: CRS) -> bool:
    """Whether x and y are longitude and latitude of the earth's ellipsoid, or of a sphere taken for it (not
    those of a turned globe, or of an older ellipsoid).
    """
    flat = horizontal(crs)
    return bool(flat.is_geographic and not flat.is_derived and _is_on_earth(flat))


def rectangle_areas(crs: CRS, x: np.ndarray, y: np.ndarray, *, at: tuple[float, float]) -> np.ndarray:
    """Area of each rectangle on the ellipsoid (len(y), len(x)) [m2], to 1e-6 of it; NaN off the map.

    Parameters
    ----------
    crs : pyproj.CRS
        Of the map.
    x, y : numpy.ndarray (n, 2)
        Lower and upper end of each interval along an axis [CRS units].
    at : tuple of float
        Where on the map the datum shift is chosen [CRS units].
    """
    density = areal_density(crs, at)
    out = np.full((len(y), len(x)), np.nan)
    side, smallest = (metres / _unit_of(horizontal(crs)) for metres in (BLOCK_M, SMALLEST_M))
    for rows in _groups(y, side):
        for columns in _groups(x, side):
            _fill(out, density, (x, columns), (y, rows), smallest)
    return out


def _fill(
    out: np.ndarray,
    density: Density,
    across: tuple[np.ndarray, np.ndarray],
    down: tuple[np.ndarray, np.ndarray],
    smallest: float,
) -> None:
    """Areas of a block; a block that one polynomial does not carry is cut in four."""
    (x, columns), (y, rows) = across, down
    found = _by_polynomial(density, x[columns], y[rows])
    spans = _span(x[columns]), _span(y[rows])
    if found is None and max(high - low for low, high in spans) > smallest and len(rows) * len(columns) > 1:
        for some_rows in np.array_split(rows, min(2, len(rows))):
            for some_columns in np.array_split(columns, min(2, len(columns))):
                _fill(out, density, (x, some_columns), (y, some_rows), smallest)
        return
    out[np.ix_(rows, columns)] = _by_centres(density, x[columns], y[rows]) if found is None else found


def _by_polynomial(density: Density, x: np.ndarray, y: np.ndarray) -> np.ndarray | None:
    """Integrals of the polynomial through the density; None where it misses the density between its nodes."""
    (nodes_x, over_x), (nodes_y, over_y) = _quadrature(x), _quadrature(y)
    at_nodes = density(*np.meshgrid(nodes_x, nodes_y))
    if not np.isfinite(at_nodes).all():
        return None
    between_x, between_y = ((nodes[1:] + nodes[:-1]) / 2 for nodes in (nodes_x, nodes_y))
    guess = _lagrange(between_y, y) @ at_nodes @ _lagrange(between_x, x).T
    true = density(*np.meshgrid(between_x, between_y))
    if not np.all(np.abs(guess - true) <= EXACT * np.abs(true)):
        return None
    areas: np.ndarray = over_y @ at_nodes @ over_x.T
    return areas


def _by_centres(density: Density, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    at_centres = density(*np.meshgrid(x.mean(axis=1), y.mean(axis=1)))
    return at_centres * np.outer(y[:, 1] - y[:, 0], x[:, 1] - x[:, 0])


def _quadrature(intervals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Nodes along an axis, and the weights that turn values there into integrals over each interval (n,
    NODES).
    """
    low, high = _span(intervals)
    half = (high - low) / 2
    integrals = chebyshev.chebint(np.eye(NODES)) @ _to_coefficients()
    ends = (chebyshev.chebvander((edge - low) / half - 1, NODES) @ integrals for edge in intervals.T)
    lower, upper = ends
    return low + half * (_nodes() + 1), (upper - lower) * half


def _lagrange(places: np.ndarray, intervals: np.ndarray) -> np.ndarray:
    """Weights that turn values at the nodes of some intervals into values at places between."""
    low, high = _span(intervals)
    values: np.ndarray = (
        chebyshev.chebvander(2 * (places - low) / (high - low) - 1, NODES - 1) @ _to_coefficients()
    )
    return values


def _nodes() -> np.ndarray:
    return chebyshev.chebpts1(NODES)


@lru_cache(maxsize=1)
def _to_coefficients() -> np.ndarray:
    """Matrix from values at the nodes to Chebyshev coefficients."""
    return np.linalg.inv(chebyshev.chebvander(_nodes(), NODES - 1))


def _span(intervals: np.ndarray) -> tuple[float, float]:
    return float(intervals.min()), float(intervals.max())


def _groups(intervals: np.ndarray, side: float) -> Iterator[np.ndarray]:
    """Positions of intervals, by blocks of at most ``side`` (a longer interval is a block of its own)."""
    if not len(intervals):
        return
    block = np.floor((intervals.mean(axis=1) - intervals.min()) / side)
    order = np.argsort(block, kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(block[order])) + 1)


@lru_cache(maxsize=64)
def _areal_density(wkt: str, place: tuple[float, float]) -> Density:
    crs = CRS.from_wkt(wkt)
    flat = horizontal(crs)
    ellipsoid, step = ellipsoid_of(flat), STEP_M / _unit_of(flat)
    to_degrees = _to_degrees(crs, place)

    def places(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        longitude, latitude = (np.radians(angle) for angle in to_degrees(x, y))
        return _on_authalic_sphere(longitude, latitude, ellipsoid)

    def density(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore"):
            along_x = _derivative(lambda shift: places(x + shift, y), step)
            along_y = _derivative(lambda shift: places(x, y + shift), step)
            return np.asarray(np.linalg.norm(np.cross(along_x, along_y), axis=-1))

    return density


def _is_on_earth(flat: CRS) -> bool:
    return on_earth_ellipsoid(flat) or geod_of(flat).es == 0


def _to_degrees(
    crs: CRS, place: tuple[float, float]
) -> Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """The way from a map to longitude and latitude on the earth's ellipsoid, by one datum shift."""
    flat, bound = horizontal(crs), bound_part(crs)
    if _is_on_earth(flat):
        return lambda x, y: degrees_of(flat, x, y)
    if bound is not None or flat.geodetic_crs is None or (flat.is_geographic and flat.is_derived):
        return transformer(bound or flat, EARTH).transform
    base = horizontal(flat.geodetic_crs)
    to_base, shift = transformer(flat, base), _smooth_shift(base, place)
    return lambda x, y: shift.transform(*to_base.transform(x, y))


def _smooth_shift(base: CRS, place: tuple[float, float]) -> Transformer:
    """What PROJ takes at a place to WGS 84; or else the best shift without a grid of corrections, from point
    to point of which the areal scale jumps.
    """
    if not np.isfinite(place).all():
        return transformer(base, EARTH)
    used = used_operation(base, EARTH, place_in(base, *place))
    if _is_smooth(used):
        return used
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of grids that are not there
        found = TransformerGroup(
            base,
            EARTH,
            always_xy=True,
            area_of_interest=AreaOfInterest(*place, *place),  # type: ignore[arg-type]
        )
    return next(filter(_is_smooth, found.transformers), used)


def _is_smooth(shift: Transformer) -> bool:
    has_grids = any(step.grids for step in shift.operations or ())
    return not has_grids and "ballpark" not in shift.description.lower()


def _derivative(value: Callable[[float], np.ndarray], step: float) -> np.ndarray:
    """Central difference of fourth order."""
    near, far = value(step) - value(-step), value(2 * step) - value(-2 * step)
    return (8 * near - far) / (12 * step)


def _on_authalic_sphere(longitude: np.ndarray, latitude: np.ndarray, ellipsoid: Geod) -> np.ndarray:
    """Places on the sphere with the ellipsoid's area (..., 3) [m], from radians: no pole and no date line
    interrupts it.
    """
    finite = np.isfinite(longitude) & np.isfinite(latitude)
    longitude, latitude = np.where(finite, longitude, np.nan), np.where(finite, latitude, np.nan)
    pole = authalic_height(np.array(np.pi / 2), ellipsoid.es)
    sine = np.clip(authalic_height(latitude, ellipsoid.es) / pole, -1, 1)
    cosine = np.sqrt((1 - sine) * (1 + sine))
    radius = ellipsoid.a * np.sqrt(pole / 2)
    return radius * np.stack([cosine * np.cos(longitude), cosine * np.sin(longitude), sine], axis=-1)


def authalic_height(latitude: np.ndarray, es: float) -> np.ndarray:
    """A function of latitude [radians] whose differences are proportional to area on the ellipsoid (Snyder
    1987, eq. 3-12).
    """
    sine = np.sin(latitude)
    if es == 0:
        return np.asarray(2 * sine)
    e = np.sqrt(es)
    return np.asarray(
        (1 - es) * (sine / (1 - es * sine**2) - np.log((1 - e * sine) / (1 + e * sine)) / (2 * e))
    )


def ellipsoid_of(crs: CRS) -> Geod:
    """The ellipsoid areas are measured on: that of the system if it is the earth's, else WGS 84."""
    return geod_of(crs) if on_earth_ellipsoid(crs) else geod_of(EARTH)


def radians_of(base: CRS) -> float:
    """Radians in one unit of a geographic system: a degree, or a grad as in NTF (Paris)."""
    return float(base.axis_info[0].unit_conversion_factor) if base.axis_info else float(np.pi / 180)


def _unit_of(flat: CRS) -> float:
    """Metres of one unit of a system's axes, along the equator for degrees."""
    factor = float(flat.axis_info[0].unit_conversion_factor) if flat.axis_info else 1.0
    return factor * 6_378_137.0 if flat.is_geographic else factor
