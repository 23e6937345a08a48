"""The what-if page without a browser: the form, its address, its accident, refusals in words, files that run."""

from types import SimpleNamespace

import pytest

from geoalarm.app.shared import Shared
from geoalarm.app.state import Rejected
from geoalarm.app.whatif_cards import finding, head, severity
from geoalarm.app.whatif_files import file_of, scenario
from geoalarm.app.whatif_form import form
from geoalarm.app.whatif_map import degrees, mercator
from geoalarm.app.whatif_state import WhatIfState, known, read_query
from geoalarm.app.whatif_view import calculate, pretty, refusal
from geoalarm.app.whatif_zones import zones
from geoalarm.core import i18n
from geoalarm.core.errors import InputError
from geoalarm.core.terms import LANGUAGES
from geoalarm.pipeline import Workspace, default_scenario, open_catalog, read_scenario
from geoalarm.pipeline.whatif import accident_view
from geoalarm.present.rounding import count_text

SITES = (SimpleNamespace(site_id="works", name="The works", country="BE", lon=3.8, lat=50.48),)


@pytest.fixture(scope="module")
def territory():
    return Shared(Workspace(default_scenario(open_catalog())))


def state_of(**query):
    values, rejected = read_query(query, SITES, communes=frozenset({"BE:53053"}))
    return WhatIfState(SITES, **values), rejected


def test_it_starts_with_the_first_kind_its_examples_and_no_place():
    state, rejected = state_of()
    assert (state.kind, state.is_placed, rejected) == (next(iter(known()["kinds"])), False, [])
    assert state.inputs["wind_speed"] == "5 m/s"
    assert state.weather_label() == "D5"
    assert state.weather_label(second=True) == "F3"


def test_an_address_brings_a_reader_back():
    words = {
        "lang": "nl",
        "kind": "toxic",
        "lon": "3.90000",
        "lat": "50.40000",
        "wind": "45",
        "time": "day",
        "indoors": "80",
        "beside": "1",
        "commune": "BE:53053",
        "in.rate": "7 kg/s",
        "in.duration": "-",
        "b.wind_from": "10",
    }
    state, rejected = state_of(**words)
    assert rejected == []
    assert state.query() == words
    assert "duration" not in state.accident().inputs


@pytest.mark.parametrize(
    ("word", "value"), [("kind", "dragon"), ("site", "nowhere"), ("time", "noon"), ("commune", "FR:0"), ("beside", "x")]
)
def test_what_an_address_does_not_mean_is_told_and_left_out(word, value):
    state, rejected = state_of(**{word: value, "in.dragons": "3"})
    assert rejected == [Rejected(word, value)]
    assert state.query() == {"lang": "en", "kind": "toxic"}


def test_a_site_places_the_accident_and_a_click_takes_it_away():
    state, _ = state_of(site="works")
    assert (state.accident().lon, state.accident().lat, state.accident().name) == (3.8, 50.48, "The works")
    state.place(3.5, 50.2)
    assert (state.site, state.accident().name, state.accident().lon) == ("", "", 3.5)


def test_another_kind_keeps_what_both_ask_for():
    state, _ = state_of(site="works", **{"in.substance": "ammonia", "in.rate": "9 kg/s"})
    state.choose_kind("bleve")
    assert "substance" not in state.inputs
    assert state.accident().wind_from is None
    state.choose_kind("no such kind")
    assert state.kind == "bleve"


def test_a_tank_stands_for_the_rate():
    state, _ = state_of(site="works", tank="1")
    choice = state.accident()
    assert "rate" not in choice.inputs
    assert choice.tank["hole_diameter"] == "25 mm"


def test_the_second_weather_differs_in_weather_only():
    state, _ = state_of(site="works", beside="1", **{"b.wind_from": "10"})
    first, second = state.accident(), state.accident(second=True)
    assert {name for name in first.inputs if first.inputs[name] != second.inputs[name]} == {"wind_speed", "stability"}
    assert (first.wind_from, second.wind_from) == (270, 10)


def test_unknown_fields_are_left_alone():
    state, _ = state_of()
    before = state.query()
    for field in ("in.dragons", "kind", "x.y", "", "b.rate"):
        state.write(field, "5")
    assert state.query() == before


@pytest.mark.parametrize(
    ("field", "text", "name"),
    [("lon", "east", "lon"), ("lat", "95", "lat"), ("wind_from", "400", "wind_from"), ("indoors", "120", "indoors"), ("lon", "nan", "lon")],
)
def test_numbers_of_the_page_itself_are_checked(field, text, name):
    state, _ = state_of(site="works")
    state.write(field, text)
    with pytest.raises(InputError, match=name):
        state.accident()


def test_a_decimal_comma_is_a_number():
    state, _ = state_of(site="works")
    state.write("wind_from", "22,5")
    assert state.accident().wind_from == 22.5


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", known()["kinds"])
def test_a_form_in_every_language(kind, lang):
    state = WhatIfState(SITES, kind=kind, lang=lang, beside=True, with_tank=True)
    words = form(state)
    assert words.count("<label") == words.count("</label>") > 5
    assert 'data-do="write|lon"' in words


def test_texts_of_a_reader_are_escaped():
    state, _ = state_of(**{"in.rate": '"><script>'})
    assert "<script>" not in form(state)


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("in.wind_speed", "0 m/s", "Wind speed: “0 m/s” cannot be used. Expected: 0.5 to 30 m/s."),
        ("in.rate", "-1 kg/s", "Release rate: “-1 kg/s” cannot be used. Expected: above 0 kg/s."),
        ("in.rate", "5", "Release rate: “5” cannot be used. Expected: a number and its unit, like 5 kg/s."),
        ("in.rate", "", "Release rate: a value is missing. Expected: above 0 kg/s."),
        ("in.stability", "Z", "Stability of the air: “Z” cannot be used. Expected: A, very unstable, B,"),
        ("in.substance", "gasoline", "This substance has no such thresholds."),
        ("in.scheme", "FR", "The French thresholds of this substance are not loaded."),
        ("lat", "0", "No zone touches a mapped commune."),
        ("wind_from", "", "Wind from: a value is missing. Expected: 0 to 360."),
    ],
)
def test_a_refusal_is_one_message_that_names_the_input(territory, field, text, told):
    state, _ = state_of(site="works")
    state.write(field, text)
    with pytest.raises(ValueError) as caught:
        calculate(state, territory)
    assert refusal(caught.value, state, "en").startswith(told)


def test_a_fault_of_ours_has_no_trace_in_its_words():
    state, _ = state_of(site="works")
    assert "KeyError" not in refusal(KeyError("secret"), state, "en")


def test_units_as_readers_write_them():
    assert [pretty(text) for text in ("5 m s-1", "1 kg m-2 s-1", "3 m^3", "2 J kg-1")] == ["5 m/s", "1 kg/m²/s", "3 m³", "2 J/kg"]


def test_the_map_and_degrees_are_inverse():
    assert degrees(*mercator(3.06, 50.63)) == pytest.approx((3.06, 50.63))


def test_the_page_shows_the_answer_of_the_pipeline(territory):
    state, _ = state_of(site="works", beside="1")
    outcome = calculate(state, territory)
    asked = accident_view(territory.workspace, state.accident())
    assert [zone.within for zone in outcome.first.people] == [zone.within for zone in asked.people]
    assert count_text(asked.people[0].within, "en") in finding(outcome, "en")
    assert len(outcome.view.first) == len(territory.geometry.ids)
    assert outcome.view.first["population_exposed"].sum() == pytest.approx(asked.people[0].within)
    for lang in LANGUAGES:
        assert i18n.text("accident.notice", lang)[:20] in head(outcome, WhatIfState(SITES, lang=lang), territory).replace("&#x27;", "'")
        assert "nan" not in zones(outcome, WhatIfState(SITES, lang=lang))


def test_french_rings_have_a_class_and_others_say_why_not(territory):
    state, _ = state_of(site="works", kind="bleve")
    assert "SELS" in severity(calculate(state, territory), "en")
    other, _ = state_of(site="works")
    assert i18n.text("accident.severity.none", "en") in severity(calculate(other, territory), "en")


def test_a_scenario_saved_is_the_scenario_read(territory, tmp_path):
    state, _ = state_of(site="works", beside="1")
    outcome = calculate(state, territory)
    path = tmp_path / "saved.yml"
    path.write_text(scenario(outcome, territory), encoding="utf-8")
    read = read_scenario(path)
    assert [item.key for item in read.accidents] == [view.choice.changed(field=True).key for view in outcome.both]
    assert file_of("yml", outcome, state, territory).name == "geoalarm_toxic_The_works.yml"
    assert b"BE:53053" in file_of("csv", outcome, state, territory).data
