"""Fires against published cases. Each test is named after its reference; nothing is tuned to it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from geoalarm.core.errors import InputError, RangeError
from geoalarm.core.reference_rows import rows
from geoalarm.hazards.industrial.fires import (
    atmospheric_transmissivity,
    bleve,
    bleve_distance,
    cylinder_view_factor,
    fireball,
    jet_fire,
    jet_fire_distance,
    lpg_jet_flame,
    lpg_jet_lethality_distance,
    point_source_flux,
    pool_burning_rate,
    pool_burning_rate_from_heats,
    pool_emissive_power,
    pool_emissive_power_sooty,
    pool_fire,
    pool_fire_distance,
    pool_flame,
    pool_flame_length,
    pool_flame_tilt,
)

BENZENE = {
    "diameter": 42.4457,
    "fuel": "benzene",
    "wind": "5 m/s",
    "emissive": "fraction",
    "fraction": 0.4,
    "air_density": 1.2243,
    "viscosity": 7.5133e-6,
    "transmissivity": 0.71474,
}
PROPANE = {
    "mass": "20 t",
    "burst_pressure": "1.8 MPa",
    "heat_of_combustion": "46.35 MJ/kg",
    "vapour_pressure": "1193.5 Pa",
}


def test_yellow_book_6_6_3_benzene_pool_fire_4581_W_m2() -> None:
    found = pool_fire("100 m", **BENZENE)
    assert found.value == pytest.approx(4582.5, rel=1e-4)
    assert found.value == pytest.approx(4581, rel=1e-3)
    assert found["length"] == pytest.approx(46.7725, rel=1e-4)
    assert math.degrees(found["tilt"]) == pytest.approx(50.8286, rel=1e-5)
    assert found["emissive_power"] == pytest.approx(66_484, rel=1e-5)
    assert found["view_factor"] == pytest.approx(0.096436, abs=5e-7)
    assert found["rate"] == pytest.approx(0.085, rel=1e-9)


def test_yellow_book_6_6_3_parts_alone() -> None:
    length = float(pool_flame_length("42.4457 m", 0.085, wind="5 m/s", air_density="1.2243 kg/m^3"))
    assert length == pytest.approx(46.775, rel=1e-5)
    tilt = pool_flame_tilt(42.4457, 5, viscosity=7.5133e-6)
    assert tilt.to("degree") == pytest.approx(50.8287, abs=1e-4)
    froude = 25 / (9.80665 * 42.4457)
    assert froude == pytest.approx(0.06006, abs=1e-5)  # printed as 0.0545, a misprint
    factor = cylinder_view_factor("100 m", 42.4457, length, tilt=tilt.value)
    assert factor.value == pytest.approx(0.0964, abs=5e-5)
    assert factor.value == pytest.approx(math.hypot(factor["vertical"], factor["horizontal"]))
    power = pool_emissive_power(0.085, "40.15 MJ/kg", fraction=0.4, length=length, diameter=42.4457)
    assert power.to("kW/m^2") == pytest.approx(66.484, abs=1e-3)


@pytest.mark.parametrize(
    ("fuel", "limit", "k_beta"),
    [
        ("gasoline", 0.055, 2.1),
        ("kerosene", 0.039, 3.5),
        ("benzene", 0.085, 2.7),
        ("hexane", 0.074, 1.9),
        ("heptane", 0.101, 1.1),
        ("lpg", 0.099, 1.4),
        ("lng", 0.078, 1.1),
        ("butane", 0.078, 2.7),
        ("xylene", 0.09, 1.4),
    ],
)
def test_yellow_book_table_6_5_burning_rates(fuel: str, limit: float, k_beta: float) -> None:
    assert pool_flame(1000.0, fuel)["rate"] == pytest.approx(limit)
    assert pool_flame(0.5, fuel)["rate"] == pytest.approx(limit * (1 - math.exp(-k_beta / 2)))


@pytest.mark.parametrize("fuel", ["ethanol", "methanol"])
def test_yellow_book_table_6_5_alcohols_burn_at_one_rate(fuel: str) -> None:
    rates = [pool_flame(size, fuel, fraction=0.2)["rate"] for size in (0.3, 30.0)]
    assert rates == [0.015, 0.015]


@pytest.mark.parametrize(("flux", "distance"), [(8, 14.5), (5, 19.8), (3, 26.8)])
def test_gasoline_pool_10_m_still_air_mudan(flux: float, distance: float) -> None:
    assert pool_flame("10 m", "gasoline")["length"] == pytest.approx(15.818, abs=1e-3)
    assert float(pool_emissive_power_sooty("10 m")) == pytest.approx(56_143, rel=1e-5)
    assert float(
        pool_fire_distance(f"{flux} kW/m^2", "10 m", "gasoline", transmissivity=0.8)
    ) == pytest.approx(distance, abs=0.05)


@pytest.mark.parametrize(("flux", "distance"), [(8, 22.9), (5, 29.0), (3, 37.4)])
def test_gasoline_pool_10_m_point_source(flux: float, distance: float) -> None:
    rate = 0.055 * math.pi * 25
    assert float(
        point_source_flux(distance, rate, "43.7 MJ/kg", radiated_share=0.35, transmissivity=0.8)
    ) == pytest.approx(flux * 1e3, rel=5e-3)
    found = jet_fire_distance(
        f"{flux} kW/m^2", rate, heat_of_combustion=43.7e6, radiated_share=0.35, transmissivity=0.8
    )
    assert float(found) == pytest.approx(distance, abs=0.05)
    unread = [warning for warning in found.warnings if warning.startswith("to_be_confirmed")]
    assert unread == ["to_be_confirmed: length of a jet's flame, API Standard 521"]


def test_ccps_1999_fireball_of_100_t() -> None:
    found = fireball("100 t")
    assert found["diameter"] == pytest.approx(269.2, abs=0.05)
    assert found["duration"] == pytest.approx(17.71, abs=5e-3)
    assert found["height"] == pytest.approx(0.75 * 269.2, abs=0.05)


def test_yellow_book_6_5_7_fireball_of_100_t() -> None:
    found = fireball("100 t", correlation="tno")
    assert found["diameter"] == pytest.approx(273.3, abs=0.05)
    assert found["duration"] == pytest.approx(17.0, abs=5e-3)


def test_bleve_of_20_t_propane() -> None:
    found = bleve("250 m", **PROPANE)
    assert found.to("kW/m^2") == pytest.approx(17.08, abs=5e-3)
    assert found["diameter"] == pytest.approx(157.44, abs=5e-3)
    assert found["duration"] == pytest.approx(12.21, abs=5e-3)
    assert found["height"] == pytest.approx(118.1, abs=0.05)
    assert found["emissive_power"] == pytest.approx(317.6e3, rel=2e-4)
    assert {"blast_and_fragments_not_modelled", "transmissivity_extrapolated"} <= found.flags


@pytest.mark.parametrize(("flux", "distance"), [(8, 377), (3, 619)])
def test_bleve_of_20_t_by_flux(flux: float, distance: float) -> None:
    assert float(bleve_distance(flux=f"{flux} kW/m^2", **PROPANE)) == pytest.approx(distance, rel=2e-3)


@pytest.mark.parametrize(("dose", "distance"), [(1800, 137), (600, 238)])
def test_bleve_of_20_t_by_dose(dose: float, distance: float) -> None:
    assert float(bleve_distance(dose=dose, **PROPANE)) == pytest.approx(distance, rel=2e-3)
    assert (
        bleve_distance(dose=f"{dose} (kW/m^2)^(4/3)*s", **PROPANE).value
        == bleve_distance(dose=dose, **PROPANE).value
    )


def test_bleve_emissive_power_is_capped_at_350_kW_m2() -> None:
    assert (
        bleve("500 m", "2000 t", burst_pressure="30 bar", heat_of_combustion="46.35 MJ/kg")["emissive_power"]
        == 350e3
    )


def test_bleve_masses_round_30_t_keep_their_zone() -> None:
    case = {"burst_pressure": "1.8 MPa", "heat_of_combustion": "46.35 MJ/kg", "dose": 600}
    below, above, well_above = (bleve_distance(mass, **case) for mass in (29_999.9, 30_000, 40_000))
    assert above.value >= below.value * (1 - 1e-6)
    assert "distance_of_30_t" in above.flags
    assert "distance_of_30_t" not in well_above.flags
    assert well_above.value > above.value


def test_bleve_that_never_reaches_a_dose_says_so() -> None:
    found = bleve_distance(dose=1800, **{**PROPANE, "mass": "100 kg"})
    assert math.isnan(found.value)
    assert "never_reached" in found.flags


def test_bleve_refuses_both_or_neither_threshold() -> None:
    for given in ({}, {"dose": 600, "flux": 3000}):
        with pytest.raises(InputError, match="'dose' and 'flux'"):
            bleve_distance(**PROPANE, **given)


def test_bagster_transmissivity_holds_only_between_1e4_and_1e5() -> None:
    assert float(atmospheric_transmissivity("50 m", vapour_pressure="1193.5 Pa")) == pytest.approx(
        2.02 * (1193.5 * 50) ** -0.09
    )
    for path in (5.0, 100.0):
        with pytest.raises(RangeError, match="vapour_pressure"):
            atmospheric_transmissivity(path, vapour_pressure=1193.5)
        assert (
            "transmissivity_extrapolated"
            in atmospheric_transmissivity(path, vapour_pressure=1193.5, beyond=True).flags
        )
    assert float(atmospheric_transmissivity(0.1, vapour_pressure=1193.5, beyond=True)) == 1.0


def test_pool_fire_refuses_what_the_transmissivity_does_not_cover() -> None:
    with pytest.raises(RangeError, match="vapour_pressure"):
        pool_fire("200 m", "10 m", "gasoline")
    assert "transmissivity_extrapolated" in pool_fire("200 m", "10 m", "gasoline", beyond=True).flags


def test_a_target_in_or_below_the_flame_is_refused() -> None:
    with pytest.raises(RangeError, match="distance"):
        cylinder_view_factor("4 m", "10 m", "15 m")
    with pytest.raises(RangeError, match="distance"):
        cylinder_view_factor("9 m", "10 m", "15 m", tilt=math.radians(45))


def test_upright_view_factors_by_hand() -> None:
    """Far away a flame is a rectangle D by L facing the target: F -> D L / (pi X2); at its wall half the sky
    is flame.
    """
    assert cylinder_view_factor(1000.0, 10.0, 20.0)["vertical"] == pytest.approx(
        10 * 20 / (math.pi * 1000**2), rel=5e-3
    )
    assert cylinder_view_factor(5 * (1 + 1e-6), 10.0, 1000.0)["horizontal"] == pytest.approx(0.5, abs=2e-3)
    assert cylinder_view_factor(5 * (1 + 1e-6), 10.0, 1000.0)["vertical"] == pytest.approx(0.5, abs=2e-3)


def test_upright_view_factor_against_integration_over_the_cylinder() -> None:
    """Configuration factor of the near half of a cylinder, summed over small patches (no formula shared with
    the model).
    """
    radius, length, distance = 5.0, 12.0, 14.0
    seen = math.acos(radius / distance)
    angle = (np.arange(600) + 0.5) / 600 * 2 * seen - seen
    height = (np.arange(600) + 0.5) / 600 * length
    patch = (2 * seen / 600) * radius * (length / 600)
    a, z = np.meshgrid(angle, height)
    to = np.stack([radius * np.cos(a) - distance, radius * np.sin(a), z])
    squared = (to**2).sum(axis=0)
    facing = -(np.cos(a) * to[0] + np.sin(a) * to[1])
    for name, normal in (("vertical", -to[0]), ("horizontal", to[2])):
        summed = float((facing * normal / (math.pi * squared**2) * patch).sum())
        assert cylinder_view_factor(distance, 2 * radius, length)[name] == pytest.approx(summed, rel=1e-4)


def test_tilted_view_factor_against_integration_over_the_flame() -> None:
    """The same for a sheared cylinder (horizontal sections) that leans towards the target, as Mudan's
    derivation has it.
    """
    radius, length, distance, tilt = 5.0, 12.0, 22.0, math.radians(25)
    axis = np.array([math.sin(tilt), 0, math.cos(tilt)])
    a = ((np.arange(1200) + 0.5) / 1200 * 2 - 1) * math.pi
    s = (np.arange(400) + 0.5) / 400 * length
    angle, along = np.meshgrid(a, s)
    around = np.stack([-np.sin(angle), np.cos(angle), np.zeros_like(angle)]) * radius
    normal = np.cross(around, axis, axis=0)
    point = (
        np.stack([radius * np.cos(angle), radius * np.sin(angle), np.zeros_like(angle)])
        + along * axis[:, None, None]
    )
    to = point - np.array([distance, 0, 0])[:, None, None]
    squared = (to**2).sum(axis=0)
    facing = np.maximum(-(normal * to).sum(axis=0), 0) * (2 * math.pi / 1200) * (length / 400)
    found = cylinder_view_factor(distance, 2 * radius, length, tilt=tilt)
    for name, toward in (("vertical", -to[0]), ("horizontal", to[2])):
        summed = float((facing * np.maximum(toward, 0) / (math.pi * squared**2)).sum())
        assert found[name] == pytest.approx(summed, rel=0.02), name


def test_considine_grinter_lpg_jet() -> None:
    assert float(lpg_jet_flame("100 kg/s")) == pytest.approx(91.0)
    assert lpg_jet_flame("100 kg/s")["width"] == pytest.approx(22.75)
    found = lpg_jet_lethality_distance("50 kg/s", "60 s")
    assert found["lethality_1"] == pytest.approx(2.8 * 60**0.38 * 50**0.47)
    assert found["lethality_50"] < found["lethality_1"]
    assert "to_be_confirmed" in found.flags
    for rate, time in ((1, 60), (3000, 60), (50, 10), (50, 300)):
        with pytest.raises(RangeError):
            lpg_jet_lethality_distance(rate, time)


def test_jet_fire_says_what_is_not_confirmed() -> None:
    found = jet_fire("50 m", "10 kg/s", "methane")
    assert found.value == pytest.approx(0.2 * 10 * 50e6 / (4 * math.pi * 2500))
    assert {"to_be_confirmed", "jet_flame_not_shaped"} <= found.flags
    assert float(jet_fire_distance(found.value, "10 kg/s", "methane")) == pytest.approx(50)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: pool_fire("100 m", "-3 m"), "diameter"),
        (lambda: pool_fire("100 m", 10, "diesle"), "fuel"),
        (lambda: pool_fire("100 m", 10, wind="-1 m/s"), "wind"),
        (lambda: pool_fire("100 kg", 10), "distance"),
        (lambda: pool_fire("100 m", 10, emissive="fraction"), "fraction"),
        (lambda: bleve("100 m", "-1 t", burst_pressure=1e6, heat_of_combustion=46e6), "mass"),
        (lambda: bleve("100 m", "1 t", burst_pressure="900 MPa", heat_of_combustion=46e6), "burst_pressure"),
        (lambda: jet_fire("100 m", 0.0), "rate"),
        (lambda: fireball(math.nan), "mass"),
        (lambda: pool_burning_rate(0.0, rate_limit=0.05, k_beta=2), "diameter"),
    ],
)
def test_bad_input_is_refused_by_name(call: object, named: str) -> None:
    with pytest.raises((InputError, RangeError), match=named):
        call()  # type: ignore[operator]


def test_rows_of_fuels_have_a_source_and_a_tag() -> None:
    for item in rows("geoalarm.hazards.industrial", "pool_fuels"):
        assert item["rate_verified"] in "VCRD"
        assert item["heat_verified"] in "VCRD"
        assert item["rate_source"]
        assert item["heat_source"]
    assert (
        "to_be_confirmed"
        in pool_fire("40 m", 10, "hexane", emissive="fraction", fraction=0.35, transmissivity=1).flags
    )
    assert "to_be_confirmed" not in pool_fire("40 m", 10, "hexane", transmissivity=1).flags


def test_yellow_book_6_5_7_fireball_rises_by_its_diameter() -> None:
    assert fireball("10 t", correlation="tno")["height"] == fireball("10 t", correlation="tno")["diameter"]


def test_solid_flame_of_a_fireball_by_hand() -> None:
    """100 kW/m2 over a ball of 157.44 m, its middle 118.08 m up, seen from 250 m through clear air."""
    found = bleve("250 m", "20 t", emissive_power="100 kW/m^2", transmissivity=1)
    assert found.to("kW/m^2") == pytest.approx(100 * (157.436 / 2) ** 2 / (250**2 + 118.077**2), rel=1e-4)
    assert "transmissivity_extrapolated" not in found.flags
    given = bleve("250 m", "20 t", fraction=0.27 * 1.8**0.32, heat_of_combustion="46.35 MJ/kg")
    assert given["emissive_power"] == pytest.approx(317.6e3, rel=2e-4)
    assert bleve("250 m", "20 t", emissive_power=1e5, transmissivity=1, height=200.0).value < found.value
    for wrong in (
        {},
        {"fraction": 0.3},
        {"fraction": 0.3, "burst_pressure": 1e6, "heat_of_combustion": 46e6},
    ):
        with pytest.raises(InputError, match="burst_pressure"):
            bleve("250 m", "20 t", **wrong)


def test_a_pool_takes_a_given_burning_rate_and_emissive_power() -> None:
    found = pool_fire("30 m", "10 m", rate=0.06, emissive_power="50 kW/m^2", transmissivity=1)
    assert found["rate"] == 0.06
    assert found.value == pytest.approx(50e3 * found["view_factor"])
    assert pool_fire_distance(
        found.value, "10 m", rate=0.06, emissive_power="50 kW/m^2", transmissivity=1
    ).value == pytest.approx(30, rel=1e-6)


def test_burgess_burning_rate_from_heats() -> None:
    case = {
        "heat_of_combustion": "43.7 MJ/kg",
        "heat_of_vaporisation": "300 kJ/kg",
        "heat_capacity": "2.5 kJ/kg/K",
    }
    warm = pool_burning_rate_from_heats(**case, boiling_point="363 K", ambient_temperature="298 K")
    assert float(warm) == pytest.approx(1e-3 * 43700 / (300 + 2.5 * 65), rel=1e-9)
    assert float(pool_burning_rate_from_heats(**case, boiling_point="231 K")) == pytest.approx(
        1e-3 * 43700 / 300
    )


def test_ccps_1994_fireball_of_a_propane_truck_89_1_kW_m2() -> None:
    """22.7 m3 of propane, 90 % full, 585.3 kg/m3; SEP 350 kW/m2, the ball on the ground, a standing target at
    100 m.
    """
    mass = 22.7 * 0.9 * 585.3
    ball = fireball(mass)
    assert ball["diameter"] == pytest.approx(132.6, abs=0.05)
    assert ball["duration"] == pytest.approx(10.3, abs=0.05)
    found = bleve(
        "100 m",
        mass,
        emissive_power="350 kW/m^2",
        height=ball["diameter"] / 2,
        receptor="vertical",
        transmissivity=1,
    )
    assert found.value / 350e3 == pytest.approx(0.255, abs=5e-4)
    assert found.to("kW/m^2") == pytest.approx(89.1, rel=1e-3)
    parts = [
        bleve("100 m", mass, emissive_power=1e5, receptor=name, transmissivity=1).value
        for name in ("vertical", "horizontal", "normal")
    ]
    assert math.hypot(parts[0], parts[1]) == pytest.approx(parts[2])


@pytest.mark.parametrize(("diameter", "power"), [(10, 210e3), (35, 210e3), (56, 286e3)])
def test_an_lng_flame_has_the_power_that_was_measured(diameter: float, power: float) -> None:
    """CG-D-55-79: 210 kW/m2; Luketa (2011), pool of 56 m: 286 kW/m2; the curve of sooty flames gave 21.8 at
    35 m.
    """
    found = pool_flame(diameter, "lng")
    assert found["emissive_power"] == power
    assert "measured_emissive_power" in found.flags


def test_eight_kilowatts_of_an_lng_pool_of_35_m_lie_beyond_95_m() -> None:
    """By hand: 210 kW/m2 x 0.05306 (an upright cylinder, 35 m wide, 46.8 m high, from 99.8 m) x 0.718 = 8.0
    kW/m2.
    """
    found = pool_fire_distance("8 kW/m^2", "35 m", "lng")
    assert 95 < found.value < 105


@pytest.mark.parametrize("fuel", ["ethanol", "methanol"])
def test_a_clear_flame_that_nobody_measured_is_refused_until_its_heat_is_given(fuel: str) -> None:
    with pytest.raises(InputError, match="emissive power of a flame of"):
        pool_flame("10 m", fuel)
    given = pool_flame("10 m", fuel, fraction=0.2)
    flame = given["length"]
    heat = {"ethanol": 26.8e6, "methanol": 20.0e6}[fuel]
    assert given["emissive_power"] == pytest.approx(0.2 * 0.015 * heat / (1 + 4 * flame / 10))
    assert pool_flame("10 m", fuel, emissive_power="60 kW/m^2")["emissive_power"] == 60e3


@pytest.mark.parametrize("fuel", ["lng", "ethanol", "methanol"])
def test_the_curve_of_sooty_flames_is_refused_for_every_clear_one(fuel: str) -> None:
    with pytest.raises(InputError, match="emissive power of a flame of"):
        pool_flame("10 m", fuel, emissive="sooty")


@pytest.mark.parametrize(
    "given",
    [
        {"fraction": 0.3, "emissive_power": 5e4},
        {"fraction": 0.3, "emissive": "sooty"},
        {"emissive_power": 5e4, "emissive": "sooty"},
        {"soot_share": 0.5},
        {"heat_of_combustion": 4e7},
    ],
)
def test_nothing_said_of_a_flame_goes_unused(given: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        pool_flame("10 m", "gasoline", **given)
