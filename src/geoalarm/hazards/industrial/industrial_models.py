"""The models of industrial accidents by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoalarm.core import registry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoalarm.core.registry import Model


def models() -> Mapping[str, Model]:
    """Every model of industrial accidents by name, in alphabetical order."""
    return registry.models(__package__)


def find(name: str) -> Model:
    """One model by name.

    Raises
    ------
    InputError
        If there is none, with the nearest name.
    """
    return registry.find(name, __package__)
