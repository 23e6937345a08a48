"""Where most people live close together, on a world whose figures are known by hand."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from geoalarm import testing
from geoalarm.analysis.accident.populous_place import most_populous_place
from geoalarm.core.model import Population
from geoalarm.exposure.population_index import prepare
from geoalarm.testing import ORIGIN


def _metres(lon: float, lat: float) -> tuple[float, float]:
    """Metres from the south-west corner of the made-up world."""
    x, y = pyproj.Transformer.from_crs(4326, 3035, always_xy=True).transform(lon, lat)
    return x - ORIGIN[0], y - ORIGIN[1]


def test_the_densest_cell_of_the_most_populous_commune() -> None:
    """BE:00002 has most people; its cell of 90 counts, not the one of 500 in a smaller commune."""
    cells = testing.population().data.values.copy()
    cells[60 - 21, 33] = 90.0  # BE:00002 begins 2 km up and 2 km across: 2.1 km up, 3.3 km across
    cells[5, 5] = 500.0
    found = prepare(Population(testing.raster(cells), units="1"), testing.communes())
    assert _metres(*most_populous_place(found)) == pytest.approx((3350.0, 2050.0), abs=0.1)


def test_polygons_count_by_density() -> None:
    """Two quarters of BE:00002: fewer people on far less ground are closer together."""
    west, south = ORIGIN[0] + 2000, ORIGIN[1] + 2000
    boxes = [
        shapely.box(west, south, west + 2000, south + 1500),
        shapely.box(west, south + 1500, west + 2000, south + 2000),
    ]
    frame = gpd.GeoDataFrame({"population": [3000.0, 2900.0]}, geometry=boxes, crs="EPSG:3035")
    found = prepare(Population(frame, units="1", column="population"), testing.communes())
    x, y = _metres(*most_populous_place(found))
    assert 2000 < x < 4000
    assert 3500 < y < 4000


def test_a_commune_of_which_nothing_is_known_is_passed_over() -> None:
    found = prepare(testing.population(), testing.communes())
    unknown = replace(found, total=np.where(np.arange(6) == 0, np.nan, found.total))
    assert most_populous_place(unknown) == most_populous_place(found)
