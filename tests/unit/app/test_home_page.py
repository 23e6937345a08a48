"""The way in and the pages of refusals: in four languages, under a prefix, with nothing from elsewhere."""

from __future__ import annotations

import re

import pytest

from geoalarm import i18n
from geoalarm.app.web.home_page import home_document
from geoalarm.app.web.refusal_page import TOLD, refusal_document
from geoalarm.core.terms import LANGUAGES

ADDRESSES = re.compile(r'(?:href|src|action)="([^"]*)"')


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("base", ["", "/geoalarm"])
def test_the_way_in_leads_to_every_page_in_the_readers_language(lang, base):
    html = home_document(lang, base=base)
    assert f'<html lang="{lang}"' in html
    assert html.count("<h1") == html.count("<main") == 1
    for page in ("explorer", "whatif", "briefing"):
        assert html.count(f'href="{base}/{page}?lang={lang}"') == 2  # in the bar, and with its sentence
        assert i18n.text(f"home.{page}", lang) in html.replace("&#39;", "'")
    for code in LANGUAGES:
        assert f'href="?lang={code}"' in html


@pytest.mark.parametrize("html", [home_document("fr"), refusal_document(404, "fr")], ids=["home", "404"])
def test_nothing_is_asked_elsewhere_and_no_script_is_needed(html):
    for address in ADDRESSES.findall(html):
        assert address.startswith(("/", "?", "#", "data:,")), address
        assert not address.startswith("//")
    assert "url(" not in html
    assert "@import" not in html
    assert "default-src &#39;none&#39;" in html


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("status", TOLD)
def test_a_refusal_says_why_and_what_to_do(status, lang):
    html = refusal_document(status, lang, base="/x", host="evil.example", seconds=7)
    assert f'<html lang="{lang}"' in html
    assert f'href="/x/explorer?lang={lang}"' in html
    words = html[html.index("<main") : html.index("</main>")]
    assert words.count("<p>") == 2
    assert "{" not in words
    if status == 421:
        assert "--allow-origin evil.example" in words
    if status == 429:
        assert " 7 " in words


@pytest.mark.parametrize(("status", "like"), [(403, 400), (413, 400), (502, 500)])
def test_other_refusals_are_told_as_their_kind(status, like):
    assert refusal_document(status, "en") == refusal_document(like, "en")


def test_a_foreign_name_cannot_write_on_the_page():
    html = refusal_document(421, "en", host='"><script>alert(1)</script>')
    assert "<script>alert" not in html
