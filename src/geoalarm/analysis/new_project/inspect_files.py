"""Look at files as they lie there: their layers with geometry, columns, units, system and values; nothing is
decided.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import xarray as xr
from pyproj import CRS

from geoalarm.core.errors import GeoalarmError
from geoalarm.core.read_errors import wrap_read_errors
from geoalarm.geo.fill_values import known_cells
from geoalarm.io import archives
from geoalarm.io.cf_datasets import list_variables
from geoalarm.io.cf_formats import ZARR, cf_format
from geoalarm.io.ogr_layers import layer_names
from geoalarm.io.paths import GEODATABASE, input_path, is_zarr_folder
from geoalarm.io.rasters import RASTER_ENDINGS, read_raster
from geoalarm.io.vector_files import read_vector, vector_format
from geoalarm.io.vector_formats import VECTOR_ENDINGS

Form = Literal["polygons", "points", "lines", "raster"]

ENDINGS: Final = (*VECTOR_ENDINGS, *RASTER_ENDINGS, ZARR, ".zip")
MOST_FILES: Final = 200
"""Files of a folder that are looked at."""
MOST_DEEP: Final = 3
"""Folders in folders that are looked into."""
SAMPLE_CELLS: Final = 250_000
"""About as many cells of a raster are read."""
FEW: Final = 12
"""A column or a raster with at most so many values may hold classes."""
_COORDINATES: Final = (
    ("longitude", "latitude"),
    ("lon", "lat"),
    ("long", "lat"),
    ("lng", "lat"),
    ("x", "y"),
    ("x_l93", "y_l93"),
    ("easting", "northing"),
)
"""Columns of a table of points."""
_OWN_FILES: Final = ("catalog.yml", "scenario.yml")


@dataclass(frozen=True, slots=True)
class InspectedColumn:
    """A column: whether it holds numbers, some of its values as text, how many differ, whether none is
    missing, and its least and largest number (NaN for text).
    """

    name: str
    is_number: bool
    values: tuple[str, ...]
    distinct: int
    is_full: bool
    low: float = math.nan
    high: float = math.nan

    @property
    def is_unique_in(self) -> int:
        """Rows that it tells apart: zero where a value is missing."""
        return self.distinct if self.is_full else 0


@dataclass(frozen=True, slots=True)
class InspectedLayer:
    """A layer of a file.

    Attributes
    ----------
    layer : str
        Of a file that holds several.
    band : int
        Of a raster that holds several, else 0; ``band_name`` is what the file calls it.
    crs : str
        ``EPSG:3035``, or its definition.
    bounds : tuple of float
        West, south, east, north [degrees].
    count : int
        Features, or cells.
    variable : str
        Of NetCDF and Zarr that hold several.
    dimensions : tuple
        Of NetCDF and Zarr: dimensions beside x and y, with their values.
    units : str
        Of a raster, as the file states them.
    low, high, distinct, is_whole
        Of the cells that were looked at.
    x, y : str
        Columns of a table of points.
    """

    path: Path
    form: Form
    crs: str
    bounds: tuple[float, float, float, float]
    count: int
    layer: str = ""
    columns: tuple[InspectedColumn, ...] = ()
    band: int = 0
    band_name: str = ""
    variable: str = ""
    dimensions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    units: str = ""
    low: float = math.nan
    high: float = math.nan
    distinct: int = 0
    is_whole: bool = False
    has_no_data: bool = False
    x: str = ""
    y: str = ""
    delimiter: str = ""

    @property
    def words(self) -> str:
        """Everything that bears a name, in lower case: file, layer, band."""
        return " ".join([self.path.stem, self.layer, self.band_name]).lower()

    def column(self, *names: str) -> InspectedColumn | None:
        """The first column of one of these names, whatever their case."""
        known = {item.name.lower(): item for item in self.columns}
        return next((known[name] for name in names if name in known), None)


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
    if archives.is_archive(place):
        return [_vector(place, read_vector(place))]
    kind = vector_format(place)
    if kind == "csv":
        return [_points(place)]
    names = layer_names(place, kind)
    if len(names) > 1:
        return [_vector(place, read_vector(place, name), layer=name) for name in names]
    return [_vector(place, read_vector(place))]


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


def _points(path: Path) -> InspectedLayer:
    """A table with the coordinates of points; degrees where its columns and their values say so."""
    delimiter = _delimiter(path)
    head = pd.read_csv(path, sep=delimiter, nrows=2_000, encoding="utf-8-sig")
    names = {str(name).lower(): str(name) for name in head.columns}
    x, y = next(((names[a], names[b]) for a, b in _COORDINATES if a in names and b in names), ("", ""))
    if not x:
        raise GeoalarmError(
            f"{path.name} is a table without coordinates",
            got=", ".join(map(str, head.columns[:12])),
            expected="columns such as longitude and latitude",
            hint="people in it are joined to the communes by a code: args.join in a catalog",
        )
    values = head[[x, y]].apply(pd.to_numeric, errors="coerce")
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
