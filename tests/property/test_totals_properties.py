"""Totals, rankings and differences hold for any table the schema allows."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from geoalarm.core.schema import conform
from geoalarm.core.terms import State
from geoalarm.results import totals as t
from geoalarm.results.commune_count import LayerCount

LABELS = ("[0.1, 0.5)", "[0.5, 1)", "[1, ∞)")


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """A table of one flood over up to six communes, classes adding up to no more than the residents."""
    rows = []
    for position in range(draw(st.integers(1, 6))):
        key = f"{draw(st.sampled_from(['FR', 'BE']))}:{position}"
        residents = float(draw(st.integers(0, 5000)))
        silent = draw(st.sampled_from([None, None, State.NOT_STUDIED, State.OUTSIDE_COVERAGE]))
        cuts = sorted(draw(st.lists(st.floats(0, 1), min_size=3, max_size=3)))
        for label, share in zip(LABELS, np.diff([0.0, *cuts]), strict=True):
            people = residents * share
            state = silent or (
                draw(st.sampled_from([State.EXPOSED, State.SUPPRESSED])) if people > 0 else State.ZERO
            )
            shown = people if state in (State.EXPOSED, State.ZERO) else np.nan
            rows.append(
                {
                    "commune_id": key,
                    "hazard": "flood",
                    "scenario": "",
                    "return_period_yr": 100.0,
                    "intensity_class": label,
                    "basis": "modelled",
                    "population": residents,
                    "population_exposed": shown,
                    "population_exposed_low": shown * 0.5,
                    "population_exposed_high": np.minimum(shown * 3, residents),
                    "mapped_share": 0.0 if silent else 1.0,
                    "area_exposed_km2": np.nan if silent else 1.0,
                    "state": str(state),
                    "source_ids": "a|b",
                    "caveats": "",
                }
            )
    return conform(pd.DataFrame(rows))


@settings(max_examples=20, deadline=None)
@given(tables())
def test_a_number_stands_where_the_state_says_so_and_within_its_bounds(table: pd.DataFrame) -> None:
    totals = t.threshold_total(table)
    numbers = totals["state"].isin(["exposed", "zero"])
    assert (totals["population_exposed"].notna() == numbers).all()
    shown = totals[numbers]
    assert (shown["population_exposed_low"] <= shown["population_exposed"]).all()
    assert (shown["population_exposed"] <= shown["population_exposed_high"]).all()
    assert (shown["population_exposed_high"] <= shown["population"]).all()
    assert shown["share_exposed"].between(0, 1).all()
    assert ((shown["state"] == "zero") == (shown["population_exposed"] == 0)).all()


@settings(max_examples=20, deadline=None)
@given(tables())
def test_an_unknown_row_is_an_unknown_total(table: pd.DataFrame) -> None:
    unknown = set(table.loc[table["state"].isin(t.UNKNOWN), "commune_id"])
    totals = t.threshold_total(table).set_index("commune_id")
    assert totals.loc[sorted(unknown), "population_exposed"].isna().all()
    assert set(totals.index[totals["state"].isin(t.UNKNOWN)]) == unknown


@settings(max_examples=20, deadline=None)
@given(tables())
def test_a_higher_threshold_never_counts_more(table: pd.DataFrame) -> None:
    values = [
        t.threshold_total(table, from_class=label).set_index("commune_id")["population_exposed"].fillna(0)
        for label in LABELS
    ]
    for lower, higher in itertools.pairwise(values):
        assert (higher <= lower + 1e-9).all()


@settings(max_examples=20, deadline=None)
@given(tables())
def test_ranking_keeps_the_rows_and_falls(table: pd.DataFrame) -> None:
    totals = t.threshold_total(table)
    ranked = t.ranking(totals)
    assert sorted(ranked["commune_id"]) == sorted(totals["commune_id"])
    known = ranked["population_exposed"].dropna()
    assert known.is_monotonic_decreasing
    assert ranked["rank"].notna().sum() == len(known)
    assert ranked["population_exposed"].iloc[: len(known)].notna().all()


@settings(max_examples=20, deadline=None)
@given(tables(), tables())
def test_a_difference_changes_its_sign_with_the_order(first: pd.DataFrame, second: pd.DataFrame) -> None:
    a, b = t.threshold_total(first), t.threshold_total(second)
    forth, back = (t.difference(x, y).set_index("commune_id").sort_index() for x, y in ((a, b), (b, a)))
    pd.testing.assert_series_equal(forth["difference"], -back["difference"])
    assert ((forth["reason"] == "") == forth["difference"].notna()).all()
    assert set(forth.index) == {*a["commune_id"], *b["commune_id"]}


@settings(max_examples=20, deadline=None)
@given(tables())
def test_countries_add_up_to_the_whole(table: pd.DataFrame) -> None:
    totals = t.threshold_total(table)
    whole, parts = t.summary(totals), t.by_country(totals).values()
    assert (
        whole.communes
        == sum(part.communes for part in parts)
        == whole.mapped + whole.not_mapped + whole.hidden
    )
    if whole.is_known:
        assert np.isclose(whole.people, sum(part.people for part in parts if part.is_known))
    else:
        assert np.isnan(whole.people)


@settings(max_examples=20, deadline=None)
@given(tables(), st.sampled_from(LABELS), st.booleans())
def test_a_page_of_one_commune_counts_as_the_table_of_all(
    table: pd.DataFrame, label: str, overlapping: bool
) -> None:
    table = table.assign(caveats="classes_overlap" if overlapping else "")
    whole, from_label = t.threshold_total(table), t.threshold_total(table, from_class=label)
    for commune, rows in table.groupby("commune_id", sort=False):
        count = LayerCount.of(whole[whole["commune_id"] == commune].iloc[0].to_dict(), LABELS)
        _require_same(LayerCount.of_rows(rows), whole, commune)
        _require_same(count, whole, commune)
        _require_same(count.over(rows, t.classes_from(rows, label)), from_label, commune)


def _require_same(count: LayerCount, totals: pd.DataFrame, commune: object) -> None:
    row = totals[totals["commune_id"] == commune].iloc[0]
    assert (count.state, count.hidden, count.caveats) == (
        row["state"],
        row["hidden"],
        tuple(filter(None, row["caveats"].split("|"))),
    )
    names = [
        "population_exposed",
        "population_exposed_low",
        "population_exposed_high",
        "population",
        "mapped_share",
    ]
    found = [count.people, count.low, count.high, count.population, count.mapped_share]
    np.testing.assert_array_equal(found, row[names].to_numpy(dtype="float64"))
