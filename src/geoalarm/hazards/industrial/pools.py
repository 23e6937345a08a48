"""Pools of liquid that do not boil: how wide they spread and how fast they evaporate."""

from __future__ import annotations

import math

from geoalarm.core.errors import RangeError
from geoalarm.core.registry import FlaggedOutputs, model, positive
from geoalarm.core.result import TO_BE_CONFIRMED
from geoalarm.hazards.industrial.outflow import ATMOSPHERE, PRESSURE
from geoalarm.hazards.industrial.substances import GAS_CONSTANT


@model(
    inputs={"volume": positive("m3", 1e7), "depth": positive("m", 10.0)},
    outputs={"diameter": "m", "area": "m2"},
    source="TNO, Yellow Book (CPR 14E), eq. 6.65",
)
def pool_diameter(volume: float, *, depth: float = 0.01) -> tuple[float, float]:
    """Diameter of a liquid that has spread freely to an even depth: ``D = sqrt(4 V / (pi d))``.

    Parameters
    ----------
    volume : float
        Of the liquid on the ground [m3].
    depth : float
        0.01 m on smooth ground, 0.02 m on rough [m].

    References
    ----------
    TNO, Yellow Book (CPR 14E), eq. 6.65; example 6.6.3: 28.3 m3 at 0.02 m gives 42.445 m.

    Examples
    --------
    >>> round(pool_diameter("28.3 m3", depth="2 cm").value, 4)
    42.4457
    """
    area = volume / depth
    return math.sqrt(4 * area / math.pi), area


@model(
    inputs={
        "diameter": positive("m", 1e4),
        "vapour_pressure": PRESSURE,
        "molar_mass": positive("kg mol-1", 1.0),
        "temperature": positive("K", 2000.0),
        "wind_speed": positive("m s-1", 60.0),
        "schmidt": positive("1", 10.0),
        "ambient_pressure": PRESSURE,
    },
    outputs={"mass_flow": "kg s-1", "mass_flux": "kg m-2 s-1", "transfer": "m s-1"},
    source="Mackay and Matsugu (1973): TNO, Yellow Book (CPR 14E), eq. 3.24",
)
def pool_evaporation(
    diameter: float,
    *,
    vapour_pressure: float,
    molar_mass: float,
    temperature: float = 288.15,
    wind_speed: float,
    schmidt: float | None = None,
    ambient_pressure: float = ATMOSPHERE,
) -> FlaggedOutputs:
    """Vapour from a pool that does not boil: ``km = 0.004786 u^0.78 D^-0.11 Sc^-0.67``, flux ``km Pv M / (R
    T)``.

    The pool keeps its temperature (no heat balance), so the rate is its first one and too high later.

    Parameters
    ----------
    diameter : float
        D of the pool [m].
    vapour_pressure : float
        Pv at the temperature of the pool [Pa].
    molar_mass : float
        M [kg mol-1].
    temperature : float
        T of the pool [K].
    wind_speed : float
        u at 10 m [m s-1].
    schmidt : float, optional
        Sc of the vapour in air [1]; by default from the diffusion of water vapour and Graham's law (the
        Yellow Book takes 0.8).
    ambient_pressure : float
        Outside; only to refuse a pool that boils [Pa].

    Raises
    ------
    RangeError
        If the vapour pressure is that of the air or above: the pool boils.

    References
    ----------
    TNO, Yellow Book (CPR 14E), eq. 3.24; ALOHA examples, no. 1 (benzene): within a factor of 2.

    Examples
    --------
    >>> benzene = {"vapour_pressure": "10 kPa", "molar_mass": "78.11 g/mol", "schmidt": 0.8}
    >>> pool = pool_evaporation("10 m", wind_speed="5 m/s", temperature="293.15 K", **benzene)
    >>> round(pool["transfer"], 5), round(pool["mass_flow"], 3)
    (0.01514, 0.381)
    """
    if vapour_pressure >= ambient_pressure:
        raise RangeError(
            "input 'vapour_pressure': the pool boils",
            got=f"{vapour_pressure:g} Pa",
            expected=f"below {ambient_pressure:g} Pa",
            hint="a boiling pool is fed by heat from the ground; this model does not hold",
        )
    flags = () if schmidt is not None else (f"{TO_BE_CONFIRMED}: Schmidt number by Graham's law",)
    # the Yellow Book takes 0.8 for every vapour
    number = schmidt if schmidt is not None else 1.57e-5 / (2.4e-5 * math.sqrt(0.018015 / molar_mass))
    transfer = 0.004786 * wind_speed**0.78 * diameter**-0.11 * number**-0.67
    flux = transfer * vapour_pressure * molar_mass / (GAS_CONSTANT * temperature)
    return FlaggedOutputs((flux * math.pi / 4 * diameter**2, flux, transfer), flags)
