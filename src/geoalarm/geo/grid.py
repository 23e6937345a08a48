"""Regular grids: their lattice, the area of their cells, and how two of them overlay."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import rioxarray  # noqa: F401  (registers the .rio accessor)
import xarray as xr
from affine import Affine
from pyproj import CRS
from scipy import sparse

from geoalarm.core.errors import InputError
from geoalarm.core.model import require_crs
from geoalarm.geo.crs import geod_of, same_crs, transformer

SAMPLES_PER_SIDE = 8
"""Sub-cells along the side of a source cell when two grids in different CRS overlay: places are off by 1/16
of a side at most.
"""


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

    @cached_property
    def x_edges(self) -> np.ndarray:
        """Cell edges along x, in column order; n_columns + 1 values [CRS units]."""
        return self.transform.c + self.transform.a * np.arange(self.shape[1] + 1)

    @cached_property
    def y_edges(self) -> np.ndarray:
        """Cell edges along y, in row order; n_rows + 1 values [CRS units]."""
        return self.transform.f + self.transform.e * np.arange(self.shape[0] + 1)

    @cached_property
    def row_area_km2(self) -> np.ndarray:
        """Area of one cell of each row [km2]: on the ellipsoid for degrees, the plane product for metres."""
        if not self.crs.is_geographic:
            factor = self.crs.axis_info[0].unit_conversion_factor if self.crs.axis_info else 1.0
            return np.full(self.shape[0], abs(self.transform.a * self.transform.e) * factor**2 / 1e6)
        geod = geod_of(self.crs)
        strip = _authalic_strip(self.y_edges, geod.a, geod.es)
        return strip * np.radians(abs(self.transform.a)) / 1e6

    def cell_area_km2(self) -> np.ndarray:
        """Area of every cell [km2], flat in row order (size,)."""
        return np.repeat(self.row_area_km2, self.shape[1])

    def cell_size_m(self) -> float:
        """Side of a square as large as the middle cell [m], to tell the finer of two grids."""
        return float(np.sqrt(self.row_area_km2[self.shape[0] // 2]) * 1000)

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
        """The part of the lattice in a window."""
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
    """Share of each target cell that lies in each source cell: (target.size x source.size), rows sum to at
    most 1.

    Exact where both grids share a CRS (areas on the ellipsoid for degrees); else target cells are cut into
    sub-cells so that :data:`SAMPLES_PER_SIDE` of them fit along a source cell, and each is placed by its
    centre.
    """
    if same_crs(source.crs, target.crs):
        return _overlay_aligned(source, target)
    return _overlay_sampled(source, target)


def _overlay_aligned(source: Grid, target: Grid) -> sparse.csr_array:
    across = _overlap(source.x_edges, target.x_edges)
    if source.crs.is_geographic:
        geod = geod_of(source.crs)
        down = _overlap(_authalic_height(source.y_edges, geod.es), _authalic_height(target.y_edges, geod.es))
    else:
        down = _overlap(source.y_edges, target.y_edges)
    return sparse.csr_array(sparse.kron(down, across, format="csr"))


def _overlap(source: np.ndarray, target: np.ndarray) -> sparse.csr_array:
    """Share of each target interval in each source interval, along one axis."""
    lows_s, highs_s = np.minimum(source[:-1], source[1:]), np.maximum(source[:-1], source[1:])
    lows_t, highs_t = np.minimum(target[:-1], target[1:]), np.maximum(target[:-1], target[1:])
    order = np.argsort(lows_s)
    first = np.searchsorted(highs_s[order], lows_t, side="right")
    last = np.searchsorted(lows_s[order], highs_t, side="left")
    counts = np.maximum(last - first, 0)
    rows = np.repeat(np.arange(len(lows_t)), counts)
    offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    columns = order[np.repeat(first, counts) + offsets]
    shared = np.minimum(highs_t[rows], highs_s[columns]) - np.maximum(lows_t[rows], lows_s[columns])
    keep = shared > 1e-9 * (highs_t[rows] - lows_t[rows])
    share = shared[keep] / (highs_t[rows] - lows_t[rows])[keep]
    return sparse.csr_array((share, (rows[keep], columns[keep])), shape=(len(lows_t), len(lows_s)))


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
    parts = []
    for row in range(target.shape[0]):
        with np.errstate(invalid="ignore"):
            columns = np.floor(_within(across[row : row + 2], steps))
            rows = np.floor(_within(down[row : row + 2], steps))
            inside = (columns >= 0) & (columns < source.shape[1]) & (rows >= 0) & (rows < source.shape[0])
        hits = (rows[inside] * source.shape[1] + columns[inside]).astype("int64")
        part = sparse.csr_array(
            (np.full(len(hits), 1 / per_side**2), (cells[inside], hits)), shape=(target.shape[1], source.size)
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


def _authalic_height(latitudes: np.ndarray, es: float) -> np.ndarray:
    """A function of latitude [degrees] whose differences are proportional to area on the ellipsoid (Snyder
    1987, eq. 3-12).
    """
    sine = np.sin(np.radians(np.clip(latitudes, -90, 90)))
    if es == 0:
        return 2 * sine
    e = np.sqrt(es)
    return (1 - es) * (sine / (1 - es * sine**2) - np.log((1 - e * sine) / (1 + e * sine)) / (2 * e))


def _authalic_strip(edges: np.ndarray, a: float, es: float) -> np.ndarray:
    """Area of the strips between latitudes per radian of longitude [m2]."""
    return np.abs(np.diff(_authalic_height(edges, es))) * a**2 / 2


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
