"""The population grid: whole people in cells wholly inside their commune, so that every commune adds up
exactly.

People thin out around each settlement and stretch along the ways to its neighbours; the rule is stated in the
manifest and the result is modelled, not counted.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from scipy.spatial import Delaunay, cKDTree

from geoalarm.demo.grids import centres
from geoalarm.demo.names import key
from geoalarm.exposure.dasymetry import dasymetric, largest_remainder
from geoalarm.geo.grid import Grid
from geoalarm.geo.zonal import coverage

log = logging.getLogger(__name__)

PEAK_PER_KM2: Final = 4500.0
"""People per km2 at the middle of a settlement; its people thin out from there as exp(-distance / reach)."""

REACH_M: Final = (150.0, 3000.0)
"""Shortest and longest reach of a settlement [m]."""

RURAL_SHARE: Final = 0.08
"""Share of the people of a commune spread over it beside its settlements."""

WAY_REACH_M: Final = 180.0
"""Distance from a way at which its pull falls to 1/e [m]."""

WAY_FADES_M: Final = 300.0
"""Settlements of a longer reach than this stretch less along their ways: towns fill the land between [m]."""

LONGEST_WAY_M: Final = 9000.0
"""Neighbouring settlements further apart than this are not joined [m]."""

_STEP_M: Final = 50.0


def reach_m(people: float) -> float:
    """Distance at which the density of a settlement falls to 1/e [m]: with it, its people reach
    :data:`PEAK_PER_KM2` in the middle.
    """
    return min(max(1000.0 * math.sqrt(people / (2 * math.pi * PEAK_PER_KM2)), REACH_M[0]), REACH_M[1])


def ways(points: np.ndarray) -> np.ndarray:
    """Straight ways between neighbouring settlements, as points every 50 m: dims (point, 2), x and y [m].

    Neighbours are those of the Gabriel graph: no third settlement lies in the circle that has the way as
    diameter.
    """
    places = np.unique(np.asarray(points, dtype="float64"), axis=0)
    corners = Delaunay(places).simplices
    pairs = np.unique(
        np.sort(np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]), axis=1), axis=0
    )
    middle = (places[pairs[:, 0]] + places[pairs[:, 1]]) / 2
    length = np.hypot(*(places[pairs[:, 0]] - places[pairs[:, 1]]).T)
    nearest, _ = cKDTree(places).query(middle)
    kept = pairs[(nearest >= length / 2 - 1e-6) & (length <= LONGEST_WAY_M)]
    lines = shapely.segmentize(shapely.linestrings(places[kept]), _STEP_M)
    return np.asarray(np.unique(shapely.get_coordinates(lines), axis=0))


def weights(cells: np.ndarray, settlements: np.ndarray, to_way_m: np.ndarray) -> np.ndarray:
    """How densely each cell is lived in [km-2].

    Every settlement thins out with distance, a small one more slowly along a way; beside them stands an even
    remainder, denser along the ways.

    Parameters
    ----------
    cells : numpy.ndarray
        dims (cell, 2), x and y of the centres [m].
    settlements : numpy.ndarray
        dims (settlement, 3), x, y [m] and people [1].
    to_way_m : numpy.ndarray
        dims (cell), distance to the nearest way [m].
    """
    pull = np.exp(-to_way_m / WAY_REACH_M)
    out = np.asarray(RURAL_SHARE * settlements[:, 2].sum() / max(len(cells), 1) * 100.0 * (0.2 + 4.0 * pull))
    for east, north, people in settlements:
        reach = reach_m(people)
        distance = np.hypot(cells[:, 0] - east, cells[:, 1] - north)
        along = min(1.0, WAY_FADES_M / reach)
        out += (
            people
            / (2 * math.pi * (reach / 1000.0) ** 2)
            * np.exp(-distance / reach)
            * (1.0 - 0.5 * along + 1.5 * along * pull)
        )
    return out


def settlements_of(
    communes: gpd.GeoDataFrame, seats: gpd.GeoSeries, places: gpd.GeoDataFrame
) -> dict[int, np.ndarray]:
    """Settlements of each commune by row: x, y [m] and people, its seat first.

    The seat has the people of the commune that its other settlements leave it, a third of them at least.
    """
    inside = gpd.sjoin(
        places[["name", "people", places.geometry.name]],
        communes[["name", communes.geometry.name]],
        predicate="within",
        lsuffix="place",
    )
    xy = shapely.get_coordinates(seats.to_numpy())
    out: dict[int, np.ndarray] = {}
    for row, total in enumerate(communes["population"].to_numpy()):
        found = inside[inside["index_right"] == communes.index[row]]
        differs = [
            key(place) != key(name)
            for place, name in zip(found["name_place"], found["name_right"], strict=True)
        ]
        other = found[np.array(differs, dtype=bool)]
        points = shapely.get_coordinates(other.geometry.to_numpy())
        figures = np.minimum(other["people"].to_numpy(dtype="float64"), total)
        if figures.sum() > 2 / 3 * total:
            figures *= 2 / 3 * total / figures.sum()
        seat = [[*xy[row], total - figures.sum()]]
        out[row] = np.vstack([seat, np.column_stack([points, figures])]) if len(other) else np.array(seat)
    return out


def population_grid(
    communes: gpd.GeoDataFrame, settlements: Mapping[int, np.ndarray], grid: Grid
) -> tuple[np.ndarray, dict[str, object]]:
    """Whole people per cell, and the ledger of the spreading.

    Returns
    -------
    numpy.ndarray
        dims (y, x), uint16 people [1]; zero where nobody was put.
    dict
        communes, people, cells_lived_in, communes_without_inner_cell (their people stand in the cell they
        cover most), largest_cell.
    """
    inner, without = _cells(communes, grid)
    xs, ys = centres(grid)
    tree = cKDTree(ways(np.vstack(list(settlements.values()))[:, :2]))
    people = np.zeros(grid.size, dtype="int64")
    for row, total in enumerate(communes["population"].to_numpy(dtype="int64")):
        xy = np.column_stack([xs[inner[row] % grid.shape[1]], ys[inner[row] // grid.shape[1]]])
        weight = weights(xy, settlements[row], tree.query(xy)[0]) if total else np.ones(len(xy))
        people[inner[row]] += largest_remainder(
            dasymetric(float(total), np.ones(len(xy)), weight), int(total)
        )
    ledger = {
        "communes": len(communes),
        "people": int(people.sum()),
        "cells_lived_in": int((people > 0).sum()),
        "communes_without_inner_cell": without,
        "largest_cell": int(people.max()),
    }
    log.info("population grid: %s", ledger)
    return people.reshape(grid.shape).astype("uint16"), ledger


def _cells(communes: gpd.GeoDataFrame, grid: Grid) -> tuple[list[np.ndarray], list[str]]:
    """Cells inside each commune and touched by no other; without any, the one it covers most, and its id."""
    index = coverage(communes, grid)
    touched = np.bincount(index.indices, minlength=index.shape[1])
    alone = (index.data == 1.0) & (touched[index.indices] == 1)
    cells, without = [], []
    for row, (start, end) in enumerate(zip(index.indptr[:-1], index.indptr[1:], strict=True)):
        own = index.indices[start:end]
        inside = own[alone[start:end]]
        if not len(inside):
            without.append(str(communes["commune_id"].iat[row]))
            inside = own[[int(np.argmax(index.data[start:end]))]]
        cells.append(inside)
    return cells, without


def commune_sums(people: np.ndarray, communes: gpd.GeoDataFrame, grid: Grid) -> np.ndarray:
    """People of each commune read back from the grid by covered fraction."""
    return np.asarray(coverage(communes, grid) @ people.ravel().astype("float64"))
