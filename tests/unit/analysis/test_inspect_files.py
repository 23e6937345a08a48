"""What lies in a folder: a geodatabase is one data set, a file may hold several layers."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geoalarm.analysis.new_project.inspect_files import data_files, inspect_files

ZONES = gpd.GeoDataFrame({"level": ["high"]}, geometry=[shapely.box(4, 50, 4.1, 50.1)], crs=4326)
DRIVERS = {"zones.gdb": "OpenFileGDB", "zones.kml": "LIBKML", "zones.tab": "MapInfo File", "zones.gml": "GML"}


@pytest.mark.parametrize("name", DRIVERS)
def test_every_layer_of_every_format_is_seen_once(tmp_path: Path, name: str) -> None:
    several = ("deep", "shallow") if name.endswith((".gdb", ".kml")) else ("zones",)
    for layer in several:
        mode = "a" if (tmp_path / name).exists() else "w"
        ZONES.to_file(
            tmp_path / name, driver=DRIVERS[name], mode=mode, **({"layer": layer} if several[1:] else {})
        )
    assert [path.name for path in data_files(tmp_path)] == [name]
    found = inspect_files(data_files(tmp_path))
    assert found.unusable == ()
    assert [one.layer for one in found.layers] == (list(several) if several[1:] else [""])
    assert {one.form for one in found.layers} == {"polygons"}
