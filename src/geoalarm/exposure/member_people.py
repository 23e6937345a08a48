"""People in the members of an ensemble of maps: bands of each commune and class, of totals, and of what is
expected in a year.

A member is one map that may be true. Bands are quantiles over members, each added up within itself: quantiles
of communes do not add up to those of their total.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from geoalarm.core.errors import InputError
from geoalarm.core.schema import KEY
from geoalarm.exposure.risk import Convention, expected_annual

SHARES: Final = (0.05, 0.5, 0.95)
BANDS: Final = ("people_mean", "people_p5", "people_p50", "people_p95")
AT_A_TIME: Final = 400_000
"""Numbers of people that are held of a few communes, whatever the size of the whole."""


@dataclass(frozen=True)
class MemberPeople:
    """People of each member of an ensemble, for some communes at a time.

    Attributes
    ----------
    table : pandas.DataFrame
        Exposure table of the map that the members vary, one row a commune and class; where it is not known
        how many are exposed, no band is told.
    classes, members : int
    people : callable
        People (communes, classes, members) of the communes ``first`` to ``last`` of the table [1].
    caveats : tuple of str
        What is to be known of the members.
    """

    table: pd.DataFrame
    classes: int
    members: int
    people: Callable[[int, int], np.ndarray]
    caveats: tuple[str, ...] = ()

    @property
    def communes(self) -> int:
        """How many there are."""
        return len(self.table) // self.classes

    def parts(self, together: int = 1) -> Iterator[tuple[int, int]]:
        """First and last commune of parts that fit in memory, so many ensembles at once."""
        step = max(1, AT_A_TIME // (self.classes * self.members * together))
        yield from ((first, min(first + step, self.communes)) for first in range(0, self.communes, step))


def member_bands(found: MemberPeople) -> pd.DataFrame:
    """Mean, P5, P50 and P95 of the people over the members.

    Returns
    -------
    pandas.DataFrame
        Key columns, ``population``, ``population_exposed`` (of the map itself), ``people_mean``,
        ``people_p5``, ``people_p50``, ``people_p95`` [1], ``state``, as
        :func:`geoalarm.exposure.ensemble.people_ensemble` gives them; NaN where nothing is known.
        ``attrs['totals']``: the same over all communes, added up within each member.
    """
    out = found.table[[*KEY, "population", "population_exposed", "state"]].reset_index(drop=True)
    blank = np.isnan(out["population_exposed"].to_numpy(dtype="float64")).reshape(-1, found.classes)
    bands, totals = np.empty((*blank.shape, 4)), np.zeros((found.classes, found.members))
    for (first, last), part, total in _of_parts(found, blank):
        bands[first:last] = part
        totals += total
    bands[blank] = np.nan
    out[list(BANDS)] = bands.reshape(-1, 4)
    first_rows = out.iloc[: found.classes]
    whole = first_rows[[name for name in KEY if name != "commune_id"]].reset_index(drop=True)
    whole[list(BANDS)] = np.where(blank.all(axis=0)[:, None], np.nan, _bands(totals))
    out.attrs = {"totals": whole, "members": found.members}
    return out


def _of_parts(
    found: MemberPeople, blank: np.ndarray
) -> Iterator[tuple[tuple[int, int], np.ndarray, np.ndarray]]:
    """Bands and totals of some communes at a time, in their order."""

    def told(part: tuple[int, int]) -> tuple[tuple[int, int], np.ndarray, np.ndarray]:
        people, unknown = found.people(*part), blank[slice(*part)]
        known = np.where(unknown[:, :, None], 0.0, people) if unknown.any() else people
        return part, _bands(people), known.sum(axis=0)

    with ThreadPoolExecutor() as pool:
        yield from pool.map(told, found.parts())


def annual_bands(
    periods: Sequence[MemberPeople], *, convention: Convention = "trapezoid", zero_at_yr: float | None = 2.0
) -> pd.DataFrame:
    """People exposed in an average year with bands: each member has one map for every return period.

    Parameters
    ----------
    periods : sequence of MemberPeople
        One a return period, of the same communes and members: the n-th of all belong together.
    convention, zero_at_yr
        See :func:`geoalarm.exposure.risk.expected_annual`; ``zero_at_yr`` is dropped where the shortest
        period is not above it, and for the other convention.

    Returns
    -------
    pandas.DataFrame
        One row a commune: ``commune_id``, ``people_per_yr_mean``, ``people_per_yr_p5``,
        ``people_per_yr_p50``, ``people_per_yr_p95`` [yr-1]; NaN where a period does not tell.
        ``attrs['total']``: the same of all communes, added up within each member.

    Raises
    ------
    InputError
        If the ensembles differ in communes or members, or there are fewer than two return periods.
    """
    years = [float(item.table["return_period_yr"].iloc[0]) for item in periods]
    ids = [item.table["commune_id"].to_numpy()[:: item.classes].tolist() for item in periods]
    if len(periods) < 2 or any(one != ids[0] for one in ids) or len({item.members for item in periods}) > 1:
        raise InputError(
            "ensembles of return periods",
            got=f"{len(periods)} of them, of {', '.join(str(item.members) for item in periods)} members",
            expected="two return periods or more, of the same communes and members",
        )
    tail = zero_at_yr if convention == "trapezoid" and (zero_at_yr or np.inf) < min(years) else None
    blank = np.any([_blank(item) for item in periods], axis=0)
    bands, total = np.empty((len(blank), 4)), np.zeros(periods[0].members)
    for first, last in periods[0].parts(len(periods)):
        people = np.stack([item.people(first, last).sum(axis=1) for item in periods], axis=-1)
        yearly = expected_annual(years, people, convention=convention, zero_at_yr=tail)
        total += yearly[~blank[first:last]].sum(axis=0)
        bands[first:last] = _bands(yearly)
    bands[blank] = np.nan
    names = [name.replace("people", "people_per_yr") for name in BANDS]
    out = pd.DataFrame(bands, columns=names)
    out.insert(0, "commune_id", ids[0])
    out.attrs = {"total": dict(zip(names, _bands(total).tolist(), strict=True)), "members": len(total)}
    return out


def _blank(found: MemberPeople) -> np.ndarray:
    """Communes of which some class is not known."""
    unknown: np.ndarray = found.table["population_exposed"].isna().to_numpy().reshape(-1, found.classes)
    return np.asarray(unknown.any(axis=1))


def _bands(people: np.ndarray) -> np.ndarray:
    """Mean and quantiles along the last axis, which takes their place; as ``numpy.quantile`` has them."""
    found = np.zeros((*people.shape[:-1], 1 + len(SHARES)))
    some = people.any(axis=-1)  # of most communes nobody is exposed in any member
    found[some] = _sorted_bands(people[some])
    return found


def _sorted_bands(people: np.ndarray) -> np.ndarray:
    rising = np.sort(people, axis=-1)
    at = np.array(SHARES) * (rising.shape[-1] - 1)
    low = np.floor(at).astype("int64")
    high = np.minimum(low + 1, rising.shape[-1] - 1)
    quantiles = rising[..., low] + (rising[..., high] - rising[..., low]) * (at - low)
    return np.concatenate([people.mean(axis=-1, keepdims=True), quantiles], axis=-1)
