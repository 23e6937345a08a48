"""What tests of the schedule share: a clock that is told the time, a runner that writes small real files, and
both as a process.

Run as a program it is the real service with that runner, so that it can be killed:
``python schedule_kit.py FILE.yml STATE NOW [key=seconds ...]``.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from geoalarm.core.errors import InputError
from geoalarm.schedule.plan.clock import Clock
from geoalarm.schedule.plan.jobs import Plan
from geoalarm.schedule.plan.plan_file import plan_from, read_plan
from geoalarm.schedule.scheduled_edition import Document, MissingReport, ReportJob, ScheduledEdition
from geoalarm.schedule.service import Service

COMMUNES = {"FR:59350": "Lille", "FR:59512": "Roubaix", "BE:54007": "Mouscron"}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class TestClock(Clock):
    """Stands still until it is told otherwise; waits pass at once and are remembered."""

    __test__ = False

    def __init__(self, now: str = "2026-01-15 12:00") -> None:
        super().__init__()
        self.time, self.waits = utc(now), []

    def now(self) -> datetime:
        return self.time

    def set(self, now: str) -> None:
        self.time = utc(now)

    def pause(self, seconds: float) -> None:
        self.check()
        self.waits.append(seconds)
        self.time += timedelta(seconds=seconds)


class ShiftedClock(Clock):
    """Runs as fast as the machine's, from another time."""

    def __init__(self, now: str) -> None:
        super().__init__()
        self._offset = utc(now) - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset


class SmallReports:
    """A runner: a page and a PDF for each commune, an index; what goes wrong is set from outside."""

    def __init__(
        self,
        *,
        fails: int = 0,
        lacking: tuple[str, ...] = (),
        slow: float = 0.0,
        size: int = 0,
        during: Any = None,
    ) -> None:
        self.fails, self.lacking, self.slow, self.size, self.during = fails, lacking, slow, size, during
        self.asked: list[ReportJob] = []

    def __call__(self, wanted: ReportJob) -> ScheduledEdition:
        self.asked.append(wanted)
        documents = []
        for commune, name in COMMUNES.items():
            wanted.progress(name)
            if commune in self.lacking:
                continue
            folder = wanted.folder / commune.replace(":", "-")
            folder.mkdir(exist_ok=True)
            for lang in wanted.lang:
                (folder / f"{lang}.html").write_text(
                    f"<p>{name} {lang} {wanted.due.isoformat()}</p>", encoding="utf-8"
                )
                (folder / f"{lang}.pdf").write_bytes(b"%PDF-1.4 " + name.encode() + b" " * self.size)
                documents += [
                    Document(f"{folder.name}/{lang}.{kind}", commune=commune, name=name, lang=lang, kind=kind)
                    for kind in ("html", "pdf")
                ]
            time.sleep(self.slow)
        if self.during is not None:
            self.during(wanted)
        if self.fails > 0:
            self.fails -= 1
            raise OSError("the printer is away")
        (wanted.folder / "index.html").write_text("<p>index</p>", encoding="utf-8")
        if documents:
            documents.append(Document("index.html", name="Index", kind="html"))
        lacking = tuple(MissingReport(one, COMMUNES[one], "no data") for one in self.lacking)
        return ScheduledEdition(tuple(documents), lacking, example=True)


def plan(folder: Path, *, jobs: list[dict[str, Any]] | None = None, **job: Any) -> Plan:
    """A plan of one job at six each day, or of several."""
    usual = {"name": "daily", "cron": "0 6 * * *", "report": {"lang": ["fr"], "out": "editions"}}
    return plan_from(
        {"timezone": "Europe/Brussels", "jobs": [usual | one for one in jobs or [job]]}, file=folder / "s.yml"
    )


def service(folder: Path, runner: Any = None, clock: Clock | None = None, **job: Any) -> Service:
    """A service on ``folder/state``."""
    return Service(
        plan(folder, **job), folder / "state", runner or SmallReports(), clock=clock or TestClock()
    )


def wakes(line: str, since: datetime, until: datetime) -> list[datetime]:
    """When systemd wakes by a line of ``OnCalendar=`` of ours.

    It leaves out what the clock jumps over, and the second of two alike.
    """
    *week, dates, times, timezone = line.split()
    zone, wanted = ZoneInfo(timezone), (*dates.split("-")[1:], *times.split(":")[:2])
    found, at = [], since
    while at <= until:
        wall = at.astimezone(zone)
        shown = (f"{part:02d}" for part in (wall.month, wall.day, wall.hour, wall.minute))
        if wall.fold == 0 and (not week or wall.strftime("%a") in week[0]):
            fields = zip(shown, wanted, strict=True)
            found += [at] * all(field == "*" or part in field.split(",") for part, field in fields)
        at += timedelta(minutes=1)
    return found


def refuse(wanted: ReportJob) -> ScheduledEdition:
    raise InputError("scenario", got="nothing", expected="something", hint="write one")


def main() -> None:
    """The service as a process: it writes a line when it is ready, and one when it ended by itself."""
    from geoalarm.cli.schedule_command import _stop_on_signals
    from geoalarm.schedule.state.database import lock_state
    from geoalarm.schedule.state.journal import journal
    from geoalarm.schedule.status import write_page

    file, state, now, *words = sys.argv[1:]
    options = dict(word.split("=") for word in words)
    place, clock, read = Path(state), ShiftedClock(now), read_plan(file)
    runner = SmallReports(slow=float(options.get("slow", 0)), size=int(options.get("size", 0)))
    with lock_state(place), journal(place):
        running = Service(
            read, place, runner, clock=clock, changed=lambda: write_page(read, place, now=clock.now())
        )
        _stop_on_signals(clock)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        running.serve(look_every_s=0.1)
        sys.stdout.write("ended\n")


if __name__ == "__main__":
    main()
