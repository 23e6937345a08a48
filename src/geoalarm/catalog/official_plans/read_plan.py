"""A plan or map in a state's standard as the layer of one hazard: zones, classes in order, the area that was
studied, return period, and what the plan says of itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoalarm.catalog import normalise
from geoalarm.catalog.normalise_raster import Repairs
from geoalarm.catalog.official_plans import gaspar_codes as gaspar
from geoalarm.catalog.official_plans.belgian_flood_maps import (
    REGIONAL,
    has_walloon_classes,
    read_regional_flood_map,
)
from geoalarm.catalog.official_plans.flood_directive import DEPTH_NOT_TOLD, read_flood_map
from geoalarm.catalog.official_plans.plan_columns import plan_number, years
from geoalarm.catalog.official_plans.plan_content import PlanContent, area_km2, zone_count
from geoalarm.catalog.official_plans.plan_tables import (
    ZONE_ROLES,
    profile_of,
    require_no_regulation,
    tables_as,
)
from geoalarm.catalog.official_plans.prevention_plans import read_prevention_plan
from geoalarm.catalog.official_plans.zone_choice import REFERENCE, ZoneChoice, choose_zones, hazards_of
from geoalarm.core.errors import InputError
from geoalarm.core.official_plan import ClassRow, OfficialCount, OfficialPlan, PlanState
from geoalarm.core.terms import PlanProfile
from geoalarm.geo.crs import to_crs

CLASS_COLUMN: Final = "hazard_class"
REST_SHARE: Final = 1e-3
"""A flooded area of which less than this has no class of depth is wholly in classes: the rest is rounding
[1].
"""


@dataclass(frozen=True, slots=True)
class PlanLayer:
    """The zones of one hazard of a plan, in house form.

    Attributes
    ----------
    data : geopandas.GeoDataFrame
        ``hazard_class``, and as the producer wrote them ``native``, ``code``, ``zone_id``.
    class_order : tuple of str
        Classes in the zones, mild to severe.
    scale : tuple of str
        Every class of the standard's scale, mild to severe.
    areas : tuple of str
        Countries or regions (``FR``, ``BE-WAL``) that the plan may speak for.
    return_period_yr : float
        NaN where the plan has none, or several [yr].
    """

    data: gpd.GeoDataFrame
    class_order: tuple[str, ...]
    scale: tuple[str, ...]
    hazard: str
    scenario: str
    return_period_yr: float
    areas: tuple[str, ...]
    units: str
    plan: OfficialPlan
    repairs: Repairs


def read_plan(
    path: Path,
    *,
    hazard: str | None = None,
    part: str | None = None,
    profile: PlanProfile | None = None,
    **options: Any,
) -> PlanLayer | None:
    """The layer of one hazard of an official plan; None where a file is in none of the standards.

    Parameters
    ----------
    path : pathlib.Path
        GeoPackage, archive, or one of several shapefiles side by side.
    hazard : str, optional
        ``flood``, ``landslide``, ``industrial``, another word of the nomenclature, a code, or ``any_hazard``.
    part : str, optional
        Codes, events or tables with commas between them; see :func:`choose_zones`.
    profile : str, optional
        The standard, where it is stated; else it is recognised.
    **options
        ``crs`` and ``bbox`` of :func:`geoalarm.io.table_files.read_tables`.

    Raises
    ------
    InputError
        If the file is not in the standard that is stated, holds regulation zones only, or what is asked for
        is not in it, or is several.
    """
    found = read_content(path, profile, options)
    if found is None:
        return None
    standard, content = found
    if not len(content.zones):
        raise InputError(
            f"{path.name} holds no hazard zones",
            got=f"tables of {standard} without a row that has an area",
            expected="at least one zone",
            hint="check the file; regulation zones are never counted as a hazard",
        )
    zones, repairs = normalise.frame(content.zones, what=path.name)
    perimeters = content.perimeters if content.perimeters.empty else to_crs(content.perimeters, zones.crs)
    content = replace(content, zones=zones, perimeters=perimeters)
    choice = choose_zones(content, name=path.name, hazard=hazard, part=part)
    return _layer(path, standard, content, choice, repairs)


def read_content(
    path: Path, profile: PlanProfile | None, options: dict[str, Any]
) -> tuple[str, PlanContent] | None:
    """Standard and content of a plan, nothing chosen of it yet; as :func:`read_plan`."""
    if profile in REGIONAL:
        return str(profile), read_regional_flood_map(path, str(profile), **options)
    tables = profile_of(path) if profile is None else tables_as(path, profile)
    if tables is None:
        is_walloon = has_walloon_classes(path)
        return (
            ("walloon_flood", read_regional_flood_map(path, "walloon_flood", **options))
            if is_walloon
            else None
        )
    if not tables.of(*ZONE_ROLES):
        require_no_regulation(tables.of("regulation")[0].name)
    read = read_flood_map if tables.profile.endswith("_di") else read_prevention_plan
    return tables.profile, read(tables, **options)


def _layer(
    path: Path, standard: str, content: PlanContent, choice: ZoneChoice, repairs: Repairs
) -> PlanLayer:
    picked = _with_rest(choice.zones) if content.family == "di" else choice.zones
    hit = picked[picked["label"] != ""]
    if not len(hit):
        raise InputError(
            f"{path.name} has no zone of {choice.hazard}",
            got=f"{zone_count(len(picked))}, all of level nil",
            expected="at least one zone with a hazard",
            hint="nothing is to be counted there: the plan looked and found none",
        )
    order = hit.groupby("label")["order"].min().sort_values(kind="stable").to_dict()
    every = gaspar.standard_orders(standard, choice.hazard) | order
    period, notes = _return_period(content, choice, hit)
    return PlanLayer(
        data=_data(hit),
        class_order=tuple(order),
        scale=tuple(sorted(every, key=lambda label: every[label])),
        hazard=choice.hazard,
        scenario="" if choice.event == REFERENCE else choice.event,
        return_period_yr=period,
        areas=content.areas,
        units="m" if any(label.startswith("[") for label in order) else "1",
        plan=_plan(path.name, standard, content, choice, _class_rows(hit, tuple(order)), notes),
        repairs=repairs,
    )


def _plan(
    name: str,
    standard: str,
    content: PlanContent,
    choice: ZoneChoice,
    classes: tuple[ClassRow, ...],
    notes: Sequence[str],
) -> OfficialPlan:
    """What the plan says of itself, as far as it goes with this choice."""
    plans = frozenset(choice.of_event["plan"])
    return OfficialPlan(
        standard=standard,
        procedures=tuple(one for one in content.procedures if _is_of(one, plans)) or content.procedures,
        title=next((title for number, title in content.titles if not number or number in plans), ""),
        map_date=content.map_date,
        scenario="" if choice.event == REFERENCE else choice.event,
        states=_states(content, plans),
        hazards=hazards_of(content.zones),
        counted=choice.codes,
        classes=classes,
        counts=_counts(content, choice),
        notes=(*_notes(content, choice, name), *content.notes, *notes),
        studied=_studied(content, choice),
        unattributed=_only_geometry(choice.untold),
    )


def _is_of(procedure: str, plans: frozenset[str]) -> bool:
    """Whether a procedure is one of the plans whose zones were read; one without a number may be."""
    return not plans - {""} or plan_number(procedure) in plans


def _states(content: PlanContent, plans: frozenset[str]) -> tuple[PlanState, ...]:
    """States of the plans whose zones were read: a table of a whole department tells those of others too."""
    if content.family == "di":
        return content.states
    found = tuple(one for one in content.states if not one.procedure or _is_of(one.procedure, plans))
    return found or content.states  # numbers that agree nowhere tell nothing apart


def _data(zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    kept = zones[["label", "native", "code", "zone_id", "geometry"]].rename(columns={"label": CLASS_COLUMN})
    return kept.astype(dict.fromkeys((CLASS_COLUMN, "native", "code", "zone_id"), "str")).reset_index(
        drop=True
    )


def _class_rows(zones: gpd.GeoDataFrame, order: Sequence[str]) -> tuple[ClassRow, ...]:
    """The crosswalk from the producer's classes, mild to severe."""
    made = []
    for label in order:
        rows = zones[zones["label"] == label]
        native = tuple(sorted({str(one) for one in rows["native"] if one}))
        made.append(ClassRow(str(label), str(rows["level"].iloc[0]), native, len(rows)))
    return tuple(made)


def _with_rest(zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Classes of depth, and as a class of its own what of the flooded area none of them covers."""
    flooded, depths = zones[~zones["is_own"]], zones[zones["is_own"]]
    if not len(depths):
        return flooded
    if not len(flooded):
        return depths
    whole, covered = (shapely.union_all(one.geometry.to_numpy()) for one in (flooded, depths))
    rest = shapely.difference(whole, covered)
    if shapely.area(rest) <= REST_SHARE * shapely.area(whole):
        return depths
    made = flooded.iloc[:1].assign(label=DEPTH_NOT_TOLD, native="", level="")
    made = made.set_geometry(gpd.GeoSeries([rest], index=made.index, crs=zones.crs))
    return gpd.GeoDataFrame(pd.concat([made, depths], ignore_index=True), crs=zones.crs)


def _studied(content: PlanContent, choice: ZoneChoice) -> gpd.GeoDataFrame | None:
    """Where was looked for the hazard: perimeter and zones, without the zones of several hazards, not told
    which, but for what of them is known. None of a region's map, whose commune keys say where it ends.
    """
    if content.family == "regional":
        return None
    perimeters = content.perimeters
    if content.family == "di" and len(perimeters) and choice.zones["tri"].ne("").any():
        of_event = perimeters[perimeters["tri"].isin(set(choice.zones["tri"]))]
        perimeters = of_event if len(of_event) else perimeters
    plans = {*choice.of_event["plan"], ""}
    if content.family == "ppr" and len(perimeters) and perimeters["plan"].isin(plans).any():
        perimeters = perimeters[perimeters["plan"].isin(plans)]
    parts = [shapely.force_2d(shapely.make_valid(perimeters.geometry.to_numpy()))] if len(perimeters) else []
    within = choice.zones if content.family == "di" else choice.of_event
    area = shapely.union_all(np.concatenate([*parts, within.geometry.to_numpy()]))
    if len(choice.untold):
        untold = shapely.union_all(choice.untold.geometry.to_numpy())
        known = shapely.union_all(choice.zones.geometry.to_numpy())
        area = shapely.difference(area, shapely.difference(untold, known))
    return gpd.GeoDataFrame(geometry=[area], crs=content.zones.crs)


def _only_geometry(zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame | None:
    return zones[["geometry"]].reset_index(drop=True) if len(zones) else None


def _return_period(
    content: PlanContent, choice: ZoneChoice, hit: gpd.GeoDataFrame
) -> tuple[float, list[str]]:
    """The one return period of the zones [yr]; of several, or of classes of chance, what they are."""
    if content.family == "di":
        row = gaspar.event_row("di", choice.event)
        return (float(row["return_period_yr"]) if row is not None else math.nan), []
    told = [one for one in hit["occurrence"].unique() if one]
    periods = sorted({years(one) for one in told if not math.isnan(years(one))})
    words = sorted(one for one in told if math.isnan(years(one)) and one != "0")
    every = (hit["occurrence"] != "").all()
    notes = [f"occurrence as the plan writes it: {', '.join(words)}"] if words else []
    if len(periods) > 1 or (periods and not every):
        shown = ", ".join(f"{one:g}" for one in periods)
        notes.append(
            f"zones of return periods {shown} yr{'' if every else ' and of none'}: the table states none"
        )
    return (periods[0] if len(periods) == 1 and every and not words else math.nan), notes


def _counts(content: PlanContent, choice: ZoneChoice) -> tuple[OfficialCount, ...]:
    """The state's own counts of the event, where they are of the territories that are counted."""
    tris = set(choice.zones["tri"]) - {""}
    return tuple(
        one
        for one in content.counts
        if one.scenario == choice.event and (not tris or one.territory in {"", *tris})
    )


def _notes(content: PlanContent, choice: ZoneChoice, name: str) -> Sequence[str]:
    """What was counted of the plan and what was not, where it stands in law, and where nobody looked."""
    drawn = choice.of_event["is_told"] & (
        choice.of_event["code"] == gaspar.SEVERAL
    )  # counted with their hazards
    every = hazards_of(choice.of_event if gaspar.SEVERAL in choice.codes else choice.of_event[~drawn])
    counted = ", ".join(
        f"{one.code} {one.name} ({zone_count(one.zones)})" for one in hazards_of(choice.zones)
    )
    others = ", ".join(
        f"{one.code} {one.name} ({one.zones})" for one in every if one.code not in choice.codes
    )
    notes = [f"{name}: counted {counted}" + (f"; not counted here: {others}" if others else "")]
    notes += [_state_note(state) for state in _states(content, frozenset(choice.of_event["plan"]))]
    events = sorted({str(one) for one in content.zones["event"]} - {choice.event})
    notes += [f"other events in the file, not counted: {', '.join(events)}"] if events else []
    if len(choice.untold):
        notes.append(
            f"{zone_count(len(choice.untold))} of several hazards, not told which "
            f"({area_km2(choice.untold):.2f} km2): in no hazard's total and not known to be free of it, in a "
            f"union of hazards (--hazard {gaspar.ANY} counts them)"
        )
    if content.family != "regional" and not len(content.perimeters):
        notes.append("no perimeter in the file: only what its zones cover counts as studied")
    return notes


def _state_note(state: PlanState) -> str:
    words = {"ended": "no longer in force", "not_yet": "not in force yet", "in_force": "in force"}
    since = f" since {state.date}" if state.date else ""
    return (
        f"{state.procedure or 'plan'}: {state.state or 'state not told'}{since}"
        f" ({', '.join(one for one in (state.meaning, words.get(state.force, 'force not told')) if one)})"
    )
