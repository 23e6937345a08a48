"""A schedule file becomes a plan: checked whole, all faults told at once. Pydantic at this border only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field

from geoalarm.core.errors import GeoalarmError, InputError
from geoalarm.core.quantities import to_si
from geoalarm.core.settings import expand_user
from geoalarm.core.terms import LANGUAGES
from geoalarm.io.strict_model import StrictModel, raise_faults, read_yaml, require_model
from geoalarm.schedule.plan.cron import Timetable
from geoalarm.schedule.plan.jobs import Job, Plan, Report, Retries
from geoalarm.schedule.plan.target_files import Lang, Langs, Name, TargetFile, Words

_LONGEST_WAIT_S: Final = 86_400.0
_START: Final = datetime(2026, 1, 1, tzinfo=UTC)


def read_plan(path: str | Path) -> Plan:
    """Read and check a schedule file (YAML). Paths in it are relative to it.

    Raises
    ------
    InputError
        If the file is missing, too large or not YAML, or one field breaks the rules.
    Faults
        If several do; all are named.
    """
    file = expand_user(path)
    return plan_from(read_yaml(file, what="schedule"), file=file)


def plan_from(facts: object, *, file: Path) -> Plan:
    """A plan from plain values, checked.

    Raises
    ------
    InputError, Faults
        As :func:`read_plan`.
    """
    what = f"schedule {file.name}"
    checked = require_model(_PlanFile, facts, what=what, hint="see docs/schedule.md")
    raise_faults(list(checked.faults(what)), what=what)
    return checked.to_plan(file)


class _ReportFile(StrictModel):
    country: Words = ()
    departement: Words = ()
    province: Words = ()
    commune: Words = ()
    lang: Langs = ()
    pdf: bool = False
    scenario: Path | None = None
    out: Path = Path("editions")

    def to_report(self, folder: Path) -> Report:
        named = {name: getattr(self, name) for name in ("country", "departement", "province", "commune")}
        return Report(
            out=folder / expand_user(self.out),
            lang=tuple(dict.fromkeys(self.lang)),
            select={name: values for name, values in named.items() if values},
            pdf=self.pdf,
            scenario=folder / expand_user(self.scenario) if self.scenario else None,
        )


class _RetriesFile(StrictModel):
    times: Annotated[int, Field(ge=0, le=10)] = 3
    first_wait: str = "60 s"
    factor: Annotated[float, Field(ge=1, le=10, allow_inf_nan=False)] = 4.0

    def to_retries(self) -> Retries:
        return Retries(self.times, self.seconds(), self.factor)

    def seconds(self) -> float:
        """First wait [s]."""
        seconds = float(to_si(self.first_wait, "s", name="first_wait"))
        if not 0 <= seconds <= _LONGEST_WAIT_S:
            raise InputError("first_wait", got=self.first_wait, expected="a time from 0 s to 1 day")
        return seconds


class _JobFile(StrictModel):
    name: Name
    cron: str
    report: _ReportFile = _ReportFile()
    catch_up: Literal["last", "all", "none"] = "last"
    retries: _RetriesFile = _RetriesFile()
    deliver: Annotated[tuple[TargetFile, ...], Field(max_length=20)] = ()

    def faults(self, where: str, timezone: str | None) -> Iterator[GeoalarmError]:
        """A cron expression that is none or never comes, waits without a unit, two targets of one name."""
        try:
            _ = Timetable(self.cron, timezone or "UTC").fields
            if timezone and not Timetable(self.cron, timezone).upcoming(_START, 1):
                yield InputError(
                    f"{where}.cron never comes",
                    got=repr(self.cron),
                    expected="a date that exists",
                    hint="day and month contradict each other",
                )
        except InputError as error:
            yield error.at(f"{where}.cron")
        try:
            self.retries.seconds()
        except GeoalarmError:
            yield InputError(
                f"{where}.retries.first_wait",
                got=repr(self.retries.first_wait),
                expected="a time with its unit, at most a day",
                hint="60 s",
            )
        names = [target.to_target(Path(), "").name for target in self.deliver if len(target.given()) == 1]
        for name, count in Counter(names).items():
            if count > 1:
                yield InputError(
                    f"{where}.deliver has {count} targets {name!r}",
                    expected="each its own name",
                    hint="add name: to each",
                )
        for place, target in enumerate(self.deliver):
            yield from target.faults(f"{where}.deliver.{place}")

    def to_job(self, folder: Path) -> Job:
        return Job(
            name=self.name,
            cron=self.cron,
            report=self.report.to_report(folder),
            catch_up=self.catch_up,
            retries=self.retries.to_retries(),
            deliver=tuple(
                target.to_target(folder, self.report.lang[0] if self.report.lang else "")
                for target in self.deliver
            ),
        )


class _PlanFile(StrictModel):
    timezone: str = "Europe/Brussels"
    lang: Lang = LANGUAGES[0]
    jobs: Annotated[tuple[_JobFile, ...], Field(min_length=1, max_length=200)]

    def faults(self, what: str) -> Iterator[GeoalarmError]:
        """What no single field can know."""
        known = _is_zone(self.timezone)
        if not known:
            yield InputError(
                f"{what}, field timezone",
                got=repr(self.timezone),
                expected="a name such as Europe/Brussels, Europe/Paris",
            )
        for name, count in Counter(job.name for job in self.jobs).items():
            if count > 1:
                yield InputError(
                    f"{what} has {count} jobs {name!r}", expected="each its own name", hint="rename one"
                )
        for place, job in enumerate(self.jobs):
            yield from job.faults(f"{what}, field jobs.{place}", self.timezone if known else None)

    def to_plan(self, file: Path) -> Plan:
        folder = file.absolute().parent
        return Plan(
            file=file.absolute(),
            jobs=tuple(job.to_job(folder) for job in self.jobs),
            timezone=self.timezone,
            lang=self.lang,
        )


def _is_zone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name).key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
