"""Polygons cut by polygons: the pieces two layers share, with their areas."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

SLIVER_M2: Final = 1e-3
"""Pieces smaller than this are rounding, not land [m2]."""


def pieces(left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Intersections of two arrays of polygons in one equal-area CRS.

    Returns
    -------
    i, j : numpy.ndarray of int
        Positions in ``left`` and ``right`` of each piece, sorted.
    geometry : numpy.ndarray of shapely geometries
        Polygonal part of each intersection, larger than :data:`SLIVER_M2`.
    """
    shapely.prepare(right)
    tree = shapely.STRtree(left)
    j, i = tree.query(right, predicate="intersects")
    order = np.lexsort((j, i))
    i, j = i[order], j[order]
    inside = shapely.covers(right[j], left[i])
    cut = left[i].copy()
    cut[~inside] = polygonal(shapely.intersection(left[i][~inside], right[j][~inside]))
    keep = shapely.area(cut) > SLIVER_M2
    return i[keep], j[keep], cut[keep]


def polygonal(geometries: np.ndarray) -> np.ndarray:
    """The polygon parts of geometries; lines and points left by a touch are dropped (empty polygon)."""
    kinds = shapely.get_type_id(geometries)
    mixed = np.flatnonzero(~np.isin(kinds, (3, 6)))
    out = np.array(geometries, dtype=object)
    for index in mixed:
        parts = [
            part for part in shapely.get_parts(out[index]) if part.geom_type in ("Polygon", "MultiPolygon")
        ]
        out[index] = shapely.union_all(parts) if parts else shapely.Polygon()
    return out


def union_by(labels: np.ndarray, geometries: np.ndarray) -> dict[object, shapely.Geometry]:
    """One geometry a label: its polygons united, so that an overlap within a class counts once."""
    return {label: shapely.union_all(geometries[labels == label]) for label in dict.fromkeys(labels.tolist())}
