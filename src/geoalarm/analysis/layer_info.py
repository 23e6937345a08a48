"""What is known of a hazard layer wherever it is met: as an option, over a territory, over one commune."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

from geoalarm.core.model import Source
from geoalarm.core.terms import Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerInfo:
    """The facts of a layer.

    Attributes
    ----------
    key : str
        Name of the layer: ``demo_flood(return_period=100)``, the id of its source; ``accident(...)`` with the
        scenario of an accident, whose source is a model.
    return_period_yr : float
        NaN where the layer has no probability [yr].
    units : str
        Of interval bounds.
    class_labels : tuple of str
        Every class from mild to severe, also those without people anywhere.
    source : Source
        With the hash of its file once that was opened.
    """

    key: str
    title: str
    hazard: str
    scenario: str
    return_period_yr: float
    basis: Basis
    units: str
    kind: str
    countries: tuple[str, ...]
    class_labels: tuple[str, ...]
    source: Source

    @property
    def has_chance(self) -> bool:
        """Whether the layer has a probability."""
        return not math.isnan(self.return_period_yr)

    def facts(self) -> dict[str, Any]:
        """The facts by name, for the same layer seen elsewhere."""
        return {item.name: getattr(self, item.name) for item in fields(LayerInfo)}
