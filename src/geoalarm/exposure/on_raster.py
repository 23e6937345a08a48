"""A raster footprint counted over a population: on the finer of two grids, or over polygons with people."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import xarray as xr
from scipy import sparse

from geoalarm.core.model import Footprint
from geoalarm.exposure.cell_counts import known
from geoalarm.exposure.classify import ClassedRaster, classify, classify_values
from geoalarm.exposure.counts import Counts, snap
from geoalarm.exposure.covered_area import mapped_part, require_own_area
from geoalarm.exposure.on_lattice import count_on_lattice
from geoalarm.exposure.population_index import PopulationIndex
from geoalarm.geo.grid import Grid, lattice_offset, overlay
from geoalarm.geo.narrow_indices import narrow_indices
from geoalarm.geo.zonal import coverage

FINER: Final = 0.999
"""A hazard grid whose cells are smaller than this part of the population's is the finer one; else the
population's is used.
"""

APART: Final = 4
"""Where the hazard's cells are not this many times smaller than the population's they are cut until they are,
so that few of them mix people of two population cells; up to :data:`MOST_CELLS`.
"""

MOST_CELLS: Final = 4_000_000

WHOLE: Final = 1 - 1e-6
"""A unit with at least this share in a class lies wholly in it."""


def count_raster(footprint: Footprint, prepared: PopulationIndex, *, cache: Path | None = None) -> Counts:
    """People and area per commune and class of a raster footprint.

    The raster is cut to the communes first; what lies beyond its edge is unmapped. See
    :mod:`geoalarm.exposure.engine` for what the numbers mean.
    """
    cut, grid = cut_to_communes(footprint, prepared)
    if grid is None:
        return _nothing(footprint, prepared)
    if prepared.grid is not None and grid.cell_size_m() < FINER * prepared.grid.cell_size_m():
        counts = _on_hazard_grid(classify(cut), grid, prepared, cache)
    else:
        counts = _on_population(cut, grid, prepared)
    return replace(counts, reached=prepared.communes_on(grid)[1])


def _on_population(footprint: Footprint, grid: Grid, prepared: PopulationIndex) -> Counts:
    """On the population's own units: its grid cells, or the pieces its polygons and the communes share."""
    counts = count_on_lattice(footprint, grid, prepared)
    if counts is None:
        on_units = onto_units(footprint, grid, prepared)
        whole = prepared.area_km2 if prepared.pieces is None else prepared.split @ prepared.split_area_km2
        counts = _tally(prepared.split, prepared.split_people, prepared.split_area_km2, on_units, whole)
    if prepared.grid is not None:
        units = (
            f"on the population grid ({prepared.grid.cell_size_m():.0f} m); class shares of each cell by area"
        )
    else:
        units = f"population polygons over the hazard grid ({grid.cell_size_m():.0f} m)"
    return replace(counts, method=(f"{units}; people even within a unit",))


def onto_units(footprint: Footprint, grid: Grid, prepared: PopulationIndex) -> ClassedRaster:
    """Classes of a raster as shares of working units of people: touched grid cells, or pieces of polygons."""
    if prepared.pieces is not None:
        frame = gpd.GeoDataFrame(geometry=prepared.pieces[2], crs=prepared.crs)
        cover, cells, size = coverage(frame, grid), grid.cell_area_km2(), prepared.split_area_km2
        seen = cover @ cells
        homes = prepared.communes.ids[prepared.pieces[0]]
        require_own_area(
            seen, size, prepared.pieces[2], homes, grid=grid, crs=prepared.crs, what="hazard raster"
        )
        whole = np.where(seen >= size * (1 - 1e-3), seen, size)
        return classify(footprint).mapped_to(lambda share: snap((cover @ (cells * share)) / whole))
    assert prepared.grid is not None
    offset = lattice_offset(grid, prepared.grid)
    if offset is not None:
        return _picked(footprint, grid, np.divmod(prepared.cells, prepared.grid.shape[1]), offset)
    weights = _overlay_of(grid, prepared.grid)[prepared.cells]
    return classify(footprint).mapped_to(lambda share: snap(weights @ share))


def _picked(
    footprint: Footprint, grid: Grid, cells: tuple[np.ndarray, np.ndarray], offset: tuple[int, int]
) -> ClassedRaster:
    """Classes at cells of a lattice the raster shares: one value each, unmixed; unmapped beyond it."""
    assert isinstance(footprint.data, xr.DataArray)
    values, valid = known(footprint.data)
    rows, columns = cells[0] - offset[0], cells[1] - offset[1]
    inside = (rows >= 0) & (rows < grid.shape[0]) & (columns >= 0) & (columns < grid.shape[1])
    rows, columns = np.where(inside, rows, 0), np.where(inside, columns, 0)
    classed = classify_values(footprint, values[rows, columns], valid[rows, columns] & inside)
    return replace(classed, mapped=classed.mapped * inside)


def _tally(
    split: sparse.csc_array,
    people: np.ndarray,
    area: np.ndarray,
    classed: ClassedRaster,
    commune_area: np.ndarray,
) -> Counts:
    """Units (cells or pieces) gathered by commune: ``split`` is the part of each unit in each commune (n x
    units) [1].

    Only units that some class touches are gathered per class: a flood touches few.
    """
    any_class = classed.any_class
    touched = np.flatnonzero(any_class > 0)
    near, people_near, area_near = split[:, touched], people[touched], area[touched]
    shares = (
        np.column_stack([share[touched] for share in classed.shares])
        if classed.shares
        else np.zeros((len(touched), 0))
    )
    return Counts(
        classed.labels,
        exposed=near @ (people_near[:, None] * shares),
        low=near @ (people_near[:, None] * (shares >= WHOLE)),
        high=near @ (people_near[:, None] * (shares > 0)),
        area_km2=near @ (area_near[:, None] * shares),
        mapped_share=mapped_part(split @ (area * classed.mapped), split @ area, commune_area),
        not_exposed=split @ (people * np.clip(classed.mapped - any_class, 0, None)),
        unknown=split @ (people * (1 - np.maximum(classed.mapped, any_class))),
        reached=np.ones(split.shape[0], dtype=bool),
    )


def _on_hazard_grid(
    classed: ClassedRaster, grid: Grid, prepared: PopulationIndex, cache: Path | None
) -> Counts:
    """Population split over the finer hazard cells by area, then scaled each commune keeping its people."""
    assert prepared.grid is not None
    classed, grid = _refined(classed, grid, prepared.grid)
    cover = coverage(prepared.communes.data, grid, cache=cache)
    weights = _overlay_of(prepared.grid, grid)
    cells = grid.cell_area_km2()
    seen, outlines, ids = cover @ cells, prepared.outlines, prepared.communes.ids
    require_own_area(
        seen, prepared.area_km2, outlines, ids, grid=grid, crs=prepared.crs, what="hazard raster"
    )
    people = cells * (weights @ (prepared.people / prepared.grid.cell_area_km2()))
    inside = cover @ people
    whole = seen >= prepared.area_km2 * (1 - 1e-3)
    scale = np.divide(prepared.counted, inside, out=np.ones_like(inside), where=inside > 0)
    scale = np.where(whole, scale, np.minimum(scale, 1.0))[:, None]
    n = len(prepared.area_km2)
    exposed = _columns([cover @ (people * part) for part in classed.shares], n) * scale
    area = _columns([cover @ (cells * part) for part in classed.shares], n)
    not_exposed = (cover @ (people * np.clip(classed.mapped - classed.any_class, 0, None))) * scale[:, 0]
    low, high = _unit_bounds(classed, weights, cells, prepared, exposed, area)
    unmapped = (cover @ (people * (1 - np.maximum(classed.mapped, classed.any_class)))) * scale[:, 0]
    beyond = np.where(whole, 0.0, np.clip(prepared.counted - inside * scale[:, 0], 0, None))
    method = (
        f"on the hazard grid ({grid.cell_size_m():.0f} m), population of {prepared.grid.cell_size_m():.0f} m "
        "cells split by area "
        f"and scaled per commune by {scale.min():.6f} to {scale.max():.6f} so that communes keep their people"
    )
    return Counts(
        classed.labels,
        exposed,
        low,
        high,
        area,
        mapped_part(cover @ (cells * classed.mapped), seen, prepared.area_km2),
        not_exposed,
        unmapped + beyond,
        reached=np.ones(n, dtype=bool),
        method=(method,),
    )


def _refined(classed: ClassedRaster, grid: Grid, population: Grid) -> tuple[ClassedRaster, Grid]:
    wanted = int(np.ceil(APART * grid.cell_size_m() / population.cell_size_m()))
    factor = max((k for k in range(1, wanted + 1) if grid.size * k * k <= MOST_CELLS), default=1)
    if factor == 1:
        return classed, grid
    fine = classed.mapped_to(
        lambda share: share.reshape(grid.shape).repeat(factor, axis=0).repeat(factor, axis=1).ravel()
    )
    return fine, grid.refine(factor)


def _unit_bounds(
    classed: ClassedRaster,
    weights: sparse.csr_array,
    cells: np.ndarray,
    prepared: PopulationIndex,
    exposed: np.ndarray,
    area: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """People in population cells wholly in a class, and touched by it, for communes the class reaches."""
    assert prepared.grid is not None
    to_units = sparse.csr_array(weights.T)
    seen = to_units @ cells
    whole_unit = prepared.grid.cell_area_km2()
    low, high = np.zeros_like(exposed), np.zeros_like(exposed)
    for k, part in enumerate(classed.shares):
        share = np.divide(
            to_units @ (cells * part),
            np.maximum(seen, whole_unit * (1 - 1e-3)),
            out=np.zeros_like(seen),
            where=seen > 0,
        )
        low[:, k] = prepared.share @ (prepared.people * (share >= 1 - 1e-3))
        high[:, k] = prepared.share @ (prepared.people * (share > 0))
    none = area <= 0
    low[none], high[none] = 0.0, 0.0
    return np.minimum(low, exposed), np.maximum(high, exposed)


def cut_to_communes(footprint: Footprint, prepared: PopulationIndex) -> tuple[Footprint, Grid | None]:
    """The footprint's raster within the communes' extent, with its lattice; None where they do not meet."""
    data = footprint.data
    assert isinstance(data, xr.DataArray)
    grid = Grid.from_dataarray(data)
    rows, columns = grid.window(prepared.communes_on(grid)[0])
    if rows.stop <= rows.start or columns.stop <= columns.start:
        return footprint, None
    if grid.crop(rows, columns) is grid:
        return footprint, grid
    return replace(footprint, data=data.isel({data.rio.y_dim: rows, data.rio.x_dim: columns})), grid.crop(
        rows, columns
    )


def _nothing(footprint: Footprint, prepared: PopulationIndex) -> Counts:
    """The raster lies elsewhere: nothing is mapped anywhere."""
    labels = tuple(cls.label for cls in footprint.classes) or ("affected",)
    n, zeros = len(prepared.area_km2), np.zeros((len(prepared.area_km2), len(labels)))
    return Counts(
        labels,
        zeros,
        zeros,
        zeros,
        zeros,
        np.zeros(n),
        np.zeros(n),
        prepared.counted,
        np.zeros(n, dtype=bool),
        method=("the layer does not meet the communes",),
    )


def _columns(parts: list[np.ndarray], rows: int) -> np.ndarray:
    return np.column_stack(parts) if parts else np.zeros((rows, 0))


@lru_cache(maxsize=1)
def _overlay_of(source: Grid, target: Grid) -> sparse.csr_array:
    """Kept for the next layer: those of one territory mostly lie on one lattice, and it is large."""
    return narrow_indices(overlay(source, target))


def forget_overlay() -> None:
    """Give back what the layers on one lattice share, once they have been counted."""
    _overlay_of.cache_clear()
