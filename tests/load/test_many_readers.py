"""Many readers at once: nobody's change is lost; what one costs is printed, for the machine decides it."""

from __future__ import annotations

import asyncio
import os
import re
import runpy
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

pytestmark = pytest.mark.slow
reader = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("reader.py"))))
COUNTS = (1, 10, 40, 100)
WITHIN_S = 120
"""Far more than is needed: this is about readers who get no answer, not about speed."""
COMMAND = (
    sys.executable,
    "-m",
    "geoalarm.cli",
    "serve",
    "--port",
    "0",
    "--max-sessions",
    "120",
    "--max-requests-per-minute",
    "100000",
    "--max-sessions-per-address",
    "120",
)


@pytest.fixture(scope="module")
def server() -> Iterator[SimpleNamespace]:
    """The command itself, in a process of its own, over the embedded territory."""
    process = subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        address = re.search(r"http://\S+/explorer", process.stdout.readline())[0]
        yield SimpleNamespace(address=address, pid=process.pid)
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def processor_s(pid: int) -> float:
    """Time of the processor a process has used [s]: other work on the machine does not count."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float:
    """Memory a process holds now [MB]."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024


async def _rounds(server) -> list[SimpleNamespace]:
    await asyncio.wait_for(reader.is_open(server.address), WITHIN_S)
    await _until_idle(server.pid)
    await _first_round(server.address)
    readers: list = []
    rounds = []
    for count in COUNTS:
        before = memory_mb(server.pid)
        new = count - len(readers)
        readers += [await reader.Reader(server.address).open() for _ in range(new)]
        alone = [await readers[0].change("measure", value) for value in ("share", "people") * 5]
        used = processor_s(server.pid)
        found = await asyncio.gather(
            *(asyncio.wait_for(one.change("measure", "share"), WITHIN_S) for one in readers),
            return_exceptions=True,
        )
        used = (processor_s(server.pid) - used) / count
        await asyncio.gather(*(one.change("measure", "people") for one in readers))
        rounds.append(
            SimpleNamespace(
                count=count,
                alone=alone,
                at_once=[item for item in found if isinstance(item, float)],
                used=used,
                mb=(memory_mb(server.pid) - before) / new,
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


async def _until_idle(pid: int) -> None:
    """What is made ready behind the first page is no reader's."""
    for _ in range(WITHIN_S):
        before = processor_s(pid)
        await asyncio.sleep(1)
        if processor_s(pid) - before < 0.1:
            return


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
        await _until_idle(server.pid)
        held.append(memory_mb(server.pid))
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
