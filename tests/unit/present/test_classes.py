"""Breaks of maps and the words of classes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoalarm.core.errors import InputError
from geoalarm.present import classes as c


@pytest.mark.parametrize(
    ("largest", "breaks"),
    [
        (0, (10, 30, 100, 300, 1000)),
        (40, (10, 30, 100, 300, 1000)),
        (9_999, (10, 30, 100, 300, 1000)),
        (10_000, (100, 300, 1000, 3000, 10_000)),
        (52_000, (100, 300, 1000, 3000, 10_000)),
        (230_000, (1000, 3000, 10_000, 30_000, 100_000)),
    ],
)
def test_people_have_the_ladder_of_their_largest_value(largest: float, breaks: tuple[float, ...]) -> None:
    assert c.scale_for([math.nan, largest], "people").breaks == breaks


def test_shares_have_one_set_of_breaks() -> None:
    assert c.scale_for([0.9], "share") == c.scale_for([], "share")


def test_index_is_half_open_and_unknown_has_no_class() -> None:
    scale = c.scale_for([1230], "people")
    assert scale.index([math.nan, 0, 0.5, 9.9, 10, 999, 1000, 5e6]).tolist() == [-1, -1, 0, 0, 1, 4, 5, 5]


def test_labels_in_words() -> None:
    people, share = c.scale_for([1230], "people"), c.scale_for([], "share")
    assert people.labels("en") == [
        "under 10",
        "10 to 30",
        "30 to 100",
        "100 to 300",
        "300 to 1,000",
        "1,000 or more",
    ]
    assert share.labels("nl") == [
        "minder dan 1%",
        "1% tot 5%",
        "5% tot 10%",
        "10% tot 25%",
        "25% tot 50%",
        "50% of meer",
    ]


def test_differences_are_symmetric_round_the_same() -> None:
    scale = c.difference_scale_for([-420, 80, math.nan], "people")
    assert scale.breaks == (-300, -10, 10, 300)
    assert scale.index([-500, -300, -10, 0, 9, 10, 300, math.nan]).tolist() == [0, 1, 2, 2, 2, 3, 4, -1]
    assert scale.labels("en") == [
        "under \u2212300",
        "\u2212300 to \u221210",
        "\u221210 to +10",
        "+10 to +300",
        "+300 or more",
    ]
    assert c.difference_scale_for([], "share").labels("en")[-1] == "+10% or more"
    assert len(scale.colours("dark")) == 5


@given(st.lists(st.floats(0, 1e7) | st.just(math.nan)))
def test_every_value_has_a_class_or_a_state(values: list[float]) -> None:
    scale = c.scale_for(values, "people")
    found = scale.index(values)
    assert ((found == -1) == [math.isnan(value) or value == 0 for value in values]).all()
    assert found.max(initial=0) < len(scale.colours()) == len(scale.labels("fr"))


@given(st.lists(st.floats(0, 1e7), min_size=1), st.floats(0, 1e7))
def test_a_map_depends_on_its_largest_value_alone(values: list[float], other: float) -> None:
    assert c.scale_for(values, "people") == c.scale_for([max(values), min(other, max(values))], "people")


def test_an_infinite_value_is_refused() -> None:
    with pytest.raises(InputError, match="infinite"):
        c.scale_for([np.inf], "people")


NB = "\u00a0"


@pytest.mark.parametrize(
    ("label", "hazard", "units", "lang", "expected"),
    [
        ("[0.5, 1)", "flood", "m", "fr", f"de 0,5 à 1{NB}m"),
        ("[2, ∞)", "flood", "m", "en", f"2{NB}m or more"),
        ("[2, inf)", "flood", "m", "en", f"2{NB}m or more"),
        ("[0.25, 0.5)", "flood", "m", "de", f"0,25 bis 0,5{NB}m"),
        ("SEL", "industrial", "", "en", "Deaths possible (SEL)"),
        ("very_high", "landslide", "", "nl", "Zeer hoog"),
        ("4", "landslide", "1", "en", "4"),
        ("Zone rouge", "flood", "", "en", "Zone rouge"),
    ],
)
def test_a_class_in_words(label: str, hazard: str, units: str, lang: str, expected: str) -> None:
    assert c.class_label(label, lang, hazard=hazard, units=units) == expected


def test_lower_bounds() -> None:
    assert c.lower_bound("[0.5, 1)") == 0.5
    assert math.isnan(c.lower_bound("SEL"))
