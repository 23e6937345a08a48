"""What the tables of a plan come to, whatever their standard: zones with code and class, perimeters,
states.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoalarm.catalog.official_plans import gaspar_codes as gaspar
from geoalarm.catalog.official_plans.plan_columns import dates_of, read_otherwise, values_of
from geoalarm.core.official_plan import OfficialCount, PlanState
from geoalarm.geo.crs import to_crs
from geoalarm.io.table_files import FileTable

ZONE_COLUMNS: Final = (
    "code",  # of the nomenclature, short: 124
    "native_code",  # as the file writes it: 1240000
    "code_name",
    "label",  # class in the table; empty: no hazard here
    "order",  # place of the class from mild to severe
    "level",  # value of the standard
    "native",  # class as its producer drew it
    "event",  # reference, echeance100ans, exceptionnel; For, Moy, Fai, ...
    "occurrence",  # as the file writes it
    "zone_id",
    "plan",  # tells apart the plans of one file
    "tri",
    "table",
    "is_told",  # false: a zone of several hazards, not told which
    "is_own",  # whether its table is of this hazard alone
)
_AREAS: Final = ("Polygon", "MultiPolygon", "GeometryCollection")


@dataclass(frozen=True, slots=True)
class PlanContent:
    """A plan or map as read.

    Attributes
    ----------
    zones : geopandas.GeoDataFrame
        Columns of :data:`ZONE_COLUMNS`; one row a zone and hazard.
    perimeters : geopandas.GeoDataFrame
        Where was looked, with columns ``plan`` and, of maps of the floods directive, ``tri``.
    titles : tuple of (plan, title)
        Of each plan, by its number.
    family : str
        ``ppr`` or ``di``: whose events the zones bear.
    """

    zones: gpd.GeoDataFrame
    perimeters: gpd.GeoDataFrame
    family: str
    states: tuple[PlanState, ...] = ()
    procedures: tuple[str, ...] = ()
    titles: tuple[tuple[str, str], ...] = ()
    map_date: str = ""
    counts: tuple[OfficialCount, ...] = ()
    notes: tuple[str, ...] = ()
    areas: tuple[str, ...] = ("FR",)


def polygons_only(frame: pd.DataFrame, table: FileTable, notes: list[str]) -> gpd.GeoDataFrame:
    """The rows that are areas; lines and points, which hold nobody, are told."""
    if not isinstance(frame, gpd.GeoDataFrame) or frame.empty:
        return gpd.GeoDataFrame({"geometry": []}, geometry="geometry")
    if frame.geometry.name != "geometry":
        frame = frame.drop(columns=["geometry"], errors="ignore").rename_geometry("geometry")
    other = ~frame.geom_type.isin(_AREAS) & frame.geometry.notna()
    if other.any():
        notes.append(f"{table.name}: lines and points have no area: {int(other.sum())} of them not counted")
    return frame[~other]


def zones_of(frame: gpd.GeoDataFrame, **columns: object) -> gpd.GeoDataFrame:
    """Zones in house columns; those not given are empty."""
    defaults: dict[str, object] = dict.fromkeys(ZONE_COLUMNS, "")
    defaults |= {"order": np.nan, "is_told": True, "is_own": False}
    return gpd.GeoDataFrame(
        pd.DataFrame({**defaults, **columns}, index=frame.index)[list(ZONE_COLUMNS)],
        geometry=frame.geometry,
        crs=frame.crs,
    )


def stacked(parts: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Frames of one file under each other, in the CRS of the first that is not empty."""
    held = [part for part in parts if len(part)]
    if not held:
        return gpd.GeoDataFrame({"geometry": []}, geometry="geometry")
    crs = held[0].crs
    return gpd.GeoDataFrame(pd.concat([to_crs(part, crs) for part in held], ignore_index=True), crs=crs)


def classed(frame: pd.DataFrame, scale: str, *fields: str) -> tuple[pd.Series, pd.Series]:
    """Class of each row by the first of some fields that has a value, and that value.

    A value that its scale lacks is kept as a class of its own, milder than any; a row without a value is
    ``unclassified``.
    """
    values = pd.Series("", index=frame.index, dtype="object")
    for name in fields:
        found = values_of(frame, name)
        values = values.where(values != "", found)
    kinds = {value: _class_of(scale, value) for value in values.unique()}
    return values.map(kinds), values


def _class_of(scale: str, value: str) -> gaspar.ZoneClass:
    if not value:
        return gaspar.ZoneClass(gaspar.UNCLASSIFIED_ZONE, 0.25, "", known=False)
    return gaspar.zone_class(scale, value) or gaspar.ZoneClass(value, 0.5, value, known=False)


def misspelt(frames: Iterable[pd.DataFrame]) -> list[str]:
    """Columns that no standard calls so, and what each is read as."""
    found = dict.fromkeys(pair for frame in frames for pair in read_otherwise(frame))
    return [f"column {column!r} is read as {right!r}" for column, right in found]


def every_value(frames: Iterable[pd.DataFrame], field: str) -> list[str]:
    """Every value of a field in some frames, each once, empty ones left out."""
    return list(dict.fromkeys(value for frame in frames for value in values_of(frame, field) if value))


def latest(frames: Iterable[pd.DataFrame], field: str) -> str:
    """The latest day of a field in some frames; empty where there is none."""
    return max((day for frame in frames for day in dates_of(frame, field)), default="")


def states_in(frame: pd.DataFrame, named_by: str = "procedure") -> list[PlanState]:
    """Where each row of a frame says that a plan stands."""
    found = (values_of(frame, "state"), dates_of(frame, "state_date"), values_of(frame, named_by))
    return [
        gaspar.state_of(state, date=date, procedure=procedure)
        for state, date, procedure in zip(*found, strict=True)
    ]


def unknown_notes(zones: gpd.GeoDataFrame) -> list[str]:
    """Codes and classes that no standard has, each with its zones."""
    codes = Counter(code for code in zones["code"] if code not in gaspar.hazard_codes())
    labels = {label: n for label, n in Counter(zones.loc[zones["order"] < 1, "label"]).items() if label}
    told = [
        f"code {code or '(empty)'} ({zone_count(n)}) is not in the nomenclature: kept"
        for code, n in codes.items()
    ]
    return told + [
        f"class {label!r} ({zone_count(n)}) is not in the standard: kept, and the mildest where zones overlap"
        for label, n in labels.items()
    ]


def zone_count(number: int) -> str:
    """A number of zones in words."""
    return f"{number} zone{'' if number == 1 else 's'}"


def area_km2(zones: gpd.GeoDataFrame) -> float:
    """Area of zones in the plane of their system, overlaps once [km2]; for notes, where the rest is said in
    people.
    """
    return float(shapely.area(shapely.union_all(zones.geometry.to_numpy())) / 1e6)
