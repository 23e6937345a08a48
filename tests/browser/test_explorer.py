"""The explorer in a browser: what it shows against the engine, and everything a reader can do without a mouse
or a map.
"""

from __future__ import annotations

import csv
import io
import os
import re
from pathlib import Path
from typing import Any

import pytest

from geoalarm.app.session import LayerRequest
from geoalarm.core.terms import LANGUAGES
from geoalarm.present.palette import INTERFACE
from geoalarm.present.rounding import count_text

BYTES_PER_CHANGE = 120_000


def people(made_up: Any, commune: str, period: float) -> str:
    """The number of the engine as it is published."""
    option = made_up.choices.option("flood", "", period)
    rows = made_up.table(LayerRequest(option, "", ""))
    return count_text(rows.loc[rows["commune_id"] == commune, "population_exposed"].sum(), "en")


def tap(one: Any, made_up: Any, commune: str) -> None:
    """Click a commune on the canvas of the map, where its centre is drawn."""
    box = one.page.locator(".ga-map-a").bounding_box()
    x0, x1, y0, y1 = one.page.evaluate(
        "() => { const f = Bokeh.documents[0].get_model_by_name('map_a');"
        " return [f.x_range.start, f.x_range.end, f.y_range.start, f.y_range.end] }"
    )
    x, y = made_up.geometry.centres[made_up.geometry.row(commune)]
    one.page.mouse.click(
        box["x"] + box["width"] * (x - x0) / (x1 - x0), box["y"] + box["height"] * (y1 - y) / (y1 - y0)
    )


def test_a_scenario_a_click_and_the_numbers_of_the_engine(tab, made_up):
    one = tab()
    assert one.cells("BE:00002")[2] == people(made_up, "BE:00002", 100)
    first = one.finding()
    one.pick("period", "0.1% a year (1 in 1,000)")
    one.until(lambda: one.finding() != first, "a new finding")
    one.until(lambda: one.cells("BE:00002")[2] == people(made_up, "BE:00002", 1000), "the new number")
    tap(one, made_up, "FR:00002")
    one.until(lambda: "commune=FR:00002" in one.page.url, "the address of the commune")
    assert "T=1000" in one.page.url
    one.until(
        lambda: one.page.locator(".ga-row h3").inner_text().startswith("Ville-2"), "the card of the commune"
    )
    assert one.page.locator(".ga-big").inner_text().startswith(people(made_up, "FR:00002", 1000))
    assert one.page.locator("tr.ga-chosen").inner_text().split()[1] == "Ville-2"
    points = one.page.locator(".ga-points tbody tr").all_inner_texts()
    assert [re.split(r"\s*\t\s*", row)[1] for row in points] == [
        people(made_up, "FR:00002", period) for period in (10, 100, 1000)
    ]
    one.until(lambda: one.page.locator("#ga-live").inner_text() == "Ville-2 is selected.", "the announcement")
    one.page.keyboard.press("Escape")
    one.until(lambda: "commune" not in one.page.url, "an address without commune")
    one.until(lambda: one.page.locator("tr.ga-chosen").count() == 0, "no row chosen")


def test_a_change_sends_little_and_never_the_outlines(tab):
    one = tab()
    one.page.wait_for_timeout(800)
    before, first = one.bytes, one.finding()
    one.pick("period", "10% a year (1 in 10)")
    one.until(lambda: one.finding() != first, "a new finding")
    one.page.wait_for_timeout(500)
    assert 0 < one.bytes - before < BYTES_PER_CHANGE


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_address_brings_a_reader_back(tab, lang):
    words = f"?lang={lang}&hazard=flood&T=10&from=%5B0.5,+1)&show=share&country=BE&commune=BE:00002"
    one = tab(words)
    page = one.page
    assert page.locator("html").get_attribute("lang") == lang
    assert [
        page.locator(f'select[data-do="pick|{name}"]').input_value()
        for name in ("hazard", "period", "threshold", "measure", "country")
    ] == ["flood", "10", "[0.5, 1)", "share", "BE"]
    assert page.locator(".ga-row h3").inner_text().startswith("Stad-2")
    assert page.locator(".ga-table tbody tr").count() == 3


def test_another_language_keeps_the_view(tab):
    one = tab("?lang=en&hazard=flood&T=10&commune=BE:00002")
    one.page.locator('a[hreflang="nl"]').click()
    one.until(lambda: "lang=nl" in one.page.url, "the Dutch address")
    one.page.wait_for_selector("#ga-wait", state="detached")
    one.page.wait_for_selector("#finding")
    assert one.page.locator("html").get_attribute("lang") == "nl"
    assert "T=10&commune=BE:00002" in one.page.url
    assert one.page.locator('a[hreflang="nl"]').get_attribute("aria-current") == "true"


def test_words_of_the_address_that_mean_nothing_are_told(tab):
    one = tab("?lang=en&hazard=dragons&T=77&commune=FR:99999")
    said = one.page.locator(".ga-notice").inner_text()
    assert "hazard=dragons" in said
    assert "commune=FR:99999" in said
    assert one.page.locator('select[data-do="pick|hazard"]').input_value() == "flood"


def test_back_and_forward(tab):
    one = tab("?lang=en&hazard=flood&T=100")
    one.page.locator('[data-do="select|BE:00002"]').last.click()
    one.until(lambda: "commune=BE:00002" in one.page.url, "the commune in the address")
    one.page.go_back()
    one.until(lambda: one.page.locator("tr.ga-chosen").count() == 0, "the view before")
    one.page.go_forward()
    one.until(lambda: one.page.locator("tr.ga-chosen").count() == 1, "the view after")


def test_a_second_scenario_and_the_difference(tab, made_up):
    one = tab("?lang=en&hazard=flood&T=10")
    one.pick("beside", "0.1% a year (1 in 1,000)")
    one.until(lambda: one.page.locator(".ga-map-d").count() == 1, "the map of differences")
    row = one.cells("BE:00002")
    assert row[2:5] == [people(made_up, "BE:00002", 10), people(made_up, "BE:00002", 1000), "+400"]
    assert "more in the zone with the second scenario" in one.finding()
    one.until(
        lambda: one.page.evaluate(
            "() => { const d = Bokeh.documents[0], a = d.get_model_by_name('map_a'), b = "
            "d.get_model_by_name('map_d');"
            " return a.x_range.id === b.x_range.id && b.inner_width >"
            " 100 && Math.abs(a.inner_width - b.inner_width) < 3 }"
        ),
        "linked maps of one size",
    )
    one.pick("beside", "–")
    one.until(lambda: one.page.locator(".ga-map-d").count() == 0, "one map again")


def test_not_studied_is_said_on_map_key_table_and_card(tab):
    one = tab("?lang=en&hazard=landslide&commune=BE:00001")
    assert one.cells("BE:00001")[2] == "Not studied"
    assert "Not studied" in one.page.locator(".ga-key").first.inner_text()
    assert one.page.locator(".ga-word").inner_text().strip() == "Not studied"
    assert one.page.get_by_text("That is not a zero").count() == 1
    drawn = one.page.evaluate(
        "() => { const f = Bokeh.documents[0].get_model_by_name('map_a');"
        " const d = f.renderers.find((r) => r.glyph.hatch_pattern?.field).data_source.data;"
        " return d.hatch.map((name, k) => [name, d.xs[k].length]) }"
    )
    assert dict(drawn)["right_diagonal_line"] == 3


def test_the_csv_is_the_table(tab):
    one = tab("?lang=en&hazard=landslide")
    one.page.locator(".ga-menu > summary").click()
    with one.page.expect_download() as waiting:
        one.page.locator('[data-do="download|csv"]').click()
    text = Path(waiting.value.path()).read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    shown = [
        words.split("\n")[-1].strip() for words in one.page.locator(".ga-table tbody th").all_inner_texts()
    ]
    assert [row["commune_id"] for row in rows] == shown
    assert waiting.value.suggested_filename == "geoalarm_landslide.csv"
    assert [row["population_exposed"] == "" for row in rows] == [False] * 3 + [True] * 3


def test_everything_without_a_mouse(tab):
    one = tab()
    page = one.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "ga-skip"
    page.keyboard.press("Enter")
    page.locator('input[data-do="search|"]').focus()
    page.keyboard.type("stad-2")
    page.wait_for_selector('[data-do="found|BE:00002"]')
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    one.until(lambda: "commune=BE:00002" in page.url, "the commune found")
    page.locator('[data-do="sort|population"]').focus()
    page.keyboard.press("Enter")
    one.until(
        lambda: page.locator('th[aria-sort="descending"] [data-do="sort|population"]').count() == 1,
        "the table sorted",
    )
    one.until(
        lambda: (
            page.evaluate(
                "() => { let n = document.activeElement;"
                " while (n?.shadowRoot?.activeElement) n = n.shadowRoot.activeElement; return n?.dataset?.do "
                "}"
            )
            == "sort|population"
        ),
        "the focus back on the same control",
    )
    ring = page.locator('[data-do="sort|population"]').evaluate(
        "(node) => getComputedStyle(node).outlineWidth"
    )
    assert ring == "3px"
    before = settled_width(one)
    page.locator(".ga-map-a").focus()
    page.keyboard.press("+")
    one.until(lambda: width(page) < before, "the map nearer")


@pytest.mark.parametrize("wide", [1400, 390])
def test_the_bar_covers_nothing_that_a_reader_is_led_to(tab, wide):
    page = tab(viewport={"width": wide, "height": 700}).page
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    page.evaluate("document.querySelector('.ga-skip').click()")
    page.wait_for_timeout(300)
    finding, bar = page.locator("#finding").bounding_box(), page.locator(".ga-page-bar").bounding_box()
    assert bar["y"] == 0
    assert bar["y"] + bar["height"] <= finding["y"] < 250


ACTIVE = (
    "() => { let n = document.activeElement; while (n?.shadowRoot?.activeElement) n = "
    "n.shadowRoot.activeElement;"
    " return n?.dataset?.do ?? [...(n?.classList ?? [])].find((name) => name === 'ga-map-a') ?? '' }"
)


@pytest.mark.parametrize("way", ["tab", "map", "away"])
def test_a_reader_who_moved_on_is_not_pulled_back(tab, way):
    """The table is redrawn after a sort; whoever left its head meanwhile stays where they went."""
    one = tab()
    page = one.page
    one.until(lambda: page.locator(".ga-map-a").get_attribute("tabindex") == "0", "a map to move to")
    page.locator('[data-do="sort|population"]').focus()
    page.keyboard.press("Enter")
    if way == "tab":
        page.keyboard.press("Shift+Tab")
    elif way == "map":
        page.locator(".ga-map-a").focus()
    else:
        page.mouse.click(700, 62)
    there = page.evaluate(ACTIVE)
    assert there == {"tab": "sort|share_exposed", "map": "ga-map-a", "away": ""}[way]
    one.until(
        lambda: page.locator('th[aria-sort="descending"] [data-do="sort|population"]').count() == 1,
        "the table sorted",
    )
    page.wait_for_timeout(1_500)
    assert page.evaluate(ACTIVE) == there


def width(page) -> float:
    return page.evaluate(
        "() => { const r = Bokeh.documents[0].get_model_by_name('map_a').x_range; return Math.abs(r.end - "
        "r.start) }"
    )


def settled_width(one) -> float:
    """Width of the map once it has stopped moving to the commune that was just chosen."""
    seen = [0.0]

    def is_still() -> bool:
        seen.append(width(one.page))
        one.page.wait_for_timeout(700)
        return width(one.page) == seen[-1]

    one.until(is_still, "the map at rest")
    return seen[-1]


def test_the_map_has_a_name_and_the_page_one_heading(tab):
    one = tab()
    one.until(lambda: one.page.locator(".ga-map-a").get_attribute("role") == "img", "the role of the map")
    assert one.finding() in one.page.locator(".ga-map-a").get_attribute("aria-label")
    assert one.page.evaluate(
        "[document.querySelectorAll('h1').length, document.querySelectorAll('main').length]"
    ) == [1, 1]


def test_a_phone(tab):
    one = tab("?lang=fr", viewport={"width": 390, "height": 844}, has_touch=True)
    page = one.page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not page.locator('select[data-do="pick|hazard"]').is_visible()
    page.locator('[data-do="filters|open"]').click()
    page.locator('select[data-do="pick|hazard"]').wait_for(state="visible")
    assert page.locator('[data-do="filters|open"]').get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    page.locator('select[data-do="pick|hazard"]').wait_for(state="hidden")
    small = page.locator("button:visible, select:visible, summary:visible").evaluate_all(
        "(nodes) => nodes.filter((n) => n.getBoundingClientRect().height < 40).map((n) => "
        "n.outerHTML.slice(0, 80))"
    )
    assert small == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_scheme_of_the_system_and_the_switch(tab, scheme):
    one = tab(color_scheme=scheme)
    page = one.page
    other = "light" if scheme == "dark" else "dark"
    assert page.locator("html").get_attribute("data-scheme") == scheme
    line = "() => JSON.stringify(Bokeh.documents[0].get_model_by_name('ground').glyph.line_color)"
    one.until(
        lambda: INTERFACE[scheme].outline in page.evaluate(line),
        "a map in the scheme of the system",
    )
    page.locator('[data-do="scheme|"]').click()
    one.until(lambda: page.locator("html").get_attribute("data-scheme") == other, "the other scheme")
    one.until(lambda: INTERFACE[other].outline in page.evaluate(line), "a map in the other scheme")


@pytest.mark.parametrize(
    "query",
    [
        "?lang=fr",
        "?lang=en&hazard=landslide&commune=BE:00001",
        "?lang=nl&hazard=flood&T=10&beside=~1000&commune=FR:00002",
    ],
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessibility(tab, query, scheme):
    """WCAG 2.1 A and AA by axe-core, where its file is at hand: ``npm pack axe-core``, then
    GEOALARM_AXE=.../axe.min.js.
    """
    axe = os.environ.get("GEOALARM_AXE", "")
    if not Path(axe).is_file():
        pytest.skip("axe-core is not at hand: name its axe.min.js in GEOALARM_AXE")
    one = tab(query, color_scheme=scheme)
    one.page.wait_for_timeout(500)
    one.page.evaluate(Path(axe).read_text(encoding="utf-8"))
    found = one.page.evaluate(
        "async () => (await axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})).violations"
        ".map((v) => [v.id, v.nodes.map((n) => n.html.slice(0, 90))])"
    )
    assert found == []
