"""How much gets out, and how fast: liquid, gas and boiling liquid through a hole, flash, pools and their
evaporation.

Every physical constant is an input; ``vessel_outflow`` fills them in for a substance and lists what it took.
"""

from __future__ import annotations

from geoalarm.hazards.industrial.boiling_outflow import flash_fraction, two_phase_outflow
from geoalarm.hazards.industrial.outflow import ATMOSPHERE, GRAVITY, gas_outflow, hole_size, liquid_outflow
from geoalarm.hazards.industrial.pools import pool_diameter, pool_evaporation
from geoalarm.hazards.industrial.vessel import release_duration, vessel_outflow

__all__ = [
    "ATMOSPHERE",
    "GRAVITY",
    "flash_fraction",
    "gas_outflow",
    "hole_size",
    "liquid_outflow",
    "pool_diameter",
    "pool_evaporation",
    "release_duration",
    "two_phase_outflow",
    "vessel_outflow",
]
