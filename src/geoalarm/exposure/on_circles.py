"""Zones that are circles, counted as circles: exact areas, and only what lies round the site is looked at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely

from geoalarm.core.model import Footprint
from geoalarm.exposure.counts import Counts
from geoalarm.exposure.on_polygons import TOUCHES, studied_part
from geoalarm.exposure.people_round_site import FARTHEST, PeopleRoundSite, communes_near
from geoalarm.exposure.population_index import PopulationIndex
from geoalarm.geo.circle_overlap import RingEdges, circle_overlap
from geoalarm.geo.crs import to_crs
from geoalarm.geo.overlay import SLIVER_M2, polygonal
from geoalarm.geo.site_plane import SitePlane
from geoalarm.geo.zonal import FULL


def is_circular(footprint: Footprint, prepared: PopulationIndex) -> bool:
    """Whether :func:`count_circles` counts it: circles round one place, a class each, over a grid of people;
    where not all of it is studied the polygons are cut.
    """
    circles = footprint.circles
    return (
        circles is not None
        and prepared.grid is not None
        and footprint.studied is None
        and {item.label for item in footprint.classes} == set(circles.radii_m)
        and max(circles.radii_m.values(), default=np.inf) <= FARTHEST
    )


def count_circles(footprint: Footprint, prepared: PopulationIndex, *, cache: Path | None = None) -> Counts:
    """People and area per commune and class of circles round a place: each place in the innermost.

    As :func:`~geoalarm.exposure.on_polygons.count_polygons` of circles with endlessly many corners.
    """
    circles = footprint.circles
    assert circles is not None
    labels = tuple(item.label for item in footprint.classes)
    widths = np.array([circles.radii_m[label] for label in labels])
    radii = np.maximum.accumulate(widths[::-1])  # a milder zone holds the severer ones
    plane, n = SitePlane(circles.lon, circles.lat), len(prepared.area_km2)
    exposed, low, high, within = _people(PeopleRoundSite.within(prepared, plane, radii[-1]), radii, n)
    zones = list(to_crs(footprint.data, prepared.crs).geometry)
    elsewhere, reached, share_mapped, caveats = studied_part(footprint, prepared, zones)
    known = prepared.counted if elsewhere is None else np.zeros(n)
    return Counts(
        labels,
        exposed,
        low,
        high,
        area_km2=_rings(_area_km2(plane, radii, prepared)),
        mapped_share=share_mapped,
        not_exposed=np.clip(known - within, 0, None),
        unknown=np.clip(prepared.counted - np.maximum(known, within), 0, None),
        reached=reached,
        caveats=caveats,
        method=("circles of the footprint, exact, cut by communes; people even within a population unit",),
    )


def _people(around: PeopleRoundSite, radii: np.ndarray, communes: int) -> tuple[np.ndarray, ...]:
    """People in each ring, mild to severe, in parts of units wholly in it, in those it touches, and within
    the widest circle.
    """
    within = around.shares_within(radii)
    inside = _rings(within)
    touched = inside * around.share[:, None] > TOUCHES
    whole = touched & ((1 - inside) * around.share[:, None] <= FULL)
    counted = [_by_commune(around, share, communes) for share in (inside, whole, touched)]
    return *counted, _by_commune(around, within[:, -1:], communes)[:, 0]


def _rings(within: np.ndarray) -> np.ndarray:
    """What lies in each ring, mild to severe, from what lies within each circle, rising."""
    return np.diff(within, axis=1, prepend=0.0)[:, ::-1]


def _by_commune(around: PeopleRoundSite, share: np.ndarray, communes: int) -> np.ndarray:
    people = around.people[:, None] * share
    return np.column_stack([np.bincount(around.commune, part, communes) for part in people.T])


def _area_km2(plane: SitePlane, radii: np.ndarray, prepared: PopulationIndex) -> np.ndarray:
    """Area of each commune within each circle (communes, radii) [km2]."""
    near = communes_near(prepared, plane, radii[-1])
    bounds = plane.bounds_in(prepared.crs, radii[-1])
    window = plane.window(prepared.crs, bounds)
    box = shapely.box(*bounds)
    outlines = RingEdges.of(polygonal(shapely.intersection(prepared.outlines[near], box)))
    edges, within = outlines.moved(window.place), np.zeros((len(prepared.area_km2), len(radii)))
    for k, radius in enumerate(plane.radius(radii)):
        area = circle_overlap(edges, np.full(len(near), radius))
        within[near, k] = np.where(area > SLIVER_M2, area / 1e6, 0.0)
    return np.minimum(within, prepared.area_km2[:, None])
