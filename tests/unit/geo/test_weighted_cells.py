"""Sums over blocks of a raster: those of a plain loop over cells, compiled and not, to the bit."""

from __future__ import annotations

import numpy as np
import pytest

from geoalarm.geo import array_kernels, kernels
from geoalarm.geo.weighted_cells import (
    IndexParts,
    RasterBlocks,
    WeightedIndex,
    counted_type,
    weighted_index,
    without_area,
)

ROWS, SIZE = 7, 1000


@pytest.fixture(scope="module", params=["numba", "numpy"])
def module(request: pytest.FixtureRequest):
    found = kernels.compiled_loops() if request.param == "numba" else array_kernels
    if found is None:
        pytest.skip("numba does not work here")
    return found


@pytest.fixture(scope="module")
def cells() -> dict[str, np.ndarray]:
    """Cells of rows that overlap: some whole, of two areas, some cut, some lived in; row 5 has none."""
    rng = np.random.default_rng(3)
    rows = np.repeat([0, 1, 2, 3, 4, 6], [700, 64, 1, 300, 1000, 130])
    places = np.concatenate([np.sort(rng.choice(SIZE, n, replace=False)) for n in np.bincount(rows) if n])
    whole, level = rng.random(len(rows)) < 0.8, places // 170
    area = np.where(whole, 10**15 + level, rng.integers(0, 10**15, len(rows)))
    people = rng.integers(1, 10**14, len(rows)) * (rng.random(len(rows)) < 0.4)
    return {"rows": rows, "places": places, "level": level, "people": people, "area": area, "whole": whole}


@pytest.fixture(scope="module")
def index(cells: dict[str, np.ndarray]) -> WeightedIndex:
    totals = np.zeros((ROWS, 2), "int64")
    for side, name in enumerate(("people", "area")):
        np.add.at(totals[:, side], cells["rows"], cells[name])
    half = cells["rows"] < 3
    parts = [IndexParts.of(**{k: v[some] for k, v in cells.items()}) for some in (half, ~half)]
    return weighted_index(parts, -(-SIZE // 64), totals)


def sums(monkeypatch: pytest.MonkeyPatch, module, *asked) -> tuple[np.ndarray, np.ndarray]:
    monkeypatch.setattr(kernels, "_module", lambda _: module)
    return kernels.sums_above(*asked)


def by_loop(cells: dict[str, np.ndarray], values: np.ndarray, bounds: np.ndarray, no_data: float | None):
    found = {"people": np.zeros((ROWS, len(bounds) + 2), "int64")}
    found["area"] = found["people"].copy()
    kind = values.dtype.type if values.dtype.kind == "f" else float
    for row, place, people, area in zip(
        *(cells[name].tolist() for name in ("rows", "places", "people", "area")), strict=True
    ):
        value = values[place]
        if np.isnan(value) or (no_data is not None and value == kind(no_data)):
            hit = [len(bounds)]
        elif np.isinf(value):
            hit = [len(bounds) + 1]
        else:
            hit = [j for j, bound in enumerate(bounds) if value >= kind(bound)]
        for name, weight in (("people", people), ("area", area)):
            found[name][row, hit] += weight
    return found["people"], found["area"]


SCENES = {
    "mostly dry": ([0, 0, 0, 0, 0.05, 0.1, 0.7, 9], None),
    "mostly not known": ([np.nan] * 6 + [0, 0.5, 3], None),
    "mostly no data": ([-9999] * 6 + [np.nan, 0, 0.5, -10000], -9999.0),
    "no data above the bounds": ([255] * 5 + [0, 1, 2], 255.0),
    "no data that is dry": ([0] * 5 + [-1, 1, 2], 0.0),
    "wet everywhere": ([0.5, 0.6, 3, 4], None),
    "infinite here and there": ([0] * 5 + [np.inf, -np.inf, 1, np.nan], -9999.0),
}


@pytest.mark.parametrize("kind", ["float32", "float64", "uint8", "int16", "int32"])
@pytest.mark.parametrize("scene", SCENES)
def test_sums_are_those_of_a_loop(monkeypatch, module, cells, index, scene: str, kind: str) -> None:
    choice, no_data = SCENES[scene]
    if np.dtype(kind).kind != "f":
        choice = [max(value, 0) if kind == "uint8" else value for value in choice if np.isfinite(value)]
    rng = np.random.default_rng(4)
    blocks = rng.choice(np.array(choice).astype(kind), SIZE // 50)
    values = np.where(
        rng.random(SIZE) < 0.8, np.repeat(blocks, 50), rng.choice(np.array(choice).astype(kind), SIZE)
    )
    bounds = np.array([0.1, 0.5, 1, 2])
    expected = by_loop(cells, values, bounds, no_data)
    for one, other in zip(sums(monkeypatch, module, values, bounds, no_data, index), expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_people_alone_are_the_same_people(monkeypatch, module, cells, index) -> None:
    values = np.random.default_rng(5).choice([0, 0.2, np.nan, 3], SIZE)
    bounds, alone = np.array([0.1, 1.0]), without_area(index)
    people, area = sums(monkeypatch, module, values, bounds, None, alone)
    np.testing.assert_array_equal(people, by_loop(cells, values, bounds, None)[0])
    assert not area.any()
    assert len(alone.lines) < len(index.lines)


def test_a_raster_without_cells_or_communes_without_any_is_counted_too(monkeypatch, module, index) -> None:
    none = WeightedIndex(np.zeros(3, "uint32"), index.lines[:0], np.zeros((2, 2), "int64"))
    for values in (np.zeros(0), np.full(100, 3.0), np.full(128, np.nan)):
        for side in sums(monkeypatch, module, values, np.array([1.0]), None, none):
            np.testing.assert_array_equal(side, np.zeros((2, 3)))


@pytest.mark.parametrize(
    ("kind", "counted"),
    [
        ("float16", "float32"),
        ("int8", "int16"),
        ("uint16", "int32"),
        ("uint32", "float64"),
        ("uint8", "uint8"),
    ],
)
def test_other_types_become_one_that_holds_their_numbers(kind: str, counted: str) -> None:
    assert counted_type(np.dtype(kind)) == counted
    (blocks,) = RasterBlocks.of(np.full(64, 7, kind), np.array([1.0]), None)
    assert blocks.values.dtype == counted
    assert blocks.bounds.dtype == ("float32" if kind == "float16" else "float64")


def test_lines_of_the_index_are_lines_of_the_cache(index) -> None:
    assert index.lines.ctypes.data % 64 == 0
    assert index.lines.flags.c_contiguous
