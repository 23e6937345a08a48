"""A small raster counted over the communes it may reach: every number of the count over all of them."""

from __future__ import annotations

from dataclasses import fields, replace

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoalarm import testing
from geoalarm.core.model import Communes, Footprint, Population, interval_classes
from geoalarm.exposure import near_communes
from geoalarm.exposure.near_communes import communes_alone, count_near
from geoalarm.exposure.on_raster import count_raster
from geoalarm.exposure.population_index import PopulationIndex, prepare


@pytest.fixture(scope="module")
def prepared() -> PopulationIndex:
    """Thirty-six communes of 1 km; their borders cut cells of 130 m, some of which have no number."""
    west, south = testing.ORIGIN
    boxes = [
        shapely.box(west + 1e3 * c, south + 1e3 * r, west + 1e3 * (c + 1), south + 1e3 * (r + 1))
        for r in range(6)
        for c in range(6)
    ]
    frame = gpd.GeoDataFrame({"commune_id": [f"FR:{n}" for n in range(36)]}, geometry=boxes, crs=3035)
    people = np.random.default_rng(1).integers(0, 9, (48, 48)).astype(float)
    people[44, 3] = -1
    return prepare(Population(testing.raster(people, cell_m=130.0, no_data=-1)), Communes(frame))


def flood(cell_m: float, east: float, size: int = 12) -> Footprint:
    values = np.random.default_rng(2).normal(0.4, 0.6, (size, size)).astype("float32")
    values[0, :5] = np.nan
    origin = testing.ORIGIN[0] + east, testing.ORIGIN[1]
    data = testing.raster(values, cell_m=cell_m, origin=origin, units="m")
    return Footprint(data, kind="intensity", hazard="flood", classes=interval_classes([0.1, 1.0]), units="m")


@pytest.mark.parametrize(
    ("cell_m", "east"),
    [(40.0, 210.0), (130.0, 0.0), (130.0, 260.0), (170.0, 90.0), (40.0, -300.0)],  # finer, its own, coarser
)
@pytest.mark.parametrize("unknown", [False, True])
def test_every_number_is_that_of_all_communes(
    prepared: PopulationIndex, cell_m: float, east: float, unknown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, index = flood(cell_m, east), replace(prepared.of_unknown if unknown else prepared)
    asked: list[int] = []

    def alone(*given: object) -> PopulationIndex:
        asked.append(1)
        return communes_alone(*given)

    monkeypatch.setattr(near_communes, "communes_alone", alone)
    found, of_all = count_near(small, index), count_raster(small, index)
    assert asked == [1]
    for item in fields(of_all):
        mine, theirs = getattr(found, item.name), getattr(of_all, item.name)
        if isinstance(theirs, np.ndarray):
            assert mine == pytest.approx(theirs, rel=1e-12, abs=1e-12), item.name
        elif item.name != "method":
            assert mine == theirs, item.name
    assert (count_near(small, index).exposed == found.exposed).all()
    assert asked == [1]  # kept for the lattice


def test_large_rasters_and_those_elsewhere_are_counted_over_all(
    prepared: PopulationIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(near_communes, "communes_alone", None)  # not to be asked
    for item in (flood(200.0, 0.0, 30), flood(40.0, 50_000.0)):
        assert (count_near(item, prepared).exposed == count_raster(item, prepared).exposed).all()
