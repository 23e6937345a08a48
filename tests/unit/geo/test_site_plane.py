"""The plane round a site: true directions, true areas, and PROJ asked at few places."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from pyproj import CRS, Geod

from geoalarm.geo.crs import transformer
from geoalarm.geo.site_plane import SitePlane

LILLE = SitePlane(3.06, 50.63)


@pytest.mark.parametrize("plane", [LILLE, SitePlane(-70.6, -33.4), SitePlane(0.0, 0.0)])
def test_places_lie_in_their_direction_and_areas_are_true(plane: SitePlane) -> None:
    lon, lat, _ = Geod(ellps="WGS84").fwd(plane.lon, plane.lat, 60.0, 30_000)
    east, north = plane.place(np.array([lon]), np.array([lat]), CRS.from_epsg(4326))
    assert math.degrees(math.atan2(east[0], north[0])) == pytest.approx(60, abs=1e-6)
    assert math.hypot(east[0], north[0]) == pytest.approx(30_000, rel=1e-6)
    assert [float(axis[0]) for axis in plane.true_distances(east, north)] == pytest.approx(
        [30_000 * math.sin(math.radians(60)), 15_000], abs=1e-5
    )
    ring = shapely.Point(lon, lat).buffer(0.02, quad_segs=64).segmentize(2e-4)
    true = abs(Geod(ellps="WGS84").geometry_area_perimeter(ring)[0])
    moved = shapely.Polygon(
        np.column_stack(plane.place(*shapely.get_coordinates(ring).T, CRS.from_epsg(4326)))
    )
    assert moved.area == pytest.approx(true, rel=1e-6)


@pytest.mark.parametrize("distance_m", [300.0, 10e3, 100e3])
def test_a_window_says_what_proj_says(distance_m: float) -> None:
    europe = CRS.from_epsg(3035)
    bounds = LILLE.bounds_in(europe, distance_m)
    window = LILLE.window(europe, bounds)
    x, y = np.linspace(bounds[0], bounds[2], 13), np.linspace(bounds[1], bounds[3], 11)
    everywhere = [axis.ravel() for axis in np.meshgrid(x, y)]
    true = np.stack(LILLE.place(*everywhere, europe))
    assert np.abs(np.stack(window.place(*everywhere)) - true).max() < 1e-5
    assert np.abs(np.stack(window.lattice(x, y)).reshape(2, -1) - true).max() < 1e-5
    assert np.hypot(*true).max() > distance_m


def test_metres_from_a_site_are_those_of_proj() -> None:
    europe = CRS.from_epsg(3035)
    there = CRS.from_dict({"proj": "aeqd", "lat_0": LILLE.lat, "lon_0": LILLE.lon, "datum": "WGS84"})
    east, north = np.array([0.0, 500.0, -20e3]), np.array([0.0, -700.0, 8e3])
    true = np.stack(transformer(there, europe).transform(east, north))
    assert np.abs(np.stack(LILLE.onto(europe, east, north)) - true).max() < 1e-6
