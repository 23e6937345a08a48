"""What changed and why: answers by hand, then sums that hold for any numbers, then the words of four
languages.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoalarm.core.errors import InputError
from geoalarm.core.terms import LANGUAGES
from geoalarm.report import changes_words as words
from geoalarm.report.changes import CAUSES, GRAIN, ORDER, Change, Part, compare, exactly, is_later, vintage_of
from geoalarm.report.changes_record import FigureRecord, InputRecord, InputRecords, Record, read_record

FLOOD = "flood//100/modelled"


def inputs(
    *,
    people=("2020", "p1"),
    flood=("2024", "f1"),
    outlines=("2020", "c1"),
    basis="modelled",
    version="0.1.0",
    seam="nearest",
):
    sources = {
        "people": InputRecord("people", "People", *people, "modelled"),
        "river": InputRecord("river", "River flood", *flood, basis),
        "outlines": InputRecord("outlines", "Communes", *outlines, "statutory"),
    }
    return InputRecords(sources, ("people",), ("outlines",), seam, version, {})


def figure(value=1000.0, *, low=None, high=None, state="exposed", method="a|b", **facts):
    given = {
        "kind": "total",
        "hazard": "flood",
        "return_period_yr": 100.0,
        "basis": "modelled",
        "layers": ("river",),
        "id": FLOOD,
        **facts,
    }
    return FigureRecord(
        value=value,
        low=value if low is None else low,
        high=value if high is None else high,
        state=state,
        method=method,
        **given,
    )


def record(*figures, as_of="2026-03-01", faults=None, **given):
    return Record("FR:59350", as_of, {item.id: item for item in figures}, inputs(**given), faults or {})


def test_a_first_report_has_nothing_to_compare_with():
    after = record(figure())
    assert compare(None, after) == []
    assert words.changes_text([], None, "en").lead == "First report: there is none before it to compare with."


def test_the_same_figures_from_the_same_inputs_did_not_change():
    before = record(figure(), as_of="2025-01-01")
    assert compare(before, record(figure())) == []
    assert words.changes_text([], before, "fr").lead == "Rien n'a changé depuis le 1 janvier 2025."


def test_a_difference_of_one_input_is_all_its_own():
    before = record(figure(1000.0), as_of="2025-01-01")
    (change,) = compare(before, record(figure(1120.0), flood=("2024", "f2")))
    assert (change.kind, change.difference) == ("number", 120.0)
    assert change.parts == (Part(("map",), 120.0, "", "", "map"),)
    assert (
        words.change_sentence(change, date(2025, 1, 1), "en")
        == "+120 people since 1 January 2025: map corrected (Flood)."
    )


def test_a_later_population_is_the_world_and_a_corrected_one_is_data():
    before = record(figure(1000.0))
    (later,) = compare(before, record(figure(900.0), people=("2023", "p2")))
    assert later.parts == (Part(("reality",), -100.0, "2020", "2023", "data"),)
    (corrected,) = compare(before, record(figure(900.0), people=("2020", "p2")))
    assert corrected.parts == (Part(("data",), -100.0, "", "", "data"),)
    (earlier,) = compare(before, record(figure(900.0), people=("2015", "p2")))
    assert earlier.parts[0].causes == ("data",)


def test_an_observed_layer_of_a_later_year_is_the_world_and_a_modelled_one_is_a_map():
    old, new = record(figure(10.0)), record(figure(30.0), flood=("2026", "f2"))
    assert compare(old, new)[0].parts[0].causes == ("map",)
    old, new = (
        record(figure(10.0), basis="observed"),
        record(figure(30.0), flood=("2026", "f2"), basis="observed"),
    )
    assert compare(old, new)[0].parts[0].causes == ("reality",)


def test_two_inputs_without_the_old_files_stay_together():
    (change,) = compare(
        record(figure(1000.0)), record(figure(1120.0), people=("2020", "p2"), flood=("2026", "f2"))
    )
    assert change.parts == (Part(("data", "map"), 120.0),)
    assert "data and map together" in words.change_sentence(change, date(2025, 1, 1), "en")
    assert "gegevens en kaart samen" in words.change_sentence(change, date(2025, 1, 1), "nl")


def test_two_inputs_are_told_apart_along_a_walk():
    """The form of the brief: +120 people: population 2020 → 2023 +95, map updated +25."""
    after = record(figure(1120.0), people=("2023", "p2"), flood=("2026", "f2"))
    (change,) = compare(
        record(figure(1000.0)), after, walks={FLOOD: {"start": 1000.0, "data": 1095.0, "map": 1120.0}}
    )
    assert [(part.causes, part.people) for part in change.parts] == [(("reality",), 95.0), (("map",), 25.0)]
    assert words.change_sentence(change, date(2025, 1, 1), "en") == (
        "+120 people since 1 January 2025: population 2020 → 2023 +95, map updated (Flood, 2024 → 2026) +25."
    )
    assert words.all_causes_text(change, "en") == "data 0, map +25, model 0, boundaries 0, reality +95"


def test_a_walk_that_does_not_start_or_end_where_the_reports_do_is_not_believed():
    after = record(figure(1120.0), people=("2023", "p2"), flood=("2026", "f2"))
    for walk in (
        {"start": 1001.0, "data": 1095.0, "map": 1120.0},
        {"start": 1000.0, "data": 1095.0, "map": 1119.0},
        {"start": 1000.0},
    ):
        (change,) = compare(record(figure(1000.0)), after, walks={FLOOD: walk})
        assert change.parts == (Part(("reality", "map"), 120.0),)


def test_a_new_version_takes_what_is_left_on_both_ends():
    after = record(figure(1120.0), people=("2023", "p2"), version="0.2.0")
    (change,) = compare(record(figure(1000.0)), after, walks={FLOOD: {"start": 1010.0, "data": 1100.0}})
    assert [(part.causes, part.people) for part in change.parts] == [(("reality",), 90.0), (("model",), 30.0)]
    assert change.parts[1].before == "0.1.0"


def test_a_number_that_moved_without_a_cause_says_so():
    (change,) = compare(record(figure(1000.0)), record(figure(1100.0)))
    assert change.parts == (Part((), 100.0),)
    assert words.change_sentence(change, date(2025, 1, 1), "en").endswith(": cause not known.")


def test_a_state_that_changed_has_no_difference_in_people():
    unknown = figure(math.nan, state="not_studied")
    (found,) = compare(record(unknown), record(figure(40.0), flood=("2026", "f2")))
    assert (found.kind, found.state_before, found.state_after) == ("state", "not_studied", "exposed")
    assert math.isnan(found.difference)
    line = words.change_line(found, "en")
    assert (line.before, line.now) == ("Not studied", "40")
    assert line.cause == "There is a number now, before there was none: map updated (Flood, 2024 → 2026)"
    assert compare(record(unknown), record(unknown, flood=("2026", "f2"))) == []


def test_a_lower_bound_is_never_subtracted():
    (found,) = compare(record(figure(40.0, hidden=True)), record(figure(60.0)))
    assert (found.kind, found.state_before) == ("state", "hidden")
    assert math.isnan(found.difference)


def test_a_range_may_move_alone():
    (found,) = compare(
        record(figure(1000.0, low=900.0, high=1100.0)),
        record(figure(1000.0, low=800.0, high=1100.0), version="0.2.0"),
    )
    assert found.kind == "range"
    assert words.change_line(found, "en").cause.startswith(
        "The number is the same, its range is not (900 to 1,100 before, 800 to 1,100 now)"
    )


def test_a_layer_that_could_not_be_read_is_no_zero_and_no_new_danger():
    gone = compare(record(figure()), record(faults={"river": "flood/"}))
    assert [(one.kind, one.state_after) for one in gone] == [("gone", "failed")]
    assert (
        words.change_line(gone[0], "en").cause == "The map could not be read this time. That is not a zero."
    )
    back = compare(record(faults={"river": "flood/"}), record(figure()))
    assert [(one.kind, one.state_before) for one in back] == [("new", "failed")]


def test_residents_do_not_depend_on_a_map():
    people = FigureRecord("population", "population", value=500.0, low=500.0, high=500.0)
    more = replace(people, value=520.0, low=520.0, high=520.0)
    (change,) = compare(record(people), record(more, people=("2023", "p2"), flood=("2026", "f2")))
    assert change.parts == (Part(("reality",), 20.0, "2020", "2023", "data"),)


def test_other_class_bounds_are_method():
    (change,) = compare(record(figure(1000.0)), record(figure(800.0, method="b|c")))
    assert change.parts == (Part(("model",), -200.0, "", "", "model"),)


def test_another_rule_for_the_seam_is_boundaries():
    (change,) = compare(record(figure(1000.0)), record(figure(800.0), seam="share"))
    assert change.parts[0].causes == ("boundaries",)


@pytest.mark.parametrize(
    ("before", "after", "later"),
    [("2020", "2023", True), ("2023", "2020", False), ("2020", "2020", False),
    ("2018 (FR), 2020 (BE)", "2020 (FR), 2020 (BE)", True),
     ("2018 (FR), 2020 (BE)", "2020 (FR), 2019 (BE)", False), ("spring", "autumn", False),
     ("2019, 2021", "2022", True)],
)  # fmt: skip
def test_vintages_are_compared_by_their_years(before, after, later):
    assert is_later(before, after) is later


def test_of_a_vintage_by_country_the_commune_s_own_is_told():
    assert vintage_of("2018 (FR), 2020 (BE)", "BE") == "2020"
    assert vintage_of("2024", "BE") == "2024"


def test_a_record_survives_its_json():
    kept = record(
        figure(0.0, state="zero"), figure(math.nan, state="suppressed", id="x", kind="class", label="[1, 2)")
    )
    again = read_record(kept.as_dict(), what="test")
    assert again.inputs == kept.inputs
    assert again.figures[FLOOD] == kept.figures[FLOOD]
    assert again.figures[FLOOD].value == 0.0
    assert math.isnan(again.figures["x"].value)
    with pytest.raises(InputError, match="is damaged"):
        read_record({**kept.as_dict(), "inputs": {}}, what="test")
    with pytest.raises(InputError, match="not the record of a report"):
        read_record({}, what="test")


people = st.floats(0, 1e7, allow_nan=False)


@given(st.lists(people, min_size=5, max_size=5), st.sets(st.sampled_from(ORDER), min_size=2))
def test_parts_add_up_to_the_difference_to_the_last_bit(values, causes):
    before_value, *path, after_value = values
    walk = {"start": before_value, **dict(zip(("data", "map", "boundaries"), path, strict=True))}
    changed = [name for name in ORDER if name in causes]
    if "model" not in causes:
        walk[changed[-1]] = after_value
    given_inputs = {
        "data": {"people": ("2023", "p2")},
        "map": {"flood": ("2026", "f2")},
        "boundaries": {"outlines": ("2021", "c2")},
        "model": {"version": "0.2.0"},
    }
    new = {key: value for name in changed for key, value in given_inputs[name].items()}
    found = compare(record(figure(before_value)), record(figure(after_value), **new), walks={FLOOD: walk})
    if not found:
        assert exactly(before_value) == exactly(after_value)
        return
    (change,) = found
    if change.kind != "number":
        return
    exact = sum((Fraction(part.people) for part in change.parts), Fraction(0))
    assert (
        exact
        == Fraction(change.difference)
        == Fraction(exactly(after_value)) - Fraction(exactly(before_value))
    )
    assert sum(part.people for part in change.parts) == change.difference
    assert abs(change.difference - (after_value - before_value)) <= GRAIN
    assert all(len(part.causes) == 1 for part in change.parts)
    assert sum(words.shown_parts(change)) == words.round_difference(change.difference)


@given(st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=1, max_size=5))
def test_shown_parts_add_up_and_are_near_what_they_are(parts):
    exact = [exactly(part) for part in parts]
    change = Change(
        "x",
        "number",
        None,
        figure(),
        "exposed",
        "exposed",
        sum(exact),
        tuple(Part(("map",), part) for part in exact),
    )
    shown = words.shown_parts(change)
    assert sum(shown) == words.round_difference(change.difference)
    size = abs(change.difference)
    step = 5 if size < 1000 else 10 ** (math.floor(math.log10(size)) - 2) // 2
    assert all(abs(one - part) <= 3 * step for one, part in zip(shown, exact, strict=True))


def test_a_small_difference_of_large_parts_still_adds_up():
    change = Change(
        "x",
        "number",
        None,
        figure(),
        "exposed",
        "exposed",
        3.0,
        (Part(("map",), 503.0), Part(("data",), -500.0)),
    )
    assert words.shown_parts(change) == [500, -500]
    assert words.difference_text(change, "en") == "fewer than 11 people more"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_change_has_words_in_every_language(lang):
    unknown = figure(math.nan, state="outside_coverage")
    later = {
        "people": ("2023", "p2"),
        "flood": ("2026", "f2"),
        "outlines": ("2021", "c2"),
        "version": "0.2.0",
    }
    walk = {"start": 1000.0, "data": 5000.0, "map": 9000.0, "boundaries": 9500.0}
    cases = [
        compare(record(figure(1000.0)), record(figure(12000.0), **later), walks={FLOOD: walk}),
        compare(record(figure(1000.0)), record(figure(12000.0), **later)),
        compare(record(figure(1000.0)), record(figure(1004.0), flood=("2024", "f2"))),
        compare(record(figure(1000.0)), record(unknown, flood=("2026", "f2"))),
        compare(record(unknown), record(figure(state="zero", value=0.0), flood=("2026", "f2"))),
        compare(record(unknown), record(figure(math.nan, state="not_studied"))),
        compare(record(), record(figure())),
        compare(record(figure()), record()),
        compare(
            record(figure(id="union", kind="union", hazard="")),
            record(figure(700.0, id="union", kind="union", hazard=""), **later),
        ),
        compare(record(figure(id="a", kind="annual")), record(figure(700.0, id="a", kind="annual"), **later)),
        compare(
            record(figure(id="x#c", kind="class", label="[0.5, 1)", units="m")),
            record(figure(7.0, id="x#c", kind="class", label="[0.5, 1)")),
        ),
    ]
    before = record(as_of="2025-01-01")
    for changes in cases:
        assert changes
        said = words.changes_text(changes, before, lang)
        assert said.lead
        assert said.lines
        for text in (
            said.lead,
            said.caption,
            *(part for line in said.lines for part in (line.label, line.before, line.now, line.cause)),
        ):
            assert text
            assert "{" not in text
            assert not re.search(r"\bnan\b", text, re.IGNORECASE)
        for change in changes:
            facts = words.change_facts(change, before, [lang])
            assert set(facts) == {"figure", "kind", "before", "after", "difference", "parts", "text"}


def test_causes_have_the_names_of_the_sentence():
    assert set(CAUSES) == {"data", "map", "model", "boundaries", "reality"}


def test_a_page_lists_classes_only_with_a_cause_that_their_total_does_not_have():
    def three(total, mild, severe, **given):
        classes = [
            figure(value, id=f"{FLOOD}#{label}", kind="class", label=label)
            for label, value in (("a", mild), ("b", severe))
        ]
        return record(figure(total), *classes, **given)

    moved = compare(three(100.0, 60.0, 40.0), three(120.0, 70.0, 50.0, flood=("2024", "f2")))
    assert len(moved) == 3
    assert [change.id for change in words.for_page(moved)] == [FLOOD]
    deeper = compare(three(100.0, 60.0, 40.0), three(100.0, 30.0, 70.0, flood=("2024", "f2")))
    assert [change.difference for change in words.for_page(deeper)] == [-30.0, 30.0]
