"""What all tests share: where the real data are, and a cache that is not the user's."""

from __future__ import annotations

import gc
import os
import runpy
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]
REAL = ROOT.parent / "shared" / "data"
CHROMIUM = os.environ.get("GEOALARM_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
]

LONGEST = ("test_report_whole_zone", "test_demo_rebuild", "test_many_readers", "test_door")

gc.disable()  # until all is imported, see pytest_collection_finish
settings.register_profile(
    "geoalarm", deadline=None, max_examples=40, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("geoalarm")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data of the zone; the test is skipped where it is absent."""
    if not REAL.is_dir():
        pytest.skip(
            f"the real data of the zone are not beside this checkout ({REAL.name} folder expected next to "
            f"the project)"
        )
    return REAL


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    base = tmp_path_factory.getbasetemp()
    cache = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "cache"
    cache.mkdir(exist_ok=True)
    os.environ["GEOALARM_CACHE"] = str(cache)


@pytest.fixture(scope="session")
def made_up() -> object:
    """What the explorer's sessions share, for the made-up world of ``geoalarm.testing``."""
    return runpy.run_path(str(ROOT / "tests" / "made_up.py"))["shared"]()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A browser; the test is skipped where there is none."""
    if CHROMIUM is None:
        pytest.skip("no Chromium found: install Debian's chromium, or name one in GEOALARM_CHROMIUM")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take minutes come first: of two processes none is left alone with one of them."""
    items.sort(key=lambda item: item.path.stem not in LONGEST)


def pytest_collection_finish() -> None:
    """Half a million objects of the imported libraries live to the end: the collector need not walk them."""
    gc.collect()
    gc.freeze()
    gc.enable()
