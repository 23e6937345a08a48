"""``geoalarm report`` through the real command line, on the made-up world as files: editions, failures,
interruptions, causes.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ALL = ["FR-00001", "FR-00002", "FR-00003", "BE-00001", "BE-00002", "BE-00003"]


@pytest.fixture
def world(disk, tmp_path) -> Path:
    """The made-up world in a folder of its own, so that a test may spoil it."""
    folder = tmp_path / "world"
    shutil.copytree(disk, folder)
    return folder


@pytest.fixture
def report(call, world):
    """``report("--all", out="x")``: the command on the made-up world, in this process, dated."""

    def run(*words, out="out", as_of="2026-03-01", scenario=None):
        dated = ["--as-of", as_of] if as_of else []
        return call(
            "report",
            "--scenario",
            scenario or world / "scenario.yml",
            "--out",
            out,
            "--workers",
            "1",
            *dated,
            *words,
        )

    return run


def files_of(folder: Path) -> dict[str, bytes]:
    """Every delivered file by its name; the books of the folder left out."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".edition" not in path.parts
    }


def read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def scaled(path: Path, factor: float) -> None:
    """Multiply every cell of a raster."""
    import rasterio

    with rasterio.open(path) as source:
        values, profile = source.read(), source.profile
    with rasterio.open(path, "w", **profile) as target:
        target.write((values * factor).astype(profile["dtype"]))


def test_a_commune_is_delivered_in_the_languages_asked_for(report, tmp_path):
    answer = report("--commune", "FR:00002", "--lang", "fr,nl")
    assert answer.exit_code == 0, answer.output
    assert "1 commune written" in answer.stdout
    assert {path.name for path in (tmp_path / "out" / "FR-00002").iterdir()} == {
        "FR-00002.fr.html",
        "FR-00002.nl.html",
        "FR-00002.fr.docx",
        "FR-00002.nl.docx",
        "FR-00002.json",
        "manifest.json",
    }
    page = (tmp_path / "out" / "FR-00002" / "FR-00002.nl.html").read_text("utf-8")
    assert '<html lang="nl"' in page
    assert "Eerste rapport: er is nog geen ander om mee te vergelijken." in page
    assert 'href="FR-00002.fr.html"' in page
    facts = read(tmp_path / "out" / "FR-00002" / "FR-00002.json")
    assert facts["as_of"] == "2026-03-01"
    assert facts["changes"]["since"] is None
    figures = {
        item["id"]: item
        for item in read(tmp_path / "out" / "FR-00002" / "manifest.json")["record"]["figures"]
    }
    assert figures["flood//100/illustrative"]["value"] == pytest.approx(
        160
    )  # two columns of cells, 80 people each
    assert figures["population"]["value"] == pytest.approx(1600)


def test_the_whole_world_has_an_index_that_needs_no_script(report, tmp_path):
    answer = report("--all", "--lang", "en")
    assert answer.exit_code == 0, answer.output
    out = tmp_path / "out"
    assert sorted(
        path.name for path in out.iterdir() if path.is_dir() and not path.name.startswith(".")
    ) == sorted(ALL)
    page = (out / "index.html").read_text("utf-8")
    for name in ALL:
        assert f'href="{name}/{name}.en.html"' in page
        assert (out / name / f"{name}.en.html").is_file()
    assert (out / "index.en.html").read_text("utf-8") == page
    assert "unsafe-inline" not in page
    assert len(re.findall(r"<script>", page)) == 1
    listed = read(out / "index.json")["communes"]
    assert {item["commune_id"] for item in listed} == {name.replace("-", ":") for name in ALL}
    assert read(out / "failures.json") == {
        "format": "geoalarm edition 1",
        "as_of": "2026-03-01",
        "layers": [],
        "communes": [],
    }
    assert read(out / "manifest.json")["communes"] == 6


def test_the_same_inputs_give_the_same_bytes_and_another_date_changes_the_date_line_only(report, tmp_path):
    for out, as_of in (("a/x", "2026-03-01"), ("b/x", "2026-03-01"), ("c/x", "2026-04-02")):
        (tmp_path / out).parent.mkdir()
        assert report("--all", "--lang", "fr", out=out, as_of=as_of).exit_code == 0
    first, same, later = (files_of(tmp_path / name / "x") for name in "abc")
    assert first == same
    assert set(first) == set(later)
    for name in first:
        if name.endswith(".docx"):
            assert first[name] == later[name]
            continue
        ours, theirs = (text.decode().splitlines() for text in (first[name], later[name]))
        differ = [(one, other) for one, other in zip(ours, theirs, strict=True) if one != other]
        if name.endswith("manifest.json"):  # it holds hashes and sizes of files with a date in them
            assert all(re.match(r' *"(as_of|edition|sha256|bytes)": ', one) for one, _ in differ), name
        else:
            assert len(differ) == 1, name
            for one, other in differ:
                assert one.replace("1 mars 2026", "2 avril 2026").replace("2026-03-01", "2026-04-02") == other


def test_a_second_run_makes_nothing_again_and_mends_what_was_touched(report, tmp_path):
    assert report("--all", "--lang", "fr").exit_code == 0
    before = files_of(tmp_path / "out")
    touched = tmp_path / "out" / "FR-00001" / "FR-00001.fr.html"
    stamps = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.html")}
    answer = report("--all", "--lang", "fr")
    assert "0 communes written, 6 already whole" in answer.stdout
    touched.write_text(touched.read_text("utf-8").replace("Ville-1", "Ville-9"), encoding="utf-8")
    (tmp_path / "out" / "BE-00001" / "BE-00001.json").unlink()
    answer = report("--all", "--lang", "fr")
    assert "2 communes written, 4 already whole" in answer.stdout
    assert files_of(tmp_path / "out") == before
    kept = tmp_path / "out" / "BE-00003" / "BE-00003.fr.html"
    assert kept.stat().st_mtime_ns == stamps[kept]
    assert "6 communes written, 0 already whole" in report("--all", "--lang", "fr", "--fresh").stdout


def test_another_language_adds_and_takes_nothing_away(report, tmp_path):
    assert report("--commune", "FR:00001", "--lang", "fr").exit_code == 0
    assert report("--commune", "FR:00001", "--commune", "BE:00002", "--lang", "nl").exit_code == 0
    assert {path.name for path in (tmp_path / "out" / "FR-00001").glob("*.html")} == {
        "FR-00001.fr.html",
        "FR-00001.nl.html",
    }
    listed = {item["commune_id"]: item["langs"] for item in read(tmp_path / "out" / "index.json")["communes"]}
    assert listed == {"FR:00001": ["fr", "nl"], "BE:00002": ["nl"]}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--commune", "FR:0002"], ["FR:0002", "did you mean 'FR:00002'?"]),
        (["--commune", "00002"], ["write FR:00002 or BE:00002"]),
        (["--country", "BF"], ["country 'BF'", "BE"]),
        (["--departement", "59"], ["59", "department"]),
        (["--lang", "frr", "--all"], ["frr", "did you mean 'fr'?"]),
        ([], ["no commune was chosen", "--all"]),
        (["--all", "--before", "nowhere"], ["nowhere", "no such folder"]),
        (["--all", "--workers", "0"], ["--workers"]),
        (["--all", "--as-of", "1 March"], ["1 March"]),
    ],
)
def test_bad_input_is_one_message_and_no_file(report, tmp_path, words, said):
    answer = report(*words)
    assert answer.exit_code == 2, answer.output
    assert answer.stderr.startswith("error: ")
    assert answer.stderr.count("\n") == 1
    assert all(word in answer.stderr for word in said), answer.stderr
    assert not (tmp_path / "out").exists()


def test_a_layer_that_cannot_be_read_is_missing_and_everything_else_is_delivered(report, world, tmp_path):
    (world / "flood_100.tif").write_bytes((world / "flood_100.tif").read_bytes()[:400])
    answer = report("--all", "--lang", "en")
    assert answer.exit_code == 1, answer.output
    assert "missing layer demo_flood(return_period=100)" in answer.stderr
    told = read(tmp_path / "out" / "failures.json")
    assert [layer["key"] for layer in told["layers"]] == ["demo_flood(return_period=100)"]
    assert told["communes"] == []
    assert str(world) not in (tmp_path / "out" / "failures.json").read_text("utf-8")
    index = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert "A map could not be read and is missing in every report: River flood." in index
    for name in ALL:
        page = (tmp_path / "out" / name / f"{name}.en.html").read_text("utf-8")
        assert "River flood" in page
        record = read(tmp_path / "out" / name / "manifest.json")["record"]
        ids = {item["id"] for item in record["figures"]}
        assert "flood//10/illustrative" in ids
        assert "flood//100/illustrative" not in ids
        assert "demo_flood(return_period=100)" in record["faults"]


def test_a_commune_that_fails_is_listed_and_the_others_are_delivered(report, tmp_path, monkeypatch):
    from geoalarm.report import report_job as job

    real = job.briefing

    def broken(dossier, lang, **given):
        if dossier.commune_id == "FR:00002":
            raise RuntimeError(f"no page in {tmp_path}/secret/place.txt")
        return real(dossier, lang, **given)

    monkeypatch.setattr(job, "briefing", broken)
    answer = report("--all", "--lang", "en")
    assert answer.exit_code == 1
    assert "failed FR:00002: unexpected RuntimeError: no page in place.txt" in answer.stderr
    out = tmp_path / "out"
    assert sorted(
        path.name for path in out.iterdir() if path.is_dir() and not path.name.startswith(".")
    ) == sorted({*ALL} - {"FR-00002"})
    assert read(out / "failures.json")["communes"] == [
        {"commune_id": "FR:00002", "what": "unexpected RuntimeError: no page in place.txt"}
    ]
    page = (out / "index.html").read_text("utf-8")
    assert "No report of Ville-2:" in page
    assert "not made this time" in page
    assert str(tmp_path) not in page
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    again = report("--all", "--lang", "en")
    assert again.exit_code == 0
    assert "1 commune written, 5 already whole" in again.stdout
    assert read(out / "failures.json")["communes"] == []


def test_a_page_whose_pdf_fails_is_delivered_without_it_and_tried_again(report, tmp_path, monkeypatch):
    from geoalarm.report import batch
    from geoalarm.report import report_job as job
    from geoalarm.report.pdf import PdfError

    def printed(page, target, **_):
        if "FR-00002" in page.name and not (tmp_path / "mended").exists():
            raise PdfError("the browser failed", hint="try again")
        target.write_bytes(b"%PDF-1.4")

    monkeypatch.setattr(job, "write_pdf", printed)
    monkeypatch.setattr(batch, "find_chromium", lambda: "chromium")
    answer = report("--all", "--lang", "en", "--pdf")
    assert answer.exit_code == 1
    assert "failed FR:00002: the browser failed" in answer.stderr
    folder = tmp_path / "out" / "FR-00002"
    assert not (folder / "FR-00002.en.pdf").exists()
    assert "FR-00002.en.pdf" not in (folder / "FR-00002.en.html").read_text("utf-8")
    assert 'href="FR-00001.en.pdf"' in (tmp_path / "out" / "FR-00001" / "FR-00001.en.html").read_text("utf-8")
    (tmp_path / "mended").touch()
    again = report("--all", "--lang", "en", "--pdf")
    assert again.exit_code == 0
    assert "1 commune written, 5 already whole" in again.stdout
    assert (folder / "FR-00002.en.pdf").is_file()


def test_without_chromium_a_pdf_is_refused_before_anything_is_written(report, tmp_path, monkeypatch):
    monkeypatch.setenv("GEOALARM_CHROMIUM", "no-such-browser")
    answer = report("--all", "--pdf")
    assert answer.exit_code == 2
    assert "no-such-browser" in answer.stderr
    assert not (tmp_path / "out").exists()


def test_an_edition_that_is_not_finished_keeps_its_date_and_a_finished_one_gives_way_to_today(
    report, tmp_path, monkeypatch
):
    from datetime import date

    from geoalarm.report import batch
    from geoalarm.report import report_job as job

    real = job.briefing

    def broken(dossier, lang, **given):
        if dossier.commune_id == "FR:00002":
            raise RuntimeError("not today")
        return real(dossier, lang, **given)

    days = [date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)]
    monkeypatch.setattr(batch, "today", lambda: days[0])
    monkeypatch.setattr(job, "briefing", broken)
    assert report("--all", "--lang", "en", as_of=None).exit_code == 1
    monkeypatch.setattr(job, "briefing", real)
    days.pop(0)
    answer = report("--all", "--lang", "en", as_of=None)
    assert "1 commune written, 5 already whole, as of 2026-03-01, compared with none" in answer.stdout
    days.pop(0)
    answer = report("--all", "--lang", "en", as_of=None)
    assert "6 communes written, 0 already whole, as of 2026-03-03, compared with 2026-03-01" in answer.stdout
    assert changes_of(tmp_path / "out", "FR:00002")["since"] == "2026-03-01"


# ----------------------------------------------------------------------------------------------------------
# what changed, and why


def changes_of(folder: Path, commune: str) -> dict:
    name = commune.replace(":", "-")
    return read(folder / name / f"{name}.json")["changes"]


def figure(changes: dict, name: str) -> dict:
    return next(item for item in changes["figures"] if item["figure"] == name)


def test_the_edition_before_in_the_same_folder_is_compared_with(report, tmp_path):
    report("--all", "--lang", "fr", as_of="2026-03-01")
    answer = report("--all", "--lang", "fr", as_of="2026-06-01")
    assert "compared with 2026-03-01" in answer.stdout
    changes = changes_of(tmp_path / "out", "FR:00002")
    assert changes["since"] == "2026-03-01"
    assert changes["figures"] == []
    assert "Rien n'a changé depuis le 1 mars 2026." in changes["lead"]["fr"]
    page = (tmp_path / "out" / "FR-00002" / "FR-00002.fr.html").read_text("utf-8")
    assert "changé depuis le 1 mars 2026." in page


def test_a_map_that_was_corrected_is_told_as_the_map(report, world, tmp_path):
    report("--all", "--lang", "en", out="old")
    shutil.copy(world / "flood_1000.tif", world / "flood_100.tif")
    report("--all", "--lang", "en", "--before", "old", out="new", as_of="2026-06-01")
    change = figure(changes_of(tmp_path / "new", "FR:00002"), "flood//100/illustrative")
    assert change["difference"] == pytest.approx(80)  # 1600 people over 20 columns: the third from the river
    assert [part["causes"] for part in change["parts"]] == [["map"]]
    assert change["text"]["en"] == "+80 people since 1 March 2026: map corrected (Flood)."
    assert not [
        item
        for item in changes_of(tmp_path / "new", "FR:00002")["figures"]
        if item["figure"].startswith("flood//10/")
    ]


def other_edition(world: Path, *, keep_old: bool) -> Path:
    """A catalog of later facts: 10 % more people in 2030, a flood of 100 years as wide as that of 1000. The
    old files may stay.
    """
    new = world / "later"
    new.mkdir()
    for path in world.iterdir():
        if path.is_file():
            shutil.copy(path, new / path.name)
    scaled(new / "population.tif", 1.1)
    shutil.copy(new / "flood_1000.tif", new / "flood_100.tif")
    text = (new / "catalog.yml").read_text("utf-8")
    head, people = text.split("demo_people:", 1)
    (new / "catalog.yml").write_text(
        f"{head}demo_people:{people.replace('2026', '2030', 1)}", encoding="utf-8"
    )
    if not keep_old:
        (world / "population.tif").unlink()
    return new / "scenario.yml"


def test_two_inputs_are_told_apart_when_the_old_ones_can_still_be_opened(report, world, tmp_path):
    report("--all", "--lang", "en", out="old")
    later = other_edition(world, keep_old=True)
    answer = report("--all", "--lang", "en", "--before", "old", out="new", as_of="2030-06-01", scenario=later)
    assert answer.exit_code == 0, answer.output
    change = figure(changes_of(tmp_path / "new", "FR:00002"), "flood//100/illustrative")
    # 160 people before, in two columns of 80; 10 % more people are 16; the third column holds 88 of them
    by_cause = {tuple(part["causes"]): part["people"] for part in change["parts"]}
    assert by_cause == {("reality",): pytest.approx(16, abs=1e-3), ("map",): pytest.approx(88, abs=1e-3)}
    assert sum(by_cause.values()) == change["difference"]
    assert "population 2026 → 2030 +" in change["text"]["en"]
    union = figure(changes_of(tmp_path / "new", "FR:00002"), "union")
    assert sum(part["people"] for part in union["parts"]) == union["difference"]


def test_three_inputs_each_take_their_turn(report, world, tmp_path):
    """The border moves 100 m east as well: the French commune gains a column of the river with 200 people,
    220 by then.
    """
    import geopandas as gpd
    import shapely

    report("--all", "--lang", "en", out="old")
    later = other_edition(world, keep_old=True)
    communes = later.with_name("communes.gpkg")
    layers = {name: gpd.read_file(communes, layer=name) for name in ("fr", "be")}
    communes.unlink()
    for name, frame in layers.items():
        west, _, east, _ = frame.total_bounds
        x = (west + 100, east) if name == "be" else (west, east + 100)
        frame["geometry"] = [
            shapely.box(x[0], shape.bounds[1], x[1], shape.bounds[3]) for shape in frame.geometry
        ]
        frame.to_file(communes, layer=name, engine="pyogrio")
    answer = report("--all", "--lang", "en", "--before", "old", out="new", as_of="2030-06-01", scenario=later)
    assert answer.exit_code == 0, answer.output
    for commune, parts in (
        ("FR:00002", {"reality": 16, "map": 88, "boundaries": 220}),
        ("BE:00002", {"reality": 40, "map": 220, "boundaries": -220}),
    ):
        change = figure(changes_of(tmp_path / "new", commune), "flood//100/illustrative")
        assert {part["causes"][0]: part["people"] for part in change["parts"]} == pytest.approx(
            parts, abs=1e-3
        )
        assert sum(part["people"] for part in change["parts"]) == change["difference"]


def test_two_inputs_stay_together_when_the_old_ones_are_gone(report, world, tmp_path):
    report("--all", "--lang", "en", out="old")
    later = other_edition(world, keep_old=False)
    report("--all", "--lang", "en", "--before", "old", out="new", as_of="2030-06-01", scenario=later)
    change = figure(changes_of(tmp_path / "new", "FR:00002"), "flood//100/illustrative")
    assert [part["causes"] for part in change["parts"]] == [["reality", "map"]]
    assert "reality and map together" in change["text"]["en"]


def test_a_danger_that_is_studied_at_last_is_a_change_in_words(report, world, tmp_path):
    report("--all", "--lang", "en", out="old")
    text = (world / "catalog.yml").read_text("utf-8")
    slopes = text.index("demo_slopes")
    (world / "catalog.yml").write_text(
        text[:slopes] + text[slopes:].replace("- FR\n", "- FR\n      - BE\n", 1), encoding="utf-8"
    )
    import rasterio

    with rasterio.open(world / "slopes.tif") as source:
        values, profile = source.read(), source.profile
    values[values == 255] = 1
    with rasterio.open(world / "slopes.tif", "w", **profile) as target:
        target.write(values)
    answer = report("--all", "--lang", "en", "--before", "old", out="new", as_of="2026-06-01")
    assert answer.exit_code == 0, answer.output
    change = figure(changes_of(tmp_path / "new", "BE:00002"), "landslide///illustrative")
    assert change["kind"] == "state"
    assert change["before"]["state"] == "not_studied"
    assert change["difference"] is None
    assert change["after"]["value"] == pytest.approx(4000)
    assert change["text"]["en"].startswith(
        "There is a number now, before there was none: map corrected (Landslide)"
    )


# ----------------------------------------------------------------------------------------------------------
# processes


def command(world: Path, out: Path, *words: str) -> list[str]:
    main = [sys.executable, "-m", "geoalarm.cli", "report", "--all", "--lang", "fr", "--as-of", "2026-03-01"]
    return [*main, "--scenario", str(world / "scenario.yml"), "--out", str(out), *words]


def whole_folders(out: Path) -> list[Path]:
    return (
        [path for path in out.iterdir() if path.is_dir() and path.name != ".edition"] if out.is_dir() else []
    )


def require_whole(out: Path) -> None:
    """Every folder that is there is whole: all files of its manifest, byte for byte."""
    import hashlib

    for folder in whole_folders(out):
        facts = read(folder / "manifest.json")
        assert {path.name for path in folder.iterdir()} == {*facts["files"], "manifest.json"}
        for name, known in facts["files"].items():
            assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == known["sha256"]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda sign: sign.name)
def test_a_run_that_is_ended_leaves_whole_communes_and_the_next_completes_it(world, tmp_path, sign):
    environment = {**os.environ, "GEOALARM_CACHE": str(tmp_path / "cache")}
    whole = tmp_path / "whole" / "x"
    whole.parent.mkdir()
    assert (
        subprocess.run(
            command(world, whole, "--workers", "2"), env=environment, capture_output=True, timeout=300
        ).returncode
        == 0
    )
    out = tmp_path / "ended" / "x"
    out.parent.mkdir()
    running = subprocess.Popen(
        command(world, out, "--workers", "2"), env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    until = time.monotonic() + 240
    while not whole_folders(out) and running.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    running.send_signal(sign)
    _, told = running.communicate(timeout=120)
    assert running.returncode == {signal.SIGKILL: -9, signal.SIGTERM: 130, signal.SIGINT: 130}[sign], told
    assert b"Traceback" not in told
    require_whole(out)
    assert not (out / "manifest.json").exists()
    again = subprocess.run(
        command(world, out, "--workers", "2", "--json"), env=environment, capture_output=True, timeout=300
    )
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["kept"] >= 1
    assert files_of(out) == files_of(whole)
    assert not (out / ".edition" / "aside").exists() or not list((out / ".edition" / "aside").iterdir())


@pytest.mark.slow
def test_two_workers_write_what_one_writes(report, world, call, tmp_path):
    report("--all", "--lang", "fr", out="a")
    words = [
        "report",
        "--all",
        "--lang",
        "fr",
        "--scenario",
        world / "scenario.yml",
        "--as-of",
        "2026-03-01",
        "--workers",
        "2",
    ]
    assert call(*words, "--out", "b").exit_code == 0
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")


@pytest.mark.slow
def test_the_embedded_territory_speaks_the_language_of_each_place(call, tmp_path):
    words = [word for name in ("FR:59350", "BE:57081", "BE:34022") for word in ("--commune", name)]
    answer = call("report", *words, "--out", "out", "--as-of", "2026-03-01", "--workers", "1", "--json")
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["written"] == 3
    pages = {path.name for path in (tmp_path / "out").rglob("*.html")}
    assert pages == {
        "FR-59350.fr.html",
        "BE-57081.fr.html",
        "BE-34022.nl.html",
        "index.html",
        "index.fr.html",
        "index.nl.html",
    }
    for path in (tmp_path / "out").rglob("*.html"):
        text = path.read_text("utf-8")
        assert len(text.encode()) < 1_000_000
        assert not re.search(r"""(src|srcset|action)=["']?https?:""", text)
    assert "Doornik" in (tmp_path / "out" / "index.nl.html").read_text("utf-8")
