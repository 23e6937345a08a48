"""Uncertainty by Monte Carlo: many runs with inputs drawn at random from a fixed seed, told as P5, P50 and
P95.

Each input has its own stream of random numbers, from the seed and its name: adding one changes no other, and
a commune's people are off by the same factor in every hazard of a run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from geoalarm.core.distributions import (
    Distribution,
    beta,
    from_row,
    lognormal,
    random_stream,
    triangular,
)
from geoalarm.core.errors import InputError
from geoalarm.core.model import require_column
from geoalarm.core.quantities import require_range
from geoalarm.core.reference_rows import row
from geoalarm.core.registry import ModelInput, at_least_zero, model, positive
from geoalarm.core.schema import KEY
from geoalarm.exposure.sensitivity import SEED, Simulation, evaluate, sobol, tornado

__all__ = [
    "RUNS",
    "SEED",
    "Band",
    "Ensemble",
    "draw",
    "exposed_people_band",
    "factor",
    "monte_carlo",
    "people_ensemble",
    "sobol",
    "tornado",
]

RUNS: Final = 10_000
"""Fewest runs of an ensemble; a choice of this project."""

MOST_RUNS: Final = 1_000_000
SHARES: Final = (0.05, 0.5, 0.95)


@dataclass(frozen=True, slots=True)
class Band:
    """Mean, P5, P50 and P95 of an ensemble, with what repeats it."""

    mean: float
    p5: float
    p50: float
    p95: float
    runs: int
    seed: int


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Results of all runs and the inputs that gave them (runs,)."""

    values: np.ndarray
    inputs: Mapping[str, np.ndarray]
    seed: int

    @property
    def band(self) -> Band:
        """Mean and quantiles."""
        low, middle, high = (float(value) for value in np.quantile(self.values, SHARES))
        return Band(float(self.values.mean()), low, middle, high, len(self.values), self.seed)

    def chance_above(self, level: float) -> float:
        """Share of the runs above a level [1]."""
        return float((self.values > level).mean())


def factor(name: str) -> Distribution:
    """A default distribution of the rows: ``population_1km``, ``footprint``, ``occupancy`` ...

    Raises
    ------
    InputError
        If there is none of that name.
    """
    found = row(__package__, "distributions", "factor", name)
    return from_row(found["kind"], [float(part) for part in found["parameters"].split("|")])


def draw(factors: Mapping[str, Distribution], *, runs: int = RUNS, seed: int = SEED) -> dict[str, np.ndarray]:
    """Values of each factor in each run (runs,); the same seed and name give the same values.

    Raises
    ------
    InputError
        If there is no factor.
    RangeError
        If fewer than 10,000 runs are asked for, or the seed is negative.
    """
    _require_runs(runs, seed)
    if not factors:
        raise InputError("uncertain inputs", got="none", expected="at least one name and its distribution")
    return {name: made.quantile(random_stream(name, seed).random(runs)) for name, made in factors.items()}


def monte_carlo(
    simulation: Simulation, factors: Mapping[str, Distribution], *, runs: int = RUNS, seed: int = SEED
) -> Ensemble:
    """A model run many times with its inputs drawn at random.

    Parameters
    ----------
    simulation : callable
        Takes one array a factor by name, gives an array of results of the same length; or a model by name.
    factors : mapping
        Name and distribution of each uncertain input.
    runs : int
        At least 10,000.
    seed : int

    Raises
    ------
    InputError
        If there is no factor, or a result is not finite.
    RangeError
        If there are too few runs.
    """
    inputs = draw(factors, runs=runs, seed=seed)
    return Ensemble(evaluate(simulation, inputs, runs), inputs, seed)


@model(
    inputs={
        "people": at_least_zero("1"),
        "population_s": at_least_zero("1", 2.0),
        "footprint_low": at_least_zero("1"),
        "footprint_mode": at_least_zero("1"),
        "footprint_high": positive("1"),
        "occupancy_a": positive("1"),
        "occupancy_b": positive("1"),
        "runs": ModelInput("1", RUNS, MOST_RUNS),
        "seed": ModelInput("1", 0, 2**31),
    },
    outputs={"mean": "1", "p5": "1", "p50": "1", "p95": "1"},
    source="Monte Carlo: lognormal people, triangular footprint, beta occupancy (choices of this project)",
)
def exposed_people_band(
    people: float,
    *,
    population_s: float = 0.15,
    footprint_low: float = 0.8,
    footprint_mode: float = 1.0,
    footprint_high: float = 1.3,
    occupancy_a: float = 8.0,
    occupancy_b: float = 2.0,
    runs: float = 100_000,
    seed: float = SEED,
) -> tuple[float, float, float, float]:
    """People in a zone with their uncertainty: exact mean, and P5, P50, P95 over people, footprint and
    occupancy.

    ``N = people x P x A x O``: P lognormal with mean 1, A triangular, O beta, drawn anew in each run.

    Parameters
    ----------
    people : float
        Residents in the mapped zone [1].
    population_s : float
        Standard deviation of the logarithm of the population factor; its mean is 1 [1].
    footprint_low : float
        Smallest footprint factor [1].
    footprint_mode : float
        Likeliest [1].
    footprint_high : float
        Largest [1].
    occupancy_a : float
        First parameter of the beta of people who are there [1].
    occupancy_b : float
        Second [1].
    runs : float
        At least 10,000 [1].
    seed : float
        The same seed gives the same result [1].

    Raises
    ------
    RangeError
        If an input is outside its range, or fewer than 10,000 runs are asked for.

    References
    ----------
    Choices of this project.

    Examples
    --------
    >>> round(float(exposed_people_band(5400)), 6)
    4464.0
    """
    factors = {
        "population": lognormal(population_s),
        "footprint": triangular(footprint_low, footprint_mode, footprint_high),
        "occupancy": beta(occupancy_a, occupancy_b),
    }
    band = monte_carlo(
        lambda **drawn: people * np.prod(list(drawn.values()), axis=0),
        factors,
        runs=int(runs),
        seed=int(seed),
    ).band
    return people * float(np.prod([made.mean for made in factors.values()])), band.p5, band.p50, band.p95


def people_ensemble(
    table: pd.DataFrame,
    *,
    population: Distribution | None = None,
    footprint: Distribution | None = None,
    occupancy: Distribution | None = None,
    runs: int = RUNS,
    seed: int = SEED,
) -> pd.DataFrame:
    """An exposure table with P5, P50 and P95 of its people.

    In each run a commune has one population factor for all its hazards, and a hazard one footprint factor for
    all its maps and communes. Nobody is exposed who does not live there: a footprint factor stops where the
    whole commune is inside.

    Parameters
    ----------
    table : pandas.DataFrame
        Exposure table.
    population, footprint, occupancy : Distribution, optional
        Factors; those of the rows for cells of 1 km and for footprints by default, and all residents at home.
    runs, seed : int

    Returns
    -------
    pandas.DataFrame
        Key columns, ``population``, ``population_exposed``, ``people_mean``, ``people_p5``, ``people_p50``,
        ``people_p95`` [1], ``state``, one row a row of the table; NaN where nothing is known.
        ``attrs['totals']``: the same over all communes, added up within each run.

    Raises
    ------
    InputError
        If a column is missing.
    RangeError
        If there are too few runs.
    """
    for name in (*KEY, "population", "population_exposed", "state"):
        require_column(table, name, what="exposure table")
    _require_runs(runs, seed)
    population = factor("population_1km") if population is None else population
    footprint = factor("footprint") if footprint is None else footprint
    streams = {
        name: footprint.quantile(random_stream(f"footprint {name}", seed).random(runs))
        for name in table["hazard"].unique()
    }
    there = 1.0 if occupancy is None else occupancy.quantile(random_stream("occupancy", seed).random(runs))
    out = table[[*KEY, "population", "population_exposed", "state"]].reset_index(drop=True)
    ceiling = _ceiling(table.reset_index(drop=True))
    bands, totals = np.full((len(out), 4), np.nan), _Totals(out, runs)
    exposed, hazards = out["population_exposed"].to_numpy(dtype="float64"), out["hazard"].tolist()
    for commune, places in out.groupby("commune_id", sort=False).indices.items():
        residents = population.quantile(random_stream(f"population {commune}", seed).random(runs)) * there
        for place in places[~np.isnan(exposed[places])]:
            people = exposed[place] * residents * np.minimum(streams[hazards[place]], ceiling[place])
            bands[place] = (people.mean(), *np.quantile(people, SHARES))
            totals.add(place, people)
    out[["people_mean", "people_p5", "people_p50", "people_p95"]] = bands
    out.attrs = {"totals": totals.frame(), "runs": runs, "seed": seed}
    return out


class _Totals:
    """Runs added up over communes, one total a key without the commune."""

    def __init__(self, rows: pd.DataFrame, runs: int) -> None:
        self._keys = [name for name in KEY if name != "commune_id"]
        grouped = rows.groupby(self._keys, sort=False, dropna=False)
        self._group = grouped.ngroup().to_numpy()
        self._rows = rows
        self._sums = np.zeros((grouped.ngroups, runs))

    def add(self, place: int, people: np.ndarray) -> None:
        self._sums[self._group[place]] += people

    def frame(self) -> pd.DataFrame:
        first = self._rows.drop_duplicates(self._keys)[self._keys].reset_index(drop=True)
        known = self._rows.groupby(self._group, sort=True)["population_exposed"].agg(
            lambda values: values.sum(min_count=1)
        )
        quantiles = np.quantile(self._sums, SHARES, axis=1)
        blank = known.isna().to_numpy()
        columns: dict[str, Any] = {
            "population_exposed": known.to_numpy(),
            "people_mean": self._sums.mean(axis=1),
        }
        columns |= dict(zip(("people_p5", "people_p50", "people_p95"), quantiles, strict=True))
        return first.assign(**{name: np.where(blank, np.nan, values) for name, values in columns.items()})


def _ceiling(table: pd.DataFrame) -> np.ndarray:
    """Largest footprint factor of each row: where its classes hold the whole commune; never below 1."""
    keys = [name for name in KEY if name != "intensity_class"]
    inside = (
        table.groupby(keys, sort=False, dropna=False)["population_exposed"]
        .transform("sum")
        .to_numpy(dtype="float64")
    )
    people = table["population"].to_numpy(dtype="float64")
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = people / inside
    return np.where(np.isnan(ratio), np.inf, np.maximum(ratio, 1.0))


def _require_runs(runs: int, seed: int) -> None:
    require_range("runs", runs, RUNS, MOST_RUNS)
    require_range("seed", seed, 0, 2**31)
