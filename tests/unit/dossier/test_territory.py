"""Which layer a page speaks of, and which communes stand beside one: by hand, then as properties."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoalarm import testing
from geoalarm.core.errors import GeoalarmError, InputError
from geoalarm.core.model import Communes
from geoalarm.core.read_errors import wrap_read_errors
from geoalarm.dossier.nearby import MOST_ACROSS, REACH_M, TOUCH_M, nearby_communes, regions
from geoalarm.dossier.territory_layers import _by_commune as by_commune
from geoalarm.dossier.territory_layers import dangers, main_of
from geoalarm.exposure.engine import expose

NAN = math.nan


def layer(period, *, speaks=True, scenario="", hazard="flood"):
    return SimpleNamespace(return_period_yr=period, hazard=hazard, scenario=scenario, speaks=lambda n: speaks)


@pytest.mark.parametrize(
    ("periods", "wanted"),
    [
        ((10, 100, 1000), 100),
        ((10, 1000), 1000),
        ((30, 300), 300),
        ((20, 300), 300),
        ((50, 300), 50),
        ((100 / 3, 300), 300),
        ((500, 1000), 500),
        ((NAN, 5), 5),
        ((25,), 25),
    ],
)
def test_the_layer_nearest_to_1_in_100(periods, wanted):
    """On a log scale; of two as near (10 and 1000) the rarer."""
    for order in (periods, periods[::-1]):
        assert main_of(tuple(layer(period) for period in order), 0).return_period_yr == wanted


def test_a_layer_that_knows_the_commune_goes_before_a_nearer_one_that_does_not():
    assert main_of((layer(10), layer(100, speaks=False), layer(1000, speaks=False)), 0).return_period_yr == 10


def test_where_no_layer_knows_the_commune_the_nearest_says_why():
    assert main_of((layer(10, speaks=False), layer(100, speaks=False)), 0).return_period_yr == 100


def test_without_probability_the_first():
    first, second = layer(NAN), layer(NAN)
    assert main_of((first, second), 0) is first


def test_dangers_keep_the_order_of_the_scenario_and_go_from_often_to_rare():
    toxic, rare, often = layer(NAN, hazard="industrial", scenario="toxic"), layer(1000), layer(10)
    unknown = layer(NAN)
    assert dangers((toxic, unknown, rare, often)) == ((toxic,), (often, rare, unknown))


def test_rows_of_a_commune_are_found_whatever_their_order():
    world = testing.world()
    table = expose(world.flood[1000.0], world.population, world.communes)
    ids = world.communes.ids
    mixed = table.sort_values("intensity_class", kind="stable")
    assert mixed["commune_id"].iloc[1] != mixed["commune_id"].iloc[0]
    ordered, totals, starts = by_commune(mixed, ids)
    assert totals["commune_id"].tolist() == ids.tolist()
    for n, commune in enumerate(ids):
        rows = ordered.iloc[starts[n] : starts[n + 1]]
        assert set(rows["commune_id"]) == {commune}
        assert rows["population_exposed"].sum() == pytest.approx(testing.PEOPLE[commune] * 6 / 40)


def test_a_commune_that_got_lost_is_an_error():
    world = testing.world()
    table = expose(world.landslide, world.population, world.communes)
    with pytest.raises(GeoalarmError, match="5 communes"):
        by_commune(table[table["commune_id"] != "BE:00002"], world.communes.ids)


def test_an_error_of_the_system_names_the_layer():
    with (
        pytest.raises(InputError, match="layer wet cannot be read; got Read failed"),
        wrap_read_errors("layer wet"),
    ):
        raise OSError("Read\n failed")


def squares(*corners, side=1000.0):
    return np.array([shapely.box(x, y, x + side, y + side) for x, y in corners], dtype=object)


def test_a_thin_gap_touches_and_a_wider_one_does_not():
    near, far = squares((0, 0), (1000 + TOUCH_M - 1, 0)), squares((0, 0), (1000 + TOUCH_M + 1, 0))
    assert [
        [item.position for item in items if item.touches] for items in nearby_communes(near, ["FR", "BE"])
    ] == [
        [1],
        [0],
    ]
    assert [
        [(item.position, item.touches) for item in items] for items in nearby_communes(far, ["FR", "BE"])
    ] == [
        [(1, False)],
        [(0, False)],
    ]
    assert nearby_communes(far, ["FR", "FR"]) == [(), ()], "in one country only those that touch"


def test_across_the_border_the_nearest_within_reach():
    outlines = squares((0, 0), *((1500 + 600 * n, 0) for n in range(20)), side=500.0)
    found = nearby_communes(outlines, ["FR", *["BE"] * 20])[0]
    assert [item.position for item in found] == list(range(1, MOST_ACROSS + 1))
    assert [item.distance_m for item in found] == pytest.approx([1000 + 600 * n for n in range(MOST_ACROSS)])
    beyond = squares((0, 0), (500 + REACH_M + 1, 0), side=500.0)
    assert nearby_communes(beyond, ["FR", "BE"]) == [(), ()]


def test_without_countries_there_is_no_border():
    assert nearby_communes(squares((0, 0), (5000, 0)), ["", ""]) == [(), ()]
    assert nearby_communes(squares((0, 0), (5000, 0)), ["FR", ""]) == [(), ()]


@given(
    st.lists(
        st.tuples(st.integers(0, 12), st.integers(0, 12), st.sampled_from(["FR", "BE", ""])),
        min_size=1,
        max_size=14,
        unique_by=lambda i: i[:2],
    )
)
def test_to_be_beside_is_mutual(places):
    """Squares on a lattice with 30 m lanes: the eight around touch; across the border all others within
    reach, up to the cap.
    """
    outlines = squares(*((1030.0 * x, 1030.0 * y) for x, y, _ in places))
    countries = [country for *_, country in places]
    found = nearby_communes(outlines, countries)
    kept = {(n, item.position): item for n, items in enumerate(found) for item in items}
    for n, (x, y, country) in enumerate(places):
        for m, (a, b, other) in enumerate(places):
            touches = n != m and max(abs(x - a), abs(y - b)) == 1
            item = kept.get((n, m))
            assert (item is not None and item.touches) == touches
            assert not touches or kept[m, n].distance_m == item.distance_m
            gap = math.hypot(*(max(0, abs(d) * 1030.0 - 1000.0) for d in (x - a, y - b)))
            across = {country, other} == {"FR", "BE"} and gap <= REACH_M
            assert item is None or touches or across
            others = sum(1 for i in found[n] if not i.touches)
            assert not across or item is not None or others == MOST_ACROSS
    assert all(len([item for item in items if not item.touches]) <= MOST_ACROSS for items in found)


def test_one_code_in_two_countries_is_two_departments():
    world = testing.world()
    frame = world.communes.data.assign(
        department_code=["01", "01", pd.NA, "01", "01", "01"], department_name="Same"
    )
    made = regions(Communes(frame), ())
    assert [(item.country, item.communes) if item else None for item in made] == [
        ("FR", 2),
        ("FR", 2),
        None,
        ("BE", 3),
        ("BE", 3),
        ("BE", 3),
    ]
    assert made[0] is made[1]
    assert regions(world.communes, ()) == [None] * 6
