"""People within circles round a site, all radii at once: whole cells by their distance, cells that a circle
cuts by the exact area it leaves of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
import shapely

from geoalarm.core.errors import InputError
from geoalarm.core.quantities import require_range
from geoalarm.exposure.population_index import PopulationIndex
from geoalarm.geo.circle_overlap import RingEdges, circle_overlap
from geoalarm.geo.crs import to_crs
from geoalarm.geo.overlay import SLIVER_M2, polygonal
from geoalarm.geo.site_plane import Coordinates, PlaneWindow, SitePlane

FARTHEST: Final = 200e3
"""Largest radius of a circle that is counted so [m]."""

Window = tuple[slice, slice]


@dataclass
class _Shapes:
    """Polygons in the plane, their areas [m2], and which of them each part is: its whole cell, or drawn."""

    edges: RingEdges
    area: np.ndarray
    of_part: np.ndarray


@dataclass(frozen=True)
class PeopleRoundSite:
    """Cells with people round a site, cut by communes; made once for a site, asked for any radii.

    Attributes
    ----------
    plane : SitePlane
    prepared : PopulationIndex
    commune, cell : numpy.ndarray of int
        Commune and cell of each part, by position in the index of the population.
    share : numpy.ndarray
        Which part of the cell it is [1].
    people : numpy.ndarray
        People of the part [1].
    near, far : numpy.ndarray
        The cell lies between these distances from the site in the plane [m].
    quads : RingEdges
        The cells in the plane.
    window : PlaneWindow
        From the grid to the plane.
    """

    plane: SitePlane
    prepared: PopulationIndex
    commune: np.ndarray
    cell: np.ndarray
    share: np.ndarray
    people: np.ndarray
    near: np.ndarray
    far: np.ndarray
    quads: RingEdges
    window: PlaneWindow

    @classmethod
    def within(cls, prepared: PopulationIndex, plane: SitePlane, farthest_m: float) -> PeopleRoundSite:
        """The parts that circles up to a radius may reach, with people in them.

        Raises
        ------
        RangeError
            If the radius is not positive, or above 200 km.
        """
        require_range("radius", farthest_m, 0, FARTHEST, unit="m", closed="right")
        grid = prepared.grid
        assert grid is not None
        bounds = plane.bounds_in(grid.crs, farthest_m)
        rows, columns = grid.window(bounds)
        commune, cell, share = _parts(prepared, communes_near(prepared, plane, farthest_m), (rows, columns))
        x, y = grid.x_edges[columns.start : columns.stop + 1], grid.y_edges[rows.start : rows.stop + 1]
        sides = ((axis.min(), axis.max()) for axis in (np.append(x, bounds[::2]), np.append(y, bounds[1::2])))
        (west, east), (south, north) = sides
        window = plane.window(grid.crs, (west, south, east, north))
        row, column = np.divmod(cell, grid.shape[1])
        corners = _corners(window.lattice(x, y), row - rows.start, column - columns.start)
        near, far = _reach(corners)
        kept = near < plane.radius(farthest_m)
        commune, cell, share = commune[kept], cell[kept], share[kept]
        people = share * prepared.people[cell]
        return cls(
            plane,
            prepared,
            commune,
            cell,
            share,
            people,
            near[kept],
            far[kept],
            _quads(corners[:, kept]),
            window,
        )

    def people_within(self, radii_m: np.ndarray) -> np.ndarray:
        """People of each part of :attr:`communes` within each rising radius (communes, radii) [1]."""
        radius, whole, part, ring = self._cut_by(radii_m)
        n, k = len(self.communes), len(radius) + 1
        place = np.searchsorted(self.communes, self.commune) * k
        people = np.bincount(place + whole, self.people, n * k).reshape(n, k)
        found = np.cumsum(people, axis=1)[:, :-1]
        cut = self._share_within(part, radius[ring]) * self.people[part]
        return found + np.bincount(place[part] + ring, cut, n * k).reshape(n, k)[:, :-1]

    def shares_within(self, radii_m: np.ndarray) -> np.ndarray:
        """Share of each part within each rising radius (parts, radii) [1]."""
        radius, whole, part, ring = self._cut_by(radii_m)
        found = (whole[:, None] <= np.arange(len(radius))).astype("float64")
        found[part, ring] = self._share_within(part, radius[ring])
        return found

    @cached_property
    def communes(self) -> np.ndarray:
        """Communes that have a part, by position, rising."""
        return np.unique(self.commune)

    def _cut_by(self, radii_m: np.ndarray) -> tuple[np.ndarray, ...]:
        """Radii in the plane; which is the first to hold each part whole; and the pairs of a part and a
        radius that may cut it.
        """
        radius = self.plane.radius(radii_m)
        whole, first = np.searchsorted(radius, self.far), np.searchsorted(radius, self.near, side="right")
        counts = np.maximum(whole - first, 0)
        part = np.repeat(np.arange(len(counts)), counts)
        return (
            radius,
            whole,
            part,
            np.arange(len(part)) + np.repeat(first - np.cumsum(counts) + counts, counts),
        )

    def _share_within(self, part: np.ndarray, radius: np.ndarray) -> np.ndarray:
        """Share of parts within circles of these radii in the plane [1]; rounding is none, or all."""
        self._outline(part[self.share[part] < 1.0])
        shape = self._shapes
        place = shape.of_part[part]
        area, inside = shape.area[place], circle_overlap(shape.edges.taken(place), radius)
        share = np.divide(inside, area, out=np.zeros_like(area), where=inside > SLIVER_M2)
        return np.where(area - inside > SLIVER_M2, share, 1.0)

    def _outline(self, part: np.ndarray) -> None:
        """Draw parts of cells that communes share, unless they are drawn: a circle must cut both to need
        them.
        """
        shape = self._shapes
        new = np.unique(part[shape.of_part[part] < len(self.cell)])
        if len(new):
            drawn = RingEdges.of(self._outlines(new)).moved(self.window.place)
            shape.of_part[new] = len(shape.area) + np.arange(len(new))
            shape.edges, shape.area = shape.edges.with_more(drawn), np.append(shape.area, drawn.area)

    @cached_property
    def _shapes(self) -> _Shapes:
        return _Shapes(self.quads, self.quads.area, np.arange(len(self.cell)))

    def _outlines(self, part: np.ndarray) -> np.ndarray:
        """Parts of cells in the system of the grid."""
        grid, communes = self.prepared.grid, self.prepared.communes.data
        assert grid is not None
        near, place = np.unique(self.commune[part], return_inverse=True)
        outlines = to_crs(communes.iloc[near], grid.crs).geometry.to_numpy()
        row, column = np.divmod(self.cell[part], grid.shape[1])
        x, y = grid.x_edges[column], grid.y_edges[row]
        cells = shapely.box(x, y, x + grid.transform.a, y + grid.transform.e)
        return polygonal(shapely.intersection(outlines[place], cells))


def people_within(
    prepared: PopulationIndex, lon: float, lat: float, radii_m: Sequence[float]
) -> pd.DataFrame:
    """People within circles of true distance round a place, by commune.

    Parameters
    ----------
    prepared : PopulationIndex
        Of a raster population.
    lon, lat : float
        The place [degrees, WGS 84].
    radii_m : sequence of float
        Radii on the ellipsoid [m], in any order.

    Returns
    -------
    pandas.DataFrame
        One row a commune with known people within the widest circle, index ``commune_id``; one column a
        radius [1]. Cells without a number of people are not in it.

    Raises
    ------
    InputError
        If the population is no raster, or there is no radius.
    RangeError
        If a radius is not positive, or above 200 km.
    """
    if prepared.grid is None or not len(radii_m):
        raise InputError(
            "people within circles",
            got="no radius" if prepared.grid is not None else "a population of polygons",
            expected="radii in metres and a raster of people",
        )
    for radius in radii_m:
        require_range("radius", radius, 0, FARTHEST, unit="m", closed="right")
    order = np.argsort(radii_m)
    rising = np.asarray(radii_m, dtype="float64")[order]
    around = PeopleRoundSite.within(prepared, SitePlane(lon, lat), float(rising[-1]))
    ids = prepared.communes.ids.to_numpy()[around.communes]
    found = pd.DataFrame(around.people_within(rising), pd.Index(ids, name="commune_id"), rising)
    return found.loc[found.iloc[:, -1] > 0, list(map(float, radii_m))]


def communes_near(prepared: PopulationIndex, plane: SitePlane, farthest_m: float) -> np.ndarray:
    """Communes that may lie within a radius, by position, rising."""
    west, south, east, north = plane.bounds_in(prepared.crs, farthest_m)
    left, low, right, high = prepared.outline_bounds.T
    return np.flatnonzero((left <= east) & (right >= west) & (low <= north) & (high >= south))


def _parts(prepared: PopulationIndex, near: np.ndarray, window: Window) -> tuple[np.ndarray, ...]:
    """Commune, cell and share of the parts with people of some communes in a window of the grid."""
    share, (rows, columns) = prepared.share[near], window
    assert prepared.grid is not None
    row, column = np.divmod(share.indices, prepared.grid.shape[1])
    inside = (row >= rows.start) & (row < rows.stop) & (column >= columns.start) & (column < columns.stop)
    kept = np.flatnonzero(inside & (prepared.people[share.indices] > 0))
    commune = np.repeat(near, np.diff(share.indptr))[kept]
    return commune, share.indices[kept].astype("int64"), share.data[kept]


def _corners(lattice: Coordinates, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Corners of cells (x and y, cells, 4), one after the other round the cell."""
    rows = np.stack([row, row, row + 1, row + 1], axis=-1)
    columns = np.stack([column, column + 1, column + 1, column], axis=-1)
    return np.stack([axis[rows, columns] for axis in lattice])


def _reach(corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distances between which cells lie: the nearest point is no nearer than the middle less half the
    diagonal.
    """
    middle = corners.mean(axis=2, keepdims=True)
    half = np.hypot(*(corners - middle)).max(axis=1)
    return np.hypot(*middle[:, :, 0]) - half, np.hypot(*corners).max(axis=1)


def _quads(corners: np.ndarray) -> RingEdges:
    ends = np.concatenate([corners, np.roll(corners, -1, axis=2)])
    return RingEdges(ends.reshape(4, -1), np.arange(corners.shape[1] + 1) * 4)
