"""Toxic effects: load, probit and probability of death, lethal concentrations, and the air indoors.

Probits are rows (``data/toxic_probits.csv``), keyed by substance, source and vintage, because several have
changed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from scipy.integrate import quad
from scipy.special import ndtr, ndtri

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.quantities import to_si
from geoalarm.core.reference_rows import number_in, read_table, require_words, rows
from geoalarm.core.registry import (
    FlaggedOutputs,
    ModelInput,
    at_least_zero,
    model,
    positive,
    word,
)
from geoalarm.core.result import TO_BE_CONFIRMED
from geoalarm.hazards.industrial.substances import GAS_CONSTANT
from geoalarm.hazards.industrial.substances import substance as find_substance
from geoalarm.hazards.industrial.toxic_thresholds import REFERENCE_TEMPERATURE

COLUMNS: Final = (
    "key",
    "substance",
    "jurisdiction",
    "effect",
    "a",
    "b",
    "n",
    "concentration_unit",
    "time_unit",
    "label",
    "source",
    "verified",
    "vintage",
)
ProbitTable: TypeAlias = "str | Path | Sequence[ToxicProbit] | None"

MG_PER_KG: Final = 1e6
SECONDS_PER_MINUTE: Final = 60.0


@dataclass(frozen=True, slots=True)
class ToxicProbit:
    """``Pr = a + b ln(C^n t)`` with C in mg m-3 and t in minutes, and where it was published."""

    substance: str
    a: float
    b: float
    n: float
    key: str
    source: str
    verified: str
    vintage: str
    jurisdiction: str

    @property
    def flags(self) -> tuple[str, ...]:
        """``to_be_confirmed`` where the row was not read in its source."""
        return (
            (f"{TO_BE_CONFIRMED}: probit of {self.substance}, {self.source}",) if self.verified == "R" else ()
        )

    def probability(self, load: float | np.ndarray) -> np.ndarray:
        """Probability of death [1] of a load ``C^n t`` [(mg m-3)^n min]; 0 where the load is 0."""
        amount = np.asarray(load, dtype=float)
        with np.errstate(divide="ignore"):
            return np.asarray(ndtr(self.a + self.b * np.log(amount) - 5.0))

    def load(self, share: float) -> float:
        """Load ``C^n t`` [(mg m-3)^n min] that kills a share of those exposed."""
        return math.exp((5.0 + float(ndtri(share)) - self.a) / self.b)


def find_probit(substance: str, *, source: str = "purple_book", table: ProbitTable = None) -> ToxicProbit:
    """The toxic probit of a substance by a source.

    Parameters
    ----------
    substance : str
        Any name that ``substances`` knows.
    source : str
        Key of the set: ``purple_book``, or one of a table.
    table : path or sequence of ToxicProbit, optional
        Another set of probits, from :func:`load_toxic_probits` or a file it reads, beside the built-in one.

    Raises
    ------
    InputError
        If there is none, with the substances that have one.
    """
    name = find_substance(substance).name
    given = load_toxic_probits(table) if isinstance(table, str | Path) else tuple(table or ())
    every = (*given, *builtin_probits())
    known = [one for one in every if one.key == source]
    for one in known:
        if one.substance == name:
            return one
    if not known:
        keys = {one.key for one in every}
        raise InputError(
            "source of a toxic probit",
            got=repr(source),
            expected=", ".join(sorted(keys)),
            hint=near_miss(source, keys),
        )
    raise InputError(
        f"toxic probit of {name}",
        got="none",
        expected=", ".join(one.substance for one in known),
        hint="use a threshold instead",
    )


@lru_cache(maxsize=1)
def builtin_probits() -> tuple[ToxicProbit, ...]:
    """The rows of the package."""
    return tuple(_read(row, line) for line, row in enumerate(rows(__package__, "toxic_probits"), start=2))


def load_toxic_probits(path: str | Path) -> tuple[ToxicProbit, ...]:
    """Toxic probits from a CSV file with the columns of :data:`COLUMNS` (``label`` and ``vintage`` may be
    missing).

    Parameters
    ----------
    path : path
        UTF-8, comma separated, one row a substance and source; ``concentration_unit`` is ``ppm`` (of 25 °C)
        or a mass per volume, ``time_unit`` a time; ``effect`` is ``death``; ``verified`` is V, C, R or D.

    Returns
    -------
    tuple of ToxicProbit
        Their constants turned to mg m-3 and minutes.

    Raises
    ------
    InputError
        If the file is missing, is no such table or is empty.
    Faults
        If rows are wrong: all of them, with their lines.
    """
    what, optional = "file of toxic probits", ("label", "vintage")
    return read_table(
        path,
        what=what,
        columns=COLUMNS,
        optional=optional,
        one=_read,
        key=lambda one: (one.key, one.substance),
    )


def _read(row: Mapping[str, str], line: int) -> ToxicProbit:
    """One row as text, checked; ``a`` takes up the units: ``a + b (n ln k + ln s)``."""
    require_words(row, line, "key", "jurisdiction", "source")
    if row["effect"] != "death":
        raise InputError(
            f"effect in line {line}",
            got=repr(row["effect"]),
            expected="death",
            hint="keep other effects in another file",
        )
    facts = find_substance(row["substance"])
    a, b, n = (number_in(row, name, line, positive=name != "a") for name in ("a", "b", "n"))
    if row["concentration_unit"] == "ppm":
        per_mg = GAS_CONSTANT * REFERENCE_TEMPERATURE / (facts.molar_mass * 101325.0)
    else:
        per_mg = float(
            to_si((1.0, "mg m-3"), row["concentration_unit"], name=f"concentration_unit in line {line}")
        )
    per_minute = float(to_si((1.0, "min"), row["time_unit"], name=f"time_unit in line {line}"))
    a += b * (n * math.log(per_mg) + math.log(per_minute))
    return ToxicProbit(
        facts.name, a, b, n, row["key"], row["source"], row["verified"], row["vintage"], row["jurisdiction"]
    )


def series_load(times: np.ndarray, concentrations: np.ndarray, n: float) -> float | np.ndarray:
    """Toxic load of a concentration that varies, ``∫ C^n dt`` [(mg m-3)^n min] by trapezoids.

    Parameters
    ----------
    times : (t,) array
        Rising [s].
    concentrations : (t, ...) array
        [kg m-3].
    n : float
        Exponent of the probit.

    Returns
    -------
    float or array without the first axis
    """
    powered = (np.asarray(concentrations, dtype=float) * MG_PER_KG) ** n
    load = np.trapezoid(powered, np.asarray(times, dtype=float) / SECONDS_PER_MINUTE, axis=0)
    return float(load) if load.ndim == 0 else load


@model(
    inputs={
        "substance": word(),
        "concentration": at_least_zero("kg m-3"),
        "exposure": positive("s", 86400.0),
        "source": word(),
        "table": word(),
    },
    outputs={"probability": "1", "probit": "1", "load": "(mg m-3)^n min"},
    source="Pr = a + b ln(C^n t), P = Φ(Pr - 5): Purple Book (CPR 18E), section 5.2; constants by row of "
    "data/toxic_probits.csv",
    jurisdiction="NL",
    vintage="1999",
    may_be_missing=("probit",),
)
def toxic_lethality(
    substance: str,
    concentration: float | np.ndarray,
    *,
    exposure: float = 1800.0,
    source: str = "purple_book",
    table: ProbitTable = None,
) -> FlaggedOutputs:
    """Probability of death outdoors of a constant concentration over an exposure time.

    ``Pr = a + b ln(C^n t)``, ``P = Phi(Pr - 5)``, with C in mg/m3 and t in minutes; the probit of no load is
    infinite below 0, its probability 0.

    Parameters
    ----------
    substance : str
        Name, formula, CAS or UN number.
    concentration : float
        Where people are [kg m-3].
    exposure : float
        How long [s].
    source : str
        Key of the probit's source.
    table : path, optional
        CSV of another set of probits, with the columns of ``data/toxic_probits.csv``.

    References
    ----------
    Purple Book (CPR 18E), section 5.2 and table 5.2. Some of its probits have been replaced since (RIVM,
    Flanders).

    Examples
    --------
    >>> round(toxic_lethality("chlorine", "1116 mg/m3", exposure="30 min").value, 2)
    0.5
    """
    row = find_probit(substance, source=source, table=table)
    load = (np.asarray(concentration) * MG_PER_KG) ** row.n * exposure / SECONDS_PER_MINUTE
    with np.errstate(divide="ignore"):
        probit = row.a + row.b * np.log(load)
    probability = row.probability(load)
    if np.ndim(concentration) == 0:
        return FlaggedOutputs((float(probability), float(probit), float(load)), row.flags)
    return FlaggedOutputs((probability, probit, load), row.flags)


@model(
    inputs={
        "substance": word(),
        "share": ModelInput("1", 0.0, 1.0, "neither"),
        "exposure": positive("s", 86400.0),
        "source": word(),
        "table": word(),
    },
    outputs={"concentration": "kg m-3"},
    source="Pr = a + b ln(C^n t) turned round: Purple Book (CPR 18E), section 5.2; constants by row of "
    "data/toxic_probits.csv",
    jurisdiction="NL",
    vintage="1999",
)
def lethal_concentration(
    substance: str,
    share: float,
    *,
    exposure: float = 1800.0,
    source: str = "purple_book",
    table: ProbitTable = None,
) -> FlaggedOutputs:
    """Constant concentration that kills a share of those exposed outdoors: LC50 for a share of one half.

    ``C = [e^((5 + z - a) / b) / t]^(1/n)``, z the normal quantile of the share.

    Parameters
    ----------
    substance : str
        Name, formula, CAS or UN number.
    share : float
        Of the people exposed [1].
    exposure : float
        How long [s].
    source : str
        Key of the probit's source.
    table : path, optional
        CSV of another set of probits, with the columns of ``data/toxic_probits.csv``.

    References
    ----------
    Purple Book (CPR 18E), section 5.2 and table 5.2.

    Examples
    --------
    >>> round(lethal_concentration("chlorine", 0.5).to("mg/m3"))
    1116
    """
    row = find_probit(substance, source=source, table=table)
    return FlaggedOutputs(
        (row.load(share) / (exposure / SECONDS_PER_MINUTE)) ** (1 / row.n) / MG_PER_KG, row.flags
    )


@model(
    inputs={
        "ventilation_rate": positive("s-1", 100.0 / 3600.0),
        "exposure": positive("s", 86400.0),
        "n": positive("1", 10.0),
    },
    outputs={"dose_ratio": "1", "mean_ratio": "1", "end_ratio": "1"},
    source="one well-mixed room: dC_in/dt = λ (C_out - C_in), C_in(0) = 0",
    confirm=("ventilation rates of houses: 0.2 modern, 0.5 average, 1 to 2 per hour old or in wind",),
)
def indoor_shelter(
    ventilation_rate: float, *, exposure: float = 1800.0, n: float = 1.0
) -> tuple[float, float, float]:
    """How much less people breathe in a closed house while a cloud of constant concentration passes.

    ``C_in / C_out = 1 - exp(-λ T)`` at the end; the ratio of toxic loads is the mean of ``(1 - exp(-λ t))^n``
    over the passage. People who stay in after the cloud has left breathe more: air the house then.

    Parameters
    ----------
    ventilation_rate : float
        Changes of air, λ [s-1]; 0.5 per hour is ``"0.5 /h"``.
    exposure : float
        Passage of the cloud, T [s].
    n : float
        Exponent of the probit of the substance [1].

    References
    ----------
    Well-mixed room; Yellow Book (CPR 14E) and Purple Book (CPR 18E) use the same balance.

    Examples
    --------
    >>> ratio = indoor_shelter("0.5 /h", exposure="30 min", n=2.75)
    >>> round(ratio["end_ratio"], 3), round(ratio["mean_ratio"], 3), round(ratio["dose_ratio"], 4)
    (0.221, 0.115, 0.0045)
    """
    changes = ventilation_rate * exposure
    end = -math.expm1(-changes)
    mean = 1.0 - end / changes if changes > 1e-6 else changes / 2
    dose, _ = quad(lambda share: (-math.expm1(-changes * share)) ** n, 0.0, 1.0)
    return dose, mean, end
