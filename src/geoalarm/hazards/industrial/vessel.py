"""A vessel of a substance: the outflow models with properties filled in, and how long a content lasts."""

from __future__ import annotations

from typing import Any, Final

from geoalarm.core.errors import InputError, RangeError
from geoalarm.core.registry import FlaggedOutputs, at_least_zero, model, positive, word
from geoalarm.core.result import TO_BE_CONFIRMED
from geoalarm.hazards.industrial.boiling_outflow import flash_fraction, two_phase_outflow
from geoalarm.hazards.industrial.outflow import (
    ATMOSPHERE,
    COEFFICIENT,
    HOLE,
    PRESSURE,
    gas_outflow,
    liquid_outflow,
)
from geoalarm.hazards.industrial.substances import Substance, gas_density
from geoalarm.hazards.industrial.substances import substance as find_substance

NEAR_BOILING: Final = 0.98
"""A storage pressure from this share of the vapour pressure on is that pressure [1]."""


@model(
    inputs={"mass_flow": positive("kg s-1"), "inventory": positive("kg"), "stopped_after": positive("s")},
    outputs={"duration": "s", "mass": "kg"},
    source="balance of mass at a constant rate",
)
def release_duration(
    mass_flow: float, inventory: float, *, stopped_after: float | None = None
) -> FlaggedOutputs:
    """How long a release of constant rate lasts, and how much gets out: until it is stopped or nothing is
    left.

    ``t = min(M / q, stopped_after)``, ``mass = q t``.

    Parameters
    ----------
    mass_flow : float
        Rate [kg s-1]; the first one is the highest, so the mass is an upper bound for a given time.
    inventory : float
        What can get out [kg].
    stopped_after : float, optional
        When the release is stopped [s].

    References
    ----------
    Balance of mass.

    Examples
    --------
    >>> release_duration("2 kg/s", "1 t", stopped_after="10 min")["duration"]
    500.0
    """
    emptied = inventory / mass_flow
    if stopped_after is None or emptied <= stopped_after:
        return FlaggedOutputs((emptied, inventory), () if stopped_after is None else ("inventory_exhausted",))
    return FlaggedOutputs((stopped_after, mass_flow * stopped_after))


@model(
    inputs={
        "substance": word(),
        "phase": word("gas", "liquid", "boiling_liquid"),
        **HOLE,
        "temperature": positive("K", 2000.0),
        "pressure": PRESSURE,
        "pipe_length": at_least_zero("m", 1e5),
        "head": at_least_zero("m", 200.0),
        "discharge_coefficient": COEFFICIENT,
        "ambient_pressure": PRESSURE,
    },
    outputs={
        "mass_flow": "kg s-1",
        "airborne_flow": "kg s-1",
        "flash_fraction": "1",
        "regime": "",
        "properties": "",
    },
    source="gas_outflow, liquid_outflow, two_phase_outflow and flash_fraction with the properties of the "
    "chemicals library",
)
def vessel_outflow(
    substance: str,
    phase: str,
    *,
    hole_diameter: float | None = None,
    hole_area: float | None = None,
    temperature: float = 288.15,
    pressure: float | None = None,
    pipe_length: float = 0.0,
    head: float = 0.0,
    discharge_coefficient: float = 0.62,
    ambient_pressure: float = ATMOSPHERE,
) -> FlaggedOutputs:
    """First rate of release from a vessel of a substance, and the part of it that stays in the air.

    Gas by ``gas_outflow``, liquid by ``liquid_outflow``, boiling liquid by ``two_phase_outflow`` with
    ``airborne = q min(1, 2 X)``.

    A gas stays in the air whole; a liquid below its boiling point not at all (it makes a pool:
    ``pool_evaporation``); a boiling liquid by twice its flash fraction, at most whole.

    Parameters
    ----------
    substance : str
        Name, formula, CAS or UN number.
    phase : str
        What meets the hole: ``gas``, ``liquid`` or ``boiling_liquid`` (liquefied under its own vapour
        pressure or more).
    hole_diameter : float, optional
        Of a round hole [m]; or its area.
    hole_area : float, optional
        Of a hole of any shape [m2].
    temperature : float
        In storage [K].
    pressure : float, optional
        In storage, absolute [Pa]: needed for a gas; over a liquid the air's by default; over a boiling liquid
        its vapour pressure, or that of a pad or a pump.
    pipe_length : float
        Between vessel and opening; only of a boiling liquid [m].
    head : float
        Height over the hole; only of a liquid, boiling or not [m].
    discharge_coefficient : float
        Cd [1].
    ambient_pressure : float
        Outside [Pa].

    Raises
    ------
    InputError
        If a property is not in the library, the pressure of a gas is missing, or an input would go unused.
    RangeError
        If a boiling liquid is stored below its vapour pressure, or the temperature is outside the range of a
        property, as above the critical one for a liquid.

    References
    ----------
    As the models it calls.

    Examples
    --------
    >>> flow = vessel_outflow("chlorine", "boiling_liquid", hole_diameter="25 mm", temperature="20 degC")
    >>> round(flow["mass_flow"], 2), round(flow["airborne_flow"], 2)
    (12.29, 3.92)
    """
    facts = find_substance(substance)
    unused = {"gas": {"head": head, "pipe_length": pipe_length}, "liquid": {"pipe_length": pipe_length}}
    _require_used(phase, unused.get(phase, {}))
    hole: dict[str, Any] = {
        "hole_diameter": hole_diameter,
        "hole_area": hole_area,
        "discharge_coefficient": discharge_coefficient,
        "ambient_pressure": ambient_pressure,
    }
    if phase == "gas":
        return _gas_vessel(facts, hole, temperature=temperature, pressure=pressure)
    density = facts.at("liquid_density", temperature)
    if phase == "liquid":
        over = ambient_pressure if pressure is None else pressure
        _require_still(facts, temperature, ambient_pressure)
        flow, _ = liquid_outflow.pure(density, pressure=over, head=head, **hole)
        return FlaggedOutputs((flow, 0.0, 0.0, "liquid", {"density": density}), facts.flags)
    hole |= {"density": density, "pipe_length": pipe_length, "head": head}
    return _boiling_vessel(facts, hole, temperature=temperature, pressure=pressure)


def _require_used(phase: str, unused: dict[str, float]) -> None:
    """An input that the model of a phase does not know is refused, not passed over."""
    for name, value in unused.items():
        if value:
            raise InputError(
                f"input {name!r} of a vessel",
                got=f"{value:g} m with phase {phase}",
                expected="none: the model of this phase does not know it",
                hint=f"leave {name} out",
            )


def _boiling_vessel(
    facts: Substance, hole: dict[str, Any], *, temperature: float, pressure: float | None
) -> FlaggedOutputs:
    boiling, vapour_pressure = facts.boiling_point, facts.at("vapour_pressure", temperature)
    # a gauge reads the vapour pressure within 2 %: what is that near is no pad
    if pressure is not None and NEAR_BOILING * vapour_pressure <= pressure < vapour_pressure:
        pressure = vapour_pressure
    taken: dict[str, Any] = {
        "vapour_pressure": vapour_pressure,
        "density": hole.pop("density"),
        "heat_of_vaporisation": facts.curve("heat_of_vaporisation").nearest(boiling),
        "liquid_heat_capacity": facts.curve("liquid_heat_capacity").nearest(boiling),
    }
    vapour = gas_density(facts.molar_mass, temperature, vapour_pressure)
    outcome = two_phase_outflow.pure(
        **taken, **hole, pressure=pressure, vapour_density=vapour, temperature=temperature
    )
    flow, _, regime = outcome.values
    fraction, _, airborne = flash_fraction.pure(
        temperature,
        boiling_point=boiling,
        liquid_heat_capacity=taken["liquid_heat_capacity"],
        heat_of_vaporisation=taken["heat_of_vaporisation"],
    )
    flags = (
        *facts.flags,
        *outcome.warnings,
        f"{TO_BE_CONFIRMED}: airborne share as twice the flash fraction",
    )
    return FlaggedOutputs((flow, flow * airborne, fraction, regime, taken), flags)


def _gas_vessel(
    facts: Substance, hole: dict[str, Any], *, temperature: float, pressure: float | None
) -> FlaggedOutputs:
    if pressure is None:
        raise InputError(
            "input 'pressure'",
            got="none",
            expected="the pressure of the gas, absolute",
            hint="for example pressure='5 bar'",
        )
    _require_gas(facts, temperature, pressure)
    ratio = facts.heat_capacity_ratio(temperature)
    flow, choked = gas_outflow.pure(
        pressure, ratio, temperature=temperature, molar_mass=facts.molar_mass, **hole
    )
    return FlaggedOutputs(
        (flow, flow, 0.0, "choked" if choked else "subsonic", {"heat_capacity_ratio": ratio}), facts.flags
    )


def _require_gas(facts: Substance, temperature: float, pressure: float) -> None:
    curve = facts.properties.get("vapour_pressure")
    if (
        curve is not None
        and curve.low <= temperature <= curve.high
        and pressure * NEAR_BOILING > curve(temperature)
    ):
        raise RangeError(
            f"input 'pressure': {facts.name} is a liquid there",
            got=f"{pressure:g} Pa at {temperature:g} K",
            expected=f"at most its vapour pressure, {curve(temperature):g} Pa",
            hint="use phase boiling_liquid, or a higher temperature",
        )


def _require_still(facts: Substance, temperature: float, ambient_pressure: float) -> None:
    found = facts.at("vapour_pressure", temperature)
    if found >= ambient_pressure:
        raise RangeError(
            f"input 'temperature': {facts.name} boils outside",
            got=f"{temperature:g} K, vapour pressure {found:g} Pa",
            expected=f"a vapour pressure below {ambient_pressure:g} Pa",
            hint="use phase boiling_liquid",
        )
