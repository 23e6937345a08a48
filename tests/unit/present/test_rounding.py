"""Rounding: the rule by hand, then its properties."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoalarm.core.errors import InputError
from geoalarm.present import rounding as r

NB, NNB = "\u00a0", "\u202f"
PEOPLE = st.floats(0, 2e7, allow_subnormal=False)


@pytest.mark.parametrize(
    ("count", "down", "near", "up"),
    [
        (0, 0, 0, 0),
        (11, 10, 10, 20),
        (15, 10, 20, 20),
        (994, 990, 990, 1000),
        (996, 990, 1000, 1000),
        (1234, 1230, 1230, 1240),
        (1235, 1230, 1240, 1240),
        (12_345, 12_300, 12_300, 12_400),
        (99_960, 99_900, 100_000, 100_000),
        (2_604_361, 2_600_000, 2_600_000, 2_610_000),
    ],
)
def test_known_values(count: float, down: int, near: int, up: int) -> None:
    assert (r.round_people(count, "down"), r.round_people(count), r.round_people(count, "up")) == (
        down,
        near,
        up,
    )


@given(PEOPLE)
def test_ends_enclose_and_the_middle_lies_between(count: float) -> None:
    down, near, up = (r.round_people(count, toward) for toward in ("down", "nearest", "up"))
    assert down <= count <= up
    assert down <= near <= up
    assert up - down <= max(10, count / 50)


@given(PEOPLE, PEOPLE)
def test_order_is_kept(a: float, b: float) -> None:
    low, high = sorted((a, b))
    for toward in ("down", "nearest", "up"):
        assert r.round_people(low, toward) <= r.round_people(high, toward)


@given(PEOPLE)
def test_rounding_twice_is_rounding_once(count: float) -> None:
    once = r.round_people(count)
    assert {r.round_people(once, toward) for toward in ("down", "nearest", "up")} == {once}


@pytest.mark.parametrize("bad", [math.nan, math.inf, -1])
def test_what_is_no_number_of_people_is_refused(bad: float) -> None:
    with pytest.raises(InputError, match="not negative"):
        r.round_people(bad)


def test_people_in_words() -> None:
    assert [r.people_text(n, "en") for n in (0, 3, 10.9, 11, 1234)] == [
        f"0{NB}people",
        f"fewer than 11{NB}people",
        f"fewer than 11{NB}people",
        f"about 10{NB}people",
        f"about 1,230{NB}people",
    ]
    assert r.people_text(1_000_400, "fr") == f"environ 1{NNB}000{NNB}000{NB}de personnes"
    assert r.people_text(1234, "de", about=False) == f"1.230{NB}Menschen"


def test_counts_and_ranges() -> None:
    assert [r.count_text(n, "nl") for n in (0, 0.2, 5321)] == ["0", "minder dan 11", "5.320"]
    ranges = ((981, 1593), (0, 8), (3, 12), (0, 0), (20, 20))
    assert [r.range_text(a, b, "en") for a, b in ranges] == [
        "980 to 1,600",
        "fewer than 11",
        "0 to 20",
        "0",
        "20",
    ]


@given(PEOPLE.filter(lambda n: n > 0), st.floats(1, 1e7))
def test_a_share_is_never_none_where_somebody_is(count: float, population: float) -> None:
    assert r.share_text(min(count, population), population, "en") != "0%"


def test_shares_give_away_no_more_than_the_count() -> None:
    assert r.share_text(3, 1000, "en") == "under 1.1%"
    assert r.share_text(1234, 10_000, "en") == "12%"
    assert r.share_text(0, 0, "en") == "0%"
    assert r.share_text(998, 998, "en") == "100%"


def test_a_state_takes_the_place_of_the_figure() -> None:
    assert r.figure_text(1234, "exposed", "en") == "1,230"
    assert r.figure_text(0, "zero", "en") == "0"
    assert r.figure_text(math.nan, "not_studied", "fr") == "Non étudié"
    assert r.figure_text(math.nan, "outside_coverage", "nl") == "Hier niet in kaart"
    assert r.figure_text(math.nan, "suppressed", "en") == "Hidden for privacy"
    assert r.figure_text(math.nan, "exposed", "en") == "Not mapped here"
    assert r.figure_text(1239, "exposed", "en", hidden=True) == "at least 1,230"


def test_differences_are_signed() -> None:
    assert [r.signed_text(n, "en") for n in (1234, -44, 0, -3)] == [
        "+1,230",
        "\u221240",
        "0",
        "\u00b1fewer than 11",
    ]
