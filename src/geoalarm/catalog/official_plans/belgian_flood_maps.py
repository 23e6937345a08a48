"""Flood maps of the Belgian regions: classes of CLASSEMENT in Wallonia, letters of the watertoets in
Flanders.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from geoalarm.catalog.official_plans import gaspar_codes as gaspar
from geoalarm.catalog.official_plans.plan_columns import column_of, values_of
from geoalarm.catalog.official_plans.plan_content import (
    PlanContent,
    classed,
    stacked,
    unknown_notes,
    zones_of,
)
from geoalarm.core.errors import InputError
from geoalarm.io.table_files import list_tables, read_tables
from geoalarm.io.vector_files import read_vector

REGIONAL: Final = {
    "walloon_flood": ("walloon", "walloon_class", "BE-WAL"),
    "flemish_flood": ("flemish", "flemish_class", "BE-VLG"),
}
"""By profile: the scale of its classes, the field that holds them, and the region that was studied."""

MOST_LAYERS: Final = 4
FIRST_ROWS: Final = 200
"""How far a file is looked at to see whether it is a flood map of a region."""

FLOOD: Final = "11"
WALLOON_ORIGINS: Final = {"1": "112", "2": "114", "3": "11"}
"""Kind of flood by the first digit of a Walloon class: overflow, run-off, both."""


def read_regional_flood_map(path: Path, profile: str, **options: Any) -> PlanContent:
    """A flood map of a Belgian region: every layer of the file that has its column of classes.

    Raises
    ------
    InputError
        If no layer has it.
    """
    scale, field, region = REGIONAL[profile]
    frames = [(name, frame) for name, frame in _frames(path, options) if column_of(frame, field)]
    if not frames:
        raise InputError(
            f"{path.name} is no flood map of the standard {profile}",
            got="no column of its classes",
            expected="CLASSEMENT" if profile == "walloon_flood" else "gridcode, P_score or G_score",
            hint="check the file and the profile",
        )
    zones = stacked([_zones(frame, scale, field, name) for name, frame in frames])
    return PlanContent(
        zones=zones,
        perimeters=gpd.GeoDataFrame({"geometry": []}, geometry="geometry"),
        family="regional",
        notes=tuple(unknown_notes(zones)),
        areas=(region,),
    )


def has_walloon_classes(path: Path) -> bool:
    """Whether a file is a Walloon flood map: a layer with CLASSEMENT whose first values are all classes of
    it.
    """
    tables = [table for table in list_tables(path) if table.has_geometry]
    if not 0 < len(tables) <= MOST_LAYERS:
        return False
    try:
        frames = read_tables(tables, most=FIRST_ROWS)
    except InputError:  # whoever reads it for what it is tells what is wrong with it
        return False
    looked_at = [values_of(frame, "walloon_class") for frame in frames]
    return any((values != "").any() and values[values != ""].map(_is_walloon).all() for values in looked_at)


def _is_walloon(value: str) -> bool:
    return gaspar.zone_class("walloon", value) is not None


def _frames(path: Path, options: dict[str, Any]) -> Sequence[tuple[str, pd.DataFrame]]:
    tables = [table for table in list_tables(path) if table.has_geometry]
    if tables:
        return list(zip([table.name for table in tables], read_tables(tables, **options), strict=True))
    return [(path.stem, read_vector(path, **options))]


def _zones(frame: gpd.GeoDataFrame, scale: str, field: str, table: str) -> gpd.GeoDataFrame:
    frame = frame if frame.geometry.name == "geometry" else frame.rename_geometry("geometry")
    kinds, value = classed(frame, scale, field)
    code = value.map(lambda one: WALLOON_ORIGINS.get(one[:1], FLOOD)) if scale == "walloon" else FLOOD
    return zones_of(
        frame,
        code=code,
        native_code=code,
        label=kinds.map(lambda one: one.label),
        order=kinds.map(lambda one: one.order).astype("float64"),
        level=kinds.map(lambda one: one.value),
        native=value,
        event="",
        table=table,
    )
