"""``geoalarm expose`` through the real command line, on files whose answers are known by hand."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from geoalarm.core.schema import FIELDS
from geoalarm.exposure.engine import expose


@pytest.fixture
def files(disk):
    return [
        "--communes",
        f"{disk / 'communes.gpkg'}:communes",
        "--id",
        "commune_id",
        "--population",
        disk / "population.tif",
    ]


def read(path):
    return pd.read_csv(
        path, dtype={"commune_id": str, "intensity_class": str}, keep_default_na=False, na_values=[""]
    )


def test_four_bounds_make_four_classes_one_row_per_commune_and_class(call, files, disk, tmp_path, made):
    done = call(
        "expose",
        *files,
        "--footprint",
        disk / "flood_100.tif",
        "--bounds",
        "0.1,0.5,1,2",
        "--units",
        "m",
        "--out",
        "out.csv",
    )
    assert done.exit_code == 0, done.stderr
    table = read(tmp_path / "out.csv")
    assert list(table.columns) == list(FIELDS)
    assert len(table) == 6 * 4
    assert table["intensity_class"].unique().tolist() == ["[0.1, 0.5)", "[0.5, 1)", "[1, 2)", "[2, ∞)"]
    people = table.pivot(index="commune_id", columns="intensity_class", values="population_exposed")
    assert people.loc["FR:00002"].tolist() == [0, 80, 80, 0]
    assert people.loc["BE:00002"].tolist() == [0, 200, 200, 0]
    assert people.loc["FR:00003"].tolist() == [0, 0, 0, 0]
    assert "6 communes (BE 3, FR 3), 24 rows" in done.stdout


def test_the_table_is_the_engines(call, files, disk, tmp_path, made):
    call(
        "expose",
        *files,
        "--footprint",
        disk / "flood_1000.tif",
        "--bounds",
        "0.01,0.5,1,2",
        "--units",
        "m",
        "--hazard",
        "flood",
        "--return-period",
        "1000",
        "--footprint-country",
        "FR",
        "--footprint-country",
        "BE",
        "--out",
        "out.parquet",
    )
    table = pd.read_parquet(tmp_path / "out.parquet")
    wanted = expose(made.flood[1000.0], made.population, made.communes).sort_values(
        "commune_id", kind="stable", ignore_index=True
    )
    for name in (
        "commune_id",
        "hazard",
        "return_period_yr",
        "intensity_class",
        "population",
        "population_exposed",
        "mapped_share",
        "area_exposed_km2",
        "state",
    ):
        pd.testing.assert_series_equal(table[name], wanted[name], check_dtype=False, rtol=1e-9)
    assert pq.read_schema(tmp_path / "out.parquet").field("population").metadata[b"unit"] == b"1"


def test_beside_the_table_stands_a_manifest_with_hashes_and_a_closed_ledger(call, files, disk, tmp_path):
    call(
        "expose",
        *files,
        "--footprint",
        disk / "flood_100.tif",
        "--bounds",
        "0.5",
        "--units",
        "m",
        "--out",
        "out.csv",
    )
    manifest = json.loads((tmp_path / "out.manifest.json").read_text("utf-8"))
    ledger = manifest["footprints"][0]["ledger"]
    assert ledger["total"] == pytest.approx(8000, rel=1e-12)
    assert abs(ledger["residual"]) <= 1e-9 * 8000
    assert ledger["exposed"] == pytest.approx(4 / 20 * 8000 / 2)
    assert sorted(source["id"] for source in manifest["sources"]) == [
        "communes.gpkg:communes",
        "flood_100.tif",
        "population.tif",
    ]
    assert all(len(source["sha256"]) == 64 for source in manifest["sources"])
    assert "out.csv" in manifest["files"]
    assert str(disk) not in json.dumps(manifest)


def test_a_population_raster_without_unit_is_people_per_cell_and_says_so(call, disk, tmp_path, made):
    plain = made.population.data.copy()
    plain.attrs.pop("units")
    plain.rio.to_raster(tmp_path / "people.tif")
    done = call(
        "expose",
        "--communes",
        f"{disk / 'communes.gpkg'}:communes",
        "--id",
        "commune_id",
        "--population",
        "people.tif",
        "--footprint",
        disk / "flood_100.tif",
        "--bounds",
        "0.5",
        "--units",
        "m",
        "--out",
        "out.csv",
    )
    assert "note: people.tif states no unit: read as people per cell" in done.stdout
    assert read(tmp_path / "out.csv")["population"].sum() == pytest.approx(8000)


def test_quiet_says_nothing_when_all_is_well(call, files, disk, tmp_path):
    answer = call(
        "-q",
        "expose",
        *files,
        "--footprint",
        disk / "flood_100.tif",
        "--bounds",
        "0.5",
        "--units",
        "m",
        "--out",
        "out.csv",
    )
    assert (answer.exit_code, answer.output) == (0, "")
    assert (tmp_path / "out.csv").exists()


def test_same_inputs_same_bytes(call, files, disk, tmp_path):
    for name in ("a.parquet", "b.parquet"):
        call(
            "expose",
            *files,
            "--footprint",
            disk / "flood_100.tif",
            "--bounds",
            "0.5",
            "--units",
            "m",
            "--out",
            name,
        )
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_class_raster_needs_no_units_and_unstudied_stays_unknown(call, files, disk, tmp_path):
    done = call(
        "expose", *files, "--footprint", disk / "slopes.tif", "--hazard", "landslide", "--out", "out.csv"
    )
    assert done.exit_code == 0, done.stderr
    table = read(tmp_path / "out.csv").set_index(["commune_id", "intensity_class"])
    assert table.loc[("FR:00002", "3"), "population_exposed"] == pytest.approx(1600 * 3 / 20)
    belgian = table.loc["BE:00002"]
    assert belgian["population_exposed"].isna().all()
    assert set(belgian["state"]) == {"not_studied"}
    assert "note: state not_studied: 3 communes" in done.stdout


def test_polygons_with_a_class_and_an_order(call, files, disk, tmp_path):
    done = call(
        "expose",
        *files,
        "--footprint",
        f"{disk / 'rings.gpkg'}:rings",
        "--class-column",
        "effect_class",
        "--class-order",
        "SEI,SEL,SELS",
        "--hazard",
        "industrial",
        "--out",
        "out.csv",
        "--json",
    )
    summary = json.loads(done.stdout)
    assert summary["counts"]["rows"] == 18
    people = (
        read(tmp_path / "out.csv")
        .pivot(index="commune_id", columns="intensity_class", values="population_exposed")
        .loc["FR:00002"]
    )
    assert people["SELS"] == pytest.approx(1600 * 0.3 * 0.6 / 4)
    assert people["SEI"] == pytest.approx(1600 * (1 * 2 - 0.5 * 1) / 4)


def test_polygons_of_a_number_are_divided_by_bounds(call, files, disk, tmp_path, made):
    rings = made.industrial.data.assign(overpressure=[30.0, 60.0, 250.0])
    rings.to_file(tmp_path / "numbers.geojson", driver="GeoJSON", engine="pyogrio")
    done = call(
        "expose",
        *files,
        "--footprint",
        "numbers.geojson",
        "--class-column",
        "overpressure",
        "--bounds",
        "50,140,200",
        "--units",
        "mbar",
        "--out",
        "out.csv",
    )
    assert done.exit_code == 0, done.stderr
    people = (
        read(tmp_path / "out.csv")
        .pivot(index="commune_id", columns="intensity_class", values="population_exposed")
        .loc["FR:00002"]
    )
    assert people["[200, ∞)"] == pytest.approx(1600 * 0.3 * 0.6 / 4, rel=1e-4)
    assert people["[50, 140)"] == pytest.approx(1600 * (0.5 * 1 - 0.3 * 0.6) / 4, rel=1e-4)
    assert people["[140, 200)"] == 0


def test_population_as_polygons(call, disk, tmp_path):
    done = call(
        "expose",
        "--communes",
        f"{disk / 'communes.gpkg'}:communes",
        "--id",
        "commune_id",
        "--population",
        disk / "population.gpkg",
        "--population-column",
        "population",
        "--footprint",
        disk / "flood_100.tif",
        "--bounds",
        "0.5",
        "--units",
        "m",
        "--out",
        "out.csv",
    )
    assert done.exit_code == 0, done.stderr
    table = read(tmp_path / "out.csv").set_index("commune_id")
    assert table.loc["FR:00002", "population_exposed"] == pytest.approx(160)
    assert table.loc["FR:00002", "population_exposed_high"] == pytest.approx(1600)
    assert "coarse_population" in table.loc["FR:00002", "caveats"]


def test_studied_area_and_dry_no_data(call, files, disk, tmp_path, made):
    made.communes.data.iloc[[1]][["geometry"]].to_file(tmp_path / "studied.gpkg", engine="pyogrio")
    call(
        "expose", *files, "--footprint", disk / "rings.gpkg", "--studied", "studied.gpkg", "--out", "out.csv"
    )
    states = read(tmp_path / "out.csv").set_index("commune_id")["state"]
    assert states["FR:00002"] == "exposed"
    assert states["FR:00001"] in ("not_studied", "outside_coverage")
    call("expose", *files, "--footprint", disk / "slopes.tif", "--no-data", "dry", "--out", "dry.csv")
    table = read(tmp_path / "dry.csv")
    assert set(table["state"]) == {"exposed", "zero"}
    assert table["caveats"].str.contains("no_data_is_dry").all()


def test_codes_without_country_stay_as_they_are_and_get_one_where_it_is_given(call, disk, tmp_path, made):
    made.communes.data[["code", "geometry"]].iloc[:3].to_parquet(tmp_path / "west.parquet")
    words = [
        "--communes",
        "west.parquet",
        "--id",
        "code",
        "--population",
        disk / "population.tif",
        "--footprint",
        disk / "flood_100.tif",
        "--bounds",
        "0.5",
        "--units",
        "m",
    ]
    call("expose", *words, "--out", "plain.csv")
    assert read(tmp_path / "plain.csv")["commune_id"].tolist() == ["00001", "00002", "00003"]
    call("expose", *words, "--country", "FR", "--out", "keyed.csv")
    assert read(tmp_path / "keyed.csv")["commune_id"].tolist() == ["FR:00001", "FR:00002", "FR:00003"]


def test_a_colon_in_the_name_of_a_file_is_no_layer(call, disk, tmp_path, made):
    made.communes.data.to_file(tmp_path / "a:communes.gpkg", layer="communes", engine="pyogrio")
    words = [
        "--id",
        "commune_id",
        "--population",
        disk / "population.tif",
        "--footprint",
        disk / "flood_100.tif",
        "--bounds",
        "0.5",
        "--units",
        "m",
        "--out",
        "out.csv",
    ]
    assert call("expose", "--communes", "a:communes.gpkg", *words).exit_code == 0
    assert call("expose", "--communes", tmp_path / "a:communes.gpkg:communes", *words).exit_code == 0


def test_layers_in_other_systems_and_grids_give_the_same_people(call, disk, tmp_path, made):
    made.communes.data.to_crs(2154).to_file(tmp_path / "lambert.gpkg", engine="pyogrio")
    made.flood[100.0].data.astype("float32").rio.reproject("EPSG:4326", nodata=np.nan).rio.to_raster(
        tmp_path / "degrees.tif"
    )
    done = call(
        "expose",
        "--communes",
        "lambert.gpkg",
        "--id",
        "commune_id",
        "--population",
        disk / "population.tif",
        "--footprint",
        "degrees.tif",
        "--bounds",
        "0.5",
        "--units",
        "m",
        "--out",
        "out.csv",
    )
    assert done.exit_code == 0, done.stderr
    table = read(tmp_path / "out.csv").set_index("commune_id")
    assert table["population"].sum() == pytest.approx(8000, rel=1e-6)
    assert table.loc["FR:00002", "population_exposed"] == pytest.approx(160, rel=0.15)


def test_every_feature_is_told_apart_by_geojson_too(call, disk, tmp_path, made):
    made.communes.data.to_crs(4326).to_file(tmp_path / "communes.geojson", driver="GeoJSON", engine="pyogrio")
    assert len(gpd.read_file(tmp_path / "communes.geojson")) == 6
    done = call(
        "expose",
        "--communes",
        "communes.geojson",
        "--id",
        "commune_id",
        "--population",
        disk / "population.tif",
        "--footprint",
        disk / "flood_100.tif",
        "--bounds",
        "0.5",
        "--units",
        "m",
        "--out",
        "out.csv",
    )
    assert done.exit_code == 0, done.stderr
