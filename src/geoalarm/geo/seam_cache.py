"""A resolved seam kept on disk: finding and sharing out the slivers of a long border takes seconds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geoalarm.core.array_cache import kept_arrays
from geoalarm.geo.seam import Rule, joined_rows, resolve
from geoalarm.geo.seam_report import SeamReport
from geoalarm.geo.wkb_arrays import from_arrays, outlines_key, to_arrays

METHOD: Final = 1
"""Number of the method that resolves; another one makes older files be made again."""
_WORDS: Final = ("kind", "commune_id", "from_commune_id")
_NUMBERS: Final = ("sliver", "area_km2")


def resolve_kept(
    a: gpd.GeoDataFrame,
    b: gpd.GeoDataFrame,
    *,
    rule: Rule,
    line: gpd.GeoDataFrame | None = None,
    cache: Path | None = None,
) -> tuple[gpd.GeoDataFrame, SeamReport]:
    """As :func:`geoalarm.geo.seam.resolve`; outlines and report are kept in ``cache`` under the hash of both
    sets, the rule and the line.

    Raises
    ------
    InputError
        As :func:`geoalarm.geo.seam.resolve`.
    """
    if cache is None:
        return resolve(a, b, rule=rule, line=line)
    path = cache / f"seam-{outlines_key(a, b, also=(METHOD, rule, *_line_key(line)))}.npz"
    arrays = kept_arrays(path, lambda: _arrays(*resolve(a, b, rule=rule, line=line)))
    frame = joined_rows(a, b)
    return frame.set_geometry(_geometry(arrays, "outlines", frame)), _report(arrays, frame)


def _line_key(line: gpd.GeoDataFrame | BaseGeometry | None) -> tuple[object, ...]:
    if line is None:
        return ()
    assert isinstance(line, gpd.GeoDataFrame)
    return (
        line.crs.to_wkt() if line.crs is not None else "",
        shapely.to_wkb(line.geometry.to_numpy()).tolist(),
    )


def _arrays(resolved: gpd.GeoDataFrame, report: SeamReport) -> dict[str, np.ndarray]:
    layer = report.layer
    told = {item.name: getattr(report, item.name) for item in fields(report) if item.name != "layer"}
    out = {"report": np.array(json.dumps(told))}
    for name, frame in (("outlines", resolved), ("layer", layer)):
        out |= {f"{name}_{key}": value for key, value in to_arrays(frame.geometry.to_numpy()).items()}
    out |= {name: layer[name].to_numpy(dtype="str") for name in _WORDS}
    return out | {name: layer[name].to_numpy() for name in _NUMBERS}


def _report(arrays: Mapping[str, np.ndarray], frame: gpd.GeoDataFrame) -> SeamReport:
    columns = {name: arrays[name].tolist() for name in _WORDS} | {name: arrays[name] for name in _NUMBERS}
    order = ["kind", "sliver", "area_km2", "commune_id", "from_commune_id"]
    layer = gpd.GeoDataFrame(columns, geometry=_geometry(arrays, "layer", frame), crs=frame.crs)
    typed = layer.astype(dict.fromkeys(_WORDS, "str"))
    return SeamReport(**json.loads(str(arrays["report"])), layer=typed[[*order, "geometry"]])


def _geometry(arrays: Mapping[str, np.ndarray], name: str, frame: gpd.GeoDataFrame) -> gpd.GeoSeries:
    packed = {key: arrays[f"{name}_{key}"] for key in ("wkb", "ends")}
    return gpd.GeoSeries(from_arrays(packed), crs=frame.crs, name=frame.geometry.name)
