"""Rows of people and communes as people send them: without a number, without a place, told twice. Right
values by hand: square communes of 2 x 2 km, each of two sectors; all of it is in the class.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
import yaml
from rasterio.transform import from_origin
from shapely import box

from geoalarm import analysis
from geoalarm.analysis import UserFiles, expose_files
from geoalarm.catalog import check_catalog, open_catalog
from geoalarm.core.errors import Faults, InputError
from geoalarm.results import Run

WEST, SOUTH = 3_950_000, 3_100_000
ONE, TWO, THREE = "57001", "57002", "57003"
FACTS = {
    "crs": "EPSG:3035",
    "basis": "modelled",
    "licence": "open",
    "attribution": "somebody",
    "vintage": "2025",
    "url": "https://example.org",
    "verified": True,
    "default_scenario": True,
}
ROLES: dict[str, dict[str, object]] = {
    "communes": {"title": "Their communes", "role": "communes", "kind": "polygons", "id_column": "code"},
    "people": {
        "title": "Their people",
        "role": "population",
        "kind": "counts",
        "units": "1",
        "population_column": "people",
    },
    "depth": {"title": "Their map", "role": "hazard", "hazard": "flood", "kind": "intensity", "units": "m"},
}


def square(n: int, *, left: float = 0, right: float = 2000) -> shapely.Polygon:
    return box(WEST + 2000 * n + left, SOUTH, WEST + 2000 * n + right, SOUTH + 2000)


def communes(*codes: str) -> gpd.GeoDataFrame:
    shapes = [square(n) for n in range(len(codes))]
    return gpd.GeoDataFrame({"code": list(codes)}, geometry=shapes, crs=3035)


def sectors(*pairs: tuple[float | None, float | None]) -> gpd.GeoDataFrame:
    """Two sectors a commune, the left and the right half."""
    rows = [
        (f"{n + 1}{side}", people, square(n, left=start, right=start + 1000))
        for n, pair in enumerate(pairs)
        for side, people, start in zip("ab", pair, (0, 1000), strict=True)
    ]
    names, people, shapes = zip(*rows, strict=True)
    return gpd.GeoDataFrame({"sector": names, "people": people}, geometry=list(shapes), crs=3035)


def write(path: Path, cells: np.ndarray, nodata: float | None = None) -> None:
    profile = {"driver": "GTiff", "count": 1, "height": cells.shape[0], "width": cells.shape[1]}
    place = from_origin(WEST, SOUTH + 2000, 1000, 1000)
    with rasterio.open(
        path, "w", **profile, dtype=cells.dtype, crs="EPSG:3035", transform=place, nodata=nodata
    ) as file:
        file.write(cells, 1)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    communes(ONE, TWO, THREE).to_file(tmp_path / "communes.gpkg")
    write(tmp_path / "depth.tif", np.ones((2, 6), "float32"))
    return tmp_path


def expose(here: Path, people: gpd.GeoDataFrame | np.ndarray, **options: Any) -> Run:
    """By the command's door."""
    if isinstance(people, gpd.GeoDataFrame):
        people.to_file(here / "people.gpkg")
        options = {"population": str(here / "people.gpkg"), "population_column": "people", **options}
    else:
        write(here / "people.tif", people, nodata=-1)
        options = {"population": str(here / "people.tif"), "population_units": "1", **options}
    options = {"communes": str(here / "communes.gpkg"), "footprint": str(here / "depth.tif"), **options}
    return expose_files(
        UserFiles(id_column="code", bounds=(0.5,), units="m", **options), cache=here / "cache"
    )


def catalog(here: Path, *, people: str = "people.gpkg", **facts: object) -> Path:
    entries = {}
    for name, file in (("communes", "communes.gpkg"), ("people", people), ("depth", "depth.tif")):
        told = {**FACTS, "countries": ["BE"], **ROLES[name], **(facts if name == "people" else {})}
        if name == "depth":
            del told["countries"]
        driver = "geo_raster" if file.endswith(".tif") else "geo_vector"
        args = {"urlpath": f"{{{{ CATALOG_DIR }}}}/{file}"}
        entries[f"their_{name}"] = {"driver": driver, "args": args, "metadata": told}
    path = here / "catalog.yml"
    path.write_text(yaml.safe_dump({"metadata": {"version": 1}, "sources": entries}), "utf-8")
    return path


def run(here: Path, people: gpd.GeoDataFrame, **facts: object) -> Run:
    """By the catalog's door."""
    people.to_file(here / "people.gpkg")
    return analysis.run(
        workspace=analysis.open_workspace(catalog=catalog(here, **facts), cache=here / "cache")
    )


def row(done: Run, code: str, label: str = "") -> pd.Series:
    table = done.table.assign(code=done.table["commune_id"].str[-5:])
    rows = table[(table["code"] == code) & (table["population_exposed_low"].notna() | (label == ""))]
    return rows.iloc[-1]


# ----------------------------------------------------------------------------------------------------------
# people who are not known

UNKNOWN = sectors((100, 300), (100, None), (None, None))


@pytest.mark.parametrize("door", [expose, run])
def test_sectors_without_a_number_are_not_known(here: Path, door: Any) -> None:
    done = door(here, UNKNOWN)
    people = done.table.groupby(done.table["commune_id"].str[-5:])["population_exposed"].sum(min_count=1)
    assert people[ONE] == 400
    assert people[TWO] == 100
    assert np.isnan(people[THREE])
    part, none = row(done, TWO), row(done, THREE)
    assert "population_partly_unknown" in part["caveats"].split("|")
    assert part["population"] == 100
    assert none["state"] == "outside_coverage"
    assert "population_unknown" in none["caveats"].split("|")
    assert np.isnan(none["population"])
    assert [*done.manifest["repairs"].values()] == [{"rows_without_people": 3}]
    assert any("2b" in told and "3a" in told for told in done.manifest["warnings"])
    assert done.manifest["footprints"][0]["ledger"]["units_without_people"] == 3


def test_the_known_part_has_no_upper_end_where_the_class_touches_the_unknown_one(here: Path) -> None:
    table = expose(here, UNKNOWN).table.set_index("commune_id")
    assert table["population_exposed_high"].fillna(-1).to_dict() == {ONE: 400, TWO: -1, THREE: -1}
    depth = np.ones((2, 6), "float32")
    depth[:, 3] = 0  # the unknown half of the second commune is dry
    write(here / "depth.tif", depth)
    table = expose(here, UNKNOWN).table.set_index("commune_id")
    assert table.loc[TWO, ["population_exposed", "population_exposed_high"]].tolist() == [100, 100]
    assert table.loc[TWO, "caveats"] == "population_partly_unknown"
    depth[:, 2:4] = [0, 1]  # only the unknown half is wet
    write(here / "depth.tif", depth)
    table = expose(here, UNKNOWN).table.set_index("commune_id")
    assert np.isnan(table.loc[TWO, "population_exposed"])
    assert table.loc[TWO, "state"] == "outside_coverage"


@pytest.mark.parametrize("door", [expose, run])
def test_who_says_that_nobody_lives_there_gets_a_zero(here: Path, door: Any) -> None:
    said = {"population_no_data": "nobody"} if door is expose else {"no_data": "nobody"}
    done = door(here, UNKNOWN, **said)
    people = done.table.groupby(done.table["commune_id"].str[-5:])["population_exposed"].sum(min_count=1)
    assert people.to_dict() == {ONE: 400, TWO: 100, THREE: 0}
    assert set(done.table["caveats"]) == {""}
    assert [*done.manifest["repairs"].values()] == [{"rows_without_people_counted_as_nobody": 3}]


def test_cells_without_a_number_are_not_known(here: Path) -> None:
    cells = np.full((2, 6), 100, "int32")
    cells[:, 3:] = -1
    table = expose(here, cells).table.set_index("commune_id")
    assert table["population_exposed"].fillna(-1).to_dict() == {ONE: 400, TWO: 200, THREE: -1}
    assert table["population_exposed_high"].fillna(-1).to_dict() == {ONE: 400, TWO: -1, THREE: -1}
    assert table["caveats"].to_dict() == {
        ONE: "",
        TWO: "population_partly_unknown",
        THREE: "population_unknown",
    }
    nobody = expose(here, cells, population_no_data="nobody").table.set_index("commune_id")
    assert nobody["population_exposed"].to_dict() == {ONE: 400, TWO: 200, THREE: 0}


@pytest.mark.parametrize("bad", [-9999.0, float("inf"), "about 100"])
def test_what_cannot_be_people_is_refused(here: Path, bad: object) -> None:
    people = sectors((100, 300), (100, 100), (100, 100))
    people["people"] = people["people"].astype(object if isinstance(bad, str) else float)
    people.loc[2, "people"] = bad
    with pytest.raises(InputError, match="people"):
        expose(here, people.astype({"people": str}) if isinstance(bad, str) else people)


@pytest.mark.parametrize("number", [-9999, 9999, 999999, 1e20])
def test_numbers_that_mean_not_known_are_asked_about(here: Path, number: float) -> None:
    people = sectors((100, 300), (100, number), (100, 200))
    with pytest.raises(InputError, match=re.escape(f"--population-no-data-value {number:g}")):
        expose(here, people)
    table = expose(here, people, population_no_data_value=(number,)).table.set_index("commune_id")
    assert table.loc[TWO, "population"] == 100
    assert table.loc[TWO, "caveats"] == "population_partly_unknown"
    with pytest.raises(InputError, match=r"args\.no_data_value"):
        run(here, people)
    told = yaml.safe_load(catalog(here).read_text())
    told["sources"]["their_people"]["args"]["no_data_value"] = number
    (here / "catalog.yml").write_text(yaml.safe_dump(told))
    done = analysis.run(workspace=analysis.open_workspace(catalog=here / "catalog.yml", cache=here / "cache"))
    assert row(done, TWO)["population"] == 100
    if number == 9999:
        table = expose(here, people, population_no_data_value="none").table.set_index("commune_id")
        assert table.loc[TWO, "population"] == 10099


def test_many_people_are_people(here: Path) -> None:
    table = expose(here, sectors((999, 99), (9999, 5001), (100, 200))).table
    assert table["population"].tolist() == [1098, 15000, 300]


def test_nobody_known_anywhere_is_an_error(here: Path) -> None:
    with pytest.raises(InputError, match="no commune has a known number"):
        expose(here, sectors((None, None), (None, None), (None, None)).astype({"people": float}))


# ----------------------------------------------------------------------------------------------------------
# people told twice


def years() -> gpd.GeoDataFrame:
    one, two = sectors((200, 200), (200, 200), (0, 0)), sectors((205, 205), (210, 210), (0, 0))
    return pd.concat([one.assign(year=2023), two.assign(year=2024)], ignore_index=True)


def levels() -> gpd.GeoDataFrame:
    parts = sectors((200, 200), (200, 200), (1, 1)).assign(level="sector")
    whole = communes(ONE, TWO, THREE).rename(columns={"code": "sector"}).assign(people=[400, 400, 2])
    return pd.concat([parts, whole.assign(level="commune")], ignore_index=True)


@pytest.mark.parametrize(
    ("people", "column", "value"), [(years(), "year", 2024), (levels(), "level", "sector")]
)
def test_rows_on_top_of_each_other_are_refused_with_a_choice(
    here: Path, people: gpd.GeoDataFrame, column: str, value: object
) -> None:
    with pytest.raises(InputError, match=f"--population-keep {column}={value}"):
        expose(here, people)
    table = expose(here, people, population_keep=(f"{column}={value}",)).table.set_index("commune_id")
    assert table.loc[ONE, "population"] == (410 if column == "year" else 400)
    for call in (
        lambda: run(here, people),
        lambda: check_catalog(open_catalog(catalog(here))),
    ):
        with pytest.raises(
            (InputError, Faults), match=rf"args.keep: \[\{{column: {column}, equals: {value}\}}\]"
        ):
            call()


@pytest.mark.parametrize("ending", ["gpkg", "parquet", "geojson", "shp"])
def test_a_rule_compares_as_the_column_holds_its_values(here: Path, ending: str) -> None:
    people = years().assign(code=[f"0{n}" for n in range(12)])
    path = here / f"years.{ending}"
    people.to_parquet(path) if ending == "parquet" else people.to_file(path)
    given = {"population": str(path), "population_column": "people"}
    for rule in ("year=2024", "year = 2024"):
        table = expose(here, years(), **given, population_keep=(rule,)).table
        assert table["population"].tolist() == [410, 420, 0]
    for rules in (("year=2024", "sector=1a"), ("year=2024", "code=06")):
        table = expose(here, years(), **given, population_keep=rules).table
        assert table["population"].fillna(-1).tolist() == [205, -1, -1]
    table = expose(
        here, years(), **given, population_keep=("year=2024",), communes_keep=("code=57001",)
    ).table
    assert table["commune_id"].tolist() == [ONE]


def test_rules_that_cannot_hold_are_errors(here: Path) -> None:
    for rule, told in (("year", "COLUMN=VALUE"), ("=1", "COLUMN=VALUE"), ("yaer=2024", "year")):
        with pytest.raises(InputError, match=told):
            expose(here, years(), population_keep=(rule,))
    with pytest.raises(InputError, match="is a raster"):
        expose(here, np.full((2, 6), 100, "int32"), population_keep=("year=2024",))


def test_a_row_that_stands_there_twice_is_refused(here: Path) -> None:
    people = sectors((100, 300), (100, 100), (100, 100))
    with pytest.raises(InputError, match="lie on top of each other"):
        expose(here, pd.concat([people, people.iloc[[3]]], ignore_index=True))


def test_totals_beside_parts_without_a_column_that_tells_are_refused(here: Path) -> None:
    with pytest.raises(InputError, match="totals beside their parts"):
        expose(here, levels().drop(columns="level"))


def test_slivers_of_digitising_are_accounted_for(here: Path) -> None:
    people = sectors((100, 300), (100, 100), (100, 100))
    people.loc[1, "geometry"] = square(0, left=990, right=2000)  # 10 m into its neighbour, 1 %
    done = expose(here, people)
    ledger = done.manifest["footprints"][0]["ledger"]
    assert ledger["told_twice"] == pytest.approx(1.0)  # a hundredth of the neighbour's 100
    assert ledger["in_communes"] == pytest.approx(800)
    assert any("overlap slightly" in told for told in done.manifest["warnings"])


# ----------------------------------------------------------------------------------------------------------
# people and communes without a place


@pytest.mark.parametrize("door", [expose, run])
def test_people_without_an_outline_are_in_the_account(here: Path, door: Any) -> None:
    flat = shapely.Polygon([(WEST, SOUTH), (WEST + 1000, SOUTH), (WEST, SOUTH)])
    lost = gpd.GeoDataFrame(
        {"sector": ["1z", "2z", "3z"], "people": [500, 70, 8]},
        geometry=[None, flat, shapely.Polygon()],
        crs=3035,
    )
    done = door(here, pd.concat([sectors((200, 200), (200, 200), (200, 200)), lost], ignore_index=True))
    ledger = done.manifest["footprints"][0]["ledger"]
    assert (ledger["total"], ledger["in_communes"], ledger["unplaced"]) == (1778, 1200, 578)
    assert ledger["residual"] == 0
    assert all("population_unplaced" in cell for cell in done.table["caveats"])
    (repairs,) = done.manifest["repairs"].values()
    assert repairs["population_unplaced"] == 578
    assert repairs["rows_without_geometry"] == 2
    assert repairs["geometries_vanished"] == 1
    assert any("1z, 2z, 3z" in told or "1z, 3z, 2z" in told for told in done.manifest["warnings"])


def test_a_place_of_people_too_small_to_be_one_is_none(here: Path) -> None:
    people = sectors((200, 200), (200, 200), (200, 200))
    dot = gpd.GeoDataFrame(
        {"sector": ["dot"], "people": [50]},
        geometry=[box(WEST + 1500.0, SOUTH + 2000, WEST + 1500.01, SOUTH + 2000.01)],
        crs=3035,
    )
    done = expose(here, pd.concat([people, dot], ignore_index=True))
    ledger = done.manifest["footprints"][0]["ledger"]
    assert (ledger["total"], ledger["unplaced"]) == (1250, 50)
    assert all("population_unplaced" in cell for cell in done.table["caveats"])


@pytest.mark.parametrize("shape", [None, shapely.Polygon(), shapely.Polygon([(0, 0), (1, 1), (0, 0)])])
def test_a_commune_without_an_outline_is_refused_by_name(here: Path, shape: shapely.Geometry | None) -> None:
    more = gpd.GeoDataFrame({"code": ["57004"]}, geometry=[shape], crs=3035)
    pd.concat([communes(ONE, TWO, THREE), more]).to_file(here / "communes.gpkg")
    people = sectors((200, 200), (200, 200), (200, 200))
    with pytest.raises(InputError, match=r"without an outline; got code 57004.*NOT IN \('57004'\)"):
        expose(here, people)
    with pytest.raises(InputError, match="without an outline; got code 57004"):
        run(here, people)
    with pytest.raises(Faults, match="without an outline; got code 57004"):
        check_catalog(open_catalog(catalog(here)))


def test_communes_that_stand_there_once_a_year_are_refused_with_a_choice(here: Path) -> None:
    both = [communes(ONE, TWO, THREE).assign(year=year) for year in (2024, 2025)]
    pd.concat(both).to_file(here / "communes.gpkg")
    people = sectors((200, 200), (200, 200), (200, 200))
    with pytest.raises(InputError, match="--communes-keep year=2025"):
        expose(here, people)
    assert len(expose(here, people, communes_keep=("year=2025",)).table) == 3
    with pytest.raises(InputError, match=r"args.keep.*year, equals: 2025"):
        run(here, people)


@pytest.mark.parametrize("door", [expose, run])
def test_communes_that_overlap_are_told(here: Path, door: Any, caplog: pytest.LogCaptureFixture) -> None:
    merged = gpd.GeoDataFrame({"code": ["57097"]}, geometry=[square(0, right=4000)], crs=3035)
    pd.concat([communes(ONE, TWO, THREE), merged]).to_file(here / "communes.gpkg")
    done = door(here, sectors((200, 200), (200, 200), (200, 200)))
    told = done.table["caveats"].str.contains("communes_overlap")
    assert set(done.table.loc[told, "commune_id"].str[-5:]) == {ONE, TWO, "57097"}
    assert done.manifest["footprints"][0]["ledger"]["counted_twice"] == 800
    assert any("57001 and" in note and "overlap" in note for note in done.manifest["warnings"])
    if door is run:
        found = {item.entry: item for item in check_catalog(open_catalog(here / "catalog.yml"))}
        assert found["their_communes"].repairs == {"communes_overlap": 3}
        assert "overlap" in caplog.text


def test_communes_that_only_touch_or_share_a_sliver_are_not(here: Path) -> None:
    frame = communes(ONE, TWO, THREE)
    frame.loc[1, "geometry"] = square(1, left=-10)
    frame.to_file(here / "communes.gpkg")
    done = expose(here, sectors((200, 200), (200, 200), (200, 200)))
    assert set(done.table["caveats"]) == {""}
    assert done.manifest["footprints"][0]["ledger"]["counted_twice"] == pytest.approx(2)


def test_numbers_of_people_are_read_by_the_rule_of_tables(here: Path) -> None:
    """A lone 1.100 is 1.1 or 1100; dates, yes and no are no people."""
    people = sectors((1, 2), (3, 4), (5, 6))
    written = expose(here, people.assign(people=["1 100", "2,5", "3", "", "5", "6"]))
    found = written.table.set_index("commune_id")["population"]
    assert found.tolist() == [1102.5, 3, 11]
    assert written.manifest["repairs"]["people.gpkg"] == {"rows_without_people": 1}
    assert written.table["caveats"].str.contains("population_partly_unknown").tolist() == [False, True, False]
    dates = pd.to_datetime(["2020-01-01"] * 6)
    for bad in (["1.100", "2", "3", "4", "5", "6"], [True] * 6, dates, ["1e3", "2", "3", "4", "5", "6"]):
        with pytest.raises(InputError, match=r"--population: people.gpkg, row 1, column 'people'"):
            expose(here, people.assign(people=bad))
    with pytest.raises(InputError, match="impossibly large"):
        expose(here, people.assign(people=[1e12, 2, 3, 4, 5, 6]))


def test_parts_of_one_number_are_not_years(here: Path) -> None:
    both = pd.concat([sectors((1, 2), (3, 4), (5, 6)).assign(sex=sex) for sex in "fm"], ignore_index=True)
    with pytest.raises(InputError, match=r"column 'sex' tells them apart.*add them up first"):
        expose(here, both)


def test_a_code_that_no_class_has_is_asked_about_in_polygons_too(here: Path) -> None:
    zones = gpd.GeoDataFrame({"DN": [1, 255]}, geometry=[square(0), square(1)], crs=3035)
    zones.to_file(here / "zones.gpkg")
    own = {"footprint": str(here / "zones.gpkg"), "class_column": "DN", "bounds": (), "units": None}
    people = sectors((1, 2), (3, 4), (5, 6))
    people.to_file(here / "people.gpkg")
    files = UserFiles(
        communes=str(here / "communes.gpkg"),
        id_column="code",
        population=str(here / "people.gpkg"),
        population_column="people",
        **own,
    )
    with pytest.raises(InputError, match="does 255 mean that nothing is known there"):
        expose_files(files, cache=here / "cache")


def test_names_of_countries_are_no_codes(here: Path) -> None:
    communes(ONE, TWO).assign(country=["France", "Belgique"]).to_file(here / "communes.gpkg")
    with pytest.raises(InputError, match=r"hint: write ISO 3166 codes of two letters"):
        expose(here, sectors((1, 2), (3, 4)))
