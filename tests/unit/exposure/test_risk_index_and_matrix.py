"""Index, ranks and matrix: values by hand, refusals, and no rank without its uncertainty."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoalarm import testing
from geoalarm.core.errors import Faults, InputError, RangeError
from geoalarm.exposure.compare import COLUMNS, Cutoffs, commune_index, load_cutoffs
from geoalarm.exposure.engine import expose
from geoalarm.exposure.ensemble import people_ensemble
from geoalarm.exposure.risk_index import exposure_class, index_rank, risk_index
from geoalarm.exposure.risk_matrix import combined_probability, risk_matrix
from geoalarm.hazards.industrial.acceptability import mmr_cell

MADE_UP = (1.0, 10.0, 100.0, 1000.0)


# classes, index, ranks


@pytest.mark.parametrize(
    ("people", "score"),
    [(0, 1), (0.99, 1), (1, 2), (9.99, 2), (10, 3), (100, 4), (999, 4), (1000, 5), (1e7, 5)],
)
def test_classes_1_to_5_hold_their_lower_cutoff(people: float, score: int) -> None:
    assert exposure_class(people, MADE_UP).value == score


def test_classes_per_1000_inhabitants() -> None:
    found = exposure_class(30, [1, 5, 20, 50], population=2000)
    assert (found.value, found["measured"]) == (3, 15)


@pytest.mark.parametrize(
    "cutoffs",
    [[1, 2, 3], [1, 2, 2, 3], [4, 3, 2, 1], [1, 2, 3, 4, 5]],
    ids=["three", "equal", "falling", "five"],
)
def test_cutoffs_that_make_no_five_classes_are_refused(cutoffs: list[float]) -> None:
    with pytest.raises(InputError, match="cut-offs"):
        exposure_class(3, cutoffs)


def test_more_exposed_than_inhabitants_is_refused() -> None:
    with pytest.raises(InputError, match="inhabitants"):
        exposure_class(3000, MADE_UP, population=2000)
    with pytest.raises(RangeError, match="'population'"):
        exposure_class(0, MADE_UP, population=0)
    with pytest.raises(RangeError, match="'people'"):
        exposure_class(-1, MADE_UP)


def test_index_is_the_weighted_sum_and_shows_the_highest() -> None:
    found = risk_index([3, 1, 4], [0.5, 0.3, 0.2], scores_low=[2, 1, 3], scores_high=[4, 5, 5])
    assert [found[name] for name in ("index", "low", "high", "highest")] == pytest.approx([2.6, 1.9, 4.5, 4])
    assert not found.warnings
    plain = risk_index([3, 1, 4], [1, 1, 1], scores_low=[3, 1, 4], scores_high=[3, 1, 4])
    assert (plain.value, plain.warnings) == (8, ("weights_do_not_add_up_to_1: 3",))


def test_an_index_without_bounds_says_so_and_gets_no_rank() -> None:
    found = risk_index([3, 1], [0.5, 0.5])
    assert math.isnan(found["low"])
    assert found.flags == {"uncertainty_not_given"}
    with pytest.raises(InputError, match="no rank without its uncertainty"):
        index_rank([2.0, 3.0])
    with pytest.raises(RangeError, match="'low'"):
        index_rank([found.value], [found["low"]], [found["high"]])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: risk_index([3, 1], [1.0]), "one a weight"),
        (lambda: risk_index([3, 1], [0, 0]), "only zeros"),
        (lambda: risk_index([2.5], [1]), "whole numbers"),
        (lambda: risk_index([0], [1]), "'scores'"),
        (lambda: risk_index([6], [1]), "'scores'"),
        (lambda: risk_index([3], [-1]), "'weights'"),
        (lambda: risk_index([3], [1], scores_low=[2]), "scores_low and scores_high"),
        (lambda: risk_index([3], [1], scores_low=[4], scores_high=[5]), "outside its bounds"),
        (lambda: index_rank([3.0], [4.0], [5.0]), "low <= index <= high"),
        (lambda: index_rank([3.0], [2.0, 2.0], [5.0]), "another length"),
    ],
)
def test_bad_input_is_refused_by_name(call: object, words: str) -> None:
    with pytest.raises((InputError, RangeError), match=words):
        call()  # type: ignore[operator]


def test_ranks_of_intervals_by_hand() -> None:
    found = index_rank([4.0, 2.5, 2.4, 2.4], [3.8, 2.0, 2.2, 2.4], [4.4, 3.0, 2.6, 2.4])
    assert found["rank"].tolist() == [1, 2, 3, 3]
    assert found["best"].tolist() == [1, 2, 2, 2]
    assert found["worst"].tolist() == [1, 4, 4, 4]


@given(st.lists(st.tuples(st.floats(1, 5), st.floats(0, 2), st.floats(0, 2)), min_size=1, max_size=8))
@settings(max_examples=50)
def test_a_rank_lies_between_its_bounds(places: list[tuple[float, float, float]]) -> None:
    index = np.array([middle for middle, _, _ in places])
    low, high = (
        index - np.minimum(index, [down for _, down, _ in places]),
        index + [up for _, _, up in places],
    )
    found = index_rank(index, low, high)
    assert (found["best"] <= found["rank"]).all()
    assert (found["rank"] <= found["worst"]).all()
    assert found["worst"].max() <= len(places)


# communes


def bands() -> pd.DataFrame:
    rows = [
        ("FR:1", "flood", 1000, 5, 12, 30),
        ("FR:1", "landslide", 1000, 0, 0, 0),
        ("BE:1", "flood", 2000, 150, 200, 260),
        ("BE:1", "landslide", 2000, np.nan, np.nan, np.nan),
        ("FR:2", "flood", 500, 0, 0.4, 2),
        ("FR:2", "landslide", 500, 100, 150, 200),
    ]
    return pd.DataFrame(
        rows, columns=["commune_id", "hazard", "population", "people_p5", "people_p50", "people_p95"]
    )


CUTS = tuple(Cutoffs(name, "absolute", MADE_UP, "made up", "D") for name in ("flood", "landslide"))


def test_communes_by_index_keep_the_unknown_out_of_the_rank_and_in_the_bounds() -> None:
    found = commune_index(
        bands(), cutoffs=CUTS, weights={"flood": 0.6, "landslide": 0.4}, measure="absolute"
    ).set_index("commune_id")
    assert found.loc["FR:1", ["index", "index_low", "index_high"]].tolist() == pytest.approx(
        [0.6 * 3 + 0.4, 0.6 * 2 + 0.4, 0.6 * 3 + 0.4]
    )
    assert found.loc["FR:2", ["index", "highest"]].tolist() == pytest.approx([0.6 * 1 + 0.4 * 4, 4])
    assert math.isnan(found.loc["BE:1", "index"])
    assert math.isnan(found.loc["BE:1", "rank"])
    assert found.loc["BE:1", ["index_low", "index_high", "highest", "unknown"]].tolist() == pytest.approx(
        [2.8, 4.4, 4, 1]
    )
    assert found.loc["BE:1", ["rank_best", "rank_worst"]].tolist() == [1, 1]
    assert found.loc[["FR:1", "FR:2"], "rank"].tolist() == [2, 2]
    assert found.loc[["FR:1", "FR:2"], "rank_best"].tolist() == [2, 1]
    assert found.loc[["FR:1", "FR:2"], "rank_worst"].tolist() == [3, 2]
    assert found.loc["FR:1", ["class_flood", "class_landslide"]].tolist() == [3, 1]


def test_communes_per_1000_inhabitants() -> None:
    cuts = tuple(
        Cutoffs(name, "per_1000", (1.0, 10.0, 50.0, 200.0), "made up", "D") for name in ("flood", "landslide")
    )
    found = commune_index(bands(), cutoffs=cuts, weights={"flood": 1, "landslide": 0}).set_index("commune_id")
    assert found["class_flood"].tolist() == [3, 4, 1]
    assert found.loc["FR:2", "class_landslide"] == 5


def test_no_index_of_communes_without_uncertainty_weights_or_cutoffs() -> None:
    weights = {"flood": 0.6, "landslide": 0.4}
    with pytest.raises(InputError, match="uncertainty"):
        commune_index(bands().drop(columns="people_p95"), cutoffs=CUTS, weights=weights, measure="absolute")
    with pytest.raises(InputError, match="weight of landslide"):
        commune_index(bands(), cutoffs=CUTS, weights={"flood": 1}, measure="absolute")
    with pytest.raises(InputError, match="cut-offs of flood"):
        commune_index(bands(), cutoffs=CUTS, weights=weights, measure="per_1000")
    with pytest.raises(InputError, match="one row a commune and hazard"):
        commune_index(pd.concat([bands(), bands()]), cutoffs=CUTS, weights=weights, measure="absolute")
    with pytest.raises(InputError, match="measure"):
        commune_index(bands(), cutoffs=CUTS, weights=weights, measure="share")


def test_communes_of_the_made_up_world_from_the_table_to_the_rank() -> None:
    world = testing.world()
    table = pd.concat(
        [expose(item, world.population, world.communes) for item in world.footprints], ignore_index=True
    )
    found = people_ensemble(table)
    severe = found.dropna(subset=["intensity_class"]).drop_duplicates(["commune_id", "hazard"])
    hazards = sorted(severe["hazard"].unique())
    cuts = [Cutoffs(name, "per_1000", (1.0, 10.0, 50.0, 200.0), "made up", "D") for name in hazards]
    ranked = commune_index(severe, cutoffs=cuts, weights=dict.fromkeys(hazards, 1 / len(hazards)))
    assert set(ranked["commune_id"]) == set(table["commune_id"])
    unknown = ranked["unknown"] > 0
    assert unknown.any()
    assert ranked.loc[unknown, "rank"].isna().all()
    assert (ranked["index_low"] <= ranked["index_high"]).all()


def test_cutoffs_are_read_from_a_file_and_every_fault_is_told(tmp_path: Path) -> None:
    good = tmp_path / "cutoffs.csv"
    good.write_text(
        ",".join(COLUMNS)
        + "\nflood,absolute,1,10,100,1000,our study,D\nflood,per_1000,1,5,20,50,our study,D\n",
        "utf-8",
    )
    read = load_cutoffs(good)
    assert [one.measure for one in read] == ["absolute", "per_1000"]
    assert read[0].bounds == MADE_UP
    bad = tmp_path / "bad.csv"
    bad.write_text(
        ",".join(COLUMNS)
        + (
            "\nflood,absolute,10,1,100,1000,our study,D\n,absolute,1,2,3,4,our "
            "study,D\nslide,share,1,2,3,4,our study,D\n"
        )
        + (
            "slide,absolute,1,2,3,many,our study,D\nclay,absolute,1,2,3,4,our "
            "study,X\nrock,absolute,1,2,3,4,our study,D\n"
        )
        + "rock,absolute,1,2,3,4,our study,D\n",
        "utf-8",
    )
    with pytest.raises(Faults) as told:
        load_cutoffs(bad)
    assert [f"line {line}" in str(told.value) for line in (2, 3, 4, 5, 6, 8)] == [True] * 6
    assert len(told.value.faults) == 6
    with pytest.raises(InputError, match="no such file"):
        load_cutoffs(tmp_path / "none.csv")


# matrix


@pytest.mark.parametrize(
    ("likelihood", "band"),
    [(0, 1), (9.9e-5, 1), (1e-4, 2), (5e-4, 2), (1e-3, 3), (1e-2, 4), (0.0999, 4), (0.1, 5), (3, 5)],
)
def test_matrix_bands_of_likelihood(likelihood: float, band: int) -> None:
    assert risk_matrix(likelihood, 2)["cell"] == f"L{band} S2"


def test_matrix_takes_units_and_refuses_what_is_no_class() -> None:
    assert risk_matrix("0.001 /yr", 5)["cell"] == "L3 S5"
    for severity in (0, 6, float("nan")):
        with pytest.raises(RangeError, match="'severity'"):
            risk_matrix(1e-3, severity)
    with pytest.raises(InputError, match="whole numbers"):
        risk_matrix(1e-3, 2.5)
    with pytest.raises(RangeError, match="'likelihood'"):
        risk_matrix(-1e-3, 2)


def test_probabilities_combine_as_one_minus_the_product() -> None:
    found = combined_probability([0.1, 0.01, 0.001])
    assert found.value == pytest.approx(1 - 0.9 * 0.99 * 0.999, abs=1e-15)
    assert (found["low"], found["high"]) == pytest.approx((0.1, 0.111))
    assert combined_probability([1e-18, 1e-18]).value == pytest.approx(2e-18, rel=1e-12)
    assert combined_probability([1, 0.5]).value == 1
    assert combined_probability([0.2]).value == pytest.approx(0.2)
    with pytest.raises(RangeError, match="'probabilities'"):
        combined_probability([0.5, 1.1])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_a_combined_probability_lies_between_its_bounds(chances: list[float]) -> None:
    found = combined_probability(chances)
    assert found["low"] - 1e-12 <= found.value <= found["high"] + 1e-12


@pytest.mark.parametrize(
    ("severity", "cells"),
    [
        ("moderate", ["moindre 0", "moindre 0", "moindre 0", "moindre 0", "MMR 1"]),
        ("serious", ["moindre 0", "moindre 0", "MMR 1", "MMR 2", "NON 1"]),
        ("important", ["MMR 1", "MMR 1", "MMR 2", "NON 1", "NON 2"]),
        ("catastrophic", ["MMR 1", "MMR 2", "NON 1", "NON 2", "NON 3"]),
        ("disastrous", ["MMR 2", "NON 1", "NON 2", "NON 3", "NON 4"]),
    ],
)
def test_circulaire_2010_mmr_grid_is_to_be_confirmed(severity: str, cells: list[str]) -> None:
    found = [mmr_cell(severity, probability) for probability in "EDCBA"]
    assert [f"{one['cell']} {one['rank']}" for one in found] == cells
    assert all(one.flags == {"to_be_confirmed"} and one.jurisdiction == "FR" for one in found)


def test_circulaire_2010_mmr_grid_of_a_new_site_differs_in_one_cell() -> None:
    assert mmr_cell("disastrous", "E", site="new")["cell"] == "NON partiel"
    assert mmr_cell("disastrous", "D", site="new")["rank"] == 1
    with pytest.raises(InputError, match="catastrophic"):
        mmr_cell("catastrophique", "A")
