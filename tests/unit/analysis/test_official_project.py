"""A project on official services: a zone in words, entries for exactly that zone, a run on their answers."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
import yaml
from rasterio.transform import from_origin

from geoalarm import analysis
from geoalarm.analysis.new_project.example_project import begin_example_project
from geoalarm.analysis.new_project.official_project import begin_official_project
from geoalarm.analysis.new_project.zone_codes import BRUSSELS, Zone, parse_zone, province_word
from geoalarm.catalog import open_catalog
from geoalarm.core.errors import Faults, InputError
from geoalarm.geo.communes import PROVINCES


@pytest.mark.parametrize(
    ("words", "zone"),
    [
        ("FR:08,FR:59,BE:NAMUR", Zone(("08", "59"), ("90000",))),
        ("fr:8", Zone(("08",))),
        ("BE:Luik, BE:Luxembourg", Zone((), ("60000", "80000"))),
        ("BE:waals-brabant,BE:20001", Zone((), ("20002", "20001"))),
        ("FR:2A,FR:974", Zone(("2A", "974"))),
        ("BE:flanders", Zone((), ("10000", "20001", "30000", "40000", "70000"))),
    ],
)
def test_a_zone_is_read_as_people_write_it(words, zone):
    assert parse_zone(words) == zone


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("", "FR:08,FR:59,BE:NAMUR"),
        ("FR:99", "number of a department"),
        ("FR:96", "number of a department"),
        ("BE:brabant", "did you mean"),
        ("IT:1", "France and Belgium"),
    ],
)
def test_what_is_no_zone_is_told(words, told):
    with pytest.raises(InputError, match=told):
        parse_zone(words)


def test_all_faults_of_a_zone_are_told_at_once():
    with pytest.raises(Faults) as error:
        parse_zone("FR:59,BE:foo,IT:1")
    assert len(error.value.faults) == 2


def test_codes_and_box_of_a_zone():
    zone = parse_zone("FR:08,BE:NAMUR")
    assert zone.code_starts == ("9",)
    assert zone.box == (4.0, 49.2, 5.4, 50.7)
    assert parse_zone("BE").code_starts == ()
    assert parse_zone("FR:75").box is None


@pytest.mark.parametrize("code", PROVINCES)
def test_a_province_is_named_by_a_word_that_is_read_again(code):
    assert parse_zone(f"BE:{province_word(code)}").provinces == (code,)
    assert province_word(code).isdigit() is (code == BRUSSELS)


def test_entries_are_those_of_exactly_the_zone(tmp_path):
    made = begin_official_project(tmp_path / "p", parse_zone("FR:08,FR:59,BE:NAMUR"))
    catalog = open_catalog(made.catalog)
    assert catalog.entry("official_communes_fr").parameters["departement"].allowed == ["08", "59"]
    assert catalog.entry("official_population_ghs").parameters["tile"].allowed == ["R4_C19"]
    assert catalog.entry("official_population_eu_census").args.bbox == [2.0, 49.2, 5.4, 51.1]
    assert "official_seveso_be_wallonia" in made.entries
    assert not [name for name in made.entries if "flanders" in name]
    assert set(made.brought) == {"official_flood_be_wallonia", "official_landslide_eu_elsus"}
    facts = yaml.safe_load((tmp_path / "p" / "scenario.yml").read_text(encoding="utf-8"))
    assert facts["communes"] == [
        {"entry": "official_communes_fr", "parameters": {"departement": ["08", "59"]}},
        {"entry": "official_communes_be", "codes": ["9"]},
    ]
    assert facts["title"] == "Official services: FR:08, FR:59, BE:NAMUR"
    words = (tmp_path / "p" / "scenario.yml").read_text(encoding="utf-8")
    assert "leave it out if it is not: official_flood_fr_tri of department 59" in words
    assert "department 08" not in words
    scenario = analysis.read_scenario(made.catalog.with_name("scenario.yml"))
    keys = [option.key for option in analysis.open_workspace(scenario).options()]
    assert "official_flood_fr_tri(departement=08+59, origin=01, scenario=02Moy)" in keys
    assert len(keys) == 6


def test_only_france_needs_nothing_belgian_and_an_unknown_box_is_asked_for(tmp_path):
    made = begin_official_project(tmp_path, parse_zone("FR:75"))
    assert not [name for name in made.entries if "_be" in name]
    assert made.unstated == 1
    with pytest.raises(Faults, match="west, south, east, north"):
        open_catalog(made.catalog)


def square(west: float, south: float) -> dict[str, object]:
    return shapely.geometry.mapping(shapely.box(west, south, west + 0.1, south + 0.1))


def communes_fr(path: Path, code: str, west: float) -> None:
    """What geo.api.gouv.fr answers for a department."""
    facts = {"nom": f"Ville {code}", "code": f"{code}001", "population": 100}
    feature = {"type": "Feature", "properties": facts, "geometry": square(west, 50.0)}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """Answers of the services: squares of two French communes and two Belgian ones, people, water."""
    folder = tmp_path / "mirror"
    for name in ("official_communes_fr", "official_flood_eu", "official_flood_fr_tri"):
        (folder / name).mkdir(parents=True)
    communes_fr(folder / "official_communes_fr" / "departement=08.geojson", "08", 4.1)
    communes_fr(folder / "official_communes_fr" / "departement=59.geojson", "59", 4.0)
    outlines = [shapely.box(4.2, 50.0, 4.3, 50.1), shapely.box(4.3, 50.0, 4.4, 50.1)]
    facts = {"niscode": ["91001", "51001"], "namefre": ["Dinant", "Ath"], "namedut": "x", "nameger": "y"}
    frame = gpd.GeoDataFrame(facts, geometry=outlines, crs=4326)
    frame.to_file(folder / "official_communes_be.gpkg", layer="municipality")
    cells = gpd.GeoDataFrame(
        {"T": [50.0] * 4, "POPULATED": 1},
        geometry=[shapely.box(4.0 + 0.1 * n, 50.0, 4.1 + 0.1 * n, 50.1) for n in range(4)],
        crs=4326,
    )
    cells.to_crs(3035).to_file(folder / "official_population_eu_census.gpkg")
    for period in (10, 100, 500):
        with rasterio.open(
            folder / "official_flood_eu" / f"Europe_RP{period}_filled_depth.tif", "w", driver="GTiff",
            width=4, height=1, count=1, dtype="float32", crs="EPSG:4326",
            transform=from_origin(4.0, 50.1, 0.1, 0.1),
        ) as out:  # fmt: skip
            out.write(np.array([[0, 1, 1, 0]], dtype="float32"), 1)
    return folder


def test_a_zone_runs_on_what_its_services_serve(tmp_path, mirror, monkeypatch):
    """Only the municipalities of Namur are in it; people of both departments are counted."""
    monkeypatch.setenv("GEOALARM_MIRROR", str(mirror))
    made = begin_official_project(tmp_path / "p", parse_zone("FR:08,FR:59,BE:NAMUR"))
    path = made.catalog.with_name("scenario.yml")
    facts = yaml.safe_load(path.read_text(encoding="utf-8"))
    facts |= {"footprints": facts["footprints"][:1], "sites": []}
    path.write_text(yaml.safe_dump(facts), encoding="utf-8")
    run = analysis.run(analysis.read_scenario(path))
    assert sorted(run.communes.ids) == ["BE:91001", "FR:08001", "FR:59001"]
    wet = run.table[(run.table["return_period_yr"] == 100) & (run.table["intensity_class"] == "[1, 2)")]
    people = wet.set_index("commune_id")["population_exposed"]
    assert people.to_dict() == pytest.approx({"FR:59001": 0, "FR:08001": 50, "BE:91001": 50}, abs=0.2)
    assert run.manifest["options"]["choices"][1]["codes"] == ["9"]


def test_an_example_says_which_of_its_files_are_missing_and_writes_nothing(tmp_path):
    with pytest.raises(InputError, match=r"no admin/communes_fr\.gpkg, no admin/communes_be\.gpkg"):
        begin_example_project(tmp_path / "p", "real-zone", tmp_path)
    with pytest.raises(InputError, match="did you mean 'real-zone'"):
        begin_example_project(tmp_path / "p", "real_zone", tmp_path)
    assert not (tmp_path / "p").exists()
