"""What is inside an official plan, before anything of it is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from geoalarm.catalog.official_plans.belgian_flood_maps import has_walloon_classes
from geoalarm.catalog.official_plans.plan_content import PlanContent
from geoalarm.catalog.official_plans.plan_tables import ZONE_ROLES, profile_of
from geoalarm.catalog.official_plans.read_plan import read_content
from geoalarm.catalog.official_plans.zone_choice import hazards_of
from geoalarm.core.official_plan import OfficialPlan


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """What is inside an official plan.

    Attributes
    ----------
    profile : str
        Its standard.
    zones : dict
        How many zones of each hazard.
    events : tuple of str
        Of a map of the floods directive: ``For``, ``Moy``, ``Fai``.
    bounds : tuple of float
        West, south, east, north [degrees].
    vintage : str
        Date of the map, or of its latest state; empty where the plan does not tell.
    """

    profile: str
    zones: dict[str, int]
    events: tuple[str, ...]
    crs: str
    bounds: tuple[float, float, float, float]
    vintage: str


def plan_file(path: Path) -> Path | None:
    """The file by which a plan is named: of shapefiles side by side the first with zones, else the file
    itself; None of any file that is no plan.
    """
    tables = profile_of(path)
    if tables is None:
        return path if has_walloon_classes(path) else None
    zones = tables.of(*ZONE_ROLES)
    return zones[0].path if zones else path


def summarise_plan(path: Path) -> PlanSummary | None:
    """What is inside a plan or map in a state's standard; None of any other file.

    Raises
    ------
    InputError
        If the file is in a standard and damaged, or holds regulation zones only.
    """
    found = read_content(path, None, {})
    if found is None:
        return None
    profile, content = found
    zones: dict[str, int] = {}
    for item in hazards_of(content.zones):
        zones[item.hazard] = zones.get(item.hazard, 0) + item.zones
    west, south, east, north = content.zones.to_crs(4326).total_bounds.tolist()
    crs = content.zones.crs.to_authority()
    return PlanSummary(
        profile,
        zones,
        tuple(map(str, content.zones["event"].unique())),
        ":".join(crs) if crs else "",
        (west, south, east, north),
        _vintage(content),
    )


def _vintage(content: PlanContent) -> str:
    return OfficialPlan("", states=content.states, map_date=content.map_date).vintage
