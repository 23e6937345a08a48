"""``geoalarm run`` through the real command line, on a catalog of the made-up world."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geoalarm import analysis, results
from geoalarm.core.errors import InputError
from geoalarm.core.schema import FIELDS


@pytest.fixture(scope="module")
def done(disk, tmp_path_factory):
    out = tmp_path_factory.mktemp("run") / "out"
    scenario = analysis.read_scenario(disk / "scenario.yml")
    return results.write(analysis.run(scenario, command="geoalarm run scenario.yml --out DIR"), out)


def test_a_run_writes_the_result_and_says_what_it_found(call, disk, tmp_path):
    answer = call("run", disk / "scenario.yml", "--out", "out")
    assert answer.exit_code == 0, answer.stderr
    assert {
        "exposure.parquet",
        "exposure.csv",
        "communes.gpkg",
        "manifest.json",
        "annual.parquet",
        "annual.csv",
        "union.parquet",
        "union.csv",
    } == {path.name for path in (tmp_path / "out").iterdir()}
    assert "6 communes (BE 3, FR 3)" in answer.stdout
    assert "flood T=1000" in answer.stdout
    assert "industrial tank fire" in answer.stdout
    assert "note: state not_studied: 3 communes" in answer.stdout
    assert answer.stderr == ""


def test_the_table_has_every_layer_and_known_people(done):
    table = results.read(done).table
    assert list(table.columns) == list(FIELDS)
    assert len(table) == 6 * (3 * 4 + 5 + 3)
    flood = (
        table[(table["hazard"] == "flood") & (table["commune_id"] == "BE:00002")]
        .groupby("return_period_yr")["population_exposed"]
        .sum()
    )
    assert flood.to_dict() == {10.0: 200.0, 100.0: 400.0, 1000.0: 600.0}
    assert not table.duplicated(
        ["commune_id", "hazard", "scenario", "return_period_yr", "intensity_class", "basis"]
    ).any()


def test_what_was_not_studied_is_nowhere_zero(done):
    table = results.read(done).table
    slopes = table[(table["hazard"] == "landslide") & table["commune_id"].str.startswith("BE")]
    assert slopes["population_exposed"].isna().all()
    assert set(slopes["state"]) == {"not_studied"}
    wide = gpd.read_file(done / "communes.gpkg", layer="communes").set_index("commune_id")
    assert np.isnan(wide.loc["BE:00001", "landslide_illustrative"])
    assert wide.loc["FR:00003", "landslide_illustrative"] == 0


def test_annual_and_union_are_named_and_bounded(done):
    annual = pd.read_csv(done / "annual.csv").set_index("commune_id")
    assert annual.loc["FR:00002", "people_per_yr"] == pytest.approx(
        (0.1 - 0.01) * 120 + (0.01 - 0.001) * 200 + 0.001 * 240 + 80 * 0.4 / 2
    )
    assert set(annual["convention"]) == {"trapezoid"}
    union = pd.read_csv(done / "union.csv").set_index("commune_id")
    row = union.loc["FR:00002"]
    assert (
        row["population_exposed_low"]
        <= row["population_exposed"]
        <= row["population_exposed_high"]
        <= row["population"]
    )
    assert "flood T=1000" in row["hazards"]
    assert "T=10|" not in row["hazards"]


def test_the_manifest_closes_and_names_everything(done):
    manifest = json.loads((done / "manifest.json").read_text("utf-8"))
    assert len(manifest["footprints"]) == 5
    for item in manifest["footprints"]:
        ledger = item["ledger"]
        assert abs(ledger["residual"]) <= 1e-9 * ledger["total"]
        assert abs(ledger["residual_exposure"]) <= 1e-9 * ledger["total"]
        assert ledger["total"] == pytest.approx(8000)
    assert {
        "demo_fr",
        "demo_be",
        "demo_people",
        "demo_flood(return_period=100)",
        "demo_slopes",
        "demo_rings",
    } <= {source["id"] for source in manifest["sources"]}
    assert all(source["sha256"] and source["licence"] == "CC0-1.0" for source in manifest["sources"])
    assert manifest["seam"]["rule"] == "nearest"
    assert manifest["seam"]["overlap_after_km2"] == 0
    assert manifest["command"] == "geoalarm run scenario.yml --out DIR"
    assert manifest["options"]["options"]["annual_expectation"] == "trapezoid"
    assert sum("created_at" in line for line in (done / "manifest.json").read_text("utf-8").splitlines()) == 1


def test_a_second_run_gives_the_same_bytes(done, call, disk, tmp_path):
    call("run", disk / "scenario.yml", "--out", "again")
    for name in ("exposure.parquet", "annual.parquet", "union.parquet", "exposure.csv", "communes.gpkg"):
        assert (done / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def test_without_a_scenario_the_default_entries_of_the_catalog_run(call, disk, tmp_path):
    answer = call("run", "--catalog", disk / "catalog.yml", "--out", "out", "--json")
    summary = json.loads(answer.stdout)
    assert summary["counts"]["communes_by_country"] == {"BE": 3, "FR": 3}
    assert len(summary["footprints"]) == 5


def test_progress_is_told_in_known_steps(disk):
    heard = []
    analysis.run(analysis.read_scenario(disk / "scenario.yml"), progress=lambda *step: heard.append(step))
    assert [step for step, _, _ in heard[:3]] == ["communes", "population", "index"]
    assert [step for step in heard if step[0] == "exposure"] == [("exposure", n, 5) for n in range(1, 6)]


def test_a_run_of_one_scenario_in_the_workspace_of_another_is_refused(disk):
    space = analysis.open_workspace(analysis.read_scenario(disk / "scenario.yml"))
    with pytest.raises(InputError, match="two different scenarios"):
        analysis.run(analysis.default_scenario(space.catalog), workspace=space)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"- entry: demo_slopes": "- entry: demo_slope"},
            ["no entry 'demo_slope'", "did you mean 'demo_slopes'?"],
        ),
        ({"- entry: demo_slopes": "- entry: demo_people"}, ["role population", "expected role hazard"]),
        (
            {"bounds: [0.01, 0.5, 1, 2]": "parameters: {return_period: [50]}"},
            ["return_period", "50", "10, 100, 1000"],
        ),
        (
            {"bounds: [0.01, 0.5, 1, 2]": "parameters: {return_periode: [10]}"},
            ["no parameter 'return_periode'", "did you mean 'return_period'?"],
        ),
        ({"bounds: [0.01, 0.5, 1, 2]": "bounds: [1, 0.5]"}, ["class bounds", "rising"]),
        (
            {"population: demo_people": "population: demo_flood"},
            ["demo_flood", "role population", "expected population"],
        ),
        ({"communes: [demo_fr, demo_be]": "communes: [demo_fr, demo_fr]"}, ["in both", "FR:00001"]),
        ({"- entry: demo_slopes": "- entry: demo_flood"}, ["share a key", "flood"]),
        ({"catalog: catalog.yml": "catalog: catalogue.yml"}, ["catalogue.yml", "cannot be read"]),
    ],
)
def test_a_scenario_that_cannot_run_is_one_message_and_no_file(call, disk, tmp_path, change, words):
    text = (
        (disk / "scenario.yml")
        .read_text("utf-8")
        .replace("catalog: catalog.yml", f"catalog: {disk / 'catalog.yml'}")
    )
    for old, new in change.items():
        old = old.replace("catalog: catalog.yml", f"catalog: {disk / 'catalog.yml'}")
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "scenario.yml").write_text(text, encoding="utf-8")
    answer = call("run", "scenario.yml", "--out", "out")
    assert answer.exit_code == 2, answer.output
    assert answer.stderr.startswith("error: ")
    assert answer.stderr.count("\n") == 1
    assert "Traceback" not in answer.stderr
    assert all(word in answer.stderr for word in words), answer.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["scenario.yml"]
