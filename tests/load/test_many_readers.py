"""Many readers at once: nobody's change is lost; what one costs is printed, for the machine decides it."""

from __future__ import annotations

import asyncio
import runpy
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytestmark = pytest.mark.slow
reader, process = (
    SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name(name))))
    for name in ("reader.py", "server_process.py")
)
COUNTS = (1, 10, 40, 100)
WITHIN_S = 120
"""Far more than is needed: this is about readers who get no answer, not about speed."""


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    """The command itself, in a process of its own, over the embedded territory."""
    with process.serve() as running:
        yield running


async def _rounds(server) -> list[SimpleNamespace]:
    await asyncio.wait_for(reader.is_open(server.address), WITHIN_S)
    await process.until_idle(server.pid)
    await _first_round(server.address)
    readers: list = []
    rounds = []
    for count in COUNTS:
        before = process.memory_mb(server.pid)
        new = count - len(readers)
        readers += [await reader.Reader(server.address).open() for _ in range(new)]
        alone = [await readers[0].change("measure", value) for value in ("share", "people") * 5]
        used = process.processor_s(server.pid)
        found = await asyncio.gather(
            *(asyncio.wait_for(one.change("measure", "share"), WITHIN_S) for one in readers),
            return_exceptions=True,
        )
        used = (process.processor_s(server.pid) - used) / count
        await asyncio.gather(*(one.change("measure", "people") for one in readers))
        rounds.append(
            SimpleNamespace(
                count=count,
                alone=alone,
                at_once=[item for item in found if isinstance(item, float)],
                used=used,
                mb=(process.memory_mb(server.pid) - before) / new,
            )
        )
    for one in readers:
        await one.close()
    return rounds


async def _first_round(address: str) -> None:
    """What one reader's choice makes ready for all who choose the same: it is in no round's figures."""
    first = await reader.Reader(address).open()
    for value in ("share", "people"):
        await first.change("measure", value)
    await first.close()


HEAD = "| open | a change, median | p90 | all at once, last answer | processor a change | MB a page |"


def _table(rounds: list[SimpleNamespace]) -> str:
    """What was measured, as the table of docs/serve.md."""
    rows = [HEAD]
    for one in rounds:
        p90 = sorted(one.alone)[int(0.9 * (len(one.alone) - 1))]
        rows.append(
            f"| {one.count} | {1000 * statistics.median(one.alone):.0f} ms | {1000 * p90:.0f} ms "
            f"| {max(one.at_once):.1f} s | {1000 * one.used:.0f} ms | {one.mb:.1f} |"
        )
    median = {one.count: statistics.median(one.alone) for one in rounds}
    return "\n".join(["", *rows, f"40 : 1 open pages: {median[40] / median[1]:.2f}", ""])


def test_forty_changes_at_once_and_none_is_lost(server, capsys):
    rounds = reader.in_own_loop(_rounds(server))
    with capsys.disabled():
        sys.stdout.write(_table(rounds))
    assert [len(one.at_once) for one in rounds] == list(COUNTS)


CLICKS = 30
BETWEEN_S = 0.3
"""Between two clicks of the third reader [s]."""
ACCIDENTS = ("weathers", "fireball", "pipeline")


async def _accidents(address: str, over: asyncio.Event) -> int:
    """One reader who has accidents computed, one after another; how many were."""
    one, done = await reader.Reader(address.replace("explorer", "whatif")).open(), 0
    while not over.is_set():
        await one.say("example", ACCIDENTS[done % len(ACCIDENTS)])
        await one.until(lambda message: "Calculated." in message.content)
        done += 1
    await one.close()
    return done


async def _openings(address: str, over: asyncio.Event) -> int:
    """One reader who opens one page after another; how many were built."""
    done = 0
    while not over.is_set():
        await (await reader.Reader(address).open()).close()
        done += 1
    return done


async def _third_reader(server) -> SimpleNamespace:
    await asyncio.wait_for(reader.is_open(server.address), WITHIN_S)
    await process.until_idle(server.pid)
    await _first_round(server.address)
    third, over = await reader.Reader(server.address).open(), asyncio.Event()
    others = [asyncio.ensure_future(work(server.address, over)) for work in (_accidents, _openings)]
    waits = []
    for click in range(CLICKS):
        await asyncio.sleep(BETWEEN_S)
        change = third.change("measure", ("share", "people")[click % 2])
        waits.append(await asyncio.wait_for(change, WITHIN_S))
    over.set()
    accidents, pages = await asyncio.gather(*(asyncio.wait_for(one, WITHIN_S) for one in others))
    await third.close()
    return SimpleNamespace(waits=sorted(waits), accidents=accidents, pages=pages)


def test_a_third_reader_is_answered_while_an_accident_is_computed_and_a_page_built(server, capsys):
    found = reader.in_own_loop(_third_reader(server))
    with capsys.disabled():
        sys.stdout.write(
            f"\nbeside {found.accidents} accidents and {found.pages} pages being made: a change, median "
            f"{1000 * statistics.median(found.waits):.0f} ms, p90 "
            f"{1000 * found.waits[int(0.9 * (CLICKS - 1))]:.0f} ms\n"
        )
    assert len(found.waits) == CLICKS
    assert min(found.accidents, found.pages) > 1, "nothing was made meanwhile"


SOAK = 40
"""Short visits: enough to tell what each leaves behind from what the first ones fill."""
FILLED = 10
LEFT_MB = 0.5
"""A page takes some megabytes: half a megabyte a visit that stays would be a leak."""


async def _visits(server) -> list[float]:
    """Memory of the server after each ten readers who came, chose and left [MB]."""
    held = []
    for _ in range(SOAK // 10):
        await asyncio.gather(*(_visit(server.address) for _ in range(10)))
        await process.until_idle(server.pid)
        held.append(process.memory_mb(server.pid))
    return held


async def _visit(address: str) -> None:
    one = await reader.Reader(address).open()
    await asyncio.wait_for(one.change("measure", "share"), WITHIN_S)
    await one.close()


def test_readers_who_left_leave_nothing_behind(server, capsys):
    held = reader.in_own_loop(_visits(server))
    filled = held[FILLED // 10 :]
    with capsys.disabled():
        sys.stdout.write(f"\nmemory after each ten visits [MB]: {[round(one) for one in held]}\n")
    assert (filled[-1] - filled[0]) / (10 * (len(filled) - 1)) < LEFT_MB
