"""NetCDF and Zarr by the command line and by a catalog: the same people as from a GeoTIFF, and as by hand.

Two communes of 2 x 2 km; people by cells of 500 m; 0.5 m deep in the west, and not known in one corner.
"""

from __future__ import annotations

import json
import runpy
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import xarray as xr
import yaml
from click.testing import CliRunner
from rasterio.transform import from_origin
from shapely import box

from geoalarm.catalog.drivers import GeoRasterSource
from geoalarm.cli import main
from geoalarm.core.errors import InputError

KIT = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "cf_kit.py")))
FORMATS, centres, dataset, write, written = (KIT.FORMATS, KIT.centres, KIT.dataset, KIT.write, KIT.written)

WEST, NORTH, CELL = 3_950_000.0, 3_102_000.0, 500.0
PEOPLE = np.full((4, 8), 10.0)
DEPTH = np.zeros((4, 8))
DEPTH[:, :2], DEPTH[:2, 4:6], DEPTH[3, 3] = 0.5, 1.5, np.nan
RIGHT = {
    ("57001", "[0.1, 1)"): 80.0,
    ("57001", "[1, ∞)"): 0.0,
    ("57002", "[0.1, 1)"): 0.0,
    ("57002", "[1, ∞)"): 40.0,
}
"""By hand: eight cells of ten people in the west of the one, four in the north of the other."""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cf")
    outlines = [box(WEST + east, NORTH - 2000, WEST + east + 2000, NORTH) for east in (0, 2000)]
    gpd.GeoDataFrame({"code": ["57001", "57002"]}, geometry=outlines, crs=3035).to_file(
        folder / "communes.gpkg"
    )
    written(folder, "depth", DEPTH, (WEST, NORTH, CELL))
    written(folder, "people", PEOPLE, (WEST, NORTH, CELL), units="1")
    series = dataset(DEPTH.astype("float32"), *centres(WEST, NORTH, CELL, 4, 8))
    times = pd.to_datetime(["2020-01-01", "2021-01-01"])
    several = xr.concat([series * 0, series], xr.DataArray(times, dims="time", name="time"))
    several["depth"].attrs = {"units": "m", "grid_mapping": "crs"}
    write(several.assign(speed=several["depth"] * 9), folder / "several.nc")
    for period, scale in ((10, 0.0), (100, 1.0)):
        write(series * scale, folder / f"plain{period}.nc")
    write_periods(folder)
    return folder


def write_periods(folder: Path) -> None:
    """A store with a depth for each return period, along a dimension of whole numbers."""
    series = dataset(DEPTH.astype("float32"), *centres(WEST, NORTH, CELL, 4, 8))["depth"]
    both = xr.concat([series * 0, series], xr.DataArray([10, 100], dims="rp", name="rp"))
    both.attrs = {"units": "m", "grid_mapping": "crs"}
    write(both.to_dataset(name="depth"), folder / "periods_v2.zarr")


def exposed(here: Path, tmp_path: Path, **given: object) -> dict[tuple[str, str], float] | str:
    """People by commune and class, or the message."""
    options: dict[str, Any] = {
        "communes": here / "communes.gpkg",
        "id": "code",
        "population": here / "people.tif",
        "footprint": here / "depth.tif",
        "bounds": "0.1,1",
        "out": tmp_path / "out.csv",
        **given,
    }
    options = {name: value for name, value in options.items() if value != ""}
    words = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", str(value))]
    answer = CliRunner().invoke(main, ["expose", *words])
    if answer.exit_code:
        assert answer.exit_code == 2, answer.output + repr(answer.exception)
        assert not (tmp_path / "out.csv").exists()
        return str(answer.stderr)
    table = pd.read_csv(tmp_path / "out.csv", dtype={"commune_id": "str"})
    (tmp_path / "out.csv").unlink()
    return dict(
        zip(
            zip(table["commune_id"], table["intensity_class"], strict=True),
            table["population_exposed"],
            strict=True,
        )
    )


def has(message: object, *words: str) -> bool:
    """Whether all words stand in a message."""
    return all(word in str(message) for word in words)


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_gives_the_same_people(here: Path, tmp_path: Path, ending: str) -> None:
    found = exposed(here, tmp_path, footprint=here / f"depth.{ending}", population=here / f"people.{ending}")
    assert found == pytest.approx(RIGHT, abs=0), found


def test_a_variable_and_a_date_are_chosen_by_the_options_that_the_hints_name(
    here: Path, tmp_path: Path
) -> None:
    message = exposed(here, tmp_path, footprint=here / "several.nc")
    assert has(message, "2 variables", "--variable depth")
    message = exposed(here, tmp_path, footprint=here / "several.nc", variable="depth")
    assert has(message, "2020-01-01, 2021-01-01", "--select time=2021-01-01")
    message = exposed(
        here, tmp_path, footprint=here / "several.nc", variable="depth", select="time=2020-12-30"
    )
    assert has(message, "nearest: 2021-01-01, 2020-01-01", "--select time=2021-01-01")
    message = exposed(here, tmp_path, footprint=here / "several.nc", variable="dept")
    assert "did you mean 'depth'" in message, message
    for footprint, given in (("several.nc", {"variable": "depth"}), ("several.nc:depth", {})):
        found = exposed(here, tmp_path, footprint=here / footprint, select="time=2021-01-01", **given)
        assert found == RIGHT
    none = exposed(here, tmp_path, footprint=here / "several.nc", variable="depth", select="time=2020-01-01")
    assert none == dict.fromkeys(RIGHT, 0.0)


def test_people_are_chosen_by_options_of_their_own(here: Path, tmp_path: Path) -> None:
    message = exposed(here, tmp_path, population=here / "several.nc", **{"population-units": "1"})
    assert "--population-variable depth" in message, message
    given = {"population-variable": "speed"}
    message = exposed(here, tmp_path, population=here / "several.nc", **given)
    assert "--population-select time=2021-01-01" in message, message


def test_a_band_of_netcdf_and_a_variable_of_a_geotiff_are_refused(here: Path, tmp_path: Path) -> None:
    message = exposed(here, tmp_path, variable="depth")
    assert has(message, "bands, not variables", "depth.tif:2")
    message = exposed(here, tmp_path, communes=here / "depth.v3.zarr")
    assert "is a raster" in message, message


def write_item(folder: Path) -> Path:
    """A STAC item of two depths, in the folder of both."""
    media = {"type": "image/tiff; application=geotiff", "roles": ["data"]}
    assets = {name: {"href": f"./depth.{name}.tif", **media} for name in ("first", "cog")}
    assets["first"]["href"] = "./depth.tif"
    facts = {"datetime": "2026-01-01T00:00:00Z", "proj:code": "EPSG:3035"}
    found = {"type": "Feature", "stac_version": "1.0.0", "id": "depth", "geometry": None, "links": []}
    path = folder / "item.json"
    path.write_text(json.dumps({**found, "properties": facts, "assets": assets}))
    return path


def test_a_stac_item(here: Path, tmp_path: Path) -> None:
    item = write_item(here)
    assert has(exposed(here, tmp_path, footprint=item), "2 assets", "--asset first")
    assert exposed(here, tmp_path, footprint=item, asset="cog") == RIGHT
    assert has(exposed(here, tmp_path, population=item), "--population-asset first")


@pytest.mark.parametrize("option", ["variable", "select", "asset"])
def test_options_without_effect_are_refused(here: Path, tmp_path: Path, option: str) -> None:
    value = "time=1" if option == "select" else "a"
    zones = {"footprint": here / "communes.gpkg", "class-column": "code", option: value}
    assert has(exposed(here, tmp_path, bounds="", **zones), "--footprint", f"--{option} {value}")
    people = {
        "population": here / "communes.gpkg",
        "population-column": "code",
        f"population-{option}": value,
    }
    assert has(exposed(here, tmp_path, **people), "--population", f"leave --population-{option} out")


def test_a_damaged_chunk_is_an_error_of_the_file(here: Path, tmp_path: Path) -> None:
    """By the command line and by a catalog; a damaged GeoTIFF alike."""
    damaged = shutil.copytree(here / "depth.v2.zarr", tmp_path / "damaged.v2.zarr")
    (damaged / "depth" / "0.0").write_bytes(b"poison")
    assert has(exposed(here, tmp_path, footprint=damaged), "--footprint: damaged.v2.zarr cannot be read")
    with pytest.raises(InputError, match=r"damaged\.v2\.zarr, cannot be read"):
        GeoRasterSource(str(damaged), metadata={"units": "m"}).open()
    tiff = tmp_path / "damaged.tif"
    profile = {
        "driver": "GTiff",
        "width": 512,
        "height": 512,
        "count": 1,
        "dtype": "float32",
        "crs": "EPSG:3035",
    }
    place = from_origin(WEST, NORTH, 10, 10)
    with rasterio.open(tiff, "w", compress="deflate", transform=place, **profile) as file:
        file.write(np.random.default_rng(0).random((1, 512, 512), dtype="float32"))
    content = bytearray(tiff.read_bytes())
    content[100_000:102_000] = b"\xff" * 2000
    tiff.write_bytes(content)
    assert has(exposed(here, tmp_path, footprint=tiff, units="m"), "--footprint: damaged.tif cannot be read")


def test_a_catalog_chooses_by_parameters_and_run_counts(here: Path, tmp_path: Path) -> None:
    facts = {
        "licence": "ours", "attribution": "us", "vintage": "2026", "crs": "EPSG:3035", "basis": "modelled",
        "url": "https://example.org", "verified": True,
    }  # fmt: skip
    period = {"description": "years", "type": "int", "default": 100, "allowed": [10, 100]}
    sources = {
        "user_communes": {
            "driver": "geo_vector",
            "args": {"urlpath": "{{ CATALOG_DIR }}/communes.gpkg"},
            "metadata": {**facts, "title": "Communes", "role": "communes", "kind": "polygons",
                         "id_column": "code", "countries": ["FR"], "default_scenario": True},
        },
        "user_people": {
            "driver": "geo_raster",
            "args": {"urlpath": "{{ CATALOG_DIR }}/people.v3.zarr"},
            "metadata": {**facts, "title": "People", "role": "population", "kind": "counts", "units": "1",
                         "default_scenario": True},
        },
        "user_depth": {
            "driver": "geo_raster",
            "args": {"urlpath": "{{ CATALOG_DIR }}/periods_v2.zarr", "variable": "depth",
                     "select": {"rp": "{{ return_period }}"}},
            "parameters": {"return_period": period},
            "metadata": {**facts, "title": "Depth", "role": "hazard", "hazard": "flood", "kind": "intensity",
                         "units": "m", "countries": ["FR"], "default_scenario": True},
        },
    }  # fmt: skip
    catalog = here / "catalog.yml"
    catalog.write_text(yaml.safe_dump({"version": 1, "sources": sources}))
    answer = CliRunner().invoke(main, ["catalog", "check", "--catalog", str(catalog)])
    assert answer.exit_code == 0, answer.output + answer.stderr
    out = tmp_path / "run"
    answer = CliRunner().invoke(main, ["run", "--catalog", str(catalog), "--out", str(out)])
    assert answer.exit_code == 0, answer.output + answer.stderr
    table = pd.read_parquet(next(out.rglob("*.parquet")))
    people = table.groupby(["commune_id", "return_period_yr"])["population_exposed"].sum().to_dict()
    assert people == {("FR:57001", 10): 0, ("FR:57001", 100): 80, ("FR:57002", 10): 0, ("FR:57002", 100): 40}
