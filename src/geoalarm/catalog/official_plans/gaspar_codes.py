"""Codes, levels, events and states of the standards, from their rows: what a value of a producer stands
for.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from geoalarm.catalog.official_plans.plan_columns import plain
from geoalarm.catalog.official_plans.plan_tables import PACKAGE
from geoalarm.core.official_plan import PlanState
from geoalarm.core.reference_rows import rows

SEVERAL: Final = "999"
"""Code of a zone of several hazards."""

ANY: Final = "any_hazard"
"""Word that asks for every hazard of a plan, each place once."""

UNCLASSIFIED_ZONE: Final = "unclassified"


@dataclass(frozen=True, slots=True)
class ZoneClass:
    """What a level stands for: the label in the table, its place from mild to severe, no hazard at all where
    the label is empty.
    """

    label: str
    order: float
    value: str
    known: bool = True


@lru_cache(maxsize=1)
def hazard_codes() -> Mapping[str, Mapping[str, str]]:
    """Rows of the nomenclature of hazards by code."""
    return MappingProxyType({row["code"]: row for row in rows(PACKAGE, "hazard_codes")})


def short_code(text: str) -> str:
    """A code as the nomenclature has it: ``1240000`` is ``124``, ``9999999`` is ``999``, ``1300000`` is
    ``13``. One that is no number stays.
    """
    if not re.fullmatch(r"\d{1,8}", text):
        return text
    if set(text) == {"9"} and len(text) >= 3:
        return SEVERAL
    if text in hazard_codes():
        return text
    bare = text.rstrip("0")
    return bare if len(text) >= 4 or bare in hazard_codes() else text


def hazard_of(code: str) -> str:
    """Hazard of a code; of one that the nomenclature lacks ``unknown_CODE``."""
    row = hazard_codes().get(code)
    return row["hazard"] if row is not None else "unknown_" + (re.sub(r"\W+", "_", code) or "code")


def name_of(code: str, told: str = "") -> str:
    """Name of a code in the nomenclature; else what the file calls it."""
    row = hazard_codes().get(code)
    return row["name"] if row is not None else told or "not in the nomenclature"


@lru_cache(maxsize=1)
def _classes() -> Mapping[tuple[str, str], ZoneClass]:
    found: dict[tuple[str, str], ZoneClass] = {}
    for row in rows(PACKAGE, "zone_classes"):
        made = ZoneClass(row["class"], float(row["order"]), row["value"])
        for word in (row["value"], row["native"]):
            found.setdefault((row["scale"], plain(word)), made)
    for row in rows(PACKAGE, "class_spellings"):
        made = found[row["scale"], plain(row["value"])]
        found.setdefault((row["scale"], plain(row["spelling"])), made)
    return MappingProxyType(found)


def zone_class(scale: str, text: str) -> ZoneClass | None:
    """Class of a value on a scale of the standards; None where the scale does not have it."""
    return _classes().get((scale, plain(text)))


def scale_orders(scale: str) -> dict[str, float]:
    """Every label of a scale and its place from mild to severe."""
    held = (
        (row["class"], float(row["order"])) for row in rows(PACKAGE, "zone_classes") if row["scale"] == scale
    )
    return {label: order for label, order in held if label}


def standard_orders(profile: str, hazard: str) -> dict[str, float]:
    """Every class that the zones of a hazard may have in a standard, and its place from mild to severe."""
    scales = {"walloon_flood": ("walloon",), "flemish_flood": ("flemish",)}.get(
        profile, ("depth",) if profile.endswith("_di") else ("ppr_level", "intensity")
    )
    held: dict[str, float] = {}
    for scale in scales[: 2 if hazard == "industrial" else 1]:
        held |= scale_orders(scale)
    return held


def standard_classes(profile: str, hazard: str) -> tuple[str, ...]:
    """Every class that the zones of a hazard may have in a standard, mild to severe, before a file is
    opened.
    """
    held = standard_orders(profile, hazard)
    return tuple(sorted(held, key=lambda label: held[label]))


@lru_cache(maxsize=2)
def _events(family: str) -> Mapping[str, Mapping[str, str]]:
    return MappingProxyType(
        {plain(row["spelling"]): row for row in rows(PACKAGE, "events") if row["family"] == family}
    )


def event_row(family: str, text: str) -> Mapping[str, str] | None:
    """The event that a word names (``02Moy`` is ``Moy``), with its return periods; None where it names
    none.
    """
    return _events(family).get(plain(text))


def event_of_part(profile: str, part: str) -> tuple[str, float]:
    """Event and return period [yr] that the words of ``args.part`` name, before a file is opened:
    ``02Moy,01`` is ``Moy``, 100; empty and NaN where they name none.
    """
    family = "di" if profile.endswith("_di") else "ppr"
    found = [event_row(family, word.strip()) for word in part.split(",") if not word.strip().isdigit()]
    for row in (one for one in found if one is not None):
        period = float(row["return_period_yr"]) if row["return_period_yr"] else math.nan
        return ("" if row["event"] == "reference" else row["event"]), period
    return "", math.nan


@lru_cache(maxsize=1)
def _states() -> Mapping[str, Mapping[str, str]]:
    return MappingProxyType({plain(row["value"]): row for row in rows(PACKAGE, "plan_states")})


def state_of(text: str, *, date: str = "", procedure: str = "") -> PlanState:
    """Where a plan stands by what its file says; a word that no standard has is kept."""
    key = plain(text).zfill(2) if text.isdigit() else plain(text)
    row = _states().get(key) or _states().get(key.replace("_", " "))
    if row is None:
        return PlanState(text, "not_told", date, procedure, "not a state of the standard" if text else "")
    return PlanState(row["state"], row["force"], date, procedure, row["meaning"])  # type: ignore[arg-type]


@lru_cache(maxsize=1)
def flood_origins() -> Mapping[str, Mapping[str, str]]:
    """Rows of the origins of a flood in the older maps of the floods directive."""
    return MappingProxyType({row["value"]: row for row in rows(PACKAGE, "flood_origins")})
