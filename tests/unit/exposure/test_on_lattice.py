"""A raster on the lattice of the population: the sums of a plain loop over cells and communes, to 1e-9."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoalarm.core.errors import InputError
from geoalarm.core.model import Communes, Footprint, IntensityClass, Population, interval_classes
from geoalarm.exposure import lattice_index as lattice_indexes
from geoalarm.exposure import on_lattice
from geoalarm.exposure.engine import expose, prepare
from geoalarm.exposure.lattice_index import lattice_index
from geoalarm.exposure.population_index import PopulationIndex
from geoalarm.geo import array_kernels, kernels
from geoalarm.geo.weighted_cells import RasterBlocks
from geoalarm.testing import ORIGIN, raster

ROWS, COLUMNS, CELL = 24, 30, 100.0
BOUNDS = [0.1, 0.5, 2.0]


@pytest.fixture(scope="module")
def prepared() -> PopulationIndex:
    """Five communes whose common borders cut cells, and people in half of the cells."""
    rng = np.random.default_rng(5)
    west, south = ORIGIN
    points = shapely.MultiPoint([(5, 4), (24, 5), (14, 13), (6, 20), (25, 19)])
    box = shapely.box(0.3, 0.3, COLUMNS - 0.3, ROWS - 0.3)
    parts = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=box))
    shapes = [
        shapely.transform(part.intersection(box), lambda at: at * CELL + [west, south]) for part in parts
    ]
    frame = gpd.GeoDataFrame({"commune_id": list("abcde")}, geometry=shapes, crs=3035)
    people = rng.random((ROWS, COLUMNS)) * 100 * (rng.random((ROWS, COLUMNS)) < 0.5)
    return prepare(Population(raster(people)), Communes(frame))


def depths(dtype: str = "float32", *, shape: tuple[int, int] = (ROWS, COLUMNS)) -> np.ndarray:
    """Dry, every class, the bounds themselves, not known, and above the last bound of a closed list."""
    values = [0, 0.05, 0.1, 0.3, 0.5, 1.99, 2.0, 7.0, np.nan, -9999.0]
    return np.random.default_rng(1).choice(np.array(values, dtype), size=shape)


def flood(values: np.ndarray, *, shift: tuple[int, int] = (0, 0), **more: object) -> Footprint:
    """Depths whose lower left corner lies some columns and rows from that of the population."""
    corner = (ORIGIN[0] + shift[0] * CELL, ORIGIN[1] + shift[1] * CELL)
    data = raster(values, units="m", origin=corner, no_data=99 if more else -9999.0)
    settings = {"kind": "intensity", "classes": interval_classes(BOUNDS), **more}
    return Footprint(data, hazard="flood", units="m", **settings)  # type: ignore[arg-type]


def by_loop(footprint: Footprint, prepared: PopulationIndex, members: list[tuple[float, float]]) -> dict:
    """People in each class [lower, upper), in none of them, and not known, cell by cell."""
    data = footprint.data
    at = {
        (round(float(x)), round(float(y))): data.to_numpy()[i, j]
        for i, y in enumerate(data["y"])
        for j, x in enumerate(data["x"])
    }
    share, n = prepared.share.toarray(), len(prepared.communes.ids)
    xs, ys = prepared.population.data["x"].to_numpy(), prepared.population.data["y"].to_numpy()
    found = {"exposed": np.zeros((n, len(members))), "area": np.zeros((n, len(members)))}
    found |= {"unknown": np.zeros(n), "not_exposed": np.zeros(n)}
    for cell in range(share.shape[1]):
        value = at.get((round(xs[cell % COLUMNS]), round(ys[cell // COLUMNS])))
        people = share[:, cell] * prepared.people[cell]
        is_known = value is not None and value == value and value not in (-9999, 99)
        if value is None or (not is_known and footprint.no_data != "dry"):
            found["unknown"] += people
            continue
        hit = [k for k, (low, high) in enumerate(members) if is_known and low <= value < high]
        for k in hit:
            found["exposed"][:, k] += people
            found["area"][:, k] += share[:, cell] * (CELL / 1000) ** 2
        if not hit:
            found["not_exposed"] += people
    return found


def agrees(footprint: Footprint, prepared: PopulationIndex, members: list[tuple[float, float]]) -> None:
    grid = on_lattice.Grid.from_dataarray(footprint.data)
    counts, expected = (
        on_lattice.count_on_lattice(footprint, grid, prepared),
        by_loop(footprint, prepared, members),
    )
    assert counts is not None
    for name, other in (("exposed", "exposed"), ("area_km2", "area"), ("unknown",) * 2, ("not_exposed",) * 2):
        np.testing.assert_allclose(getattr(counts, name), expected[other], rtol=1e-9, atol=1e-9, err_msg=name)
    for bound in (counts.low, counts.high):
        np.testing.assert_array_equal(bound, counts.exposed)


def halves(dtype: str) -> list[tuple[float, float]]:
    """Classes between the bounds as numbers of the raster's type."""
    edges = [*np.array(BOUNDS, dtype).tolist(), np.inf]
    return list(pairwise(edges))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("no_data", ["not_studied", "dry"])
def test_depths_are_counted_as_by_hand(prepared: PopulationIndex, dtype: str, no_data: str) -> None:
    agrees(replace(flood(depths(dtype)), no_data=no_data), prepared, halves(dtype))


@pytest.mark.parametrize(
    ("shift", "shape"), [((3, -2), (20, 20)), ((-5, -5), (40, 45)), ((8, 4), (10, 30)), ((0, 1), (24, 30))]
)
def test_a_raster_of_another_extent_leaves_the_rest_unknown(
    prepared: PopulationIndex, shift: tuple[int, int], shape: tuple[int, int]
) -> None:
    agrees(flood(depths(shape=shape), shift=shift), prepared, halves("float32"))


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32", "float32"])
def test_codes_are_counted_as_by_hand(prepared: PopulationIndex, dtype: str) -> None:
    codes = np.random.default_rng(2).choice([0, 1, 2, 3, 4, 99], (ROWS, COLUMNS)).astype(dtype)
    classes = tuple(IntensityClass(f"{code}", float(code), float(code)) for code in (3, 1, 2))
    footprint = flood(codes, kind="classes", classes=classes)
    agrees(footprint, prepared, [(code, code + 1) for code in (3, 1, 2)])


def test_infinite_depths_are_refused_wherever_a_commune_is(prepared: PopulationIndex) -> None:
    for infinite in (np.inf, -np.inf):
        values = np.zeros((ROWS, COLUMNS), "float32")
        values[12, 15] = infinite
        with pytest.raises(InputError, match="infinite"):
            expose(flood(values), prepared.population, prepared.communes, prepared=prepared)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_sums_are_the_same_bits_for_any_number_of_threads_and_without_numba(
    prepared: PopulationIndex, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = lattice_index(prepared, (0, 0), (ROWS, COLUMNS)).weights
    values, bounds = depths().ravel(), np.array(BOUNDS)
    blocks = RasterBlocks.of(values, bounds, -9999.0)
    plain = array_kernels.sums_by_class(blocks, index)[:, :, 1:]
    module = kernels.compiled_loops()
    if module is None:
        pytest.skip("numba does not work here")
    monkeypatch.setattr(module, "WORTH_A_THREAD", 0)
    monkeypatch.setattr(module, "thread_count", lambda: threads)
    np.testing.assert_array_equal(module.sums_by_class(blocks, index)[:, :, 1:], plain)


def test_whole_numbers_are_fine_enough_and_do_not_overflow(prepared: PopulationIndex) -> None:
    index = lattice_index(prepared, (0, 0), (ROWS, COLUMNS))
    assert (index.people > 2**54).all()
    assert (index.people < 2**57).all()
    np.testing.assert_allclose(index.people * index.people_unit, prepared.counted, rtol=1e-15)
    np.testing.assert_allclose(index.area * index.area_unit, prepared.share @ prepared.grid.cell_area_km2())


def test_the_index_is_made_once_for_an_extent_and_few_are_kept(prepared: PopulationIndex) -> None:
    first = lattice_index(prepared, (0, 0), (ROWS, COLUMNS))
    assert lattice_index(prepared, (0, 0), (ROWS, COLUMNS)) is first
    for rows in range(1, 8):
        lattice_index(prepared, (0, 0), (rows, COLUMNS))
    assert len(prepared.lattices) <= 2


def test_an_index_on_disk_is_read_by_the_next_process_and_made_again_if_damaged(
    prepared: PopulationIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog
) -> None:
    def index(**changes: object):
        fresh = replace(prepared, cache=tmp_path, **changes)  # knows no lattice yet, as another process
        return lattice_index(fresh, (0, 0), (ROWS, COLUMNS))

    expected = lattice_index(prepared, (0, 0), (ROWS, COLUMNS))
    first, asked = index(), (depths().ravel(), np.array(BOUNDS), -9999.0)
    (path,) = tmp_path.iterdir()
    monkeypatch.setattr(lattice_indexes, "_build", lambda *_: pytest.fail("built again"))
    for found in (first, index()):
        for one, other in zip(found.above(*asked), expected.above(*asked), strict=True):
            np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(found.people_unit, expected.people_unit)
    monkeypatch.undo()
    path.write_bytes(path.read_bytes()[:-200])
    np.testing.assert_array_equal(index().weights.lines, expected.weights.lines)
    assert "set aside and made again" in caplog.text
    index(people=prepared.people * 2)
    assert len(list(tmp_path.glob("counting-*.npz"))) == 2, "other people are another index"
