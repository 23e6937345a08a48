"""The same hazard, people and communes in any coordinate system: the same people."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rioxarray  # noqa: F401
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from geoalarm.core.model import Communes, Footprint, Population, interval_classes
from geoalarm.exposure.engine import expose
from geoalarm.testing import raster

X, Y = 3_880_000.0, 3_060_000.0
SYSTEMS = ("EPSG:3035", "EPSG:3857", "EPSG:4326", "EPSG:2154", "EPSG:31370", "EPSG:32631")
OUTLINES = [shapely.box(X + 4000 * k, Y, X + 4000 * k + 4000, Y + 6000) for k in range(2)]
DENSITY = 250.0


def communes(crs: str) -> Communes:
    shapes = gpd.GeoSeries(OUTLINES, crs=3035).segmentize(500).to_crs(crs)
    return Communes(gpd.GeoDataFrame({"commune_id": ["a", "b"]}, geometry=shapes))


def lattice(crs: str, cells: int) -> tuple[float, tuple[float, float], int, int]:
    """Cell, lower left corner, rows and columns of a grid that holds the communes."""
    west, south, east, north = communes(crs).data.total_bounds
    cell = (east - west) / cells
    return cell, (west - 2 * cell, south - 2 * cell), int((north - south) / cell) + 5, cells + 5


def flooded(crs: str, slant: float) -> Footprint:
    """Water of 1 m on one side of a slanting line, read at the centres of small cells."""
    cell, corner, rows, columns = lattice(crs, 400)
    data = raster(np.zeros((rows, columns), "float32"), cell_m=cell, origin=corner, crs=crs, units="m")
    x, y = Transformer.from_crs(crs, 3035, always_xy=True).transform(*np.meshgrid(data.x, data.y))
    data.values[:] = (x - X) + slant * (y - Y) < 6000
    return Footprint(data, kind="intensity", hazard="flood", classes=interval_classes([0.5]), units="m")


def people(crs: str) -> Population:
    cell, corner, rows, columns = lattice(crs, 37)
    values = np.full((rows, columns), DENSITY)
    return Population(raster(values, cell_m=cell, origin=corner, crs=crs, units="km-2"), units="km-2")


def wet_km2(slant: float) -> np.ndarray:
    """By plane geometry in an equal-area system."""
    far = 20_000.0
    water = shapely.Polygon(
        [
            (X + 6000 + slant * far, Y - far),
            (X + 6000 - slant * far, Y + far),
            (X - far, Y + far),
            (X - far, Y - far),
        ]
    )
    return np.array([shapely.area(shapely.intersection(water, outline)) for outline in OUTLINES]) / 1e6


def check(table: pd.DataFrame, slant: float) -> None:
    np.testing.assert_allclose(table["population"], DENSITY * 24.0, rtol=1e-3)
    np.testing.assert_allclose(table["population_exposed"], DENSITY * wet_km2(slant), rtol=1e-3)
    np.testing.assert_allclose(table["area_exposed_km2"], wet_km2(slant), rtol=1e-3)
    assert (table["mapped_share"] == 1).all()


@pytest.mark.parametrize("crs", SYSTEMS)
def test_all_layers_in_one_system(crs: str) -> None:
    check(expose(flooded(crs, 0.3), people(crs), communes(crs)), 0.3)


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(st.tuples(*[st.sampled_from(SYSTEMS)] * 3), st.floats(0.05, 0.3))
def test_each_layer_in_a_system_of_its_own(systems: tuple[str, str, str], slant: float) -> None:
    hazard, population, outlines = systems
    check(expose(flooded(hazard, slant), people(population), communes(outlines)), slant)
