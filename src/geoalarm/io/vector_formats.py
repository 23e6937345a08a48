"""Which vector format a file is, by its first bytes and not by its name.

A file called ``.geojson`` may be a GDAL pipeline or a virtual data set that names other files, and GDAL would
run it. Only formats that hold their own data are opened.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from geoalarm.core.errors import InputError
from geoalarm.io import geopackage_guard as geopackage
from geoalarm.io.cf_formats import cf_format
from geoalarm.io.paths import GEODATABASE
from geoalarm.io.unsupported_formats import head_of, not_opened, unsupported_format
from geoalarm.io.xml_guard import xml_root

VECTOR_ENDINGS: Final = (
    ".gpkg",
    ".shp",
    ".geojson",
    ".json",
    ".geojsonl",
    ".geojsons",
    ".ndjson",
    ".fgb",
    ".parquet",
    ".geoparquet",
    ".gml",
    ".kml",
    ".tab",
    ".mif",
    GEODATABASE,
    ".csv",
)
"""Endings of data files in an archive."""

EXPECTED: Final = (
    "GeoPackage, Shapefile, GeoJSON, FlatGeobuf, GeoParquet, GML, KML, a file geodatabase (.gdb), MapInfo "
    "(.tab, .mif), or CSV with points"
)
_GEOJSON: Final = re.compile(
    rb'"type"\s*:\s*"(FeatureCollection|Feature|GeometryCollection|(Multi)?(Point|LineString|Polygon))"'
)
_LONGEST_LINE: Final = 64 * 2**20
RECORD_SEPARATOR: Final = b"\x1e"


def vector_format(path: Path) -> str:
    """``gpkg``, ``shp``, ``geojson``, ``geojsonseq``, ``fgb``, ``parquet``, ``gml``, ``kml``, ``tab``,
    ``mif``, ``gdb`` (a folder) or ``csv``.

    Raises
    ------
    InputError
        If it is none of these; it names the format and what converts it.
    """
    if path.is_dir() and path.suffix.lower() == GEODATABASE:
        return "gdb"
    if cf_format(path) is not None:
        raise InputError(
            f"{path.name} is a raster (NetCDF or Zarr)",
            expected=EXPECTED,
            hint="communes, sites and studied areas need outlines; a raster holds people or a hazard",
        )
    head, ending = head_of(path), path.suffix.lower()
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    signs: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("gpkg", lambda: head.startswith(geopackage.MAGIC)),
        ("fgb", lambda: head.startswith(b"fgb\x03")),
        ("parquet", lambda: head.startswith(b"PAR1")),
        ("shp", lambda: head.startswith(b"\x00\x00\x27\x0a") and ending == ".shp"),
        ("geojsonseq", lambda: _is_sequence(path, text)),
        ("geojson", lambda: text.startswith(b"{") and _is_geojson(path, text)),
        ("tab", lambda: ending == ".tab" and text[:6].lower() == b"!table"),
        ("mif", lambda: ending == ".mif" and text[:7].lower() == b"version"),
    )
    for name, is_it in signs:
        if is_it():
            return name
    if text.startswith(b"<") and (kind := _xml_kind(path)):
        return kind
    if (
        ending in (".csv", ".txt", ".tsv")
        and b"\0" not in head
        and not text.startswith(b"<")
        and unsupported_format(path) is None
    ):
        return "csv"
    raise not_opened(
        path, "a vector file this house opens", expected=EXPECTED, hint="export it to one of these"
    )


def _is_geojson(path: Path, text: bytes) -> bool:
    """JSON whose head says so, or which is of no other known kind."""
    return _GEOJSON.search(text) is not None or unsupported_format(path) is None


def _is_sequence(path: Path, text: bytes) -> bool:
    """One feature a line, or after each record separator."""
    if text.startswith(RECORD_SEPARATOR):
        return True
    if not text.startswith(b"{") or re.match(rb'\{\s*"type"\s*:\s*"FeatureCollection"', text):
        return False
    with path.open("rb") as stream:
        line = next((one for one in iter(lambda: stream.readline(_LONGEST_LINE), b"") if one.strip()), b"")
        if not line.endswith(b"\n"):
            return False
        following = next((one for one in iter(lambda: stream.readline(64), b"") if one.strip()), b"")
    return following.lstrip().startswith(b"{") and _is_feature(line)


def _is_feature(line: bytes) -> bool:
    try:
        feature = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return False
    return isinstance(feature, dict) and feature.get("type") == "Feature"


def _xml_kind(path: Path) -> str | None:
    """``kml``, ``gml``, or None of other XML."""
    namespace, root = xml_root(path)
    if root == "kml":
        return "kml"
    if root == "FeatureCollection" or "opengis.net/gml" in namespace:
        return "gml"
    return None
