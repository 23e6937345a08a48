"""Settings: one that names a folder means the same folder to every module, however it is written."""

import ast
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
import yaml

import geoalarm
from geoalarm.analysis import workspace
from geoalarm.analysis.scenario import read_scenario
from geoalarm.analysis.user_files.user_options import FilePart
from geoalarm.catalog import open as opening
from geoalarm.catalog import open_catalog
from geoalarm.cli import health
from geoalarm.cli.path_type import UserPath
from geoalarm.core import settings
from geoalarm.core.errors import InputError
from geoalarm.io import download_cache as cache
from geoalarm.io import mirror
from geoalarm.io.address import parse_address
from geoalarm.report import pdf
from geoalarm.schedule.plan.plan_file import read_plan

SRC = Path(geoalarm.__file__).parent
WRITTEN = {
    "~/zz": "home/zz",
    "~/zz/": "home/zz",
    "~": "home",
    "zz": "here/zz",
    "zz/": "here/zz",
    "./zz": "here/zz",
    "./~": "here/~",
    "./~/zz": "here/~/zz",
    " ~/zz ": "home/zz",
}
"""What is written, and what is meant."""


@pytest.fixture
def at(tmp_path, monkeypatch):
    """A home folder and a working folder, with no setting of the house."""
    for name in ("home", "here"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home/.cache"))
    monkeypatch.chdir(tmp_path / "here")
    for name in names():
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def names():
    return [
        value for key, value in vars(settings).items() if key.isupper() and str(value).startswith("GEOALARM_")
    ]


def everything(folder):
    """All that is in a folder, down to the last."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@pytest.mark.parametrize(("written", "meant"), WRITTEN.items())
def test_the_cache_is_one_folder(at, monkeypatch, written, meant):
    monkeypatch.setenv(settings.CACHE, written)
    wanted = at / meant
    assert settings.cache_folder() == wanted
    assert workspace.cache_dir() == wanted / "index"
    assert wanted / "sources" in cache.cached_path(parse_address("https://example.org/a.tif")).parents


def test_the_home_folder_is_one_folder_for_all_that_is_written(at, monkeypatch):
    monkeypatch.setenv(settings.CACHE, "~/zz")
    address = parse_address("https://example.org/a.tif")
    monkeypatch.setattr(cache, "_stream", lambda _: [b"bytes"])
    assert cache.fetch(address).read_bytes() == b"bytes"
    workspace.cache_dir().mkdir(parents=True)
    (at / "home/zz").rename(at / "found")
    assert everything(at / "here") == set()
    assert {path.name for path in (at / "found").iterdir()} == {"sources", "index"}


@pytest.mark.parametrize("written", ["", " ", None])
def test_empty_is_not_set(at, monkeypatch, written):
    for name in names() if written is not None else ():
        monkeypatch.setenv(name, written)
    if sys.platform == "linux":
        assert settings.cache_folder() == at / "home/.cache/geoalarm"
    assert mirror.mirror_from(None) is None
    assert settings.path_setting(settings.CATALOG) is None
    assert opening.find_catalog().name == opening.FILE_NAME
    assert settings.program_setting(settings.CHROMIUM) == ""
    assert settings.text_setting(settings.BASEMAP) == ""


@pytest.mark.parametrize(("written", "meant"), WRITTEN.items())
def test_mirror_and_catalog_are_where_they_are_said_to_be(at, monkeypatch, written, meant):
    place = at / meant
    place.mkdir(parents=True, exist_ok=True)
    monkeypatch.setenv(settings.MIRROR, written)
    assert mirror.mirror_from(None).folder == place
    if written.strip() == written:
        monkeypatch.delenv(settings.MIRROR)
        assert mirror.mirror_from(written).folder == place
    monkeypatch.setenv(settings.CATALOG, f"{written.strip().rstrip('/')}/own.yml")
    assert opening.find_catalog() == place / "own.yml"
    with pytest.raises(InputError, match=f"{place}/own.yml"):
        open_catalog()


def test_the_browser_is_a_name_or_a_place(at, monkeypatch):
    for folder in ("home", "here"):
        browser = at / folder / "bin/zz-browser"
        browser.parent.mkdir()
        browser.write_text("#!/bin/sh\n", encoding="utf-8")
        browser.chmod(0o755)
    monkeypatch.setenv("PATH", str(at / "here/bin"))
    for written, meant in {
        "~/bin/zz-browser": "home/bin/zz-browser",
        "bin/zz-browser": "here/bin/zz-browser",
        "zz-browser": "here/bin/zz-browser",
    }.items():
        monkeypatch.setenv(settings.CHROMIUM, written)
        assert pdf.find_chromium() == str(at / meant)
        assert [check.found for check in health._browser()] == [str(at / meant)]


def test_a_user_who_does_not_exist_is_refused_and_never_a_folder(at, monkeypatch):
    monkeypatch.setenv(settings.CACHE, "~nobody-of-this-name/zz")
    for ask in (
        settings.cache_folder,
        workspace.cache_dir,
        lambda: mirror.mirror_from("~nobody-of-this-name"),
    ):
        with pytest.raises(InputError, match="no user 'nobody-of-this-name'"):
            ask()
    (found,) = health._cache()
    assert (found.verdict, "no user" in found.found) == ("broken", True)
    assert everything(at / "here") == set()


def test_options_of_the_command_line_expand_what_the_shell_did_not(at):
    @click.command()
    @click.option("--out", type=UserPath())
    def ask(out):
        return out

    for written, meant in {"~/zz": at / "home/zz", "zz/": Path("zz"), "./~/zz": at / "here/~/zz"}.items():
        assert ask.main(["--out", written], standalone_mode=False) == meant
        assert settings.expand_user(ask.main([f"--out={written}"], standalone_mode=False)) == meant
    assert ask.main([], standalone_mode=False) is None
    with pytest.raises(click.BadParameter, match="empty"):
        ask.main(["--out", ""], standalone_mode=False)


def test_every_path_of_the_command_line_is_a_users_path():
    found = [path.name for path in (SRC / "cli").rglob("*.py") if "click.Path(" in path.read_text("utf-8")]
    assert found == []


def test_files_with_layers_expand_too(at):
    assert FilePart.parse("~/a.gpkg:outlines") == FilePart(at / "home/a.gpkg", "outlines")
    (at / "home/a:b.gpkg").touch()
    assert FilePart.parse("~/a:b.gpkg") == FilePart(at / "home/a:b.gpkg")


def test_paths_in_files_expand_too(at):
    facts = {
        "name": "zz",
        "catalog": "~/own.yml",
        "communes": "a",
        "population": "b",
        "footprints": [{"entry": "c"}],
        "options": {"seam": "line", "seam_line": "~/line.gpkg"},
    }
    (at / "home/zz.yml").write_text(yaml.safe_dump(facts), encoding="utf-8")
    scenario = read_scenario("~/zz.yml")
    assert (scenario.catalog, scenario.options.seam_line) == (at / "home/own.yml", at / "home/line.gpkg")
    job = {
        "name": "a",
        "cron": "@daily",
        "report": {"country": "FR", "out": "~/editions", "scenario": "~/zz.yml"},
        "deliver": [{"folder": {"path": "~/inbox"}}, {"folder": {"path": "beside", "name": "b"}}],
    }
    (at / "home/plan.yml").write_text(yaml.safe_dump({"jobs": [job]}), encoding="utf-8")
    (planned,) = read_plan("~/plan.yml").jobs
    assert (planned.report.out, planned.report.scenario) == (at / "home/editions", at / "home/zz.yml")
    assert [target.path for target in planned.deliver] == [at / "home/inbox", at / "home/beside"]


def test_the_date_of_a_rebuild(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    assert settings.source_date() == datetime(2026, 1, 1, tzinfo=UTC)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "")
    assert settings.source_date() is None
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "today")
    with pytest.raises(InputError, match="SOURCE_DATE_EPOCH"):
        settings.source_date()


ELSEWHERE = {
    "report/pdf.py": 1,  # hands the whole environment, with a home of its own, to the browser
    # logins, under names that the schedule file chooses; a password is taken as it is
    "schedule/delivery/mail.py": 3,
}
"""Uses of the environment outside ``core.settings``: none of them reads a setting of the house."""


def test_nobody_else_reads_a_setting_or_a_home_folder():
    uses, homes = {}, []
    for path in sorted(SRC.rglob("*.py")):
        name = path.relative_to(SRC).as_posix()
        if name == "core/settings.py":
            continue
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            word = (
                node.attr
                if isinstance(node, ast.Attribute)
                else node.name
                if isinstance(node, ast.alias)
                else ""
            )
            if word in ("environ", "environb", "getenv", "putenv"):
                uses[name] = uses.get(name, 0) + 1
            if word in ("expanduser", "user_cache_path", "user_cache_dir", "platformdirs"):
                homes.append(name)
    assert uses == ELSEWHERE
    assert homes == []
