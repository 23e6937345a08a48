"""The command ``geoalarm serve`` in a process of its own over the embedded territory, and what it costs."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

IDLE_WITHIN_S = 120
MANY = "100000"
COMMAND = (sys.executable, "-m", "geoalarm.cli", "serve", "--port", "0")
BOUNDS = ("--max-sessions", "120", "--max-sessions-per-address", "120", "--max-requests-per-minute", MANY)
"""All readers of a test come from one address, and more often than people do."""


@dataclass(frozen=True)
class ServerProcess:
    """A server that answers."""

    address: str
    pid: int

    @property
    def host(self) -> str:
        """Its address without a page."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"


@contextmanager
def serve(*options: str) -> Iterator[ServerProcess]:
    """The server, stopped at the end."""
    process = subprocess.Popen(
        (*COMMAND, *BOUNDS, *options), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    try:
        found = re.search(r"http://\S+/explorer", process.stdout.readline())
        assert found, "the server did not start"
        yield ServerProcess(found[0], process.pid)
    finally:
        process.terminate()
        process.wait(120)
        process.stdout.close()


def processor_s(pid: int) -> float:
    """Time of the processor a process has used [s]: other work on the machine does not count."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float:
    """Memory a process holds now [MB]."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) / 1024


async def until_idle(pid: int) -> None:
    """Wait until the server does nothing: what is made ready behind the first page is no reader's."""
    for _ in range(IDLE_WITHIN_S):
        before = processor_s(pid)
        await asyncio.sleep(1)
        if processor_s(pid) - before < 0.1:
            return
