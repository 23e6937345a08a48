"""A plane cut into faces by lines: every place lies in exactly one face, and faces that touch share whole
edges.

Lines are noded together once, so faces have the same vertices along their common edges, to the last bit.
Unions of faces therefore meet without gap or overlap, in the CRS they were cut in and, vertex by vertex, in
any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from scipy import sparse
from scipy.sparse import csgraph

OUTSIDE = -1
"""The other side of an edge at the rim of the faces."""


@dataclass(frozen=True, slots=True)
class Edges:
    """Straight edges of faces, each seen from each of the faces it bounds.

    Attributes
    ----------
    ends : numpy.ndarray
        (n, 4) x0, y0, x1, y1.
    face, other : numpy.ndarray of int
        The face and the one across the edge, :data:`OUTSIDE` where there is none.
    """

    ends: np.ndarray
    face: np.ndarray
    other: np.ndarray

    def only(self, mask: np.ndarray) -> Edges:
        """The edges where ``mask`` is true."""
        return Edges(self.ends[mask], self.face[mask], self.other[mask])

    def lines(self) -> np.ndarray:
        """The edges as LineStrings."""
        return (
            shapely.linestrings(self.ends.reshape(-1, 2, 2)) if len(self.ends) else np.empty(0, dtype=object)
        )


def faces_between(lines: Sequence[shapely.Geometry] | np.ndarray) -> np.ndarray:
    """The bounded faces that lines cut the plane into; loose ends are ignored."""
    noded = shapely.unary_union(np.asarray(lines, dtype=object))
    return shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))


def edges_of(faces: np.ndarray) -> Edges:
    """Edges of faces that were cut from one set of lines, with the face on the other side of each."""
    ends, face = _segments(faces)
    forward = (ends[:, 0] < ends[:, 2]) | ((ends[:, 0] == ends[:, 2]) & (ends[:, 1] <= ends[:, 3]))
    ends = np.where(forward[:, None], ends, ends[:, [2, 3, 0, 1]])
    order = np.lexsort((face, *ends.T[::-1]))
    ends, face = ends[order], face[order]
    same = np.zeros(len(ends), dtype=bool)
    same[1:] = (ends[1:] == ends[:-1]).all(axis=1)
    other = np.full(len(ends), OUTSIDE)
    second = np.flatnonzero(same)
    other[second], other[second - 1] = face[second - 1], face[second]
    return Edges(ends, face, other)


def _segments(faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rings, owner = shapely.get_rings(faces, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    along = ring[1:] == ring[:-1]
    return np.hstack([points[:-1], points[1:]])[along], owner[ring[:-1][along]]


def components(count: int, edges: Edges, mask: np.ndarray) -> np.ndarray:
    """Number of the connected group of each face where ``mask`` is true, counted from 0; -1 elsewhere."""
    inside = (edges.other != OUTSIDE) & mask[edges.face] & mask[edges.other]
    links = sparse.csr_array(
        (np.ones(int(inside.sum()), dtype=np.int8), (edges.face[inside], edges.other[inside])),
        shape=(count, count),
    )
    label = csgraph.connected_components(links, directed=False)[1]
    out = np.full(count, -1)
    out[mask] = np.unique(label[mask], return_inverse=True)[1]
    return out


def owners(faces: np.ndarray, polygons: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Row of the polygon that holds each face, -1 for none, the lowest of several; and how many."""
    found = np.full(len(faces), -1)
    face, row = shapely.STRtree(polygons).query(shapely.point_on_surface(faces), predicate="within")
    order = np.argsort(row)[::-1]
    found[face[order]] = row[order]
    return found, np.bincount(face, minlength=len(faces))


def side_of(points: np.ndarray, line: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which side of directed segments points lie on: +1 left, -1 right, and the position of the nearest
    segment.

    At a bend the nearest place may be a shared vertex; the mean direction of its two segments decides, as for
    signed distances to polylines (Baerentzen and Aanaes 2005, pseudonormals).

    Parameters
    ----------
    points : numpy.ndarray
        (n, 2).
    line : numpy.ndarray
        (m, 4) segments x0, y0, x1, y1; one that starts where another ends follows it.
    """
    tree = shapely.STRtree(shapely.linestrings(line.reshape(-1, 2, 2)))
    nearest = tree.nearest(shapely.points(points))
    start, end = line[nearest, :2], line[nearest, 2:]
    step = end - start
    place = np.einsum("ij,ij->i", points - start, step) / np.maximum(
        np.einsum("ij,ij->i", step, step), np.finfo(float).tiny
    )
    unit = (line[:, 2:] - line[:, :2]) / np.maximum(
        np.linalg.norm(line[:, 2:] - line[:, :2], axis=1), np.finfo(float).tiny
    )[:, None]
    direction = unit[nearest].copy()
    begins = {tuple(row): number for number, row in enumerate(line[:, :2].tolist())}
    finishes = {tuple(row): number for number, row in enumerate(line[:, 2:].tolist())}
    for number in np.flatnonzero((place <= 0) | (place >= 1)):
        joint = (
            finishes.get(tuple(start[number].tolist()))
            if place[number] <= 0
            else begins.get(tuple(end[number].tolist()))
        )
        if joint is not None:
            direction[number] += unit[joint]
    corner = start + np.clip(place, 0, 1)[:, None] * step
    across = points - corner
    return np.where(direction[:, 0] * across[:, 1] - direction[:, 1] * across[:, 0] >= 0, 1, -1), nearest
