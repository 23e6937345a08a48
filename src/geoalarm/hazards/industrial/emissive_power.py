"""How strongly a pool's flame shines: by its soot, by measurements of clear flames, or by the heat it
radiates.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from geoalarm.core.errors import InputError
from geoalarm.core.reference_rows import confirm, rows
from geoalarm.hazards.industrial.pool_fire import (
    SOOT_SHARE,
    pool_emissive_power,
    pool_emissive_power_sooty,
)


class FlameHeat(NamedTuple):
    """What a user says of the heat of a flame; None where nothing is said."""

    emissive: str
    fraction: float | None
    soot_share: float | None
    heat_of_combustion: float | None
    emissive_power: float | None


def mean_emissive_power(
    fuel: Mapping[str, str], told: FlameHeat, *, rate: float, length: float, diameter: float
) -> tuple[float, tuple[str, ...]]:
    """Mean emissive power of a pool's flame [W m-2], and its flags.

    Parameters
    ----------
    fuel : mapping
        Row of the table of pool fuels.
    told : FlameHeat
    rate : float
        Burning rate [kg m-2 s-1].
    length, diameter : float
        Of the flame [m].

    Raises
    ------
    InputError
        If two ways to find it are given, an input would go unused, or a clear flame has no measured power.
    """
    _require_one_way(told)
    if told.emissive_power is not None:
        return told.emissive_power, ()
    is_clear = fuel["soots"] == "no"
    if told.fraction is not None:
        return _by_fraction(fuel, told, is_clear=is_clear, rate=rate, length=length, diameter=diameter)
    if not is_clear:
        return pool_emissive_power_sooty.pure(diameter), ()
    measured = next(
        (
            item
            for item in rows(__package__, "clear_flames")
            if item["fuel"] == fuel["fuel"] and diameter <= float(item["diameter_up_to_m"])
        ),
        None,
    )
    # alcohols: small fires shine half as strong as petrol, large ones two to three times (SP, ETANKFIRE,
    # 2015): no row stands for both
    if measured is None or told.emissive == "sooty":
        raise InputError(
            f"emissive power of a flame of {fuel['fuel']}",
            got="a clear flame, and the curve of sooty ones" if told.emissive == "sooty" else "none measured",
            expected="emissive_power, or fraction (share of the heat radiated)",
            hint="take one of them from a source on this fuel" if measured is None else "leave emissive out",
        )
    return float(measured["emissive_power_W_m2"]), (
        f"measured_emissive_power: {measured['source']}",
        *confirm(measured["verified"], f"emissive power of {fuel['fuel']}"),
    )


def _by_fraction(
    fuel: Mapping[str, str], told: FlameHeat, *, is_clear: bool, rate: float, length: float, diameter: float
) -> tuple[float, tuple[str, ...]]:
    assert told.fraction is not None
    heat, flags = told.heat_of_combustion, tuple[str, ...]()
    if heat is None:
        heat = float(fuel["heat_of_combustion_J_kg"])
        flags = confirm(fuel["heat_verified"], f"heat of combustion of {fuel['fuel']}")
    soot = told.soot_share if told.soot_share is not None else 0.0 if is_clear else SOOT_SHARE
    power, _ = pool_emissive_power.pure(
        rate, heat, fraction=told.fraction, length=length, diameter=diameter, soot_share=soot
    )
    return power, flags


def _require_one_way(told: FlameHeat) -> None:
    """Nothing that is given may go unused."""
    if told.emissive == "fraction" and told.fraction is None:
        raise InputError(
            "input 'fraction'",
            got="none",
            expected="the share of heat radiated, above 0, at most 1",
            hint="give fraction, or leave emissive out",
        )
    ways = [
        *(["emissive_power"] if told.emissive_power is not None else []),
        *(["fraction"] if told.fraction is not None else []),
        *(["emissive=sooty"] if told.emissive == "sooty" else []),
    ]
    if len(ways) > 1:
        raise InputError("heat of the flame", got=" and ".join(ways), expected="one of them")
    for name in ("soot_share", "heat_of_combustion"):
        if getattr(told, name) is not None and told.fraction is None:
            raise InputError(
                f"input {name!r}",
                got="without fraction it changes nothing",
                expected="fraction, the share of the heat that is radiated",
                hint=f"add fraction, or leave {name} out",
            )
