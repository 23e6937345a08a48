"""The dasymetric rule, with worked values, and its laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoalarm.core.errors import InputError
from geoalarm.exposure.dasymetry import dasymetric, largest_remainder


def test_urban_suburb_and_rural_share_1240_people():
    people = dasymetric(1240, np.array([0.9, 2.1, 6.0]), np.array([80.0, 25.0, 2.0]))
    assert np.round(people, 1).tolist() == [654.1, 476.9, 109.0]


def test_buildings_share_600_people_and_an_empty_one_gets_nobody():
    people = dasymetric(600, np.array([120.0, 300.0, 90.0, 50.0]), np.array([2.0, 3.0, 1.0, 0.0]))
    assert np.round(people, 2).tolist() == [117.07, 439.02, 43.90, 0.0]
    assert largest_remainder(people, 600).tolist() == [117, 439, 44, 0]


def test_a_unit_without_people_has_zeros_even_without_weights():
    assert dasymetric(0, np.array([1.0, 2.0]), np.zeros(2)).tolist() == [0.0, 0.0]


def test_equal_remainders_go_to_the_earlier_cell():
    assert largest_remainder(np.array([0.5, 0.5, 1.0]), 2).tolist() == [1, 0, 1]


def test_rounding_never_makes_a_negative_cell():
    assert largest_remainder(np.array([0.5]), 0).tolist() == [0]
    assert largest_remainder(np.array([1.0, 0.0, 0.4]), 1).tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    ("total", "areas", "weights", "says"),
    [
        (-1, [1.0], [1.0], "people to be spread"),
        (np.nan, [1.0], [1.0], "people to be spread"),
        (5, [1.0, 2.0], [1.0], "areas and weights"),
        (5, [-1.0], [1.0], "areas of the cells"),
        (5, [1.0], [np.inf], "weights of the cells"),
        (5, [1.0], [0.0], "no cell can take"),
    ],
)
def test_bad_input_is_refused_with_its_name(total, areas, weights, says):
    with pytest.raises(InputError, match=says):
        dasymetric(total, np.array(areas), np.array(weights))


def test_shares_that_do_not_make_the_total_are_refused():
    with pytest.raises(InputError, match="total of the shares"):
        largest_remainder(np.array([1.0, 1.0]), 5)


cells = st.lists(st.tuples(st.floats(0.001, 1e4), st.floats(0.001, 1e3)), min_size=1, max_size=60)


@given(st.integers(0, 3_000_000), cells)
def test_nobody_is_lost_or_invented(total, rows):
    areas, weights = np.array(rows).T
    people = dasymetric(total, areas, weights)
    assert abs(people.sum() - total) <= 1e-9 * max(1, total)
    whole = largest_remainder(people, total)
    assert whole.sum() == total
    assert (whole >= 0).all()
    assert np.abs(whole - people).max() <= 1 + 1e-6
