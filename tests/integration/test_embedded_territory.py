"""The default run: the embedded territory through the real command line, whole."""

import json

import pytest

from geoalarm import results

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def done(tmp_path_factory, root):
    from click.testing import CliRunner

    from geoalarm.cli import main

    out = tmp_path_factory.mktemp("embedded") / "out"
    answer = CliRunner().invoke(
        main,
        ["run", "--catalog", str(root / "catalog.yml"), "--out", str(out)],
        catch_exceptions=False,
        prog_name="geoalarm",
    )
    assert answer.exit_code == 0, answer.output
    return answer.stdout, results.read(out)


def test_real_communes_of_both_countries_and_their_people(done):
    _, run = done
    counts = run.manifest["counts"]["communes_by_country"]
    assert counts["FR"] > 1200
    assert counts["BE"] > 150
    built = run.communes.data.set_index("commune_id")["population"]
    table = run.table.drop_duplicates("commune_id").set_index("commune_id")["population"]
    assert (table - built).abs().max() < 1e-6 * built.max()


def test_every_ledger_closes(done):
    _, run = done
    assert len(run.manifest["footprints"]) >= 5
    for item in run.manifest["footprints"]:
        results.require_closed(item["ledger"], what=item["entry"])
        planned = item["entry"] == "demo_nuclear_zones"
        assert item["basis"] == ("modelled" if planned else "illustrative")


def test_one_country_has_no_landslide_layer_and_it_shows(done):
    printed, run = done
    belgian = run.table[(run.table["hazard"] == "landslide") & run.table["commune_id"].str.startswith("BE:")]
    assert len(belgian) > 0
    assert set(belgian["state"]) == {"not_studied"}
    assert belgian["population_exposed"].isna().all()
    assert "note: state not_studied:" in printed


def test_more_water_more_people(done):
    _, run = done
    flood = run.table[run.table["hazard"] == "flood"].groupby("return_period_yr")["population_exposed"].sum()
    assert flood.index.tolist() == [10.0, 100.0, 1000.0]
    assert flood.is_monotonic_increasing
    assert run.annual["people_per_yr"].min() >= 0
    low, middle, high = (
        run.union[name]
        for name in ("population_exposed_low", "population_exposed", "population_exposed_high")
    )
    assert ((low <= middle + 1e-6) & (middle <= high + 1e-6)).all()


def test_the_seam_is_closed_and_the_manifest_names_its_sources(done):
    _, run = done
    seam = run.manifest["seam"]
    assert seam["overlap_km2"] > seam["largest_overlap_km2"] > 0
    assert "worst_share" not in seam  # not known of a seam that came resolved, and so not zero
    assert seam["overlap_after_km2"] == pytest.approx(0, abs=1e-6)
    assert seam["gap_after_km2"] == pytest.approx(0, abs=1e-6)
    assert all(
        source["licence"] and source["attribution"] and source["sha256"] for source in run.manifest["sources"]
    )
    assert "/" not in json.dumps(run.manifest["command"])


def test_the_machine_is_fit(call, root, monkeypatch):
    monkeypatch.chdir(root)
    answer = call("doctor")
    assert answer.exit_code == 0, answer.stdout
