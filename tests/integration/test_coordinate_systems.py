"""Files in the systems of web maps and of two countries, through the command line: the land and the people
are those of the earth.

Right values are geodesic areas on the ellipsoid, by ``pyproj.Geod`` over outlines cut into short edges.
"""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
import yaml
from pyproj import Geod, Transformer
from rasterio.transform import from_origin
from rasterio.warp import transform_bounds

BOX = (3.5, 50.4, 3.7, 50.5)
BELGE_72 = """PROJCS["{name}",GEOGCS["{base}",DATUM["{datum}",SPHEROID["International_1924",6378388.0,297.0]],
PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Lambert_Conformal_Conic"],
PARAMETER["False_Easting",150000.013],PARAMETER["False_Northing",5400088.438],
PARAMETER["Central_Meridian",4.367486666666666],PARAMETER["Standard_Parallel_1",49.8333339],
PARAMETER["Standard_Parallel_2",51.16666723333333],PARAMETER["Latitude_Of_Origin",90.0],UNIT["Meter",1.0]]"""
NAMES = {
    "D_Belge_1972": {"name": "Belge_Lambert_1972", "base": "GCS_Belge_1972"},
    "unknown": {"name": "Lambert Belge 72", "base": "unnamed"},
}
X, Y = 3_950_000.0, 3_100_000.0


def geodesic_km2(outline: shapely.Geometry) -> float:
    return abs(Geod(ellps="GRS80").geometry_area_perimeter(outline.segmentize(0.005))[0]) / 1e6


def write(path, value: float, *, west: float, north: float, cell, shape, crs) -> None:
    across, down = cell if isinstance(cell, tuple) else (cell, cell)
    facts = {"driver": "GTiff", "count": 1, "dtype": "float32", "crs": crs}
    facts |= {"height": shape[0], "width": shape[1], "transform": from_origin(west, north, across, down)}
    with rasterio.open(path, "w", **facts) as out:
        out.write(np.full(shape, value, "float32") if np.isscalar(value) else value, 1)


@pytest.fixture
def commune(tmp_path) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame({"code": ["57001"]}, geometry=[shapely.box(*BOX)], crs=4326)
    frame.to_file(tmp_path / "c.gpkg", engine="pyogrio")
    return frame


def exposed(call, tmp_path, *, communes: str, population: list[str], footprint: list[str]) -> pd.DataFrame:
    words = ["--communes", communes, "--id", "code", "--population", *population, "--footprint", *footprint]
    done = call("expose", *words, "--out", "out.csv")
    assert done.exit_code == 0, done.stderr
    return pd.read_csv(tmp_path / "out.csv", keep_default_na=False)


DEPTH = ["--bounds", "0.5", "--units", "m"]


@pytest.mark.parametrize(
    ("place", "crs"),
    [
        ((3.6, 50.45), 3857),
        ((2.35, 51.0), 2154),
        ((9.4, 42.6), 2154),
        ((5.5, 50.6), 31370),
        ((5.5, 50.6), 3812),
        ((3.05, 50.6), 32631),
        ((3.05, 50.6), 27572),
        ((-73.95, 40.75), 2263),
    ],
)
def test_people_of_a_density_live_on_the_land_of_the_commune(call, tmp_path, place, crs) -> None:
    lon, lat = place
    outline = shapely.box(lon - 0.05, lat - 0.05, lon + 0.05, lat + 0.05)
    frame = gpd.GeoDataFrame({"code": ["X"]}, geometry=[outline], crs=4326)
    frame.to_file(tmp_path / "c.gpkg", engine="pyogrio")
    west, south, east, north = frame.to_crs(crs).total_bounds
    size = int((max(east - west, north - south) + 6000) / 500)
    write(
        tmp_path / "d.tif", 1000, west=west - 2000, north=north + 2000, cell=500, shape=(size, size), crs=crs
    )
    row = exposed(
        call,
        tmp_path,
        communes="c.gpkg",
        population=["d.tif", "--population-units", "km-2"],
        footprint=["d.tif", *DEPTH],
    ).iloc[0]
    assert row["population"] == pytest.approx(geodesic_km2(outline) * 1000, rel=1e-5)
    assert row["area_exposed_km2"] == pytest.approx(geodesic_km2(outline), rel=1e-5)
    assert row["mapped_share"] == 1


@pytest.mark.parametrize("people", ["people.tif", "people.gpkg"])
@pytest.mark.parametrize("crs", [3857, 4326])
def test_a_commune_mapped_in_half_is_partly_mapped(call, tmp_path, commune, people, crs) -> None:
    """A hazard in web Mercator that ends in the middle of the commune: half of it is not known."""
    west, south, east, north = commune.to_crs(3857).total_bounds
    columns, rows = round((east - west) / 200) + 2, int((north - south) / 100) + 4
    start = west - 200
    grid = {"west": start, "north": north + 200, "cell": 100, "shape": (rows, columns), "crs": 3857}
    edges = transform_bounds(3857, 4326, start, north + 200 - rows * 100, start + columns * 100, north + 200)
    if crs == 4326:
        cell = (edges[2] - edges[0]) / 200, (edges[3] - edges[1]) / 200
        grid = {"west": edges[0], "north": edges[3], "cell": cell, "shape": (200, 200), "crs": 4326}
    write(tmp_path / "half.tif", 1, **grid)
    write(tmp_path / "people.tif", 100, west=3.45, north=50.55, cell=(0.02, 0.01), shape=(20, 20), crs=4326)
    commune.assign(people=[10_000]).to_file(tmp_path / "people.gpkg", engine="pyogrio")
    mapped = geodesic_km2(shapely.box(*BOX).intersection(shapely.box(*edges)))
    share = mapped / geodesic_km2(shapely.box(*BOX))
    column = ["--population-column", "people"] if people.endswith("gpkg") else []
    row = exposed(
        call,
        tmp_path,
        communes="c.gpkg",
        population=[people, *column],
        footprint=["half.tif", *DEPTH],
    ).iloc[0]
    assert row["mapped_share"] == pytest.approx(share, rel=1e-3)
    assert row["population_exposed"] == pytest.approx(10_000 * share, rel=1e-3)
    assert row["area_exposed_km2"] == pytest.approx(mapped, rel=1e-3)
    assert "partly_mapped" in row["caveats"]


def run_of_a_catalog(call, tmp_path, layers: dict[str, tuple[str, dict]]) -> pd.DataFrame:
    """``geoalarm run`` over entries communes, people and hazard: their files, and what they state."""
    facts = {
        "basis": "modelled",
        "licence": "CC0-1.0",
        "attribution": "made up",
        "vintage": "2026",
        "url": "https://example.org/",
        "verified": True,
    }
    sources = {
        name: {
            "driver": "geo_raster" if file.endswith("tif") else "geo_vector",
            "args": {"urlpath": "{{ CATALOG_DIR }}/" + file},
            "metadata": {**facts, **told, "title": name, "countries": ["BE"]},
        }
        for name, (file, told) in layers.items()
    }
    (tmp_path / "catalog.yml").write_text(yaml.safe_dump({"sources": sources}), encoding="utf-8")
    hazard = {"entry": "hazard", **({"bounds": [0.5]} if "units" in layers["hazard"][1] else {})}
    scenario = {"name": "web", "title": "Web", "catalog": "catalog.yml", "communes": ["communes"]}
    scenario |= {"population": ["people"], "footprints": [hazard]}
    (tmp_path / "scenario.yml").write_text(yaml.safe_dump(scenario), encoding="utf-8")
    done = call("run", "scenario.yml", "--out", "result")
    assert done.exit_code == 0, done.stderr
    return pd.read_csv(tmp_path / "result" / "exposure.csv", keep_default_na=False)


def test_the_same_by_catalog_and_run(call, tmp_path, commune) -> None:
    west, _, _, north = commune.to_crs(3857).total_bounds
    grid = {"west": west - 2000, "north": north + 2000, "cell": 1000, "shape": (40, 40), "crs": 3857}
    write(tmp_path / "dens.tif", 250, **grid)
    write(tmp_path / "depth.tif", 1, **grid)
    outlines = {"role": "communes", "kind": "polygons", "crs": "EPSG:4326", "id_column": "code"}
    people = {"role": "population", "kind": "density", "units": "km-2", "crs": "EPSG:3857"}
    depth = {"role": "hazard", "hazard": "flood", "kind": "intensity", "units": "m", "crs": "EPSG:3857"}
    layers = {
        "communes": ("c.gpkg", outlines),
        "people": ("dens.tif", people),
        "hazard": ("depth.tif", depth),
    }
    row = run_of_a_catalog(call, tmp_path, layers).iloc[0]
    assert row["population_exposed"] == pytest.approx(250 * geodesic_km2(shapely.box(*BOX)), rel=1e-4)
    assert row["area_exposed_km2"] == pytest.approx(geodesic_km2(shapely.box(*BOX)), rel=1e-4)


@pytest.fixture
def houses(tmp_path) -> gpd.GeoDataFrame:
    """1000 people in a row of 100 m cells along the west edge, half of them in the commune; a strip of 80 m
    along it.
    """
    outline = gpd.GeoDataFrame(
        {"code": ["57001"]}, geometry=[shapely.box(X, Y, X + 2000, Y + 2000)], crs=3035
    )
    outline.to_file(tmp_path / "communes.gpkg", engine="pyogrio")
    people = np.zeros((80, 120), "float32")
    people[30:50, 20] = 50
    grid = {"west": X - 2000, "north": Y + 4000, "cell": 100, "shape": people.shape, "crs": 3035}
    write(tmp_path / "people.tif", people, **grid)
    write(tmp_path / "depth.tif", 1, **grid)
    return outline


def labelled(frame: gpd.GeoDataFrame, path, datum: str) -> None:
    """A shapefile in Lambert 72 whose .prj names the datum so."""
    frame.to_crs(31370).to_file(path, engine="pyogrio")
    path.with_suffix(".prj").write_text(BELGE_72.format(datum=datum, **NAMES[datum]).replace("\n", ""))


@pytest.mark.parametrize("datum", ["D_Belge_1972", "unknown"])
@pytest.mark.parametrize("layer", ["communes", "hazard"])
def test_lambert_72_without_a_code(call, tmp_path, houses, datum, layer) -> None:
    """500 people in the commune, 400 in the strip; 466 and 22 where its shift of 108 m is left out."""
    strip = gpd.GeoDataFrame({"k": [1]}, geometry=[shapely.box(X + 10, Y, X + 90, Y + 2000)], crs=3035)
    labelled(houses if layer == "communes" else strip, tmp_path / "own.shp", datum)
    communes, footprint = (
        ("own.shp", ["depth.tif", *DEPTH]) if layer == "communes" else ("communes.gpkg", ["own.shp"])
    )
    words = ["--communes", communes, "--id", "code", "--population", "people.tif", "--footprint", *footprint]
    done = call("expose", *words, "--out", "out.csv")
    if datum == "unknown":
        assert done.exit_code == 2
        assert "108 m" in done.stderr
        assert "-a_srs EPSG:31370" in done.stderr
        assert not (tmp_path / "out.csv").exists()
        return
    assert done.exit_code == 0, done.stderr
    row = pd.read_csv(tmp_path / "out.csv").iloc[0]
    assert row["population"] == pytest.approx(500, rel=1e-3)
    assert row["population_exposed"] == pytest.approx(500 if layer == "communes" else 400, rel=1e-3)
    assert not [
        line
        for line in json.loads((tmp_path / "out.manifest.json").read_text())["warnings"]
        if "datum" in line
    ]


@pytest.mark.parametrize("layer", ["communes", "strip", "depth"])
def test_a_catalog_states_the_system_of_a_file_without_a_datum(call, tmp_path, houses, layer) -> None:
    """The code that the refusal asks for, in ``metadata.crs``: 500 people in the commune, 400 in the strip,
    none moved by 108 m.
    """
    strip = gpd.GeoDataFrame({"k": [1]}, geometry=[shapely.box(X + 10, Y, X + 90, Y + 2000)], crs=3035)
    own = {"crs": "EPSG:31370"}
    outlines = {"role": "communes", "kind": "polygons", "crs": "EPSG:3035", "id_column": "code"}
    people = {"role": "population", "kind": "counts", "units": "1", "crs": "EPSG:3035"}
    zone = {"role": "hazard", "hazard": "flood", "kind": "polygons", "crs": "EPSG:3035"}
    layers = {"communes": ("communes.gpkg", outlines), "people": ("people.tif", people)}
    if layer == "communes":
        labelled(houses, tmp_path / "own.shp", "unknown")
        layers["communes"] = "own.shp", outlines | own
    if layer == "depth":
        west, south, east, north = strip.to_crs(31370).total_bounds
        nameless = BELGE_72.format(datum="unknown", **NAMES["unknown"]).replace("\n", "")
        grid = {"west": west - 5, "north": north + 5, "cell": 5, "crs": nameless}
        shape = int(north - south) // 5 + 3, int(east - west) // 5 + 3
        centres = np.meshgrid(west - 2.5 + 5 * np.arange(shape[1]), north + 2.5 - 5 * np.arange(shape[0]))
        x, _ = Transformer.from_crs(31370, 3035, always_xy=True).transform(*centres)
        write(tmp_path / "own.tif", ((x > X + 10) & (x < X + 90)).astype("float32"), shape=shape, **grid)
        layers["hazard"] = "own.tif", {**zone, "kind": "intensity", "units": "m", **own}
    else:
        labelled(strip, tmp_path / "strip.shp", "unknown")
        layers["hazard"] = "strip.shp", zone | own
    row = run_of_a_catalog(call, tmp_path, layers).iloc[0]
    assert row["population"] == pytest.approx(500, rel=1e-3)
    assert row["population_exposed"] == pytest.approx(400, rel=1e-2)
    assert "datum_shift" not in row["caveats"]
