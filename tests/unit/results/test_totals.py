"""Totals by hand on the made-up world."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from geoalarm.core.errors import InputError
from geoalarm.core.schema import FIELDS, conform
from geoalarm.exposure.engine import expose
from geoalarm.results import totals as t
from geoalarm.testing import world


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    made_up = world()
    return pd.concat(
        [expose(footprint, made_up.population, made_up.communes) for footprint in made_up.footprints],
        ignore_index=True,
    )


@pytest.fixture(scope="module")
def flood(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["return_period_yr"] == 1000]


@pytest.fixture(scope="module")
def slides(table: pd.DataFrame) -> pd.DataFrame:
    return t.threshold_total(table[table["hazard"] == "landslide"])


def _people(totals: pd.DataFrame, column: str = "population_exposed") -> dict[str, float]:
    return dict(zip(totals["commune_id"], totals[column], strict=True))


def _rows(*cells: tuple[str, float, str], population: float = 1000.0, caveats: str = "") -> pd.DataFrame:
    """One commune FR:1, a row a class."""
    fixed = {
        "commune_id": "FR:1",
        "hazard": "flood",
        "scenario": "",
        "return_period_yr": 100.0,
        "basis": "modelled",
        "population": population,
        "mapped_share": 1.0,
        "area_exposed_km2": 1.0,
        "caveats": caveats,
    }
    rows = [
        fixed
        | {
            "intensity_class": label,
            "population_exposed": people,
            "population_exposed_low": people / 2,
            "population_exposed_high": people * 2,
            "state": state,
            "source_ids": f"s{label}",
        }
        for label, people, state in cells
    ]
    return conform(pd.DataFrame(rows))


def test_all_classes_and_from_a_threshold(flood: pd.DataFrame) -> None:
    assert _people(t.threshold_total(flood))["BE:00002"] == 600
    assert _people(t.threshold_total(flood, from_class="[1, 2)"))["BE:00002"] == 400
    assert _people(t.threshold_total(flood, from_class="[2, ∞)"))["BE:00002"] == 200
    assert _people(t.threshold_total(flood), "share_exposed")["BE:00002"] == 0.15


def test_one_row_a_commune_and_footprint_in_order_with_the_fields(table: pd.DataFrame) -> None:
    totals = t.threshold_total(table)
    assert len(totals) == 6 * 5
    assert list(totals["commune_id"][:6]) == list(dict.fromkeys(table["commune_id"]))
    assert [*totals.columns] == [
        *(name for name in FIELDS if name != "intensity_class"),
        "share_exposed",
        "hidden",
    ]


def test_an_unknown_class_offers_the_near_miss(flood: pd.DataFrame) -> None:
    with pytest.raises(InputError, match=r"did you mean '\[0.5, 1\)'"):
        t.threshold_total(flood, from_class="[0.5,1)")


def test_what_is_not_studied_never_becomes_zero(slides: pd.DataFrame) -> None:
    belgium = slides[slides["commune_id"].str.startswith("BE")]
    assert set(belgium["state"]) == {"not_studied"}
    assert belgium[["population_exposed", "share_exposed", "area_exposed_km2"]].isna().all(axis=None)


def test_one_unknown_class_leaves_the_total_unknown() -> None:
    totals = t.threshold_total(_rows(("1", 100, "exposed"), ("2", math.nan, "outside_coverage")))
    assert totals["population_exposed"].isna().all()
    assert totals["state"].item() == "outside_coverage"


def test_a_hidden_class_makes_a_lower_bound() -> None:
    row = t.threshold_total(_rows(("1", 100, "exposed"), ("2", math.nan, "suppressed"))).iloc[0]
    assert (row["population_exposed"], row["state"], row["hidden"], row["population_exposed_high"]) == (
        100,
        "exposed",
        True,
        1000,
    )


def test_only_hidden_classes_leave_the_total_hidden() -> None:
    row = t.threshold_total(_rows(("1", math.nan, "suppressed"), ("2", 0, "zero"))).iloc[0]
    assert math.isnan(row["population_exposed"])
    assert row["state"] == "suppressed"


def test_bounds_never_leave_the_population() -> None:
    row = t.threshold_total(_rows(("1", 300, "exposed"), ("2", 400, "exposed"))).iloc[0]
    assert (row["population_exposed_low"], row["population_exposed"], row["population_exposed_high"]) == (
        350,
        700,
        1000,
    )


def test_classes_that_overlap_are_not_added_up() -> None:
    rows = _rows(("blast", 300, "exposed"), ("heat", 400, "exposed"), caveats="classes_overlap")
    whole = t.threshold_total(rows).iloc[0]
    assert (whole["population_exposed"], whole["population_exposed_high"]) == (400, 1000)
    assert _people(t.threshold_total(rows, from_class="blast")) == {"FR:1": 300}


def test_sources_and_caveats_of_all_rows_stay() -> None:
    rows = _rows(("1", 100, "exposed"), ("2", 100, "exposed"))
    assert t.threshold_total(rows)["source_ids"].item() == "s1|s2"


def test_nobody_lives_there_is_a_share_of_zero() -> None:
    row = t.threshold_total(_rows(("1", 0, "zero"), population=0)).iloc[0]
    assert (row["share_exposed"], row["state"]) == (0, "zero")


def test_ranking_puts_the_unknown_last_without_a_rank(slides: pd.DataFrame) -> None:
    ranked = t.ranking(slides)
    assert list(ranked["commune_id"][:3]) == ["FR:00002", "FR:00001", "FR:00003"]
    assert list(ranked["rank"][:3]) == [1, 2, 3]
    assert ranked["rank"][3:].isna().all()
    assert list(t.ranking(slides, by="share_exposed")["rank"][:3]) == [1, 1, 3]


def test_difference_says_why_there_is_none(flood: pd.DataFrame, slides: pd.DataFrame) -> None:
    found = t.difference(t.threshold_total(flood), slides).set_index("commune_id")
    assert found.loc["FR:00002", ["difference", "reason"]].tolist() == [480, ""]
    assert found.loc["BE:00001", "reason"] == "first_only"
    assert math.isnan(found.loc["BE:00001", "difference"])
    back = t.difference(slides, t.threshold_total(flood)).set_index("commune_id")
    assert back.loc["BE:00001", "reason"] == "second_only"
    assert set(
        t.difference(slides, slides).set_index("commune_id").loc[["BE:00001", "BE:00002"], "reason"]
    ) == {"neither"}


def test_difference_of_a_lower_bound_or_a_missing_commune_is_none() -> None:
    bound = t.threshold_total(_rows(("1", 100, "exposed"), ("2", math.nan, "suppressed")))
    plain = t.threshold_total(_rows(("1", 100, "exposed"), ("2", 0, "zero")))
    assert t.difference(plain, bound)["reason"].item() == "hidden"
    assert t.difference(plain, plain.iloc[:0])["reason"].item() == "first_only"


def test_difference_of_several_footprints_is_refused(table: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="one row a commune"):
        t.difference(t.threshold_total(table), t.threshold_total(table))


def test_sums_by_country(slides: pd.DataFrame) -> None:
    found = t.by_country(slides)
    assert (found["FR"].people, found["FR"].mapped, found["FR"].population) == (900, 3, 2000)
    assert math.isnan(found["BE"].people)
    assert not found["BE"].is_known
    assert found["BE"].not_mapped == 3
    assert t.summary(slides).population_mapped == 2000


def test_filters(slides: pd.DataFrame) -> None:
    assert len(t.only(slides)) == 6
    assert len(t.only(slides, countries=["FR"])) == 3
    assert list(t.only(slides, at_least=200)["commune_id"]) == ["FR:00002"]
    assert len(t.only(slides, states=["not_studied"])) == 3
    assert t.only(slides, communes=[]).empty


def test_an_empty_table_gives_no_rows(flood: pd.DataFrame) -> None:
    assert t.threshold_total(flood.iloc[:0]).empty


def test_input_is_left_alone(flood: pd.DataFrame) -> None:
    before = flood.copy(deep=True)
    t.ranking(t.threshold_total(flood, from_class="[1, 2)"))
    pd.testing.assert_frame_equal(flood, before)
    assert np.isfinite(flood["population_exposed"]).all()
