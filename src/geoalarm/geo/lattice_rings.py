"""Rings of polygons as flat arrays in the cells of a lattice, and the cells that they are found to cover."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely

from geoalarm.geo.grid import Grid
from geoalarm.geo.overlay import polygonal


class LatticeRings(NamedTuple):
    """Rings of polygons.

    Attributes
    ----------
    x, y : numpy.ndarray of float64
        Vertices of all rings, in cells from the first corner of the lattice, across and down; rings are
        closed.
    rings : numpy.ndarray of int64
        Where in ``x`` each ring begins; one more than there are.
    outer : numpy.ndarray of bool
        Which rings are outlines, rather than holes.
    polygons : numpy.ndarray of int64
        With which ring each polygon begins, of one part or several; one more than there are.
    """

    x: np.ndarray
    y: np.ndarray
    rings: np.ndarray
    outer: np.ndarray
    polygons: np.ndarray

    @classmethod
    def of(cls, geometries: np.ndarray, grid: Grid) -> LatticeRings:
        """Rings of polygons in the system of a grid; lines and points have none."""
        _, places, offsets = shapely.to_ragged_array(polygonal(geometries), include_z=False)
        rings, parts = (np.asarray(part, dtype="int64") for part in offsets[:2])
        outer = np.zeros(len(rings) - 1, dtype=bool)
        outer[parts[:-1][np.diff(parts) > 0]] = True
        polygons = parts if len(offsets) == 2 else parts[np.asarray(offsets[2], dtype="int64")]
        move = grid.transform
        return cls((places[:, 0] - move.c) / move.a, (places[:, 1] - move.f) / move.e, rings, outer, polygons)


class CoveredCells(NamedTuple):
    """Cells that polygons cover.

    Attributes
    ----------
    starts : numpy.ndarray of int64
        With which entry each polygon begins; one more than there are.
    cells : numpy.ndarray of int32 or int64
        Cell of each entry, in row order; rising within a polygon.
    shares : numpy.ndarray of float64
        Covered fraction of the cell [1].
    """

    starts: np.ndarray
    cells: np.ndarray
    shares: np.ndarray
