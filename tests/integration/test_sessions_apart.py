"""Readers of one process are strangers: what one does reaches no other, and a closed tab leaves nothing."""

from __future__ import annotations

import asyncio
import runpy
from pathlib import Path
from types import SimpleNamespace

import panel as pn
import pytest

from geoalarm.app.server import serve

pytestmark = pytest.mark.slow
reader = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "load" / "reader.py")))
ACTIONS = (
    ("pick", "measure|share"),
    ("pick", "hazard|flood"),
    ("sort", "name"),
    ("search", "a"),
    ("zoom", "in"),
    ("pan", "left"),
    ("scheme", "dark"),
    ("download", "csv"),
    ("clear", ""),
)
"""What a reader can do on the explorer."""


def global_watchers() -> int:
    """How many follow a state of the whole process: each of them is called for what any reader does."""
    shared = (pn.state, pn.config, pn.state.param, pn.config.param)
    return sum(
        len(watchers)
        for one in shared[:2]
        for kinds in one.param.watchers.values()
        for watchers in kinds.values()
    )


@pytest.fixture(scope="module")
def apart(made_up):
    """What three readers heard and what changed for them while one of them acted; then all tabs closed."""

    async def run() -> SimpleNamespace:
        told: list[str] = []
        server = serve(0, scenario=made_up, start=False, announce=told.append)
        try:
            return await _watched(server, told[0])
        finally:
            server.stop()

    return reader.in_own_loop(run(), 120)


async def _watched(server, address: str) -> SimpleNamespace:
    await reader.is_open(address)
    first = await reader.Reader(address).open()
    before = global_watchers()
    others = [await reader.Reader(address).open() for _ in range(2)]
    after = global_watchers()
    documents = [session.document for session in server.get_sessions("/explorer") if session.connection_count]
    changed, heard = [], []
    ears = [asyncio.ensure_future(_ear(other, heard)) for other in others]
    await asyncio.sleep(0.3)
    heard.clear()  # what their own opening still brought
    for document in documents[1:]:
        document.on_change(lambda event: changed.append(event))
    for what, value in ACTIONS:
        await first.say(what, value)
    await first.change("measure", "people")
    await asyncio.sleep(0.3)
    for ear in ears:
        ear.cancel()
    await asyncio.gather(*ears, return_exceptions=True)
    for one in (first, *others):
        await one.close()
    return SimpleNamespace(count=len(documents), watchers=(before, after), changed=changed, heard=heard)


async def _ear(other, heard: list) -> None:
    while True:
        heard.append(await other.hear())


def test_what_one_reader_does_reaches_no_other(apart):
    assert apart.count == 3
    assert [message.content[:200] for message in apart.heard] == []
    assert apart.changed == []


def test_a_session_follows_nothing_of_the_whole_process(apart):
    before, after = apart.watchers
    assert after == before
