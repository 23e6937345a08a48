"""What changed between two reports of a commune, figure by figure, and which input is the cause.

Where one input changed, the whole difference is its own. Where several did, they are exchanged one after the
other in the order of :data:`ORDER` and each takes what the figure moved by at its turn (``Walk``, from
:mod:`geoalarm.report.changes_attribution`). Without such a walk the causes stay together: a split is never
invented. The parts add up to the difference to the last bit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from geoalarm.report.changes_record import FigureRecord, InputRecord, Record

ORDER: Final = ("data", "map", "boundaries", "model")
"""Inputs in the order in which they are exchanged."""

CAUSES: Final = (*ORDER, "reality")
"""Names of causes. ``reality``: the population is of a later year, or an observed layer is: the world moved.
A corrected file of the same year is ``data`` or ``map``.
"""

GRAIN: Final = 2.0**-20
"""Numbers are compared as multiples of this [people]: sums and differences of such numbers are exact."""

CLOSE: Final = 1e-6
"""A figure counted again from the old inputs is the old figure if it differs by less, or this share of it."""

Kind = Literal["number", "state", "range", "new", "gone"]
Walk = Mapping[str, float]
"""Value of a figure after each exchange: ``start`` (old inputs, this version), then those of :data:`ORDER`
that were exchanged.
"""

_YEAR: Final = re.compile(r"\b(?:1[89]|2[0-9])\d\d\b")
_OF_COUNTRY: Final = re.compile(r"(\d{4})\s*\(([A-Z]{2})\)")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a difference.

    Attributes
    ----------
    causes : tuple of str
        Names of :data:`CAUSES`: one, or several that could not be told apart; none where no input changed.
    people : float
        Exact multiple of :data:`GRAIN` [1].
    before, after : str
        Vintages or versions, where these tell something.
    input : str
        The one of :data:`ORDER` that changed; empty where there are several.
    """

    causes: tuple[str, ...]
    people: float
    before: str = ""
    after: str = ""
    input: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that is not what it was.

    Attributes
    ----------
    kind : str
        ``number``: both are numbers; ``range``: only the bounds moved; ``state``: a number came or went, or
        the state is another; ``new``, ``gone``: the figure is in one report only.
    before, after : FigureRecord or None
        None where it is in one report only.
    state_before, state_after : str
        Terms of :class:`geoalarm.core.terms.State`; ``hidden`` for a lower bound, ``failed`` where its layer
        could not be read, ``absent`` where the report does not have it.
    difference : float
        After minus before [1]; NaN unless ``kind`` is ``number``.
    parts : tuple of Part
        They add up to ``difference``; of other kinds the causes, with NaN.
    """

    id: str
    kind: Kind
    before: FigureRecord | None
    after: FigureRecord | None
    state_before: str
    state_after: str
    difference: float = math.nan
    parts: tuple[Part, ...] = ()

    @property
    def figure(self) -> FigureRecord:
        """The figure as it is now, or as it was where it is gone."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def is_split(self) -> bool:
        """Whether every part has one cause."""
        return all(len(part.causes) == 1 for part in self.parts)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Old and new inputs of one figure, by the cause they fall under."""

    changed: tuple[str, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    tells: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def compare(before: Record | None, after: Record, *, walks: Mapping[str, Walk] | None = None) -> list[Change]:
    """Every figure that differs, in the order of the later report; those that are gone come last.

    Parameters
    ----------
    before : Record or None
        None for a first report: then there is nothing to compare.
    after : Record
    walks : mapping of str to Walk, optional
        By figure id; see :mod:`geoalarm.report.changes_attribution`.
    """
    if before is None:
        return []
    ids = [*after.figures, *(name for name in before.figures if name not in after.figures)]
    found = [_change(name, before, after, (walks or {}).get(name)) for name in ids]
    return [change for change in found if change is not None]


def changed_inputs(
    before: Record, after: Record, figure: FigureRecord, *, other: FigureRecord | None = None
) -> tuple[str, ...]:
    """Which of :data:`ORDER` are not the same for a figure; ``other`` is the figure in the earlier report."""
    old = other or figure
    pairs = {
        "data": (_marks(before, before.inputs.data), _marks(after, after.inputs.data)),
        "map": (_marks(before, old.layers), _marks(after, figure.layers)),
        "boundaries": (
            (before.inputs.seam, *_marks(before, before.inputs.boundaries)),
            (after.inputs.seam, *_marks(after, after.inputs.boundaries)),
        ),
        "model": ((before.inputs.version, old.method), (after.inputs.version, figure.method)),
    }
    applies = ("data", "boundaries", "model") if figure.kind == "population" else ORDER
    return tuple(name for name in applies if pairs[name][0] != pairs[name][1])


def exactly(value: float) -> float:
    """A number as the nearest multiple of :data:`GRAIN`."""
    return round(value / GRAIN) * GRAIN


def is_later(before: str, after: str) -> bool:
    """Whether a vintage is later than another: no year of it earlier, one later."""
    old, new = ([int(year) for year in _YEAR.findall(text)] for text in (before, after))
    if not old or not new:
        return False
    if len(old) != len(new):
        old, new = [max(old)], [max(new)]
    return all(b >= a for a, b in zip(old, new, strict=True)) and old != new


def vintage_of(text: str, country: str) -> str:
    """The vintage that concerns a country: ``2018 (FR), 2020 (BE)`` is 2020 for BE."""
    found = {match[2]: match[1] for match in _OF_COUNTRY.finditer(text)}
    return found.get(country, text)


def _change(name: str, before: Record, after: Record, walk: Walk | None) -> Change | None:
    old, new = before.figures.get(name), after.figures.get(name)
    states = _state(old, new, before), _state(new, old, after)
    if old is None or new is None:
        pair = _pair(before, after, new or old, old)  # type: ignore[arg-type]
        return Change(name, "new" if old is None else "gone", old, new, *states, parts=_unweighed(pair))
    pair = _pair(before, after, new, old)
    if not (old.has_number and new.has_number):
        known = states[0] == states[1] and _same(old.value, new.value)
        return None if known else Change(name, "state", old, new, *states, parts=_unweighed(pair))
    difference = exactly(new.value) - exactly(old.value)
    if difference == 0:
        still = _same(old.low, new.low) and _same(old.high, new.high)
        return None if still else Change(name, "range", old, new, *states, parts=_unweighed(pair))
    return Change(
        name,
        "number",
        old,
        new,
        *states,
        difference=difference,
        parts=_parts(pair, old.value, new.value, walk),
    )


def _state(figure: FigureRecord | None, other: FigureRecord | None, record: Record) -> str:
    if figure is None:
        return (
            "failed"
            if other is not None and any(name in record.faults for name in other.layers)
            else "absent"
        )
    return "hidden" if figure.hidden else figure.state


def _same(one: float, other: float) -> bool:
    return (math.isnan(one) and math.isnan(other)) or (
        math.isfinite(one) and math.isfinite(other) and exactly(one) == exactly(other)
    )


def _marks(record: Record, ids: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(record.inputs.sources[name].mark if name in record.inputs.sources else name for name in ids)


def _pair(before: Record, after: Record, figure: FigureRecord, old: FigureRecord | None) -> _Pair:
    changed = changed_inputs(before, after, figure, other=old)
    layers = (old or figure).layers, figure.layers
    names, tells = {}, {}
    country = after.commune_id.partition(":")[0]
    for cause in changed:
        names[cause] = cause
        if cause == "model":
            versions = before.inputs.version, after.inputs.version
            tells[cause] = versions if versions[0] != versions[1] else ("", "")
            continue
        ids = {
            "data": (before.inputs.data, after.inputs.data),
            "boundaries": (before.inputs.boundaries, after.inputs.boundaries),
        }
        olds, news = (
            _inputs(record, of) for record, of in zip((before, after), ids.get(cause, layers), strict=True)
        )
        vintages = " ".join(item.vintage for item in olds), " ".join(item.vintage for item in news)
        shown = vintages if vintages[0] != vintages[1] else ("", "")
        tells[cause] = vintage_of(shown[0], country), vintage_of(shown[1], country)
        observed = bool(news) and all(item.basis == "observed" for item in news)
        if is_later(*tells[cause]) and (cause == "data" or (cause == "map" and observed)):
            names[cause] = "reality"
    return _Pair(changed, names, tells)


def _inputs(record: Record, ids: tuple[str, ...]) -> list[InputRecord]:
    return [record.inputs.sources[name] for name in ids if name in record.inputs.sources]


def _unweighed(pair: _Pair) -> tuple[Part, ...]:
    """The causes without numbers."""
    return tuple(Part((pair.names[cause],), math.nan, *pair.tells[cause], cause) for cause in pair.changed)


def _parts(pair: _Pair, old: float, new: float, walk: Walk | None) -> tuple[Part, ...]:
    difference = exactly(new) - exactly(old)
    if not pair.changed:
        return (Part((), difference),)
    if len(pair.changed) == 1:
        cause = pair.changed[0]
        return (Part((pair.names[cause],), difference, *pair.tells[cause], cause),)
    points = _points(pair.changed, old, new, walk)
    if points is None:
        return (Part(tuple(dict.fromkeys(pair.names[cause] for cause in pair.changed)), difference),)
    weighed = [
        Part((pair.names[cause],), points[cause], *pair.tells[cause], cause)
        for cause in pair.changed
        if points[cause] != 0
    ]
    return tuple(weighed)


def _points(changed: tuple[str, ...], old: float, new: float, walk: Walk | None) -> dict[str, float] | None:
    """People by cause along a walk; None without one, or where it leads not from old figure to new."""
    if walk is None or not all(
        math.isfinite(walk.get(name, math.nan)) for name in ("start", *changed) if name != "model"
    ):
        return None
    inner = [name for name in changed if name != "model"]
    first, last = walk["start"], walk[inner[-1]]
    if "model" not in changed and not (_is_close(first, old) and _is_close(last, new)):
        return None
    stations = [first if "model" in changed else old, *(walk[name] for name in inner)]
    if "model" not in changed:
        stations[-1] = new
    exact = [exactly(value) for value in stations]
    parts = {name: exact[n + 1] - exact[n] for n, name in enumerate(inner)}
    if "model" in changed:
        parts["model"] = (exact[0] - exactly(old)) + (exactly(new) - exact[-1])
    return parts


def _is_close(one: float, other: float) -> bool:
    return abs(one - other) <= CLOSE * max(1.0, abs(other))
