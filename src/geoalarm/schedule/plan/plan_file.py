"""A schedule file becomes a plan: checked whole, all faults told at once. Pydantic at this border only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, Field, ValidationError

from geoalarm.core.errors import Faults, GeoalarmError, InputError, near_miss
from geoalarm.core.quantities import to_si
from geoalarm.core.settings import expand_user
from geoalarm.core.terms import LANGUAGES
from geoalarm.schedule.plan.cron import Timetable
from geoalarm.schedule.plan.jobs import Job, Plan, Report, Retries
from geoalarm.schedule.plan.target_files import TARGETS, Lang, Langs, Name, StrictTarget, TargetFile, Words

LARGEST: Final = 1_000_000
"""Bytes; a schedule is a page of text."""

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
    if not file.is_file():
        raise InputError(f"schedule {file} does not exist", expected="a YAML file", hint="check the path")
    if file.stat().st_size > LARGEST:
        raise InputError(
            f"schedule {file.name} is too large",
            got=f"{file.stat().st_size} bytes",
            expected=f"at most {LARGEST}",
        )
    try:
        facts = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        told = " ".join(str(error).split())
        raise InputError(
            f"schedule {file.name} is not YAML",
            got=told,
            expected="keys and values",
            hint="check indentation and quotes",
        ) from error
    return plan_from(facts, file=file)


def plan_from(facts: object, *, file: Path) -> Plan:
    """A plan from plain values, checked.

    Raises
    ------
    InputError, Faults
        As :func:`read_plan`.
    """
    what = f"schedule {file.name}"
    if not isinstance(facts, Mapping):
        raise InputError(
            f"{what} holds no keys",
            got=type(facts).__name__,
            expected=", ".join(_PlanFile.model_fields),
            hint="start with 'jobs:'",
        )
    try:
        checked = _PlanFile.model_validate(facts)
    except ValidationError as error:
        faults = [_fault(what, item) for item in _deepest(error.errors())]
        raise faults[0] if len(faults) == 1 else Faults(f"{what} cannot be used", faults) from error
    found: list[GeoalarmError] = list(checked.faults(what))
    if found:
        raise found[0] if len(found) == 1 else Faults(f"{what} cannot be used", found)
    return checked.to_plan(file)


class _ReportFile(StrictTarget):
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


class _RetriesFile(StrictTarget):
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


class _JobFile(StrictTarget):
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
            yield InputError(
                f"{where}.cron: {error.what}", got=error.got, expected=error.expected, hint=error.hint
            )
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


class _PlanFile(StrictTarget):
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


def _deepest(items: list[Any]) -> list[Any]:
    """Errors without those of a list that is at fault only because one of its members is."""
    places = [item["loc"] for item in items]
    return [
        item
        for item in items
        if not any(place != item["loc"] and place[: len(item["loc"])] == item["loc"] for place in places)
    ]


def _fault(what: str, item: Any) -> GeoalarmError:
    """A pydantic error in the words of the house."""
    place = ".".join(
        str(part) for part in item["loc"] if not str(part).startswith(("function-", "tuple[", "constrained-"))
    )
    if item["type"] == "extra_forbidden":
        *above, last = item["loc"]
        known = _fields_at(above)
        return InputError(
            f"{what} has an unknown field {place}",
            got=last,
            expected=", ".join(known),
            hint=near_miss(str(last), known),
        )
    if item["type"] == "missing":
        return InputError(f"{what} lacks {place}", expected=f"{place}: ...", hint="add it")
    got = repr(item["input"])
    return InputError(
        f"{what}, field {place}",
        got=got if len(got) < 80 else got[:77] + "...",
        expected=item["msg"][:1].lower() + item["msg"][1:],
        hint="see docs/schedule.md",
    )


def _fields_at(place: Iterable[object]) -> list[str]:
    """Names of the fields at a place of the file, as they are written there."""
    model: type[BaseModel] = _PlanFile
    inner: dict[str, type[BaseModel]] = {
        "jobs": _JobFile,
        "report": _ReportFile,
        "retries": _RetriesFile,
        "deliver": TargetFile,
    }
    for part in place:
        model = inner.get(str(part), TARGETS.get(str(part), model))
    return [field.alias or name for name, field in model.model_fields.items()]
