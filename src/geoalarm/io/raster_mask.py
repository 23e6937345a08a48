"""Which cells of a raster are known: GDAL's own mask of the band, however the file states it, and numbers
that the user says are no data. Lazy, and in a dtype that holds every value of the file.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import dask.array as da
import numpy as np
import rasterio
import xarray as xr
from dask.base import tokenize
from rasterio.enums import MaskFlags
from rasterio.windows import Window

from geoalarm.core.errors import InputError
from geoalarm.geo.fill_values import HUGE
from geoalarm.io.raster_guard import MAX_BLOCK_BYTES

MASK_READ: Final = "mask_read"
"""Attribute of a raster with cells that a mask of its file says are not known."""

WGS84_TOLD: Final = "degrees_without_crs"
"""Attribute of a raster in degrees that names no CRS: taken as WGS 84, and told."""
_FLAGS: Final = "INTERNAL_MASK_FLAGS_"
"""What GDAL looks for in a file beside a raster before it takes it for its mask."""

_WIDER: Final = {1: "int16", 2: "int32", 4: "int64"}


@dataclass(frozen=True, slots=True)
class BandFacts:
    """What a file says of one band."""

    band: int
    nodata: float | None
    scale: float
    offset: float
    units: str | None
    has_mask: bool

    @classmethod
    def of(cls, raster: rasterio.DatasetReader, band: int) -> BandFacts:
        """Of an open raster."""
        flags = set(raster.mask_flag_enums[band - 1])
        return cls(
            band,
            raster.nodatavals[band - 1],
            raster.scales[band - 1],
            raster.offsets[band - 1],
            _units_of(raster, band),
            has_mask=MaskFlags.per_dataset in flags,
        )

    def attributes(self) -> dict[str, Any]:
        """As attributes of a DataArray, in CF words; a scale of 1 and an offset of 0 are left out."""
        told = {"units": self.units or None, "scale_factor": self.scale, "add_offset": self.offset}
        usual = {"units": None, "scale_factor": 1.0, "add_offset": 0.0}
        return {name: value for name, value in told.items() if value != usual[name]}


def _units_of(raster: rasterio.DatasetReader, band: int) -> str | None:
    """The unit of a band: its own, else the tag ``units`` that rioxarray writes of a band or a file."""
    tags = (raster.tags(band).get("units"), raster.tags().get("units"))
    return next((str(said) for said in (raster.units[band - 1], *tags) if said), None)


def mask_file(path: Path) -> Path | None:
    """The mask that GDAL finds beside a raster."""
    places = (path.with_name(path.name + ending) for ending in (".msk", ".MSK"))
    return next((place for place in places if place.is_file()), None)


def require_plain_mask(path: Path) -> None:
    """Refuse a mask beside a raster that is not a plain image: GDAL would open whatever it is.

    Raises
    ------
    InputError
        If ``FILE.msk`` is not a TIFF, does not say that it is a mask, or has blocks that fill the memory.
    """
    place = mask_file(path)
    if place is None:
        return
    with place.open("rb") as stream:
        is_tiff = stream.read(4) in (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
    largest, is_of_gdal = 0, False
    if is_tiff:
        with warnings.catch_warnings(action="ignore"), rasterio.open(place, driver="GTiff") as mask:
            largest = max(rows * columns * mask.count for rows, columns in mask.block_shapes)
            is_of_gdal = any(name.startswith(_FLAGS) for name in mask.tags())
    if not is_of_gdal or largest > MAX_BLOCK_BYTES:
        raise InputError(
            f"{place.name} is not a mask",
            got=_got(is_tiff, is_of_gdal, largest),
            expected="a mask as GDAL writes it",
            hint="remove it if you do not know it, or write the raster anew with its mask inside",
        )


def _got(is_tiff: bool, is_of_gdal: bool, largest: int) -> str:
    if not is_tiff:
        return "something else than a TIFF"
    return f"blocks of {largest} bytes" if is_of_gdal else f"no tag {_FLAGS}1: GDAL leaves it unread"


def known_only(
    data: xr.DataArray,
    path: Path,
    driver: str,
    facts: BandFacts,
    *,
    no_data: Sequence[float] = (),
    within: tuple[float, float] | None = None,
) -> xr.DataArray:
    """The band with one declared no-data value in every cell that is not known.

    Where a tag says it all, values and dtype stay as they are. A mask turns floats into NaN; whole numbers
    move to the next wider type, whose smallest number no cell can have. So does a range of valid numbers
    (``within``, both ends included).
    """
    tag = _within(facts.nodata, data.dtype)
    extra = [_stated(value, data.dtype, what=path.name) for value in no_data]
    is_plain = not facts.has_mask and within is None
    if is_plain and tag is None and len(extra) == 1 and abs(extra[0]) < HUGE:
        return data.rio.write_nodata(extra[0])
    if is_plain and not extra:
        return data if tag is None else data.rio.write_nodata(tag)
    known: Any = _mask_of(data, path, driver, facts.band) if facts.has_mask else True
    if within is not None:
        known = known & (data >= within[0]) & (data <= within[1])
    for value in [one for one in (tag, *extra) if one is not None]:
        known = known & ~_equals(data, value)
    out = _filled(data, known)
    if not is_plain:
        out.attrs[MASK_READ] = 1
    return out


def _filled(data: xr.DataArray, known: Any) -> xr.DataArray:
    if data.dtype.kind == "f":
        return data.where(known).rio.write_nodata(np.nan)
    if data.dtype.itemsize not in _WIDER:
        return data.astype("float64").where(known).rio.write_nodata(np.nan)
    wider = np.dtype(_WIDER[data.dtype.itemsize])
    fill = np.iinfo(wider).min
    return data.astype(wider).where(known, wider.type(fill)).rio.write_nodata(fill)


def _equals(data: xr.DataArray, value: float) -> Any:
    if np.isnan(value):
        return np.isnan(data)
    if abs(value) >= HUGE:
        return data >= HUGE if value > 0 else data <= -HUGE
    return data == data.dtype.type(value)


def _within(value: float | None, dtype: np.dtype[Any]) -> float | None:
    """The value of a tag, where cells of the type can have it."""
    if value is None or dtype.kind == "f":
        return value
    limits = np.iinfo(dtype)
    return value if float(value).is_integer() and limits.min <= value <= limits.max else None


def _stated(value: float, dtype: np.dtype[Any], *, what: str) -> float:
    if _within(value, dtype) is None:
        raise InputError(
            f"{what}: no-data value",
            got=f"{value:g}, which no cell of type {dtype} can have",
            expected="the number that stands in its cells, before any scale",
            hint="state another number, or none",
        )
    return value if dtype.kind == "f" else int(value)


def _mask_of(data: xr.DataArray, path: Path, driver: str, band: int) -> xr.DataArray:
    """GDAL's mask of the band, in the chunks of the data: read when they are."""
    part = partial(_mask_part, str(path), driver, band)
    token = tokenize(str(path), path.stat().st_mtime_ns, band, data.chunks)
    known = da.map_blocks(  # type: ignore[no-untyped-call]
        part, chunks=data.chunks, dtype=bool, meta=np.empty((0, 0), dtype=bool), name=f"mask-{token}"
    )
    return data.copy(data=known)


def _mask_part(path: str, driver: str, band: int, block_info: Any = None) -> np.ndarray:
    (top, bottom), (left, right) = block_info[None]["array-location"]
    with rasterio.open(path, driver=driver) as raster:
        window = Window(left, top, right - left, bottom - top)
        known: np.ndarray = raster.read_masks(band, window=window) > 0
    return known
