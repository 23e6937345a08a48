"""Sites of a territory at which an accident may be placed: the points of role ``sites`` of its catalog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd
import shapely

from geoalarm.core.model import Communes, Layer
from geoalarm.core.terms import LANGUAGES
from geoalarm.geo.datum_accuracy import placed_on_earth

if TYPE_CHECKING:
    from geoalarm.catalog import Catalog

SITES_ROLE: Final = "sites"
"""Role of the catalog entries that hold sites to choose from."""


@dataclass(frozen=True, slots=True)
class SiteOption:
    """A site of the territory at which an accident may be placed; ``names`` by language where its list has
    columns ``name_fr`` and so on.
    """

    site_id: str
    name: str
    lon: float
    lat: float
    country: str = ""
    commune_id: str = ""
    activity: str = ""
    operator: str = ""
    kind: str = ""
    names: Mapping[str, str] = field(default_factory=dict, hash=False)


def site_layers(catalog: Catalog, beside: str) -> Iterator[tuple[str, Layer]]:
    """Every layer of sites in the group of the entry ``beside``, with the name of its entry, in the order of
    the catalog.
    """
    for name in catalog.names(role=SITES_ROLE, group=catalog.entry(beside).group):
        yield name, catalog.layer(name)


def site_ids(frame: gpd.GeoDataFrame, entry: str) -> list[str]:
    """The id of each site: its own, else the entry and its row."""
    if "site_id" in frame.columns:
        return [str(value) for value in frame["site_id"]]
    return [f"{entry}:{n + 1}" for n in range(len(frame))]


def sites_of(catalog: Catalog, beside: str, communes: Communes) -> list[SiteOption]:
    """Sites to choose from, by country and name.

    Parameters
    ----------
    catalog : Catalog
    beside : str
        Entry in whose group the lists of sites stand: the communes of the scenario.
    communes : Communes
        In which of them each site lies.
    """
    found: list[SiteOption] = []
    for name, layer in site_layers(catalog, beside):
        frame = layer.data
        if isinstance(frame, gpd.GeoDataFrame) and len(frame) and set(frame.geom_type) <= {"Point"}:
            found += _sites_in(frame, communes, name)
    return sorted(found, key=lambda site: (site.country, site.name))


def _sites_in(frame: gpd.GeoDataFrame, communes: Communes, entry: str) -> list[SiteOption]:
    outlines = communes.data
    points = shapely.points(shapely.get_coordinates(frame.to_crs(outlines.crs).geometry))
    inside = dict(outlines.sindex.query(points, predicate="intersects").T.tolist())
    at, _ = placed_on_earth(frame, what=f"sites of {entry}")
    keys, ids = site_ids(frame, entry), communes.ids
    sites = []
    for n, (lon, lat) in enumerate(at.tolist()):
        words = {
            name: str(frame[name].iloc[n] or "")
            for name in ("country", "activity", "operator", "kind")
            if name in frame.columns
        }
        label = str(frame["name"].iloc[n]) if "name" in frame.columns else f"{entry} {n + 1}"
        place = str(ids[inside[n]]) if n in inside else ""
        sites.append(
            SiteOption(
                keys[n],
                label,
                round(lon, 6),
                round(lat, 6),
                commune_id=place,
                names=_names(frame.iloc[n]),
                **words,
            )
        )
    return sites


def _names(row: pd.Series) -> dict[str, str]:
    """The name of a site in each language that its list has."""
    found = {lang: row.get(f"name_{lang}") for lang in LANGUAGES}
    return {lang: name for lang, name in found.items() if isinstance(name, str) and name.strip()}
