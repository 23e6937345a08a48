"""Longitudes counted from 0 to 360 degrees, as climate models do, turned to -180 to 180."""

from __future__ import annotations

from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
import xarray as xr
from pyproj import CRS

from geoalarm.core.errors import InputError

HALF: Final = 180.0
CLOSE: Final = 1e-6
"""Part of a cell that two edges may differ by and still meet."""


def turned_raster(data: xr.DataArray, *, what: str) -> tuple[xr.DataArray, int]:
    """The raster with its columns beyond 180 degrees moved to the west, and how many; lazy as it was.

    Raises
    ------
    InputError
        If it reaches across 180 degrees without going round the earth: turned, it would be two rasters.
    """
    crs = data.rio.crs
    if crs is None or not CRS.from_user_input(crs).is_geographic or data.sizes["x"] < 2:
        return data, 0
    x = data["x"].to_numpy()
    step = float(x[1] - x[0])
    beyond = x > HALF + CLOSE * abs(step)
    if step <= 0 or not beyond.any() or x[-1] - step / 2 > 2 * HALF + CLOSE or x[0] < -HALF:
        return data, 0
    if not beyond.all() and abs(step * len(x) - 2 * HALF) > CLOSE * step * len(x):
        raise InputError(
            f"{what} reaches across 180 degrees of longitude",
            got=f"x {x[0] - step / 2:g} to {x[-1] + step / 2:g}",
            expected="longitudes of -180 to 180, or all round the earth",
            hint="cut it at 180 degrees, take one part: gdal_translate -projwin 0 90 180 -90 in.tif out.tif",
        )
    out = data.isel(x=np.r_[np.flatnonzero(beyond), np.flatnonzero(~beyond)])
    new = out["x"].to_numpy().copy()
    new[: int(beyond.sum())] -= 2 * HALF
    out = out.assign_coords(x=("x", new, data["x"].attrs))
    return out.rio.write_transform(out.rio.transform(recalc=True)), int(beyond.sum())


def turned_frame(data: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, int]:
    """The features with their parts beyond 180 degrees moved to the west, and how many features that were."""
    if data.crs is None or not data.crs.is_geographic:
        return data, 0
    bounds = data.geometry.bounds
    beyond = ((bounds["maxx"] > HALF + CLOSE) & (bounds["maxx"] <= 2 * HALF + 1)).to_numpy()
    if not beyond.any() or bounds["minx"].min() < -HALF - CLOSE:
        return data, 0
    shapes = data.geometry.to_numpy().copy()
    shapes[beyond] = [_turned(shape) for shape in shapes[beyond]]
    return data.set_geometry(gpd.GeoSeries(shapes, index=data.index, crs=data.crs)), int(beyond.sum())


def _turned(shape: Any) -> Any:
    west, south, east, north = shape.bounds
    if west >= HALF:
        return shapely.transform(shape, _moved)
    sound = shape if shape.is_valid else shapely.make_valid(shape, method="structure")
    here = sound.intersection(shapely.box(west - 1, south - 1, HALF, north + 1))
    there = sound.intersection(shapely.box(HALF, south - 1, east + 1, north + 1))
    return shapely.union_all([here, shapely.transform(there, _moved)])


def _moved(points: np.ndarray) -> np.ndarray:
    return points - np.array([2 * HALF, 0.0])
