"""Texts of a form or a file as inputs of the models: quantities in SI, words checked, a tank as a rate."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.quantities import require_range, to_si
from geoalarm.core.registry import ModelInput, at_least_zero
from geoalarm.core.result import ModelResult
from geoalarm.hazards.industrial.forms import FORMS, TANK_FORM, Form, form_of
from geoalarm.hazards.industrial.substances import substance
from geoalarm.hazards.industrial.vessel import release_duration, vessel_outflow
from geoalarm.hazards.industrial.weather import parse_weather

Value = str | float | int | bool
"""What a form or file holds for one input: a quantity with unit, a number without dimension, or a word."""

_TRUE: Final = {"true": True, "yes": True, "false": False, "no": False}
_JETS: Final = MappingProxyType(
    {"methane": "methane", "lng": "methane", "propane": "lpg", "butane": "lpg", "lpg": "lpg"}
)
"""Fuel of a jet by the substance in the tank."""


def read_inputs(kind: str, given: Mapping[str, Value]) -> dict[str, Any]:
    """Inputs of a kind from the texts of a form or a file: quantities in SI, words checked.

    Raises
    ------
    InputError
        If the kind or an input is unknown (with the nearest name), a number with a dimension has no unit, or
        a word is none of its choices.
    RangeError
        If a number lies outside the range of its model.
    """
    form = form_of(kind)
    return {name: _read(f"accident {kind!r}", name, value, _specs(form)) for name, value in given.items()}


def read_tank(
    kind: str, given: Mapping[str, Value], substance_name: str | None = None
) -> tuple[dict[str, Any], tuple[ModelResult, ...]]:
    """Inputs that a tank with a hole stands for: rate and, with an inventory, duration; and the models'
    results.

    A boiling liquid leaves a cloud of vapour and droplets: the share that is vapour comes with it.

    Parameters
    ----------
    kind : str
        One that takes a tank.
    given : mapping
        Inputs of ``vessel_outflow``, and ``inventory`` and ``stopped_after`` of ``release_duration``.
    substance_name : str, optional
        What is in it, where the kind names its substance.

    Raises
    ------
    InputError, RangeError
        As the models; if the kind takes no tank, or nothing from it stays in the air.
    """
    form = form_of(kind)
    if not form.takes_tank:
        takers = ", ".join(name for name, other in FORMS.items() if other.takes_tank)
        raise InputError(
            f"tank of accident {kind!r}",
            got="a tank",
            expected=f"a tank for {takers}",
            hint="give the inputs of the kind",
        )
    known = read_tank_inputs(given)
    if substance_name is not None:
        known["substance"] = substance_name
    lasting = {name: known.pop(name) for name in ("inventory", "stopped_after") if name in known}
    if "stopped_after" in lasting and "inventory" not in lasting:
        raise InputError(
            "input 'inventory' of the tank",
            got="none",
            expected="what can get out, such as '20 t'",
            hint="add it",
        )
    flow = vessel_outflow(**known)
    made, results = _fed(kind, flow, str(known["substance"])), [flow]
    if lasting:
        results.append(release_duration(flow["mass_flow"], **lasting))
        made |= {"duration": results[-1]["duration"]} if kind == "toxic" else {}
    return made, tuple(results)


def read_tank_inputs(given: Mapping[str, Value]) -> dict[str, Any]:
    """Inputs of a tank from texts, as :func:`read_inputs`; nothing is computed."""
    return {name: _read("the tank", name, value, _specs(TANK_FORM)) for name, value in given.items()}


def read_frequency(given: Value) -> float:
    """How often an accident happens [yr-1].

    Raises
    ------
    InputError
        If it is no number a time.
    RangeError
        If it is negative, or more often than anything happens.
    """
    return float(_read("the accident", "frequency", given, {"frequency": at_least_zero("yr-1")}))


def weather_inputs(kind: str, label: str) -> dict[str, Any]:
    """Inputs of a kind that a weather such as ``D5`` stands for, in SI; empty where it takes none.

    Raises
    ------
    InputError
        If the label is no weather.
    """
    weather = parse_weather(label)
    return {name: getattr(weather, fact) for fact, name in form_of(kind).weather.items()}


def _fed(kind: str, flow: ModelResult, name: str) -> dict[str, Any]:
    """What the flow out of a tank is to a kind of accident."""
    if kind == "jet_fire":
        found = substance(name).name
        if found not in _JETS:
            raise InputError(
                "substance of the tank of a jet fire",
                got=found,
                expected=", ".join(_JETS),
                hint=near_miss(found, _JETS),
            )
        return {"rate": flow["mass_flow"], "fuel": _JETS[found]}
    if not flow["airborne_flow"] > 0:
        raise InputError(
            "tank of a toxic release",
            got="a liquid below its boiling point: nothing stays in the air at once",
            expected="gas or boiling_liquid",
            hint="give the rate of evaporation of its pool (geoalarm model pool_evaporation)",
        )
    share = (
        flow["flash_fraction"] * flow["mass_flow"] / flow["airborne_flow"] if flow["flash_fraction"] else 1.0
    )
    return {"rate": flow["airborne_flow"], "vapour_fraction": min(share, 1.0)}


def _specs(form: Form) -> dict[str, ModelInput]:
    """What each input of a form may be; of two models with one of the same name, the first."""
    specs: dict[str, ModelInput] = {}
    for model in form.models:
        specs |= {
            name: spec
            for name, spec in model.inputs.items()
            if name not in form.without and name not in specs
        }
    return specs | {name: item.spec for name, item in form.own.items()}


def _read(what: str, name: str, value: Value, specs: Mapping[str, ModelInput]) -> Any:
    if name not in specs:
        raise InputError(
            f"input {name!r} of {what}",
            got="not one of its inputs",
            expected=", ".join(specs),
            hint=near_miss(name, specs),
        )
    spec = specs[name]
    if spec.unit is not None:
        if isinstance(value, bool):
            raise InputError(
                f"input {name!r} of {what}", got=value, expected=f"a number and its unit, like {spec.unit}"
            )
        admitted = to_si(value, spec.unit, name=name)
        require_range(name, admitted, spec.low, spec.high, unit=spec.unit, closed=spec.closed)
        return admitted
    text = str(value).strip()
    if spec.choices and text not in spec.choices:
        raise InputError(
            f"input {name!r} of {what}",
            got=repr(value),
            expected=", ".join(spec.choices),
            hint=near_miss(text, spec.choices),
        )
    return _TRUE.get(text.casefold(), text) if not spec.choices else text
