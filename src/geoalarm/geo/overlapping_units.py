"""Places told twice: polygons of people on top of each other are refused, communes that overlap are told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from geoalarm.core.errors import InputError
from geoalarm.core.model import Population
from geoalarm.core.row_account import KEEP_FIELD, choice_hint, named_rows
from geoalarm.geo.overlapping_polygons import kept_pairs

UNITS_SHARE: Final = 0.1
"""Polygons of people that share more than this part of the smaller one tell the same people twice; less is
the inaccuracy of outlines [1].
"""

COMMUNES_SHARE: Final = 0.01
"""Communes that share more than this part of the smaller one overlap [1]."""

_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class OverlappingCommunes:
    """Which communes lie in part on another one (bool), and a sentence that names some."""

    overlapping: np.ndarray
    notes: tuple[str, ...] = ()


def overlapping_communes(
    outlines: np.ndarray, ids: pd.Index, *, cache: Path | None = None
) -> OverlappingCommunes:
    """Communes that overlap by more than the inaccuracy of outlines: people there count in each of them.

    Parameters
    ----------
    outlines : numpy.ndarray of shapely polygons
        In an equal-area system.
    ids : pandas.Index
        Their names.
    cache : pathlib.Path, optional
        Folder where pairs are kept.
    """
    pairs = kept_pairs(outlines, cache=cache)
    pairs = pairs.only(pairs.share > COMMUNES_SHARE)
    overlapping = np.zeros(len(outlines), dtype=bool)
    overlapping[pairs.first] = overlapping[pairs.second] = True
    if not overlapping.any():
        return OverlappingCommunes(overlapping)
    named = ", ".join(
        f"{ids[i]} and {ids[j]}" for i, j in zip(pairs.first[:_NAMED], pairs.second[:_NAMED], strict=True)
    )
    more = f", and {len(pairs.first) - _NAMED} more pairs" if len(pairs.first) > _NAMED else ""
    told = (
        f"{int(overlapping.sum())} communes overlap ({named}{more}): people there count in each of them, "
        f"and sums over communes count them twice"
    )
    return OverlappingCommunes(overlapping, (told,))


def people_told_twice(
    population: Population,
    shapes: np.ndarray,
    rows: np.ndarray | None = None,
    *,
    what: str = "population",
    cache: Path | None = None,
) -> float:
    """People on ground that two polygons claim by the inaccuracy of their outlines [1].

    Parameters
    ----------
    population : Population
        Of polygons.
    shapes : numpy.ndarray of shapely polygons
        Its units, in any system.
    rows : numpy.ndarray of int, optional
        The units that count; default all.

    Raises
    ------
    InputError
        If polygons with people, or without a number of them, lie on top of each other: one row a year, totals
        beside their parts, doubled rows. Which they are meant to be is not known.
    """
    frame = population.data
    assert isinstance(frame, gpd.GeoDataFrame)
    place = np.arange(len(shapes)) if rows is None else rows
    pairs = kept_pairs(shapes[place], cache=cache)
    i, j = place[pairs.first], place[pairs.second]
    people = frame[population.column].to_numpy(dtype="float64", na_value=np.nan)
    doubled = (pairs.share > UNITS_SHARE) & (people[i] != 0) & (people[j] != 0)
    if doubled.any():
        raise _refused(population, frame, i[doubled], j[doubled], what=what)
    known = np.nan_to_num(people)
    return float(np.minimum(known[i] * pairs.share_first, known[j] * pairs.share_second).sum())


def _refused(
    population: Population, frame: gpd.GeoDataFrame, i: np.ndarray, j: np.ndarray, *, what: str
) -> InputError:
    rows = frame.drop(columns=["geometry", str(population.column)])
    pair = np.isin(np.arange(len(frame)), [i[0], j[0]])
    keep = population.rows.keep if population.rows is not None else KEEP_FIELD
    hint = choice_hint(rows, i, j, keep, more="; parts of one number (sexes, ages): add them up first")
    return InputError(
        f"{what}: polygons of people lie on top of each other, who lives there would count several times",
        got=f"{len(np.unique([i, j]))} of {len(frame)} rows overlap, first {named_rows(rows, pair)}",
        expected=f"polygons of {population.column!r} side by side",
        hint=hint
        or "leave out of the file the rows that say the same again, or the totals beside their parts",
    )
