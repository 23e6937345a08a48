"""Outlines of all communes, prepared once: one system in metres, simplified without gaps, an index, the
border between countries.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import shapely

from geoalarm.core.array_cache import kept_arrays
from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.model import Communes
from geoalarm.geo.crs import EUROPE, analysis_crs, to_crs, transformer
from geoalarm.geo.wkb_arrays import from_arrays, outlines_key, to_arrays

LEVELS_M: Final = (0.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 480.0)
"""Tolerances at which the outlines are kept [m]: a picture takes the largest that it does not show."""

_SNAP_M: Final = 0.01
_MADE_BY: Final = (1, shapely.geos_version)
"""What kept outlines depend on beside the whole ones; the first is the number of the method."""
_SEAM_M: Final = 60.0
"""Where outlines of two countries do not share their corners, the border is where they are this near [m]."""


@dataclass(frozen=True, slots=True)
class SimplifiedOutlines:
    """Outlines at one tolerance, in the order of the communes, and the border between countries."""

    shapes: np.ndarray
    border: shapely.Geometry


class Outlines:
    """Communes as the pictures draw them.

    All is in the equal-area system of the analysis: EPSG:3035 in Europe, so that the layers of the house need
    no reprojection and a kilometre is as long north as east. North then leans by a few degrees; the maps draw
    an arrow.

    Parameters
    ----------
    communes : Communes
        In any CRS.
    cache : pathlib.Path, optional
        Folder where simplified outlines are kept under the hash of the whole ones.
    """

    def __init__(self, communes: Communes, *, cache: Path | None = None) -> None:
        frame = communes.data
        self.communes = communes
        self.crs = analysis_crs(frame.total_bounds, frame.crs)
        shapes = to_crs(frame[["geometry"]], self.crs).geometry.to_numpy()
        self.ids = tuple(communes.ids)
        self.rows = {key: row for row, key in enumerate(self.ids)}
        self.countries = communes.countries
        flagged = (
            frame["approximate_boundary"].eq(True).to_numpy()
            if "approximate_boundary" in frame.columns
            else np.zeros(len(frame))
        )
        self.rough = flagged.astype(bool)
        self.tree = shapely.STRtree(shapes)
        self.bounds = shapely.bounds(shapes)
        self._shapes = shapes
        self._kept = None if cache is None else cache / f"map-{outlines_key(communes.data, also=_MADE_BY)}"
        self._levels: dict[float, SimplifiedOutlines] = {}
        self._to_degrees = transformer(self.crs, 4326)

    @property
    def crs_name(self) -> str:
        """``EPSG:3035``, or the definition of the system."""
        return "EPSG:3035" if self.crs == EUROPE else self.crs.to_string()

    def row(self, commune_id: str) -> int:
        """Row of a commune.

        Raises
        ------
        InputError
            If the communes have none of this key.
        """
        if commune_id not in self.rows:
            nearest = near_miss(commune_id, self.rows)
            raise InputError(
                "commune of a map", got=commune_id, expected="a commune_id of the outlines", hint=nearest
            )
        return self.rows[commune_id]

    def level(self, metres_a_pixel: float) -> SimplifiedOutlines:
        """The coarsest outlines whose tolerance is under 0.7 of a pixel."""
        tolerance = max([level for level in LEVELS_M if level <= 0.7 * metres_a_pixel], default=0.0)
        if tolerance not in self._levels:
            path = None if self._kept is None else Path(f"{self._kept}-{tolerance:g}.npz")
            *shapes, border = from_arrays(kept_arrays(path, lambda: to_arrays(self._level(tolerance))))
            self._levels[tolerance] = SimplifiedOutlines(np.array(shapes, dtype=object), border)
        return self._levels[tolerance]

    def warm(self) -> None:
        """Make every tolerance that a picture may take; the whole outlines are at hand."""
        for tolerance in LEVELS_M[1:]:
            self.level(tolerance / 0.7)

    def within(self, bounds: tuple[float, float, float, float]) -> np.ndarray:
        """Rows of the communes that touch a window, in row order."""
        return np.sort(self.tree.query(shapely.box(*bounds), predicate="intersects"))

    def point(self, lon: float, lat: float) -> tuple[float, float]:
        """A place in degrees as x, y of the maps [m]."""
        x, y = self._to_degrees.transform(lon, lat, direction="INVERSE")
        return float(x), float(y)

    def north(self, x: float, y: float) -> float:
        """Angle from the top of the map to true north at a place, clockwise [degrees]."""
        lon, lat = self._to_degrees.transform(x, y)
        east, north = self.point(lon, min(lat + 0.01, 89.99))
        return math.degrees(math.atan2(east - x, north - y))

    def union(self, shapes: np.ndarray) -> shapely.Geometry:
        """Outlines as one shape."""
        return shapely.coverage_union_all(shapes) if self._shares_edges else shapely.union_all(shapes)

    @cached_property
    def _shares_edges(self) -> bool:
        """Whether neighbours have their common line in common."""
        return bool(shapely.coverage_is_valid(self._shapes))

    def _level(self, tolerance: float) -> np.ndarray:
        """Outlines at a tolerance, and the border after them."""
        shapes = self._simplified(tolerance)
        return np.array([*shapes, self._border(shapes)], dtype=object)

    def _simplified(self, tolerance: float) -> np.ndarray:
        if tolerance == 0:
            return np.asarray(self._shapes)
        if self._shares_edges:
            return np.asarray(shapely.coverage_simplify(self._shapes, tolerance))
        return np.asarray(shapely.simplify(self._shapes, tolerance, preserve_topology=True))

    def _border(self, shapes: np.ndarray) -> shapely.Geometry:
        """Edges that a commune shares with one of another country."""
        if len(set(self.countries)) < 2:
            return shapely.MultiLineString()
        shared = _shared_edges(shapes, self.countries)
        return shared if not shared.is_empty else self._near_border(shapes)

    def _near_border(self, shapes: np.ndarray) -> shapely.Geometry:
        lands = [
            shapely.union_all(shapely.buffer(shapes[self.countries == land], 1.0))
            for land in sorted(set(self.countries))
        ]
        parts = [
            shapely.intersection(shapely.boundary(one), shapely.buffer(other, _SEAM_M))
            for position, one in enumerate(lands)
            for other in lands[position + 1 :]
        ]
        return shapely.union_all(parts)


def single_edges(shapes: np.ndarray) -> shapely.Geometry:
    """Every edge once, joined to lines, of outlines whose corners are whole numbers."""
    rings = shapely.get_rings(shapely.get_parts(shapes))
    points, of_ring = shapely.get_coordinates(rings, return_index=True)
    edges = _directed(points, of_ring[:-1] == of_ring[1:])
    edges = np.unique(edges[(edges[:, :2] != edges[:, 2:]).any(axis=1)], axis=0)
    return shapely.line_merge(shapely.multilinestrings(edges.reshape(-1, 2, 2).astype("float64")))


def _directed(points: np.ndarray, same: np.ndarray) -> np.ndarray:
    """Edges between following corners as rows of four whole numbers, the same whichever way walked."""
    whole = np.rint(points).astype("int64")
    first, second = whole[:-1][same], whole[1:][same]
    swap = (first[:, 0] > second[:, 0]) | ((first[:, 0] == second[:, 0]) & (first[:, 1] > second[:, 1]))
    return np.where(swap[:, None], np.hstack([second, first]), np.hstack([first, second]))


def _shared_edges(shapes: np.ndarray, countries: np.ndarray) -> shapely.Geometry:
    """Line segments that occur in two countries, joined to lines."""
    parts, of_shape = shapely.get_parts(shapes, return_index=True)
    rings, of_part = shapely.get_rings(parts, return_index=True)
    points, of_ring = shapely.get_coordinates(rings, return_index=True)
    land = np.unique(countries, return_inverse=True)[1][of_shape][of_part][of_ring]
    same = of_ring[:-1] == of_ring[1:]
    edges, owner = _directed(points / _SNAP_M, same), land[:-1][same]
    unique, which = np.unique(edges, axis=0, return_inverse=True)
    lowest, highest = np.full(len(unique), np.iinfo("int64").max), np.full(len(unique), -1)
    np.minimum.at(lowest, which.ravel(), owner)
    np.maximum.at(highest, which.ravel(), owner)
    border = unique[lowest < highest].reshape(-1, 2, 2) * _SNAP_M
    return shapely.line_merge(shapely.multilinestrings(border)) if len(border) else shapely.MultiLineString()
