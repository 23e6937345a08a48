"""The loops of :mod:`geoalarm.geo._kernels` on whole arrays, for a machine without numba and for small jobs:
the same steps in the same order, so the same numbers to the bit.
"""

from __future__ import annotations

import numpy as np

from geoalarm.geo.lattice_rings import CoveredCells, LatticeRings
from geoalarm.geo.weighted_cells import BLOCK, RasterBlocks, WeightedIndex


def covered_cells(rings: LatticeRings, shape: tuple[int, int], speck: float) -> CoveredCells:
    """See :func:`geoalarm.geo.kernels.covered_cells`."""
    polygon, place, cover, area = _merged(*_cut_at_columns(_cut_at_rows(_edges(rings), shape[0]), shape))
    column = place % (shape[1] + 1) - 1
    line = polygon * shape[0] + place // (shape[1] + 1)
    passed = _sums_before(line, cover)
    behind = np.append(np.where(line[1:] == line[:-1], column[1:], shape[1]), shape[1])[: len(line)]
    first = np.concatenate([column, column + 1]) + np.tile(line * shape[1], 2)
    length = np.concatenate([column >= 0, behind - column - 1])
    share = np.concatenate([passed + area, passed + cover])
    kept = (length > 0) & (share > speck)
    share = np.where(share < 1 - speck, share, 1.0)
    cells, shares = _written(first[kept], length[kept], share[kept])
    owner, cells = np.divmod(cells, shape[0] * shape[1])
    counts = np.bincount(owner, minlength=len(rings.polygons) - 1)
    kind = "int32" if shape[0] * shape[1] < 2**31 else "int64"
    return CoveredCells(np.concatenate([[0], np.cumsum(counts)]), cells.astype(kind), shares)


def close_cells(found: CoveredCells, size: int, full: float) -> None:
    """See :func:`geoalarm.geo.kernels.close_cells`."""
    total = np.bincount(found.cells, weights=found.shares, minlength=size)[found.cells]
    near = (np.abs(total - 1.0) < full) & (total != 1.0)
    found.shares[near] /= total[near]


def sums_by_class(rasters: list[RasterBlocks], index: WeightedIndex) -> np.ndarray:
    """See :func:`geoalarm.geo.kernels.sums_above`: by row, people and area, and class."""
    sums = np.zeros((len(index.totals), 2, len(rasters[0].bounds) + 3), "int64")
    block = np.repeat(np.arange(len(index.starts) - 1), np.diff(index.starts))
    row, whole, weight, *entries = index.lines.T
    for raster in rasters:
        here = (block >= raster.places[0]) & (block <= raster.places[-1])
        at, codes = block[here] - raster.places[0], _class_of_cells(raster).reshape(-1, BLOCK)
        for entry in entries:
            code = codes[at, entry[here] & 63]
            np.add.at(sums, (row[here], entry[here] >> 6 & 1, code), (entry[here] >> 7).astype("int64"))
        for code in range(sums.shape[2]):
            cells = np.packbits(codes == code, axis=1, bitorder="little").view("uint64").ravel()
            found = np.bitwise_count(whole[here] & cells[at]) * weight[here]
            np.add.at(sums, (row[here], 1, code), found.astype("int64"))
    return sums


def _class_of_cells(raster: RasterBlocks) -> np.ndarray:
    values, most, (_, _, _, infinity, none) = raster.values, len(raster.bounds), raster.limits
    codes = np.searchsorted(raster.bounds, values, side="right")
    codes[np.abs(values) == infinity] = most + 2
    codes[np.isnan(values) | (values == none)] = most + 1
    return codes


def _written(first: np.ndarray, length: np.ndarray, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Runs of cells, sorted and written out one by one."""
    order = np.argsort(first, kind="stable")
    first, length, share = first[order], length[order], share[order]
    offset = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    return np.repeat(first, length) + offset, np.repeat(share, length)


def _edges(rings: LatticeRings) -> tuple[np.ndarray, ...]:
    """Polygon, ends (the upper one first) and sign of each edge."""
    sizes = np.maximum(np.diff(rings.rings), 1)
    ring = np.repeat(np.arange(len(rings.outer)), sizes - 1)
    i = np.arange(len(ring)) + ring
    first, x, y = rings.rings[ring], rings.x, rings.y
    turned = (x[i] - x[first]) * (y[i + 1] - y[first]) - (x[i + 1] - x[first]) * (y[i] - y[first])
    left = np.bincount(ring, weights=turned, minlength=len(rings.outer)) > 0
    sign = np.where(left == rings.outer, -1.0, 1.0)[ring]
    polygon = np.repeat(np.arange(len(rings.polygons) - 1), np.diff(rings.polygons))[ring]
    rising = y[i] > y[i + 1]
    a, b = np.where(rising, i + 1, i), np.where(rising, i, i + 1)
    return polygon, x[a], y[a], x[b], y[b], np.where(rising, -sign, sign)


def _cut_at_rows(edges: tuple[np.ndarray, ...], rows: int) -> tuple[np.ndarray, ...]:
    """Polygon, row, ends from left to right and signed height of the pieces of edges within each row."""
    upper, end = np.maximum(edges[2], 0.0), np.minimum(edges[4], float(rows))
    on = upper < end
    polygon, x0, y0, x1, y1, sign, upper, end = (part[on] for part in (*edges, upper, end))
    top = np.floor(upper).astype("int64")
    edge, step = _repeated(np.ceil(end).astype("int64") - top)
    row = top[edge] + step
    upper, lower = np.maximum(upper[edge], row), np.minimum(end[edge], row + 1.0)
    polygon, x0, y0, x1, y1, sign = (part[edge] for part in (polygon, x0, y0, x1, y1, sign))
    low, high = np.minimum(x0, x1), np.maximum(x0, x1)
    with np.errstate(all="ignore"):  # nearly level: the ends are taken as they are
        slope = (x1 - x0) / (y1 - y0)
        here, there = (np.clip(x0 + (at - y0) * slope, low, high) for at in (upper, lower))
    here, there = np.where(upper == y0, x0, here), np.where(lower == y1, x1, there)
    return polygon, row, np.minimum(here, there), np.maximum(here, there), sign * (lower - upper)


def _cut_at_columns(pieces: tuple[np.ndarray, ...], shape: tuple[int, int]) -> tuple[np.ndarray, ...]:
    """Polygon, place, cover and area of the pieces of edges within each cell."""
    start = np.where(pieces[2] >= 0, np.floor(np.minimum(pieces[2], shape[1])), -1).astype("int64")
    count = np.maximum(np.ceil(np.minimum(pieces[3], shape[1])).astype("int64") - start, 1)
    piece, step = _repeated(np.where(start < shape[1], np.minimum(count, shape[1] - start), 0))
    polygon, row, left, right, height = (part[piece] for part in pieces)
    column = start[piece] + step
    end = np.minimum(right, column + 1.0)
    with np.errstate(all="ignore"):  # what is not chosen may divide by nothing
        upto = np.where(end == right, height, height * ((end - left) / (right - left)))
        done = np.where(step > 0, height * ((column - left) / (right - left)), 0.0)
    area = (upto - done) * (column + 1 - (np.maximum(left, column) + end) / 2)
    return polygon, row * (shape[1] + 1) + column + 1, upto - done, area


def _repeated(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Position of each of so many copies in what is copied, and the how manieth it is."""
    source = np.repeat(np.arange(len(counts)), counts)
    return source, np.arange(len(source)) - (np.cumsum(counts) - counts)[source]


def _merged(
    polygon: np.ndarray, place: np.ndarray, cover: np.ndarray, area: np.ndarray
) -> tuple[np.ndarray, ...]:
    """Pieces sorted by polygon and cell, those of one cell added up."""
    order = np.lexsort((place, polygon))
    polygon, place = polygon[order], place[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (polygon[1:] != polygon[:-1]) | (place[1:] != place[:-1])
    group = np.cumsum(new) - 1
    sums = (np.bincount(group, weights=part[order]) for part in (cover, area))
    return polygon[new], place[new], *sums


def _sums_before(line: np.ndarray, cover: np.ndarray) -> np.ndarray:
    """Sum of the covers before each piece of its line, added one by one from the left."""
    sums = np.zeros(len(line))
    new = np.append(True, line[1:] != line[:-1])[: len(line)]
    nth = np.arange(len(line)) - np.flatnonzero(new)[np.cumsum(new) - 1]
    ends = np.cumsum(np.bincount(nth))
    for some in np.split(np.argsort(nth, kind="stable"), ends[:-1])[1:]:
        sums[some] = sums[some - 1] + cover[some - 1]
    return sums
