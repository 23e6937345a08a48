"""Covered fractions of cells as a Parquet file, for other programs: one row a commune and cell."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from affine import Affine
from pyproj import CRS
from pyproj.exceptions import ProjError
from scipy import sparse

from geoalarm.core.errors import InputError
from geoalarm.core.scratch_files import part_file
from geoalarm.geo.grid import Grid

SCHEMA: Final = pa.schema(
    [
        pa.field("commune_id", pa.dictionary(pa.int32(), pa.string()), nullable=False),
        pa.field("row", pa.int32(), nullable=False),
        pa.field("column", pa.int32(), nullable=False),
        pa.field("fraction", pa.float64(), nullable=False),
    ]
)
"""Columns of the file: rows and columns are those of the lattice, from 0 at its first corner; the fraction is
the part of the cell's area that lies in the commune [1].
"""

LATTICE: Final = b"geoalarm:lattice"
"""Key of the metadata that say what lattice it is, as JSON: ``crs`` (WKT), ``transform`` (``a`` to ``f`` of
an affine move from columns and rows to x and y), ``shape`` (rows, columns), and ``commune_ids`` in order.
"""

AT_A_TIME: Final = 1_000_000
"""Rows that are written or read at a time."""


def write_coverage(coverage: sparse.csr_array, ids: Sequence[str], grid: Grid, path: Path) -> None:
    """Write covered fractions as a Parquet file.

    Parameters
    ----------
    coverage : scipy.sparse.csr_array (communes, cells)
        As of :func:`geoalarm.geo.zonal.coverage` [1].
    ids : sequence of str
        Communes, in the order of the rows.
    grid : Grid
        The lattice.
    path : pathlib.Path
        A new file, or one that is replaced once all is written.

    Raises
    ------
    InputError
        If communes, cells and matrix do not belong together.
    """
    if coverage.shape != (len(ids), grid.size):
        raise InputError(
            "covered fractions",
            got=f"a matrix of {coverage.shape[0]} by {coverage.shape[1]}",
            expected=f"{len(ids)} communes by {grid.size} cells",
            hint="give the communes and the lattice that they were made of",
        )
    lattice = {"crs": grid.crs.to_wkt(), "transform": tuple(grid.transform)[:6], "shape": grid.shape}
    schema = SCHEMA.with_metadata({LATTICE: json.dumps({**lattice, "commune_ids": list(ids)}).encode()})
    communes = np.repeat(np.arange(len(ids), dtype="int32"), np.diff(coverage.indptr))
    names = pa.array(list(ids), pa.string())
    with part_file(Path(path)) as aside, pq.ParquetWriter(aside, schema, compression="zstd") as out:
        for start in range(0, max(coverage.nnz, 1), AT_A_TIME):
            some = slice(start, start + AT_A_TIME)
            row, column = np.divmod(coverage.indices[some], grid.shape[1])
            owner = pa.DictionaryArray.from_arrays(pa.array(communes[some]), names)
            numbers = (row.astype("int32"), column.astype("int32"), coverage.data[some])
            out.write_table(pa.table([owner, *map(pa.array, numbers)], schema=schema))


def read_coverage(path: Path) -> tuple[sparse.csr_array, list[str], Grid]:
    """Covered fractions of a file, the ids of its communes, and its lattice: the inverse of
    :func:`write_coverage`.

    Raises
    ------
    InputError
        If the file is none of these, or a row lies beyond its lattice or communes.
    """
    try:
        with pq.ParquetFile(path) as file:
            grid, ids = _lattice(file.schema_arrow)
            parts: list[tuple[np.ndarray, ...]] = [(np.zeros(0, "int64"),) * 3 + (np.zeros(0),)]
            parts += [_numbers(batch, ids) for batch in file.iter_batches(AT_A_TIME, columns=SCHEMA.names)]
    except (pa.ArrowException, ProjError, OSError, ValueError, KeyError, TypeError) as error:
        raise _refusal(path, f"{type(error).__name__}: {error}") from error
    communes, rows, columns, fractions = (np.concatenate(each) for each in zip(*parts, strict=True))
    within = (rows >= 0) & (rows < grid.shape[0]) & (columns >= 0) & (columns < grid.shape[1])
    if not (within & (fractions > 0) & (fractions <= 1) & (communes >= 0)).all():
        raise _refusal(path, "a row beyond the lattice, of no commune, or with no fraction of a cell")
    cells = rows.astype("int64") * grid.shape[1] + columns
    return sparse.csr_array((fractions, (communes, cells)), shape=(len(ids), grid.size)), ids, grid


def _lattice(schema: pa.Schema) -> tuple[Grid, list[str]]:
    told: dict[str, Any] = json.loads((schema.metadata or {})[LATTICE])
    rows, columns = (int(count) for count in told["shape"])
    ids = [str(name) for name in told["commune_ids"]]
    if rows < 1 or columns < 1 or len(set(ids)) != len(ids):
        raise ValueError("a lattice without cells, or a commune twice")
    return Grid(CRS.from_wkt(told["crs"]), Affine(*map(float, told["transform"])), (rows, columns)), ids


def _numbers(batch: pa.RecordBatch, ids: list[str]) -> tuple[np.ndarray, ...]:
    """Position of the commune of each row, or -1; row, column, fraction."""
    owner = batch.column("commune_id").cast(pa.dictionary(pa.int32(), pa.string()))
    place = {name: position for position, name in enumerate(ids)}
    known = np.array([place.get(name, -1) for name in owner.dictionary.to_pylist()] or [-1])
    numbers = (batch.column(name).to_numpy(zero_copy_only=False) for name in SCHEMA.names[1:])
    return known[owner.indices.to_numpy(zero_copy_only=False)], *numbers


def _refusal(path: Path, got: str) -> InputError:
    return InputError(
        f"covered fractions {Path(path).name}",
        got=got,
        expected="a Parquet file of write_coverage",
        hint="write it again: geoalarm.io.coverage_parquet.write_coverage",
    )
