"""The what-if page in a browser over the embedded territory: its numbers against the pipeline, the map, a refusal, two weathers."""

from __future__ import annotations

from pathlib import Path

import pytest

from geoalarm.app.shared import shared
from geoalarm.app.whatif_build import sites
from geoalarm.app.whatif_state import WhatIfState
from geoalarm.pipeline import read_scenario
from geoalarm.pipeline.whatif import accident_view
from geoalarm.present.rounding import count_text

SITE = "BE-yara-tertre"


@pytest.fixture(scope="module")
def address(embedded):
    """Address of the what-if page of the embedded territory, in place of the made-up world's explorer."""
    return embedded.replace("/explorer", "/whatif")


def test_a_site_a_click_and_a_refusal(tab):
    one = tab()
    page = one.page
    first = one.finding()
    page.locator('select[data-do="pick|site"]').select_option(SITE)
    one.until(lambda: page.locator('input[data-do="write|lon"]').input_value() == "3.80000", "the place of the site")
    page.locator('[data-do="calculate|"]').click()
    one.until(lambda: one.finding() != first, "a finding")
    world = shared(None)
    asked = accident_view(world.workspace, WhatIfState(sites(world), site=SITE).accident())
    shown = page.locator(".ga-zones tbody tr").all_inner_texts()
    assert [row.split("\t")[2].strip() for row in shown] == [count_text(zone.within, "en") for zone in reversed(asked.people)]
    assert count_text(asked.people[0].within, "en") in one.finding()
    one.until(lambda: f"site={SITE}" in page.url, "the address of the site")
    assert page.locator(".ga-screening").is_visible()

    second = one.finding()
    box = page.locator(".ga-map-a").bounding_box()
    page.wait_for_timeout(800)
    page.mouse.click(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.3)
    one.until(lambda: one.finding() != second and "site=" not in page.url, "an accident elsewhere")
    assert page.locator('input[data-do="write|lat"]').input_value() != "50.48000"

    third = one.finding()
    page.locator('input[data-do="write|in.wind_speed"]').fill("0 m/s")
    page.locator('input[data-do="write|in.wind_speed"]').press("Enter")
    page.locator("#refused").wait_for(timeout=10_000)
    assert page.locator("#refused p").first.inner_text() == "Wind speed: “0 m/s” cannot be used. Expected: 0.5 to 30 m/s."
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
    page.locator(".ga-pages a", has_text="Erkunden").click()
    page.wait_for_url("**/explorer?lang=de")
