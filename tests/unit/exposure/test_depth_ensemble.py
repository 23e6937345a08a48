"""Depths that may be off: by hand, and against the engine asked once for each member."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geoalarm import testing
from geoalarm.core import distributions as d
from geoalarm.core.errors import InputError, RangeError
from geoalarm.core.model import Communes, Footprint, Population, interval_classes
from geoalarm.exposure.depth_ensemble import (
    DRY_MARGIN_UNKNOWN,
    depth_ensemble,
    depth_members,
    depth_offsets,
)
from geoalarm.exposure.engine import expose
from geoalarm.exposure.member_people import annual_bands
from geoalarm.exposure.population_index import PopulationIndex, prepare
from geoalarm.exposure.risk import expected_annual

BOUNDS = [0.1, 0.5, 1.0]
OFFSETS = np.round(np.random.default_rng(3).normal(0, 0.4, 23), 4)
BANDS = ["people_mean", "people_p5", "people_p50", "people_p95"]


def flood(
    values: np.ndarray, *, cell_m: float = 100.0, period: float = 100.0, no_data: float | None = -99.0
) -> Footprint:
    return Footprint(
        testing.raster(values, units="m", cell_m=cell_m, no_data=no_data),
        kind="intensity",
        hazard="flood",
        classes=interval_classes(BOUNDS),
        units="m",
        return_period_yr=period,
        countries=("FR", "BE"),
    )


@pytest.fixture(scope="module")
def prepared() -> PopulationIndex:
    """Three communes whose slanting borders cut cells; the last has nobody."""
    west, south = testing.ORIGIN
    at = [0, 1230, 2610, 4000], [0, 1570, 2390, 4000]
    shapes = [
        shapely.Polygon([(west + at[0][i], south), (west + at[0][i + 1], south),
                         (west + at[1][i + 1], south + 4000), (west + at[1][i], south + 4000)])
        for i in range(3)
    ]  # fmt: skip
    frame = gpd.GeoDataFrame({"commune_id": ["FR:1", "FR:2", "BE:3"]}, geometry=shapes, crs=3035)
    people = np.random.default_rng(5).integers(0, 30, (40, 40)) * (np.arange(40) < 23)
    return prepare(Population(testing.raster(people.astype(float))), Communes(frame))


def signed(rows: int = 40) -> np.ndarray:
    """Depths on a slope with pools, below zero where it is dry; some are not known."""
    rng = np.random.default_rng(7)
    values = (np.linspace(-2, 2, rows)[:, None] + rng.normal(0, 0.5, (rows, rows))).astype("float32")
    values[rng.random(values.shape) < 0.05] = -99
    values[0, :3] = np.nan
    return values


def one_by_one(
    footprint: Footprint, prepared: PopulationIndex, offsets: np.ndarray, *, dry: bool
) -> np.ndarray:
    """People (rows, members), by the engine, of a raster to which the offset was added."""
    found = []
    values = footprint.data.to_numpy().astype("float64")
    for offset in offsets:
        still = (values == -99) | (values <= 0 if dry else False)
        moved = replace(
            footprint,
            data=footprint.data.astype("float64").copy(data=np.where(still, values, values + offset)),
        )
        table = expose(moved, prepared.population, prepared.communes, prepared=prepared)
        found.append(table["population_exposed"].to_numpy())
    return np.stack(found, axis=1)


def told(people: np.ndarray) -> np.ndarray:
    return np.column_stack([people.mean(axis=1), *np.quantile(people, [0.05, 0.5, 0.95], axis=1)])


def test_one_commune_known_by_hand() -> None:
    """Of six cells, five with people: 60 are at -0.1 m or above, where 0.6 m more reaches 0.5 m."""
    west, south = testing.ORIGIN
    frame = gpd.GeoDataFrame(
        {"commune_id": ["FR:1"]}, geometry=[shapely.box(west, south, west + 600, south + 100)], crs=3035
    )
    people = Population(testing.raster(np.array([[20.0, 5, 10, 30, 12, 8]])))
    depths = flood(np.array([[-0.8, -0.2, 0.0, 0.3, 0.7, 1.4]]))
    found = depth_ensemble(depths, people, Communes(frame), offsets=[0.6, 0.6])
    assert found["population_exposed"].tolist() == [30, 12, 8]
    assert found["people_p50"].tolist() == [5, 40, 20]
    assert (found["people_p5"] == found["people_p95"]).all()
    assert found.attrs["totals"]["people_mean"].tolist() == [5, 40, 20]
    assert found.attrs["caveats"] == ()


def test_as_the_engine_asked_for_every_member(prepared: PopulationIndex) -> None:
    depths = flood(signed())
    found = depth_ensemble(depths, prepared.population, prepared.communes, offsets=OFFSETS, prepared=prepared)
    people = one_by_one(depths, prepared, OFFSETS, dry=False)
    assert found[BANDS].to_numpy() == pytest.approx(told(people), rel=1e-9, abs=1e-9)
    assert found["population_exposed"].to_numpy() == pytest.approx(
        one_by_one(depths, prepared, np.zeros(1), dry=False)[:, 0]
    )
    totals = people.reshape(3, len(BOUNDS), -1).sum(axis=0)
    assert found.attrs["totals"][BANDS].to_numpy() == pytest.approx(told(totals), rel=1e-9)
    assert (found.loc[found["commune_id"] == "BE:3", BANDS] == 0).all().all()
    again = depth_ensemble(depths, prepared.population, prepared.communes, offsets=OFFSETS)
    pd.testing.assert_frame_equal(found, again)


def test_a_map_without_signs_keeps_its_dry_cells_dry_and_says_so(prepared: PopulationIndex) -> None:
    depths = flood(np.where(signed() == -99, -99, np.maximum(signed(), -0.004)))
    found = depth_ensemble(depths, prepared.population, prepared.communes, offsets=OFFSETS, prepared=prepared)
    people = one_by_one(depths, prepared, OFFSETS, dry=True)
    assert found[BANDS].to_numpy() == pytest.approx(told(people), rel=1e-9, abs=1e-9)
    assert found.attrs["caveats"] == (DRY_MARGIN_UNKNOWN,)
    higher = depth_ensemble(
        flood(signed()), prepared.population, prepared.communes, offsets=OFFSETS, prepared=prepared
    )
    assert higher["people_p95"].sum() > found["people_p95"].sum()


@pytest.mark.parametrize("cell_m", [250.0, 50.0])
def test_on_another_lattice_too(prepared: PopulationIndex, cell_m: float) -> None:
    depths = flood(signed(int(4000 / cell_m)), cell_m=cell_m)
    found = depth_ensemble(
        depths, prepared.population, prepared.communes, offsets=OFFSETS[:5], prepared=prepared
    )
    people = one_by_one(depths, prepared, OFFSETS[:5], dry=False)
    assert found[BANDS].to_numpy() == pytest.approx(told(people), rel=1e-9, abs=1e-9)


def test_a_part_of_the_lattice_and_land_without_data(prepared: PopulationIndex) -> None:
    values = signed()
    values[:, :18] = -99
    depths = flood(values)
    part = replace(depths, data=depths.data.isel(y=slice(5, 37), x=slice(3, 31)))
    found = depth_ensemble(part, prepared.population, prepared.communes, offsets=OFFSETS, prepared=prepared)
    people = one_by_one(part, prepared, OFFSETS, dry=False)
    known = found["population_exposed"].notna().to_numpy()
    assert 0 < known.sum() < len(found)
    assert found.loc[known, BANDS].to_numpy() == pytest.approx(told(people[known]), rel=1e-9, abs=1e-9)
    assert found.loc[~known, BANDS].isna().all().all()
    assert found.attrs["totals"][BANDS].to_numpy() == pytest.approx(
        told(np.nan_to_num(people).reshape(3, len(BOUNDS), -1).sum(axis=0)), rel=1e-9
    )


def test_a_year_with_bands(prepared: PopulationIndex) -> None:
    years = [10.0, 100.0, 1000.0]
    maps = [
        flood(signed() + np.where(signed() == -99, 0, 0.4 * n).astype("float32"), period=T)
        for n, T in enumerate(years)
    ]
    found = annual_bands([depth_members(item, prepared, OFFSETS) for item in maps])
    people = np.stack(
        [one_by_one(item, prepared, OFFSETS, dry=False).reshape(3, 3, -1).sum(axis=1) for item in maps],
        axis=-1,
    )
    yearly = expected_annual(years, people, zero_at_yr=2.0)
    names = ["people_per_yr_mean", "people_per_yr_p5", "people_per_yr_p50", "people_per_yr_p95"]
    assert found[names].to_numpy() == pytest.approx(told(yearly), rel=1e-9, abs=1e-9)
    assert list(found.attrs["total"].values()) == pytest.approx(told(yearly.sum(axis=0)[None])[0], rel=1e-9)
    assert found["commune_id"].tolist() == ["FR:1", "FR:2", "BE:3"]
    with pytest.raises(InputError, match="return periods"):
        annual_bands([depth_members(maps[0], prepared, OFFSETS)])
    with pytest.raises(InputError, match="return periods"):
        annual_bands([depth_members(maps[n], prepared, OFFSETS[: 5 + n]) for n in range(2)])


def test_offsets_repeat_and_are_checked(prepared: PopulationIndex) -> None:
    offsets = depth_offsets(d.normal(0, 0.3))
    assert len(offsets) == 1000
    assert (offsets == depth_offsets(d.normal(0, 0.3))).all()
    assert (offsets != depth_offsets(d.normal(0, 0.3), seed=1)).any()
    assert offsets.std() == pytest.approx(0.3, rel=0.1)
    with pytest.raises(RangeError, match="'members'"):
        depth_offsets(d.normal(0, 0.3), members=1)
    for bad in ([], [np.nan], [[1.0]]):
        with pytest.raises(InputError, match="offsets"):
            depth_members(flood(signed()), prepared, bad)
    share = replace(flood(np.full((40, 40), 0.5)), kind="fraction")
    with pytest.raises(InputError, match="raster of depths"):
        depth_members(share, prepared, [0.1])
