"""Files to keep: values come back as they went, facts travel along, nothing runs in a spreadsheet, same table
same bytes.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest

from geoalarm.core.schema import FIELDS
from geoalarm.exposure.engine import expose
from geoalarm.present import exports as e
from geoalarm.present.table_facts import TableFacts, facts
from geoalarm.results.totals import threshold_total
from geoalarm.testing import World, world


@pytest.fixture(scope="module")
def made_up() -> World:
    return world()


@pytest.fixture(scope="module")
def table(made_up: World) -> pd.DataFrame:
    return expose(made_up.landslide, made_up.population, made_up.communes)


@pytest.fixture(scope="module")
def known(made_up: World, table: pd.DataFrame) -> TableFacts:
    sources = [
        *made_up.landslide.sources,
        *made_up.population.sources,
        *made_up.communes.sources,
        *made_up.industrial.sources,
    ]
    return facts(table, "fr", sources=sources, command="geoalarm run")


def test_facts_name_what_the_table_names_and_nothing_else(known: TableFacts) -> None:
    assert [source.id for source in known.sources] == [
        "made_up_landslide",
        "made_up_population",
        "made_up_communes",
    ]
    assert known.caveats == {"illustrative": "Données d'exemple\u00a0: ne décidez rien avec."}
    assert set(known.states) == {"exposed", "zero", "not_studied"}
    assert "Ce n'est pas un zéro." in known.states["not_studied"]
    assert known.columns["area_exposed_km2"].unit == "km2"


def test_an_unknown_source_keeps_its_id(table: pd.DataFrame) -> None:
    assert [source.title for source in facts(table, "en", sources=[]).sources] == ["", "", ""]


def test_csv_has_one_header_line_of_fields_and_comes_back(table: pd.DataFrame) -> None:
    raw = e.csv(table)
    assert raw.decode().splitlines()[0].split(",") == list(FIELDS)
    numbers = {name: [""] for name, field in FIELDS.items() if field.dtype == "float64"}
    back = pd.read_csv(io.BytesIO(raw), keep_default_na=False, na_values=numbers)
    pd.testing.assert_frame_equal(back.astype(table.dtypes.to_dict()), table, check_exact=True)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1"])
def test_csv_never_runs_in_a_spreadsheet(table: pd.DataFrame, cell: str) -> None:
    raw = e.csv(table.assign(scenario=cell, difference=-5.0, **{"=name": "x"}))
    rows = list(csv.DictReader(io.StringIO(raw.decode(), newline="")))
    guarded = {"\t=1": "'\t'=1"}.get(cell, "'" + cell.replace("\r", " "))  # a tab may begin a cell of its own
    assert {row["scenario"] for row in rows} == {guarded}
    assert {row["difference"] for row in rows} == {"-5.0"}
    assert "'=name" in rows[0]


def test_zip_holds_the_table_and_its_facts(table: pd.DataFrame, known: TableFacts) -> None:
    with zipfile.ZipFile(io.BytesIO(e.csv_with_facts(table, known, name="laon"))) as archive:
        assert archive.namelist() == ["laon.csv", "laon.facts.json"]
        assert archive.read("laon.csv") == e.csv(table)
        said = json.loads(archive.read("laon.facts.json"))
    assert said["sources"][0]["licence"] == "CC0-1.0"
    assert said["limit"] == "Première estimation. Ne remplace pas une étude officielle."
    assert said["command"] == "geoalarm run"


def test_parquet_carries_units_meanings_and_facts(table: pd.DataFrame, known: TableFacts) -> None:
    back = pq.read_table(io.BytesIO(e.parquet(table, known)))
    field = back.schema.field("area_exposed_km2").metadata
    assert field[b"unit"] == b"km2"
    assert "km²" in field[b"meaning"].decode()
    assert json.loads(back.schema.metadata[b"geoalarm"])["caveats"] == known.caveats
    pd.testing.assert_frame_equal(back.to_pandas().astype(table.dtypes.to_dict()), table)


def test_geopackage_has_outlines_rows_and_facts(
    made_up: World, table: pd.DataFrame, known: TableFacts, tmp_path: Path
) -> None:
    path = tmp_path / "x.gpkg"
    path.write_bytes(e.geopackage(threshold_total(table), made_up.communes, known, table=table))
    assert set(pyogrio.list_layers(path)[:, 0]) == {"communes", "exposure", "about"}
    outlines = gpd.read_file(path, layer="communes").set_index("commune_id")
    assert outlines.crs.to_epsg() == 3035
    assert outlines.loc["FR:00002", "population_exposed"] == 720
    assert pd.isna(outlines.loc["BE:00002", "population_exposed"])
    assert outlines.loc["BE:00002", "state"] == "not_studied"
    assert len(pyogrio.read_dataframe(path, layer="exposure")) == len(table)
    about = pyogrio.read_dataframe(path, layer="about")
    assert about.loc[about["key"] == "made_up_landslide", "text"].item() == "Made-up landslide, 2026, CC0-1.0"
    with sqlite3.connect(path) as base:
        found = dict(
            base.execute(
                "SELECT column_name, name FROM gpkg_data_columns WHERE table_name = 'communes'"
            ).fetchall()
        )
    base.close()
    assert found["population_exposed"] == "Personnes exposées"


def test_a_commune_without_a_total_keeps_its_outline(
    made_up: World, table: pd.DataFrame, known: TableFacts, tmp_path: Path
) -> None:
    path = tmp_path / "x.gpkg"
    path.write_bytes(e.geopackage(threshold_total(table).iloc[:2], made_up.communes, known))
    assert len(gpd.read_file(path, layer="communes")) == 6


def test_same_table_same_bytes(
    made_up: World, table: pd.DataFrame, known: TableFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    totals = threshold_total(table)
    first, second = (
        [
            e.csv_with_facts(table, known),
            e.parquet(table, known),
            e.geopackage(totals, made_up.communes, known, table=table),
        ]
        for _ in range(2)
    )
    assert first[:2] == second[:2]
    assert first[2] == second[2]
