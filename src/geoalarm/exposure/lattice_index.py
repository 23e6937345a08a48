"""People and area of communes on the lattice of a raster, as weights that one pass over it adds up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from geoalarm.exposure.population_index import PopulationIndex
from geoalarm.geo.grid import Grid
from geoalarm.geo.kernels import sums_above
from geoalarm.geo.weighted_cells import WeightedCells, WeightedIndex, WeightedRuns

BITS: Final = 60
"""People and area of a commune are fewer than 2 to this power of its units: a weight is off by half a unit,
so a commune of a billion cells by less than 1e-9, and no sum overflows.
"""

_KEPT: Final = 2
"""Lattices whose index is kept for a population: those of the last rasters."""


@dataclass(frozen=True)
class LatticeIndex:
    """What each commune has on a lattice, and what lies beyond it.

    Attributes
    ----------
    weights : WeightedIndex
        People and area of the cells of each commune, in units of its own.
    people_unit, area_unit : numpy.ndarray
        People [1] and area [km2] of one unit of each commune.
    people, area : numpy.ndarray of int64
        Sum of the weights of each commune.
    people_beyond, area_beyond : numpy.ndarray
        People [1] and area [km2] of each commune that the lattice does not reach.
    """

    weights: WeightedIndex
    people_unit: np.ndarray
    area_unit: np.ndarray
    people: np.ndarray
    area: np.ndarray
    people_beyond: np.ndarray
    area_beyond: np.ndarray

    def above(
        self, values: np.ndarray, bounds: np.ndarray, no_data: float | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """See :func:`geoalarm.geo.kernels.sums_above`."""
        return sums_above(values, bounds, no_data, self.weights)


def lattice_index(prepared: PopulationIndex, offset: tuple[int, int], shape: tuple[int, int]) -> LatticeIndex:
    """The index of a population grid for rasters of its lattice: made once for each extent.

    Parameters
    ----------
    prepared : PopulationIndex
        Of a raster population.
    offset : tuple of int
        Row and column of the population grid at which the rasters begin.
    shape : tuple of int
        Their rows and columns.
    """
    kept = prepared.lattices
    key = (*offset, *shape)
    if key not in kept:
        while len(kept) >= _KEPT:
            kept.pop(next(iter(kept)), None)
        kept[key] = _build(prepared, offset, shape)
    found: LatticeIndex = kept[key]
    return found


def _build(prepared: PopulationIndex, offset: tuple[int, int], shape: tuple[int, int]) -> LatticeIndex:
    assert prepared.grid is not None
    cells, share = prepared.share.indices, prepared.share.data
    starts, area = prepared.share.indptr.astype("int64"), _cell_areas(prepared.grid, cells)
    places, on = _places(cells, prepared.grid.shape, offset, shape)
    beyond, whole = np.flatnonzero(~on), on & (share == 1.0)
    lived_in, edges = np.flatnonzero(on & (prepared.people > 0)[cells]), np.flatnonzero(on & ~whole)
    begins, length = _runs(starts, places, area, whole)
    of_run = area[begins]
    people_unit = _units(_sums(starts, lived_in, share[lived_in] * prepared.people[cells[lived_in]]))
    run_area, edge_area = _sums(starts, begins, of_run * length), share[edges] * area[edges]
    area_unit = _units(run_area + _sums(starts, edges, edge_area))
    people = _entries(
        starts, lived_in, places, share[lived_in] * prepared.people[cells[lived_in]], people_unit
    )
    parts = _entries(starts, edges, places, edge_area, area_unit)
    run_weights = _whole_numbers(starts, begins, of_run, area_unit)
    first = places[begins].astype("int64")
    runs = WeightedRuns(np.searchsorted(begins, starts), first, first + length, run_weights)
    return LatticeIndex(
        WeightedIndex(people, parts, runs),
        people_unit,
        area_unit,
        _sums(starts, lived_in, people.weights),
        _sums(starts, edges, parts.weights) + _sums(starts, begins, run_weights * length),
        _sums(starts, beyond, share[beyond] * prepared.people[cells[beyond]]),
        _sums(starts, beyond, share[beyond] * area[beyond]),
    )


def _cell_areas(grid: Grid, cells: np.ndarray) -> np.ndarray:
    """Area of cells [km2]; one number, repeated, where all are alike."""
    if grid.is_equal_area:
        return np.broadcast_to(grid.cell_area_km2(np.zeros(1, "int64")), cells.shape)
    return grid.cell_area_km2(cells)


def _places(
    cells: np.ndarray, size: tuple[int, int], offset: tuple[int, int], shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Position of cells of the population grid in a raster, and which are on it."""
    if (offset, shape) == ((0, 0), size):
        return cells, np.ones(len(cells), dtype=bool)
    row, column = np.divmod(cells, size[1])
    row, column = row - offset[0], column - offset[1]
    on = (row >= 0) & (row < shape[0]) & (column >= 0) & (column < shape[1])
    return row.astype("int64") * shape[1] + column, on


def _units(totals: np.ndarray) -> np.ndarray:
    """Unit of each row: a power of two, so that nothing is lost by counting in it."""
    return np.ldexp(1.0, np.frexp(totals)[1] - BITS)


def _rows(starts: np.ndarray, entries: np.ndarray) -> np.ndarray:
    """Row of each of some entries, by their rising numbers."""
    return np.repeat(np.arange(len(starts) - 1), np.diff(np.searchsorted(entries, starts)))


def _sums(starts: np.ndarray, entries: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Sum of some entries by row; 0 where a row has none."""
    at = np.searchsorted(entries, starts)
    sums, filled = np.zeros(len(starts) - 1, dtype=values.dtype), np.flatnonzero(np.diff(at))
    if len(filled):
        sums[filled] = np.add.reduceat(values, at[filled])
    return sums


def _whole_numbers(
    starts: np.ndarray, entries: np.ndarray, values: np.ndarray, units: np.ndarray
) -> np.ndarray:
    """Values of some entries in whole units of their row."""
    return np.rint(values / units[_rows(starts, entries)]).astype("int64")


def _entries(
    starts: np.ndarray, entries: np.ndarray, places: np.ndarray, values: np.ndarray, units: np.ndarray
) -> WeightedCells:
    weights = _whole_numbers(starts, entries, values, units)
    return WeightedCells(np.searchsorted(entries, starts), places[entries], weights)


def _runs(
    starts: np.ndarray, places: np.ndarray, area: np.ndarray, whole: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """First entry and length of the runs of whole cells of a row that follow each other and are alike."""
    follows = places[1:] == places[:-1] + 1
    if area.strides != (0,):
        follows &= area[1:] == area[:-1]
    begins, ends = whole.copy(), whole.copy()
    begins[1:] &= ~(whole[:-1] & follows)
    inner = starts[(starts > 0) & (starts < len(places))]
    begins[inner] = whole[inner]
    ends[:-1] &= ~whole[1:] | begins[1:]
    first = np.flatnonzero(begins)
    return first, np.flatnonzero(ends) + 1 - first
