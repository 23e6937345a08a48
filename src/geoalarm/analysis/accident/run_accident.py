"""What if: an accident at a place, its zones over the communes on both sides of the border, and the people in
them.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from geoalarm.analysis.accident.accident_scenario import Accident
from geoalarm.analysis.accident.people_in_zones import (
    RiskPeople,
    Severity,
    ZonePeople,
    risk_people,
    severity_of,
    sheltered,
    zone_people,
)
from geoalarm.core.errors import InputError
from geoalarm.core.model import Footprint, Source
from geoalarm.core.result import SCREENING_NOTICE, ModelResult
from geoalarm.exposure import engine
from geoalarm.exposure.population_index import PopulationIndex
from geoalarm.results.manifest import to_plain

if TYPE_CHECKING:
    from geoalarm.analysis.workspace import Workspace
    from geoalarm.hazards.industrial.footprints import AccidentFootprints as Released

__all__ = [
    "Accident",
    "AccidentView",
    "SiteOption",
    "accident_view",
    "choices",
    "read_thresholds",
    "sites_of",
    "warm_models",
]

logger = logging.getLogger(__name__)

ROLE: Final = "sites"
"""Role of the catalog entries that hold sites to choose from."""


@dataclass(frozen=True, slots=True)
class SiteOption:
    """A site of the territory at which an accident may be placed."""

    site_id: str
    name: str
    lon: float
    lat: float
    country: str = ""
    commune_id: str = ""
    activity: str = ""
    operator: str = ""
    kind: str = ""


@dataclass(frozen=True)
class AccidentView:
    """What an accident comes to on this territory.

    Attributes
    ----------
    choice : Accident
        What was asked for.
    zones, field, risk : Footprint or None
        Polygons mild to severe (column ``zone``); the effect as a raster; individual risk [yr-1]. In the
        analysis CRS.
    table : pandas.DataFrame
        Exposure table of the zones, columns of :data:`geoalarm.core.schema.FIELDS`; each place in its most
        severe zone. ``attrs`` hold ledger and method. Without zones it has no row.
    risk_table : pandas.DataFrame or None
        The same for the classes of individual risk.
    people : tuple of ZonePeople
        One a zone, mild to severe.
    risk_people : tuple of RiskPeople
        One a level of individual risk, low to high; none without a frequency.
    severity : Severity or None
        Class of annex 3 (France) with its inputs; None where the zones are not the French rings.
    shelter : mapping
        The stated multipliers: ``time``, ``outdoors``, ``indoors`` [1], ``source``, and ``indoor_air`` where
        asked for.
    distances_m : mapping
        Farthest distance of each zone [m]; NaN: reached nowhere, infinite: beyond the model.
    results : tuple of ModelResult
        Every model that was run, with source, inputs and range.
    warnings : tuple of str
        Codes, or ``code: detail``.
    """

    choice: Accident
    zones: Footprint | None
    field: Footprint | None
    risk: Footprint | None
    table: pd.DataFrame
    risk_table: pd.DataFrame | None
    people: tuple[ZonePeople, ...]
    risk_people: tuple[RiskPeople, ...]
    severity: Severity | None
    shelter: Mapping[str, Any]
    distances_m: Mapping[str, float]
    results: tuple[ModelResult, ...]
    warnings: tuple[str, ...]

    @property
    def flags(self) -> frozenset[str]:
        """Codes of the warnings, without their details."""
        return frozenset(warning.partition(":")[0] for warning in self.warnings)

    @property
    def notice(self) -> str:
        """What stands on every view and export."""
        return SCREENING_NOTICE

    @property
    def sources(self) -> tuple[Source, ...]:
        """The models as sources, each once."""
        found = [source for item in (self.zones, self.risk) if item is not None for source in item.sources]
        return tuple({source.id: source for source in found}.values())

    @property
    def unknown_share(self) -> float:
        """Share of the widest zone's area in which people are not known, being outside the mapped communes
        [1]; NaN without zones.
        """
        return self.people[0].unknown_share if self.people else math.nan

    def as_dict(self) -> dict[str, Any]:
        """Everything but shapes and tables, as JSON can hold it."""
        told: dict[str, Any] = to_plain(
            {
                "accident": self.choice.as_dict(),
                "scenario": self.choice.scenario,
                "distances_m": self.distances_m,
                "people": [item.as_dict() for item in self.people],
                "individual_risk": [item.as_dict() for item in self.risk_people],
                "severity": self.severity.as_dict() if self.severity is not None else None,
                "shelter": dict(self.shelter),
                "unknown_share": self.unknown_share,
                "warnings": list(self.warnings),
                "models": [result.as_dict() for result in self.results],
                "notice": SCREENING_NOTICE,
            }
        )
        return told


def choices() -> dict[str, Any]:
    """What a form needs, as plain data: ``kinds`` with their inputs, ``substances``, ``weathers``,
    ``occupancy``, ``notice``.
    """
    from geoalarm.hazards.industrial import forms

    return {
        "kinds": forms.accident_forms(),
        "substances": forms.substances_known(),
        "weathers": forms.weathers_known(),
        "occupancy": forms.occupancies(),
        "notice": SCREENING_NOTICE,
    }


def read_thresholds(path: Path) -> dict[str, tuple[str, ...]]:
    """Effects by substance of a file of toxic thresholds, in the order of the file.

    Raises
    ------
    InputError, Faults
        If the file is no such table: every wrong row at once.
    """
    from geoalarm.hazards.industrial.toxic_thresholds import load_thresholds

    found: dict[str, list[str]] = {}
    for row in load_thresholds(path):
        effects = found.setdefault(row.substance, [])
        if row.effect not in effects:
            effects.append(row.effect)
    return {substance: tuple(effects) for substance, effects in found.items()}


def warm_models() -> None:
    """Load the models and the tables of substances, which take two seconds, before the first accident is
    asked for.
    """
    from geoalarm.hazards.industrial import footprints, forms
    from geoalarm.hazards.industrial.substances import substance

    substance(next(item["name"] for item in forms.substances_known() if item["schemes"]))
    logger.debug("models of %s loaded", ", ".join(footprints.KINDS))


def accident_view(workspace: Workspace, choice: Accident, *, population: str | None = None) -> AccidentView:
    """An accident on the territory of a workspace: zones, people by commune and class, severity, and
    everything to judge them by.

    Parameters
    ----------
    workspace : Workspace
    choice : Accident
    population : str, optional
        One of the workspace's; the first by default.

    Raises
    ------
    InputError
        If the choice cannot be computed, or no zone touches a mapped commune.
    RangeError
        If an input is outside the range of its model.
    """
    released, before = _released(choice, workspace)
    prepared = workspace.prepared(population)
    zones, risk = (_named(item, choice, prepared) for item in (released.zones, released.risk))
    table = _exposed(zones, prepared, workspace)
    people = zone_people(zones, table, prepared, outdoors=(shelter := sheltered(choice))["outdoors"])
    if people and people[0].unknown_share >= 1 - 1e-9:
        raise InputError(
            f"place of the accident {choice.lon:g}, {choice.lat:g}",
            got="no zone touches a mapped commune",
            expected="a place in or near the communes of the scenario",
            hint="longitude first, then latitude; move it inland",
        )
    graded = severity_of(people, released.distances_m, table)
    risk_table = None if risk is None else _exposed(risk, prepared, workspace)
    warnings = (*released.warnings, *(graded.flags if graded is not None else ()), *shelter["flags"])
    return AccidentView(
        choice=choice,
        zones=zones,
        field=released.field,
        risk=risk,
        table=table,
        risk_table=risk_table,
        people=people,
        risk_people=risk_people(risk, risk_table),
        severity=graded,
        shelter=shelter,
        distances_m=released.distances_m,
        results=(*before, *released.results, *((graded.result,) if graded is not None else ())),
        warnings=tuple(dict.fromkeys(warnings)),
    )


def sites_of(workspace: Workspace) -> list[SiteOption]:
    """Sites of the territory to choose from, by country and name: the points of role ``sites`` beside the
    scenario's communes.
    """
    catalog = workspace.catalog
    group = catalog.entry(workspace.scenario.communes[0]).group
    found: list[SiteOption] = []
    for name in catalog.names(role=ROLE, group=group):
        frame = catalog.layer(name).data
        if isinstance(frame, gpd.GeoDataFrame) and len(frame) and set(frame.geom_type) <= {"Point"}:
            found += _sites_in(frame, workspace, name)
    return sorted(found, key=lambda site: (site.country, site.name))


def _sites_in(frame: gpd.GeoDataFrame, workspace: Workspace, entry: str) -> list[SiteOption]:
    communes = workspace.communes.data
    points = shapely.points(shapely.get_coordinates(frame.to_crs(communes.crs).geometry))
    inside = dict(communes.sindex.query(points, predicate="intersects").T.tolist())
    at = shapely.get_coordinates(frame.to_crs(4326).geometry)
    ids = workspace.communes.ids
    sites = []
    for n, (lon, lat) in enumerate(at.tolist()):
        words = {
            name: str(frame[name].iloc[n] or "")
            for name in ("country", "activity", "operator", "kind")
            if name in frame.columns
        }
        label = str(frame["name"].iloc[n]) if "name" in frame.columns else f"{entry} {n + 1}"
        key = str(frame["site_id"].iloc[n]) if "site_id" in frame.columns else f"{entry}:{n + 1}"
        sites.append(
            SiteOption(
                key,
                label,
                round(lon, 6),
                round(lat, 6),
                commune_id=str(ids[inside[n]]) if n in inside else "",
                **words,
            )
        )
    return sites


def _released(choice: Accident, workspace: Workspace) -> tuple[Released, tuple[ModelResult, ...]]:
    """The accident of the models, checked against the mapped communes, and what was run before it."""
    from geoalarm.analysis.accident.accident_scenario import require_known
    from geoalarm.hazards.industrial.footprints import release
    from geoalarm.hazards.industrial.forms import read_inputs, read_tank, weather_inputs
    from geoalarm.hazards.industrial.individual_risk import WindRose
    from geoalarm.hazards.industrial.toxic_thresholds import load_thresholds

    require_known(choice)
    inputs = read_inputs(choice.kind, choice.inputs)
    before: tuple[ModelResult, ...] = ()
    if choice.tank:
        fed, before = read_tank(choice.kind, choice.tank, inputs.get("substance"))
        inputs = {**fed, **inputs}
    if choice.thresholds is not None:
        inputs["table"] = load_thresholds(choice.thresholds)
    weathers = {label: weather_inputs(choice.kind, label) for label in choice.rose} or None
    made = release(
        choice.kind,
        choice.lon,
        choice.lat,
        wind_from=choice.wind_from,
        name=choice.name,
        mapped=workspace.communes.data,
        field=choice.field,
        frequency=choice.frequency,
        rose=_rose(choice.rose, WindRose) if choice.rose else None,
        weathers=weathers if weathers and any(weathers.values()) else None,
        **inputs,
    )
    return made, before


def _rose(given: Mapping[str, float | tuple[float, ...]], make: Any) -> Any:
    """A wind rose from one number a weather (every direction alike) or one a sector."""
    numbers = {name: value for name, value in given.items() if not isinstance(value, tuple)}
    if len(numbers) == len(given):
        return make.uniform(numbers)
    sectors = max(len(value) for value in given.values() if isinstance(value, tuple))
    rows = [value if isinstance(value, tuple) else (value / sectors,) * sectors for value in given.values()]
    if any(len(row) != sectors for row in rows):
        raise InputError(
            "field 'rose'",
            got="weathers with different sectors",
            expected=f"{sectors} numbers each",
            hint="the same sectors for every weather",
        )
    return make(tuple(given), rows)


def _named(footprint: Footprint | None, choice: Accident, prepared: PopulationIndex) -> Footprint | None:
    """A footprint under the name of its choice; one that ends speaks for every country of the communes."""
    if footprint is None:
        return None
    risk = "individual risk, " if footprint.units == "yr-1" else ""
    countries = (
        tuple(sorted({*footprint.countries, *prepared.communes.countries})) if footprint.countries else ()
    )
    return replace(footprint, scenario=risk + choice.scenario, countries=countries)


def _exposed(footprint: Footprint | None, prepared: PopulationIndex, workspace: Workspace) -> pd.DataFrame:
    if footprint is None:
        return _empty()
    return engine.expose(
        footprint, prepared.population, prepared.communes, prepared=prepared, cache=workspace.cache
    )


def _empty() -> pd.DataFrame:
    from geoalarm.core.schema import FIELDS, conform

    return conform(pd.DataFrame({name: pd.Series(dtype=item.dtype) for name, item in FIELDS.items()}))
