"""Counts become rows: the four states, the caveats, the sources."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from geoalarm.core.model import Footprint
from geoalarm.core.schema import conform, join_keys
from geoalarm.core.terms import Basis, State
from geoalarm.exposure.counts import Counts
from geoalarm.exposure.population_index import PopulationIndex

SLIVER_SHARE: Final = 0.01
"""A commune of which less than this is mapped, and where nobody was found, counts as not mapped."""

COARSE_SHARE: Final = 0.5
"""A row whose touched units hold more than twice the people counted is coarse."""


STATES: Final = tuple(State)


def exposure_table(counts: Counts, footprint: Footprint, prepared: PopulationIndex) -> pd.DataFrame:
    """One row a commune and class, in the order of the communes and from mild to severe."""
    n, k = counts.exposed.shape
    unmapped = _unmapped(counts)
    silent = unmapped | np.isnan(prepared.total)
    exposed = np.where(silent[:, None], np.nan, _capped(counts.exposed, prepared.total))
    low = np.where(silent[:, None], np.nan, np.minimum(counts.low, exposed))
    high = np.where(silent[:, None], np.nan, np.maximum(_capped(counts.high, prepared.total), exposed))
    unknown = _without_people(exposed, low, high, counts)
    states = _states(exposed, silent, counts, prepared)
    states[unknown] = STATES.index(State.OUTSIDE_COVERAGE)
    hidden = _suppressed(exposed, prepared.population.disclosure_minimum)
    states[hidden] = STATES.index(State.SUPPRESSED)
    for values in (exposed, low, high):
        values[hidden] = np.nan
    one, ids, position = np.zeros(n * k, "int64"), prepared.communes.ids.to_numpy(), np.arange(n * k)
    sources = (*footprint.sources, *prepared.population.sources, *prepared.communes.sources)
    columns: dict[str, object] = {
        "commune_id": _text(ids, position // k),
        "hazard": _text([footprint.hazard], one),
        "scenario": _text([footprint.scenario], one),
        "return_period_yr": footprint.return_period_yr,
        "intensity_class": _text(counts.labels, position % k),
        "basis": _text([str(footprint.basis)], one),
        "population": np.repeat(prepared.total, k),
        "population_exposed": exposed.ravel(),
        "population_exposed_low": low.ravel(),
        "population_exposed_high": high.ravel(),
        "mapped_share": np.repeat(counts.mapped_share, k),
        "area_exposed_km2": np.where(unmapped[:, None], np.nan, counts.area_km2).ravel(),
        "state": _text([str(state) for state in STATES], states.ravel()),
        "source_ids": _text([join_keys(source.id for source in sources)], one),
        "caveats": _text(*_caveats(exposed, high, silent, counts, footprint, prepared)),
    }
    return conform(pd.DataFrame(columns, index=pd.RangeIndex(n * k)))


def _text(values: Iterable[str], position: np.ndarray) -> ExtensionArray:
    """A column of text, by the position of each row's in the few values there are."""
    return pd.array(list(values), dtype="str").take(position)


def _without_people(exposed: np.ndarray, low: np.ndarray, high: np.ndarray, counts: Counts) -> np.ndarray:
    """Classes that touch units without a number of people: what is known is a part of them, and nothing is
    where nobody is; which classes that are.
    """
    lacking = np.zeros(exposed.shape, dtype=bool) if counts.lacking is None else counts.lacking
    unknown = lacking & ~(exposed > 0)
    high[lacking] = np.nan
    for values in (exposed, low):
        values[unknown] = np.nan
    return unknown


def _unmapped(counts: Counts) -> np.ndarray:
    """Communes about which the hazard's layer says nothing."""
    nothing: np.ndarray = (counts.mapped_share <= 0) | (
        (counts.mapped_share < SLIVER_SHARE) & (counts.exposed.sum(axis=1) <= 0)
    )
    return nothing


def _capped(people: np.ndarray, total: np.ndarray) -> np.ndarray:
    """Never more people in the classes than in the commune: rounding of areas is taken back."""
    return np.minimum(people, np.nan_to_num(total)[:, None])


def people_caveats(prepared: PopulationIndex) -> dict[str, np.ndarray]:
    """What is to be known of the people of each commune, by caveat key: bool for each commune."""
    none = np.isnan(prepared.total)
    return {
        "population_outside_grid": prepared.covered < 0.99,
        "population_unknown": prepared.lacks & none,
        "population_partly_unknown": prepared.lacks & ~none,
        "population_unplaced": np.full(len(none), prepared.unplaced > 0),
        "communes_overlap": prepared.overlapping,
    }


def _states(exposed: np.ndarray, silent: np.ndarray, counts: Counts, prepared: PopulationIndex) -> np.ndarray:
    """Position of the state of each row in :data:`STATES`."""
    states = np.where(exposed > 0, STATES.index(State.EXPOSED), STATES.index(State.ZERO))
    not_covered = np.isnan(prepared.total) | (silent & ~counts.reached)
    states[silent] = STATES.index(State.NOT_STUDIED)
    states[not_covered] = STATES.index(State.OUTSIDE_COVERAGE)
    return states


def _suppressed(exposed: np.ndarray, minimum: float) -> np.ndarray:
    """Counts above zero and below the minimum; and, where only one class of a commune is hidden, the next
    smallest too, so that it cannot be found by subtraction.
    """
    with np.errstate(invalid="ignore"):
        hidden = (exposed > 0) & (exposed < minimum)
    for row in np.flatnonzero(hidden.sum(axis=1) == 1):
        others = np.where(hidden[row] | ~(exposed[row] > 0), np.inf, exposed[row])
        if np.isfinite(others).any():
            hidden[row, int(np.argmin(others))] = True
    return hidden


def _caveats(
    exposed: np.ndarray,
    high: np.ndarray,
    silent: np.ndarray,
    counts: Counts,
    footprint: Footprint,
    prepared: PopulationIndex,
) -> tuple[list[str], np.ndarray]:
    """The different cells of caveats, and which of them each row has."""
    always = [*footprint.caveats, *prepared.population.caveats, *counts.caveats]
    if footprint.basis == Basis.ILLUSTRATIVE:
        always.insert(0, "illustrative")
    if footprint.no_data == "dry":
        always.append("no_data_is_dry")
    frame = prepared.communes.data
    per_commune = {
        "partly_mapped": (counts.mapped_share < 0.99) & ~silent,
        **people_caveats(prepared),
        "approximate_boundary": _flag(frame, "approximate_boundary"),
        "estimated_population": _flag(frame, "estimated_population"),
    }
    with np.errstate(invalid="ignore"):
        coarse = (exposed > 0) & (exposed < COARSE_SHARE * high)
    keys = (*per_commune, "coarse_population")
    masks = [*(np.broadcast_to(mask[:, None], coarse.shape) for mask in per_commune.values()), coarse]
    code = sum(mask.astype("int64") << bit for bit, mask in enumerate(masks))
    found, position = np.unique(code, return_inverse=True)
    cells = [[*always, *(key for bit, key in enumerate(keys) if one >> bit & 1)] for one in found.tolist()]
    return [join_keys(cell) for cell in cells], position.ravel()


def _flag(frame: pd.DataFrame, column: str) -> np.ndarray:
    if column not in frame.columns:
        return np.zeros(len(frame), dtype=bool)
    return frame[column].fillna(False).to_numpy(dtype=bool)
