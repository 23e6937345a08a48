"""A page of a commune as a file in a browser: read without a script, shown to a council by keyboard, printed,
on a phone, by axe.
"""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from geoalarm import testing
from geoalarm.core.terms import LANGUAGES
from geoalarm.present.svg import Maps, chance_curve, class_bar, dots
from geoalarm.report.commune_page import ChangeLine, Changes, Links, Pictures, render, render_checklist

MADE_UP = runpy.run_path(str(Path(__file__).parents[1] / "made_up_briefing.py"))
DAY = date(2026, 3, 1)
LEAST_PX = 37.3  # 28 points


def pictures(lang: str) -> Pictures:
    world, b = testing.world(), MADE_UP["briefing"](lang)
    maps, (flood, *_), (among,) = Maps(world.communes), b.cards, b.among
    lines = [(line.label, line.share, line.people.text) for line in flood.classes]
    return Pictures(
        maps={
            "flood": maps.commune(
                "FR:00002",
                footprint=world.flood[100.0],
                totals=None,
                lang=lang,
                names={},
                label=flood.map_label,
            ),
            "industrial": maps.commune(
                "FR:00002", footprint=world.industrial, totals=None, lang=lang, names={}, label="Industry"
            ),
        },
        bars={"flood": class_bar(lines, hazard="flood", lang=lang, label=flood.class_caption)},
        curves={"flood": chance_curve(flood.trend, lang=lang, label=flood.trend_caption)},
        dots={"flood": dots(among.dots, lang=lang, label=among.caption)},
    )


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Address of a folder of pages, in place of the explorer's."""
    folder = tmp_path_factory.mktemp("pages")
    changed = Changes(
        "+120 people since 1 January 2026.",
        "Figures",
        (ChangeLine("People in the zone", "1 110", "1 230", "population +95"),),
    )
    links = Links(languages={lang: f"{lang}.html" for lang in LANGUAGES}, index="index.html")
    for lang in LANGUAGES:
        page = render(MADE_UP["briefing"](lang), pictures(lang), as_of=DAY, links=links, changes=changed)
        (folder / f"{lang}.html").write_text(page, encoding="utf-8")
    (folder / "checklist.html").write_text(
        render_checklist(MADE_UP["briefing"]("fr"), as_of=DAY), encoding="utf-8"
    )
    return folder.as_uri()


def test_it_is_read_without_a_script(tab):
    page = tab("/en.html", java_script_enabled=False).page
    assert page.locator("h1").inner_text() == "Ville-2"
    assert page.locator(".card").count() == 3
    assert page.locator(".card svg.ga-map").count() == 2
    assert not page.locator('[data-do="present"]').is_visible()
    assert not page.locator("#stage").is_visible()


def test_languages_are_links(tab):
    page = tab("/en.html").page
    page.locator('.langs a[hreflang="de"]').click()
    page.wait_for_url("**/de.html")
    assert page.locator("html").get_attribute("lang") == "de"
    assert page.locator('.langs a[aria-current="true"]').inner_text() == "DE"


def test_a_number_leads_to_its_note(tab):
    page = tab("/en.html").page
    note = page.locator("#figure-flood-100-people")
    assert not note.is_visible()
    page.locator(".lead a.n").first.click()
    note.wait_for()
    assert "1234.5678901" in note.inner_text()
    note.locator("a").first.click()
    assert page.evaluate("location.hash") == "#source-1"


def test_a_council_is_shown_one_idea_a_screen_by_keyboard_alone(tab):
    one = tab("/en.html")
    page = one.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.do") == "present":
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "3px"
    page.keyboard.press("Enter")
    screens = int(page.locator("#stage-m").inner_text())
    assert page.locator("#stage-n").inner_text() == "1"
    seen = []
    for n in range(1, screens + 1):
        assert page.locator("#stage-n").inner_text() == str(n)
        text = page.evaluate("document.querySelector('main').innerText")
        assert text.strip()
        seen.append(text)
        size = page.evaluate(
            "parseFloat(getComputedStyle(document.querySelector('main .on:is(p, li, h1, h3)')).fontSize)"
        )
        assert size >= LEAST_PX * 0.8
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.keyboard.press("ArrowRight")
    assert len(set(seen)) == screens
    assert page.locator("#stage-n").inner_text() == str(screens)
    assert any("Not studied" in text for text in seen)
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    assert page.locator("#stage-n").inner_text() == "1"
    page.keyboard.press("Escape")
    assert not page.locator("#stage").is_visible()
    assert page.evaluate("document.activeElement.dataset.do") == "present"
    assert page.locator("#sources").is_visible()


def test_sentences_of_the_presentation_have_28_points(tab):
    page = tab("/fr.html").page
    page.evaluate("location.hash = '#present-2'")
    page.locator("#stage").wait_for()
    assert page.locator("#stage-n").inner_text() == "2"
    assert (
        page.evaluate("parseFloat(getComputedStyle(document.querySelector('.lead .on')).fontSize)")
        >= LEAST_PX
    )
    page.locator('#stage [data-do="next"]').click()
    assert page.locator("#stage-n").inner_text() == "3"
    page.locator('#stage [data-do="end"]').click()
    assert "#" not in page.url


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_phone(tab, lang):
    page = tab(f"/{lang}.html", viewport={"width": 390, "height": 844}, has_touch=True).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    small = page.evaluate(
        "() => [...document.querySelectorAll('.bar a, .tools .button, .toc a, summary')].filter((one) => "
        "one.offsetParent)"
        ".map((one) => [one.outerHTML, one.getBoundingClientRect()]).filter(([_, box]) =>"
        " box.height < 43.9 || box.width < 43.9)"
    )
    assert small == []
    page.locator("#figures-all summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_accessibility(tab, lang, scheme):
    axe(tab(f"/{lang}.html", color_scheme=scheme).page)


@pytest.mark.parametrize(
    "where", ["/en.html#present", "/en.html#present-5", "/checklist.html", "/en.html#figure-flood-100-people"]
)
def test_accessibility_of_other_views(tab, where):
    path, _, part = where.partition("#")
    page = tab(path).page
    page.evaluate("(part) => { location.hash = part }", part)
    axe(page)


def axe(page) -> None:
    """WCAG 2.1 A and AA by axe-core, where its file is at hand: ``npm pack axe-core``, then
    GEOALARM_AXE=.../axe.min.js.
    """
    path = os.environ.get("GEOALARM_AXE", "")
    if not Path(path).is_file():
        pytest.skip("axe-core is not at hand: name its axe.min.js in GEOALARM_AXE")
    page.evaluate(Path(path).read_text(encoding="utf-8"))
    found = page.evaluate(
        "async () => (await axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})).violations"
        ".map((v) => [v.id, v.nodes.map((n) => n.html.slice(0, 90))])"
    )
    assert found == []


def test_print(tab, tmp_path):
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not at hand to read the pages")
    page = tab("/fr.html", color_scheme="dark").page
    path = tmp_path / "page.pdf"
    page.pdf(path=str(path), prefer_css_page_size=True, print_background=True)
    sheets = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], check=True, capture_output=True, text=True
    ).stdout.split("\f")[:-1]
    assert 3 <= len(sheets) <= 6
    for n, sheet in enumerate(sheets, start=1):
        foot = re.sub(r"\s+", " ", sheet.strip().splitlines()[-1]).replace(" / ", "/")
        assert foot.startswith("Ville-2 · FR:00002")
        assert foot.endswith(f" {n}/{len(sheets)}")
    whole = " ".join("".join(sheets).split())
    for words in (
        "Not studied",
        "1234.5678901",
        "Made-up population",
        "geoalarm run scenario.yml",
        "Code de la sécurité intérieure",
        "+120 people",
    ):
        assert words in whole
    assert "Présenter" not in whole
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_nothing_runs_that_the_policy_does_not_name(tab):
    one = tab("/en.html")
    ran = one.page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1'; "
        "document.body.append(s);"
        " document.body.setAttribute('style', 'color: red'); return [window.ran, "
        "getComputedStyle(document.body).color] }"
    )
    assert ran[0] is None
    assert ran[1] != "rgb(255, 0, 0)"
    assert len(one.errors) >= 1
    assert all("Content Security Policy" in error for error in one.errors)
    one.errors.clear()
