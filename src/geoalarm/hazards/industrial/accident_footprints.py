"""What one accident at one place is on the map, and how far the mapped area reaches round it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geoalarm.core.model import Footprint, require_crs
from geoalarm.core.result import SCREENING_NOTICE, ModelResult
from geoalarm.geo.crs import to_crs
from geoalarm.hazards.industrial.consequences import codes
from geoalarm.hazards.industrial.sites import Site, square


@dataclass(frozen=True, slots=True)
class AccidentFootprints:
    """One accident at one place in one weather, ready for the engine and the map.

    Attributes
    ----------
    zones : Footprint or None
        Polygons mild to severe (column ``zone``); None where every threshold is reached nowhere.
    field : Footprint or None
        The effect as a raster in its units, with the same thresholds as classes.
    risk : Footprint or None
        Individual risk [yr-1], where a frequency was given and the accident has a lethality.
    distances_m : mapping
        Farthest distance of each zone [m]; NaN: reached nowhere, infinite: beyond the model.
    warnings : tuple of str
        Codes, or ``code: detail``, of the models and of the place.
    """

    kind: str
    site: Site
    wind_from: float | None
    zones: Footprint | None
    field: Footprint | None
    risk: Footprint | None
    distances_m: Mapping[str, float]
    results: tuple[ModelResult, ...]
    warnings: tuple[str, ...]

    @property
    def footprints(self) -> tuple[Footprint, ...]:
        """What there is of zones, field and risk."""
        return tuple(item for item in (self.zones, self.field, self.risk) if item is not None)

    @property
    def flags(self) -> frozenset[str]:
        """Codes of the warnings, without their details."""
        return frozenset(warning.partition(":")[0] for warning in self.warnings)

    def as_dict(self) -> dict[str, Any]:
        """Everything but the shapes, as JSON can hold it."""
        return {
            "kind": self.kind,
            "site": {"lon": self.site.lon, "lat": self.site.lat, "name": self.site.name},
            "wind_from": self.wind_from,
            "distances_m": {
                label: value if math.isfinite(value) else None for label, value in self.distances_m.items()
            },
            "warnings": list(self.warnings),
            "models": [result.as_dict() for result in self.results],
            "notice": SCREENING_NOTICE,
        }


def checked_against(made: AccidentFootprints, mapped: gpd.GeoDataFrame) -> AccidentFootprints:
    """The accident flagged ``site_outside_mapped_area``, ``zone_leaves_mapped_area: zone 37 %``."""
    x, y = made.site.onto_map(np.zeros(1), np.zeros(1))
    area = _mapped_area(made, mapped)
    flags = (
        []
        if shapely.covers(area, shapely.Point(x[0], y[0]))
        else ["site_outside_mapped_area: at sea, or where no commune is mapped"]
    )
    if made.zones is not None:
        for label, zone in zip(made.zones.data["zone"], made.zones.data.geometry, strict=True):
            outside = 1 - shapely.area(shapely.intersection(zone, area)) / shapely.area(zone)
            if outside > 1e-4:
                flags.append(f"zone_leaves_mapped_area: {label} {outside:.0%} of its area")
    caveats = codes(flags)
    kept = {
        name: None if item is None else replace(item, caveats=(*item.caveats, *caveats))
        for name, item in (("zones", made.zones), ("field", made.field), ("risk", made.risk))
    }
    return replace(made, warnings=(*made.warnings, *flags), **kept)  # type: ignore[arg-type]


def _mapped_area(made: AccidentFootprints, mapped: gpd.GeoDataFrame) -> shapely.Geometry:
    """What is mapped near the accident, in its CRS; far communes are left out before the transform."""
    require_crs(mapped, what="mapped area")
    near = square(made.site, 2e3) if made.zones is None else made.zones.data
    box = shapely.box(
        *gpd.GeoDataFrame(geometry=[shapely.box(*near.total_bounds).segmentize(1e3)], crs=near.crs)
        .to_crs(mapped.crs)
        .total_bounds
    )
    around = mapped.iloc[mapped.sindex.query(box)] if np.isfinite(box.bounds).all() else mapped.iloc[:0]
    return (
        shapely.union_all(to_crs(around, made.site.crs).geometry.to_numpy())
        if len(around)
        else shapely.Polygon()
    )
