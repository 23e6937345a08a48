"""Choices of the explorer and their form in an address."""

import math
from types import SimpleNamespace

import pytest

from geoalarm.app.explorer.explorer_state import ExplorerState, read_query
from geoalarm.app.layer_choices import Choices, default_period, token
from geoalarm.app.web.page_state import UnknownOption


def state_of(made_up, **query):
    values, rejected = read_query(query, made_up.choices, communes=frozenset(made_up.geometry.ids))
    return ExplorerState(made_up.choices, **values), rejected


def test_what_is_real_is_offered_before_the_examples():
    def layer(hazard, scenario, basis):
        return SimpleNamespace(hazard=hazard, scenario=scenario, basis=basis, return_period_yr=math.nan)

    examples = (layer("flood", "", "illustrative"), layer("industrial", "toxic", "illustrative"))
    plan = layer("industrial", "plan", "modelled")
    known = Choices((*examples, plan))
    assert known.hazards() == ["industrial", "flood"]
    assert known.scenarios("industrial") == ["plan", "toxic"]
    assert known.option_at_start() is plan
    assert Choices(examples).option_at_start() is examples[0]


def test_it_starts_in_the_middle(made_up):
    state, rejected = state_of(made_up)
    assert (state.hazard, state.period, state.commune, state.beside, rejected) == ("flood", 100.0, "", "", [])


@pytest.mark.parametrize(
    ("periods", "middle"), [([10.0], 10.0), ([10.0, 100.0], 10.0), ([10.0, 100.0, 1000.0], 100.0)]
)
def test_neither_the_mildest_nor_the_worst(periods, middle):
    assert default_period(periods) == middle


def test_an_address_brings_a_reader_back(made_up):
    words = {
        "lang": "nl",
        "hazard": "flood",
        "T": "10",
        "from": "[0.5, 1)",
        "show": "share",
        "country": "BE",
        "commune": "BE:00002",
        "beside": "~1000",
        "overlay": "0",
    }
    state, rejected = state_of(made_up, **words)
    assert rejected == []
    assert state.query() == words
    assert token(state.second()) == "~1000"


def test_defaults_are_left_out_of_the_address(made_up):
    assert state_of(made_up)[0].query() == {"lang": "en", "hazard": "flood", "T": "100"}


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("hazard", "dragons"),
        ("T", "77"),
        ("T", "often"),
        ("commune", "FR:99999"),
        ("beside", "~100000"),
        ("show", "everything"),
        ("country", "ES"),
        ("lang", "xx"),
        ("overlay", "maybe"),
    ],
)
def test_what_an_address_does_not_mean_is_told_and_replaced(made_up, word, value):
    state, rejected = state_of(made_up, **{word: value})
    assert rejected == [UnknownOption(word, value)]
    assert state.query() == {"lang": "en", "hazard": "flood", "T": "100"}


def test_another_hazard_takes_its_own_scenario_and_forgets_the_rest(made_up):
    state, _ = state_of(made_up, beside="~10", **{"from": "[0.5, 1)"})
    state.choose(hazard="industrial")
    assert (state.scenario, state.threshold, state.beside) == ("tank fire", "", "")
    assert math.isnan(state.period)


def test_one_change_is_told_once(made_up):
    state, _ = state_of(made_up, beside="~10")
    told = []
    state.param.watch(
        lambda *events: told.append({event.name for event in events}),
        ["hazard", "scenario", "period", "threshold", "beside"],
    )
    state.choose(hazard="industrial")
    assert told == [{"hazard", "scenario", "period", "beside"}]


def test_a_scenario_is_not_compared_with_itself(made_up):
    state, _ = state_of(made_up, beside="~10")
    state.choose(period=10.0)
    assert state.beside == ""


def test_a_threshold_that_is_no_class_falls_back(made_up):
    state, _ = state_of(made_up, **{"from": "<script>"})
    assert state.threshold == ""


def test_slopes_count_from_the_class_that_means_danger(made_up):
    from types import SimpleNamespace

    labels = ("very_low", "low", "moderate", "high", "very_high")
    options = [
        SimpleNamespace(**{**vars(one), "class_labels": labels}) if one.hazard == "landslide" else one
        for one in made_up.choices.options
    ]
    choices = Choices(tuple(options), made_up.choices.populations, made_up.choices.countries)
    state = ExplorerState(choices)
    state.choose(hazard="landslide")
    assert state.threshold == "high"
    assert "from" not in state.query()
    state.choose(threshold="")
    assert state.query()["from"] == "all"
    values, rejected = read_query(state.query(), choices, communes=frozenset())
    assert not rejected
    assert ExplorerState(choices, **values).threshold == ""
    state.choose(hazard="flood")
    assert state.threshold == ""
    state.choose(hazard="landslide", threshold="")
    assert state.threshold == ""
    state.choose(threshold=None)
    assert state.threshold == "high"
