"""Outlines, pictures and rings of the map, by hand."""

import base64
import struct
import zlib
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geoalarm import testing
from geoalarm.app.map.atlas import Atlas
from geoalarm.app.map.geometry import flat, inwards, labels, map_geometry, nested
from geoalarm.app.map.hazard_overlay import PolygonOverlay, RasterOverlay, picture, render_overlay
from geoalarm.app.map.map_sources import APART, FIRST_STATE, Symbology
from geoalarm.app.map.map_theme import map_theme
from geoalarm.core.terms import State

HOLED = shapely.MultiPolygon(
    [
        shapely.Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(3, 3), (3, 6), (6, 6), (6, 3)]]),
        shapely.Polygon([(20, 0), (29, 0), (29, 9)]),
    ]
)


def test_points_and_rings_of_a_polygon_with_a_hole():
    points, rings = flat(np.array([shapely.box(100, 0, 101, 1), HOLED], dtype=object))
    assert rings.tolist() == [[0, 0, 4], [1, 1, 4], [1, 1, 4], [1, 2, 3]]
    assert points.shape == (15, 2)
    assert points.dtype == np.int32


def test_nesting_keeps_parts_and_holes():
    xs, ys = nested(HOLED)
    assert [[len(ring) for ring in part] for part in xs] == [[4, 4], [3]]
    assert xs[1][0] == [20, 29, 29]
    assert ys[1][0] == [0, 0, 9]


def test_the_border_runs_between_the_countries_only(made_up):
    xs, _ = made_up.geometry.border
    middle = np.mean(
        [made_up.geometry.box(row)[2] for row, key in enumerate(made_up.geometry.ids) if key.startswith("FR")]
    )
    assert xs
    assert all(abs(x - middle) < 1_500 for line in xs for x in line)


def test_a_point_finds_its_commune(made_up):
    geometry = made_up.geometry
    assert [geometry.at(x, y) for x, y in geometry.centres] == list(range(6))
    assert geometry.at(0.0, 0.0) is None
    assert geometry.row("BE:00002") == geometry.ids.index("BE:00002")
    assert geometry.row("nowhere") is None


def test_one_country_has_no_border():
    world = testing.communes()
    assert map_geometry(world.only(world.countries == "FR")).border == ([], [])


def test_names_do_not_lie_over_each_other():
    rng = np.random.default_rng(3)
    centres, people = rng.uniform(0, 200_000, (300, 2)), rng.uniform(1, 1e5, 300)
    names = [f"Commune {index}" for index in range(300)]
    shown = labels(centres, people, names)
    assert shown[0][:2] == (int(people.argmax()), 0)
    far = [row for row, tier, _ in shown if tier == 0]
    pixels = centres[far] / 1_250
    for one in range(len(far)):
        for other in range(one):
            assert (abs(pixels[one] - pixels[other]) >= (60, 24)).any()


def test_a_name_near_the_edge_runs_inwards():
    """36 km over 360 px: a hundred metres a pixel, and 10 letters are 38 px to each side."""
    centres = np.array([[3_000.0, 0], [4_000.0, 0], [33_000.0, 0]])
    assert inwards(centres, ["x" * 10] * 3, bounds=(0, 0, 36_000, 36_000)).tolist() == [1, 0, -1]
    shown = labels(
        np.array([[1_000.0, 0], [300_000.0, 0]]),
        np.array([5.0, 4.0]),
        ["Dunkerque", "Oostende"],
        bounds=(0, 0, 4e5, 4e5),
    )
    assert [name for _, tier, name in shown if tier == 0] == ["Dunkerque", "Oostende"]


def decoded(uri: str) -> tuple[np.ndarray, bytes, bytes]:
    """Rows, palette and alpha of a paletted PNG written by us."""
    data, parts = base64.b64decode(uri.partition(",")[2])[8:], {}
    while data:
        length = struct.unpack(">I", data[:4])[0]
        parts[data[4:8]] = data[8 : 8 + length]
        assert zlib.crc32(data[4 : 8 + length]) == struct.unpack(">I", data[8 + length : 12 + length])[0]
        data = data[12 + length :]
    width, height = struct.unpack(">II", parts[b"IHDR"][:8])
    lines = np.frombuffer(zlib.decompress(parts[b"IDAT"]), "uint8").reshape(height, width + 1)
    return lines[:, 1:], parts[b"PLTE"], parts[b"tRNS"]


def test_a_raster_becomes_a_picture_of_its_classes(made_up):
    made = picture(testing.flood(1000.0), bounds=made_up.geometry.bounds, pixels=400)
    rows, palette, alpha = decoded(made.data_uri(["#000001", "#000002", "#000003", "#000004"]))
    assert set(np.unique(rows)) == {0, 2, 3, 4}
    assert (len(palette), len(alpha), alpha[0]) == (15, 5, 0)
    middle = rows[rows.shape[0] // 2]
    assert middle[:90].max() == 0
    assert middle.max() == 4


def test_what_is_not_studied_is_transparent(made_up):
    made = picture(testing.landslide(), bounds=made_up.geometry.bounds, pixels=200)
    rows, _, _ = decoded(made.data_uri(["#111111"] * 3))
    assert rows[:, rows.shape[1] * 3 // 5 :].max() == 0
    assert set(np.unique(rows)) == {0, 1, 2, 3}


def test_a_large_raster_keeps_its_thin_river(made_up):
    values = np.zeros((600, 600), "float32")
    values[:, 300] = 3
    footprint = testing.flood(10.0)
    made = picture(
        type(footprint)(
            testing.raster(values, cell_m=10.0, units="m"),
            kind="intensity",
            hazard="flood",
            classes=footprint.classes,
            units="m",
            sources=footprint.sources,
        ),
        bounds=made_up.geometry.bounds,
        pixels=60,
    )
    rows, _, _ = decoded(made.data_uri(["#111111"] * 4))
    assert (rows.max(axis=1) == 4).mean() > 0.9


def test_zones_become_rings_by_class(made_up):
    made = render_overlay(testing.industrial(), bounds=made_up.geometry.bounds)
    assert isinstance(made, PolygonOverlay)
    assert made.labels == ("SEI", "SEL", "SELS")
    assert [len(lines) for lines in made.xs] == [1, 1, 1]
    assert np.ptp(made.xs[0][0]) > np.ptp(made.xs[2][0])


def test_zones_of_one_class_that_meet_are_one_zone(made_up):
    """Two halves of a circle, one a country: no line where they meet."""
    whole = testing.industrial()
    west = whole.data.copy()
    x = (west.total_bounds[0] + west.total_bounds[2]) / 2
    left, right = (shapely.box(*bounds) for bounds in ((0, 0, x, 1e8), (x, 0, 1e8, 1e8)))
    halves = gpd.GeoDataFrame(
        pd.concat([west.assign(geometry=west.intersection(side)) for side in (left, right)]), crs=west.crs
    )
    bounds = made_up.geometry.bounds
    made = render_overlay(replace(whole, data=halves), bounds=bounds)
    assert [len(lines) for lines in made.xs] == [1, 1, 1]
    assert [min(lines[0]) for lines in made.xs] == [
        min(lines[0]) for lines in render_overlay(whole, bounds=bounds).xs
    ]


def test_zones_out_of_sight_are_left_out():
    assert render_overlay(testing.industrial(), bounds=(0, 0, 1, 1)).xs == ([], [], [])


def test_only_what_changed_is_sent(made_up):
    atlas = Atlas(
        made_up.geometry,
        names=list(made_up.names("fr")),
        labels=made_up.labels("fr"),
        theme=map_theme("light"),
    )
    before = {name: id(column) for name, column in atlas.communes.data.items()}
    atlas.paint("a", Symbology(np.array([1, 2, 3, 10, 11, 14], "uint8"), ["a"] * 6))
    sent = [name for name, column in atlas.communes.data.items() if id(column) != before[name]]
    assert sorted(sent) == ["n_a", "w_a"]


def test_numbers_of_states_stand_apart_from_classes():
    assert FIRST_STATE >= 6
    assert len(State) - 1 + FIRST_STATE == APART


@pytest.mark.parametrize("slot", ["a", "b", "d"])
def test_every_map_draws_a_pattern_for_every_state(made_up, slot):
    atlas = Atlas(
        made_up.geometry,
        names=list(made_up.names("fr")),
        labels=made_up.labels("fr"),
        theme=map_theme("dark"),
    )
    drawn = [
        line.data_source
        for line in atlas.figure(slot).renderers
        if getattr(line.glyph, "hatch_pattern", None) == "hatch"
    ]
    assert drawn == [atlas.states[slot]]
    assert drawn[0].data["hatch"] == ["ring", "right_diagonal_line", "diagonal_cross", "dot"]
    assert len(drawn[0].data["xs"]) == len(drawn[0].data["alpha"]) == 4
    assert isinstance(render_overlay(testing.flood(10.0), bounds=made_up.geometry.bounds), RasterOverlay)
