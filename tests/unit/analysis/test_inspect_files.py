"""What lies in a folder: a geodatabase is one data set, a file may hold several layers."""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
import xarray as xr
import yaml

from geoalarm.analysis.new_project.column_meanings import mild_to_severe
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
    cells = _cells("member", [3, 7])
    data = xr.Dataset({"depth": cells, "speed": cells[0]})
    data["lon"].attrs["units"], data["lat"].attrs["units"] = "degrees_east", "degrees_north"
    data["depth"].attrs["units"] = "m"
    data.to_netcdf(tmp_path / "flood.nc", engine="h5netcdf")
    data[["depth"]].to_zarr(tmp_path / "depth.zarr", zarr_format=2, consolidated=False)
    assert [path.name for path in data_files(tmp_path)] == ["depth.zarr", "flood.nc"]
    found = inspect_files(data_files(tmp_path))
    assert found.unusable == ()
    assert [(one.variable, one.dimensions) for one in found.layers] == [
        ("", (("member", ("3", "7")),)),
        ("depth", (("member", ("3", "7")),)),
        ("speed", ()),
    ]
    assert {one.units for one in found.layers} == {"m", ""}
    assert found.layers[1].high == 7
    text = entry_text(grouped([(found.layers[1], detect_role(found.layers[1]))])[0], tmp_path)
    assert "variable: depth" in text
    assert "member: 'TODO one of its values: 3, 7'" in text, text


def test_a_dimension_of_return_periods_is_a_parameter(tmp_path: Path) -> None:
    """So that the table, the pages and the annual figures know them as what they are."""
    data = xr.Dataset({"depth": _cells("return_period", [10, 100]), "speed": _cells("member", [1, 2])})
    data["lon"].attrs["units"], data["lat"].attrs["units"] = "degrees_east", "degrees_north"
    data.to_netcdf(tmp_path / "flood.nc", engine="h5netcdf")
    layer = inspect_files(data_files(tmp_path)).layers[0]
    (entry,) = yaml.safe_load(entry_text(grouped([(layer, detect_role(layer))])[0], tmp_path)).values()
    assert entry["args"]["select"] == {"return_period": "{{ return_period }}"}
    assert entry["parameters"]["return_period"]["allowed"] == [10, 100]


def _cells(dimension: str, values: list[int]) -> xr.DataArray:
    """Eight cells in two layers, from 0 to 7."""
    sides = {dimension: values, "lat": [50.2, 50.1], "lon": [4.1, 4.2]}
    return xr.DataArray(np.arange(8.0).reshape(2, 2, 2), sides, (dimension, "lat", "lon"))


def zipped(path: Path, *files: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for file in files:
            archive.write(file, f"delivery/{file.name}")


def test_every_member_of_an_archive_is_a_layer(tmp_path: Path) -> None:
    """Shapefiles, and rasters that differ by a return period; what was studied is no zone of a hazard."""
    made = tmp_path / "made"
    made.mkdir()
    for name in ("glissements", "zone_etude"):
        ZONES.to_file(made / f"{name}.shp")
    zipped(tmp_path / "mouvements.zip", *made.iterdir())
    for period in (10, 100):
        cells = _cells("n", [0, 1])[0].rename(lon="x", lat="y").rio.write_crs(4326)
        cells.astype("float32").rio.to_raster(made / f"depth_rp{period}.tif")
    zipped(tmp_path / "floods.zip", made / "depth_rp10.tif", made / "depth_rp100.tif")
    found = inspect_files([tmp_path / "floods.zip", tmp_path / "mouvements.zip"])
    assert found.unusable == ()
    guesses = [(one, detect_role(one)) for one in found.layers]
    assert [(one.member, guess.role) for one, guess in guesses] == [
        ("depth_rp10.tif", "hazard"),
        ("depth_rp100.tif", "hazard"),
        ("glissements.shp", "hazard"),
        ("zone_etude.shp", ""),
    ]
    floods, slides = grouped([pair for pair in guesses if pair[1].role])
    assert "member: depth_rp{{ return_period }}.tif" in entry_text(floods, tmp_path)
    assert "allowed: [10, 100]" in entry_text(floods, tmp_path)
    assert "member: glissements.shp" in entry_text(slides, tmp_path)


@pytest.mark.parametrize("columns", [("Längengrad", "Breitengrad"), ("Lengtegraad", "Breedtegraad")])
def test_points_are_found_in_the_words_of_four_languages(tmp_path: Path, columns: tuple[str, str]) -> None:
    text = f"Betrieb;{columns[0]};{columns[1]}\nTank;4.5;50.1\nLager;;\n"
    (tmp_path / "seveso_betriebe.csv").write_text(text, encoding="utf-8")
    (layer,) = inspect_files(data_files(tmp_path)).layers
    assert (layer.x, layer.y, layer.crs, layer.delimiter) == (*columns, "EPSG:4326", ";")
    guess = detect_role(layer)
    assert (guess.role, guess.name_column) == ("sites", "Betrieb")


def test_labels_of_a_class_are_offered_from_mild_to_severe() -> None:
    assert mild_to_severe(["Aléa fort", "faible", "très fort", "Moyen"]) == [
        "faible",
        "Moyen",
        "Aléa fort",
        "très fort",
    ]
    assert mild_to_severe(["hoog", "laag", "middel"]) == ["laag", "middel", "hoog"]
    assert mild_to_severe(["sehr hoch", "gering"]) == ["gering", "sehr hoch"]
    assert mild_to_severe(["zone B", "fort"]) == ["zone B", "fort"], "half of it would be invented"
