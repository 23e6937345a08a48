"""The compiled loops of :mod:`geoalarm.geo._kernels`, given their places to write and spread over the cores.

Threads are Python's: those of numba may not be entered from two threads at a time, and a server does that.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np

from geoalarm.geo._kernels import Pieces, Shape, add_above, close, fill, most_pieces, trace
from geoalarm.geo.lattice_rings import CoveredCells, LatticeRings
from geoalarm.geo.weighted_cells import WeightedCells, WeightedIndex, WeightedRuns

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
    _in_threads(lambda first, last: trace(rings, shape, first, last, pieces), most)
    kind = "int32" if shape[0] * shape[1] < 2**31 else "int64"
    found = CoveredCells(np.zeros_like(room), np.empty(0, kind), np.empty(0))
    _in_threads(lambda first, last: fill(pieces, shape[1], speck, first, last, found), most)
    starts = np.concatenate([[0], np.cumsum(found.starts[:-1])])
    if starts[-1]:
        found = CoveredCells(starts, np.empty(starts[-1], kind), np.empty(starts[-1]))
        _in_threads(lambda first, last: fill(pieces, shape[1], speck, first, last, found), most)
    return found


def close_cells(found: CoveredCells, size: int, full: float) -> None:
    """See :func:`geoalarm.geo.kernels.close_cells`."""
    close(found, np.zeros(size), full)


def sums_above(
    values: np.ndarray, bounds: np.ndarray, no_data: float, index: WeightedIndex
) -> tuple[np.ndarray, np.ndarray]:
    """See :func:`geoalarm.geo.kernels.sums_above`."""
    rows = len(index.people.starts) - 1
    people, area = (np.zeros((rows, len(bounds) + 2), "int64") for _ in range(2))
    sizes = np.sum([np.diff(part.starts) for part in index], axis=0)
    odd = values.dtype.type(no_data)
    bounds = bounds.astype(values.dtype)
    _in_threads(lambda *some: add_above(values, bounds, odd, index, some, (people, area)), sizes)
    return people, area


def compile_all() -> None:
    """Compile every loop for the types it meets, or read it from disk; fails where that cannot be done."""
    square, none = LatticeRings(*(np.array(part, kind) for part, kind in _SQUARE)), np.zeros(2, "int64")
    for kind in ("int32", "int64"):
        cells = WeightedCells(none, np.zeros(0, kind), none[:0])
        index = WeightedIndex(cells, cells, WeightedRuns(none, none[:0], none[:0], none[:0]))
        for values in ("float32", "float64"):
            sums_above(np.zeros(1, values), np.zeros(1), np.nan, index)
    for shape in ((2, 2), (2**16, 2**16)):
        close_cells(covered_cells(square, shape, 0.0), 4 * shape[1], 0.0)


def thread_count() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _in_threads(work: Callable[[int, int], object], sizes: np.ndarray) -> None:
    """``work(first, last)`` over all of ``sizes``, in parts of about the same size."""
    threads = thread_count()
    after = np.cumsum(sizes)
    if threads == 1 or len(sizes) < 2 or after[-1] < WORTH_A_THREAD:
        work(0, len(sizes))
        return
    ends = np.searchsorted(after, after[-1] * np.arange(1, threads * PARTS) / (threads * PARTS))
    bounds = np.unique([0, *ends.tolist(), len(sizes)]).tolist()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, bounds[:-1], bounds[1:]))
