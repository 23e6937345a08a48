"""The rest of the command line: help, version, catalog, doctor, serve."""

import json
import logging

import pytest

from geoalarm import __version__
from geoalarm.cli import COMMANDS, health, main


def test_version_and_help(call):
    assert call("--version").stdout == f"geoalarm, version {__version__}\n"
    shown = call("--help").stdout
    assert all(name in shown for name in COMMANDS)
    assert "Exit code" in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(call, name):
    answer = call(name, "--help")
    assert answer.exit_code == 0
    assert answer.stdout.startswith(f"Usage: geoalarm {name}")
    assert max(map(len, answer.stdout.splitlines())) <= 150


def test_every_option_has_a_help(call):
    for name in COMMANDS:
        command = main.get_command(None, name)
        for one in getattr(command, "commands", {"": command}).values():
            for option in one.params:
                assert option.param_type_name == "argument" or option.help, f"{name} {option.name}"


def test_catalog_list_show_and_check(call, disk):
    listed = call("catalog", "list", "--catalog", disk / "catalog.yml")
    assert listed.stdout.splitlines()[0].split() == ["name", "role", "hazard", "countries", "basis", "title"]
    assert len(listed.stdout.splitlines()) == 1 + 6
    facts = json.loads(
        call("catalog", "show", "demo_flood", "--json", "--catalog", disk / "catalog.yml").stdout
    )
    assert facts["units"] == "m"
    assert facts["parameters"]["return_period"]["allowed"] == [10, 100, 1000]
    assert (
        "licence: CC0-1.0" in call("catalog", "show", "demo_flood", "--catalog", disk / "catalog.yml").stdout
    )
    assert call("catalog", "check", "--catalog", disk / "catalog.yml").stdout.startswith("8 layers opened")


def test_a_mirror_serves_the_entries_and_is_forgotten_afterwards(call, disk, tmp_path, monkeypatch):
    monkeypatch.delenv("GEOALARM_MIRROR", raising=False)
    (tmp_path / "mirror").mkdir()
    assert (
        call("--mirror", tmp_path / "mirror", "catalog", "list", "--catalog", disk / "catalog.yml").exit_code
        == 0
    )
    import os

    assert "GEOALARM_MIRROR" not in os.environ


def test_all_faults_of_a_catalog_come_at_once(call, disk, tmp_path):
    (tmp_path / "catalog.yml").write_text((disk / "catalog.yml").read_text("utf-8"), encoding="utf-8")
    answer = call("catalog", "check", "--catalog", "catalog.yml")
    assert answer.exit_code == 2
    assert answer.stderr.count("  - entry demo_") == 8


def test_logging_is_configured_only_here(call, disk):
    logger = logging.getLogger("geoalarm")
    for words, level in (
        (["-v"], logging.INFO),
        (["-vv"], logging.DEBUG),
        (["-q"], logging.ERROR),
        ([], logging.WARNING),
    ):
        call(*words, "catalog", "list", "--catalog", disk / "catalog.yml")
        assert logger.level == level


def test_doctor_says_what_is_broken_and_fails(call, monkeypatch):
    made = [
        health.Check("python", "ok", "3.12"),
        health.Check("browser", "missing", "none", "install one"),
        health.Check("cache", "broken", "full", "empty it"),
    ]
    monkeypatch.setattr(health, "check_health", lambda scenario: made)
    answer = call("doctor")
    assert answer.exit_code == 1
    assert "BROKEN  cache" in answer.stdout
    assert "-> empty it" in answer.stdout
    assert answer.stdout.endswith("broken: cache\n")
    monkeypatch.setattr(health, "check_health", lambda scenario: made[:2])
    assert call("doctor").exit_code == 0
    assert json.loads(call("doctor", "--json").stdout)[1] == {
        "name": "browser",
        "verdict": "missing",
        "found": "none",
        "hint": "install one",
    }


def test_this_machine_is_fit(call):
    checks = {check.name: check for check in health.check_health()}
    assert {
        "python",
        "libraries",
        "GDAL drivers",
        "PROJ",
        "datum shift of EPSG:31370",
        "cache",
        "catalog",
        "embedded territory",
    } <= set(checks)
    for name in ("python", "libraries", "GDAL drivers", "PROJ", "datum shift of EPSG:31370", "cache"):
        assert checks[name].verdict == "ok", checks[name]


def test_a_cache_that_cannot_be_written_is_found(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GEOALARM_CACHE", str(tmp_path / "file"))
    assert [check.verdict for check in health._cache()] == ["broken"]


def test_a_changed_file_of_the_territory_is_found(tmp_path):
    (tmp_path / "a.tif").write_bytes(b"1")
    (tmp_path / "manifest.json").write_text(json.dumps({"files": {"a.tif": {"sha256": "0" * 64}}}))
    assert health._tried("x", lambda: health._hashed(tmp_path), hint="build it").verdict == "broken"
    good = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"
    (tmp_path / "manifest.json").write_text(json.dumps({"files": {"a.tif": {"sha256": good}}}))
    assert health._hashed(tmp_path) == "1 files as built"
