"""Units for systemd and the line for cron: checked by systemd itself where the machine has it."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from geoalarm.schedule.plan.cron import Timetable
from geoalarm.schedule.plan.systemd import on_calendar, unit_files, write_units

kit = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "schedule_kit.py")))
TODAY = date(2026, 1, 15)
ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not on this machine")


def files(folder: Path, **job):
    return dict(
        unit_files(kit.plan(folder, **job), command="/usr/bin/geoalarm", user="geoalarm", today=TODAY)
    )


def elapses(expression: str, start: str, count: int) -> list[datetime]:
    """When systemd would wake."""
    words = [ANALYZE, "calendar", f"--base-time={start} UTC", f"--iterations={count}", expression]
    said = subprocess.run(
        words, capture_output=True, text=True, check=True, env={**os.environ, "TZ": "UTC", "LC_ALL": "C"}
    ).stdout
    found = re.findall(r"(?:Next elapse|Iter. #\d+): \w{3} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC", said)
    return [datetime.fromisoformat(one).replace(tzinfo=UTC) for one in found]


@pytest.mark.parametrize(
    ("cron", "lines"),
    [
        ("0 6 1 * *", ["*-*-01 06:00:00 Europe/Brussels"]),
        ("*/20 8-9 * * 1-5", ["Mon,Tue,Wed,Thu,Fri *-*-* 08,09:00,20,40:00 Europe/Brussels"]),
        ("0 6 13 * 5", ["*-*-13 06:00:00 Europe/Brussels", "Fri *-*-* 06:00:00 Europe/Brussels"]),
        ("30 2 * * *", ["*-*-* 02:30:00 Europe/Brussels", "*-03-* 03:30:00 Europe/Brussels"]),
        ("30 2 * 1 *", ["*-01-* 02:30:00 Europe/Brussels"]),
        ("0 * * * 0", ["Sun *-*-* *:00:00 Europe/Brussels", "*-10-* 01:00:00 UTC"]),
    ],
)
def test_cron_in_the_words_of_systemd(cron: str, lines: list[str]) -> None:
    assert on_calendar(Timetable(cron, "Europe/Brussels"), TODAY) == lines


@needs_systemd
@pytest.mark.parametrize("start", ["2026-03-28 12:00:00", "2026-10-24 12:00:00", "2026-06-10 00:00:00"])
@pytest.mark.parametrize(
    "cron", ["0 6 1 * *", "30 2 * * *", "*/20 1-3 * * *", "0 6 13 * 5", "15 * * * 0", "45 5 10-20/5 3,6,10 *"]
)
def test_systemd_wakes_at_every_due_time_also_when_clocks_change(cron: str, start: str) -> None:
    timetable = Timetable(cron, "Europe/Brussels")
    due = timetable.upcoming(kit.utc(start), 8)
    awake = {when for line in on_calendar(timetable, TODAY) for when in elapses(line, start, 80)}
    assert set(due) <= awake


@needs_systemd
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    folder = tmp_path / "with space and 100%"
    folder.mkdir()
    plan = kit.plan(folder, deliver=[{"folder": {"path": "share"}}], cron="0 6 13 * 5")
    command = shutil.which("true")
    write_units(plan, tmp_path / "units", command=command, user="root", today=TODAY)
    paths = [str(path) for path in (tmp_path / "units").iterdir() if path.suffix in (".service", ".timer")]
    told = subprocess.run(
        [ANALYZE, "verify", "--man=no", *paths], capture_output=True, text=True, check=False
    )
    assert len(paths) == 3
    assert told.returncode == 0, told.stderr
    assert not [line for line in told.stderr.splitlines() if "geoalarm-" in line]


def test_the_units_say_what_they_must(tmp_path: Path) -> None:
    made = files(tmp_path, deliver=[{"folder": {"path": "share"}}])
    assert sorted(made) == [
        "geoalarm-s-stays.service",
        "geoalarm-s.cron",
        "geoalarm-s.service",
        "geoalarm-s.timer",
    ]
    once, stays, timer = (made[f"geoalarm-s{end}"] for end in (".service", "-stays.service", ".timer"))
    for unit in (once, stays):
        for line in ("NoNewPrivileges=true", "ProtectSystem=strict", "User=geoalarm", "KillMode=mixed"):
            assert f"\n{line}\n" in unit
        assert f"ReadWritePaths=-{tmp_path}/editions -{tmp_path}/share\n" in unit
    assert f"ExecStart=/usr/bin/geoalarm schedule run {tmp_path}/s.yml --state %S/geoalarm-s --once\n" in once
    assert "Type=oneshot" in once
    assert f"ExecStart=/usr/bin/geoalarm schedule run {tmp_path}/s.yml --state %S/geoalarm-s\n" in stays
    assert "Persistent=true" in timer


def test_the_line_for_cron_names_the_time_zone(tmp_path: Path) -> None:
    line = files(tmp_path, cron="0 6 * * 7")["geoalarm-s.cron"]
    assert (
        f"CRON_TZ=Europe/Brussels\n@reboot /usr/bin/geoalarm schedule run {tmp_path}/s.yml --once\n" in line
    )
    assert "\n0 6 * * 0 /usr/bin/geoalarm" in line


def test_words_with_spaces_and_percent_signs_are_quoted(tmp_path: Path) -> None:
    folder = tmp_path / "a b%c$d"
    folder.mkdir()
    made = files(folder)
    assert f'"{tmp_path}/a b%%c$$d/s.yml"' in made["geoalarm-s.service"]
    assert rf"'{tmp_path}/a b\%c$d/s.yml'" in made["geoalarm-s.cron"]
