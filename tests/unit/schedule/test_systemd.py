"""Units for systemd and the line for cron: checked by systemd itself where the machine has it."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from geoalarm.schedule.plan.cron import Timetable
from geoalarm.schedule.plan.systemd import on_calendar, unit_files, write_units

kit = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[2] / "schedule_kit.py")))
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
        ("30 2,3 * * *", ["*-*-* 02,03:30:00 Europe/Brussels"]),  # 03:30 is there
        ("30 2 1 * *", ["*-*-01 02:30:00 Europe/Brussels"]),  # no first is such a night
        ("30 2 * * 0", ["Sun *-*-* 02:30:00 Europe/Brussels", "*-03-* 03:30:00 Europe/Brussels"]),
    ],
)
def test_cron_in_the_words_of_systemd(cron: str, lines: list[str]) -> None:
    assert on_calendar(Timetable(cron, "Europe/Brussels"), TODAY) == lines


ELSEWHERE = [  # half an hour, at midnight, the hour before it: the lines that are added for systemd
    ("Australia/Lord_Howe", "10 2 * * *", ["*-10-* 02:40:00 Australia/Lord_Howe"]),
    ("Australia/Lord_Howe", "45 * * * *", ["*-03,04-* 15:15:00 UTC"]),  # on 31 March, UTC, in 2029
    ("Asia/Beirut", "0 0 * * 0", ["*-03-* 01:00:00 Asia/Beirut"]),
    ("America/Nuuk", "30 23 * * 6", ["*-03-* 00:30:00 America/Nuuk"]),
]


@pytest.mark.parametrize(("timezone", "cron", "more"), ELSEWHERE)
def test_what_other_clocks_jump_over_or_show_twice(timezone: str, cron: str, more: list[str]) -> None:
    assert on_calendar(Timetable(cron, timezone), TODAY)[1:] == more


NIGHTS = [
    *(
        ("Europe/Brussels", start)
        for start in ("2026-03-28 12:00:00", "2026-10-24 12:00:00", "2026-06-10 00:00:00")
    ),
    *(("Australia/Lord_Howe", start) for start in ("2026-10-03 00:00:00", "2026-04-04 00:00:00")),
    *(("Asia/Beirut", start) for start in ("2026-03-28 00:00:00", "2026-10-24 00:00:00")),
    *(("America/Havana", start) for start in ("2026-03-07 12:00:00", "2026-10-31 12:00:00")),
    *(("America/Nuuk", start) for start in ("2026-03-28 12:00:00", "2026-10-24 12:00:00")),
]


@needs_systemd
@pytest.mark.parametrize(("timezone", "start"), NIGHTS)
@pytest.mark.parametrize(
    "cron",
    [
        "0 6 1 * *",
        "30 2 * * *",
        "*/20 1-3 * * *",
        "0 6 13 * 5",
        "15 * * * 0",
        "45 5 10-20/5 3,6,10 *",
        "0 0 * * *",
        "10 0,23 * * 6,0",
    ],
)
def test_systemd_wakes_at_every_due_time_also_when_clocks_change(
    cron: str, timezone: str, start: str
) -> None:
    timetable = Timetable(cron, timezone)
    due = timetable.upcoming(kit.utc(start), 8)
    awake = {when for line in on_calendar(timetable, TODAY) for when in elapses(line, start, 80)}
    assert set(due) <= awake


@needs_systemd
@pytest.mark.parametrize(("timezone", "start"), NIGHTS)
@pytest.mark.parametrize(
    "line", ["*-*-* 02:30:00", "Sun *-*-* *:10,45:00", "*-03,04,10-* 00,01:00:00", "*-*-* 23:59:00"]
)
def test_the_systemd_of_the_other_tests_wakes_as_the_real_one(line: str, timezone: str, start: str) -> None:
    since = kit.utc(start)
    real = elapses(f"{line} {timezone}", start, 60)
    ours = kit.wakes(f"{line} {timezone}", since + timedelta(minutes=1), since + timedelta(days=3))
    assert ours == [one for one in real if one <= since + timedelta(days=3)]


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


def test_cron_comes_back_for_what_the_clock_jumped_over(tmp_path: Path) -> None:
    """A cron starts it at three, when it is not due yet."""
    lines = files(tmp_path, cron="*/30 2 * * *")["geoalarm-s.cron"].splitlines()
    assert [line.split(" /usr")[0] for line in lines[4:]] == ["0,30 2 * * *", "0,30 3 * 3 *"]


def test_words_with_spaces_and_percent_signs_are_quoted(tmp_path: Path) -> None:
    folder = tmp_path / "a b%c$d"
    folder.mkdir()
    made = files(folder)
    assert f'"{tmp_path}/a b%%c$$d/s.yml"' in made["geoalarm-s.service"]
    assert rf"'{tmp_path}/a b\%c$d/s.yml'" in made["geoalarm-s.cron"]
