"""A small raster in a large territory: only the communes that it may reach are looked at."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import xarray as xr
from scipy import sparse

from geoalarm.core.model import Footprint
from geoalarm.exposure.counts import Counts
from geoalarm.exposure.on_raster import count_raster
from geoalarm.exposure.population_index import PopulationIndex
from geoalarm.geo.crs import transformer
from geoalarm.geo.grid import Grid

FEW: Final = 0.25
"""Part of the communes above which all are looked at [1]."""


def count_near(footprint: Footprint, prepared: PopulationIndex, *, cache: Path | None = None) -> Counts:
    """As :func:`~geoalarm.exposure.on_raster.count_raster`, which is asked for the near communes alone: the
    others are beyond the raster, and their people unknown.
    """
    near = _reached(footprint, prepared)
    if near is None:
        return count_raster(footprint, prepared, cache=cache)
    grid = Grid.from_dataarray(footprint.data)
    alone = prepared.of_lattice("near", grid, lambda: communes_alone(prepared, near))
    return _of_all(count_raster(footprint, alone, cache=cache), near, prepared.counted)


def communes_alone(prepared: PopulationIndex, near: np.ndarray) -> PopulationIndex:
    """The index of some communes, by position, over the window of the grid that holds their cells."""
    assert prepared.grid is not None
    share, columns = prepared.share[near], prepared.grid.shape[1]
    row, column = np.divmod(share.indices.astype("int64"), columns)
    rows, across = slice(row.min(), row.max() + 1), slice(column.min(), column.max() + 1)
    grid = prepared.grid.crop(rows, across)
    place = (row - rows.start) * grid.shape[1] + column - across.start
    begins = np.arange(rows.start, rows.stop) * columns
    cells = np.add.outer(begins, np.arange(across.start, across.stop)).ravel()
    chosen = np.isin(np.arange(len(prepared.area_km2)), near)
    return replace(
        prepared,
        communes=prepared.communes.only(chosen),
        outlines=prepared.outlines[near],
        area_km2=prepared.area_km2[near],
        people=prepared.people[cells],
        share=sparse.csr_array((share.data, place, share.indptr), shape=(len(near), grid.size)),
        total=prepared.total[near],
        covered=prepared.covered[near],
        unknown=prepared.unknown[cells],
        overlapping=prepared.overlapping[near],
        grid=grid,
        cache=None,
    )


def _reached(footprint: Footprint, prepared: PopulationIndex) -> np.ndarray | None:
    """Communes near a raster, by position; None where they are many, or there is no grid of people."""
    if prepared.grid is None or not isinstance(footprint.data, xr.DataArray):
        return None
    grid = Grid.from_dataarray(footprint.data)
    bounds = transformer(grid.crs, prepared.crs).transform_bounds(*grid.bounds)
    left, low, right, high = prepared.outline_bounds.T
    near = (left <= bounds[2]) & (right >= bounds[0]) & (low <= bounds[3]) & (high >= bounds[1])
    is_few = np.isfinite(bounds).all() and 0 < near.sum() <= FEW * len(near)
    return np.flatnonzero(near) if is_few and prepared.share[np.flatnonzero(near)].nnz else None


def _of_all(counts: Counts, near: np.ndarray, people: np.ndarray) -> Counts:
    """Counts of some communes among those of all, of whom ``people`` are known [1]."""
    n = len(people)
    filled: dict[str, Any] = {"unknown": people.copy(), "reached": np.zeros(n, dtype=bool)}
    for item in fields(counts):
        value = getattr(counts, item.name)
        if isinstance(value, np.ndarray):
            found = filled.setdefault(item.name, np.zeros((n, *value.shape[1:]), value.dtype))
            found[near] = value
    return replace(counts, **filled)
