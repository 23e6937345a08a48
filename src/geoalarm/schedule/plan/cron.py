"""When a job is due: five cron fields in the time zone of the territory, with the two nights a year when
clocks change.

The calendar is cronsim's, which walks through times on the wall and is told of no time zone. What a change
of the clock means is decided here, one time on the wall after the other, and never by when somebody looks:
the due times are one fixed list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

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
_ITEM: Final = re.compile(
    r"(\*|(\d{1,4}|[a-z]{3})(?:-(\d{1,4}|[a-z]{3}))?)(?:/(\d{1,4}))?", re.ASCII
)  # no field has larger numbers; Python counts no text of 4,300 digits
_DAY: Final = timedelta(days=1)
_CALENDAR_YEARS: Final = 28
"""After so many years dates fall on the same days of the week again, and most clock changes with them."""


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
    def numeric_expression(self) -> str:
        """The five fields as plain numbers, which every cron reads alike."""
        return " ".join("*" if field is None else ",".join(map(str, field)) for field in self.fields)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.timezone)

    def after(self, moment: datetime) -> datetime | None:
        """The first due time later than ``moment``, in UTC; None where the date never comes.

        A time that the clock jumps over in spring is due when it would have been, an hour later on the wall;
        a time that comes twice in autumn is due the first time, unless the hour field is ``*``.
        """
        for wall in self._wall_times(self._wall_range(moment, moment)[0]):
            later = [due for due in self._moments(wall) if due > moment]
            if (
                later
            ):  # a time on the wall that comes later may be due sooner, if the clock jumped over this one
                return self._due(moment, later[0])[0]
        return None

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
            found = self._due(start, until)
            if len(found) > newest or start <= since:
                return found[-newest:], len(found) > newest
            span *= 4

    def shifted_times(self, today: date) -> list[datetime]:
        """Due times of the next 28 years, UTC, for which the clock jumps over what the expression says."""
        found = []
        for wall in self._wall_times_of_changes(today):
            due = self._moments(wall)[0]
            shown = due.astimezone(self.zone).replace(tzinfo=None)
            if shown != wall and next(self._wall_times(shown), None) != shown:
                found.append(due)
        return found

    def repeated_times(self, today: date) -> list[datetime]:
        """Due times of the next 28 years, UTC, that the clock shows for the second time."""
        return [due for wall in self._wall_times_of_changes(today) for due in self._moments(wall)[1:]]

    def _wall_times(self, first: datetime, last: datetime = datetime.max) -> Iterator[datetime]:
        """Times that the expression names, from first to last, on a clock that never changes.

        There are none for 31 February.
        """
        try:
            for wall in CronSim(self.numeric_expression, first - timedelta(seconds=1)):
                if wall > last:
                    return
                yield wall
        except CronSimError:
            return

    def _moments(self, wall: datetime) -> list[datetime]:
        """When a time on the wall is due, UTC: once, or twice where it comes twice and every hour is meant.

        The first reading (PEP 495) of a time that is jumped over is by the offset before the change.
        """
        first, second = (wall.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        return [first, second] if self.fields[1] is None and second > first else [first]

    def _due(self, since: datetime, until: datetime) -> list[datetime]:
        """All due times in (since, until], in order, each once."""
        walls = self._wall_times(*self._wall_range(since, until))
        return sorted({due for wall in walls for due in self._moments(wall) if since < due <= until})

    def _wall_range(self, since: datetime, until: datetime) -> tuple[datetime, datetime]:
        """First and last time on the wall that may be due in (since, until], by any offset of these days.

        A day aside is enough: no clock ever jumped further (Samoa left out 30 December 2011).
        """
        return min(self._shown(since)), max(self._shown(until))

    def _shown(self, moment: datetime) -> list[datetime]:
        """The time on the wall by the offset of this day, of the day before and of the day after."""
        at = moment.astimezone(UTC)
        offsets = [(at + aside).astimezone(self.zone).utcoffset() for aside in (-_DAY, timedelta(0), _DAY)]
        return [at.replace(tzinfo=None) + offset for offset in offsets if offset is not None]

    def _wall_times_of_changes(self, today: date) -> Iterator[datetime]:
        """The times that the expression names on the days on which the clock changes."""
        midnights = (
            datetime.combine(today + n * _DAY, datetime.min.time(), self.zone)
            for n in range(_CALENDAR_YEARS * 366)
        )
        for midnight in midnights:
            if midnight.utcoffset() != (midnight + _DAY).utcoffset():
                start = midnight.replace(tzinfo=None)
                yield from self._wall_times(start, start + _DAY - timedelta(minutes=1))


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
