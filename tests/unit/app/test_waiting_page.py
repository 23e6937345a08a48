"""Pages of a territory that is not open yet: how far it is, what failed, in the reader's language."""

from __future__ import annotations

import re
import threading
from types import SimpleNamespace

import pytest

from geoalarm.app.web.session_limits import Refusal
from geoalarm.app.web.waiting_page import full_document, status_document, when_open
from geoalarm.core.background_task import BackgroundTask
from geoalarm.core.errors import InputError
from geoalarm.core.terms import LANGUAGES

STEP = {
    "fr": "Étape 3 sur 5 : parts des communes (40 %)",
    "nl": "Stap 3 van 5: delen van gemeenten (40 %)",
    "de": "Schritt 3 von 5: Gemeindeanteile (40 %)",
    "en": "Step 3 of 5: shares of communes (40 %)",
}


def words(page: str) -> str:
    plain = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", plain).split())


@pytest.fixture
def halfway():
    reached, go_on = threading.Event(), threading.Event()

    def make(progress):
        progress("index", 3, 5)
        reached.set()
        go_on.wait(10)
        return "open"

    task = BackgroundTask(make, name="territory")
    task.start()
    assert reached.wait(5)
    yield task
    go_on.set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_reader_is_told_the_step_and_the_share(halfway, lang):
    page = status_document(halfway, "explorer", {"hazard": "flood"}, lang)
    assert STEP[lang] in words(page).replace("\u00a0", " ")
    assert '<progress max="100" value="40"' in page
    assert '<meta http-equiv="refresh" content="1">' in page
    assert f'<html lang="{lang}"' in page
    assert 'href="explorer?hazard=flood&amp;lang=nl"' in page, "another language keeps the view"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_fault_is_told_and_the_page_does_not_ask_again_for_ever(lang):
    def fail(_):
        raise InputError("column <b>code</b> of communes.gpkg", got="no such column", hint="name another")

    task = BackgroundTask(fail, name="territory")
    task.start()
    task.wait(5)
    page = status_document(task, "briefing", {"commune": "FR:59183"}, lang, name="Dunkerque")
    assert "Dunkerque" in words(page)
    assert "column &lt;b&gt;code&lt;/b&gt; of communes.gpkg" in page
    assert "refresh" not in page
    assert "<progress" not in page


def test_a_bug_shows_no_trace_and_no_path():
    def fail(_):
        raise RuntimeError("/home/someone/secret")

    task = BackgroundTask(fail, name="territory")
    task.start()
    task.wait(5)
    page = status_document(task, "explorer", {}, "en")
    assert "The territory cannot be opened" in words(page)
    assert "secret" not in page


def test_the_page_itself_is_made_once_the_territory_is_open():
    task = BackgroundTask(lambda _: "open", name="territory")
    page = when_open(task, "explorer", lambda world: SimpleNamespace(world=world))
    page()
    task.wait(5)
    assert page().world == "open"


OWN_NETWORK = {
    "fr": ("Toutes les places de votre réseau sont prises", "7 pages sont ouvertes depuis votre réseau"),
    "nl": ("Alle plaatsen van uw netwerk zijn bezet", "Vanuit uw netwerk (vaak dat van een heel gebouw)"),
    "de": ("Alle Plätze Ihres Netzes sind belegt", "Aus Ihrem Netz (oft dem eines ganzen Gebäudes)"),
    "en": ("All places of your network are taken", "7 pages are open from your network"),
}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_who_finds_no_room_is_told_whose_places_are_taken_and_the_way_to_the_briefing(lang):
    query = {"commune": "FR:59350", "evil": '"><script>'}
    own = full_document(Refusal("address", 7), "/explorer", query, lang)
    for sentence in OWN_NETWORK[lang]:
        assert sentence in words(own)
        assert sentence not in words(full_document(Refusal("all", 7), "/explorer", query, lang))
    assert f'href="briefing?lang={lang}&amp;commune=FR:59350"' in own
    assert '"><script>' not in own
