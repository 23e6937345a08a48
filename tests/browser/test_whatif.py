"""The what-if page in a browser over the embedded territory: its numbers against the pipeline, the map, a
refusal, two weathers.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from geoalarm import i18n
from geoalarm.analysis import read_scenario
from geoalarm.app.session import shared
from geoalarm.app.whatif.whatif_state import WhatIfState
from geoalarm.core.terms import LANGUAGES
from geoalarm.present.rounding import count_text

SITE = "example-works-11"


@pytest.fixture(scope="module")
def address(embedded):
    """Address of the what-if page of the embedded territory, in place of the made-up world's explorer."""
    return embedded.replace("/explorer", "/whatif")


def figures_of_zones(page):
    """People within each zone, as the page shows them."""
    return [row.split("\t")[2].strip() for row in page.locator(".ga-zones tbody tr").all_inner_texts()]


def figures_of(view):
    """The same by the engine."""
    return [count_text(zone.within, "en") for zone in reversed(view.people)]


def test_a_site_a_click_and_a_refusal(tab):
    one = tab()
    page = one.page
    first = one.finding()
    page.locator('select[data-do="pick|site"]').select_option(SITE)
    one.until(
        lambda: page.locator('input[data-do="write|lon"]').input_value() == "3.23000", "the place of the site"
    )
    page.locator('[data-do="calculate|"]').click()
    one.until(lambda: one.finding() != first, "a finding")
    world = shared(None)
    accident = WhatIfState(world.workspace.sites(), site=SITE).accident()
    asked = world.workspace.count_accident(accident)
    assert figures_of_zones(page) == figures_of(asked)
    assert count_text(asked.people[0].within, "en") in one.finding()
    one.until(lambda: f"site={SITE}" in page.url, "the address of the site")
    assert page.locator(".ga-screening").is_visible()

    box = page.locator(".ga-map-a").bounding_box()
    page.wait_for_timeout(800)
    page.mouse.click(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.3)
    one.until(lambda: "lat=" in page.url and "site=" not in page.url, "an accident elsewhere")
    lon, lat = (page.locator(f'input[data-do="write|{name}"]').input_value() for name in ("lon", "lat"))
    assert (lon, lat) != ("3.23000", "50.83000")
    there = world.workspace.count_accident(replace(accident, lon=float(lon), lat=float(lat)))
    one.until(lambda: figures_of_zones(page) == figures_of(there), "the figures of the place clicked")

    third = one.finding()
    page.locator('input[data-do="write|in.wind_speed"]').fill("0 m/s")
    page.locator('input[data-do="write|in.wind_speed"]').press("Enter")
    page.locator("#refused").wait_for(timeout=10_000)
    assert (
        page.locator("#refused p").first.inner_text()
        == "Wind speed: “0 m/s” cannot be used. Expected: 0.5 to 30 m/s."
    )
    assert one.finding() == third
    page.locator('input[data-do="write|in.wind_speed"]').fill("4 m/s")
    page.locator('[data-do="calculate|"]').click()
    page.locator("#refused").wait_for(state="detached", timeout=10_000)


def test_two_weathers_saved_as_a_scenario(tab, tmp_path):
    one = tab(f"?lang=fr&kind=toxic&site={SITE}&beside=1&b.wind_from=180")
    page = one.page
    page.locator(".ga-map-b").wait_for(timeout=15_000)
    assert page.locator(".ga-zones thead th").count() == 4
    page.locator(".ga-menu > summary").click()
    with page.expect_download() as waiting:
        page.locator('[data-do="download|yml"]').click()
    path = tmp_path / "saved.yml"
    path.write_text(Path(waiting.value.path()).read_text(encoding="utf-8"), encoding="utf-8")
    assert [item.wind_from for item in read_scenario(path).accidents] == [270, 180]


def test_a_phone_and_the_way_to_the_explorer(tab):
    one = tab(f"?lang=de&kind=bleve&site={SITE}", viewport={"width": 390, "height": 844}, has_touch=True)
    page = one.page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator('[data-do="filters|open"]').click()
    page.locator('[data-do="calculate|"]').click()
    page.locator('select[data-do="pick|kind"]').wait_for(state="hidden")
    assert page.locator('.ga-pages a[aria-current="page"]').inner_text() == "Was wenn?"
    ends = [link.bounding_box() for link in page.locator(".ga-top nav a").all()]
    assert len(ends) == 7
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in ends), "a link is cut off"
    assert page.locator(".ga-top .ga-pages").evaluate("pane => pane.scrollWidth - pane.clientWidth") <= 0
    page.locator(".ga-pages a", has_text="Erkunden").click()
    page.wait_for_url("**/explorer?lang=de")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_first_screen_is_an_example_with_zones_people_and_three_others(tab, lang):
    one = tab(f"?lang={lang}")
    page = one.page
    assert page.locator(".ga-zones tbody tr").count() == 3
    hidden = page.locator(".ga-scroll", has=page.locator(".ga-zones")).first
    assert hidden.evaluate("pane => pane.scrollWidth - pane.clientWidth") <= 0, "a column is cut off"
    assert page.locator(".ga-example .ga-chip").count() == 3
    assert i18n.text("whatif.example", lang) in page.locator(".ga-example").inner_text()
    assert "lon" not in page.url
    first = one.finding()
    page.locator('[data-do="example|fireball"]').click()
    one.until(lambda: one.finding() != first, "another accident")
    one.until(lambda: "kind=bleve" in page.url and "lon=" in page.url, "its address")
    assert page.locator(".ga-example").count() == 0
    assert i18n.text("accident.severity.name", lang) in page.locator(".ga-severity").first.inner_text()
    assert i18n.text("flag.severity_of_residents", lang) in page.locator(".ga-severity").first.inner_text()


PICTURE = (
    "() => { const f = Bokeh.documents[0].get_model_by_name('map_a');"
    " return f.renderers.find((r) => r.glyph.type === 'ImageURL').data_source.data.url[0].slice(0, 21) }"
)


def test_the_field_lies_on_the_map_with_its_values_in_the_key(tab):
    one = tab(f"?lang=en&kind=toxic&site={SITE}")
    page = one.page
    page.locator('[data-do="show|field"]').click()
    one.until(lambda: page.evaluate(PICTURE) == "data:image/png;base64", "the picture")
    words = page.locator(".ga-key").inner_text()
    assert "Highest concentration at the ground" in words
    assert "10 to 100\N{NO-BREAK SPACE}mg/m³" in words
    assert "Share of residents" not in words
    one.until(lambda: "show=field" in page.url, "the field in the address")
    assert page.locator('[data-do="show|field"]').get_attribute("aria-pressed") == "true"
    page.locator('[data-do="show|zones"]').click()
    one.until(lambda: page.evaluate(PICTURE) != "data:image/png;base64", "no picture")
    one.until(lambda: "Share of residents" in page.locator(".ga-key").inner_text(), "the key of the zones")


def test_risk_is_drawn_and_told_by_level(tab):
    one = tab(f"?lang=en&kind=toxic&site={SITE}")
    page = one.page
    assert page.locator('[data-do="show|risk"]').count() == 0
    page.locator('input[data-do="write|frequency"]').fill("1e-4 /yr")
    page.locator('select[data-do="pick|rose"]').select_option("own")
    box = page.locator('textarea[data-do="write|winds"]')
    box.fill("D5 70\nF2 20")
    page.locator('[data-do="calculate|"]').click()
    page.locator("#refused").wait_for(timeout=10_000)
    assert "Σ = 90" in page.locator("#refused").inner_text()
    box.fill("D5 70\nF2 30")
    page.locator('[data-do="calculate|"]').click()
    page.locator('[data-do="show|risk"]').wait_for(timeout=15_000)
    table = page.locator(".ga-zones").last
    assert table.locator("tbody tr").count() == 3
    assert "1 in 100,000 a year or more" in table.inner_text()
    page.locator('[data-do="show|risk"]').click()
    one.until(lambda: page.evaluate(PICTURE) == "data:image/png;base64", "the picture of the risk")


def test_french_rings_from_a_file_given_on_the_page(tab, tmp_path):
    """The values are made up."""
    one = tab(f"?lang=en&kind=toxic&site={SITE}&in.scheme=FR")
    page = one.page
    page.locator("#refused").wait_for(timeout=10_000)
    assert "Give them as a file" in page.locator("#refused").inner_text()
    head = "jurisdiction,substance,effect,exposure_min,value,unit,label,source,verified\n"
    (tmp_path / "bad.csv").write_text(head + "FR,chlorine,SEI,60,none,ppm,,test,D\n", encoding="utf-8")
    page.locator('input[type="file"]').set_input_files(tmp_path / "bad.csv")
    one.until(lambda: "cannot be used" in page.locator("#refused").inner_text(), "the refusal of the file")
    rows = "".join(
        f"FR,chlorine,{effect},60,{value},ppm,,test,D\n"
        for effect, value in (("SEI", 5), ("SEL", 50), ("SELS", 80))
    )
    (tmp_path / "sheet.csv").write_text(head + rows, encoding="utf-8")
    page.locator('input[type="file"]').set_input_files(tmp_path / "sheet.csv")
    page.locator('[data-do="forget|"]').wait_for(timeout=10_000)
    page.locator('[data-do="calculate|"]').click()
    one.until(lambda: "SELS" in page.locator(".ga-zones tbody").first.inner_text(), "the French rings")


def test_everything_without_a_mouse(tab):
    one = tab("?lang=en")
    page = one.page
    first = one.finding()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "ga-skip"
    page.locator('select[data-do="pick|site"]').focus()
    page.keyboard.type("Example works 11")
    one.until(
        lambda: page.locator('input[data-do="write|lon"]').input_value() == "3.23000", "the place of the site"
    )
    page.locator('input[data-do="write|in.rate"]').focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("2 kg/s")
    page.keyboard.press("Enter")
    one.until(lambda: one.finding() != first, "an answer")
    page.locator('[data-do="show|field"]').focus()
    page.keyboard.press("Enter")
    one.until(
        lambda: page.locator('[data-do="show|field"]').get_attribute("aria-pressed") == "true", "the field"
    )
    where = (
        "() => { let n = document.activeElement;"
        " while (n?.shadowRoot?.activeElement) n = n.shadowRoot.activeElement; return n?.dataset?.do }"
    )
    one.until(lambda: page.evaluate(where) == "show|field", "the focus back on the switch")
    one.until(lambda: page.locator(".ga-map-a").get_attribute("tabindex") == "0", "a map to move to")
    page.locator(".ga-map-a").focus()
    page.wait_for_timeout(800)
    width = (
        "() => { const r = Bokeh.documents[0].get_model_by_name('map_a').x_range; return "
        "Math.abs(r.end - r.start) }"
    )
    before = page.evaluate(width)
    page.keyboard.press("+")
    one.until(lambda: page.evaluate(width) < before, "the map nearer")


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("?lang=fr", {}),
        (f"?lang=en&kind=bleve&site={SITE}&show=field&in.scheme=FR", {}),
        (f"?lang=nl&kind=toxic&site={SITE}&beside=1&often=1e-4+/yr&rose=half&show=risk&inside=30+min", {}),
        (
            "?lang=de&kind=toxic&in.scheme=FR&lon=3.2&lat=50.7",
            {"viewport": {"width": 390, "height": 844}, "has_touch": True},
        ),
    ],
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessibility(tab, query, options, scheme):
    """WCAG 2.1 A and AA by axe-core, where its file is at hand: ``npm pack axe-core``, then
    GEOALARM_AXE=.../axe.min.js.
    """
    axe = os.environ.get("GEOALARM_AXE", "")
    if not Path(axe).is_file():
        pytest.skip("axe-core is not at hand: name its axe.min.js in GEOALARM_AXE")
    one = tab(query, color_scheme=scheme, **options)
    answered = one.page.locator(".ga-zones, #refused").first
    one.until(lambda: answered.count() == 1, "an answer")
    one.page.wait_for_timeout(500)
    if options:
        one.page.locator('[data-do="filters|open"]').click()
    one.page.evaluate(Path(axe).read_text(encoding="utf-8"))
    found = one.page.evaluate(
        "async () => (await axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})).violations"
        ".map((v) => [v.id, v.nodes.map((n) => n.html.slice(0, 90))])"
    )
    assert found == []
