"""Source terms against published figures; each test names its reference."""

from __future__ import annotations

import math
from typing import Any

import pytest

from geoalarm.core.errors import InputError, RangeError
from geoalarm.hazards.industrial import substances
from geoalarm.hazards.industrial.source_terms import (
    flash_fraction,
    gas_outflow,
    liquid_outflow,
    pool_diameter,
    pool_evaporation,
    release_duration,
    two_phase_outflow,
    vessel_outflow,
)


def test_liquid_ccps_1999_page_40() -> None:
    flow = liquid_outflow(490, hole_diameter=0.01, pressure=120935.0368, discharge_coefficient=0.63)
    assert flow["mass_flow"] == pytest.approx(0.216912, rel=1e-5)


def test_liquid_yellow_book_2_194_head_adds_to_pressure() -> None:
    by_head = liquid_outflow(1000, hole_diameter=0.05, head=10.0)
    by_pressure = liquid_outflow(1000, hole_diameter=0.05, pressure=101325 + 1000 * 9.80665 * 10)
    assert by_head.value == pytest.approx(by_pressure.value, rel=1e-12)
    assert by_head["velocity"] == pytest.approx(0.62 * math.sqrt(2 * 9.80665 * 10), rel=1e-12)


def test_gas_yellow_book_2_6_2_1_hydrogen() -> None:
    flow = gas_outflow(50e5, 1.405, hole_diameter=0.1, temperature=288.15, molar_mass=2.016e-3)
    assert flow.value == pytest.approx(15.31, rel=1e-3)
    assert flow.value == pytest.approx(15.3118, rel=2e-4)
    assert flow["choked"] == 1.0


def test_gas_ccps_1999_page_47() -> None:
    flow = gas_outflow(501e3, 1.15, hole_diameter=0.01, density=8.90, discharge_coefficient=0.85)
    assert flow.value == pytest.approx(0.0900280, rel=1e-6)


def test_gas_is_continuous_where_it_chokes_and_nothing_flows_without_pressure() -> None:
    k = 1.4
    critical = 101325 / (2 / (k + 1)) ** (k / (k - 1))
    low, high = (
        gas_outflow(critical * (1 + d), k, hole_diameter=0.02, molar_mass=0.029).value for d in (-1e-9, 1e-9)
    )
    assert low == pytest.approx(high, rel=1e-6)
    assert gas_outflow(101325, k, hole_diameter=0.02, molar_mass=0.029).value == 0.0


def test_flash_chlorine() -> None:
    share = flash_fraction(293.15, boiling_point=239.1, liquid_heat_capacity=960, heat_of_vaporisation=288e3)
    assert share["fraction"] == pytest.approx(0.1649, abs=5e-5)
    assert share["linear"] == pytest.approx(0.1802, abs=5e-5)
    assert share["airborne"] == pytest.approx(2 * share["fraction"], rel=1e-12)
    assert "to_be_confirmed" in share.flags


def test_below_its_boiling_point_nothing_flashes() -> None:
    share = flash_fraction(280, boiling_point=353, liquid_heat_capacity=1800, heat_of_vaporisation=394e3)
    assert (share["fraction"], share["airborne"]) == (0.0, 0.0)


def test_two_phase_aloha_examples_2_propane() -> None:
    flow = two_phase_outflow(8.61e5, 493, hole_area=40 * 0.1 * 0.0254**2, discharge_coefficient=0.61)
    assert flow.to("lb/min") == pytest.approx(5699, abs=1)
    assert flow.to("lb/min") == pytest.approx(5730, rel=0.01)
    assert flow["regime"] == "hole"


def test_two_phase_equilibrium_rate_in_a_pipe_and_less_than_through_a_hole() -> None:
    given = {
        "hole_diameter": 0.02,
        "temperature": 293.15,
        "heat_of_vaporisation": 254e3,
        "vapour_density": 21.0,
        "liquid_heat_capacity": 1400,
    }
    pipe = two_phase_outflow(6.78e5, 1410, pipe_length=5.0, **given)
    expansion = 1 / 21.0 - 1 / 1410
    assert pipe["mass_flux"] == pytest.approx(254e3 / (expansion * math.sqrt(293.15 * 1400)), rel=1e-12)
    assert "to_be_confirmed" in pipe.flags
    fluxes = [
        two_phase_outflow(6.78e5, 1410, pipe_length=length, **given)["mass_flux"]
        for length in (0.0, 0.01, 0.05, 0.099, 0.1)
    ]
    assert fluxes[:4] == sorted(fluxes[:4], reverse=True)
    assert fluxes[4] == pytest.approx(fluxes[3], rel=0.1)


def test_a_pipe_needs_its_properties() -> None:
    with pytest.raises(InputError, match="'vapour_density'"):
        two_phase_outflow(
            6.78e5, 1410, hole_diameter=0.02, pipe_length=1.0, temperature=293.15, heat_of_vaporisation=254e3
        )


def test_pool_yellow_book_6_6_3() -> None:
    assert pool_diameter(28.3, depth=0.02).value == pytest.approx(42.4457, abs=5e-5)
    assert pool_diameter(28.3, depth=0.02).value == pytest.approx(42.445, abs=1e-3)


def test_evaporation_aloha_examples_1_benzene_within_a_factor_of_2() -> None:
    temperature = 273.15 + (80 - 32) / 1.8
    benzene = substances.substance("benzene")
    pool = pool_evaporation(
        21.6 * 0.9144,
        vapour_pressure=benzene.at("vapour_pressure", temperature),
        molar_mass=benzene.molar_mass,
        temperature=temperature,
        wind_speed=7 * 0.44704,
    )
    assert 77.1 / 2 < pool.to("lb/min") < 77.1 * 2
    assert 3078 / 2 < pool.to("lb/min") * 46 < 3078 * 2


def test_evaporation_yellow_book_3_24_by_hand() -> None:
    pool = pool_evaporation(
        10, vapour_pressure=1e4, molar_mass=0.07811, temperature=293.15, wind_speed=5, schmidt=0.8
    )
    transfer = 0.004786 * 5**0.78 * 10**-0.11 * 0.8**-0.67
    assert pool["transfer"] == pytest.approx(transfer, rel=1e-12)
    assert pool["mass_flux"] == pytest.approx(transfer * 1e4 * 0.07811 / (8.314462618 * 293.15), rel=1e-12)


def test_a_finite_content_ends_the_release_or_the_valve_does() -> None:
    emptied, stopped = (
        release_duration(2.0, 1000.0, stopped_after=600.0),
        release_duration(1.0, 1000.0, stopped_after=600.0),
    )
    assert (emptied["duration"], emptied["mass"], emptied.warnings) == (
        500.0,
        1000.0,
        ("inventory_exhausted",),
    )
    assert (stopped["duration"], stopped["mass"], stopped.warnings) == (600.0, 600.0, ())


def test_a_vessel_takes_its_properties_from_the_library_and_says_which() -> None:
    flow = vessel_outflow("chlorine", "boiling_liquid", hole_diameter=0.025, temperature=293.15)
    taken = flow["properties"]
    assert taken["heat_of_vaporisation"] == pytest.approx(288e3, rel=0.01)
    assert taken["vapour_pressure"] == pytest.approx(6.8e5, rel=0.02)
    assert flow["airborne_flow"] == pytest.approx(flow["mass_flow"] * 2 * flow["flash_fraction"])
    gas = vessel_outflow("ammonia", "gas", hole_diameter=0.01, pressure=5e5)
    assert gas["airborne_flow"] == gas["mass_flow"] > 0
    still = vessel_outflow("benzene", "liquid", hole_diameter=0.01, head=3.0)
    assert still["airborne_flow"] == 0 < still["mass_flow"]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: liquid_outflow(1000, hole_diameter=0.01, pressure=9e4), RangeError, "'pressure'"),
        (lambda: liquid_outflow(-1000, hole_diameter=0.01), RangeError, "'density'"),
        (lambda: liquid_outflow(1000), InputError, "'hole_diameter'"),
        (lambda: liquid_outflow(1000, hole_diameter=0.1, hole_area=0.1), InputError, "'hole_diameter'"),
        (
            lambda: liquid_outflow(1000, hole_diameter=0.1, pressure="2 bar", head="3 kg"),
            InputError,
            "'head'",
        ),
        (
            lambda: liquid_outflow(1000, hole_diameter=0.1, discharge_coefficient=1.2),
            RangeError,
            "'discharge_coefficient'",
        ),
        (lambda: gas_outflow(5e4, 1.4, hole_diameter=0.01, molar_mass=0.029), RangeError, "'pressure'"),
        (
            lambda: gas_outflow(5e5, 1.0, hole_diameter=0.01, molar_mass=0.029),
            RangeError,
            "'heat_capacity_ratio'",
        ),
        (lambda: gas_outflow(5e5, 1.4, hole_diameter=0.01), InputError, "'molar_mass'"),
        (lambda: two_phase_outflow(5e4, 700, hole_diameter=0.01), RangeError, "'vapour_pressure'"),
        (lambda: pool_diameter(-1), RangeError, "'volume'"),
        (
            lambda: pool_evaporation(10, vapour_pressure=1.2e5, molar_mass=0.1, wind_speed=3),
            RangeError,
            "'vapour_pressure'",
        ),
        (
            lambda: pool_evaporation(10, vapour_pressure=1e4, molar_mass=0.1, wind_speed=0),
            RangeError,
            "'wind_speed'",
        ),
        (lambda: release_duration(1.0, -5.0), RangeError, "'inventory'"),
        (lambda: vessel_outflow("chlorine", "solid", hole_diameter=0.01), InputError, "'phase'"),
        (lambda: vessel_outflow("chlorine", "gas", hole_diameter=0.01), InputError, "'pressure'"),
        (lambda: vessel_outflow("chlorine", "liquid", hole_diameter=0.01), RangeError, "boils"),
        (lambda: vessel_outflow("hydrogen", "liquid", hole_diameter=0.01), RangeError, "liquid density"),
        (
            lambda: vessel_outflow("benzene", "liquid", hole_diameter=0.01, temperature="-10 degC"),
            RangeError,
            "temperature",
        ),
        (
            lambda: vessel_outflow("phosgene", "boiling_liquid", hole_diameter=0.01),
            InputError,
            "heat capacity of phosgene",
        ),
        (lambda: vessel_outflow("unobtainium", "gas", hole_diameter=0.01), InputError, "substance"),
    ],
)
def test_bad_input_is_refused_by_name(call, error, words) -> None:
    with pytest.raises(error) as caught:
        call()
    assert words in str(caught.value)


def test_butane_sphere_under_250_psig_and_50_ft_of_liquid() -> None:
    """A published example of liquid flow: 2 in, Cd 0.61, 56.31 kg/s; density of butane at 25 °C."""
    hole = {"hole_diameter": "2 in", "discharge_coefficient": 0.61, "head": "50 ft", "temperature": "25 degC"}
    over = (250 + 14.696) * 6894.757
    padded = vessel_outflow("butane", "boiling_liquid", pressure=over, **hole)
    assert padded.value == pytest.approx(56.31, rel=2e-3)
    unpadded = vessel_outflow("butane", "boiling_liquid", **hole)
    area, density = math.pi / 4 * 0.0508**2, unpadded["properties"]["density"]
    drop = unpadded["properties"]["vapour_pressure"] - 101325 + density * 9.80665 * 15.24
    assert unpadded.value == pytest.approx(0.61 * area * math.sqrt(2 * density * drop), rel=1e-9)
    assert padded["flash_fraction"] == unpadded["flash_fraction"]


def test_a_pad_pushes_through_a_pipe_too_and_a_short_pipe_lies_between() -> None:
    """By hand: G^2 = Cd^2 2 rho (P - Pv) + (hv / (v_fg sqrt(T cp)))^2."""
    given = {
        "hole_diameter": 0.05,
        "temperature": 293.15,
        "heat_of_vaporisation": 288e3,
        "vapour_density": 20.0,
        "liquid_heat_capacity": 960.0,
    }
    equilibrium = 288e3 / ((1 / 20 - 1 / 1410) * math.sqrt(293.15 * 960))
    pipe = two_phase_outflow(6.78e5, 1410, pressure=12e5, pipe_length=5.0, **given)
    pushed = 0.62**2 * 2 * 1410 * (12e5 - 6.78e5)
    assert pipe["mass_flux"] == pytest.approx(math.sqrt(pushed + equilibrium**2), rel=1e-9)
    hole = two_phase_outflow(6.78e5, 1410, pressure=12e5, **given)
    short = [
        two_phase_outflow(6.78e5, 1410, pressure=12e5, pipe_length=length, **given) for length in (1e-9, 0.05)
    ]
    assert short[0]["mass_flux"] == pytest.approx(hole["mass_flux"], rel=1e-6)
    assert pipe["mass_flux"] < short[1]["mass_flux"] < hole["mass_flux"]


def test_a_gauge_that_reads_the_vapour_pressure_is_no_pad_and_less_is_refused() -> None:
    given = {"hole_diameter": 0.025, "temperature": 293.15}
    bare = vessel_outflow("chlorine", "boiling_liquid", **given)
    boiling = bare["properties"]["vapour_pressure"]
    assert vessel_outflow("chlorine", "boiling_liquid", pressure=boiling * 0.99, **given).value == bare.value
    with pytest.raises(RangeError, match="'pressure' of a boiling liquid is below its vapour pressure"):
        vessel_outflow("chlorine", "boiling_liquid", pressure=boiling * 0.9, **given)


@pytest.mark.parametrize(
    ("phase", "given"),
    [
        ("gas", {"head": 3.0, "pressure": 5e5, "substance": "ammonia"}),
        ("gas", {"pipe_length": 3.0, "pressure": 5e5, "substance": "ammonia"}),
        ("liquid", {"pipe_length": 3.0, "substance": "benzene"}),
    ],
)
def test_a_vessel_refuses_what_the_model_of_its_phase_does_not_know(
    phase: str, given: dict[str, Any]
) -> None:
    with pytest.raises(InputError, match="the model of this phase does not know it"):
        vessel_outflow(phase=phase, hole_diameter=0.01, **given)
