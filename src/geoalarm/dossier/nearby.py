"""What stands round a commune: communes beside it and across the border, sites in reach, its department."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import shapely

from geoalarm.analysis.accident.accident_sites import SiteOption, site_ids, site_layers
from geoalarm.core.array_cache import kept_arrays
from geoalarm.core.model import Communes, Footprint, Source
from geoalarm.dossier.commune_dossier import Region, SiteNear
from geoalarm.dossier.territory_layers import TerritoryLayer, TerritoryLayers
from geoalarm.exposure import engine
from geoalarm.exposure.population_index import PopulationIndex
from geoalarm.geo.crs import to_crs
from geoalarm.geo.overlay import pieces, polygonal
from geoalarm.geo.wkb_arrays import outlines_key
from geoalarm.results.totals import summary

if TYPE_CHECKING:
    from geoalarm.analysis.workspace import Workspace

TOUCH_M: Final = 50.0
"""Outlines nearer than this touch: two countries draw their common line apart [m]."""

REACH_M: Final = 10_000.0
"""How far a commune across the border, or a site, is near [m]."""

MOST_ACROSS: Final = 12
"""How many communes across the border, beside those that touch, are kept."""

PLACED_M: Final = 100.0
"""An accident this near to a site is one of that site [m]."""

METHOD: Final = 1
"""Number of the method that finds neighbours; another one makes kept ones be found again."""

_SITE: Final = "site_id"


@dataclass(frozen=True, slots=True)
class NearbyCommune:
    """A commune near another: its position, how far its outline is [m], and whether the two touch."""

    position: int
    distance_m: float
    touches: bool


@dataclass(frozen=True, slots=True)
class _Zones:
    """Zones drawn round sites: one geometry a site in the analysis CRS, the source of each of its layers, and
    the countries all of them speak for.
    """

    site_ids: tuple[str, ...]
    geometry: np.ndarray
    sources: Mapping[str, tuple[Source, ...]]
    countries: Mapping[str, frozenset[str] | None]


def nearby_communes(outlines: np.ndarray, countries: Sequence[str]) -> list[tuple[NearbyCommune, ...]]:
    """Communes near each: those that touch, then the nearest :data:`MOST_ACROSS` across the border within
    :data:`REACH_M`.

    Parameters
    ----------
    outlines : numpy.ndarray of shapely polygons
        In metres.
    countries : sequence of str
        Country of each; an empty one has no border.
    """
    return _from_pairs(_pairs(outlines, countries), len(outlines))


def kept_nearby(prepared: PopulationIndex, cache: Path) -> list[tuple[NearbyCommune, ...]]:
    """As :func:`nearby_communes`, kept in ``cache`` under the hash of the outlines."""
    key = outlines_key(prepared.communes.data, also=(METHOD, prepared.crs.to_wkt(), TOUCH_M, REACH_M))
    countries = prepared.communes.countries.tolist()
    pairs = kept_arrays(cache / f"nearby-{key}.npz", lambda: _pairs(prepared.outlines, countries))
    return _from_pairs(pairs, len(prepared.outlines))


def _pairs(outlines: np.ndarray, countries: Sequence[str]) -> dict[str, np.ndarray]:
    """Which communes are near each other, and how far apart they are [m]."""
    names = np.asarray(countries, dtype=object)
    i, j = shapely.STRtree(outlines).query(outlines, predicate="dwithin", distance=TOUCH_M)
    pairs = [np.column_stack([i, j])[i != j]]
    for country in dict.fromkeys(name for name in names if name):
        own, other = np.flatnonzero(names == country), np.flatnonzero((names != country) & (names != ""))
        a, b = shapely.STRtree(outlines[other]).query(outlines[own], predicate="dwithin", distance=REACH_M)
        pairs.append(np.column_stack([own[a], other[b]]))
    found = np.unique(np.vstack(pairs), axis=0)
    return {"pairs": found, "metres": shapely.distance(outlines[found[:, 0]], outlines[found[:, 1]])}


def _from_pairs(arrays: Mapping[str, np.ndarray], count: int) -> list[tuple[NearbyCommune, ...]]:
    out: list[list[NearbyCommune]] = [[] for _ in range(count)]
    for (one, two), distance in zip(arrays["pairs"].tolist(), arrays["metres"].tolist(), strict=True):
        out[one].append(NearbyCommune(two, distance, distance <= TOUCH_M))
    return [_nearest(items) for items in out]


def regions(communes: Communes, layers: Sequence[TerritoryLayer]) -> list[Region | None]:
    """Department or province of each commune, one object for all its communes; None where they name none."""
    frame = communes.data
    if "department_code" not in frame.columns:
        return [None] * len(frame)
    codes = frame["department_code"].astype("string").fillna("").to_numpy(dtype=object)
    names = (
        frame["department_name"].astype("string").fillna("").to_numpy(dtype=object)
        if "department_name" in frame.columns
        else codes
    )
    keys = list(zip(communes.countries.tolist(), codes.tolist(), strict=True))
    at: dict[tuple[str, str], list[int]] = {}
    for n, key in enumerate(keys):
        at.setdefault(key, []).append(n)
    made = {key: _region(key, str(names[rows[0]]), rows, layers) for key, rows in at.items() if key[1]}
    return [made.get(key) for key in keys]


def sites_near(
    space: Workspace, prepared: PopulationIndex, read: TerritoryLayers
) -> tuple[list[tuple[SiteNear, ...]], tuple[Source, ...]]:
    """Sites near each commune, nearest first, and the sources of the lists of sites.

    A site is near within :data:`REACH_M`, or where a zone round it touches the commune. A zone belongs to a
    site by the column ``site_id`` of its layer, or as an accident placed within :data:`PLACED_M` of the site.

    Raises
    ------
    GeoalarmError
        If the sites cannot be read.
    """
    n, sites = len(prepared.outlines), space.sites()
    if not sites:
        return [()] * n, ()
    listed = _site_sources(space)
    at = gpd.GeoSeries(
        gpd.points_from_xy([site.lon for site in sites], [site.lat for site in sites]), crs=4326
    )
    points = at.to_crs(prepared.crs).to_numpy()
    zones = _zones(sites, points, prepared, read)
    reached, people = _reached(zones, prepared)
    i, j = shapely.STRtree(prepared.outlines).query(points, predicate="dwithin", distance=REACH_M)
    position = {site.site_id: number for number, site in enumerate(sites)}
    near = {
        *zip(j.tolist(), i.tolist(), strict=True),
        *((commune, position[site_id]) for commune, site_id in reached),
    }
    out: list[list[SiteNear]] = [[] for _ in range(n)]
    for commune, number in sorted(near):
        site = sites[number]
        known = site.site_id in zones.sources
        out[commune].append(
            SiteNear(
                site_id=site.site_id,
                name=site.name,
                country=site.country or site.commune_id.partition(":")[0],
                commune_id=site.commune_id,
                activity=site.activity,
                distance_km=float(shapely.distance(prepared.outlines[commune], points[number])) / 1000,
                reaches_here=(commune, site.site_id) in reached if known else None,
                people_here=people.get((commune, site.site_id), float("nan")),
                source=zones.sources[site.site_id][0] if known else listed.get(site.site_id),
                names=site.names,
                zone_layers=tuple(source.id for source in zones.sources.get(site.site_id, ())),
            )
        )
    return [tuple(sorted(items, key=lambda item: (item.distance_km, item.site_id))) for items in out], tuple(
        {source.id: source for source in listed.values()}.values()
    )


def _nearest(items: list[NearbyCommune]) -> tuple[NearbyCommune, ...]:
    ordered = sorted(items, key=lambda item: (item.distance_m, item.position))
    touching = [item for item in ordered if item.touches]
    return (*touching, *[item for item in ordered if not item.touches][:MOST_ACROSS])


def _region(key: tuple[str, str], name: str, at: list[int], layers: Sequence[TerritoryLayer]) -> Region:
    country, code = key
    rows = {layer.key: layer.totals.iloc[at] for layer in layers}
    return Region(
        code=code,
        name=name or code,
        country=country,
        communes=len(at),
        totals={layer: summary(totals) for layer, totals in rows.items()},
        headlines={
            layer.key: summary(layer.headlines.iloc[at]) for layer in layers if layer.headlines is not None
        },
        spread={
            layer: tuple(np.sort(totals["share_exposed"].dropna().to_numpy()).tolist())
            for layer, totals in rows.items()
        },
    )


def _site_sources(space: Workspace) -> dict[str, Source]:
    """Source of each site of the lists, by its id."""
    found: dict[str, Source] = {}
    for name, layer in site_layers(space.catalog, space.scenario.site_entries(space.catalog)):
        found |= dict.fromkeys(site_ids(layer.data, name), layer.source)
    return found


def _zones(
    sites: Sequence[SiteOption], points: np.ndarray, prepared: PopulationIndex, read: TerritoryLayers
) -> _Zones:
    """Zones of all layers and accidents by site."""
    known = {site.site_id for site in sites}
    parts: list[tuple[str, np.ndarray, Footprint, Source]] = []
    for layer in read.layers:
        footprint = read.footprints.get(layer.key)
        if footprint is None or footprint.kind != "polygons":
            continue
        frame = to_crs(footprint.data, prepared.crs)
        if _SITE in frame.columns:
            ids, geometry = frame[_SITE].astype("str").to_numpy(dtype=object), frame.geometry.to_numpy()
            parts += [
                (name, geometry[ids == name], footprint, layer.source)
                for name in dict.fromkeys(ids)
                if name in known
            ]
    for view in read.accidents:
        if view.zones is not None:
            place = (
                gpd.GeoSeries(gpd.points_from_xy([view.choice.lon], [view.choice.lat]), crs=4326)
                .to_crs(prepared.crs)
                .iloc[0]
            )
            metres = shapely.distance(points, place)
            if metres.min() <= PLACED_M:
                geometry = to_crs(view.zones.data, prepared.crs).geometry.to_numpy()
                parts.append(
                    (sites[int(metres.argmin())].site_id, geometry, view.zones, view.zones.sources[0])
                )
    names = tuple(dict.fromkeys(name for name, *_ in parts))
    united = [
        polygonal(
            np.array([shapely.union_all(np.concatenate([g for name, g, *_ in parts if name == wanted]))])
        )
        for wanted in names
    ]
    countries: dict[str, frozenset[str] | None] = {}
    for name, _, footprint, _ in parts:
        spoken, held = frozenset(footprint.countries), countries.get(name)
        countries[name] = (spoken if held is None else held & spoken) if spoken else held
    sources = {name: tuple(source for part, _, _, source in parts if part == name) for name in names}
    return _Zones(names, np.concatenate(united) if united else np.array([], dtype=object), sources, countries)


def _reached(
    zones: _Zones, prepared: PopulationIndex
) -> tuple[set[tuple[int, str]], dict[tuple[int, str], float]]:
    """Communes that a site's zones touch, and the people of each commune in them [1] where that is known."""
    if not zones.site_ids:
        return set(), {}
    i, j, _ = pieces(prepared.outlines, zones.geometry)
    reached = {(commune, zones.site_ids[site]) for commune, site in zip(i.tolist(), j.tolist(), strict=True)}
    labels = [f"site {name}" for name in zones.site_ids]
    frame = gpd.GeoDataFrame({"zone": labels}, geometry=zones.geometry, crs=prepared.crs)
    table = engine.expose(
        Footprint(frame, kind="polygons", hazard="industrial", class_column="zone"),
        prepared.population,
        prepared.communes,
        prepared=prepared,
    )
    position = {key: n for n, key in enumerate(prepared.communes.ids)}
    names, countries = dict(zip(labels, zones.site_ids, strict=True)), prepared.communes.countries.tolist()
    people: dict[tuple[int, str], float] = {}
    for commune_id, label, count in zip(
        table["commune_id"], table["intensity_class"], table["population_exposed"], strict=True
    ):
        commune, site_id = position[commune_id], names[label]
        spoken = zones.countries[site_id]
        if spoken is None or not countries[commune] or countries[commune] in spoken:
            people[commune, site_id] = float(count)
    return reached, people
