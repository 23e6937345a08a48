"""What is told about runs: as values, as a page, as lines of a log."""

from __future__ import annotations

import json
import logging
import re
import runpy
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest

from geoalarm.core.terms import LANGUAGES
from geoalarm.schedule.scheduled_edition import MissingReport, ScheduledEdition
from geoalarm.schedule.state.delivery_ledger import DeliveryItem
from geoalarm.schedule.state.journal import FILE, journal
from geoalarm.schedule.status import render, status, write_page

kit = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[2] / "schedule_kit.py")))


@pytest.fixture
def story(tmp_path: Path):
    """Four days: one whole, one incomplete with a lost and an uncertain parcel, one failed, one missed."""
    (tmp_path / "share").mkdir()
    clock = kit.TestClock("2026-01-15 12:00")
    runner = kit.SmallReports()
    service = kit.service(tmp_path, runner, clock, catch_up="none", deliver=[{"folder": {"path": "share"}}])
    service.look()
    clock.set("2026-01-16 05:00")
    service.once()
    clock.set("2026-01-17 05:00")
    runner.lacking = ("FR:59350",)
    service.once()
    due = kit.utc("2026-01-17 05:00")
    service.ledger.fail(
        DeliveryItem("daily", due, "mail:x", "", "lost@x.example", "0"), "550 <no> such reader"
    )
    service.ledger.doubt(DeliveryItem("daily", due, "mail:x", "", "unsure@x.example", "0"), "no answer")
    clock.set("2026-01-18 05:00")
    runner.fails = 99
    service.once()
    clock.set("2026-01-19 12:00")
    service.once()
    return service, tmp_path / "state"


def test_values_tell_the_story(story) -> None:
    service, state = story
    facts = status(service.plan, state, now=kit.utc("2026-01-19 12:00"))
    (job,) = facts["jobs"]
    assert (facts["attention"], facts["running"], facts["as_of"]) == (
        True,
        False,
        "2026-01-19T13:00:00+01:00",
    )
    assert job["next"] == "2026-01-20T06:00:00+01:00"
    assert [(run["due"][8:10], run["state"], run["reason"]) for run in job["runs"]] == [
        ("19", "skipped", "missed"),
        ("18", "failed", "OSError: the printer is away"),
        ("17", "partly", ""),
        ("16", "done", ""),
    ]
    assert job["last"]["due"] == "2026-01-18T06:00:00+01:00"
    partly = job["runs"][2]
    assert [one["name"] for one in partly["lacking"]] == ["Lille"]
    assert (partly["delivered"], partly["parcels"]) == (1, 3)
    assert [one["addressee"] for one in partly["not_delivered"]] == ["lost@x.example"]
    assert [one["addressee"] for one in partly["uncertain"]] == ["unsure@x.example"]
    json.dumps(facts)


def test_nothing_ran_yet(tmp_path: Path) -> None:
    facts = status(kit.plan(tmp_path), tmp_path / "none", now=kit.utc("2026-01-19 12:00"))
    assert (facts["attention"], facts["jobs"][0]["last"], facts["jobs"][0]["runs"]) == (False, None, [])
    assert not (tmp_path / "none").exists()
    assert "Pas encore" in render(facts, "fr")


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags, self.lang, self.words = [], None, []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.lang = dict(attrs)["lang"] if tag == "html" else self.lang

    def handle_data(self, data):
        self.words.append(data)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_tells_it_in_the_language_of_the_file(story, lang: str) -> None:
    service, state = story
    page = Page(render(status(service.plan, state, now=kit.utc("2026-01-19 12:00")), lang))
    text = " ".join(page.words)
    assert (page.lang, page.tags.count("h1"), page.tags.count("main")) == (lang, 1, 1)
    assert "script" not in page.tags
    for word in (
        "Lille",
        "lost@x.example",
        "unsure@x.example",
        "550 <no> such reader",
        "the printer is away",
        "06:00",
    ):
        assert word in text
    assert "schedule." not in text
    assert not re.search(r"\{\w+\}", text)


def test_layers_that_were_not_read_are_told_apart_from_communes(tmp_path: Path) -> None:
    def runner(wanted):
        made = kit.SmallReports()(wanted)
        return ScheduledEdition(made.documents, (MissingReport("", "River flood", "the file is broken"),))

    clock = kit.TestClock("2026-01-16 05:00")
    service = kit.service(tmp_path, runner, clock)
    (run,) = service.once()
    facts = status(service.plan, tmp_path / "state", now=clock.now())
    assert run.state == "partly"
    assert facts["jobs"][0]["last"]["lacking"] == []
    assert facts["jobs"][0]["last"]["layers"] == [{"name": "River flood", "why": "the file is broken"}]
    assert "Une couche de données n&#39;a pas pu être lue" in render(facts, "fr")


def test_the_page_is_written_whole(story) -> None:
    service, state = story
    path = write_page(service.plan, state, now=kit.utc("2026-01-19 12:00"))
    assert path == state / "status.html"
    assert sorted(one.name for one in state.iterdir()) == ["state.sqlite", "status.html"]
    assert path.read_text("utf-8").rstrip().endswith("</html>")


def test_the_log_is_one_object_a_line(tmp_path: Path) -> None:
    logger = logging.getLogger("geoalarm.schedule.test")
    with journal(tmp_path):
        logger.info("first\nsecond line", extra={"job": "daily", "due": "2026"})
        try:
            raise ValueError("broken")
        except ValueError:
            logger.exception("it broke")
    logger.warning("after")
    first, second = (json.loads(line) for line in (tmp_path / FILE).read_text("utf-8").splitlines())
    assert (first["level"], first["message"], first["job"], first["due"]) == (
        "INFO",
        "first\nsecond line",
        "daily",
        "2026",
    )
    assert "ValueError: broken" in second["traceback"]
