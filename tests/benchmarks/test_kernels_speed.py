"""The coverage index and the counting of a scenario against their peers, as ratios within one run.

Each figure is a row {name, size, value, unit, target, met} of ``results.json`` beside this file; a target
that is missed stands there with its value. No time is asserted.

Sizes: S is 2,500 communes on 3,600 by 2,600 cells of 100 m; M, marked slow, 6,000 on 12,000 by 8,000.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy.ndimage import gaussian_filter

from geoalarm.core.model import Communes, Footprint, Population, interval_classes
from geoalarm.exposure.engine import expose
from geoalarm.exposure.lattice_index import LatticeIndex, lattice_index
from geoalarm.exposure.on_lattice import count_on_lattice
from geoalarm.exposure.population_index import PopulationIndex, prepare
from geoalarm.geo import compiled_kernels, kernels
from geoalarm.geo.grid import Grid
from geoalarm.geo.lattice_rings import LatticeRings
from geoalarm.geo.zonal import coverage
from geoalarm.testing import ORIGIN, raster

SIZES = {"S": (2_500, 2_600, 3_600), "M": (6_000, 8_000, 12_000)}
BOUNDS = [0.1, 0.5, 1.0, 2.0]
CELL = 100.0
LIVED_IN = 0.12
"""Share of the cells where somebody lives."""

BATCH = 8
RESULTS = Path(__file__).with_name("results.json")

sizes = pytest.mark.parametrize("world", ["S", pytest.param("M", marks=pytest.mark.slow)], indirect=True)


@dataclass(frozen=True)
class World:
    """Made-up land: what is measured, and on what."""

    size: str
    frame: gpd.GeoDataFrame
    grid: Grid
    hazard: Footprint
    population: Population
    communes: Communes
    prepared: PopulationIndex
    index: LatticeIndex


def outlines(count: int, rows: int, columns: int) -> np.ndarray:
    """Communes that fill the land, with bent common borders of a vertex every three cells."""
    rng = np.random.default_rng(0)
    land = shapely.box(0, 0, columns, rows)
    points = shapely.MultiPoint(rng.random((count, 2)) * [columns, rows])
    parts = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=land))
    parts = shapely.segmentize(shapely.intersection(parts, land), 3.0)

    def bent(at: np.ndarray) -> np.ndarray:
        inner = ((at > 0) & (at < [columns, rows])).all(axis=1, keepdims=True)
        return ORIGIN + CELL * (at + inner * 0.4 * np.sin(at[:, ::-1] / 2))

    return np.asarray(shapely.transform(parts, bent))


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest) -> World:
    count, rows, columns = SIZES[request.param]
    rng = np.random.default_rng(1)
    y, x = np.ogrid[0:rows, 0:columns]
    depth = np.maximum(0, (np.sin(x / 90) * np.cos(y / 70) - 0.7) * 8).astype("float32")
    towns = gaussian_filter(rng.random((rows, columns), "float32"), 4)  # people live beside each other
    people = np.where(towns > np.quantile(towns[::7, ::7], 1 - LIVED_IN), 20.0, 0.0)
    hazard = Footprint(
        raster(depth, units="m"),
        kind="intensity",
        hazard="flood",
        classes=interval_classes(BOUNDS),
        units="m",
    )
    shapes = outlines(count, rows, columns)
    frame = gpd.GeoDataFrame({"commune_id": [str(i) for i in range(count)]}, geometry=shapes, crs=3035)
    population, communes = Population(raster(people)), Communes(frame)
    prepared = prepare(population, communes)
    index, grid = lattice_index(prepared, (0, 0), (rows, columns)), Grid.from_dataarray(hazard.data)
    return World(request.param, frame, grid, hazard, population, communes, prepared, index)


@pytest.fixture(scope="module")
def figures() -> Iterator[Callable[..., None]]:
    """Takes rows; written together with those of earlier runs when all are measured."""
    rows = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    made: list[dict[str, Any]] = []

    def add(
        name: str, size: str, value: float, *, unit: str = "x", least: float = 0, most: float = 0
    ) -> None:
        met = bool(value >= least if least else value <= most)
        target = f">= {least:g}" if least else f"<= {most:g}"
        told = {"name": name, "size": size, "value": float(f"{value:.4g}"), "unit": unit}
        made.append({**told, "target": target, "met": met})
        print(f"\n{name}, {size}: {value:.4g} {unit} (target {target}){'' if met else ', missed'}")  # noqa: T201

    yield add
    fresh = {(row["name"], row["size"]) for row in made}
    rows = [row for row in rows if (row["name"], row["size"]) not in fresh] + made
    RESULTS.write_text(json.dumps(sorted(rows, key=lambda row: (row["name"], row["size"])), indent=1) + "\n")


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
    theirs = seconds(lambda: exactextract(world, [ones], ["cell_id", "coverage"], weighted=False), 1)
    ours = seconds(lambda: benchmark.pedantic(coverage, args=(world.frame, world.grid), rounds=1), 1)
    ours = min(ours, seconds(lambda: coverage(world.frame, world.grid), 3))
    figures("index build against exactextract's coverage output", world.size, theirs / ours, least=10)


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
def test_a_scenario_against_exactextract_and_cell_centres(
    benchmark, world: World, figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People and area of four classes, known area and people not known; one thread."""
    monkeypatch.setattr(compiled_kernels, "thread_count", lambda: 1)
    ours = seconds(lambda: count_on_lattice(world.hazard, world.grid, world.prepared))
    benchmark.pedantic(count_on_lattice, args=(world.hazard, world.grid, world.prepared), rounds=3)
    codes, asked = class_codes(world.hazard.data.to_numpy()), ["frac", "weighted_frac"]
    one_by_one = seconds(lambda: exactextract(world, [codes], asked, weighted=True), 1)
    batched = seconds(lambda: exactextract(world, [codes] * BATCH, asked, weighted=True), 1) / BATCH
    naive = seconds(lambda: cell_centres(world), 2)
    figures("a scenario against exactextract, one by one", world.size, one_by_one / ours, least=250)
    figures("a scenario against exactextract, batched", world.size, batched / ours, least=60)
    figures("a scenario against cell centres in NumPy", world.size, naive / ours, least=30)
    table = seconds(
        lambda: expose(world.hazard, world.population, world.communes, prepared=world.prepared), 3
    )
    figures("the whole table against its counts", world.size, table / ours, most=2)


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
    ours = seconds(lambda: kernels.sums_above(*asked), 9)
    benchmark.pedantic(kernels.sums_above, args=asked, rounds=5)
    entries = np.ones(int((index.lines[:, 3:] > 0).sum()))
    streamed = seconds(lambda: entries.sum(), 9)
    most = 10 if world.size == "S" else 15
    figures("people only against streaming 8 bytes an entry", world.size, ours / streamed, most=most)
