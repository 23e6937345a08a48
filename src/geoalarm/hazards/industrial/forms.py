"""What a form must ask for each kind of accident, as plain data, and the texts of a form turned into inputs.

The inputs are those of the models behind a kind, read from the registry; which of them a form shows first,
and with what example, are rows (``data/forms.csv``). A tank with a hole may stand for a rate of release.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.quantities import range_text, to_si
from geoalarm.core.reference_rows import row, rows
from geoalarm.core.registry import Model, ModelInput, positive, word
from geoalarm.core.registry import models as known_models
from geoalarm.core.result import ModelResult
from geoalarm.hazards.industrial.dispersion import cloud_distance
from geoalarm.hazards.industrial.explosions import multi_energy_distance, tnt_distance, tnt_equivalent
from geoalarm.hazards.industrial.fires import bleve_distance, jet_fire_distance, pool_fire_distance
from geoalarm.hazards.industrial.pipelines import pipeline_impact_radius
from geoalarm.hazards.industrial.substances import names, substance
from geoalarm.hazards.industrial.toxic_thresholds import builtin_thresholds
from geoalarm.hazards.industrial.toxic_zones import SCHEMES
from geoalarm.hazards.industrial.vessel import release_duration, vessel_outflow
from geoalarm.hazards.industrial.weather import parse_weather, standard_weather

Value = str | float | int | bool
"""What a form or file holds for one input: a quantity with unit, a number without dimension, or a word."""

TANK: Final = "tank"
"""Key of the rows of a vessel with a hole."""

_TRUE: Final = {"true": True, "yes": True, "false": False, "no": False}
_JETS: Final = MappingProxyType(
    {"methane": "methane", "lng": "methane", "propane": "lpg", "butane": "lpg", "lpg": "lpg"}
)
"""Fuel of a jet by the substance in the tank."""


@dataclass(frozen=True, slots=True)
class ExtraInput:
    """An input that a kind has beside those of its models."""

    spec: ModelInput
    default: Any
    description: str


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of accident: its models, the inputs they get from elsewhere, the kind's own, and those that are
    weather.
    """

    models: tuple[Model, ...]
    without: tuple[str, ...] = ()
    own: Mapping[str, ExtraInput] = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    weather: Mapping[str, str] = field(default_factory=dict)
    is_directed: bool = False
    takes_tank: bool = False


FORMS: Final[Mapping[str, Form]] = MappingProxyType(
    {
        "toxic": Form(
            (cloud_distance,),
            without=("threshold",),
            own={
                "scheme": ExtraInput(
                    word(*SCHEMES),
                    "AEGL",
                    "Which levels make the zones: French rings from a loaded table, AEGL, or shares "
                    "of death.",
                ),
                "exposure_min": ExtraInput(
                    positive("min"), None, "Exposure time of the thresholds; by default by the duration."
                ),
            },
            weather={"wind_speed": "wind_speed", "stability": "stability"},
            is_directed=True,
            takes_tank=True,
        ),
        "pool_fire": Form((pool_fire_distance,), without=("flux", "beyond"), weather={"wind_speed": "wind"}),
        "jet_fire": Form((jet_fire_distance,), without=("flux",), takes_tank=True),
        "bleve": Form(
            (bleve_distance,),
            without=("dose", "flux"),
            own={
                "by": ExtraInput(
                    word("dose", "flux"), "dose", "Zones by thermal dose, the French practice, or by flux."
                )
            },
        ),
        "explosion": Form(
            (tnt_equivalent, tnt_distance),
            without=("overpressure",),
            optional=("mass", "heat_of_combustion", "tnt_mass"),
        ),
        "multi_energy": Form((multi_energy_distance,), without=("overpressure",)),
        "pipeline": Form((pipeline_impact_radius,)),
    }
)
"""Every kind of :data:`geoalarm.hazards.industrial.footprints.KINDS`."""

_TANK: Final = Form((vessel_outflow, release_duration), without=("mass_flow",), optional=("inventory",))


def form_of(kind: str) -> Form:
    """The form of a kind of accident.

    Raises
    ------
    InputError
        If the kind is unknown, with the nearest one.
    """
    if kind not in FORMS:
        raise InputError(
            "kind of accident", got=repr(kind), expected=", ".join(FORMS), hint=near_miss(kind, FORMS)
        )
    return FORMS[kind]


def accident_forms() -> list[dict[str, Any]]:
    """What a form asks for each kind of accident, as JSON can hold it.

    Each has ``kind``, ``is_directed`` (its zones turn with the wind), ``weather`` (its inputs that are wind
    speed and stability), ``reference`` and ``inputs``; kinds that a tank may feed also ``tank``, inputs in
    place of the rate. An input has ``name``, ``unit`` (None for a word), ``range``, ``low`` and ``high``
    (None where there is none), ``required``, ``default`` and ``example`` as texts, ``choices``,
    ``description`` and ``group``: ``source``, ``weather`` or ``effects`` to show, ``expert`` to fold away.
    """
    return [
        {
            "kind": kind,
            "is_directed": form.is_directed,
            "weather": dict(form.weather),
            "reference": "; ".join(model.source for model in form.models),
            "inputs": _described(kind, form),
            "tank": _described(TANK, _TANK, without=() if kind == "jet_fire" else ("substance",))
            if form.takes_tank
            else [],
        }
        for kind, form in FORMS.items()
    ]


def substances_known() -> list[dict[str, Any]]:
    """Every substance with the schemes of zones it has thresholds for (``AEGL`` with its exposure times
    [min], ``probit``).
    """
    found, probits = [], {item["substance"] for item in rows(__package__, "toxic_probits")}
    table = {item["substance"]: item for item in rows(__package__, "substances")}
    for name in names():
        own = [item for item in builtin_thresholds() if item.substance == name]
        times = sorted({item.exposure_min for item in own if item.effect == "AEGL-3"})
        schemes = [*(["AEGL"] if times else []), *(["probit"] if name in probits else [])]
        facts = {key: table[name][key] for key in ("cas", "un", "remark")}
        found.append(
            {
                "name": name,
                "hazards": table[name]["hazards"].split(";"),
                "schemes": schemes,
                "exposure_min": times,
                **facts,
            }
        )
    return found


def weathers_known() -> list[dict[str, Any]]:
    """The usual weather of each country: ``label`` such as ``D5``, ``stability``, ``wind_speed``,
    ``jurisdictions``, ``flags``.
    """
    found: dict[str, dict[str, Any]] = {}
    for country in dict.fromkeys(item["jurisdiction"] for item in rows(__package__, "weather")):
        for weather in standard_weather(country):
            held = found.setdefault(
                weather.label,
                {
                    "label": weather.label,
                    "stability": weather.stability,
                    "wind_speed": f"{weather.wind_speed:g} m/s",
                },
            )
            held.setdefault("jurisdictions", []).append(country)
            held.setdefault("flags", []).extend(weather.flags)
    return list(found.values())


def occupancies() -> dict[str, dict[str, Any]]:
    """Share of people outdoors by ``day`` and ``night`` [1], its source, and the flags of that row."""
    from geoalarm.core.reference_rows import confirm

    shares = {}
    for time in ("day", "night"):
        found = row(__package__, "shelter", "key", f"outdoors_{time}")
        flags = confirm(found["verified"], found["meaning"])
        shares[time] = {"outdoors": float(found["value"]), "source": found["source"], "flags": list(flags)}
    return shares


def read_inputs(kind: str, given: Mapping[str, Value]) -> dict[str, Any]:
    """Inputs of a kind from the texts of a form or a file: quantities in SI, words checked.

    Raises
    ------
    InputError
        If the kind or an input is unknown (with the nearest name), a number with a dimension has no unit, or
        a word is none of its choices.
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
    known = {name: _read("the tank", name, value, _specs(_TANK)) for name, value in given.items()}
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
        return to_si(value, spec.unit, name=name)
    text = str(value).strip()
    if spec.choices and text not in spec.choices:
        raise InputError(
            f"input {name!r} of {what}",
            got=repr(value),
            expected=", ".join(spec.choices),
            hint=near_miss(text, spec.choices),
        )
    return _TRUE.get(text.casefold(), text) if not spec.choices else text


def _described(kind: str, form: Form, *, without: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Inputs of a form, those shown first in the order of their rows, the others behind."""
    shown = {item["name"]: item for item in rows(__package__, "forms") if item["kind"] == kind}
    found: dict[str, dict[str, Any]] = {}
    for model in form.models:
        for item in model.describe()["parameters"]:
            if item["name"] not in form.without and item["name"] not in without and item["name"] not in found:
                needed = item["required"] and item["name"] not in form.optional
                told = _told(item["description"], item["name"])
                found[item["name"]] = _row(
                    item["name"], model.inputs[item["name"]], item["default"], told, required=needed
                )
    for name, own in form.own.items():
        found[name] = _row(name, own.spec, own.default, own.description, required=False)
    for name, item in found.items():
        item |= (
            {"group": shown[name]["group"], "example": shown[name]["example"]}
            if name in shown
            else {"group": "expert", "example": ""}
        )
    order = [*(name for name in shown if name in found), *(name for name in found if name not in shown)]
    return [found[name] for name in order]


def _row(name: str, spec: ModelInput, default: Any, description: str, *, required: bool) -> dict[str, Any]:
    bounds = {
        key: value if spec.unit is not None and abs(value) < float("inf") else None
        for key, value in (("low", spec.low), ("high", spec.high))
    }
    text = (
        None
        if default is None
        else str(default)
        if spec.unit is None
        else f"{default:g}" + ("" if spec.unit == "1" else f" {spec.unit}")
    )
    choices = list(names()) if name == "substance" else list(spec.choices)
    words = " | ".join(choices) or "any"
    return {
        "name": name,
        "unit": spec.unit,
        "range": words
        if spec.unit is None
        else range_text(spec.low, spec.high, unit=spec.unit, closed=spec.closed),
        **bounds,
        "required": required,
        "default": text,
        "choices": choices,
        "description": description,
    }


def _told(description: str, name: str) -> str:
    """A description, that of the other model where it only points to it."""
    pointed = (
        description.removeprefix("As :func:`").partition("`")[0]
        if description.startswith("As :func:`")
        else ""
    )
    if pointed not in known_models(__package__):
        return description
    items = known_models(__package__)[pointed].describe()["parameters"]
    return _told(next((item["description"] for item in items if item["name"] == name), ""), name)
