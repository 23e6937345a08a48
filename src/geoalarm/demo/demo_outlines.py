"""Outlines: a territory split between points, holes of a coverage, lines thinned without a seam."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geoalarm.core.errors import InputError

CRUMB_M2 = 50_000.0
"""Detached pieces of a split territory smaller than this go to a neighbour [m2]."""

PINHOLE_M2 = 10_000.0
"""Holes of a coverage smaller than this are faults of its edges and are closed [m2]."""

MINIMUM_PART_M2 = 1.0
"""Parts smaller than this that an overlay leaves are dropped; their area is below any figure printed."""


def split_by_points(
    territory: BaseGeometry, points: np.ndarray, owners: Sequence[str]
) -> dict[str, BaseGeometry]:
    """Give each owner the part of ``territory`` that is nearest to one of its points.

    The Voronoi cells of all points are cut by the territory and joined per owner, so the parts cover it
    without gap or overlap.

    Parameters
    ----------
    territory : shapely geometry
        Polygon or MultiPolygon, in metres.
    points : numpy.ndarray
        dims (point, 2), x and y [m]; points at the same place count once, for the first owner.
    owners : sequence of str
        One for each point.

    Returns
    -------
    dict of str to shapely geometry
        The part of each owner that has a point. Polygon or MultiPolygon.

    Raises
    ------
    InputError
        If there is no point, or not one owner a point.
    """
    coordinates = np.asarray(points, dtype="float64").reshape(-1, 2)
    if not len(coordinates) or len(coordinates) != len(owners):
        raise InputError(
            "points to split a territory by",
            got=f"{len(coordinates)} points, {len(owners)} owners",
            expected="at least one point and one owner each",
            hint="check the settlement list of this canton",
        )
    _, first = np.unique(coordinates, axis=0, return_index=True)
    first.sort()
    coordinates, names = coordinates[first], [owners[i] for i in first]
    if len(set(names)) == 1:
        return {names[0]: territory}
    return _voronoi_parts(territory, coordinates, names)


def _voronoi_parts(
    territory: BaseGeometry, coordinates: np.ndarray, owners: Sequence[str]
) -> dict[str, BaseGeometry]:
    seeds = shapely.points(coordinates)
    cells = np.array(shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=territory).geoms)
    of_seed = shapely.STRtree(cells).query(seeds, predicate="within")
    owner_of_cell = {int(cell): owners[int(seed)] for seed, cell in zip(*of_seed, strict=True)}
    pieces, names = [], []
    for owner in dict.fromkeys(owners):
        mine = shapely.union_all(cells[[cell for cell, name in owner_of_cell.items() if name == owner]])
        found = [
            piece
            for piece in shapely.get_parts(shapely.intersection(mine, territory))
            if piece.geom_type == "Polygon"
        ]
        pieces += found
        names += [owner] * len(found)
    return _join_crumbs(np.array(pieces, dtype=object), names)


def _join_crumbs(pieces: np.ndarray, names: list[str]) -> dict[str, BaseGeometry]:
    """Pieces joined by owner; detached ones below :data:`CRUMB_M2` go where they share the longest edge."""
    area = shapely.area(pieces)
    largest = {
        name: int(max((i for i, other in enumerate(names) if other == name), key=lambda i: area[i]))
        for name in dict.fromkeys(names)
    }
    kept = [i for i, name in enumerate(names) if area[i] >= CRUMB_M2 or i == largest[name]]
    members: dict[str, list[int]] = {name: [i for i in kept if names[i] == name] for name in largest}
    for i in set(range(len(pieces))) - set(kept):
        shared = shapely.length(
            shapely.intersection(shapely.boundary(pieces[i]), shapely.boundary(pieces[kept]))
        )
        members[names[kept[int(np.argmax(shared))]] if shared.max() > 0 else names[i]].append(i)
    return {name: polygons_of(shapely.union_all(pieces[rows])) for name, rows in members.items()}


def polygons_of(geometry: BaseGeometry) -> BaseGeometry:
    """The polygons of a geometry that are larger than a square metre, as one Polygon or MultiPolygon."""
    parts = [
        part
        for part in shapely.get_parts(geometry, return_index=False)
        if part.geom_type in {"Polygon", "MultiPolygon"}
    ]
    flat = [part for part in shapely.get_parts(np.array(parts, dtype=object)) if part.area >= MINIMUM_PART_M2]
    return flat[0] if len(flat) == 1 else shapely.multipolygons(flat)


def holes_of(outlines: Sequence[BaseGeometry], *, minimum_m2: float) -> list[BaseGeometry]:
    """Holes in the union of ``outlines`` that are larger than ``minimum_m2`` [m2], largest first."""
    whole = shapely.union_all(np.asarray(outlines, dtype=object))
    rings = [ring for polygon in shapely.get_parts(whole) for ring in polygon.interiors]
    holes = [shapely.polygons(ring) for ring in rings]
    return sorted((hole for hole in holes if hole.area >= minimum_m2), key=lambda hole: -hole.area)


def fill_holes(
    communes: gpd.GeoDataFrame, owners: Mapping[str, str], *, minimum_m2: float = 1e6
) -> tuple[gpd.GeoDataFrame, dict[str, float]]:
    """Give the holes of a coverage to the communes named in ``owners`` (code to reason) that touch them.

    Returns
    -------
    geopandas.GeoDataFrame
        The communes with mended outlines.
    dict of str to float
        Area given to each code [km2]; a code whose commune touches no hole is absent.
    """
    out = communes.copy()
    given: dict[str, float] = {}
    column = out.columns.get_loc(out.geometry.name)
    for hole in holes_of(out.geometry.to_numpy(), minimum_m2=minimum_m2):
        touched = [
            row for row in out.sindex.query(hole, predicate="intersects") if out["code"].iat[row] in owners
        ]
        if touched:
            row = touched[0]
            out.iat[row, column] = polygons_of(shapely.union(out.geometry.iat[row], hole))
            code = str(out["code"].iat[row])
            given[code] = given.get(code, 0.0) + hole.area / 1e6
    return out, given


def tidy(outlines: np.ndarray, *, grid_m: float = 1.0) -> np.ndarray:
    """The same outlines as one valid coverage: cut together on a lattice of ``grid_m`` [m], each face to one
    of them.

    A face claimed twice goes to the earlier outline, so nothing is counted twice. Holes stay holes, but those
    below
    :data:`PINHOLE_M2` go to the outline they share the longest edge with.
    """
    lines = shapely.union_all(shapely.boundary(outlines), grid_size=grid_m)
    faces = np.array(shapely.get_parts(shapely.polygonize([lines])))
    middle = shapely.point_on_surface(faces)
    face, row = shapely.STRtree(outlines).query(middle, predicate="within")
    owner = np.full(len(faces), len(outlines))
    np.minimum.at(owner, face, row)
    for pinhole in np.flatnonzero((owner == len(outlines)) & (shapely.area(faces) < PINHOLE_M2)):
        owner[pinhole] = _longest_neighbour(faces, owner, int(pinhole), len(outlines))
    order = np.argsort(owner, kind="stable")
    starts, ends = (
        np.searchsorted(owner[order], np.arange(len(outlines)), side=side) for side in ("left", "right")
    )
    return np.array(
        [
            polygons_of(shapely.coverage_union_all(faces[order[start:end]]))
            for start, end in zip(starts, ends, strict=True)
        ],
        dtype=object,
    )


def _longest_neighbour(faces: np.ndarray, owner: np.ndarray, pinhole: int, nobody: int) -> int:
    """Owner of the face that shares the longest edge with ``faces[pinhole]``; ``nobody`` where none does."""
    near = np.flatnonzero(shapely.intersects(faces, faces[pinhole]) & (owner != nobody))
    if not len(near):
        return nobody
    shared = shapely.length(
        shapely.intersection(shapely.boundary(faces[near]), shapely.boundary(faces[pinhole]))
    )
    return int(owner[near[np.argmax(shared)]])
