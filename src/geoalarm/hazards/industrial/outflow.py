"""Outflow of a liquid or a gas through a hole. Pressures are absolute."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import Final

from geoalarm.core.errors import InputError, RangeError
from geoalarm.core.registry import (
    ModelInput,
    at_least_zero,
    model,
    positive,
)
from geoalarm.hazards.industrial.substances import gas_density

ATMOSPHERE: Final = 101325.0
"""Standard pressure of the air [Pa]."""

GRAVITY: Final = 9.80665
"""Standard acceleration of gravity [m s-2]."""

HOLE: Final = MappingProxyType({"hole_diameter": positive("m", 10.0), "hole_area": positive("m2", 100.0)})
COEFFICIENT: Final = positive("1", 1.0)
PRESSURE: Final = positive("Pa", 1e9)


def hole_size(hole_diameter: float | None, hole_area: float | None) -> tuple[float, float]:
    """Area [m2] and diameter [m] of a hole given by either; of a slit, the diameter of the circle with its
    area.

    Raises
    ------
    InputError
        If neither or both are given.
    """
    if hole_diameter is not None and hole_area is None:
        return math.pi / 4 * hole_diameter**2, hole_diameter
    if hole_area is not None and hole_diameter is None:
        return hole_area, math.sqrt(4 * hole_area / math.pi)
    given = "none" if hole_diameter is None else "both"
    raise InputError(
        "input 'hole_diameter' or 'hole_area'",
        got=given,
        expected="one of the two",
        hint="for example hole_diameter='50 mm'",
    )


def driving_pressure(pressure: float, ambient_pressure: float, *, name: str = "pressure") -> float:
    """What drives an outflow [Pa]; below the air's pressure nothing flows out."""
    if pressure < ambient_pressure:
        raise RangeError(
            f"input {name!r} is below the pressure outside",
            got=f"{pressure:g} Pa",
            expected=f"at least {ambient_pressure:g} Pa",
            hint="check that it is absolute; air would flow in",
        )
    return pressure - ambient_pressure


@model(
    inputs={
        "density": positive("kg m-3", 3e4),
        **HOLE,
        "pressure": PRESSURE,
        "head": at_least_zero("m", 200.0),
        "discharge_coefficient": COEFFICIENT,
        "ambient_pressure": PRESSURE,
    },
    outputs={"mass_flow": "kg s-1", "velocity": "m s-1"},
    source="TNO, Yellow Book (CPR 14E), eq. 2.194-2.196",
)
def liquid_outflow(
    density: float,
    *,
    hole_diameter: float | None = None,
    hole_area: float | None = None,
    pressure: float = ATMOSPHERE,
    head: float = 0.0,
    discharge_coefficient: float = 0.62,
    ambient_pressure: float = ATMOSPHERE,
) -> tuple[float, float]:
    """Liquid that does not boil, through a hole: ``q = Cd A sqrt(2 rho dP)``, ``dP = rho g h + P - Pa``.

    Parameters
    ----------
    density : float
        Of the liquid [kg m-3].
    hole_diameter : float, optional
        Of a round hole [m]; or its area.
    hole_area : float, optional
        Of a hole of any shape [m2].
    pressure : float
        Over the liquid, absolute [Pa].
    head : float
        Height of the liquid over the hole [m].
    discharge_coefficient : float
        Cd [1]: 0.62 sharp edges, up to 1 for a torn pipe.
    ambient_pressure : float
        Outside [Pa].

    Raises
    ------
    RangeError
        If the pressure at the hole is below the one outside.

    References
    ----------
    TNO, Yellow Book (CPR 14E), eq. 2.194-2.196. CCPS (1999), p. 40: Cd 0.63, 10 mm, 490 kg/m3, 1.209 bar
    gives 0.2169 kg/s.

    Examples
    --------
    >>> hole = {"hole_diameter": "10 mm", "discharge_coefficient": 0.63}
    >>> flow = liquid_outflow(490, pressure="120935.0368 Pa", **hole)
    >>> round(flow["mass_flow"], 5)
    0.21691
    """
    area, _ = hole_size(hole_diameter, hole_area)
    drop = driving_pressure(pressure + density * GRAVITY * head, ambient_pressure)
    return discharge_coefficient * area * math.sqrt(2 * density * drop), discharge_coefficient * math.sqrt(
        2 * drop / density
    )


@model(
    inputs={
        "pressure": PRESSURE,
        "heat_capacity_ratio": ModelInput("1", 1.0, 2.0, "right"),
        **HOLE,
        "temperature": positive("K", 2000.0),
        "molar_mass": positive("kg mol-1", 1.0),
        "density": positive("kg m-3", 1e4),
        "discharge_coefficient": COEFFICIENT,
        "ambient_pressure": PRESSURE,
    },
    outputs={"mass_flow": "kg s-1", "choked": "1"},
    source="TNO, Yellow Book (CPR 14E), section 2.5.2.3 and example 2.6.2.1",
)
def gas_outflow(
    pressure: float,
    heat_capacity_ratio: float,
    *,
    hole_diameter: float | None = None,
    hole_area: float | None = None,
    temperature: float = 288.15,
    molar_mass: float | None = None,
    density: float | None = None,
    discharge_coefficient: float = 0.62,
    ambient_pressure: float = ATMOSPHERE,
) -> tuple[float, float]:
    """Gas through a hole, choked or not: ``q = Cd A psi sqrt(rho0 P0 k (2/(k+1))^((k+1)/(k-1)))``.

    Choked (psi = 1) where ``Pa/P0 <= (2/(k+1))^(k/(k-1))``; else
    ``psi^2 = 2/(k-1) ((k+1)/2)^((k+1)/(k-1)) r^(2/k) (1 - r^((k-1)/k))`` with ``r = Pa/P0``.

    Parameters
    ----------
    pressure : float
        Inside, absolute [Pa].
    heat_capacity_ratio : float
        k = Cp/Cv [1].
    hole_diameter : float, optional
        Of a round hole [m]; or its area.
    hole_area : float, optional
        Of a hole of any shape [m2].
    temperature : float
        Inside [K]; only with the molar mass, for the density of an ideal gas.
    molar_mass : float, optional
        Of the gas [kg mol-1].
    density : float, optional
        Inside, instead of the ideal gas law [kg m-3].
    discharge_coefficient : float
        Cd [1]: 0.62 sharp edges, 0.95 to 0.99 rounded.
    ambient_pressure : float
        Outside; only where the flow is not choked [Pa].

    Raises
    ------
    RangeError
        If the pressure inside is below the one outside.
    InputError
        If neither molar mass nor density is given.

    References
    ----------
    TNO, Yellow Book (CPR 14E), section 2.5.2.3; example 2.6.2.1: hydrogen, 50 bar, 288.15 K, 0.1 m, k 1.405
    gives 15.31 kg/s.

    Examples
    --------
    >>> hydrogen = {"temperature": "288.15 K", "molar_mass": "2.016 g/mol"}
    >>> flow = gas_outflow("50 bar", 1.405, hole_diameter="0.1 m", **hydrogen)
    >>> round(flow.value, 2), flow["choked"]
    (15.31, 1.0)
    """
    area, _ = hole_size(hole_diameter, hole_area)
    driving_pressure(pressure, ambient_pressure)
    if density is None and molar_mass is None:
        raise InputError(
            "input 'molar_mass' or 'density'",
            got="none",
            expected="one of the two",
            hint="for example molar_mass='17.03 g/mol'",
        )
    # an ideal gas unless a density is given: no factor of compressibility
    inside = density if density is not None else gas_density(molar_mass or math.nan, temperature, pressure)
    k, ratio = heat_capacity_ratio, ambient_pressure / pressure
    choked = ratio <= (2 / (k + 1)) ** (k / (k - 1))
    power = (k + 1) / (k - 1)
    psi = (
        1.0
        if choked
        else math.sqrt(2 / (k - 1) * ((k + 1) / 2) ** power * ratio ** (2 / k) * (1 - ratio ** ((k - 1) / k)))
    )
    return discharge_coefficient * area * psi * math.sqrt(
        inside * pressure * k * (2 / (k + 1)) ** power
    ), float(choked)
