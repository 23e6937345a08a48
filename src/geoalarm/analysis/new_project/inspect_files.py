"""Look at files as they lie there: their layers with geometry, columns, units, system and values; nothing is
decided.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import xarray as xr
from pyproj import CRS

from geoalarm.analysis.new_project.inspect_plans import inspect_plan
from geoalarm.analysis.new_project.inspect_tables import inspect_tables
from geoalarm.analysis.new_project.inspected_layer import FEW, Form, InspectedColumn, InspectedLayer
from geoalarm.core.errors import GeoalarmError
from geoalarm.core.read_errors import wrap_read_errors
from geoalarm.geo.fill_values import known_cells
from geoalarm.i18n.place_names import fold
from geoalarm.io import archives
from geoalarm.io.cf_datasets import list_variables
from geoalarm.io.cf_formats import ZARR, cf_format
from geoalarm.io.ogr_layers import layer_names
from geoalarm.io.paths import GEODATABASE, input_path, is_zarr_folder
from geoalarm.io.people_tables import is_table, whole_tables
from geoalarm.io.rasters import RASTER_ENDINGS, read_raster
from geoalarm.io.vector_files import read_vector, vector_format
from geoalarm.io.vector_formats import VECTOR_ENDINGS
from geoalarm.io.workbooks import WORKBOOK_ENDINGS, is_workbook

DATA_ENDINGS: Final = (*VECTOR_ENDINGS, *RASTER_ENDINGS, ".tsv", *WORKBOOK_ENDINGS)
NOT_OPENED: Final = (".xls", ".xlsb", ".ods", ".7z", ".rar", ".gz", ".tar", ".mdb", ".accdb", ".gpx", ".osm",
                     ".pbf", ".dxf", ".dwg", ".dgn", ".ecw", ".sid", ".jp2", ".img", ".grib", ".grib2",
                     ".grb", ".grd", ".vrt")  # fmt: skip
"""Data of formats that are not opened: told with the command that converts them, not passed over."""
ENDINGS: Final = (*DATA_ENDINGS, *NOT_OPENED, ZARR, ".zip", ".kmz")
MOST_FILES: Final = 200
"""Files of a folder that are looked at."""
MOST_DEEP: Final = 3
"""Folders in folders that are looked into."""
SAMPLE_CELLS: Final = 250_000
"""About as many cells of a raster are read."""
_COORDINATES: Final = (
    ("longitude", "latitude"),
    ("lon", "lat"),
    ("long", "lat"),
    ("lng", "lat"),
    ("x", "y"),
    ("x l93", "y l93"),
    ("easting", "northing"),
    ("coord x", "coord y"),
    ("coordonnee x", "coordonnee y"),
    ("x wgs84", "y wgs84"),
    ("lengtegraad", "breedtegraad"),
    ("langengrad", "breitengrad"),
    ("laengengrad", "breitengrad"),
    ("geographische lange", "geographische breite"),
)
"""Columns of a table of points, in small letters without accents and signs."""
_OWN_FILES: Final = ("catalog.yml", "scenario.yml")


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found in files: layers, and why the others are none."""

    layers: tuple[InspectedLayer, ...] = ()
    unusable: tuple[tuple[Path, str], ...] = field(default_factory=tuple)


def data_files(folder: Path) -> list[Path]:
    """Files of a folder and the folders in it that could hold data, by name; hidden ones are left alone."""
    found = []
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith((".", "__")) for part in parts)
        if hidden or len(parts) > MOST_DEEP or path.name in _OWN_FILES:
            continue
        inside = any(part.lower().endswith((GEODATABASE, ZARR)) for part in parts[:-1])
        is_data = path.is_file() or path.suffix.lower() == GEODATABASE or is_zarr_folder(path)
        if path.suffix.lower() in ENDINGS and is_data and not inside:
            found.append(path)
    return found[:MOST_FILES]


def inspect_files(paths: Iterable[Path]) -> Inspection:
    """Look at every file; one that cannot be read is told with its reason, and stops nothing."""
    layers: list[InspectedLayer] = []
    unusable: list[tuple[Path, str]] = []
    for path in paths:
        try:
            with wrap_read_errors(path.name):
                layers += inspect_file(path)
        except GeoalarmError as error:
            unusable.append((path, error.sentence()))
    return Inspection(tuple(layers), tuple(unusable))


def inspect_file(path: Path) -> list[InspectedLayer]:
    """Layers of a file.

    Raises
    ------
    InputError
        If it is no file that the house opens.
    """
    place = input_path(path)
    if cf_format(place) is not None:
        return list(_variables(place))
    if place.suffix.lower() in RASTER_ENDINGS:
        return list(_bands(place))
    plan = inspect_plan(place)
    if plan:
        return list(plan)
    if archives.is_archive(place):
        return list(_members(place))
    if is_table(place):
        return _points_or_tables(place)
    kind = vector_format(place)
    names = layer_names(place, kind)
    if len(names) > 1:
        return [_vector(place, read_vector(place, name), layer=name) for name in names]
    return [_vector(place, read_vector(place))]


def _members(path: Path) -> Iterator[InspectedLayer]:
    """Layers of every data file of an archive; the name of each where it holds several."""
    found = archives.members_of(path, DATA_ENDINGS)
    if len(found) < 2:
        places = archives.unpack(path, member=None, endings=DATA_ENDINGS)
        yield from (replace(one, path=path) for one in inspect_file(places[0]))
        return
    bases = [member.base for member in found]
    for member in found:
        (place,) = archives.unpack(path, member=member.name, endings=DATA_ENDINGS)
        name = member.base if bases.count(member.base) == 1 else member.name
        yield from (replace(one, path=path, member=name) for one in inspect_file(place))


def _points_or_tables(path: Path) -> list[InspectedLayer]:
    """A text with columns of coordinates is one of points; any other table has no place."""
    if not is_workbook(path):
        found = _points(path)
        if found is not None:
            return [found]
    return list(inspect_tables(path))


def _vector(path: Path, frame: gpd.GeoDataFrame, **facts: Any) -> InspectedLayer:
    kinds = set(frame.geom_type.dropna())
    shapes = {kind.removeprefix("Multi") for kind in kinds}
    form: Form = "polygons" if "Polygon" in shapes else "points" if shapes <= {"Point"} else "lines"
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    west, south, east, north = frame.to_crs(4326).total_bounds.tolist()
    return InspectedLayer(
        path,
        form,
        _crs_name(frame.crs),
        (west, south, east, north),
        len(frame),
        columns=tuple(_column(table[name]) for name in table.columns),
        **facts,
    )


def _points(path: Path) -> InspectedLayer | None:
    """A table with the coordinates of points, degrees where its columns and their values say so; None where
    it has no coordinates.
    """
    delimiter = _delimiter(path)
    table = next(iter(whole_tables(path))).cells
    names = {fold(str(name)): str(name) for name in table.columns}
    x, y = next(((names[a], names[b]) for a, b in _COORDINATES if a in names and b in names), ("", ""))
    if not x:
        return None
    values = table[[x, y]].map(lambda cell: str(cell).replace(",", ".")).apply(pd.to_numeric, errors="coerce")
    degrees = values[x].abs().max() <= 180 and values[y].abs().max() <= 90
    crs = "EPSG:4326" if degrees else ""
    frame = read_vector(path, x=x, y=y, crs=crs or "EPSG:4326", delimiter=delimiter)
    found = _vector(path, frame.dropna(subset=[frame.geometry.name]), x=x, y=y)
    return replace(found, crs=crs, delimiter="" if delimiter == "," else delimiter)


def _delimiter(path: Path) -> str:
    with path.open(encoding="utf-8-sig", errors="replace") as stream:
        head = stream.readline()
    return max((",", ";", "\t", "|"), key=head.count)


def _bands(path: Path) -> Iterator[InspectedLayer]:
    """Bands of a raster that hold data, a sample of their cells read."""
    with rasterio.open(path) as raster:
        count, names = raster.count, raster.descriptions
    for band in range(1, count + 1):
        data = read_raster(path, band, every_value_is_data=True)
        yield _raster(path, data, band=band if count > 1 else 0, band_name=str(names[band - 1] or ""))


def _variables(path: Path) -> Iterator[InspectedLayer]:
    """Variables of NetCDF or Zarr, each at the last value of its other dimensions."""
    found = list_variables(path)
    for name, values in found.items():
        last = {dim: labels[-1] for dim, labels in values.items()}
        data = read_raster(path, variable=name, select=last, every_value_is_data=True)
        dimensions = tuple((dim, tuple(labels)) for dim, labels in values.items())
        variable = name if len(found) > 1 else ""
        yield _raster(path, data, variable=variable, band_name=name, dimensions=dimensions)


def _raster(path: Path, data: xr.DataArray, **facts: Any) -> InspectedLayer:
    """A raster, a sample of its cells read, in the unit that the file states."""
    step = max(1, math.isqrt(data.size // SAMPLE_CELLS))
    values = data[::step, ::step].to_numpy()
    known = known_cells(values, data.rio.nodata)
    held = values[known & np.isfinite(values)] * data.attrs.get("scale_factor", 1)
    held = held + data.attrs.get("add_offset", 0)
    west, south, east, north = data.rio.transform_bounds(4326)
    return InspectedLayer(
        path,
        "raster",
        _crs_name(data.rio.crs),
        (west, south, east, north),
        int(data.size),
        units=str(data.attrs.get("units", "")),
        low=float(held.min()) if held.size else math.nan,
        high=float(held.max()) if held.size else math.nan,
        distinct=len(np.unique(held)),
        is_whole=bool(held.size and (held == np.rint(held)).all()),
        has_no_data=bool((~known).any()),
        **facts,
    )


def _column(values: pd.Series) -> InspectedColumn:
    numbers = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    held = values.dropna()
    seen = held.astype("str").drop_duplicates()
    return InspectedColumn(
        str(values.name),
        bool(numbers),
        tuple(seen.head(max(FEW, 40))),
        len(seen),
        bool(len(held) == len(values)),
        float(held.min()) if numbers and len(held) else math.nan,
        float(held.max()) if numbers and len(held) else math.nan,
    )


def _crs_name(crs: object) -> str:
    system = CRS.from_user_input(crs)
    authority = system.to_authority(min_confidence=100) or system.to_authority(min_confidence=70)
    return ":".join(authority) if authority else ""
