"""Ensembles of maps against the engine asked for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from geoalarm import testing
from geoalarm.core.errors import InputError
from geoalarm.core.model import Footprint, interval_classes
from geoalarm.exposure.engine import expose
from geoalarm.exposure.footprint_ensemble import footprint_ensemble, footprint_members, sampled_members
from geoalarm.exposure.lattice_index import lattice_index
from geoalarm.exposure.member_people import member_bands
from geoalarm.exposure.people_sample import PeopleSample, centimetres
from geoalarm.exposure.population_index import PopulationIndex, prepare

BANDS = ["people_mean", "people_p5", "people_p50", "people_p95"]


@pytest.fixture(scope="module")
def world() -> testing.World:
    return testing.world()


@pytest.fixture(scope="module")
def prepared(world: testing.World) -> PopulationIndex:
    return prepare(world.population, world.communes)


def member(seed: int, *, cell_m: float = 100.0, kind: str = "float32") -> Footprint:
    rows, columns = int(6000 / cell_m), int(4000 / cell_m)
    values = np.random.default_rng(seed).normal(-0.5, 0.8, (rows, columns)).astype(kind)
    return Footprint(
        testing.raster(values, units="m", cell_m=cell_m),
        kind="intensity",
        hazard="flood",
        classes=interval_classes([0.01, 0.5, 1.0]),
        units="m",
        countries=("FR", "BE"),
    )


def people(footprints: list[Footprint], prepared: PopulationIndex) -> np.ndarray:
    tables = [expose(item, prepared.population, prepared.communes, prepared=prepared) for item in footprints]
    return np.stack([table["population_exposed"].to_numpy() for table in tables], axis=1)


@pytest.mark.parametrize(
    ("cell_m", "kind"), [(100.0, "float32"), (100.0, "float64"), (50.0, "float32"), (200.0, "float32")]
)
def test_as_the_engine_asked_for_each_map(prepared: PopulationIndex, cell_m: float, kind: str) -> None:
    maps = [member(seed, cell_m=cell_m, kind=kind) for seed in range(7)]
    read: list[int] = []

    def coming() -> Iterator[Footprint]:
        for n, item in enumerate(maps):
            read.append(n)
            yield item

    found = footprint_ensemble(coming(), prepared.population, prepared.communes, prepared=prepared)
    true = people(maps, prepared)
    assert read == list(range(7))
    assert found["people_mean"].to_numpy() == pytest.approx(true.mean(axis=1), rel=1e-9, abs=1e-9)
    bands = np.quantile(true, [0.05, 0.5, 0.95], axis=1).T
    assert found[BANDS[1:]].to_numpy() == pytest.approx(bands, rel=1e-9, abs=1e-9)
    assert found["population_exposed"].to_numpy() == pytest.approx(true.mean(axis=1), rel=1e-9, abs=1e-9)
    assert found.attrs["members"] == 7
    assert found.attrs["totals"]["people_mean"].sum() == pytest.approx(true.mean(axis=1).sum())


def test_maps_sampled_where_people_live_give_the_same(prepared: PopulationIndex) -> None:
    maps = [member(seed) for seed in range(5)]
    hole = maps[3].data.to_numpy().copy()
    hole[40:, :20] = np.nan  # all of FR:00001
    maps[3] = replace(maps[3], data=maps[3].data.copy(data=hole))
    whole = member_bands(footprint_members(maps, prepared))
    assert prepared.grid is not None
    sample = PeopleSample.of(lattice_index(prepared, (0, 0), prepared.grid.shape))
    taken = [sample.take(item.data.to_numpy()) for item in maps]
    for samples in (taken, [centimetres(values, None) for values in taken]):
        found = member_bands(sampled_members(maps[0], samples, sample, prepared))
        pd.testing.assert_frame_equal(found, whole, rtol=1e-9)


def test_codes_of_classes_and_polygons_are_members_too(
    world: testing.World, prepared: PopulationIndex
) -> None:
    for item in (world.landslide, world.industrial):
        found = footprint_ensemble([item] * 3, world.population, world.communes, prepared=prepared)
        table = expose(item, world.population, world.communes, prepared=prepared)
        pd.testing.assert_series_equal(found["population_exposed"], table["population_exposed"], rtol=1e-12)
        assert (found["people_p5"].fillna(-1) == found["people_p95"].fillna(-1)).all()
        assert found["state"].tolist() == table["state"].tolist()


def test_what_one_map_does_not_tell_is_not_known(prepared: PopulationIndex) -> None:
    maps = [member(seed) for seed in range(4)]
    hole = maps[2].data.to_numpy().copy()
    hole[40:, :20] = np.nan  # all of FR:00001
    maps[2] = replace(maps[2], data=maps[2].data.copy(data=hole))
    found = footprint_ensemble(maps, prepared.population, prepared.communes, prepared=prepared)
    lost = found["commune_id"] == "FR:00001"
    assert found.loc[lost, BANDS].isna().all().all()
    assert (found.loc[lost, "state"] == "not_studied").all()
    assert found.loc[~lost, BANDS].notna().all().all()
    dry = [replace(item, no_data="dry") for item in maps]
    told = footprint_ensemble(dry, prepared.population, prepared.communes, prepared=prepared)
    assert told[BANDS].notna().all().all()


def test_a_state_is_that_of_all_members(prepared: PopulationIndex) -> None:
    nobody = replace(member(0), data=member(0).data * 0)
    found = member_bands(footprint_members([nobody, member(1)], prepared))
    rows = found[found["commune_id"] == "FR:00001"]
    assert (rows["state"] == "exposed").all()
    assert (found.loc[found["commune_id"] == "FR:00003", "state"] == "zero").all()


def test_members_of_something_else_are_refused(prepared: PopulationIndex) -> None:
    with pytest.raises(InputError, match="members of an ensemble"):
        footprint_members([], prepared)
    with pytest.raises(InputError, match="one hazard"):
        footprint_members([member(0), replace(member(1), return_period_yr=10.0)], prepared)
    infinite = replace(member(1), data=member(1).data.where(member(1).data < 1, np.inf))
    with pytest.raises(InputError, match="infinite"):
        footprint_members([member(0), infinite], prepared)
