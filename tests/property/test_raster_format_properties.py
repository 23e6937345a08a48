"""Writing a raster in another format, in other chunks, packed, or from the south changes nothing."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from shapely import box

from geoalarm.analysis import UserFiles, expose_files

KIT = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "cf_kit.py")))
WEST, NORTH, CELL, ROWS, COLUMNS = 3_950_000.0, 3_102_000.0, 250.0, 8, 12
tenths = arrays("int16", (ROWS, COLUMNS), elements=st.integers(-1, 30))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("rasters")
    outlines = [box(WEST + east, NORTH - 2000, WEST + east + 1500, NORTH) for east in (0, 1500)]
    frame = gpd.GeoDataFrame({"code": ["57001", "57002"]}, geometry=outlines, crs=3035)
    frame.to_file(place / "communes.gpkg")
    people = KIT.dataset(np.full((ROWS, COLUMNS), 10.0), *grid(), name="people", units="1")
    KIT.write(people, place / "people.nc")
    return place


def grid() -> tuple[np.ndarray, np.ndarray]:
    return KIT.centres(WEST, NORTH, CELL, ROWS, COLUMNS)


@pytest.mark.slow
@settings(max_examples=2)
@given(cells=tenths, rows=st.integers(1, ROWS), columns=st.integers(1, COLUMNS), is_turned=st.booleans())
def test_people_by_hand_in_every_format(
    folder: Path, cells: np.ndarray, rows: int, columns: int, is_turned: bool
) -> None:
    """By hand: ten people a cell; -1 is a depth that is not known, and half a metre or more counts."""
    number = abs(hash((cells.tobytes(), rows, columns, is_turned)))
    depth = np.where(cells < 0, np.nan, cells / 10)
    data = KIT.dataset(depth, *grid())
    data = data.isel(y=slice(None, None, -1)) if is_turned else data
    packed = {"dtype": "int16", "scale_factor": 0.1, "_FillValue": -1}
    written = [
        KIT.write(data, folder / f"{number}.nc3.nc"),
        KIT.write(data, folder / f"{number}.nc", chunksizes=(rows, columns), zlib=True),
        KIT.write(data, folder / f"{number}p.nc", **packed),
        KIT.write(data, folder / f"{number}.v2.zarr", chunks=(rows, columns)),
        KIT.write(data, folder / f"{number}p.v3.zarr", chunks=(rows, columns), **packed),
    ]
    half = COLUMNS // 2
    right = {
        code: 10 * int((part >= 5).sum())
        for code, part in (("57001", cells[:, :half]), ("57002", cells[:, half:]))
    }
    for path in written:
        own = UserFiles(
            str(folder / "communes.gpkg"),
            "code",
            str(folder / "people.nc"),
            str(path),
            bounds=(0.5,),
            units="m",
            no_data="dry",
        )
        table = expose_files(own, cache=folder / "cache").table
        found = dict(zip(table["commune_id"], table["population_exposed"], strict=True))
        assert found == pytest.approx(right, abs=1e-6), path.name
