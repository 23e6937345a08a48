"""What if: an accident at a place, its zones over communes of both countries, and the people in them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geoalarm.analysis.accident.accident_scenario import Accident, require_known
from geoalarm.analysis.accident.accident_view import AccidentView
from geoalarm.analysis.accident.people_in_zones import risk_people, severity_of, sheltered, zone_people
from geoalarm.core.errors import InputError
from geoalarm.core.model import Communes, Footprint
from geoalarm.core.result import BEYOND_MODEL_RANGE, ModelResult
from geoalarm.core.schema import FIELDS, conform
from geoalarm.exposure import engine
from geoalarm.exposure.population_index import PopulationIndex

if TYPE_CHECKING:
    from geoalarm.hazards.industrial.accident_footprints import AccidentFootprints as Released


def count_accident(
    choice: Accident, communes: Communes, population: PopulationIndex, *, cache: Path | None = None
) -> AccidentView:
    """An accident over communes: zones, people by commune and class, severity, and everything to judge them
    by.

    Parameters
    ----------
    choice : Accident
    communes : Communes
        The mapped ones; the place of the accident is checked against them.
    population : PopulationIndex
        People shared out over the same communes.
    cache : pathlib.Path, optional
        Folder of coverage indexes.

    Raises
    ------
    InputError
        If the choice cannot be computed, or no zone touches a mapped commune.
    RangeError
        If an input is outside the range of its model.
    """
    released, before = _released(choice, communes)
    zones, risk = (_named(item, choice, population.communes) for item in (released.zones, released.risk))
    table, shelter = _exposed(zones, population, cache), sheltered(choice)
    people = zone_people(zones, table, population, outdoors=shelter["outdoors"])
    if people and people[0].unknown_share >= 1 - 1e-9:
        raise InputError(
            f"place of the accident {choice.lon:g}, {choice.lat:g}",
            got="no zone touches a mapped commune",
            expected="a place in or near the communes of the scenario",
            hint="longitude first, then latitude; move it inland",
        )
    graded = severity_of(people, _open_ended(released), table)
    risk_table = None if risk is None else _exposed(risk, population, cache)
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


def _open_ended(released: Released) -> dict[str, float]:
    """Distances of the zones [m]; infinite where a zone goes on beyond its model."""
    on = {
        warning.partition(": ")[2] for warning in released.warnings if warning.startswith(BEYOND_MODEL_RANGE)
    }
    return {label: math.inf if label in on else value for label, value in released.distances_m.items()}


def _released(choice: Accident, communes: Communes) -> tuple[Released, tuple[ModelResult, ...]]:
    """The accident of the models, checked against the mapped communes, and what was run before it."""
    from geoalarm.hazards.industrial.footprints import release
    from geoalarm.hazards.industrial.form_inputs import read_inputs, read_tank, weather_inputs
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
        mapped=communes.data,
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


def _named(footprint: Footprint | None, choice: Accident, communes: Communes) -> Footprint | None:
    """A footprint under the name of its choice; one that ends speaks for every country of the communes."""
    if footprint is None:
        return None
    risk = "individual risk, " if footprint.units == "yr-1" else ""
    countries = tuple(sorted({*footprint.countries, *communes.countries})) if footprint.countries else ()
    return replace(footprint, scenario=risk + choice.scenario, countries=countries)


def _exposed(footprint: Footprint | None, population: PopulationIndex, cache: Path | None) -> pd.DataFrame:
    if footprint is None:
        return _empty()
    return engine.expose(
        footprint, population.population, population.communes, prepared=population, cache=cache
    )


def _empty() -> pd.DataFrame:
    return conform(pd.DataFrame({name: pd.Series(dtype=item.dtype) for name, item in FIELDS.items()}))
