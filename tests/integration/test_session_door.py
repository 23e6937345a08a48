"""When a session begins and ends: not with a plain request, not beyond the bounds, and not after its tab."""

from __future__ import annotations

import asyncio
import gc
import runpy
import time
import weakref
from pathlib import Path
from types import SimpleNamespace

import pytest

from geoalarm.app import server as app_server
from geoalarm.core.terms import LANGUAGES

pytestmark = pytest.mark.slow
reader = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "load" / "reader.py")))
FREED_WITHIN_S = 30


def sessions(server) -> list:
    return server.get_sessions()


@pytest.fixture(scope="module")
def seen(made_up):
    """What a server with two places tells those who come, knock only, or leave."""

    async def run() -> SimpleNamespace:
        options = app_server.ServerOptions(max_sessions=2, max_sessions_per_address=2)
        told: list[str] = []
        server = app_server.serve(0, scenario=made_up, options=options, start=False, announce=told.append)
        try:
            return await _seen(server, told[0].removesuffix("/explorer"))
        finally:
            server.stop()

    return reader.in_own_loop(run(), 120)


async def _seen(server, address: str) -> SimpleNamespace:
    await reader.is_open(f"{address}/explorer")
    for page in ("explorer", "whatif", "briefing", "explorer/autoload.js?bokeh-autoload-element=x"):
        for _ in range(5):
            await reader.Reader(f"{address}/{page}", query="").ask()
    knocked = len(sessions(server))
    readers = [await reader.Reader(f"{address}/explorer").open() for _ in range(2)]
    documents = [weakref.ref(session.document) for session in sessions(server)]
    refused = {lang: await _refused(address, lang) for lang in LANGUAGES}
    late = reader.Reader(f"{address}/explorer")
    late.page = readers[0].page  # its token is good: only the bound stands in the way
    closed = await _closes(late)
    for one in readers:
        await one.close()
    left = time.monotonic()
    while sessions(server) and time.monotonic() - left < FREED_WITHIN_S:
        await asyncio.sleep(0.5)
    freed = time.monotonic() - left
    again = await reader.Reader(f"{address}/explorer").ask()
    return SimpleNamespace(
        knocked=knocked, refused=refused, closed=closed, freed=freed, left=len(sessions(server)), again=again,
        documents=documents,
    )  # fmt: skip


async def _refused(address: str, lang: str):
    one = reader.Reader(f"{address}/explorer", query=f"?lang={lang}&commune=FR:1")
    await one.ask()
    return one


async def _closes(one) -> bool:
    try:
        await one.connect()
    except ConnectionError:
        return True
    finally:
        await one.close()
    return False


def test_a_plain_request_leaves_no_session(seen):
    assert seen.knocked == 0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_who_finds_no_room_is_told_so_in_their_language(seen, lang):
    page = seen.refused[lang]
    assert page.status == 503
    assert page.answer_headers["Retry-After"] == "30"
    assert "Content-Security-Policy" in page.answer_headers
    assert f'<html lang="{lang}"' in page.page
    assert f'href="briefing?lang={lang}&amp;commune=FR:1"' in page.page
    assert '"token"' not in page.page


def test_a_websocket_beyond_the_bound_is_closed(seen):
    assert seen.closed


def test_a_closed_tab_gives_everything_back(seen):
    assert seen.left == 0
    assert seen.freed < FREED_WITHIN_S
    assert seen.again == 200
    gc.collect()
    # a clock of Panel, started once by the first session of a process, keeps that one document
    assert [document() for document in seen.documents[1:]] == [None]
