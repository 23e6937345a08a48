"""Planning distances on the map: circles round nuclear sites, circle and square of dangerous goods."""

from __future__ import annotations

import math

import numpy as np

from geoalarm.core.errors import InputError
from geoalarm.core.model import Footprint, IntensityClass, Source
from geoalarm.core.terms import Basis
from geoalarm.core.zone_circles import ZoneCircles
from geoalarm.hazards.industrial.consequences import codes
from geoalarm.hazards.industrial.footprints import EVERYWHERE, HAZARD_NAME
from geoalarm.hazards.industrial.planning import Isolation, nuclear_radii
from geoalarm.hazards.industrial.sites import Site, circle, require_wind_from, zones


def nuclear_footprints(
    site_name: str, lon: float, lat: float, *, stage: str = "planning"
) -> tuple[Footprint, ...]:
    """Planning circles of each country round a nuclear site, one footprint a country and measure, for that
    country's people only.

    Raises
    ------
    InputError
        If the site is in no list.
    """
    site = Site(lon, lat, site_name)
    made = []
    for item in nuclear_radii(site_name):
        if item.stage != stage:
            continue
        label = f"{item.measure} {item.radius_km:g} km"
        source = Source(
            id=f"nuclear_planning_{item.jurisdiction.lower()}",
            title=item.source,
            basis=Basis.STATUTORY,
            caveats=codes(item.warnings),
        )
        made.append(
            Footprint(
                zones(site, {label: circle(item.radius_km * 1e3)}),
                kind="polygons",
                hazard=HAZARD_NAME,
                classes=(IntensityClass(label),),
                class_column="zone",
                scenario=f"{item.site} {item.measure} {item.jurisdiction}",
                countries=(item.jurisdiction,),
                sources=(source,),
                caveats=source.caveats,
                circles=ZoneCircles(lon, lat, {label: item.radius_km * 1e3}),
            )
        )
    return tuple(made)


def isolation_footprint(
    found: Isolation, lon: float, lat: float, *, wind_from: float | None = None
) -> Footprint:
    """Isolation circle and, where the table gives one, the downwind square to protect, turned by the wind.

    Raises
    ------
    InputError
        If there is a square and no wind direction.
    """
    site, shapes = Site(lon, lat, f"UN {found.un}"), {}
    if not math.isnan(found.downwind_m):
        if wind_from is None:
            raise InputError(
                "input 'wind_from'", got="none", expected="0 to 360 degrees, where the wind comes from"
            )
        side = found.downwind_m
        shapes["protective_action"] = np.array(
            [[0, -side / 2], [side, -side / 2], [side, side / 2], [0, side / 2]]
        )
    shapes["isolation"] = circle(found.isolation_m)
    frame = zones(site, shapes, wind_from=None if wind_from is None else require_wind_from(wind_from))
    caveats = codes(found.warnings)
    return Footprint(
        frame,
        kind="polygons",
        hazard=HAZARD_NAME,
        classes=tuple(IntensityClass(label) for label in shapes),
        class_column="zone",
        scenario=f"dangerous goods UN {found.un}",
        countries=EVERYWHERE,
        sources=(Source(id="dangerous_goods_isolation", title=found.source, caveats=caveats),),
        caveats=caveats,
        circles=ZoneCircles(lon, lat, {"isolation": found.isolation_m}) if len(shapes) == 1 else None,
    )
