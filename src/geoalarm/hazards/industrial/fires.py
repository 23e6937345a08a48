"""Fires: pools by solid flame, jets, fireballs of a BLEVE. Pools are in ``pool_fire`` and ``flame``."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np

from geoalarm.core.reference_rows import confirm, row, rows
from geoalarm.core.registry import FlaggedOutputs, at_least_zero, model, positive, word
from geoalarm.core.result import BEYOND_MODEL_RANGE
from geoalarm.hazards.industrial.crossing import outermost
from geoalarm.hazards.industrial.emissive_power import FlameHeat, mean_emissive_power
from geoalarm.hazards.industrial.fireball import FARTHEST, bleve, bleve_distance, fireball
from geoalarm.hazards.industrial.flame import (
    VAPOUR_PRESSURE,
    atmospheric_transmissivity,
    cylinder_view_factor,
    point_source_flux,
)
from geoalarm.hazards.industrial.jet_fire import (
    jet_fire,
    jet_fire_distance,
    lpg_jet_flame,
    lpg_jet_lethality_distance,
)
from geoalarm.hazards.industrial.pool_fire import (
    AIR_DENSITY,
    AIR_VISCOSITY,
    pool_burning_rate,
    pool_burning_rate_from_heats,
    pool_emissive_power,
    pool_emissive_power_sooty,
    pool_flame_length,
    pool_flame_tilt,
)

__all__ = [
    "atmospheric_transmissivity",
    "bleve",
    "bleve_distance",
    "cylinder_view_factor",
    "fireball",
    "jet_fire",
    "jet_fire_distance",
    "lpg_jet_flame",
    "lpg_jet_lethality_distance",
    "point_source_flux",
    "pool_burning_rate",
    "pool_burning_rate_from_heats",
    "pool_emissive_power",
    "pool_emissive_power_sooty",
    "pool_fire",
    "pool_fire_distance",
    "pool_flame",
    "pool_flame_length",
    "pool_flame_tilt",
]

_SOURCE: Final = (
    "Solid flame, tilted cylinder: TNO, Yellow Book (CPR 14E), section 6.5.4 and table 6.5; "
    "Mudan and Croce (1988)"
)
_FUELS: Final = tuple(item["fuel"] for item in rows(__package__, "pool_fuels"))
_FLAME: Final = {
    "diameter": positive("m"),
    "fuel": word(*_FUELS),
    "wind": at_least_zero("m s-1"),
    "emissive": word("fuel", "sooty", "fraction"),
    "fraction": positive("1", 1),
    "soot_share": at_least_zero("1", 1),
    "heat_of_combustion": positive("J kg-1"),
    "rate": positive("kg m-2 s-1"),
    "emissive_power": positive("W m-2"),
    "air_density": positive("kg m-3"),
    "viscosity": positive("m2 s-1"),
}
_AIR: Final = {"transmissivity": positive("1", 1), "vapour_pressure": positive("Pa", 1e5), "beyond": word()}


class Flame(NamedTuple):
    """A pool's flame: burning rate [kg m-2 s-1], length [m], tilt [rad], mean emissive power [W m-2]."""

    rate: float
    length: float
    tilt: float
    emissive_power: float


@model(
    inputs=_FLAME,
    outputs={"rate": "kg m-2 s-1", "length": "m", "tilt": "radian", "emissive_power": "W m-2"},
    source=_SOURCE,
)
def pool_flame(
    diameter: float,
    fuel: str = "gasoline",
    *,
    wind: float = 0.0,
    emissive: str = "fuel",
    fraction: float | None = None,
    soot_share: float | None = None,
    heat_of_combustion: float | None = None,
    rate: float | None = None,
    emissive_power: float | None = None,
    air_density: float = AIR_DENSITY,
    viscosity: float = AIR_VISCOSITY,
) -> FlaggedOutputs:
    """Flame of a pool fire: burning rate, length, lean and mean emissive power.

    ``m = m_inf (1 - e^(-kb D))``; still air ``L = 42 D (m / (rho_a sqrt(g D)))^0.61``, wind ``L = 55 D
    (...)^0.67 u*^-0.21``; ``tan t / cos t = 0.666 Fr^0.333 Re^0.117``; SEP by ``pool_emissive_power_sooty``
    or ``pool_emissive_power``, of clear flames by measurements: LNG 210 kW/m2 up to 35 m, 286 kW/m2 beyond.

    Parameters
    ----------
    diameter : float
        Of the pool [m].
    fuel : str
        A row of the table of pool fuels.
    wind : float
        At 10 m height; 0 is still air [m s-1].
    emissive : str
        ``fuel``: by the size of the flame where the fuel soots (Mudan), measured where its flame is clear;
        ``sooty``: by the size, refused for a clear flame; ``fraction``: from the heat radiated, which a given
        fraction means too.
    fraction : float, optional
        Share of the heat that is radiated [1].
    soot_share : float, optional
        Share of the surface that soot covers, only with a fraction; by default 0.8, 0 for a clear flame [1].
    heat_of_combustion : float, optional
        Instead of the fuel's, only with a fraction [J kg-1].
    rate : float, optional
        Burning rate instead of the fuel's [kg m-2 s-1].
    emissive_power : float, optional
        Instead of both ways to find it [W m-2].
    air_density : float
        [kg m-3].
    viscosity : float
        Of the air, kinematic; it leans the flame, so only with a wind [m2 s-1].

    Raises
    ------
    InputError
        If the heat of the flame is given in two ways, an input would go unused, or no power was measured for
        a clear flame (ethanol, methanol).
    RangeError
        If an input is outside its range.

    References
    ----------
    TNO, Yellow Book (CPR 14E), section 6.5.4, table 6.5 and example 6.6.3; Mudan and Croce (1988). LNG: US
    Coast Guard CG-D-55-79 (1979); Luketa (2011), SAND2011-9415.

    Examples
    --------
    >>> round(pool_flame("10 m", "gasoline")["length"], 3)
    15.818
    >>> round(pool_flame("35 m", "lng")["emissive_power"])
    210000
    """
    found = row(__package__, "pool_fuels", "fuel", fuel)
    flags: tuple[str, ...] = ()
    if rate is None:
        flags = confirm(found["rate_verified"], f"burning rate of {fuel}")
        rate = pool_burning_rate.pure(
            diameter,
            rate_limit=float(found["burning_rate_limit_kg_m2_s"]),
            k_beta=float(found["k_beta_per_m"]),
        )
    length = pool_flame_length.pure(diameter, rate, wind=wind, air_density=air_density)
    tilt = pool_flame_tilt.pure(diameter, wind, viscosity=viscosity)
    told = FlameHeat(emissive, fraction, soot_share, heat_of_combustion, emissive_power)
    power, more = mean_emissive_power(found, told, rate=rate, length=length, diameter=diameter)
    return FlaggedOutputs(Flame(rate, length, tilt, power), (*flags, *more))


@model(
    inputs={"distance": positive("m"), **_FLAME, **_AIR},
    outputs={
        "flux": "W m-2",
        "view_factor": "1",
        "transmissivity": "1",
        "emissive_power": "W m-2",
        "length": "m",
        "tilt": "radian",
        "rate": "kg m-2 s-1",
    },
    source=_SOURCE,
    passes_to=pool_flame,
)
def pool_fire(
    distance: float | np.ndarray,
    diameter: float,
    fuel: str = "gasoline",
    *,
    transmissivity: float | None = None,
    vapour_pressure: float = VAPOUR_PRESSURE,
    beyond: bool = False,
    **flame: Any,
) -> FlaggedOutputs:
    """Heat of a pool fire downwind: ``q = SEP F tau``, with the view factor of a leaning cylinder of flame.

    Parameters
    ----------
    distance : float or numpy.ndarray
        From the middle of the pool, downwind, outside the flame and not below it [m].
    diameter : float
        Of the pool [m].
    fuel : str
        A row of the table of pool fuels.
    transmissivity : float, optional
        Share that the air lets through; without it, from the vapour pressure and the path [1].
    vapour_pressure : float
        Of water in the air; only without a transmissivity [Pa].
    beyond : bool
        Only outside the range of the transmissivity formula: use it there too; the result says so.
    **flame
        Of the flame, as :func:`pool_flame`.

    Raises
    ------
    RangeError
        If an input is outside its range: the distance inside the flame, vapour pressure times path outside
        1e4 to 1e5.

    References
    ----------
    TNO, Yellow Book (CPR 14E), section 6.5.4 and example 6.6.3 (4581 W/m2).

    Examples
    --------
    >>> case = pool_fire("100 m", 42.4457, "benzene", wind="5 m/s", emissive="fraction", fraction=0.4,
    ...                  air_density=1.2243, viscosity=7.5133e-6, transmissivity=0.71474)
    >>> round(float(case), 1)
    4582.5
    """
    made, flags = pool_flame.pure(diameter, fuel, **flame)
    flux, factor, share, more = _flux(distance, diameter, made, _Air(transmissivity, vapour_pressure, beyond))
    return FlaggedOutputs(
        (flux, factor, share, made.emissive_power, made.length, made.tilt, made.rate), (*flags, *more)
    )


@model(
    inputs={"flux": positive("W m-2"), **_FLAME, **_AIR},
    outputs={"distance": "m"},
    source=_SOURCE,
    passes_to=pool_flame,
    may_be_missing=("distance",),
)
def pool_fire_distance(
    flux: float,
    diameter: float,
    fuel: str = "gasoline",
    *,
    transmissivity: float | None = None,
    vapour_pressure: float = VAPOUR_PRESSURE,
    beyond: bool = False,
    **flame: Any,
) -> FlaggedOutputs:
    """How far downwind of the middle of a pool fire a heat is met; never less than the reach of the flame
    itself.

    The x at which ``q(x) = flux``, with the heat of ``pool_fire``.

    Parameters
    ----------
    flux : float
        The threshold [W m-2].
    diameter : float
        Of the pool [m].
    fuel : str
        A row of the table of pool fuels.
    transmissivity : float, optional
        Share that the air lets through; without it, from the vapour pressure and the path [1].
    vapour_pressure : float
        Of water in the air; only without a transmissivity [Pa].
    beyond : bool
        Only outside the range of the transmissivity formula: use it there too; the result says so.
    **flame
        Of the flame, as :func:`pool_flame`.

    Returns
    -------
    FlaggedOutputs
        With the flag ``zone_is_the_flame`` where the flux outside the flame is below the threshold; infinite
        and the flag ``beyond_model_range`` where it is above the threshold as far as the model goes.

    Raises
    ------
    RangeError
        As :func:`pool_fire`, with the path at the distance found.

    References
    ----------
    As :func:`pool_fire`.

    Examples
    --------
    >>> round(float(pool_fire_distance("5 kW/m^2", "10 m", "gasoline", transmissivity=0.8)), 1)
    19.8
    """
    made, flags = pool_flame.pure(diameter, fuel, **flame)
    edge = max(diameter / 2, made.length * math.sin(made.tilt)) * (1 + 1e-9)
    loose = _Air(transmissivity, vapour_pressure, True)
    distance = outermost(lambda at: _flux(at, diameter, made, loose)[0], flux, low=edge, high=FARTHEST + edge)
    if math.isnan(distance):
        return FlaggedOutputs(edge, (*flags, "zone_is_the_flame"))
    if math.isinf(distance):
        return FlaggedOutputs(distance, (*flags, BEYOND_MODEL_RANGE))
    return FlaggedOutputs(
        distance, (*flags, *_flux(distance, diameter, made, _Air(transmissivity, vapour_pressure, beyond))[3])
    )


class _Air(NamedTuple):
    transmissivity: float | None
    vapour_pressure: float
    beyond: bool


def _flux(
    distance: float | np.ndarray, diameter: float, flame: Flame, air: _Air
) -> tuple[Any, Any, Any, tuple[str, ...]]:
    """Flux [W m-2], view factor, transmissivity and flags at a distance."""
    factor, _, _ = cylinder_view_factor.pure(distance, diameter, flame.length, tilt=flame.tilt)
    if air.transmissivity is not None:
        return flame.emissive_power * factor * air.transmissivity, factor, air.transmissivity, ()
    share, flags = atmospheric_transmissivity.pure(
        distance - diameter / 2, vapour_pressure=air.vapour_pressure, beyond=air.beyond
    )
    return flame.emissive_power * factor * share, factor, share, flags
