"""Covered fractions in a file: what was written comes back, by any reader of Parquet."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from affine import Affine
from pyproj import CRS
from scipy import sparse

from geoalarm.core.errors import InputError
from geoalarm.geo.grid import Grid
from geoalarm.geo.zonal import coverage
from geoalarm.io import coverage_parquet
from geoalarm.io.coverage_parquet import LATTICE, read_coverage, write_coverage

GRID = Grid(CRS.from_epsg(3035), Affine(10, 0, 4e6, 0, -10, 3.01e6), (6, 5))
IDS = ["FR:1", "BE:nobody", "FR:2"]


@pytest.fixture(scope="module")
def matrix() -> sparse.csr_array:
    shapes = [
        shapely.box(4e6, 3.00997e6, 4.000025e6, 3.01e6),
        None,
        shapely.Point(4.00003e6, 3.00997e6).buffer(12),
    ]
    return coverage(gpd.GeoDataFrame(geometry=shapes, crs=3035), GRID)


@pytest.mark.parametrize("at_a_time", [3, 1_000_000])
def test_what_was_written_comes_back(matrix, tmp_path, monkeypatch, at_a_time: int) -> None:
    monkeypatch.setattr(coverage_parquet, "AT_A_TIME", at_a_time)
    path = tmp_path / "cover.parquet"
    write_coverage(matrix, IDS, GRID, path)
    found, ids, grid = read_coverage(path)
    assert (ids, grid.transform, grid.shape) == (IDS, GRID.transform, GRID.shape)
    assert grid.crs == GRID.crs
    np.testing.assert_array_equal(found.toarray(), matrix.toarray())


def test_others_read_it_as_a_table(matrix, tmp_path) -> None:
    path = tmp_path / "cover.parquet"
    write_coverage(matrix, IDS, GRID, path)
    table = pq.read_table(path).to_pandas()
    first = table[table["commune_id"] == "FR:1"].set_index(["row", "column"])["fraction"]
    assert first.to_dict() == {(r, c): pytest.approx(1 if c < 2 else 0.5) for r in range(3) for c in range(3)}


def test_communes_without_any_cell_come_back(tmp_path) -> None:
    path = tmp_path / "cover.parquet"
    write_coverage(sparse.csr_array((3, GRID.size)), IDS, GRID, path)
    assert read_coverage(path)[0].shape == (3, 30)
    assert read_coverage(path)[0].nnz == 0


def test_matrices_of_other_communes_are_refused(matrix, tmp_path) -> None:
    with pytest.raises(InputError, match="2 communes by 30 cells"):
        write_coverage(matrix, IDS[:2], GRID, tmp_path / "cover.parquet")
    assert not list(tmp_path.iterdir())


def test_other_files_are_refused(matrix, tmp_path) -> None:
    path = tmp_path / "cover.parquet"
    for content in (b"", b"PAR1 no PAR1"):
        path.write_bytes(content)
        with pytest.raises(InputError, match="write_coverage"):
            read_coverage(path)
    write_coverage(matrix, IDS, GRID, path)
    table = pq.read_table(path)
    lattice = json.loads(table.schema.metadata[LATTICE])
    changes = ({"shape": [2, 2]}, {"commune_ids": ["FR:1"]}, {"shape": [0, 2]}, {"crs": "none"}, {"shape": 3})
    for change in changes:
        metadata = {LATTICE: json.dumps({**lattice, **change}).encode()}
        pq.write_table(table.replace_schema_metadata(metadata), path)
        with pytest.raises(InputError):
            read_coverage(path)
    for wrong in (-0.5, 0.0, np.nan, 1.5):
        column = pa.array(np.full(table.num_rows, wrong))
        pq.write_table(table.set_column(3, "fraction", column), path)
        with pytest.raises(InputError):
            read_coverage(path)
    pq.write_table(table.drop_columns(["row"]), path)
    with pytest.raises(InputError):
        read_coverage(path)
    with pytest.raises(InputError):
        read_coverage(tmp_path / "nowhere.parquet")
