"""Files that hold several tables which belong together: a GeoPackage, an archive of shapefiles, shapefiles
side by side. What they hold is listed without reading; a table is read by name, with or without geometry.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from shapely.errors import ShapelyError

from geoalarm.core.errors import InputError
from geoalarm.core.model import require_crs
from geoalarm.io import archives
from geoalarm.io import geopackage_guard as geopackage
from geoalarm.io.dbase_encoding import encoding_options
from geoalarm.io.geopackage_snapshot import snapshot
from geoalarm.io.geoparquet_guard import MAX_FEATURES
from geoalarm.io.paths import input_path
from geoalarm.io.vector_files import with_stated_crs

_SHAPEFILE: Final = b"\x00\x00\x27\x0a"
_SYSTEM_FILES: Final = re.compile(r"(^|/)(__MACOSX/|\._|\.DS_Store$)")
_PLAN: Final = re.compile(r"\d{8}")
"""Year and number of a procedure, by which shapefiles side by side are told apart."""

FALLBACK_ENCODING: Final = "cp1252"
"""What a table is in whose bytes are not the text its file says: the usual one of French producers."""


@dataclass(frozen=True, slots=True)
class FileTable:
    """A table of a file: its name, where it lies, whether it has a geometry."""

    name: str
    path: Path
    member: str | None = None
    layer: str | None = None
    has_geometry: bool = True


def list_tables(path: str | Path) -> list[FileTable]:
    """The tables of a GeoPackage, of an archive of shapefiles, tables or GeoPackages, or of a shapefile and
    those of the same procedure beside it; none of any other file.

    Raises
    ------
    InputError
        If the file is missing, or no sound GeoPackage or archive.
    """
    place = input_path(path)
    if place.is_dir():
        return []
    if archives.is_archive(place):
        return _of_archive(place)
    with place.open("rb") as stream:
        head = stream.read(16)
    if head.startswith(geopackage.MAGIC):
        return _of_geopackage(place)
    if head.startswith(_SHAPEFILE) and place.suffix.lower() == ".shp":
        return _side_by_side(place)
    return []


def _of_geopackage(path: Path, *, member: str | None = None, archive: Path | None = None) -> list[FileTable]:
    copy = snapshot(path)
    found = geopackage.tables_of(path if copy is None else copy.path)
    return [FileTable(name, archive or path, member, name, held) for name, held in found.items()]


def _of_archive(path: Path) -> list[FileTable]:
    names = [
        (name, PurePosixPath(unicodedata.normalize("NFC", name)))
        for name in archives.member_names(path)
        if not _SYSTEM_FILES.search(name)
    ]
    shapes = {place.with_suffix("") for _, place in names if place.suffix.lower() == ".shp"}
    tables: list[FileTable] = []
    for name, place in names:
        kind = place.suffix.lower()
        if kind == ".shp" or (kind == ".dbf" and place.with_suffix("") not in shapes):
            tables.append(FileTable(place.stem, path, name, None, kind == ".shp"))
        elif kind == ".gpkg":
            unpacked = archives.unpack_named(path, [name])[0]
            tables += _of_geopackage(unpacked, member=name, archive=path)
    return tables


def _side_by_side(path: Path) -> list[FileTable]:
    """The shapefile and the tables of the same procedure in its folder."""
    plan = _PLAN.search(path.stem)
    beside = sorted(path.parent.iterdir()) if plan else [path]
    kept = [one for one in beside if one == path or (plan and plan.group() in one.stem)]
    shapes = {one.stem for one in kept if one.suffix.lower() == ".shp"}
    lone = [one for one in kept if one.suffix.lower() == ".dbf" and one.stem not in shapes]
    return [
        FileTable(one.stem, one, has_geometry=one.suffix.lower() == ".shp")
        for one in [*(one for one in kept if one.suffix.lower() == ".shp"), *lone]
    ]


def read_tables(
    tables: Sequence[FileTable],
    *,
    crs: str | None = None,
    bbox: Sequence[float] | None = None,
    most: int | None = None,
) -> list[pd.DataFrame]:
    """Tables of one file, each a frame with the columns as they are; those with geometry have a CRS. An empty
    table is an empty frame.

    Parameters
    ----------
    crs : str, optional
        What the producer states, for files that carry none.
    bbox : sequence of float, optional
        West, south, east, north [degrees]: only features that touch it.
    most : int, optional
        How many rows of each are read, from the first.

    Raises
    ------
    InputError
        If a table is damaged, hostile, too large or without CRS.
    """
    places = _places(tables)
    return [_read(table, place, crs, bbox, most) for table, place in zip(tables, places, strict=True)]


def _places(tables: Sequence[FileTable]) -> list[Path]:
    """Where each table can be opened, unpacked where it has to be."""
    members = list(dict.fromkeys(table.member for table in tables if table.member is not None))
    if not members:
        return [table.path for table in tables]
    unpacked = dict(zip(members, archives.unpack_named(tables[0].path, members), strict=True))
    return [table.path if table.member is None else unpacked[table.member] for table in tables]


def _read(
    table: FileTable, place: Path, crs: str | None, bbox: Sequence[float] | None, most: int | None
) -> pd.DataFrame | gpd.GeoDataFrame:
    options: dict[str, str] = {}
    if table.layer is not None:
        copy = snapshot(place)
        place = place if copy is None else copy.path
        geopackage.require_sound_tables(place, [table.layer])
        options |= {"IMMUTABLE": "YES", "LIST_ALL_TABLES": "YES"}
    elif place.suffix.lower() in (".shp", ".dbf"):
        options |= encoding_options(place)
    try:
        facts = pyogrio.read_info(str(place), layer=table.layer, force_feature_count=True, **options)
        _require_features(table, int(facts["features"]))
        box = _box_in(bbox, facts["crs"] or crs) if bbox and table.has_geometry else None
        frame = _read_text(place, table, {"bbox": box, "max_features": most}, options)
    except (DataSourceError, DataLayerError, ShapelyError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"table {table.name} of {table.path.name} cannot be read",
            got=" ".join(str(error).split())[:240],
            expected="a sound table",
            hint="open it in a GIS and export it again",
        ) from error
    if not table.has_geometry:
        return frame
    if not isinstance(frame, gpd.GeoDataFrame) or frame.empty:
        return frame
    frame = with_stated_crs(frame, crs if frame.crs is None else None, what=table.name)
    require_crs(frame, what=table.name)
    return frame


def _read_text(
    place: Path, table: FileTable, part: dict[str, Any], options: dict[str, str]
) -> pd.DataFrame | gpd.GeoDataFrame:
    """The frame in the encoding its file states, or, where its bytes are not that, in the usual one."""
    wanted = {"layer": table.layer, "read_geometry": table.has_geometry, **part}
    try:
        return pyogrio.read_dataframe(str(place), **wanted, **options)
    except UnicodeDecodeError:
        return pyogrio.read_dataframe(str(place), **wanted, encoding=FALLBACK_ENCODING)


def _box_in(bbox: Sequence[float], crs: str | None) -> tuple[float, float, float, float]:
    west, south, east, north = bbox
    corners = [(west, south), (east, south), (east, north), (west, north)]
    text = ", ".join(f"{x} {y}" for x, y in [*corners, corners[0]])
    box = gpd.GeoSeries.from_wkt([f"POLYGON(({text}))"], crs=4326)
    bounds = box.segmentize(0.1).to_crs(crs or 4326).total_bounds
    return float(bounds[0]), float(bounds[1]), float(bounds[2]), float(bounds[3])


def _require_features(table: FileTable, count: int) -> None:
    if count > MAX_FEATURES:
        raise InputError(
            f"table {table.name} of {table.path.name} has too many rows",
            got=count,
            expected=f"at most {MAX_FEATURES}",
            hint="cut the zone out first",
        )
