"""Names from files reach a terminal as text."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import pytest
import yaml

from geoalarm.cli.terminal import people
from geoalarm.cli.terminal_text import PlainFormatter, plain

EVIL = "Flood\x1b[2J\x1b]0;owned\x07 \u202egnp.exe\r"


def test_plain_keeps_letters_and_lines_only() -> None:
    assert plain(EVIL) == "Flood[2J]0;owned gnp.exe"
    assert plain("Übersee\tŁódź\n") == "Übersee\tŁódź\n"
    record = logging.LogRecord("a", logging.WARNING, "", 1, EVIL, None, None)
    assert "\x1b" not in PlainFormatter("%(message)s").format(record)


def test_a_name_of_a_catalog_moves_no_cursor(call, disk: Path, tmp_path: Path) -> None:
    shutil.copytree(disk, tmp_path / "own")
    path = tmp_path / "own" / "catalog.yml"
    facts = yaml.safe_load(path.read_text("utf-8"))
    facts["sources"]["demo_rings"]["metadata"].update(title=EVIL, scenario=EVIL)
    path.write_text(yaml.safe_dump(facts), "utf-8")
    listed = call("catalog", "list", "--catalog", path)
    ran = call("run", tmp_path / "own" / "scenario.yml", "--out", "out")
    for done in (listed, ran):
        assert done.exit_code == 0, done.output
        assert not set(done.output) & set("\x1b\x07\u202e\r")


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "file:///etc/x"]
)
def test_an_address_that_runs_is_refused(call, disk: Path, tmp_path: Path, url: str) -> None:
    facts = yaml.safe_load((disk / "catalog.yml").read_text("utf-8"))
    facts["sources"]["demo_rings"]["metadata"]["url"] = url
    (tmp_path / "catalog.yml").write_text(yaml.safe_dump(facts), "utf-8")
    done = call("catalog", "check", "--catalog", tmp_path / "catalog.yml")
    assert done.exit_code == 2
    assert "is no address of a page; use https://" in done.output


def test_a_rest_of_rounding_below_zero_is_no_people() -> None:
    """What is not known was printed as -0."""
    assert [people(value) for value in (-0.2, 0.0, 1234.4, None)] == ["0", "0", "1 234", "-"]
