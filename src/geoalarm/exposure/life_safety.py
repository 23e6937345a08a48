"""Hazards that damage buildings and hurt nobody stay out of every count of people."""

from __future__ import annotations

from geoalarm.core.errors import InputError
from geoalarm.core.model import Footprint
from geoalarm.core.terms import BUILDING_HAZARDS


def require_life_safety(footprint: Footprint) -> None:
    """Refuse a footprint of a hazard of buildings where people are counted.

    Raises
    ------
    InputError
        If its hazard damages buildings only.
    """
    if footprint.hazard in BUILDING_HAZARDS:
        raise InputError(
            f"people in footprint {footprint.name!r}",
            got="a hazard that damages buildings and hurts nobody",
            expected="a hazard to people",
            hint="count dwellings: exposure.points.dwellings",
        )
