"""A liquid that boils once it is out, through a hole or a pipe, and the share of it that flashes. Pressures
are absolute.
"""

from __future__ import annotations

import math
from typing import Final

from geoalarm.core.errors import InputError, RangeError
from geoalarm.core.registry import FlaggedOutputs, at_least_zero, model, positive
from geoalarm.core.result import TO_BE_CONFIRMED
from geoalarm.hazards.industrial.outflow import (
    ATMOSPHERE,
    COEFFICIENT,
    GRAVITY,
    HOLE,
    PRESSURE,
    driving_pressure,
    hole_size,
)

RELAXATION_LENGTH: Final = 0.1
"""Of pipe, in which a boiling liquid comes to equilibrium [m]."""

EQUILIBRIUM_RATIO: Final = 12.0
"""Length over diameter of pipe from which flow is taken as in equilibrium [1]."""


@model(
    inputs={
        "temperature": positive("K", 2000.0),
        "boiling_point": positive("K", 2000.0),
        "liquid_heat_capacity": positive("J kg-1 K-1", 2e4),
        "heat_of_vaporisation": positive("J kg-1", 5e6),
    },
    outputs={"fraction": "1", "linear": "1", "airborne": "1"},
    source="flash at constant enthalpy; airborne share: twice the flash, common practice after CCPS (1999)",
    confirm=("airborne share as twice the flash fraction",),
)
def flash_fraction(
    temperature: float, *, boiling_point: float, liquid_heat_capacity: float, heat_of_vaporisation: float
) -> tuple[float, float, float]:
    """Share of a liquid above its boiling point that flashes to vapour: ``X = 1 - exp(-cp (T - Tb) / hv)``.

    Also the linear form ``cp (T - Tb) / hv``, good for small X only (it may pass 1), and the share that stays
    in the air as vapour and droplets, ``min(1, 2X)``. Nothing flashes below the boiling point.

    Parameters
    ----------
    temperature : float
        Of the liquid before it gets out [K].
    boiling_point : float
        At the pressure outside [K].
    liquid_heat_capacity : float
        cp [J kg-1 K-1].
    heat_of_vaporisation : float
        hv at the boiling point [J kg-1].

    References
    ----------
    CCPS (1999), section 2.1.1; Yellow Book (CPR 14E), eq. 2.117.

    Examples
    --------
    >>> heats = {"liquid_heat_capacity": "0.96 kJ/kg/K", "heat_of_vaporisation": "288 kJ/kg"}
    >>> share = flash_fraction("20 degC", boiling_point="-34.05 degC", **heats)
    >>> round(share["fraction"], 4), round(share["linear"], 4), round(share["airborne"], 4)
    (0.1649, 0.1802, 0.3297)
    """
    # the exponential counts the liquid as it shrinks; the linear form of CCPS keeps all of it
    linear = liquid_heat_capacity * max(0.0, temperature - boiling_point) / heat_of_vaporisation
    fraction = -math.expm1(-linear)
    return fraction, linear, min(1.0, 2 * fraction)


@model(
    inputs={
        "vapour_pressure": PRESSURE,
        "density": positive("kg m-3", 3e4),
        **HOLE,
        "pressure": PRESSURE,
        "temperature": positive("K", 2000.0),
        "pipe_length": at_least_zero("m", 1e5),
        "heat_of_vaporisation": positive("J kg-1", 5e6),
        "vapour_density": positive("kg m-3", 1e4),
        "liquid_heat_capacity": positive("J kg-1 K-1", 2e4),
        "head": at_least_zero("m", 200.0),
        "discharge_coefficient": COEFFICIENT,
        "ambient_pressure": PRESSURE,
    },
    outputs={"mass_flow": "kg s-1", "mass_flux": "kg m-2 s-1", "regime": ""},
    source="hole: Bernoulli at the storage pressure, Yellow Book (CPR 14E), eq. 2.194; pipe: equilibrium "
    "rate model, Fauske (1985)",
)
def two_phase_outflow(
    vapour_pressure: float,
    density: float,
    *,
    hole_diameter: float | None = None,
    hole_area: float | None = None,
    pressure: float | None = None,
    temperature: float | None = None,
    pipe_length: float = 0.0,
    heat_of_vaporisation: float | None = None,
    vapour_density: float | None = None,
    liquid_heat_capacity: float | None = None,
    head: float = 0.0,
    discharge_coefficient: float = 0.62,
    ambient_pressure: float = ATMOSPHERE,
) -> FlaggedOutputs:
    """Liquid that boils once it is out, under its own vapour pressure or more, through a hole or a pipe.

    A hole in the wall (no pipe) passes liquid, which boils outside: ``G = Cd sqrt(2 rho (P + rho g h - Pa))``
    with P the storage pressure. In a pipe of 0.1 m or of 12 diameters and more it boils inside: ``G^2 = Gs^2
    + Ge^2`` with ``Ge = hv / (v_fg sqrt(T cp))`` and, of a pad, a pump or a head above the vapour pressure,
    ``Gs = Cd sqrt(2 rho (P - Pv + rho g h))``. Between the two, ``Ge / sqrt(N)`` stands for ``Ge`` with ``N =
    hv^2 / (2 (Pv - Pa) rho Cd^2 v_fg^2 T cp) + L / 0.1 m``.

    Parameters
    ----------
    vapour_pressure : float
        Pv at the storage temperature [Pa].
    density : float
        Of the liquid [kg m-3].
    hole_diameter : float, optional
        Of a round hole or of the pipe [m]; or its area.
    hole_area : float, optional
        Of a hole of any shape [m2].
    pressure : float, optional
        P over the liquid, absolute, where a pad of gas or a pump holds it above Pv; by default Pv [Pa].
    temperature : float, optional
        T in storage, only for a pipe [K].
    pipe_length : float
        L between vessel and opening, 0 for a hole in the wall; how much longer than 0.1 m makes no difference
        (no friction) [m].
    heat_of_vaporisation, vapour_density, liquid_heat_capacity : float, optional
        hv, density of the vapour, cp, only for a pipe [J kg-1], [kg m-3], [J kg-1 K-1].
    head : float
        Height of the liquid over the opening [m].
    discharge_coefficient : float
        Cd of a hole [1]; in a pipe only of what drives beyond the vapour pressure.
    ambient_pressure : float
        Outside [Pa]; flow in a pipe of 0.1 m and more is choked, so only of a hole or a short pipe.

    Raises
    ------
    InputError
        If a pipe is given without what its model needs.
    RangeError
        If the vapour pressure is below the one outside: the liquid does not boil; or the storage pressure
        below the vapour pressure: it boils inside.

    References
    ----------
    Fauske (1985), Fauske and Epstein (1988), as in CCPS (1999), section 2.1.1: to be confirmed. ALOHA
    examples, no. 2 (propane, slit of 40 x 0.1 in): 5,730 lb/min; this model 5,699.

    Examples
    --------
    >>> flow = two_phase_outflow("8.61 bar", "493 kg/m3", hole_area="4 in^2", discharge_coefficient=0.61)
    >>> round(flow.to("lb/min")), flow["regime"]
    (5699, 'hole')
    """
    area, diameter = hole_size(hole_diameter, hole_area)
    boiling = driving_pressure(vapour_pressure, ambient_pressure, name="vapour_pressure")
    above = _above_boiling(pressure, vapour_pressure) + density * GRAVITY * head
    if pipe_length == 0:
        flux = discharge_coefficient * math.sqrt(2 * density * (boiling + above))
        return FlaggedOutputs((area * flux, flux, "hole"))
    equilibrium = _equilibrium_flux(
        density,
        temperature=temperature,
        heat_of_vaporisation=heat_of_vaporisation,
        vapour_density=vapour_density,
        liquid_heat_capacity=liquid_heat_capacity,
    )
    pushed = discharge_coefficient * math.sqrt(2 * density * above)
    if pipe_length >= RELAXATION_LENGTH or pipe_length / diameter >= EQUILIBRIUM_RATIO:
        flux = math.hypot(pushed, equilibrium)
        return FlaggedOutputs((area * flux, flux, "pipe"), (f"{TO_BE_CONFIRMED}: equilibrium rate model",))
    hole = discharge_coefficient * math.sqrt(2 * density * boiling)
    relaxing = hole / math.sqrt(1 + (hole / equilibrium) ** 2 * pipe_length / RELAXATION_LENGTH)
    flux = math.hypot(pushed, relaxing)
    return FlaggedOutputs(
        (area * flux, flux, "short pipe"), (f"{TO_BE_CONFIRMED}: rate model out of equilibrium, short pipe",)
    )


def _above_boiling(pressure: float | None, vapour_pressure: float) -> float:
    """How far a pad or a pump holds a liquid above its vapour pressure [Pa]."""
    if pressure is None:
        return 0.0
    if pressure < vapour_pressure:
        raise RangeError(
            "input 'pressure' of a boiling liquid is below its vapour pressure",
            got=f"{pressure:g} Pa",
            expected=f"at least {vapour_pressure:g} Pa",
            hint="check that it is absolute, and the temperature; leave it out for the vapour pressure",
        )
    return pressure - vapour_pressure


def _equilibrium_flux(density: float, **of_pipe: float | None) -> float:
    """``hv / (v_fg sqrt(T cp))`` [kg m-2 s-1]."""
    for name, value in of_pipe.items():
        if value is None:
            raise InputError(
                f"input {name!r}",
                got="none",
                expected="a value, because the liquid boils in the pipe",
                hint="or set pipe_length to 0",
            )
    known = {name: float(value) for name, value in of_pipe.items() if value is not None}
    # without the factor by which friction lowers the flow in long pipes: an upper bound there
    expansion = 1 / known["vapour_density"] - 1 / density
    return known["heat_of_vaporisation"] / (
        expansion * math.sqrt(known["temperature"] * known["liquid_heat_capacity"])
    )
