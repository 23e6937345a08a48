"""A project begun in a folder: what each file could be, what is written, what is left to be stated."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
import yaml
from rasterio.transform import from_origin

from geoalarm.analysis import read_scenario
from geoalarm.analysis.new_project.begin_project import begin_project
from geoalarm.catalog import open_catalog
from geoalarm.core.errors import Faults, InputError

kit = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[2] / "official_plan_kit.py")))
WEST, NORTH = 3_900_000.0, 3_010_000.0


def communes(path: Path, codes: list[str], column: str, *, east: int = 0) -> None:
    """Square communes of 2 km in a row, with a code and people of two years."""
    boxes = [shapely.box(WEST + 2_000 * n, NORTH - 2_000, WEST + 2_000 * n + 2_000, NORTH)
             for n in range(east, east + len(codes))]  # fmt: skip
    facts = {
        column: codes,
        "name": [f"Ville {code}" for code in codes],
        "population_2019": 5,
        "population_2020": 6,
    }
    gpd.GeoDataFrame(facts, geometry=boxes, crs=3035).to_file(path)


def raster(path: Path, values: np.ndarray, *, units: str = "", no_data: float | None = None) -> None:
    """Cells of 500 m from the corner of the communes."""
    with rasterio.open(
        path, "w", driver="GTiff", width=values.shape[1], height=values.shape[0], count=1, dtype=values.dtype,
        crs="EPSG:3035", transform=from_origin(WEST, NORTH, 500, 500), nodata=no_data,
    ) as out:  # fmt: skip
        out.write(values, 1)
        if units:
            out.set_band_unit(1, units)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What somebody may have: communes of two countries, people, floods, zones, sites, a list."""
    place = tmp_path / "our valley"
    (place / "floods").mkdir(parents=True)
    communes(place / "communes_fr.gpkg", ["02001", "02002"], "insee")
    communes(place / "gemeenten.gpkg", ["51004", "51008"], "niscode", east=2)
    raster(place / "population_2020.tif", np.ones((4, 16), dtype="float32"))
    for period in (10, 100):
        depth = np.linspace(0, 3, 64, dtype="float32").reshape(4, 16)
        depth[0, 0] = -9999
        raster(place / "floods" / f"depth_rp{period:04d}.tif", depth, no_data=-9999)
    around = shapely.box(3.6, 49.5, 4.6, 50.5)
    zones = gpd.GeoDataFrame({"ring": ["far", "near"]}, geometry=[around] * 2, crs=4326)
    zones.to_file(place / "circles.geojson")
    (place / "seveso.csv").write_text("site_name;lon;lat\nDepot;3.1;50.1\nTank;3.2;50.1\n")
    (place / "codes.csv").write_text("old,new\n1,2\n")
    (place / "notes.txt").write_text("nothing")
    return place


STATED = {
    "TODO statutory": "statutory", "TODO the licence": "ours", "TODO whom": "us", "TODO the year": "'2024'",
    "TODO the countries": "[FR, BE]", "TODO flood, landslide": "industrial", "TODO m, cm": "m",
    "TODO the labels": "[far, near]",
    "TODO counts": "counts", 'TODO "1"': "'1'", "TODO not_studied": "dry",
}  # fmt: skip
"""What somebody who knows the data writes in the place of each kind of TODO."""


def state(path: Path) -> None:
    """Answer every TODO of a catalog."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for n, line in enumerate(lines):
        field, _, value = line.partition(": ")
        answer = next((told for asked, told in STATED.items() if value.strip("'").startswith(asked)), None)
        lines[n] = line if answer is None else f"{field}: {answer}"
    path.write_text("\n".join(lines), encoding="utf-8")


def test_each_file_is_told_by_what_it_holds(folder):
    made = begin_project(folder)
    found = {entry.name: (entry.guess.role, len(entry.layers)) for entry in made.entries}
    assert found == {
        "circles": ("hazard", 1),
        "communes_fr": ("communes", 1),
        "depth_rp0010": ("hazard", 2),
        "gemeenten": ("communes", 1),
        "population_2020": ("population", 1),
        "seveso": ("sites", 1),
    }
    assert [name for name, _ in made.left_out] == ["codes.csv"]


def test_what_the_files_tell_is_written_and_the_rest_is_asked_for(folder):
    begin_project(folder)
    entries = yaml.safe_load((folder / "catalog.yml").read_text(encoding="utf-8"))["sources"]
    fr, floods, people = (
        entries[name]["metadata"] for name in ("communes_fr", "depth_rp0010", "population_2020")
    )
    assert (fr["id_column"], fr["name_column"], fr["population_column"]) == (
        "insee",
        "name",
        "population_2020",
    )
    assert (fr["crs"], fr["countries"], fr["vintage"]) == ("EPSG:3035", ["FR"], "2020")
    assert entries["gemeenten"]["metadata"]["countries"] == ["BE"]
    assert (
        entries["depth_rp0010"]["args"]["urlpath"]
        == "{{ CATALOG_DIR }}/floods/depth_rp{{ return_period }}.tif"
    )
    assert entries["depth_rp0010"]["parameters"]["return_period"]["allowed"] == ["0010", "0100"]
    assert (floods["hazard"], floods["kind"]) == ("flood", "intensity")
    assert entries["seveso"]["args"]["delimiter"] == ";"
    for value, choices in (
        (floods["units"], "m, cm or mm"),
        (floods["no_data"], "not_studied or dry"),
        (people["kind"], "counts"),
        (people["units"], "km-2"),
        (fr["licence"], "licence"),
        (fr["basis"], "statutory, observed, modelled or illustrative"),
        (entries["circles"]["metadata"]["hazard"], "flood, landslide or industrial"),
    ):
        assert value.startswith("TODO ")
        assert choices in value


def test_the_check_names_every_value_that_is_still_open(folder):
    made = begin_project(folder)
    with pytest.raises(Faults) as told:
        open_catalog(made.catalog)
    assert len(told.value.faults) == made.unstated
    assert "entry 'depth_rp0010', field metadata.units: still to be stated; expected m, cm or mm" in str(
        told.value
    )


def test_once_stated_it_runs(folder):
    from geoalarm import analysis
    from geoalarm.catalog import check_catalog
    from geoalarm.hazards import with_possible_values

    made = begin_project(folder)
    state(made.catalog)
    catalog = open_catalog(made.catalog)
    assert {item.status for item in check_catalog(catalog, possible=with_possible_values)} == {"opened"}
    scenario = read_scenario(made.scenario)
    assert scenario.communes == ("communes_fr", "gemeenten")
    assert (scenario.populations, scenario.sites) == (("population_2020",), ("seveso",))
    space = analysis.open_workspace(scenario)
    assert [option.key for option in space.options()] == [
        "circles",
        "depth_rp0010(return_period=0010)",
        "depth_rp0010(return_period=0100)",
    ]
    assert space.prepared().total.tolist() == pytest.approx([16.0] * 4)
    assert [site.name for site in space.sites()] == ["Depot", "Tank"]


def test_named_files_from_elsewhere_are_named_in_full(folder, tmp_path):
    made = begin_project(tmp_path / "new", [folder / "communes_fr.gpkg", folder / "population_2020.tif"])
    entries = yaml.safe_load(made.catalog.read_text(encoding="utf-8"))["sources"]
    assert entries["communes_fr"]["args"]["urlpath"] == str(folder / "communes_fr.gpkg")
    with pytest.raises(
        InputError, match=r"footprints\.0\.entry: still to be stated; expected the entry of a hazard"
    ):
        read_scenario(made.scenario)


@pytest.mark.parametrize("is_unpacked", [False, True])
def test_a_plan_and_a_table_of_people_run_as_they_are_delivered(tmp_path, is_unpacked):
    """400 people in each of three communes by the plan's own kit, of whom 100 live in its square kilometre;
    in the table they are twice as many.
    """
    from geoalarm import analysis

    kit.communes(tmp_path)
    zones = [kit.alea(1, "1240000", "03", kit.square(0, 0))]
    plan = kit.covadis(tmp_path / "38DDT20240001.zip", zones=zones, parts=None)
    parts = [one for one in tmp_path.rglob("N_*") if one.is_file()]
    for part in () if is_unpacked else parts:
        part.unlink()
    if is_unpacked:
        plan.unlink()
    (tmp_path / "people_2023.csv").write_text("insee;population\n38001;800\n38002;800\n38003;800\n")
    made = begin_project(tmp_path)
    assert {entry.name: entry.guess.role for entry in made.entries} == {
        ("n_zone_alea_pprn_20990001_s_038" if is_unpacked else "plan_38ddt20240001") + "_landslide": "hazard",
        "communes": "communes",
        "people_2023": "population",
    }
    state(made.catalog)
    space = analysis.open_workspace(read_scenario(made.scenario))
    table = analysis.run(workspace=space).table
    held = table[table["commune_id"] == "FR:38001"]
    assert held["population_exposed"].sum() == pytest.approx(200, rel=1e-3)


@pytest.mark.parametrize("is_there", [True, False])
def test_people_of_one_side_of_the_border_are_not_offered_for_both(folder, is_there):
    if is_there:
        (folder / "people_fr.csv").write_text("insee,population\n02001,5\n02002,6\n")
    made = begin_project(folder)
    scenario = made.scenario.read_text(encoding="utf-8")
    assert yaml.safe_load(scenario)["population"] == ["population_2020"]
    assert ("of a part of the communes only: people_fr" in scenario) == is_there
    entries = yaml.safe_load(made.catalog.read_text(encoding="utf-8"))["sources"]
    if is_there:
        assert entries["people_fr"]["args"]["join"] == {"column": "insee", "communes": ["communes_fr"]}


@pytest.mark.parametrize("there", ["catalog.yml", "scenario.yml"])
def test_nothing_is_overwritten(folder, there):
    (folder / there).write_text("mine")
    with pytest.raises(InputError, match="nothing is overwritten"):
        begin_project(folder)
    assert (folder / there).read_text() == "mine"
    assert len(list(folder.glob("*.yml"))) == 1


def test_a_folder_without_anything_of_use_is_left_as_it_was(tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    (tmp_path / "broken.gpkg").write_bytes(b"SQLite format 3\x00" + bytes(200))
    with pytest.raises(InputError, match="table without coordinates"):
        begin_project(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "broken.gpkg"]


def test_one_file_that_cannot_be_read_stops_nothing(folder):
    (folder / "bad.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": []}))
    made = begin_project(folder)
    assert "bad.geojson" in [name for name, _ in made.left_out]
    assert len(made.entries) == 6
