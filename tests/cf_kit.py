"""The same cells as a GeoTIFF, NetCDF 3, NetCDF 4 and Zarr: written by the libraries, not by the house."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rioxarray  # noqa: F401  (registers the .rio accessor)
import xarray as xr
from rasterio.transform import from_origin

FORMATS = ("tif", "cog.tif", "nc3.nc", "nc4.nc", "packed.nc", "v2.zarr", "v3.zarr", "v3.zarr.zip")


def dataset(
    values: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    *,
    name: str = "depth",
    units: str | None = "m",
    crs: Any = "EPSG:3035",
) -> xr.Dataset:
    """A variable on a grid of two coordinates, with a grid mapping where there is a CRS."""
    cells = xr.DataArray(values, dims=("y", "x"), coords={"y": y, "x": x}, name=name)
    cells.attrs = {} if units is None else {"units": units}
    data = cells.to_dataset()
    data["x"].attrs, data["y"].attrs = {"axis": "X"}, {"axis": "Y"}
    return (
        data
        if crs is None
        else data.rio.write_crs(crs, grid_mapping_name="crs").rio.write_grid_mapping("crs")
    )


def centres(west: float, north: float, size: float, rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Of the cells of a grid, north up."""
    return west + size * (np.arange(columns) + 0.5), north - size * (np.arange(rows) + 0.5)


def write(data: xr.Dataset, path: Path, **encoding: Any) -> Path:
    """A data set in the format that the ending of the path says."""
    name = next(iter(data.data_vars))
    settings = {name: encoding} if encoding else {}
    if path.name.endswith("nc3.nc"):
        data.to_netcdf(path, engine="scipy", encoding=settings)
    elif path.suffix == ".nc":
        data.to_netcdf(path, engine="h5netcdf", encoding=settings)
    elif path.name.endswith(".zarr.zip"):
        folder = path.with_name(path.name + ".folder")
        data.to_zarr(folder, zarr_format=3, consolidated=False, encoding=settings)
        shutil.make_archive(str(path.with_suffix("")), "zip", folder)
        shutil.rmtree(folder)
    else:
        data.to_zarr(path, zarr_format=2 if "v2" in path.name else 3, consolidated=False, encoding=settings)
    return path


def written(
    folder: Path, stem: str, values: np.ndarray, grid: tuple[float, float, float], **facts: Any
) -> None:
    """Whole tenths, NaN where nothing is known, in every format; ``grid`` is west, north and cell size."""
    west, north, size = grid
    profile = {"count": 1, "height": values.shape[0], "width": values.shape[1], "dtype": "float32"}
    for ending, driver in (("tif", "GTiff"), ("cog.tif", "COG")):
        place = folder / f"{stem}.{ending}"
        with rasterio.open(
            place,
            "w",
            driver=driver,
            crs="EPSG:3035",
            nodata=np.nan,
            transform=from_origin(west, north, size, size),
            **profile,
        ) as file:
            file.write(values.astype("float32"), 1)
            file.update_tags(1, units=facts.get("units", "m"))
    data = dataset(values.astype("float32"), *centres(west, north, size, *values.shape), name=stem, **facts)
    for ending in FORMATS[2:]:
        packed = {"dtype": "int16", "scale_factor": 0.1, "_FillValue": -32768}
        source = data.isel(y=slice(None, None, -1)) if ending == "v2.zarr" else data
        write(source, folder / f"{stem}.{ending}", **(packed if ending == "packed.nc" else {}))
