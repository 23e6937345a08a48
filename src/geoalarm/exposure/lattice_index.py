"""People and area of communes on the lattice of a raster, as weights that one pass over it adds up."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np

from geoalarm.core.array_cache import kept_arrays
from geoalarm.exposure.population_index import PopulationIndex
from geoalarm.geo.grid import Grid
from geoalarm.geo.kernels import sums_above
from geoalarm.geo.weighted_cells import BITS, BLOCK, IndexParts, WeightedIndex, weighted_index, without_area
from geoalarm.geo.zonal import index_key

AT_A_TIME: Final = 4_000_000
"""Cells that an index is built of at a time, so that building takes little more memory than keeping."""

_SIDES: Final = ("people_unit", "area_unit", "people_beyond", "area_beyond")
_VERSION: Final = "1"
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
    people_beyond, area_beyond : numpy.ndarray
        People [1] and area [km2] of each commune that the lattice does not reach.
    """

    weights: WeightedIndex
    people_unit: np.ndarray
    area_unit: np.ndarray
    people_beyond: np.ndarray
    area_beyond: np.ndarray

    @property
    def people(self) -> np.ndarray:
        """Sum of the weights of the people of each commune, as whole numbers."""
        return self.weights.totals[:, 0]

    @property
    def area(self) -> np.ndarray:
        """The same of its area."""
        return self.weights.totals[:, 1]

    @cached_property
    def of_people(self) -> WeightedIndex:
        """The weights of people alone."""
        return without_area(self.weights)

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
        kept[key] = _kept(prepared, offset, shape)
    found: LatticeIndex = kept[key]
    return found


def _kept(prepared: PopulationIndex, offset: tuple[int, int], shape: tuple[int, int]) -> LatticeIndex:
    """The index, in the cache under the hash of outlines, lattice, people and extent: mapped into memory from
    there, so that processes share it.
    """
    if prepared.cache is None:
        return _build(prepared, offset, shape)
    assert prepared.grid is not None
    digest = hashlib.sha256(index_key(prepared.communes.data, prepared.grid).encode())
    digest.update(repr((_VERSION, offset, shape)).encode())
    digest.update(np.ascontiguousarray(prepared.people).data)
    path = prepared.cache / f"counting-{digest.hexdigest()[:32]}.npz"
    fields = kept_arrays(path, lambda: _fields(_build(prepared, offset, shape)), mapped=True)
    weights = WeightedIndex(*(fields[name] for name in WeightedIndex._fields))
    return LatticeIndex(weights, *(fields[name] for name in _SIDES))


def _fields(index: LatticeIndex) -> dict[str, np.ndarray]:
    return {**index.weights._asdict(), **{name: getattr(index, name) for name in _SIDES}}


def _build(prepared: PopulationIndex, offset: tuple[int, int], shape: tuple[int, int]) -> LatticeIndex:
    starts = prepared.share.indptr.astype("int64")
    cuts = np.searchsorted(starts, np.arange(0, starts[-1] + AT_A_TIME, AT_A_TIME))
    cuts = np.unique(np.minimum(cuts, len(starts) - 1))
    found = [_of_communes(prepared, offset, shape, *some) for some in pairwise(cuts.tolist())]
    parts, *sides = zip(*found, strict=True)
    totals, units, beyond = (np.concatenate(each) for each in sides)
    weights = weighted_index(list(parts), -(-shape[0] * shape[1] // BLOCK), totals)
    return LatticeIndex(weights, *units.T, *beyond.T)


def _of_communes(
    prepared: PopulationIndex, offset: tuple[int, int], shape: tuple[int, int], first: int, last: int
) -> tuple[IndexParts, np.ndarray, np.ndarray, np.ndarray]:
    """Parts of communes ``first`` to ``last``; and of people and of area (communes, 2) the totals, units, and
    what lies beyond the raster.
    """
    assert prepared.grid is not None
    matrix, grid = prepared.share[first:last], prepared.grid
    matrix.sort_indices()
    rows = np.repeat(np.arange(last - first), np.diff(matrix.indptr))
    row, column = np.divmod(matrix.indices.astype("int64"), grid.shape[1])
    row, column = row - offset[0], column - offset[1]
    on = (row >= 0) & (row < shape[0]) & (column >= 0) & (column < shape[1])
    people, area = matrix.data * prepared.people[matrix.indices], matrix.data * _areas(grid, matrix.indices)
    sides = [_whole_numbers(part, rows, on, last - first) for part in (people, area)]
    people, area = sides[0][0], sides[1][0]
    level = np.zeros(on.sum(), "int64") if grid.is_equal_area else row[on]
    whole = (matrix.data[on] == 1.0) & grid.is_even_along_rows
    places = row[on] * shape[1] + column[on]
    parts = IndexParts.of(rows[on] + first, places, level, people, area, whole)
    totals, units, beyond = (
        np.column_stack(pair) for pair in zip(*(side[1:] for side in sides), strict=True)
    )
    return parts, totals, units, beyond


def _whole_numbers(
    values: np.ndarray, rows: np.ndarray, on: np.ndarray, communes: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Values on the raster in whole units of their commune; sums, units, and what lies beyond, by commune."""
    unit = np.ldexp(
        1.0, np.frexp(np.bincount(rows[on], values[on], communes))[1] - BITS
    )  # nothing is lost in it
    whole, sums = np.rint(values[on] / unit[rows[on]]).astype("int64"), np.zeros(communes, "int64")
    np.add.at(sums, rows[on], whole)
    return whole, sums, unit, np.bincount(rows[~on], values[~on], communes) + 0.0


def _areas(grid: Grid, cells: np.ndarray) -> np.ndarray:
    """Area of cells [km2]; one number where all are alike."""
    return grid.cell_area_km2(np.zeros(1, "int64") if grid.is_equal_area else cells)
