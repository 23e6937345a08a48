"""Counts become rows: the four states, the caveats, the sources."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from geoalarm.core.model import Footprint
from geoalarm.core.schema import conform, join_keys
from geoalarm.core.terms import Basis, State
from geoalarm.exposure.counts import Counts
from geoalarm.exposure.population_index import PopulationIndex

SLIVER_SHARE: Final = 0.01
"""A commune of which less than this is mapped, and where nobody was found, counts as not mapped."""

COARSE_SHARE: Final = 0.5
"""A row whose touched units hold more than twice the people counted is coarse."""


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
    states[unknown] = State.OUTSIDE_COVERAGE
    hidden = _suppressed(exposed, prepared.population.disclosure_minimum)
    states[hidden] = State.SUPPRESSED
    for values in (exposed, low, high):
        values[hidden] = np.nan
    repeat = {
        "commune_id": prepared.communes.ids.to_numpy(),
        "population": prepared.total,
        "mapped_share": counts.mapped_share,
    }
    columns: dict[str, object] = {name: np.repeat(values, k) for name, values in repeat.items()}
    columns |= {
        "hazard": footprint.hazard,
        "scenario": footprint.scenario,
        "return_period_yr": footprint.return_period_yr,
        "intensity_class": np.tile(np.array(counts.labels, dtype=object), n),
        "basis": str(footprint.basis),
        "population_exposed": exposed.ravel(),
        "population_exposed_low": low.ravel(),
        "population_exposed_high": high.ravel(),
        "area_exposed_km2": np.where(unmapped[:, None], np.nan, counts.area_km2).ravel(),
        "state": states.ravel(),
        "source_ids": join_keys(
            source.id
            for source in (*footprint.sources, *prepared.population.sources, *prepared.communes.sources)
        ),
        "caveats": _caveats(exposed, high, silent, counts, footprint, prepared).ravel(),
    }
    return conform(pd.DataFrame(columns, index=pd.RangeIndex(n * k)))


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
    states = np.where(exposed > 0, State.EXPOSED, State.ZERO).astype(object)
    not_covered = np.isnan(prepared.total) | (silent & ~counts.reached)
    states[silent] = State.NOT_STUDIED
    states[not_covered] = State.OUTSIDE_COVERAGE
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
) -> np.ndarray:
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
    out = np.empty(exposed.shape, dtype=object)
    for row in range(exposed.shape[0]):
        base = always + [key for key, mask in per_commune.items() if mask[row]]
        plain, rough = join_keys(base), join_keys([*base, "coarse_population"])
        out[row] = [rough if is_coarse else plain for is_coarse in coarse[row]]
    return out


def _flag(frame: pd.DataFrame, column: str) -> np.ndarray:
    if column not in frame.columns:
        return np.zeros(len(frame), dtype=bool)
    return frame[column].fillna(False).to_numpy(dtype=bool)
