"""The same layers in other formats give the same people."""

from __future__ import annotations

import math
from pathlib import Path

import geopandas as gpd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from geoalarm.analysis import UserFiles, expose_files

WEST, SOUTH, SIDE = 3_950_000, 3_100_000, 2_000
FORMATS = {
    "gpkg": "GPKG",
    "shp": "ESRI Shapefile",
    "geojsonl": "GeoJSONSeq",
    "gml": "GML",
    "kml": "LIBKML",
    "tab": "MapInfo File",
    "gdb": "OpenFileGDB",
}
COMMUNES = gpd.GeoDataFrame(
    {"code": ["57001", "57002"], "people": [1000, 700]},
    geometry=[box(WEST + x, SOUTH, WEST + x + SIDE, SOUTH + SIDE) for x in (0, SIDE)],
    crs=3035,
).astype({"people": "int32"})
metres = st.floats(0, 2 * SIDE).map(lambda value: round(value, 1))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Communes, who are the units of people too, in every format."""
    folder = tmp_path_factory.mktemp("formats")
    for ending, driver in FORMATS.items():
        COMMUNES.to_file(folder / f"communes.{ending}", driver=driver)
    return folder


def exposed(folder: Path, ending: str, zone: gpd.GeoDataFrame, number: int) -> dict[str, float]:
    path = folder / f"zone{number}.{ending}"
    zone.to_file(path, driver=FORMATS[ending])
    people = str(folder / f"communes.{ending}")
    own = UserFiles(people, "code", people, str(path), population_column="people")
    table = expose_files(own, cache=folder / "cache").table
    return dict(zip(table["commune_id"], table["population_exposed"], strict=True))


@pytest.mark.slow
@settings(max_examples=4)
@given(x=metres, width=metres, height=st.floats(50, SIDE))
def test_seven_formats_give_the_same_people(written: Path, x: float, width: float, height: float) -> None:
    """By hand: people are even in a commune, and the zone is a rectangle on its lower side."""
    east = min(x + width + 50, 2 * SIDE)
    zone = gpd.GeoDataFrame(
        {"alea": ["a"]}, geometry=[box(WEST + x, SOUTH, WEST + east, SOUTH + height)], crs=3035
    )
    number = abs(hash((x, width, height)))
    right = {
        code: people * max(0.0, min(east, start + SIDE) - max(x, start)) / SIDE * height / SIDE
        for code, people, start in (("57001", 1000, 0), ("57002", 700, SIDE))
    }
    for ending in FORMATS:
        found = exposed(written, ending, zone, number)
        assert set(found) == set(right)
        for code, people in right.items():
            assert math.isclose(found[code], people, rel_tol=1e-3, abs_tol=0.05), (ending, code)
