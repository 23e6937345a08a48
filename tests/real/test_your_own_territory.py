"""A territory of your own

From a folder of files to pages, reports and a schedule, on the French-Belgian border zone: 5,204 communes, a
census grid, a flood map, sites, and zones drawn by hand. Every step below is run as it stands here by
`tests/real/test_your_own_territory.py`, from which this page is made.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from geoalarm.cli import main

pytestmark = [pytest.mark.real, pytest.mark.slow]

OPENS_WITHIN_S = 60
"""Ten seconds on a machine that does nothing else."""

FILES = (
    "admin/communes_fr.gpkg",
    "admin/communes_be.gpkg",
    "admin/pop_grid_census2021_1km.tif",
    "hazards/flood/isimip_river_flood_year2000_central_europe.tif",
    "hazards/industrial/nuclear_reactors_zone.csv",
)

STATED = {
    "communes_fr": {
        "basis": "statutory",
        "licence": "Licence Ouverte 2.0",
        "attribution": "IGN, INSEE",
    },
    "communes_be": {"basis": "statutory", "licence": "CC BY 2.0", "attribution": "Statbel"},
    "pop_grid_census2021_1km": {
        "kind": "counts",
        "units": '"1"',
        "basis": "statutory",
        "licence": "reuse with attribution",
        "attribution": "Eurostat",
    },
    "isimip_river_flood_year2000_central_europe_band_1": {
        "units": "m",
        "no_data": "not_studied",
        "basis": "modelled",
        "licence": "CC BY 4.0",
        "attribution": "ISIMIP",
        "countries": "[BE, DE, FR, LU, NL]",
    },
    "isimip_river_flood_year2000_central_europe_band_2": {
        "no_data": "not_studied",
        "basis": "modelled",
        "licence": "CC BY 4.0",
        "attribution": "ISIMIP",
        "countries": "[BE, DE, FR, LU, NL]",
    },
    "nuclear_reactors_zone": {
        "basis": "observed",
        "licence": "ODbL",
        "attribution": "GeoNuclearData",
        "vintage": "March 2024",
    },
    "zones_round_chooz": {
        "hazard": "industrial",
        "basis": "illustrative",
        "licence": "ours",
        "attribution": "us",
        "vintage": '"2026"',
        "countries": "[FR, BE]",
        "class_order": "[10 km, 2 km]",
    },
}

SCHEDULE = """
jobs:
  - name: commune_pages
    cron: "*/10 * * * *"   # every ten minutes, to see it work; "0 6 1 * *" is the first of each month at six
    report: {commune: ["FR:08122", "BE:91142"], lang: [fr], scenario: scenario.yml, out: editions}
    deliver:
      - folder: {path: share}
"""


@pytest.fixture(scope="module")
def desk(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A working folder with ``my_territory`` in it, and the files there."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "my_territory").mkdir()
    for name in FILES:
        shutil.copy(real_data / name, folder / "my_territory")
    reactor = gpd.GeoSeries(gpd.points_from_xy([4.789], [50.090]), crs=4326).to_crs(3035)
    circles = [*reactor.buffer(10_000), *reactor.buffer(2_000)]
    zones = gpd.GeoDataFrame({"ring": ["10 km", "2 km"]}, geometry=circles, crs=3035)
    zones.to_file(folder / "my_territory" / "zones_round_chooz.gpkg")
    before = Path.cwd()
    os.chdir(folder)
    yield folder
    os.chdir(before)


def geoalarm(words: str, *, code: int = 0) -> Result:
    """What the command line answers, and that it ends with the code expected."""
    answer = CliRunner().invoke(main, shlex.split(words)[1:], catch_exceptions=False, prog_name="geoalarm")
    assert answer.exit_code == code, answer.output[-3000:]
    return answer


def test_begin(desk: Path) -> None:
    """1. Put your files into a folder and begin

    Outlines of communes with a code; people on a grid, in polygons, or in a table by code (CSV, Excel); maps
    of hazards, also official plans as the state delivers them and NetCDF or Zarr with a dimension of return
    periods; lists of sites with coordinates. GeoPackage, Shapefile, GeoJSON, GeoParquet, FlatGeobuf, GML,
    KML, file geodatabases, MapInfo, CSV, Excel, GeoTIFF, ASCII grids, NetCDF, Zarr, and zip archives of
    these, of which every member is looked at. `geoalarm init` says what each could be and why, and writes a
    catalog (what each file is) and a scenario (what meets what). What it leaves out it names, with the
    reason. It never overwrites.
    """
    told = geoalarm("geoalarm init my_territory").output
    assert re.search(r"communes_fr.gpkg +communes +communes_fr +4639 polygons", told)
    assert re.search(r"pop_grid_census2021_1km.tif +population ", told)
    assert re.search(r"nuclear_reactors_zone.csv +sites ", told)
    assert "next:    geoalarm catalog check --catalog my_territory/catalog.yml" in told


def test_what_is_open(desk: Path) -> None:
    """2. Ask what is still to be stated

    A file does not tell under which licence it is, whether a missing cell is dry or was never studied, or
    whether its numbers are metres. Such values begin with `TODO` in `my_territory/catalog.yml` and name the
    choices. The check lists them, and ends with exit code 2 until they are stated.
    """
    told = geoalarm("geoalarm catalog check --catalog my_territory/catalog.yml", code=2).output
    assert "field metadata.units: still to be stated; expected m, cm or mm" in told
    assert "field metadata.no_data: still to be stated; expected not_studied or dry" in told


def test_state_it(desk: Path) -> None:
    """3. State it, and check again

    Write the answers in the place of each `TODO` (`licence: CC BY 2.0`), then check. Now every layer is
    opened, and whatever does not hold together is told at once.
    """
    state(desk / "my_territory" / "catalog.yml")
    told = geoalarm("geoalarm catalog check --catalog my_territory/catalog.yml").output
    assert "7 layers opened, 0 not opened (network or mirror), 0 changed, no fault" in told


def state(catalog: Path) -> None:
    """Write what is known in the place of each TODO."""
    entry, lines = "", []
    for line in catalog.read_text(encoding="utf-8").splitlines():
        entry = line.strip(" :") if re.fullmatch(r"  \w+:", line) else entry
        field = line.strip().partition(":")[0]
        if "TODO" in line and not line.startswith("#"):
            line = f"      {field}: {STATED[entry][field]}"
        lines.append(line)
    catalog.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_is_this_machine_fit(desk: Path) -> None:
    """4. Is this machine fit for it?"""
    told = geoalarm("geoalarm doctor --scenario my_territory/scenario.yml").output
    assert re.search(r"ok +scenario +my_territory: 5204 communes, 178\d{5} people, 3 layers, 28 sites", told)


def test_run(desk: Path) -> None:
    """5. Count

    The result folder gets the table, the map and a manifest with the hash of every file. People near the
    border between the two sets of outlines are counted once; what no map covers is empty, never zero.
    """
    told = geoalarm("geoalarm run my_territory/scenario.yml --out my_territory/result").output
    assert "5204 communes (BE 565, FR 4639)" in told
    table = pd.read_parquet(desk / "my_territory" / "result" / "exposure.parquet")
    near = table[(table["hazard"] == "industrial") & (table["commune_id"] == "FR:08122")]
    assert near.groupby("commune_id")["population_exposed"].sum().item() == pytest.approx(760, rel=0.1)
    flood = table[table["hazard"] == "flood"].drop_duplicates(["commune_id", "scenario"])
    west = flood[flood["commune_id"] == "FR:62193"]
    assert set(west["state"]) == {"outside_coverage"}
    assert west["population_exposed"].isna().all()


def test_warm(desk: Path) -> None:
    """6. Make ready what takes longest

    The border between the two sets of outlines, the share of every cell in every commune, outlines for maps.
    It is kept under the hash of your files, so the pages open within seconds ever after.
    """
    told = geoalarm("geoalarm warm --scenario my_territory/scenario.yml").output
    assert told.startswith("5204 communes ready")


@pytest.fixture(scope="module")
def address(desk: Path) -> Iterator[str]:
    """Address of the server, once it says that the first page is ready."""
    command = [
        sys.executable,
        "-m",
        "geoalarm.cli",
        "serve",
        "--port",
        "0",
        "--scenario",
        "my_territory/scenario.yml",
    ]
    log = desk / "serve.log"
    with log.open("w") as told:
        server = subprocess.Popen(command, cwd=desk, stderr=told, stdout=subprocess.DEVNULL)
    try:
        yield first_page(log, server)
    finally:
        server.terminate()
        server.wait(20)


def first_page(log: Path, server: subprocess.Popen[bytes]) -> str:
    """Where the first page is, once the server says that it is there."""
    for _ in range(OPENS_WITHIN_S * 5):
        said = log.read_text(encoding="utf-8")
        found = re.search(r"^ready at (\S+)/explorer after [\d.]+ s", said, flags=re.MULTILINE)
        if found is not None:
            assert said.startswith("opening: communes, step 1 of "), "it tells how far it is"
            return found[1]
        assert server.poll() is None, said
        time.sleep(0.2)
    raise AssertionError(said)


@pytest.fixture
def page(chromium: Any, address: str) -> Iterator[Any]:
    """A page in a browser; it fails on what went wrong in it."""
    context = chromium.new_context(viewport={"width": 1400, "height": 900}, locale="fr")
    opened, errors = context.new_page(), []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert errors == []


@pytest.mark.browser
def test_explore(page: Any, address: str) -> None:
    """7. Look at it

    `geoalarm serve --scenario my_territory/scenario.yml` answers at once: until the territory is open, its
    pages tell how far it is. `/explorer` colours the communes and ranks them.
    """
    page.goto(f"{address}/explorer?lang=fr&hazard=industrial", timeout=60_000)
    page.wait_for_selector("#finding", timeout=60_000)
    assert "habitent dans la zone" in page.locator("#finding").inner_text()
    page.wait_for_selector("text=Givet", timeout=30_000)


@pytest.mark.browser
def test_what_if(page: Any, address: str) -> None:
    """`/whatif` places an accident anywhere, or at one of your sites, and counts the people in its zones on
    both sides of the border.
    """
    page.goto(f"{address}/whatif?lang=fr", timeout=60_000)
    page.wait_for_selector("#finding", timeout=60_000)
    assert "France" in page.locator("#finding").inner_text()


@pytest.mark.browser
def test_briefing(page: Any, address: str) -> None:
    """`/briefing` is one page for a commune: what threatens, how many people, how sure, what to do next."""
    page.goto(f"{address}/briefing?lang=fr&commune=FR:08122", timeout=60_000)
    page.wait_for_selector("#finding", timeout=120_000)
    words = page.locator("main").inner_text()
    assert "Chooz" in words
    assert "Non cartographié ici" in words
    assert "Chooz-B1" in words, "a site of your own list, though nothing of it came with the package"


def test_report(desk: Path) -> None:
    """8. Hand it out

    The same page as a file for each commune, with a checklist to fill in and all figures as JSON.
    """
    geoalarm(
        "geoalarm report --scenario my_territory/scenario.yml --commune FR:08122 --out my_territory/pages"
    )
    folder = desk / "my_territory" / "pages" / "FR-08122"
    facts = json.loads((folder / "FR-08122.json").read_text(encoding="utf-8"))
    assert facts["commune"]["commune_id"] == "FR:08122"
    assert "--scenario scenario.yml" in (folder / "FR-08122.fr.html").read_text(encoding="utf-8")


def test_schedule(desk: Path) -> None:
    """9. Every month

    A file says when, for whom and where to; [schedule.md](schedule.md) describes it. The folder
    `share` has to be there: a share that is not mounted is an error, not a new folder.
    """
    (desk / "my_territory" / "reports.yml").write_text(SCHEDULE, encoding="utf-8")
    (desk / "my_territory" / "share").mkdir()
    geoalarm("geoalarm schedule check my_territory/reports.yml")
    geoalarm("geoalarm schedule run my_territory/reports.yml --once")
    delivered = sorted(path.name for path in (desk / "my_territory" / "share").rglob("*.fr.html"))
    assert {"BE-91142.fr.html", "FR-08122.fr.html"} <= set(delivered)
