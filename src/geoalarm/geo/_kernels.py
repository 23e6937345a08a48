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
which part, the result is the same to the bit. The loops let go of Python's lock: threads run them, in
:mod:`geoalarm.geo.compiled_kernels`.

References
----------
.. [1] D. Turner, R. Wilhelm, W. Lemberg, the smooth rasteriser of FreeType (``ftgrays.c``), after R. Levien,
   LibArt, 1998.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit

from geoalarm.geo.lattice_rings import CoveredCells, LatticeRings
from geoalarm.geo.weighted_cells import WeightedCells, WeightedIndex

Shape = tuple[int, int]
Floats = tuple[float, ...]
Sums = tuple[np.ndarray, np.ndarray]
Loop = TypeVar("Loop", bound=Callable[..., Any])


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
def close(found: CoveredCells, sums: np.ndarray, full: float) -> None:
    """Scale the fractions of cells that sum to one within ``full``; ``sums`` is a place of zeros for them."""
    for k in range(len(found.cells)):
        sums[found.cells[k]] += found.shares[k]
    for k in range(len(found.cells)):
        total = sums[found.cells[k]]
        if total != 1.0 and abs(total - 1.0) < full:
            found.shares[k] /= total


@_compiled
def add_above(
    values: np.ndarray, bounds: np.ndarray, no_data: float, index: WeightedIndex, some: Shape, sums: Sums
) -> None:
    """People and area of rows ``some[0]`` to ``some[1]`` by bound; then what is not known, and how many cells
    are infinite.
    """
    people, edges, runs = index
    most = max(_longest(people.starts, some), _longest(edges.starts, some))
    places = np.empty(most, values.dtype), np.empty(most, np.int16), np.empty(len(bounds) + 3, np.int64)
    for row in range(some[0], some[1]):
        _add_cells(values, bounds, no_data, _row(people, row), places, sums[0][row])
        _add_cells(values, bounds, no_data, _row(edges, row), places, sums[1][row])
        for k in range(runs.starts[row], runs.starts[row + 1]):
            _add_run(values[runs.first[k] : runs.last[k]], bounds, no_data, runs.weights[k], sums[1][row])


@_compiled
def _longest(starts: np.ndarray, some: Shape) -> int:
    most = 0
    for row in range(some[0], some[1]):
        most = max(most, starts[row + 1] - starts[row])
    return most


@_compiled
def _row(entries: WeightedCells, row: int) -> tuple[np.ndarray, np.ndarray]:
    first, last = entries.starts[row], entries.starts[row + 1]
    return entries.cells[first:last], entries.weights[first:last]


@_compiled
def _add_cells(
    values: np.ndarray,
    bounds: np.ndarray,
    no_data: float,
    entries: tuple[np.ndarray, np.ndarray],
    places: tuple[np.ndarray, np.ndarray, np.ndarray],
    sums: np.ndarray,
) -> None:
    """Cells one by one: gathered, then sorted into classes many at a time, then added up class by class."""
    cells, weights = entries
    n, most = len(cells), len(bounds)
    here, code, by_code = places[0][:n], places[1][:n], places[2]
    for k in range(n):
        here[k] = values[np.uint64(cells[k])]  # unsigned: numba need not look for negative positions
        code[k] = 0
    for j in range(most):
        bound, reached = bounds[j], np.int32(0)
        for k in range(n):
            code[k] += np.int16(here[k] >= bound)
            reached += np.int32(here[k] >= bound)
        if reached == 0:
            break
    if _odd(here, no_data):
        for k in range(n):
            if here[k] != here[k] or here[k] == no_data:
                code[k] = np.int16(most + 1)
        sums[most + 1] += _infinite(here, no_data)
    by_code[:] = 0
    for k in range(n):
        by_code[np.uint8(code[k])] += weights[k]
    sums[most] += by_code[most + 1]
    above = 0
    for j in range(most, 0, -1):
        above += by_code[j]
        sums[j - 1] += above


@_compiled
def _odd(values: np.ndarray, no_data: float) -> int:
    """How many are not known, or infinite: mostly none, and nothing more is asked."""
    found = np.int32(0)
    for k in range(len(values)):
        nothing = values[k] - values[k]  # NaN of what is NaN or infinite, in the type of the values
        found += np.int32((nothing != nothing) | (values[k] == no_data))
    return int(found)


@_compiled
def _infinite(values: np.ndarray, no_data: float) -> int:
    found = np.int32(0)
    for k in range(len(values)):
        found += np.int32((abs(values[k]) == np.inf) & (values[k] != no_data))
    return int(found)


@_compiled
def _add_run(values: np.ndarray, bounds: np.ndarray, no_data: float, weight: int, sums: np.ndarray) -> None:
    """Cells of one weight that follow each other: counted by bound, many at a time."""
    most, declared = len(bounds), 0
    odd = _odd(values, no_data)
    if odd:
        declared, infinite = _count(values, no_data, no_data), _infinite(values, no_data)
        sums[most] += (odd - infinite) * weight
        sums[most + 1] += infinite
    for j in range(most):
        above = _count(values, bounds[j], np.inf) - (declared if no_data >= bounds[j] else 0)
        if above == 0:
            break
        sums[j] += above * weight


@_compiled
def _count(values: np.ndarray, low: float, high: float) -> int:
    """How many lie from ``low`` to ``high``, both included."""
    found = np.int32(0)
    if high == np.inf:
        for k in range(len(values)):
            found += np.int32(values[k] >= low)
    else:
        for k in range(len(values)):
            found += np.int32((values[k] >= low) & (values[k] <= high))
    return int(found)
