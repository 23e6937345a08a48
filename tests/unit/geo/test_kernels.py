"""Who runs the loops: numba once a job is worth it, NumPy where it does not work, and each says so once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine
from pyproj import CRS

from geoalarm.geo import array_kernels, kernels
from geoalarm.geo.grid import Grid
from geoalarm.geo.zonal import coverage

LARGE = Grid(CRS.from_epsg(3035), Affine(10, 0, 4e6, 0, -10, 3.01e6), (1000, 1000))


@pytest.fixture
def anew(monkeypatch):
    """Nothing loaded yet, whatever tests did before."""
    kernels._loaded.cache_clear()
    monkeypatch.setattr(kernels, "_BROKEN", [])
    yield monkeypatch
    monkeypatch.undo()
    kernels._loaded.cache_clear()


def disc() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=[shapely.Point(4.005e6, 3.005e6).buffer(4321)], crs=3035)


def test_a_large_job_loads_numba_and_a_small_one_does_not(anew) -> None:
    small = shapely.box(4e6, 3e6, 4.0001e6, 3.0001e6)
    coverage(gpd.GeoDataFrame(geometry=[small], crs=3035), LARGE)
    assert not kernels._loaded.cache_info().currsize
    coverage(disc(), LARGE)
    assert kernels._loaded.cache_info().currsize


def test_without_numba_the_numbers_are_the_same_and_it_is_told_once(anew, caplog) -> None:
    expected = coverage(disc(), LARGE)
    kernels._loaded.cache_clear()
    anew.setitem(sys.modules, "numba", None)
    caplog.clear()
    found = coverage(disc(), LARGE)
    coverage(disc(), LARGE)
    assert kernels.compiled_loops() is None
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "counted by NumPy" in caplog.text
    for one, other in ((found.data, expected.data), (found.indices, expected.indices)):
        np.testing.assert_array_equal(one, other)


def test_a_compiler_that_fails_is_as_good_as_none(anew, caplog) -> None:
    module = kernels.compiled_loops()
    if module is None:
        pytest.skip("numba does not work here")
    kernels._loaded.cache_clear()

    def fail() -> None:
        raise RuntimeError("no such instruction\nand more")

    anew.setattr(module, "compile_all", fail)
    assert kernels.compiler() == (False, "no such instruction")
    assert "does not work here (no such instruction)" in caplog.text
    assert kernels._module(10**9) is array_kernels


def test_a_compiler_that_fails_of_one_loop_leaves_it_to_numpy(anew, caplog) -> None:
    module, expected = kernels.compiled_loops(), coverage(disc(), LARGE)
    if module is None:
        pytest.skip("numba does not work here")

    def fail(*_: object) -> None:
        raise RuntimeError("LLVM IR parsing error\nand more")

    anew.setattr(module, "covered_cells", fail)
    for _ in range(2):
        np.testing.assert_array_equal(coverage(disc(), LARGE).data, expected.data)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "does not work here (LLVM IR parsing error)" in caplog.text
    anew.setattr(kernels, "_BROKEN", [])
    anew.setattr(module, "covered_cells", lambda *_: [][1])
    with pytest.raises(IndexError):
        coverage(disc(), LARGE)


def test_machine_code_goes_to_the_cache_where_the_package_cannot_be_written(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("GEOALARM_CACHE", str(tmp_path))
    monkeypatch.setattr("os.access", lambda *_: False)
    assert kernels.code_folder() == str(tmp_path / "compiled")
    (tmp_path / "file").touch()
    monkeypatch.setenv("GEOALARM_CACHE", str(tmp_path / "file"))
    assert Path(kernels.code_folder()).is_dir(), "nowhere else: a folder for as long as the process lives"
    assert kernels.code_folder() == kernels.code_folder()


@pytest.mark.slow
def test_the_command_line_starts_without_numba() -> None:
    code = "import sys, geoalarm.cli, geoalarm.app.server; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.slow
def test_the_first_to_compile_is_told_in_one_line_and_nobody_else(tmp_path) -> None:
    code = "from geoalarm.geo.kernels import compiler; assert compiler()[0]"
    told = [
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
        ).stderr.splitlines()
        for _ in range(2)
    ]
    assert [len(lines) for lines in told] == [1, 0]
    assert "compiled for this machine, once" in told[0][0]
