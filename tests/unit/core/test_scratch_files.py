"""Temporary files go with their block or their process; a sweep takes only what is ours and nobody's."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from geoalarm.core import scratch_files
from geoalarm.core.scratch_files import OLD_S, part_file, part_folder, scratch_folder, sweep

KILLED = """
import os, signal, sys
from geoalarm.core.scratch_files import scratch_place
(scratch_place() / "upload.csv").write_text("a reader's")
if sys.argv[1] == "stay":
    print("ready", flush=True)
    sys.stdin.read()
os.kill(os.getpid(), int(sys.argv[1]))
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch) -> Path:
    """Where temporary files lie, for this process and those it starts."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(scratch_files, "_own", [])
    return tmp_path


def _started(*words: str, **more: object) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", KILLED, *words], text=True, **more)


def _break_off(part: Callable[[Path], AbstractContextManager[Path]], target: Path) -> None:
    with part(target) as aside:
        (aside if part is part_file else aside / "half").write_text("half")
        raise KeyError


def _aged(path: Path, seconds: float) -> Path:
    os.utime(path, (time.time() - seconds,) * 2)
    return path


def test_a_block_leaves_nothing(place: Path) -> None:
    with scratch_folder() as one, scratch_folder() as other:
        (one / "a").write_text("a")
        assert one != other
        assert [path.parent for path in (one, other)] == [one.parent] * 2
        assert one.parent.name.startswith("geoalarm-")
        assert one.parent.stat().st_mode & 0o077 == 0, "others may read it"
    assert not one.exists()


def test_a_part_becomes_the_file_or_nothing(place: Path) -> None:
    target = place / "cache" / "grid.npz"
    with part_file(target) as aside:
        aside.write_text("whole")
        assert not target.exists()
    for broken in (part_file, part_folder):
        with pytest.raises(KeyError):
            _break_off(broken, target)
    assert target.read_text() == "whole"
    assert [path.name for path in target.parent.iterdir()] == ["grid.npz"]


def test_what_a_killed_process_left_is_swept_and_what_a_living_one_holds_is_not(place: Path) -> None:
    living = _started("stay", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert living.stdout.readline() == "ready\n"
        assert _started("9").wait(30) == -9
        assert len(list(place.glob("geoalarm-*/*/upload.csv"))) == 2
        assert sweep() == 1
        (held,) = place.glob("geoalarm-*/*/upload.csv")
        assert sweep() == 0
    finally:
        living.kill()
        living.communicate()
    assert sweep() == 1
    assert not held.exists()


def test_a_sweep_takes_nothing_of_others(place: Path) -> None:
    cache = place / "cache" / "index"
    cache.mkdir(parents=True)
    old = place / "geoalarm-old"
    old.mkdir()
    _aged(old, OLD_S + 60)
    kept = [place / "geoalarm-new", place / "other-program", cache / "grid.npz", cache / "now.part"]
    for path in kept[:2]:
        path.mkdir()
    _aged(kept[1], OLD_S + 60)
    for path in kept[2:]:
        path.write_text("x")
    _aged(kept[2], OLD_S + 60)
    elsewhere = place / "elsewhere"
    elsewhere.mkdir()
    (place / "geoalarm-link").symlink_to(elsewhere)
    part = cache / "then.part"
    part.write_text("half")
    _aged(part, OLD_S + 60)
    assert sweep(place / "cache") == 2
    assert not old.exists()
    assert not part.exists()
    assert all(path.exists() for path in (*kept, elsewhere, place / "geoalarm-link"))


def test_a_sweep_takes_nothing_of_another_owner(place: Path, monkeypatch) -> None:
    assert _started("9").wait(30) == -9
    monkeypatch.setattr(os, "getuid", lambda: place.stat().st_uid + 1)
    assert sweep() == 0
