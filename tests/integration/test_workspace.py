"""The workspace: opened once, kept, asked from several threads, what-ifs answered."""

import hashlib
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
import rioxarray
import shapely
import yaml

from geoalarm import analysis
from geoalarm.analysis import workspace
from geoalarm.core.errors import InputError
from geoalarm.core.keyed_cache import KeyedCache
from geoalarm.exposure import engine


@pytest.fixture(scope="module")
def space(disk, tmp_path_factory):
    return analysis.open_workspace(
        analysis.read_scenario(disk / "scenario.yml"), cache=tmp_path_factory.mktemp("index")
    )


def test_options_are_known_before_anything_is_opened(space):
    options = space.options()
    assert [option.key for option in options] == [
        "demo_flood(return_period=10)",
        "demo_flood(return_period=100)",
        "demo_flood(return_period=1000)",
        "demo_slopes",
        "demo_rings",
    ]
    flood = options[1]
    assert (flood.hazard, flood.return_period_yr, flood.units, flood.class_bounds) == (
        "flood",
        100.0,
        "m",
        (0.01, 0.5, 1.0, 2.0),
    )
    assert flood.class_labels == ("[0.01, 0.5)", "[0.5, 1)", "[1, 2)", "[2, ∞)")
    assert flood.parameters == (("return_period", 100),)
    assert options[3].countries == ("FR",)
    assert str(options[3].basis) == "illustrative"
    assert options[4].scenario == "tank fire"
    assert options[4].class_labels == ("SEI", "SEL", "SELS")
    assert len({hash(option) for option in options}) == 5


def test_a_table_is_the_engines_and_is_kept(space, made):
    option = space.options()[1]
    table = space.expose(option)
    assert space.expose(option) is table
    wanted = engine.expose(made.flood[100.0], made.population, made.communes)
    assert (
        table.groupby("commune_id")["population_exposed"].sum().to_dict()
        == wanted.groupby("commune_id")["population_exposed"].sum().to_dict()
    )
    assert abs(table.attrs["ledger"]["residual"]) < 1e-6
    assert table.attrs["method"]


def test_other_bounds_are_another_table_and_threshold_is_monotone(space):
    option = space.options()[2]
    deep, all_ = (
        space.expose(option, bounds=bounds)["population_exposed"].sum() for bounds in ([1.0], [0.5])
    )
    assert 0 < deep < all_
    assert space.expose(option, bounds=[1.0])["intensity_class"].unique().tolist() == ["[1, ∞)"]


def test_bounds_for_named_classes_and_unknown_populations_are_refused(space):
    with pytest.raises(InputError, match="classes have names"):
        space.expose(space.options()[3], bounds=[1.0])
    with pytest.raises(InputError, match="rising"):
        space.expose(space.options()[0], bounds=[2.0, 1.0])
    with pytest.raises(InputError, match="did you mean 'demo_people'"):
        space.expose(space.options()[0], population="demo_peopel")


def test_the_index_is_on_disk_and_read_again(disk, tmp_path, monkeypatch):
    scenario = analysis.read_scenario(disk / "scenario.yml")
    analysis.open_workspace(scenario, cache=tmp_path).prepared()
    kept = list(tmp_path.glob("coverage-*.npz"))
    assert len(kept) == 1
    from geoalarm.geo import zonal

    monkeypatch.setattr(zonal, "_build", lambda *_: pytest.fail("built again"))
    assert analysis.open_workspace(scenario, cache=tmp_path).prepared().total.sum() == pytest.approx(8000)


def test_threads_share_one_computation(disk, tmp_path):
    space = analysis.open_workspace(analysis.read_scenario(disk / "scenario.yml"), cache=tmp_path)
    with ThreadPoolExecutor(8) as pool:
        tables = list(pool.map(lambda n: space.expose(space.options()[n % 5]), range(20)))
    assert len({id(table) for table in tables}) == 5
    assert all(isinstance(table, pd.DataFrame) for table in tables)


def test_kept_values_are_made_once_and_the_oldest_goes():
    made, gate = [], threading.Barrier(4)

    def ask(kept):
        gate.wait()
        return kept.get("a", lambda: made.append(1) or len(made))

    kept = KeyedCache(2)
    with ThreadPoolExecutor(4) as pool:
        assert {future.result() for future in [pool.submit(ask, kept) for _ in range(4)]} == {1}
    for key in ("b", "a", "c"):
        kept.get(key, lambda key=key: key)
    assert kept.values() == [1, "c"]


def test_an_error_is_not_kept():
    kept = KeyedCache(1)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 / 0)
    assert kept.get("a", lambda: 5) == 5


def test_sources_name_every_layer_once(space):
    space.table()
    sources = {source.id: source for source in space.sources()}
    assert set(sources) == {"demo_fr", "demo_be", "demo_people", *(option.key for option in space.options())}
    assert all(source.sha256 for source in sources.values())
    assert space.seam.rule == "nearest"


MANY = 40
"""More layers than a workspace keeps open."""


@pytest.fixture
def many(disk, tmp_path):
    """The made-up world with zones whose outline crosses itself, then ``MANY`` floods of different files."""
    folder = tmp_path / "many"
    shutil.copytree(disk, folder)
    with rioxarray.open_rasterio(disk / "flood_100.tif", masked=True) as depth:
        for period in range(1, MANY + 1):
            (depth * (1 + period / 100)).rio.to_raster(folder / f"flood_{period}.tif")
    rings = gpd.read_file(disk / "rings.gpkg")
    left, bottom, right, top = rings.total_bounds
    bow = shapely.Polygon([(left, bottom), (right, top), (right, bottom), (left, top)])
    rings.geometry = [bow, *rings.geometry.iloc[1:]]
    rings.to_file(folder / "rings.gpkg", layer="rings", engine="pyogrio")
    facts = yaml.safe_load((folder / "catalog.yml").read_text("utf-8"))
    facts["sources"]["demo_flood"]["parameters"]["return_period"]["allowed"] = list(range(1, MANY + 1))
    facts["sources"]["demo_flood"]["parameters"]["return_period"]["default"] = MANY
    (folder / "catalog.yml").write_text(yaml.safe_dump(facts, sort_keys=False), encoding="utf-8")
    scenario = analysis.read_scenario(folder / "scenario.yml")
    zones, floods = scenario.footprints[2], scenario.footprints[0]
    return folder, replace(scenario, footprints=(zones, floods))


def test_more_layers_than_are_kept_lose_neither_hash_nor_caveat(many, tmp_path):
    folder, scenario = many
    space = analysis.open_workspace(scenario, cache=tmp_path / "index")
    manifest = analysis.run(workspace=space).manifest
    assert len(space.options()) == MANY + 1 > workspace._FOOTPRINTS
    told = {source["id"]: source for source in manifest["sources"]}
    files = {f"demo_flood(return_period={n})": f"flood_{n}.tif" for n in range(1, MANY + 1)} | {
        "demo_rings": "rings.gpkg"
    }
    hashes = {key: hashlib.sha256((folder / name).read_bytes()).hexdigest() for key, name in files.items()}
    assert {key: told[key]["sha256"] for key in files} == hashes
    assert len(set(hashes.values())) == MANY + 1
    assert [key for key in files if "illustrative" not in told[key]["caveats"]] == []
    assert "geometry_repaired" in told["demo_rings"]["caveats"]
    assert list(manifest["repairs"]) == ["demo_rings"]
    assert {source.id: source.sha256 for source in space.sources() if source.id in files} == hashes


def test_a_source_is_kept_with_its_table_when_its_layer_is_gone(disk, tmp_path, monkeypatch):
    monkeypatch.setattr(workspace, "_FOOTPRINTS", 1)
    space = analysis.open_workspace(analysis.read_scenario(disk / "scenario.yml"), cache=tmp_path)
    for option in space.options():
        space.expose(option)
    sources = {source.id: source for source in space.sources()}
    for option in space.options():
        assert sources[option.key] == space.layer(option).source
        assert sources[option.key].sha256


def test_a_layer_that_is_not_open_is_described_as_the_open_one_is(disk, tmp_path):
    space = analysis.open_workspace(analysis.read_scenario(disk / "scenario.yml"), cache=tmp_path)
    for option in space.options():
        assert option.source.caveats == ("illustrative",)
        assert option.source == replace(space.layer(option).source, sha256=None)


def test_a_layer_read_again_is_refused_where_its_file_has_changed(many, tmp_path, monkeypatch):
    monkeypatch.setattr(workspace, "_FOOTPRINTS", 1)
    folder, scenario = many
    space = analysis.open_workspace(scenario, cache=tmp_path / "index")
    _, first, second, *_ = space.options()
    space.layer(first)
    space.layer(second)
    shutil.copy(folder / "flood_3.tif", folder / "flood_1.tif")
    with pytest.raises(
        InputError, match=r"layer demo_flood\(return_period=1\) has changed since it was first read"
    ):
        space.layer(first)
    assert analysis.open_workspace(scenario, cache=tmp_path / "index").layer(first)
