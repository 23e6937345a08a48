"""Death by heat and by blast: times to a dose, and probits."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeAlias

import numpy as np
from scipy.special import ndtr, ndtri

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.quantities import to_si
from geoalarm.core.reference_rows import confirm, number_in, read_table, require_words, rows
from geoalarm.core.registry import (
    FlaggedOutputs,
    ModelInput,
    at_least_zero,
    model,
    positive,
    word,
)
from geoalarm.hazards.industrial.thresholds import DOSE_UNIT

COLUMNS: Final = ("key", "effect", "a", "b", "variable", "unit", "meaning", "source", "verified")
_LOADS: Final = MappingProxyType({"thermal": ("dose", DOSE_UNIT), "overpressure": ("overpressure", "Pa")})
"""What a probit of an effect is of, and the unit in which the models have it."""


@dataclass(frozen=True, slots=True)
class Probit:
    """``Pr = a + b ln x`` of a thermal dose or an overpressure x in its own unit; ``per_si`` turns the
    models' unit into it.
    """

    key: str
    effect: str
    a: float
    b: float
    unit: str
    per_si: float
    meaning: str
    source: str
    verified: str

    @property
    def flags(self) -> tuple[str, ...]:
        """``to_be_confirmed`` where the row was not read in its source."""
        return confirm(self.verified, f"probit {self.key}, {self.source}")

    def share(self, load: np.ndarray) -> float | np.ndarray:
        """Share of people who die [1] of a load in the models' unit; 0 for no load."""
        with np.errstate(divide="ignore"):
            share: float | np.ndarray = ndtr(self.a + self.b * np.log(load * self.per_si) - 5)
        return share

    def load(self, share: float) -> float:
        """Load in the models' unit that kills a share of the people."""
        return math.exp((5 + float(ndtri(share)) - self.a) / self.b) / self.per_si


ProbitTable: TypeAlias = "str | Path | Sequence[Probit] | None"


def load_probits(path: str | Path) -> tuple[Probit, ...]:
    """Probits of heat and blast from a CSV file with the columns of :data:`COLUMNS` (``meaning`` may be
    missing).

    Parameters
    ----------
    path : path
        UTF-8, comma separated, one row a key; ``effect`` is ``thermal`` (``variable`` dose, such as
        ``(W/m^2)^(4/3)*s``) or ``overpressure`` (``variable`` overpressure, such as ``Pa``); ``verified`` is
        V, C, R or D.

    Raises
    ------
    InputError
        If the file is missing, is no such table or is empty.
    Faults
        If rows are wrong: all of them, with their lines.
    """
    return read_table(
        path,
        what="file of probits",
        columns=COLUMNS,
        optional=("meaning",),
        one=_read,
        key=lambda one: one.key,
    )


@lru_cache(maxsize=1)
def builtin_probits() -> tuple[Probit, ...]:
    """The rows of the package."""
    return tuple(_read(row, line) for line, row in enumerate(rows(__package__, "probits"), start=2))


def find_probit(key: str, effect: str, *, table: ProbitTable = None) -> Probit:
    """The probit of a key for an effect, among those of a table and the built-in ones.

    Raises
    ------
    InputError
        If there is none, with the nearest.
    """
    given = load_probits(table) if isinstance(table, str | Path) else tuple(table or ())
    known = {one.key: one for one in (*builtin_probits(), *given) if one.effect == effect}
    if key not in known:
        raise InputError(
            "input 'probit'", got=repr(key), expected=", ".join(sorted(known)), hint=near_miss(key, known)
        )
    return known[key]


def _read(row: Mapping[str, str], line: int) -> Probit:
    """One row as text, checked: an effect that is known, its variable, a unit of it, a tag and a source."""
    require_words(row, line, "key", "source")
    if row["effect"] not in _LOADS:
        raise InputError(f"effect in line {line}", got=repr(row["effect"]), expected=", ".join(_LOADS))
    variable, unit = _LOADS[row["effect"]]
    if row["variable"] != variable:
        raise InputError(f"variable in line {line}", got=repr(row["variable"]), expected=variable)
    per_si = float(to_si((1.0, unit), row["unit"], name=f"unit in line {line}"))
    a, b = number_in(row, "a", line), number_in(row, "b", line, positive=True)
    return Probit(
        row["key"], row["effect"], a, b, row["unit"], per_si, row["meaning"], row["source"], row["verified"]
    )


@model(
    inputs={"flux": positive("W m-2"), "dose": positive(DOSE_UNIT)},
    outputs={"time": "s"},
    source="t = dose / q^(4/3); doses: arrete of 29 September 2005, annex 2",
)
def time_to_dose(flux: float, dose: float) -> float:
    """Time in a steady heat after which a dose is reached: ``t = dose / q^(4/3)``.

    Parameters
    ----------
    flux : float
        Steady [W m-2].
    dose : float
        [(kW/m^2)^(4/3)*s].

    Raises
    ------
    RangeError
        If an input is not positive.

    References
    ----------
    Arrete of 29 September 2005, annex 2, for the doses 600, 1000 and 1800.

    Examples
    --------
    >>> [round(float(time_to_dose(flux * 1e3, dose)), 1) for flux, dose in ((3, 600), (5, 1000), (8, 1800))]
    [138.7, 117.0, 112.5]
    """
    return float(dose / (flux / 1e3) ** (4 / 3))


@model(
    inputs={"flux": at_least_zero("W m-2"), "exposure": positive("s"), "probit": word(), "table": word()},
    outputs={"lethality": "1", "dose": DOSE_UNIT},
    source="Eisenberg et al. (1975); Tsao and Perry (1979), Purple Book (CPR 18E), section 5.2",
)
def thermal_lethality(
    flux: float | np.ndarray, exposure: float, *, probit: str = "tsao_perry", table: ProbitTable = None
) -> FlaggedOutputs:
    """Probability of death by heat: ``Pr = a + b ln(q^(4/3) t)``, ``P = Phi(Pr - 5)``, with q in kW/m2.

    Parameters
    ----------
    flux : float or numpy.ndarray
        Steady [W m-2].
    exposure : float
        [s].
    probit : str
        ``tsao_perry`` (-12.8 + 2.56 ln dose; also that of the Purple Book) or ``eisenberg`` (-14.9 + 2.56 ln
        dose), or a key of the table.
    table : path, optional
        CSV of other probits, with the columns of ``data/probits.csv``.

    Raises
    ------
    RangeError
        If an input is negative, or the exposure is 0.

    References
    ----------
    Eisenberg et al. (1975); Tsao and Perry (1979); Purple Book (CPR 18E), section 5.2.

    Examples
    --------
    >>> round(float(thermal_lethality("20 kW/m^2", "20 s")), 3)
    0.538
    """
    dose = np.power(np.asarray(flux, dtype=float) / 1e3, 4 / 3) * exposure
    found = find_probit(probit, "thermal", table=table)
    return FlaggedOutputs((found.share(dose), dose[()]), found.flags)


@model(
    inputs={"share": ModelInput("1", 0, 1, "neither"), "probit": word(), "table": word()},
    outputs={"dose": DOSE_UNIT},
    source="Eisenberg et al. (1975); Tsao and Perry (1979), Purple Book (CPR 18E), section 5.2",
)
def thermal_lethal_dose(
    share: float, *, probit: str = "tsao_perry", table: ProbitTable = None
) -> FlaggedOutputs:
    """Thermal dose that kills a share of the people: LD1 for 0.01, LD50 for 0.5.

    ``dose = e^((5 + z - a) / b)``, z the normal quantile of the share.

    Parameters
    ----------
    share : float
        Of the people [1].
    probit : str
        ``tsao_perry``, ``eisenberg``, or a key of the table.
    table : path, optional
        CSV of other probits, with the columns of ``data/probits.csv``.

    Raises
    ------
    RangeError
        If the share is not between 0 and 1.

    References
    ----------
    As :func:`thermal_lethality`.

    Examples
    --------
    >>> [round(float(thermal_lethal_dose(share, probit="eisenberg"))) for share in (0.01, 0.5)]
    [958, 2377]
    """
    found = find_probit(probit, "thermal", table=table)
    return FlaggedOutputs(found.load(share), found.flags)


@model(
    inputs={"overpressure": at_least_zero("Pa"), "probit": word(), "table": word()},
    outputs={"lethality": "1"},
    source="HSC (1991), major hazard aspects of the transport of dangerous substances: Pr = 1.47 + 1.37 "
    "ln P[psi]",
)
def overpressure_lethality(
    overpressure: float | np.ndarray, *, probit: str = "hsc", table: ProbitTable = None
) -> FlaggedOutputs:
    """Probability of death by overpressure: ``Pr = 1.47 + 1.37 ln P``, P in psi above the air's pressure.

    Parameters
    ----------
    overpressure : float or numpy.ndarray
        Peak [Pa].
    probit : str
        ``hsc``, or a key of the table.
    table : path, optional
        CSV of other probits, with the columns of ``data/probits.csv``.

    Raises
    ------
    RangeError
        If the overpressure is negative.

    References
    ----------
    Health and Safety Commission (1991); 50 % at 13.1 psi.

    Examples
    --------
    >>> round(float(overpressure_lethality("13.15 psi")), 3)
    0.5
    """
    found = find_probit(probit, "overpressure", table=table)
    return FlaggedOutputs(found.share(np.asarray(overpressure, dtype=float)), found.flags)
