"""The account of the land: cells of a commune add up to its own area, or nothing is said."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from geoalarm.core.errors import GeoalarmError
from geoalarm.core.keyed_cache import KeyedCache
from geoalarm.core.model import Communes, Footprint, Population, interval_classes
from geoalarm.exposure.engine import expose, prepare
from geoalarm.geo import grid as grids
from geoalarm.testing import raster


def communes_of(crs: int) -> Communes:
    outlines = gpd.GeoSeries([shapely.box(3.5, 50.4, 3.7, 50.5)], crs=4326).to_crs(crs)
    return Communes(gpd.GeoDataFrame({"commune_id": ["a"]}, geometry=outlines.to_numpy(), crs=crs))


def density(value: float = 250.0):
    west, _, _, north = communes_of(3857).data.total_bounds
    return raster(
        np.full((40, 40), value),
        cell_m=1000.0,
        crs=3857,
        origin=(west - 2000, north + 2000 - 40_000),
        units="km-2",
    )


def test_cells_that_add_up_to_another_area_are_an_error(monkeypatch) -> None:
    """With the plane's area back in place no number comes out, of people or of hazard."""
    monkeypatch.setattr(grids, "_LATTICES", KeyedCache(1))  # a lattice remembers its areas
    monkeypatch.setattr(grids, "equal_area_unit_m2", lambda crs, bounds: 1.0)
    with pytest.raises(GeoalarmError, match="another area") as told:
        prepare(Population(density(), units="km-2"), communes_of(3035))
    assert "389." in str(told.value)
    assert "158." in str(told.value)


def test_a_commune_that_a_grid_ends_in_is_no_error() -> None:
    half = density()[:, :12]
    found = prepare(Population(half, units="km-2"), communes_of(3035))
    assert 0.2 < found.covered[0] < 0.8


def test_people_of_a_density_in_web_mercator() -> None:
    """158.012 km2 on the WGS 84 ellipsoid (geodesic polygon) at 250 per km2."""
    own = abs(
        Geod(ellps="WGS84").geometry_area_perimeter(shapely.box(3.5, 50.4, 3.7, 50.5).segmentize(0.005))[0]
    )
    depth = density(1.0).assign_attrs(units="m")
    hazard = Footprint(depth, kind="intensity", hazard="flood", classes=interval_classes([0.5]), units="m")
    table = expose(hazard, Population(density(), units="km-2"), communes_of(4326))
    assert table["population"].iloc[0] == pytest.approx(own / 1e6 * 250, rel=1e-4)
    assert table["area_exposed_km2"].iloc[0] == pytest.approx(own / 1e6, rel=1e-4)
