"""Return periods as an axis and distributions by their quantiles: known values, then properties."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoalarm.core import distributions
from geoalarm.core.errors import InputError, RangeError
from geoalarm.core.return_periods import at_least_once, between_periods, nested, reduced_variate

TRI = ([10, 100, 1000], [1200, 5400, 9800])


def test_people_at_50_years_over_ln_t() -> None:
    assert float(between_periods(*TRI, 50)) == pytest.approx(4135.7, abs=0.05)


@pytest.mark.parametrize(("scale", "depth"), [("gumbel", 0.892), ("log", 0.889)])
def test_depth_at_50_years(scale: str, depth: float) -> None:
    assert float(between_periods([10, 100], [0.4, 1.1], 50, scale=scale)) == pytest.approx(depth, abs=5e-4)


def test_chance_of_the_hundred_year_flood_in_30_years() -> None:
    assert at_least_once(100, 30) == pytest.approx(0.2603, abs=5e-5)
    assert at_least_once(1, 5) == 1
    assert at_least_once(1, 0) == at_least_once(10, 0) == 0


def test_gumbel_variate_of_the_hundred_year_event() -> None:
    assert reduced_variate(100) == pytest.approx(4.60015, abs=1e-5)


@pytest.mark.parametrize("at", [9.99, 1000.1, np.nan])
def test_never_beyond_the_mapped_periods(at: float) -> None:
    with pytest.raises(RangeError, match="return_period"):
        between_periods(*TRI, at)


def test_mapped_periods_keep_their_values_whatever_the_order() -> None:
    values = np.array([[9800.0, 1200, 5400], [np.nan, 1, np.inf]])
    assert between_periods([1000, 10, 100], values, 100).tolist() == [5400, np.inf]
    middle = between_periods([1000, 10, 100], values, 50)
    assert middle[1] == np.inf
    assert np.isnan(between_periods([1000, 10, 100], values, 500)[1])


@pytest.mark.parametrize(("periods", "values"), [([10, 10], [1, 2]), ([10], [1, 2]), ([], [])])
def test_periods_that_do_not_go_with_values(periods: list, values: list) -> None:
    with pytest.raises(InputError, match="return periods"):
        between_periods(periods, values, 10)
    with pytest.raises(RangeError, match="return periods"):
        between_periods([0.5, 10], [1, 2], 1)
    with pytest.raises(InputError, match="scale"):
        reduced_variate(10, scale="linear")  # type: ignore[arg-type]


def test_maps_that_do_not_nest_are_raised_and_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        found = nested([100, 10, 1000], [[3.0, 5, 4], [np.nan, 2, 1]], what="depths")
    assert found[0].tolist() == [5, 5, 5]
    assert np.isnan(found[1, 0])
    assert found[1, 1:].tolist() == [2, 2]
    assert "depths: 3 of 6" in caplog.text


@given(
    st.lists(st.floats(0, 1e6), min_size=3, max_size=3),
    st.floats(10, 1000),
    st.floats(10, 1000),
    st.sampled_from(["log", "gumbel"]),
)
def test_between_periods_rises_and_stays_between(values: list[float], a: float, b: float, scale: str) -> None:
    counts = nested(TRI[0], values)
    low, high = (float(between_periods(TRI[0], counts, at, scale=scale)) for at in sorted((a, b)))
    assert low <= high * (1 + 1e-12) + 1e-9
    assert counts[0] - 1e-9 <= low
    assert high <= counts[-1] * (1 + 1e-12) + 1e-9


@given(st.floats(1, 1e6), st.floats(0, 1000), st.floats(0, 100))
def test_more_years_are_never_safer(period: float, years: float, more: float) -> None:
    assert 0 <= at_least_once(period, years) <= at_least_once(period, years + more) <= 1


MADE = {
    "lognormal": distributions.lognormal(0.5, mean=3),
    "triangular": distributions.triangular(0.8, 1, 1.3),
    "beta": distributions.beta(8, 2),
    "loguniform": distributions.loguniform(10, 1000),
    "uniform": distributions.uniform(-2, 5),
    "normal": distributions.normal(5, 2),
    "truncated": distributions.normal(1, 2, low=0, high=4),
    "categorical": distributions.categorical({1: 2, 5: 6}),
    "fixed": distributions.fixed(7),
}


@pytest.mark.parametrize("name", MADE)
def test_the_mean_is_the_integral_of_the_quantiles(name: str) -> None:
    share = (np.arange(200_000) + 0.5) / 200_000
    values = MADE[name].quantile(share)
    assert values.mean() == pytest.approx(MADE[name].mean, rel=2e-4)
    assert (np.diff(values) >= 0).all()


def test_quantiles_known_by_hand() -> None:
    assert distributions.triangular(0, 1, 2).quantile(0.5) == 1
    assert distributions.triangular(0, 0, 1).quantile(0.75) == pytest.approx(0.5)
    assert distributions.loguniform(10, 1000).quantile(0.5) == pytest.approx(100)
    assert distributions.normal(5, 2).quantile(0.975) == pytest.approx(5 + 2 * 1.959964, abs=1e-5)
    assert distributions.lognormal(0.15).quantile(0.5) == pytest.approx(np.exp(-(0.15**2) / 2))
    words = distributions.categorical({"A": 1, "D": 3})
    assert words.quantile(np.array([0, 0.2, 0.25, 1])).tolist() == ["A", "A", "D", "D"]
    assert np.isnan(words.mean)
    assert MADE["truncated"].quantile(np.array([0, 1])).tolist() == pytest.approx([0, 4])


@pytest.mark.parametrize(
    "make",
    [
        lambda: distributions.lognormal(-1),
        lambda: distributions.triangular(2, 1, 3),
        lambda: distributions.beta(0, 1),
        lambda: distributions.loguniform(0, 1),
        lambda: distributions.uniform(1, 1),
        lambda: distributions.normal(0, 1, low=50),
        lambda: distributions.normal(float("nan"), 1),
        lambda: distributions.categorical({}),
        lambda: distributions.categorical({1: -1}),
        lambda: distributions.fixed(float("inf")),
        lambda: distributions.from_row("gamma", [1]),
        lambda: distributions.from_row("beta", [1]),
        lambda: distributions.uniform(0, 1).quantile(1.1),
    ],
)
def test_what_is_no_distribution(make) -> None:
    with pytest.raises(InputError, match=r"distribution|quantile"):
        make()


def test_a_row_names_a_distribution() -> None:
    assert distributions.from_row("normal", [5, 2, 0, np.inf]) == distributions.normal(5, 2, low=0)
    assert distributions.from_row("triangular", [0.8, 1, 1.3]) == MADE["triangular"]
