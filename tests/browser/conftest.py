"""Servers in processes of their own, and pages in Debian's Chromium."""

from __future__ import annotations

import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlparse
from urllib.request import urlopen

import pytest

STARTS_WITHIN_S = 120


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser."""
    for item in items:
        if "browser" in str(item.path.parent.name):
            item.add_marker(pytest.mark.browser)


def _wait_until_open(where: str) -> None:
    """Until the page no longer tells how far the territory is: how long that takes is no test's matter."""
    started = time.monotonic()
    while b'http-equiv="refresh"' in urlopen(where, timeout=60).read():
        assert time.monotonic() - started < STARTS_WITHIN_S, f"{where} did not open"
        time.sleep(0.2)


@contextmanager
def served(world: str) -> Iterator[str]:
    """Address of the explorer over a world (``made-up`` or ``embedded``), in a process of its own that ends
    with the block.
    """
    script = Path(__file__).parent / "server.py"
    with tempfile.TemporaryFile("w+") as told:
        process = subprocess.Popen(
            [sys.executable, str(script), world], stdout=subprocess.PIPE, stderr=told, text=True
        )
        try:
            where = (
                process.stdout.readline().strip()
                if select.select([process.stdout], [], [], STARTS_WITHIN_S)[0]
                else ""
            )
            if not where.startswith("http"):
                told.seek(0)
                raise AssertionError(f"the server did not start: {told.read()[-2000:]}")
            _wait_until_open(where)
            yield where
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
            process.stdout.close()


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Address of the explorer of the made-up world."""
    with served("made-up") as where:
        yield where


@pytest.fixture(scope="session")
def embedded() -> Iterator[str]:
    """Address of the explorer of the embedded territory; every page stands beside it."""
    with served("embedded") as where:
        yield where


class Tab:
    """A page of the explorer and what went over its wires."""

    def __init__(self, browser: Any, address: str, **options: Any) -> None:
        self.address = address
        self.context = browser.new_context(
            **{
                "viewport": {"width": 1400, "height": 900},
                "locale": "en-GB",
                "accept_downloads": True,
                **options,
            }
        )
        self.page = self.context.new_page()
        self.outside: list[str] = []
        self.errors: list[str] = []
        self.bytes = 0
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on(
            "console", lambda message: self.errors.append(message.text) if message.type == "error" else None
        )
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        wire = self.context.new_cdp_session(self.page)
        wire.send("Network.enable")
        wire.on("Network.webSocketFrameReceived", self._received)

    def _asked(self, url: str) -> None:
        if urlparse(url).hostname not in (None, "", "localhost", "127.0.0.1"):
            self.outside.append(url)

    def _received(self, event: Any) -> None:
        frame = event["response"]
        self.bytes += len(frame["payloadData"]) * (3 / 4 if frame["opcode"] == 2 else 1)

    def open(self, query: str = "?lang=en") -> Tab:
        """Go there and wait until the page stands."""
        self.page.goto(self.address + query, timeout=60_000)
        self.page.wait_for_selector("#ga-wait", state="detached", timeout=60_000)
        self.page.wait_for_selector("#finding", timeout=30_000)
        return self

    def pick(self, name: str, label: str) -> None:
        """Choose from a list by its words."""
        self.page.locator(f'select[data-do="pick|{name}"]').select_option(label=label)

    def until(self, test: Any, what: str, seconds: float = 15.0) -> None:
        """Wait without eval, which the security policy of a page may forbid."""
        for _ in range(round(seconds / 0.1)):
            if test():
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"{what} did not happen within {seconds} s: {self.page.url}")

    def finding(self) -> str:
        """Title of the page in words."""
        return str(self.page.locator("#finding").inner_text())

    def cells(self, commune: str) -> list[str]:
        """Words of the row of a commune in the table."""
        row = self.page.locator(".ga-table tbody tr", has=self.page.locator(f'[data-do="select|{commune}"]'))
        return [words.strip() for words in row.locator("th, td").all_inner_texts()]


@pytest.fixture
def tab(chromium: Any, address: str) -> Iterator[Any]:
    """Opens tabs; closes them, and fails on what they asked elsewhere or told the console."""
    opened: list[Tab] = []

    def make(query: str = "?lang=en", **options: Any) -> Tab:
        opened.append(Tab(chromium, address, **options))
        return opened[-1].open(query)

    yield make
    for one in opened:
        one.context.close()
        assert one.outside == []
        assert one.errors == []
