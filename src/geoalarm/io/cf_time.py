"""Times of CF variables as dates: ``days since 2000-01-01`` in the calendar that they state."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import xarray as xr

from geoalarm.core.errors import InputError
from geoalarm.io.cf_attributes import text_of_attribute

_SINCE: Final = re.compile(
    r"(\w+)\s+since\s+(-?\d{1,4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d*)?)?)?"
    r"\s*(?:Z|UTC|GMT|\+?0{1,2}(?::?00)?)?",
    re.IGNORECASE,
)
_SECONDS: Final = {
    **dict.fromkeys(("second", "seconds", "sec", "secs", "s"), 1),
    **dict.fromkeys(("minute", "minutes", "min", "mins"), 60),
    **dict.fromkeys(("hour", "hours", "hr", "hrs", "h"), 3600),
    **dict.fromkeys(("day", "days", "d"), 86_400),
}
_MONTHS: Final = {
    "noleap": (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31),
    "all_leap": (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31),
    "360_day": (30,) * 12,
}
_SAME: Final = {"365_day": "noleap", "366_day": "all_leap"}
_REAL: Final = frozenset({"", "standard", "gregorian", "proleptic_gregorian"})


def is_time(attributes: Mapping[str, Any]) -> bool:
    """Whether a coordinate counts time from a date."""
    return " since " in text_of_attribute(attributes.get("units")).lower()


def date_labels(stated: xr.Variable) -> list[str]:
    """The dates of a coordinate: ``2020-01-01``, with the time of day where any has one.

    Raises
    ------
    InputError
        If the unit or the calendar is not known.
    """
    units, calendar = (text_of_attribute(stated.attrs.get(key)) for key in ("units", "calendar"))
    calendar = _SAME.get(calendar.lower(), calendar.lower())
    found = _SINCE.fullmatch(units.strip())
    if (
        found is None
        or found[1].lower() not in _SECONDS
        or (calendar not in _REAL and calendar not in _MONTHS)
    ):
        raise InputError(
            "time of a NetCDF file or Zarr store",
            got=f"{units} (calendar {calendar or 'standard'})",
            expected="seconds, minutes, hours or days since a date, in a CF calendar (noleap, ...)",
            hint="convert it: cdo setcalendar,standard in.nc out.nc",
        )
    start = tuple(int(part or 0) for part in found.groups()[1:])
    # half seconds at most: floats of days are rounded
    counted = np.rint(np.asarray(stated.values, dtype="float64") * _SECONDS[found[1].lower()])
    if not np.isfinite(counted).all():
        raise InputError(
            "time of a NetCDF file or Zarr store", got="not a number", expected="dates", hint="repair it"
        )
    whole = [int(one) for one in counted.ravel()]
    moments = [_moment(start, one, calendar) for one in whole]
    only_days = all(moment[3:] == (0, 0, 0) for moment in moments)
    return [
        "{:04}-{:02}-{:02}".format(*one) + ("" if only_days else "T{:02}:{:02}:{:02}".format(*one[3:]))
        for one in moments
    ]


def _moment(start: tuple[int, ...], seconds: int, calendar: str) -> tuple[int, ...]:
    year, month, day, hour, minute, second = start
    of_day = hour * 3600 + minute * 60 + second + seconds
    days, rest = divmod(of_day, 86_400)
    if calendar in _MONTHS:
        date = _added(year, month, day, days, _MONTHS[calendar])
    else:
        date = _real(year, month, day, days, is_mixed=calendar != "proleptic_gregorian")
    return (*date, rest // 3600, rest % 3600 // 60, rest % 60)


def _added(year: int, month: int, day: int, days: int, months: tuple[int, ...]) -> tuple[int, int, int]:
    """A date some days later, in a calendar whose years are all alike."""
    years, rest = divmod(year * sum(months) + sum(months[: month - 1]) + day - 1 + days, sum(months))
    place = 0
    while rest >= months[place]:
        rest -= months[place]
        place += 1
    return years, place + 1, rest + 1


def _real(year: int, month: int, day: int, days: int, *, is_mixed: bool) -> tuple[int, int, int]:
    """A date some days later. The standard calendar of CF is Julian before October 1582."""
    start = _julian_day(year, month, day) if is_mixed else None
    date = np.datetime64(f"{year:04}-{month:02}-{day:02}", "D") if start is None else start
    parts = str(date + np.timedelta64(days, "D")).rsplit("-", 2)
    return int(parts[0]), int(parts[1]), int(parts[2])


def _julian_day(year: int, month: int, day: int) -> np.datetime64 | None:
    """The day that a Julian date is in today's reckoning; None of one from October 1582 on.

    Source: Explanatory Supplement to the Astronomical Almanac (1992), section 12.92.
    """
    if (year, month, day) >= (1582, 10, 15):
        return None
    before = (14 - month) // 12
    years, months = year + 4800 - before, month + 12 * before - 3
    number = day + (153 * months + 2) // 5 + 365 * years + years // 4 - 32_083
    return np.datetime64(number - 2_440_588, "D")
