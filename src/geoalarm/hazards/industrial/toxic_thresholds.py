"""Concentrations that mark effects on people, as rows: jurisdiction, substance, effect, time, value, source.

Built in are AEGLs (United States). The French thresholds SEI, SEL and SELS of a substance are not part of
this package: they are loaded from the INERIS sheets with :func:`load_thresholds`, and nothing takes their
place until then.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeAlias

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.quantities import to_si
from geoalarm.core.reference_rows import number_in, read_table, require_words, rows
from geoalarm.core.registry import FlaggedOutputs, model, positive, word
from geoalarm.core.result import TO_BE_CONFIRMED
from geoalarm.hazards.industrial.substances import GAS_CONSTANT, Substance
from geoalarm.hazards.industrial.substances import substance as find_substance

COLUMNS: Final = (
    "jurisdiction",
    "substance",
    "effect",
    "exposure_min",
    "value",
    "unit",
    "label",
    "source",
    "verified",
    "vintage",
)
FRENCH: Final = ("SER", "SEI", "SEL", "SELS")
REFERENCE_TEMPERATURE: Final = 298.15
"""At which a share of volume becomes a mass per volume unless another is given [K]."""


@dataclass(frozen=True, slots=True)
class ToxicThreshold:
    """One row. ``value`` in ``unit`` (``ppm`` or a mass per volume); NaN where the source recommends none."""

    jurisdiction: str
    substance: str
    effect: str
    exposure_min: float
    value: float
    unit: str
    label: str
    source: str
    verified: str
    vintage: str = ""

    @property
    def flags(self) -> tuple[str, ...]:
        """``to_be_confirmed`` where the row was not read in its source."""
        return (
            (f"{TO_BE_CONFIRMED}: {self.effect} of {self.substance}, {self.source}",)
            if self.verified == "R"
            else ()
        )

    def concentration(
        self, *, temperature: float = REFERENCE_TEMPERATURE, pressure: float = 101325.0
    ) -> float:
        """The threshold as mass per volume [kg m-3]; a share of volume is turned at [K] and [Pa]."""
        if self.unit != "ppm":
            return float(to_si((self.value, self.unit), "kg m-3", name="threshold"))
        molar_mass = find_substance(self.substance).molar_mass
        return self.value * 1e-6 * molar_mass * pressure / (GAS_CONSTANT * temperature)


ThresholdTable: TypeAlias = "str | Path | Sequence[ToxicThreshold] | None"


def find_threshold(
    substance: str,
    effect: str,
    *,
    jurisdiction: str | None = None,
    exposure_min: float = 60.0,
    table: ThresholdTable = None,
) -> ToxicThreshold:
    """The threshold of a substance for an effect and an exposure time; times between rows are not guessed.

    Parameters
    ----------
    substance : str
        Any name that ``substances`` knows.
    effect : str
        Such as ``AEGL-2`` or ``SEI``.
    jurisdiction : str, optional
        Such as ``US`` or ``FR``; by default ``FR`` for the French effects and ``US`` for AEGLs.
    exposure_min : float
        Exposure time [min].
    table : path or sequence of ToxicThreshold, optional
        Rows from :func:`load_thresholds`, or a file it reads, used beside the built-in ones.

    Raises
    ------
    InputError
        If there is no such row: it says what to load, or which times exist. No other effect is taken instead.
    """
    found = find_substance(substance)
    effect = next((one for one in (*FRENCH, *_effects()) if one.casefold() == effect.casefold()), effect)
    place = jurisdiction or ("FR" if effect in FRENCH else "US")
    given = load_thresholds(table) if isinstance(table, str | Path) else tuple(table or ())
    known = [*given, *builtin_thresholds()]
    own = [
        row for row in known if (row.jurisdiction, row.substance, row.effect) == (place, found.name, effect)
    ]
    for row in own:
        if math.isclose(row.exposure_min, exposure_min):
            if math.isnan(row.value):
                raise InputError(
                    f"{effect} of {found.name}",
                    got=row.label,
                    expected="a value",
                    hint="use another effect, by name",
                )
            return row
    raise _refusal(found, effect, place=place, exposure_min=exposure_min, own=own, known=known)


@lru_cache(maxsize=1)
def _effects() -> tuple[str, ...]:
    """Effects of the built-in rows."""
    return tuple(dict.fromkeys(row.effect for row in builtin_thresholds()))


def _refusal(
    found: Substance,
    effect: str,
    *,
    place: str,
    exposure_min: float,
    own: Sequence[ToxicThreshold],
    known: Iterable[ToxicThreshold],
) -> InputError:
    what = f"threshold {effect} ({place}) of {found.name} for {exposure_min:g} min"
    if own:
        times = ", ".join(f"{row.exposure_min:g}" for row in own)
        return InputError(
            what,
            got="no row for this time",
            expected=f"one of {times} min",
            hint="choose one of these, or load a table that has it",
        )
    if effect in FRENCH:
        return InputError(
            what,
            got="not loaded",
            expected="the values of the INERIS sheet of the substance",
            hint="load them with load_thresholds(path) and pass table=; AEGLs are no substitute",
        )
    others = sorted({row.effect for row in known if row.substance == found.name})
    return InputError(
        what,
        got="no row",
        expected=", ".join(others) or "none is known of this substance",
        hint=near_miss(effect, others),
    )


@lru_cache(maxsize=1)
def builtin_thresholds() -> tuple[ToxicThreshold, ...]:
    """The rows of the package."""
    return tuple(
        _read(row, line=line) for line, row in enumerate(rows(__package__, "toxic_thresholds"), start=2)
    )


def load_thresholds(path: str | Path) -> tuple[ToxicThreshold, ...]:
    """Thresholds from a CSV file with the columns of :data:`COLUMNS` (``label`` and ``vintage`` may be
    missing).

    Parameters
    ----------
    path : path
        UTF-8, comma separated, one row a threshold; ``unit`` is ``ppm`` or a mass per volume; ``verified`` is
        V, C, R or D.

    Returns
    -------
    tuple of ToxicThreshold

    Raises
    ------
    InputError
        If the file is missing, is no such table or is empty.
    Faults
        If rows are wrong: all of them, with their lines.
    """
    return read_table(
        path,
        what="thresholds file",
        columns=COLUMNS,
        optional=("label", "vintage"),
        one=lambda row, line: _read(row, line=line),
        key=lambda found: (found.jurisdiction, found.substance, found.effect, found.exposure_min),
    )


def _read(row: Mapping[str, str], *, line: int) -> ToxicThreshold:
    """One row as text, checked: known substance, positive numbers, unit of concentration, tag and source."""
    hint = "leave a value empty where the source recommends none"
    value = number_in(row, "value", line, positive=True, hint=hint) if row["value"] else math.nan
    if row["unit"] != "ppm":
        to_si((1.0, row["unit"]), "kg m-3", name=f"unit in line {line}")
    require_words(row, line, "jurisdiction", "effect", "source")
    return ToxicThreshold(
        row["jurisdiction"],
        find_substance(row["substance"]).name,
        row["effect"],
        number_in(row, "exposure_min", line, positive=True),
        value,
        row["unit"],
        row["label"],
        row["source"],
        row["verified"],
        row["vintage"],
    )


@model(
    inputs={
        "substance": word(),
        "effect": word(),
        "jurisdiction": word(),
        "exposure": positive("s"),
        "temperature": positive("K", 400.0),
        "pressure": positive("Pa", 2e5),
        "table": word(),
    },
    outputs={"concentration": "kg m-3", "share": "1"},
    source="rows of data/toxic_thresholds.csv, each with its own source",
    jurisdiction="by row",
)
def toxic_threshold(
    substance: str,
    effect: str,
    *,
    jurisdiction: str | None = None,
    exposure: float = 3600.0,
    temperature: float = REFERENCE_TEMPERATURE,
    pressure: float = 101325.0,
    table: ThresholdTable = None,
) -> FlaggedOutputs:
    """Concentration at which an effect on people begins.

    ``C = y M P / (R T)`` for a row in ppm; a row in mass per volume is taken as it is.

    Parameters
    ----------
    substance : str
        Name, formula, CAS or UN number.
    effect : str
        Such as ``AEGL-3``; SEI, SEL and SELS only from a table.
    jurisdiction : str, optional
        Where the threshold holds; ``US`` for AEGLs.
    exposure : float
        Exposure time; only those of the table [s].
    temperature, pressure : float
        At which a share of volume becomes a mass per volume [K], [Pa].
    table : path, optional
        CSV of other thresholds, with the columns of ``data/toxic_thresholds.csv``.

    References
    ----------
    The row's own source.

    Examples
    --------
    >>> round(toxic_threshold("chlorine", "AEGL-3").to("mg/m3"), 2)
    57.96
    """
    row = find_threshold(
        substance, effect, jurisdiction=jurisdiction, exposure_min=exposure / 60, table=table
    )
    value = row.concentration(temperature=temperature, pressure=pressure)
    molar_mass = find_substance(substance).molar_mass
    return FlaggedOutputs((value, value * GAS_CONSTANT * temperature / (molar_mass * pressure)), row.flags)


@model(
    inputs={
        "share": positive("1", 1.0),
        "substance": word(),
        "temperature": positive("K", 2000.0),
        "pressure": positive("Pa", 1e7),
    },
    outputs={"concentration": "kg m-3"},
    source="ideal gas law",
)
def share_to_concentration(
    share: float, substance: str, *, temperature: float = REFERENCE_TEMPERATURE, pressure: float = 101325.0
) -> float:
    """Mass per volume of a gas from its share of volume (ppm): ``C = y M P / (R T)``.

    Parameters
    ----------
    share : float
        Share of volume; 1 ppm is 1e-6 [1].
    substance : str
        Name, formula, CAS or UN number.
    temperature, pressure : float
        Of the mixture [K], [Pa].

    References
    ----------
    Ideal gas law; at 25 °C, ``M / 24.465``.

    Examples
    --------
    >>> round(share_to_concentration("1 ppm", "chlorine").to("mg/m3"), 3)
    2.898
    """
    return share * find_substance(substance).molar_mass * pressure / (GAS_CONSTANT * temperature)


@model(
    inputs={
        "concentration": positive("kg m-3"),
        "substance": word(),
        "temperature": positive("K", 2000.0),
        "pressure": positive("Pa", 1e7),
    },
    outputs={"share": "1"},
    source="ideal gas law",
)
def concentration_to_share(
    concentration: float,
    substance: str,
    *,
    temperature: float = REFERENCE_TEMPERATURE,
    pressure: float = 101325.0,
) -> float:
    """Share of volume (ppm) of a gas from its mass per volume: ``y = C R T / (M P)``.

    Parameters
    ----------
    concentration : float
        Mass per volume [kg m-3].
    substance : str
        Name, formula, CAS or UN number.
    temperature, pressure : float
        Of the mixture [K], [Pa].

    References
    ----------
    Ideal gas law.

    Examples
    --------
    >>> round(concentration_to_share("2.898 mg/m3", "chlorine").to("ppm"), 3)
    1.0
    """
    return concentration * GAS_CONSTANT * temperature / (find_substance(substance).molar_mass * pressure)
