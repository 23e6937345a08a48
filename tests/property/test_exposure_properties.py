"""What must hold for any hazard, any population and any border."""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geoalarm.core.model import Communes, Footprint, Population, interval_classes
from geoalarm.exposure.engine import expose, prepare
from geoalarm.exposure.population_index import PopulationIndex
from geoalarm.testing import ORIGIN, raster

X, Y = ORIGIN
SIZE = 12
DEPTHS = hnp.arrays(
    "float32", (SIZE, SIZE), elements=st.sampled_from([0.0, 0.2, 0.5, 1.0, 2.5, float("nan")])
)
PEOPLE = hnp.arrays("float64", (SIZE, SIZE), elements=st.integers(0, 500).map(float))


def communes(*cuts: float) -> Communes:
    """Communes side by side over the whole grid, cut at these shares of its width."""
    edges = [0.0, *sorted(cuts), 1.0]
    boxes = [
        shapely.box(X + a * SIZE * 100, Y, X + b * SIZE * 100, Y + SIZE * 100)
        for a, b in itertools.pairwise(edges)
    ]
    return Communes(
        gpd.GeoDataFrame({"commune_id": [f"c{i}" for i in range(len(boxes))]}, geometry=boxes, crs=3035)
    )


def count(
    depth: np.ndarray,
    people: np.ndarray | Population,
    where: Communes,
    *,
    cell: float = 100.0,
    bounds=(0.1, 0.5, 2),
    prepared: PopulationIndex | None = None,
) -> pd.DataFrame:
    hazard = Footprint(
        raster(depth, cell_m=cell, units="m"),
        kind="intensity",
        hazard="flood",
        classes=interval_classes(bounds),
        units="m",
    )
    counts = people if isinstance(people, Population) else Population(raster(people))
    return expose(hazard, counts, where, prepared=prepared)


@given(
    DEPTHS,
    PEOPLE,
    st.lists(st.floats(0.05, 0.95), min_size=1, max_size=3, unique_by=lambda cut: round(cut, 2)),
)
def test_people_are_conserved_and_bounded(depth, people, cuts) -> None:
    table = count(depth, people, communes(*cuts))
    account = table.attrs["ledger"]
    assert account["total"] == pytest.approx(people.sum(), abs=1e-9)
    assert abs(account["residual"]) <= 1e-9 * max(1, account["total"])
    assert abs(account["residual_exposure"]) <= 1e-9 * max(1, account["total"])
    per_commune = table.groupby("commune_id").agg(
        exposed=("population_exposed", "sum"), population=("population", "first")
    )
    assert (per_commune["exposed"] <= per_commune["population"] + 1e-9).all()
    known = table.dropna(subset=["population_exposed"])
    assert (known["population_exposed_low"] <= known["population_exposed"] + 1e-9).all()
    assert (known["population_exposed"] <= known["population_exposed_high"] + 1e-9).all()
    assert table["mapped_share"].between(0, 1).all()


@given(DEPTHS, PEOPLE, st.floats(0.05, 0.95))
def test_moving_the_border_changes_no_total(depth, people, cut) -> None:
    depth = np.nan_to_num(depth)
    whole = count(depth, people, communes()).groupby("intensity_class")["population_exposed"].sum()
    parted = count(depth, people, communes(cut)).groupby("intensity_class")["population_exposed"].sum()
    np.testing.assert_allclose(parted, whole, rtol=1e-6, atol=1e-6)


@given(DEPTHS, PEOPLE, st.floats(0.05, 2.4), st.floats(0.01, 1))
def test_a_higher_threshold_never_exposes_more(depth, people, threshold, step) -> None:
    where = communes(0.4)
    counts = Population(raster(people))
    prepared = prepare(counts, where)
    low, high = (
        count(depth, counts, where, bounds=(bound,), prepared=prepared)["population_exposed"].fillna(0)
        for bound in (threshold, threshold + step)
    )
    assert (high <= low + 1e-9).all()


@given(DEPTHS, PEOPLE, st.integers(1, 4))
def test_cutting_hazard_cells_smaller_changes_nothing(depth, people, factor) -> None:
    depth = np.nan_to_num(depth)
    fine = depth.repeat(factor, axis=0).repeat(factor, axis=1)
    where = communes(0.37)
    counts = Population(raster(people))
    prepared = prepare(counts, where)
    np.testing.assert_allclose(
        count(fine, counts, where, cell=100 / factor, prepared=prepared)["population_exposed"],
        count(depth, counts, where, prepared=prepared)["population_exposed"],
        rtol=1e-5,
        atol=1e-5,
    )


@given(DEPTHS, PEOPLE)
def test_raster_and_the_same_zone_as_polygons_agree(depth, people) -> None:
    depth = np.nan_to_num(depth)
    rows, columns = np.nonzero(depth >= 0.5)
    where = communes(0.43)
    found = count(depth, people, where, bounds=(0.5,))["population_exposed"].to_numpy()
    if len(rows) == 0:
        assert found.sum() == 0
        return
    cells = [
        shapely.box(X + 100 * c, Y + 100 * (SIZE - r - 1), X + 100 * (c + 1), Y + 100 * (SIZE - r))
        for r, c in zip(rows, columns, strict=True)
    ]
    zone = Footprint(gpd.GeoDataFrame(geometry=cells, crs=3035), kind="polygons", hazard="flood")
    np.testing.assert_allclose(
        expose(zone, Population(raster(people)), where)["population_exposed"], found, rtol=1e-5, atol=1e-5
    )


@given(PEOPLE, st.floats(-40, 40))
def test_people_in_a_round_zone_do_not_change_when_an_even_world_turns(people, degrees) -> None:
    even = np.full_like(people, people.mean())
    middle = (X + SIZE * 50, Y + SIZE * 50)
    zone = shapely.affinity.rotate(
        shapely.box(middle[0] - 300, middle[1] - 150, middle[0] + 300, middle[1] + 150), degrees
    )
    footprint = Footprint(gpd.GeoDataFrame(geometry=[zone], crs=3035), kind="polygons", hazard="industrial")
    found = expose(footprint, Population(raster(even)), communes())["population_exposed"][0]
    assert found == pytest.approx(people.mean() * 18, rel=1e-6, abs=1e-6)


@given(DEPTHS, PEOPLE)
def test_the_order_of_communes_does_not_matter(depth, people) -> None:
    where = communes(0.2, 0.6)
    turned = Communes(where.data.iloc[::-1].reset_index(drop=True))
    key = ["commune_id", "intensity_class"]
    a = count(depth, people, where).set_index(key).sort_index()
    b = count(depth, people, turned).set_index(key).sort_index()
    pd.testing.assert_frame_equal(a, b, rtol=1e-9, check_flags=False)
