"""Levels at which an effect on people or buildings begins, as rows of law and practice: heat, overpressure,
individual risk.

Concentrations of a substance are rows of their own: ``toxic_thresholds``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeAlias

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.quantities import convert, to_si
from geoalarm.core.reference_rows import confirm, number_in, read_table, require_words, rows
from geoalarm.core.registry import FlaggedOutputs, model, word

RINGS: Final = ("SEI", "SEL", "SELS")
"""French rings from mild to severe: irreversible, first lethal, significant lethal effects."""

DOSE_UNIT: Final = "(kW/m^2)^(4/3)*s"
"""Of a thermal dose."""

COLUMNS: Final = (
    "jurisdiction",
    "effect",
    "receptor",
    "measure",
    "unit",
    "value",
    "label",
    "meaning",
    "source",
    "verified",
)
SI_UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "flux": "W m-2",
        "dose": DOSE_UNIT,
        "peak": "Pa",
        "individual_risk": "yr-1",
        "lethality": "1",
        "exposure": "s",
    }
)
"""What a row may measure, and the unit in which the models work."""


@dataclass(frozen=True, slots=True)
class EffectThreshold:
    """A level of an effect that a jurisdiction names: value [unit], label, and where it was read."""

    jurisdiction: str
    effect: str
    receptor: str
    measure: str
    unit: str
    value: float
    label: str
    meaning: str
    source: str
    verified: str

    @property
    def si(self) -> float:
        """The value as the models take it: W m-2, Pa, or a dose in (kW/m^2)^(4/3)*s."""
        unit = SI_UNITS[self.measure]
        return self.value if unit == self.unit else float(convert(self.value, self.unit, unit))

    @property
    def flags(self) -> tuple[str, ...]:
        """``to_be_confirmed`` for a value from general knowledge."""
        return confirm(self.verified, f"{self.jurisdiction} {self.effect} {self.label}")


ThresholdTable: TypeAlias = "str | Path | Sequence[EffectThreshold] | None"


def effect_thresholds(
    effect: str,
    *,
    measure: str | None = None,
    jurisdiction: str = "FR",
    receptor: str = "people",
    labels: tuple[str, ...] | None = None,
    table: ThresholdTable = None,
) -> tuple[EffectThreshold, ...]:
    """Thresholds of an effect, mild to severe.

    Parameters
    ----------
    effect : str
        ``thermal``, ``overpressure``, ``toxic`` or ``individual_risk``.
    measure : str, optional
        ``flux`` or ``dose`` for heat.
    jurisdiction : str
        ``FR``, ``BE-WAL`` or ``BE-VLG``.
    receptor : str
        ``people`` or ``structures``.
    labels : tuple of str, optional
        Only these.
    table : path or sequence of EffectThreshold, optional
        Other thresholds, from :func:`load_effect_thresholds` or a file it reads, beside the built-in ones.

    Raises
    ------
    InputError
        If there is no such row; no other country's values take its place.

    Examples
    --------
    >>> [item.value for item in effect_thresholds("thermal", measure="dose", labels=("SEI", "SEL", "SELS"))]
    [600.0, 1000.0, 1800.0]
    """
    given = load_effect_thresholds(table) if isinstance(table, str | Path) else tuple(table or ())
    every = (*given, *builtin_thresholds())
    own = [
        item
        for item in every
        if (item.effect, item.jurisdiction, item.receptor) == (effect, jurisdiction, receptor)
    ]
    own = [item for item in own if measure in (None, item.measure)]
    folded = {label.casefold() for label in labels or ()}
    found = [item for item in own if labels is None or item.label.casefold() in folded]
    if not own:
        known = {f"{item.jurisdiction} {item.effect} {item.measure} {item.receptor}" for item in every}
        asked = " ".join(word for word in (jurisdiction, effect, measure, receptor) if word)
        raise InputError(
            "effect threshold",
            got=asked,
            expected="a row of the table of thresholds",
            hint=near_miss(asked, known),
        )
    if not found:
        names = {item.label for item in own}
        raise InputError(
            f"label of an effect threshold ({jurisdiction} {effect})",
            got=", ".join(labels or ()),
            hint=near_miss((labels or ("",))[0], names),
        )
    return tuple(sorted(found, key=lambda item: item.value))


@lru_cache(maxsize=1)
def builtin_thresholds() -> tuple[EffectThreshold, ...]:
    """The rows of the package."""
    return tuple(_read(row, line) for line, row in enumerate(rows(__package__, "effect_thresholds"), start=2))


def load_effect_thresholds(path: str | Path) -> tuple[EffectThreshold, ...]:
    """Thresholds of heat, overpressure and risk from a CSV file with the columns of :data:`COLUMNS`
    (``meaning`` may be missing).

    Parameters
    ----------
    path : path
        UTF-8, comma separated, one row a level; ``measure`` is one of :data:`SI_UNITS` and ``unit`` any unit
        of it; ``receptor`` is ``people`` or ``structures``; ``verified`` is V, C, R or D. Concentrations of a
        substance are in another table: ``load_thresholds``.

    Raises
    ------
    InputError
        If the file is missing, is no such table or is empty.
    Faults
        If rows are wrong: all of them, with their lines.
    """
    return read_table(
        path,
        what="file of effect thresholds",
        columns=COLUMNS,
        optional=("meaning",),
        one=_read,
        key=lambda one: (one.jurisdiction, one.effect, one.receptor, one.measure, one.label),
    )


def _read(row: Mapping[str, str], line: int) -> EffectThreshold:
    """One row as text, checked: a measure that is known, a unit of it, a tag and a source."""
    require_words(row, line, "jurisdiction", "effect", "label", "source")
    for name, allowed in (("receptor", ("people", "structures")), ("measure", tuple(SI_UNITS))):
        if row[name] not in allowed:
            raise InputError(f"{name} in line {line}", got=repr(row[name]), expected=", ".join(allowed))
    value = number_in(row, "value", line, positive=True)
    to_si((1.0, row["unit"]), SI_UNITS[row["measure"]], name=f"unit in line {line}")
    return EffectThreshold(**{**{name: row[name] for name in COLUMNS}, "value": value})  # type: ignore[arg-type]


def french_rings(effect: str, measure: str | None = None) -> tuple[EffectThreshold, ...]:
    """SEI, SEL and SELS of heat (``flux`` or ``dose``) or overpressure (``peak``), mild to severe.

    Toxic rings are concentrations of each substance and are not here: load them from the INERIS sheets.

    Raises
    ------
    InputError
        If the effect has no three rings in the table, or heat is asked for without its measure.
    """
    found = effect_thresholds(effect, measure=measure, labels=RINGS)
    if tuple(item.label for item in found) != RINGS:
        raise InputError(
            f"French rings of effect {effect!r}",
            got=", ".join(f"{item.label} ({item.measure})" for item in found),
            expected="SEI, SEL and SELS once each",
            hint="give measure='flux' or 'dose' for heat; toxic thresholds are loaded for each substance",
        )
    return found


def thermal_measure(exposure: float) -> str:
    """``dose`` for exposures shorter than 120 s, else ``flux`` (arrete of 20 April 2007, art. 11); exposure
    in [s].

    Examples
    --------
    >>> thermal_measure(12.2), thermal_measure(600)
    ('dose', 'flux')
    """
    limit = effect_thresholds("thermal", measure="exposure")[0].value
    return "dose" if exposure < limit else "flux"


@model(
    inputs={
        "effect": word(),
        "label": word(),
        "measure": word("", *SI_UNITS),
        "jurisdiction": word(),
        "receptor": word("people", "structures"),
        "table": word(),
    },
    outputs={"value": "", "unit": "", "meaning": ""},
    source="rows of data/effect_thresholds.csv, each with its own source",
    jurisdiction="by row",
)
def effect_threshold(
    effect: str,
    label: str,
    *,
    measure: str = "",
    jurisdiction: str = "FR",
    receptor: str = "people",
    table: ThresholdTable = None,
) -> FlaggedOutputs:
    """Level at which an effect begins in a jurisdiction, as its law or practice words it.

    Parameters
    ----------
    effect : str
        ``thermal``, ``overpressure``, ``individual_risk``, or one of the table.
    label : str
        Such as SEI.
    measure : str
        ``flux`` or ``dose`` for heat, where a label has both.
    jurisdiction : str
        ``FR``, ``BE-WAL``, ``BE-VLG``, or one of the table.
    receptor : str
        ``people`` or ``structures``.
    table : path, optional
        CSV of other thresholds, with the columns of ``data/effect_thresholds.csv``.

    Raises
    ------
    InputError
        If there is no such row, or there are several.

    References
    ----------
    The row's own source.

    Examples
    --------
    >>> result = effect_threshold("thermal", "SELS", measure="dose")
    >>> result["value"], result["unit"]
    (1800.0, '(kW/m^2)^(4/3)*s')
    """
    wanted = {
        "measure": measure or None,
        "jurisdiction": jurisdiction,
        "receptor": receptor,
        "labels": (label,),
    }
    found = effect_thresholds(effect, table=table, **wanted)  # type: ignore[arg-type]
    if len(found) > 1:
        raise InputError(
            f"threshold {label} of {effect}",
            got=", ".join(item.measure for item in found),
            expected="one",
            hint="give measure=",
        )
    return FlaggedOutputs(
        (found[0].value, found[0].unit, found[0].meaning), (f"row_source: {found[0].source}", *found[0].flags)
    )
