"""The lattices of the territory's rasters, and how they are written: small, cloud-optimised, the same bytes
for the same values.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import rasterio
from affine import Affine
from pyproj import CRS

from geoalarm.geo.grid import Grid

PEOPLE_CELL_M: Final = 100.0
FLOOD_CELL_M: Final = 100.0
SLOPE_CELL_M: Final = 250.0


def grid_over(frame: gpd.GeoDataFrame, cell_m: float) -> Grid:
    """Lattice of ``cell_m`` [m] over a frame in EPSG:3035, lines at whole multiples, one cell to spare."""
    west, south, east, north = frame.total_bounds
    left, bottom = (math.floor(edge / cell_m) - 1 for edge in (west, south))
    right, top = (math.ceil(edge / cell_m) + 1 for edge in (east, north))
    return Grid(
        CRS.from_epsg(3035),
        Affine(cell_m, 0.0, left * cell_m, 0.0, -cell_m, top * cell_m),
        (top - bottom, right - left),
    )


def centres(grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Easting of each column and northing of each row [m]."""
    return (
        grid.transform.c + grid.transform.a * (np.arange(grid.shape[1]) + 0.5),
        grid.transform.f + grid.transform.e * (np.arange(grid.shape[0]) + 0.5),
    )


def write_cog(
    values: np.ndarray, grid: Grid, path: Path, *, nodata: float | None, units: str, description: str
) -> None:
    """Write one band as a cloud-optimised GeoTIFF without overviews, which would mix people and classes."""
    profile = {
        "driver": "COG",
        "height": grid.shape[0],
        "width": grid.shape[1],
        "count": 1,
        "dtype": values.dtype.name,
        "crs": "EPSG:3035",
        "transform": grid.transform,
        "nodata": nodata,
        "compress": "DEFLATE",
        "level": 9,
        "blocksize": 512,
        "overviews": "NONE",
        "predictor": "YES" if values.dtype.itemsize > 1 else "NO",
        "num_threads": 1,
    }
    aside = path.with_suffix(".part.tif")
    with rasterio.open(aside, "w", **profile) as file:
        file.write(values, 1)
        file.units = (units,)
        file.set_band_description(1, description)
        file.update_tags(units=units)
    aside.replace(path)
