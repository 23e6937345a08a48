"""When a job is due: what cron means, and the two nights on which Belgian clocks change (29 March and 25
October 2026).
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
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
]


@pytest.mark.parametrize("expression", WRONG)
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


def test_hours_that_are_jumped_over_or_come_twice_are_known() -> None:
    assert Timetable("* * * * *", "Europe/Brussels").skipped_hours(date(2026, 1, 1)) == {2: {3}}
    assert Timetable("* * * * *", "UTC").skipped_hours(date(2026, 1, 1)) == {}
    assert Timetable("* * * * *", "Europe/Brussels").repeated_hours(date(2026, 1, 1)) == {1: {10}}
