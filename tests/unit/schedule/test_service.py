"""The service under a clock that is told the time: what is missed, overlaps, fails, is tried again, is
killed.
"""

from __future__ import annotations

import runpy
import sqlite3
import tempfile
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoalarm.core.errors import InputError
from geoalarm.schedule.delivery import folder as folder_module
from geoalarm.schedule.plan.clock import Stopped
from geoalarm.schedule.plan.cron import Timetable
from geoalarm.schedule.plan.plan_file import plan_from
from geoalarm.schedule.plan.systemd import unit_files
from geoalarm.schedule.scheduled_edition import LISTING, SUMS, file_sha256
from geoalarm.schedule.state.database import Database, is_state_locked, lock_state
from geoalarm.schedule.state.run_log import CATCH_UP_MOST, KEEP

pytestmark = pytest.mark.slow

kit = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[2] / "schedule_kit.py")))
SHARE = {"deliver": [{"folder": {"path": "share"}}]}


class Killed(BaseException):
    """What a kill looks like from inside: nobody catches it."""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "share").mkdir()
    return tmp_path


def started(place: Path, runner=None, **job):
    """A service that started on 15 January at noon, and its clock."""
    clock = kit.TestClock("2026-01-15 12:00")
    service = kit.service(place, runner, clock, **job)
    assert service.look() == []
    return service, clock


def told(service, job="daily"):
    return [
        (run.due.strftime("%d %H:%M"), run.state, run.reason)
        for run in reversed(service.runs.of(job, newest=500))
    ]


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_first_start_does_not_catch_up_history(place: Path) -> None:
    service, clock = started(place)
    assert told(service) == []
    clock.set("2026-01-16 05:00")  # 06:00 in Brussels
    assert [run.state for run in service.once()] == ["done"]
    assert told(service) == [("16 05:00", "done", "")]


def test_a_first_start_by_a_timer_sees_the_time_that_just_passed(place: Path) -> None:
    clock = kit.TestClock("2026-01-16 05:00:20")
    assert [run.state for run in kit.service(place, clock=clock).once()] == ["done"]


def test_an_edition_is_whole_checked_and_delivered_as_it_is(place: Path) -> None:
    service, clock = started(place, **SHARE)
    clock.set("2026-01-16 05:00")
    service.once()
    (edition,) = (place / "editions" / "daily").iterdir()
    assert edition.name == "2026-01-16T0600+0100"
    names = [f"{code}/fr.{kind}" for code in ("BE-54007", "FR-59350", "FR-59512") for kind in ("html", "pdf")]
    assert files(edition) == sorted([*names, "index.html", LISTING, SUMS])
    sums = dict(reversed(line.split("  ")) for line in (edition / SUMS).read_text().splitlines())
    assert sums == {name: file_sha256(edition / name) for name in [*names, "index.html", LISTING]}
    delivered = place / "share" / "daily" / edition.name
    assert files(delivered) == files(edition)
    assert all((delivered / name).read_bytes() == (edition / name).read_bytes() for name in files(edition))
    assert [row.state for row in service.ledger.in_state("sent")] == ["sent"]


def test_nothing_is_done_twice(place: Path) -> None:
    service, clock = started(place, runner := kit.SmallReports(), **SHARE)
    clock.set("2026-01-16 05:00")
    service.once()
    again = kit.service(place, runner, clock, **SHARE)
    assert again.once() == []
    clock.time += timedelta(hours=1)
    assert again.once() == []
    assert len(runner.asked) == 1


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (
            "last",
            [("16 05:00", "skipped", "missed"), ("17 05:00", "skipped", "missed"), ("18 05:00", "done", "")],
        ),
        ("all", [("16 05:00", "done", ""), ("17 05:00", "done", ""), ("18 05:00", "done", "")]),
        (
            "none",
            [
                ("16 05:00", "skipped", "missed"),
                ("17 05:00", "skipped", "missed"),
                ("18 05:00", "skipped", "missed"),
            ],
        ),
    ],
)
def test_what_was_missed_while_the_service_was_down(place: Path, rule: str, expected) -> None:
    service, clock = started(place, catch_up=rule)
    clock.set("2026-01-18 20:00")
    service.once()
    assert told(service) == expected


def test_a_few_minutes_late_is_on_time(place: Path) -> None:
    service, clock = started(place, catch_up="none")
    clock.set("2026-01-16 05:14")
    service.once()
    assert told(service) == [("16 05:00", "done", "")]


def test_a_long_downtime_is_caught_up_with_a_bound(place: Path) -> None:
    service, clock = started(place, cron="* * * * *", catch_up="all")
    clock.set("2026-01-17 12:00")
    service.look()
    rows = told(service)
    assert len(rows) == CATCH_UP_MOST
    assert rows[-1] == ("17 12:00", "due", "")


def test_missed_times_before_those_that_are_told_are_told_as_more(place: Path) -> None:
    service, clock = started(place, cron="* * * * *", catch_up="last")
    clock.set("2026-01-17 12:00")
    service.look()
    assert told(service)[0][1:] == ("skipped", "missed_more")
    assert {row[1:] for row in told(service)[1:-1]} == {("skipped", "missed")}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("last", [("16 06:00", "done", ""), ("16 07:00", "skipped", "superseded"), ("16 08:00", "done", "")]),
        (
            "none",
            [
                ("16 06:00", "done", ""),
                ("16 07:00", "skipped", "overlap"),
                ("16 08:00", "skipped", "overlap"),
            ],
        ),
        ("all", [("16 06:00", "done", ""), ("16 07:00", "done", ""), ("16 08:00", "done", "")]),
    ],
)
def test_a_job_that_still_runs_is_not_started_twice(place: Path, rule: str, expected) -> None:
    """The alarm looks at 07:00 and 08:00 while the documents of 06:00 are still being made."""
    running = []

    def during(wanted):
        assert not running
        running.append(wanted)
        if len(runner.asked) == 1:
            for hour in ("07", "08"):
                clock.set(f"2026-01-16 {hour}:00")
                service.look()
        running.clear()

    runner = kit.SmallReports(during=during)
    service, clock = started(place, runner, cron="0 7-9 * * *", catch_up=rule)
    clock.set("2026-01-16 06:00")
    service.once()
    assert told(service) == expected


def test_a_job_that_waits_for_another_is_not_missed(place: Path) -> None:
    """Both are due at six; the first takes two hours. The second was seen in time and runs after it, though
    it never catches up.
    """

    def during(wanted):
        clock.time += timedelta(hours=2)

    jobs = [{"name": "a"}, {"name": "b", "catch_up": "none"}]
    service, clock = started(place, kit.SmallReports(during=during), jobs=jobs)
    clock.set("2026-01-16 05:00")
    assert [(run.job, run.state) for run in service.once()] == [("a", "done"), ("b", "done")]


def test_a_fault_that_passes_is_tried_again_with_growing_waits(place: Path) -> None:
    service, clock = started(
        place, kit.SmallReports(fails=2), retries={"times": 3, "first_wait": "60 s", "factor": 4}
    )
    clock.set("2026-01-16 05:00")
    (run,) = service.once()
    assert (run.state, run.attempts, clock.waits) == ("done", 3, [60, 240])


def test_a_fault_that_stays_is_told_and_given_up(place: Path) -> None:
    service, clock = started(place, runner := kit.SmallReports(fails=99))
    clock.set("2026-01-16 05:00")
    (run,) = service.once()
    assert (run.state, run.attempts, clock.waits) == ("failed", 4, [60, 240, 960])
    assert run.reason == "OSError: the printer is away"
    runner.fails = 0
    clock.set("2026-01-17 05:00")
    assert [one.state for one in service.once()] == ["done"]


def test_a_wrong_input_is_not_tried_again(place: Path) -> None:
    service, clock = started(place, kit.refuse)
    clock.set("2026-01-16 05:00")
    (run,) = service.once()
    assert (run.state, run.attempts, clock.waits) == ("failed", 1, [])
    assert "write one" in run.reason


def test_one_job_does_not_take_another_with_it(place: Path) -> None:
    jobs = [{"name": "a", "report": {"lang": ["fr"], "scenario": "none.yml"}}, {"name": "b"}]

    def runner(wanted):
        return kit.refuse(wanted) if wanted.scenario else kit.SmallReports()(wanted)

    service, clock = started(place, runner, jobs=jobs)
    clock.set("2026-01-16 05:00")
    assert [(run.job, run.state) for run in service.once()] == [("a", "failed"), ("b", "done")]


def test_a_commune_that_fails_does_not_hold_back_the_rest(place: Path) -> None:
    service, clock = started(place, kit.SmallReports(lacking=("FR:59350",)), **SHARE)
    clock.set("2026-01-16 05:00")
    (run,) = service.once()
    assert (run.state, run.made, [one.commune for one in run.lacking]) == ("partly", 5, ["FR:59350"])
    assert "BE-54007/fr.pdf" in files(place / "share" / "daily" / "2026-01-16T0600+0100")


def test_an_edition_of_nothing_is_a_failure(place: Path) -> None:
    service, clock = started(place, kit.SmallReports(lacking=tuple(kit.COMMUNES)))
    clock.set("2026-01-16 05:00")
    (run,) = service.once()
    assert run.state == "failed"
    assert "no data" in run.reason
    assert not [path for path in (place / "editions" / "daily").iterdir() if not path.name.startswith(".")]


def test_a_document_that_was_not_written_is_a_failure(place: Path) -> None:
    def runner(wanted):
        made = kit.SmallReports()(wanted)
        (wanted.folder / "index.html").unlink()
        return made

    service, clock = started(place, runner)
    clock.set("2026-01-16 05:00")
    (run,) = service.once()
    assert run.state == "failed"
    assert "index.html" in run.reason


def test_killed_while_documents_are_made(place: Path) -> None:
    def die(wanted):
        raise Killed

    service, clock = started(place, kit.SmallReports(during=die), **SHARE)
    clock.set("2026-01-16 05:00")
    with pytest.raises(Killed):
        service.once()
    assert not (place / "editions" / "daily" / "2026-01-16T0600+0100").exists()
    assert list((place / "share").iterdir()) == []
    (run,) = kit.service(place, clock=clock, **SHARE).once()
    assert (run.state, run.attempts) == ("done", 2)
    assert [path.name for path in (place / "editions" / "daily").iterdir()] == ["2026-01-16T0600+0100"]


def test_a_job_that_kills_the_service_is_given_up(place: Path) -> None:
    def die(wanted):
        raise Killed

    runner = kit.SmallReports(during=die)
    service, clock = started(place, runner, retries={"times": 2})
    clock.set("2026-01-16 05:00")
    for _ in range(3):
        with pytest.raises(Killed):
            kit.service(place, runner, clock, retries={"times": 2}).once()
    (run,) = service.once()
    assert (run.state, len(runner.asked)) == ("failed", 3)
    assert "ended the service 3 times" in run.reason


@pytest.mark.parametrize("at", range(9))
def test_killed_at_any_file_while_it_is_copied(place: Path, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """Whatever file it is killed at, a reader of the share sees nothing before and everything after."""
    copied, real = [], folder_module.shutil.copyfile

    def copy(source, target):
        if len(copied) == at:
            target.write_bytes(b"half")
            raise Killed
        copied.append(target)
        return real(source, target)

    monkeypatch.setattr(folder_module.shutil, "copyfile", copy)
    service, clock = started(place, runner := kit.SmallReports(), **SHARE)
    clock.set("2026-01-16 05:00")
    with pytest.raises(Killed):
        service.once()
    assert not [path for path in (place / "share" / "daily").iterdir() if not path.name.startswith(".")]
    monkeypatch.setattr(folder_module.shutil, "copyfile", real)
    (run,) = kit.service(place, runner, clock, **SHARE).once()
    (there,) = (place / "share" / "daily").iterdir()
    assert (run.state, len(runner.asked)) == ("done", 1)
    assert files(there) == files(place / "editions" / "daily" / there.name)


def test_killed_between_the_rename_and_the_receipt(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    service, clock = started(place, **SHARE)
    clock.set("2026-01-16 05:00")
    with monkeypatch.context() as patch:
        patch.setattr(service.ledger, "receipt", lambda parcel: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            service.once()
    (there,) = (place / "share" / "daily").iterdir()
    before = (there / SUMS).stat().st_mtime_ns
    (run,) = kit.service(place, clock=clock, **SHARE).once()
    assert (run.state, (there / SUMS).stat().st_mtime_ns) == ("done", before)


def test_stopped_while_documents_are_made_and_gone_on_with(place: Path) -> None:
    """A stop asked for ten times is no fault of the job."""
    clock = kit.TestClock("2026-01-15 12:00")
    kit.service(place, clock=clock).once()
    clock.set("2026-01-16 05:00")
    for _ in range(10):
        clock.stopping = False
        with pytest.raises(Stopped):
            kit.service(
                place, kit.SmallReports(during=lambda wanted: (clock.stop(), wanted.progress(""))), clock
            ).once()
    clock.stopping = False
    (run,) = kit.service(place, clock=clock).once()
    assert (run.state, run.attempts) == ("done", 1)


def test_an_interrupted_run_gives_way_to_a_newer_one(place: Path) -> None:
    def die(wanted):
        raise Killed

    service, clock = started(place, kit.SmallReports(during=die))
    clock.set("2026-01-16 05:00")
    with pytest.raises(Killed):
        service.once()
    clock.set("2026-01-20 05:00")
    again = kit.service(place, clock=clock)
    again.once()
    rows = told(again)
    assert (rows[0], rows[-1]) == (("16 05:00", "skipped", "superseded"), ("20 05:00", "done", ""))
    assert [path.name for path in (place / "editions" / "daily").iterdir()] == ["2026-01-20T0600+0100"]


def test_a_changed_cron_expression_starts_anew(place: Path) -> None:
    _, clock = started(place)
    clock.set("2026-01-20 12:00")
    changed = kit.service(place, clock=clock, cron="0 7 * * *")
    assert changed.once() == []
    clock.set("2026-01-21 06:00")
    assert [run.state for run in changed.once()] == ["done"]


def test_a_job_that_left_the_file_is_closed(place: Path) -> None:
    service, clock = started(place)
    clock.set("2026-01-16 05:00")
    service.look()
    clock.set("2026-01-16 12:00")
    assert kit.service(place, clock=clock, name="other").once() == []
    assert told(service) == [("16 05:00", "skipped", "gone")]


def test_a_clock_set_back_makes_nothing_due_twice(place: Path) -> None:
    service, clock = started(place, runner := kit.SmallReports())
    clock.set("2026-01-16 05:00")
    service.once()
    clock.set("2026-01-16 04:00")
    service.once()
    clock.set("2026-01-16 05:30")
    service.once()
    assert len(runner.asked) == 1


def test_the_night_in_which_the_hour_comes_twice(place: Path) -> None:
    service, clock = started(place, runner := kit.SmallReports(), cron="30 2 * * *")
    clock.set("2026-10-24 12:00")
    service.once()
    for hour in ("00:30", "00:45", "01:30", "01:45", "02:30"):
        clock.set(f"2026-10-25 {hour}")
        service.once()
    assert [wanted.due.isoformat() for wanted in runner.asked[1:]] == ["2026-10-25T02:30:00+02:00"]


def test_the_night_in_which_the_hour_does_not_come(place: Path) -> None:
    service, clock = started(place, runner := kit.SmallReports(), cron="30 2 * * *", catch_up="none")
    for hour in ("00:30", "00:59", "01:30", "02:30"):
        clock.set(f"2026-03-29 {hour}")
        service.once()
    assert [wanted.due.isoformat() for wanted in runner.asked] == ["2026-03-29T03:30:00+02:00"]


def test_the_edition_before_is_told_to_the_next(place: Path) -> None:
    service, clock = started(place, runner := kit.SmallReports())
    for day in (16, 17):
        clock.set(f"2026-01-{day} 05:00")
        service.once()
    assert runner.asked[0].previous is None
    assert runner.asked[1].previous == place / "editions" / "daily" / "2026-01-16T0600+0100"


def test_a_share_that_is_not_mounted_is_waited_for(place: Path) -> None:
    (place / "share").rmdir()
    service, clock = started(place, **SHARE)
    clock.set("2026-01-16 05:00")
    clock.pause = lambda seconds: (place / "share").mkdir()
    assert [run.state for run in service.once()] == ["done"]


def test_a_share_that_never_comes_is_told(place: Path) -> None:
    (place / "share").rmdir()
    service, clock = started(place, **SHARE)
    clock.set("2026-01-16 05:00")
    (run,) = service.once()
    (row,) = service.ledger.in_state("failed")
    assert run.state == "partly"
    assert "does not exist" in row.note
    assert not (place / "share").exists()


def test_something_else_at_the_place_is_not_overwritten(place: Path) -> None:
    service, clock = started(place, **SHARE)
    there = place / "share" / "daily" / "2026-01-16T0600+0100"
    there.mkdir(parents=True)
    (there / "mine.txt").write_text("mine")
    clock.set("2026-01-16 05:00")
    (run,) = service.once()
    assert (run.state, files(there)) == ("partly", ["mine.txt"])
    assert "something else" in service.ledger.in_state("failed")[0].note


def test_an_edition_changed_after_it_was_made_is_not_delivered(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, clock = started(place, **SHARE)
    clock.set("2026-01-16 05:00")
    monkeypatch.setattr(
        service.runs,
        "made",
        lambda run, edition, real=service.runs.made: (
            real(run, edition),
            (edition.folder / "index.html").write_text("other"),
        ),
    )
    (run,) = service.once()
    assert run.state == "partly"
    assert "was changed after it was made" in service.ledger.in_state("failed")[0].note
    assert not (place / "share" / "daily" / "2026-01-16T0600+0100").exists()


def test_old_runs_are_forgotten(place: Path) -> None:
    service, clock = started(place)
    with service.runs._database.open() as db:
        for n in range(KEEP + 5):
            due = f"2020-01-01T00:00:{n:06d}+00:00"
            db.execute("INSERT INTO runs (job, due, state, noted) VALUES ('daily', ?, 'done', ?)", (due, due))
    clock.set("2026-01-16 05:00")
    service.once()
    with service.runs._database.open() as db:
        assert db.execute("SELECT count(*) FROM runs").fetchone()[0] == KEEP


def test_two_services_on_one_state_refuse(place: Path) -> None:
    assert not is_state_locked(place)
    with lock_state(place):
        assert is_state_locked(place)
        with pytest.raises(InputError, match="in use; got process"), lock_state(place):
            pass
    assert not is_state_locked(place)
    with lock_state(place):
        pass


def test_a_state_of_a_newer_house_is_refused(place: Path) -> None:
    db = sqlite3.connect(place / "state.sqlite")
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(InputError, match="newer geoalarm"), Database(place).open():
        pass


def test_a_state_that_is_no_database_is_refused(place: Path) -> None:
    (place / "state.sqlite").write_text(
        "not a database, but long enough to be taken for the head of one" * 20
    )
    with pytest.raises(InputError, match="cannot be read"), Database(place).open():
        pass


def test_a_state_killed_in_the_middle_of_a_change_can_be_read(place: Path) -> None:
    """A copy of file and journal as a kill leaves them: the half change is undone, also by who only reads."""
    database = Database(place)
    with database.open() as db:
        db.execute("INSERT INTO jobs VALUES ('a', 'b', 'c', 'd', 'e')")
    (place / "killed").mkdir()
    with database.open() as db:
        db.execute("PRAGMA cache_size = 0")
        db.executemany(
            "INSERT INTO jobs VALUES (?, 'b', 'c', 'd', 'e')", [(f"{n:0500}",) for n in range(200)]
        )
        for name in ("state.sqlite", "state.sqlite-journal"):
            (place / "killed" / name).write_bytes((place / name).read_bytes())
    assert (place / "killed" / "state.sqlite-journal").stat().st_size > 0
    with Database(place / "killed").open(write=False) as db:
        assert [row["name"] for row in db.execute("SELECT name FROM jobs")] == ["a"]


def test_a_run_that_failed_is_made_once_more_when_asked(place: Path) -> None:
    service, clock = started(place, runner := kit.SmallReports(fails=99))
    clock.set("2026-01-16 05:00")
    service.once()
    runner.fails = 0
    assert service.once() == []
    assert len(service.again()) == 1
    assert [run.state for run in service.once()] == ["done"]
    assert service.again() == []


def test_a_page_that_cannot_be_written_stops_no_report(place: Path) -> None:
    def fail():
        raise OSError("disk full")

    clock = kit.TestClock("2026-01-16 05:00")
    service = kit.Service(kit.plan(place), place / "state", kit.SmallReports(), clock=clock, changed=fail)
    assert [run.state for run in service.once()] == ["done"]


# Nights on which the clock changes. All times UTC; by hand, from the time on the wall.
NIGHTS = [
    ("Europe/Brussels", "0 0 * * *", "2026-03-28 12:00", ["28 23:00", "29 22:00", "30 22:00"]),
    ("Europe/Brussels", "0 0 1 * *", "2026-03-28 12:00", ["31 22:00"]),
    ("Europe/Brussels", "0 0 * * mon", "2026-03-28 12:00", ["29 22:00"]),
    ("Europe/Brussels", "30 2 * * *", "2026-03-28 12:00", ["29 01:30", "30 00:30", "31 00:30"]),
    ("Europe/Brussels", "*/20 2 29 * *", "2026-03-28 12:00", ["29 01:00", "29 01:20", "29 01:40"]),
    ("Europe/Brussels", "30 2 * * *", "2026-10-24 12:00", ["25 00:30", "26 01:30", "27 01:30"]),
    (
        "Europe/Brussels",
        "45 * 25 10 0",
        "2026-10-25 00:00",
        [f"25 {hour:02d}:45" for hour in range(23)],
    ),  # the second 02:45 too
    ("Australia/Lord_Howe", "10 2 * * *", "2026-10-02 12:00", ["02 15:40", "03 15:40", "04 15:10"]),
    ("Asia/Beirut", "0 0 * * *", "2026-03-27 12:00", ["27 22:00", "28 22:00", "29 21:00"]),
    ("America/Havana", "0 0 * * *", "2026-10-31 00:00", ["31 04:00", "01 04:00", "02 05:00"]),
]


def after_the_night(place: Path, cron: str, timezone: str, clock, wakes) -> list[tuple[str, str, str]]:
    """The runs after ``--once`` was started at these times, a new process each; late reports are not made."""
    plan = plan_from(
        {
            "timezone": timezone,
            "jobs": [{"name": "daily", "cron": cron, "report": {"lang": ["fr"]}, "catch_up": "none"}],
        },
        file=place / "s.yml",
    )
    kit.Service(plan, place / "state", kit.SmallReports(), clock=clock).once()
    for wake in wakes(plan):
        clock.time = wake
        service = kit.Service(plan, place / "state", kit.SmallReports(), clock=clock)
        service.once()
    return told(service)


@pytest.mark.parametrize(("timezone", "cron", "start", "due"), NIGHTS)
def test_the_timer_makes_each_report_once_when_the_clock_changes(
    place: Path, timezone: str, cron: str, start: str, due
) -> None:
    clock = kit.TestClock(start)

    def wakes(plan):
        timer = unit_files(plan, command="x", user="x", today=date(2026, 1, 15))["geoalarm-s.timer"]
        lines = [
            line.removeprefix("OnCalendar=") for line in timer.splitlines() if line.startswith("OnCalendar=")
        ]
        since, until = clock.time + timedelta(minutes=1), clock.time + timedelta(days=4)
        return sorted(
            {when + timedelta(seconds=1) for line in lines for when in kit.wakes(line, since, until)}
        )

    found = after_the_night(place, cron, timezone, clock, wakes)
    assert found[: len(due)] == [(one, "done", "") for one in due]
    assert {state for _, state, _ in found} == {"done"}


@pytest.mark.parametrize(("timezone", "cron", "start", "due"), NIGHTS)
def test_whenever_it_looks_the_service_makes_each_report_once(
    place: Path, timezone: str, cron: str, start: str, due
) -> None:
    """Every quarter of an hour: looks between the change and the due time move past nothing."""
    clock = kit.TestClock(start)
    looks = [clock.time + timedelta(minutes=n) for n in range(10, 4 * 1440, 15)]
    found = after_the_night(place, cron, timezone, clock, lambda plan: looks)
    assert found[: len(due)] == [(one, "done", "") for one in due]
    assert {state for _, state, _ in found} == {"done"}


STEP = st.tuples(st.integers(1, 3000), st.sampled_from(["", "", "making", "made", "copying", "receipt"]))


@pytest.mark.slow
@settings(max_examples=25)
@given(
    st.sampled_from(["last", "all", "none"]),
    st.sampled_from(["0 */6 * * *", "30 2 * * *", "15 1-3 * * *"]),
    st.lists(STEP, min_size=1, max_size=12),
)
def test_whatever_happens_each_due_time_is_accounted_for_once(rule: str, cron: str, steps) -> None:
    """Days pass, the service is killed anywhere: every due time has one row, every edition arrives once and
    whole.
    """
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        place = Path(name)
        (place / "share").mkdir()
        clock = kit.TestClock("2026-03-27 12:00")
        job = {"catch_up": rule, "cron": cron, "retries": {"times": 10}} | SHARE
        kit.service(place, None, clock, **job).look()
        for minutes, dies in [*steps, (1, "")]:
            clock.time += timedelta(minutes=minutes)
            with patch.context() as inner:
                service = kit.service(
                    place, kit.SmallReports(during=_die if dies == "making" else None), clock, **job
                )
                if dies == "made":
                    inner.setattr(service.runs, "made", _die)
                if dies == "copying":
                    inner.setattr(folder_module.shutil, "copyfile", _die)
                if dies == "receipt":
                    inner.setattr(service.ledger, "receipt", _die)
                with suppress(Killed):
                    service.once()
            seen = [path for path in (place / "share").glob("daily/*") if not path.name.startswith(".")]
            assert all(len(files(path)) == 9 for path in seen)
        timetable = Timetable(cron, "Europe/Brussels")
        due, _ = timetable.between(kit.utc("2026-03-27 12:00"), clock.time, newest=10_000)
        runs = service.runs.of("daily", newest=10_000)
        assert sorted(run.due for run in runs) == due
        assert {run.state for run in runs} <= {"done", "skipped"}
        assert len(seen) == len([run for run in runs if run.state == "done"])
        assert all(row.attempts >= 1 for row in service.ledger.in_state("sent"))
        assert len(service.ledger.in_state("sent")) == len(seen)


def _die(*given):
    raise Killed
