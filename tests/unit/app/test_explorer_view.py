"""What the explorer shows against the table of the engine: paint, table rows, cards, files."""

import io
import json

import numpy as np
import pandas as pd
import pytest

from geoalarm.app.explorer import commune_table as table
from geoalarm.app.explorer import explorer_cards as cards
from geoalarm.app.explorer.commune_figures import difference_states
from geoalarm.app.explorer.downloads import FORMATS, download, rows
from geoalarm.app.explorer.explorer_state import ExplorerState, read_query
from geoalarm.app.explorer.explorer_view import (
    compute,
    curve_points,
    layer_requests,
    map_palette,
    paint,
    paint_difference,
    yearly,
)
from geoalarm.app.explorer.filters import filters, offered, picked
from geoalarm.app.explorer.map_legend import legend
from geoalarm.app.map.map_sources import APART, FIRST_STATE
from geoalarm.app.web import status_messages
from geoalarm.app.web.table_arrangement import TableArrangement
from geoalarm.app.web.top_bar import bar
from geoalarm.core.terms import LANGUAGES, State

NOT_STUDIED = FIRST_STATE + 1


def shown(made_up, **query):
    values, _ = read_query(query, made_up.choices, communes=frozenset(made_up.geometry.ids))
    state = ExplorerState(made_up.choices, **values)
    return state, compute(layer_requests(state), state.measure, made_up)


def test_totals_are_those_of_the_engine(made_up):
    state, view = shown(made_up, T="1000")
    table_ = made_up.table(layer_requests(state)[0])
    sums = table_.groupby("commune_id")["population_exposed"].sum()
    assert list(view.first["commune_id"]) == list(made_up.geometry.ids)
    assert np.allclose(view.first.set_index("commune_id")["population_exposed"].reindex(sums.index), sums)
    assert view.first.set_index("commune_id").loc["BE:00002", "population_exposed"] == pytest.approx(
        4000 * 3 / 20
    )


def test_a_threshold_counts_from_its_class_up(made_up):
    _, view = shown(made_up, T="1000", **{"from": "[1, 2)"})
    assert view.first.set_index("commune_id").loc["BE:00002", "population_exposed"] == pytest.approx(
        4000 * 2 / 20
    )


def test_people_a_year_by_hand(made_up):
    _, view = shown(made_up, T="100")
    n = {
        period: float(rows.set_index("commune_id").loc["BE:00002", "population_exposed"])
        for period, rows in view.curve
    }
    p = {period: 1 / period for period in n}
    between = (n[10] + n[100]) / 2 * (p[10] - p[100]) + (n[100] + n[1000]) / 2 * (p[100] - p[1000])
    by_hand = n[10] * (1 / 2 - p[10]) / 2 + between + n[1000] * p[1000]
    value, low, high = yearly(view, commune="BE:00002", countries=())
    assert value == pytest.approx(by_hand)
    assert low <= value <= high
    assert yearly(view, commune="", countries=())[0] > value
    assert "explorer.per_year" not in cards.per_year((value, low, high), "fr")
    _, slides = shown(made_up, hazard="landslide")
    assert yearly(slides, commune="", countries=()) is None
    assert cards.per_year(None, "en") == ""


def test_what_is_not_studied_is_painted_as_such_and_never_as_zero(made_up):
    _, view = shown(made_up, hazard="landslide")
    made = paint(view, "a", made_up, measure="people", countries=(), lang="en")
    for key, number, words in zip(made_up.geometry.ids, made.numbers, made.words, strict=True):
        if key.startswith("BE"):
            assert (number, words) == (NOT_STUDIED, "Not studied")
        else:
            assert number != NOT_STUDIED


def test_nobody_in_the_zone_is_a_zero_with_its_pattern(made_up):
    _, view = shown(made_up)
    made = paint(view, "a", made_up, measure="people", countries=(), lang="en")
    row = made_up.geometry.row("FR:00003")
    assert (made.numbers[row], made.words[row]) == (FIRST_STATE, "0")


def test_communes_of_another_country_step_back(made_up):
    _, view = shown(made_up)
    made = paint(view, "a", made_up, measure="share", countries=("FR",), lang="fr")
    assert [number == APART for number in made.numbers] == [
        key.startswith("BE") for key in made_up.geometry.ids
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_number_has_a_colour(made_up, theme):
    _, view = shown(made_up, beside="~1000")
    for scale in (view.scale, view.difference_scale):
        assert len(map_palette(scale, theme)) == APART + 1


def test_the_difference_is_second_minus_first(made_up):
    _, view = shown(made_up, T="10", beside="~1000")
    frame = view.difference.set_index("commune_id")
    assert frame.loc["BE:00002", "difference"] == pytest.approx(4000 * 2 / 20)
    made = paint_difference(view, measure="people", countries=(), lang="en")
    assert made.words[made_up.geometry.row("BE:00002")] == "+400"
    assert set(difference_states(view.difference)) == {State.EXPOSED}


def test_the_curve_is_the_totals_of_each_chance(made_up):
    _, view = shown(made_up)
    points = curve_points(view, commune="BE:00002", countries=())
    assert [(point.return_period_yr, round(point.population_exposed)) for point in points] == [
        (10, 200),
        (100, 400),
        (1000, 600),
    ]
    whole = curve_points(view, commune="", countries=("FR",))
    assert [round(point.population_exposed) for point in whole] == [100, 200, 300]


def test_a_hazard_without_chance_has_no_curve(made_up):
    _, view = shown(made_up, hazard="landslide")
    assert curve_points(view, commune="FR:00001", countries=()) == []
    assert "Chance not known" in cards.points([], "en")


def test_rows_of_the_table_unknown_last_without_rank(made_up):
    state, view = shown(made_up, hazard="landslide")
    found = table.arranged(view, state, made_up, TableArrangement())
    assert found["rank"].notna().tolist() == [True, True, True, False, False, False]
    assert found["population_exposed"].dropna().is_monotonic_decreasing
    html = table.html(found, view, state, TableArrangement(), total=6)
    assert html.count("Not studied") == 3
    assert html.count("<tr") == 7


@pytest.mark.parametrize("ascending", [True, False])
def test_sorting_keeps_what_is_unknown_at_the_end(made_up, ascending):
    state, view = shown(made_up, hazard="landslide")
    found = table.arranged(
        view, state, made_up, TableArrangement(sort="population_exposed", ascending=ascending)
    )
    assert found["population_exposed"].isna().tolist() == [False] * 3 + [True] * 3


def test_the_table_is_filtered_by_name_and_code(made_up):
    state, view = shown(made_up)
    assert set(table.arranged(view, state, made_up, TableArrangement(search="stad"))["commune_id"]) == {
        "BE:00001",
        "BE:00002",
        "BE:00003",
    }
    assert list(table.arranged(view, state, made_up, TableArrangement(search="fr 00002"))["commune_id"]) == [
        "FR:00002"
    ]
    nothing = table.arranged(view, state, made_up, TableArrangement(search="<b>"))
    assert "No commune matches" in table.html(nothing.iloc[:0], view, state, TableArrangement(), total=6)


def test_the_page_of_a_commune(made_up):
    state, view = shown(made_up)
    found = table.arranged(view, state, made_up, TableArrangement())
    assert table.page_of(found, "BE:00002") == 0
    assert table.page_of(found, "nowhere") is None


def test_names_cannot_carry_markup(made_up):
    state, view = shown(made_up)
    found = table.arranged(view, state, made_up, TableArrangement()).assign(
        name='<img src=x onerror="alert(1)">'
    )
    html = table.html(found, view, state, TableArrangement(), total=6)
    assert "<img" not in html
    assert "&lt;img" in html
    assert "<script>" not in cards.hits([], "<script>alert(1)</script>", made_up.names("en"), "en")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "query",
    [
        {},
        {"hazard": "landslide", "commune": "BE:00001"},
        {"hazard": "industrial", "commune": "FR:00002"},
        {"T": "10", "beside": "~1000", "commune": "BE:00002", "show": "share"},
    ],
)
def test_every_card_speaks_every_language(made_up, lang, query):
    state, view = shown(made_up, lang=lang, **query)
    made = [
        cards.finding(cards.finding_words(view, state, made_up), view, state),
        status_messages.band(lang, is_illustrative=made_up.is_illustrative),
        legend(view, state, made_up),
        cards.selected(view, state, made_up),
        cards.bars(view, state),
        cards.sources(view, made_up, lang),
        filters(state, made_up),
        bar(state, here="explorer", files={"csv": "x"}, help_key="explorer.download_help"),
        status_messages.busy(lang, "exposure", 1, 3),
        status_messages.fault("x", lang, detail="y"),
    ]
    if view.difference is not None:
        made += [legend(view, state, made_up, difference=True), cards.changes(view, state, made_up)]
    assert all(made)
    assert "nan" not in " ".join(made).lower().replace("finan", "")


def test_what_is_given_is_told_as_words_not_as_a_list(made_up):
    state, _ = shown(made_up, hazard="landslide")
    html = filters(state, made_up)
    assert 'data-do="pick|period"' not in html
    assert "Chance not known" in html
    assert 'data-do="pick|hazard"' in html


def test_every_offer_can_be_picked(made_up):
    state, _ = shown(made_up)
    for name in ("threshold", "measure", "country", "period"):
        for value in offered(state, made_up)[name][0]:
            picked(state, name, value)
            assert offered(state, made_up)[name][1] == value
    picked(state, "overlay", "false")
    assert not state.overlay
    picked(state, "lang", "xx")
    assert state.lang == "en"


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("query", [{}, {"T": "10", "beside": "~1000", "country": "BE"}])
def test_every_file_is_made(made_up, kind, query):
    state, view = shown(made_up, **query)
    file = download(kind, view, state, made_up, title="A finding")
    starts = {"csv": b"commune_id,", "gpkg": b"SQLite format 3", "parquet": b"PAR1", "png": b"\x89PNG"}
    assert file.data.startswith(starts[kind])
    assert file.name.endswith("." + kind)
    assert "~" not in file.name


def test_the_csv_is_the_table(made_up):
    state, view = shown(made_up, hazard="landslide")
    file = download("csv", view, state, made_up, title="")
    read = pd.read_csv(io.BytesIO(file.data))
    expected = table.arranged(view, state, made_up, TableArrangement())
    assert (
        list(read["commune_id"])
        == list(expected["commune_id"])
        == list(rows(view, state, made_up)["commune_id"])
    )
    assert np.allclose(read["population_exposed"], expected["population_exposed"], equal_nan=True)
    assert read.loc[read["state"] == "not_studied", "population_exposed"].isna().all()
    assert read["sources"].str.contains("Made-up landslide").all()
    assert (read["note"] == "Example data: do not decide with it.").all()


def test_the_parquet_carries_its_facts(made_up):
    import pyarrow.parquet as pq

    state, view = shown(made_up, lang="fr")
    schema = pq.read_schema(io.BytesIO(download("parquet", view, state, made_up, title="").data))
    assert json.loads(schema.metadata[b"geoalarm"])["language"] == "fr"
