"""Sites of the embedded territory: real ones by name and place only, made-up works with made-up zones.

No figure stands beside a real Seveso site: an invented radius has an invented name and an invented place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import geopandas as gpd
import pandas as pd
import shapely

from geoalarm import i18n
from geoalarm.core.terms import LANGUAGES
from geoalarm.demo.wheel import read_facts
from geoalarm.hazards.industrial.sites import Site, circle, zones

EFFECT_CLASSES: Final = ("SEI", "SEL", "SELS")
"""Classes of effect zones, from the widest zone to the narrowest."""


def typed_points(rows: Sequence[Mapping[str, str]]) -> gpd.GeoSeries:
    """Points of a hand-typed table with longitude and latitude, in EPSG:3035."""
    x, y = ([float(row[name]) for row in rows] for name in ("longitude", "latitude"))
    return gpd.GeoSeries(gpd.points_from_xy(x, y), crs=4326).to_crs(3035)


def rings(row: Mapping[str, str], radii_m: Mapping[str, float]) -> dict[str, shapely.Geometry]:
    """Circles of true distance [m] on the ellipsoid round a typed place, by label, in EPSG:3035; widest
    first.
    """
    site = Site(float(row["longitude"]), float(row["latitude"]))
    made = zones(site, {label: circle(radius) for label, radius in radii_m.items()})
    return dict(zip(made["zone"], made.to_crs(3035).geometry, strict=True))


def seveso_sites() -> gpd.GeoDataFrame:
    """Some Seveso sites, placed to about a kilometre: site_id, name, country, kind, and nothing else."""
    rows = read_facts("seveso_sites")
    frame = pd.DataFrame(rows)[["site_id", "name", "country"]].assign(kind="seveso")
    return gpd.GeoDataFrame(frame, geometry=typed_points(rows).to_numpy(), crs=3035)


def example_works() -> gpd.GeoDataFrame:
    """Made-up works at made-up places: site_id, name, ``name_fr`` and so on, country, kind."""
    rows = read_facts("example_works")
    named = [
        {
            "site_id": _works_id(row),
            "name": works_name(row["number"], "en"),
            **{f"name_{lang}": works_name(row["number"], lang) for lang in LANGUAGES},
            "country": row["country"],
            "kind": "example",
        }
        for row in rows
    ]
    return gpd.GeoDataFrame(named, geometry=typed_points(rows).to_numpy(), crs=3035)


def works_name(number: str, lang: str) -> str:
    """``Example works 3`` in a language."""
    return i18n.text("demo.example_works", lang, number=number)


def effect_zones() -> gpd.GeoDataFrame:
    """Nested zones round the example works, from the widest (SEI) to the narrowest (SELS)."""
    rows = [
        {
            "site_id": _works_id(row),
            "site_name": works_name(row["number"], "en"),
            "country": row["country"],
            "effect_type": row["effect_type"],
            "effect_class": label,
            "radius_m": float(row[f"{label}_m"]),
            "basis": "illustrative",
            "geometry": ring,
        }
        for row in read_facts("example_works")
        for label, ring in rings(row, {name: float(row[f"{name}_m"]) for name in EFFECT_CLASSES}).items()
    ]
    order = {label: n for n, label in enumerate(EFFECT_CLASSES)}
    return gpd.GeoDataFrame(sorted(rows, key=lambda row: order[row["effect_class"]]), crs=3035)


def _works_id(row: Mapping[str, str]) -> str:
    return f"example-works-{row['number']}"
