"""The models of this room by name; how a model is declared and called is told in
:mod:`geoalarm.core.registry`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from geoalarm.core import registry
from geoalarm.core.registry import FlaggedOutputs, Model, ModelInput, at_least_zero, model, positive, word

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "FlaggedOutputs",
    "Model",
    "ModelInput",
    "at_least_zero",
    "find",
    "model",
    "models",
    "positive",
    "word",
]

_ROOM: Final = __name__.rpartition(".")[0]


def models() -> Mapping[str, Model]:
    """Every model of industrial accidents by name, in alphabetical order."""
    return registry.models(_ROOM)


def find(name: str) -> Model:
    """One model by name.

    Raises
    ------
    InputError
        If there is none, with the nearest name.
    """
    return registry.find(name, _ROOM)
