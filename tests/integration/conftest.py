"""The made-up world as files: what a user has on disk, with a catalog and a scenario beside it."""

from pathlib import Path

import pytest
import rioxarray  # noqa: F401
import yaml
from click.testing import CliRunner

from geoalarm.cli import main
from geoalarm.testing import world

METADATA = {
    "basis": "illustrative",
    "licence": "CC0-1.0",
    "attribution": "made up",
    "vintage": "2026",
    "crs": "EPSG:3035",
    "url": "https://example.org/",
    "verified": True,
}


@pytest.fixture(scope="session")
def made():
    return world()


@pytest.fixture(scope="session")
def disk(made, tmp_path_factory) -> Path:
    """A folder: communes (gpkg: communes, fr, be), population (tif, gpkg), flood_10 to 1000, slopes, rings,
    catalog, scenario.
    """
    folder = tmp_path_factory.mktemp("world")
    communes = made.communes.data
    communes.to_file(folder / "communes.gpkg", layer="communes", engine="pyogrio")
    for country in ("FR", "BE"):
        communes[communes["country"] == country].to_file(
            folder / "communes.gpkg", layer=country.lower(), engine="pyogrio"
        )
    communes[["population", "geometry"]].to_file(folder / "population.gpkg", layer="people", engine="pyogrio")
    made.population.data.astype("float64").rio.to_raster(folder / "population.tif")
    for period, footprint in made.flood.items():
        plain = footprint.data.copy()
        plain.attrs.pop("units", None)
        plain.rio.to_raster(folder / f"flood_{period:g}.tif")
    made.landslide.data.rio.to_raster(folder / "slopes.tif")
    made.industrial.data.to_file(folder / "rings.gpkg", layer="rings", engine="pyogrio")
    (folder / "catalog.yml").write_text(
        yaml.safe_dump({"version": 1, "sources": _entries()}, sort_keys=False), encoding="utf-8"
    )
    (folder / "scenario.yml").write_text(SCENARIO, encoding="utf-8")
    return folder


SCENARIO = """
name: made_up
title: The made-up world
catalog: catalog.yml
communes: [demo_fr, demo_be]
population: demo_people
footprints:
  - entry: demo_flood
    bounds: [0.01, 0.5, 1, 2]
  - entry: demo_slopes
  - entry: demo_rings
"""


def _entries():
    def entry(driver, file, facts, *, layer=None, parameters=None):
        facts = {**facts, "default_scenario": True}
        args = {"urlpath": "{{ CATALOG_DIR }}/" + file, **({"layer": layer} if layer else {})}
        return {
            "driver": driver,
            "args": args,
            "metadata": {**METADATA, **facts},
            **({"parameters": parameters} if parameters else {}),
        }

    def side(country):
        facts = {
            "title": f"Communes {country}",
            "role": "communes",
            "kind": "polygons",
            "id_column": "code",
            "name_column": "name",
            "countries": [country],
        }
        return entry("geo_vector", "communes.gpkg", facts, layer=country.lower())

    period = {
        "return_period": {"description": "years", "type": "int", "default": 100, "allowed": [10, 100, 1000]}
    }
    return {
        "demo_fr": side("FR"),
        "demo_be": side("BE"),
        "demo_people": entry(
            "geo_raster",
            "population.tif",
            {"title": "People", "role": "population", "kind": "counts", "units": "1", "basis": "modelled"},
        ),
        "demo_flood": entry(
            "geo_raster",
            "flood_{{ return_period }}.tif",
            {
                "title": "River flood",
                "role": "hazard",
                "hazard": "flood",
                "kind": "intensity",
                "units": "m",
                "countries": ["FR", "BE"],
            },
            parameters=period,
        ),
        "demo_slopes": entry(
            "geo_raster",
            "slopes.tif",
            {
                "title": "Slopes",
                "role": "hazard",
                "hazard": "landslide",
                "kind": "classes",
                "units": "1",
                "countries": ["FR"],
            },
        ),
        "demo_rings": entry(
            "geo_vector",
            "rings.gpkg",
            {
                "title": "Effect zones",
                "role": "hazard",
                "hazard": "industrial",
                "kind": "polygons",
                "class_column": "effect_class",
                "scenario": "tank fire",
                "countries": ["FR", "BE"],
            },
            layer="rings",
        ),
    }


@pytest.fixture
def call(tmp_path, monkeypatch):
    """The real command line, in a folder of its own: ``call("run", "--out", "x")`` gives exit code, stdout,
    stderr.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GEOALARM_CACHE", str(tmp_path.parent / "cache"))

    def run(*words):
        return CliRunner().invoke(
            main, [str(word) for word in words], catch_exceptions=False, prog_name="geoalarm"
        )

    return run
