"""Flags that a model puts on a result; codes here, their words in views."""

from __future__ import annotations

from typing import Final

from geoalarm.core.result import BEYOND_MODEL_RANGE, TO_BE_CONFIRMED
from geoalarm.hazards.industrial.sigmas import AVERAGING_FLAG, NEAREST, REFERENCE_TIME
from geoalarm.hazards.industrial.substances import AIR_MOLAR_MASS
from geoalarm.hazards.industrial.substances import substance as find_substance

FLAGS: Final[dict[str, str]] = {
    TO_BE_CONFIRMED: "a value or formula not yet read in its source",
    BEYOND_MODEL_RANGE: "the zone ends at the farthest distance of the model; the true one is longer",
    "dense_gas_not_modelled": (
        "the gas is heavier than air near the source and the Gaussian model does not know it"
    ),
    "light_gas_not_modelled": (
        "the gas is lighter than air and rises; the model keeps it at the height of release"
    ),
    "near_field_extrapolated": "nearer than 100 m, where the dispersion parameters were not measured",
    "low_wind_speed": "wind below 1 m/s, where a plume meanders and the model is a guess",
    "beyond_correlation": "farther than the last curve of Britter and McQuaid; the decay there is assumed",
    "release_too_short": (
        "the release ends before a steady plume reaches this distance; the concentration is an upper bound"
    ),
    "never_reached": "the threshold is reached nowhere",
    "surrogate": "the properties are those of another substance that stands for a mixture",
    "boiling_pool": (
        "the vapour pressure is that of the air or above: the pool boils and this model does not hold"
    ),
    "not_available": "a property that the library does not have at this temperature",
    "not_dense": "by its criterion the gas disperses like air from the start; the Gaussian model fits better",
    "held_at_passive_release": (
        "a smaller, passive release of the same gas reaches farther by its own model; that zone is kept"
    ),
    "release_height_ignored": "the dense gas model starts at the ground",
    "inventory_exhausted": "the whole content is gone before the release would be stopped",
    "transmissivity_extrapolated": (
        "vapour pressure times path lies outside 1e4 to 1e5 N/m, where the transmissivity formula holds"
    ),
    "measured_emissive_power": "the flame is clear: its emissive power is a measured one, of the source named",
    "zone_is_the_flame": (
        "outside the flame the heat is below the threshold; the zone is the ground the flame covers"
    ),
    "downwind_reach_on_every_side": (
        "the wind may lean the flame to any side; the zone is as wide all round as it is downwind"
    ),
    "jet_flame_not_shaped": "the flame has no shape; its heat comes from a point in its middle",
    "jet_direction_unknown": "the jet may point to any side; the zone covers all",
    "blast_and_fragments_not_modelled": (
        "a BLEVE also has a blast and throws fragments; neither is in the zone"
    ),
    "distance_of_30_t": "durations do not meet at 30 t; the longer distance of 30 t is kept",
    "multi_energy_fallback": (
        "no curve file was given; plateaus and the blast of TNT stand in for the published drawings"
    ),
    "upper_bound": "the true value is at most this",
    "curves_of_the_user": "read from the curve file given",
    "radius_is_lethality_not_cordon": (
        "the impact radius is where people die; a cordon stands at three times it or farther"
    ),
    "no_official_distance": "the official table was not imported or has no row; a generic distance stands in",
    "no_lethal_zone_outside_assumed": (
        "nobody is counted in a lethal ring, and none is taken to leave the site"
    ),
    "row_source": "where the row was read",
    "no_threshold": "the source recommends no value for this effect; its zone is missing",
    "not_the_french_rings": "these levels are not SEI, SEL and SELS",
    "site_outside_mapped_area": "the source lies at sea, or where no commune is mapped",
    "zone_leaves_mapped_area": (
        "part of the zone lies where no commune is mapped: how many people are there is not known"
    ),
}


def gas_flags(
    substance: str | None, *, release_temperature: float | None = None, aerosol: bool = False
) -> tuple[str, ...]:
    """Flags of a Gaussian model for a substance that is not as heavy as air; none where no substance is
    named.
    """
    if substance is None:
        return ()
    facts = find_substance(substance)
    temperature = 288.15 if release_temperature is None else release_temperature
    heavy = facts.heavy == "always" or facts.is_heavy(temperature, aerosol=aerosol)
    flags = list(facts.flags)
    if heavy:
        flags.append(f"dense_gas_not_modelled: {facts.name}, {facts.remark}")
    elif facts.heavy == "cold":
        flags.append(f"dense_gas_not_modelled: {facts.name}, if cold or with droplets")
    if not heavy and facts.molar_mass / temperature < 0.9 * AIR_MOLAR_MASS / 288.15:
        flags.append(f"light_gas_not_modelled: {facts.name}")
    return tuple(flags)


def weather_flags(
    wind_speed: float, *, averaging_time: float = REFERENCE_TIME, nearest: float = NEAREST
) -> tuple[str, ...]:
    """Flags of the weather and of distances nearer than 100 m."""
    flags = ["low_wind_speed"] if wind_speed < 1 else []
    if averaging_time != REFERENCE_TIME:
        flags.append(AVERAGING_FLAG)
    if nearest < NEAREST:
        flags.append("near_field_extrapolated")
    return tuple(flags)
