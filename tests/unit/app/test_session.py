"""What the sessions of both pages share: answers in their turn, faults told, table, theme, files, address."""

import dataclasses
from concurrent.futures import Future

import pandas as pd
import pytest
from bokeh.document import Document
from bokeh.io.doc import patch_curdoc

from geoalarm.app.explorer.build_explorer import explorer
from geoalarm.app.explorer.explorer_page import Explorer
from geoalarm.app.explorer.explorer_state import ExplorerState
from geoalarm.app.session import open_session, workspace_of
from geoalarm.app.web.page_state import UnknownOption
from geoalarm.app.web.table_arrangement import TableArrangement
from geoalarm.core.errors import InputError
from geoalarm.i18n import text


@pytest.fixture
def page(made_up):
    made = Explorer(ExplorerState(made_up.choices), made_up)
    made.sent = []
    made.bridge._send = made.sent.append
    return made


def test_a_page_breaks_none_of_the_rules_of_its_library(made_up, caplog):
    document = Document()
    with patch_curdoc(document):
        explorer(world=made_up).server_doc(document)
    document.validate()  # the server leaves it out
    assert len(list(document.models)) > 100
    assert [record.message for record in caplog.records if record.name.startswith("bokeh")] == []


def send(page, do, value=""):
    page.bridge.hear({"do": do, "value": value})


def test_an_answer_that_a_later_question_overtook_is_dropped(page):
    late, shown = Future(), page.view
    late.set_result(dataclasses.replace(shown))
    turn = page._next_turn()
    page._next_turn()
    page._arrived(turn, late)
    assert page.view is shown
    page._arrived(page._turn, late)
    assert page.view is late.result()


@pytest.mark.parametrize(
    ("error", "told"),
    [(InputError("flood map", got="nothing"), "flood map"), (KeyError("secret"), "")],
)
def test_a_fault_is_told_and_its_trace_is_not(page, caplog, error, told):
    failed = Future()
    failed.set_exception(error)
    page.panes.busy("x")
    page._arrived(page._turn, failed)
    words = page.panes["notice"].object
    assert text("error.title", "en") in words
    assert told in words
    assert "secret" not in words
    assert page.panes["progress"].object == ""
    assert {pane.styles["opacity"] for pane in page.panes.maps.values()} == {"1"}
    assert caplog.records[-1].exc_info


def test_a_fault_while_showing_is_told_too(page, monkeypatch):
    monkeypatch.setattr(page, "_show_table", lambda **_: 1 / 0)
    page.refresh()
    assert text("error.title", "en") in page.panes["notice"].object


def test_a_table_is_sorted_and_paged_by_messages(page):
    send(page, "sort", "name")
    assert page.arrangement == TableArrangement("name", ascending=True)
    send(page, "sort", "name")
    assert not page.arrangement.ascending
    send(page, "sort", "no such column")
    send(page, "page", "-1")
    assert page.arrangement == TableArrangement("name")
    send(page, "page", "7")
    assert page.arrangement.page == 0, "six communes have one page"


@pytest.mark.parametrize(
    ("rows", "page_rows", "page", "kept"), [(25, 12, 9, 2), (24, 12, 1, 1), (0, 12, 3, 0)]
)
def test_a_page_that_is_not_there_is_the_last_one(rows, page_rows, page, kept):
    assert TableArrangement(page=page).within(rows, page_rows).page == kept


def test_a_theme_reaches_lines_and_figures(page, monkeypatch):
    seen = []
    recolour = page._recolour
    monkeypatch.setattr(page, "_recolour", lambda theme: (seen.append(theme), recolour(theme)))
    before = page.atlas.theme
    send(page, "scheme", "dark")
    assert seen == [page.theme] == ["dark"]
    assert page.atlas.theme != before
    names = [line.glyph for line in page.atlas.figure("a").renderers if hasattr(line.glyph, "text_color")]
    assert [glyph.text_color for glyph in names] == [page.atlas.theme.ink]
    send(page, "scheme", "dark")
    assert seen == ["dark"]
    send(page, "scheme", "anything else")
    assert page.atlas.theme == before


def test_zoom_in_and_out_ends_where_it_began(page):
    x = page.atlas.x
    start, end = x.start, x.end
    send(page, "zoom", "in")
    assert x.end - x.start == pytest.approx(0.6 * (end - start))
    send(page, "zoom", "out")
    assert (x.start, x.end) == (pytest.approx(start), pytest.approx(end))


def test_a_file_that_fails_is_told_and_one_that_is_none_is_not(page, monkeypatch):
    send(page, "download", "exe")
    assert page.sent == []
    send(page, "download", "csv")
    assert page.sent[0]["file"].endswith(".csv")
    monkeypatch.setattr(page, "_file", lambda kind: 1 / 0)
    send(page, "download", "csv")
    assert text("error.download", "en") in page.panes["notice"].object


def test_words_of_the_address_that_name_nothing_are_told_short_and_as_text(made_up):
    page = Explorer(
        ExplorerState(made_up.choices), made_up, rejected=[UnknownOption("hazard", "<b>" + "x" * 99)]
    )
    assert "hazard=&lt;b&gt;xxx" in page.panes["notice"].object
    assert "x" * 60 not in page.panes["notice"].object


def test_what_the_map_shows_is_told_as_text(page, monkeypatch):
    """A screen reader hears the label of the map as it stands: an entity would be read letter by letter."""
    name = "Villeneuve-d'Ascq & <Flers>"
    monkeypatch.setattr(page.shared, "names", lambda lang: pd.Series(name, index=page.shared.geometry.ids))
    monkeypatch.setattr(page.shared, "part", lambda key, make: make())
    page.sent.clear()
    page.refresh()
    labels = [sent["attributes"]["aria-label"] for sent in page.sent if sent.get("label") == "ga-map-a"]
    assert name in labels[0]


def test_the_steps_of_opening_are_of_one_count():
    """Every step is told once, in order, out of the same number."""
    told: list[tuple[int, int]] = []
    open_session(workspace_of(), progress=lambda step, n, m: told.append((n, m)))
    counts = {m for _, m in told}
    assert len(counts) == 1
    assert [n for n, _ in told] == list(range(1, counts.pop() + 1))
