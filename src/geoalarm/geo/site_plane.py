"""The plane round a site: metres east and north of it, in which circles of true distance are circles and
areas are true.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.polynomial import chebyshev
from pyproj import CRS, Geod

from geoalarm.geo.crs import EARTH, transformer

NODES: Final = 8
"""Places along a side of a window at which PROJ is asked: the polynomial between them is off by less than
1e-5 m over 200 km.
"""

_EARTH: Final = Geod(ellps="WGS84")

Coordinates = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class SitePlane:
    """Azimuthal equal-area plane round a place: at a distance of ``s`` on the ellipsoid a point lies ``2 R
    sin(s / 2R)`` from the middle, in its true direction; ``R`` is the mean radius of the earth there.

    Attributes
    ----------
    lon, lat : float
        The middle [degrees, WGS 84].
    """

    lon: float
    lat: float

    @cached_property
    def earth_radius_m(self) -> float:
        """Mean (Gaussian) radius of curvature at the site [m]."""
        flat = 1 - _EARTH.es * math.sin(math.radians(self.lat)) ** 2
        return float(_EARTH.a * math.sqrt(1 - _EARTH.es) / flat)

    def radius(self, distance_m: float | np.ndarray) -> np.ndarray:
        """Radius in the plane of a circle of true distance [m]."""
        return np.asarray(
            2 * self.earth_radius_m * np.sin(np.asarray(distance_m) / (2 * self.earth_radius_m))
        )

    def place(self, x: np.ndarray, y: np.ndarray, crs: CRS) -> Coordinates:
        """Metres east and north of coordinates in a system.

        The site is taken to the system and back as well: in some, PROJ comes back half a millimetre beside.
        """
        to_degrees = transformer(crs, EARTH)
        middle = to_degrees.transform(*transformer(EARTH, crs).transform(self.lon, self.lat))
        lon, lat = to_degrees.transform(x, y)
        there = np.full(np.shape(lon), middle[0]), np.full(np.shape(lon), middle[1])
        bearing, _, distance = _EARTH.inv(*there, lon, lat)
        turn, reach = np.radians(bearing), self.radius(distance)
        return reach * np.sin(turn), reach * np.cos(turn)

    def true_distances(self, east: np.ndarray, north: np.ndarray) -> Coordinates:
        """Metres east and north of places of the plane, at their true distance from the site."""
        round_earth, reach = 2 * self.earth_radius_m, np.hypot(east, north)
        with np.errstate(invalid="ignore"):
            longer = np.where(
                reach > 0, round_earth * np.arcsin(np.minimum(reach / round_earth, 1)) / reach, 1
            )
        return east * longer, north * longer

    def onto(self, crs: CRS, east: np.ndarray, north: np.ndarray) -> Coordinates:
        """Coordinates in a system of places so many metres of true distance east and north of the site."""
        turn, distance = np.degrees(np.arctan2(east, north)), np.hypot(east, north)
        there = np.full(np.shape(turn), self.lon), np.full(np.shape(turn), self.lat)
        lon, lat, _ = _EARTH.fwd(*there, turn, distance)
        x, y = transformer(EARTH, crs).transform(lon, lat)
        return np.asarray(x), np.asarray(y)

    def bounds_in(self, crs: CRS, distance_m: float) -> tuple[float, float, float, float]:
        """(minx, miny, maxx, maxy) in a system of the circle of a distance, or a little more."""
        turn = np.arange(0.0, 360.0, 5.0)
        lon, lat, _ = _EARTH.fwd(
            np.full(len(turn), self.lon),
            np.full(len(turn), self.lat),
            turn,
            np.full(len(turn), distance_m * 1.01),
        )
        x, y = transformer(EARTH, crs).transform(lon, lat)
        return float(np.min(x)), float(np.min(y)), float(np.max(x)), float(np.max(y))

    def window(self, crs: CRS, bounds: tuple[float, float, float, float]) -> PlaneWindow:
        """:meth:`place` within bounds of a system, a hundred times sooner."""
        nodes = np.cos((np.arange(NODES) + 0.5) * np.pi / NODES)
        x, y = np.meshgrid(*_spread(nodes, bounds))
        to_terms = chebyshev.chebvander(nodes, NODES - 1).T * (2 / NODES)
        to_terms[0] /= 2
        values = (np.reshape(axis, x.shape) for axis in self.place(x.ravel(), y.ravel(), crs))
        east, north = (to_terms @ axis @ to_terms.T for axis in values)
        return PlaneWindow(bounds, east, north)


@dataclass(frozen=True)
class PlaneWindow:
    """Coordinates of a :class:`SitePlane` as Chebyshev polynomials in those of a system, within bounds.

    Attributes
    ----------
    bounds : tuple of float
        (minx, miny, maxx, maxy) in the system.
    east, north : numpy.ndarray
        Coefficients, powers of y by powers of x [m].
    """

    bounds: tuple[float, float, float, float]
    east: np.ndarray
    north: np.ndarray

    def place(self, x: np.ndarray, y: np.ndarray) -> Coordinates:
        """Metres east and north of places within the bounds."""
        across, down = self._scaled(x, y)
        return chebyshev.chebval2d(down, across, self.east), chebyshev.chebval2d(down, across, self.north)

    def lattice(self, x: np.ndarray, y: np.ndarray) -> Coordinates:
        """Metres east and north of the crossings of lines (y, x)."""
        across, down = self._scaled(x, y)
        terms = chebyshev.chebvander(across, NODES - 1).T, chebyshev.chebvander(down, NODES - 1)
        return terms[1] @ self.east @ terms[0], terms[1] @ self.north @ terms[0]

    def _scaled(self, x: np.ndarray, y: np.ndarray) -> Coordinates:
        west, south, east, north = self.bounds
        return (
            (2 * np.asarray(x) - west - east) / (east - west),
            (2 * np.asarray(y) - south - north) / (north - south),
        )


def _spread(nodes: np.ndarray, bounds: tuple[float, float, float, float]) -> Coordinates:
    west, south, east, north = bounds
    return (west + east + nodes * (east - west)) / 2, (south + north + nodes * (north - south)) / 2
