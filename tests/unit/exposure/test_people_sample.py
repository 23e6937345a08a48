"""Samples at the cells where people live give the numbers of the raster."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoalarm.core.errors import InputError
from geoalarm.core.model import Communes, Population
from geoalarm.exposure.lattice_index import LatticeIndex, lattice_index
from geoalarm.exposure.people_sample import NOT_KNOWN, PeopleSample, centimetres
from geoalarm.exposure.population_index import prepare
from geoalarm.testing import ORIGIN, raster

ROWS, COLUMNS, CELL = 21, 37, 100.0


@pytest.fixture(scope="module")
def index() -> LatticeIndex:
    """Three communes that share cells, one of them without people."""
    rng = np.random.default_rng(6)
    people = rng.integers(1, 500, (ROWS, COLUMNS)) * (rng.random((ROWS, COLUMNS)) < 0.3)
    people[:, 30:] = 0
    edges = [0.4, 11.3, 30.5, 36.6]
    shapes = [
        shapely.box(*(CELL * np.array([west, 0.2, east, ROWS - 0.6]) + np.tile(ORIGIN, 2)))
        for west, east in pairwise(edges)
    ]
    frame = gpd.GeoDataFrame({"commune_id": list("abc")}, geometry=shapes, crs=3035)
    return lattice_index(prepare(Population(raster(people)), Communes(frame)), (0, 0), (ROWS, COLUMNS))


@pytest.fixture(scope="module")
def sample(index: LatticeIndex) -> PeopleSample:
    return PeopleSample.of(index)


def depths(kind: str) -> np.ndarray:
    """Depths around every whole centimetre that is a bound, dry, negative and not known."""
    rng = np.random.default_rng(7)
    near = np.array([0.1, 0.29, 0.5, 1.13, 2.0]).astype(kind)
    near = np.concatenate([near, np.nextafter(near, -1), np.nextafter(near, 9)])
    return rng.choice(np.concatenate([near, np.array([0, -0.02, np.nan, -9999, 7], kind)]), (ROWS, COLUMNS))


BOUNDS = np.array([0.1, 0.29, 0.5, 1.13, 2.0, np.inf])


@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_a_sample_gives_the_people_of_the_raster(index, sample, kind: str) -> None:
    values = depths(kind)
    expected = index.above(values.ravel(), BOUNDS, -9999.0)[0][:, :-1] * index.people_unit[:, None]
    taken = sample.take(values)
    assert len(taken) < ROWS * COLUMNS / 3
    assert expected.any()
    np.testing.assert_array_equal(sample.people_above(taken, BOUNDS, -9999.0), expected)
    short = centimetres(taken, -9999.0)
    assert short.dtype == "int16"
    np.testing.assert_array_equal(sample.people_above_centimetres(short, BOUNDS), expected)


def test_bounds_between_two_centimetres_are_refused(sample) -> None:
    short = centimetres(np.zeros(len(sample.cells), "float32"), None)
    with pytest.raises(InputError, match="whole centimetres"):
        sample.people_above_centimetres(short, np.array([0.125, 1.0]))


@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_every_whole_centimetre_is_itself_and_what_is_just_below_is_the_one_before(kind: str) -> None:
    numbers = np.arange(-3000, 3001)
    exact = (numbers / 100).astype(kind)
    np.testing.assert_array_equal(centimetres(exact, None), numbers)
    np.testing.assert_array_equal(centimetres(np.nextafter(exact, -np.inf, dtype=kind), None), numbers - 1)
    np.testing.assert_array_equal(
        centimetres(np.array([np.nan, -9999, 0.019], kind), -9999.0), [NOT_KNOWN] * 2 + [1]
    )


@pytest.mark.parametrize("depth", [400.0, -400.0, np.inf, -np.inf])
def test_depths_without_a_number_of_centimetres_are_refused(depth: float) -> None:
    with pytest.raises(InputError, match="centimetres"):
        centimetres(np.array([0.0, depth]), None)
