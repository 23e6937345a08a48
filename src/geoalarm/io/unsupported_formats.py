"""Formats that are not opened: what a file is, by its first bytes and its ending, why not, and the command
that makes one that is.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from geoalarm.core.errors import InputError

_VECTOR: Final = "convert it: ogr2ogr {stem}.gpkg {name}"
_RASTER: Final = "convert it: gdal_translate {name} {stem}.tif"
_TABLE: Final = "save it as .xlsx or as CSV: soffice --headless --convert-to xlsx {name}"
_PICTURE: Final = (
    "use the raster that it was drawn from; if its numbers are data, write them with a CRS: gdal_translate "
    "-a_srs EPSG:... {name} {stem}.tif"
)
_DRAWING: Final = (
    "close the outlines, and convert it with its CRS: ogr2ogr -nlt POLYGON -a_srs EPSG:... {stem}.gpkg {name}"
)
_PART_OF_SHAPEFILE: Final = "name {stem}.shp, with all its parts beside it"
_HEAD_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class UnsupportedFormat:
    """A format that is not opened.

    Attributes
    ----------
    name : str
        With its article: "a drawing (DXF)".
    why : str
        What stands in the way.
    hint : str
        With ``{name}`` and ``{stem}`` of the file.
    starts : bytes
        Pattern of the first bytes after blanks and a byte order mark; empty where only the ending tells.
    endings : tuple of str
        With the dot; either is enough.
    """

    name: str
    why: str
    hint: str
    starts: bytes = b""
    endings: tuple[str, ...] = ()

    def is_it(self, head: bytes, ending: str) -> bool:
        """Whether a file is of this format."""
        if ending in self.endings:
            return True
        return bool(self.starts) and re.match(self.starts, head, re.IGNORECASE | re.DOTALL) is not None


_ROWS: Final = (
    UnsupportedFormat(
        "a pointer of Git LFS",
        "it only says where the data are",
        "fetch the data: git lfs pull",
        rb"version https://git-lfs",
    ),
    UnsupportedFormat(
        "a web page (HTML)",
        "a login or an error page came in place of the data",
        "open the address in a browser, and save the file that it offers",
        rb"(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?<(!doctype html|html)",
    ),
    UnsupportedFormat(
        "the error message of a service",
        "the service answered without data",
        "read the message, and ask the service anew",
        rb'(<\?xml[^>]*>\s*)?(<!.*?>\s*)?<(\w+:)?(ServiceException|ExceptionReport|Error\b)|\{\s*"(error|errors|status|message|detail|code)"\s*:',
    ),
    UnsupportedFormat(
        "a pipeline of GDAL", "it is a program", "run it, and name its result", rb'\{\s*"type"\s*:\s*"gdal'
    ),
    UnsupportedFormat(
        "a virtual raster (VRT)",
        "it names other files",
        "build it: gdal_translate {name} {stem}.tif",
        rb".{0,200}<VRTDataset",
        (".vrt",),
    ),
    UnsupportedFormat(
        "a virtual layer of GDAL",
        "it names other files",
        "build it: ogr2ogr {stem}.gpkg {name}",
        rb".{0,200}<OGR\w+DataSource",
    ),
    UnsupportedFormat(
        "the description of a web map", "it names a service", _RASTER, rb"(<\?xml[^>]*>\s*)?<GDAL_WM"
    ),
    UnsupportedFormat(
        "TopoJSON", "outlines are kept as shared arcs", _VECTOR, rb'\{.{0,400}"type"\s*:\s*"Topology"'
    ),
    UnsupportedFormat(
        "Esri JSON", "it is no GeoJSON", _VECTOR, rb'\{.{0,3000}"geometryType"\s*:\s*"esriGeometry'
    ),
    UnsupportedFormat(
        "GPX",
        "it holds points and tracks, no areas",
        "convert areas only: ogr2ogr {stem}.gpkg {name}",
        rb"(<\?xml[^>]*>\s*)?<gpx",
        (".gpx",),
    ),
    UnsupportedFormat(
        "OpenStreetMap data",
        "areas have to be built from its ways",
        "build them: ogr2ogr {stem}.gpkg {name} multipolygons",
        rb"(<\?xml[^>]*>\s*)?<osm",
        (".osm", ".pbf"),
    ),
    UnsupportedFormat(
        "a drawing (DXF)",
        "it has no CRS, and lines where areas are meant",
        _DRAWING,
        rb"\s*0\r?\nSECTION|AutoCAD Binary DXF",
        (".dxf",),
    ),
    UnsupportedFormat(
        "a drawing (DWG)",
        "its format is not published",
        "save it as DXF, and convert that: ogr2ogr -nlt POLYGON -a_srs EPSG:... {stem}.gpkg {stem}.dxf",
        rb"AC10\d\d",
        (".dwg",),
    ),
    UnsupportedFormat(
        "a drawing (DGN)", "it has no CRS, and lines where areas are meant", _DRAWING, endings=(".dgn",)
    ),
    UnsupportedFormat(
        "a personal geodatabase (Access)",
        "GDAL reads it on some systems only",
        _VECTOR,
        rb"\x00\x01\x00\x00Standard (Jet|ACE) DB",
        (".mdb", ".accdb"),
    ),
    UnsupportedFormat("an export of ArcInfo (E00)", "it holds arcs", _VECTOR, rb"EXP  \d ", (".e00",)),
    UnsupportedFormat(
        "Arrow or Feather",
        "it need not hold geometries",
        "write it with geopandas to_parquet, or convert it: ogr2ogr {stem}.gpkg {name}",
        rb"ARROW1",
        (".feather", ".arrow"),
    ),
    UnsupportedFormat(
        "a part of a shapefile",
        "its geometries lie in the .shp",
        _PART_OF_SHAPEFILE,
        endings=(".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix"),
    ),
    UnsupportedFormat(
        "a part of a MapInfo table",
        "the .tab or .mif says what is in it",
        "name {stem}.tab or {stem}.mif, with all parts beside it",
        endings=(".dat", ".map", ".id", ".ind", ".mid"),
    ),
    UnsupportedFormat(
        "a project or a layer definition of a GIS",
        "it only says where the data are",
        "export the layer: Export > Save Features As, or Save As, to GeoPackage or GeoTIFF",
        endings=(".qgs", ".qgz", ".qlr", ".lyr", ".lyrx", ".mxd", ".aprx", ".mpk", ".wor"),
    ),
    UnsupportedFormat(
        "ECW",
        "it needs a library that is not free",
        _RASTER + " (with a GDAL that has it)",
        endings=(".ecw",),
    ),
    UnsupportedFormat(
        "MrSID",
        "it needs a library that is not free",
        _RASTER + " (with a GDAL that has it)",
        rb"msid",
        (".sid",),
    ),
    UnsupportedFormat(
        "JPEG 2000",
        "its cells are mostly changed by compression",
        _RASTER,
        rb"\x00{3}\x0cjP  |\xff\x4f\xff\x51",
    ),
    UnsupportedFormat(
        "a picture (JPEG)", "its cells are colours, changed by compression", _PICTURE, rb"\xff\xd8\xff"
    ),
    UnsupportedFormat("a picture (PNG)", "its cells are colours", _PICTURE, rb"\x89PNG"),
    UnsupportedFormat("a picture (GIF)", "its cells are colours", _PICTURE, rb"GIF8"),
    UnsupportedFormat("a picture (WebP)", "its cells are colours", _PICTURE, rb"RIFF.{4}WEBP"),
    UnsupportedFormat(
        "a picture (SVG)", "its shapes lie on paper", _PICTURE, rb"(<\?xml[^>]*>\s*)?(<!.*?>\s*)?<svg"
    ),
    UnsupportedFormat("ERDAS Imagine", "it may name other files", _RASTER, rb"EHFA_HEADER_TAG", (".img",)),
    UnsupportedFormat("GRIB", "it holds many messages", _RASTER, rb"GRIB", (".grib", ".grib2", ".grb")),
    UnsupportedFormat(
        "NetCDF of 64-bit data (CDF-5)",
        "few libraries read it",
        "convert it: nccopy -k nc4 {name} {stem}_nc4.nc",
        rb"CDF\x05",
    ),
    UnsupportedFormat("HDF 4", "it needs a library of its own", _RASTER, rb"\x0e\x03\x13\x01"),
    UnsupportedFormat("a grid of PCRaster", "it has no CRS", _RASTER, rb"RUU CROSS SYSTEM MAP"),
    UnsupportedFormat("a grid of Surfer", "it has no CRS", _RASTER, rb"DSAA|DSBB|DSRB", (".grd",)),
    UnsupportedFormat(
        "a plain grid of numbers",
        "a header beside it says how to read it",
        _RASTER,
        endings=(".bil", ".bip", ".bsq", ".flt", ".hgt", ".sdat", ".sgrd", ".rst", ".xyz", ".adf", ".dem"),
    ),
    UnsupportedFormat(
        "a point cloud (LAS)",
        "its heights are no grid",
        "make a grid: pdal translate {name} {stem}.tif --writer gdal",
        rb"LASF",
    ),
    UnsupportedFormat(
        "a document (PDF)",
        "it holds a drawing of the data",
        "ask for the data; a GeoPDF can be converted: gdal_translate {name} {stem}.tif",
        rb"%PDF",
    ),
    UnsupportedFormat(
        "an old or an encrypted workbook, or another Office document",
        "its cells cannot be read without the program that made it",
        _TABLE,
        rb"\xd0\xcf\x11\xe0",
        (".xls", ".xlsb", ".doc"),
    ),
    UnsupportedFormat(
        "a workbook (Excel)",
        "its rows have no outlines",
        "people per commune are joined by the codes (--population {name} --join COLUMN; args.join in a "
        "catalog); other layers need a file with geometries",
        endings=(".xlsx", ".xlsm"),
    ),
    UnsupportedFormat("an OpenDocument file", "it is not read", _TABLE, endings=(".ods", ".odt", ".fods")),
    UnsupportedFormat("a 7z archive", "only zip is looked into", "unpack it: 7z x {name}", rb"7z\xbc\xaf"),
    UnsupportedFormat("a rar archive", "only zip is looked into", "unpack it: unrar x {name}", rb"Rar!"),
    UnsupportedFormat("gzip", "only zip is looked into", "unpack it: gunzip -k {name}", rb"\x1f\x8b"),
    UnsupportedFormat("bzip2", "only zip is looked into", "unpack it: bunzip2 -k {name}", rb"BZh\d"),
    UnsupportedFormat("xz", "only zip is looked into", "unpack it: unxz -k {name}", rb"\xfd7zXZ"),
    UnsupportedFormat(
        "text in UTF-16",
        "only UTF-8 is read",
        "save it as UTF-8: iconv -f UTF-16 -t UTF-8 {name} > {stem}_utf8.txt",
        rb"\xff\xfe|\xfe\xff",
    ),
    UnsupportedFormat(
        "a tar archive", "only zip is looked into", "unpack it: tar xf {name}", rb".{257}ustar"
    ),
)

_LOOKS: Final = {
    b"<": "XML of another kind",
    b"{": "JSON of another kind",
    b"PK": "a zip archive",
    b"SQLite": "a database",
    b"PAR1": "Parquet",
    b"fgb": "FlatGeobuf",
    b"II": "a TIFF",
    b"MM": "a TIFF",
    b"CDF": "NetCDF",
    b"\x89HDF": "HDF5 (NetCDF 4)",
}


def unsupported_format(path: Path) -> UnsupportedFormat | None:
    """The format of a file that is known and not opened; None of any other file."""
    head, ending = head_of(path), path.suffix.lower()
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    return next((row for row in _ROWS if row.is_it(start, ending)), None)


def head_of(path: Path) -> bytes:
    """The first bytes of a file."""
    with path.open("rb") as stream:
        return stream.read(_HEAD_BYTES)


def not_opened(path: Path, what: str, *, expected: str, hint: str) -> InputError:
    """The error of a file that is not opened: what it is, why not, and the command that converts it.

    Parameters
    ----------
    what : str
        What the file is not, where its format has no row: "a raster this house opens".
    expected : str
        The formats that are opened.
    hint : str
        What helps where the format has no row.
    """
    row = unsupported_format(path)
    if row is None:
        return InputError(
            f"{path.name} is not {what}", got=what_it_looks_like(head_of(path)), expected=expected, hint=hint
        )
    return InputError(
        f"{path.name} is {row.name}, which is not opened: {row.why}",
        expected=expected,
        hint=_with_names(row.hint, path),
    )


def _with_names(hint: str, path: Path) -> str:
    """The hint with the names of the file and of what is made of it, quoted as a shell needs them."""
    stem = path.name.split(".", 1)[0]
    made = re.sub(r"\{stem\}([.\w]+)", lambda found: shlex.quote(stem + found.group(1)), hint)
    return made.replace("{name}", shlex.quote(path.name))


def what_it_looks_like(head: bytes) -> str:
    """A word for the first bytes of a file; the bytes themselves may be nobody's business."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for sign, word in _LOOKS.items():
        if start.startswith(sign):
            return word
    return "binary data" if b"\0" in head else "text"
