"""Files from elsewhere, as a user would bring them, through ``geoalarm expose``; skipped where the data are
absent.
"""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
import xarray as xr
from click.testing import CliRunner

from geoalarm.cli import main
from geoalarm.core.schema import FIELDS

pytestmark = [pytest.mark.real, pytest.mark.slow]

JAMAICANS = 2_961_161
BOUNDS = (0.1, 0.5, 1.0, 2.0)


@pytest.fixture(scope="module")
def flood(real_data: Path) -> Path:
    return real_data / "hazards" / "flood"


def run(*words: object) -> pd.DataFrame:
    """The table that ``geoalarm expose`` writes to the file named last."""
    done = CliRunner().invoke(main, ["expose", *map(str, words)])
    assert done.exit_code == 0, done.output
    return pd.read_csv(str(words[-1]), dtype={"commune_id": str}, keep_default_na=False, na_values=[""])


@pytest.fixture(scope="module")
def parishes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six blocks over Jamaica: no outlines of its parishes are among the files."""
    edges = np.linspace(-78.5, -76.1, 4)
    blocks = [
        (f"P{k}{j}", shapely.box(edges[k], south, edges[k + 1], north))
        for k in range(3)
        for j, (south, north) in enumerate([(17.6, 18.1), (18.1, 18.6)])
    ]
    path = tmp_path_factory.mktemp("jamaica") / "blocks.gpkg"
    gpd.GeoDataFrame(
        {"block": [name for name, _ in blocks]}, geometry=[shape for _, shape in blocks], crs=4326
    ).to_file(path, layer="blocks", engine="pyogrio")
    return path


@pytest.fixture(scope="module")
def jamaica(flood: Path, parishes: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[int, pd.DataFrame]:
    """Exposure tables by the return period in the file names."""
    out = tmp_path_factory.mktemp("out")
    people = [
        "--communes",
        parishes,
        "--id",
        "block",
        "--population",
        flood / "jamaica_population_per_cell.tif",
        "--population-no-data",
        "nobody",
    ]
    depth = [
        "--bounds",
        ",".join(map(str, [100 * bound for bound in BOUNDS])),
        "--units",
        "cm",
        "--no-data",
        "dry",
        "--hazard",
        "flood",
    ]
    return {
        period: run(
            *people,
            "--footprint",
            flood / f"jrc_river_flood_jamaica_rp{period:04d}_cm.tif",
            *depth,
            "--return-period",
            period,
            "--out",
            out / f"{period}.csv",
        )
        for period in (10, 50, 100, 500, 1000)
    }


def people_by_hand(population: Path, depth: Path) -> np.ndarray:
    """People in each depth class: every cell of people shares out over the four cells of depth it lies on."""
    with rasterio.open(population) as one, rasterio.open(depth) as other:
        people, cm = one.read(1).astype("float64"), other.read(1)
        people[people == one.nodata] = 0
        left = (one.transform.c - other.transform.c) / other.transform.a
        top = (one.transform.f - other.transform.f) / other.transform.e
        assert one.transform.a == pytest.approx(other.transform.a, rel=1e-6)
    classes = np.where(cm < 0, -1, np.searchsorted([100 * bound for bound in BOUNDS], cm, side="right") - 1)
    classes = np.pad(classes, ((2, 40), (2, 60)), constant_values=-1)
    total = np.zeros(len(BOUNDS))
    row, column = int(np.floor(top)) + 2, int(np.floor(left)) + 2
    for down, tall in ((0, 1 - top % 1), (1, top % 1)):
        for right, wide in ((0, 1 - left % 1), (1, left % 1)):
            part = classes[
                row + down : row + down + people.shape[0], column + right : column + right + people.shape[1]
            ]
            total += [(people[part == k]).sum() * tall * wide for k in range(len(BOUNDS))]
    return total


def test_a_grid_shifted_by_part_of_a_cell(jamaica: dict[int, pd.DataFrame], flood: Path) -> None:
    for period, table in jamaica.items():
        assert list(table.columns) == list(FIELDS)
        assert len(table) == 6 * 4
        assert table.groupby("commune_id")["population"].first().sum() == pytest.approx(JAMAICANS, abs=1)
        found = table.groupby("intensity_class", sort=False)["population_exposed"].sum().to_numpy()
        wanted = people_by_hand(
            flood / "jamaica_population_per_cell.tif",
            flood / f"jrc_river_flood_jamaica_rp{period:04d}_cm.tif",
        )
        assert found == pytest.approx(wanted, rel=1e-3)


def test_rarer_floods_reach_no_fewer_people(jamaica: dict[int, pd.DataFrame]) -> None:
    people = [table["population_exposed"].sum() for table in jamaica.values()]
    assert people == sorted(people)
    assert 50_000 < people[0] < people[-1] < JAMAICANS / 2


def test_the_ledger_beside_the_table_closes(flood: Path, parishes: Path, tmp_path: Path) -> None:
    people = [
        "--communes",
        parishes,
        "--id",
        "block",
        "--population",
        flood / "jamaica_population_per_cell.tif",
    ]
    footprint = [
        "--footprint",
        flood / "jrc_river_flood_jamaica_rp0100_cm.tif",
        "--bounds",
        "10",
        "--units",
        "cm",
    ]
    table = run(*people, *footprint, "--out", tmp_path / "wet.csv")
    ledger = json.loads((tmp_path / "wet.manifest.json").read_text("utf-8"))["footprints"][0]["ledger"]
    assert ledger["total"] == pytest.approx(JAMAICANS, abs=1)
    assert abs(ledger["residual"]) <= 1e-9 * ledger["total"]
    assert ledger["exposed"] + ledger["not_exposed"] + ledger["unknown"] == pytest.approx(
        ledger["in_communes"], rel=1e-9
    )
    # without --no-data dry the file's no-data is unknown, not zero: most of the island
    assert ledger["unknown"] > 0.5 * ledger["total"]
    assert (table["mapped_share"] < 0.5).all()


@pytest.fixture(scope="module")
def jakarta(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four blocks over Jakarta and people spread evenly, one per cell of 100 m: a made-up density, so that
    areas can be checked.
    """
    folder = tmp_path_factory.mktemp("jakarta")
    blocks = [
        (
            f"J{i}{j}",
            shapely.box(
                686_000 + 16_500 * i, 9_295_000 + 17_000 * j, 702_500 + 16_500 * i, 9_312_000 + 17_000 * j
            ),
        )
        for i in (0, 1)
        for j in (0, 1)
    ]
    frame = gpd.GeoDataFrame(
        {"block": [name for name, _ in blocks]}, geometry=[shape for _, shape in blocks], crs=32748
    )
    frame.to_file(folder / "blocks.gpkg", layer="blocks", engine="pyogrio")
    people = xr.DataArray(
        np.ones((340, 330)),
        dims=("y", "x"),
        coords={"y": 9_329_000 - 50 - 100.0 * np.arange(340), "x": 686_000 + 50 + 100.0 * np.arange(330)},
    )
    people.rio.write_crs(32748).rio.to_raster(folder / "people.tif")
    return folder


def test_dirty_polygons_are_mended_counted_and_told(flood: Path, jakarta: Path, tmp_path: Path) -> None:
    source = flood / "jakarta_2007_flood_rw_polygons.gpkg"
    dirty = gpd.read_file(source)
    assert (~dirty.is_valid).sum() == 7
    assert sorted(dirty["floodprone"].unique()) == ["YES", "Yes"]
    files = [
        "--communes",
        f"{jakarta / 'blocks.gpkg'}:blocks",
        "--id",
        "block",
        "--population",
        jakarta / "people.tif",
    ]
    table = run(
        *files,
        "--footprint",
        f"{source}:flood_rw",
        "--class-column",
        "floodprone",
        "--basis",
        "observed",
        "--out",
        tmp_path / "jakarta.csv",
    )
    assert table["intensity_class"].unique().tolist() == ["YES"], "two spellings of one class are one class"
    assert table["caveats"].str.contains("geometry_repaired").all()
    assert table["population"].sum() == pytest.approx(340 * 330, rel=1e-6)
    repairs = json.loads((tmp_path / "jakarta.manifest.json").read_text("utf-8"))["repairs"]
    assert "7" in json.dumps(repairs)
    # one person per hectare: people are the flooded area, mended by another way than the catalog's
    whole = dirty.to_crs(32748).buffer(0).union_all()
    area = {
        name: shapely.area(shapely.intersection(whole, shape))
        for name, shape in gpd.read_file(jakarta / "blocks.gpkg")[["block", "geometry"]].itertuples(
            index=False
        )
    }
    people = table.set_index("commune_id")["population_exposed"]
    assert people.sum() == pytest.approx(sum(area.values()) / 1e4, rel=2e-3)
    for name, size in area.items():
        assert people[name] == pytest.approx(size / 1e4, rel=1e-2, abs=2)


def test_a_raster_without_units_is_refused_and_nothing_is_written(
    flood: Path, parishes: Path, tmp_path: Path
) -> None:
    words = [
        "--communes",
        parishes,
        "--id",
        "block",
        "--population",
        flood / "jamaica_population_per_cell.tif",
        "--bounds",
        "10",
    ]
    words += ["--footprint", flood / "jrc_river_flood_jamaica_rp0100_cm.tif", "--out", tmp_path / "wet.csv"]
    done = CliRunner().invoke(main, ["expose", *map(str, words)])
    assert done.exit_code == 2
    assert "units" in done.output
    assert "Traceback" not in done.output
    assert list(tmp_path.iterdir()) == []
