"""The coverage index and the counting of a scenario against their peers, as ratios within one run.

Each figure is a row {name, size, value, unit, target, met} of ``results.json`` beside this file; a target
that is missed stands there with its value. No time is asserted.

Sizes: S is 2,500 communes on 3,600 by 2,600 cells of 100 m; M, marked slow, 6,000 on 12,000 by 8,000; L,
where there is the memory for it, 35,800 on 10,000 by 10,000.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from made_up_land import BOUNDS, CELL, SIZES, World, flood, made_up

from geoalarm.exposure.engine import expose
from geoalarm.exposure.lattice_index import lattice_index
from geoalarm.exposure.on_lattice import count_on_lattice
from geoalarm.exposure.people_sample import PeopleSample, centimetres
from geoalarm.geo import compiled_kernels, kernels
from geoalarm.geo.lattice_rings import LatticeRings
from geoalarm.geo.zonal import coverage

BATCH = 8
RESULTS = Path(__file__).with_name("results.json")
ENOUGH_MEMORY = 15e9
"""Free memory in which the large size has its place, beside what exactextract needs [bytes]."""


def free_memory() -> float:
    """What a new process may take, as Linux estimates it; nothing where it does not say [bytes]."""
    told = Path("/proc/meminfo")
    lines = told.read_text().splitlines() if told.exists() else []
    return sum(float(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))


slow = pytest.mark.slow
large = pytest.mark.skipif(free_memory() < ENOUGH_MEMORY, reason="the large size needs 15 GB of free memory")
sizes = pytest.mark.parametrize(
    "world",
    ["S", pytest.param("M", marks=slow), pytest.param("L", marks=[slow, large])],
    indirect=True,
    scope="module",
)


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest) -> World:
    return made_up(request.param, *SIZES[request.param])


@pytest.fixture(scope="module")
def figures() -> Callable[..., None]:
    """Takes rows, and writes each at once: what a run that is stopped has measured stays."""

    def add(
        name: str, size: str, value: float, *, unit: str = "x", least: float = 0, most: float = 0
    ) -> None:
        met = bool(value >= least if least else value <= most) if least or most else None
        target = f">= {least:g}" if least else f"<= {most:g}" if most else ""
        factor = least / value if least else value / (most or 1)
        short = f", missed by a factor of {factor:.3g}" if met is False else ""
        print(f"\n{name}, {size}: {value:.4g} {unit} (target {target or 'none'}){short}")  # noqa: T201
        told = {"name": name, "size": size, "value": float(f"{value:.4g}"), "unit": unit}
        write_row({**told, "target": target, "met": met})

    return add


def write_row(row: dict[str, Any]) -> None:
    """A row in the place of that of an earlier run."""
    rows = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    rows = [old for old in rows if (old["name"], old["size"]) != (row["name"], row["size"])] + [row]
    rows.sort(key=lambda row: (row["name"], "SML".index(row["size"])))
    RESULTS.write_text(json.dumps(rows, indent=1) + "\n")


def seconds(work: Callable[[], object], rounds: int = 5) -> float:
    """Shortest of some rounds."""
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def exactextract(world: World, rasters: list[np.ndarray], operations: list[str], *, weighted: bool) -> Any:
    """Its answer for some rasters in one call; weighted by people."""
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource

    west, south, east, north = world.grid.bounds
    place = {"xmin": west, "ymin": south, "xmax": east, "ymax": north, "srs_wkt": world.frame.crs.to_wkt()}
    sources = [NumPyRasterSource(values, name=f"r{n}", **place) for n, values in enumerate(rasters)]
    people = NumPyRasterSource(world.population.data.to_numpy(), name="people", **place)
    more = {"weights": people} if weighted else {}
    return exact_extract(sources, world.frame, operations, output="pandas", **more)


def class_codes(values: np.ndarray) -> np.ndarray:
    return np.digitize(values, BOUNDS).astype("uint8")


@sizes
def test_the_index_against_coverage_of_exactextract(benchmark, world: World, figures) -> None:
    kernels.compiler()
    ones = np.broadcast_to(np.uint8(1), world.grid.shape)
    rounds = 2 if world.size == "S" else 1
    theirs = seconds(lambda: exactextract(world, [ones], ["cell_id", "coverage"], weighted=False), rounds)
    ours = seconds(lambda: benchmark.pedantic(coverage, args=(world.frame, world.grid), rounds=1), 1)
    ours = min(ours, seconds(lambda: coverage(world.frame, world.grid), 3))
    least = 8 if world.size == "L" else 10
    figures("index build against exactextract's coverage output", world.size, theirs / ours, least=least)


@sizes
def test_fractions_against_geos(world: World, figures, benchmark) -> None:
    """The first three communes, cell by cell; and the area of all of them."""
    rings = LatticeRings.of(world.frame.geometry.to_numpy(), world.grid)
    found = benchmark.pedantic(
        kernels.covered_cells, args=(rings, world.grid.shape), kwargs={"speck": 1e-12}, rounds=1
    )
    worst = 0.0
    for n in range(3):
        part = slice(found.starts[n], found.starts[n + 1])
        row, column = np.divmod(found.cells[part], world.grid.shape[1])
        left, top = world.grid.x_edges[column], world.grid.y_edges[row]
        cells = shapely.box(left, top - CELL, left + CELL, top)
        true = shapely.area(shapely.intersection(world.frame.geometry.iloc[n], cells)) / CELL**2
        worst = max(worst, float(np.abs(true - found.shares[part]).max()))
    figures("coverage fractions against GEOS", world.size, worst, unit="of a cell", most=1e-10)
    assert worst <= 1e-10
    area = np.add.reduceat(found.shares, found.starts[:-1]) * CELL**2
    lost = np.abs(area / world.frame.area.to_numpy() - 1).max()
    figures("area of communes conserved", world.size, lost, unit="of the area", most=1e-9)
    assert lost <= 1e-9


@sizes
def test_a_scenario_against_exactextract(
    benchmark, world: World, figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People and area of four classes, known area and people not known; one thread. Exactextract gives the
    shares of each class, by area and by people.
    """
    monkeypatch.setattr(compiled_kernels, "thread_count", lambda: 1)
    rounds = 3 if world.size == "S" else 1

    def count() -> object:
        return count_on_lattice(world.hazard, world.grid, world.prepared)

    benchmark.pedantic(count, rounds=3)
    codes, asked = class_codes(world.hazard.data.to_numpy()), ["frac", "weighted_frac"]
    ours = seconds(count, 15)
    one_by_one = seconds(lambda: exactextract(world, [codes], asked, weighted=True), rounds)
    batched = seconds(lambda: exactextract(world, [codes] * BATCH, asked, weighted=True), rounds) / BATCH
    ours = min(ours, seconds(count, 15))
    figures("a scenario against exactextract, one by one", world.size, one_by_one / ours, least=250)
    figures("a scenario against exactextract, batched", world.size, batched / ours, least=60)
    ragged = flood(ragged_depths(world))
    worst = seconds(lambda: count_on_lattice(ragged, world.grid, world.prepared))
    figures("a scenario without order against exactextract, one by one", world.size, one_by_one / worst)
    table = seconds(
        lambda: expose(world.hazard, world.population, world.communes, prepared=world.prepared), 9
    )
    figures("the whole table against its counts", world.size, table / min(ours, seconds(count, 9)), most=2)


def ragged_depths(world: World) -> np.ndarray:
    """The worst there is for blocks: a tenth of the cells wet, each at random."""
    values = np.random.default_rng(2).random(world.grid.shape, "float32")
    return np.where(values < 0.1, values * 40, np.float32(0))


@sizes
def test_an_index_from_disk_against_building_it(benchmark, world: World, figures, tmp_path: Path) -> None:
    """What a second process waits for."""

    def index(cache: Path | None) -> object:
        return lattice_index(replace(world.prepared, cache=cache), (0, 0), world.grid.shape)

    built = seconds(lambda: index(None), 1)
    index(tmp_path)
    benchmark.pedantic(index, args=(tmp_path,), rounds=1)
    figures(
        "index of counting, built against read from disk",
        world.size,
        built / seconds(lambda: index(tmp_path), 3),
    )
    covered = seconds(lambda: coverage(world.frame, world.grid), 1)
    figures("index of counting, built against its covered fractions", world.size, built / covered)


def cell_centres(world: World) -> np.ndarray:
    """What CLIMADA does: each cell that has people belongs to the commune of its centre, whole."""
    people = world.population.data.to_numpy().ravel()
    lived_in = np.flatnonzero(people)
    owner = owner_of_centres(world)[lived_in]
    code = np.digitize(world.hazard.data.to_numpy().ravel()[lived_in], BOUNDS)
    flat = owner * (len(BOUNDS) + 1) + code
    return np.bincount(flat, weights=people[lived_in], minlength=len(world.frame) * (len(BOUNDS) + 1))


_OWNERS: dict[str, np.ndarray] = {}


def owner_of_centres(world: World) -> np.ndarray:
    if world.size not in _OWNERS:
        from rasterio.features import rasterize

        shapes = ((shape, n) for n, shape in enumerate(world.frame.geometry))
        _OWNERS[world.size] = rasterize(
            shapes, out_shape=world.grid.shape, transform=world.grid.transform, dtype="int32"
        ).ravel()
    return _OWNERS[world.size]


@sizes
def test_people_only_against_streaming(
    benchmark, world: World, figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled_kernels, "thread_count", lambda: 1)
    values, index = world.hazard.data.to_numpy().ravel(), world.index.of_people
    asked = (values, np.array(BOUNDS), None, index)
    ours = seconds(lambda: kernels.sums_above(*asked), 25)
    benchmark.pedantic(kernels.sums_above, args=asked, rounds=5)
    naive = seconds(lambda: cell_centres(world), 3)
    figures("people only against cell centres in NumPy", world.size, naive / ours, least=30)
    sample = PeopleSample.of(world.index)
    short = centimetres(sample.take(world.hazard.data.to_numpy()), None)
    sampled = seconds(lambda: sample.people_above_centimetres(short, np.array(BOUNDS)), 25)
    figures("people only, sampled in centimetres, against cell centres in NumPy", world.size, naive / sampled)
    entries = np.ones(int((index.lines[:, 3:] > 0).sum()))
    streamed = seconds(lambda: entries.sum(), 9)
    most = 10 if world.size == "S" else 15
    figures("people only against streaming 8 bytes an entry", world.size, ours / streamed, most=most)
    of_sample = "people only, sampled in centimetres, against streaming 8 bytes an entry"
    figures(of_sample, world.size, sampled / streamed, most=most)
