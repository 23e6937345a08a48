"""Ground that moves: susceptibility of slopes in five classes (where, never how often), cavities, clay, rain
that sets it off.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from geoalarm.core.errors import InputError
from geoalarm.core.model import Footprint, Hazard, Layer
from geoalarm.core.reference_rows import rows
from geoalarm.hazards import read_layer
from geoalarm.hazards.landslide.cavities import cavity_influence_radius, cavity_zones
from geoalarm.hazards.landslide.clay import clay_footprint
from geoalarm.hazards.landslide.drought import below_quantile, longest_run, running_mean
from geoalarm.hazards.landslide.inventory import HEADLINE, headline
from geoalarm.hazards.landslide.rainfall import rain_threshold
from geoalarm.hazards.landslide.slope import infinite_slope, slope_failure_probability

__all__ = [
    "HAZARD",
    "below_quantile",
    "cavity_influence_radius",
    "cavity_zones",
    "clay_footprint",
    "footprint",
    "headline",
    "infinite_slope",
    "longest_run",
    "rain_threshold",
    "running_mean",
    "slope_failure_probability",
]

HAZARD: Final = Hazard(
    name="landslide",
    intensity="susceptibility_class",
    units="1",
    class_labels=tuple(row["label"] for row in rows(__name__, "susceptibility")),
    valid_range=(0.0, math.inf),  # a degree of susceptibility counts from none
    references=(
        (
            "Wilde et al. (2018), European landslide susceptibility map ELSUS v2: five classes, 1 very low "
            "to "
            "5 very high"
        ),
    ),
    # nearly every slope is in some class of susceptibility: the mild ones say nothing of who is in danger
    counted_from=HEADLINE[0],
)


def footprint(layer: Layer, *, bounds: Sequence[float] | None = None) -> Footprint:
    """Susceptibility classes of a raster (codes 1 to 5, 0 none) or of polygons.

    Official classes are read, never recomputed; polygons with other words keep them, without an order. The
    zones of an official plan may have a return period: that of the event that the plan refers to.

    Raises
    ------
    InputError
        If a layer that is no plan names a return period: susceptibility is not a probability.
    """
    if layer.plan is None and not math.isnan(layer.return_period_yr):
        raise InputError(
            f"landslide layer {layer.source.id!r}",
            got=f"a return period of {layer.return_period_yr:g} yr",
            expected="none",
            hint="susceptibility is not a probability: leave return_period_yr out",
        )
    return read_layer(layer, HAZARD, bounds=bounds)
