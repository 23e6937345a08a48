"""The served briefing without a server: what an address gives, what a fault looks like, and that search words
stay words.
"""

from __future__ import annotations

import re
import runpy
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from geoalarm import testing
from geoalarm.app.briefing.briefing_page import page_of
from geoalarm.app.briefing.briefing_service import BriefingService, RenderedBriefing
from geoalarm.core.background_task import BackgroundTask
from geoalarm.core.errors import InputError
from geoalarm.core.terms import LANGUAGES
from geoalarm.report.commune_page import Pictures

MADE_UP = runpy.run_path(str(Path(__file__).parents[2] / "made_up_briefing.py"))


class MadeUpDesk(BriefingService):
    """A desk whose pages are written by hand."""

    fault: Exception | None = None

    def made(self, commune_id: str, lang: str) -> RenderedBriefing:
        if self.fault is not None:
            raise self.fault
        return RenderedBriefing(MADE_UP["briefing"](lang), Pictures())


@pytest.fixture
def desk() -> MadeUpDesk:
    return MadeUpDesk(SimpleNamespace(communes=testing.world().communes))


def words(page: str) -> str:
    plain = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", plain).split())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_way_in_offers_three_communes(desk, lang):
    page = page_of(desk, {}, lang)
    assert f'<html lang="{lang}"' in page
    assert re.findall(r'href="briefing\?commune=([A-Z]{2}:\d+)&amp;lang=(\w\w)"', page.split("<h2>")[1]) == [
        ("BE:00002", lang), ("FR:00002", lang), ("BE:00003", lang)]  # fmt: skip


def test_one_commune_several_and_none(desk):
    assert "The worst known danger is a flood" in words(page_of(desk, {"q": "ville 2"}, "en"))
    assert "The worst known danger is a flood" in words(page_of(desk, {"commune": "FR:00002"}, "en"))
    several = page_of(desk, {"q": "stad"}, "en")
    assert re.findall(r"BE:0000\d", several.split('class="hits"')[1])[::2] == [
        "BE:00002",
        "BE:00003",
        "BE:00001",
    ]
    evil = '<script>alert(1)</script>"'
    none = page_of(desk, {"q": evil}, "en")
    assert none.count("<script>") == 1
    assert 'role="alert"' in none
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in none
    assert "FR:99999" in words(page_of(desk, {"commune": "FR:99999"}, "nl"))
    assert len(page_of(desk, {"q": "x" * 5000}, "en")) < 60_000


def test_the_form_stays_here_and_files_only_where_they_are_served(desk):
    page = page_of(desk, {"commune": "FR:00002"}, "fr", files=True)
    assert "form-action &#39;self&#39;" in page
    assert 'href="briefing-file/docx?commune=FR:00002&amp;lang=fr"' in page
    assert "briefing-file" not in page_of(desk, {"commune": "FR:00002"}, "fr")
    assert 'href="explorer?lang=fr&amp;commune=FR:00002"' in page


def test_a_reader_who_comes_too_early_is_asked_for_patience(desk):
    go_on = threading.Event()
    desk.opening = BackgroundTask(lambda _: go_on.wait(10), name="briefings")
    page = page_of(desk, {"commune": "FR:00002"}, "en", wait=False)
    go_on.set()
    assert '<meta http-equiv="refresh" content="1">' in page
    assert "Ville-2" in words(page)


def test_a_reader_is_told_what_failed_while_the_desk_got_ready(desk):
    """The workspace of this desk has no catalog: what asks it fails as a catalog of one's own once did."""
    page_of(desk, {"commune": "FR:00002"}, "en", wait=False)
    desk.opening.wait(10)
    page = page_of(desk, {"commune": "FR:00002"}, "en", wait=False)
    assert "The page of Ville-2 cannot be shown now" in words(page)
    assert "refresh" not in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_fault_says_what_to_do_and_shows_no_trace(desk, lang):
    desk.fault = InputError("layer <b>x</b>", got="nothing")
    page = page_of(desk, {"commune": "FR:00002"}, lang)
    assert "Ville-2" in words(page)
    assert "layer &lt;b&gt;x&lt;/b&gt;" in page
    desk.fault = RuntimeError("secret path /home/x")
    page = page_of(desk, {"commune": "FR:00002"}, lang)
    assert "secret" not in page
    assert "Traceback" not in page
