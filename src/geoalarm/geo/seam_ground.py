"""The ground of a seam: two countries' communes cut into faces, and what each face is."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from geoalarm.geo import planar
from geoalarm.geo.crs import transformer

OVERLAP: Final = 1
GAP: Final = 2
"""Kinds of disputed face; 0 is land of one country, or a hole."""

_OVERSHOOT_M: Final = 1e-3
"""How far a closing line runs past the boundary it must reach [m]."""


@dataclass(frozen=True)
class BorderCommunes:
    """Communes of both countries in one frame: ``side`` 0 or 1, ``touched`` if within reach of the other."""

    frame: gpd.GeoDataFrame
    side: np.ndarray
    touched: np.ndarray
    metric: CRS
    search_m: float

    @property
    def ids(self) -> np.ndarray:
        """``commune_id`` by row."""
        return self.frame["commune_id"].astype(str).to_numpy(dtype=object)

    def moved(self, frame: gpd.GeoDataFrame) -> BorderCommunes:
        """The same ground with other outlines."""
        return replace(self, frame=frame)

    def to_flat(self, points: np.ndarray) -> np.ndarray:
        """Points (n, 2) of the frame's CRS in the equal-area CRS [m]."""
        return np.column_stack(transformer(self.frame.crs, self.metric).transform(points[:, 0], points[:, 1]))

    def from_flat(self, points: np.ndarray) -> np.ndarray:
        """The way back of :meth:`to_flat`."""
        return np.column_stack(transformer(self.metric, self.frame.crs).transform(points[:, 0], points[:, 1]))

    def flat_shapes(self, shapes: np.ndarray) -> np.ndarray:
        """Geometries in the equal-area CRS."""
        return shapely.transform(shapes, self.to_flat) if len(shapes) else shapes

    def flat_lines(self, edges: planar.Edges) -> np.ndarray:
        """Edges as lines in the equal-area CRS."""
        return self.flat_shapes(edges.lines())


@dataclass(frozen=True)
class SliverFaces:
    """The faces: ``owner`` rows by side (-1 none), ``kind``, ``group`` the number of the sliver (-1 for
    undisputed).

    ``holes`` counts the groups of faces left open, ``twice`` marks faces that communes of one country claim
    twice.
    """

    faces: np.ndarray
    flat: np.ndarray
    area_m2: np.ndarray
    owner: np.ndarray
    edges: planar.Edges
    kind: np.ndarray
    group: np.ndarray
    holes: int
    twice: np.ndarray

    def country(self) -> np.ndarray:
        """The one country that claims each face: 0, 1, or -1 for both or neither."""
        claimed = self.owner >= 0
        return np.where(claimed.sum(axis=1) == 1, claimed.argmax(axis=1), -1)

    def country_across(self) -> np.ndarray:
        """For each edge, the one country that claims the face beyond it; -1 for both, neither or outside."""
        return np.append(self.country(), -1)[self.edges.other]

    def middles(self, count: int) -> np.ndarray:
        """A point in the middle of each sliver: its centroid, or a point inside where that lies outside."""
        order = np.argsort(self.group, kind="stable")
        order = order[self.group[order] >= 0]
        starts = np.searchsorted(self.group[order], np.arange(count + 1))
        shapes = np.array(
            [
                self.flat[order[lo]] if hi == lo + 1 else shapely.union_all(self.flat[order[lo:hi]])
                for lo, hi in itertools.pairwise(starts)
            ],
            dtype=object,
        )
        centre = shapely.centroid(shapes)
        return np.where(shapely.contains(shapes, centre), centre, shapely.point_on_surface(shapes))

    def lowest_id_side(self, ground: BorderCommunes, count: int) -> np.ndarray:
        """Country of the lowest ``commune_id`` that claims or borders each sliver: the last tie-break."""
        sliver = self.group[self.edges.face]
        reach = np.vstack([self.owner[self.edges.face], np.vstack([self.owner, [-1, -1]])[self.edges.other]])
        rank = np.append(np.argsort(np.argsort(ground.ids.astype(str))), len(ground.ids))
        lowest = np.full(count, len(ground.ids))
        for rows in reach.T:
            held = np.tile(sliver, 2) >= 0
            np.minimum.at(lowest, np.tile(sliver, 2)[held], rank[rows[held]])
        by_rank = np.append(ground.side[np.argsort(rank[:-1])], 0)
        return by_rank[lowest]


def cut(ground: BorderCommunes, extra: np.ndarray | None = None) -> SliverFaces:
    """Cut the touched communes into faces, with further lines if given, and name what each face is."""
    shapes = ground.frame.geometry.to_numpy()
    lines = shapely.boundary(shapes[ground.touched])
    faces = (
        planar.faces_between(lines if extra is None else np.concatenate([lines, extra]))
        if len(lines)
        else np.empty(0, dtype=object)
    )
    if not len(faces):
        empty = np.empty(0, dtype=int)
        return SliverFaces(
            faces,
            faces,
            np.empty(0),
            empty.reshape(0, 2),
            planar.Edges(np.empty((0, 4)), empty, empty),
            empty,
            empty,
            0,
            empty,
        )
    flat = ground.flat_shapes(faces)
    owner, twice = np.full((len(faces), 2), -1), np.zeros(len(faces), dtype=bool)
    for side in (0, 1):
        rows = np.flatnonzero(ground.side == side)
        found, claims = planar.owners(faces, shapes[rows])
        twice |= claims > 1
        owner[:, side] = np.where(found >= 0, np.append(rows, -1)[found], -1)
    edges = planar.edges_of(faces)
    open_land, holes = _gaps(ground, flat, owner, edges)
    both = (owner >= 0).all(axis=1)
    kind = np.where(both, OVERLAP, np.where(open_land, GAP, 0))
    overlaps = planar.components(len(faces), edges, kind == OVERLAP)
    gaps = planar.components(len(faces), edges, kind == GAP)
    group = np.where(
        kind == OVERLAP, overlaps, np.where(kind == GAP, gaps + overlaps.max(initial=-1) + 1, -1)
    )
    return SliverFaces(faces, flat, shapely.area(flat), owner, edges, kind, group, holes, twice)


def _gaps(
    ground: BorderCommunes, flat: np.ndarray, owner: np.ndarray, edges: planar.Edges
) -> tuple[np.ndarray, int]:
    """Faces that are gaps: nobody's, bounded by both countries, nowhere wider than the search distance; and
    the holes kept.
    """
    nobody = np.asarray((owner < 0).all(axis=1))
    group = planar.components(len(flat), edges, nobody)
    count = int(group.max(initial=-1)) + 1
    reached = np.zeros((count, 2), dtype=bool)
    rim = nobody[edges.face]
    beyond = np.vstack([owner, [-1, -1]])[edges.other[rim]] >= 0
    for side in (0, 1):
        reached[group[edges.face[rim]][beyond[:, side]], side] = True
    gap = np.asarray(reached.all(axis=1))
    wide = (
        np.bincount(group[nobody], weights=shapely.area(flat[nobody]), minlength=count)
        > ground.search_m**2 / 4
    )
    for number in np.flatnonzero(gap & wide):
        shape = shapely.union_all(flat[group == number])
        gap[number] = bool(shapely.is_empty(shapely.buffer(shape, -ground.search_m / 2)))
    return np.append(gap, False)[group] & nobody, int((~gap).sum())


def mouths(ground: BorderCommunes, now: SliverFaces) -> np.ndarray:
    """Lines that close the gaps open at an end of the border, at their narrowest: where either side is
    nearest to the other.

    Beyond them lies the sea or a third country, not a gap.
    """
    rim = now.edges.only(now.edges.other == planar.OUTSIDE)
    lines = ground.flat_lines(rim)
    claimed = now.owner[rim.face] >= 0
    found = [_bridges(ground, rim, lines, claimed[:, here], claimed[:, 1 - here]) for here in (0, 1)]
    start, tip = (np.concatenate(parts) for parts in zip(*found, strict=True))
    if not len(start):
        return np.empty(0, dtype=object)
    middle = shapely.points(ground.from_flat((ground.to_flat(start) + tip) / 2))
    land = np.concatenate([ground.frame.geometry.to_numpy(), now.faces])
    free = np.ones(len(middle), dtype=bool)
    free[np.unique(shapely.STRtree(land).query(middle, predicate="intersects")[0])] = False
    flat = ground.to_flat(start[free])
    step = tip[free] - flat
    beyond = tip[free] + step / np.linalg.norm(step, axis=1)[:, None] * _OVERSHOOT_M
    return (
        shapely.linestrings(np.stack([start[free], ground.from_flat(beyond)], axis=1))
        if free.any()
        else np.empty(0, dtype=object)
    )


def _bridges(
    ground: BorderCommunes, rim: planar.Edges, lines: np.ndarray, here: np.ndarray, there: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Vertices of one side's rim and the nearest places on the other's, each the nearest to the other."""
    none = np.empty((0, 2)), np.empty((0, 2))
    if not (here.any() and there.any()):
        return none
    start = np.unique(rim.ends[here].reshape(-1, 2), axis=0)
    points = shapely.points(ground.to_flat(start))
    reach = shapely.STRtree(lines[there]).query_nearest(
        points, max_distance=ground.search_m, all_matches=False
    )
    start, points = start[reach[0]], points[reach[0]]
    across = lines[there][reach[1]]
    length = shapely.distance(points, across)
    tip = shapely.line_interpolate_point(across, shapely.line_locate_point(across, points))
    back = (
        shapely.STRtree(lines[here]).query_nearest(tip, all_matches=False, return_distance=True)[1]
        if len(tip)
        else np.empty(0)
    )
    keep = (length > _OVERSHOOT_M) & (back >= length - _OVERSHOOT_M)
    return start[keep], shapely.get_coordinates(tip[keep])
