r"""The inner loops of counting, compiled by numba: covered fractions of cells, people by class.

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
which part, the result is the same to the bit. How people are counted then, in one pass over a raster, is
drawn in :mod:`geoalarm.geo.weighted_cells`. The loops let go of Python's lock: threads run them, in
:mod:`geoalarm.geo.compiled_kernels`.

References
----------
.. [1] D. Turner, R. Wilhelm, W. Lemberg, the smooth rasteriser of FreeType (``ftgrays.c``), after R. Levien,
   LibArt, 1998.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeVar, cast

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from geoalarm.geo.lattice_rings import CoveredCells, LatticeRings
from geoalarm.geo.weighted_cells import BLOCK, RasterBlocks, WeightedIndex

Shape = tuple[int, int]
Floats = tuple[float, ...]
Loop = TypeVar("Loop", bound=Callable[..., Any])


def _compiled(loop: Loop) -> Loop:
    return cast("Loop", njit(cache=True, nogil=True)(loop))


_inline = cast("Callable[[Callable[..., Any]], Any]", intrinsic)
"""Decorator of what LLVM does in an instruction or a few, and no loop of Python says."""


AHEAD: Final = 64
"""Blocks that are looked at together: what the index holds of them is on its way before it is read."""

ALL: Final[Any] = np.uint64(2**BLOCK - 1)


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
def add_blocks(raster: RasterBlocks, index: WeightedIndex, first: int, last: int, sums: np.ndarray) -> None:
    """People and area of blocks ``first`` to ``last`` of a raster, added to ``sums`` (rows, 2, bounds + 3):
    class ``j`` reaches ``j`` bounds, the last two are not known and infinite. Blocks that are of the common
    class from end to end are left out.
    """
    values, places, bounds, limits, common = raster
    starts, lines, _ = index
    near, codes = np.empty(AHEAD + 1, np.int64), np.empty(BLOCK, np.uint8)
    cells = np.empty(len(bounds) + 3, np.uint64)
    for start in range(first, last, AHEAD):
        some = _notice(values, (start, min(start + AHEAD, last)), limits, common, near)
        for k in range(some):
            line = np.uint64(8) * np.uint64(starts[places[near[k]]])
            _fetch(lines, line), _fetch(lines, line + np.uint64(8)), _fetch(lines, line + np.uint64(16))
        for k in range(some):
            classes = _classify(values, np.uint64(BLOCK * near[k]), bounds, limits, cells, codes)
            block = places[near[k]]
            _add_lines(lines, (starts[block], starts[block + 1]), cells, classes, codes, sums)


@_compiled
def _notice(values: np.ndarray, some: Shape, limits: np.ndarray, common: Any, near: np.ndarray) -> Any:
    """Which blocks are not of the common class from end to end; how many."""
    low, high, found = limits[0], limits[1], np.int64(0)
    for n in range(some[0], some[1]):
        near[found] = n
        found += np.int64(_between(values, np.uint64(BLOCK * n), low, high) != common)
    return found


@_compiled
def _classify(
    values: np.ndarray,
    start: Any,
    bounds: np.ndarray,
    limits: np.ndarray,
    cells: np.ndarray,
    codes: np.ndarray,
) -> int:
    """Class of each cell of a block, and the cells of each class as bits; how many classes there may be."""
    infinity, most = limits[3], len(bounds)
    finite = _between(values, start, -limits[2], limits[2])
    unknown = _between(values, start, limits[4], limits[4])
    left = finite & ~unknown
    for j in range(most):
        higher = left & _between(values, start, bounds[j], infinity)
        cells[j] = left & ~higher
        _mark(codes, cells[j], np.uint8(j))
        left = higher
    cells[most] = left
    _mark(codes, left, np.uint8(most))
    if finite & ~unknown == ALL:
        return most + 1
    numbers = _between(values, start, -infinity, infinity)
    cells[most + 1], cells[most + 2] = unknown | ~numbers, numbers & ~finite & ~unknown
    _mark(codes, cells[most + 1], np.uint8(most + 1))
    _mark(codes, cells[most + 2], np.uint8(most + 2))
    return most + 3


@_compiled
def _add_lines(
    lines: np.ndarray, some: Shape, cells: np.ndarray, classes: int, codes: np.ndarray, sums: np.ndarray
) -> None:
    """Lines of a block: their entries by the class of their cell, their whole cells by counting bits."""
    for n in range(np.uint64(some[0]), np.uint64(some[1])):
        row, whole, weight = lines[n, 0], lines[n, 1], lines[n, 2]
        for k in range(3, 8):
            entry = lines[n, k]
            cell, of_area = entry & np.uint64(63), (entry >> np.uint64(6)) & np.uint64(1)
            sums[row, of_area, np.uint64(codes[cell])] += np.int64(entry >> np.uint64(7))
        if whole:
            for j in range(np.uint64(classes)):
                sums[row, np.uint64(1), j] += np.int64(_count(whole & cells[j]) * weight)


def _lanes(context: Any, builder: Any, signature: Any, args: Any) -> tuple[Any, Callable[[Any], Any]]:
    """The cells of a block as one vector, and how a number becomes a vector to compare them with."""
    values: Any = signature.args[0].dtype
    number = context.get_data_type(signature.args[2])
    start = builder.gep(context.make_array(signature.args[0])(context, builder, args[0]).data, [args[1]])
    cells = ir.VectorType(context.get_data_type(values), BLOCK).as_pointer()
    here, lanes = builder.load(builder.bitcast(start, cells), align=1), ir.VectorType(number, BLOCK)
    if values in types.integer_domain:
        here = (builder.sitofp if values.signed else builder.uitofp)(here, lanes)

    def repeated(value: Any) -> Any:
        one = builder.insert_element(ir.Constant(lanes, ir.Undefined), value, ir.IntType(32)(0))
        return builder.shuffle_vector(
            one, one, ir.Constant(ir.VectorType(ir.IntType(32), BLOCK), [0] * BLOCK)
        )

    return here, repeated


@_inline
def _between(_: Any, values: Any, start: Any, low: Any, high: Any) -> Any:
    """One bit a cell of a block: whether it is at least ``low`` and at most ``high``; never what is NaN."""

    def bits(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        here, repeated = _lanes(context, builder, signature, args)
        above = builder.fcmp_ordered(">=", here, repeated(args[2]))
        return builder.bitcast(
            builder.and_(above, builder.fcmp_ordered("<=", here, repeated(args[3]))), ir.IntType(BLOCK)
        )

    return types.uint64(values, types.uint64, low, high), bits


@_inline
def _mark(_: Any, codes: Any, cells: Any, code: Any) -> Any:
    """Write a code at the cells of a block whose bit is set."""

    def write(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        byte = ir.IntType(8)
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        place = builder.bitcast(data, ir.VectorType(byte, BLOCK).as_pointer())
        one = builder.insert_element(
            ir.Constant(ir.VectorType(byte, BLOCK), ir.Undefined), args[2], ir.IntType(32)(0)
        )
        code = builder.shuffle_vector(
            one, one, ir.Constant(ir.VectorType(ir.IntType(32), BLOCK), [0] * BLOCK)
        )
        chosen = builder.bitcast(args[1], ir.VectorType(ir.IntType(1), BLOCK))
        builder.store(builder.select(chosen, code, builder.load(place, align=1)), place, align=1)
        return context.get_dummy_value()

    return types.void(codes, types.uint64, types.uint8), write


@_inline
def _count(_: Any, bits: Any) -> Any:
    """How many bits are set."""
    return types.uint64(types.uint64), lambda _, builder, __, args: builder.ctpop(args[0])


@_inline
def _fetch(_: Any, array: Any, place: Any) -> Any:
    """Ask for a part of an array before it is needed."""

    def ask(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        start, number = (
            builder.bitcast(builder.gep(data, [args[1]]), ir.IntType(8).as_pointer()),
            ir.IntType(32),
        )
        kind = ir.FunctionType(ir.VoidType(), [start.type, number, number, number])
        call = builder.module.declare_intrinsic("llvm.prefetch", [start.type], kind)
        builder.call(call, [start, number(0), number(3), number(1)])  # to read, to stay near, data
        return context.get_dummy_value()

    return types.void(array, types.uint64), ask
