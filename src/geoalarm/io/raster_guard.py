"""Look at a raster before its cells are trusted: which band is meant, is it a picture, where does it lie."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import numpy as np
import rasterio
from rasterio.enums import ColorInterp

from geoalarm.core.english_counts import counted
from geoalarm.core.errors import InputError
from geoalarm.core.field_hints import FieldHint
from geoalarm.geo.datum_shift import may_be

MAX_CELLS: Final = 20_000_000_000
MAX_BLOCK_BYTES: Final = 512 * 2**20
_COLOURS: Final = (
    {ColorInterp.red, ColorInterp.green, ColorInterp.blue},
    {ColorInterp.cyan, ColorInterp.magenta, ColorInterp.yellow},
    {ColorInterp.hue, ColorInterp.saturation, ColorInterp.lightness},
    {ColorInterp.Y, ColorInterp.Cb, ColorInterp.Cr},
)
_NO_NAME: Final = re.compile(r"(band|channel)?[ _]*\d*[ (]*(red|green|blue|alpha)?[ )]*", re.IGNORECASE)


def chosen_band(raster: rasterio.DatasetReader, path: Path, band: int | None) -> int:
    """The band that is read: the stated one, or the only one that holds data.

    Raises
    ------
    InputError
        If several hold data and none is stated, it does not exist, says only which cells are known (alpha),
        or is one colour of a picture.
    """
    kinds = raster.colorinterp
    if band is not None and not 1 <= band <= raster.count:
        raise InputError(
            f"{path.name} has no band {band}",
            got=f"{counted(raster.count, 'band')}: {_names(raster)}",
            expected=f"1 to {raster.count}",
            hint=FieldHint("name one: {band}", band=1),
        )
    _require_no_picture(raster, path)
    data = [place for place, kind in enumerate(kinds, start=1) if kind != ColorInterp.alpha]
    if band is None and len(data) != 1:
        raise InputError(
            f"{path.name} holds {len(data)} bands of data: which one is meant?",
            got=_names(raster),
            expected="one band",
            hint=FieldHint("name one: {band} takes the second", band=2),
        )
    if band is not None and band not in data:
        raise InputError(
            f"{path.name}, band {band} says which cells are known (alpha)",
            got="no data",
            expected=f"band {', '.join(map(str, data)) or 'of data'}",
            hint=FieldHint(
                "name a band of data: {band}; this one is read along with it", band=data[0] if data else 1
            ),
        )
    return data[0] if band is None else band


def _names(raster: rasterio.DatasetReader) -> str:
    names = [text or kind.name for text, kind in zip(raster.descriptions, raster.colorinterp, strict=True)]
    shown = ", ".join(f"{place} {name}" for place, name in enumerate(names[:12], start=1))
    return shown + (", ..." if len(names) > 12 else "")


def _require_no_picture(raster: rasterio.DatasetReader, path: Path) -> None:
    """Colours are no values: a rendered map has lost what it was rendered from.

    GDAL calls any file of three bands of bytes a picture; one whose bands have names of their own is data.
    """
    kinds = set(raster.colorinterp)
    named = any(text and not _NO_NAME.fullmatch(text.strip()) for text in raster.descriptions)
    if named or not any(colours <= kinds for colours in _COLOURS):
        return
    raise InputError(
        f"{path.name} is a picture: its bands are colours",
        got=", ".join(kind.name for kind in raster.colorinterp[:6]),
        expected="one band of values or of class codes",
        hint="use the raster that the picture was drawn from; if the bands are data after all, cut one out: "
        "gdal_translate -b 1 -colorinterp gray in.tif out.tif",
    )


def require_sane(raster: rasterio.DatasetReader, path: Path, *, band: int, crs: str | None) -> Any:
    """The CRS of a band that can be read in parts and lies on a regular grid.

    Raises
    ------
    InputError
        If it cannot, or its CRS is absent or not the stated one.
    """
    if np.dtype(raster.dtypes[band - 1]).kind not in "uif":
        raise InputError(
            f"{path.name} band {band}",
            got=raster.dtypes[band - 1],
            expected="real numbers",
            hint="export the real part",
        )
    _require_small_blocks(raster, path, band)
    _require_regular(raster, path)
    if raster.crs is None and crs is not None:
        return rasterio.CRS.from_user_input(crs)
    if raster.crs is None:
        raise InputError(
            f"{path.name} has no CRS",
            got="none",
            expected="a CRS in the file",
            hint=FieldHint(
                "state it: {crs}, or write it into the file: gdal_translate -a_srs EPSG:... in.tif out.tif",
                otherwise=f"write it into the file: gdal_translate -a_srs EPSG:... {path.name} out.tif",
                crs="EPSG:...",
            ),
        )
    if crs is not None and not may_be(raster.crs, crs):
        raise InputError(
            f"{path.name} carries another CRS than the entry states",
            got=raster.crs.to_string()[:80],
            expected=crs,
            hint=FieldHint("state the one it carries: {crs}", crs=raster.crs.to_string()[:80]),
        )
    return raster.crs


def _require_small_blocks(raster: rasterio.DatasetReader, path: Path, band: int) -> None:
    rows, columns = raster.block_shapes[band - 1]
    together = raster.count if str(raster.profile.get("interleave")) == "pixel" else 1
    block = rows * columns * np.dtype(raster.dtypes[band - 1]).itemsize * together
    if raster.width * raster.height > MAX_CELLS or block > MAX_BLOCK_BYTES:
        raise InputError(
            f"{path.name} is too large to be read in parts",
            got=f"{raster.width} x {raster.height} cells in blocks of {block} bytes",
            expected=f"at most {MAX_CELLS} cells and {MAX_BLOCK_BYTES} bytes a block",
            hint="write it as a tiled GeoTIFF, or cut the zone out",
        )


def _require_regular(raster: rasterio.DatasetReader, path: Path) -> None:
    affine = raster.transform
    points = len(raster.gcps[0])
    if affine.is_identity and (points or raster.rpcs is not None):
        raise InputError(
            f"{path.name} is placed by ground control points, not by a grid",
            got=f"{points} control points" if points else "rational polynomial coefficients",
            expected="rows along x, columns along y",
            hint="warp it: gdalwarp in.tif out.tif, with -t_srs EPSG:... for the CRS you want",
        )
    if affine.is_identity:
        raise InputError(
            f"{path.name} does not say where it lies",
            got="no georeference",
            expected="a corner and a cell size",
            hint="fetch it with its world file, or state them: gdal_edit -a_ullr WEST NORTH EAST SOUTH",
        )
    if affine.b or affine.d:
        raise InputError(
            f"{path.name} is not on a regular grid",
            got="a rotated grid",
            expected="rows along x, columns along y",
            hint="warp it: gdalwarp in.tif out.tif",
        )
