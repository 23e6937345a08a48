"""Counting by address points: dwellings and people at places smaller than any population cell."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from geoalarm.core.errors import InputError
from geoalarm.core.iso_regions import in_areas
from geoalarm.core.model import Communes, Footprint, Population, require_column, require_crs
from geoalarm.core.terms import State
from geoalarm.exposure.engine import expose
from geoalarm.exposure.footprint_datum import point_datum_notes
from geoalarm.geo.crs import to_crs

NONE: Final = ""
"""Class of a point in no zone."""

_DWELLINGS: Final = {
    "population": "dwellings",
    "population_exposed": "dwellings_exposed",
    "population_exposed_low": "dwellings_exposed_low",
    "population_exposed_high": "dwellings_exposed_high",
}


def at_points(
    footprint: Footprint, points: gpd.GeoDataFrame, communes: Communes, *, column: str | None = None
) -> pd.DataFrame:
    """What stands at points in each class of a footprint, by commune: each point once, in its most severe
    class.

    Parameters
    ----------
    footprint : Footprint
        Polygons; or a raster of classes or intensity, read at the cell of the point.
    points : geopandas.GeoDataFrame
        Addresses or buildings, any CRS.
    communes : Communes
    column : str, optional
        How much stands at each point: people, dwellings [1]; one each without it.

    Returns
    -------
    pandas.DataFrame
        ``commune_id``, ``hazard``, ``scenario``, ``intensity_class``, ``total`` (all points of the commune),
        ``count`` (in the class) and ``unknown`` (where nothing is mapped) [1], ``state``.
        ``attrs['outside']``: what stands in no commune; ``attrs['warnings']``: what is uncertain of places.

    Raises
    ------
    InputError
        If there are no points, or their weights are negative or missing.
    """
    weight = _weights(points, column)
    notes = point_datum_notes(footprint, points, communes)
    labels = [item.label for item in footprint.classes] or _own_labels(footprint)
    home = _home(points, communes)
    place = _class_of_points(footprint, points, labels)
    silent = (
        ~in_areas(communes.ids, footprint.countries)
        if footprint.countries
        else np.zeros(len(communes.ids), dtype=bool)
    )
    place = np.where((home >= 0) & silent[home], -2, place)
    n, inside = len(communes.ids), home >= 0
    total = np.bincount(home[inside], weights=weight[inside], minlength=n)
    blank = np.bincount(home[inside], weights=np.where(place == -2, weight, 0.0)[inside], minlength=n)
    parts = [
        np.bincount(home[inside], weights=np.where(place == k, weight, 0.0)[inside], minlength=n)
        for k in range(len(labels))
    ]
    count = np.column_stack(parts) if parts else np.zeros((n, 0))
    is_silent = silent | ((blank >= total) & (total > 0))
    values = np.where(is_silent[:, None], np.nan, count).ravel()
    states = np.where(np.isnan(values), State.NOT_STUDIED, np.where(values > 0, State.EXPOSED, State.ZERO))
    table = pd.DataFrame(
        {
            "commune_id": np.repeat(communes.ids.to_numpy(), len(labels)),
            "hazard": footprint.hazard,
            "scenario": footprint.scenario,
            "intensity_class": np.tile(np.array(labels, dtype=object), n),
            "total": np.repeat(total, len(labels)),
            "count": values,
            "unknown": np.repeat(blank, len(labels)),
            "state": [str(state) for state in states],
        }
    )
    table.attrs["outside"] = float(weight[~inside].sum())
    table.attrs["warnings"] = list(notes.lines)
    return table


def dwellings(
    footprint: Footprint,
    places: Population | gpd.GeoDataFrame,
    communes: Communes,
    *,
    column: str | None = None,
) -> pd.DataFrame:
    """Dwellings in each class of a footprint, by commune; for hazards of buildings, and kept out of every
    total of people.

    Parameters
    ----------
    footprint : Footprint
        Of any hazard; ``clay_shrink_swell`` can be counted here only.
    places : Population or geopandas.GeoDataFrame
        A grid or polygons of dwellings (a :class:`~geoalarm.core.model.Population` of them), or points.
    communes : Communes
    column : str, optional
        Dwellings at each point [1].

    Returns
    -------
    pandas.DataFrame
        With ``dwellings`` and ``dwellings_exposed`` [1] where a table of people has people, so that the two
        cannot be added.

    Raises
    ------
    InputError
        As :func:`at_points` or :func:`~geoalarm.exposure.engine.expose`.
    """
    if isinstance(places, Population):
        table = expose(replace(footprint, hazard="dwellings"), places, communes)
        return table.assign(hazard=footprint.hazard).rename(columns=_DWELLINGS)
    found = at_points(footprint, places, communes, column=column)
    return found.rename(
        columns={"total": "dwellings", "count": "dwellings_exposed", "unknown": "dwellings_unknown"}
    )


def _weights(points: gpd.GeoDataFrame, column: str | None) -> np.ndarray:
    require_crs(points, what="points")
    if points.empty or set(points.geom_type.dropna()) != {"Point"} or points.geometry.isna().any():
        raise InputError(
            "points",
            got=f"{len(points)} of {sorted(set(points.geom_type.dropna()))}",
            expected="points only, at least one",
        )
    if column is None:
        return np.ones(len(points))
    require_column(points, column, what="points")
    weight: np.ndarray = points[column].to_numpy(dtype="float64", na_value=np.nan)
    if not (np.isfinite(weight) & (weight >= 0)).all():
        bad = int((~(np.isfinite(weight) & (weight >= 0))).sum())
        raise InputError(
            f"column {column!r} of points",
            got=f"{bad} missing, negative or infinite",
            expected="numbers of 0 or more",
        )
    return weight


def _home(points: gpd.GeoDataFrame, communes: Communes) -> np.ndarray:
    """Row of the commune of each point, -1 outside; the first where outlines overlap."""
    placed = to_crs(points[["geometry"]], communes.data.crs).reset_index(drop=True)
    point, commune = communes.data.sindex.query(placed.geometry, predicate="intersects")
    home = np.full(len(points), len(communes.data))
    np.minimum.at(home, point, commune)
    return np.where(home == len(communes.data), -1, home)


def _own_labels(footprint: Footprint) -> list[str]:
    if isinstance(footprint.data, gpd.GeoDataFrame) and footprint.class_column is not None:
        return sorted(footprint.data[footprint.class_column].astype(str).unique())
    return ["affected"]


def _class_of_points(footprint: Footprint, points: gpd.GeoDataFrame, labels: list[str]) -> np.ndarray:
    """Place of the class of each point among the labels; -1 for none, -2 for unknown."""
    if isinstance(footprint.data, xr.DataArray):
        return _raster_class(footprint, points)
    frame = footprint.data
    names = (
        ["affected"] * len(frame)
        if footprint.class_column is None
        else frame[footprint.class_column].astype(str).tolist()
    )
    rank = np.array([labels.index(name) for name in names])
    placed = to_crs(points[["geometry"]], frame.crs).reset_index(drop=True)
    point, zone = frame.sindex.query(placed.geometry, predicate="intersects")
    found = np.full(len(points), -1)
    np.maximum.at(found, point, rank[zone])
    return found


def _raster_class(footprint: Footprint, points: gpd.GeoDataFrame) -> np.ndarray:
    data = footprint.data
    assert isinstance(data, xr.DataArray)
    if not footprint.classes or footprint.kind == "fraction":
        raise InputError(
            "footprint at points",
            got=f"kind {footprint.kind} without classes",
            expected="classes, intensity or polygons",
        )
    placed = to_crs(points[["geometry"]], data.rio.crs).geometry
    columns, rows = ~data.rio.transform(recalc=True) * (placed.x.to_numpy(), placed.y.to_numpy())
    rows, columns = np.floor(rows).astype(int), np.floor(columns).astype(int)
    inside = (rows >= 0) & (rows < data.shape[0]) & (columns >= 0) & (columns < data.shape[1])
    values = np.full(len(points), np.nan)
    values[inside] = data.to_numpy()[rows[inside], columns[inside]]
    missing = data.rio.nodata
    blank = np.isnan(values) if missing is None else np.isnan(values) | (values == missing)
    found = np.full(len(points), -1)
    for place, item in enumerate(footprint.classes):
        is_code = footprint.kind == "classes"
        low = item.lower if item.is_bounded else float(item.label)
        found[(values == low) if is_code else (values >= low) & (values < item.upper)] = place
    return np.where(blank, -1 if footprint.no_data == "dry" else -2, found)
