"""Footprints of effect zones: mapped zones and rings by their class, rasters of overpressure or heat, circles
round sites.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Geod

from geoalarm.core.errors import InputError
from geoalarm.core.model import Footprint, Hazard, IntensityClass, Layer, Source, require_crs
from geoalarm.core.units import require_units
from geoalarm.core.zone_circles import ZoneCircles
from geoalarm.geo.datum_accuracy import placed_on_earth
from geoalarm.hazards import read_layer

HAZARD: Final = Hazard(
    name="industrial",
    intensity="effect_zone",
    units="1",
    class_labels=("SEI", "SEL", "SELS"),
    valid_range=(0.0, math.inf),  # an effect counts from none
    references=(
        (
            "France, arrete of 29 September 2005, annex 2, effects on people: irreversible SEI, lethal SEL, "
            "significantly lethal SELS"
        ),
    ),
)

_MEASURED: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {"mbar": ("overpressure", "peak"), "kW m-2": ("thermal", "flux")}
)
"""What a raster in these units is of; its bounds are the rows of the French rings for it, those of long
exposures for heat.
"""

_SIDES: Final = 360


def footprint(layer: Layer, *, bounds: Sequence[float] | None = None) -> Footprint:
    """Effect zones as polygons or class codes (1 SEI, 2 SEL, 3 SELS), or a raster of overpressure [mbar] or
    heat [kW m-2].

    Zones nest: where they overlap each place counts in the most severe. Polygons with other words
    (consultation or planning zones) keep them, without an order: a Belgian consultation zone is not a French
    effect distance.

    Raises
    ------
    InputError
        If a raster of intensity is in other units and no bounds are given.
    """
    if layer.kind != "intensity":
        return read_layer(layer, HAZARD, bounds=bounds)
    units = require_units(layer.units, what=f"layer {layer.source.id!r}")
    hazard = replace(HAZARD, units=units)
    if bounds is not None:
        return read_layer(layer, hazard, bounds=bounds)
    if units not in _MEASURED:
        raise InputError(
            f"industrial layer {layer.source.id!r} has no class bounds",
            got=units,
            expected=" or ".join(_MEASURED),
            hint="give bounds in these units",
        )
    # models, and what they need, only where they are asked for
    from geoalarm.hazards.industrial.thresholds import french_rings

    edges = [*(ring.value for ring in french_rings(*_MEASURED[units])), math.inf]
    classes = tuple(
        IntensityClass(label, low, high)
        for label, (low, high) in zip(HAZARD.class_labels, pairwise(edges), strict=True)
    )
    return read_layer(layer, hazard, classes=classes)


def zones_round(
    sites: gpd.GeoDataFrame,
    radii_m: Mapping[str, float],
    *,
    source: Source,
    scenario: str = "",
    countries: tuple[str, ...] = (),
) -> Footprint:
    """Circles of true distance round sites, one class a radius; where they overlap each place counts in the
    innermost.

    Parameters
    ----------
    sites : geopandas.GeoDataFrame
        Points, any CRS.
    radii_m : mapping
        Label of each zone and its radius [m] on the ellipsoid.
    source, scenario, countries
        What the footprint carries.

    Returns
    -------
    Footprint
        Polygons in EPSG:4326, class column ``zone``, classes from the widest zone to the narrowest.

    Raises
    ------
    InputError
        If there is no site, a site is not a point or on an unknown datum, or a radius is not positive and
        finite.
    """
    require_crs(sites, what="sites")
    if sites.empty or set(sites.geom_type) != {"Point"}:
        raise InputError(
            "sites of effect zones",
            got=", ".join(sorted(set(sites.geom_type))) or "none",
            expected="at least one point",
            hint="use a point inside each site",
        )
    if not radii_m or not all(math.isfinite(radius) and radius > 0 for radius in radii_m.values()):
        raise InputError(
            "radii of effect zones",
            got=dict(radii_m),
            expected="positive numbers of metres",
            hint="for example {'SEI': 500}",
        )
    order = sorted(radii_m, key=lambda label: -radii_m[label])
    points, notes = placed_on_earth(sites, what="sites")
    circles = [(label, circle) for label in order for circle in _circles(points, radii_m[label])]
    frame = gpd.GeoDataFrame(
        {"zone": [label for label, _ in circles]}, geometry=[circle for _, circle in circles], crs=4326
    )
    return Footprint(
        frame,
        kind="polygons",
        hazard=HAZARD.name,
        classes=tuple(IntensityClass(label) for label in order),
        class_column="zone",
        scenario=scenario,
        countries=countries,
        sources=(source,),
        caveats=tuple(dict.fromkeys([*source.caveats, *notes.caveats])),
        circles=ZoneCircles(float(points[0, 0]), float(points[0, 1]), dict(radii_m))
        if len(points) == 1
        else None,
    )


def _circles(points: np.ndarray, radius_m: float) -> np.ndarray:
    """Geodesic circles on the ellipsoid of WGS 84, as polygons of 360 corners with the area of the circle."""
    radius = radius_m / math.sqrt(math.sin(2 * math.pi / _SIDES) / (2 * math.pi / _SIDES))
    bearing = np.tile(np.arange(_SIDES) * (360.0 / _SIDES), len(points))
    lon, lat, _ = Geod(ellps="WGS84").fwd(
        np.repeat(points[:, 0], _SIDES),
        np.repeat(points[:, 1], _SIDES),
        bearing,
        np.full(len(bearing), radius),
    )
    corners = np.stack([lon, lat], axis=1).reshape(len(points), _SIDES, 2)
    return np.array(shapely.polygons(corners), dtype=object)
