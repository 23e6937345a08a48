"""People within many circles of a site against peers, as ratios within one run.

Rows go to ``results.json`` as those of :mod:`test_kernels_speed`; no time is asserted.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from made_up_land import CELL, World
from pyproj import Geod
from test_kernels_speed import figures, seconds, world

from geoalarm.exposure.people_round_site import PeopleRoundSite
from geoalarm.geo.crs import to_crs, transformer
from geoalarm.geo.site_plane import SitePlane
from geoalarm.testing import ORIGIN

__all__ = ["figures", "world"]

RADII = np.linspace(100, 5000, 50)
CORNERS = 360
small = pytest.mark.parametrize("world", ["S"], indirect=True)


def site() -> SitePlane:
    """A place in the middle of the land, on no line of the lattice."""
    x, y = ORIGIN[0] + 1800.33 * CELL, ORIGIN[1] + 1300.71 * CELL
    return SitePlane(*map(float, transformer(3035, 4326).transform(x, y)))


def discs(plane: SitePlane) -> gpd.GeoDataFrame:
    """The circles as polygons of the same area."""
    turn = np.tile(np.arange(CORNERS) * (360 / CORNERS), len(RADII))
    wide = np.repeat(RADII / np.sqrt(np.sin(2 * np.pi / CORNERS) / (2 * np.pi / CORNERS)), CORNERS)
    there = np.full(len(turn), plane.lon), np.full(len(turn), plane.lat)
    corners = np.stack(Geod(ellps="WGS84").fwd(*there, turn, wide)[:2], axis=1)
    shapes = shapely.polygons(corners.reshape(len(RADII), CORNERS, 2))
    return to_crs(gpd.GeoDataFrame(geometry=shapes, crs=4326), 3035)


@small
def test_fifty_radii_against_exactextract(benchmark, world: World, figures) -> None:
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource

    frame, (west, south, east, north) = discs(site()), world.grid.bounds
    place = {"xmin": west, "ymin": south, "xmax": east, "ymax": north, "srs_wkt": frame.crs.to_wkt()}
    people = NumPyRasterSource(world.population.data.to_numpy(), name="people", **place)
    theirs = seconds(lambda: exact_extract(people, frame, ["sum"], output="pandas"), 3)
    around = PeopleRoundSite.within(world.prepared, site(), RADII[-1])
    found = around.people_within(RADII).sum(axis=0)
    told = exact_extract(people, frame, ["sum"], output="pandas")["sum"].to_numpy()
    apart = float(np.abs(found - told).max() / told.max())
    ours = seconds(lambda: around.people_within(RADII), 50)
    benchmark.pedantic(around.people_within, args=(RADII,), rounds=20)
    whole = seconds(lambda: PeopleRoundSite.within(world.prepared, site(), RADII[-1]).people_within(RADII), 5)
    figures("50 radii round a site", "S", 1e3 * ours, unit="ms", most=1)
    figures("50 radii round a site against exactextract", "S", theirs / ours, least=50)
    figures("50 radii and the cells round a new site against exactextract", "S", theirs / whole, least=1)
    figures("50 radii apart from polygons of 360 corners", "S", apart, unit="of the people", most=1e-5)
