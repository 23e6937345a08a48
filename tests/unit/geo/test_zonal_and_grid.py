"""Covered fractions, cell areas and overlays, against answers worked by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Geod

from geoalarm.core.errors import InputError
from geoalarm.geo.grid import Grid, overlay
from geoalarm.geo.zonal import coverage, index_key
from geoalarm.testing import raster


def grid(
    rows: int, columns: int, *, cell: float = 1.0, origin: tuple[float, float] = (0.0, 0.0), crs: int = 3035
) -> Grid:
    return Grid(
        CRS.from_epsg(crs), Affine(cell, 0, origin[0], 0, -cell, origin[1] + rows * cell), (rows, columns)
    )


def frame(*polygons: shapely.Geometry, crs: int = 3035) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(polygons), crs=crs)


def test_square_over_three_by_three_cells_covers_a_quarter_a_half_and_one() -> None:
    found = coverage(frame(shapely.box(0.5, 0.5, 2.5, 2.5)), grid(3, 3)).toarray().reshape(3, 3)
    np.testing.assert_allclose(found, [[0.25, 0.5, 0.25], [0.5, 1, 0.5], [0.25, 0.5, 0.25]])


def test_cells_are_numbered_from_the_north_west() -> None:
    found = coverage(frame(shapely.box(0, 2, 1, 3), shapely.box(2, 0, 3, 1)), grid(3, 3)).toarray()
    assert np.flatnonzero(found[0]).tolist() == [0]
    assert np.flatnonzero(found[1]).tolist() == [8]


def test_a_raster_stored_south_up_gives_the_same_fractions() -> None:
    north = grid(3, 3)
    south = Grid(north.crs, Affine(1, 0, 0, 0, 1, 0), (3, 3))
    polygon = frame(shapely.box(0.2, 1.6, 2.7, 2.9))
    np.testing.assert_allclose(
        coverage(polygon, south).toarray().reshape(3, 3)[::-1],
        coverage(polygon, north).toarray().reshape(3, 3),
    )


def test_polygons_that_fill_a_cell_share_it_out_exactly() -> None:
    third = 1 / 3
    parts = [
        shapely.box(0, 0, third, 1),
        shapely.box(third, 0, 2 * third, 1),
        shapely.box(2 * third, 0, 1, 1),
    ]
    assert coverage(frame(*parts), grid(1, 1)).sum() == pytest.approx(1, abs=1e-15)


def test_a_polygon_outside_the_grid_has_an_empty_row() -> None:
    found = coverage(frame(shapely.box(10, 10, 11, 11), shapely.box(0, 0, 1, 1)), grid(2, 2))
    assert found.shape == (2, 4)
    assert found.sum(axis=1).tolist() == [0, 1]


def test_index_is_kept_read_back_and_rebuilt_when_damaged(tmp_path, caplog) -> None:
    polygons, lattice = frame(shapely.box(0.5, 0.5, 2.5, 2.5)), grid(3, 3)
    first = coverage(polygons, lattice, cache=tmp_path)
    kept = list(tmp_path.glob("*.npz"))
    assert [path.name for path in kept] == [f"coverage-{index_key(polygons, lattice)}.npz"]
    assert (coverage(polygons, lattice, cache=tmp_path) != first).nnz == 0
    kept[0].write_bytes(b"half a file")
    assert (coverage(polygons, lattice, cache=tmp_path) != first).nnz == 0
    assert "made again" in caplog.text


def test_index_changes_with_outline_grid_and_order() -> None:
    a, b = shapely.box(0, 0, 1, 1), shapely.box(1, 1, 2, 2)
    keys = {
        index_key(frame(a, b), grid(3, 3)),
        index_key(frame(b, a), grid(3, 3)),
        index_key(frame(a, b), grid(3, 4)),
        index_key(frame(a, b, crs=2154), grid(3, 3)),
    }
    assert len(keys) == 4


def test_cell_area_in_degrees_is_that_of_the_ellipsoid() -> None:
    lattice = grid(2, 1, cell=0.5, origin=(3.0, 50.0), crs=4326)
    corners = [(3, 50.5), (3.5, 50.5), (3.5, 51), (3, 51)]
    lon, lat = zip(*shapely.segmentize(shapely.Polygon(corners), 0.001).exterior.coords, strict=True)
    expected = abs(Geod(ellps="WGS84").polygon_area_perimeter(lon, lat)[0]) / 1e6
    assert lattice.cell_area_km2()[0] == pytest.approx(expected, rel=1e-6)


def test_the_whole_earth_has_its_known_area() -> None:
    lattice = Grid(CRS.from_epsg(4326), Affine(1, 0, -180, 0, -1, 90), (180, 360))
    assert lattice.cell_area_km2().sum() == pytest.approx(510_065_621.7, rel=1e-8)  # WGS 84 ellipsoid


@given(shift=st.floats(0, 3), cell=st.floats(0.3, 3))
def test_overlay_conserves_every_source_cell_inside_the_target(shift: float, cell: float) -> None:
    source, target = (
        grid(4, 4, cell=cell, origin=(shift + 1, shift + 1)),
        grid(20, 20, cell=1.0, origin=(0, 0)),
    )
    received = overlay(source, target).T @ target.cell_area_km2()
    inside = [x >= 0 and x + cell <= 20 for x in source.x_edges[:-1]]
    whole = np.outer([y <= 20 and y - cell >= 0 for y in source.y_edges[:-1]], inside).ravel()
    np.testing.assert_allclose(received[whole], source.cell_area_km2()[whole], rtol=1e-9)


def test_overlay_in_another_crs_keeps_the_area_of_each_cell() -> None:
    source = Grid(CRS.from_epsg(3035), Affine(1000, 0, 3_900_000, 0, -1000, 3_060_000), (10, 10))
    target = Grid(CRS.from_epsg(4326), Affine(0.002, 0, 4.0, 0, -0.002, 50.55), (100, 130))
    back = overlay(source, target).T @ target.cell_area_km2()
    inner = back.reshape(10, 10)[2:8, 2:8]
    assert np.abs(inner - 1).max() < 0.06


def test_rotated_and_uneven_rasters_are_refused() -> None:
    data = raster(np.ones((3, 3)))
    uneven = data.assign_coords(x=[0.0, 1.0, 5.0])
    with pytest.raises(InputError, match="not evenly spaced"):
        Grid.from_dataarray(uneven)
