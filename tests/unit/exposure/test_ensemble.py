"""Uncertainty against worked values, and its promises: repeatable, correlated by commune,
bounded.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoalarm import testing
from geoalarm.core import distributions as d
from geoalarm.core.errors import InputError, RangeError
from geoalarm.exposure import ensemble
from geoalarm.exposure.engine import expose
from geoalarm.exposure.union import union_bounds
from geoalarm.hazards.landslide.slope import infinite_slope, soil_distributions

FACTORS = {"population": d.lognormal(0.15), "footprint": d.triangular(0.8, 1, 1.3), "occupancy": d.beta(8, 2)}
ANGLES = {name: d.uniform(-np.pi, np.pi) for name in ("x1", "x2", "x3")}


def people(population: np.ndarray, footprint: np.ndarray, occupancy: np.ndarray) -> np.ndarray:
    return 5400 * population * footprint * occupancy


def ishigami(x1: np.ndarray, x2: np.ndarray, x3: np.ndarray) -> np.ndarray:
    return np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)


def test_people_5400_with_three_uncertain_factors() -> None:
    result = ensemble.exposed_people_band(5400)
    assert result.value == pytest.approx(4464, abs=1e-9)
    assert [result[name] for name in ("p5", "p50", "p95")] == pytest.approx([2826, 4402, 6293], rel=0.01)


def test_the_fewest_runs_agree_within_two_percent_and_repeat() -> None:
    once, again = (ensemble.monte_carlo(people, FACTORS) for _ in range(2))
    assert once.band == again.band
    assert (once.values == again.values).all()
    assert once.band.runs == 10_000
    assert [once.band.p5, once.band.p50, once.band.p95] == pytest.approx([2826, 4402, 6293], rel=0.02)
    assert once.band.mean == pytest.approx(4464, rel=0.01)
    assert once.chance_above(once.band.p95) == pytest.approx(0.05, abs=1e-3)
    assert ensemble.monte_carlo(people, FACTORS, seed=1).band != once.band


def test_another_factor_changes_no_stream() -> None:
    alone = ensemble.draw({"population": d.lognormal(0.15)})
    assert (ensemble.draw(FACTORS)["population"] == alone["population"]).all()


@pytest.mark.parametrize(
    "name", ["population_commune", "population_1km", "population_200m_imputed", "population_modelled"]
)
def test_population_factors_have_a_mean_of_one(name: str) -> None:
    assert ensemble.factor(name).mean == pytest.approx(1)


def test_default_factors_of_the_rows() -> None:
    assert ensemble.factor("footprint") == d.triangular(0.8, 1, 1.3)
    assert ensemble.factor("occupancy").mean == 0.8
    assert np.exp(0.7) == pytest.approx(2, rel=0.01)
    assert ensemble.factor("probit_a").quantile(np.array([0, 1])).tolist() == pytest.approx([-0.7, 0.7])
    with pytest.raises(InputError, match="population_1km"):
        ensemble.factor("population_1k")


def test_too_few_runs_and_results_that_are_none_are_refused() -> None:
    with pytest.raises(RangeError, match="'runs'"):
        ensemble.monte_carlo(people, FACTORS, runs=9999)
    with pytest.raises(RangeError, match="'seed'"):
        ensemble.draw(FACTORS, seed=-1)
    with pytest.raises(InputError, match="uncertain inputs"):
        ensemble.monte_carlo(people, {})
    with pytest.raises(InputError, match="one a run"):
        ensemble.monte_carlo(lambda x: float(x.mean()), {"x": d.uniform(0, 1)})
    with pytest.raises(InputError, match="not finite"):
        ensemble.monte_carlo(lambda x: np.where(x > 0.5, np.nan, x), {"x": d.uniform(0, 1)})
    with pytest.raises(RangeError, match="'footprint_high'"):
        ensemble.exposed_people_band(5400, footprint_high=0)


@given(st.floats(0, 1e6), st.floats(0, 1), st.floats(0, 0.5))
@settings(max_examples=20)
def test_bands_are_in_order_and_scale_with_people(count: float, s: float, more: float) -> None:
    found = ensemble.exposed_people_band(count, population_s=s, runs=10_000)
    assert 0 <= found["p5"] <= found["p50"] <= found["p95"]
    wider = ensemble.exposed_people_band(count, population_s=s + more, runs=10_000)
    assert wider["p95"] >= found["p95"] * 0.99
    assert wider.value == pytest.approx(found.value)


def test_a_model_by_name_may_be_simulated() -> None:
    found = ensemble.monte_carlo(
        lambda **soil: infinite_slope(slope=25.0, depth=2.0, **soil), soil_distributions(), runs=20_000
    )
    assert (found.values < 1).mean() == pytest.approx(0.1535, abs=0.01)


# tornado


def test_tornado_moves_one_input_at_a_time() -> None:
    table = ensemble.tornado(people, FACTORS)
    assert table["factor"].tolist() == ["population", "occupancy", "footprint"]
    middle = 5400 * np.prod([made.quantile(0.5) for made in FACTORS.values()])
    assert table["base"].tolist() == pytest.approx([middle] * 3)
    row = table.set_index("factor").loc["occupancy"]
    assert row["result_p95"] / row["base"] == pytest.approx(
        float(FACTORS["occupancy"].quantile(0.95) / FACTORS["occupancy"].quantile(0.5))
    )
    assert table["swing"].is_monotonic_decreasing
    falling = ensemble.tornado(lambda a, b: b - 2 * a, {"a": d.uniform(0, 1), "b": d.uniform(0, 1)})
    assert falling["swing"].tolist() == pytest.approx([1.8, 0.9])
    assert falling["result_p95"].iloc[0] < falling["result_p5"].iloc[0]


# Sobol


def test_ishigami_indices_by_4096_samples() -> None:
    table = ensemble.sobol(ishigami, ANGLES, samples=2**12)
    assert table["S"].tolist() == pytest.approx([0.31391, 0.44241, 0], abs=0.03)
    assert table["ST"].tolist() == pytest.approx([0.55759, 0.44241, 0.24368], abs=0.01)
    assert table.attrs["variance"] == pytest.approx(13.8446, rel=0.005)
    assert table.attrs["runs"] == 4096 * 5
    assert (np.abs(table["S"] - [0.31391, 0.44241, 0]) < table["S_confidence"] * 1.5).all()


def test_ishigami_indices_by_65536_samples() -> None:
    table = ensemble.sobol(ishigami, ANGLES, samples=2**16)
    assert table["S"].tolist() == pytest.approx([0.31391, 0.44241, 0], abs=2e-3)
    assert table["ST"].tolist() == pytest.approx([0.55759, 0.44241, 0.24368], abs=1e-3)
    assert table.attrs["variance"] == pytest.approx(13.8446, abs=2e-3)


def test_an_additive_model_has_no_company() -> None:
    table = ensemble.sobol(
        lambda a, b: 3 * a + 4 * b, {"a": d.normal(0, 1), "b": d.normal(0, 1)}, samples=2**10
    )
    assert table["S"].tolist() == pytest.approx([9 / 25, 16 / 25], abs=0.03)
    assert table["ST"].tolist() == pytest.approx([9 / 25, 16 / 25], abs=0.01)
    assert (
        ensemble.sobol(ishigami, ANGLES, samples=256)["S"]
        == ensemble.sobol(ishigami, ANGLES, samples=256)["S"]
    ).all()


@pytest.mark.parametrize(("factors", "samples"), [({"x1": d.uniform(0, 1)}, 1024), (ANGLES, 1000)])
def test_indices_that_cannot_be_are_refused(factors: dict, samples: int) -> None:
    with pytest.raises(InputError, match="Sobol indices"):
        ensemble.sobol(lambda **x: x["x1"], factors, samples=samples)
    with pytest.raises(RangeError, match="'samples'"):
        ensemble.sobol(ishigami, ANGLES, samples=2**17)
    with pytest.raises(InputError, match="does not vary"):
        ensemble.sobol(lambda x1, x2, x3: x1 * 0, ANGLES, samples=256)


# tables of people


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    world = testing.world()
    return pd.concat(
        [expose(item, world.population, world.communes) for item in world.footprints], ignore_index=True
    )


def test_an_exposure_table_gets_its_bands(table: pd.DataFrame) -> None:
    found = ensemble.people_ensemble(table, population=d.lognormal(0.15), occupancy=d.beta(8, 2))
    assert len(found) == len(table)
    known = found[found["population_exposed"] > 0]
    assert (known["people_p5"] < known["people_p50"]).all()
    assert (known["people_p50"] < known["people_p95"]).all()
    strip = known[(known["hazard"] == "flood") & (known["commune_id"] == "FR:00002")]
    assert (strip["people_mean"] / strip["population_exposed"]).tolist() == pytest.approx(
        [0.8267] * len(strip), rel=0.01
    )
    unknown = found["population_exposed"].isna()
    assert unknown.any()
    assert found.loc[unknown, "people_p50"].isna().all()
    assert (found.loc[found["population_exposed"] == 0, ["people_p5", "people_p95"]] == 0).all().all()
    assert found["state"].tolist() == table["state"].tolist()
    pd.testing.assert_frame_equal(
        found, ensemble.people_ensemble(table, population=d.lognormal(0.15), occupancy=d.beta(8, 2))
    )


def test_a_commune_is_off_by_one_factor_in_all_its_hazards(table: pd.DataFrame) -> None:
    found = ensemble.people_ensemble(table, footprint=d.fixed(1), population=d.lognormal(0.3))
    ratio = (found["people_p95"] / found["population_exposed"]).where(found["population_exposed"] > 0)
    for _, values in ratio.dropna().groupby(found["commune_id"]):
        assert values.to_numpy() == pytest.approx(values.iloc[0])
    assert ratio.dropna().nunique() > 1


def test_totals_are_added_within_runs(table: pd.DataFrame) -> None:
    found = ensemble.people_ensemble(table, footprint=d.fixed(1), population=d.lognormal(0.3))
    totals = found.attrs["totals"].set_index(["hazard", "return_period_yr", "intensity_class"])
    rows = found[(found["hazard"] == "flood") & (found["return_period_yr"] == 1000)]
    deepest = rows[rows["intensity_class"] == rows["intensity_class"].iloc[-1]]
    total = totals.loc[("flood", 1000.0, deepest["intensity_class"].iloc[0])]
    assert total["people_mean"] == pytest.approx(deepest["people_mean"].sum())
    assert total["people_p95"] < deepest["people_p95"].sum()
    assert total["population_exposed"] == deepest["population_exposed"].sum()


def test_nobody_is_exposed_who_does_not_live_there(table: pd.DataFrame) -> None:
    whole = table.copy()
    whole["population_exposed"] = whole["population_exposed"].where(
        whole["population_exposed"].isna(), whole["population"] / 4
    )
    found = ensemble.people_ensemble(whole, population=d.fixed(1), footprint=d.fixed(5))
    sums = found.groupby(["commune_id", "hazard", "return_period_yr"], dropna=False)["people_p95"].sum()
    people_of = whole.groupby(["commune_id", "hazard", "return_period_yr"], dropna=False)[
        "population"
    ].first()
    assert (sums <= people_of * (1 + 1e-9)).all()
    with pytest.raises(InputError, match="population_exposed"):
        ensemble.people_ensemble(table.drop(columns="population_exposed"))


def test_union_of_cells() -> None:
    cells = np.array([100, 50, 80, 40])
    shares = [np.array(f) for f in ([0.5, 0, 1, 0.2], [0.4, 0.3, 0, 0.2], [0, 1, 0.5, 0])]
    low, high, _ = union_bounds(shares)
    assert sum(float((cells * f).sum()) for f in shares) == 291
    assert (float((cells * low).sum()), float((cells * high).sum())) == (188, 236)


def test_union_of_two_zones_is_not_their_sum() -> None:
    """|A| + |B| - |AB|: 1200 + 700 - 250 = 1650, exact where each place is wholly in or out of a zone."""
    people, first, second = (
        np.array([950.0, 250.0, 450.0]),
        np.array([1.0, 1.0, 0.0]),
        np.array([0.0, 1.0, 1.0]),
    )
    assert (people @ first, people @ second, people @ (first * second)) == (1200, 700, 250)
    assert [float(people @ bound) for bound in union_bounds([first, second])] == [1650, 1650, 1650]
