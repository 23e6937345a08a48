"""Covered fractions against GEOS cell by cell and against exactextract, on awkward polygons."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from geoalarm.geo import array_kernels, kernels
from geoalarm.geo.grid import Grid
from geoalarm.geo.lattice_rings import CoveredCells, LatticeRings
from geoalarm.geo.zonal import coverage

ROWS, COLUMNS = 6, 7
EXACT = 1e-10


def lattice(*, cell: float = 1.0, south_up: bool = False) -> Grid:
    move = Affine(cell, 0, 0, 0, cell, 0) if south_up else Affine(cell, 0, 0, 0, -cell, ROWS * cell)
    return Grid(CRS.from_epsg(3035), move, (ROWS, COLUMNS))


def frame(polygons: list[shapely.Geometry]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=polygons, crs=3035)


def fractions(shape: shapely.Geometry, grid: Grid) -> np.ndarray:
    """Share of each cell in a polygon, flat, before any cell is closed [1]."""
    found = kernels.covered_cells(
        LatticeRings.of(np.array([shape], dtype=object), grid), grid.shape, speck=1e-12
    )
    dense = np.zeros(grid.size)
    dense[found.cells] = found.shares
    return dense


def by_geos(polygon: shapely.Geometry, grid: Grid) -> np.ndarray:
    """Share of each cell in a polygon (rows, columns) [1]."""
    west, north = np.meshgrid(grid.x_edges[:-1], grid.y_edges[:-1])
    east, south = west + grid.transform.a, north + grid.transform.e
    cells = shapely.box(west, np.minimum(north, south), east, np.maximum(north, south))
    return shapely.area(shapely.intersection(polygon, cells)) / shapely.area(cells)


@st.composite
def polygons(draw: st.DrawFn) -> shapely.Geometry:
    """Rings of any vertices, many on lattice points and lines: with holes, slivers, several parts, beyond
    the lattice, or within one cell.
    """
    place = st.one_of(st.integers(-3, 10).map(float), st.floats(-3, 10), st.sampled_from([0.5, 2.25, 1 / 3]))
    ring = st.lists(st.tuples(place, place), min_size=3, max_size=8).map(
        lambda points: shapely.make_valid(shapely.Polygon(points))
    )
    shape = draw(ring)
    change = draw(st.sampled_from(["", "hole", "sliver", "tiny", "parts", "box"]))
    if change == "hole":
        shape = shape.difference(draw(ring))
    elif change == "sliver":
        shape = shapely.LineString(shapely.get_coordinates(shape)).buffer(draw(st.floats(1e-6, 1e-3)))
    elif change == "tiny":
        shape = shapely.transform(shape, lambda at: at * 0.04 + 2.3)
    elif change == "parts":
        shape = shape.union(shapely.transform(draw(ring), lambda at: at * 0.3))
    elif change == "box":
        shape = shapely.box(*shapely.bounds(shape))
    return shape if shape.is_valid else shapely.make_valid(shape)


@given(shape=polygons(), south_up=st.booleans())
def test_fractions_are_those_of_geos_and_areas_are_conserved(shape: shapely.Geometry, south_up: bool) -> None:
    grid = lattice(south_up=south_up)
    found = fractions(shape, grid)
    assert np.abs(found.reshape(grid.shape) - by_geos(shape, grid)).max() <= EXACT
    assert found.min() >= 0
    assert found.max() <= 1
    on_grid = shapely.area(shapely.intersection(shape, shapely.box(*grid.bounds)))
    assert found.sum() == pytest.approx(on_grid, rel=1e-9, abs=1e-9)


@given(shapes=st.lists(polygons(), min_size=1, max_size=4))
def test_numpy_and_machine_code_agree_to_the_bit(shapes: list[shapely.Geometry]) -> None:
    module = kernels.compiled_loops()
    if module is None:
        pytest.skip("numba does not work here")
    rings = LatticeRings.of(np.array(shapes, dtype=object), lattice())
    with_numba, with_numpy = (
        each.covered_cells(rings, (ROWS, COLUMNS), 1e-12) for each in (module, array_kernels)
    )
    for name, one, other in zip(CoveredCells._fields, with_numba, with_numpy, strict=True):
        assert one.dtype == other.dtype, name
        np.testing.assert_array_equal(one, other, err_msg=name)
    for module_, found in ((module, with_numba), (array_kernels, with_numpy)):
        module_.close_cells(found, ROWS * COLUMNS, 1e-2)
    np.testing.assert_array_equal(with_numba.shares, with_numpy.shares)


@given(seed=st.integers(0, 2**32 - 1), count=st.integers(2, 12))
def test_neighbours_that_fill_the_lattice_give_out_each_cell_once(seed: int, count: int) -> None:
    rng, grid = np.random.default_rng(seed), lattice()
    points = shapely.MultiPoint(rng.random((count, 2)) * [COLUMNS, ROWS])
    box = shapely.box(*grid.bounds)
    parts = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=box))
    found = coverage(frame([part.intersection(box) for part in parts]), grid)
    np.testing.assert_allclose(np.asarray(found.sum(axis=0)), 1, rtol=0, atol=1e-15)


@given(shape=polygons())
def test_exactextract_sees_the_same_in_single_precision(shape: shapely.Geometry) -> None:
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource

    grid = lattice()
    flat = [part for part in shapely.get_parts(shape) if part.geom_type in ("Polygon", "MultiPolygon")]
    shape = shapely.MultiPolygon([one for part in flat for one in shapely.get_parts(part).tolist()])
    if not shape.is_valid or not shape.intersects(shapely.box(*grid.bounds)):
        return
    west, south, east, north = grid.bounds
    source = NumPyRasterSource(np.ones(grid.shape), xmin=west, ymin=south, xmax=east, ymax=north)
    answer = exact_extract(source, frame([shape]), ["cell_id", "coverage"], output="pandas")
    seen = np.zeros(grid.size)
    seen[np.asarray(answer["cell_id"][0], dtype=int)] = answer["coverage"][0]
    np.testing.assert_allclose(fractions(shape, grid), seen, rtol=0, atol=1e-5)
