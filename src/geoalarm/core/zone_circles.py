"""Zones that are circles: what a polygon with many corners only draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ZoneCircles:
    """Circles of true distance round one place, a class each.

    Attributes
    ----------
    lon, lat : float
        Of the place [degrees, WGS 84].
    radii_m : mapping
        Label of each class and its radius on the ellipsoid [m].
    """

    lon: float
    lat: float
    radii_m: Mapping[str, float]

    def __post_init__(self) -> None:
        """Keep the radii as a mapping of their own, which goes to another process as it is."""
        object.__setattr__(self, "radii_m", dict(self.radii_m))
