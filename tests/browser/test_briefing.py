"""The briefing served over the embedded territory: found by name, postcode and code, in four languages, with
its files, in any width.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
from pathlib import Path

import docx
import pytest

from geoalarm.app.session import LayerRequest, shared
from geoalarm.core.terms import LANGUAGES
from geoalarm.present.rounding import count_text, people_text


@pytest.fixture(scope="module")
def address(embedded):
    """Address of the briefing, in place of the made-up world's explorer."""
    return embedded.replace("/explorer", "/briefing")


def ready(one):
    """A tab whose commune is there: the first reader waits until the territory is read."""
    one.page.locator("#dangers").wait_for(timeout=120_000)
    return one.page


def test_search_language_and_the_same_number_as_the_explorer(tab):
    one = tab()
    page = one.page
    page.locator("#q").fill("hirson")
    page.keyboard.press("Enter")
    ready(one)
    assert page.locator("h1").inner_text() == "Hirson"
    world = shared(None)
    option = next(item for item in world.choices.options_of("flood") if item.return_period_yr == 100)
    totals = world.totals(LayerRequest(option, "", world.choices.populations[0])).set_index("commune_id")
    people = totals.loc["FR:02381", "population_exposed"]
    flood = page.locator(".card", has=page.locator("h3", has_text="Flood"))
    assert flood.locator(".big").inner_text() == people_text(people, "en", about=False)
    page.locator('.langs a[hreflang="nl"]').click()
    page.wait_for_url("**/briefing?commune=FR:02381&lang=nl")
    assert page.locator("html").get_attribute("lang") == "nl"
    flood = page.locator(".card", has=page.locator("h3", has_text="Overstroming"))
    assert count_text(people, "nl") in flood.locator(".big").inner_text()
    page.locator(".tools a", has_text="verkenner").click()
    page.wait_for_selector("#ga-wait", state="detached", timeout=60_000)
    one.until(lambda: "Hirson" in page.locator(".ga-row h3").inner_text(), "the commune in the explorer")
    page.locator('.ga-pages a[href*="briefing"]').click()
    page.wait_for_url("**/briefing?**")


@pytest.mark.parametrize(
    ("query", "name"),
    [("Doornik", "Tournai"), ("02381", "Hirson"), ("7500", "Tournai"), ("BE:57081", "Tournai")],
)
def test_one_commune_is_shown_at_once(tab, query, name):
    page = ready(tab(f"?q={query}&lang=fr"))
    assert page.locator("h1").inner_text() == name


def test_several_communes_are_a_list(tab):
    one = tab("?q=saint&lang=fr")
    hits = one.page.locator(".hits a")
    assert hits.count() == 12
    hits.first.click()
    ready(one)
    assert "Saint" in one.page.locator("h1").inner_text()


def test_nothing_found_and_three_examples(tab):
    page = tab("?q=%3Cscript%3Ealert(1)%3C/script%3E&lang=en").page
    assert "<script>alert(1)</script>" in page.locator('[role="alert"]').inner_text()
    assert page.locator(".empty .hits a").count() == 3
    page = tab("?commune=FR:99999&lang=de").page
    assert "FR:99999" in page.locator('[role="alert"]').inner_text()


def test_files(tab):
    one = tab("?commune=BE:57081&lang=fr")
    page = ready(one)
    got = {}
    for kind in ("html", "json", "docx"):
        with page.expect_download() as waiting:
            page.locator(f'.tools a[href*="briefing-file/{kind}"]').click()
        got[waiting.value.suggested_filename] = Path(waiting.value.path()).read_bytes()
    assert sorted(got) == ["geoalarm-BE-57081-fr.docx", "geoalarm-BE-57081-fr.html", "geoalarm-BE-57081.json"]
    assert sorted(json.loads(got["geoalarm-BE-57081.json"])["languages"]) == sorted(LANGUAGES)
    assert "Tournai" in docx.Document(io.BytesIO(got["geoalarm-BE-57081-fr.docx"])).paragraphs[1].text
    assert b"Content-Security-Policy" in got["geoalarm-BE-57081-fr.html"]
    base = one.address.replace("/briefing", "/briefing-file")
    for wrong in (
        "passwd?commune=BE:57081",
        "json?commune=../../etc/passwd",
        "json?commune=BE:57081&lang=xx",
        "html",
    ):
        assert page.request.get(f"{base}/{wrong}").status == 404


def test_headers_and_no_websocket(tab):
    one = tab("?commune=BE:57081&lang=en")
    ready(one)
    answer = one.page.request.get(one.address + "?commune=BE:57081&lang=en")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    assert one.bytes == 0
    assert len(answer.body()) < 600_000


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_phone(tab, lang):
    page = ready(
        tab(f"?commune=BE:57081&lang={lang}", viewport={"width": 390, "height": 844}, has_touch=True)
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("html").get_attribute("lang") == lang


def test_shown_and_printed(tab, tmp_path):
    page = ready(tab("?commune=BE:57081&lang=nl"))
    page.locator('[data-do="present"]').focus()
    page.keyboard.press("Enter")
    screens = int(page.locator("#stage-m").inner_text())
    assert screens >= 10
    for n in range(1, screens + 1):
        assert page.locator("#stage-n").inner_text() == str(n)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.keyboard.press("PageDown")
    page.keyboard.press("Escape")
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not at hand to read the pages")
    path = tmp_path / "page.pdf"
    page.pdf(path=str(path), prefer_css_page_size=True, print_background=True)
    sheets = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], check=True, capture_output=True, text=True
    ).stdout.split("\f")[:-1]
    assert 6 <= len(sheets) <= 16
    assert "Doornik" in sheets[0]
    assert "Overstroming" in sheets[0]
    assert all(
        f"{n}/{len(sheets)}" in sheet.strip().splitlines()[-1].replace(" / ", "/")
        for n, sheet in enumerate(sheets, start=1)
    )
    assert "nan" not in "".join(sheets).lower().split()


@pytest.mark.parametrize(
    "query", ["?lang=fr", "?q=saint&lang=de", "?commune=FR:59350&lang=fr", "?commune=BE:57081&lang=nl"]
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessibility(tab, query, scheme):
    axe = os.environ.get("GEOALARM_AXE", "")
    if not Path(axe).is_file():
        pytest.skip("axe-core is not at hand: name its axe.min.js in GEOALARM_AXE")
    one = tab(query, color_scheme=scheme)
    if "commune=" in query:
        ready(one)
    one.page.evaluate(Path(axe).read_text(encoding="utf-8"))
    found = one.page.evaluate(
        "async () => (await axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})).violations"
        ".map((v) => [v.id, v.nodes.map((n) => n.html.slice(0, 90))])"
    )
    assert found == []
