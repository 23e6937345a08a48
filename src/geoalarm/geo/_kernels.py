r"""The inner loops of counting, compiled by numba: covered fractions of cells, people by threshold.

How much of each cell lies in a polygon follows from its edges alone [1]_. Each edge is cut where it leaves a
cell. A piece covers what lies to its right: a part of its own cell (``area``), and of all further cells of
the row as much as it is high (``cover``)::

        column   0     1     2     3
               +-----+-----+-----+-----+
        row    |   \#|#####|#####|#####|    an edge that goes down from column 0 into column 1
               |    \|#####|#####|#####|
               +-----\-----+-----+-----+    fraction = area of its own pieces + covers of those left of it
               |     |\####|#####|#####|

An edge that goes up takes away what one that goes down has given: behind a polygon the sum is back at 0.
Cells between two edges hold the sum, which is nearly always one: nothing is computed there.

Each polygon is done by itself, in the order of its edges, and written to a place of its own: whoever does
which part, the result is the same to the bit. The loops let go of Python's lock and run in threads of this
module, not of numba: its own may not be entered from two threads at a time. :mod:`geoalarm.geo.kernels`
decides who comes here.

References
----------
.. [1] D. Turner, R. Wilhelm, W. Lemberg, the smooth rasteriser of FreeType (``ftgrays.c``), after R. Levien,
   LibArt, 1998.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit

from geoalarm.geo.lattice_rings import CoveredCells, LatticeRings

WORTH_A_THREAD: Final = 20_000
"""Pieces or entries below which threads cost more than they save."""

PARTS: Final = 4
"""Parts that each thread gets, so that none waits long for the last."""

Shape = tuple[int, int]
Floats = tuple[float, ...]
Loop = TypeVar("Loop", bound=Callable[..., Any])

_SQUARE: Final = (
    ([0.5, 1.5, 1.5, 0.5, 0.5], "float64"),
    ([0.5, 0.5, 1.5, 1.5, 0.5], "float64"),
    ([0, 5], "int64"),
    ([True], "bool"),
    ([0, 1], "int64"),
)


def _compiled(loop: Loop) -> Loop:
    return cast("Loop", njit(cache=True, nogil=True)(loop))


class Pieces(NamedTuple):
    """Cells that the edges of polygons pass through.

    Attributes
    ----------
    room : numpy.ndarray of int64
        With which piece each polygon begins; one more than there are.
    counts : numpy.ndarray of int64
        How many each polygon has there.
    place : numpy.ndarray of int64
        Cell of each piece, ``row * (columns + 1) + column + 1``, rising within a polygon; column -1 stands
        for all that lies left of the lattice.
    cover, area : numpy.ndarray of float64
        See the picture above [1].
    """

    room: np.ndarray
    counts: np.ndarray
    place: np.ndarray
    cover: np.ndarray
    area: np.ndarray


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
    _close(found, np.zeros(size), full)


def compile_all() -> None:
    """Compile every loop for the types it meets, or read it from disk; fails where that cannot be done."""
    square = LatticeRings(*(np.array(part, kind) for part, kind in _SQUARE))
    for shape in ((2, 2), (2**16, 2**16)):
        close_cells(covered_cells(square, shape, 0.0), 4 * shape[1], 0.0)


def _in_threads(work: Callable[[int, int], object], sizes: np.ndarray) -> None:
    """``work(first, last)`` over all of ``sizes``, in parts of about the same size."""
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    after = np.cumsum(sizes)
    if threads == 1 or len(sizes) < 2 or after[-1] < WORTH_A_THREAD:
        work(0, len(sizes))
        return
    ends = np.searchsorted(after, after[-1] * np.arange(1, threads * PARTS) / (threads * PARTS))
    bounds = np.unique([0, *ends.tolist(), len(sizes)]).tolist()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, bounds[:-1], bounds[1:]))


@_compiled
def most_pieces(rings: LatticeRings, shape: Shape) -> np.ndarray:
    """Upper bound of the pieces that the edges of each polygon are cut into."""
    most = np.zeros(len(rings.polygons) - 1, dtype=np.int64)
    for polygon in range(len(most)):
        for ring in range(rings.polygons[polygon], rings.polygons[polygon + 1]):
            for i in range(rings.rings[ring], rings.rings[ring + 1] - 1):
                down = _on_lattice(rings.y[i], shape[0]) - _on_lattice(rings.y[i + 1], shape[0])
                across = _on_lattice(rings.x[i], shape[1]) - _on_lattice(rings.x[i + 1], shape[1])
                most[polygon] += 2 * abs(down) + abs(across) + 2
    return most


@_compiled
def _on_lattice(place: float, size: int) -> int:
    return int(np.floor(min(max(place, -1.0), size + 1.0)))


@_compiled
def trace(rings: LatticeRings, shape: Shape, first: int, last: int, pieces: Pieces) -> None:
    """Cut the edges of polygons ``first`` to ``last`` at the cells, and sort the pieces by cell: fills all of
    ``pieces`` but its ``room``.
    """
    for polygon in range(first, last):
        n = pieces.room[polygon]
        for ring in range(rings.polygons[polygon], rings.polygons[polygon + 1]):
            begin, end = rings.rings[ring], rings.rings[ring + 1] - 1
            sense = _sense(rings.x, rings.y, begin, end)
            for i in range(begin, end):
                ends = rings.x[i], rings.y[i], rings.x[i + 1], rings.y[i + 1]
                n = _cut_edge(ends, sense if rings.outer[ring] else -sense, shape, n, pieces)
        pieces.counts[polygon] = _merge(pieces.room[polygon], n, pieces)


@_compiled
def _sense(x: np.ndarray, y: np.ndarray, first: int, last: int) -> float:
    """1 if the inside of a ring is to the right of its edges that go down, else -1."""
    turned = 0.0
    for i in range(first, last):
        turned += (x[i] - x[first]) * (y[i + 1] - y[first]) - (x[i + 1] - x[first]) * (y[i] - y[first])
    return -1.0 if turned > 0 else 1.0


@_compiled
def _cut_edge(ends: Floats, sign: float, shape: Shape, n: int, pieces: Pieces) -> int:
    """Pieces of an edge row by row, always from its upper end: neighbours cut a common edge alike."""
    x0, y0, x1, y1 = ends
    if y0 > y1:
        x0, y0, x1, y1, sign = x1, y1, x0, y0, -sign
    upper, end = max(y0, 0.0), min(y1, float(shape[0]))
    if not upper < end:
        return n
    slope = (x1 - x0) / (y1 - y0)
    low, high = min(x0, x1), max(x0, x1)
    here = x0 if upper == y0 else min(max(x0 + (upper - y0) * slope, low), high)
    row = int(upper)
    while upper < end:
        lower = min(end, row + 1.0)
        there = x1 if lower == y1 else min(max(x0 + (lower - y0) * slope, low), high)
        span = min(here, there), max(here, there), sign * (lower - upper)
        n = _cut_row(span, row, shape[1], n, pieces)
        upper, here, row = lower, there, row + 1
    return n


@_compiled
def _cut_row(span: Floats, row: int, columns: int, n: int, pieces: Pieces) -> int:
    """Pieces of an edge within a row, from left to right; nothing lies right of the lattice."""
    left, right, height = span
    column = int(np.floor(left)) if left >= 0 else -1
    done = 0.0
    while column < columns:
        end = min(right, column + 1.0)
        upto = height if end == right else height * ((end - left) / (right - left))
        pieces.place[n] = row * (columns + 1) + column + 1
        pieces.cover[n] = upto - done
        pieces.area[n] = (upto - done) * (column + 1 - (max(left, column) + end) / 2)
        n += 1
        if end == right:
            break
        done = upto
        column += 1
    return n


@_compiled
def _merge(first: int, last: int, pieces: Pieces) -> int:
    """Sort pieces by cell and add up those of the same one, in place; how many cells there are."""
    order = np.argsort(pieces.place[first:last], kind="mergesort")
    place, cover = pieces.place[first:last][order], pieces.cover[first:last][order]
    area = pieces.area[first:last][order]
    n = first - 1
    for k in range(len(place)):
        if k == 0 or place[k] != place[k - 1]:
            n += 1
            pieces.place[n], pieces.cover[n], pieces.area[n] = place[k], cover[k], area[k]
        else:
            pieces.cover[n] += cover[k]
            pieces.area[n] += area[k]
    return n + 1 - first


@_compiled
def fill(pieces: Pieces, columns: int, speck: float, first: int, last: int, found: CoveredCells) -> None:
    """Cells of polygons ``first`` to ``last``, written to ``found`` from its ``starts`` on; where that has no
    room for cells, their number is written to its ``starts``.
    """
    for polygon in range(first, last):
        start = found.starts[polygon] if len(found.cells) else 0
        begin = pieces.room[polygon]
        end = _sweep(pieces, (begin, begin + pieces.counts[polygon]), columns, speck, start, found)
        if not len(found.cells):
            found.starts[polygon] = end


@_compiled
def _sweep(pieces: Pieces, span: Shape, columns: int, speck: float, n: int, found: CoveredCells) -> int:
    """Cells of one polygon in rising order, written from position ``n`` on; the position after the last."""
    row, passed, total = 0, 0, 0.0  # passed: the first cell of the row that is not written yet
    for k in range(span[0], span[1]):
        at = pieces.place[k] // (columns + 1)
        column = pieces.place[k] - at * (columns + 1) - 1
        if at != row:
            n = _write((passed, (row + 1) * columns), total, speck, n, found)
            row, passed, total = at, at * columns, 0.0
        cell = row * columns + column
        n = _write((passed, cell), total, speck, n, found)
        if column >= 0:
            n = _write((cell, cell + 1), total + pieces.area[k], speck, n, found)
        passed = cell + 1
        total += pieces.cover[k]
    return _write((passed, (row + 1) * columns), total, speck, n, found)


@_compiled
def _write(span: Shape, share: float, speck: float, n: int, found: CoveredCells) -> int:
    """The same share for cells of a row; none where it is but rounding."""
    if share <= speck or span[1] <= span[0]:
        return n
    if len(found.cells):
        for cell in range(span[0], span[1]):
            found.cells[n + cell - span[0]] = cell
            found.shares[n + cell - span[0]] = share if share < 1 - speck else 1.0
    return n + span[1] - span[0]


@_compiled
def _close(found: CoveredCells, sums: np.ndarray, full: float) -> None:
    """Scale the fractions of cells that sum to one within ``full``; ``sums`` is a place of zeros for them."""
    for k in range(len(found.cells)):
        sums[found.cells[k]] += found.shares[k]
    for k in range(len(found.cells)):
        total = sums[found.cells[k]]
        if total != 1.0 and abs(total - 1.0) < full:
            found.shares[k] /= total
