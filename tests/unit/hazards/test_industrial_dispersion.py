"""Plumes, puffs and dense gas against published figures; each test names its reference."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from shapely.geometry import Point, Polygon

from geoalarm.core.errors import InputError, RangeError
from geoalarm.core.result import SCREENING_NOTICE
from geoalarm.hazards.industrial.britter_mcquaid import curve
from geoalarm.hazards.industrial.dispersion import (
    briggs_sigmas,
    cloud,
    cloud_contour,
    cloud_distance,
    cloud_field,
    dense_distance,
    dense_field,
    dense_plume,
    dense_release,
    gaussian_plume,
    plume,
    plume_contour,
    plume_distance,
    plume_field,
    puff,
    puff_contour,
    puff_distance,
    puff_load,
)
from geoalarm.hazards.industrial.sigmas import plume_sigmas, puff_sigmas
from geoalarm.hazards.industrial.toxic_thresholds import toxic_threshold
from geoalarm.hazards.industrial.weather import parse_weather, standard_weather

D5 = {"wind_speed": 5.0, "stability": "D"}
F2 = {"wind_speed": 2.0, "stability": "F"}
LNG = {
    "rate": 0.23 * 425.6,
    "density": 1.76,
    "wind_speed": 10.9,
    "release_temperature": 111.15,
    "ambient_temperature": 298.0,
}


def test_plume_purple_book_6_b_carbon_monoxide() -> None:
    found = gaussian_plume(100, wind_speed=5, sigma_y=28.8, sigma_z=10.3, z=1, release_height=1)
    assert found.to("g/m3") == pytest.approx(21.3, rel=2e-3)
    assert found.to("g/m3") == pytest.approx(21.26, rel=1e-3)


@pytest.mark.parametrize(
    ("x", "stability", "terrain", "sigmas"),
    [
        (1000, "D", "rural", (76.277, 37.947)),
        (1000, "D", "urban", (135.225, 122.788)),
        (500, "F", "rural", (19.518, 6.957)),
        # the rest by hand from the formulas of Briggs (1973)
        (1000, "A", "rural", (220 / math.sqrt(1.1), 200.0)),
        (1000, "B", "rural", (160 / math.sqrt(1.1), 120.0)),
        (1000, "C", "rural", (110 / math.sqrt(1.1), 80 / math.sqrt(1.2))),
        (1000, "E", "rural", (60 / math.sqrt(1.1), 30 / 1.3)),
        (1000, "A", "urban", (320 / math.sqrt(1.4), 240 * math.sqrt(2))),
        (1000, "B", "urban", (320 / math.sqrt(1.4), 240 * math.sqrt(2))),
        (1000, "C", "urban", (220 / math.sqrt(1.4), 200.0)),
        (1000, "E", "urban", (110 / math.sqrt(1.4), 80 / math.sqrt(2.5))),
        (1000, "F", "urban", (110 / math.sqrt(1.4), 80 / math.sqrt(2.5))),
    ],
)
def test_sigmas_briggs_1973_aloha_table_13(
    x: float, stability: str, terrain: str, sigmas: tuple[float, float]
) -> None:
    found = briggs_sigmas(x, stability, terrain=terrain)
    assert (float(found["sigma_y"]), float(found["sigma_z"])) == pytest.approx(sigmas, abs=6e-4)


@pytest.mark.parametrize(("terrain", "expected"), [("rural", 36.657), ("urban", 6.390)])
def test_plume_one_kilometre(terrain: str, expected: float) -> None:
    found = plume(1000, rate=1.0, wind_speed=3.0, stability="D", terrain=terrain)
    assert found.to("mg/m3") == pytest.approx(expected, abs=6e-4)


@pytest.mark.parametrize(
    ("substance", "weather", "distances"),
    [
        ("NH3", D5, (138, 391, 1032)),
        ("NH3", F2, (631, 1972, 6889)),
        ("Cl2", D5, (565, 2318, 6074)),
        ("Cl2", F2, (3069, None, None)),
    ],
)
def test_distances_aegl_of_one_kilogram_a_second(
    substance: str, weather: dict, distances: tuple[float | None, ...]
) -> None:
    for level, expected in zip((3, 2, 1), distances, strict=True):
        threshold = toxic_threshold(substance, f"AEGL-{level}").value
        found = plume_distance(threshold, rate=1.0, substance=substance, **weather)
        assert "dense_gas_not_modelled" in found.flags
        if expected is None:
            assert found.value == 10_000
            assert "beyond_model_range" in found.flags
        else:
            assert found.value == pytest.approx(expected, abs=0.6)
            assert "beyond_model_range" not in found.flags


def test_averaging_time_widens_the_plume_by_the_fifth_root() -> None:
    ten, sixty = (plume_sigmas(500, "D", averaging_time=t) for t in (600, 3600))
    assert sixty[0] / ten[0] == pytest.approx(6**0.2)
    assert sixty[1] == ten[1]
    assert "to_be_confirmed" in plume(500, rate=1.0, averaging_time=3600, **D5).flags
    assert "to_be_confirmed" not in plume(500, rate=1.0, **D5).flags


def test_puff_ccps_1999_page_101() -> None:
    """The book prints sy = 6.1 m, a misprint: its own formula gives 5.05 m."""
    side, up = puff_sigmas(500, "F")
    assert (float(side), float(up)) == pytest.approx((5.0479, 2.2148), abs=6e-5)
    found = puff(500, mass=1.0, wind_speed=2.0, stability="F")
    assert found.value == pytest.approx(2.25005e-3, rel=1e-5)
    assert puff(500, mass=0.1 * 10, wind_speed=2.0, stability="F", time=250.0).value == pytest.approx(
        1 / (math.sqrt(2 * math.pi) * math.pi * side**2 * up)
    )


def test_finite_release_palazzi_1982() -> None:
    """Long releases are steady, short ones pass, and the middle of the cloud is the largest."""
    x, given = 1000.0, {"rate": 1.0, "averaging_time": 600.0, **D5}
    steady = plume(x, **given).value
    assert plume(x, duration=1e5, **given).value == pytest.approx(steady, rel=1e-9)
    assert plume(x, duration=600, time=100, **given).value == pytest.approx(0.0, abs=1e-3 * steady)
    middle = plume(x, duration=60, time=x / 5 + 30, **given).value
    assert plume(x, duration=60, **given).value == pytest.approx(middle, rel=1e-12)
    sigma = float(plume_sigmas(x, "D")[0])
    assert middle / steady == pytest.approx(math.erf(5 * 30 / (math.sqrt(2) * sigma)), rel=1e-9)
    times = np.linspace(0, 1000, 20001)
    passing = np.array([plume(x, duration=60, time=t, **given).value for t in times[::100]])
    assert passing.max() <= middle * (1 + 1e-9)


@pytest.mark.parametrize(
    ("x", "expected", "tolerance"),
    [(45.2, 0.67202, 5e-6), (367.0, 0.0507177, 1e-6), (1200.0, 0.0049206, 2e-6)],
)
def test_dense_gas_ccps_1999_page_122_lng(x: float, expected: float, tolerance: float) -> None:
    assert dense_plume(x, **LNG)["share"] == pytest.approx(expected, abs=tolerance)


def test_dense_gas_ccps_1999_page_122_numbers_on_the_way() -> None:
    found = dense_plume(367.0, **LNG)
    assert found["alpha"] == pytest.approx(-0.41709, abs=1e-5)
    assert found["source_length"] == pytest.approx(2.2589, abs=1e-4)
    assert found["criterion"] == pytest.approx(0.449, abs=5e-4)
    release = dense_release(**LNG)
    assert found["upwind_extent"] == pytest.approx(0.5 * release.length + 2 * release.buoyancy_length)
    width = release.length + 8 * release.buoyancy_length + 2.5 * (release.buoyancy_length * 367**2) ** (1 / 3)
    assert found["half_width"] == pytest.approx(width, rel=1e-12)


@pytest.mark.parametrize(
    ("alpha", "beta"),
    [
        (-0.75, [1.75, 1.92, 2.08, 2.25, 2.40, 2.60]),
        (-0.40, [1.784, 2.016, 2.21, 2.394, 2.564, 2.714]),
        (-0.20, [1.832, 2.06, 2.25, 2.45, 2.63, 2.77]),
        (0.0, [1.78, 1.96, 2.16, 2.35, 2.56, 2.71]),
        (1.0, [1.28, 1.40, 1.62, 1.83, 2.08, 2.21]),
    ],
)
def test_britter_mcquaid_curves_tscreen(alpha: float, beta: list[float]) -> None:
    assert curve(alpha)[0].tolist() == pytest.approx(beta, abs=1e-12)


def test_dense_gas_is_continuous_along_x_and_past_its_last_curve() -> None:
    for far in ("inverse_square", "virtual_source"):
        release = dense_release(rate=10.0, density=2.99, wind_speed=5.0, far=far)
        for place in (30 * release.length, release.last):
            near, beyond = release.dilution(np.array([place * (1 - 1e-9), place * (1 + 1e-9)]))
            assert near == pytest.approx(beyond, rel=1e-6)
    squared = dense_release(rate=10.0, density=2.99, wind_speed=5.0)
    assert squared.dilution(2 * squared.last) == pytest.approx(0.002 / 4, rel=1e-12)


def test_mass_per_volume_and_share_of_a_cold_cloud_agree() -> None:
    """A share y at the mixing temperature of ideal gases is y M P / (R T_mix)."""
    found = dense_plume(367.0, **LNG)
    cold = 1.76 * 111.15  # M P / R of what is released
    mixture = found["share"] * 111.15 + (1 - found["share"]) * 298.0
    assert found["concentration"] == pytest.approx(found["share"] * cold / mixture, rel=1e-9)


def test_the_dense_model_is_chosen_by_its_criterion() -> None:
    dense = cloud_distance(1e-3, "chlorine", rate=10.0, **D5)
    light = cloud_distance(1e-3, "ammonia", rate=10.0, **D5)
    droplets = cloud_distance(1e-3, "ammonia", rate=10.0, vapour_fraction=0.5, **D5)
    forced = cloud_distance(1e-3, "chlorine", rate=10.0, method="gaussian", **D5)
    stack = cloud_distance(1e-3, "chlorine", rate=10.0, release_height=30.0, **D5)
    assert [found["method"] for found in (dense, light, droplets, forced, stack)] == [
        "dense",
        "gaussian",
        "dense",
        "gaussian",
        "dense",
    ]
    assert "dense_gas_not_modelled" not in dense.flags
    assert "light_gas_not_modelled" in light.flags
    assert "dense_gas_not_modelled" in forced.flags
    assert "release_height_ignored" in stack.flags
    assert stack.value == dense.value
    assert "to_be_confirmed" in dense.flags


def test_a_release_too_short_for_a_steady_dense_plume_says_so() -> None:
    assert (
        "release_too_short"
        in dense_distance(1e-4, rate=10.0, density=2.99, wind_speed=5.0, duration=60.0).flags
    )
    assert (
        "release_too_short"
        not in dense_distance(1e-4, rate=10.0, density=2.99, wind_speed=5.0, duration=1e4).flags
    )


@pytest.mark.parametrize(("height", "level"), [(0.0, 1e-4), (40.0, 2e-5)])
def test_a_contour_is_a_closed_ring_on_which_the_threshold_is_met(height: float, level: float) -> None:
    given = {"rate": 5.0, "release_height": height, **D5}
    ring = plume_contour(level, **given)
    assert ring.shape[1] == 2
    assert (ring[0] == ring[-1]).all()
    shape = Polygon(ring)
    assert shape.is_valid
    x, y = ring[5:170].T
    assert plume(x, y, **given).value == pytest.approx(np.full(len(x), level), rel=1e-6)
    assert shape.bounds[2] == pytest.approx(plume_distance(level, **given).value, rel=1e-9)
    assert shape.contains(Point(0.6 * shape.bounds[2], 0))
    if height:
        assert shape.bounds[0] > 50


def test_contours_of_puff_and_dense_gas_close_and_hold_the_threshold() -> None:
    cloud_ring = puff_contour(1e-4, mass=100.0, **F2)
    assert Polygon(cloud_ring).is_valid
    assert cloud_ring[:, 0].max() == pytest.approx(puff_distance(1e-4, mass=100.0, **F2).value, rel=1e-9)
    chosen = cloud("chlorine", rate=10.0, far="inverse_square", **D5)
    ring = cloud_contour(1e-3, chosen)
    assert Polygon(ring).is_valid
    assert ring[:, 0].min() == pytest.approx(-chosen.dense.upwind)
    assert chosen.dense.concentration(ring[:, 0].max()) == pytest.approx(1e-3, rel=1e-6)


def test_nothing_is_drawn_where_a_threshold_is_nowhere_reached() -> None:
    found = plume_distance(10.0, rate=1e-6, release_height=50.0, **D5)
    assert (found.value, found.flags) == (0.0, {"never_reached"})
    assert plume_contour(10.0, rate=1e-6, release_height=50.0, **D5).shape == (0, 2)


def test_a_zone_that_goes_on_ends_at_10_km_and_says_so() -> None:
    found = plume_distance(1e-9, rate=1.0, **F2)
    ring = plume_contour(1e-9, rate=1.0, **F2)
    assert found.value == ring[:, 0].max() == 10_000
    assert "beyond_model_range" in found.flags
    assert ring[:, 1].max() > 0
    assert np.isfinite(ring).all()


def test_a_field_has_units_coordinates_and_facts() -> None:
    field = plume_field(length=1000, half_width=200, cell=10, rate=1.0, substance="chlorine", **D5)
    assert field.dims == ("y", "x")
    assert field.shape == (40, 100)
    assert field.attrs["units"] == "kg m-3"
    assert field.attrs["notice"] == SCREENING_NOTICE
    assert any(flag.startswith("dense_gas_not_modelled") for flag in field.attrs["warnings"])
    assert field.sel(x=505, y=5).item() == pytest.approx(plume(505.0, 5.0, rate=1.0, **D5).value)
    assert (field.values == field.values[::-1]).all()
    heavy = cloud_field(cloud("chlorine", rate=10.0, **D5), length=1000, half_width=300, cell=10)
    assert heavy.attrs["model"] == "dense_plume"
    assert float(heavy.x.min()) < 0
    assert float(heavy.max()) > 0
    assert (
        dense_field(length=500, half_width=100, cell=5, rate=10.0, density=2.99, wind_speed=5.0).attrs[
            "units"
        ]
        == "kg m-3"
    )


def test_a_result_with_arrays_fits_in_json() -> None:
    assert isinstance(plume(500, rate=1.0, **D5).as_dict()["values"]["concentration"]["value"], float)
    told = plume(np.array([100.0, 200.0]), rate="1 kg/s", wind_speed="10 knots", stability="D").as_dict()
    assert json.loads(json.dumps(told, allow_nan=False))["inputs"]["wind_speed"]["value"] == pytest.approx(
        5.14444, rel=1e-5
    )


def test_puff_load_is_the_integral_over_its_passage() -> None:
    given = {"mass": 100.0, "wind_speed": 3.0, "stability": "D"}
    side, _ = puff_sigmas(800.0, "D")
    times = np.linspace(800 / 3 - 8 * side / 3, 800 / 3 + 8 * side / 3, 4001)
    frozen = puff(800.0, **given).value * np.exp(-0.5 * ((800 - 3 * times) / side) ** 2)
    load = np.trapezoid((frozen * 1e6) ** 2.75, times / 60)
    assert puff_load(800.0, n=2.75, **given) == pytest.approx(load, rel=1e-6)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: plume(500, rate=-1.0, **D5), RangeError, "'rate'"),
        (lambda: plume(500, rate=1.0, wind_speed=0.0, stability="D"), RangeError, "'wind_speed'"),
        (lambda: plume(500, rate=1.0, wind_speed=5.0, stability="G"), InputError, "'stability'"),
        (lambda: plume(500, rate=1.0, wind_speed=5.0, stability="D-E"), InputError, "'stability'"),
        (lambda: plume(500, rate=1.0, terrain="sea", **D5), InputError, "'terrain'"),
        (lambda: plume(10_001, rate=1.0, **D5), RangeError, "'x'"),
        (lambda: plume(np.array([1.0, 1e5]), rate=1.0, **D5), RangeError, "'x'"),
        (lambda: plume("500 s", rate=1.0, **D5), InputError, "'x'"),
        (lambda: plume_distance(0.0, rate=1.0, **D5), RangeError, "'threshold'"),
        (lambda: plume_distance(1e-4, rate=1.0, substance="unobtainium", **D5), InputError, "substance"),
        (lambda: puff(500, mass=-1.0, **D5), RangeError, "'mass'"),
        (lambda: puff(500, mass=0.0, **D5), RangeError, "'mass'"),
        (lambda: dense_plume(500, rate=1.0, density=1.0, wind_speed=5.0), RangeError, "'density'"),
        (lambda: dense_plume(500, rate=1e6, density=3.0, wind_speed=0.5), RangeError, "'wind_speed'"),
        (lambda: cloud_distance(1e-4, "hydrogen", rate=1.0, method="dense", **D5), RangeError, "'density'"),
        (lambda: briggs_sigmas(2e4, "D"), RangeError, "'x'"),
        (lambda: plume_field(length=2e4, half_width=100, cell=10, rate=1.0, **D5), RangeError, "'length'"),
        (lambda: plume_field(length=1e4, half_width=1e4, cell=1, rate=1.0, **D5), RangeError, "'cell'"),
        (lambda: plume_field(length=1e3, half_width=100, cell=0, rate=1.0, **D5), RangeError, "'cell'"),
    ],
)
def test_bad_input_is_refused_by_name(call, error, words) -> None:
    with pytest.raises(error) as caught:
        call()
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("found", "flag"),
    [
        (lambda: plume(50, rate=1.0, **D5), "near_field_extrapolated"),
        (lambda: plume(500, rate=1.0, wind_speed=0.7, stability="F"), "low_wind_speed"),
        (lambda: puff(500, mass=1.0, substance="SO2", **D5), "dense_gas_not_modelled"),
        (lambda: plume(500, rate=1.0, substance="HF", **D5), "dense_gas_not_modelled"),
        (lambda: plume(500, rate=1.0, substance="hydrogen", **D5), "light_gas_not_modelled"),
        (lambda: dense_plume(500, rate=1e-7, density=1.3, wind_speed=8.0), "not_dense"),
        (lambda: dense_plume(9000, rate=1.0, density=3.0, wind_speed=5.0), "beyond_correlation"),
    ],
)
def test_what_is_doubtful_carries_a_flag(found, flag: str) -> None:
    assert flag in found().flags


def test_standard_weather_is_still_to_be_confirmed() -> None:
    assert [weather.label for weather in standard_weather("FR")] == ["D5", "F3"]
    assert [weather.label for weather in standard_weather("BE")] == ["D5", "F1.5", "F2"]
    assert all(weather.flags for weather in standard_weather("NL"))
    with pytest.raises(InputError, match="BE, FR, NL"):
        standard_weather("XX")


@pytest.mark.parametrize("label", ["G5", "D0", "D", "5D", "D-1", ""])
def test_weather_that_does_not_exist_is_refused(label: str) -> None:
    assert parse_weather("f 1.5").label == "F1.5"
    with pytest.raises(InputError, match="D5"):
        parse_weather(label)


def test_a_dense_zone_stops_at_the_last_curve_and_says_that_it_goes_on() -> None:
    """The last curve is a dilution of 0.002: chlorine of 2.998 kg/m3 is at 6.0 g/m3 there, 100 times
    AEGL-3.
    """
    stopped = cloud_distance("57.96 mg/m3", "chlorine", rate=10.0, **D5)
    length = math.sqrt(10 / 2.998 / 5)
    gravity = 9.80665 * (2.998 - 1.225) / 1.225
    alpha = 0.2 * math.log10(gravity**2 * (10 / 2.998) * 5**-5)
    assert -0.25 < alpha <= -0.13
    assert stopped.value == pytest.approx(length * 10**2.77, rel=2e-3)
    assert {"beyond_correlation", "beyond_model_range", "weather_unknown_to_dense_gas"} <= stopped.flags
    asked = cloud_distance("57.96 mg/m3", "chlorine", rate=10.0, far="inverse_square", **D5)
    assert asked.value == pytest.approx(stopped.value * math.sqrt(0.002 * 2.998 / 57.96e-6), rel=1e-3)
    assert "beyond_model_range" not in asked.flags
    within = cloud_distance("10 g/m3", "chlorine", rate=10.0, **D5)
    assert within.value < stopped.value
    assert not {"beyond_correlation", "beyond_model_range"} & within.flags


@pytest.mark.parametrize("level", ["57.96 mg/m3", "10 g/m3"])
def test_no_height_of_release_makes_a_dense_zone_jump(level: str) -> None:
    reach = [
        cloud_distance(level, "chlorine", rate=10.0, release_height=height, **D5).value
        for height in (0.0, 9.99, 10.0, 10.01, 50.0)
    ]
    assert len(set(reach)) == 1


def test_a_dense_release_of_a_minute_gets_no_steady_plume() -> None:
    """Steady up to u t / 2.5: 5 m/s for 60 s are 120 m; a decay asked for beyond is cut by the passage."""
    given = {"rate": 10.0, **D5}
    short = cloud_distance("57.96 mg/m3", "chlorine", duration=60.0, **given)
    assert short.value == 120.0
    assert {"release_too_short", "beyond_model_range"} <= short.flags
    asked = {"far": "inverse_square", **given}
    steady = cloud_distance("57.96 mg/m3", "chlorine", **asked).value
    passing = cloud_distance("57.96 mg/m3", "chlorine", duration=60.0, **asked).value
    assert passing < 0.75 * steady
    assert cloud_distance("57.96 mg/m3", "chlorine", duration=1e5, **asked).value == pytest.approx(steady)


def test_the_share_of_a_cloud_with_droplets_agrees_with_its_mass_per_volume() -> None:
    """y = C R T / (M P) of a cloud so thin that it is as warm as the air; the share without a molar mass was
    a sixth of it, and is now not told.
    """
    cold = {"rate": 10.0, "density": 20.8, "wind_speed": 5.0, "release_temperature": 239.1}
    found = dense_plume(300.0, molar_mass=0.0709, **cold)
    thin = found["concentration"] * 8.314462618 * 288.15 / (0.0709 * 101325)
    assert found["share"] == pytest.approx(thin, rel=0.01)
    untold = dense_plume(300.0, **cold)
    assert math.isnan(untold["share"])
    assert "share_needs_molar_mass" in untold.flags
    gas = {"rate": 10.0, "density": 0.0709 * 101325 / (8.314462618 * 288.15), "wind_speed": 5.0}
    assert dense_plume(300.0, molar_mass=0.0709, **gas)["share"] == pytest.approx(
        dense_plume(300.0, **gas)["share"], rel=1e-9
    )


def test_a_short_release_is_as_narrow_as_its_duration() -> None:
    """Width by (t / 600 s)^0.2, not below 20 s: at 1 km 20 s of gas give 1 / 0.506 of the width and more of
    its length, near three times the concentration of the ten minute width.
    """
    given = {"rate": 1.0, **D5}
    narrow = plume(1000.0, duration=20.0, **given)
    wide = plume(1000.0, duration=20.0, averaging_time=600.0, **given)
    factor = (20 / 600) ** 0.2
    side = float(plume_sigmas(1000.0, "D")[0])
    passage = [math.erf(5 * 20 / (2 * math.sqrt(2) * width)) for width in (side * factor, side)]
    assert narrow.value / wide.value == pytest.approx(passage[0] / passage[1] / factor, rel=1e-9)
    assert narrow.value / wide.value > 2.8
    assert {"short_release_as_plume", "to_be_confirmed"} <= narrow.flags
    assert "averaging_longer_than_release" in wide.flags
    assert (
        plume(1000.0, duration=5.0, averaging_time=20.0, **given).value
        == plume(1000.0, duration=5.0, **given).value
    )
    assert plume(1000.0, duration=3600.0, **given).value == pytest.approx(plume(1000.0, **given).value)
    assert "mass_as_puff" in puff(1000.0, mass=20.0, **D5).flags
