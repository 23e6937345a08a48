"""A footprint as it lies on the map: a raster becomes a small paletted picture, polygons become rings.

Drawing only: the picture shows the strongest class of each screen pixel and is never read back into a figure.
"""

from __future__ import annotations

import base64
import math
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import geopandas as gpd
import numpy as np
import rioxarray  # noqa: F401  (registers .rio)
import shapely
import xarray as xr
from rasterio.enums import Resampling
from rasterio.transform import from_origin

from geoalarm.app.map.geometry import WEB_MERCATOR
from geoalarm.core.model import Footprint, interval_classes
from geoalarm.exposure.cell_counts import known
from geoalarm.exposure.classify import class_codes, found_classes
from geoalarm.geo.overlay import union_by

PIXELS: Final = 1_400
"""Longest side of the picture: about one pixel of a large screen."""
RING_VERTICES: Final = 20_000
FRACTION_STEPS: Final = (1e-6, 0.25, 0.5, 0.75)
"""A share of each cell is drawn in four steps, named in percent."""
_SHARES: Final = tuple(
    replace(item, label=f"[{100 * low:g}, {100 * item.upper:g})")
    for item, low in zip(interval_classes(FRACTION_STEPS), (0, *FRACTION_STEPS[1:]), strict=True)
)

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class RasterOverlay:
    """Class numbers of a raster, 0 for nothing, row 0 in the north, as the compressed body of a PNG.

    ``bounds`` are west, south, east, north [m, EPSG:3857].
    """

    rows: int
    columns: int
    body: bytes
    bounds: Bounds
    labels: tuple[str, ...]

    def data_uri(self, colours: Sequence[str], *, opacity: float = 0.82) -> str:
        """The picture as a ``data:`` address: one colour a class, the rest transparent."""
        palette = b"\x00\x00\x00" + b"".join(bytes.fromhex(colour.lstrip("#")) for colour in colours)
        alpha = b"\x00" + bytes([round(opacity * 255)] * len(colours))
        head = struct.pack(">IIBBBBB", self.columns, self.rows, 8, 3, 0, 0, 0)
        chunks = [
            _chunk(b"IHDR", head),
            _chunk(b"PLTE", palette),
            _chunk(b"tRNS", alpha),
            _chunk(b"IDAT", self.body),
            _chunk(b"IEND", b""),
        ]
        return "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(chunks)).decode(
            "ascii"
        )


@dataclass(frozen=True, slots=True)
class PolygonOverlay:
    """Outlines of zones by class, mild to severe: ``xs`` and ``ys`` of each class for ``multi_line``."""

    labels: tuple[str, ...]
    xs: tuple[list[list[int]], ...]
    ys: tuple[list[list[int]], ...]


def render_overlay(footprint: Footprint, *, bounds: Bounds) -> RasterOverlay | PolygonOverlay:
    """What to draw of a footprint inside bounds [m, EPSG:3857]."""
    if isinstance(footprint.data, gpd.GeoDataFrame):
        return zone_rings(footprint, bounds=bounds)
    return picture(footprint, bounds=bounds)


def picture(footprint: Footprint, *, bounds: Bounds, pixels: int = PIXELS) -> RasterOverlay:
    """The classes of a raster footprint, strongest in each screen pixel.

    Parameters
    ----------
    footprint : Footprint
        dims (y, x) in any CRS; NaN and no-data are drawn as nothing.
    bounds : tuple
        West, south, east, north [m, EPSG:3857].
    """
    data = footprint.data
    assert isinstance(data, xr.DataArray)
    labels, codes = _classed(footprint, data.squeeze(drop=True), pixels)
    width, height = bounds[2] - bounds[0], bounds[3] - bounds[1]
    step = max(width, height) / pixels
    shape = (max(1, math.ceil(height / step)), max(1, math.ceil(width / step)))
    flat = codes.rio.write_nodata(0).rio.reproject(
        f"EPSG:{WEB_MERCATOR}",
        shape=shape,
        transform=from_origin(bounds[0], bounds[3], step, step),
        resampling=Resampling.max,
        nodata=0,
    )
    values = np.ascontiguousarray(flat.to_numpy().astype("uint8"))
    return encoded(
        values,
        (bounds[0], bounds[3] - shape[0] * step, bounds[0] + shape[1] * step, bounds[3]),
        labels,
    )


def encoded(codes: np.ndarray, bounds: Bounds, labels: tuple[str, ...]) -> RasterOverlay:
    """Class numbers of bytes, row 0 in the north, as a picture."""
    lines = b"".join(b"\x00" + line.tobytes() for line in np.ascontiguousarray(codes))
    return RasterOverlay(codes.shape[0], codes.shape[1], zlib.compress(lines, 9), bounds, labels)


def _classed(footprint: Footprint, data: xr.DataArray, pixels: int) -> tuple[tuple[str, ...], xr.DataArray]:
    """Labels and class numbers 1..n of a raster, 0 for none, its cells as large as the picture needs them."""
    if footprint.kind == "fraction":
        footprint = replace(footprint, kind="intensity", classes=_SHARES, units="1")
    elif footprint.kind == "classes" and not footprint.classes:
        footprint = replace(footprint, classes=found_classes(*known(data)))
    small = _shrunk(data, pixels)
    labels, codes = class_codes(footprint, *known(small))
    return labels, small.copy(data=codes.astype("uint8")).rio.write_crs(data.rio.crs)


def zone_rings(footprint: Footprint, *, bounds: Bounds) -> PolygonOverlay:
    """Outlines of the zones of each class, in the order of the footprint's classes; zones of one class are
    one, as they are counted.
    """
    frame = footprint.data
    assert isinstance(frame, gpd.GeoDataFrame)
    column = footprint.class_column
    names = frame[column].astype(str).to_numpy() if column else np.full(len(frame), "affected", dtype=object)
    inside = shapely.intersects(frame.to_crs(WEB_MERCATOR).geometry.to_numpy(), shapely.box(*bounds))
    united = union_by(names[inside], frame.geometry.to_numpy()[inside])
    labels = tuple(item.label for item in footprint.classes) or tuple(dict.fromkeys(names.tolist()))
    xs, ys = [], []
    for label in labels:
        zone = gpd.GeoSeries([united[label]] if label in united else [], crs=frame.crs)
        x, y = _lines(zone.to_crs(WEB_MERCATOR).to_numpy())
        xs.append(x)
        ys.append(y)
    return PolygonOverlay(labels, tuple(xs), tuple(ys))


def _lines(shapes: np.ndarray) -> tuple[list[list[int]], list[list[int]]]:
    tolerance = 20.0
    while shapely.get_num_coordinates(shapes).sum() > RING_VERTICES and tolerance < 2_000:
        shapes = shapely.simplify(shapes, tolerance)
        tolerance *= 2
    lines = shapely.get_parts(shapely.boundary(shapes))
    points = [np.rint(shapely.get_coordinates(line)).astype("int64") for line in lines]
    return [line[:, 0].tolist() for line in points], [line[:, 1].tolist() for line in points]


def _shrunk(data: xr.DataArray, pixels: int) -> xr.DataArray:
    """The largest value of each block of cells, so that a thin river stays and memory stays small."""
    y, x = data.rio.y_dim, data.rio.x_dim
    factor = max(1, math.floor(max(data.sizes[y], data.sizes[x]) / (2 * pixels)))
    if factor == 1:
        return data
    crs, nodata = data.rio.crs, data.rio.nodata
    small = data.where(data != nodata) if nodata is not None and np.isfinite(nodata) else data
    return small.coarsen({y: factor, x: factor}, boundary="pad").max().rio.write_crs(crs)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
