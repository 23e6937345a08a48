"""What an official plan or map says of itself, beside its zones: state, codes, classes, the state's own
counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal

import geopandas as gpd

Force = Literal["in_force", "not_yet", "ended", "not_told"]

_CAVEATS: Final[Mapping[str, str]] = {"not_yet": "plan_not_approved", "ended": "plan_no_longer_in_force"}


@dataclass(frozen=True, slots=True)
class PlanState:
    """Where a plan stands in law, over one perimeter.

    Attributes
    ----------
    state : str
        Word of the standard (``APPROUVE``, ``ABROGE``), or what the file says where that is no word of it.
    force : str
        ``in_force``, ``not_yet`` (prescribed and before), ``ended`` (annulled, abrogated), ``not_told``.
    date : str
        Since when, ISO 8601; empty where the file does not say.
    """

    state: str
    force: Force
    date: str = ""
    procedure: str = ""
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class HazardCode:
    """A hazard of a plan: its code, as the file writes it too, and in how many zones it stands."""

    code: str
    native: str
    hazard: str
    name: str
    zones: int
    known: bool = True


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A row of the crosswalk from the producer's classes to those of the table."""

    label: str
    level: str
    native: tuple[str, ...]
    zones: int


@dataclass(frozen=True, slots=True)
class OfficialCount:
    """The state's own count over a map: residents, seasonal people and jobs; None where it does not say."""

    scenario: str
    residents: float | None
    seasonal: float | None = None
    jobs: float | None = None
    territory: str = ""


@dataclass(frozen=True, slots=True)
class OfficialPlan:
    """A plan or map in a state's standard, as far as it was read for one footprint.

    Attributes
    ----------
    standard : str
        ``covadis_ppr``, ``cnig_ppr``, ``covadis_di``, ``cnig_di``, ``walloon_flood`` or ``flemish_flood``.
    hazards : tuple of HazardCode
        All that the file holds, chosen or not.
    counted : tuple of str
        Codes of the hazards in this footprint.
    notes : tuple of str
        What a reader of a figure must know.
    studied : geopandas.GeoDataFrame, optional
        Area that was looked at for these hazards.
    unattributed : geopandas.GeoDataFrame, optional
        Zones of several hazards, of which the file does not say which: in no hazard's total, in unions.
    """

    standard: str
    procedures: tuple[str, ...] = ()
    title: str = ""
    map_date: str = ""
    scenario: str = ""
    states: tuple[PlanState, ...] = ()
    hazards: tuple[HazardCode, ...] = ()
    counted: tuple[str, ...] = ()
    classes: tuple[ClassRow, ...] = ()
    counts: tuple[OfficialCount, ...] = ()
    notes: tuple[str, ...] = ()
    studied: gpd.GeoDataFrame | None = None
    unattributed: gpd.GeoDataFrame | None = None

    @property
    def is_in_force(self) -> bool:
        """Whether nothing in the file says that the plan has no force, or no longer any."""
        return not any(item.force in _CAVEATS for item in self.states)

    @property
    def vintage(self) -> str:
        """Date of the map; where it has none, of the latest state."""
        return self.map_date or max((item.date for item in self.states), default="")

    @property
    def caveats(self) -> tuple[str, ...]:
        """Keys of what every figure of the plan must carry."""
        keys = [_CAVEATS[item.force] for item in self.states if item.force in _CAVEATS]
        keys += ["several_hazards_not_told"] if self.unattributed is not None else []
        keys += ["official_count_beside"] if self.counts else []
        return tuple(dict.fromkeys(keys))

    def as_dict(self) -> dict[str, Any]:
        """The facts without the areas, for a manifest."""
        frames = ("studied", "unattributed")
        found = {item.name: getattr(self, item.name) for item in fields(self) if item.name not in frames}
        plain = {
            name: [asdict(one) if not isinstance(one, str) else one for one in value]
            if isinstance(value, tuple)
            else value
            for name, value in found.items()
        }
        return {**plain, "is_in_force": self.is_in_force}
