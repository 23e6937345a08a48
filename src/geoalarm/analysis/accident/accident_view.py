"""What an accident comes to on a territory: zones, people, severity and everything to judge them by."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geoalarm.analysis.accident.accident_scenario import Accident
from geoalarm.analysis.accident.people_in_zones import RiskPeople, Severity, ZonePeople
from geoalarm.core.model import Footprint, Source
from geoalarm.core.result import SCREENING_NOTICE, ModelResult
from geoalarm.results.manifest import to_plain


@dataclass(frozen=True)
class AccidentView:
    """What an accident comes to on this territory.

    Attributes
    ----------
    choice : Accident
        What was asked for.
    zones, field, risk : Footprint or None
        Polygons mild to severe (column ``zone``); the effect as a raster; individual risk [yr-1]. In the
        analysis CRS.
    table : pandas.DataFrame
        Exposure table of the zones, columns of :data:`geoalarm.core.schema.FIELDS`; each place in its most
        severe zone. ``attrs`` hold ledger and method. Without zones it has no row.
    risk_table : pandas.DataFrame or None
        The same for the classes of individual risk.
    people : tuple of ZonePeople
        One a zone, mild to severe.
    risk_people : tuple of RiskPeople
        One a level of individual risk, low to high; none without a frequency.
    severity : Severity or None
        Class of annex 3 (France) with its inputs; None where the zones are not the French rings.
    shelter : mapping
        The stated multipliers: ``time``, ``outdoors``, ``indoors`` [1], ``source``, and ``indoor_air`` where
        asked for.
    distances_m : mapping
        Farthest distance of each zone [m]; NaN: reached nowhere, infinite: beyond the model.
    results : tuple of ModelResult
        Every model that was run, with source, inputs and range.
    warnings : tuple of str
        Codes, or ``code: detail``.
    """

    choice: Accident
    zones: Footprint | None
    field: Footprint | None
    risk: Footprint | None
    table: pd.DataFrame
    risk_table: pd.DataFrame | None
    people: tuple[ZonePeople, ...]
    risk_people: tuple[RiskPeople, ...]
    severity: Severity | None
    shelter: Mapping[str, Any]
    distances_m: Mapping[str, float]
    results: tuple[ModelResult, ...]
    warnings: tuple[str, ...]

    @property
    def flags(self) -> frozenset[str]:
        """Codes of the warnings, without their details."""
        return frozenset(warning.partition(":")[0] for warning in self.warnings)

    @property
    def notice(self) -> str:
        """What stands on every view and export."""
        return SCREENING_NOTICE

    @property
    def sources(self) -> tuple[Source, ...]:
        """The models as sources, each once."""
        found = [source for item in (self.zones, self.risk) if item is not None for source in item.sources]
        return tuple({source.id: source for source in found}.values())

    @property
    def unknown_share(self) -> float:
        """Share of the widest zone's area in which people are not known, being outside the mapped communes
        [1]; NaN without zones.
        """
        return self.people[0].unknown_share if self.people else math.nan

    def as_dict(self) -> dict[str, Any]:
        """Everything but shapes and tables, as JSON can hold it."""
        told: dict[str, Any] = to_plain(
            {
                "accident": self.choice.as_dict(),
                "scenario": self.choice.scenario,
                "distances_m": self.distances_m,
                "people": [item.as_dict() for item in self.people],
                "individual_risk": [item.as_dict() for item in self.risk_people],
                "severity": self.severity.as_dict() if self.severity is not None else None,
                "shelter": dict(self.shelter),
                "unknown_share": self.unknown_share,
                "warnings": list(self.warnings),
                "models": [result.as_dict() for result in self.results],
                "notice": SCREENING_NOTICE,
            }
        )
        return told
