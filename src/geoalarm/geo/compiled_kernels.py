"""The compiled loops of :mod:`geoalarm.geo._kernels`, given their places to write and spread over the cores.

Threads are Python's: those of numba may not be entered from two threads at a time, and a server does that.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np

from geoalarm.geo._kernels import Pieces, Shape, add_blocks, close, fill, most_pieces, trace
from geoalarm.geo.lattice_rings import CoveredCells, LatticeRings
from geoalarm.geo.weighted_cells import BLOCK, COUNTED, RasterBlocks, WeightedIndex

WORTH_A_THREAD: Final = 20_000
"""Pieces or entries below which threads cost more than they save."""

PARTS: Final = 4
"""Parts that each thread gets, so that none waits long for the last."""

_SQUARE: Final = (
    ([0.5, 1.5, 1.5, 0.5, 0.5], "float64"),
    ([0.5, 0.5, 1.5, 1.5, 0.5], "float64"),
    ([0, 5], "int64"),
    ([True], "bool"),
    ([0, 1], "int64"),
)


def covered_cells(rings: LatticeRings, shape: Shape, speck: float) -> CoveredCells:
    """See :func:`geoalarm.geo.kernels.covered_cells`."""
    most = most_pieces(rings, shape)
    room = np.concatenate([[0], np.cumsum(most)])
    place, cover, area = (np.empty(room[-1], kind) for kind in ("int64", "float64", "float64"))
    pieces = Pieces(room, np.zeros_like(most), place, cover, area)
    _by_size(lambda first, last: trace(rings, shape, first, last, pieces), most)
    kind = "int32" if shape[0] * shape[1] < 2**31 else "int64"
    found = CoveredCells(np.zeros_like(room), np.empty(0, kind), np.empty(0))
    _by_size(lambda first, last: fill(pieces, shape[1], speck, first, last, found), most)
    starts = np.concatenate([[0], np.cumsum(found.starts[:-1])])
    if starts[-1]:
        found = CoveredCells(starts, np.empty(starts[-1], kind), np.empty(starts[-1]))
        _by_size(lambda first, last: fill(pieces, shape[1], speck, first, last, found), most)
    return found


def close_cells(found: CoveredCells, size: int, full: float) -> None:
    """See :func:`geoalarm.geo.kernels.close_cells`."""
    close(found, np.zeros(size), full)


def sums_by_class(rasters: list[RasterBlocks], index: WeightedIndex) -> np.ndarray:
    """See :func:`geoalarm.geo.kernels.sums_above`: by row, people and area, and class."""
    sums: list[np.ndarray] = []
    for raster in rasters:

        def work(first: int, last: int, raster: RasterBlocks = raster) -> None:
            part = np.zeros((len(index.totals), 2, len(raster.bounds) + 3), "int64")
            add_blocks(raster, index, first, last, part)
            sums.append(part)

        blocks = len(raster.places)
        parts = PARTS * thread_count() if blocks * BLOCK >= WORTH_A_THREAD and thread_count() > 1 else 1
        _in_threads(work, np.linspace(0, blocks, min(parts, blocks) + 1).astype("int64"))
    return sum(sums[1:], sums[0])


def compile_one() -> None:
    """Compile the smallest loop, or read it from disk; fails where that cannot be done."""
    close_cells(CoveredCells(np.zeros(2, "int64"), np.zeros(0, "int32"), np.zeros(0)), 1, 0.0)


def compile_all() -> None:
    """Compile every loop for the types it meets, or read it from disk; fails where that cannot be done."""
    square = LatticeRings(*(np.array(part, kind) for part, kind in _SQUARE))
    index = WeightedIndex(np.zeros(2, "uint32"), np.zeros((0, 8), "uint64"), np.zeros((1, 2), "int64"))
    for kind in COUNTED:
        sums_by_class(RasterBlocks.of(np.zeros(1, kind), np.zeros(1), None), index)
    for shape in ((2, 2), (2**16, 2**16)):
        close_cells(covered_cells(square, shape, 0.0), 4 * shape[1], 0.0)


def thread_count() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _by_size(work: Callable[[int, int], object], sizes: np.ndarray) -> None:
    """``work(first, last)`` over all of ``sizes``, in parts of about the same size."""
    threads, after = thread_count(), np.cumsum(sizes)
    if threads == 1 or len(sizes) < 2 or after[-1] < WORTH_A_THREAD:
        work(0, len(sizes))
        return
    ends = np.searchsorted(after, after[-1] * np.arange(1, threads * PARTS) / (threads * PARTS))
    _in_threads(work, np.unique([0, *ends.tolist(), len(sizes)]))


def _in_threads(work: Callable[[int, int], object], bounds: np.ndarray) -> None:
    """``work(first, last)`` from each bound to the next."""
    if len(bounds) == 2:
        work(int(bounds[0]), int(bounds[1]))
        return
    with ThreadPoolExecutor(thread_count()) as pool:
        list(pool.map(work, bounds[:-1].tolist(), bounds[1:].tolist()))
