"""Planning zones round the nuclear sites of the territory, from the published radii of both countries.

Each country's rule holds on its own ground. What the other country's rule says of the same place stands
beside it, as a scenario of its own: round Chooz both countries plan, and not the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoalarm.core.errors import InputError
from geoalarm.core.terms import EVACUATION, LANGUAGES, OTHER_RULE, OWN_RULE, STUDIED
from geoalarm.demo.demo_sites import rings, typed_points
from geoalarm.demo.wheel import read_facts
from geoalarm.geo.overlay import polygonal
from geoalarm.hazards.industrial.planning import PlanningRadius, nuclear_radii

MEASURES: Final[Mapping[tuple[str, str], str]] = {
    ("BE", "shelter"): "nuclear_shelter_iodine",
    ("BE", "iodine"): "nuclear_shelter_iodine",
    ("BE", "evacuation"): EVACUATION,
    ("FR", "ppi"): "nuclear_shelter_iodine",
    ("FR", "immediate_evacuation"): EVACUATION,
    ("FR", "immediate_shelter"): "nuclear_shelter_at_once",
}
"""Class of each country's measure, the same word for the same thing to do. The perimeter of a French plan is
where the prefect may ask for shelter and iodine.
"""

CLASSES: Final = ("nuclear_shelter_iodine", EVACUATION, "nuclear_shelter_at_once")
"""Classes from the widest zone to the narrowest."""


def nuclear_sites(zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The nuclear sites that have a zone: site_id, name, ``name_fr`` and so on, country, kind."""
    rows = [row for row in read_facts("nuclear") if row["site_id"] in set(zones["site_id"].dropna())]
    frame = pd.DataFrame(rows).assign(name_en=lambda made: made["name"], kind="nuclear")
    names = [f"name_{lang}" for lang in LANGUAGES]
    return gpd.GeoDataFrame(
        frame[["site_id", "name", *names, "country", "kind"]],
        geometry=typed_points(rows).to_numpy(),
        crs=3035,
    )


def nuclear_zones(communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Zones of every listed nuclear site that reach the communes, from the widest to the narrowest.

    Parameters
    ----------
    communes : geopandas.GeoDataFrame
        ``country`` and outlines in EPSG:3035, the seam resolved.

    Returns
    -------
    geopandas.GeoDataFrame
        A row a site, rule, measure and ground: ``measure`` (:data:`CLASSES`), ``published`` (the country's
        own words), ``rule`` and ``ground`` (countries), ``scenario``, ``radius_m``, ``to_be_confirmed``,
        ``source``; and a row a scenario for the area it speaks of, ``measure`` :data:`STUDIED`.
    """
    land = {str(name): shapely.union_all(part.geometry) for name, part in communes.groupby("country")}
    rows = [
        {**facts, "scenario": scenario, "ground": ground, "basis": "modelled", "geometry": shape}
        for facts, ring in _rings()
        for scenario, ground, shape in _grounds(ring, str(facts["rule"]), land)
    ]
    rows.sort(key=lambda row: (row["scenario"], CLASSES.index(str(row["measure"]))))
    zones = gpd.GeoDataFrame(rows, crs=3035)
    return gpd.GeoDataFrame(pd.concat([zones, _studied(zones, communes)], ignore_index=True), crs=3035)


def _studied(zones: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Where each scenario says something: the whole territory, each country's own list being complete; and
    communes that a rule of the other country reaches. A site that a country does not list has no radius,
    which is not a zero.
    """
    reached = communes.sindex.query(
        zones.geometry[zones["scenario"] == OTHER_RULE].union_all(), predicate="intersects"
    )
    areas = {
        OWN_RULE: shapely.box(*communes.total_bounds),
        OTHER_RULE: communes.geometry.iloc[reached].union_all(),
    }
    rows = [
        {"scenario": scenario, "measure": STUDIED, "basis": "modelled", "geometry": area}
        for scenario, area in areas.items()
    ]
    return gpd.GeoDataFrame(rows, crs=communes.crs)


def _rings() -> list[tuple[dict[str, Any], shapely.Geometry]]:
    """Every planning ring of every site whose place is known, whole, and the facts of its row."""
    found = []
    for row in read_facts("nuclear"):
        for rule in ("FR", "BE"):
            radii = _radii(row["planning_site"], rule)
            made = rings(row, {label: items[0].radius_km * 1e3 for label, items in radii.items()})
            found += [({**_facts(row, label, items), "rule": rule}, made[label])
                      for label, items in radii.items()]  # fmt: skip
    return found


def _radii(site: str, rule: str) -> dict[str, list[PlanningRadius]]:
    """Published radii of a site by class, widest first.

    Raises
    ------
    InputError
        If two measures of one class have not one radius: the class would be a lie about one of them.
    """
    found: dict[str, list[PlanningRadius]] = {}
    for item in nuclear_radii(site, jurisdiction=rule):
        if item.stage == "planning":
            found.setdefault(MEASURES[rule, item.measure], []).append(item)
    for label, items in found.items():
        if len({item.radius_km for item in items}) > 1:
            raise InputError(
                f"radii of {label} round {site}",
                got=", ".join(f"{item.measure} {item.radius_km:g} km" for item in items),
                expected="one radius for the measures of one class",
                hint="give the measures classes of their own",
            )
    return {label: found[label] for label in CLASSES if label in found}


def _facts(row: Mapping[str, str], label: str, items: list[PlanningRadius]) -> dict[str, Any]:
    return {
        "site_id": row["site_id"],
        "site_name": row["name"],
        "country": row["country"],
        "measure": label,
        "published": ", ".join(item.measure for item in items),
        "radius_m": items[0].radius_km * 1e3,
        "to_be_confirmed": any(item.warnings for item in items),
        "source": items[0].source,
    }


def _grounds(
    ring: shapely.Geometry, rule: str, land: Mapping[str, shapely.Geometry]
) -> list[tuple[str, str, shapely.Geometry]]:
    """A ring on the ground of its own country, and on that of each other one; only where communes are."""
    abroad = {name: shape for name, shape in land.items() if name != rule}
    parts = [(OWN_RULE, rule, shapely.difference(ring, shapely.union_all(list(abroad.values()))))]
    parts += [(OTHER_RULE, name, shapely.intersection(ring, shape)) for name, shape in abroad.items()]
    return [
        (scenario, ground, polygonal(np.array([shape], dtype=object))[0])
        for scenario, ground, shape in parts
        if shapely.intersects(shape, land[ground])
    ]
