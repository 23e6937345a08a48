"""Cells of a CF variable, read part by part when they are needed."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path
from typing import Any, Final

import dask.array as da
import numpy as np
import rioxarray  # noqa: F401  (registers the .rio accessor)
import xarray as xr
from dask.base import tokenize

from geoalarm.io.cf_attributes import text_of_attribute
from geoalarm.io.cf_axes import GridAxes

CHUNK_CELLS: Final = 4_194_304


def lazy_cells(cells: xr.Variable, axes: GridAxes, path: Path, *, key: object) -> xr.DataArray:
    """Two dimensions of a variable as a dask-backed raster with dims (y, x); nothing is read yet.

    Parameters
    ----------
    cells : xarray.Variable
        Unread, of two dimensions.
    key : object
        What was chosen in the file.
    """
    shape = (len(axes.rows), len(axes.columns))
    chunks = _chunks(cells, axes, shape)
    dtype = _plain_dtype(cells)
    part = partial(_part, cells, cells.dims == (axes.x, axes.y), dtype, path.name)
    status = path.stat()
    token = tokenize(str(path), status.st_mtime_ns, status.st_size, key, chunks)
    values = da.map_blocks(  # type: ignore[no-untyped-call]
        part, chunks=chunks, dtype=dtype, meta=np.empty((0, 0), dtype=dtype), name=f"cf-{token}"
    )
    return xr.DataArray(values, dims=("y", "x"), coords={"y": axes.rows, "x": axes.columns})


def _plain_dtype(cells: xr.Variable) -> np.dtype[Any]:
    """The type of the cells in this machine's order of bytes; NetCDF 3 has no unsigned types, and says so
    beside.
    """
    found = cells.dtype.newbyteorder("=")
    if found.kind == "b":
        return np.dtype("uint8")
    if found.kind == "i" and text_of_attribute(cells.attrs.get("_Unsigned")).lower() == "true":
        return np.dtype(f"uint{8 * found.itemsize}")
    return np.dtype("float32") if found == np.float16 else found


def _chunks(cells: xr.Variable, axes: GridAxes, shape: tuple[int, int]) -> tuple[tuple[int, ...], ...]:
    """Whole chunks of the file, about :data:`CHUNK_CELLS` cells together."""
    own = cells.encoding.get("preferred_chunks") or dict(
        zip(cells.dims, cells.encoding.get("chunksizes") or cells.shape, strict=False)
    )
    rows, columns = (
        min(length, max(1, int(own.get(dim, length))))
        for dim, length in zip((axes.y, axes.x), shape, strict=True)
    )
    if rows * columns > 4 * CHUNK_CELLS:  # one piece in the file: contiguous cells are read in rows
        rows, columns = max(1, CHUNK_CELLS // shape[1]), shape[1]
    wide = min(shape[1], columns * max(1, math.isqrt(CHUNK_CELLS) // columns))
    high = min(shape[0], rows * max(1, CHUNK_CELLS // (wide * rows)))
    return tuple(
        tuple(min(size, length - start) for start in range(0, length, size))
        for size, length in ((high, shape[0]), (wide, shape[1]))
    )


def _part(
    cells: xr.Variable, is_turned: bool, dtype: np.dtype[Any], name: str, block_info: Any = None
) -> np.ndarray:
    """One part of the cells.

    Raises
    ------
    OSError
        If the file breaks off, or a chunk is damaged.
    """
    (top, bottom), (left, right) = block_info[None]["array-location"]
    rows, columns = slice(top, bottom), slice(left, right)
    try:
        found = cells[columns, rows].values.T if is_turned else cells[rows, columns].values
    except MemoryError:
        raise
    except Exception as error:  # libraries raise many kinds for a damaged chunk; all mean one thing
        raise OSError(f"{name}: {type(error).__name__} {error}"[:240]) from error
    return np.ascontiguousarray(found.astype(dtype))
