"""Open a band of a GeoTIFF or ASCII grid, lazily, in its dtype. Others may name files and are refused."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Final

import numpy as np
import rasterio
import rioxarray
import xarray as xr
from rasterio.errors import RasterioError

from geoalarm.core.errors import InputError
from geoalarm.io import archives
from geoalarm.io.paths import regular_file, what_it_looks_like

RASTER_ENDINGS: Final = (".tif", ".tiff", ".asc")
MAX_CELLS: Final = 20_000_000_000
MAX_BLOCK_BYTES: Final = 512 * 2**20
CHUNK_CELLS: Final = 4_194_304
_TRIVIAL: Final = (("scale_factor", 1.0), ("add_offset", 0.0))


def read_raster(
    path: str | Path, band: int = 1, *, member: str | None = None, crs: str | None = None
) -> xr.DataArray:
    """Open one band of a raster, lazily and in its own dtype.

    Parameters
    ----------
    path : str or pathlib.Path
        GeoTIFF, ASCII grid, or a zip archive of one.
    band : int
        From 1.
    member : str, optional
        Name or pattern of the member of an archive.
    crs : str, optional
        CRS its producer states, for files that carry none.

    Returns
    -------
    xarray.DataArray
        dims (y, x), dask-backed, the values of the file; the no-data value is declared in ``rio.nodata`` and
        ``attrs["_FillValue"]`` and stays in the cells.

    Raises
    ------
    InputError
        If the file is missing, not a raster of these formats, without CRS, rotated, or built to exhaust the
        memory.
    """
    place = regular_file(path)
    if archives.is_zip(place):
        found = archives.unpack(place, member=member, endings=RASTER_ENDINGS)
        if len(found) != 1:
            raise InputError(
                f"{place.name} holds several rasters",
                got=", ".join(one.name for one in found[:8]),
                expected="one",
                hint="name one in args.member",
            )
        place = found[0]
    driver = raster_format(place)
    try:
        with rasterio.open(place, driver=driver) as raster:
            stated = _require_sane(raster, place, band=band, crs=crs)
            chunks = _chunks(raster, band)
        opened = rioxarray.open_rasterio(place, chunks=chunks, masked=False, driver=driver)
    except RasterioError as error:
        raise InputError(
            f"{place.name} cannot be read as a raster",
            got=" ".join(str(error).split())[:240],
            expected="a sound GeoTIFF",
            hint="open it in a GIS and export it again",
        ) from error
    if not isinstance(opened, xr.DataArray):
        raise InputError(
            f"{place.name} holds several data sets",
            got=type(opened).__name__,
            expected="one raster",
            hint="export the one you need",
        )
    data = opened.sel(band=band, drop=True)
    data.attrs = {
        key: value
        for key, value in data.attrs.items()
        if not isinstance(value, tuple) and (key, value) not in _TRIVIAL
    }
    return data.rio.write_crs(stated) if data.rio.crs is None else data


def raster_format(path: Path) -> str:
    """GDAL's name of the format, by the first bytes.

    Raises
    ------
    InputError
        If it is not a GeoTIFF or an ASCII grid.
    """
    with path.open("rb") as stream:
        head = stream.read(64)
    if head[:4] in (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"):
        return "GTiff"
    if path.suffix.lower() == ".asc" and head.lstrip().lower().startswith((b"ncols", b"nrows")):
        return "AAIGrid"
    raise InputError(
        f"{path.name} is not a raster this house opens",
        got=what_it_looks_like(head),
        expected="GeoTIFF, or an ASCII grid (.asc)",
        hint="export it to GeoTIFF; a virtual raster (.vrt) has to be built first",
    )


def _require_sane(raster: rasterio.DatasetReader, path: Path, *, band: int, crs: str | None) -> Any:
    if band > raster.count:
        raise InputError(
            f"{path.name} has no band {band}",
            got=f"{raster.count} band(s): {', '.join(str(text) for text in raster.descriptions[:8])}",
            expected=f"1 to {raster.count}",
            hint="args.band",
        )
    if np.dtype(raster.dtypes[band - 1]).kind not in "uif":
        raise InputError(
            f"{path.name} band {band}",
            got=raster.dtypes[band - 1],
            expected="real numbers",
            hint="export the real part",
        )
    _require_blocks(raster, path, band)
    return _require_stated_crs(raster, path, crs)


def _require_blocks(raster: rasterio.DatasetReader, path: Path, band: int) -> None:
    """Refuse a raster that cannot be read in parts."""
    rows, columns = raster.block_shapes[band - 1]
    block = (
        rows
        * columns
        * np.dtype(raster.dtypes[band - 1]).itemsize
        * (raster.count if str(raster.profile.get("interleave")) == "pixel" else 1)
    )
    if raster.width * raster.height > MAX_CELLS or block > MAX_BLOCK_BYTES:
        raise InputError(
            f"{path.name} is too large to be read in parts",
            got=f"{raster.width} x {raster.height} cells in blocks of {block} bytes",
            expected=f"at most {MAX_CELLS} cells and {MAX_BLOCK_BYTES} bytes a block",
            hint="write it as a tiled GeoTIFF, or cut the zone out",
        )


def _require_stated_crs(raster: rasterio.DatasetReader, path: Path, crs: str | None) -> Any:
    """The CRS of the file, else the one stated beside it; the two may not differ."""
    if raster.crs is None and crs is None:
        raise InputError(
            f"{path.name} has no CRS",
            got="none",
            expected="a CRS in the file",
            hint="state it: args.crs in the catalog, or gdal_edit -a_srs",
        )
    if raster.crs is not None and crs is not None and raster.crs != rasterio.CRS.from_user_input(crs):
        raise InputError(
            f"{path.name} carries another CRS than the entry states",
            got=raster.crs.to_string()[:80],
            expected=crs,
            hint="correct args.crs",
        )
    _require_regular(raster, path)
    return raster.crs if raster.crs is not None else rasterio.CRS.from_user_input(crs)


def _require_regular(raster: rasterio.DatasetReader, path: Path) -> None:
    affine = raster.transform
    if affine.is_identity or affine.b or affine.d:
        raise InputError(
            f"{path.name} is not on a regular grid",
            got="no georeference" if affine.is_identity else "a rotated grid",
            expected="rows along x, columns along y",
            hint="warp it: gdalwarp in.tif out.tif",
        )


def _chunks(raster: rasterio.DatasetReader, band: int) -> dict[str, int]:
    """Whole blocks of the file, about :data:`CHUNK_CELLS` cells together."""
    rows, columns = raster.block_shapes[band - 1]
    wide = min(raster.width, columns * max(1, math.isqrt(CHUNK_CELLS) // columns))
    high = min(raster.height, rows * max(1, CHUNK_CELLS // (wide * rows)))
    return {"band": 1, "y": high, "x": wide}
