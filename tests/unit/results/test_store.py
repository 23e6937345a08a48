"""Results: written whole or not at all, read back the same, the same bytes for the same values."""

import json
import math
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from shapely.geometry import box

from geoalarm import results
from geoalarm.core.errors import GeoalarmError, InputError
from geoalarm.core.model import Communes, Footprint, Source, interval_classes
from geoalarm.core.schema import FIELDS, KEY
from geoalarm.core.terms import Basis
from geoalarm.results import store

IDS = ("FR:59350", "BE:57081")
CLOSED = {
    "total": 100.0,
    "in_communes": 90.0,
    "outside": 10.0,
    "residual": 0.0,
    "exposed": 30.0,
    "not_exposed": 40.0,
    "unknown": 20.0,
}


def table_of(values=(30.0, math.nan), *, period=100.0):
    rows = []
    for label, share in (("[0.5, 1)", 1.0), ("[1, ∞)", 0.5)):
        for key, value in zip(IDS, values, strict=True):
            known = not math.isnan(value)
            rows.append(
                {
                    "commune_id": key,
                    "hazard": "flood",
                    "scenario": "",
                    "return_period_yr": period,
                    "intensity_class": label,
                    "basis": "illustrative",
                    "population": 50.0,
                    "population_exposed": value * share,
                    "population_exposed_low": value * share,
                    "population_exposed_high": value * share,
                    "mapped_share": 1.0 if known else 0.0,
                    "area_exposed_km2": share if known else math.nan,
                    "state": "exposed" if known else "not_studied",
                    "source_ids": "demo",
                    "caveats": "illustrative",
                }
            )
    return pd.DataFrame(rows)


def communes_of():
    frame = gpd.GeoDataFrame(
        {"commune_id": IDS, "name": ("Lille", "Tournai")},
        geometry=[box(0, 0, 1e3, 1e3), box(1e3, 0, 2e3, 1e3)],
        crs=3035,
    )
    return Communes(
        frame.translate(3.8e6, 3.1e6).to_frame("geometry").assign(commune_id=IDS, name=("Lille", "Tournai")),
        sources=(Source("outlines", licence="CC0-1.0"),),
    )


@pytest.fixture
def run():
    table, communes = table_of(), communes_of()
    record = results.FootprintRecord(
        hazard="flood",
        scenario="",
        return_period_yr=100.0,
        kind="intensity",
        units="m",
        classes=("[0.5, 1)",),
        countries=("FR",),
        no_data="not_studied",
        basis="illustrative",
        source_ids=("demo",),
        caveats=(),
        ledger=CLOSED,
    )
    seam = gpd.GeoDataFrame({"kind": ["gap"]}, geometry=[box(3.801e6, 3.1e6, 3.8012e6, 3.1002e6)], crs=3035)
    manifest = results.build_manifest(
        table,
        communes,
        [record],
        sources=[Source("demo", title="Example", basis=Basis.ILLUSTRATIVE, sha256="ab")],
        command="geoalarm run --out DIR",
        seam={"overlap_km2": 0.0, "worst": math.nan},
    )
    return results.Run(
        table,
        communes,
        manifest,
        annual=pd.DataFrame({"commune_id": IDS, "annual": [1.0, math.nan]}),
        seam=seam,
    )


def test_a_result_has_the_four_files_and_reads_back(run, tmp_path):
    out = results.write(run, tmp_path / "new" / "out")
    assert {
        "exposure.parquet",
        "exposure.csv",
        "communes.gpkg",
        "manifest.json",
        "annual.parquet",
        "annual.csv",
    } == {path.name for path in out.iterdir()}
    back = results.read(out)
    pd.testing.assert_frame_equal(back.table, results.in_order(run.table))
    assert {name: str(dtype) for name, dtype in back.table.dtypes.items()} == {
        name: field.dtype for name, field in FIELDS.items()
    }
    assert list(back.communes.ids) == list(IDS)
    assert back.communes.data.crs == 3035
    assert back.annual["annual"].isna().tolist() == [False, True]
    assert back.union is None
    assert len(back.seam) == 1
    assert not list(tmp_path.glob("**/.geoalarm*"))


def test_unknown_is_empty_in_the_csv_and_null_in_the_map_never_zero(run, tmp_path):
    out = results.write(run, tmp_path / "out")
    lines = (out / "exposure.csv").read_text("utf-8").splitlines()
    assert lines[0] == ",".join(FIELDS)
    assert sum(line.startswith("BE:57081") and ",50.0,,,,0.0,,not_studied," in line for line in lines) == 2
    wide = results.read(out).communes.data.set_index("commune_id")
    assert wide.loc["FR:59350", "flood_t100_illustrative"] == 45.0
    assert np.isnan(wide.loc["BE:57081", "flood_t100_illustrative"])
    assert wide.loc["BE:57081", "flood_t100_illustrative_mapped"] == 0.0


def test_same_inputs_same_bytes_but_for_one_line_of_the_manifest(run, tmp_path, monkeypatch):
    shuffled = replace(run, table=run.table.iloc[[1, 0, 3, 2]])
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    first = results.write(run, tmp_path / "a")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    second = results.write(shuffled, tmp_path / "b")
    for path in first.iterdir():
        if path.name != "manifest.json":
            assert path.read_bytes() == (second / path.name).read_bytes(), path.name
    lines = [(folder / "manifest.json").read_text("utf-8").splitlines() for folder in (first, second)]
    differing = [one for one, two in zip(*lines, strict=True) if one != two]
    assert differing == ['  "created_at": "1970-01-01T00:00:00Z",']


def test_columns_carry_unit_and_meaning_in_the_parquet(run, tmp_path):
    schema = pq.read_schema(results.write(run, tmp_path / "out") / "exposure.parquet")
    assert schema.field("area_exposed_km2").metadata[b"unit"] == b"km2"
    assert schema.names == list(FIELDS)


def test_the_manifest_says_where_every_number_came_from(run, tmp_path):
    manifest = json.loads((results.write(run, tmp_path / "out") / "manifest.json").read_text("utf-8"))
    assert [source["id"] for source in manifest["sources"]] == ["demo", "outlines"]
    assert manifest["sources"][0]["sha256"] == "ab"
    assert manifest["sources"][1]["licence"] == "CC0-1.0"
    assert manifest["footprints"][0]["ledger"] == CLOSED
    assert manifest["crs"] == {"analysis": "EPSG:3035", "communes": "EPSG:3035"}
    assert manifest["counts"]["communes_by_country"] == {"BE": 1, "FR": 1}
    assert manifest["counts"]["rows_by_state"] == {"exposed": 2, "not_studied": 2}
    assert {"python", "geoalarm", "numpy", "gdal", "proj", "geos"} <= set(manifest["versions"])
    assert manifest["seam"] == {"overlap_km2": 0.0, "worst": None}
    assert manifest["files"]["exposure.parquet"]["bytes"] > 0


@pytest.mark.parametrize("part", ["total", "exposed"])
def test_a_ledger_that_does_not_close_is_refused(part):
    results.require_closed(CLOSED, what="flood")
    results.require_closed({**CLOSED, "outside": 15.0, "counted_twice": 5.0}, what="flood")
    results.require_closed({**CLOSED, "total": 100.0 + 5e-8}, what="flood")
    with pytest.raises(GeoalarmError, match="does not close"):
        results.require_closed({**CLOSED, part: CLOSED[part] + 1e-3}, what="flood")
    with pytest.raises(GeoalarmError, match="does not close"):
        results.require_closed({**CLOSED, part: math.nan}, what="flood")


def test_a_failure_leaves_the_older_result_as_it_was(run, tmp_path, monkeypatch):
    out = results.write(run, tmp_path / "out")
    (out / "notes.txt").write_text("mine")
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    monkeypatch.setattr(store, "_write_communes", lambda *_: (_ for _ in ()).throw(RuntimeError("disk")))
    with pytest.raises(RuntimeError):
        results.write(replace(run, table=table_of((1.0, 2.0))), out)
    with pytest.raises(RuntimeError):
        results.write(run, tmp_path / "fresh")
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert not (tmp_path / "fresh").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_a_failed_rename_puts_the_old_files_back(run, tmp_path, monkeypatch):
    out = results.write(run, tmp_path / "out")
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    real = Path.replace

    def fail_once(source, target):
        if (
            str(target).endswith("manifest.json")
            and ".geoalarm-old" not in str(target)
            and ".geoalarm-old" not in str(source)
        ):
            raise OSError(28, "No space left on device")
        return real(source, target)

    monkeypatch.setattr(Path, "replace", fail_once)
    with pytest.raises(InputError, match="a full disk"):
        results.write(replace(run, table=table_of((1.0, 2.0))), out)
    monkeypatch.undo()
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_newer_result_takes_the_place_of_the_whole_older_one(run, tmp_path):
    out = results.write(run, tmp_path / "out")
    (out / "notes.txt").write_text("mine")
    results.write(replace(run, annual=None), out)
    assert not (out / "annual.csv").exists()
    assert (out / "notes.txt").exists()
    assert results.read(out).annual is None


def test_a_result_that_was_changed_or_cut_is_refused(run, tmp_path):
    out = results.write(run, tmp_path / "out")
    table = (out / "exposure.csv").read_text("utf-8")
    (out / "exposure.csv").write_text(table.replace("30.0", "31.0"), "utf-8")
    with pytest.raises(InputError, match="not the file its manifest describes"):
        results.read(out)
    (out / "exposure.csv").unlink()
    with pytest.raises(InputError, match="is missing"):
        results.read(out)
    (out / "manifest.json").write_text('{"format": "other"}')
    with pytest.raises(InputError, match="not a manifest"):
        results.read(out)
    with pytest.raises(InputError, match="holds no result"):
        results.read(tmp_path)


def test_places_that_cannot_be_written_are_named(run, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file"):
        results.write(run, tmp_path / "file")
    with pytest.raises(InputError, match=r"ending of out\.xlsx"):
        results.write_table(run.table, tmp_path / "out.xlsx")
    with pytest.raises(InputError, match="does not exist"):
        results.write_table(run.table, tmp_path / "no" / "out.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_overlapping_classes_are_not_added_up():
    table = table_of((30.0, math.nan)).assign(caveats="classes_overlap")
    assert {"flood_t100_illustrative_0p5_1", "flood_t100_illustrative_1_up"} <= set(
        results.by_commune(table).columns
    )


def test_a_commune_with_one_unknown_class_has_no_total():
    table = table_of((30.0, 10.0))
    table.loc[
        (table["commune_id"] == "BE:57081") & (table["intensity_class"] == "[1, ∞)"), "population_exposed"
    ] = math.nan
    wide = results.by_commune(table).set_index("commune_id")["flood_t100_illustrative"]
    assert wide["FR:59350"] == 45.0
    assert np.isnan(wide["BE:57081"])


def test_the_record_of_a_footprint_takes_ledger_and_method_from_the_engine():
    polygons = gpd.GeoDataFrame({"level": ["SEL"]}, geometry=[box(0, 0, 1, 1)], crs=3035)
    footprint = Footprint(
        polygons,
        kind="polygons",
        hazard="industrial",
        class_column="level",
        classes=interval_classes([1, 2]),
        units="mbar",
    )
    table = table_of()
    table.attrs = {"ledger": CLOSED, "method": ["covered fraction"]}
    record = results.FootprintRecord.of(footprint, table, entry="demo_sites", parameters={"site": "a"})
    assert record.ledger == CLOSED
    assert record.method == ["covered fraction"]
    assert record.classes == ("[1, 2)", "[2, ∞)")


def test_order_is_by_key_with_classes_mild_to_severe():
    ordered = results.in_order(table_of().iloc[[1, 0, 3, 2]])
    assert ordered["commune_id"].tolist() == sorted(IDS * 2)
    assert ordered["intensity_class"].tolist() == ["[0.5, 1)", "[1, ∞)"] * 2
    assert not ordered.duplicated(list(KEY)).any()
