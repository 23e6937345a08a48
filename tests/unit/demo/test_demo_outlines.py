"""Splitting, filling and tidying outlines, on shapes that can be checked by hand."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoalarm.core.errors import InputError
from geoalarm.demo.demo_outlines import fill_holes, holes_of, polygons_of, split_by_points, tidy
from geoalarm.demo.names import key


def test_a_strip_is_split_half_way_between_two_points():
    strip = shapely.box(0, 0, 100, 10)
    parts = split_by_points(strip, np.array([[20.0, 5.0], [60.0, 5.0]]), ["a", "b"])
    assert {name: part.area for name, part in parts.items()} == {"a": 400.0, "b": 600.0}


def test_two_points_of_one_owner_are_one_part():
    strip = shapely.box(0, 0, 9000, 1000)
    parts = split_by_points(
        strip, np.array([[1500.0, 500.0], [4500.0, 500.0], [7500.0, 500.0]]), ["a", "b", "a"]
    )
    assert parts["b"].area == pytest.approx(3e6)
    assert parts["a"].geom_type == "MultiPolygon"
    assert parts["a"].area == pytest.approx(6e6)


def test_a_detached_crumb_goes_to_its_neighbour():
    strip = shapely.box(0, 0, 4600, 100)
    parts = split_by_points(
        strip, np.array([[2000.0, 50.0], [4000.0, 50.0], [4600.0, 50.0]]), ["a", "b", "a"]
    )
    assert parts["b"].equals(shapely.box(3000, 0, 4600, 100)), (
        "the last 300 m would have been a detached piece of a"
    )


def test_a_pinhole_is_closed_and_a_real_hole_is_not():
    for side, area in ((50, 40_000.0), (150, 17_500.0)):
        outer = shapely.box(0, 0, 200, 200).difference(shapely.box(25, 25, 25 + side, 25 + side))
        assert tidy(np.array([outer], dtype=object))[0].area == area


def test_one_owner_takes_all_and_a_place_given_twice_counts_once():
    square = shapely.box(0, 0, 10, 10)
    assert split_by_points(square, np.array([[1.0, 1.0]]), ["a"])["a"].equals(square)
    assert split_by_points(square, np.array([[1.0, 1.0], [1.0, 1.0]]), ["a", "b"]).keys() == {"a"}


def test_a_territory_without_points_is_refused():
    with pytest.raises(InputError, match="points to split a territory by"):
        split_by_points(shapely.box(0, 0, 1, 1), np.empty((0, 2)), [])


@given(
    st.lists(
        st.tuples(st.integers(1, 99), st.integers(1, 49), st.sampled_from("abcd")), min_size=1, max_size=25
    )
)
def test_parts_cover_the_territory_without_overlap(rows):
    territory = shapely.box(0, 0, 100, 50).difference(shapely.box(40, 20, 60, 30))
    parts = split_by_points(
        territory, np.array([row[:2] for row in rows], dtype="float64"), [row[2] for row in rows]
    )
    assert parts.keys() <= {row[2] for row in rows}
    assert sum(part.area for part in parts.values()) == pytest.approx(territory.area, rel=1e-6)
    assert shapely.union_all(list(parts.values())).area == pytest.approx(territory.area, rel=1e-6)


def ring_of_communes():
    """Eight unit squares (in km) round a hole; the commune below the hole kept only its own."""
    boxes = [
        shapely.box(x, y, x + 1000, y + 1000)
        for x in (0, 1000, 2000)
        for y in (0, 1000, 2000)
        if (x, y) != (1000, 1000)
    ]
    return gpd.GeoDataFrame({"code": [f"{i:05d}" for i in range(8)]}, geometry=boxes, crs=3035)


def test_a_hole_goes_to_the_merged_commune_that_touches_it():
    mended, given_back = fill_holes(ring_of_communes(), {"00003": "the merged one"}, minimum_m2=0.5e6)
    assert given_back == {"00003": 1.0}
    assert mended.geometry.area.tolist() == [1e6] * 3 + [2e6] + [1e6] * 4
    assert not holes_of(mended.geometry.to_numpy(), minimum_m2=1.0)


def test_a_hole_nobody_is_named_for_stays_a_hole():
    mended, given_back = fill_holes(ring_of_communes(), {"99999": "elsewhere"}, minimum_m2=0.5e6)
    assert given_back == {}
    assert mended.geometry.area.sum() == 8e6


def test_overlapping_outlines_become_a_coverage_and_the_earlier_keeps_the_land():
    shapes = np.array([shapely.box(0, 0, 60, 10), shapely.box(50, 0, 100, 10)], dtype=object)
    assert not shapely.coverage_is_valid(shapes)
    clean = tidy(shapes)
    assert shapely.coverage_is_valid(clean)
    assert [part.area for part in clean] == [600.0, 400.0]


def test_tidy_keeps_an_enclave():
    outer, inner = (
        shapely.box(0, 0, 100, 100).difference(shapely.box(40, 40, 60, 60)),
        shapely.box(40, 40, 60, 60),
    )
    assert [part.area for part in tidy(np.array([outer, inner], dtype=object))] == [9600.0, 400.0]


def test_crumbs_of_an_overlay_are_dropped():
    parts = shapely.geometrycollections(
        [shapely.box(0, 0, 10, 10), shapely.box(20, 20, 20.5, 20.5), shapely.linestrings([[0, 0], [5, 5]])]
    )
    assert polygons_of(parts).equals(shapely.box(0, 0, 10, 10))


@pytest.mark.parametrize(
    ("name", "compared"),
    [
        ("L'Orée de Mormal", "l oree de mormal"),
        ("Vaux-sur-Sûre", "vaux sur sure"),
        ("Rœux", "roeux"),
        ("’s Gravenbrakel", "s gravenbrakel"),
        ("莱于", ""),
    ],
)
def test_names_are_compared_without_accents_and_hyphens(name, compared):
    assert key(name) == compared
