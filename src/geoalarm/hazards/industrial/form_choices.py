"""What a form offers for an accident, as JSON can hold it: kinds and their inputs, substances, weathers,
shares of people outdoors.
"""

from __future__ import annotations

from typing import Any

from geoalarm.core.quantities import range_text
from geoalarm.core.reference_rows import confirm, row, rows
from geoalarm.core.registry import ModelInput
from geoalarm.core.registry import models as known_models
from geoalarm.hazards.industrial.forms import FORMS, TANK, TANK_FORM, Form
from geoalarm.hazards.industrial.substances import names
from geoalarm.hazards.industrial.toxic_thresholds import builtin_thresholds
from geoalarm.hazards.industrial.weather import standard_weather


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
            "tank": _described(TANK, TANK_FORM, without=() if kind == "jet_fire" else ("substance",))
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
    shares = {}
    for time in ("day", "night"):
        found = row(__package__, "shelter", "key", f"outdoors_{time}")
        flags = confirm(found["verified"], found["meaning"])
        shares[time] = {"outdoors": float(found["value"]), "source": found["source"], "flags": list(flags)}
    return shares


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
