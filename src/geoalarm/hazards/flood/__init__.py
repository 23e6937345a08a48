"""Floods: depth of water by return period, official classes side by side, what water at a level covers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from geoalarm.core.model import Footprint, Hazard, Layer
from geoalarm.hazards import read_layer
from geoalarm.hazards.flood.depth_interpolation import class_between, depth_between
from geoalarm.hazards.flood.hand import HAND_NO_DATA, flow_directions, hand_screen, height_above_drainage
from geoalarm.hazards.flood.harmonise import FloodClass, crosswalk, flood_class, likeness, with_common_record
from geoalarm.hazards.flood.hazard_rating import hazard_to_people, rating_footprint
from geoalarm.hazards.flood.levels import depth_by_bathtub, depth_by_hand, terrain_error_m, water_footprint

__all__ = [
    "HAND_NO_DATA",
    "HAZARD",
    "FloodClass",
    "class_between",
    "crosswalk",
    "depth_between",
    "depth_by_bathtub",
    "depth_by_hand",
    "flood_class",
    "flow_directions",
    "footprint",
    "hand_screen",
    "hazard_to_people",
    "height_above_drainage",
    "likeness",
    "rating_footprint",
    "terrain_error_m",
    "water_footprint",
    "with_common_record",
]

HAZARD: Final = Hazard(
    name="flood",
    intensity="water_depth",
    units="m",
    class_bounds=(0.01, 0.5, 1.0, 2.0),
    valid_range=(-0.01, 250.0),
    references=(
        "France, TRI maps under the floods directive, classes of water depth: 0 to 0.5, 0.5 to 1, 1 to 2, "
        "over 2 m; "
        "the lowest bound is 1 cm here, so that a dry cell with a depth of 0 is not in a class",
        "Renno et al. (2008), height above nearest drainage",
        "Oberg et al. (2009), lower Congo: the deepest river, over 200 m; no depth is negative, but "
        "interpolation leaves traces below zero, here less than the lowest bound",
    ),
)


def footprint(layer: Layer, *, bounds: Sequence[float] | None = None) -> Footprint:
    """Depth of a raster in classes of metres, whatever length its units are; or classes, fractions and
    polygons as they are.
    """
    return read_layer(layer, HAZARD, bounds=bounds)
