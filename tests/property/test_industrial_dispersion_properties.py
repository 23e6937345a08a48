"""What must hold for any plume, puff or dense cloud."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoalarm.core.quantities import convert
from geoalarm.hazards.industrial.britter_mcquaid import dense_release
from geoalarm.hazards.industrial.dispersion import cloud, cloud_contour, cloud_distance
from geoalarm.hazards.industrial.plume import plume_distance
from geoalarm.hazards.industrial.plume_arithmetic import plume_concentration, plume_contour
from geoalarm.hazards.industrial.puff import puff_concentration, puff_contour, puff_distance
from geoalarm.hazards.industrial.sigmas import plume_sigmas, puff_sigmas
from geoalarm.hazards.industrial.toxicity import indoor_shelter, toxic_lethality

WEATHER = st.fixed_dictionaries({"wind_speed": st.floats(0.5, 15), "stability": st.sampled_from("ABCDEF")})
TERRAIN = st.sampled_from(["rural", "urban"])
RATE = st.floats(1e-3, 1e3)
THRESHOLD = st.floats(1e-6, 1e-1)
SUBSTANCE = st.sampled_from(
    ["chlorine", "sulfur_dioxide", "hydrogen_sulfide", "propane", "ammonia", "carbon_monoxide"]
)
POINTS = np.geomspace(1, 10_000, 400)


@given(WEATHER, TERRAIN, RATE, st.floats(0, 100), st.floats(-500, 500), st.floats(0, 100))
def test_a_plume_is_never_negative_falls_beyond_its_maximum_and_is_even_about_its_axis(
    weather, terrain, rate, height, y, z
) -> None:
    given_ = {"rate": rate, "terrain": terrain, "release_height": height, **weather}
    assert (plume_concentration(POINTS, y, z, **given_) >= 0).all()
    assert (plume_concentration(-POINTS, y, z, **given_) == 0).all()
    assert (plume_concentration(POINTS, y, z, **given_) == plume_concentration(POINTS, -y, z, **given_)).all()
    axis = plume_concentration(POINTS, 0.0, 0.0, **given_)
    after = axis[int(axis.argmax()) :]
    assert (np.diff(after) <= 1e-12 * after[:-1]).all()


@given(WEATHER, TERRAIN, st.floats(200, 10_000), st.floats(0, 30))
def test_what_passes_a_cross_section_is_what_is_let_go(weather, terrain, x, height) -> None:
    side, up = (float(value) for value in plume_sigmas(x, weather["stability"], terrain))
    y, z = np.linspace(-7 * side, 7 * side, 401), np.linspace(0, height + 8 * up, 801)
    section = plume_concentration(
        x, y[:, None], z[None, :], rate=2.0, terrain=terrain, release_height=height, **weather
    )
    flux = np.trapezoid(np.trapezoid(section, z, axis=1), y) * weather["wind_speed"]
    assert flux == pytest.approx(2.0, rel=2e-3)


@given(WEATHER, st.floats(100, 5000), st.floats(0, 20))
def test_a_puff_keeps_its_mass(weather, travelled, height) -> None:
    time = travelled / weather["wind_speed"]
    side, up = (float(value) for value in puff_sigmas(travelled, weather["stability"]))
    x, y, z = (
        travelled + np.linspace(-6 * side, 6 * side, 81),
        np.linspace(-6 * side, 6 * side, 81),
        np.linspace(0, height + 7 * up, 301),
    )
    cube = puff_concentration(
        x[:, None, None], y[None, :, None], z[None, None, :], time, mass=3.0, release_height=height, **weather
    )
    assert (cube >= 0).all()
    assert np.trapezoid(np.trapezoid(np.trapezoid(cube, z, axis=2), y, axis=1), x) == pytest.approx(
        3.0, rel=2e-3
    )


@given(WEATHER, TERRAIN, THRESHOLD, st.lists(RATE, min_size=2, max_size=4), st.sampled_from([0.0, 20.0]))
def test_more_gas_never_makes_a_smaller_plume(weather, terrain, threshold, rates, height) -> None:
    given_ = {"terrain": terrain, "release_height": height, **weather}
    found = [plume_distance.pure(threshold, rate=rate, **given_).values for rate in sorted(rates)]
    for less, more in itertools.pairwise(found):
        assert more[0] >= less[0] - 1e-3
        assert more[1] >= less[1] * (1 - 1e-3)


@given(WEATHER, THRESHOLD, st.lists(RATE, min_size=2, max_size=4), SUBSTANCE)
def test_more_gas_never_makes_a_smaller_zone_whichever_model_is_chosen(
    weather, threshold, rates, substance
) -> None:
    weather = weather | {"wind_speed": max(weather["wind_speed"], 2.0)}
    found = [
        cloud_distance.pure(threshold, substance, rate=rate, **weather).values[0] for rate in sorted(rates)
    ]
    assert all(more >= less - 1e-3 for less, more in itertools.pairwise(found))


@given(WEATHER, THRESHOLD, st.lists(st.floats(1e-2, 1e5), min_size=2, max_size=4))
def test_more_mass_never_makes_a_smaller_puff(weather, threshold, masses) -> None:
    found = [puff_distance.pure(threshold, mass=mass, **weather).values for mass in sorted(masses)]
    for less, more in itertools.pairwise(found):
        assert more[0] >= less[0] - 1e-3
        assert more[1] >= less[1] * (1 - 1e-3)


@given(WEATHER, RATE, THRESHOLD, st.floats(10, 3600), st.floats(1.1, 10))
def test_a_longer_release_never_makes_a_smaller_zone_than_a_short_one(
    weather, rate, threshold, duration, factor
) -> None:
    short, long_, steady = (
        plume_distance.pure(threshold, rate=rate, duration=t, averaging_time=600.0, **weather).values[0]
        for t in (duration, duration * factor, None)
    )
    assert short <= long_ + 1e-3
    assert long_ <= steady + 1e-3


@given(WEATHER, RATE, THRESHOLD, st.floats(1.5, 100))
def test_rings_nest(weather, rate, threshold, factor) -> None:
    inner, outer = (plume_contour(level, rate=rate, **weather) for level in (threshold * factor, threshold))
    if len(inner):
        assert inner[:, 0].max() <= outer[:, 0].max() + 1e-6
        assert inner[:, 1].max() <= outer[:, 1].max() * (1 + 1e-3)
    mirrored = outer * [1, -1]
    assert np.allclose(np.sort(mirrored[:, 1]), np.sort(outer[:, 1]))


@given(
    st.floats(1e-2, 1e3),
    st.floats(1.25, 10),
    st.floats(2.0, 15),
    st.sampled_from(["inverse_square", "virtual_source"]),
    st.sampled_from("ABCDEF"),
)
def test_a_dense_cloud_thins_out_downwind_and_widens(rate, density, wind, far, stability) -> None:
    release = dense_release(rate=rate, density=density, wind_speed=wind, far=far, stability=stability)
    shares = release.share(np.concatenate([[0.0], POINTS]))
    assert shares[0] == 1.0
    assert (shares >= 0).all()
    assert (np.diff(shares) <= 1e-12).all()
    assert (np.diff(release.half_width(POINTS)) >= 0).all()
    assert release.concentration(-release.upwind * 1.001) == 0


@given(SUBSTANCE, RATE, THRESHOLD, st.floats(2.0, 12))
def test_every_ring_closes_and_is_finite(substance, rate, threshold, wind) -> None:
    ring = cloud_contour(threshold, cloud(substance, rate=rate, wind_speed=wind, stability="D"))
    assert np.isfinite(ring).all()
    assert ring.shape[0] == 0 or (ring[0] == ring[-1]).all()
    assert not len(ring) or ring[:, 0].max() <= 10_000


@given(WEATHER, st.floats(1e-2, 1e4), THRESHOLD)
def test_the_ring_of_a_puff_ends_at_its_distance(weather, mass, threshold) -> None:
    ring = puff_contour(threshold, mass=mass, **weather)
    distance = puff_distance.pure(threshold, mass=mass, **weather).values[0]
    assert distance == pytest.approx(ring[:, 0].max() if len(ring) else 0.0)


@given(st.floats(1e-6, 1e-1), st.floats(1.01, 10), st.floats(60, 7200))
def test_more_poison_for_longer_never_kills_fewer_and_walls_never_kill_more(
    concentration, factor, exposure
) -> None:
    base = toxic_lethality.pure("chlorine", concentration, exposure=exposure).values[0]
    assert (
        0
        <= base
        <= toxic_lethality.pure("chlorine", concentration * factor, exposure=exposure).values[0]
        <= 1
    )
    assert base <= toxic_lethality.pure("chlorine", concentration, exposure=exposure * factor).values[0]
    dose, mean, end = indoor_shelter.pure(0.5 / 3600, exposure=exposure, n=2.75)
    assert 0 < dose <= mean <= end < 1


@given(THRESHOLD)
def test_units_of_concentration_round_trip(value) -> None:
    assert convert(convert(value, "kg m-3", "mg/m3"), "mg/m3", "kg m-3") == pytest.approx(value, rel=1e-12)
