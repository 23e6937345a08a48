"""Pool fires: burning rate, size, lean and emissive power of the flame."""

from __future__ import annotations

import math
from typing import Final

from geoalarm.core.registry import ModelInput, at_least_zero, model, positive
from geoalarm.hazards.industrial.flame import GRAVITY

AIR_DENSITY: Final = 1.2
"""Of air at 20 °C and 1013 mbar [kg m-3]."""

AIR_VISCOSITY: Final = 1.5e-5
"""Kinematic viscosity of air at 20 °C [m2 s-1]."""

SOOT_SHARE: Final = 0.8
"""Share of the flame's surface that soot covers (Yellow Book, eq. 6.20) [1]."""

SOOT_POWER: Final = 20e3
"""Emissive power of soot (Yellow Book, eq. 6.20) [W m-2]."""


@model(
    inputs={
        "diameter": positive("m"),
        "rate_limit": positive("kg m-2 s-1"),
        "k_beta": ModelInput("m-1", 0, math.inf, "right"),
    },
    outputs={"rate": "kg m-2 s-1"},
    source="TNO, Yellow Book (CPR 14E), table 6.5; Babrauskas (1983)",
)
def pool_burning_rate(diameter: float, *, rate_limit: float, k_beta: float) -> float:
    """Burning rate of a pool: ``m = m_inf (1 - exp(-kb D))``.

    Parameters
    ----------
    diameter : float
        Of the pool, above 0 [m].
    rate_limit : float
        Of a very large pool [kg m-2 s-1].
    k_beta : float
        Extinction times mean beam length corrector; infinite where the rate does not depend on the size
        (alcohols) [m-1].

    Raises
    ------
    RangeError
        If an input is not positive.

    References
    ----------
    TNO, Yellow Book (CPR 14E), table 6.5; Babrauskas (1983).

    Examples
    --------
    >>> round(float(pool_burning_rate("1 m", rate_limit=0.055, k_beta=2.1)), 5)
    0.04826
    """
    return rate_limit * -math.expm1(-k_beta * diameter)


@model(
    inputs={
        "heat_of_combustion": positive("J kg-1"),
        "heat_of_vaporisation": positive("J kg-1"),
        "heat_capacity": positive("J kg-1 K-1"),
        "boiling_point": positive("K"),
        "ambient_temperature": positive("K"),
    },
    outputs={"rate": "kg m-2 s-1"},
    source="Burgess and Hertzberg (1974) in TNO, Yellow Book (CPR 14E), section 6.5.4",
    confirm=("burning rate from heats",),
)
def pool_burning_rate_from_heats(
    heat_of_combustion: float,
    heat_of_vaporisation: float,
    *,
    heat_capacity: float,
    boiling_point: float,
    ambient_temperature: float = 288.15,
) -> float:
    """Burning rate of a large pool of a liquid without a row: ``m = 0.001 Hc / (Hv + cp (Tb - Ta))``.

    The warming term counts only for liquids that boil above the temperature of the air.

    Parameters
    ----------
    heat_of_combustion, heat_of_vaporisation : float
        [J kg-1].
    heat_capacity : float
        Of the liquid [J kg-1 K-1].
    boiling_point, ambient_temperature : float
        [K].

    Raises
    ------
    RangeError
        If an input is not positive.

    References
    ----------
    Burgess and Hertzberg (1974); TNO, Yellow Book (CPR 14E), section 6.5.4, to be confirmed.

    Examples
    --------
    >>> liquid = {"heat_capacity": "2.5 kJ/kg/K", "boiling_point": "363 K"}
    >>> rate = pool_burning_rate_from_heats("43.7 MJ/kg", "300 kJ/kg", ambient_temperature="298 K", **liquid)
    >>> round(float(rate), 4)
    0.0945
    """
    return (
        1e-3
        * heat_of_combustion
        / (heat_of_vaporisation + heat_capacity * max(0.0, boiling_point - ambient_temperature))
    )


@model(
    inputs={
        "diameter": positive("m"),
        "rate": positive("kg m-2 s-1"),
        "wind": at_least_zero("m s-1"),
        "air_density": positive("kg m-3"),
    },
    outputs={"length": "m"},
    source="Thomas (1963) in TNO, Yellow Book (CPR 14E), section 6.5.4",
)
def pool_flame_length(
    diameter: float, rate: float, *, wind: float = 0.0, air_density: float = AIR_DENSITY
) -> float:
    """Mean visible length of a pool's flame.

    Still air ``L = 42 D (m / (rho sqrt(g D)))^0.61``; wind ``L = 55 D (m / (rho sqrt(g D)))^0.67 u*^-0.21``
    with ``u* = max(1, u / (g m D / rho)^(1/3))``.

    Parameters
    ----------
    diameter : float
        Of the pool [m].
    rate : float
        Burning rate [kg m-2 s-1].
    wind : float
        At 10 m height; 0 is still air [m s-1].
    air_density : float
        [kg m-3].

    Raises
    ------
    RangeError
        If an input is not positive (the wind: negative).

    References
    ----------
    Thomas (1963) in TNO, Yellow Book (CPR 14E), section 6.5.4 and example 6.6.3 (46.7725 m).

    Examples
    --------
    >>> round(float(pool_flame_length(42.4457, 0.085, wind=5, air_density=1.2243)), 3)
    46.775
    """
    # two fits of Thomas that do not meet at a wind of 0; the scale of the wind takes the density of the air,
    # as the Yellow Book does, where Mudan takes that of the fuel's vapour; the base is not dragged downwind
    ratio = rate / (air_density * math.sqrt(GRAVITY * diameter))
    if wind == 0:
        return float(42 * diameter * ratio**0.61)
    scaled = max(1.0, wind / (GRAVITY * rate * diameter / air_density) ** (1 / 3))
    return float(55 * diameter * ratio**0.67 * scaled**-0.21)


@model(
    inputs={"diameter": positive("m"), "wind": at_least_zero("m s-1"), "viscosity": positive("m2 s-1")},
    outputs={"tilt": "radian"},
    source="TNO, Yellow Book (CPR 14E), section 6.5.4",
)
def pool_flame_tilt(diameter: float, wind: float, *, viscosity: float = AIR_VISCOSITY) -> float:
    """Angle of a pool's flame from the vertical: ``tan t / cos t = 0.666 Fr^0.333 Re^0.117``.

    ``Fr = u2 / (g D)`` and ``Re = u D / nu``; with ``c`` the right side, ``sin t = (sqrt(4 c2 + 1) - 1) / (2
    c)``, computed as ``2 c / (sqrt(4 c2 + 1) + 1)``, which no small wind divides by 0.

    Parameters
    ----------
    diameter : float
        Of the pool [m].
    wind : float
        At 10 m height [m s-1].
    viscosity : float
        Kinematic, of air [m2 s-1].

    Raises
    ------
    RangeError
        If an input is not positive (the wind: negative).

    References
    ----------
    TNO, Yellow Book (CPR 14E), section 6.5.4. Example 6.6.3 prints a Froude number of 0.0545 that its own
    numbers do not give (0.06006), and the tilt of the latter.

    Examples
    --------
    >>> round(float(pool_flame_tilt(42.4457, 5.0, viscosity=7.5133e-6).to("degree")), 3)
    50.829
    """
    ratio = 0.666 * (wind**2 / (GRAVITY * diameter)) ** 0.333 * (wind * diameter / viscosity) ** 0.117
    return math.asin(2 * ratio / (math.sqrt(4 * ratio**2 + 1) + 1))


@model(
    inputs={"diameter": positive("m")},
    outputs={"emissive_power": "W m-2"},
    source="Mudan and Croce (1988), SFPE handbook",
)
def pool_emissive_power_sooty(diameter: float) -> float:
    """Mean emissive power of a sooty flame by its size: ``140 e^(-0.12 D) + 20 (1 - e^(-0.12 D))`` kW/m2.

    For hydrocarbons that soot (gasoline, kerosene, crude oil), not for alcohols or LNG.

    Parameters
    ----------
    diameter : float
        Of the pool [m].

    Raises
    ------
    RangeError
        If the diameter is not positive.

    References
    ----------
    Mudan and Croce (1988), SFPE handbook.

    Examples
    --------
    >>> round(float(pool_emissive_power_sooty("10 m")))
    56143
    """
    clear = math.exp(-0.12 * diameter)
    return 140e3 * clear + 20e3 * (1 - clear)


@model(
    inputs={
        "rate": positive("kg m-2 s-1"),
        "heat_of_combustion": positive("J kg-1"),
        "fraction": positive("1", 1),
        "length": positive("m"),
        "diameter": positive("m"),
        "soot_share": at_least_zero("1", 1),
    },
    outputs={"emissive_power": "W m-2", "unsooted": "W m-2"},
    source="TNO, Yellow Book (CPR 14E), eqs. 6.19 and 6.20",
)
def pool_emissive_power(
    rate: float,
    heat_of_combustion: float,
    *,
    fraction: float,
    length: float,
    diameter: float,
    soot_share: float = SOOT_SHARE,
) -> tuple[float, float]:
    """Mean emissive power of a flame from the heat it radiates.

    ``SEPmax = Fs m Hc / (1 + 4 L / D)`` and, under soot, ``SEP = SEPmax (1 - s) + 20 kW/m2 s``.

    Parameters
    ----------
    rate : float
        Burning rate [kg m-2 s-1].
    heat_of_combustion : float
        [J kg-1].
    fraction : float
        Share of the heat radiated from the flame's surface, ``Fs`` [1].
    length, diameter : float
        Of the flame [m].
    soot_share : float
        Share of the surface that soot covers; 0 for clear flames [1].

    Raises
    ------
    RangeError
        If an input is not positive, or a share is outside 0 to 1.

    References
    ----------
    TNO, Yellow Book (CPR 14E), eqs. 6.19 and 6.20, example 6.6.3 (6.6e4 W/m2).

    Examples
    --------
    >>> flame = {"length": 46.7753, "diameter": 42.4457}
    >>> round(float(pool_emissive_power(0.085, "40.15 MJ/kg", fraction=0.4, **flame)))
    66484
    """
    unsooted = fraction * rate * heat_of_combustion / (1 + 4 * length / diameter)
    return unsooted * (1 - soot_share) + SOOT_POWER * soot_share, unsooted
