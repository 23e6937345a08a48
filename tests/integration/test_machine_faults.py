"""A damaged cache, a full disk, a folder that is gone, two at once: one sentence, nothing half-written."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import yaml

from geoalarm.core.lock import hold_output

Started = Callable[..., subprocess.CompletedProcess[str]]


def _at_most(size: int) -> None:
    """No file of this process may become larger, as on a disk that is full [bytes]."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.fixture
def start(disk: Path, tmp_path: Path) -> Started:
    """The command in a process of its own, in a folder of its own."""

    def started(*words: object, size: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "geoalarm.cli", *map(str, words)],
            cwd=tmp_path,
            env={**os.environ, "GEOALARM_CACHE": str(tmp_path / "cache")},
            preexec_fn=partial(_at_most, size),
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    return started


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.slow
def test_a_full_disk_is_told_and_leaves_nothing(start: Started, disk: Path, tmp_path: Path) -> None:
    """The index cannot be kept either: that alone is a note."""
    done = start("run", disk / "scenario.yml", "--out", "out", size=4_000)
    assert done.returncode == 2, done.stderr
    assert "the disk is full" in done.stderr or "a full disk" in done.stderr
    assert "nothing can be kept in" in done.stderr
    assert "unexpected" not in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
    assert not [name for name in files(tmp_path) if name.endswith(".part")]


@pytest.mark.slow
def test_a_report_stops_at_a_full_disk(start: Started, disk: Path, tmp_path: Path) -> None:
    told = start("report", "--all", "--scenario", disk / "scenario.yml", "--out", "out", size=20_000)
    assert told.returncode == 2, told.stderr
    assert "full disk" in told.stderr or "disk is full" in told.stderr
    assert "unexpected" not in told.stderr + told.stdout
    assert not [name for name in files(tmp_path) if name.endswith((".html", ".docx"))]


def test_a_damaged_index_is_set_aside_and_made_again(call, disk: Path, tmp_path: Path, monkeypatch) -> None:
    cache = tmp_path / "own cache"
    monkeypatch.setenv("GEOALARM_CACHE", str(cache))
    assert call("run", disk / "scenario.yml", "--out", "first").exit_code == 0
    kept = sorted((cache / "index").glob("*.npz"))
    assert kept
    for path in kept:
        path.write_bytes(path.read_bytes()[:-40])
    found = call("doctor", "--scenario", disk / "scenario.yml").output
    assert "kept indices" in found
    assert "cannot be read" in found
    for path in kept:
        path.write_bytes(b"no archive at all")
    again = call("run", disk / "scenario.yml", "--out", "second")
    assert again.exit_code == 0
    first, second = ((tmp_path / name / "exposure.csv").read_text("utf-8") for name in ("first", "second"))
    assert first == second
    assert "set aside and made again" in again.output
    assert "0 whole" not in call("doctor", "--scenario", disk / "scenario.yml").output


def test_a_cache_that_cannot_be_written_is_not_needed(call, disk: Path, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GEOALARM_CACHE", str(tmp_path / "file"))
    done = call("run", disk / "scenario.yml", "--out", "out")
    assert done.exit_code == 0
    assert done.output.count("the work goes on in memory") == 1


def test_a_second_run_into_a_folder_is_refused_at_its_start(call, disk: Path, tmp_path: Path) -> None:
    with hold_output(tmp_path / "out"):
        done = call("run", disk / "scenario.yml", "--out", "out")
    assert done.exit_code == 2
    assert "out is being written by another run" in done.output
    assert not (tmp_path / "out").exists()
    assert call("run", disk / "scenario.yml", "--out", "out").exit_code == 0


@pytest.mark.parametrize(
    ("out", "told"),
    [
        ("", "the name is empty"),
        ("x" * 300, "the name is too long: 300 bytes"),
        ("y/" * 2_000 + "z", "the name is too long: 4001 bytes, 2001 parts"),
    ],
)
@pytest.mark.parametrize("command", ["run", "report", "expose"])
def test_a_name_that_no_disk_takes(call, tmp_path: Path, command: str, out: str, told: str) -> None:
    done = call(command, "--out", out)
    assert done.exit_code == 2
    assert told in done.output
    assert files(tmp_path) == []


def test_the_working_folder_itself_may_be_named(call, disk: Path, tmp_path: Path) -> None:
    done = call("run", disk / "scenario.yml", "--out", ".")
    assert done.exit_code in (0, 2)
    assert "unexpected" not in done.output


def test_a_working_folder_that_is_gone(disk: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    words = [sys.executable, "-m", "geoalarm.cli", "run", str(disk / "scenario.yml"), "--out", "out"]
    child = subprocess.run(
        words, cwd=gone, preexec_fn=partial(shutil.rmtree, gone), capture_output=True, text=True, check=False
    )
    assert child.returncode == 2, child.stderr
    assert "the working folder is gone" in child.stderr
    assert not gone.exists()


BLEVE = {"mass": "20 t", "burst_pressure": "18 bar", "heat_of_combustion": "46.35 MJ/kg"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            {"inputs": {**BLEVE, "mass": "1e30 t"}},
            "input 'mass' is outside the range of the model; got 1e+33 kg",
        ),
        ({"inputs": {**BLEVE, "height": "1e30 m"}}, "input 'height' is outside"),
        ({"inputs": {**BLEVE, "burst_pressure": "1e-300 Pa"}}, "input 'burst_pressure' is outside"),
        ({"inputs": BLEVE, "frequency": "1e30 /yr"}, "input 'frequency' is outside"),
    ],
)
def test_an_accident_beyond_its_models_is_refused_where_it_is_written(
    call, disk: Path, tmp_path: Path, change: dict[str, object], told: str
) -> None:
    """By its field, before a layer is opened: no result folder, no index."""
    written = yaml.safe_load((disk / "scenario.yml").read_text("utf-8"))
    written["catalog"] = str(disk / "catalog.yml")
    written["footprints"] = [{"accident": {"kind": "bleve", "lon": 3.0, "lat": 50.6, **change}}]
    (tmp_path / "far.yml").write_text(yaml.safe_dump(written), encoding="utf-8")
    done = call("run", "far.yml", "--out", "out")
    assert done.exit_code == 2
    assert told in done.output
    assert "unexpected" not in done.output
    assert files(tmp_path) == ["far.yml"]
