"""Rows of people and communes in another order, split, or with something lost: a figure is the same, not
known, or says what it lacks.
"""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoalarm.catalog import normalise
from geoalarm.core.errors import InputError
from geoalarm.core.model import Communes, Footprint, IntensityClass, Population
from geoalarm.exposure.engine import expose, prepare

WEST, SOUTH, SIDE = 3_950_000, 3_100_000, 1000
WIDE, HIGH = 6, 2
"""Sectors of 1 km2; a commune is a block of two by two."""

NUMBERS = st.lists(st.integers(1, 900), min_size=WIDE * HIGH, max_size=WIDE * HIGH)
FLOODS = st.tuples(st.floats(0, 5900), st.floats(100, 6000), st.floats(0, 1900), st.floats(100, 2000))
LOSSES = ("number", "outline", "sign", "twice", "total", "commune twice", "commune's outline")


def cell(x: int, y: int, size: int = 1) -> shapely.Polygon:
    corner = (WEST + x * SIDE, SOUTH + y * SIDE)
    return shapely.box(*corner, corner[0] + size * SIDE, corner[1] + size * SIDE)


def sectors(people: list[int]) -> gpd.GeoDataFrame:
    places = [(x, y) for y in range(HIGH) for x in range(WIDE)]
    return gpd.GeoDataFrame(
        {"sector": [f"{x}.{y}" for x, y in places], "people": np.array(people, dtype="float64")},
        geometry=[cell(x, y) for x, y in places],
        crs=3035,
    )


def communes() -> gpd.GeoDataFrame:
    codes = [f"5700{n}" for n in range(WIDE // 2)]
    return gpd.GeoDataFrame({"code": codes}, geometry=[cell(2 * n, 0, 2) for n in range(WIDE // 2)], crs=3035)


def flood(box: tuple[float, float, float, float]) -> Footprint:
    left, width, low, height = box
    shape = shapely.box(WEST + left, SOUTH + low, WEST + left + width, SOUTH + low + height)
    return Footprint(
        gpd.GeoDataFrame({"zone": ["wet"]}, geometry=[shape], crs=3035),
        kind="polygons",
        hazard="flood",
        classes=(IntensityClass("wet"),),
        class_column="zone",
    )


def opened(people: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> tuple[Population, Communes]:
    return (
        normalise.population(people, column="people", what="people"),
        normalise.communes(areas, id_column="code", what="communes"),
    )


def counted(
    people: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, zone: Footprint
) -> tuple[pd.DataFrame, set[str]]:
    """The table by commune, and everything that is told of it."""
    population, places = opened(people, areas)
    prepared = prepare(population, places)
    table = expose(zone, population, places, prepared=prepared).set_index("commune_id")
    told = {*population.rows.warnings, *places.rows.warnings, *prepared.notes}  # type: ignore[union-attr]
    return table, told | {f"{key} {cell}" for key, cell in table["caveats"].items() if cell}


FIGURES = ["population", "population_exposed", "population_exposed_low", "population_exposed_high"]


def close(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    return bool(np.allclose(one[FIGURES], other[FIGURES], rtol=1e-9, atol=1e-6, equal_nan=True))


@settings(max_examples=20)
@given(numbers=NUMBERS, box=FLOODS, order=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(numbers: list[int], box: tuple[float, ...], order: object) -> None:
    people, areas, zone = sectors(numbers), communes(), flood(box)  # type: ignore[arg-type]
    people.loc[[2, 7], "people"] = math.nan
    right, _ = counted(people, areas, zone)
    places, towns = list(range(len(people))), list(range(len(areas)))
    order.shuffle(places)  # type: ignore[attr-defined]
    order.shuffle(towns)  # type: ignore[attr-defined]
    found, _ = counted(people.iloc[places], areas.iloc[towns], zone)
    found = found.reindex(right.index)
    assert close(right, found)
    assert right[["state", "caveats"]].equals(found[["state", "caveats"]])


@settings(max_examples=20)
@given(numbers=NUMBERS, box=FLOODS, which=st.integers(0, WIDE * HIGH - 1), at=st.integers(1, 9))
def test_parts_of_a_row_are_the_row(numbers: list[int], box: tuple[float, ...], which: int, at: int) -> None:
    people, areas, zone = sectors(numbers), communes(), flood(box)  # type: ignore[arg-type]
    right, _ = counted(people, areas, zone)
    west, south, east, north = people.geometry[which].bounds
    middle = west + (east - west) * at / 10
    parts = people.iloc[[which, which]].assign(
        people=[numbers[which] * at / 10, numbers[which] * (1 - at / 10)],
        geometry=[shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)],
    )
    split, told = counted(pd.concat([people.drop(index=which), parts], ignore_index=True), areas, zone)
    columns = ["population", "population_exposed"]
    assert np.allclose(right[columns], split[columns], rtol=1e-9, atol=1e-6)
    assert not [one for one in told if "coarse_population" not in one and "studied_area" not in one]
    west, south, east, north = areas.geometry[1].bounds
    middle = west + (east - west) * at / 10
    halves = areas.iloc[[1, 1]].assign(
        code=["57011", "57012"],
        geometry=[shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)],
    )
    split, _ = counted(people, pd.concat([areas.drop(index=1), halves], ignore_index=True), zone)
    assert np.allclose(split.loc[["57011", "57012"], columns].sum(), right.loc["57001", columns])
    assert np.allclose(split.loc[["57000", "57002"], columns], right.loc[["57000", "57002"], columns])


def damaged(people: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, loss: str, which: int) -> None:
    """One row of people or communes that lacks something, or stands there again; changed in place."""
    if loss == "number":
        people.loc[which, "people"] = math.nan
    elif loss == "outline":
        people.loc[which, "geometry"] = None
    elif loss == "sign":
        people.loc[which, "people"] *= -1
    elif loss == "twice":
        people.loc[len(people)] = people.loc[which]
    elif loss == "total":
        whole = areas.geometry[which % len(areas)]
        inside = people.geometry.within(whole)
        people.loc[len(people)] = ["all of it", people.loc[inside, "people"].sum(), whole]
    elif loss == "commune twice":
        areas.loc[len(areas)] = ["57099", areas.geometry[which % len(areas)]]
    else:
        areas.loc[which % len(areas), "geometry"] = None


@settings(max_examples=60)
@given(numbers=NUMBERS, box=FLOODS, which=st.integers(0, WIDE * HIGH - 1), loss=st.sampled_from(LOSSES))
def test_what_a_row_lost_is_told(numbers: list[int], box: tuple[float, ...], which: int, loss: str) -> None:
    people, areas, zone = sectors(numbers), communes(), flood(box)  # type: ignore[arg-type]
    right, before = counted(people, areas, zone)
    damaged(people, areas, loss, which)
    try:
        found, after = counted(people, areas, zone)
    except InputError:
        assert loss not in ("number", "outline")
        return
    assert loss in ("number", "outline", "commune twice")
    changed = [key for key in right.index if not close(right.loc[[key]], found.loc[[key]])]
    assert after - before
    for key in changed:
        told = any(one.startswith(f"{key} ") and "population_" in one for one in after - before)
        assert told or math.isnan(found.loc[key, "population_exposed"])
    if loss == "number":  # never more than the truth, never a bound below it
        truth, low = right["population_exposed"], found["population_exposed"]
        assert (low.isna() | (low <= truth + 1e-6)).all()
        high = found["population_exposed_high"]
        assert (high.isna() | (high >= truth - 1e-6)).all()
