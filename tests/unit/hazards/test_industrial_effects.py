"""Effects on people and individual risk against published cases. Each test is named after its reference."""

from __future__ import annotations

import math

import numpy as np
import pytest

from geoalarm.core.errors import InputError, RangeError
from geoalarm.hazards.industrial.effects import (
    effect_threshold,
    effect_thresholds,
    french_rings,
    overpressure_lethality,
    people_counted,
    probability_class,
    severity,
    thermal_lethal_dose,
    thermal_lethality,
    thermal_measure,
    time_to_dose,
)
from geoalarm.hazards.industrial.individual_risk import (
    RiskScenario,
    WindRose,
    individual_risk,
    individual_risk_sum,
    sheltered_lethality,
)


@pytest.mark.parametrize(
    ("effect", "measure", "values"),
    [
        ("thermal", "flux", (3, 5, 8)),
        ("thermal", "dose", (600, 1000, 1800)),
        ("overpressure", "peak", (50, 140, 200)),
    ],
)
def test_arrete_2005_annex_2_rings(effect: str, measure: str, values: tuple[float, ...]) -> None:
    rings = french_rings(effect, measure)
    assert [item.label for item in rings] == ["SEI", "SEL", "SELS"]
    assert tuple(item.value for item in rings) == values
    assert all(item.verified == "V" and not item.flags for item in rings)


def test_arrete_2005_annex_2_structures_and_indirect_effects() -> None:
    assert [item.value for item in effect_thresholds("thermal", measure="flux", receptor="structures")] == [
        5,
        8,
        16,
        20,
        200,
    ]
    assert [item.value for item in effect_thresholds("overpressure", receptor="structures")] == [
        20,
        50,
        140,
        200,
        300,
    ]
    assert effect_threshold("overpressure", "indirect")["value"] == 20


def test_arrete_20_04_2007_article_11() -> None:
    assert [effect_threshold("thermal", "Z1", measure=name)["value"] for name in ("flux", "dose")] == [
        16,
        2600,
    ]
    assert effect_threshold("overpressure", "Z1")["value"] == 430
    assert (thermal_measure(119.9), thermal_measure(120)) == ("dose", "flux")


def test_si_values_of_thresholds() -> None:
    assert [item.si for item in french_rings("thermal", "flux")] == [3000, 5000, 8000]
    assert [item.si for item in french_rings("overpressure")] == pytest.approx([5000, 14000, 20000])
    assert [item.si for item in french_rings("thermal", "dose")] == [600, 1000, 1800]


def test_toxic_rings_are_not_invented() -> None:
    with pytest.raises(InputError, match="loaded for each substance"):
        french_rings("toxic")
    with pytest.raises(InputError, match="measure"):
        french_rings("thermal")


def test_belgian_values_are_to_be_confirmed_and_are_no_rings() -> None:
    for place, effect in (("BE-WAL", "thermal"), ("BE-WAL", "overpressure"), ("BE-VLG", "individual_risk")):
        found = effect_thresholds(effect, jurisdiction=place)
        assert all(item.flags[0].startswith("to_be_confirmed") for item in found)
        assert not {item.label for item in found} & {"SEI", "SEL", "SELS"}
    assert [item.value for item in effect_thresholds("individual_risk", jurisdiction="BE-VLG")] == [
        1e-7,
        1e-6,
        1e-5,
    ]
    assert "to_be_confirmed" in effect_threshold("thermal", "iso_risk_effect", jurisdiction="BE-WAL").flags
    with pytest.raises(InputError, match="effect threshold"):
        effect_thresholds("thermal", jurisdiction="BE-VLG")


@pytest.mark.parametrize(("flux", "dose", "seconds"), [(3, 600, 138.7), (5, 1000, 117.0), (8, 1800, 112.5)])
def test_times_to_dose(flux: float, dose: float, seconds: float) -> None:
    assert float(time_to_dose(f"{flux} kW/m^2", dose)) == pytest.approx(seconds, abs=0.05)


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ((0, 0, 8), "serious"),
        ((1, 8, 60), "important"),
        ((6, 40, 300), "catastrophic"),
        ((12, 40, 300), "disastrous"),
        ((0, 5, 1500), "disastrous"),
        ((10, 0, 0), "catastrophic"),
        ((10.5, 0, 0), "disastrous"),
        ((0, 100, 0), "catastrophic"),
        ((0, 101, 0), "disastrous"),
        ((0, 1, 0), "serious"),
        ((0, 1.5, 0), "important"),
        ((0, 0, 9.9), "serious"),
        ((0, 0, 10), "important"),
        ((0, 0, 100), "catastrophic"),
        ((0, 0, 1000), "catastrophic"),
        ((0, 0, 1001), "disastrous"),
        ((0, 0, 0.5), "moderate"),
    ],
)
def test_arrete_2005_annex_3_severity_worst_column_wins(
    people: tuple[float, float, float], expected: str
) -> None:
    assert severity(*people)["severity"] == expected


def test_severity_is_moderate_only_without_a_lethal_zone_outside() -> None:
    assert severity(0, 0, 0.5, lethal_zone_outside=True)["severity"] == "serious"
    assert severity(0, 0, 0.5, lethal_zone_outside=False).flags == frozenset()
    assert "no_lethal_zone_outside_assumed" in severity(0, 0, 0.5).flags


@pytest.mark.parametrize("people", [(-1, 0, 0), (0, math.nan, 0)])
def test_severity_of_unknown_people_is_refused(people: tuple[float, float, float]) -> None:
    with pytest.raises((InputError, RangeError)):
        severity(*people)


@pytest.mark.parametrize(
    ("probit", "share", "dose", "printed"),
    [
        ("eisenberg", 0.01, 958, 960),
        ("eisenberg", 0.5, 2377, 2380),
        ("tsao_perry", 0.01, 422, 420),
        ("tsao_perry", 0.5, 1046, 1046),
    ],
)
def test_eisenberg_and_tsao_perry_lethal_doses(
    probit: str, share: float, dose: float, printed: float
) -> None:
    found = float(thermal_lethal_dose(share, probit=probit))
    assert found == pytest.approx(dose, abs=0.5)
    assert found == pytest.approx(printed, rel=5e-3)


def test_purple_book_5_2_thermal_20_kW_m2_for_20_s() -> None:
    assert float(thermal_lethality("20 kW/m^2", "20 s")) == pytest.approx(0.538, abs=5e-4)
    assert float(thermal_lethality(0.0, "20 s")) == 0.0


def test_hsc_1991_overpressure_50_percent_at_13_1_psi() -> None:
    assert float(overpressure_lethality("13.1529 psi")) == pytest.approx(0.5, abs=1e-5)
    assert float(overpressure_lethality("13.1 psi")) == pytest.approx(0.5, abs=3e-3)
    assert float(overpressure_lethality(0.0)) == 0.0


def test_individual_risk_sum() -> None:
    assert float(individual_risk_sum(1e-5, [0.7, 0.3], [0.05, 0.60], 1 / 12)) == pytest.approx(
        1.79e-7, abs=5e-10
    )


def test_individual_risk_over_a_uniform_rose() -> None:
    """A lethality that fills a sector of 30 degrees: each place is downwind one time in twelve."""
    half = math.tan(math.radians(15))

    def fan(value: float) -> object:
        return lambda x, y: np.where((x > 0) & (np.abs(y) < half * x), value, 0.0)

    accident = RiskScenario("rupture", 1e-5, {"D5": fan(0.05), "F2": fan(0.60)})  # type: ignore[dict-item]
    field = individual_risk([accident], WindRose.uniform({"D5": 0.7, "F2": 0.3}))
    angle = np.radians(np.arange(0, 360, 7))
    assert field.at(800 * np.sin(angle), 800 * np.cos(angle)) == pytest.approx(1.79e-7, rel=0.01)
    assert np.isnan(field.at(20_000, 0))


def test_individual_risk_lies_where_the_wind_blows_to() -> None:
    probability = np.zeros((1, 12))
    probability[0, 9] = 1  # from the west
    plume = RiskScenario("leak", 1.0, {"D": lambda x, y: np.where((x > 0) & (np.abs(y) < 0.1 * x), 1.0, 0.0)})
    field = individual_risk([plume], WindRose(("D",), probability))
    assert field.at(1000, 0) == pytest.approx(2 * math.degrees(math.atan(0.1)) / 30, rel=0.03)
    assert field.at(-1000, 0) == field.at(0, 1000) == field.at(0, -1000) == 0
    left = RiskScenario(
        "left", 1.0, {"D": lambda x, y: np.where((x > 0) & (y > 0) & (y < 0.05 * x), 1.0, 0.0)}
    )
    towards_north = np.zeros((1, 12))
    towards_north[0, 6] = 1
    field = individual_risk([left], WindRose(("D",), towards_north))
    assert field.at(-280, 1000) > 0
    assert field.at(280, 1000) == 0


@pytest.mark.parametrize(
    "table",
    [
        np.full((1, 8), 1 / 8),
        np.full((1, 12), 0.1),
        np.array([[-0.1] + [0.1] * 11]),
        np.full((2, 12), 1 / 24),
    ],
)
def test_a_rose_needs_12_sectors_that_sum_to_1(table: np.ndarray) -> None:
    with pytest.raises(InputError, match="wind rose"):
        WindRose(("D",), table)


def test_a_lethality_above_1_or_a_missing_weather_is_refused() -> None:
    rose = WindRose.uniform({"D5": 1.0})
    with pytest.raises(InputError, match="lethality"):
        individual_risk([RiskScenario("a", 1e-5, {"D5": lambda x, y: x * 0 + 2})], rose)
    with pytest.raises(InputError, match="weather"):
        individual_risk([RiskScenario("a", 1e-5, {"F2": lambda x, y: x * 0})], rose)
    with pytest.raises(RangeError, match="frequency"):
        RiskScenario("a", -1, {})


def test_purple_book_shelter_rules_are_to_be_confirmed() -> None:
    day, night = sheltered_lethality(0.5, time="day"), sheltered_lethality(0.5, time="night")
    assert float(day) == pytest.approx(0.07 * 0.5 + 0.93 * 0.05)
    assert float(night) == pytest.approx(0.01 * 0.5 + 0.99 * 0.05)
    assert "to_be_confirmed" in day.flags
    assert sheltered_lethality(0.5, outdoors=0.2, lethality_indoors=0.1).flags == frozenset()


@pytest.mark.parametrize(
    ("kind", "amount", "traffic", "people"),
    [
        ("dwelling", 10, None, 25),
        ("road", 2, 5000, 40),
        ("railway", 3, 10, 12),
        ("waterway", 2, 5, 1),
        ("walking_path", 1, 250, 5),
        ("bare_land", 300, None, 3),
        ("developed_land", 30, None, 3),
    ],
)
def test_circulaire_2010_counting_rules(
    kind: str, amount: float, traffic: float | None, people: float
) -> None:
    found = people_counted(kind, amount, traffic=traffic)
    assert float(found) == pytest.approx(people)
    assert "to_be_confirmed" in found.flags


def test_counting_rules_want_traffic_on_ways_only() -> None:
    for kind, traffic in (("road", None), ("dwelling", 5.0)):
        with pytest.raises(InputError, match="traffic"):
            people_counted(kind, 1, traffic=traffic)


@pytest.mark.parametrize(
    ("frequency", "label"),
    [(0.1, "A"), (1e-2, "A"), (5e-3, "B"), (1e-4, "C"), (3e-5, "D"), (1e-6, "E"), (0, "E")],
)
def test_arrete_2005_annex_1_probability_classes(frequency: float, label: str) -> None:
    found = probability_class(frequency)
    assert found["label"] == label
    assert "to_be_confirmed" in found.flags
