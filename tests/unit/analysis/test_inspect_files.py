"""What lies in a folder: a geodatabase is one data set, a file may hold several layers."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
import xarray as xr

from geoalarm.analysis.new_project.detect_role import detect_role
from geoalarm.analysis.new_project.entry_text import entry_text, grouped
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


def test_variables_of_netcdf_and_zarr_are_layers(tmp_path: Path) -> None:
    """Each variable is one, with the values of its other dimensions; the chunks of a store are no files."""
    x, y, rp = [4.1, 4.2], [50.2, 50.1], [10, 100]
    cells = xr.DataArray(
        np.arange(8.0).reshape(2, 2, 2), {"rp": rp, "lat": y, "lon": x}, ("rp", "lat", "lon")
    )
    data = xr.Dataset({"depth": cells, "speed": cells[0]})
    data["lon"].attrs["units"], data["lat"].attrs["units"] = "degrees_east", "degrees_north"
    data["depth"].attrs["units"] = "m"
    data.to_netcdf(tmp_path / "flood.nc", engine="h5netcdf")
    data[["depth"]].to_zarr(tmp_path / "depth.zarr", zarr_format=2, consolidated=False)
    assert [path.name for path in data_files(tmp_path)] == ["depth.zarr", "flood.nc"]
    found = inspect_files(data_files(tmp_path))
    assert found.unusable == ()
    assert [(one.variable, one.dimensions) for one in found.layers] == [
        ("", (("rp", ("10", "100")),)),
        ("depth", (("rp", ("10", "100")),)),
        ("speed", ()),
    ]
    assert {one.units for one in found.layers} == {"m", ""}
    assert found.layers[1].high == 7
    text = entry_text(grouped([(found.layers[1], detect_role(found.layers[1]))])[0], tmp_path)
    assert "variable: depth" in text
    assert "rp: 'TODO one of its values: 10, 100'" in text, text
