"""Open one file: GeoPackage, Shapefile, GeoJSON, FlatGeobuf, GeoParquet or CSV points; rasters through
``rasters``.

The format is told by the first bytes, not by the name: a file called ``.geojson`` may be a GDAL pipeline or a
virtual data set that names other files, and GDAL would run it. Only formats that hold their own data are
opened.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from shapely.errors import ShapelyError

from geoalarm.core.errors import InputError
from geoalarm.core.model import require_crs
from geoalarm.geo.datum_shift import may_be, with_stated_datum
from geoalarm.io import archives
from geoalarm.io import geopackage_guard as geopackage
from geoalarm.io import geoparquet_guard as geoparquet
from geoalarm.io.geopackage_snapshot import snapshot
from geoalarm.io.geoparquet_guard import MAX_FEATURES
from geoalarm.io.paths import regular_file, what_it_looks_like
from geoalarm.io.rasters import read_raster
from geoalarm.io.row_filters import RowFilter, kept_rows, require_known, sql_where

__all__ = ["RowFilter", "read_raster", "read_vector", "regular_file", "vector_format"]

log = logging.getLogger(__name__)

VECTOR_ENDINGS: Final = (".gpkg", ".shp", ".geojson", ".json", ".fgb", ".parquet", ".geoparquet", ".csv")
MAX_TEXT_BYTES: Final = 4 * 2**30


def read_vector(
    path: str | Path,
    layer: str | None = None,
    *,
    member: str | None = None,
    x: str | None = None,
    y: str | None = None,
    crs: str | None = None,
    delimiter: str | None = None,
    keep: Sequence[RowFilter] = (),
    bbox: Sequence[float] | None = None,
) -> gpd.GeoDataFrame:
    """Read a vector file as it is; :mod:`geoalarm.catalog.normalise` puts it in house form.

    Parameters
    ----------
    path : str or pathlib.Path
        GeoPackage, Shapefile, GeoJSON, FlatGeobuf, GeoParquet, CSV of points, or a zip archive of these.
    layer : str, optional
        Layer of a GeoPackage; may be left out where it holds one.
    member : str, optional
        Name or pattern of the members of an archive; several are stacked.
    x, y : str, optional
        Columns of a CSV (longitude or easting; latitude or northing).
    crs : str, optional
        CRS its producer states, for files that carry none; where a file carries another one, that is an
        error.
    delimiter : str, optional
        Of a CSV; a comma where none is given.
    keep : sequence of RowFilter
        Only rows that meet every rule.
    bbox : sequence of float, optional
        West, south, east, north [degrees]: only features that touch it.

    Returns
    -------
    geopandas.GeoDataFrame
        With a CRS and at least one feature. Rows of a CSV without coordinates have no geometry.

    Raises
    ------
    InputError
        If the file is missing, damaged, hostile, of another format, without CRS, without the layer or column,
        or empty.
    """
    place = regular_file(path)
    places = (
        archives.unpack(place, member=member, endings=VECTOR_ENDINGS) if archives.is_zip(place) else [place]
    )
    reader = _Reader(
        layer=layer,
        x=x,
        y=y,
        crs=crs,
        delimiter=delimiter,
        keep=tuple(keep),
        bbox=tuple(bbox) if bbox else None,
    )
    frames = [reader.read(one) for one in places]
    frame = frames[0] if len(frames) == 1 else _stacked(frames, place.name)
    if frame.empty:
        raise InputError(
            f"{place.name} is empty",
            got="0 features" + (" after the rules of args.keep and bbox" if keep or bbox else ""),
            expected="at least one",
            hint="check the layer name and any filter",
        )
    return frame


@dataclass(frozen=True, slots=True)
class _Reader:
    layer: str | None
    x: str | None
    y: str | None
    crs: str | None
    delimiter: str | None
    keep: tuple[RowFilter, ...]
    bbox: tuple[float, ...] | None

    def read(self, path: Path) -> gpd.GeoDataFrame:
        kind = vector_format(path)
        frame = {"parquet": self._parquet, "csv": self._csv}.get(kind, lambda one: self._ogr(one, kind))(path)
        frame = with_stated_crs(frame, self.crs, what=path.name)
        require_crs(frame, what=path.name)
        if kind in ("parquet", "csv"):
            frame = kept_rows(frame, self.keep, what=path.name)
            if self.bbox:
                west, south, east, north = (
                    gpd.GeoSeries.from_wkt([_box_wkt(self.bbox)], crs=4326).to_crs(frame.crs).total_bounds
                )
                frame = frame.cx[west:east, south:north]
        return frame

    def _ogr(self, path: Path, kind: str) -> gpd.GeoDataFrame:
        name, options = str(path), {}
        if kind == "gpkg":
            copy = snapshot(path)
            whole = path if copy is None else copy.path
            name = str(whole)
            geopackage.require_sound(whole, self.layer)
            options["IMMUTABLE"] = "YES"
        elif kind == "geojson":
            _require_size(path, MAX_TEXT_BYTES)
            name = f"GeoJSON:{path}"
        layer = self.layer if kind == "gpkg" else None
        try:
            layer = layer if layer is not None else _only_layer(name, path, kind)
            facts = pyogrio.read_info(name, layer=layer, force_feature_count=True, **options)
            _require_features(path, int(facts["features"]))
            box = _bbox_in(self.bbox, facts["crs"], what=path.name) if self.bbox else None
            return pyogrio.read_dataframe(
                name,
                layer=layer,
                where=sql_where(
                    self.keep, dict(zip(facts["fields"], facts["dtypes"], strict=True)), what=path.name
                ),
                bbox=box,
                **options,
            )
        except (DataSourceError, DataLayerError, ShapelyError, ValueError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(
                f"{path.name} cannot be read as {kind}",
                got=" ".join(str(error).split())[:240],
                expected="a sound file",
                hint="open it in a GIS and export it again",
            ) from error

    def _parquet(self, path: Path) -> gpd.GeoDataFrame:
        import pyarrow as pa

        try:
            geoparquet.require_sound(path)
            return gpd.read_parquet(path)
        except (pa.ArrowException, ShapelyError, ValueError, OSError, KeyError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(
                f"{path.name} cannot be read as GeoParquet",
                got=" ".join(str(error).split())[:240],
                expected="a GeoParquet file",
                hint="write it with geopandas to_parquet",
            ) from error

    def _csv(self, path: Path) -> gpd.GeoDataFrame:
        _require_size(path, MAX_TEXT_BYTES)
        if not (self.x and self.y and self.crs):
            raise InputError(
                f"{path.name}: a CSV does not say where its points are",
                got=f"x={self.x}, y={self.y}, crs={self.crs}",
                expected="the columns of x and y and the CRS",
                hint="args: x: longitude, y: latitude, crs: EPSG:4326",
            )
        try:
            table = pd.read_csv(path, sep=self.delimiter or ",", encoding="utf-8-sig", low_memory=False)
        except (ValueError, pd.errors.ParserError) as error:
            raise InputError(
                f"{path.name} cannot be read as CSV",
                got=" ".join(str(error).split())[:240],
                expected="UTF-8 text with a header",
                hint="save it as UTF-8, and give its delimiter",
            ) from error
        places = [_numbers(table, column, what=path.name) for column in (self.x, self.y)]
        points = gpd.GeoSeries(gpd.points_from_xy(*places), index=table.index, crs=self.crs)
        known = np.isfinite(places[0]) & np.isfinite(places[1])
        return gpd.GeoDataFrame(table, geometry=points.where(known))


def vector_format(path: Path) -> str:
    """``gpkg``, ``shp``, ``geojson``, ``fgb``, ``parquet`` or ``csv``, by the first bytes.

    Raises
    ------
    InputError
        If it is none of these.
    """
    with path.open("rb") as stream:
        head = stream.read(512)
    signs: list[tuple[str, Callable[[bytes], bool]]] = [
        ("gpkg", lambda one: one.startswith(geopackage.MAGIC)),
        ("fgb", lambda one: one.startswith(b"fgb\x03")),
        ("parquet", lambda one: one.startswith(b"PAR1")),
        ("shp", lambda one: one.startswith(b"\x00\x00\x27\x0a") and path.suffix.lower() == ".shp"),
        ("geojson", lambda one: one.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")),
    ]
    for name, is_it in signs:
        if is_it(head):
            return name
    if path.suffix.lower() in (".csv", ".txt") and b"\0" not in head and not head.lstrip().startswith(b"<"):
        return "csv"
    raise InputError(
        f"{path.name} is not a vector file this house opens",
        got=what_it_looks_like(head),
        expected="GeoPackage, Shapefile, GeoJSON, FlatGeobuf, GeoParquet, or CSV with points",
        hint="export it to one of these",
    )


def with_stated_crs(frame: gpd.GeoDataFrame, crs: str | None, *, what: str) -> gpd.GeoDataFrame:
    """The frame under a stated CRS where it has none of its own.

    Raises
    ------
    InputError
        If there is no CRS at all, or the file carries another one than stated.
    """
    if not isinstance(frame, gpd.GeoDataFrame) or frame._geometry_column_name is None:
        raise InputError(
            f"{what} has no geometry",
            got=", ".join(map(str, frame.columns[:12])),
            expected="a geometry column",
            hint="check the layer name",
        )
    if frame.crs is None:
        if crs is None:
            raise InputError(
                f"{what} has no CRS",
                got="none",
                expected="a CRS in the file",
                hint="state it: args.crs in the catalog, or set_crs(...)",
            )
        return frame.set_crs(crs)
    if crs is None:
        return frame
    if not may_be(frame.crs, crs):
        raise InputError(
            f"{what} carries another CRS than the entry states",
            got=frame.crs.to_string()[:80],
            expected=crs,
            hint="correct args.crs",
        )
    return with_stated_datum(frame, crs)


def _only_layer(name: str, path: Path, kind: str) -> str:
    """The one layer; of a GeoPackage without OGR, which would open it as one that may be written."""
    if kind == "gpkg":
        layers = geopackage.layers_of(Path(name))
    else:
        layers = [str(row[0]) for row in pyogrio.list_layers(name) if row[1] is not None]
    if not layers:
        raise InputError(
            f"{path.name} has no layer with geometry",
            got="tables only",
            expected="a layer",
            hint="check the file",
        )
    if len(layers) > 1:
        raise InputError(
            f"{path.name} holds several layers",
            got=", ".join(sorted(layers)[:15]),
            expected="the name of one",
            hint=f"args.layer, or {path.name}:LAYER on the command line",
        )
    return layers[0]


def _stacked(frames: list[gpd.GeoDataFrame], name: str) -> gpd.GeoDataFrame:
    systems = {str(frame.crs) for frame in frames}
    if len(systems) > 1:
        raise InputError(
            f"members of {name} differ in CRS",
            got=", ".join(sorted(systems)),
            expected="one",
            hint="name one member in args.member",
        )
    log.info("%s: %d members stacked", name, len(frames))
    return gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=frames[0].crs)


def _numbers(table: pd.DataFrame, column: str, *, what: str) -> np.ndarray:
    require_known(column, list(table.columns), what=what)
    text = table[column]
    values = pd.to_numeric(text, errors="coerce")
    if (values.isna() & text.notna()).any():
        raise InputError(
            f"{what}, column {column!r}",
            got=repr(text[values.isna() & text.notna()].iloc[0]),
            expected="numbers with a decimal point",
            hint="check the delimiter and the decimal sign",
        )
    return values.to_numpy(dtype="float64")


def _require_features(path: Path, count: int) -> None:
    if count > MAX_FEATURES:
        raise InputError(
            f"{path.name} has too many features",
            got=count,
            expected=f"at most {MAX_FEATURES}",
            hint="cut the zone out first",
        )


def _require_size(path: Path, most: int) -> None:
    if path.stat().st_size > most:
        raise InputError(
            f"{path.name} is too large for a text format",
            got=f"{path.stat().st_size} bytes",
            expected=f"at most {most}",
            hint="convert it to GeoParquet or GeoPackage",
        )


def _box_wkt(bbox: Sequence[float]) -> str:
    west, south, east, north = bbox
    return f"POLYGON(({west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}))"


def _bbox_in(bbox: Sequence[float], crs: Any, *, what: str) -> tuple[float, float, float, float]:
    box = gpd.GeoSeries.from_wkt([_box_wkt(bbox)], crs=4326)
    require_crs(gpd.GeoDataFrame(geometry=box.set_crs(crs or 4326, allow_override=True)), what=what)
    bounds = box.segmentize(0.1).to_crs(crs or 4326).total_bounds
    return float(bounds[0]), float(bounds[1]), float(bounds[2]), float(bounds[3])
