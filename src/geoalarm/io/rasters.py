"""Open a band of a GeoTIFF or ASCII grid, or a variable of NetCDF or Zarr, lazily, in its dtype. Others may
name files and are refused.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import rasterio
import rioxarray
import xarray as xr
from rasterio.errors import RasterioError

from geoalarm.core.errors import InputError
from geoalarm.core.field_hints import FieldHint
from geoalarm.geo.fill_values import EVERY_VALUE_IS_DATA
from geoalarm.io import archives, raster_guard, raster_mask
from geoalarm.io.archive_members import meant_by, several
from geoalarm.io.cf_formats import CF_ENDINGS, cf_format
from geoalarm.io.paths import input_path
from geoalarm.io.unsupported_formats import not_opened

RASTER_ENDINGS: Final = (".tif", ".tiff", ".asc", *CF_ENDINGS)
EXPECTED_RASTERS: Final = "GeoTIFF, NetCDF, Zarr, or an ASCII grid (.asc)"
CHUNK_CELLS: Final = 4_194_304
_OF_OTHERS: Final = ("scale_factor", "add_offset", "units", "long_name", "_FillValue")
"""Attributes that rioxarray takes from the first band, or from all."""


def read_raster(
    path: str | Path,
    band: int | None = None,
    *,
    member: str | None = None,
    variable: str | None = None,
    select: Mapping[str, str] | None = None,
    crs: str | None = None,
    no_data_values: Sequence[float] = (),
    every_value_is_data: bool = False,
) -> xr.DataArray:
    """Open one band or variable of a raster, lazily and in its own dtype, with what the file says of it.

    Parameters
    ----------
    path : str or pathlib.Path
        GeoTIFF, ASCII grid, NetCDF, or a zip archive of one; a Zarr store, as a folder or a zip archive.
    band : int, optional
        From 1; may be left out where one band holds data.
    member : str, optional
        Name or pattern of the member of an archive.
    variable : str, optional
        Of NetCDF and Zarr: ``NAME`` or ``GROUP/NAME``; may be left out where one holds data.
    select : mapping of str to str, optional
        Of NetCDF and Zarr: the value of each dimension beside x and y that has several.
    crs : str, optional
        CRS its producer states, for files that carry none.
    no_data_values : sequence of float
        Numbers in the cells, before any scale, that mean "not known" beside what the file declares.
    every_value_is_data : bool
        The user says that no number means "not known": none is asked about.

    Returns
    -------
    xarray.DataArray
        dims (y, x), dask-backed, the values of the file; the no-data value is declared in ``rio.nodata`` and
        ``attrs["_FillValue"]`` and stays in the cells. Cells that a mask or an alpha band says are not known
        hold it too; whole numbers are then of a wider type. Scale, offset and unit of the band are
        attributes, not yet applied.

    Raises
    ------
    InputError
        If the file is missing, not a raster of these formats, without CRS, rotated, a picture, of several
        bands, variables or values of a dimension without a choice, or built to exhaust the memory.
    """
    place = _raster_file(path, member)
    if cf_format(place) is not None:
        from geoalarm.io.cf_datasets import read_cf_raster  # its libraries load slowly

        _refuse_band(place, band)
        data = read_cf_raster(place, variable=variable, select=select, crs=crs, no_data_values=no_data_values)
    else:
        _refuse_variable(place, variable, select)
        data = _read_band(place, band, crs, no_data_values)
    if every_value_is_data:
        data.attrs[EVERY_VALUE_IS_DATA] = 1
    return data


def _raster_file(path: str | Path, member: str | None) -> Path:
    """The file or store that is meant; of an archive, the member."""
    place = input_path(path)
    if cf_format(place) is not None or not archives.is_archive(place):
        return place
    found = archives.unpack(place, member=member, endings=RASTER_ENDINGS)
    if len(found) != 1:
        raise several(meant_by(archives.members_of(place, RASTER_ENDINGS), member or "*"), archive=place.name)
    return found[0]


def _refuse_band(path: Path, band: int | None) -> None:
    if band is not None:
        raise InputError(
            f"{path.name} holds variables, not bands",
            got=f"band {band}",
            expected="the name of a variable, and values of its dimensions",
            hint=FieldHint(
                "{variable} names one, {select} a value", variable="NAME", select="time=2020-01-01"
            ),
        )


def _refuse_variable(path: Path, variable: str | None, select: Mapping[str, str] | None) -> None:
    if variable is not None or select:
        raise InputError(
            f"{path.name} holds bands, not variables",
            got=f"variable {variable}" if variable is not None else f"select {dict(select or {})}",
            expected="the number of a band, where there are several",
            hint=FieldHint("{band} takes the second band", band=2),
        )


def _read_band(
    place: Path, band: int | None, crs: str | None, no_data_values: Sequence[float]
) -> xr.DataArray:
    """One band of a GeoTIFF or an ASCII grid."""
    driver = raster_format(place)
    raster_mask.require_plain_mask(place)
    try:
        with warnings.catch_warnings(action="ignore"), rasterio.open(place, driver=driver) as raster:
            band = raster_guard.chosen_band(raster, place, band)
            stated = raster_guard.require_sane(raster, place, band=band, crs=crs)
            facts, chunks = raster_mask.BandFacts.of(raster, band), _chunks(raster, band)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="(Scales|Offsets) differ across bands")
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
    data = _plain(opened.sel(band=band, drop=True), facts)
    data = raster_mask.known_only(data, place, driver, facts, no_data=no_data_values)
    return data.rio.write_crs(stated) if data.rio.crs is None else data


def _plain(data: xr.DataArray, facts: raster_mask.BandFacts) -> xr.DataArray:
    """The band with attributes of its own only."""
    kept = {
        key: value
        for key, value in data.attrs.items()
        if not isinstance(value, tuple) and key not in _OF_OTHERS
    }
    out = data.copy(deep=False)
    out.attrs = {**kept, **facts.attributes()}
    out.encoding.pop("_FillValue", None)
    return out


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
    raise not_opened(
        path, "a raster this house opens", expected=EXPECTED_RASTERS, hint="export it to GeoTIFF"
    )


def _chunks(raster: rasterio.DatasetReader, band: int) -> dict[str, int]:
    """Whole blocks of the file, about :data:`CHUNK_CELLS` cells together."""
    rows, columns = raster.block_shapes[band - 1]
    wide = min(raster.width, columns * max(1, math.isqrt(CHUNK_CELLS) // columns))
    high = min(raster.height, rows * max(1, CHUNK_CELLS // (wide * rows)))
    return {"band": 1, "y": high, "x": wide}
