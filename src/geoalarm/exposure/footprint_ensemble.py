"""An ensemble of maps, each of which may be true: a few at a time are counted while the next one is read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

import numpy as np
import pandas as pd
import xarray as xr

from geoalarm.core.errors import InputError
from geoalarm.core.model import Communes, Footprint, Population
from geoalarm.core.terms import State
from geoalarm.exposure.classify import interval_bounds, require_finite
from geoalarm.exposure.engine import expose, prepare
from geoalarm.exposure.lattice_index import lattice_index
from geoalarm.exposure.member_people import MemberPeople, member_bands
from geoalarm.exposure.people_sample import PeopleSample
from geoalarm.exposure.population_index import PopulationIndex
from geoalarm.geo.fill_values import declared_no_data
from geoalarm.geo.grid import Grid, lattice_offset
from geoalarm.geo.kernels import sums_above
from geoalarm.geo.weighted_cells import MOST_BOUNDS

Map = TypeVar("Map")

AT_ONCE: Final = 2
"""Maps that are counted at the same time; one more is held."""


def footprint_ensemble(
    footprints: Iterable[Footprint],
    population: Population,
    communes: Communes,
    *,
    prepared: PopulationIndex | None = None,
) -> pd.DataFrame:
    """An exposure table with bands over maps of one hazard, each a member.

    Parameters
    ----------
    footprints : iterable of Footprint
        Of one hazard, scenario, return period and list of classes; a generator may read them one by one.
    population, communes, prepared
        See :func:`geoalarm.exposure.engine.expose`.

    Returns
    -------
    pandas.DataFrame
        See :func:`geoalarm.exposure.member_people.member_bands`. ``population_exposed`` is the mean, and the
        row is ``exposed`` where some member exposes anybody. NaN where a member says nothing of the commune.

    Raises
    ------
    InputError
        If there is no member, or two differ in what they are maps of.
    """
    return member_bands(footprint_members(footprints, prepared or prepare(population, communes)))


def footprint_members(footprints: Iterable[Footprint], prepared: PopulationIndex) -> MemberPeople:
    """People in each member of :func:`footprint_ensemble`: for bands, or for a year.

    People of all members are kept, 8 bytes a commune, class and member.
    """
    rest = iter(footprints)
    first = next(rest, None)
    if first is None:
        raise InputError("members of an ensemble", got="none", expected="at least one footprint")
    return _gathered(first, prepared, _in_turn(_alike(first, rest), lambda item: _exposed(item, prepared)))


def sampled_members(
    footprint: Footprint, samples: Iterable[np.ndarray], sample: PeopleSample, prepared: PopulationIndex
) -> MemberPeople:
    """The same of maps of which only the cells are kept where people live: an eighth to read, or a sixteenth.

    Parameters
    ----------
    footprint : Footprint
        One of the maps, on the lattice of the sample: what all of them are of.
    samples : iterable of numpy.ndarray
        What :meth:`PeopleSample.take` gives of each map, NaN where it is not known, or that in whole
        :func:`~geoalarm.exposure.people_sample.centimetres`.
    sample : PeopleSample
    prepared : PopulationIndex
    """
    everybody = sample.weights.totals[:, 0] * sample.people_unit

    def exposed(values: np.ndarray) -> np.ndarray:
        if values.dtype == np.int16:
            bounds = interval_bounds(footprint.classes, np.dtype("float64"))
            above = sample.people_above_centimetres(values, bounds)
        else:
            above = sample.people_above(values, interval_bounds(footprint.classes, values.dtype), None)
        silent = (above[:, -1] >= everybody) & (everybody > 0) & (footprint.no_data != "dry")
        return np.where(silent[:, None], np.nan, above[:, :-2] - above[:, 1:-1])

    return _gathered(footprint, prepared, _in_turn(iter(samples), exposed))


def _gathered(first: Footprint, prepared: PopulationIndex, found: Iterator[np.ndarray]) -> MemberPeople:
    table = expose(first, prepared.population, prepared.communes, prepared=prepared)
    people = np.stack(list(found), axis=-1)
    table = _of_all(table, people.mean(axis=-1).ravel())
    return MemberPeople(table, people.shape[1], people.shape[2], lambda first, last: people[first:last])


def _of_all(table: pd.DataFrame, mean: np.ndarray) -> pd.DataFrame:
    """The table of one member with the mean of all, and the states that follow."""
    unknown = table["population_exposed"].isna() | np.isnan(mean)
    state = table["state"].mask((table["state"] == State.ZERO) & (mean > 0), State.EXPOSED)
    state = state.mask((table["state"] == State.EXPOSED) & (mean == 0), State.ZERO)
    state = state.mask(table["population_exposed"].notna() & unknown, State.NOT_STUDIED)
    return table.assign(population_exposed=np.where(unknown, np.nan, mean), state=state)


def _in_turn(maps: Iterator[Map], count: Callable[[Map], np.ndarray]) -> Iterator[np.ndarray]:
    """People of each map, in their order: a few are counted while the next one is read."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting: deque[Future[np.ndarray]] = deque()
        for item in maps:
            waiting.append(pool.submit(count, item))
            if len(waiting) > AT_ONCE:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _alike(first: Footprint, rest: Iterator[Footprint]) -> Iterator[Footprint]:
    """The maps, refused where one is of something else than the first."""
    yield first
    for footprint in rest:
        if _what(footprint) != _what(first):
            raise InputError(
                "members of an ensemble",
                got=f"{_what(first)} and {_what(footprint)}",
                expected="maps of one hazard, scenario and return period, with the same classes",
            )
        yield footprint


def _what(footprint: Footprint) -> tuple[object, ...]:
    period = str(footprint.return_period_yr)  # NaN is itself
    return footprint.hazard, footprint.scenario, period, tuple(item.label for item in footprint.classes)


def _exposed(footprint: Footprint, prepared: PopulationIndex) -> np.ndarray:
    """People by commune and class [1]; NaN where the map says nothing."""
    found = _people_only(footprint, prepared)
    if found is not None:
        return found
    table = expose(footprint, prepared.population, prepared.communes, prepared=prepared)
    return table["population_exposed"].to_numpy(dtype="float64").reshape(len(prepared.area_km2), -1)


def _people_only(footprint: Footprint, prepared: PopulationIndex) -> np.ndarray | None:
    """The same of intensities on the lattice of the population, without the areas; None of others."""
    data = footprint.data
    if footprint.kind != "intensity" or prepared.grid is None or not isinstance(data, xr.DataArray):
        return None
    if str(data.dtype) not in ("float32", "float64"):
        return None
    grid = Grid.from_dataarray(data)
    offset, bounds = lattice_offset(grid, prepared.grid), interval_bounds(footprint.classes, data.dtype)
    if offset is None or len(bounds) > MOST_BOUNDS:
        return None
    values = data.transpose(data.rio.y_dim, data.rio.x_dim).to_numpy()
    no_data = declared_no_data(data.rio.nodata, values.dtype)
    index = lattice_index(prepared, offset, grid.shape)
    sums, _ = sums_above(values.ravel(), bounds, None if no_data is None else float(no_data), index.of_people)
    require_finite(bool(sums[:, -1].any()), footprint)
    people = (sums[:, : len(bounds) - 1] - sums[:, 1 : len(bounds)]) * index.people_unit[:, None]
    if footprint.no_data != "dry":
        people[(sums[:, -2] >= index.people) & (index.people > 0)] = np.nan
    return people
