"""What is due, runs, was made, was delivered, failed or was skipped: one row for each job and due time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from geoalarm.schedule.plan.cron import Timetable
from geoalarm.schedule.plan.jobs import Job, Plan
from geoalarm.schedule.scheduled_edition import MissingReport, ScheduledEdition
from geoalarm.schedule.state.database import Database, moment, stamp

GRACE: Final = timedelta(minutes=15)
"""A due time seen this late still is on time: timers and slow starts take a while."""

CATCH_UP_MOST: Final = 100
"""Missed times that ``catch_up: all`` makes up for, the newest; a job of every minute has many."""

KEEP: Final = 1000
"""Runs of each job that are remembered."""

OPEN: Final = ("due", "running", "made")


@dataclass(frozen=True, slots=True)
class ScheduledRun:
    """A job at a due time.

    Attributes
    ----------
    state : str
        ``due``, ``running`` (documents are being made), ``made`` (and being delivered), ``done``, ``partly``
        (something is lacking or was not delivered), ``failed``, ``skipped``.
    reason : str
        Of a skipped run: ``missed``, ``overlap``, ``superseded``, ``gone``; of a failed one what went wrong.
    """

    job: str
    due: datetime
    state: str
    reason: str = ""
    started: datetime | None = None
    ended: datetime | None = None
    attempts: int = 0
    edition: str | None = None
    sha256: str | None = None
    made: int = 0
    lacking: tuple[MissingReport, ...] = ()


class RunLog:
    """The rows of runs in a state's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def look(self, plan: Plan, now: datetime, *, first_grace: timedelta = timedelta(0)) -> list[ScheduledRun]:
        """Write down what became due since the last look, by each job's rule of catching up; the new rows.

        A job seen for the first time, or with another cron expression, starts now: history is not caught up.
        ``first_grace`` lets such a job see the time that just passed, for a first start by a timer.
        """
        new: list[ScheduledRun] = []
        with self._database.open() as db:
            for job in plan.jobs:
                new += _look(db, job, plan.timezone, now, first_grace)
            names = [job.name for job in plan.jobs]
            for row in db.execute(
                "SELECT job, due FROM runs WHERE state IN ('due', 'running', 'made')"
            ).fetchall():
                if row["job"] not in names:
                    _close(db, row["job"], row["due"], now, "skipped", "gone")
        return new

    def resume(self) -> None:
        """After a start: what was running when the last process ended is due again."""
        with self._database.open() as db:
            db.execute("UPDATE runs SET state = 'due' WHERE state = 'running'")

    def reopen(self, job: str) -> ScheduledRun | None:
        """Open a job's last run again if it failed or is incomplete, and its failed deliveries with it."""
        with self._database.open() as db:
            row = db.execute(
                "SELECT * FROM runs WHERE job = ? AND state <> 'skipped' ORDER BY due DESC LIMIT 1", (job,)
            ).fetchone()
            if row is None or row["state"] not in ("failed", "partly"):
                return None
            state = "made" if row["edition"] else "due"
            db.execute(
                "UPDATE runs SET state = ?, reason = '', ended = NULL, attempts = 0 WHERE job = ? "
                "AND due = ?",
                (state, job, row["due"]),
            )
            db.execute(
                "UPDATE deliveries SET state = 'waiting' WHERE job = ? AND due = ? AND state = 'failed'",
                (job, row["due"]),
            )
        return _run(row)

    def next(self) -> ScheduledRun | None:
        """The open run to go on with: what is made first, then the oldest due."""
        with self._database.open(write=False) as db:
            row = db.execute(
                "SELECT * FROM runs WHERE state IN ('due', 'running', 'made') ORDER BY state = 'made' "
                "DESC, due, job LIMIT 1"
            ).fetchone()
        return None if row is None else _run(row)

    def start(self, run: ScheduledRun, now: datetime) -> None:
        """One more attempt at making the documents."""
        self._set(
            run, "state = 'running', started = coalesce(started, ?), attempts = attempts + 1", stamp(now)
        )

    def put_back(self, run: ScheduledRun) -> None:
        """A run that was stopped while its documents were made is due again; that attempt does not count."""
        with self._database.open() as db:
            db.execute(
                "UPDATE runs SET state = 'due', attempts = attempts - 1 WHERE job = ? AND due = ? AND "
                "state = 'running'",
                (run.job, stamp(run.due)),
            )

    def made(self, run: ScheduledRun, edition: ScheduledEdition) -> None:
        """The documents stand on disk."""
        lacking = json.dumps([asdict(one) for one in edition.lacking], ensure_ascii=False)
        values = (str(edition.folder), edition.sha256, len(edition.documents), lacking)
        self._set(run, "state = 'made', edition = ?, sha256 = ?, made = ?, lacking = ?", *values)

    def end(self, run: ScheduledRun, now: datetime, *, state: str, reason: str = "") -> None:
        """Close a run."""
        with self._database.open() as db:
            _close(db, run.job, stamp(run.due), now, state, reason)
            db.execute(
                "DELETE FROM runs WHERE job = ? AND due < (SELECT due FROM runs WHERE job = ? ORDER BY "
                "due DESC LIMIT 1 OFFSET ?)",
                (run.job, run.job, KEEP - 1),
            )
            db.execute(
                "DELETE FROM deliveries WHERE job = ? AND due < (SELECT min(due) FROM runs WHERE job = ?)",
                (run.job, run.job),
            )

    def get(self, job: str, due: datetime) -> ScheduledRun | None:
        """One run."""
        with self._database.open(write=False) as db:
            row = db.execute("SELECT * FROM runs WHERE job = ? AND due = ?", (job, stamp(due))).fetchone()
        return None if row is None else _run(row)

    def of(self, job: str, *, newest: int = 20) -> list[ScheduledRun]:
        """The newest runs of a job, newest first."""
        with self._database.open(write=False) as db:
            rows = db.execute(
                "SELECT * FROM runs WHERE job = ? ORDER BY due DESC LIMIT ?", (job, newest)
            ).fetchall()
        return [_run(row) for row in rows]

    def last_edition(self, job: str, before: datetime) -> str | None:
        """Folder of the newest edition before a time."""
        with self._database.open(write=False) as db:
            row = db.execute(
                "SELECT edition FROM runs WHERE job = ? AND due < ? AND edition IS NOT NULL ORDER BY due "
                "DESC LIMIT 1",
                (job, stamp(before)),
            ).fetchone()
        return None if row is None else str(row["edition"])

    def _set(self, run: ScheduledRun, change: str, *values: object) -> None:
        with self._database.open() as db:
            statement = f"UPDATE runs SET {change} WHERE job = ? AND due = ?"  # noqa: S608 - our own words
            db.execute(statement, (*values, run.job, stamp(run.due)))


def _look(
    db: sqlite3.Connection, job: Job, timezone: str, now: datetime, first_grace: timedelta
) -> list[ScheduledRun]:
    """The new rows of one job."""
    row = db.execute("SELECT * FROM jobs WHERE name = ?", (job.name,)).fetchone()
    known = row is not None and (row["cron"], row["timezone"]) == (job.cron, timezone)
    since = moment(row["looked"]) if known else now - (first_grace if row is None else timedelta(0))
    times, more = Timetable(job.cron, timezone).between(since, now, newest=CATCH_UP_MOST)
    if not known:
        times, more = times[-1:], False
    db.execute(
        "INSERT INTO jobs VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET cron = excluded.cron, "
        "timezone = excluded.timezone, "
        "looked = max(looked, excluded.looked), since = CASE WHEN ? THEN since ELSE excluded.since END",
        (job.name, job.cron, timezone, stamp(now), stamp(now), known),
    )
    if not times:
        return []
    waiting = db.execute(
        "SELECT due, state FROM runs WHERE job = ? AND state IN ('due', 'running', 'made')", (job.name,)
    ).fetchall()
    chosen, reason = _choose(job, times, now, busy=bool(waiting))
    if job.catch_up == "last":
        for one in waiting:
            if one["state"] == "due":
                _close(db, job.name, one["due"], now, "skipped", "superseded")
    found: list[ScheduledRun] = []
    for place, due in enumerate(times):
        run = (
            ScheduledRun(job.name, due, "due")
            if due in chosen
            else ScheduledRun(job.name, due, "skipped", "missed_more" if more and place == 0 else reason)
        )
        put = db.execute(
            "INSERT OR IGNORE INTO runs (job, due, state, reason, noted) VALUES (?, ?, ?, ?, ?)",
            (run.job, stamp(due), run.state, run.reason, stamp(now)),
        )
        found += [run] * put.rowcount
    return found


def _choose(
    job: Job, times: Sequence[datetime], now: datetime, *, busy: bool
) -> tuple[Sequence[datetime], str]:
    """Which of the due times run, and why the others do not."""
    if job.catch_up == "all":
        return times, "missed"
    if job.catch_up == "last":
        return times[-1:], "overlap" if busy else "missed"
    if busy:
        return (), "overlap"
    return [due for due in times[-1:] if now - due <= GRACE], "missed"


def _close(db: sqlite3.Connection, job: str, due: str, now: datetime, state: str, reason: str) -> None:
    db.execute(
        "UPDATE runs SET state = ?, reason = ?, ended = ? WHERE job = ? AND due = ?",
        (state, reason, stamp(now), job, due),
    )


def _run(row: sqlite3.Row) -> ScheduledRun:
    return ScheduledRun(
        job=row["job"],
        due=moment(row["due"]),
        state=row["state"],
        reason=row["reason"],
        started=moment(row["started"]) if row["started"] else None,
        ended=moment(row["ended"]) if row["ended"] else None,
        attempts=row["attempts"],
        edition=row["edition"],
        sha256=row["sha256"],
        made=row["made"],
        lacking=tuple(MissingReport(**one) for one in json.loads(row["lacking"])),
    )
