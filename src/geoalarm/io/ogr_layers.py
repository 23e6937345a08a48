"""Read one layer of a format that GDAL opens, once the file has been looked at."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from shapely.errors import ShapelyError

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.field_hints import FieldHint
from geoalarm.core.model import require_crs
from geoalarm.core.scratch_files import scratch_folder
from geoalarm.core.unicode_names import same_name
from geoalarm.io import folder_format_guards, partial_replies, sidecar_files
from geoalarm.io import geopackage_guard as geopackage
from geoalarm.io.dbase_encoding import encoding_options
from geoalarm.io.geopackage_snapshot import snapshot
from geoalarm.io.geoparquet_guard import MAX_FEATURES
from geoalarm.io.row_filters import RowFilter, sql_where
from geoalarm.io.vector_formats import RECORD_SEPARATOR
from geoalarm.io.xml_guard import require_plain_xml

MAX_TEXT_BYTES: Final = 4 * 2**30
MAX_KML_BYTES: Final = 512 * 2**20
"""KML is held in memory whole, some ten times its size."""

SEVERAL_LAYERS: Final = ("gpkg", "gdb", "gml", "kml")
"""Formats of which one file may hold several layers."""

MAX_SCHEMA_BYTES: Final = 16 * 2**20

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_LINK: Final = "http://www.w3.org/1999/xlink href"
_BY_REFERENCE: Final = ("member", "members", "exterior", "interior")
_GML_OPTIONS: Final = {"WRITE_GFS": "NO", "DOWNLOAD_SCHEMA": "NO"}


@dataclass(frozen=True, slots=True)
class OgrSource:
    """What GDAL is told to open: a name, and options of its driver or the encoding."""

    name: str
    options: dict[str, str] = field(default_factory=dict)


def read_layer(
    path: Path, kind: str, *, layer: str | None, keep: Sequence[RowFilter], bbox: Sequence[float] | None
) -> gpd.GeoDataFrame:
    """Features of one layer, in the CRS of the file.

    Raises
    ------
    InputError
        If the file is damaged, hostile or too large, the layer does not exist, or one of several has to be
        named.
    """
    try:
        with _guarded(path, kind, layer) as source:
            name = _layer_named(source, path, kind, layer)
            facts = pyogrio.read_info(source.name, layer=name, force_feature_count=True, **source.options)
            _require_features(path, int(facts["features"]))
            partial_replies.require_all_features(path, kind, int(facts["features"]))
            return pyogrio.read_dataframe(
                source.name,
                layer=name,
                where=sql_where(
                    keep, dict(zip(facts["fields"], facts["dtypes"], strict=True)), what=path.name
                ),
                bbox=_bbox_in(bbox, facts["crs"], what=path.name) if bbox else None,
                **source.options,
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


def layer_names(path: Path, kind: str) -> list[str]:
    """Names of the layers with geometry of a file that may hold several.

    Raises
    ------
    InputError
        If the file is damaged, hostile or too large.
    """
    if kind not in SEVERAL_LAYERS:
        return []
    with _guarded(path, kind, None) as source:
        return _layers(source, kind)


@contextmanager
def _guarded(path: Path, kind: str, layer: str | None) -> Iterator[OgrSource]:
    """The source to open, for as long as it is open."""
    if kind in _GUARDS:
        _GUARDS[kind](path)
    sidecar_files.require_sidecars(path, kind)
    if kind == "gpkg":
        copy = snapshot(path)
        whole = path if copy is None else copy.path
        geopackage.require_sound(whole, layer)
        yield OgrSource(str(whole), {"IMMUTABLE": "YES"})
    elif kind == "geojson":
        yield OgrSource(f"GeoJSON:{path}")
    elif kind == "geojsonseq":
        with _as_collection(path) as whole:
            yield OgrSource(f"GeoJSON:{whole}")
    elif kind == "gml":
        with _alone(path) as single:
            yield OgrSource(str(single), _GML_OPTIONS)
    elif kind == "shp":
        yield OgrSource(str(path), encoding_options(path))
    else:
        yield OgrSource(str(path))


def _guard_geojson(path: Path) -> None:
    require_size(path, MAX_TEXT_BYTES)
    partial_replies.require_whole_json(path)


def _guard_gml(path: Path) -> None:
    require_size(path, MAX_TEXT_BYTES)
    partial_replies.require_whole_xml(path)
    with path.open("rb") as stream:
        require_plain_xml(stream, what=path.name, check=_no_geometry_elsewhere)


def _guard_kml(path: Path) -> None:
    require_size(path, MAX_KML_BYTES)
    with path.open("rb") as stream:
        require_plain_xml(stream, what=path.name, check=_no_network_link)


_GUARDS: Final[Mapping[str, Callable[[Path], None]]] = {
    "geojson": _guard_geojson,
    "geojsonseq": lambda path: require_size(path, MAX_TEXT_BYTES),
    "gml": _guard_gml,
    "kml": _guard_kml,
    "tab": folder_format_guards.require_native_table,
    "mif": lambda path: require_size(path, MAX_TEXT_BYTES),
    "gdb": folder_format_guards.require_sound_geodatabase,
}
"""What is looked at before GDAL opens a file of a kind."""


def _no_network_link(_namespace: str, name: str, _attributes: Mapping[str, str]) -> str | None:
    return "NetworkLink: the data lie elsewhere" if name == "NetworkLink" else None


def _no_geometry_elsewhere(namespace: str, name: str, attributes: Mapping[str, str]) -> str | None:
    """Parts of geometries and members of collections that are given by reference would be left out."""
    is_part = name.lower().endswith(_BY_REFERENCE) and (
        "opengis.net/gml" in namespace or "opengis.net/wfs" in namespace
    )
    return (
        f"{name} by reference (xlink): {attributes[_LINK][:80]}" if is_part and _LINK in attributes else None
    )


@contextmanager
def _as_collection(path: Path) -> Iterator[Path]:
    """The features of a sequence as one collection: of a sequence, GDAL leaves out what it cannot read."""
    with scratch_folder() as folder:
        whole = folder / f"{path.stem}.geojson"
        with path.open("rb") as stream, whole.open("wb") as out:
            separated = stream.read(4).removeprefix(_BYTE_ORDER_MARK).startswith(RECORD_SEPARATOR)
            stream.seek(0)
            out.write(b'{"type":"FeatureCollection","features":[')
            between = b""
            for line in stream:
                text = line.removeprefix(_BYTE_ORDER_MARK).strip()
                begins = text.startswith(RECORD_SEPARATOR) if separated else bool(text)
                out.write((between if begins else b"") + text.lstrip(RECORD_SEPARATOR) + b"\n")
                between = between or (b"," if begins else b"")
            out.write(b"]}")
        yield whole


@contextmanager
def _alone(path: Path) -> Iterator[Path]:
    """The file in a folder of its own, where GDAL may write what it found, with a schema if it is whole."""
    with scratch_folder() as folder:
        single = folder / "features.gml"
        _link(path, single)
        schema = sidecar_files.sidecar(path, ".xsd")
        if schema is not None and _stands_alone(schema):
            _link(schema, single.with_suffix(".xsd"))
        yield single


def _link(path: Path, place: Path) -> None:
    try:
        place.symlink_to(path.absolute())
    except OSError:  # not allowed everywhere
        shutil.copyfile(path, place)


def _stands_alone(schema: Path) -> bool:
    """Whether a schema is plain XML and includes no other; without it types are taken from the values."""
    require_size(schema, MAX_SCHEMA_BYTES)
    others: list[str] = []
    with schema.open("rb") as stream:
        require_plain_xml(
            stream,
            what=schema.name,
            check=lambda _namespace, name, _: (
                others.append(name) if name in ("include", "redefine") else None
            ),
        )
    return not others


def _layer_named(source: OgrSource, path: Path, kind: str, wanted: str | None) -> str:
    """The layer of that name, or the only one; of a GeoPackage without OGR, which would open it as one that
    may be written.
    """
    layers = _layers(source, kind)
    if not layers:
        raise InputError(
            f"{path.name} has no layer with geometry",
            got="no features" if kind in ("gml", "kml") else "tables only",
            expected="a layer",
            hint="check the file",
        )
    if wanted is None and len(layers) == 1:
        return layers[0]
    named = same_name(wanted, layers) if wanted is not None else None
    if named is not None:
        return named
    if wanted is not None:
        raise InputError(
            f"{path.name} has no layer {wanted!r}",
            got=", ".join(sorted(layers)[:15]),
            expected=wanted,
            hint=near_miss(wanted, layers),
        )
    raise InputError(
        f"{path.name} holds several layers",
        got=", ".join(sorted(layers)[:15]),
        expected="the name of one",
        hint=FieldHint("name one: {layer}", layer=sorted(layers)[0]),
    )


def _layers(source: OgrSource, kind: str) -> list[str]:
    if kind == "gpkg":
        return geopackage.layers_of(Path(source.name))
    return [str(row[0]) for row in pyogrio.list_layers(source.name) if row[1] is not None]


def _require_features(path: Path, count: int) -> None:
    if count > MAX_FEATURES:
        raise InputError(
            f"{path.name} has too many features",
            got=count,
            expected=f"at most {MAX_FEATURES}",
            hint="cut the zone out first",
        )


def require_size(path: Path, most: int) -> None:
    """Refuse a text that is too large to be parsed.

    Raises
    ------
    InputError
        With its size.
    """
    if path.stat().st_size > most:
        raise InputError(
            f"{path.name} is too large for a text format",
            got=f"{path.stat().st_size} bytes",
            expected=f"at most {most}",
            hint="convert it to GeoParquet or GeoPackage",
        )


def box_wkt(bbox: Sequence[float]) -> str:
    """West, south, east, north [degrees] as a polygon."""
    west, south, east, north = bbox
    return f"POLYGON(({west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}))"


def _bbox_in(bbox: Sequence[float], crs: Any, *, what: str) -> tuple[float, float, float, float]:
    box = gpd.GeoSeries.from_wkt([box_wkt(bbox)], crs=4326)
    require_crs(gpd.GeoDataFrame(geometry=box.set_crs(crs or 4326, allow_override=True)), what=what)
    bounds = box.segmentize(0.1).to_crs(crs or 4326).total_bounds
    return float(bounds[0]), float(bounds[1]), float(bounds[2]), float(bounds[3])
