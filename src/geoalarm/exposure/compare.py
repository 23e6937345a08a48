"""Communes compared over several hazards by the index, from people with their uncertainty and cut-offs given as rows."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from geoalarm.core.errors import Faults, GeoalarmError, InputError
from geoalarm.core.model import require_column
from geoalarm.core.rows import VERIFIED
from geoalarm.exposure.index import CLASSES, ranks, require_cutoffs, score_of

COLUMNS: Final = ("hazard", "measure", "class_2", "class_3", "class_4", "class_5", "source", "verified")
MEASURES: Final = ("absolute", "per_1000")
_BANDS: Final = ("people_p5", "people_p50", "people_p95")


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Lower bounds of the classes 2 to 5 of one hazard: people (``absolute``) or people per 1000 inhabitants (``per_1000``)."""

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
    file = Path(path)
    if not file.is_file():
        raise InputError(f"cut-offs file {file.name}", got="no such file", expected="a CSV file", mend="check the path")
    with file.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise InputError(f"cut-offs file {file.name}", got=f"no column {', '.join(missing)}", expected=", ".join(COLUMNS))
        lines = list(enumerate(reader, start=2))
    made: list[Cutoffs] = []
    faults: list[GeoalarmError] = []
    for line, row in lines:
        try:
            made.append(_read(row, line, [(one.hazard, one.measure) for one in made]))
        except GeoalarmError as error:
            faults.append(error)
    if faults:
        raise Faults(f"cut-offs file {file.name}", faults)
    if not made:
        raise InputError(f"cut-offs file {file.name}", got="no row", expected="one row a hazard and measure")
    return tuple(made)


def commune_index(
    bands: pd.DataFrame, *, cutoffs: Sequence[Cutoffs], weights: Mapping[str, float], measure: str = "per_1000"
) -> pd.DataFrame:
    """Index of each commune over several hazards with its bounds, the highest class, and the ranks that the bounds allow.

    Parameters
    ----------
    bands : pandas.DataFrame
        One row a commune and hazard: ``commune_id``, ``hazard``, ``population``, ``people_p5``, ``people_p50`` and ``people_p95``
        [1], as :func:`geoalarm.exposure.ensemble.people_ensemble` gives them; NaN where nothing is known.
    cutoffs : sequence of Cutoffs
        One a hazard for the measure; the same for all communes.
    weights : mapping
        Of every hazard compared; they are used as they are.
    measure : str
        ``absolute`` or ``per_1000``; the two are never mixed in one index.

    Returns
    -------
    pandas.DataFrame
        ``commune_id``, ``measure``, ``index``, ``index_low``, ``index_high``, ``highest`` (class; of the known hazards), ``unknown``
        (how many hazards), ``class_<hazard>``, ``rank``, ``rank_best``, ``rank_worst``. Where a hazard is not known, ``index`` and
        ``rank`` are NaN, the bounds take any class of it, and it comes before others where
        even its lower bound is above them.

    Raises
    ------
    InputError
        If the uncertainty is missing, a commune has several rows of a hazard, or a hazard has no weight or no cut-offs.
    """
    _require_bands(bands)
    bounds = {one.hazard: np.array(one.bounds) for one in cutoffs if one.measure == measure}
    hazards = list(weights)
    _require_named(hazards, bands, bounds, measure)
    share = np.array([weights[name] for name in hazards])
    communes = list(dict.fromkeys(bands["commune_id"]))
    low, middle, high = (
        np.column_stack([score_of(_measured(bands, name, column, communes, measure), bounds[name]) for name in hazards])
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
            mend="people_ensemble gives them",
        )
    for name in ("commune_id", "hazard", "population"):
        require_column(bands, name, what="people of an index")
    twice = bands[bands.duplicated(["commune_id", "hazard"])]
    if len(twice):
        raise InputError(
            "people of an index",
            got=f"several rows of {twice['hazard'].iloc[0]} in {twice['commune_id'].iloc[0]}",
            expected="one row a commune and hazard",
            mend="choose one scenario, return period and class of each hazard",
        )


def _require_named(hazards: Sequence[str], bands: pd.DataFrame, bounds: Mapping[str, np.ndarray], measure: str) -> None:
    if measure not in MEASURES:
        raise InputError("measure of an index", got=repr(measure), expected=" or ".join(MEASURES))
    for name in dict.fromkeys([*bands["hazard"], *hazards]):
        if name not in hazards:
            raise InputError(f"weight of {name}", got="none", expected="a weight for every hazard, 0 to leave one out")
        if name not in bounds:
            raise InputError(
                f"cut-offs of {name}", got="none", expected=f"a row of measure {measure}", mend="give the cut-offs of your study"
            )


def _measured(bands: pd.DataFrame, hazard: str, column: str, communes: Sequence[str], measure: str) -> np.ndarray:
    own = bands[bands["hazard"] == hazard].set_index("commune_id").reindex(list(communes))
    people = own[column].to_numpy(dtype="float64")
    if measure == "absolute":
        return people
    with np.errstate(divide="ignore", invalid="ignore"):
        found: np.ndarray = 1000 * people / own["population"].to_numpy(dtype="float64")
    return np.where(people == 0, 0.0, found)


def _read(row: Mapping[str, str], line: int, held: Sequence[tuple[str, str]]) -> Cutoffs:
    """One row as text, checked."""
    texts = {name: (row.get(name) or "").strip() for name in COLUMNS}
    for name in ("hazard", "source"):
        if not texts[name]:
            raise InputError(f"{name} in line {line}", got="nothing", expected="a value")
    for name, allowed in (("measure", MEASURES), ("verified", tuple(VERIFIED))):
        if texts[name] not in allowed:
            raise InputError(f"{name} in line {line}", got=repr(texts[name]), expected=" or ".join(allowed))
    if (texts["hazard"], texts["measure"]) in held:
        raise InputError(f"line {line}", got=f"a second row of {texts['hazard']}, {texts['measure']}", expected="one row each")
    try:
        bounds = require_cutoffs(np.array([_number(texts[f"class_{place}"]) for place in CLASSES[1:]]))
    except InputError as error:
        raise InputError(f"cut-offs in line {line}", got=error.got, expected=error.expected) from error
    return Cutoffs(texts["hazard"], texts["measure"], tuple(bounds.tolist()), texts["source"], texts["verified"])


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
