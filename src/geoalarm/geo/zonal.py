"""Covered fractions: how much of each grid cell lies in each polygon. Built once, kept on disk, reused."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from scipy import sparse

from geoalarm.core.array_cache import kept_arrays
from geoalarm.geo.crs import to_crs, transformer
from geoalarm.geo.grid import Grid
from geoalarm.geo.kernels import close_cells, covered_cells
from geoalarm.geo.lattice_rings import CoveredCells, LatticeRings
from geoalarm.geo.narrow_indices import narrow_indices

FULL: Final = 1e-5
"""A cell whose parts sum to one within this is wholly shared out: the rest is a gap between outlines."""

EVEN: Final = 1e-3
"""Where equal parts of a cell's plane differ by more than this on the ellipsoid, the cell is cut: a share of
its plane is no share of its land [1].
"""

MOST_CUTS: Final = 64
"""Most parts along a side that a cell is cut into."""

_VERSION: Final = "3"
"""Raised when the same outlines and lattice give other shares, be it in their last digits."""


def coverage(polygons: gpd.GeoDataFrame, grid: Grid, *, cache: Path | None = None) -> sparse.csr_array:
    """Fraction of each cell's area covered by each polygon, as a sparse matrix (polygons x cells) [1].

    Cells are numbered in row order. The matrix is built on the lattice itself, never on a raster's values, so
    no-data cells keep their share. Where the polygons fill a cell together, its fractions sum to one. They
    are exact in the plane of the grid; cells so large that equal parts of them are not equal on the earth
    (:data:`EVEN`) are cut, and their parts weighed by their area.

    Parameters
    ----------
    polygons : geopandas.GeoDataFrame
        Any CRS; reprojected to the grid's. Parts beyond the grid are left out.
    grid : Grid
    cache : pathlib.Path, optional
        Folder where the index is kept under the hash of both inputs.

    Raises
    ------
    InputError
        If the polygons have no CRS or cannot be reprojected.
    """
    if cache is None:
        return _build(to_crs(polygons, grid.crs), grid)
    path = Path(cache) / f"coverage-{index_key(polygons, grid)}.npz"
    kept = kept_arrays(path, lambda: _parts(_build(to_crs(polygons, grid.crs), grid)), mapped=True)
    return sparse.csr_array(
        (kept["data"], kept["indices"], kept["indptr"]), shape=tuple(kept["shape"].tolist())
    )


def _parts(matrix: sparse.csr_array) -> dict[str, np.ndarray]:
    return {
        "data": matrix.data,
        "indices": matrix.indices,
        "indptr": matrix.indptr,
        "shape": np.array(matrix.shape),
    }


def index_key(polygons: gpd.GeoDataFrame, grid: Grid) -> str:
    """Hash of the lattice, the outlines and the CRS: the name of an index on disk."""
    digest = hashlib.sha256(_VERSION.encode())
    digest.update(repr(grid.key).encode())
    if polygons.crs is not None and (cuts := _cuts(grid, polygons)) > 1:
        digest.update(f"cut in {cuts}".encode())
    digest.update(polygons.crs.to_wkt().encode() if polygons.crs is not None else b"")
    for blob in shapely.to_wkb(polygons.geometry.to_numpy()):
        digest.update(blob if blob is not None else b"-")
    return digest.hexdigest()[:32]


def closed_columns(matrix: sparse.csr_array) -> sparse.csr_array:
    """The matrix with columns that sum to one within :data:`FULL` scaled to do so exactly."""
    found = CoveredCells(matrix.indptr, matrix.indices, matrix.data.copy())
    close_cells(found, matrix.shape[1], full=FULL)
    return sparse.csr_array((found.shares, found.cells, found.starts), shape=matrix.shape)


def touched_cells(matrix: sparse.csr_array) -> np.ndarray:
    """Numbers of the columns that hold anything, rising; ``numpy.unique`` of as many takes forty times as
    long.
    """
    held = np.zeros(matrix.shape[1], dtype=bool)
    held[matrix.indices] = True
    return np.flatnonzero(held).astype(matrix.indices.dtype, copy=False)


def _build(polygons: gpd.GeoDataFrame, grid: Grid) -> sparse.csr_array:
    outlines = polygons.geometry.to_numpy()
    touching = shapely.intersects(outlines, shapely.box(*grid.bounds)) & ~shapely.is_empty(outlines)
    shape = (len(outlines), grid.size)
    if not touching.any():
        return sparse.csr_array(shape)
    cuts = _cuts(grid, polygons[touching])
    starts, cells, shares = _covered(outlines[touching], grid.refine(cuts) if cuts > 1 else grid)
    counts = np.zeros(len(outlines), dtype="int64")
    counts[touching] = np.diff(starts)
    if cuts > 1:
        cells, shares = _of_whole_cells(cells.astype("int64"), shares, grid, cuts)
        rows = np.repeat(np.arange(len(outlines)), counts)
        return closed_columns(narrow_indices(sparse.csr_array((shares, (rows, cells)), shape=shape)))
    close_cells(CoveredCells(starts, cells, shares), grid.size, full=FULL)
    starts = np.concatenate([[0], np.cumsum(counts)])
    if starts[-1] <= np.iinfo(cells.dtype).max:
        starts = starts.astype(cells.dtype)  # of one kind: scipy would copy the larger array
    return sparse.csr_array((shares, cells, starts), shape=shape)


def _covered(outlines: np.ndarray, grid: Grid) -> CoveredCells:
    """Cells that each outline meets, and the share of their plane that it covers."""
    move, far = grid.transform, np.abs(grid.bounds).max()
    rounding = 4 * float(np.spacing(far)) / min(abs(move.a), abs(move.e))
    return covered_cells(LatticeRings.of(outlines, grid), grid.shape, speck=max(rounding, 1e-12))


def _of_whole_cells(
    parts: np.ndarray, shares: np.ndarray, grid: Grid, cuts: int
) -> tuple[np.ndarray, np.ndarray]:
    """Whole cell of each part, and the share of the cell's area that the covered share of the part is."""
    row, column = np.divmod(parts, grid.shape[1] * cuts)
    whole = row // cuts, column // cuts
    down, across = (slope[whole] for slope in grid.area_slopes())
    place_down, place_across = ((at % cuts + 0.5) / cuts - 0.5 for at in (row, column))
    share = shares * (1 + down * place_down + across * place_across) / cuts**2
    return whole[0] * grid.shape[1] + whole[1], share


def _cuts(grid: Grid, polygons: gpd.GeoDataFrame) -> int:
    """Parts along the side of a cell, so that none near the polygons is more than :data:`EVEN` uneven."""
    if grid.is_equal_area or not len(polygons):
        return 1
    bounds = transformer(polygons.crs, grid.crs).transform_bounds(*polygons.total_bounds)
    if not np.isfinite(bounds).all():
        return 1
    steepest = grid.steepest_slope(*grid.window(bounds))
    return int(np.clip(np.ceil(steepest / EVEN - 1e-6), 1, MOST_CUTS))
