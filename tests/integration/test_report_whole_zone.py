"""Every commune of the embedded territory with one layer that cannot be read: the rest is delivered, and the
gap is said.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys

import pytest

from geoalarm import i18n

pytestmark = pytest.mark.slow

LARGEST = 600_000


@pytest.fixture(scope="module")
def edition(root, tmp_path_factory):
    """All reports by the real command, the landslide layer cut in half."""
    folder = tmp_path_factory.mktemp("zone")
    shutil.copy(root / "catalog.yml", folder / "catalog.yml")
    shutil.copytree(root / "data" / "demo", folder / "data" / "demo")
    slopes = folder / "data" / "demo" / "landslide_susceptibility.tif"
    slopes.write_bytes(slopes.read_bytes()[: slopes.stat().st_size // 2])
    words = [
        "report",
        "--all",
        "--catalog",
        str(folder / "catalog.yml"),
        "--as-of",
        "2026-11-21",
        "--out",
        str(folder / "out"),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "geoalarm.cli", *words], capture_output=True, text=True, timeout=1500
    )
    assert done.returncode == 1, done.stderr[-2000:]
    return folder / "out"


def reports(edition):
    return sorted(path for path in edition.iterdir() if re.fullmatch(r"[A-Z]{2}-[0-9A-Z]{5}", path.name))


def test_every_commune_is_delivered_and_the_layer_is_named(edition):
    from geoalarm import analysis

    communes = analysis.open_workspace().communes.ids
    assert {path.name for path in reports(edition)} == {key.replace(":", "-") for key in communes}
    told = json.loads((edition / "failures.json").read_text(encoding="utf-8"))
    assert told["communes"] == []
    assert [layer["key"] for layer in told["layers"]] == ["demo_landslide"]
    index = (edition / "index.html").read_text(encoding="utf-8")
    assert all(f'href="{path.name}/{path.name}.' in index for path in reports(edition))
    assert i18n.text("report.index.faults", "fr") in index or i18n.text("report.index.faults", "nl") in index


def test_pages_are_light_and_say_what_is_missing(edition):
    for path in reports(edition):
        for page in path.glob("*.html"):
            text = page.read_text(encoding="utf-8")
            assert len(text.encode()) < LARGEST, page.name
            lang = page.suffixes[0].lstrip(".")
            assert i18n.term("hazard", "landslide", lang).lower() in text.lower(), page.name
        told = json.loads((path / f"{path.name}.json").read_text(encoding="utf-8"))
        figures = {figure["id"]: figure for figure in told["figures"]}
        assert not [name for name in figures if name.startswith("landslide")]
        assert "union-people" not in figures, "a union without one of its layers would be too small"


def test_people_of_all_reports_add_up_to_the_table(edition):
    from geoalarm import analysis

    space = analysis.open_workspace()
    option = next(one for one in space.options() if one.hazard == "flood" and one.return_period_yr == 100)
    people = 0.0
    for path in reports(edition):
        told = json.loads((path / f"{path.name}.json").read_text(encoding="utf-8"))
        people += next(figure["value"] for figure in told["figures"] if figure["id"] == "flood-100-people")
    assert people == pytest.approx(space.expose(option)["population_exposed"].sum(), rel=1e-12)
