"""French maps of the floods directive (TRI): flooded areas by event, classes of depth in them, and the
state's own count of residents, in the forms of COVADIS and of the CNIG.
"""

from __future__ import annotations

import math
import re
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from geoalarm.catalog.official_plans import gaspar_codes as gaspar
from geoalarm.catalog.official_plans.plan_columns import column_of, values_of
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
from geoalarm.core.official_plan import OfficialCount
from geoalarm.io.table_files import FileTable, read_tables

FLOODED: Final = "affected"
"""Class of a flooded area whose file tells no depth anywhere."""

DEPTH_NOT_TOLD: Final = "depth_not_told"
"""Class of the part of a flooded area that no class of depth covers."""

OPEN_ABOVE_M: Final = 50.0
"""No class of depth ends above: what is written there means that it has no upper bound [m]."""

LONGEST_TITLE: Final = 200

_PARTS_OF_NAME: Final = re.compile(r"n_(?:inondable|iso_ht)_(\d{2})_(\d{2}\w+?)_s(?:_|$)", re.IGNORECASE)


def read_flood_map(tables: PlanTables, **options: Any) -> PlanContent:
    """A map of the floods directive from its tables.

    Parameters
    ----------
    tables : PlanTables
        Of profile ``covadis_di`` or ``cnig_di``.
    **options
        ``crs`` and ``bbox`` of :func:`geoalarm.io.table_files.read_tables`.

    Raises
    ------
    InputError
        If a table cannot be read, or they differ in CRS.
    """
    notes: list[str] = []
    wanted = tables.of("flooded_area", "depth_zones", "perimeter", "residents")
    frames = dict(zip(wanted, read_tables(wanted, **options), strict=True))
    areas = {
        table: polygons_only(frame, table, notes) for table, frame in frames.items() if table.has_geometry
    }
    flooded = [_flooded(table, areas[table]) for table in tables.of("flooded_area") if table in areas]
    flooded_areas = stacked(flooded)
    depths = [
        _depths(table, areas[table], flooded_areas, notes)
        for table in tables.of("depth_zones")
        if table in areas
    ]
    zones = stacked([*flooded, *depths])
    perimeters = [areas[table] for table in tables.of("perimeter") if table in areas]
    held = [one for one in perimeters if len(one)]
    return PlanContent(
        zones=zones,
        perimeters=stacked([_territory(one) for one in held]),
        family="di",
        states=tuple(dict.fromkeys(one for frame in held for one in states_in(frame, "tri") if one.state)),
        procedures=tuple(every_value(held, "procedure")),
        titles=(("", ", ".join(every_value(held, "title"))[:LONGEST_TITLE]),),
        map_date=latest(areas.values(), "map_date"),
        counts=tuple(count for table in tables.of("residents") for count in _counts(frames[table])),
        notes=(*notes, *misspelt(frames.values()), *(unknown_notes(zones) if len(zones) else [])),
    )


def _territory(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    columns = {"tri": values_of(frame, "tri"), "plan": ""}
    return gpd.GeoDataFrame(columns, geometry=frame.geometry, crs=frame.crs)


def _event(text: str) -> str:
    """The event's own word; what is no event of the directive stays as it is."""
    row = gaspar.event_row("di", text)
    return row["event"] if row is not None else text


def _described(table: FileTable, frame: gpd.GeoDataFrame) -> dict[str, pd.Series]:
    """Event, kind of flood and territory of each row; where a row does not say, by the name of its table."""
    named = _PARTS_OF_NAME.search(table.name)
    origin, scenario = (named.group(1), named.group(2)) if named else ("", "")
    event = values_of(frame, "scenario" if column_of(frame, "scenario") else "occurrence")
    origins = values_of(frame, "origin").map(lambda one: one.zfill(2) if one.isdigit() else one)
    origins = origins.where(origins != "", origin)
    code = values_of(frame, "code").map(gaspar.short_code)
    codes = gaspar.flood_origins()
    return {
        "event": event.where(event != "", scenario).map(_event),
        "code": code.where(
            code != "", origins.map(lambda one: codes[one]["code"] if one in codes else one or "11")
        ),
        "native_code": values_of(frame, "code").where(code != "", origins),
        "tri": values_of(frame, "tri"),
    }


def _flooded(table: FileTable, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Flooded areas; their class is decided once the depths in them are known."""
    told = _described(table, frame)
    identity = values_of(frame, "surface_id")
    identity = identity.where(identity != "", values_of(frame, "zone_id"))
    return zones_of(frame, **told, label=FLOODED, order=1.0, zone_id=identity, table=table.name)


def _depths(
    table: FileTable, frame: gpd.GeoDataFrame, flooded: gpd.GeoDataFrame, notes: list[str]
) -> gpd.GeoDataFrame:
    """Zones of a class of depth, with event and kind of flood of the area that they are part of."""
    told = _described(table, frame)
    if len(flooded) and column_of(frame, "surface_id") and (told["event"] == "").any():
        by_id = flooded.drop_duplicates("zone_id").set_index("zone_id")
        surface = values_of(frame, "surface_id")
        told = {name: surface.map(by_id[name]).fillna(told[name]) for name in told}
    if (told["event"] == "").any() and flooded["event"].nunique() == 1:
        told["event"] = told["event"].where(told["event"] != "", flooded["event"].iloc[0])
    lost = told["event"] == ""
    if lost.any():
        notes.append(f"{table.name}: {int(lost.sum())} zones of depth belong to no flooded area: not counted")
    label, order, level, native = _depth_classes(frame)
    made = zones_of(
        frame,
        **told,
        label=label,
        order=order,
        level=level,
        native=native,
        zone_id=values_of(frame, "zone_id"),
        table=table.name,
        is_own=True,
    )
    return made[~lost]


def _depth_classes(frame: gpd.GeoDataFrame) -> tuple[pd.Series, pd.Series, pd.Series, pd.Series]:
    """Label, order, value and the producer's word of each zone: by class, or by lower and upper depth [m]."""
    if column_of(frame, "depth"):
        kinds, value = classed(frame, "depth", "depth")
        order = kinds.map(lambda one: one.order).astype("float64")
        return kinds.map(lambda one: one.label), order, kinds.map(lambda one: one.value), value
    low, high = (
        pd.to_numeric(values_of(frame, name).str.replace(",", ".", regex=False), errors="coerce")
        for name in ("depth_min", "depth_max")
    )
    pairs = [depth_interval(one, other) for one, other in zip(low, high, strict=True)]
    made = pd.DataFrame(pairs, columns=["label", "order"], index=frame.index)
    native = low.map(lambda one: f"{one:g}") + " - " + high.map(lambda one: f"{one:g}")
    return made["label"], made["order"], made["label"], native.astype("object")


def depth_interval(low: float, high: float) -> tuple[str, float]:
    """Half-open class of a lower and an upper depth [m], and its place from mild to severe.

    An upper depth that is missing, not above the lower one or beyond :data:`OPEN_ABOVE_M` means that the
    class is open; both 0 that nothing is flooded (label empty); none at all that the depth is not told.
    """
    if math.isnan(low) and math.isnan(high):
        return DEPTH_NOT_TOLD, 1.0
    if low == 0 and high == 0:
        return "", 0.0
    least = 0.0 if math.isnan(low) or low < 0 else low
    is_open = math.isnan(high) or high <= least or high > OPEN_ABOVE_M
    most = math.inf if is_open else high
    upper = "∞" if is_open else format(high, "g")
    return f"[{least:g}, {upper})", 10 + 10 * least + min(most, OPEN_ABOVE_M) / 100


def _counts(frame: pd.DataFrame) -> list[OfficialCount]:
    """The state's own counts, one an event and territory."""
    names = ("residents", "seasonal", "jobs")
    numbers = pd.DataFrame({name: pd.to_numeric(values_of(frame, name), errors="coerce") for name in names})
    event = values_of(frame, "occurrence" if column_of(frame, "occurrence") else "scenario").map(_event)
    tri = values_of(frame, "tri")
    return [
        OfficialCount(
            scenario=event[row],
            territory=tri[row],
            **{name: _known(float(numbers.at[row, name])) for name in names},  # type: ignore[arg-type]
        )
        for row in frame.index
        if numbers.loc[row].notna().any()
    ]


def _known(number: float) -> float | None:
    return None if math.isnan(number) else float(number)
