"""French plans of prevention (PPR): hazard zones of the COVADIS and CNIG forms, zones of several hazards
taken apart by their table, perimeters with their state.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from geoalarm.catalog.official_plans import gaspar_codes as gaspar
from geoalarm.catalog.official_plans.plan_columns import column_of, dates_of, is_yes, plan_number, values_of
from geoalarm.catalog.official_plans.plan_content import (
    PlanContent,
    classed,
    every_value,
    latest,
    misspelt,
    polygons_only,
    stacked,
    states_in,
    unknown_notes,
    zones_of,
)
from geoalarm.catalog.official_plans.plan_tables import PlanTables
from geoalarm.core.official_plan import PlanState
from geoalarm.io.table_files import FileTable, read_tables

_CODE_IN_NAME: Final = re.compile(r"zonealea[a-z0-9]*?_(\d{2,3})(?:_|$)", re.IGNORECASE)
_EVENT_IN_NAME: Final = re.compile(r"zonealea(echeance100ans|exceptionnel)", re.IGNORECASE)
_PLAN_IN_NAME: Final = re.compile(r"(\d{8})(?!\d)")
_MOST_SEVERE_SCALE: Final = ("intensity", "ppr_level")


@dataclass(frozen=True, slots=True)
class _Tables:
    """Frames of a plan beside the names of their tables."""

    zones: list[tuple[FileTable, gpd.GeoDataFrame]]
    parts: list[tuple[FileTable, pd.DataFrame]]
    perimeters: list[tuple[FileTable, gpd.GeoDataFrame]]
    studies: list[tuple[FileTable, gpd.GeoDataFrame]]
    procedures: list[pd.DataFrame]


def read_prevention_plan(tables: PlanTables, **options: Any) -> PlanContent:
    """A plan of prevention from its tables.

    Parameters
    ----------
    tables : PlanTables
        Of profile ``covadis_ppr`` or ``cnig_ppr``.
    **options
        ``crs`` and ``bbox`` of :func:`geoalarm.io.table_files.read_tables`.

    Raises
    ------
    InputError
        If a table cannot be read, or they differ in CRS.
    """
    notes: list[str] = []
    read = _read(tables, notes, options)
    zones = stacked([_zones(table, frame) for table, frame in read.zones])
    zones = _apart(zones, read.parts, notes)
    perimeters = stacked([_numbered(table, frame) for table, frame in [*read.studies, *read.perimeters]])
    frames = [frame for _, frame in read.zones]
    every = [*read.procedures, *(frame for _, frame in [*read.perimeters, *read.studies])]
    notes += [*misspelt([*frames, *every]), *unknown_notes(zones)] if len(zones) else []
    regulation = [table.name for table in tables.of("regulation")]
    notes += [f"regulation zones are no hazard, and not counted: {', '.join(regulation)}"] * bool(regulation)
    return PlanContent(
        zones=zones,
        perimeters=perimeters,
        family="ppr",
        states=_states(read),
        procedures=tuple(every_value(every or frames, "procedure")),
        titles=tuple(title for frame in read.procedures for title in _titles(frame)),
        map_date=latest(frames, "map_date"),
        notes=tuple(notes),
    )


def _read(tables: PlanTables, notes: list[str], options: dict[str, Any]) -> _Tables:
    wanted = tables.of(
        "hazard_zones", "synthesis_zones", "several_hazards", "perimeter", "study_perimeter", "procedure"
    )
    frames = dict(zip(wanted, read_tables(wanted, **options), strict=True))

    def areas(*roles: str) -> list[tuple[FileTable, gpd.GeoDataFrame]]:
        return [
            (table, polygons_only(frames[table], table, notes))
            for table in tables.of(*roles)
            if table.has_geometry
        ]

    return _Tables(
        zones=areas("hazard_zones", "synthesis_zones"),
        parts=[(table, frames[table]) for table in tables.of("several_hazards")],
        perimeters=areas("perimeter"),
        studies=areas("study_perimeter"),
        procedures=[frames[table] for table in tables.of("procedure")],
    )


def _zones(table: FileTable, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Zones of one table, each with its own code; those of several hazards bear the code for that."""
    code = _codes(table, frame)
    kinds, level = _levels(frame)
    several = values_of(frame, "several").map(is_yes) | (code == gaspar.SEVERAL)
    event = _EVENT_IN_NAME.search(table.name)
    native = values_of(frame, "native")
    return zones_of(
        frame,
        code=code,
        native_code=values_of(frame, "code"),
        code_name=values_of(frame, "code_name"),
        label=kinds.map(lambda one: one.label),
        order=kinds.map(lambda one: one.order).astype("float64"),
        level=kinds.map(lambda one: one.value),
        native=native.where(native != "", level),
        event=event.group(1).lower() if event else "reference",
        occurrence=values_of(frame, "occurrence"),
        zone_id=values_of(frame, "zone_id"),
        plan=_plans(table, frame),
        table=table.name,
        is_told=~several,
        is_own="synthese" not in table.name.casefold() and _CODE_IN_NAME.search(table.name) is not None,
    )


def _codes(table: FileTable, frame: pd.DataFrame) -> pd.Series:
    """Code of each row; of a row without one, that in the name of its table."""
    named = _CODE_IN_NAME.search(table.name)
    text = values_of(frame, "code")
    return text.where(text != "", named.group(1) if named else "").map(gaspar.short_code).astype("object")


def _levels(frame: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Class of each row: of its intensity where it has one (industry), else of its level; the value too."""
    kinds, value = classed(frame, "ppr_level", "level", "native")
    intensity, text = classed(frame, "intensity", "intensity")
    return kinds.where(text == "", intensity), value.where(text == "", text)


def _plans(table: FileTable, frame: pd.DataFrame) -> pd.Series:
    """The plan of each row, by the number in the name of its table; of one without, by that of its
    procedure.
    """
    found = _PLAN_IN_NAME.search(table.name)
    if found:
        return pd.Series(found.group(1), index=frame.index, dtype="object")
    return values_of(frame, "procedure").map(plan_number).astype("object")


def _numbered(table: FileTable, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Perimeters with the number of their plan, and no other column."""
    return gpd.GeoDataFrame({"plan": _plans(table, frame)}, geometry=frame.geometry, crs=frame.crs)


def _titles(frame: pd.DataFrame) -> list[tuple[str, str]]:
    pairs = zip(values_of(frame, "procedure").map(plan_number), values_of(frame, "title"), strict=True)
    return [(plan, title) for plan, title in pairs if title]


def _apart(
    zones: gpd.GeoDataFrame, parts: Sequence[tuple[FileTable, pd.DataFrame]], notes: list[str]
) -> gpd.GeoDataFrame:
    """Zones of several hazards as one row a hazard, where the table tells which; the others stay untold. All
    stay under the code of several hazards too, as they are drawn.
    """
    if not len(zones) or zones["is_told"].all():
        return zones
    rows = _part_rows(parts)
    several = zones[~zones["is_told"]]
    keys = ["plan", "zone_id"] if zones["plan"].nunique() > 1 and rows["plan"].nunique() > 1 else ["zone_id"]
    shapes = several[[*keys, "geometry", "event", "table"]].assign(row=several.index)
    joined = shapes.merge(rows.drop(columns=[] if "plan" in keys else ["plan"]), on=keys)
    told = several.index.isin(joined["row"])
    found = zones_of(
        gpd.GeoDataFrame(joined, geometry="geometry", crs=zones.crs),
        **{name: joined[name] for name in joined.columns if name not in ("geometry", "row")},
    )
    whole = several[told].assign(code=gaspar.SEVERAL, native_code="9999999", is_told=True)
    kept = several[~told]
    own = kept[kept["code"] != gaspar.SEVERAL].assign(is_told=True)
    untold = kept.assign(code=gaspar.SEVERAL, native_code="9999999")
    lost = set(rows["zone_id"]) - set(several["zone_id"])
    notes += [f"rows of the table of several hazards that name no zone: {len(lost)}, left out"] * bool(lost)
    return stacked([zones[zones["is_told"]], found, whole, own, untold])


def _part_rows(parts: Sequence[tuple[FileTable, pd.DataFrame]]) -> pd.DataFrame:
    """Rows of the tables of several hazards in house columns."""
    made = [pd.DataFrame(columns=["zone_id", "plan", "code", "native_code", "code_name"], dtype="object")]
    for table, frame in parts:
        kinds, level = _levels(frame)
        native = values_of(frame, "native")
        made.append(
            pd.DataFrame(
                {
                    "zone_id": values_of(frame, "zone_id"),
                    "plan": _plans(table, frame),
                    "code": values_of(frame, "code").map(gaspar.short_code),
                    "native_code": values_of(frame, "code"),
                    "code_name": values_of(frame, "code_name"),
                    "label": kinds.map(lambda one: one.label),
                    "order": kinds.map(lambda one: one.order).astype("float64"),
                    "level": kinds.map(lambda one: one.value),
                    "native": native.where(native != "", level),
                    "occurrence": values_of(frame, "occurrence"),
                }
            )
        )
    return pd.concat([one for one in made if len(one)] or made[:1], ignore_index=True)


def _states(read: _Tables) -> tuple[PlanState, ...]:
    """Where the plan stands, by its perimeters (CNIG) or its documents (COVADIS), each state once."""
    perimeters, studies = ([frame for _, frame in part] for part in (read.perimeters, read.studies))
    groups = [perimeters, read.procedures, studies]  # a study's own state is of the time when it was made
    told = next((held for group in groups if (held := [one for one in group if column_of(one, "state")])), [])
    dated = [frame for group in groups for frame in group if column_of(frame, "state_date")]
    found = [state for frame in told or dated for state in states_in(frame)]
    found += [state for frame in perimeters + read.procedures for state in _ended(frame)]
    return tuple(dict.fromkeys(found))


def _ended(frame: pd.DataFrame) -> list[PlanState]:
    """Perimeters whose validity has an end, whatever their state."""
    pairs = zip(dates_of(frame, "end_date"), values_of(frame, "procedure"), strict=True)
    return [
        PlanState("end of validity", "ended", date, procedure, "no longer valid")
        for date, procedure in pairs
        if date
    ]
