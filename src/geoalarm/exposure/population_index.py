"""Population units shared out over communes: the part of the work that every scenario reuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS
from scipy import sparse

from geoalarm.core.errors import InputError
from geoalarm.core.model import Communes, Population
from geoalarm.exposure.cell_counts import cell_counts
from geoalarm.exposure.covered_area import require_own_area
from geoalarm.geo.crs import analysis_crs, to_crs
from geoalarm.geo.datum_accuracy import OUTLINE_M, MapExtent, datum_notes
from geoalarm.geo.grid import Grid
from geoalarm.geo.overlapping_units import overlapping_communes, people_told_twice
from geoalarm.geo.overlay import SLIVER_M2, pieces
from geoalarm.geo.zonal import closed_columns, coverage, touched_cells

LACKING: Final = 1e-3
"""Less than this part of a unit is rounding along the outline of a commune [1]."""

SLIVER: Final = 0.01
"""A commune of which less than this area has known people, and the rest has not, is not known [1]."""

_FACTS: Final = 64
"""Facts of lattices that are kept for a population."""

Value = TypeVar("Value")


@dataclass(frozen=True)
class PopulationIndex:
    """A population shared out over a set of communes.

    Attributes
    ----------
    communes, population
        What was joined.
    crs : pyproj.CRS
        Equal-area CRS of the analysis.
    outlines : numpy.ndarray of shapely polygons
        Communes in ``crs``.
    area_km2 : numpy.ndarray
        Area of each commune [km2].
    people : numpy.ndarray
        People of each population unit (grid cell or polygon) [1]; 0 where none were counted.
    share : scipy.sparse.csr_array
        Part of each unit that lies in each commune (communes x units) [1].
    total : numpy.ndarray
        People of each commune [1], as far as they are known; NaN where the population layer does not cover it
        at all, or nothing of it is known.
    covered : numpy.ndarray
        Share of each commune's area that the population layer covers [1].
    unknown : numpy.ndarray of bool
        Units of which it is not known how many live there.
    unplaced : float
        People of the layer without a place on the map [1].
    told_twice : float
        People on ground that two polygons claim by the inaccuracy of their outlines [1].
    overlapping : numpy.ndarray of bool
        Communes that lie in part on another one, where people count in both.
    notes : tuple of str
        What a reader of any figure must know of communes and people, in sentences.
    grid : Grid or None
        Lattice of a raster population.
    cache : pathlib.Path, optional
        Folder where indexes of a raster population are kept.
    pieces : tuple or None
        For a polygon population: commune and unit of each piece they share, and its outline in ``crs``.
    """

    communes: Communes
    population: Population
    crs: CRS
    outlines: np.ndarray
    area_km2: np.ndarray
    people: np.ndarray
    share: sparse.csr_array
    total: np.ndarray
    covered: np.ndarray
    unknown: np.ndarray
    unplaced: float = 0.0
    told_twice: float = 0.0
    overlapping: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    notes: tuple[str, ...] = ()
    grid: Grid | None = None
    cache: Path | None = None
    pieces: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None

    @cached_property
    def counted(self) -> np.ndarray:
        """People of each commune that are known [1]; 0 where none are."""
        people: np.ndarray = self.share @ self.people
        return people

    @cached_property
    def lacks(self) -> np.ndarray:
        """Communes in which some units hold no number of people."""
        lacking: np.ndarray = self.share @ self.unknown.astype("float64") > LACKING
        return lacking

    @cached_property
    def of_unknown(self) -> PopulationIndex:
        """The same units, with one for each whose people are not known and none elsewhere: counted like
        people, it tells where they are lacking.
        """
        units = self.unknown.astype("float64")
        return replace(self, people=units, total=self.share @ units)

    @cached_property
    def lattices(self) -> dict[tuple[int, ...], Any]:
        """Indexes for rasters of the population's lattice; see :mod:`geoalarm.exposure.lattice_index`."""
        return {}

    @cached_property
    def _lattice_facts(self) -> dict[tuple[object, ...], Any]:
        return {}

    def of_lattice(self, what: str, grid: Grid, make: Callable[[], Value]) -> Value:
        """What all layers on a lattice share, made once; kept of the last few lattices."""
        kept, key = self._lattice_facts, (what, grid.key)
        found: Value | None = kept.get(key)
        if found is None:
            found = kept[key] = make()
            while len(kept) > _FACTS:
                kept.pop(next(iter(kept)), None)
        return found

    def communes_on(self, grid: Grid) -> tuple[tuple[float, float, float, float], np.ndarray]:
        """Bounds of the communes in the system of a lattice, and which of them it reaches."""

        def found() -> tuple[tuple[float, float, float, float], np.ndarray]:
            there = to_crs(gpd.GeoDataFrame(geometry=self.outlines, crs=self.crs), grid.crs)
            west, south, east, north = map(float, there.total_bounds)
            extent = shapely.box(*grid.bounds)
            return (west, south, east, north), (there.intersects(extent) & ~there.touches(extent)).to_numpy()

        return self.of_lattice("communes", grid, found)

    @cached_property
    def units_without_people(self) -> int:
        """Units in communes of which it is not known how many live there."""
        return int(self.unknown[self.cells].sum())

    @cached_property
    def cells(self) -> np.ndarray:
        """Numbers of the units that some commune touches; work on a population grid is on these."""
        return touched_cells(self.share)

    @cached_property
    def outline_bounds(self) -> np.ndarray:
        """(minx, miny, maxx, maxy) of each commune (n, 4) in :attr:`crs`."""
        bounds: np.ndarray = shapely.bounds(self.outlines)
        return bounds

    @cached_property
    def lived_in(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Commune, unit, and people [1], of each part of a unit that lies in a commune and where somebody
        lives; by rising commune.
        """
        units = self.share.indices
        on = np.flatnonzero((self.people > 0)[units])
        commune = np.searchsorted(self.share.indptr, on, side="right") - 1
        return commune.astype("int32"), units[on], self.share.data[on] * self.people[units[on]]

    @cached_property
    def split(self) -> sparse.csc_array:
        """Part of each working unit in each commune [1]: of the touched ``cells`` of a grid, or of each of
        the ``pieces``.
        """
        n = len(self.area_km2)
        if self.pieces is not None:
            i, _, parts = self.pieces
            return sparse.csc_array((np.ones(len(i)), (i, np.arange(len(parts)))), shape=(n, len(parts)))
        position = np.zeros(self.share.shape[1], dtype=self.share.indices.dtype)
        position[self.cells] = np.arange(len(self.cells))
        kept = sparse.csr_array(
            (self.share.data, position[self.share.indices], self.share.indptr), shape=(n, len(self.cells))
        )
        return sparse.csc_array(kept)

    @cached_property
    def split_people(self) -> np.ndarray:
        """People of each working unit [1]."""
        return self.people[self.cells] if self.pieces is None else self.piece_people

    @cached_property
    def split_unknown(self) -> np.ndarray:
        """Of each working unit, whether its people are not known."""
        return self.unknown[self.cells] if self.pieces is None else self.unknown[self.pieces[1]]

    @cached_property
    def split_area_km2(self) -> np.ndarray:
        """Area of each working unit [km2]."""
        if self.pieces is not None:
            area: np.ndarray = shapely.area(self.pieces[2]) / 1e6
            return area
        assert self.grid is not None
        return self.grid.cell_area_km2(self.cells)

    @cached_property
    def unit_size_m(self) -> float:
        """Side of a cell of the population, or of a square as large as the median polygon, at most
        :data:`~geoalarm.geo.datum_accuracy.OUTLINE_M` [m].
        """
        if self.pieces is None:
            assert self.grid is not None
            return self.grid.cell_size_m()
        i, j, parts = self.pieces
        whole = shapely.area(parts) / np.asarray(self.share[i, j]).ravel()
        return min(OUTLINE_M, float(np.sqrt(np.median(whole[np.unique(j, return_index=True)[1]]))))

    @cached_property
    def extents(self) -> dict[str, MapExtent]:
        """Where communes and population lie."""
        return {
            "communes": MapExtent.of(self.communes.data),
            "population": MapExtent.of(self.population.data),
        }

    @property
    def piece_people(self) -> np.ndarray:
        """People of each piece [1]: those of its unit by share of area."""
        assert self.pieces is not None
        i, j, _ = self.pieces
        return self.people[j] * np.asarray(self.share[i, j]).ravel()

    @cached_property
    def account(self) -> tuple[float, float, float, float]:
        """People in all units and without any, in communes, outside all of them, and counted twice where
        communes overlap; each summed on its own.
        """
        shared = np.asarray(self.share.sum(axis=0)).ravel()
        outside = float((self.people * np.clip(1 - shared, 0, None)).sum())
        twice = float((self.people * np.clip(shared - 1, 0, None)).sum())
        total = float(self.people.sum(dtype="float64")) + self.unplaced
        return total, float(self.counted.sum()), outside, twice


def prepare(population: Population, communes: Communes, *, cache: Path | None = None) -> PopulationIndex:
    """Share the people of each population unit out over the communes by covered area.

    Parameters
    ----------
    population : Population
        Raster of counts or densities, or polygons with counts.
    communes : Communes
    cache : pathlib.Path, optional
        Folder for the coverage index of a raster population, and for what was found to overlap.

    Raises
    ------
    InputError
        If a count is negative or infinite, polygons with people lie on top of each other, the two layers do
        not meet anywhere, or no number of people is known.
    """
    crs = analysis_crs(communes.data.total_bounds, communes.data.crs)
    projected = to_crs(communes.data, crs)
    outlines = projected.geometry.to_numpy()
    area = projected.area.to_numpy() / 1e6
    build = _prepare_polygons if population.kind == "polygons" else _prepare_raster
    prepared = build(population, communes, crs, outlines, area, cache)
    if not np.any(prepared.covered > 0):
        raise InputError(
            "population and communes do not meet",
            got="no common area",
            expected="layers of the same place",
            hint="check both CRS and extents, and whether x and y are swapped",
        )
    if np.isnan(prepared.total).all():
        raise InputError(
            "no commune has a known number of people",
            got=f"{int(prepared.unknown.sum())} units of the population without a number",
            expected="people in at least one commune",
            hint="check the column, or the no-data value, of the population",
        )
    datum_notes(prepared.extents, cell_m=prepared.unit_size_m)
    told = overlapping_communes(outlines, communes.ids, cache=cache)
    return replace(prepared, overlapping=told.overlapping, notes=(*prepared.notes, *told.notes))


def _prepare_raster(
    population: Population,
    communes: Communes,
    crs: CRS,
    outlines: np.ndarray,
    area: np.ndarray,
    cache: Path | None,
) -> PopulationIndex:
    grid = Grid.from_dataarray(population.data)
    people, valid = cell_counts(population, grid)
    unknown = np.zeros(len(people), dtype=bool) if population.no_data == "nobody" else ~valid
    share = coverage(communes.data, grid, cache=cache)
    cells = grid.cell_area_km2()
    inside = share @ cells
    require_own_area(inside, area, outlines, communes.ids, grid=grid, crs=crs, what="population raster")
    covered = np.minimum(inside / np.where(inside > area * (1 - 1e-3), inside, area), 1.0)
    return PopulationIndex(
        communes,
        population,
        crs,
        outlines,
        area,
        people,
        share,
        _totals(share, people, cells, unknown),
        covered,
        unknown,
        grid=grid,
        cache=cache,
    )


def _prepare_polygons(
    population: Population,
    communes: Communes,
    crs: CRS,
    outlines: np.ndarray,
    area: np.ndarray,
    cache: Path | None,
) -> PopulationIndex:
    frame = population.data
    assert isinstance(frame, gpd.GeoDataFrame)
    units = to_crs(frame, crs).geometry.to_numpy()
    units = np.where(shapely.is_missing(units), shapely.Polygon(), units)
    numbers = frame[population.column].to_numpy(dtype="float64", na_value=np.nan)
    people, none = np.nan_to_num(numbers), np.isnan(numbers)
    i, j, parts = pieces(outlines, units)
    what = population.sources[0].id if population.sources else "population"
    twice = people_told_twice(population, units, np.unique(j), what=what, cache=cache)
    sizes, unit_area = shapely.area(parts) / 1e6, shapely.area(units) / 1e6
    share = closed_columns(
        sparse.csr_array((sizes / unit_area[j], (i, j)), shape=(len(outlines), len(units)))
    )
    covered = np.minimum(np.bincount(i, weights=sizes, minlength=len(outlines)) / area, 1.0)
    covered[covered > 1 - 1e-6] = 1.0
    unknown = none & (population.no_data == "unknown")
    nowhere = unit_area <= SLIVER_M2 / 1e6
    unplaced = float(people[nowhere].sum()) + (population.rows.unplaced if population.rows else 0.0)
    return PopulationIndex(
        communes,
        population,
        crs,
        outlines,
        area,
        np.where(nowhere, 0.0, people),
        share,
        _totals(share, people, unit_area, unknown),
        covered,
        unknown,
        unplaced,
        twice,
        notes=_told_twice(twice, what),
        pieces=(i, j, parts),
    )


def _told_twice(people: float, what: str) -> tuple[str, ...]:
    if people < 1:
        return ()
    return (f"{what}: polygons overlap slightly, {people:.0f} people live on ground that two of them claim",)


def _totals(share: sparse.csr_array, people: np.ndarray, area: np.ndarray, unknown: np.ndarray) -> np.ndarray:
    """People of each commune [1]; NaN where no unit covers it, or all but a sliver of it is not known."""
    covered, known = share @ area, share @ np.where(unknown, 0.0, area)
    lacks = share @ unknown.astype("float64") > LACKING
    nothing = (known <= 0) | (lacks & (known < SLIVER * covered))
    return np.where(nothing, np.nan, share @ people)
