"""Look at official plans: recognised by their tables, a layer for each of their hazards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from geoalarm.analysis.new_project.inspected_layer import InspectedLayer
from geoalarm.catalog.official_plans import PlanSummary, plan_file, summarise_plan
from geoalarm.core.errors import GeoalarmError
from geoalarm.core.terms import BUILDING_HAZARDS

_NO_HAZARD: Final = frozenset({"", "none", "several_hazards", *BUILDING_HAZARDS})
"""What hurts nobody, or has no total of its own."""


def inspect_plan(path: Path) -> tuple[InspectedLayer, ...]:
    """A layer for each hazard of a plan or map in a state's standard; none of any other file.

    Raises
    ------
    GeoalarmError
        If the file is in a standard and damaged, is one of several shapefiles of a plan, or holds regulation
        zones only.
    """
    main = plan_file(path)
    if main is None:
        return ()
    if main != path:
        raise GeoalarmError(f"{path.name} is a part of the plan that {main.name} stands for")
    found = summarise_plan(path)
    return () if found is None else tuple(_layers(path, found))


def _layers(path: Path, plan: PlanSummary) -> Iterator[InspectedLayer]:
    for hazard, zones in plan.zones.items():
        if hazard in _NO_HAZARD:
            continue
        yield InspectedLayer(
            path,
            "polygons",
            plan.crs,
            plan.bounds,
            zones,
            profile=plan.profile,
            hazard=hazard,
            events=plan.events if len(plan.events) > 1 else (),
            vintage=plan.vintage,
        )
