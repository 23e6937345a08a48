"""Regular grids: their lattice, the area of their cells, and how two of them overlay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import rioxarray  # noqa: F401  (registers the .rio accessor)
import xarray as xr
from affine import Affine
from pyproj import CRS
from scipy import sparse

from geoalarm.core.errors import InputError
from geoalarm.core.keyed_cache import KeyedCache
from geoalarm.core.model import require_crs
from geoalarm.geo.cell_area import (
    authalic_height,
    ellipsoid_of,
    equal_area_unit_m2,
    is_plain_geographic,
    radians_of,
    rectangle_areas,
)
from geoalarm.geo.crs import horizontal, same_crs, transformer

SAMPLES_PER_SIDE = 8
"""Sub-cells along the side of a source cell when two grids in different CRS overlay: places are off by 1/16
of a side at most.
"""


_LATTICES: Final[KeyedCache[Any]] = KeyedCache(32)
"""Lattices of the last rasters: those of one territory mostly lie on few, and each knows its areas."""


@dataclass(frozen=True)
class Grid:
    """A north-up lattice: CRS, affine transform of the upper left corner, shape (rows, columns)."""

    crs: CRS
    transform: Affine
    shape: tuple[int, int]

    @classmethod
    def from_dataarray(cls, data: xr.DataArray) -> Grid:
        """Lattice of a raster with dims (y, x).

        Raises
        ------
        InputError
            If the raster has no CRS, is rotated, or its cells are not evenly spaced.
        """
        axes = [data[axis].to_numpy() for axis in (data.rio.x_dim, data.rio.y_dim)]
        stated = data.coords[data.rio.grid_mapping].attrs if data.rio.grid_mapping in data.coords else {}
        crs = data.rio.crs
        key = crs and crs.to_wkt(), stated.get("GeoTransform"), *((str(a.dtype), a.tobytes()) for a in axes)
        return _LATTICES.get(key, lambda: cls._read(data))

    @classmethod
    def _read(cls, data: xr.DataArray) -> Grid:
        require_crs(data, what="raster")
        transform = data.rio.transform(recalc=True)
        if transform.b or transform.d:
            raise InputError(
                "raster is rotated",
                got=tuple(transform)[:6],
                expected="rows along x, columns along y",
                hint="warp it north-up first (gdalwarp)",
            )
        for axis in (data.rio.x_dim, data.rio.y_dim):
            _require_even(data[axis].to_numpy(), axis)
        return cls(
            CRS.from_user_input(data.rio.crs),
            transform,
            (data.sizes[data.rio.y_dim], data.sizes[data.rio.x_dim]),
        )

    @cached_property
    def key(self) -> tuple[object, ...]:
        """What tells lattices apart, quickly compared."""
        return self.crs.to_wkt(), tuple(self.transform)[:6], self.shape

    @property
    def size(self) -> int:
        """Number of cells."""
        return self.shape[0] * self.shape[1]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(minx, miny, maxx, maxy) in the grid's CRS."""
        xs = self.transform.c, self.transform.c + self.transform.a * self.shape[1]
        ys = self.transform.f, self.transform.f + self.transform.e * self.shape[0]
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of the lattice [CRS units]."""
        west, south, east, north = self.bounds
        return (west + east) / 2, (south + north) / 2

    @cached_property
    def x_edges(self) -> np.ndarray:
        """Cell edges along x, in column order; n_columns + 1 values [CRS units]."""
        return self.transform.c + self.transform.a * np.arange(self.shape[1] + 1)

    @cached_property
    def y_edges(self) -> np.ndarray:
        """Cell edges along y, in row order; n_rows + 1 values [CRS units]."""
        return self.transform.f + self.transform.e * np.arange(self.shape[0] + 1)

    @cached_property
    def _areas_km2(self) -> np.ndarray:
        """Area of the cells [km2], as small as broadcasts to the grid's shape: one value where all are alike
        (equal area), one a row in degrees.
        """
        return self._areas_at(*(np.arange(count) for count in self.shape))

    def _areas_at(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Area of the cells of some rows and columns [km2], also beyond the grid; may be smaller, to
        broadcast.
        """
        a, e = self.transform.a, self.transform.e
        if self._unit_m2 is not None:
            return np.full((1, 1), abs(a * e) * self._unit_m2 / 1e6)
        across, down = (
            np.sort(start + step * np.stack([places, places + 1], axis=1), axis=1)
            for start, step, places in ((self.transform.c, a, columns), (self.transform.f, e, rows))
        )
        if not is_plain_geographic(self.crs):
            return np.nan_to_num(rectangle_areas(self.crs, across, down, at=self.middle)) / 1e6
        flat = horizontal(self.crs)
        strips = np.diff(_heights(down, flat), axis=1) * ellipsoid_of(flat).a ** 2 / 2
        return strips * (abs(a) * radians_of(flat)) / 1e6

    @cached_property
    def _unit_m2(self) -> float | None:
        return equal_area_unit_m2(self.crs, self.bounds)

    @property
    def is_equal_area(self) -> bool:
        """Whether equal areas of the plane are equal areas of the earth, here."""
        return self._unit_m2 is not None

    @property
    def is_even_along_rows(self) -> bool:
        """Whether the cells of a row are equally large: on an equal-area lattice, and one in degrees."""
        return self.is_equal_area or is_plain_geographic(self.crs)

    def cell_area_km2(self, cells: np.ndarray | None = None) -> np.ndarray:
        """Area on the ellipsoid of some cells, by their numbers in row order, or of every cell (size,) [km2];
        0 for a cell off the map of its projection.
        """
        areas = np.broadcast_to(self._areas_km2, self.shape)
        if cells is None:
            return areas.ravel()
        if self._areas_km2.size == 1:
            return np.broadcast_to(self._areas_km2.ravel(), np.shape(cells))
        rows, columns = np.divmod(cells, self.shape[1])
        return np.asarray(areas[rows, columns])

    def area_slopes(self) -> tuple[np.ndarray, np.ndarray]:
        """By which part of itself the area of a cell changes from one end of the cell to the other, down and
        across (rows, columns) [1].
        """
        rows, columns = self.shape
        areas = self._areas_at(np.arange(-1, rows + 1), np.arange(-1, columns + 1))
        found = []
        for axis in (0, 1):
            change = np.gradient(areas, axis=axis) if areas.shape[axis] > 1 else np.zeros_like(areas)
            slope = np.clip(np.divide(change, areas, out=np.zeros_like(areas), where=areas > 0), -1, 1)
            inner = tuple(slice(1, -1) if size > 1 else slice(None) for size in areas.shape)
            found.append(np.broadcast_to(slope[inner], self.shape))
        return found[0], found[1]

    def steepest_slope(self, rows: slice, columns: slice) -> float:
        """The largest of :meth:`area_slopes` in a window, looked for at a few of its cells [1]."""
        down, across = (
            np.unique(np.linspace(part.start, part.stop, 16, dtype=int)) for part in (rows, columns)
        )
        here = self._areas_at(down, across)
        changes = (self._areas_at(down + 1, across) - here, self._areas_at(down, across + 1) - here)
        known = here > 0
        return max(float((np.abs(change)[known] / here[known]).max(initial=0)) for change in changes)

    def cell_size_m(self) -> float:
        """Side of a square as large as the middle cell [m], to tell the finer of two grids."""
        middle = float(self._areas_at(*(np.array([count // 2]) for count in self.shape))[0, 0])
        if middle == 0:  # off the map of the projection
            middle = float(np.max(self._areas_km2))
        return float(np.sqrt(middle) * 1000)

    def window(self, bounds: tuple[float, float, float, float], *, margin: int = 1) -> tuple[slice, slice]:
        """Rows and columns that cover ``bounds`` (grid CRS) and ``margin`` cells, in the grid; or none."""
        columns = np.sort((np.array([bounds[0], bounds[2]]) - self.transform.c) / self.transform.a)
        rows = np.sort((np.array([bounds[1], bounds[3]]) - self.transform.f) / self.transform.e)
        return _clip(rows, self.shape[0], margin), _clip(columns, self.shape[1], margin)

    def refine(self, factor: int) -> Grid:
        """The lattice with each cell cut into ``factor`` by ``factor``."""
        return Grid(
            self.crs,
            self.transform @ Affine.scale(1 / factor),
            (self.shape[0] * factor, self.shape[1] * factor),
        )

    def crop(self, rows: slice, columns: slice) -> Grid:
        """The part of the lattice in a window; itself, if that is all of it."""
        if (rows, columns) == tuple(slice(0, size) for size in self.shape):
            return self
        transform = self.transform @ Affine.translation(columns.start, rows.start)
        return Grid(self.crs, transform, (rows.stop - rows.start, columns.stop - columns.start))


def lattice_offset(source: Grid, target: Grid) -> tuple[int, int] | None:
    """Row and column of the target at which the source begins, in one lattice; else None."""
    a, b = source.transform, target.transform
    if not same_crs(source.crs, target.crs) or not np.allclose((a.a, a.e), (b.a, b.e), rtol=1e-9, atol=0):
        return None
    steps = np.array([(a.f - b.f) / b.e, (a.c - b.c) / b.a])
    whole = np.round(steps)
    if np.abs(steps - whole).max() > 1e-4:
        return None
    return int(whole[0]), int(whole[1])


def overlay(source: Grid, target: Grid) -> sparse.csr_array:
    """Share of each target cell's area that lies in each source cell: (target.size x source.size), rows sum
    to at most 1.

    Exact where both grids share a CRS (areas on the ellipsoid in any of them); else target cells are cut into
    sub-cells so that :data:`SAMPLES_PER_SIDE` of them fit along a source cell, and each is placed by its
    centre.
    """
    if same_crs(source.crs, target.crs):
        return _overlay_aligned(source, target)
    return _overlay_sampled(source, target)


def _overlay_aligned(source: Grid, target: Grid) -> sparse.csr_array:
    flat = horizontal(source.crs)
    along_x = _shared(source.x_edges, target.x_edges)
    if is_plain_geographic(flat):
        along_y = _shared(_heights(source.y_edges, flat), _heights(target.y_edges, flat))
    else:
        along_y = _shared(source.y_edges, target.y_edges)
        if not target.is_equal_area:
            return _overlay_by_area(along_y, along_x, source, target)
    down = _share_matrix(along_y, source.shape[0], target.shape[0])
    across = _share_matrix(along_x, source.shape[1], target.shape[1])
    return sparse.csr_array(sparse.kron(down, across, format="csr"))


@dataclass(frozen=True)
class _SharedIntervals:
    """Where intervals of two sets of edges meet, along one axis: their positions, the ends of what they
    share, and the share of the target interval that it is.
    """

    target: np.ndarray
    source: np.ndarray
    ends: np.ndarray
    share: np.ndarray


def _shared(source: np.ndarray, target: np.ndarray) -> _SharedIntervals:
    lows_s, highs_s = _intervals(source).T
    lows_t, highs_t = _intervals(target).T
    order = np.argsort(lows_s)
    first = np.searchsorted(highs_s[order], lows_t, side="right")
    last = np.searchsorted(lows_s[order], highs_t, side="left")
    counts = np.maximum(last - first, 0)
    rows = np.repeat(np.arange(len(lows_t)), counts)
    offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    columns = order[np.repeat(first, counts) + offsets]
    ends = np.column_stack(
        [np.maximum(lows_t[rows], lows_s[columns]), np.minimum(highs_t[rows], highs_s[columns])]
    )
    whole, part = (highs_t - lows_t)[rows], ends[:, 1] - ends[:, 0]
    keep = part > 1e-9 * whole
    return _SharedIntervals(rows[keep], columns[keep], ends[keep], part[keep] / whole[keep])


def _share_matrix(found: _SharedIntervals, sources: int, targets: int) -> sparse.csr_array:
    return sparse.csr_array((found.share, (found.target, found.source)), shape=(targets, sources))


def _overlay_by_area(
    down: _SharedIntervals, across: _SharedIntervals, source: Grid, target: Grid
) -> sparse.csr_array:
    """Shares by area on the ellipsoid, where equal parts of a cell's plane are not equal land."""
    rows = (down.target[:, None] * target.shape[1] + across.target).ravel()
    columns = (down.source[:, None] * source.shape[1] + across.source).ravel()
    part = np.nan_to_num(rectangle_areas(target.crs, across.ends, down.ends, at=target.middle)).ravel() / 1e6
    whole = target.cell_area_km2(rows)
    share = np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
    return sparse.csr_array((share, (rows, columns)), shape=(target.size, source.size))


def _intervals(edges: np.ndarray) -> np.ndarray:
    """Lower and upper end of each interval between edges (n, 2), in their order."""
    return np.sort(np.column_stack([edges[:-1], edges[1:]]), axis=1)


def _overlay_sampled(source: Grid, target: Grid) -> sparse.csr_array:
    per_side = int(
        np.clip(
            np.ceil(SAMPLES_PER_SIDE * target.cell_size_m() / source.cell_size_m()), 1, 16 * SAMPLES_PER_SIDE
        )
    )
    steps = (np.arange(per_side) + 0.5) / per_side
    corners = transformer(target.crs, source.crs).transform(*np.meshgrid(target.x_edges, target.y_edges))
    across, down = (
        (np.asarray(axis) - start) / step for axis, start, step in _axes(corners, source.transform)
    )
    cells = np.repeat(np.arange(target.shape[1]), per_side * per_side)
    shares = _sub_cell_shares(target, per_side)
    parts = []
    for row in range(target.shape[0]):
        with np.errstate(invalid="ignore"):
            columns = np.floor(_within(across[row : row + 2], steps))
            rows = np.floor(_within(down[row : row + 2], steps))
            inside = (columns >= 0) & (columns < source.shape[1]) & (rows >= 0) & (rows < source.shape[0])
        hits = (rows[inside] * source.shape[1] + columns[inside]).astype("int64")
        part = sparse.csr_array(
            (shares(row)[inside], (cells[inside], hits)),
            shape=(target.shape[1], source.size),
        )
        part.sum_duplicates()
        parts.append(part)
    return sparse.csr_array(sparse.vstack(parts, format="csr"))


def _axes(corners: tuple[np.ndarray, np.ndarray], transform: Affine) -> list[tuple[np.ndarray, float, float]]:
    return [(corners[0], transform.c, transform.a), (corners[1], transform.f, transform.e)]


def _within(edges: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Values at sub-cell centres of a row, bilinear between corners (2, n + 1); flat, cell by cell."""
    north, south = (edge[:-1, None] + (edge[1:] - edge[:-1])[:, None] * steps[None, :] for edge in edges)
    values: np.ndarray = north[:, None, :] + (south - north)[:, None, :] * steps[None, :, None]
    return values.ravel()


def _sub_cell_shares(target: Grid, per_side: int) -> Callable[[int], np.ndarray]:
    """A function that gives, for a row of cells, the share of its cell's area of each sub-cell, flat in the
    order of :func:`_within`: areas change evenly from cell to cell, so also within one.
    """
    if target.is_equal_area:
        even = np.full(target.shape[1] * per_side**2, 1 / per_side**2)
        return lambda row: even
    steps = (np.arange(per_side) + 0.5) / per_side - 0.5
    down, across = target.area_slopes()

    def shares(row: int) -> np.ndarray:
        change = down[row, :, None, None] * steps[:, None] + across[row, :, None, None] * steps
        return np.asarray((1 + change) / per_side**2).ravel()

    return shares


def _heights(latitudes: np.ndarray, flat: CRS) -> np.ndarray:
    """Coordinates of a geographic system, degrees or grads, as heights proportional to area; at most a
    pole's.
    """
    radians = np.clip(latitudes * radians_of(flat), -np.pi / 2, np.pi / 2)
    return authalic_height(radians, ellipsoid_of(flat).es)


def _require_even(centres: np.ndarray, axis: str) -> None:
    steps = np.diff(centres)
    if len(steps) and not np.allclose(steps, steps[0], rtol=1e-3, atol=0):
        raise InputError(
            f"raster cells are not evenly spaced along {axis}",
            got=f"steps {steps.min():g} to {steps.max():g}",
            expected="one step",
            hint="resample it to a regular grid",
        )


def _clip(span: np.ndarray, size: int, margin: int) -> slice:
    start = int(np.clip(np.floor(span[0] + 1e-9) - margin, 0, size))
    stop = int(np.clip(np.ceil(span[1] - 1e-9) + margin, 0, size))
    return slice(start, max(start, stop))
