"""Open one vector file of any format that holds its own data; rasters through ``rasters``."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.errors import ShapelyError

from geoalarm.core.errors import InputError
from geoalarm.core.field_hints import FieldHint
from geoalarm.core.model import require_crs
from geoalarm.core.unicode_names import nfc
from geoalarm.geo.datum_shift import may_be, with_stated_datum
from geoalarm.io import archives, ogr_layers
from geoalarm.io import geoparquet_guard as geoparquet
from geoalarm.io.paths import input_path, regular_file
from geoalarm.io.rasters import read_raster
from geoalarm.io.row_filters import RowFilter, kept_rows, known_column
from geoalarm.io.vector_formats import VECTOR_ENDINGS, vector_format

__all__ = ["RowFilter", "read_raster", "read_vector", "regular_file", "vector_format"]

log = logging.getLogger(__name__)

_DECIMAL_COMMA: Final = r"\s*-?\d+(,\d+)?\s*"
_ASSIGN: Final = "ogr2ogr -a_srs EPSG:... out.gpkg in.gpkg"
_TABLE_HINT: Final = (
    "a table has no outlines: people are joined to those of the communes by --join COLUMN (of the codes) and "
    "--population-column COLUMN; every other layer needs a file with geometries"
)


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
        GeoPackage, Shapefile, GeoJSON (also one feature a line), FlatGeobuf, GeoParquet, GML, KML, MapInfo
        table, the folder of a file geodatabase, CSV of points, or a zip archive of these (KMZ).
    layer : str, optional
        Layer of a file that may hold several; may be left out where it holds one.
    member : str, optional
        Name (with or without ending) or pattern of the members of an archive; several are stacked.
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
        With a CRS and at least one feature, names of columns in composed form (NFC). Rows of a CSV without
        coordinates have no geometry.

    Raises
    ------
    InputError
        If the file is missing, damaged, hostile, of another format, without CRS, without the layer or column,
        or empty.
    """
    place = input_path(path)
    packed = archives.is_archive(place)
    places = archives.unpack(place, member=member, endings=VECTOR_ENDINGS) if packed else [place]
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
    frame = frames[0] if len(frames) == 1 else _stacked(frames, place.name, example=places[0].name)
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
        if kind == "parquet":
            frame = self._parquet(path)
        elif kind == "csv":
            frame = self._csv(path)
        else:
            frame = ogr_layers.read_layer(path, kind, layer=self.layer, keep=self.keep, bbox=self.bbox)
        frame = with_stated_crs(frame, self.crs, what=path.name)
        require_crs(frame, what=path.name)
        return _composed(self._cut(frame, path) if kind in ("parquet", "csv") else frame)

    def _cut(self, frame: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame:
        """The rows that the rules and the box keep, of a format that is read whole."""
        frame = kept_rows(frame, self.keep, what=path.name)
        if not self.bbox:
            return frame
        box = gpd.GeoSeries.from_wkt([ogr_layers.box_wkt(self.bbox)], crs=4326)
        west, south, east, north = box.to_crs(frame.crs).total_bounds
        return frame.cx[west:east, south:north]

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
        ogr_layers.require_size(path, ogr_layers.MAX_TEXT_BYTES)
        if not (self.x and self.y and self.crs):
            raise InputError(
                f"{path.name}: a CSV does not say where its points are",
                got=f"x={self.x}, y={self.y}, crs={self.crs}",
                expected="the columns of x and y and the CRS",
                hint=FieldHint(
                    "{x}, {y}, {crs}",
                    otherwise=_TABLE_HINT,
                    x="longitude",
                    y="latitude",
                    crs="EPSG:4326",
                ),
            )
        try:
            table = pd.read_csv(path, sep=self.delimiter or ",", encoding="utf-8-sig", low_memory=False)
        except (ValueError, pd.errors.ParserError) as error:
            raise InputError(
                f"{path.name} cannot be read as CSV",
                got=" ".join(str(error).split())[:240],
                expected="UTF-8 text with a header",
                hint=FieldHint(
                    "save it as UTF-8, and give its delimiter: {delimiter}",
                    otherwise="save it as UTF-8",
                    delimiter='";"',
                ),
            ) from error
        places = [_numbers(table, column, what=path.name) for column in (self.x, self.y)]
        points = gpd.GeoSeries(gpd.points_from_xy(*places), index=table.index, crs=self.crs)
        known = np.isfinite(places[0]) & np.isfinite(places[1])
        return gpd.GeoDataFrame(table, geometry=points.where(known))


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
                hint=FieldHint(
                    "state it: {crs}, or write it into the file: " + _ASSIGN,
                    otherwise="write it into the file: " + _ASSIGN,
                    crs="EPSG:...",
                ),
            )
        return frame.set_crs(crs)
    if crs is None:
        return frame
    if not may_be(frame.crs, crs):
        raise InputError(
            f"{what} carries another CRS than the entry states",
            got=frame.crs.to_string()[:80],
            expected=crs,
            hint=FieldHint(
                "state the one it carries: {crs}", otherwise=_ASSIGN, crs=frame.crs.to_string()[:80]
            ),
        )
    return with_stated_datum(frame, crs)


def _composed(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Names of columns in composed form; one that would stand twice stays as it is."""
    names = {name: nfc(name) for name in map(str, frame.columns) if nfc(name) != name}
    taken = set(frame.columns)
    names = {old: new for old, new in names.items() if new not in taken}
    if frame.geometry.name in names:
        frame = frame.rename_geometry(names.pop(frame.geometry.name))
    return frame.rename(columns=names) if names else frame


def _stacked(frames: list[gpd.GeoDataFrame], name: str, *, example: str) -> gpd.GeoDataFrame:
    systems = {str(frame.crs) for frame in frames}
    if len(systems) > 1:
        raise InputError(
            f"members of {name} differ in CRS",
            got=", ".join(sorted(systems)),
            expected="one",
            hint=FieldHint("name one: {member}", member=example),
        )
    log.info("%s: %d members stacked", name, len(frames))
    return gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=frames[0].crs)


def _numbers(table: pd.DataFrame, column: str, *, what: str) -> np.ndarray:
    """Coordinates; commas are decimal signs where every number of the column has at most one, no dot."""
    text = table[known_column(column, list(table.columns), what=what)]
    if text.dropna().astype("str").str.fullmatch(_DECIMAL_COMMA).all():
        text = text.astype("str").str.replace(",", ".").where(text.notna())
    values = pd.to_numeric(text, errors="coerce")
    if (values.isna() & text.notna()).any():
        raise InputError(
            f"{what}, column {column!r}",
            got=repr(text[values.isna() & text.notna()].iloc[0]),
            expected="numbers with a decimal point, or all with a comma",
            hint="check the delimiter and the decimal sign",
        )
    return values.to_numpy(dtype="float64")
