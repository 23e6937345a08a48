"""Weights of cells by row of a matrix, in whole numbers, laid out as one pass over a raster meets them.

A raster is read in blocks of 64 cells, in row order. A block that is of the commonest class from end to end,
dry or without data, is left at once: most are; that class is what the others leave of the whole. Of any other
block the cells of each class become 64 bits. What the rows of the matrix (communes) have in it lies side by
side, in lines of eight numbers that a processor fetches as one::

    block       ~~~~~~~~~~~~~~~~~......................~~~~~~~~~~~~~~~~~~~   cells of a class: 1110..0111
    commune 3   ############/                                                  whole cells, and cut ones
    commune 7               /###############################################

    line        row | whole cells, a bit each | weight of one | entry | entry | entry | entry | entry
    entry       weight (57 bits), whether it is area (1 bit), cell of the block (6 bits)

Whole cells of one area are counted by their bits: how many of them are in a class, times their weight.
People, and the area of cells that lie in the row in part, are entries, added to the class of their cell.
Weights are whole numbers: sums are the same in any order, any number of threads and any cut of the raster.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

BLOCK: Final = 64
"""Cells of a block: as many as a number has bits."""

BITS: Final = 56
"""The weights of a row add up to less than 2 to this power, so that an entry has room for each, and no sum
overflows. A weight is off by half a unit: a row of seventy million cells by less than 1e-9.
"""

COUNTED: Final = ("uint8", "int16", "int32", "float32", "float64")
"""Types of rasters that are counted as they are; others become one that holds all their numbers."""

MOST_BOUNDS: Final = 250
"""Bounds of classes: the class of a cell is a number of one byte."""

SAMPLE: Final = 2000
"""Cells that are asked which class is the commonest."""

ENTRIES: Final = 5
"""Entries of a line."""


class WeightedIndex(NamedTuple):
    """People and area of the cells of each row.

    Attributes
    ----------
    starts : numpy.ndarray of uint32
        With which line each block of the raster begins; one more than there are.
    lines : numpy.ndarray (lines, 8) of uint64
        See the picture above; a row that has many entries in a block has several lines, whole cells in the
        first.
    totals : numpy.ndarray (rows, 2) of int64
        Sum of the weights of each row, of people and of area.
    """

    starts: np.ndarray
    lines: np.ndarray
    totals: np.ndarray


class RasterBlocks(NamedTuple):
    """Blocks of a raster, and the bounds of its classes.

    Attributes
    ----------
    values : numpy.ndarray
        Cells of the blocks, 64 of each; of a type whose numbers are numbers of the bounds too.
    places : numpy.ndarray of int64
        Which block of the raster each is.
    bounds : numpy.ndarray of float32 or float64
        Rising.
    limits : numpy.ndarray (5,), of the type of the bounds
        ``low`` and ``high`` of the common class; the largest number; infinity; what stands for a value that
        is not known, beside NaN, or NaN.
    common : int
        A block is of the common class if these of its 64 bits are set: which cells lie from ``low`` to
        ``high``, both included. All of them for cells below all bounds, or of the no-data value; none of them
        for NaN.
    """

    values: np.ndarray
    places: np.ndarray
    bounds: np.ndarray
    limits: np.ndarray
    common: np.uint64

    @property
    def is_mostly_unknown(self) -> bool:
        """Whether the common class is what is not known."""
        return bool(self.common == 0 or self.limits[0] == self.limits[4])

    @classmethod
    def of(cls, values: np.ndarray, bounds: np.ndarray, no_data: float | None) -> list[RasterBlocks]:
        """A flat raster, and its last cells where they do not fill a block: filled up with the last one."""
        values, kind = values.astype(counted_type(values.dtype), copy=False), bounds_type(values.dtype)
        bounds, none = bounds.astype(kind), kind.type(np.nan if no_data is None else no_data)
        low, high, common = _common(values[:: len(values) // SAMPLE + 1], bounds, none)
        asked = bounds, np.array([low, high, np.finfo(kind).max, np.inf, none], kind), common
        whole = len(values) // BLOCK
        rest = np.append(values[whole * BLOCK :], np.full(-len(values) % BLOCK, values[-1]))
        parts = ((values[: whole * BLOCK], np.arange(whole)), (rest, np.arange(whole, whole + 1)))
        return [cls(part, places, *asked) for part, places in parts if len(part)]


def _common(
    sample: np.ndarray, bounds: np.ndarray, none: np.floating
) -> tuple[np.floating, np.floating, np.uint64]:
    """What tells the commonest of three: dry, NaN, the no-data value; ``low``, ``high``, ``common`` above."""
    up, every = bounds.dtype.type(np.inf), np.uint64(2**BLOCK - 1)
    dry = np.nextafter(none if none < bounds[0] else -up, up), np.nextafter(bounds[0], -up)
    asked = {(*dry, every): (sample >= dry[0]) & (sample <= dry[1])}
    asked[none, none, every] = sample == none
    asked[-up, up, np.uint64(0)] = np.isnan(sample)
    return max(asked, key=lambda key: asked[key].sum())


def counted_type(kind: np.dtype) -> np.dtype:
    """The first of :data:`COUNTED` that holds all numbers of a type exactly."""
    return next(np.dtype(wider) for wider in COUNTED if np.can_cast(kind, wider))


def bounds_type(kind: np.dtype) -> np.dtype:
    """Type in which values are compared with bounds: it holds all of them exactly."""
    return np.dtype("float32" if kind.kind == "f" and kind.itemsize <= 4 else "float64")


class IndexParts(NamedTuple):
    """What rows have in blocks, one by one: an index on the way."""

    block: np.ndarray
    row: np.ndarray
    whole: np.ndarray
    weight: np.ndarray
    counts: np.ndarray
    entries: np.ndarray

    @classmethod
    def of(
        cls,
        rows: np.ndarray,
        places: np.ndarray,
        level: np.ndarray,
        people: np.ndarray,
        area: np.ndarray,
        whole: np.ndarray,
    ) -> IndexParts:
        """Parts of cells that are sorted by row and place.

        Parameters
        ----------
        rows, places : numpy.ndarray of int
            Row of the matrix and position in the raster of each cell.
        level : numpy.ndarray
            Whole cells of one level have the same area.
        people, area : numpy.ndarray of int64
            Weights of each cell; 0 where it has none.
        whole : numpy.ndarray of bool
            Whether it lies in the row wholly.
        """
        block, bit = places // BLOCK, (places % BLOCK).astype("uint64")
        new = np.ones(len(rows), dtype=bool)
        new[1:] = (rows[1:] != rows[:-1]) | (block[1:] != block[:-1]) | (level[1:] != level[:-1])
        first, part = np.flatnonzero(new), np.cumsum(new) - 1
        cells = np.bitwise_or.reduceat(np.where(whole, np.uint64(1) << bit, np.uint64(0)), first)
        weight = np.maximum.reduceat(np.where(whole, area, 0), first)
        lived_in, cut = np.flatnonzero(people > 0), np.flatnonzero(~whole & (area > 0))
        entries = np.concatenate([_entries(people, bit, lived_in, 0), _entries(area, bit, cut, 1)])
        owner = np.concatenate([part[lived_in], part[cut]])
        counts = np.bincount(owner, minlength=len(first))
        entries = entries[np.argsort(owner, kind="stable")]
        return cls(block[first].astype("int64"), rows[first], cells, weight, counts, entries)


def weighted_index(parts: list[IndexParts], blocks: int, totals: np.ndarray) -> WeightedIndex:
    """Lines of all parts, in the order of a raster of so many blocks; see :class:`WeightedIndex`."""
    block, row, whole, weight, counts, entries = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    order = np.argsort(block, kind="stable")
    need = np.maximum(-(-counts // ENTRIES), 1)
    first = np.zeros(len(block), "int64")
    first[order] = np.cumsum(need[order]) - need[order]
    lines = _beside_each_other(int(need.sum()))
    lines[:, 0] = np.repeat(row[order], need[order])
    lines[first, 1], lines[first, 2] = whole, weight
    nth = np.arange(len(entries)) - np.repeat(np.cumsum(counts) - counts, counts)
    lines[np.repeat(first, counts) + nth // ENTRIES, 3 + nth % ENTRIES] = entries
    starts = np.append(0, np.cumsum(np.bincount(block, weights=need, minlength=blocks).astype("int64")))
    return WeightedIndex(starts.astype("uint32"), lines, totals)


def without_area(index: WeightedIndex) -> WeightedIndex:
    """The same index for who asks for people only: less to read."""
    lines, entries = index.lines, index.lines[:, 3:]
    block = np.repeat(np.arange(len(index.starts) - 1), np.diff(index.starts))
    people = (entries > 0) & (entries >> np.uint64(6) & np.uint64(1) == 0)
    new = np.ones(len(lines), dtype=bool)
    new[1:] = (block[1:] != block[:-1]) | (lines[1:, 0] != lines[:-1, 0])
    counts = np.add.reduceat(people.sum(axis=1), np.flatnonzero(new)) if len(lines) else np.zeros(0, "int64")
    kept, none = counts > 0, np.zeros(int((counts > 0).sum()), "uint64")
    parts = IndexParts(block[new][kept], lines[new, 0][kept], none, none, counts[kept], entries[people])
    return weighted_index([parts], len(index.starts) - 1, index.totals * [1, 0])


def _entries(weights: np.ndarray, bit: np.ndarray, some: np.ndarray, of_area: int) -> np.ndarray:
    return weights[some].astype("uint64") << np.uint64(7) | np.uint64(of_area << 6) | bit[some]


def _beside_each_other(lines: int) -> np.ndarray:
    """Room for lines (n, 8) of zeros, each in one line of the processor's cache."""
    room = np.zeros((lines + 1) * 8, "uint64")
    start = (-room.ctypes.data % 64) // 8
    return room[start : start + lines * 8].reshape(lines, 8)
