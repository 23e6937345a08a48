"""Areas of cells in the systems files come in, against geodesic polygons, which know no projection."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine
from pyproj import CRS, Geod, Transformer

from geoalarm.geo.grid import Grid, overlay
from geoalarm.geo.zonal import coverage

SYSTEMS = {
    "EPSG:3857": (3.6, 50.45),  # web Mercator
    "EPSG:3395": (10.0, 80.0),  # Mercator on the ellipsoid
    "EPSG:2154": (2.35, 51.0),  # Lambert 93, at its northern end
    "EPSG:31370": (5.5, 50.6),  # Lambert 72
    "EPSG:3812": (5.5, 50.6),  # Lambert 2008
    "EPSG:32631": (3.05, 50.6),  # UTM 31
    "EPSG:27572": (3.05, 50.6),  # Lambert II, grads
    "EPSG:2263": (-74.0, 40.7),  # US feet
    "EPSG:5514": (14.0, 50.0),  # Krovak, axes turned
    "EPSG:3413": (0.0, 89.95),  # the pole inside a cell's reach
    "ESRI:54009": (3.0, 50.0),  # Mollweide on the sphere's formulas
    "EPSG:3035": (4.0, 50.0),
    "EPSG:31370+5710": (5.5, 50.6),  # with heights
}


def geodesic_km2(crs: CRS, box: shapely.Geometry) -> float:
    """Area on the earth of a rectangle of a map, by the way PROJ takes to WGS 84."""
    flat = crs.sub_crs_list[0] if crs.is_compound else crs
    dense = shapely.segmentize(box, box.length / 2000)
    lon, lat = Transformer.from_crs(flat, 4326, always_xy=True).transform(*shapely.get_coordinates(dense).T)
    return abs(Geod(ellps="WGS84").polygon_area_perimeter(lon, lat)[0]) / 1e6


def lattice(crs: str, cell_m: float, shape: tuple[int, int] = (30, 40)) -> Grid:
    system = CRS.from_user_input(crs)
    flat = system.sub_crs_list[0] if system.is_compound else system
    x, y = Transformer.from_crs(4326, flat, always_xy=True).transform(*SYSTEMS[crs])
    cell = cell_m / flat.axis_info[0].unit_conversion_factor
    return Grid(system, Affine(cell, 0, x, 0, -cell, y), shape)


@pytest.mark.parametrize("cell_m", [100.0, 1000.0, 20_000.0])
@pytest.mark.parametrize("crs", SYSTEMS)
def test_a_cell_has_its_area_on_the_ellipsoid(crs: str, cell_m: float) -> None:
    rows, columns = (30, 40) if cell_m < 20_000 else (4, 5)
    grid = lattice(crs, cell_m, (rows, columns))
    areas = grid.cell_area_km2().reshape(grid.shape)
    for row, column in ((0, 0), (rows - 1, columns - 1), (rows // 2, 2)):
        xs, ys = grid.x_edges[column : column + 2], grid.y_edges[row : row + 2]
        box = shapely.box(xs.min(), ys.min(), xs.max(), ys.max())
        assert areas[row, column] == pytest.approx(geodesic_km2(grid.crs, box), rel=1e-6)
        assert grid.cell_area_km2(np.array([row * columns + column])) == areas[row, column]


def test_grads_are_no_degrees() -> None:
    """NTF (Paris) counts 400 grads to the circle."""
    grid = Grid(CRS.from_epsg(4807), Affine(0.01, 0, 0, 0, -0.01, 55), (10, 10))
    found = grid.cell_area_km2()[0]
    assert found == pytest.approx(geodesic_km2(grid.crs, shapely.box(0, 54.99, 0.01, 55)), rel=1e-6)


def test_an_old_ellipsoid_is_not_the_earth() -> None:
    """A cell of Belge 1972 in degrees is some 1e-5 smaller on the earth than on International 1924."""
    grid = Grid(CRS.from_epsg(4313), Affine(0.01, 0, 5.5, 0, -0.01, 50.6), (10, 10))
    box = shapely.box(5.5, 50.59, 5.51, 50.6)
    own = abs(Geod(ellps="intl").geometry_area_perimeter(shapely.segmentize(box, 1e-4))[0]) / 1e6
    assert grid.cell_area_km2()[0] == pytest.approx(geodesic_km2(grid.crs, box), rel=1e-6)
    assert 5e-6 < 1 - grid.cell_area_km2()[0] / own < 5e-5


def test_a_sphere_holds_the_latitudes_of_the_earth() -> None:
    """PROJ takes latitudes on a sphere for those of WGS 84: so are the areas, where communes are met."""
    sphere = Grid(CRS.from_user_input("+proj=longlat +R=6371229"), Affine(0.1, 0, 3, 0, -0.1, 50), (5, 5))
    earth = Grid(CRS.from_epsg(4326), sphere.transform, sphere.shape)
    np.testing.assert_allclose(sphere.cell_area_km2(), earth.cell_area_km2(), rtol=1e-12)


def test_the_world_in_web_mercator_adds_up() -> None:
    """Up to 85.06 degrees: the earth but for its caps (Snyder 1987, eq. 3-12, by hand)."""
    half = 20037508.342789244
    grid = Grid(CRS.from_epsg(3857), Affine(half / 64, 0, -half, 0, -half / 64, half), (128, 128))
    ring = Geod(ellps="WGS84")
    lat = np.degrees(2 * np.arctan(np.exp(np.pi)) - np.pi / 2)
    cap, _ = ring.polygon_area_perimeter(np.arange(0, 360, 0.01), np.full(36_000, lat))
    assert grid.cell_area_km2().sum() == pytest.approx(510_065_621.7 - 2 * abs(cap) / 1e6, rel=1e-6)


def test_equal_area_is_found_by_measuring() -> None:
    assert lattice("EPSG:3035", 100).is_equal_area
    assert not lattice("EPSG:2154", 100).is_equal_area
    assert lattice("EPSG:3035", 100).cell_area_km2()[0] == 0.01  # to the last bit


def test_a_large_grid_is_quick() -> None:
    """6.5 million cells of Lambert 93: few places are asked of PROJ."""
    grid = lattice("EPSG:2154", 100, (2500, 2600))
    assert grid.cell_area_km2().size == 6_500_000


def test_an_overlay_of_two_mercator_grids_shares_areas_out() -> None:
    """Half a cell of 20 km is not half its land: the northern half holds less."""
    coarse, fine = lattice("EPSG:3857", 20_000, (3, 3)), lattice("EPSG:3857", 10_000, (6, 6))
    shares = overlay(fine, coarse).toarray()
    areas = fine.cell_area_km2()
    assert shares[0, [0, 1, 6, 7]] == pytest.approx(areas[[0, 1, 6, 7]] / areas[[0, 1, 6, 7]].sum(), rel=1e-9)
    assert shares[0, 0] < 0.2498
    assert shares.sum(axis=1) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(
    ("crs", "step", "corner"), [("EPSG:4326", 1.0, (3.0, 51.0)), ("EPSG:3857", 1e5, (3e5, 6.6e6))]
)
def test_a_share_of_a_large_cell_is_one_of_its_land(
    crs: str, step: float, corner: tuple[float, float]
) -> None:
    """The northern half of a cell of one degree is less than half of it."""
    grid = Grid(CRS.from_user_input(crs), Affine(step, 0, corner[0], 0, -step, corner[1]), (1, 1))
    north = shapely.box(corner[0], corner[1] - step / 2, corner[0] + step, corner[1])
    found = coverage(gpd.GeoDataFrame(geometry=[north], crs=crs), grid) @ grid.cell_area_km2()
    assert found[0] == pytest.approx(geodesic_km2(grid.crs, north), rel=2e-4)
    assert coverage(gpd.GeoDataFrame(geometry=[north], crs=crs), grid).toarray()[0, 0] < 0.498
