"""Area that a circle shares with polygons, in closed form: no circle is drawn with corners."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely

Move = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class RingEdges:
    """Edges of polygons, one after the other.

    Attributes
    ----------
    ends : numpy.ndarray (4, edges)
        ``x0, y0, x1, y1`` from the centre of the circles; outer rings turn one way, holes the other.
    starts : numpy.ndarray of int (polygons + 1,)
        With which edge each polygon begins.
    """

    ends: np.ndarray
    starts: np.ndarray

    @classmethod
    def of(cls, polygons: np.ndarray) -> RingEdges:
        """Edges of polygons and multipolygons whose coordinates are from the centre of the circles."""
        turned = shapely.orient_polygons(polygons)
        corners, rings = shapely.get_coordinates(turned), shapely.get_num_coordinates(turned)
        _, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(turned)), return_index=True)
        polygon = np.repeat(np.arange(len(polygons)), rings)
        inner = np.append(ring[1:] == ring[:-1], False)[: len(ring)]  # the last corner of a ring is its first
        ends = np.concatenate([corners[:-1].T, corners[1:].T])[:, inner[:-1]]
        return cls(ends, np.searchsorted(polygon[inner], np.arange(len(polygons) + 1)))

    @property
    def area(self) -> np.ndarray:
        """Area of each polygon [unit of the edges, squared]."""
        x0, y0, x1, y1 = self.ends
        first = np.repeat(np.minimum(self.starts[:-1], len(x0) - 1), np.diff(self.starts))
        x, y = x0[first], y0[first]  # a corner of its own: places far from the centre lose no digits
        return self.summed(((x0 - x) * (y1 - y) - (x1 - x) * (y0 - y)) / 2)

    def summed(self, areas: np.ndarray) -> np.ndarray:
        """Signed areas of edges added up by polygon, whichever way its rings turn."""
        sums = np.add.reduceat(np.append(areas, 0.0), self.starts[:-1])
        return np.abs(np.where(np.diff(self.starts) > 0, sums, 0.0))

    def moved(self, move: Move) -> RingEdges:
        """The same polygons in other coordinates."""
        return RingEdges(np.stack([*move(*self.ends[:2]), *move(*self.ends[2:])]), self.starts)

    def with_more(self, other: RingEdges) -> RingEdges:
        """These polygons, then others."""
        starts = np.concatenate([self.starts, other.starts[1:] + self.starts[-1]])
        return RingEdges(np.concatenate([self.ends, other.ends], axis=1), starts)

    def taken(self, polygons: np.ndarray) -> RingEdges:
        """Edges of some polygons, in that order, also several times."""
        counts = np.diff(self.starts)[polygons]
        after = np.cumsum(counts)
        edges = np.arange(counts.sum()) + np.repeat(self.starts[polygons] - after + counts, counts)
        return RingEdges(self.ends[:, edges], np.concatenate([[0], after]))


def circle_overlap(edges: RingEdges, radius: np.ndarray) -> np.ndarray:
    """Area of each polygon within the circle of its radius round the origin.

    Each edge spans a triangle with the centre; what the circle leaves of it is the triangle over the part of
    the edge within the circle and sectors beside it. Their signed areas add up to that of the polygon.

    Parameters
    ----------
    edges : RingEdges
    radius : numpy.ndarray (polygons,)
        [unit of the edges].

    Returns
    -------
    numpy.ndarray (polygons,)
        [unit of the edges, squared].

    Examples
    --------
    >>> square = RingEdges.of(np.array([shapely.box(0, 0, 2, 2)]))
    >>> round(float(circle_overlap(square, np.array([1.0]))[0]), 12) == round(np.pi / 4, 12)
    True
    """
    x0, y0, x1, y1 = edges.ends
    reach = np.repeat(np.asarray(radius, dtype="float64") ** 2, np.diff(edges.starts))
    areas = (x0 * y1 - x1 * y0) / 2
    outside = np.flatnonzero((x0 * x0 + y0 * y0 > reach) | (x1 * x1 + y1 * y1 > reach))
    areas[outside] = _swept(edges.ends[:, outside], reach[outside])
    return edges.summed(areas)


def _swept(ends: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """Signed area within the circle between the centre and edges that leave it; ``reach`` is the radius
    squared.
    """
    x0, y0, x1, y1 = ends
    across, down, turned = x1 - x0, y1 - y0, x0 * y1 - x1 * y0
    length = np.maximum(across * across + down * down, np.finfo(float).tiny)
    along = x0 * across + y0 * down
    root = np.sqrt(np.maximum(length * reach - turned * turned, 0.0))  # of where the line meets the circle
    enter, leave = (np.clip((sign * root - along) / length, 0.0, 1.0) for sign in (-1.0, 1.0))
    return (turned * (leave - enter) + reach * _angle_beside(ends, enter, leave)) / 2


def _angle_beside(ends: np.ndarray, enter: np.ndarray, leave: np.ndarray) -> np.ndarray:
    """Angle that each edge spans before it enters the circle and after it leaves it [radian].

    Both turn the same way and less than half round together: one arctangent of the product tells their sum.
    """
    x0, y0, x1, y1 = ends
    across, down = x1 - x0, y1 - y0
    ax, ay, bx, by = x0 + enter * across, y0 + enter * down, x0 + leave * across, y0 + leave * down
    before, turn = x0 * ax + y0 * ay, x0 * ay - y0 * ax
    after, turn_after = bx * x1 + by * y1, bx * y1 - by * x1
    return np.arctan2(turn * after + before * turn_after, before * after - turn * turn_after)
