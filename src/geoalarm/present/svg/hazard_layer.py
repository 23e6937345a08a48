"""A hazard layer prepared for drawing: class codes of a raster in memory, or zones of each class, in the
system of the maps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pyproj
import shapely
import xarray as xr
from affine import Affine
from rasterio.enums import Resampling

from geoalarm.core.model import Footprint
from geoalarm.core.terms import Basis
from geoalarm.exposure.cell_counts import known
from geoalarm.exposure.classify import class_codes, found_classes
from geoalarm.geo.crs import same_crs, to_crs
from geoalarm.present.palette import EFFECT_DASHES

UNKNOWN: Final = 255
"""Code of a cell without a value; 0 is mapped and in no class, k is the k-th class from mild to severe."""

BEYOND: Final = 254
"""Code of a place outside the raster."""

MOST_CELLS: Final = 40_000_000
"""Cells kept of one layer; a finer raster is brought to blocks first."""

_BLOCK_CELLS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class RasterLayer:
    """Codes (rows from north to south) with the place of their upper left corner and their cell [m]."""

    footprint: Footprint
    labels: tuple[str, ...]
    codes: np.ndarray
    west: float
    north: float
    cell: tuple[float, float]

    def window(self, bounds: tuple[float, float, float, float]) -> tuple[np.ndarray, tuple[float, float]]:
        """Codes of the cells that touch ``bounds`` (west, south, east, north) and the place of their upper
        left corner [m].
        """
        wide, high = self.cell
        left, right = int((bounds[0] - self.west) // wide), int(-((self.west - bounds[2]) // wide))
        top, bottom = int((self.north - bounds[3]) // high), int(-((bounds[1] - self.north) // high))
        rows, columns = self.codes.shape
        out = np.full((max(bottom - top, 1), max(right - left, 1)), BEYOND, dtype="uint8")
        inner = self.codes[
            max(top, 0) : max(min(bottom, rows), 0), max(left, 0) : max(min(right, columns), 0)
        ]
        if inner.size:
            row, column = max(-top, 0), max(-left, 0)
            out[row : row + inner.shape[0], column : column + inner.shape[1]] = inner
        return out, (self.west + left * wide, self.north - top * high)


@dataclass(frozen=True, slots=True)
class ZoneLayer:
    """Zones of each class from mild to severe, unions in the maps' system, with the dash of their lines."""

    footprint: Footprint
    labels: tuple[str, ...]
    zones: tuple[shapely.Geometry, ...]
    dashes: tuple[str, ...]


MapLayer = RasterLayer | ZoneLayer


def prepare(footprint: Footprint, crs: pyproj.CRS, bounds: tuple[float, float, float, float]) -> MapLayer:
    """A footprint ready to be drawn: clipped to ``bounds`` (of ``crs``), classed, reprojected if it must."""
    return _zones(footprint, crs) if footprint.kind == "polygons" else _raster(footprint, crs, bounds)


def is_example(footprint: Footprint | None) -> bool:
    """Whether the layer is an example."""
    return footprint is not None and footprint.basis == Basis.ILLUSTRATIVE


def coarser(codes: np.ndarray, step: int) -> np.ndarray:
    """Blocks of ``step`` by ``step`` cells as one: the median class, the more severe of two; unknown where
    most of it is.

    The last rows and columns are filled up with what lies beyond.
    """
    if step <= 1:
        return codes
    rows, columns = (-(-size // step) for size in codes.shape)
    padded = np.full((rows * step, columns * step), BEYOND, dtype="uint8")
    padded[: codes.shape[0], : codes.shape[1]] = codes
    blocks = padded.reshape(rows, step, columns, step).swapaxes(1, 2).reshape(rows, columns, step * step)
    silent = blocks >= BEYOND
    middle = np.sort(np.where(silent, 0, blocks), axis=2)[:, :, (step * step) // 2]
    most = silent.sum(axis=2) * 2 > step * step
    return np.where(most, blocks.max(axis=2), middle).astype("uint8")


def _raster(footprint: Footprint, crs: pyproj.CRS, bounds: tuple[float, float, float, float]) -> RasterLayer:
    clipped = _clipped(footprint.data, crs, bounds)
    if clipped is None:
        labels = tuple(cls.label for cls in footprint.classes) or ("affected",)
        return RasterLayer(
            footprint, labels, np.full((1, 1), BEYOND, dtype="uint8"), bounds[0], bounds[3], (1e3, 1e3)
        )
    if not same_crs(clipped.rio.crs, crs):
        clipped = clipped.compute().rio.reproject(
            crs.to_wkt(), resampling=Resampling.nearest, nodata=_spare(clipped)
        )
    if not footprint.classes and footprint.kind == "classes":
        footprint = replace(footprint, classes=found_classes(*known(clipped)))
    transform: Affine = clipped.rio.transform(recalc=True)
    step = max(1, int(np.ceil(np.sqrt(clipped.size / MOST_CELLS))))
    labels, codes = _codes(replace(footprint, data=clipped), step)
    if transform.e > 0:
        codes = codes[::-1]
    cell = (abs(transform.a) * step, abs(transform.e) * step)
    west, _, _, north = clipped.rio.bounds(recalc=True)
    return RasterLayer(footprint, labels, np.ascontiguousarray(codes), west, north, cell)


def _clipped(
    data: xr.DataArray, crs: pyproj.CRS, bounds: tuple[float, float, float, float]
) -> xr.DataArray | None:
    """The part of a raster round the communes; None where there is none."""
    x, y = data.rio.x_dim, data.rio.y_dim
    own = pyproj.CRS.from_user_input(data.rio.crs)
    if not same_crs(own, crs):
        bounds = pyproj.Transformer.from_crs(crs, own, always_xy=True).transform_bounds(*bounds)
    wide, high = (abs(step) for step in data.rio.resolution())
    inside_x = (data[x].to_numpy() >= bounds[0] - wide) & (data[x].to_numpy() <= bounds[2] + wide)
    inside_y = (data[y].to_numpy() >= bounds[1] - high) & (data[y].to_numpy() <= bounds[3] + high)
    if inside_x.sum() < 2 or inside_y.sum() < 2:
        return None
    return data.isel({x: np.flatnonzero(inside_x), y: np.flatnonzero(inside_y)})


def _codes(footprint: Footprint, step: int) -> tuple[tuple[str, ...], np.ndarray]:
    """Codes of a whole raster, made in bands of rows so that little is held at once."""
    data = footprint.data
    y = data.rio.y_dim
    rows, columns = data.sizes[y], data.sizes[data.rio.x_dim]
    high = max(step, _BLOCK_CELLS // max(columns, 1) // step * step)
    labels: tuple[str, ...] = ()
    bands = []
    for start in range(0, rows, high):
        band = data.isel({y: slice(start, start + high)})
        values, valid = known(band)
        labels, found = class_codes(footprint, values, valid)
        unknown = UNKNOWN if footprint.no_data == "not_studied" else 0
        codes = np.where(valid, np.minimum(found, BEYOND - 1), unknown).astype("uint8")
        bands.append(coarser(codes, step))
    return labels, np.vstack(bands)


def _spare(data: xr.DataArray) -> float:
    """A value for the cells that a reprojection leaves empty."""
    declared = data.rio.nodata
    if declared is not None:
        return float(declared)
    return float("nan") if data.dtype.kind == "f" else float(np.iinfo(data.dtype).max)


def _zones(footprint: Footprint, crs: pyproj.CRS) -> ZoneLayer:
    shapes = to_crs(footprint.data, crs)
    column = footprint.class_column
    labels = tuple(cls.label for cls in footprint.classes)
    if column is None:
        labels = labels[:1] or ("affected",)
        zones = (shapely.union_all(shapes.geometry.to_numpy()),)
    else:
        named = shapes[column].astype("str")
        if not labels:
            widest = shapes.area.groupby(named).max().sort_values(ascending=False, kind="stable")
            labels = tuple(str(label) for label in widest.index)
        zones = tuple(
            shapely.union_all(shapes.geometry[named.eq(label).to_numpy()].to_numpy()) for label in labels
        )
    plain = ["dotted", "dashed", "solid"][-len(labels) :] if len(labels) <= 3 else ["solid"] * len(labels)
    dashes = tuple(EFFECT_DASHES.get(label, dash) for label, dash in zip(labels, plain, strict=True))
    return ZoneLayer(footprint, labels, zones, dashes)
