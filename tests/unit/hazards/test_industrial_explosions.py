"""Explosions against published cases. Each test is named after its reference; nothing is tuned to it."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from geoalarm.core.errors import InputError, RangeError
from geoalarm.hazards.industrial.explosions import (
    kingery_bulmash,
    kingery_bulmash_distance,
    kinney_graham,
    multi_energy,
    multi_energy_distance,
    read_blast_curves,
    tnt_distance,
    tnt_equivalent,
    tnt_overpressure,
)


def test_yellow_book_5_1_tnt_of_10_t_propane() -> None:
    assert float(tnt_equivalent("10 t", "46.35 MJ/kg", yield_factor=0.03)) == pytest.approx(3022.8, abs=0.05)


@pytest.mark.parametrize(("scaled", "kilopascal"), [(5, 43.23), (10, 14.89)])
def test_swisdak_1994_ada526744_hemispherical_incident_pressure(scaled: float, kilopascal: float) -> None:
    assert kingery_bulmash(f"{scaled} m/kg^(1/3)").to("kPa") == pytest.approx(kilopascal, rel=5e-4)


@pytest.mark.parametrize(
    ("millibar", "scaled", "distance"),
    [(20, 45.19, 653), (50, 23.41, 338), (140, 10.46, 151), (200, 8.11, 117), (300, 6.22, 90)],
)
def test_distances_of_the_french_thresholds(millibar: float, scaled: float, distance: float) -> None:
    assert float(kingery_bulmash_distance(f"{millibar} mbar")) == pytest.approx(scaled, abs=5e-3)
    assert float(tnt_distance(f"{millibar} mbar", "3022.8 kg")) == pytest.approx(distance, abs=0.5)


def test_kingery_bulmash_distance_is_the_inverse_of_the_pressure() -> None:
    for pressure in np.geomspace(300, 1.7e7, 60):
        scaled = float(kingery_bulmash_distance(pressure))
        assert float(kingery_bulmash(scaled)) == pytest.approx(
            pressure, rel=1e-2 if 23 < scaled < 24 else 1e-3
        )


def test_kingery_bulmash_at_the_seam_takes_the_farther_distance() -> None:
    """The fits overlap at Z = 23.8: 4.895 kPa from the near one, 4.929 kPa from the far one."""
    assert float(kingery_bulmash_distance("4.91 kPa")) > 23.8


@pytest.mark.parametrize("scaled", [0.19, 199.0, -1.0, math.nan])
def test_kingery_bulmash_refuses_beyond_its_fits(scaled: float) -> None:
    with pytest.raises((RangeError, InputError), match="scaled_distance"):
        kingery_bulmash(scaled)


@pytest.mark.parametrize("pressure", ["200 Pa", "18 MPa"])
def test_kingery_bulmash_distance_refuses_beyond_its_fits(pressure: str) -> None:
    with pytest.raises(RangeError, match="overpressure"):
        tnt_distance(pressure, "1 t")


@pytest.mark.parametrize(
    ("scaled", "kilopascal", "tolerance"), [(5, 29.24, 2e-4), (5, 29.238, 1e-4), (10, 9.985, 1e-4)]
)
def test_kinney_graham_1985_free_air(scaled: float, kilopascal: float, tolerance: float) -> None:
    assert kinney_graham(scaled).to("kPa") == pytest.approx(kilopascal, rel=tolerance)


def test_the_ground_and_free_air_are_two_cases() -> None:
    assert float(kingery_bulmash(5.0)) > float(kinney_graham(5.0))


def test_tnt_overpressure_over_many_distances() -> None:
    found = tnt_overpressure(np.array([90.0, 117.3, 338.4]), 3022.8)
    assert np.asarray(found.to("mbar")) == pytest.approx([300, 200, 50], rel=2e-3)


def test_multi_energy_scale_of_1000_m3() -> None:
    found = multi_energy("100 m", "1000 m^3", 7)
    assert found["energy"] == pytest.approx(3.5e9)
    assert found["scale"] == pytest.approx(32.567, abs=1e-3)


@pytest.mark.parametrize(("scaled", "ratio"), [(1, 0.809), (2, 0.241), (3, 0.135), (5, 0.070), (10, 0.0278)])
def test_detonation_curve_of_the_fallback(scaled: float, ratio: float) -> None:
    found = multi_energy(scaled * 32.56745416, 1000.0, 10)
    assert float(found) / 101_325 == pytest.approx(ratio, rel=3e-3)
    assert {"multi_energy_fallback", "upper_bound", "to_be_confirmed"} <= found.flags


@pytest.mark.parametrize(
    ("strength", "plateau"),
    [(1, 0.01), (2, 0.02), (3, 0.05), (4, 0.1), (5, 0.2), (6, 0.5), (7, 1.0), (8, 2.0), (9, 5.0)],
)
def test_plateaus(strength: int, plateau: float) -> None:
    assert float(multi_energy("5 m", "1000 m^3", strength)) / 101_325 == pytest.approx(plateau)
    far = float(multi_energy(6 * 32.56745416, 1000.0, strength)) / 101_325
    detonation = float(multi_energy(6 * 32.56745416, 1000.0, 10)) / 101_325
    assert far == pytest.approx(min(plateau, detonation))


@pytest.mark.parametrize("strength", range(1, 10))
@pytest.mark.parametrize("scaled", [1.0, 1.5, 3.0, 6.0])
def test_without_curves_every_class_is_a_bound_and_says_where_the_class_makes_no_difference(
    strength: int, scaled: float
) -> None:
    """The bound of a class is its plateau or a detonation: from 5 to 6 it rises by the plateaus at most
    (2.5).
    """
    weak, strong = (multi_energy(scaled * 32.56745416, 1000.0, number) for number in (strength, strength + 1))
    assert "upper_bound" in weak.flags
    assert float(weak) <= float(strong) <= 2.5 * float(weak)
    same = float(weak) == float(strong)
    assert ("class_makes_no_difference" in weak.flags) == same


def test_multi_energy_distances_invert_and_weak_classes_never_reach() -> None:
    found = multi_energy_distance("50 mbar", "1000 m^3", 7)
    assert float(multi_energy(found.value, 1000.0, 7)) == pytest.approx(5000, rel=1e-4)
    weak = multi_energy_distance("200 mbar", "1000 m^3", 3)
    assert math.isnan(weak.value)
    assert "never_reached" in weak.flags
    assert multi_energy_distance("50 mbar", "1000 m^3", 5).value == pytest.approx(found.value)
    assert math.isnan(multi_energy_distance("50 mbar", "1000 m^3", 2).value)


def test_multi_energy_reads_a_curve_file_of_the_user(tmp_path: Path) -> None:
    file = tmp_path / "curves.csv"
    file.write_text(
        "strength,scaled_distance,overpressure\n7,0.5,1.0\n7,1,0.5\n7,4,0.03125\n6,1,0.4\n6,2,0.2\n",
        encoding="utf-8",
    )
    curves = read_blast_curves(file, source="made up for a test")
    found = multi_energy(2 * 32.56745416, 1000.0, 7, curves=curves)
    assert float(found) / 101_325 == pytest.approx(
        0.125
    )  # straight in logarithms between (1, 0.5) and (4, 1/32)
    assert found.flags == {"curves_of_the_user"}
    assert float(multi_energy_distance(0.125 * 101_325, 1000.0, 7, curves=str(file))) == pytest.approx(
        2 * 32.567, rel=1e-4
    )
    with pytest.raises(RangeError, match="blast curve"):
        multi_energy("1 m", "1000 m^3", 7, curves=curves)
    with pytest.raises(InputError, match="strength"):
        multi_energy("40 m", "1000 m^3", 3, curves=curves)


@pytest.mark.parametrize(
    "text",
    [
        "strength,scaled_distance\n7,1\n",
        "strength,scaled_distance,overpressure\n7,1,0.5\n7,0.9,0.4\n",
        "strength,scaled_distance,overpressure\n7,1,0.5\n7,2,0.6\n",
        "strength,scaled_distance,overpressure\n7,1,zero\n7,2,0.6\n",
        "strength,scaled_distance,overpressure\n7,1,-1\n7,2,-2\n",
    ],
)
def test_a_bad_curve_file_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "curves.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="curve"):
        read_blast_curves(file)
    with pytest.raises(InputError, match="file of blast curves"):
        read_blast_curves(tmp_path / "absent.csv")


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: tnt_equivalent("-1 t", 46e6), "mass"),
        (lambda: tnt_equivalent("1 t", 46e6, yield_factor=1.5), "yield_factor"),
        (lambda: multi_energy("10 m", "1000 m^3", 11), "strength"),
        (lambda: multi_energy("10 m", "1000 m^3", 6.5), "strength"),
        (lambda: multi_energy("0 m", "1000 m^3", 6), "distance"),
        (lambda: multi_energy("0.5 m", "1000 m^3", 10), "distance"),
        (lambda: tnt_distance("5 psia", "1 t"), "overpressure"),
    ],
)
def test_bad_input_is_refused_by_name(call: object, named: str) -> None:
    with pytest.raises((InputError, RangeError), match=named):
        call()  # type: ignore[operator]
