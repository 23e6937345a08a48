"""Parts of an entry as one layer: communes by department, tiles of a raster, codes that are taken."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
import yaml
from rasterio.transform import from_origin

from geoalarm import analysis
from geoalarm.analysis import FootprintChoice, scenario_from, scenario_text
from geoalarm.analysis.boundaries import join_communes
from geoalarm.analysis.layer_option import options_of
from geoalarm.catalog import open_catalog
from geoalarm.catalog.open import Catalog
from geoalarm.core.errors import InputError

WEST, NORTH = 3_900_000.0, 3_010_000.0
CATALOG = """
version: 1
sources:
  communes:
    driver: geo_vector
    args: {{urlpath: "{{{{ CATALOG_DIR }}}}/communes_{{{{ dep }}}}.gpkg"}}
    parameters:
      dep: {{description: department, parts: true, type: str, default: "08", allowed: ["08", "59"]}}
    metadata: {{role: communes, kind: polygons, countries: [FR], id_column: code, {facts}}}
  people:
    driver: geo_raster
    args: {{urlpath: "{{{{ CATALOG_DIR }}}}/people_{{{{ tile }}}}.tif"}}
    parameters: {{tile: {{description: tile, parts: true, type: str, default: n, allowed: [n, s]}}}}
    metadata: {{role: population, kind: counts, units: "1", {facts}}}
  zones:
    driver: geo_vector
    args: {{urlpath: "{{{{ CATALOG_DIR }}}}/zones_{{{{ scenario }}}}_{{{{ dep }}}}.gpkg"}}
    parameters:
      scenario: {{description: how rare, type: str, default: often, allowed: [often, rare]}}
      dep: {{description: department, parts: true, type: str, default: "08", allowed: ["08", "59"]}}
    metadata: {{role: hazard, hazard: flood, kind: polygons, countries: [FR], {facts}}}
"""
FACTS = (
    "title: Made up, crs: EPSG:3035, basis: illustrative, licence: none, attribution: us, vintage: now, "
    "url: '', verified: true"
)


def square(column: int, row: int) -> shapely.Polygon:
    """A square of 1 km, columns eastwards and rows southwards from the corner."""
    west, north = WEST + 1_000 * column, NORTH - 1_000 * row
    return shapely.box(west, north - 1_000, west + 1_000, north)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Two departments of two communes, one above the other; people in two tiles; floods by department."""
    folder = tmp_path_factory.mktemp("parts")
    for row, dep in enumerate(("08", "59")):
        shapes = [square(column, row) for column in (0, 1)]
        frame = gpd.GeoDataFrame({"code": [f"{dep}001", f"{dep}101"]}, geometry=shapes, crs=3035)
        frame.to_file(folder / f"communes_{dep}.gpkg")
        for scenario, columns in (("often", 1), ("rare", 2)):
            frame.iloc[:columns].to_file(folder / f"zones_{scenario}_{dep}.gpkg")
        with rasterio.open(
            folder / f"people_{'ns'[row]}.tif", "w", driver="GTiff", width=4, height=2, count=1,
            dtype="float32", crs="EPSG:3035", transform=from_origin(WEST, NORTH - 1_000 * row, 500, 500),
        ) as out:  # fmt: skip
            out.write(np.full((2, 4), row + 1, dtype="float32"), 1)
    (folder / "catalog.yml").write_text(CATALOG.format(facts=FACTS), encoding="utf-8")
    return open_catalog(folder / "catalog.yml")


def scenario(**facts: object) -> analysis.Scenario:
    return scenario_from({"name": "parts", "communes": "communes", "population": "people",
                          "footprints": [{"entry": "zones"}], **facts})  # fmt: skip


def test_communes_of_several_departments_are_one_set(catalog):
    found = catalog.communes("communes", dep=["59", "08"])
    assert sorted(found.ids) == ["FR:08001", "FR:08101", "FR:59001", "FR:59101"]
    assert [source.id for source in found.sources] == ["communes(dep=59+08)"]
    alone = catalog.communes("communes", dep=["08"])
    assert (list(alone.ids), alone.sources[0].id) == (["FR:08001", "FR:08101"], "communes(dep=08)")
    assert found.sources[0].sha256 not in (None, alone.sources[0].sha256)


def test_tiles_are_one_raster_north_up(catalog):
    people = catalog.population("people", tile=["s", "n"])
    assert people.data.shape == (4, 4)
    assert people.data.to_numpy()[:, 0].tolist() == [1, 1, 2, 2]
    assert people.data.rio.transform().f == NORTH


def test_without_a_choice_every_part_is_taken_and_nobody_is_missing(catalog):
    space = analysis.Workspace(scenario(), catalog=catalog, cache=None)
    assert len(space.communes.ids) == 4
    assert space.prepared().total.tolist() == pytest.approx([4, 4, 8, 8])


def test_parts_of_a_hazard_are_one_layer_of_each_scenario(catalog):
    options = list(options_of(catalog, FootprintChoice("zones")))
    assert [option.key for option in options] == [
        "zones(scenario=often, dep=08+59)",
        "zones(scenario=rare, dep=08+59)",
    ]
    space = analysis.Workspace(scenario(), catalog=catalog, cache=None)
    people = [table["population_exposed"].sum() for table in map(space.expose, space.options())]
    assert people == pytest.approx([12, 24])


def test_a_scenario_takes_some_parts_and_some_codes_and_says_so(catalog):
    chosen = {"entry": "communes", "parameters": {"dep": ["59"]}, "codes": ["591"]}
    wanted = scenario(communes=[chosen])
    assert list(join_communes(catalog, wanted).communes.ids) == ["FR:59101"]
    assert scenario_from(yaml.safe_load(scenario_text(wanted))) == wanted
    assert wanted.as_dict()["choices"][0]["codes"] == ("591",)
    assert "choices" not in scenario().as_dict()


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"communes": [{"entry": "communes", "parameters": {"dep": ["75"]}}]}, "expected one of 08, 59"),
        (
            {"communes": [{"entry": "communes", "parameters": {"department": "08"}}]},
            "no parameter 'department'",
        ),
        ({"communes": [{"entry": "communes", "codes": ["9"]}]}, "no code begins with 9"),
    ],
)
def test_what_is_not_there_is_told(catalog, facts, told):
    with pytest.raises(InputError, match=told):
        join_communes(catalog, scenario(**facts))


def test_only_parts_are_put_together(catalog):
    with pytest.raises(InputError, match="expected one value"):
        catalog.layer("zones", scenario=["often", "rare"])


def test_tiles_that_do_not_fit_are_told(catalog, tmp_path):
    for source in Path(catalog.folder).iterdir():
        (tmp_path / source.name).write_bytes(source.read_bytes())
    with rasterio.open(
        tmp_path / "people_s.tif", "w", driver="GTiff", width=4, height=2, count=1, dtype="float32",
        crs="EPSG:3035", transform=from_origin(WEST + 100, NORTH - 300, 500, 500),
    ) as out:  # fmt: skip
        out.write(np.ones((2, 4), dtype="float32"), 1)
    with pytest.raises(InputError, match="do not fit together"):
        open_catalog(tmp_path / "catalog.yml").population("people", tile=["n", "s"])
