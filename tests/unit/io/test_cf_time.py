"""Dates of CF times in their calendars, reckoned by hand."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from geoalarm.core.errors import InputError
from geoalarm.io.cf_selection import nearest
from geoalarm.io.cf_time import date_labels


@pytest.mark.parametrize(
    ("units", "calendar", "values", "right"),
    [
        ("days since 2000-01-01", None, [0, 59, 60], ["2000-01-01", "2000-02-29", "2000-03-01"]),
        ("days since 2000-01-01", "noleap", [58, 59, 365], ["2000-02-28", "2000-03-01", "2001-01-01"]),
        ("days since 2001-01-01", "366_day", [59, 60], ["2001-02-29", "2001-03-01"]),
        ("days since 2000-01-01", "360_day", [59, 360, -1], ["2000-02-30", "2001-01-01", "1999-12-30"]),
        (
            "hours since 2020-02-28 12:00:00",
            "gregorian",
            [0, 13],
            ["2020-02-28T12:00:00", "2020-02-29T01:00:00"],
        ),
        ("seconds since 1970-01-01T00:00:00Z", "standard", [1_577_836_800.0], ["2020-01-01"]),
        ("days since 1582-10-04", "standard", [0, 1], ["1582-10-14", "1582-10-15"]),
        ("days since 0001-01-01", "standard", [737_426], ["2020-01-01"]),
        ("days since 0001-01-01", "proleptic_gregorian", [737_424], ["2020-01-01"]),
        ("days since 2000-01-01", None, [1 / 3], ["2000-01-01T08:00:00"]),
    ],
)
def test_dates(units: str, calendar: str | None, values: list[float], right: list[str]) -> None:
    attributes = {"units": units} if calendar is None else {"units": units, "calendar": calendar}
    assert date_labels(xr.Variable("time", np.array(values), attributes)) == right


@pytest.mark.parametrize(
    "attributes",
    [
        {"units": "months since 2000-01-01"},
        {"units": "days since then"},
        {"units": "days since 2000-01-01", "calendar": "moon"},
    ],
)
def test_what_is_not_known_is_refused(attributes: dict[str, str]) -> None:
    with pytest.raises(InputError, match="CF calendar"):
        date_labels(xr.Variable("time", np.array([1]), attributes))


def test_the_nearest_values() -> None:
    assert nearest(["10", "100", "1000"], "90") == ["100", "10", "1000"]
    assert nearest(["2020-01-01", "2021-01-01", "2030-01-01"], "2021-02-01")[0] == "2021-01-01"
    assert nearest(["2020-07-01", "2021-07-01"], "2021")[0] == "2020-07-01"
    assert nearest(["low", "medium", "high"], "hihg")[0] == "high"
