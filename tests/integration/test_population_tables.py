"""People of a table, joined to the communes on their code: by the command line, by the catalog, in a run."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import yaml
from click.testing import CliRunner
from openpyxl import Workbook
from rasterio.transform import from_origin
from shapely import box

from geoalarm.analysis import Workspace, run, scenario_from
from geoalarm.catalog import check_catalog, open_catalog
from geoalarm.cli import main
from geoalarm.core.errors import CatalogError, Faults

WEST, SOUTH = 3_950_000, 3_100_000
LOST = [
    "1 code of column 'code' found no commune (99999), with 10 people",
    "1 commune found no row in column 'code' (FR:57003): how many live there is not known",
]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three communes of 2 x 2 km; depth over the first and over half of the second; 1234.5 and 987 people."""
    folder = tmp_path_factory.mktemp("tables")
    shapes = [box(WEST + x, SOUTH, WEST + x + 2000, SOUTH + 2000) for x in (0, 2000, 4000)]
    communes = gpd.GeoDataFrame({"insee": ["57001", "57002", "57003"]}, geometry=shapes, crs=3035)
    communes.to_file(folder / "communes.gpkg", layer="communes")
    profile = {"driver": "GTiff", "count": 1, "height": 2, "width": 6, "dtype": "float32", "crs": "EPSG:3035"}
    profile["transform"] = from_origin(WEST, SOUTH + 2000, 1000, 1000)
    with rasterio.open(folder / "depth.tif", "w", **profile) as file:
        file.write(np.tile(np.array([1, 1, 1, 0, 0, 0], "float32"), (1, 2, 1)))
    text = "code;habitants\n57001;1 234,5\n57002;987\n99999;10\n"
    (folder / "people.csv").write_text(text, "utf-8-sig")
    book = Workbook()
    book.active.title = "Notes"
    page = book.create_sheet("Communes")
    for row in (["Populations"], ["code", "habitants"], [57001, 1234.5], ["57002", "987"], ["99999", 10]):
        page.append(row)
    book.save(folder / "people.xlsx")
    (folder / "catalog.yml").write_text(yaml.safe_dump({"sources": entries()}, sort_keys=False), "utf-8")
    return folder


def entries() -> dict[str, object]:
    facts = {
        "crs": "EPSG:3035",
        "basis": "modelled",
        "licence": "open",
        "attribution": "us",
        "vintage": "2026",
    }
    facts |= {"url": "https://example.org", "verified": True, "default_scenario": True}
    outlines = {
        "title": "Communes",
        "role": "communes",
        "kind": "polygons",
        "id_column": "insee",
        "countries": ["FR"],
    }
    people = {
        "title": "People",
        "role": "population",
        "kind": "counts",
        "units": "1",
        "population_column": "habitants",
    }
    depth = {"title": "Depth", "role": "hazard", "hazard": "flood", "kind": "intensity", "units": "m"}

    def entry(driver: str, file: str, own: dict[str, object], **args: object) -> dict[str, object]:
        address = f"{{{{ CATALOG_DIR }}}}/{file}"
        return {"driver": driver, "args": {"urlpath": address, **args}, "metadata": {**facts, **own}}

    return {
        "own_communes": entry("geo_vector", "communes.gpkg", outlines),
        "own_people": entry("geo_vector", "people.csv", people, join="code"),
        "own_sheet": entry(
            "geo_vector",
            "people.xlsx",
            {**people, "default_scenario": False},
            layer="Communes",
            join={"column": "code", "communes": "own_communes"},
        ),
        "own_depth": entry("geo_raster", "depth.tif", depth),
    }


def expose(here: Path, out: Path, *words: str) -> tuple[int, str]:
    given = ["--communes", here / "communes.gpkg", "--id", "insee", "--country", "FR", "--out", out]
    given += ["--footprint", here / "depth.tif", "--bounds", "0.5", "--units", "m", *words]
    answer = CliRunner().invoke(main, ["expose", *map(str, given)])
    return answer.exit_code, answer.output


JOIN = ("--join", "code", "--population-column", "habitants")


@pytest.mark.parametrize("file", ["people.csv", "people.xlsx", "people.xlsx:Communes"])
def test_a_table_on_the_command_line(here: Path, tmp_path: Path, file: str) -> None:
    code, message = expose(here, tmp_path / "out.csv", "--population", f"{here / file}", *JOIN)
    assert code == 0, message
    table = pd.read_csv(tmp_path / "out.csv", index_col="commune_id")
    assert table["population_exposed"].tolist()[:2] == [1234.5, 493.5]
    assert pd.isna(table["population"]["FR:57003"])
    assert pd.isna(table["population_exposed"]["FR:57003"])
    manifest = json.loads((tmp_path / "out.manifest.json").read_text("utf-8"))
    join = manifest["population"]["join"]
    assert (join["codes_without_commune"], join["communes_without_row"]) == (["99999"], ["FR:57003"])
    ledger = manifest["footprints"][0]["ledger"]
    assert (ledger["total"], ledger["unplaced"], ledger["in_communes"]) == (2231.5, 10, 2221.5)
    assert [told for told in manifest["warnings"] if "found no" in told] == [f"{file}: {one}" for one in LOST]
    assert all(one in message for one in LOST)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["people.csv"], "which column holds the codes"),
        (["people.xlsx", "--population-column", "habitants"], "--join COLUMN"),
        (["people.csv", "--join", "code"], "--population-column COLUMN"),
        (["depth.tif", *JOIN], "leave --join out"),
        (["communes.gpkg", *JOIN], "leave --join out"),
        (["people.csv", "--join", "codes", "--population-column", "habitants"], "did you mean 'code'?"),
        (["people.xlsx:Notes", *JOIN], "no row with the names of the columns"),
    ],
)
def test_what_is_missing_is_asked_for_by_its_option(
    here: Path, tmp_path: Path, words: list[str], told: str
) -> None:
    code, message = expose(here, tmp_path / "out.csv", "--population", str(here / words[0]), *words[1:])
    assert code == 2
    assert told in message
    assert "args." not in message
    assert not list(tmp_path.iterdir())


def test_a_number_that_means_not_known_is_asked_about_by_the_option(here: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("code;habitants\n57001;300\n57002;999999\n57003;7\n", "utf-8")
    words = ("--population", str(tmp_path / "t.csv"), *JOIN)
    code, message = expose(here, tmp_path / "out.csv", *words)
    assert code == 2
    assert "--population-no-data-value 999999" in message
    assert "args." not in message
    code, message = expose(here, tmp_path / "out.csv", *words, "--population-no-data-value", "999999")
    assert code == 0, message
    people = pd.read_csv(tmp_path / "out.csv", index_col="commune_id")["population"]
    assert people.isna().to_dict() == {"FR:57001": False, "FR:57002": True, "FR:57003": False}


def test_a_table_in_a_catalog_and_a_run(here: Path) -> None:
    catalog = open_catalog(here / "catalog.yml")
    for name in ("own_people", "own_sheet"):
        people = catalog.population(name)
        assert people.data.set_index("commune_id")["habitants"].to_dict()["FR:57001"] == 1234.5
        assert people.join is not None
        assert people.join.communes_without_row == ("FR:57003",)
    told = {one.entry: one.message for one in check_catalog(catalog)}
    assert all(LOST[0] in told[name] for name in ("own_people", "own_sheet"))
    space = Workspace(catalog=catalog, cache=here / "cache")
    done = run(workspace=space)
    rows = done.table[done.table["intensity_class"] == "[0.5, 1)"].set_index("commune_id")
    assert done.manifest["population"]["join"]["joined"] == 2
    assert [one for one in done.manifest["warnings"] if "found no" in one] == [
        f"own_people: {x}" for x in LOST
    ]
    assert done.manifest["footprints"][0]["ledger"]["unplaced"] == 10
    exposed = done.table.groupby("commune_id")["population_exposed"].sum(min_count=1)
    assert exposed[["FR:57001", "FR:57002"]].tolist() == [1234.5, 493.5]
    assert len(rows) == 3


def test_a_scenario_joins_to_its_own_communes(here: Path, tmp_path: Path) -> None:
    """Two entries of communes: alone the table does not know which, in a scenario it does."""
    both = entries()
    both["other_communes"] = both["own_communes"]
    both = {
        key: json.loads(json.dumps(value).replace("{{ CATALOG_DIR }}", str(here)))
        for key, value in both.items()
    }
    (tmp_path / "catalog.yml").write_text(yaml.safe_dump({"sources": both}), "utf-8")
    catalog = open_catalog(tmp_path / "catalog.yml")
    with pytest.raises(CatalogError, match=r"which communes.*args.join: \{column: code, communes: "):
        catalog.population("own_people")
    plan = {
        "name": "a",
        "communes": ["own_communes"],
        "population": ["own_people"],
        "footprints": [{"entry": "own_depth"}],
    }
    space = Workspace(scenario_from(plan, what="plan"), catalog=catalog, cache=here / "cache")
    assert space.population().join is not None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"args": {"join": {"column": "code", "x": 1}}}, "unknown field"),
        ({"args": {"join": {"communes": "own_communes"}}}, "join.column: missing"),
        ({"args": {"join": "code", "x": "a"}}, "leave x out"),
        ({"args": {"join": "a{{b}}"}}, "join"),
        ({"metadata": {"population_column": None}}, "args.join needs role population"),
        (
            {"metadata": {"role": "sites", "kind": "points", "default_scenario": False}},
            "args.join needs role population",
        ),
    ],
)
def test_an_entry_that_cannot_be_joined(
    here: Path, tmp_path: Path, change: dict[str, dict[str, object]], told: str
) -> None:
    held = entries()
    for part, values in change.items():
        held["own_people"][part] = {**held["own_people"][part], **values}
    (tmp_path / "catalog.yml").write_text(yaml.safe_dump({"sources": held}), "utf-8")
    with pytest.raises(Faults, match=told):
        open_catalog(tmp_path / "catalog.yml")
