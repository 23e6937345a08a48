"""Every model by name outside the industrial room: text, reference, example, and lists as a command line
gives them.
"""

from __future__ import annotations

import doctest
import importlib
import json

import numpy as np
import pytest

from geoalarm import i18n
from geoalarm.core import registry
from geoalarm.core.errors import InputError
from geoalarm.core.reference_rows import VERIFIED, row, rows
from geoalarm.core.result import SCREENING_NOTICE

ROOMS = ("geoalarm.hazards.flood", "geoalarm.hazards.landslide", "geoalarm.exposure")
FILES = {
    "geoalarm.hazards.flood": (
        "scenarios",
        "depth_classes",
        "frequencies",
        "ppri_alea",
        "debris",
        "people_classes",
        "terrain_accuracy",
    ),
    "geoalarm.hazards.landslide": ("susceptibility", "rainfall_thresholds", "cavities", "clay", "slope_soil"),
    "geoalarm.exposure": ("distributions", "damage_curves", "likelihood", "loss_of_life"),
}


def test_every_model_of_these_rooms_is_found() -> None:
    found = set(registry.models(*ROOMS))
    assert {
        "hazard_to_people",
        "official_flood_class",
        "ppri_alea",
        "depth_at_return_period",
        "bathtub_profile",
        "hand_depth",
        "infinite_slope",
        "slope_failure_probability",
        "rain_threshold",
        "cavity_influence_radius",
        "clay_class",
        "drought_months",
        "expected_annual_people",
        "flood_damage_share",
        "drowning_share",
        "exposed_people_band",
        "risk_index",
        "risk_matrix",
        "combined_probability",
    } <= found
    assert not any(
        made.pure.__module__.startswith("geoalarm.hazards.industrial")
        for made in registry.models(*ROOMS).values()
    )


@pytest.mark.parametrize("name", sorted(registry.models(*ROOMS)))
def test_every_model_has_reference_units_text_and_an_example_that_runs(name: str) -> None:
    made = registry.find(name, *ROOMS)
    told = json.loads(json.dumps(made.describe(), allow_nan=False))
    assert told["summary"]
    assert told["source"]
    assert "References" in made.__doc__
    assert all(item["description"] for item in told["parameters"]), [
        item["name"] for item in told["parameters"] if not item["description"]
    ]
    module = importlib.import_module(made.pure.__module__)
    examples = doctest.DocTestParser().get_doctest(made.__doc__, dict(vars(module)), name, None, 0)
    assert examples.examples
    report: list[str] = []
    assert doctest.DocTestRunner().run(examples, out=report.append).failed == 0, "".join(report)


@pytest.mark.parametrize(("room", "name"), [(room, name) for room, names in FILES.items() for name in names])
def test_every_row_has_its_source_and_its_tag(room: str, name: str) -> None:
    for item in rows(room, name):
        assert item["source"]
        assert item["verified"] in VERIFIED
        if item["verified"] == "R" and name != "loss_of_life":
            assert "confirmed" in item["source"] or name in ("scenarios", "loss_of_life")


def test_a_result_carries_all_it_takes_to_judge_it() -> None:
    told = json.loads(
        json.dumps(registry.find("ppri_alea", *ROOMS)("0.7 m", "fast").as_dict(), allow_nan=False)
    )
    assert told["values"]["alea"]["value"] == "fort"
    assert told["notice"] == SCREENING_NOTICE
    assert told["jurisdiction"] == "FR"
    assert told["warnings"] == ["to_be_confirmed: matrix of the arrete of 5 July 2019"]
    assert told["valid_range"]["depth"] == "0 to 1e+06 m"


def test_texts_may_hold_several_numbers_with_one_unit() -> None:
    model = registry.find("expected_annual_people", *ROOMS)
    result = model.run({"return_periods": "10; 100; 1000 yr", "people": "1200;5400;9800"})
    assert float(result) == pytest.approx(375.2, abs=1e-9)
    assert registry.find("hand_depth", *ROOMS).run(
        {"height_above_drainage": "0; 150; 4e2 cm", "stage": "2 m"}
    ).value.tolist() == [
        2,
        0.5,
        0,
    ]
    with pytest.raises(InputError, match="'people'"):
        model.run({"return_periods": "10; 100 yr", "people": "1200; many"})
    with pytest.raises(InputError, match="has no unit"):
        model.run({"return_periods": "10; 100", "people": "1; 2"})
    with pytest.raises(InputError, match="return_periods"):
        model.run({"return_periods": "10,5 yr", "people": "1"})


def test_rows_that_do_not_exist_name_the_nearest() -> None:
    with pytest.raises(InputError, match="scenarios"):
        rows("geoalarm.hazards.flood", "scenario")
    with pytest.raises(InputError, match="eu_dem"):
        row("geoalarm.hazards.flood", "terrain_accuracy", "product", "eudem")


def test_no_number_of_a_row_is_written_twice() -> None:
    for room, names in FILES.items():
        for name in names:
            table = rows(room, name)
            assert len({tuple(item.items()) for item in table}) == len(table)
            assert not np.any([set(item) - set(table[0]) for item in table])


FLAGS = [
    "average_of_many_buildings",
    "building_damage_only",
    "class_remark",
    "depth_only_lower_bound",
    "depth_unknown",
    "from_dike_breaches_not_for_flash_floods",
    "minimum_envelope_false_alarms",
    "not_a_yearly_probability",
    "regional_parameters_ranking_only",
    "right_tail_left_out",
    "short_series",
    "slides_when_dry",
    "stable_when_saturated",
    "to_be_confirmed",
    "uncertainty_not_given",
    "unconnected_bathtub",
    "water_below_ground",
    "weights_do_not_add_up_to_1",
]


@pytest.mark.parametrize("code", FLAGS)
def test_every_flag_has_its_sentence(code: str) -> None:
    assert i18n.has(f"flag.{code}")


def test_examples_raise_no_flag_without_a_sentence() -> None:
    raised = [
        registry.find("official_flood_class", *ROOMS)("wal_alea", "2"),
        registry.find("slope_failure_probability", *ROOMS)(25, 2, runs=10_000),
        registry.find("rain_threshold", *ROOMS)(24, curve="guzzetti"),
        registry.find("drowning_share", *ROOMS)(3.0, 2.0, expert=True),
        registry.find("risk_index", *ROOMS)([3, 4], [1, 1]),
    ]
    assert {code for result in raised for code in result.flags} <= set(FLAGS)
