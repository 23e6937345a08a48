"""Covered fractions: how much of each grid cell lies in each polygon. Built once, kept on disk, reused."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from scipy import sparse

from geoalarm.geo.crs import to_crs
from geoalarm.geo.grid import Grid

log = logging.getLogger(__name__)

FULL: Final = 1e-5
"""A cell whose parts sum to one within this is wholly shared out; exactextract has single precision."""

_VERSION: Final = "1"


def coverage(polygons: gpd.GeoDataFrame, grid: Grid, *, cache: Path | None = None) -> sparse.csr_array:
    """Fraction of each cell covered by each polygon, exactly, as a sparse matrix (polygons x cells) [1].

    Cells are numbered in row order. The matrix is built on the lattice itself, never on a raster's values, so
    no-data cells keep their share. Where the polygons fill a cell together, its fractions sum to one.

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
    path = None if cache is None else Path(cache) / f"coverage-{index_key(polygons, grid)}.npz"
    if path is not None and path.exists():
        kept = _load(path)
        if kept is not None:
            return kept
    matrix = _build(to_crs(polygons, grid.crs), grid)
    if path is not None:
        _store(matrix, path)
    return matrix


def index_key(polygons: gpd.GeoDataFrame, grid: Grid) -> str:
    """Hash of the lattice, the outlines and the CRS: the name of an index on disk."""
    digest = hashlib.sha256(_VERSION.encode())
    digest.update(repr((grid.crs.to_wkt(), tuple(grid.transform)[:6], grid.shape)).encode())
    digest.update(polygons.crs.to_wkt().encode() if polygons.crs is not None else b"")
    for blob in shapely.to_wkb(polygons.geometry.to_numpy()):
        digest.update(blob if blob is not None else b"-")
    return digest.hexdigest()[:32]


def closed_columns(matrix: sparse.csr_array, total: float = 1.0) -> sparse.csr_array:
    """The matrix with columns that sum to ``total`` within :data:`FULL` scaled to do so exactly."""
    sums = np.bincount(matrix.indices, weights=matrix.data, minlength=matrix.shape[1])[matrix.indices]
    near = np.abs(sums - total) < FULL
    data = matrix.data.copy()
    data[near] *= total / sums[near]
    return sparse.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def _build(polygons: gpd.GeoDataFrame, grid: Grid) -> sparse.csr_array:
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource

    xmin, ymin, xmax, ymax = grid.bounds
    ones = np.broadcast_to(np.uint8(1), grid.shape)
    raster = NumPyRasterSource(
        ones, xmin=xmin, ymin=ymin, xmax=xmax, ymax=ymax, srs_wkt=polygons.crs.to_wkt()
    )
    frame = gpd.GeoDataFrame(geometry=polygons.geometry.reset_index(drop=True), crs=polygons.crs)
    touching = frame[frame.intersects(shapely.box(xmin, ymin, xmax, ymax)) & ~frame.is_empty]
    if touching.empty:
        return sparse.csr_array((len(frame), grid.size))
    found = exact_extract(raster, touching, ["cell_id", "coverage"], output="pandas")
    counts = np.array([len(cells) for cells in found["cell_id"]])
    rows = np.repeat(touching.index.to_numpy(), counts)
    cells = np.concatenate(found["cell_id"].to_list()).astype("int64")
    shares = np.concatenate(found["coverage"].to_list()).astype("float64")
    if grid.transform.e > 0:
        row, column = np.divmod(cells, grid.shape[1])
        cells = (grid.shape[0] - 1 - row) * grid.shape[1] + column
    keep = shares > 0
    return closed_columns(
        sparse.csr_array((shares[keep], (rows[keep], cells[keep])), shape=(len(frame), grid.size))
    )


def _load(path: Path) -> sparse.csr_array | None:
    try:
        return sparse.csr_array(sparse.load_npz(path))
    except (OSError, ValueError, KeyError, EOFError) as error:
        log.warning("coverage index %s cannot be read (%s); it is built again", path.name, error)
        return None


def _store(matrix: sparse.csr_array, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".npz")
    try:
        with os.fdopen(handle, "wb") as out:
            sparse.save_npz(out, matrix, compressed=False)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
