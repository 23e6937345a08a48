"""``geoalarm schedule``: reports on time."""

from __future__ import annotations

import json
import shutil
import signal
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geoalarm.cli.path_type import UserPath
from geoalarm.cli.terminal import is_quiet, show_table
from geoalarm.cli.terminal_text import echo

if TYPE_CHECKING:
    from geoalarm.schedule.plan.clock import Clock

_FILE = click.argument("file", type=UserPath(), metavar="FILE.yml")
_STATE = click.option(
    "--state",
    type=UserPath(file_okay=False),
    metavar="DIR",
    help="Memory of the service; default: FILE.state beside the file.",
)


@click.group()
def schedule() -> None:
    """Make reports on time and deliver them: folders, storage, e-mail. The file: docs/schedule.md."""


@schedule.command()
@_FILE
@_STATE
@click.option("--once", is_flag=True, help="Do all that is due, then end; for timers and cron.")
@click.option(
    "--again",
    is_flag=True,
    help="First try once more what failed the last time; what is uncertain is left alone.",
)
def run(file: Path, state: Path | None, once: bool, again: bool) -> int:
    """Run the jobs of FILE.yml, in the foreground, until stopped (Ctrl-C, SIGTERM).

    Exit code 1 with --once: something failed or is incomplete; 'geoalarm schedule status' says what.
    """
    from geoalarm.schedule.plan.clock import Clock, Stopped
    from geoalarm.schedule.plan.cron import Timetable
    from geoalarm.schedule.plan.plan_file import read_plan
    from geoalarm.schedule.readiness import require_ready
    from geoalarm.schedule.report_runner import require_selection, run_reports
    from geoalarm.schedule.service import Service
    from geoalarm.schedule.state.database import lock_state
    from geoalarm.schedule.state.journal import journal
    from geoalarm.schedule.status import write_page

    plan = read_plan(file)
    place = state or plan.state
    require_ready(plan)
    if not once:
        require_selection(plan)
    clock = Clock()

    def changed() -> None:
        write_page(plan, place, now=clock.now())

    with lock_state(place), journal(place):
        service = Service(plan, place, run_reports, clock=clock, changed=changed)
        _stop_on_signals(clock)
        if again:
            service.again()
        if not once:
            service.serve()
            return 0
        try:
            done = service.once()
        except Stopped:
            echo("stopped; what is unfinished goes on at the next start", err=True)
            return 0
    if not is_quiet():
        for one in done:
            due = one.due.astimezone(Timetable("* * * * *", plan.timezone).zone).isoformat(timespec="minutes")
            echo(f"{one.job} {due}: {one.state}{f' ({one.reason})' if one.reason else ''}")
        if not done:
            echo("nothing is due")
    return int(any(one.state != "done" for one in done))


@schedule.command()
@_FILE
def check(file: Path) -> None:
    """Check FILE.yml and whether it can run here, tell all faults at once, and print the next five times of
    each job.
    """
    from geoalarm.schedule.plan.cron import Timetable
    from geoalarm.schedule.plan.plan_file import read_plan
    from geoalarm.schedule.readiness import require_ready
    from geoalarm.schedule.report_runner import require_selection

    plan = read_plan(file)
    rows = []
    for job in plan.jobs:
        timetable = Timetable(job.cron, plan.timezone)
        for when in timetable.upcoming(datetime.now(UTC), 5):
            rows.append(
                [
                    job.name,
                    when.astimezone(timetable.zone).strftime("%a %Y-%m-%d %H:%M %Z"),
                    ", ".join(one.name for one in job.deliver),
                ]
            )
    show_table(rows, head=["job", f"due ({plan.timezone})", "delivered to"])
    require_ready(plan)
    require_selection(plan)


@schedule.command()
@_FILE
@click.option(
    "--out",
    type=UserPath(file_okay=False),
    metavar="DIR",
    help="Folder to write them into; default: print them.",
)
@click.option("--user", default="geoalarm", show_default=True, help="Who runs the service.")
def units(file: Path, out: Path | None, user: str) -> None:
    """Write units for systemd (a service with its timer, or a service that stays) and a line for cron."""
    from geoalarm.schedule.plan.plan_file import read_plan
    from geoalarm.schedule.plan.systemd import unit_files, write_units

    plan = read_plan(file)
    command = shutil.which("geoalarm") or str(Path(sys.argv[0]).absolute())
    today = date.today()
    if out is not None:
        for path in write_units(plan, out, command=command, user=user, today=today):
            echo(path)
        return
    for name, content in unit_files(plan, command=command, user=user, today=today).items():
        echo(f"# ---- {name}\n{content}")


@schedule.command()
@_FILE
@_STATE
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def status(file: Path, state: Path | None, as_json: bool) -> int:
    """Tell what ran, what is due and what failed. Exit code 1: the last run of a job failed, lacks something
    or is uncertain.
    """
    from geoalarm.schedule import status as told
    from geoalarm.schedule.plan.plan_file import read_plan

    plan = read_plan(file)
    facts = told.status(plan, state or plan.state, now=datetime.now(UTC))
    if as_json:
        echo(json.dumps(facts, ensure_ascii=False, indent=1))
    else:
        _show_status(facts)
    return int(facts["attention"])


def _show_status(facts: dict[str, Any]) -> None:
    echo(
        f"{facts['schedule']}: the service is {'running' if facts['running'] else 'not running'} (times "
        f"in {facts['timezone']})"
    )
    rows = []
    for job in facts["jobs"]:
        last = job["last"] or {}
        sent = f"{last['delivered']} of {last['parcels']}" if last else "-"
        rows.append([job["name"], job["next"] or "never", last.get("due", "-"), last.get("state", "-"), sent])
    show_table(rows, head=["job", "next", "last", "outcome", "delivered"])
    for job in facts["jobs"]:
        for one in job["runs"]:
            _show_run(job["name"], one)


def _show_run(job: str, one: dict[str, Any]) -> None:
    """What went wrong or is open in a run; nothing where all is well."""
    head = f"{job} {one['due']}"
    if one["state"] not in ("done", "partly"):
        echo(f"{head}: {one['state']}{': ' + one['reason'] if one['reason'] else ''}")
    for lacking in one["lacking"]:
        echo(f"{head}: no report for {lacking['name'] or lacking['commune']}: {lacking['why']}")
    for layer in one["layers"]:
        echo(f"{head}: layer not read: {layer['name']}: {layer['why']}")
    for kind, rows in (
        ("not delivered", one["not_delivered"]),
        ("uncertain, not sent again", one["uncertain"]),
    ):
        for row in rows:
            where = " ".join(word for word in (row["target"], row["commune"], row["addressee"]) if word)
            echo(f"{head}: {kind}: {where}: {row['note']} {row['message_id']}".rstrip())


def _stop_on_signals(clock: Clock) -> None:
    """The first signal asks to stop; the second ends at once, which the state survives."""

    def stop(number: int, frame: object) -> None:
        if clock.stopping:
            raise KeyboardInterrupt
        clock.stop()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
