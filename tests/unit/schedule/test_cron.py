"""When a job is due: what cron means, and the two nights on which Belgian clocks change (29 March and 25
October 2026).
"""

from __future__ import annotations

import time
from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoalarm.core.errors import InputError
from geoalarm.schedule.plan.cron import Timetable

BRUSSELS = ZoneInfo("Europe/Brussels")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def times(expression: str, start: str, count: int, timezone: str = "Europe/Brussels") -> list[str]:
    return [
        when.strftime("%Y-%m-%d %H:%M")
        for when in Timetable(expression, timezone).upcoming(utc(start), count)
    ]


def test_the_first_of_the_month_at_six_follows_the_wall_clock_of_the_territory() -> None:
    assert times("0 6 1 * *", "2026-01-01 00:00", 5) == [
        "2026-01-01 05:00",
        "2026-02-01 05:00",
        "2026-03-01 05:00",
        "2026-04-01 04:00",  # summer time
        "2026-05-01 04:00",
    ]


def test_a_time_that_the_clock_jumps_over_is_due_once_an_hour_later_on_the_wall() -> None:
    assert times("30 2 * * *", "2026-03-28 12:00", 3) == [
        "2026-03-29 01:30",
        "2026-03-30 00:30",
        "2026-03-31 00:30",
    ]
    assert utc("2026-03-29 01:30").astimezone(BRUSSELS).strftime("%H:%M") == "03:30"


def test_two_times_that_fall_together_are_one() -> None:
    assert times("30 2,3 * * *", "2026-03-28 12:00", 3) == [
        "2026-03-29 01:30",
        "2026-03-30 00:30",
        "2026-03-30 01:30",
    ]


def test_a_time_that_comes_twice_is_due_the_first_time() -> None:
    assert times("30 2 * * *", "2026-10-24 12:00", 3) == [
        "2026-10-25 00:30",
        "2026-10-26 01:30",
        "2026-10-27 01:30",
    ]


def test_between_the_two_of_a_doubled_hour_it_is_not_due_again() -> None:
    """The service restarts at 02:45 summer time; 02:30 winter time is not another report."""
    assert times("30 2 * * *", "2026-10-25 00:45", 1) == ["2026-10-26 01:30"]


def test_every_hour_means_every_hour_also_in_these_nights() -> None:
    assert times("30 * * * *", "2026-10-24 23:45", 4) == [
        "2026-10-25 00:30",
        "2026-10-25 01:30",
        "2026-10-25 02:30",
        "2026-10-25 03:30",
    ]
    assert times("30 * * * *", "2026-03-28 23:45", 4) == [
        "2026-03-29 00:30",
        "2026-03-29 01:30",
        "2026-03-29 02:30",
        "2026-03-29 03:30",
    ]


@pytest.mark.parametrize(
    "expression", ["0 6 * * 0", "0 6 * * 7", "0 6 * * sun", "0 6 * * SUN", "0 6 * * 7-7"]
)
def test_sunday_is_nought_or_seven(expression: str) -> None:
    assert times(expression, "2026-11-16 00:00", 2, "UTC") == [
        "2026-11-22 06:00",
        "2026-11-29 06:00",
    ]  # Sundays


@pytest.mark.parametrize(
    ("expression", "weekdays"),
    [("0 6 * * 1-5", (1, 2, 3, 4, 5)), ("0 6 * * 5-7", (0, 5, 6)), ("0 6 * * */2", (0, 2, 4, 6))],
)
def test_days_of_the_week_count_from_sunday(expression: str, weekdays: tuple[int, ...]) -> None:
    assert Timetable(expression, "UTC").fields[4] == weekdays


def test_two_restricted_day_fields_mean_either() -> None:
    """The 13th, and every Friday: 6, 13 (both), 20, 27 November and 13 December 2026 is a Sunday."""
    assert times("0 0 13 * 5", "2026-11-05 00:00", 6, "UTC") == [
        "2026-11-06 00:00",
        "2026-11-13 00:00",
        "2026-11-20 00:00",
        "2026-11-27 00:00",
        "2026-12-04 00:00",
        "2026-12-11 00:00",
    ]
    assert "2026-12-13 00:00" in times("0 0 13 * 5", "2026-12-01 00:00", 3, "UTC")


def test_ranges_steps_names_and_shorthands() -> None:
    assert Timetable("10-50/20,5 */6 1 jan-mar 0", "UTC").fields == (
        (5, 10, 30, 50),
        (0, 6, 12, 18),
        (1,),
        (1, 2, 3),
        (0,),
    )
    assert Timetable("@monthly", "UTC").fields == ((0,), (0,), (1,), None, None)
    assert Timetable("5/20 * * * *", "UTC").fields[0] == (5, 25, 45)


WRONG = [
    *(
        "",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 8",
        "a * * * *",
    ),
    *("5-1 * * * *", "*/0 * * * *", "1,,2 * * * *", "* * * * fri-mon", "@often", "last 6 1 * *"),
    *(f"*/{'9' * 5000} * * * *", f"{'9' * 5000} * * * *", f"1-{'0' * 5000}5 * * * *", "\u0661 * * * *"),
]


@pytest.mark.parametrize("expression", WRONG, ids=lambda expression: expression[:16])
def test_what_is_no_cron_expression_is_refused(expression: str) -> None:
    with pytest.raises(InputError, match="cron"):
        _ = Timetable(expression, "UTC").fields


def test_a_date_that_never_comes_is_none() -> None:
    assert Timetable("0 0 31 2 *", "Europe/Brussels").after(utc("2026-01-01 00:00")) is None
    assert times("0 0 29 2 *", "2026-01-01 00:00", 1, "UTC") == ["2028-02-29 00:00"]


def test_the_newest_of_many_missed_times_are_found_without_walking_through_all() -> None:
    start = time.perf_counter()
    found, more = Timetable("* * * * *", "Europe/Brussels").between(
        utc("2016-01-01 00:00"), utc("2026-01-01 00:00"), newest=3
    )
    assert [one.minute for one in found] == [58, 59, 0]
    assert more
    assert time.perf_counter() - start < 2


@given(
    st.sampled_from(["*/7 * * * *", "30 2 * * *", "15 2,3 * * 0", "0 6 1 * *", "45 */5 1-10 3,10 5"]),
    st.datetimes(datetime(2026, 3, 20), datetime(2026, 11, 5)),
    st.integers(0, 20 * 24 * 60),
    st.integers(1, 50),
)
def test_between_is_the_end_of_a_plain_walk(
    expression: str, start: datetime, minutes: int, newest: int
) -> None:
    timetable, since = Timetable(expression, "Europe/Brussels"), start.replace(tzinfo=UTC)
    until = since + timedelta(minutes=minutes)
    walked: list[datetime] = []
    at = timetable.after(since)
    while at is not None and at <= until:
        walked.append(at)
        at = timetable.after(at)
    assert timetable.between(since, until, newest=newest) == (walked[-newest:], len(walked) > newest)
    assert all(earlier < later for earlier, later in pairwise(walked))


def test_due_times_that_no_clock_shows_or_that_it_shows_twice_are_known() -> None:
    """Summer time begins 28 times in 2026 to 2053; on 29 March in 2026, 2037, 2043 and 2048."""
    every, night, date_ = (
        Timetable(one, "Europe/Brussels") for one in ("30 * * * *", "30 2 * * *", "30 2 29 3 *")
    )
    today = date(2026, 1, 1)
    assert every.shifted_times(today) == []  # 03:30 is due anyway
    assert [one.strftime("%m %H:%M") for one in night.shifted_times(today)] == ["03 01:30"] * 28
    assert [one.year for one in date_.shifted_times(today)] == [2026, 2037, 2043, 2048]
    assert [one.strftime("%m %H:%M") for one in every.repeated_times(today)] == ["10 01:30"] * 28
    assert night.repeated_times(today) == Timetable("30 2 * * *", "UTC").shifted_times(today) == []


# Every due time, against an oracle: known answers first, then a list made minute by minute from what the
# clock on the wall shows. The oracle reads no cron expression: it is given the numbers, and uses zoneinfo in
# one direction only, from UTC to the wall.

# Expression, looked at (UTC), due in Brussels, where summer time begins on Sunday 29 March 2026 at 02:00.
ANSWERS = [
    ("0 0 1 * *", "2026-03-02 12:00", "2026-04-01 00:00+02:00"),
    ("@monthly", "2026-03-29 00:59", "2026-04-01 00:00+02:00"),
    ("@daily", "2026-03-29 12:00", "2026-03-30 00:00+02:00"),
    ("@daily", "2026-03-28 23:00", "2026-03-30 00:00+02:00"),
    ("0 0 * * mon", "2026-03-24 12:00", "2026-03-30 00:00+02:00"),
    ("30 0 * * *", "2026-03-29 12:00", "2026-03-30 00:30+02:00"),
    ("30 2 * * *", "2026-03-29 00:59", "2026-03-29 03:30+02:00"),
    ("30 2 * * *", "2026-03-29 01:00", "2026-03-29 03:30+02:00"),
    ("30 2 * * *", "2026-03-29 01:29", "2026-03-29 03:30+02:00"),
    ("30 2 * * *", "2026-03-29 01:30", "2026-03-30 02:30+02:00"),
    ("30 2 29 3 *", "2026-03-29 01:10", "2026-03-29 03:30+02:00"),
    ("*/20 2 * * sun", "2026-03-29 01:01", "2026-03-29 03:20+02:00"),
    ("45 2 * * *", "2026-10-25 00:44", "2026-10-25 02:45+02:00"),
    ("45 2 * * *", "2026-10-25 00:45", "2026-10-26 02:45+01:00"),
    ("45 * * * *", "2026-10-25 00:45", "2026-10-25 02:45+01:00"),
    ("0 0 1 11 *", "2026-10-25 00:30", "2026-11-01 00:00+01:00"),
]


@pytest.mark.parametrize(("expression", "looked", "due"), ANSWERS)
def test_what_is_due_next_beside_a_change_of_the_clock(expression: str, looked: str, due: str) -> None:
    found = Timetable(expression, "Europe/Brussels").after(utc(looked))
    assert found is not None
    assert (found, found.tzinfo) == (datetime.fromisoformat(due), UTC)


@pytest.mark.parametrize("year", range(2024, 2036))
def test_midnight_of_no_day_and_no_month_is_lost(year: int) -> None:
    days = Timetable("@daily", "Europe/Brussels").between(
        utc(f"{year}-01-01 12:00"), utc(f"{year + 1}-01-01 12:00"), newest=999
    )[0]
    assert len(days) == (date(year + 1, 1, 1) - date(year, 1, 1)).days
    months = Timetable("0 0 1 * *", "Europe/Brussels").upcoming(utc(f"{year}-01-15 12:00"), 11)
    assert [one.astimezone(BRUSSELS).strftime("%m-%d %H:%M") for one in months] == [
        f"{month:02d}-01 00:00" for month in range(2, 13)
    ]


CHANGES = [  # where, and the year; the nights are found by looking at the clock
    ("Europe/Brussels", 2026),
    ("Europe/London", 2027),
    ("America/New_York", 2026),
    ("America/St_Johns", 2009),  # at one minute past midnight
    ("America/Havana", 2026),  # at midnight
    ("America/Sao_Paulo", 2018),  # at midnight; in autumn the day before
    ("America/Nuuk", 2026),  # the hour before midnight
    ("Asia/Beirut", 2026),  # at midnight
    ("Africa/Casablanca", 2026),  # before and after Ramadan
    ("Australia/Lord_Howe", 2026),  # half an hour
    ("Pacific/Chatham", 2026),  # at a quarter to
    ("Pacific/Apia", 2011),  # and one day that was left out
]
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Numbers(NamedTuple):
    """A cron expression as its numbers; None where it says ``*``."""

    minute: set[int] | None
    hour: set[int] | None
    day: set[int] | None = None
    month: set[int] | None = None
    weekday: set[int] | None = None

    @property
    def text(self) -> str:
        return " ".join("*" if one is None else ",".join(map(str, sorted(one))) for one in self)

    def names(self, wall: datetime) -> bool:
        """Whether the expression names this minute on the wall."""
        day = self.day is None or wall.day in self.day
        weekday = self.weekday is None or wall.isoweekday() % 7 in self.weekday
        either = self.day is not None and self.weekday is not None
        return (
            (self.minute is None or wall.minute in self.minute)
            and (self.hour is None or wall.hour in self.hour)
            and (self.month is None or wall.month in self.month)
            and (day or weekday if either else day and weekday)
        )


@lru_cache
def changes(timezone: str, year: int) -> list[datetime]:
    """The first minutes, UTC, of another offset from it."""
    zone, found = ZoneInfo(timezone), []
    at = utc(f"{year}-01-01 00:00")
    while at.year == year:
        if (at + HOUR).astimezone(zone).utcoffset() != at.astimezone(zone).utcoffset():
            before = at.astimezone(zone).utcoffset()
            found.append(
                next(
                    at + n * MINUTE
                    for n in range(61)
                    if (at + n * MINUTE).astimezone(zone).utcoffset() != before
                )
            )
        at += HOUR
    return found


def clock(timezone: str, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """What the clock shows: every minute in [since, until], UTC, and its time on the wall."""
    zone = ZoneInfo(timezone)
    count = round((until - since) / MINUTE)
    return [
        (since + n * MINUTE, (since + n * MINUTE).astimezone(zone).replace(tzinfo=None, fold=0))
        for n in range(count + 1)
    ]


def due_by_the_clock(numbers: Numbers, shown: list[tuple[datetime, datetime]]) -> list[datetime]:
    """Every due time.

    A time shown twice counts the first time, unless every hour is meant; one left out as if it were shown.
    """
    found, seen = set(), set()
    for (at, wall), (_, following) in pairwise(shown):
        if numbers.names(wall) and (numbers.hour is None or wall not in seen):
            found.add(at)
        seen.add(wall)
        left_out = round((following - wall) / MINUTE) - 1
        found |= {at + n * MINUTE for n in range(1, left_out + 1) if numbers.names(wall + n * MINUTE)}
    return sorted(found)


HARD = [
    Numbers({0}, {0}),
    Numbers({0}, {0}, {1}),
    Numbers({0}, {0}, weekday={0, 1}),
    Numbers({30}, {0}),
    Numbers({0, 59}, {23}),
    Numbers({5}, {1, 2}, {1, 8, 29}, weekday={6, 0}),
    Numbers({10, 30}, {2}),
    Numbers({0, 20, 40}, {0, 1, 2, 3, 23}),
    Numbers(None, {2}),
    Numbers(set(range(0, 60, 7)), None),
    Numbers({45}, None, weekday={0}),
    Numbers({0}, {6, 12}, month={3, 4, 11, 12}),
]


@pytest.mark.parametrize(
    ("timezone", "year"), [CHANGES[0], *(pytest.param(*one, marks=pytest.mark.slow) for one in CHANGES[1:])]
)
def test_looked_at_from_any_minute_the_next_due_time_is_the_same(timezone: str, year: int) -> None:
    """Each minute from three hours before a change to two hours after."""
    nights = changes(timezone, year)
    assert len(nights) >= 2
    for night in nights:
        shown = clock(timezone, night - 30 * HOUR, night + 2 * DAY)
        for numbers in HARD:
            timetable, due = Timetable(numbers.text, timezone), due_by_the_clock(numbers, shown)
            for at, _ in shown[27 * 60 : 32 * 60]:
                place, found = bisect_right(due, at), timetable.after(at)
                assert found == due[place] if place < len(due) else found >= shown[-1][0], (numbers.text, at)


def some(low: int, high: int) -> st.SearchStrategy[set[int] | None]:
    return st.none() | st.sets(st.integers(low, high), min_size=1, max_size=4)


def some_hours() -> st.SearchStrategy[set[int] | None]:
    return st.none() | st.sets(st.sampled_from([0, 1, 2, 3, 6, 22, 23]), min_size=1)


def rarely(field: st.SearchStrategy[set[int] | None]) -> st.SearchStrategy[set[int] | None]:
    return st.one_of(st.none(), st.none(), st.none(), field)


@settings(max_examples=60)
@given(
    st.sampled_from(CHANGES).flatmap(
        lambda one: st.sampled_from([(one[0], night) for night in changes(*one)])
    ),
    st.builds(
        Numbers, some(0, 59), some_hours(), rarely(some(1, 31)), rarely(some(1, 12)), rarely(some(0, 6))
    ),
    st.integers(0, 1440),
    st.integers(0, 1440),
    st.integers(1, 200),
)
def test_all_due_times_around_a_change_of_the_clock(
    where: tuple[str, datetime], numbers: Numbers, start: int, minutes: int, newest: int
) -> None:
    timezone, night = where
    since = night - 16 * HOUR + start * MINUTE
    until = since + minutes * MINUTE
    shown = clock(timezone, night - 2 * DAY, until + MINUTE)
    due = [one for one in due_by_the_clock(numbers, shown) if since < one <= until]
    timetable = Timetable(numbers.text, timezone)
    assert timetable.between(since, until, newest=newest) == (due[-newest:], len(due) > newest)
    assert [one for one in timetable.upcoming(since, 5) if one <= until] == due[:5]


@given(st.integers(0, 59), st.integers(1, 59), st.integers(0, 999_999))
def test_seconds_of_a_look_change_nothing(minute: int, second: int, micro: int) -> None:
    at = utc("2026-03-29 00:30") + timedelta(minutes=minute)
    timetable = Timetable("*/7 2,3 * * *", "Europe/Brussels")
    later = timetable.after(at + timedelta(seconds=second, microseconds=micro))
    assert later == timetable.after(at)
    assert timetable.between(at, later - timedelta(microseconds=1), newest=9) == ([], False)
