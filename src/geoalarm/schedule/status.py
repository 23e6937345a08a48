"""What ran, what is due, what failed: as plain values, and as a page that anybody may read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import jinja2

from geoalarm.core.atomic import atomic_file
from geoalarm.i18n.messages import date_long, text
from geoalarm.schedule.plan.clock import Clock
from geoalarm.schedule.plan.cron import Timetable
from geoalarm.schedule.plan.jobs import Job, Plan
from geoalarm.schedule.state.database import Database, is_state_locked
from geoalarm.schedule.state.delivery_ledger import Delivery, Ledger
from geoalarm.schedule.state.run_log import RunLog, ScheduledRun

PAGE: Final = "status.html"
_RUNS: Final = 10


def status(plan: Plan, state: Path, *, now: datetime) -> dict[str, Any]:
    """Plain values, for a machine: every time in the time zone of the plan.

    ``attention`` is true where the last run of a job failed, lacks something or is uncertain.
    """
    database = Database(state)
    runs, ledger = RunLog(database), Ledger(database, Clock())
    running = is_state_locked(state)
    jobs = [
        _job(plan, job, runs if database.exists else None, ledger, now, running=running) for job in plan.jobs
    ]
    return {
        "schedule": plan.file.name,
        "timezone": plan.timezone,
        "as_of": _local(now, plan),
        "running": running,
        "attention": any(job["attention"] for job in jobs),
        "jobs": jobs,
    }


def _job(
    plan: Plan, job: Job, runs: RunLog | None, ledger: Ledger, now: datetime, *, running: bool
) -> dict[str, Any]:
    upcoming = Timetable(job.cron, plan.timezone).after(now)
    rows = runs.of(job.name, newest=_RUNS) if runs else []
    told = [_run(plan, run, ledger.of(run.job, run.due), running=running) for run in rows]
    last = next((one for one in told if one["state"] not in ("due", "skipped")), None)
    return {
        "name": job.name,
        "cron": job.cron,
        "next": _local(upcoming, plan) if upcoming else None,
        "attention": last is not None and (last["state"] in ("failed", "partly") or bool(last["uncertain"])),
        "last": last,
        "runs": told,
    }


def _run(plan: Plan, run: ScheduledRun, deliveries: list[Delivery], *, running: bool) -> dict[str, Any]:
    def rows(*states: str) -> list[dict[str, str]]:
        return [
            {
                "target": one.parcel.target,
                "commune": one.parcel.commune,
                "addressee": one.parcel.addressee,
                "note": one.note,
                "message_id": one.message_id,
            }
            for one in deliveries
            if one.state in states
        ]

    return {
        "due": _local(run.due, plan),
        "state": run.state
        if running or run.state != "running"
        else "due",  # cut short: it goes on at the next start
        "reason": run.reason,
        "started": _local(run.started, plan) if run.started else None,
        "ended": _local(run.ended, plan) if run.ended else None,
        "attempts": run.attempts,
        "documents": run.made,
        "lacking": [
            {"commune": one.commune, "name": one.name, "why": one.why} for one in run.lacking if one.commune
        ],
        "layers": [{"name": one.name, "why": one.why} for one in run.lacking if not one.commune],
        "delivered": sum(one.state == "sent" for one in deliveries),
        "parcels": len(deliveries),
        "not_delivered": rows("failed", "waiting"),
        "uncertain": rows("uncertain"),
    }


def _local(moment: datetime, plan: Plan) -> str:
    return moment.astimezone(Timetable("* * * * *", plan.timezone).zone).isoformat(timespec="seconds")


def write_page(plan: Plan, state: Path, *, now: datetime) -> Path:
    """Write ``status.html`` into the state folder, whole or not at all."""
    page = state / PAGE
    with atomic_file(page) as scratch:
        scratch.write_text(render(status(plan, state, now=now), plan.lang), encoding="utf-8")
    return page


def render(facts: Mapping[str, Any], lang: str) -> str:
    """The page of these values, in a language."""
    place = jinja2.Environment(
        loader=jinja2.PackageLoader("geoalarm.schedule"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def moment(stamp: str | None) -> str:
        if not stamp:
            return text("schedule.status.never", lang)
        when = datetime.fromisoformat(stamp)
        return text(
            "schedule.status.moment", lang, date=date_long(when.date(), lang), time=when.strftime("%H:%M")
        )

    def reason(run: Mapping[str, Any]) -> str:
        return text(f"schedule.reason.{run['reason']}", lang) if run["state"] == "skipped" else ""

    def t(key: str, **values: object) -> str:
        return text(f"schedule.{key}", lang, **values)

    return place.get_template("status.html.j2").render(
        facts=facts, lang=lang, t=t, moment=moment, reason=reason
    )
