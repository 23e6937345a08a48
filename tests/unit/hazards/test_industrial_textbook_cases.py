"""Cases of textbooks: each by the numbers printed in the book, or by its formula by
hand.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from geoalarm.core.errors import InputError, RangeError
from geoalarm.core.quantities import convert
from geoalarm.core.registry import at_least_zero, model, word
from geoalarm.hazards.industrial.dispersion import briggs_sigmas, gaussian_plume, plume, plume_distance
from geoalarm.hazards.industrial.explosions import (
    kingery_bulmash_distance,
    tnt_distance,
    tnt_equivalent,
    tnt_overpressure,
)
from geoalarm.hazards.industrial.fires import (
    atmospheric_transmissivity,
    bleve,
    fireball,
    point_source_flux,
    pool_burning_rate_from_heats,
    pool_emissive_power_sooty,
    pool_flame_length,
)
from geoalarm.hazards.industrial.lethality import thermal_lethality, time_to_dose
from geoalarm.hazards.industrial.pipelines import pipeline_impact_radius
from geoalarm.hazards.industrial.source_terms import (
    gas_outflow,
    liquid_outflow,
    pool_diameter,
    release_duration,
)


def test_ccps_1999_pool_fire_of_a_hydrocarbon_in_a_dike_of_25_m() -> None:
    """Rate 0.0945 kg/(m2 s), transmissivity 0.727, 26.0 kW/m2 at the flame, 14.2 at 50 m as a point."""
    rate = pool_burning_rate_from_heats(
        "43700 kJ/kg",
        "300 kJ/kg",
        heat_capacity="2.5 kJ/kg/K",
        boiling_point="363 K",
        ambient_temperature="298 K",
    )
    assert rate.value == pytest.approx(0.0945, abs=5e-5)
    assert float(pool_emissive_power_sooty("25 m").to("kW/m^2")) == pytest.approx(26.0, abs=0.05)
    assert atmospheric_transmissivity("53.8 m", vapour_pressure="1580 Pa").value == pytest.approx(
        0.727, abs=1e-3
    )
    burning = 0.0945 * math.pi * 25**2 / 4
    flux = point_source_flux("53.8 m", burning, "43700 kJ/kg", radiated_share=0.35, transmissivity=0.727)
    assert float(flux.to("kW/m^2")) == pytest.approx(14.2, abs=0.05)


def test_thomas_1963_flame_length_by_hand() -> None:
    by_hand = 42 * 25 * (0.0945 / (1.2 * math.sqrt(9.80665 * 25))) ** 0.61
    assert pool_flame_length("25 m", 0.0945, air_density="1.2 kg/m^3").value == pytest.approx(
        by_hand, rel=1e-12
    )


def test_crowl_and_louvar_stack_of_60_m_80_g_s_of_sulfur_dioxide() -> None:
    """3.3e-5 g/m3 on the ground below the axis, 1.26e-5 g/m3 fifty metres beside it."""
    stack = {"wind_speed": "6 m/s", "sigma_y": "36 m", "sigma_z": "18.5 m", "release_height": "60 m"}
    assert float(gaussian_plume("80 g/s", **stack).to("g/m3")) == pytest.approx(3.3e-5, abs=5e-7)
    assert float(gaussian_plume("80 g/s", y="50 m", **stack).to("g/m3")) == pytest.approx(1.26e-5, abs=5e-8)


def test_choked_nitrogen_by_the_formula_in_english_units() -> None:
    flow = gas_outflow(
        "214.7 psia",
        1.4,
        hole_diameter="0.1 inch",
        molar_mass="28 g/mol",
        temperature="80 degF",
        discharge_coefficient=1.0,
    )
    pressure, temperature = 214.7 * 6894.757293, (80 + 459.67) / 1.8
    by_hand = (
        math.pi
        * 0.00254**2
        / 4
        * pressure
        * math.sqrt(1.4 * 0.028 / (8.314462618 * temperature))
        * (2 / 2.4) ** 3
    )
    assert flow.value == pytest.approx(by_hand, rel=1e-9)
    assert flow["choked"] == 1


def test_torricelli_water_10_m_above_a_hole() -> None:
    flow = liquid_outflow("1000 kg/m^3", hole_diameter="100 mm", head="10 m", discharge_coefficient=1.0)
    assert flow["velocity"] == pytest.approx(math.sqrt(2 * 9.80665 * 10), rel=1e-12)
    assert flow.value == pytest.approx(1000 * math.pi * 0.01 / 4 * flow["velocity"], rel=1e-12)


def test_eisenberg_100_kW_m2_for_10_s() -> None:
    """Pr = -14.9 + 2.56 ln(10 (1e5)^(4/3) / 1e4) = 6.714, 95.7 %."""
    assert float(thermal_lethality("100 kW/m^2", "10 s", probit="eisenberg")) == pytest.approx(
        0.957, abs=5e-4
    )


def test_green_book_probit_of_unprotected_people_is_that_of_tsao_and_perry() -> None:
    """Pr = -36.38 + 2.56 ln(t q^(4/3)), q in W/m2."""
    from scipy.stats import norm

    for flux, time in ((4e3, 60.0), (1e4, 20.0), (3.75e4, 10.0)):
        printed = norm.cdf(-36.38 + 2.56 * math.log(time * flux ** (4 / 3)) - 5)
        assert float(thermal_lethality(flux, time)) == pytest.approx(printed, abs=2e-3)


def test_ccps_1994_fireball_of_100_t_of_propane_by_a_radiated_share_of_0_3() -> None:
    found = bleve("200 m", "100 t", fraction=0.3, heat_of_combustion="46350 kJ/kg", transmissivity=1.0)
    power = 0.3 * 1e5 * 46.35e6 / (math.pi * 269.2121523**2 * 17.7135938)
    assert found["emissive_power"] == pytest.approx(power, rel=1e-6)
    distance = math.hypot(200, 0.75 * 269.2121523)
    assert found.value == pytest.approx(power * (269.2121523 / 2 / distance) ** 2, rel=1e-6)


def test_right_below_a_fireball_the_slant_is_its_height() -> None:
    found = bleve("0 m", "20 t", emissive_power="300 kW/m^2", transmissivity=1.0)
    assert found.value == pytest.approx(300e3 * (found["diameter"] / 2 / found["height"]) ** 2)
    assert bleve(0.0, "20 t", emissive_power=3e5, transmissivity=1.0, receptor="vertical").value == 0


def test_tnt_of_ccps_with_its_own_heat_of_detonation() -> None:
    assert tnt_equivalent(
        "1000 kg", "46.3 MJ/kg", yield_factor=0.05, tnt_heat="4.68 MJ/kg"
    ).value == pytest.approx(494.66, abs=0.01)


def test_49_cfr_192_903_36_inch_1440_psig() -> None:
    assert pipeline_impact_radius("36 inch", "1440 psig").to("foot") == pytest.approx(
        0.69 * 36 * math.sqrt(1440), abs=0.05
    )


def test_49_cfr_192_903_basis_5000_btu_is_15_8_kW_m2() -> None:
    assert convert(5000, "BTU/(hr ft^2)", "kW m-2") == pytest.approx(15.8, abs=0.05)


def test_aloha_examples_2_propane_mass_and_time_within_a_tenth() -> None:
    """33,800 US gallons at 493 kg/m3; ALOHA lets out 140,200 lb in 26 min, at a rate that falls below the
    first 5,730 lb/min.
    """
    content = convert(33_800, "gallon", "m3") * 493
    found = release_duration("5699 lb/min", content)
    assert found.to("lb", "mass") == pytest.approx(140_200, rel=0.01)
    assert found.to("min") == pytest.approx(26, rel=0.1)
    assert found.to("min") < 26


# many values at once, words in any case


def test_an_array_for_one_number_runs_the_model_for_each() -> None:
    doses = time_to_dose([3e3, 5e3, 8e3], [600, 1000, 1800])
    assert doses.value.tolist() == pytest.approx([138.7, 117.0, 112.5], abs=0.05)
    assert kingery_bulmash_distance(([50, 140, 200], "mbar")).value.tolist() == pytest.approx(
        [23.41, 10.46, 8.11], abs=5e-3
    )
    grid = tnt_distance(np.array([[5e3], [14e3]]), np.array([1000.0, 2000.0]))
    assert grid.value.shape == (2, 2)
    assert grid.value[1, 0] == tnt_distance(14e3, 1000.0).value
    assert fireball([1e3, 1e5])["diameter"].tolist() == pytest.approx([58.0, 269.2], abs=0.05)
    assert pool_diameter(([1, 10], "m3")).to("cm")[1] == pytest.approx(pool_diameter(10).to("cm"))


def test_a_sweep_over_wind_and_hole_gathers_the_flags_of_all_runs() -> None:
    found = plume_distance(1e-6, rate=[0.01, 1.0, 100.0], wind_speed=3, stability="d")
    assert found.value.tolist() == sorted(found.value.tolist())
    assert found.flags == {"beyond_model_range"}
    near = plume_distance([1e-3, 1e-6], rate=0.1, wind_speed=3, stability="D")
    assert near.flags == {"near_field_extrapolated"}
    swept = plume([500.0, 1000.0], rate=[1.0, 2.0], wind_speed=3, stability="D")
    assert swept.value.tolist() == pytest.approx(
        [plume(500, rate=1, wind_speed=3, stability="D").value, 2 * 36.657e-6], rel=1e-4
    )
    assert tnt_overpressure([100.0, 200.0], [50.0, 100.0])["scaled_distance"].shape == (2,)


def test_lists_that_do_not_match_are_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"flux \(2,\), dose \(3,\)"):
        time_to_dose([3e3, 5e3], [600, 1000, 1800])
    with pytest.raises(InputError, match="at least one number"):
        time_to_dose([], 600)
    with pytest.raises(RangeError, match="'flux'"):
        time_to_dose([3e3, -5e3], 600)


def test_words_of_several_runs_come_as_an_array() -> None:
    @model(
        inputs={"x": at_least_zero("1"), "kind": word("one")}, outputs={"label": "", "row": ""}, source="test"
    )
    def made_up_words(x: float, kind: str = "one") -> tuple[str, list[float]]:
        """Words."""
        return f"{kind} {x:g}", [x, x]

    found = made_up_words([1.0, 2.0], kind="ONE")
    assert found["label"].tolist() == ["one 1", "one 2"]
    assert list(found["row"]) == [[1.0, 1.0], [2.0, 2.0]]
    with pytest.raises(InputError, match="'kind'"):
        made_up_words(1.0, kind="two")


def test_sigmas_nearer_than_they_were_measured_say_so() -> None:
    assert briggs_sigmas([50, 500], "D").flags == {"near_field_extrapolated"}
    assert not briggs_sigmas(100, "D").flags
    assert briggs_sigmas(500, "D", averaging_time="1 h").flags == {"to_be_confirmed"}
