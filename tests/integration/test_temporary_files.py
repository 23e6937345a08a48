"""What readers lay down with the server is gone with it; after a kill, at the next start."""

from __future__ import annotations

import asyncio
import os
import re
import runpy
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

pytestmark = pytest.mark.slow
reader = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "load" / "reader.py")))
HEAD = "jurisdiction,substance,effect,exposure_min,value,unit,meaning,source,verified"
ROWS = [
    f"FR,chlorine,{name},60,{value},ppm,,test,D" for name, value in (("SEI", 20), ("SEL", 200), ("SELS", 300))
]
TABLE = "\n".join([HEAD, *ROWS, ""])


@contextmanager
def served(disk: Path, here: Path, *words: str) -> Iterator[SimpleNamespace]:
    """The command in a process of its own, its temporary files in ``here/tmp``."""
    (here / "tmp").mkdir(exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "geoalarm.cli",
        "serve",
        "--port",
        "0",
        "--scenario",
        disk / "scenario.yml",
    ]
    process = subprocess.Popen(
        [*map(str, command), *words],
        env={**os.environ, "TMPDIR": str(here / "tmp"), "GEOALARM_CACHE": str(here / "cache")},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        address = re.search(r"http://\S+/explorer", process.stdout.readline())[0]
        yield SimpleNamespace(process=process, whatif=address.replace("explorer", "whatif"))
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def uploads(here: Path) -> list[str]:
    return [path.name for path in (here / "tmp").rglob("*.csv")]


async def _stop_with_an_upload(server: SimpleNamespace, here: Path, sign: signal.Signals) -> int:
    """Lay down a file, tell the server to end while the page is open; its exit code."""
    await reader.is_open(server.whatif)
    page = await reader.Reader(server.whatif).open()
    await page.say("file", f"rings.csv|{len(TABLE)}|{TABLE}")
    while not uploads(here):
        await asyncio.sleep(0.05)
    server.process.send_signal(sign)
    code = await asyncio.to_thread(server.process.wait, 30)
    await page.close()
    return code


def test_uploads_go_with_the_server_and_after_a_kill_at_the_next_start(disk: Path, tmp_path: Path) -> None:
    with served(disk, tmp_path) as killed:
        assert reader.in_own_loop(_stop_with_an_upload(killed, tmp_path, signal.SIGKILL), 120) == -9
    assert uploads(tmp_path) == ["rings.csv"]
    with served(disk, tmp_path) as server:
        assert uploads(tmp_path) == []
        assert reader.in_own_loop(_stop_with_an_upload(server, tmp_path, signal.SIGTERM), 120) == 0
    assert list((tmp_path / "tmp").iterdir()) == []


def test_uploads_go_with_the_processes_behind_one_port(disk: Path, tmp_path: Path) -> None:
    with served(disk, tmp_path, "--workers", "2") as server:
        assert reader.in_own_loop(_stop_with_an_upload(server, tmp_path, signal.SIGINT), 120) == 0
    assert list((tmp_path / "tmp").iterdir()) == []
