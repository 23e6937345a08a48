"""The what-if page without a browser: form, address, accident, refusals in words, files that run."""

import math
import zlib
from html import unescape
from types import SimpleNamespace

import numpy as np
import pytest
import shapely
from bokeh.document import Document
from bokeh.io.doc import patch_curdoc

from geoalarm import i18n
from geoalarm.analysis import Workspace, default_scenario, open_catalog, read_scenario
from geoalarm.app.map.map_sources import APART
from geoalarm.app.session import SharedSession
from geoalarm.app.web.page_state import UnknownOption
from geoalarm.app.whatif import whatif_view
from geoalarm.app.whatif.accident_cards import finding, head, risk, severity
from geoalarm.app.whatif.accident_files import UploadStore, file_of, scenario, thresholds_form
from geoalarm.app.whatif.accident_form import form
from geoalarm.app.whatif.accident_refusal import refusal
from geoalarm.app.whatif.accident_words import pretty, range_words
from geoalarm.app.whatif.build_whatif import whatif
from geoalarm.app.whatif.effect_field import breaks, chance, class_words
from geoalarm.app.whatif.example_accidents import EXAMPLES, example_place
from geoalarm.app.whatif.form_fields import known
from geoalarm.app.whatif.whatif_page import WhatIf
from geoalarm.app.whatif.whatif_state import WhatIfState, read_query
from geoalarm.app.whatif.whatif_view import calculate, paint_of, place_of_example
from geoalarm.app.whatif.wind_rose import read_table, rose_of
from geoalarm.app.whatif.zone_legend import legend, switch
from geoalarm.app.whatif.zone_map import degrees, mercator
from geoalarm.app.whatif.zone_table import zones
from geoalarm.core.errors import GeoalarmError, InputError
from geoalarm.core.keyed_cache import KeyedCache
from geoalarm.core.terms import LANGUAGES
from geoalarm.present.rounding import count_text, signed_text

SITES = (
    SimpleNamespace(
        site_id="works", name="The works", names={}, country="BE", kind="seveso", lon=3.8, lat=50.48
    ),
)


@pytest.fixture(scope="module")
def territory():
    return SharedSession(Workspace(default_scenario(open_catalog())))


def test_a_page_breaks_none_of_the_rules_of_its_library(territory, caplog):
    document = Document()
    with patch_curdoc(document):
        whatif(world=territory).server_doc(document)
    document.validate()  # the server leaves it out
    assert len(list(document.models)) > 100
    assert [record.message for record in caplog.records if record.name.startswith("bokeh")] == []


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
    ("word", "value"),
    [("kind", "dragon"), ("site", "nowhere"), ("time", "noon"), ("commune", "FR:0"), ("beside", "x")],
)
def test_what_an_address_does_not_mean_is_told_and_left_out(word, value):
    state, rejected = state_of(**{word: value, "in.dragons": "3"})
    assert rejected == [UnknownOption(word, value)]
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
    assert {name for name in first.inputs if first.inputs[name] != second.inputs[name]} == {
        "wind_speed",
        "stability",
    }
    assert (first.wind_from, second.wind_from) == (270, 10)


def test_an_address_holds_risk_and_shelter():
    words = {
        "lang": "en",
        "kind": "toxic",
        "lon": "3.9",
        "lat": "50.4",
        "show": "risk",
        "inside": "20 min",
        "air": "1 /h",
        "often": "1e-5 /yr",
    }
    words |= {"rose": "own", "winds": "D5 0.7\nF2 0.3"}
    state, rejected = state_of(**words)
    assert rejected == []
    assert state.query() == words
    choice = state.accident()
    assert (choice.frequency, choice.rose, choice.indoor_time, choice.ventilation) == (
        "1e-5 /yr",
        {"D5": 0.7, "F2": 0.3},
        "20 min",
        "1 /h",
    )


def test_only_a_toxic_cloud_is_breathed_indoors_and_a_rose_needs_a_frequency():
    state, _ = state_of(site="works", kind="bleve", inside="20 min", rose="half")
    assert (state.accident().indoor_time, dict(state.accident().rose)) == (None, {})


def test_a_page_takes_no_file_name_of_the_server():
    state, _ = state_of(site="works", kind="multi_energy", **{"in.curves": "/etc/hostname"})
    state.write("in.curves", "/etc/hostname")
    assert "curves" not in state.accident().inputs
    assert "curves" not in form(state)


def test_the_place_of_an_example_is_not_kept():
    state, _ = state_of()
    state.show_example(3.1, 50.7)
    assert state.is_placed
    assert state.query() == {"lang": "en", "kind": "toxic"}
    state.place(3.2, 50.8)
    assert state.query()["lon"] == "3.20000"


def test_unknown_fields_are_left_alone():
    state, _ = state_of()
    before = state.query()
    for field in ("in.dragons", "kind", "x.y", "", "b.rate"):
        state.write(field, "5")
    assert state.query() == before


@pytest.mark.parametrize(
    ("field", "text", "name"),
    [
        ("lon", "east", "lon"),
        ("lat", "95", "lat"),
        ("wind_from", "400", "wind_from"),
        ("indoors", "120", "indoors"),
        ("lon", "nan", "lon"),
    ],
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
        (
            "in.rate",
            "-1 kg/s",
            "Release rate: “-1 kg/s” cannot be used. Expected: above 0, at most 10,000,000 kg/s.",
        ),
        ("in.rate", "5", "Release rate: “5” cannot be used. Expected: a number and its unit, like 5 kg/s."),
        ("in.rate", "", "Release rate: a value is missing. Expected: above 0, at most 10,000,000 kg/s."),
        ("in.stability", "Z", "Stability of the air: “Z” cannot be used. Expected: A, very unstable, B,"),
        ("in.substance", "gasoline", "This substance has no such thresholds."),
        ("in.scheme", "FR", "The French thresholds of this substance are not loaded."),
        ("lat", "0", "No zone touches a mapped commune."),
        ("wind_from", "", "Wind from: a value is missing. Expected: 0 to 360."),
        ("frequency", "5", "Frequency: “5” cannot be used. Expected: a number and its unit, like 1e-5 /yr."),
        ("frequency", "-1 /yr", "Frequency: “-1 /yr” cannot be used."),
        (
            "indoor_time",
            "30",
            "Time the cloud passes: “30” cannot be used. Expected: a number and its unit, like 30 min.",
        ),
    ],
)
def test_a_refusal_is_one_message_that_names_the_input(territory, field, text, told):
    state, _ = state_of(site="works")
    state.write(field, text)
    with pytest.raises(ValueError) as caught:
        calculate(state, territory)
    assert refusal(caught.value, state, "en").startswith(told)


@pytest.mark.parametrize(
    ("winds", "got"),
    [
        ("D5 0.3", "Σ = 0.3"),
        ("D5 0.5 0.5", "D5: 2"),
        ("D5 .5\nD5 .5", "D5, D5"),
        ("D5 x", "x"),
        ("X5 1", "X5"),
        ("", "–"),
    ],
)
def test_a_rose_that_is_none_is_refused_by_what_is_wrong(territory, winds, got):
    state, _ = state_of(site="works", often="1e-5 /yr", rose="own", winds=winds)
    with pytest.raises(InputError) as caught:
        calculate(state, territory)
    assert refusal(caught.value, state, "en").startswith(
        f"Weather and wind of the year: “{got}” cannot be used. Expected: a weather a line"
    )


def test_a_rose_is_typed_as_shares_or_per_cent_for_all_directions_or_twelve():
    assert rose_of("", "D5 9") == {}
    assert rose_of("half", "") == {"D5": 0.5, "F3": 0.5}
    assert read_table("D5 70%; \n F2\t30") == {"D5": 0.7, "F2": 0.3}
    twelve = read_table("D5 " + " ".join(["0,05"] * 12) + "\nF1.5 0.4")
    assert twelve["F1.5"] == pytest.approx(0.4)
    assert sum(twelve["D5"]) == pytest.approx(0.6)


def test_where_nothing_says_how_deadly_it_is_there_is_no_risk(territory):
    state, _ = state_of(site="works", often="1e-5 /yr", **{"in.substance": "benzene"})
    with pytest.raises(InputError) as caught:
        calculate(state, territory)
    assert refusal(caught.value, state, "en") == i18n.text("whatif.refused_risk", "en")


def test_a_fault_of_ours_has_no_trace_in_its_words():
    state, _ = state_of(site="works")
    assert "KeyError" not in refusal(KeyError("secret"), state, "en")


def test_units_as_readers_write_them():
    assert [pretty(text) for text in ("5 m s-1", "1 kg m-2 s-1", "3 m^3", "2 J kg-1")] == [
        "5 m/s",
        "1 kg/m²/s",
        "3 m³",
        "2 J/kg",
    ]


def test_the_map_and_degrees_are_inverse():
    assert degrees(*mercator(3.06, 50.63)) == pytest.approx((3.06, 50.63))


def test_the_page_shows_the_answer_of_the_pipeline(territory):
    state, _ = state_of(site="works", beside="1")
    outcome = calculate(state, territory)
    asked = territory.workspace.count_accident(state.accident())
    assert [zone.within for zone in outcome.first.people] == [zone.within for zone in asked.people]
    assert count_text(asked.people[0].within, "en") in finding(outcome, "en")
    assert len(outcome.view.first) == len(territory.geometry.ids)
    assert outcome.view.first["population_exposed"].sum() == pytest.approx(asked.people[0].within)
    for lang in LANGUAGES:
        assert i18n.text("accident.notice", lang)[:20] in unescape(
            head(outcome, WhatIfState(SITES, lang=lang), territory)
        )
        assert "nan" not in zones(outcome, WhatIfState(SITES, lang=lang))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_beside_the_name_of_a_real_site_stands_that_nothing_is_known_of_it(territory, lang):
    told = {}
    for site in territory.workspace.sites():
        if site.site_id in {"example-works-11", "FR-minakem-beuvry"}:
            state = WhatIfState(territory.workspace.sites(), site=site.site_id, lang=lang)
            told[site.kind] = unescape(head(calculate(state, territory), state, territory))
    assert i18n.text("whatif.at_site", lang, site="Minakem") in told["seveso"]
    assert i18n.text("whatif.assumed", lang) in told["seveso"]
    assert i18n.text("whatif.assumed", lang) not in told["example"]


def test_steps_of_a_field_are_round_and_few():
    assert breaks(50.0, 300.0) == (50.0, 100.0, 200.0)
    assert breaks(3.0, 90.0) == (2.0, 5.0, 10.0, 20.0, 50.0)
    assert breaks(1.45, 1e9) == (1.0, 10.0, 100.0, 1e3, 1e4, 1e5)
    assert breaks(7.0, 7.0) == (5.0,)
    assert class_words((1.0, 10.0), "mg m-3", "en") == [
        "1 to 10\N{NO-BREAK SPACE}mg/m³",
        "10\N{NO-BREAK SPACE}mg/m³ or more",
    ]


def test_a_field_is_drawn_where_it_is(territory):
    """A fireball: the dose falls outwards, so the classes of the picture nest round its middle."""
    state, _ = state_of(site="works", kind="bleve", show="field")
    outcome = calculate(state, territory)
    picture = outcome.picture("field", 0)
    rows = np.frombuffer(zlib.decompress(picture.body), "uint8").reshape(picture.rows, picture.columns + 1)[
        :, 1:
    ]
    middle = rows[picture.rows // 2, picture.columns // 2 :].astype(int)
    assert middle[0] == len(outcome.steps) == rows.max()
    assert (np.diff(middle) <= 0).all()
    assert middle[-1] <= 1
    west, south, east, north = picture.bounds
    x, y = mercator(3.8, 50.48)
    assert ((west + east) / 2, (south + north) / 2) == (pytest.approx(x, abs=30), pytest.approx(y, abs=30))
    assert "kW" in legend(outcome, state)
    assert (paint_of(outcome, 0, show="field", lang="en").numbers == APART).all()


def test_the_map_shows_zones_until_a_picture_is_there(territory):
    state, _ = state_of(site="works", **{"in.far": "inverse_square"})
    outcome = calculate(state, territory)
    assert outcome.shows("field") == outcome.shows("risk") == "zones"
    assert "show|risk" not in switch(outcome, state)
    hit = outcome.view.first.set_index("commune_id").loc["BE:53053"]
    words = paint_of(outcome, 0, show="zones", lang="en").words[territory.geometry.row("BE:53053")]
    assert words.startswith(count_text(hit["population_exposed"], "en"))
    assert "%" in words
    for lang in LANGUAGES:
        assert "mg/m³" in legend(outcome, WhatIfState(SITES, lang=lang))


def test_individual_risk_is_told_by_level_and_country(territory):
    state, _ = state_of(site="works", often="1e-3 /yr", rose="half", show="risk")
    outcome = calculate(state, territory)
    assert outcome.shows("risk") == "risk"
    asked = territory.workspace.count_accident(state.accident())
    levels = [item.within for item in asked.risk_people]
    assert levels == sorted(levels, reverse=True)
    assert levels[0] > 0
    told = risk(outcome, "en")
    assert told.index("1 in 100,000 a year") < told.index("1 in 10,000,000 a year")
    assert all(count_text(people, "en") in told for people in levels)
    assert "show|risk" in switch(outcome, state)
    assert risk(calculate(state_of(site="works")[0], territory), "en") == ""


@pytest.mark.parametrize(
    ("level", "words"), [(1e-5, "1 in 100,000"), (4.83e-5, "1 in 21,000"), (0.5, "1 in 2")]
)
def test_a_chance_has_two_figures(level, words):
    assert chance(level, "en") == words


def test_two_weathers_stand_side_by_side_by_country_with_signs(territory):
    state = WhatIfState(SITES, lon="3.16428", lat="50.72469", beside=True, second={"wind_from": "270"})
    outcome = calculate(state, territory)
    one, two = (view.people[-1].within_by_country for view in outcome.both)
    assert set(one) == {"BE", "FR"}
    told = zones(outcome, state)
    first = told[told.index("<tbody>") :].split("</tr>")
    assert [row.count("<td") for row in first[:4]] == [3] * 4
    for row, code in zip(first[2:4], ("BE", "FR"), strict=True):
        assert f">{count_text(one[code], 'en')}<" in row
        assert f">{count_text(two[code], 'en')}<" in row
        assert f">{signed_text(two[code] - one[code], 'en')}<" in row
    assert signed_text(outcome.second.people[0].within - outcome.first.people[0].within, "en") in finding(
        outcome, "en"
    )


def test_indoor_air_is_told(territory):
    state, _ = state_of(site="works", inside="30 min")
    told = zones(calculate(state, territory), state)
    assert "In a closed house people breathe" in told


THRESHOLDS = "jurisdiction,substance,effect,exposure_min,value,unit,label,source,verified\n" + "".join(
    f"FR,chlorine,{effect},60,{value},ppm,made up,test,D\n"
    for effect, value in (("SEI", 5), ("SEL", 50), ("SELS", 80))
)


def test_french_rings_come_from_a_file_that_is_checked_and_thrown_away(territory, tmp_path):
    """The values are made up: the sheet of the substance is for the user to enter."""
    desk, state = UploadStore(), state_of(site="works")[0]
    path, content = desk.thresholds("../../my sheet.csv", str(len(THRESHOLDS)), THRESHOLDS)
    assert path.name == "my_sheet.csv"
    assert content == {"chlorine": ("SEI", "SEL", "SELS")}
    state.hold(path, content)
    assert state.inputs["scheme"] == "FR"
    outcome = calculate(state, territory)
    assert [item.label for item in outcome.first.people] == ["SEI", "SEL", "SELS"]
    told = severity(outcome, "en")
    assert "The severity counts residents" in told
    (tmp_path / "my_sheet.csv").write_text(THRESHOLDS, encoding="utf-8")
    (tmp_path / "saved.yml").write_text(scenario(outcome, territory), encoding="utf-8")
    assert read_scenario(tmp_path / "saved.yml").accidents[0].thresholds == tmp_path / "my_sheet.csv"
    assert str(path.parent) not in (tmp_path / "saved.yml").read_text(encoding="utf-8")
    desk.clear()
    assert not path.exists()


@pytest.mark.parametrize(
    ("size", "text"),
    [
        ("200001", ""),
        ("x", THRESHOLDS),
        ("9", "a,b\n1,2"),
        ("99", THRESHOLDS.replace(",5,", ",five,")),
        ("5", "\x00\xff"),
    ],
)
def test_a_file_that_is_no_table_of_thresholds_is_refused_and_not_kept(size, text):
    desk = UploadStore()
    with pytest.raises(GeoalarmError):
        desk.thresholds("bad.csv", size, text)
    assert desk._folder is None or not list(desk._folder.iterdir())
    desk.clear()


def test_the_empty_table_is_one_once_it_is_filled_in(tmp_path):
    state, _ = state_of()
    text = thresholds_form(state).data.decode("utf-8")
    filled = text.replace("60,,ppm,,", "60,3,ppm,,")
    assert UploadStore().thresholds("f.csv", str(len(filled)), filled)[1] == {
        "chlorine": ("SEI", "SEL", "SELS")
    }


def test_the_example_lies_on_the_map_near_the_border(territory):
    lon, lat = example_place(territory.geometry, territory.workspace.prepared().total)
    assert territory.geometry.at(*mercator(lon, lat)) is not None
    made = shapely.MultiLineString(
        [list(zip(x, y, strict=True)) for x, y in zip(*territory.geometry.border, strict=True) if len(x) > 1]
    )
    assert shapely.distance(made, shapely.Point(mercator(lon, lat))) < 10_000


@pytest.mark.parametrize(
    ("within", "at_border"), [(11.0, True), (10.9, False), (0.0, False), (math.nan, False)]
)
def test_an_example_that_would_reach_few_at_the_border_stands_where_most_people_live(
    territory, monkeypatch, within, at_border
):
    """Fewer than 11 are never told: such an example shows nothing."""
    found = SimpleNamespace(people=(SimpleNamespace(within=0.0), SimpleNamespace(within=within)))
    monkeypatch.setattr(territory.workspace, "count_accident", lambda choice: found)
    monkeypatch.setattr(whatif_view, "most_populous_place", lambda prepared: (4.0, 50.0))
    monkeypatch.setattr(territory, "_examples", KeyedCache(4))
    expected = example_place(territory.geometry, territory.workspace.prepared().total)
    lon, lat = place_of_example(territory)
    assert ((lon, lat) == expected) is at_border
    assert at_border or (lon < 4.0 and lat == pytest.approx(50.0)), "a little upwind of it"


def test_a_hint_beside_a_field_tells_no_limit_of_nature_and_a_refusal_does():
    item = next(one for one in WhatIfState().form["inputs"] if one["name"] == "duration")
    assert range_words(item, "en", is_hint=True) == "above 0 s"
    assert range_words(item, "en") == "above 0, at most 1,000,000,000 s"


def test_the_first_screen_is_an_example_that_says_so(territory):
    page = WhatIf(WhatIfState(SITES), territory)
    assert page.state.is_example
    people = page.outcome.first.people[0].within_by_country
    assert min(people["BE"], people["FR"]) > 0
    assert i18n.text("whatif.example", "en") in page.panes["notice"].object
    assert page.panes["notice"].object.count('data-do="example|') == len(EXAMPLES) == 3
    assert "lon=" not in page.panes["bar"].object
    for name in EXAMPLES:
        page._try(name)
        assert not page.state.is_example
        assert page.panes["refused"].object == ""
        assert i18n.text("whatif.example", "en") not in page.panes["notice"].object
    assert page.outcome.first.choice.kind == "pipeline"


def test_a_switch_of_the_map_calculates_the_field_once(territory):
    page = WhatIf(WhatIfState(SITES, site="works"), territory)
    page._lay("field")
    held = page.outcome
    assert held.shows("field") == "field"
    page._lay("zones")
    page._lay("field")
    assert page.outcome is held
    page._lay("nonsense")
    assert page.state.show == "field"


def test_french_rings_have_a_class_and_others_say_why_not(territory):
    state, _ = state_of(site="works", kind="bleve")
    assert "SELS" in severity(calculate(state, territory), "en")
    other, _ = state_of(site="works")
    assert i18n.text("accident.severity.none", "en") in severity(calculate(other, territory), "en")


def test_a_scenario_saved_is_the_scenario_read(territory, tmp_path):
    state, _ = state_of(site="works", beside="1", **{"in.far": "inverse_square"})
    outcome = calculate(state, territory)
    path = tmp_path / "saved.yml"
    path.write_text(scenario(outcome, territory), encoding="utf-8")
    read = read_scenario(path)
    assert [item.key for item in read.accidents] == [
        view.choice.changed(field=True).key for view in outcome.both
    ]
    assert file_of("yml", outcome, state, territory).name == "geoalarm_toxic_The_works.yml"
    assert b"BE:53053" in file_of("csv", outcome, state, territory).data
