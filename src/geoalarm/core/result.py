"""What a model hands over: values with units, and everything needed to judge and repeat them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.quantities import convert

SCREENING_NOTICE: Final = (
    "Screening tool: never a replacement for the operator's safety study, an EDD, PPRT or PPRI (France), "
    "an OVR (Flanders) or an emergency plan."
)
"""Stands on every output of a model."""

TO_BE_CONFIRMED: Final = "to_be_confirmed"
"""Flag of every value or formula that was not read in its source (tag R of a row)."""

BEYOND_MODEL_RANGE: Final = "beyond_model_range"
"""Flag of a distance that ends at the farthest one of its model: the true one is longer."""


class Measured(NamedTuple):
    """A value and its unit (CF spelling); text where ``unit`` is empty."""

    value: Any
    unit: str


@dataclass(frozen=True, slots=True)
class ModelResult:
    """Values of one run of one model, in SI, with what it takes to judge them.

    ``warnings`` are codes, or ``code: detail``; views put them in words. ``inputs`` hold every parameter,
    defaults too.
    """

    model: str
    values: Mapping[str, Measured]
    source: str
    inputs: Mapping[str, Measured] = field(default_factory=dict)
    valid_range: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    jurisdiction: str = "any"
    vintage: str = ""

    def __post_init__(self) -> None:
        if not self.values:
            raise InputError(f"result of model {self.model!r}", got="no value", expected="at least one")
        for name in ("values", "inputs", "valid_range"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        object.__setattr__(self, "warnings", tuple(dict.fromkeys(self.warnings)))

    def __getitem__(self, name: str) -> Any:
        """The value of one output, in SI."""
        if name not in self.values:
            raise InputError(
                f"output of model {self.model!r}", got=repr(name), hint=near_miss(name, self.values)
            )
        return self.values[name].value

    def __float__(self) -> float:
        return float(self.value)

    @property
    def value(self) -> Any:
        """The first output, in SI; the one a model is about."""
        return next(iter(self.values.values())).value

    @property
    def flags(self) -> frozenset[str]:
        """Codes of the warnings, without their details."""
        return frozenset(warning.partition(":")[0] for warning in self.warnings)

    def to(self, unit: str, name: str | None = None) -> float | np.ndarray:
        """One output (the first, if none is named) in another unit: ``result.to("lb/min")``."""
        chosen = next(iter(self.values)) if name is None else name
        return convert(self[chosen], self.values[chosen].unit, unit)

    def as_dict(self) -> dict[str, Any]:
        """Everything as JSON can hold it; numbers that are not finite become None."""
        return {
            "model": self.model,
            "values": {
                name: {"value": _plain(item.value), "unit": item.unit} for name, item in self.values.items()
            },
            "inputs": {
                name: {"value": _plain(item.value), "unit": item.unit} for name, item in self.inputs.items()
            },
            "valid_range": dict(self.valid_range),
            "warnings": list(self.warnings),
            "source": self.source,
            "jurisdiction": self.jurisdiction,
            "vintage": self.vintage,
            "notice": SCREENING_NOTICE,
        }


def _plain(value: Any) -> Any:
    """Arrays as lists, numpy numbers as Python ones, NaN and infinity as None."""
    if isinstance(value, np.ndarray):
        return [_plain(item) for item in value.tolist()]
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)
