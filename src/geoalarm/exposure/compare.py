"""Communes compared over several hazards by the index, from uncertain people and cut-offs given as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from geoalarm.core.errors import InputError
from geoalarm.core.model import require_column
from geoalarm.core.reference_rows import number_in, read_table, require_words
from geoalarm.exposure.risk_index import CLASSES, ranks, require_cutoffs, score_of

COLUMNS: Final = ("hazard", "measure", "class_2", "class_3", "class_4", "class_5", "source", "verified")
MEASURES: Final = ("absolute", "per_1000")
_BANDS: Final = ("people_p5", "people_p50", "people_p95")


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Lower bounds of the classes 2 to 5 of one hazard: people (``absolute``) or people per 1000 inhabitants
    (``per_1000``).
    """

    hazard: str
    measure: str
    bounds: tuple[float, ...]
    source: str
    verified: str


def load_cutoffs(path: str | Path) -> tuple[Cutoffs, ...]:
    """Cut-offs from a CSV file with the columns of :data:`COLUMNS`, one row a hazard and measure.

    Raises
    ------
    InputError
        If the file is missing, is no such table or is empty.
    Faults
        If rows are wrong: all of them, with their lines.
    """
    return read_table(
        path, what="cut-offs file", columns=COLUMNS, one=_read, key=lambda one: (one.hazard, one.measure)
    )


def commune_index(
    bands: pd.DataFrame,
    *,
    cutoffs: Sequence[Cutoffs],
    weights: Mapping[str, float],
    measure: str = "per_1000",
) -> pd.DataFrame:
    """Index of each commune over several hazards with its bounds, the highest class, and the ranks that the
    bounds allow.

    Parameters
    ----------
    bands : pandas.DataFrame
        One row a commune and hazard: ``commune_id``, ``hazard``, ``population``, ``people_p5``,
        ``people_p50`` and ``people_p95`` [1], as :func:`geoalarm.exposure.ensemble.people_ensemble` gives
        them; NaN where nothing is known.
    cutoffs : sequence of Cutoffs
        One a hazard for the measure; the same for all communes.
    weights : mapping
        Of every hazard compared; they are used as they are.
    measure : str
        ``absolute`` or ``per_1000``; the two are never mixed in one index.

    Returns
    -------
    pandas.DataFrame
        ``commune_id``, ``measure``, ``index``, ``index_low``, ``index_high``, ``highest`` (class; of the
        known hazards), ``unknown`` (how many hazards), ``class_<hazard>``, ``rank``, ``rank_best``,
        ``rank_worst``. Where a hazard is not known, ``index`` and ``rank`` are NaN, the bounds take any class
        of it, and it comes before others where even its lower bound is above them.

    Raises
    ------
    InputError
        If the uncertainty is missing, a commune has several rows of a hazard, or a hazard has no weight or no
        cut-offs.
    """
    _require_bands(bands)
    bounds = {one.hazard: np.array(one.bounds) for one in cutoffs if one.measure == measure}
    hazards = list(weights)
    _require_named(hazards, bands, bounds, measure)
    share = np.array([weights[name] for name in hazards])
    communes = list(dict.fromkeys(bands["commune_id"]))
    low, middle, high = (
        np.column_stack(
            [score_of(_measured(bands, name, column, communes, measure), bounds[name]) for name in hazards]
        )
        for column in _BANDS
    )
    unknown = np.isnan(middle)
    least, most = np.where(unknown, CLASSES[0], low) @ share, np.where(unknown, CLASSES[-1], high) @ share
    index = middle @ share
    rank, best, worst = ranks(index, least, most)
    return pd.DataFrame(
        {
            "commune_id": communes,
            "measure": measure,
            "index": index,
            "index_low": least,
            "index_high": most,
            "highest": np.where(unknown.all(axis=1), np.nan, np.where(unknown, 0, middle).max(axis=1)),
            "unknown": unknown.sum(axis=1),
            **{f"class_{name}": middle[:, place] for place, name in enumerate(hazards)},
            "rank": rank,
            "rank_best": best,
            "rank_worst": worst,
        }
    )


def _require_bands(bands: pd.DataFrame) -> None:
    missing = [name for name in _BANDS if name not in bands]
    if missing:
        raise InputError(
            "people of an index",
            got=f"no column {', '.join(missing)}",
            expected="people with their uncertainty",
            hint="people_ensemble gives them",
        )
    for name in ("commune_id", "hazard", "population"):
        require_column(bands, name, what="people of an index")
    twice = bands[bands.duplicated(["commune_id", "hazard"])]
    if len(twice):
        raise InputError(
            "people of an index",
            got=f"several rows of {twice['hazard'].iloc[0]} in {twice['commune_id'].iloc[0]}",
            expected="one row a commune and hazard",
            hint="choose one scenario, return period and class of each hazard",
        )


def _require_named(
    hazards: Sequence[str], bands: pd.DataFrame, bounds: Mapping[str, np.ndarray], measure: str
) -> None:
    if measure not in MEASURES:
        raise InputError("measure of an index", got=repr(measure), expected=" or ".join(MEASURES))
    for name in dict.fromkeys([*bands["hazard"], *hazards]):
        if name not in hazards:
            raise InputError(
                f"weight of {name}", got="none", expected="a weight for every hazard, 0 to leave one out"
            )
        if name not in bounds:
            raise InputError(
                f"cut-offs of {name}",
                got="none",
                expected=f"a row of measure {measure}",
                hint="give the cut-offs of your study",
            )


def _measured(
    bands: pd.DataFrame, hazard: str, column: str, communes: Sequence[str], measure: str
) -> np.ndarray:
    own = bands[bands["hazard"] == hazard].set_index("commune_id").reindex(list(communes))
    people = own[column].to_numpy(dtype="float64")
    if measure == "absolute":
        return people
    with np.errstate(divide="ignore", invalid="ignore"):
        found: np.ndarray = 1000 * people / own["population"].to_numpy(dtype="float64")
    return np.where(people == 0, 0.0, found)


def _read(row: Mapping[str, str], line: int) -> Cutoffs:
    """One row as text, checked."""
    require_words(row, line, "hazard", "source")
    if row["measure"] not in MEASURES:
        raise InputError(f"measure in line {line}", got=repr(row["measure"]), expected=" or ".join(MEASURES))
    bounds = [number_in(row, f"class_{place}", line) for place in CLASSES[1:]]
    try:
        require_cutoffs(np.array(bounds))
    except InputError as error:
        raise InputError(f"cut-offs in line {line}", got=error.got, expected=error.expected) from error
    return Cutoffs(row["hazard"], row["measure"], tuple(bounds), row["source"], row["verified"])
