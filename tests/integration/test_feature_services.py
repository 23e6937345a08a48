"""Communes and zones of a WFS, in pages of ten, count like the same features in files; a service that hands
out a part is an error at every door. By hand: 25 communes of 1 x 1 km in a row, 100 people each; the zone
covers the western half of each: 50.
"""

from __future__ import annotations

import json
import runpy
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import yaml
from click.testing import CliRunner
from rasterio.transform import from_origin
from shapely import box

from geoalarm import results
from geoalarm.analysis.new_project.official_project import begin_official_project
from geoalarm.analysis.new_project.zone_codes import parse_zone
from geoalarm.catalog import open_catalog
from geoalarm.catalog.open import package_catalog
from geoalarm.cli import main
from geoalarm.io import web_reply
from geoalarm.io.address import parse_address
from geoalarm.io.wfs_address import feature_query

kit = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "feature_service_kit.py")))
WEST, SOUTH, N = 3_950_000, 3_100_000, 25
IDS = [f"FR:{57000 + n}" for n in range(N)]


def shapes(width: float) -> gpd.GeoDataFrame:
    squares = [box(WEST + 1000 * n, SOUTH, WEST + 1000 * n + width, SOUTH + 1000) for n in range(N)]
    return gpd.GeoDataFrame({"code": [one[3:] for one in IDS], "alea": "fort"}, geometry=squares, crs=3035)


def rows(frame: gpd.GeoDataFrame) -> list[Any]:
    return [
        kit.Row(n, {"code": row.code, "alea": row.alea}, list(row.geometry.exterior.coords))
        for n, row in enumerate(frame.itertuples())
    ]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("services")
    shapes(1000).to_file(folder / "communes.gpkg", layer="communes")
    shapes(500).to_file(folder / "zones.gpkg", layer="zones")
    profile = {
        "driver": "GTiff",
        "count": 1,
        "height": 2,
        "width": 2 * N,
        "dtype": "float32",
        "crs": "EPSG:3035",
    }
    with rasterio.open(
        folder / "people.tif", "w", transform=from_origin(WEST, SOUTH + 1000, 500, 500), **profile
    ) as file:
        file.write(np.full((1, 2, 2 * N), 25, "float32"))
    return folder


@pytest.fixture
def services() -> Iterator[tuple[Any, Any]]:
    with ExitStack() as stack:
        yield tuple(
            stack.enter_context(kit.serving(kit.FeatureServer(rows(shapes(width))))) for width in (1000, 500)
        )


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GEOALARM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(web_reply, "FIRST_WAIT_S", 0)
    return tmp_path / "cache"


def catalog(folder: Path, here: Path, communes: str, zones: str) -> Path:
    facts = {
        "crs": "EPSG:3035",
        "basis": "statutory",
        "licence": "open",
        "attribution": "us",
        "vintage": "2026",
    }
    facts |= {
        "url": "https://example.org",
        "verified": "unverified",
        "countries": ["FR"],
        "default_scenario": True,
    }
    own = {
        "own_communes": {"role": "communes", "kind": "polygons", "id_column": "code"},
        "own_people": {"role": "population", "kind": "counts", "units": "1"},
        "own_zones": {"role": "hazard", "hazard": "flood", "kind": "polygons", "class_column": "alea"},
    }
    places = {"own_communes": communes, "own_people": str(here / "people.tif"), "own_zones": zones}
    entries = {
        name: {
            "driver": "geo_raster" if name == "own_people" else "geo_vector",
            "args": {"urlpath": places[name]},
            "metadata": {**facts, "countries": ["FR"], "title": name, **said},
        }
        for name, said in own.items()
    }
    path = folder / "catalog.yml"
    path.write_text(yaml.safe_dump({"sources": entries}), "utf-8")
    scenario = {"name": "own", "catalog": "catalog.yml", "communes": ["own_communes"]}
    scenario |= {"population": ["own_people"], "footprints": [{"entry": "own_zones"}]}
    (folder / "scenario.yml").write_text(yaml.safe_dump(scenario), "utf-8")
    return path


def call(*words: object) -> tuple[int, str]:
    answer = CliRunner().invoke(main, [str(word) for word in words])
    return answer.exit_code, answer.output


def exposed(folder: Path) -> dict[str, float]:
    code, said = call("run", folder / "scenario.yml", "--out", folder / "out")
    assert code == 0, said
    table = results.read(folder / "out").table
    return table.groupby("commune_id")["population_exposed"].sum(min_count=1).to_dict()


@pytest.mark.parametrize("form", ["application/json", ""], ids=["geojson", "gml"])
def test_a_service_counts_like_its_file(
    here: Path, tmp_path: Path, services: tuple[Any, Any], form: str
) -> None:
    communes, zones = services
    zones.cap = 7
    (tmp_path / "files").mkdir()
    catalog(tmp_path / "files", here, str(here / "communes.gpkg"), str(here / "zones.gpkg"))
    own = catalog(
        tmp_path, here, communes.address(count=10, outputFormat=form), zones.address(outputFormat=form)
    )
    code, said = call("catalog", "check", "--catalog", own)
    assert (code, communes.asked) == (0, []), f"nothing is asked without --online: {said}"
    code, said = call("catalog", "check", "--catalog", own, "--online")
    assert code == 0, said
    assert [int(one.get("startindex", 0)) for one in communes.asked] == [0, 10, 20, 25]
    people = exposed(tmp_path)
    assert people == pytest.approx(dict.fromkeys(IDS, 50.0))
    assert people == exposed(tmp_path / "files")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    hashes = {
        one["sha256"] for one in map(json.loads, (p.read_text() for p in tmp_path.rglob("source.json")))
    }
    assert len(hashes) == 2
    assert all(one in json.dumps(manifest) for one in hashes), "what is hashed is what was read"


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"cap": 10, "quirks": {"limits_then_skips"}}, "10 of 25 features"),
        ({"cap": 10, "quirks": {"ignores_start"}}, "same features again"),
        ({"cap": 10, "quirks": {"no_key"}}, "Cannot do natural order without a primary key"),
    ],
)
def test_a_part_is_an_error_at_every_door(
    here: Path, tmp_path: Path, services: tuple[Any, Any], own_cache: Path, how: dict[str, Any], told: str
) -> None:
    communes, zones = services
    zones.cap, zones.quirks = how["cap"], how["quirks"]
    own = catalog(tmp_path, here, communes.address(), zones.address())
    for words in (
        ("run", tmp_path / "scenario.yml", "--out", tmp_path / "out"),
        ("catalog", "check", "--catalog", own, "--online"),
        ("doctor", "--scenario", tmp_path / "scenario.yml"),
    ):
        code, said = call(*words)
        assert code != 0, said
        assert told in said
        assert "hint:" in said or words[0] == "doctor"
    assert not (tmp_path / "out").exists()
    kept = {path.parent.name for path in own_cache.rglob("*") if path.is_file() and "sources" in path.parts}
    assert len(kept) <= 1, "the communes, and nothing of the zones"


def test_addresses_on_the_command_line_point_to_the_catalog(here: Path, services: tuple[Any, Any]) -> None:
    code, said = call(
        *("expose", "--communes", services[0].address(), "--id", "code", "--country", "FR"),
        *("--population", here / "people.tif", "--footprint", here / "zones.gpkg", "--hazard", "flood"),
        *("--out", here / "out.csv"),
    )
    assert code == 2
    assert "use a catalog entry for addresses" in said
    assert services[0].asked == []


def test_the_official_services_of_this_kind_are_fetched_whole(tmp_path: Path) -> None:
    made = begin_official_project(tmp_path / "zone", parse_zone("FR:59,BE:FLANDERS"))
    paged = set()
    for opened in (package_catalog(), open_catalog(made.catalog)):
        for name in opened.names(group="official"):
            values = {key: one.default for key, one in opened.entry(name).parameters.items()}
            address = opened.address(name, **values)
            if "request=getfeature" in address.lower():
                assert feature_query(parse_address(address)) is not None
                paged.add((opened.is_of_package, name))
    assert paged == {
        (True, "official_communes_fr_ign"),
        (True, "official_landslide_be_flanders"),
        (False, "official_landslide_be_flanders"),
    }
