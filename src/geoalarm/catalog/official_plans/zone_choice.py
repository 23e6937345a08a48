"""Which zones of a plan are asked for: by hazard, by code, by event, by table; and what there is to choose
from.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

import geopandas as gpd

from geoalarm.catalog.official_plans import gaspar_codes as gaspar
from geoalarm.catalog.official_plans.plan_columns import plain, plan_number
from geoalarm.catalog.official_plans.plan_content import PlanContent, zone_count
from geoalarm.catalog.official_plans.plan_tables import is_regulation, require_no_regulation
from geoalarm.core.errors import InputError
from geoalarm.core.official_plan import HazardCode
from geoalarm.core.terms import BUILDING_HAZARDS

REFERENCE: Final = "reference"
_BETWEEN: Final = re.compile(r"[,;]")


@dataclass(slots=True)
class _Wanted:
    """What the words of a choice name."""

    codes: set[str] = field(default_factory=set)
    hazards: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)
    plans: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class ZoneChoice:
    """The zones chosen, the hazard they are of, and the event."""

    zones: gpd.GeoDataFrame
    untold: gpd.GeoDataFrame
    of_event: gpd.GeoDataFrame
    hazard: str
    event: str
    codes: tuple[str, ...]


def choose_zones(content: PlanContent, *, name: str, hazard: str | None, part: str | None) -> ZoneChoice:
    """The zones that a hazard and the words of ``part`` name.

    Parameters
    ----------
    name : str
        Of the file, for errors and hints.
    hazard : str, optional
        A hazard of the house, a code, or ``any_hazard``; may be left out where the plan is of one.
    part : str, optional
        Codes, events, hazards or tables with commas between them: ``112,exceptionnel``, ``Moy``.

    Raises
    ------
    InputError
        If a word names nothing in the file, or several hazards or events are left: with what there is.
    """
    wanted = _wanted(content, part, hazard, name=name)
    event = _event(content, wanted, name=name)
    zones = content.zones[content.zones["event"] == event]
    if wanted.plans:
        zones = zones[zones["plan"].isin(wanted.plans)]
    if wanted.tables:
        zones = zones[zones["table"].isin(wanted.tables)]
    codes = _codes(zones, wanted, name=name)
    picked = zones[zones["code"].isin(codes)]
    picked = picked if content.family == "di" else _own_tables_first(picked)
    is_several = gaspar.SEVERAL in codes or gaspar.ANY in wanted.hazards
    untold = zones[~zones["is_told"]]
    if is_several or (len(picked) and picked.groupby("code")["is_own"].any().all()):
        untold = untold.iloc[:0]
    found = gaspar.ANY if gaspar.ANY in wanted.hazards else gaspar.hazard_of(codes[0])
    return ZoneChoice(picked, untold, zones, found, event, tuple(codes))


def _own_tables_first(zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Without the zones of a synthesis for hazards that have a table of their own: they are the same
    again.
    """
    own = set(zones.loc[zones["is_own"], "code"])
    return zones[zones["is_own"] | ~zones["code"].isin(own)]


def hazards_of(zones: gpd.GeoDataFrame) -> tuple[HazardCode, ...]:
    """The hazards of some zones, by code; zones without any hazard (nil) count as looked at for it."""
    made = []
    for code, rows in zones.groupby("code", sort=True):
        told = next((one for one in rows["code_name"] if one), "")
        native = next((one for one in rows["native_code"] if one), str(code))
        known = code in gaspar.hazard_codes()
        name = gaspar.name_of(str(code), told)
        made.append(HazardCode(str(code), native, gaspar.hazard_of(str(code)), name, len(rows), known))
    return tuple(made)


def _listed(zones: gpd.GeoDataFrame) -> str:
    """What there is, in words: ``landslide: 123 rockfall (67 zones), 124 landslide (58 zones); flood:
    ...``.
    """
    by_hazard: dict[str, list[str]] = {}
    for item in hazards_of(zones):
        by_hazard.setdefault(item.hazard, []).append(f"{item.code} {item.name} ({zone_count(item.zones)})")
    return "; ".join(f"{hazard}: {', '.join(codes)}" for hazard, codes in by_hazard.items()) or "no zone"


def _wanted(content: PlanContent, part: str | None, hazard: str | None, *, name: str) -> _Wanted:
    wanted = _Wanted()
    for word in [one.strip() for one in _BETWEEN.split(part or "") if one.strip()]:
        _add(wanted, word, content, name=name)
    if hazard:
        asked = _Wanted()
        _add(asked, hazard, content, name=name)
        if wanted.codes and asked.hazards - {gaspar.ANY}:
            _require_same(wanted, asked, name=name)
        wanted.codes |= asked.codes
        wanted.hazards |= asked.hazards if not wanted.codes or gaspar.ANY in asked.hazards else set()
        wanted.events |= asked.events
    return wanted


def _require_same(wanted: _Wanted, asked: _Wanted, *, name: str) -> None:
    """A code and a hazard that were both given must be of each other."""
    held = {gaspar.hazard_of(code) for code in wanted.codes}
    if not held <= asked.hazards:
        raise InputError(
            f"hazard of {name}",
            got=f"{', '.join(sorted(asked.hazards))} with code {', '.join(sorted(wanted.codes))}",
            expected=", ".join(sorted(held)),
            hint="leave one of them out",
        )


def _add(wanted: _Wanted, word: str, content: PlanContent, *, name: str) -> None:
    """One word of a choice: a code, a hazard, an event, or a table."""
    held = {plain(code): code for code in content.zones["code"].unique()}
    hazards = {plain(gaspar.hazard_of(code)): gaspar.hazard_of(code) for code in held.values()}
    code = held.get(plain(gaspar.short_code(word)))
    origin = gaspar.flood_origins().get(word)
    event = gaspar.event_row(content.family, word) if not word.isdigit() else None
    own_event = next(
        (one for one in content.zones["event"].unique() if one and plain(one) == plain(word)), None
    )
    if code is None and origin is not None and origin["code"] in held.values() and content.family == "di":
        code = origin["code"]
    below = {one for one in held.values() if word.isdigit() and one.startswith(gaspar.short_code(word))}
    plan = plan_number(word)
    tables = {one for one in content.zones["table"].unique() if plain(one) == plain(word.rsplit(".", 1)[0])}
    if code is not None or below:
        wanted.codes |= {code} if code is not None else below
    elif plain(word) in hazards or plain(word) in (gaspar.ANY, "all"):
        wanted.hazards.add(hazards.get(plain(word), gaspar.ANY))
    elif event is not None or own_event is not None:
        wanted.events.add(event["event"] if event is not None else str(own_event))
    elif tables:
        wanted.tables |= tables
        wanted.events |= set(content.zones.loc[content.zones["table"].isin(tables), "event"])
    elif plan in set(content.zones["plan"]) and not is_regulation(word):
        wanted.plans.add(plan)
    else:
        require_no_regulation(word)
        raise InputError(
            f"{name} holds no {word!r}",
            got=word,
            expected=_listed(content.zones) + _events_listed(content),
            hint=f"choose with --hazard (hazard in a catalog entry), or {name}:CODE (args.part)",
        )


def _events_listed(content: PlanContent) -> str:
    events = [one for one in content.zones["event"].unique() if one]
    return f"; events: {', '.join(events)}" if len(events) > 1 or content.family == "di" else ""


def _event(content: PlanContent, wanted: _Wanted, *, name: str) -> str:
    """The one event: the one named, that of reference, or the only one."""
    held = list(dict.fromkeys(content.zones["event"]))
    found = [one for one in held if one in wanted.events] if wanted.events else held
    if len(found) == 1:
        return str(found[0])
    if not wanted.events and REFERENCE in held:
        return REFERENCE
    counts = content.zones["event"].value_counts()
    raise InputError(
        f"{name} holds several events" if len(found) > 1 else f"{name} does not hold that event",
        got=", ".join(sorted(wanted.events)) or "no choice",
        expected="one of " + ", ".join(f"{one} ({zone_count(counts[one])})" for one in held),
        hint=f"choose one: {name}:{held[0]} on the command line, args.part in a catalog entry",
    )


def _codes(zones: gpd.GeoDataFrame, wanted: _Wanted, *, name: str) -> list[str]:
    """Codes of the zones that are asked for: of one hazard, unless every one is."""
    held = [str(code) for code in sorted(zones["code"].unique())]
    if gaspar.ANY in wanted.hazards:
        return [code for code in held if gaspar.hazard_of(code) not in BUILDING_HAZARDS]
    codes = [code for code in held if code in wanted.codes] if wanted.codes else held
    if wanted.hazards:
        codes = [code for code in codes if gaspar.hazard_of(code) in wanted.hazards]
    hazards = {gaspar.hazard_of(code) for code in codes}
    hazards -= (
        {gaspar.hazard_of(gaspar.SEVERAL)}
        if not wanted.codes and not wanted.hazards and len(hazards) > 1
        else set()
    )
    if len(hazards) != 1:
        raise _several(zones, hazards, name=name)
    return [code for code in codes if gaspar.hazard_of(code) in hazards]


def _several(zones: gpd.GeoDataFrame, hazards: Collection[str], *, name: str) -> InputError:
    listed = sorted(hazards_of(zones), key=lambda item: (item.hazard in BUILDING_HAZARDS, -item.zones))
    example = next((item for item in listed if not hazards or item.hazard in hazards), None)
    word, code = (example.hazard, example.code) if example is not None else ("flood", "112")
    return InputError(
        f"{name} holds several hazards" if hazards else f"{name} holds none of the hazards asked for",
        got="no choice among them" if hazards else "no zone",
        expected="one of " + _listed(zones),
        hint=f"choose one: --hazard {word}, or {name}:{code}; --hazard {gaspar.ANY} counts everybody in any "
        f"of them, each once (in a catalog entry: metadata.hazard, or args.part)",
    )
