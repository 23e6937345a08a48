"""Short visits to one server, and what they leave in its memory: ``make soak``, bounded in count and time.

Each visit opens the explorer or what-if in one of the four languages, changes something, and closes the tab;
each tenth reads a briefing too. Memory is read once nobody is there and the server is idle.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression

sys.path.insert(0, str(Path(__file__).parent))
from reader import Reader, is_open
from server_process import memory_mb, serve, until_idle

AT_ONCE = 10
EVERY = 500
WITHIN_S = 900.0
"""A visit that takes longer is lost: this is about memory, not about speed, and other work may hold it up."""
FILLED = 200
"""Visits after which what all share is made: the slope is taken from there."""
LANGUAGES = ("fr", "nl", "de", "en")
BRIEFING_EACH = 10


@dataclass(frozen=True)
class Held:
    """Memory of the server after so many visits."""

    visits: int
    mb: float
    seconds: float


async def visit(host: str, number: int) -> None:
    """One reader who comes, changes something and leaves."""
    page = "explorer" if number % 2 else "whatif"
    lang = LANGUAGES[number // 2 % len(LANGUAGES)]
    one = await Reader(f"{host}/{page}", query=f"?lang={lang}").open()
    try:
        if page == "explorer":
            await one.change("measure", "share")
        if number % BRIEFING_EACH == 0:
            await Reader(f"{host}/briefing", query=f"?commune=FR:59350&lang={lang}").ask()
    finally:
        await one.close()


async def soak(host: str, pid: int, count: int, every: int, within_s: float) -> list[Held]:
    """Memory after each ``every`` visits, until all were made or the time is over."""
    await asyncio.wait_for(is_open(f"{host}/explorer"), WITHIN_S)
    begun, held = time.monotonic(), []
    for done in range(0, count, AT_ONCE):
        numbers = range(done, min(done + AT_ONCE, count))
        await asyncio.gather(*(asyncio.wait_for(visit(host, number), WITHIN_S) for number in numbers))
        seconds = time.monotonic() - begun
        if numbers.stop % every == 0 or numbers.stop == count or seconds > within_s:
            await until_idle(pid)
            held.append(Held(numbers.stop, memory_mb(pid), seconds))
            sys.stdout.write(row(held[-1]) + "\n")
            sys.stdout.flush()
        if seconds > within_s:
            break
    return held


def row(one: Held) -> str:
    """A row of the table in docs/serve.md."""
    return f"| {one.visits} | {one.mb:.0f} MB | {one.seconds / 60:.1f} min |"


def slope_kb(held: list[Held]) -> float:
    """What a visit leaves behind, of those after the first ones [kB]; NaN of fewer than two readings."""
    later = [one for one in held if one.visits >= min(FILLED, held[-1].visits)]
    if len(later) < 2:
        return float("nan")
    return 1024 * linear_regression([one.visits for one in later], [one.mb for one in later]).slope


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int, nargs="?", default=2000, help="short visits")
    parser.add_argument("--every", type=int, default=EVERY, help="visits between two readings")
    parser.add_argument("--minutes", type=float, default=180, help="stops after so long")
    given = parser.parse_args()
    with serve() as server:
        sys.stdout.write("| short visits | memory | since the first |\n|---|---|---|\n")
        held = asyncio.run(soak(server.host, server.pid, given.count, given.every, 60 * given.minutes))
    sys.stdout.write(f"a visit leaves {slope_kb(held):.1f} kB (visits after the first {FILLED})\n")


if __name__ == "__main__":
    main()
