"""When a job is due: five cron fields in the time zone of the territory, with the two nights a year when
clocks change.

APScheduler computes the times. Three things of cron it reads otherwise are put right here: Sunday is 0 (or
7), two restricted day fields mean *either*, and a time that comes twice in one night is meant once, unless
the job runs every hour.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger

from geoalarm.core.errors import InputError

SHORTHANDS: Final = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
}
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FIELDS: Final = (
    ("minute", 0, 59),
    ("hour", 0, 23),
    ("day", 1, 31),
    ("month", 1, 12),
    ("day of the week", 0, 7),
)
_ITEM: Final = re.compile(r"(\*|(\d+|[a-z]{3})(?:-(\d+|[a-z]{3}))?)(?:/(\d+))?")
_MOST_YEARS: Final = 9


@dataclass(frozen=True)
class Timetable:
    """The times of one cron expression in one time zone.

    Attributes
    ----------
    expression : str
        Five fields: minute, hour, day of the month, month, day of the week; or one of :data:`SHORTHANDS`.
    timezone : str
        IANA name.
    """

    expression: str
    timezone: str

    @cached_property
    def fields(self) -> tuple[tuple[int, ...] | None, ...]:
        """The values of each field, None where it is ``*``; days of the week count from Sunday, 0.

        Raises
        ------
        InputError
            If it is no cron expression.
        """
        words = SHORTHANDS.get(self.expression.strip().lower(), self.expression).split()
        if len(words) != len(_FIELDS):
            raise InputError(
                "cron expression",
                got=repr(self.expression),
                expected="five fields: minute hour day month weekday",
                hint="'0 6 1 * *' is six o'clock on the first of each month",
            )
        return tuple(_values(word.lower(), *rule) for word, rule in zip(words, _FIELDS, strict=True))

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.timezone)

    @cached_property
    def trigger(self) -> BaseTrigger:
        """The alarm for APScheduler."""
        minute, hour, day, month, weekday = self.fields
        given = {
            "minute": _comma(minute),
            "hour": _comma(hour),
            "month": _comma(month),
            "timezone": self.zone,
        }
        days = {"day": _comma(day)}
        weekdays = {"day_of_week": "*" if weekday is None else ",".join(_DAYS[one] for one in weekday)}
        if day is not None and weekday is not None:  # cron: either of the two
            return OrTrigger([CronTrigger(**given, **days), CronTrigger(**given, **weekdays)])
        return CronTrigger(**given, **days, **weekdays)

    def after(self, moment: datetime) -> datetime | None:
        """The first time later than ``moment``, in UTC; None where there is none in the next nine years.

        A time that the clock jumps over in spring is due when it would have been, an hour later on the wall;
        a time that comes twice in autumn is due the first time, unless the hour field is ``*``.
        """
        limit, at = moment + timedelta(days=366 * _MOST_YEARS), moment
        while True:
            found = self.trigger.get_next_fire_time(
                None, (at + timedelta(microseconds=1)).astimezone(self.zone)
            )
            if found is None or found.astimezone(UTC) > limit:
                return None
            at = found.astimezone(UTC)
            if not (self.fields[1] is not None and at.astimezone(self.zone).fold):
                return at

    def upcoming(self, moment: datetime, count: int) -> list[datetime]:
        """The next times after ``moment``, at most ``count``."""
        found: list[datetime] = []
        at = self.after(moment)
        while len(found) < count and at is not None:
            found.append(at)
            at = self.after(at)
        return found

    def between(self, since: datetime, until: datetime, *, newest: int) -> tuple[list[datetime], bool]:
        """Times in (since, until], oldest first: the newest ones only, and whether there were more.

        Windows grow backwards from ``until``, so that ten years of minutes cost no more than a day.
        """
        span = timedelta(hours=1)
        while True:
            start = max(since, until - span)
            found = list(self._walk(start, until))
            if len(found) > newest or start <= since:
                return found[-newest:], len(found) > newest
            span *= 4

    def _walk(self, since: datetime, until: datetime) -> Iterator[datetime]:
        at = self.after(since)
        while at is not None and at <= until:
            yield at
            at = self.after(at)

    def skipped_hours(self, today: date) -> dict[int, set[int]]:
        """Hours that the clock jumps over within ten years, each with the months in which it does."""
        found: dict[int, set[int]] = {}
        for wall in self._hours_of_changes(today):
            if wall.astimezone(UTC).astimezone(self.zone).hour != wall.hour:
                found.setdefault(wall.hour, set()).add(wall.month)
        return found

    def repeated_hours(self, today: date) -> dict[int, set[int]]:
        """Hours, in UTC, that are the second of two alike within ten years, each with the months in which it
        is.
        """
        found: dict[int, set[int]] = {}
        for wall in self._hours_of_changes(today):
            again = wall.replace(fold=1).astimezone(UTC)
            if again > wall.astimezone(UTC):
                found.setdefault(again.hour, set()).add(again.month)
        return found

    def _hours_of_changes(self, today: date) -> Iterator[datetime]:
        """Every hour on the wall of the days on which the clock changes."""
        for offset in range(3660):
            day = datetime.combine(today + timedelta(days=offset), datetime.min.time(), self.zone)
            if day.utcoffset() != (day + timedelta(days=1)).utcoffset():
                yield from (day.replace(hour=hour) for hour in range(24))


def _values(word: str, name: str, low: int, high: int) -> tuple[int, ...] | None:
    """The numbers a field names; None for ``*``."""
    if word == "*":
        return None
    found: set[int] = set()
    for item in word.split(","):
        match = _ITEM.fullmatch(item)
        if match is None:
            raise _fault(name, word, low, high)
        whole, first, last, step = match.groups()
        start = low if whole == "*" else _number(first, name, word, low, high)
        end = (
            high
            if whole == "*" or (step and last is None)
            else start
            if last is None
            else _number(last, name, word, low, high)
        )
        every = int(step) if step else 1
        if start > end or every < 1:
            raise _fault(name, word, low, high)
        found |= set(range(start, end + 1, every))
    if high == 7:  # both 0 and 7 are Sunday; a star with a step has no seventh day
        found = {one % 7 for one in found if one != 7 or not word.startswith("*")}
    return tuple(sorted(found))


def _number(text: str, name: str, word: str, low: int, high: int) -> int:
    names = _MONTHS if name == "month" else _DAYS if high == 7 else ()
    if text in names:
        return names.index(text) + low
    if not text.isdigit() or not low <= int(text) <= high:
        raise _fault(name, word, low, high)
    return int(text)


def _fault(name: str, word: str, low: int, high: int) -> InputError:
    return InputError(
        f"cron field {name}",
        got=repr(word),
        expected=f"*, or numbers from {low} to {high}, ranges 1-5, steps */2",
        hint="apart by commas",
    )


def _comma(values: tuple[int, ...] | None) -> str:
    return "*" if values is None else ",".join(map(str, values))
