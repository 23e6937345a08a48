"""Layers of features at the door: sound geometries under one name; rows without a place are set aside, never
lost.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from geoalarm.catalog import repair
from geoalarm.catalog.axes import require_plausible
from geoalarm.catalog.normalise_raster import Repairs, told
from geoalarm.core.errors import InputError
from geoalarm.core.model import Source, require_crs
from geoalarm.geo import longitudes

log = logging.getLogger(__name__)


def frame(
    data: gpd.GeoDataFrame, *, what: str = "layer", countries: Sequence[str] = (), crs: str | None = None
) -> tuple[gpd.GeoDataFrame, Repairs]:
    """A vector layer with sound geometries, a geometry column of that name, and the count of what was
    changed.

    Invalid polygons are repaired by structure (overlapping parts are united, holes stay holes) and keep their
    polygon parts only; rows without geometry, or whose polygon vanishes, are dropped and counted.

    Raises
    ------
    InputError
        If the CRS is absent or not the stated one, the layer is empty, or axes are swapped.
    """
    out, repairs, _ = placed(data, what=what, countries=countries, crs=crs)
    return out, repairs


def placed(
    data: gpd.GeoDataFrame, *, what: str = "layer", countries: Sequence[str] = (), crs: str | None = None
) -> tuple[gpd.GeoDataFrame, Repairs, pd.DataFrame]:
    """As :func:`frame`; and the rows that were dropped, under their number in the file."""
    require_crs(data, what=what)
    whole = _one_geometry(data).reset_index(drop=True)
    out = _in_stated_crs(whole, crs, what=what)
    repairs: Repairs = {}
    missing = out.geometry.isna() | out.geometry.is_empty
    if missing.any():
        repairs["rows_without_geometry"] = int(missing.sum())
        out = out[~missing]
    if out.empty:
        raise InputError(
            f"{what} is empty",
            got=f"{len(data)} rows, none with a geometry",
            expected="at least one feature",
            hint="check the layer name and any filter",
        )
    out, turned = longitudes.turned_frame(out)
    if turned:
        repairs["longitudes_turned_west"] = turned
    require_plausible(out.total_bounds, out.crs, what=what, countries=countries)
    out, repaired = repair.sound(out, what=what)
    repairs.update(repaired)
    if repairs:
        log.warning("%s: %s", what, told(repairs))
    lost = whole.loc[~whole.index.isin(out.index)].drop(columns="geometry")
    return out.reset_index(drop=True), repairs, pd.DataFrame(lost)


def _in_stated_crs(data: gpd.GeoDataFrame, crs: str | None, *, what: str) -> gpd.GeoDataFrame:
    out = data
    if str(out.crs).upper() in ("OGC:CRS84", "CRS84") or (out.crs.to_authority() or ("", ""))[1] == "CRS84":
        out = out.set_crs(4326, allow_override=True)
    if crs is not None and not out.crs.equals(crs, ignore_axis_order=True):
        raise InputError(
            f"{what} is in another CRS than stated",
            got=out.crs.to_string()[:80],
            expected=crs,
            hint="correct the crs of the entry",
        )
    return out


def _one_geometry(data: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The frame with its main geometry under that name; another column that bears it gives way."""
    if data.geometry.name == "geometry":
        return data
    return data.drop(columns=["geometry"], errors="ignore").rename_geometry("geometry")


def with_repairs(source: Source, repairs: Mapping[str, int]) -> Source:
    """The source with the caveat ``geometry_repaired`` where polygons were repaired."""
    if not any(name.startswith("geometries_") for name in repairs) or "geometry_repaired" in source.caveats:
        return source
    return replace(source, caveats=(*source.caveats, "geometry_repaired"))
