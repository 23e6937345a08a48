"""Flags that a model puts on a result; codes here, their words in views."""

from __future__ import annotations

from typing import Final

from geoalarm.core.result import BEYOND_MODEL_RANGE, TO_BE_CONFIRMED
from geoalarm.hazards.industrial.sigmas import (
    AVERAGING_FLAG,
    NEAREST,
    REFERENCE_TIME,
    SHORTEST_AVERAGE,
    STEADY,
)
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
    "beyond_correlation": (
        "farther than the last curve of Britter and McQuaid: nothing is known there, or a decay that was "
        "asked for stands in"
    ),
    "release_too_short": (
        "the release ends before a steady plume of dense gas gets there: nothing is known there, or the "
        "decay asked for is cut by its passage"
    ),
    "short_release_as_plume": (
        "the release ends before its plume is steady there; it is a piece of a plume, as narrow as its "
        "duration lets it be, not a puff"
    ),
    "exposure_time_assumed": (
        "the duration of the release is not given; the thresholds are those of this exposure"
    ),
    "exposure_not_of_the_release": (
        "the thresholds are those of an exposure that is not as long as the release"
    ),
    "mass_as_puff": (
        "the mass is let go at once, as a puff; a piece of a plume with the same mass may give ten times "
        "another concentration at 1 km, because the parameters of both were measured apart"
    ),
    "averaging_longer_than_release": (
        "the averaging time asked for is longer than the release; the highest concentration is above this one"
    ),
    "weather_unknown_to_dense_gas": (
        "the curves of dense gas know no stability, terrain or averaging time; these change nothing there"
    ),
    "share_of_a_gas": (
        "the share of volume holds for a release without droplets; with droplets give its molar mass"
    ),
    "share_needs_molar_mass": (
        "the release is denser than any gas at its temperature: its share of volume is not known without its "
        "molar mass"
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
    "measured_emissive_power": "the flame is clear: its emissive power is measured, by the source named",
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
        "no curve file was given; the lower of the class's plateau and of a blast of TNT stands in for the "
        "published drawings"
    ),
    "upper_bound": "the true value is at most this",
    "class_makes_no_difference": (
        "without a curve file the class makes no difference here: stronger ones have the same bound"
    ),
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
    """Flags of a Gaussian model for a substance not as heavy as air; none where no substance is named."""
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
    wind_speed: float,
    *,
    averaging_time: float = REFERENCE_TIME,
    nearest: float = NEAREST,
    duration: float | None = None,
) -> tuple[str, ...]:
    """Flags of the weather, of the averaging and of distances nearer than 100 m."""
    flags = ["low_wind_speed"] if wind_speed < 1 else []
    if averaging_time != REFERENCE_TIME:
        flags.append(AVERAGING_FLAG)
    if duration is not None and averaging_time > max(duration, SHORTEST_AVERAGE) * (1 + 1e-9):
        flags.append("averaging_longer_than_release")
    if nearest < NEAREST:
        flags.append("near_field_extrapolated")
    return tuple(flags)


def passage_flags(wind_speed: float, farthest: float, duration: float | None) -> tuple[str, ...]:
    """Flag of a release that ends before its plume is steady at the farthest distance [m]."""
    short = duration is not None and wind_speed * duration < STEADY * farthest
    return ("short_release_as_plume",) if short else ()
