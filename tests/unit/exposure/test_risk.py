"""Expected annual people and unions: worked values by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoalarm.core.errors import InputError
from geoalarm.core.model import IntensityClass
from geoalarm.core.units import annual_exceedance_probability, annual_rate, to_return_period_yr
from geoalarm.exposure.engine import expose
from geoalarm.exposure.population_index import prepare
from geoalarm.exposure.risk import ANNUAL_COLUMNS, annual_expectation, expected_annual
from geoalarm.exposure.union import union, union_bounds
from geoalarm.testing import raster, world

TRI, TRI_PEOPLE = [10, 100, 1000], np.array([1200, 5400, 9800])
WALLONIA, WALLONIA_PEOPLE = [25, 50, 100, 1000], np.array([800, 1500, 2600, 5200])


def test_delft_fiat_published_value_log_linear() -> None:
    value = expected_annual(
        [1, 2, 5, 25, 50, 100], np.array([5, 10, 50, 300, 1200, 3000]), convention="log-linear"
    )
    assert value == pytest.approx(98.4934, abs=1e-4)


@pytest.mark.parametrize(
    ("periods", "people", "options", "expected"),
    [
        (TRI, TRI_PEOPLE, {}, 375.2),
        (TRI, TRI_PEOPLE, {"zero_at_yr": 2}, 615.2),
        (TRI, TRI_PEOPLE, {"convention": "log-linear"}, 301.36),
        (WALLONIA, WALLONIA_PEOPLE, {"zero_at_yr": 10}, 107.8),
        (WALLONIA, WALLONIA_PEOPLE, {"convention": "log-linear"}, 78.23),
    ],
)
def test_conventions_of_section_1_4(periods, people, options, expected) -> None:
    assert expected_annual(periods, people, **options) == pytest.approx(expected, abs=5e-3)


def test_order_of_periods_does_not_matter_and_maps_that_do_not_nest_are_nested() -> None:
    assert expected_annual([1000, 10, 100], TRI_PEOPLE[[2, 0, 1]]) == pytest.approx(375.2)
    assert expected_annual([10, 100], np.array([500, 400])) == expected_annual(
        [10, 100], np.array([500, 500])
    )


@pytest.mark.parametrize("options", [{"zero_at_yr": 25}, {"zero_at_yr": 2, "convention": "log-linear"}])
def test_a_right_tail_that_cannot_be_is_refused(options) -> None:
    with pytest.raises(InputError):
        expected_annual(TRI, TRI_PEOPLE, **options)


@given(st.lists(st.floats(0, 1e6), min_size=3, max_size=3))
def test_expectation_lies_between_the_least_and_the_most_it_can_be(people) -> None:
    n = np.maximum.accumulate(people)
    value = expected_annual(TRI, np.array(people))
    assert n[0] * 0.1 - 1e-6 <= value <= n[2] * 0.1 + 1e-6


def test_annual_table_names_conventions_and_keeps_unknown_unknown() -> None:
    made = world()
    table = pd.concat([expose(footprint, made.population, made.communes) for footprint in made.footprints])
    table.loc[
        (table["commune_id"] == "BE:00001") & (table["return_period_yr"] == 100),
        ["population_exposed", "state"],
    ] = [
        np.nan,
        "not_studied",
    ]
    annual = annual_expectation(table).set_index("commune_id")
    assert list(annual.reset_index().columns) == list(ANNUAL_COLUMNS)
    assert set(annual["hazard"]) == {"flood"}  # the others have no probability
    row = annual.loc["FR:00002"]  # 80, 160, 240 people at 10, 100, 1000 years
    assert row["people_per_yr"] == pytest.approx(
        (0.1 - 0.01) * 120 + (0.01 - 0.001) * 200 + 0.001 * 240 + 80 * 0.4 / 2
    )
    assert (row["convention"], row["right_tail"], row["return_periods_yr"]) == (
        "trapezoid",
        "zero at 2 yr",
        "10|100|1000",
    )
    assert np.isnan(annual.loc["BE:00001", "people_per_yr"])
    assert annual.loc["BE:00001", "state"] == "not_studied"
    assert annual.loc["FR:00003", "people_per_yr"] == 0


def test_probabilities_convert_both_ways() -> None:
    assert annual_exceedance_probability(100) == 0.01
    assert annual_rate(100) == pytest.approx(0.0100503, abs=1e-7)
    assert to_return_period_yr(0.01) == 100
    with pytest.raises(InputError, match="yearly probability"):
        annual_exceedance_probability(0.01)


def test_union_bounds_of_section_9() -> None:
    people = np.array([100, 50, 80, 40])
    shares = np.array([[0.5, 0, 1, 0.2], [0.4, 0.3, 0, 0.2], [0, 1, 0.5, 0]])
    low, high, middle = union_bounds(list(shares))
    assert (people @ low, people @ high) == (188, 236)
    assert 188 <= people @ middle <= 236
    assert people @ shares.sum(axis=0) == 291


def test_union_counts_each_person_once() -> None:
    made = world()
    found = union(
        [made.flood[1000.0], made.landslide, made.industrial], prepare(made.population, made.communes)
    ).set_index("commune_id")
    # FR:00002, 4 people a cell: slopes in columns 0-8 (720), the ring over columns 10-19 (800) and the flood
    # within it
    assert found.loc["FR:00002", "population_exposed"] == pytest.approx(720 + 800)
    assert found.loc["BE:00001", "layers_mapped"] == 2
    assert found.loc["BE:00001", "caveats"] == "illustrative|partly_mapped"
    assert found.loc["FR:00002", "caveats"] == "illustrative"
    assert (found["population_exposed_high"] <= found["population"] + 1e-9).all()


def test_union_leaves_out_slopes_too_gentle_to_mean_danger() -> None:
    made = world()
    labels = ("very_low", "low", "moderate", "high", "very_high")
    codes = np.full((60, 40), 1, dtype="uint8")
    codes[:, 3:6], codes[:, 6:8] = 5, 4
    slopes = replace(
        made.landslide,
        data=raster(codes),
        classes=tuple(IntensityClass(label, code, code) for code, label in enumerate(labels, 1)),
        countries=(),
        counted_from="high",
    )
    found = union([slopes], prepare(made.population, made.communes)).set_index("commune_id")
    assert found.loc["FR:00002", "population_exposed"] == pytest.approx(1600 * 5 / 20)
    assert found.loc["BE:00002", ["population_exposed", "state"]].tolist() == [0, "zero"]
    assert found.loc["FR:00002", "caveats"] == "illustrative|mild_classes_left_out"
