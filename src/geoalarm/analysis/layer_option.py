"""One layer that can be asked for: an entry and the values of its parameters, its facts, nothing opened."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoalarm import hazards
from geoalarm.analysis.layer_info import LayerInfo
from geoalarm.analysis.scenario import FootprintChoice
from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.model import Hazard, interval_classes

if TYPE_CHECKING:
    from geoalarm.catalog import Catalog
    from geoalarm.catalog.entry import CatalogEntry
    from geoalarm.catalog.entry_args import ChosenValue


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerOption(LayerInfo):
    """What a page or a command needs to know of a hazard layer before it is opened.

    Attributes
    ----------
    entry : str
        The catalog entry.
    class_bounds : tuple of float
        Lower bounds of half-open classes [units]; empty for named classes.
    parameters : tuple of (name, value)
        Values of the entry's parameters.
    """

    entry: str
    class_bounds: tuple[float, ...]
    parameters: tuple[tuple[str, ChosenValue], ...] = ()


def options_of(catalog: Catalog, choice: FootprintChoice) -> Iterator[LayerOption]:
    """Every layer that a choice of a scenario names.

    Raises
    ------
    InputError
        If the entry holds no hazard, or a parameter or its value is unknown.
    """
    entry = catalog.entry(choice.entry)
    if entry.facts.role != "hazard":
        raise InputError(
            f"entry {entry.name!r} among the footprints",
            got=f"role {entry.facts.role}",
            expected="role hazard",
            hint=f"name it under {'communes' if entry.facts.role == 'communes' else 'population'}",
        )
    for name in choice.parameters:
        if name not in entry.parameters:
            raise InputError(
                f"entry {entry.name!r} has no parameter {name!r}",
                got=name,
                expected=", ".join(entry.parameters) or "no parameter",
                hint=near_miss(name, entry.parameters),
            )
    axes: list[list[tuple[str, object]]] = []
    for name, parameter in entry.parameters.items():
        chosen = choice.parameters.get(name, tuple(parameter.allowed))
        axes.append([(name, chosen)] if parameter.parts else [(name, value) for value in chosen])
    for pairs in itertools.product(*axes):
        yield _option(entry, entry.resolve_parts(dict(pairs)), choice.bounds)


def _option(
    entry: CatalogEntry, values: dict[str, ChosenValue], bounds: tuple[float, ...] | None
) -> LayerOption:
    facts = entry.facts
    hazard = _hazard(facts.hazard, entry=entry.name)
    used = tuple(bounds or hazard.class_bounds) if facts.kind == "intensity" else ()
    labels = (
        tuple(item.label for item in interval_classes(used))
        if used
        else tuple(facts.class_order) or _of_standard(entry) or hazard.class_labels
    )
    period, country = values.get("return_period", facts.return_period_yr), values.get("country")
    event, of_event = _event(entry, values)
    source = entry.source(values)
    return LayerOption(
        key=source.id,
        entry=entry.name,
        title=facts.title,
        hazard=facts.hazard,
        scenario=str(values.get("scenario", facts.scenario)) or event,
        return_period_yr=of_event if period is None else float(str(period)),
        basis=facts.basis_term,
        countries=(str(country),) if country else tuple(facts.countries),
        class_labels=labels,
        class_bounds=used,
        units=hazard.units if used else facts.units or hazard.units,
        kind=facts.kind,
        source=source,
        parameters=tuple(values.items()),
    )


def _of_standard(entry: CatalogEntry) -> tuple[str, ...]:
    """Every class of the standard that an official plan is in; empty for another entry."""
    from geoalarm.catalog.official_plans import standard_classes

    return standard_classes(entry.profile, entry.facts.hazard) if entry.profile is not None else ()


def _event(entry: CatalogEntry, values: dict[str, ChosenValue]) -> tuple[str, float]:
    """Event and return period [yr] that an entry chooses in an official plan; empty and NaN for any other,
    and where parts of several events are opened together.
    """
    from geoalarm.catalog.official_plans import event_of_part

    if not entry.profile:
        return "", math.nan
    several = [value if isinstance(value, tuple) else (value,) for value in values.values()]
    choices = [dict(zip(values, chosen, strict=True)) for chosen in itertools.product(*several)]
    parts = list(dict.fromkeys(entry.part_of(choice) for choice in choices))
    return event_of_part(entry.profile, parts[0]) if len(parts) == 1 else ("", math.nan)


def _hazard(name: str, *, entry: str) -> Hazard:
    known = hazards.discover()
    if name not in known:
        raise InputError(
            f"hazard {name!r} of entry {entry!r}",
            got=name,
            expected=", ".join(sorted(known)),
            hint=near_miss(name, known),
        )
    return known[name]
