"""geoalarm model: the real command line lists, shows and runs any model, and refuses with the name of the
input.
"""

import json

import pytest

from geoalarm import analysis
from geoalarm.core.result import SCREENING_NOTICE


def test_every_model_is_listed_once_with_its_hazard(call):
    done = call("model", "list", "--json")
    told = json.loads(done.stdout)
    assert [item["name"] for item in told] == sorted(analysis.models())
    assert {"flood", "landslide", "industrial", "exposure"} <= {item["hazard"] for item in told}
    assert call("model", "list").stdout.splitlines()[0].split() == ["name", "hazard", "computes"]


@pytest.mark.parametrize(
    "name", ["pipeline_impact_radius", "severity", "vessel-outflow", "expected_annual_people"]
)
def test_a_model_is_shown_with_units_ranges_and_reference(call, name):
    text = call("model", "show", name).stdout
    told = json.loads(call("model", "show", name, "--json").stdout)
    assert told["name"] == name.replace("-", "_")
    for row in told["parameters"]:
        assert f"--{row['name'].replace('_', '-')}" in text
        assert row["range"] in text
    assert f"source: {told['source']}" in text


def test_every_model_has_an_option_for_each_of_its_inputs():
    import click

    from geoalarm.cli.model_command import model

    for name, made in analysis.models().items():
        command = model.get_command(click.Context(model), name)
        assert [option.name for option in command.params] == [*made.signature.parameters, "as_json"]


def test_a_result_stands_with_units_range_warnings_reference_and_notice(call):
    done = call("model", "pipeline_impact_radius", "--diameter", "30 inch", "--gauge-pressure", "1000 psi")
    assert done.exit_code == 0
    for words in (
        "radius: 199.519 m",
        "range: 1e-06 to 1e+09 Pa",
        "warning: radius_is_lethality_not_cordon",
        "49 CFR 192.903",
        SCREENING_NOTICE,
    ):
        assert words in done.stdout


SLOPE = [
    "infinite_slope",
    "--cohesion",
    "5kPa",
    "--friction-angle",
    "30deg",
    "--soil-weight",
    "19kN/m^3",
    "--depth",
    "2m",
    "--slope",
    "25deg",
]


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        (
            ["pipeline_impact_radius", "--diameter", "30 inch", "--gauge_pressure", "1000 psi"],
            "radius",
            199.519,
        ),
        (SLOPE, "factor_of_safety", 1.5817),
        (
            [
                "expected_annual_people",
                "--return-periods",
                "10; 100; 1000 yr",
                "--people",
                "1200; 5400; 9800",
            ],
            "people_per_yr",
            375.2,
        ),
        (
            ["severity", "--sels", "0", "--sel", "0", "--sei", "0.5", "--lethal-zone-outside", "false"],
            "rank",
            0,
        ),
        (["toxic_threshold", "--substance", "Cl2", "--effect", "AEGL-3"], None, None),
    ],
)
def test_published_values_come_out_as_json(call, words, name, value):
    done = call("model", *words, "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["notice"] == SCREENING_NOTICE
    if value is not None:
        found = next(iter(told["values"].values())) if name is None else told["values"][name]
        assert found["value"] == pytest.approx(value, rel=1e-4)


RELEASE = [
    "plume_distance",
    "--threshold",
    "1 mg/m3",
    "--rate",
    "1 kg/s",
    "--wind-speed",
    "5 m/s",
    "--stability",
    "D",
]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"--rate": "-1 kg/s"}, ["'rate'", "outside the range"]),
        ({"--wind-speed": "0 m/s"}, ["'wind_speed'", "0.5 to 30 m s-1"]),
        ({"--stability": "G"}, ["'stability'", "A, B, C, D, E, F"]),
        ({"--rate": "1"}, ["'rate' has no unit"]),
        ({"--rate": "1 kg"}, ["'rate' has the wrong dimension"]),
        ({"--rate": "much"}, ["'rate'"]),
        ({"--rate": None}, ["--rate"]),
        ({"--rat": "1 kg/s"}, ["--rat"]),
    ],
)
def test_a_refused_input_is_named_and_the_exit_code_is_two(call, change, words):
    given = dict(zip(RELEASE[1::2], RELEASE[2::2], strict=True)) | change
    done = call(
        "model",
        RELEASE[0],
        *(word for name, value in given.items() if value is not None for word in (name, value)),
    )
    assert done.exit_code == 2
    assert done.stdout == ""
    assert all(word in done.stderr for word in words), done.stderr


def test_a_wrong_name_offers_the_near_miss(call):
    done = call("model", "pipelin_impact_radius")
    assert done.exit_code == 2
    assert "did you mean 'pipeline_impact_radius'?" in done.stderr
    assert call("model", "show", "nothing_like_it").exit_code == 2
