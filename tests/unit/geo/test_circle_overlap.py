"""Area that a circle shares with polygons: cases known by hand, GEOS with many corners, what must hold."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoalarm.geo.circle_overlap import RingEdges, circle_overlap

HALF_CAP = math.acos(0.5) - 0.5 * math.sqrt(0.75)
"""Area of the unit circle beyond the line x = 1/2."""


def overlap(shape: shapely.Geometry, radius: float) -> float:
    return float(circle_overlap(RingEdges.of(np.array([shape], dtype=object)), np.array([radius]))[0])


@pytest.mark.parametrize(
    ("shape", "radius", "area"),
    [
        (shapely.box(-1, -1, 1, 1), 2.0, 4.0),  # the cell inside
        (shapely.box(-3, -3, 3, 3), 1.0, math.pi),  # the circle inside
        (shapely.box(0, 0, 2, 2), 1.0, math.pi / 4),  # a quarter, its corner the centre
        (shapely.box(-2, 0, 2, 2), 1.0, math.pi / 2),  # a half, its side through the centre
        (shapely.box(0.5, -2, 2, 2), 1.0, HALF_CAP),
        (shapely.box(1, -1, 2, 1), 1.0, 0.0),  # tangent
        (shapely.box(2, 2, 3, 3), 1.0, 0.0),  # outside
        (shapely.box(0.9, 0.9, 2, 2), 1.0, 0.0),  # the corner near, but outside
        (shapely.box(-1, -1, 1, 1), 1.0, math.pi),  # tangent to all four sides
        (shapely.box(-3, -3, 3, 3).difference(shapely.box(-0.5, -0.5, 0.5, 0.5)), 1.0, math.pi - 1),
        (shapely.MultiPolygon([shapely.box(0, 0, 2, 2), shapely.box(-2, -2, 0, 0)]), 1.0, math.pi / 2),
        (shapely.Polygon(), 1.0, 0.0),
    ],
)
def test_cases_known_by_hand(shape: shapely.Geometry, radius: float, area: float) -> None:
    assert overlap(shape, radius) == pytest.approx(area, abs=1e-14)
    assert overlap(shapely.reverse(shape), radius) == pytest.approx(area, abs=1e-14)


def test_many_shapes_against_circles_of_many_corners() -> None:
    """A buffer of 4 x 4096 corners lacks 2.5e-8 of its circle."""
    rng = np.random.default_rng(0)
    hulls = [
        shapely.MultiPoint(rng.normal(0, 1.5, 2) + rng.normal(0, 0.7, (8, 2))).convex_hull for _ in range(200)
    ]
    shapes, radii = np.array([*hulls, shapely.Polygon()], dtype=object), rng.uniform(0.2, 3, 201)
    discs = shapely.buffer(shapely.points(np.zeros((201, 2))), radii, quad_segs=4096)
    true = shapely.area(shapely.intersection(shapes, discs))
    edges = RingEdges.of(shapes)
    assert circle_overlap(edges, radii) == pytest.approx(true, abs=3e-8 * math.pi * 9)
    assert edges.area == pytest.approx(shapely.area(shapes), rel=1e-12)


def test_polygons_are_taken_in_any_order_and_more_than_once() -> None:
    shapes = np.array([shapely.box(0, 0, 2, 2), shapely.Polygon([(0, 0), (3, 0), (0, 3)])], dtype=object)
    edges, more = RingEdges.of(shapes), RingEdges.of(np.array([shapely.box(-9, -9, 9, 9)], dtype=object))
    found = circle_overlap(edges.with_more(more).taken(np.array([1, 2, 0, 1])), np.array([1, 1, 1, 9.0]))
    assert found == pytest.approx([math.pi / 4, math.pi, math.pi / 4, 4.5], abs=1e-13)


@given(
    st.floats(1, 9_000), st.floats(-3_000, 3_000), st.floats(-3_000, 3_000), st.floats(0, 6), st.floats(1, 2)
)
@settings(max_examples=40, deadline=None)
def test_a_lattice_adds_up_to_the_circle_and_wider_circles_hold_more(
    radius: float, x: float, y: float, turn: float, wider: float
) -> None:
    """Cells of 500 m, turned and moved at will, tile the plane: sums are pi r^2."""
    step = 500.0 * (np.arange(-60, 61))
    left, low = (at.ravel() for at in np.meshgrid(step[:-1], step[:-1]))
    cells = RingEdges.of(shapely.box(left, low, left + 500, low + 500))

    def move(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        sine, cosine = math.sin(turn), math.cos(turn)
        return a * cosine - b * sine + x, a * sine + b * cosine + y

    cells = cells.moved(move)
    narrow, wide = (circle_overlap(cells, np.full(len(left), r)) for r in (radius, radius * wider))
    assert narrow.sum() == pytest.approx(math.pi * radius**2, rel=1e-12, abs=1e-6)
    assert (wide >= narrow - 1e-6).all()
    assert (narrow <= 500.0**2 * (1 + 1e-12)).all()
