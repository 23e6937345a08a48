"""Dossiers of the made-up world, made as the territory makes them but by hand: no workspace, no file."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd

from geoalarm import testing
from geoalarm.core.model import Footprint, Source
from geoalarm.core.schema import conform
from geoalarm.core.terms import Basis
from geoalarm.dossier.commune_dossier import (
    Dossier,
    HazardSummary,
    LayerRows,
    NeighbourCommune,
    Region,
    SiteNear,
)
from geoalarm.exposure.engine import expose
from geoalarm.exposure.population_index import prepare
from geoalarm.exposure.risk import annual_expectation
from geoalarm.exposure.union import union
from geoalarm.hazards import counted_from
from geoalarm.results.totals import classes, summary, threshold_total

NAMES = {key: ("Ville-" if key.startswith("FR") else "Stad-") + key[-1] for key in testing.PEOPLE}
MAP = Source("a_map", "A map", "CC0-1.0", "2024", Basis.STATUTORY)
PEOPLE = Source("a_census", "A census", "CC0-1.0", "2021", Basis.OBSERVED)


@cache
def tables() -> tuple[tuple[Footprint, pd.DataFrame], ...]:
    """Every footprint of the world with its exposure table."""
    world = testing.world()
    return tuple((one, expose(one, world.population, world.communes)) for one in world.footprints)


def layer(
    table: pd.DataFrame, commune_id: str, *, source: Source, units: str = "m", countries: tuple[str, ...] = ()
) -> LayerRows:
    """One layer over one commune."""
    rows = table[table["commune_id"] == commune_id]
    first = rows.iloc[0]
    return LayerRows(
        key=source.id, title=source.title, hazard=first["hazard"], scenario=first["scenario"],
        return_period_yr=first["return_period_yr"],
        basis=first["basis"], units=units, kind="intensity", countries=countries,
        class_labels=tuple(classes(table)), rows=rows,
        total=threshold_total(rows).to_dict("records")[0], source=source,
    )  # fmt: skip


@cache
def dossier(commune_id: str) -> Dossier:
    """Everything that is known of a commune of the world."""
    world = testing.world()
    layers = [
        layer(table, commune_id, source=_named(one), units=one.units or "1", countries=one.countries)
        for one, table in tables()
    ]
    groups: dict[tuple[str, str], list[LayerRows]] = {}
    for one in layers:
        groups.setdefault((one.hazard, one.scenario), []).append(one)
    dangers = tuple(
        HazardSummary(*key, tuple(items), items[len(items) // 2]) for key, items in groups.items()
    )
    prepared = prepare(world.population, world.communes)
    frame = pd.concat([table for _, table in tables()])
    united = union([world.flood[1000.0], world.landslide, world.industrial], prepared)
    others = [key for key in testing.PEOPLE if key != commune_id]
    sources = (*world.communes.sources, *world.population.sources, *(one.source for one in layers))
    return Dossier(
        commune_id=commune_id,
        country=commune_id[:2],
        facts={"name": NAMES[commune_id], "department_name": "Middle", "area_km2": 4.0,
        "population_vintage": "2026"},
        population=float(testing.PEOPLE[commune_id]),
        dangers=dangers,
        union=united[united["commune_id"] == commune_id].to_dict("records")[0],
        annual=tuple(_of(annual_expectation(frame), commune_id).to_dict("records")),
        sites=(SiteNear("plant", "The plant", "BE", "BE:00002", "", 2.5 if commune_id != "BE:00002" else 0.0,
        commune_id[-1] == "2",
                        800.0 if commune_id == "FR:00002" else math.nan, testing.source("industrial")),),
        neighbours=tuple(_neighbour(key, dangers) for key in others),
        region=_region(commune_id[:2], dangers),
        sources=sources,
        scenario_name="made_up",
        command="geoalarm run made_up.yml --out run",
    )  # fmt: skip


def one(
    people: Sequence[float] | float, *, state: str = "exposed", hazard: str = "flood", scenario: str = "",
    period: float = math.nan,
    labels: Sequence[str] = ("[0.5, 1)",), basis: str = "statutory", mapped: float = 1.0, caveats: str = "",
    bounds: tuple[float, float] | None = None, population: float = 20_000.0, country: str = "FR",
    **parts: Any,
) -> Dossier:  # fmt: skip
    """A dossier of one danger with one layer, with the people of each class given; ``parts`` replace parts of
    the dossier.
    """
    values = [float(people)] if isinstance(people, int | float) else [float(one) for one in people]
    states = [state if value or len(values) == 1 else "zero" for value in values]
    rows = conform(pd.DataFrame([
        {
            "commune_id": f"{country}:1", "hazard": hazard, "scenario": scenario, "return_period_yr": period,
            "intensity_class": label,
            "basis": basis, "population": population,
            "population_exposed": value if known in ("exposed", "zero") else math.nan,
            "population_exposed_low": bounds[0] if bounds else value,
            "population_exposed_high": bounds[1] if bounds else value,
            "mapped_share": mapped, "area_exposed_km2": 1.0, "state": known, "source_ids": "a_map|a_census",
            "caveats": caveats,
        }
        for label, value, known in zip(labels, values, states, strict=True)
    ]))  # fmt: skip
    found = layer(rows, f"{country}:1", source=MAP, countries=("FR",) if state == "not_studied" else ())
    made = Dossier(
        commune_id=f"{country}:1", country=country, facts={"name": "Le Lieu"}, population=population,
        dangers=(HazardSummary(hazard, scenario, (found,), found),), union=None, annual=(), sites=(),
        neighbours=(), region=None,
        sources=(MAP, PEOPLE),
    )  # fmt: skip
    return replace(made, **parts)


def neighbour(
    commune_id: str,
    found: Dossier,
    people: float,
    *,
    state: str = "exposed",
    touches: bool = True,
    km: float = 0.0,
) -> NeighbourCommune:
    """A commune near with the same people in every danger of a dossier."""
    number = people if state in ("exposed", "zero") else math.nan
    rows = {
        danger.main.key: {**danger.main.total, "commune_id": commune_id, "population_exposed": number,
        "population_exposed_low": number,
                          "population_exposed_high": number, "state": state, "population": 5000.0}
        for danger in found.dangers
    }  # fmt: skip
    return NeighbourCommune(commune_id, commune_id[:2], 5000.0, km, touches, rows, rows)


def _neighbour(key: str, dangers: Sequence[HazardSummary]) -> NeighbourCommune:
    return NeighbourCommune(key, key[:2], float(testing.PEOPLE[key]), 0.0, True, _totals(key, dangers))


def _totals(key: str, dangers: Sequence[HazardSummary]) -> Mapping[str, Mapping[str, object]]:
    by_source = {_named(one).id: table for one, table in tables()}
    return {
        danger.main.key: threshold_total(_of(by_source[danger.main.key], key)).to_dict("records")[0]
        for danger in dangers
    }


def _region(country: str, dangers: Sequence[HazardSummary]) -> Region:
    by_source = {_named(one).id: table for one, table in tables()}
    found = {}
    for danger in dangers:
        table = by_source[danger.main.key]
        found[danger.main.key] = summary(threshold_total(table[table["commune_id"].str.startswith(country)]))
    assert not any(counted_from(danger.hazard, danger.main.class_labels) for danger in dangers)
    return Region("00", "Middle", country, 3, found)


def _named(one: Footprint) -> Source:
    (source,) = one.sources
    return (
        source
        if math.isnan(one.return_period_yr)
        else replace(source, id=f"{source.id}({one.return_period_yr:g})")
    )


def _of(table: pd.DataFrame, commune_id: str) -> pd.DataFrame:
    return table[table["commune_id"] == commune_id]
