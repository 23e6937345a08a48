"""Sites of a territory at which an accident may be placed: the points of role ``sites`` of its catalog."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from geoalarm.catalog.roles import open_sites
from geoalarm.core.model import Communes, Layer
from geoalarm.core.terms import LANGUAGES
from geoalarm.geo.datum_accuracy import placed_on_earth

if TYPE_CHECKING:
    from geoalarm.catalog import Catalog


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


def site_layers(catalog: Catalog, entries: Iterable[str]) -> Iterator[tuple[str, Layer]]:
    """Layers of sites under house names, each with the name of its entry.

    Raises
    ------
    InputError
        If an entry is of another role, or lacks a column that it states.
    """
    for name in entries:
        yield name, open_sites(catalog, name)


def site_ids(frame: gpd.GeoDataFrame, entry: str) -> list[str]:
    """The id of each site: its own where every site has one, else the entry and its row."""
    if "site_id" in frame.columns and frame["site_id"].notna().all() and frame["site_id"].is_unique:
        return [str(value) for value in frame["site_id"]]
    return [f"{entry}:{n + 1}" for n in range(len(frame))]


def sites_of(catalog: Catalog, entries: Iterable[str], communes: Communes) -> list[SiteOption]:
    """Sites to choose from, by country and name; grounds drawn as polygons stand at a point inside them.

    Parameters
    ----------
    catalog : Catalog
    entries : iterable of str
        Lists of sites.
    communes : Communes
        In which of them each site lies.
    """
    found: list[SiteOption] = []
    for name, layer in site_layers(catalog, entries):
        frame = layer.data
        if isinstance(frame, gpd.GeoDataFrame) and len(frame):
            found += _sites_in(frame, communes, name)
    return sorted(found, key=lambda site: (site.country, site.name))


def _sites_in(frame: gpd.GeoDataFrame, communes: Communes, entry: str) -> list[SiteOption]:
    outlines = communes.data
    frame = frame.set_geometry(shapely.point_on_surface(frame.geometry.to_numpy()))
    points = frame.to_crs(outlines.crs).geometry.to_numpy()
    inside = dict(outlines.sindex.query(points, predicate="intersects").T.tolist())
    at, _ = placed_on_earth(frame, what=f"sites of {entry}")
    keys, ids = site_ids(frame, entry), communes.ids
    sites = []
    for n, (lon, lat) in enumerate(at.tolist()):
        words = {
            name: _text(frame[name].iloc[n])
            for name in ("country", "activity", "operator", "kind")
            if name in frame.columns
        }
        label = (_text(frame["name"].iloc[n]) if "name" in frame.columns else "") or f"{entry} {n + 1}"
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


def _text(value: Any) -> str:
    """A cell as text; empty where it holds nothing."""
    return "" if pd.isna(value) else str(value)
