"""Every model by name, in one place: hazards of all kinds, and the sums over people and return periods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from geoalarm.core import registry
from geoalarm.core.registry import Model
from geoalarm.core.result import ModelResult

PACKAGES: Final = ("geoalarm.exposure", "geoalarm.hazards")
"""Rooms whose modules may register models."""


def models() -> Mapping[str, Model]:
    """All models by name, in alphabetical order; their modules are imported to find them."""
    return registry.models(*PACKAGES)


def find_model(name: str) -> Model:
    """One model by name.

    Raises
    ------
    InputError
        If there is none, with the nearest name.
    """
    return registry.find(name, *PACKAGES)


def run_model(name: str, texts: Mapping[str, object]) -> ModelResult:
    """A model on quantities as texts: ``run_model("pipeline_impact_radius", {"diameter": "30 inch",
    "gauge_pressure": "1000 psi"})``.

    Raises
    ------
    InputError
        If the model or an input is unknown, missing, without a unit or of another dimension.
    RangeError
        If an input is outside the range of the model.
    """
    return find_model(name).run(texts)


def room_of(model: Model) -> str:
    """Where a model belongs: ``flood``, ``landslide``, ``industrial`` or ``exposure``."""
    parts = model.pure.__module__.split(".")
    return parts[2] if parts[1] == "hazards" else parts[1]
