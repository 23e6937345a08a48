"""No number is too absurd for a model: what is declared is computed to a finite result or refused by name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoalarm.analysis import models
from geoalarm.core.errors import InputError
from geoalarm.core.model_inputs import LIMITS
from geoalarm.core.registry import Model, ModelInput
from model_figures import worked

NEVER: Final = (math.nan, math.inf, -math.inf, 1e30, -1e30, 1e300, -1e300)
"""No quantity of any model, whatever its unit."""

TINY: Final = (1e-300, 5e-324, -1e-300, 1e-30)
SIZES: Final = st.floats(-30, 30).map(lambda power: 10.0**power)
SAYS: Final = ("NaN", "nfinit")


@lru_cache
def _cases(name: str) -> tuple[Mapping[str, Any], ...]:
    """Inputs of the worked examples, in SI."""
    return tuple({key: item.value for key, item in one.inputs.items()} for one in worked(models()[name]))


def _numbers(model: Model) -> list[str]:
    return [name for name, spec in model.inputs.items() if spec.unit is not None]


def _put(held: Any, value: float) -> Any:
    """A number in place of one, or of one in an array."""
    if isinstance(held, np.ndarray) and held.ndim:
        changed = held.astype(float)
        changed.flat[held.size // 2] = value
        return changed
    return value


def _drawn(spec: ModelInput) -> st.SearchStrategy[float]:
    """Ends of the range of an input, numbers beyond and of every size."""
    ends = [end for end in (spec.low, spec.high) if math.isfinite(end)]
    beside = [math.nextafter(end, toward) for end in ends for toward in (-math.inf, math.inf)]
    return st.one_of(st.sampled_from([*ends, *beside, 0.0, -1.0, *NEVER, *TINY]), SIZES)


def _asked(model: Model, given: Mapping[str, Any]) -> None:
    """A run that ends in finite outputs, but those that the model says may be missing, or in one error."""
    try:
        result = model(**given)
    except InputError:
        return
    for name, item in result.values.items():
        array = np.asarray(item.value)
        if array.dtype.kind == "f" and name not in model.may_be_missing:
            assert np.isfinite(array).all(), (name, item.value, given)


@pytest.mark.parametrize("name", sorted(models()))
def test_a_number_that_no_quantity_has_is_refused_with_the_range(name: str) -> None:
    model = models()[name]
    for case in _cases(name)[:1]:
        for item in _numbers(model):
            if math.isinf(model.inputs[item].high):
                continue  # says itself what infinite means
            for value in NEVER:
                with pytest.raises(InputError) as caught:
                    model(**{**case, item: _put(case[item], value)})
                assert repr(item) in caught.value.what
                assert model.inputs[item].unit == "1" or model.inputs[item].unit in str(caught.value.expected)


@pytest.mark.parametrize("name", sorted(models()))
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_extremes_give_a_finite_result_or_an_error_that_names_its_limit(
    name: str, data: st.DataObject
) -> None:
    model = models()[name]
    numbers = _numbers(model)
    if not numbers:
        return
    case = data.draw(st.sampled_from(_cases(name)))
    chosen = data.draw(st.lists(st.sampled_from(numbers), min_size=1, max_size=3, unique=True))
    changed = {item: _put(case[item], data.draw(_drawn(model.inputs[item]))) for item in chosen}
    _asked(model, {**case, **changed})


@pytest.mark.parametrize("name", sorted(models()))
def test_what_may_be_missing_is_told_in_the_docstring(name: str) -> None:
    model = models()[name]
    assert not model.may_be_missing or any(word in model.__doc__ for word in SAYS)


def test_only_an_input_that_says_so_goes_to_infinity() -> None:
    endless = {
        (name, item)
        for name, model in models().items()
        for item, spec in model.inputs.items()
        if spec.unit is not None and math.isinf(spec.high - spec.low)
    }
    assert endless == {("pool_burning_rate", "k_beta")}


def test_limits_hold_what_is_known_of_nature() -> None:
    """Extremes that were measured, each with where: all are within the limits of their unit."""
    measured = {
        "m s-1": (0.5, 142.0),  # calm of a dispersion model; El Reno tornado of 2013 (Doppler radar)
        "K": (4.2, 4000.0),  # boiling helium; acetylene and oxygen burn below
        "mm": (1.0, 26_470.0),  # rain of a year, Cherrapunji, WMO
        "kg m-3": (1e-9, 22_590.0),  # a microgram a cubic metre; osmium
        "m": (1e-5, 3e5),  # a film of oil; the reach of a large nuclear release
        "kg": (1e-3, 2e8),  # a gram; a full LNG tank holds 1e8 and more
        "Pa": (1.0, 2e8),  # vapour of kerosene; a water-jet pump
        "W m-2": (100.0, 6.3e7),  # sun on snow; the surface of the sun
        "J kg-1": (1e5, 1.42e8),  # heat of vaporisation of small molecules; hydrogen burning
        "yr": (0.01, 1e7),  # some days; rates of 1e-7 a year
        "1": (1e-9, 8.3e9),  # a part in 10^9; mankind
    }
    for unit, (low, high) in measured.items():
        assert LIMITS[unit].smallest <= low, unit
        assert high <= LIMITS[unit].largest, unit
