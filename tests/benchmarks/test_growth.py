"""Time and memory as the work grows: communes, cells and scenarios, each size in a process of its own, into
``growth.json`` beside this file.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROWS = Path(__file__).with_name("growth.json")
CELLS = 3_700
"""Cells of a commune: all sizes have communes of the same kind."""

MEASURE = """
import json, resource, sys, time
from dataclasses import replace
sys.path.insert(0, {folder!r})
import made_up_land as land
from geoalarm.exposure.engine import prepare
from geoalarm.exposure.lattice_index import lattice_index
from geoalarm.exposure.on_lattice import count_on_lattice

world = land.made_up("", {communes}, {side}, {side})
start = time.perf_counter()
prepared = prepare(world.population, world.communes)
lattice_index(prepared, (0, 0), world.grid.shape)
build = time.perf_counter() - start
taken = []
for _ in range(5):
    start = time.perf_counter()
    for _ in range({scenarios}):
        count_on_lattice(world.hazard, world.grid, prepared)
    taken.append(time.perf_counter() - start)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
index = world.index.weights.lines.nbytes / 2**20
print(json.dumps({{"build_s": build, "count_s": min(taken), "peak_mb": peak, "index_mb": index}}))
"""


@pytest.mark.slow
@pytest.mark.parametrize("scenarios", [1, 10])
@pytest.mark.parametrize("side", [1_000, 2_000, 4_000, 8_000])
def test_cost_as_work_grows(benchmark, side: int, scenarios: int) -> None:
    communes = side * side // CELLS
    code = MEASURE.format(folder=str(ROWS.parent), communes=communes, side=side, scenarios=scenarios)

    def measure() -> dict[str, float]:
        done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
        found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return found

    found = benchmark.pedantic(measure, rounds=1)
    size = {"communes": communes, "cells": side * side, "scenarios": scenarios}
    row = {**size, **{name: float(f"{value:.4g}") for name, value in found.items()}}
    rows = json.loads(ROWS.read_text()) if ROWS.exists() else []
    rows = [other for other in rows if any(other[name] != size[name] for name in size)] + [row]
    rows.sort(key=lambda row: (row["scenarios"], row["cells"]))
    ROWS.write_text(json.dumps(rows, indent=1) + "\n")
