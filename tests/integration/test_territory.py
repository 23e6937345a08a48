"""A territory from files: the dossier of a commune, checked by hand, and a layer that cannot be read."""

import math
import multiprocessing
import pickle
import shutil
import time

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import yaml

from geoalarm import analysis
from geoalarm.core.errors import GeoalarmError, InputError
from geoalarm.dossier import open_territory
from geoalarm.results.totals import summary, threshold_total
from geoalarm.testing import ORIGIN, SIDE_M, industrial

pytestmark = pytest.mark.slow

FLOOD = "demo_flood(return_period=100)"
STORE = shapely.Point(ORIGIN[0] + 100, ORIGIN[1] + 100)
PLANT = shapely.Point(ORIGIN[0] + SIDE_M, ORIGIN[1] + 1.5 * SIDE_M)


def furnished(disk, folder, *, accident=False):
    """The made-up world with a plant that its rings belong to, a store without zones, and departments."""
    shutil.copytree(disk, folder)
    for country, code, name in (("fr", "59", "Nord"), ("be", "50000", "Hainaut")):
        frame = gpd.read_file(disk / "communes.gpkg", layer=country)
        frame.assign(department_code=code, department_name=name).to_file(
            folder / "communes.gpkg", layer=country, engine="pyogrio"
        )
    industrial().data.assign(site_id="plant", site_name="Plant").to_file(
        folder / "rings.gpkg", layer="rings", engine="pyogrio"
    )
    sites = gpd.GeoDataFrame(
        {
            "site_id": ["plant", "store"],
            "name": ["Plant", "Store"],
            "country": ["BE", "FR"],
            "activity": ["tanks", "storage"],
        },
        geometry=[PLANT, STORE],
        crs="EPSG:3035",
    )
    sites.to_file(folder / "sites.gpkg", layer="sites", engine="pyogrio")
    catalog = yaml.safe_load((folder / "catalog.yml").read_text(encoding="utf-8"))
    facts = {
        **catalog["sources"]["demo_slopes"]["metadata"],
        "title": "Sites",
        "role": "sites",
        "kind": "points",
        "countries": ["FR", "BE"],
    }
    for name in ("hazard", "units", "default_scenario"):
        del facts[name]
    args = {"urlpath": "{{ CATALOG_DIR }}/sites.gpkg", "layer": "sites"}
    catalog["sources"]["demo_sites"] = {"driver": "geo_vector", "args": args, "metadata": facts}
    (folder / "catalog.yml").write_text(yaml.safe_dump(catalog, sort_keys=False), encoding="utf-8")
    if accident:
        lon, lat = gpd.GeoSeries([STORE], crs=3035).to_crs(4326).get_coordinates().iloc[0]
        scenario = yaml.safe_load((folder / "scenario.yml").read_text(encoding="utf-8"))
        inputs = {"mass": "20 t", "burst_pressure": "18 bar", "heat_of_combustion": "46.35 MJ/kg"}
        told = {
            "kind": "bleve",
            "lon": float(lon),
            "lat": float(lat),
            "name": "Store",
            "inputs": inputs,
            "field": False,
        }
        scenario["footprints"].append({"accident": told})
        (folder / "scenario.yml").write_text(yaml.safe_dump(scenario, sort_keys=False), encoding="utf-8")
    return folder


def opened(folder):
    return analysis.open_workspace(analysis.read_scenario(folder / "scenario.yml"))


@pytest.fixture(scope="module")
def folder(disk, tmp_path_factory):
    return furnished(disk, tmp_path_factory.mktemp("territory") / "world")


@pytest.fixture(scope="module")
def space(folder):
    return opened(folder)


@pytest.fixture(scope="module")
def territory(space):
    return open_territory(space, command="geoalarm report --commune FR:00001")


def main(dossier, hazard):
    return next(danger.main for danger in dossier.dangers if danger.hazard == hazard)


def test_the_table_is_the_workspaces(territory, space):
    pd.testing.assert_frame_equal(territory.table, space.table())
    assert list(territory.layer_keys) == [option.key for option in space.options()]


@pytest.mark.parametrize(
    ("commune", "people"),
    [("FR:00001", 40), ("FR:00002", 160), ("FR:00003", 0), ("BE:00002", 400), ("BE:00003", 120)],
)
def test_a_flood_of_1_in_100_wets_two_of_twenty_columns(territory, commune, people):
    found = main(territory.dossier(commune), "flood")
    assert found.key == FLOOD
    assert found.total["population_exposed"] == pytest.approx(people)
    assert found.state == ("exposed" if people else "zero")
    assert found.class_labels == ("[0.01, 0.5)", "[0.5, 1)", "[1, 2)", "[2, ∞)")
    assert found.rows["population_exposed"].tolist() == pytest.approx([0, people / 2, people / 2, 0])


def test_rows_and_totals_are_those_of_the_explorer(territory, space):
    for option in space.options():
        table = space.expose(option)
        totals = threshold_total(table).set_index("commune_id")
        pd.testing.assert_frame_equal(territory.totals(option.key).set_index("commune_id"), totals)
        for commune in territory.communes.ids:
            layers = {
                layer.key: layer for danger in territory.dossier(commune).dangers for layer in danger.layers
            }
            pd.testing.assert_frame_equal(layers[option.key].rows, table[table["commune_id"] == commune])
            assert layers[option.key].total["population_exposed"] == pytest.approx(
                totals.loc[commune, "population_exposed"], nan_ok=True
            )


def test_what_is_not_studied_is_there_and_says_so(territory):
    slopes = main(territory.dossier("BE:00001"), "landslide")
    assert slopes.state == "not_studied"
    assert math.isnan(slopes.total["population_exposed"])
    assert main(territory.dossier("FR:00002"), "landslide").total["population_exposed"] == pytest.approx(
        0.45 * 1600
    )


def test_dangers_stand_in_the_order_of_the_scenario(territory):
    dossier = territory.dossier("BE:00001")
    assert [(danger.hazard, danger.scenario) for danger in dossier.dangers] == [
        ("flood", ""),
        ("landslide", ""),
        ("industrial", "tank fire"),
    ]
    assert [layer.return_period_yr for layer in dossier.dangers[0].layers] == [10, 100, 1000]
    assert all(any(layer is danger.main for layer in danger.layers) for danger in dossier.dangers)


def test_what_a_commune_is(territory):
    dossier = territory.dossier("BE:00002")
    assert (dossier.commune_id, dossier.country, dossier.population) == ("BE:00002", "BE", 4000)
    assert dossier.facts["name"] == "Stad-2"
    assert "geometry" not in dossier.facts
    assert dossier.scenario_title == "The made-up world"
    assert dossier.command == "geoalarm report --commune FR:00001"
    assert dossier.versions["geoalarm"]
    assert dossier.faults == ()


def test_communes_beside_and_across(territory):
    dossier = territory.dossier("FR:00001")
    assert [item.commune_id for item in dossier.neighbours if item.touches] == [
        "FR:00002",
        "BE:00001",
        "BE:00002",
    ]
    across = [item for item in dossier.neighbours if not item.touches]
    assert [(item.commune_id, item.distance_km) for item in across] == [("BE:00003", 2.0)]
    assert across[0].population == 1200
    assert across[0].totals[FLOOD]["population_exposed"] == pytest.approx(120)
    assert set(across[0].totals) == {danger.main.key for danger in dossier.dangers}


def test_sites_and_the_people_round_them(territory):
    west = {site.site_id: site for site in territory.dossier("FR:00002").sites}
    assert [site.site_id for site in territory.dossier("FR:00002").sites] == ["plant", "store"]
    assert west["plant"].distance_km == pytest.approx(0, abs=1e-6)
    assert west["plant"].reaches_here is True
    assert west["plant"].people_here == pytest.approx(800), "half of the commune lies within 1 km"
    assert west["plant"].source.id == "demo_rings"
    assert west["store"].distance_km == pytest.approx(1.9, abs=1e-3)
    assert west["store"].reaches_here is None
    assert math.isnan(west["store"].people_here)
    assert west["store"].source.id == "demo_sites"
    south = {site.site_id: site for site in territory.dossier("FR:00001").sites}["plant"]
    assert (south.distance_km, south.reaches_here, south.people_here) == (
        pytest.approx(1.0, abs=1e-3),
        False,
        0,
    )
    assert {site.site_id: site for site in territory.dossier("BE:00002").sites}[
        "plant"
    ].people_here == pytest.approx(2000)


def test_department_and_province(territory):
    region = territory.dossier("FR:00001").region
    assert (region.code, region.name, region.country, region.communes) == ("59", "Nord", "FR", 3)
    assert region.totals[FLOOD].people == pytest.approx(200)
    assert region.spread[FLOOD] == pytest.approx((0.0, 0.1, 0.1))
    province = territory.dossier("BE:00001").region
    assert province.totals["demo_slopes"].not_mapped == 3
    assert math.isnan(province.totals["demo_slopes"].people)
    assert province.spread["demo_slopes"] == ()


def test_union_and_people_a_year(territory, space):
    run = analysis.run(workspace=space)
    union = run.union.set_index("commune_id")
    annual = run.annual.set_index("commune_id")
    for commune in territory.communes.ids:
        dossier = territory.dossier(commune)
        assert dossier.union["population_exposed"] == union.loc[commune, "population_exposed"]
        assert [row["people_per_yr"] for row in dossier.annual] == [annual.loc[commune, "people_per_yr"]]


def test_sums_over_communes_are_those_of_the_table(territory):
    for key in territory.layer_keys:
        layers = [
            layer
            for c in territory.communes.ids
            for danger in territory.dossier(c).dangers
            for layer in danger.layers
        ]
        people = [layer.total["population_exposed"] for layer in layers if layer.key == key]
        assert sum(value for value in people if value == value) == pytest.approx(
            summary(territory.totals(key)).people
        )


def test_sources_have_their_hashes(territory, space):
    held = {source.id: source for source in territory.sources}
    assert {
        *(option.key for option in space.options()),
        "demo_fr",
        "demo_be",
        "demo_people",
        "demo_sites",
    } == set(held)
    assert all(source.sha256 for source in held.values())
    assert main(territory.dossier("FR:00001"), "flood").source == held[FLOOD]


def test_an_unknown_commune_is_one_error_and_the_rest_goes_on(territory):
    with pytest.raises(InputError, match="did you mean 'FR:00001'"):
        territory.dossier("FR:0001")
    done, failed = [], []
    for commune in ("FR:00001", "XX:1", "BE:00001"):
        try:
            done.append(territory.dossier(commune))
        except GeoalarmError:
            failed.append(commune)
    assert (len(done), failed) == (2, ["XX:1"])


def test_an_unknown_layer_is_refused(territory):
    for ask in (territory.totals, territory.footprint):
        with pytest.raises(InputError, match="did you mean"):
            ask("demo_slope")


def test_search(territory):
    assert territory.search("ville-2") == ["FR:00002"]


@pytest.fixture(params=["cut", "garbage", "absent"])
def poisoned(request, disk, tmp_path):
    folder = furnished(disk, tmp_path / "world")
    raw = (folder / "flood_1000.tif").read_bytes()
    (folder / "flood_1000.tif").unlink()
    if request.param != "absent":
        (folder / "flood_1000.tif").write_bytes(
            raw[: len(raw) // 2] if request.param == "cut" else b"not a raster" * 99
        )
    return folder


def test_a_layer_that_cannot_be_read_stops_everything_unless_told_otherwise(poisoned):
    with pytest.raises(GeoalarmError, match="flood"):
        open_territory(opened(poisoned))


def test_a_layer_that_cannot_be_read_is_named_and_the_rest_is_as_before(poisoned, territory):
    broken = open_territory(opened(poisoned), lenient=True)
    assert [(fault.key, fault.hazard) for fault in broken.faults] == [
        ("demo_flood(return_period=1000)", "flood")
    ]
    assert broken.faults[0].sentence.endswith((".", "?"))
    assert set(broken.layer_keys) == set(territory.layer_keys) - {"demo_flood(return_period=1000)"}
    for commune in territory.communes.ids:
        dossier, whole = broken.dossier(commune), territory.dossier(commune)
        assert dossier.faults == broken.faults
        assert (
            main(dossier, "flood").total["population_exposed"]
            == main(whole, "flood").total["population_exposed"]
        )
        assert dossier.union is None, "a union without the flood of 1 in 1000 would be too small"
        assert dossier.annual == (), "neither is a year without its rarest flood"
        assert [site.people_here for site in dossier.sites if site.reaches_here] == [
            site.people_here for site in whole.sites if site.reaches_here
        ]


def test_a_list_of_sites_that_cannot_be_read_is_named(disk, tmp_path):
    folder = furnished(disk, tmp_path / "world")
    (folder / "sites.gpkg").write_bytes(b"no sites")
    with pytest.raises(GeoalarmError):
        open_territory(opened(folder))
    broken = open_territory(opened(folder), lenient=True)
    assert [fault.key for fault in broken.faults] == ["sites"]
    assert broken.dossier("FR:00002").sites == ()
    assert broken.dossier("FR:00002").union is not None


def test_nothing_left_to_read_is_an_error(disk, tmp_path):
    folder = furnished(disk, tmp_path / "world")
    for file in (*folder.glob("flood_*.tif"), folder / "slopes.tif", folder / "rings.gpkg"):
        file.write_bytes(b"nothing")
    with pytest.raises(InputError, match="no layer of the scenario can be used"):
        open_territory(opened(folder), lenient=True)


def test_zones_of_a_layer_that_does_not_speak_for_a_country_count_nobody_there(disk, tmp_path):
    folder = furnished(disk, tmp_path / "world")
    catalog = yaml.safe_load((folder / "catalog.yml").read_text(encoding="utf-8"))
    catalog["sources"]["demo_rings"]["metadata"]["countries"] = ["FR"]
    (folder / "catalog.yml").write_text(yaml.safe_dump(catalog, sort_keys=False), encoding="utf-8")
    territory = open_territory(opened(folder))
    here = {site.site_id: site for site in territory.dossier("BE:00002").sites}["plant"]
    assert here.reaches_here is True
    assert math.isnan(here.people_here)
    assert {site.site_id: site for site in territory.dossier("FR:00002").sites}[
        "plant"
    ].people_here == pytest.approx(800)


def test_an_accident_of_the_scenario_is_a_danger_and_its_zones_are_the_sites(disk, tmp_path):
    space = opened(furnished(disk, tmp_path / "world", accident=True))
    territory = open_territory(space)
    (view,) = space.accidents()
    key = f"accident({view.choice.scenario})"
    pd.testing.assert_frame_equal(territory.table, space.table())
    assert territory.layer_keys[-1] == key
    assert territory.footprint(key) is view.zones
    dossier = territory.dossier("FR:00001")
    danger = dossier.dangers[-1]
    assert (danger.hazard, danger.scenario, danger.main.key) == ("industrial", view.zones.scenario, key)
    counted = threshold_total(view.table).set_index("commune_id")["population_exposed"]
    assert danger.main.total["population_exposed"] == pytest.approx(counted["FR:00001"])
    assert 0 < counted["FR:00001"] < 400
    assert danger.main.source.id in {source.id for source in territory.sources}
    store = next(site for site in dossier.sites if site.site_id == "store")
    assert store.reaches_here is True
    assert store.people_here == pytest.approx(counted["FR:00001"])
    assert store.source == view.zones.sources[0]
    assert pickle.loads(pickle.dumps(territory)).footprint(key).data.equals(view.zones.data)


def told(territory, commune):
    """In a worker: figures of a commune, and the deepest water of its flood, read from the file."""
    dossier = territory.dossier(commune)
    water = territory.footprint(FLOOD).data
    return main(dossier, "flood").total["population_exposed"], float(water.max().compute())


def test_workers_tell_the_same(territory):
    """Workers start afresh and are sent the territory."""
    ids = list(territory.communes.ids)
    here = [told(territory, commune) for commune in ids]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.starmap_async(told, [(territory, commune) for commune in ids]).get(timeout=120) == here


def test_a_file_that_changed_since_is_not_drawn(disk, tmp_path):
    folder = furnished(disk, tmp_path / "world")
    kept = pickle.dumps(open_territory(opened(folder)))
    shutil.copy(folder / "flood_1000.tif", folder / "flood_100.tif")
    later = pickle.loads(kept)
    assert main(later.dossier("FR:00001"), "flood").total["population_exposed"] == pytest.approx(40)
    with pytest.raises(InputError, match="changed since its people were counted"):
        later.footprint(FLOOD)


@pytest.fixture(scope="module")
def embedded():
    space = analysis.open_workspace()
    return space, open_territory(space)


@pytest.mark.slow
@pytest.mark.parametrize("commune", ["FR:59350", "BE:57081"])
def test_figures_of_the_embedded_territory_are_the_explorers(embedded, commune):
    space, territory = embedded
    layers = {layer.key: layer for danger in territory.dossier(commune).dangers for layer in danger.layers}
    for option in space.options():
        table = space.expose(option)
        rows = table[table["commune_id"] == commune]
        pd.testing.assert_frame_equal(layers[option.key].rows, rows)
        (total,) = threshold_total(rows).to_dict("records")
        assert {name: value for name, value in layers[option.key].total.items() if value == value} == {
            name: value for name, value in total.items() if value == value
        }


@pytest.mark.slow
def test_every_dossier_of_the_embedded_territory_in_milliseconds(embedded):
    space, territory = embedded
    pd.testing.assert_frame_equal(territory.table, space.table())
    ids, seconds, sums = list(territory.communes.ids), [], dict.fromkeys(territory.layer_keys, 0.0)
    dossiers = {}
    for commune in ids:
        start = time.perf_counter()
        dossiers[commune] = territory.dossier(commune)
        seconds.append(time.perf_counter() - start)
    assert sorted(seconds)[len(ids) // 2] < 0.015
    for dossier in dossiers.values():
        for layer in (layer for danger in dossier.dangers for layer in danger.layers):
            people = layer.total["population_exposed"]
            sums[layer.key] += people if people == people else 0.0
        for item in dossier.neighbours:
            back = [other.commune_id for other in dossiers[item.commune_id].neighbours if other.touches]
            assert (dossier.commune_id in back) == item.touches
    for key, people in sums.items():
        assert people == pytest.approx(summary(territory.totals(key)).people)
    assert sum(dossier.population for dossier in dossiers.values()) == pytest.approx(
        space.prepared().total.sum()
    )
    regions = {(item.region.country, item.region.code): item.region for item in dossiers.values()}
    assert sum(region.communes for region in regions.values()) == len(ids)


@pytest.mark.slow
def test_a_site_with_one_kind_of_zone_alone_in_its_commune_counts_as_its_layer_does(embedded):
    """One of the made-up works is the only one that reaches Tournai: its people are the layer's."""
    _, territory = embedded
    dossier = territory.dossier("BE:57081")
    reaching = [site for site in dossier.sites if site.reaches_here]
    assert [site.site_id for site in reaching] == ["example-works-10"]
    toxic = next(danger.main for danger in dossier.dangers if danger.scenario == "toxic")
    assert reaching[0].people_here == pytest.approx(toxic.total["population_exposed"])
