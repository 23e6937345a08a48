"""From a scenario to a run: the table, the expected annual exposure, the union, and the manifest."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from geoalarm.analysis.accident.accident_view import AccidentView
from geoalarm.analysis.boundaries import JoinedCommunes, facts_of, measured_after
from geoalarm.analysis.layer_option import LayerOption
from geoalarm.analysis.scenario import Options, Scenario
from geoalarm.analysis.workspace import Progress, Workspace, tell
from geoalarm.core.english_counts import counted
from geoalarm.core.errors import InputError
from geoalarm.core.model import Population
from geoalarm.core.result import SCREENING_NOTICE
from geoalarm.core.terms import OTHER_RULE
from geoalarm.core.units import people_per_km2
from geoalarm.exposure import risk
from geoalarm.exposure.union import union
from geoalarm.results import FootprintRecord, Run, build_manifest
from geoalarm.results.manifest import to_plain
from geoalarm.results.official_plan_record import official_plans_of

logger = logging.getLogger(__name__)


def run(
    scenario: Scenario | None = None,
    *,
    workspace: Workspace | None = None,
    progress: Progress | None = None,
    command: str = "",
) -> Run:
    """Compute a scenario whole.

    Parameters
    ----------
    scenario : Scenario, optional
        Default: the embedded territory.
    workspace : Workspace, optional
        One already open, whose scenario is then the one computed.
    progress : callable, optional
        Told ``(step, n, m)``.
    command : str
        What rebuilds the result; kept in the manifest.

    Raises
    ------
    GeoalarmError
        If an input cannot be used, or the people are not conserved.
    """
    space = _one_workspace(scenario, workspace)
    table = space.table(progress=progress)
    options = space.options()
    tell(progress, "table", 1, 1)
    accidents = space.accidents()
    records = [
        *(_record(space, option) for option in options),
        *(record for view in accidents for record in _records_of(view)),
    ]
    joined = counted_seam(space.joined, space.population())
    manifest = build_manifest(
        table,
        joined.communes,
        records,
        population=space.population(),
        sources=(*space.sources(), *(source for view in accidents for source in view.sources)),
        options=space.scenario.as_dict(),
        seam=facts_of(joined.seam) if joined.seam is not None else None,
        command=command,
        title=space.scenario.title,
        repairs=repairs_of(space, options),
        warnings=[*joined.warnings, *_notes_of(space, options), *warnings_of(table)],
    )
    manifest |= official_plans_of(
        [space.footprint(option) for option in options], [space.expose(option) for option in options]
    )
    if accidents:
        manifest |= {"accidents": [view.as_dict() for view in accidents], "notice": SCREENING_NOTICE}
    logger.info("%d rows from %d layers and %d accidents", len(table), len(options), len(accidents))
    annual, united = annual_of(table, space.scenario.options), union_of(space, options)
    seam = joined.seam.layer if joined.seam is not None else None
    return Run(table, joined.communes, manifest, annual=annual, union=united, seam=seam)


def _one_workspace(scenario: Scenario | None, workspace: Workspace | None) -> Workspace:
    """The workspace given, or a new one of the scenario."""
    if workspace is not None and scenario is not None and workspace.scenario != scenario:
        raise InputError(
            "scenario and workspace",
            got="two different scenarios",
            expected="one of them, or the same",
            hint="leave one out",
        )
    return workspace or Workspace(scenario)


def _notes_of(space: Workspace, options: Sequence[LayerOption]) -> list[str]:
    """What is to be told of the people, of codes without a partner, and by official plans."""
    people = space.population()
    joined = people.join.sentences(people.sources[0].id) if people.join is not None else []
    plans = [space.footprint(option).plan for option in options]
    of_plans = dict.fromkeys(note for plan in plans if plan is not None for note in plan.notes)
    return [*joined, *space.prepared().notes, *of_plans]


def _record(space: Workspace, option: LayerOption) -> FootprintRecord:
    return FootprintRecord.of(
        space.footprint(option),
        space.expose(option),
        entry=option.entry,
        parameters=dict(option.parameters),
        repairs=space.repairs(option),
    )


def _records_of(view: AccidentView) -> list[FootprintRecord]:
    """Zones and individual risk of an accident; one that reaches its thresholds nowhere has neither, and says
    so under ``accidents``.
    """
    made = [(view.zones, view.table), (view.risk, view.risk_table)]
    told = to_plain({"accident": view.choice.scenario, "kind": view.choice.kind})
    return [
        FootprintRecord.of(item, table, parameters=told)
        for item, table in made
        if item is not None and table is not None
    ]


def annual_of(table: pd.DataFrame, options: Options) -> pd.DataFrame | None:
    """Expected people exposed a year by the options' convention; None where no hazard has several periods."""
    if options.annual_expectation is None:
        return None
    tail = options.zero_at_yr if options.annual_expectation == "trapezoid" else None
    annual = risk.annual_expectation(table, convention=options.annual_expectation, zero_at_yr=tail)
    return annual if len(annual) else None


def union_of(space: Workspace, options: Sequence[LayerOption]) -> pd.DataFrame | None:
    """People in at least one hazard, each once: per hazard and scenario the layer of the rarest period."""
    chosen = union_options(space, options)
    return union([space.footprint(option) for option in chosen], space.prepared()) if chosen else None


def union_options(space: Workspace, options: Sequence[LayerOption]) -> list[LayerOption]:
    """The layers that take part in the union; none where it is not asked for, or there is one hazard only.

    What another country's rule says of the same accident is no danger more.
    """
    rarest: dict[tuple[str, str], LayerOption] = {}
    for option in (option for option in options if option.scenario != OTHER_RULE):
        held = rarest.get((option.hazard, option.scenario))
        if held is None or not option.return_period_yr <= held.return_period_yr:
            rarest[option.hazard, option.scenario] = option
    wanted = space.scenario.options.union and len({hazard for hazard, _ in rarest}) > 1
    return list(rarest.values()) if wanted else []


def counted_seam(joined: JoinedCommunes, population: Population) -> JoinedCommunes:
    """The seam report with what the rule left over, and the people it decided on where the population is a
    raster of counts.
    """
    from geoalarm.geo.seam_report import with_people

    if joined.seam is None:
        return joined
    report = measured_after(joined.seam, joined.communes)
    counts = population.kind == "raster" and people_per_km2(population.units) is None
    return replace(
        joined,
        seam=with_people(report, population.data) if counts and math.isnan(report.people_moved) else report,
    )


def repairs_of(space: Workspace, options: Sequence[LayerOption]) -> dict[str, dict[str, int]]:
    """What normalising changed in each hazard layer; layers that were as they should be are left out."""
    found = {option.key: space.repairs(option) for option in options}
    return {name: dict(repairs) for name, repairs in found.items() if any(repairs.values())}


def warnings_of(table: pd.DataFrame) -> list[str]:
    """What a reader of the table must not overlook, one line each, counted in communes."""
    states = table.groupby("state")["commune_id"].nunique()
    keys = table.loc[table["caveats"] != "", ["commune_id", "caveats"]].drop_duplicates()
    caveats = (
        keys.assign(caveat=keys["caveats"].str.split("|"))
        .explode("caveat")
        .groupby("caveat")["commune_id"]
        .nunique()
    )
    told = [
        f"state {name}: {counted(int(n), 'commune')}"
        for name, n in states.items()
        if name in ("not_studied", "outside_coverage", "suppressed")
    ]
    return [*told, *(f"caveat {name}: {counted(int(n), 'commune')}" for name, n in caveats.items())]
