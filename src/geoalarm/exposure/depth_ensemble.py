"""A map of depths that may be off: the water stands so much higher, or lower, in each member of an ensemble.

The cells of a commune where people live are sorted by their depth once. How many people are at or above a
bound, with any offset, is then the sum behind one position among them (suffix sum)::

    depth   -0.8  -0.2   0.0   0.3   0.7   1.4     bound 0.5, offset +0.6: what is at -0.1 or above
    people    20     5    10    30    12     8
    behind    85    65    60    50    20     8     60 people

Depths are kept with their sign, so that an offset can wet a dry cell. A map that holds none below zero does
not say how far its dry cells are from the water: these stay dry, and the bands say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from geoalarm.core.distributions import Distribution, random_stream
from geoalarm.core.errors import InputError
from geoalarm.core.model import Communes, Footprint, Population
from geoalarm.core.quantities import require_range
from geoalarm.exposure.classify import interval_bounds, require_finite
from geoalarm.exposure.engine import expose, prepare
from geoalarm.exposure.member_people import MemberPeople, member_bands
from geoalarm.exposure.on_raster import count_raster, cut_to_communes
from geoalarm.exposure.population_index import PopulationIndex
from geoalarm.exposure.sensitivity import SEED
from geoalarm.geo.fill_values import known, known_cells
from geoalarm.geo.grid import Grid, lattice_offset

MEMBERS: Final = 1_000
"""Members of an ensemble."""

MOST_MEMBERS: Final = 100_000

BITS: Final = 60
"""People of a commune are fewer than 2 to this power of its units: no sum overflows."""

TRACE: Final = 0.01
"""Depths no farther below zero are traces of interpolation, no signs [unit of the map]."""

DRY_MARGIN_UNKNOWN: Final = "dry_margin_unknown"
"""The map holds no depth below zero: an offset wets no dry cell, and the upper end of a band is too low."""


def depth_offsets(error: Distribution, *, members: int = MEMBERS, seed: int = SEED) -> np.ndarray:
    """How much higher the water stands in each member (members,), in the unit of the error.

    Raises
    ------
    RangeError
        If there are fewer than 2 members or more than 100,000, or the seed is negative.
    """
    require_range("members", members, 2, MOST_MEMBERS)
    require_range("seed", seed, 0, 2**31)
    return np.asarray(error.quantile(random_stream("depth offset", seed).random(members)))


def depth_ensemble(
    footprint: Footprint,
    population: Population,
    communes: Communes,
    *,
    offsets: Sequence[float] | np.ndarray,
    prepared: PopulationIndex | None = None,
) -> pd.DataFrame:
    """An exposure table with bands over members in which all depths are off by one number.

    Parameters
    ----------
    footprint : Footprint
        Raster of depths with class bounds, dry cells below zero where it is known by how much.
    population, communes, prepared
        See :func:`geoalarm.exposure.engine.expose`.
    offsets : array_like (members,)
        What is added to every depth, in the units of the footprint; see :func:`depth_offsets`.

    Returns
    -------
    pandas.DataFrame
        See :func:`geoalarm.exposure.member_people.member_bands`. Cells without data stay unknown in every
        member. ``attrs['caveats']`` holds :data:`DRY_MARGIN_UNKNOWN` where it applies.

    Raises
    ------
    InputError
        If the footprint is no raster of an intensity, or an offset is not finite.
    """
    found = depth_members(footprint, prepared or prepare(population, communes), offsets)
    out = member_bands(found)
    out.attrs["caveats"] = found.caveats
    return out


def depth_members(
    footprint: Footprint, prepared: PopulationIndex, offsets: Sequence[float] | np.ndarray
) -> MemberPeople:
    """People in each member of :func:`depth_ensemble`: for bands, or for a year."""
    shifts = _checked(footprint, offsets)
    table = expose(footprint, prepared.population, prepared.communes, prepared=prepared)
    cut, grid = cut_to_communes(footprint, prepared)
    signed = has_signs(footprint)
    caveats = () if signed else (DRY_MARGIN_UNKNOWN,)
    classes = len(footprint.classes)
    if grid is None or prepared.grid is None or lattice_offset(grid, prepared.grid) is None:
        again = _CountedAgain(cut, prepared, shifts, signed)
        return MemberPeople(table, classes, len(shifts), again.people, caveats)
    depths = SortedDepths.of(cut, grid, prepared, signed=signed, most=float(shifts.max()))
    return MemberPeople(
        table, classes, len(shifts), lambda first, last: depths.people(first, last, shifts), caveats
    )


def has_signs(footprint: Footprint) -> bool:
    """Whether a raster says how far its dry cells are from the water: some lie below zero."""
    values, valid = known(footprint.data)
    return bool(np.min(values, where=valid, initial=0) < -TRACE)


@dataclass(frozen=True)
class SortedDepths:
    """Depths where people live, sorted within each commune, with the people before each.

    Attributes
    ----------
    starts : numpy.ndarray of int64 (communes + 1,)
        With which depth each commune begins.
    depth : numpy.ndarray of float64
        Rising within a commune; without cells of unknown depth, those that no offset wets, and dry ones of
        which it is not known by how much.
    before : numpy.ndarray of int64 (depths + 1,)
        People of all depths before each, in units of its commune; may run over, differences do not.
    fixed : numpy.ndarray of int64 (communes, bounds)
        People at or above each bound in cells that no offset changes.
    unit : numpy.ndarray
        People of one unit of each commune [1].
    bounds : numpy.ndarray of float64
        Of the classes, as depths are compared with them.
    """

    starts: np.ndarray
    depth: np.ndarray
    before: np.ndarray
    fixed: np.ndarray
    unit: np.ndarray
    bounds: np.ndarray

    @classmethod
    def of(
        cls, footprint: Footprint, grid: Grid, prepared: PopulationIndex, *, signed: bool, most: float
    ) -> SortedDepths:
        """Depths of a raster on the lattice of the population, for offsets up to ``most``."""
        commune, place, people = _on_raster(prepared, grid)
        depth, valid = _values(footprint, place)
        bounds = interval_bounds(footprint.classes, footprint.data.dtype).astype("float64")
        n = len(prepared.area_km2)
        unit = np.ldexp(1.0, np.frexp(np.bincount(commune, people, n))[1] - BITS)
        may_be_wet = np.flatnonzero(valid & (depth >= bounds[0] - max(most, 0.0)))
        depth, commune = depth[may_be_wet].astype("float64"), commune[may_be_wet]
        weight = np.rint(people[may_be_wet] / unit[commune]).astype("int64")
        moves = np.ones(len(depth), dtype=bool) if signed else depth > 0
        fixed = _above(bounds, depth[~moves], commune[~moves], weight[~moves], n)
        depth, commune, weight = depth[moves], commune[moves], weight[moves]
        order = np.lexsort((depth, commune))
        before = np.concatenate([[0], np.cumsum(weight[order])])
        return cls(np.searchsorted(commune, np.arange(n + 1)), depth[order], before, fixed, unit, bounds)

    def people(self, first: int, last: int, offsets: np.ndarray) -> np.ndarray:
        """People of some communes by class, with each offset (communes, classes, offsets) [1]."""
        order = np.argsort(-offsets)
        limits = (self.bounds[:, None] - offsets[order]).ravel()  # rising by bound: neighbours lie close
        above = np.repeat(self.fixed[first:last], len(offsets), axis=1)
        lowest = limits.min()
        for n in range(first, last):
            start, end = self.starts[n], self.starts[n + 1]
            if start < end and self.depth[end - 1] >= lowest:
                behind = self.before[end] - self.before[start : end + 1]
                above[n - first] += behind[np.searchsorted(self.depth[start:end], limits)]
        above = above.reshape(last - first, len(self.bounds), len(offsets))
        people = (above[:, :-1] - above[:, 1:]) * self.unit[first:last, None, None]
        return people[:, :, np.argsort(order)]


@dataclass(frozen=True)
class _CountedAgain:
    """Members counted one by one, where a cell of the raster is no cell of the population."""

    footprint: Footprint
    prepared: PopulationIndex
    offsets: np.ndarray
    signed: bool

    def people(self, first: int, last: int) -> np.ndarray:
        return self._all[first:last]

    @cached_property
    def _all(self) -> np.ndarray:
        return np.stack([self._exposed(offset) for offset in self.offsets], axis=-1)

    def _exposed(self, offset: float) -> np.ndarray:
        data = self.footprint.data
        assert isinstance(data, xr.DataArray)
        values, valid = known(data)
        moves = valid if self.signed else valid & (values > 0)
        bounds = interval_bounds(self.footprint.classes, values.dtype).astype("float64")
        classes = tuple(
            replace(item, lower=low, upper=high)
            for item, low, high in zip(self.footprint.classes, bounds[:-1], bounds[1:], strict=True)
        )
        moved = data.transpose(data.rio.y_dim, data.rio.x_dim).astype("float64")
        moved = moved.copy(data=np.where(moves, values + offset, values))
        return count_raster(replace(self.footprint, data=moved, classes=classes), self.prepared).exposed


def _on_raster(prepared: PopulationIndex, grid: Grid) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Commune, place in a raster of the lattice, and people of each part of a cell where somebody lives."""
    assert prepared.grid is not None
    offset = lattice_offset(grid, prepared.grid)
    assert offset is not None
    commune, cell, people = prepared.lived_in
    if offset == (0, 0) and grid.shape == prepared.grid.shape:
        return commune, cell, people
    row, column = np.divmod(cell.astype("int64"), prepared.grid.shape[1])
    row, column = row - offset[0], column - offset[1]
    on = (row >= 0) & (row < grid.shape[0]) & (column >= 0) & (column < grid.shape[1])
    return commune[on], (row * grid.shape[1] + column)[on], people[on]


def _values(footprint: Footprint, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values of a raster at places, and which of them are known."""
    data = footprint.data
    assert isinstance(data, xr.DataArray)
    values = data.transpose(data.rio.y_dim, data.rio.x_dim).to_numpy().ravel()[place]
    valid = known_cells(values, data.rio.nodata)
    require_finite(values.dtype.kind == "f" and bool(np.isinf(values[valid]).any()), footprint)
    return values, valid


def _above(
    bounds: np.ndarray, depth: np.ndarray, commune: np.ndarray, weight: np.ndarray, communes: int
) -> np.ndarray:
    """Sums of weights at or above each bound (communes, bounds)."""
    sums = np.zeros((communes, len(bounds)), "int64")
    for j, bound in enumerate(bounds):
        above = depth >= bound
        np.add.at(sums[:, j], commune[above], weight[above])
    return sums


def _checked(footprint: Footprint, offsets: Sequence[float] | np.ndarray) -> np.ndarray:
    shifts = np.asarray(offsets, dtype="float64")
    if footprint.kind != "intensity":
        raise InputError(
            f"footprint {footprint.name!r}", got=footprint.kind, expected="a raster of depths with bounds"
        )
    if shifts.ndim != 1 or not len(shifts) or not np.isfinite(shifts).all():
        raise InputError(
            "offsets of depths",
            got=f"shape {shifts.shape}, {int((~np.isfinite(shifts)).sum())} not finite",
            expected="one finite number a member",
        )
    return shifts
