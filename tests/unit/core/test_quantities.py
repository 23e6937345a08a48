"""The door of the models: units come in, SI goes on, what is outside is refused."""

from __future__ import annotations

import doctest
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoalarm.core import quantities
from geoalarm.core.errors import InputError, RangeError
from geoalarm.core.quantities import convert, range_text, require_range, to_si, unit_registry
from geoalarm.core.result import SCREENING_NOTICE, Measured, ModelResult


def test_examples_in_the_docstrings() -> None:
    assert doctest.testmod(quantities).failed == 0


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("5 m/s", "m s-1", 5.0),
        ("20 degC", "K", 293.15),
        ("20 °C", "K", 293.15),
        ("50 bar", "Pa", 5e6),
        ((5, "mbar"), "Pa", 500.0),
        ("5 kW m-2", "W m-2", 5000.0),
        ("3.5 MJ/m3", "J m-3", 3.5e6),
        ("0.5 /h", "s-1", 0.5 / 3600),
        ("0.5 h-1", "s-1", 0.5 / 3600),
        ("3600 1/h", "s-1", 1.0),
        ("100 ppm", "1", 1e-4),
        ("5 %", "1", 0.05),
        (0.3, "1", 0.3),
        ("1 (kW/m^2)^(4/3) s", "(W m-2)**(4/3) s", 1e4),
        ("7 mph", "m s-1", 3.12928),
        ("20 ppmv", "1", 2e-5),
        ("20 ppb", "1", 2e-8),
        ("10 bara", "Pa", 1e6),
        ("1 psia", "Pa", 6894.757293168361),
        ("5000 BTU/(hr ft^2)", "W m-2", 15772.9559),
    ],
)
def test_what_the_door_accepts(value: object, unit: str, expected: float) -> None:
    assert to_si(value, unit, name="x") == pytest.approx(expected, rel=1e-7)


def test_quantities_and_arrays_pass_too() -> None:
    assert to_si(unit_registry().Quantity(20, "degC"), "K", name="t") == pytest.approx(293.15)
    assert to_si((np.array([1.0, 2.0]), "km"), "m", name="x").tolist() == [1000.0, 2000.0]


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (5, "m s-1", "'wind' has no unit"),
        ("5", "m s-1", "'wind' has no unit"),
        ("5 kg", "m s-1", "'wind' has the wrong dimension"),
        ("5 wombats", "m s-1", "unit of wind"),
        ("fast", "m s-1", "input 'wind'"),
        ("20 C", "K", "write degC for C"),
        ("50 psig", "Pa", "absolute pressure"),
        ("20 ton", "kg", "short_ton"),
        ("0,5 m/s", "m s-1", "a point for decimals"),
        ("1 000 kg", "kg", "nothing between thousands"),
        ("20 ppm", "kg m-3", "share_to_concentration"),
        (True, "1", "input 'wind'"),
        (None, "1", "input 'wind'"),
        ((math.nan, "m"), "m", "finite"),
    ],
)
def test_what_the_door_refuses_names_the_input(value: object, unit: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        to_si(value, unit, name="wind")
    assert words in str(caught.value)


def test_pressures_above_that_of_the_air_are_gauge_pressures() -> None:
    for name in ("gauge_pressure", "overpressure"):
        assert to_si("14.5 psig", "Pa", name=name) == to_si("14.5 psi", "Pa", name=name)
        with pytest.raises(InputError, match="above that of the air"):
            to_si("14.5 psia", "Pa", name=name)


@given(
    st.floats(1e-6, 1e6),
    st.sampled_from(
        [("kg s-1", "lb/min"), ("Pa", "mbar"), ("m s-1", "knot"), ("kg m-3", "mg/m3"), ("K", "degF")]
    ),
)
def test_units_round_trip(value: float, pair: tuple[str, str]) -> None:
    unit, other = pair
    assert convert(convert(value, unit, other), other, unit) == pytest.approx(value, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("value", "closed"),
    [
        (1.0, "right"),
        (2.0, "left"),
        (1.0, "neither"),
        (0.9, "both"),
        (math.nan, "both"),
        (np.array([1.5, 3.0]), "both"),
    ],
)
def test_outside_the_range_is_refused_and_named(value: float, closed: quantities.Closed) -> None:
    with pytest.raises(RangeError, match="'wind_speed' is outside"):
        require_range("wind_speed", value, 1.0, 2.0, unit="m s-1", closed=closed)


def test_bounds_belong_to_the_range_unless_said_otherwise() -> None:
    require_range("x", np.array([1.0, 2.0]), 1.0, 2.0)
    assert range_text(100, 10_000, unit="m") == "100 to 10000 m"
    assert range_text(0, math.inf, unit="Pa", closed="neither") == "above 0 Pa"
    assert range_text(-math.inf, math.inf) == "any"


def test_a_result_says_everything_and_fits_in_json() -> None:
    result = ModelResult(
        "outflow",
        {"mass_flow": Measured(np.float64(2.0), "kg s-1"), "beyond": Measured(math.inf, "m")},
        source="YB 2.194",
        inputs={"x": Measured(np.array([1.0]), "m")},
        warnings=("to_be_confirmed: Cd", "to_be_confirmed: Cd", "low_wind"),
    )
    told = json.loads(json.dumps(result.as_dict(), allow_nan=False))
    assert told["values"] == {
        "mass_flow": {"value": 2.0, "unit": "kg s-1"},
        "beyond": {"value": None, "unit": "m"},
    }
    assert set(told) == {
        "model",
        "values",
        "inputs",
        "valid_range",
        "warnings",
        "source",
        "jurisdiction",
        "vintage",
        "notice",
    }
    assert told["notice"] == SCREENING_NOTICE
    assert result.warnings == ("to_be_confirmed: Cd", "low_wind")
    assert result.flags == {"to_be_confirmed", "low_wind"}
    assert (float(result), result["mass_flow"]) == (2.0, 2.0)
    assert result.to("lb/min") == pytest.approx(264.5547, rel=1e-6)
    with pytest.raises(InputError, match="mass_flow"):
        result["mass_flo"]
