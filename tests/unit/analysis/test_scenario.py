"""The scenario file: read whole, refused with the field, what was got and the near miss."""

from pathlib import Path

import pytest

from geoalarm.analysis.scenario import FootprintChoice, Options, read_scenario, scenario_from
from geoalarm.core.errors import Faults, InputError

WHOLE = """
name: meuse
title: The Meuse and its neighbours
catalog: catalog.yml
communes: [fr, be]
population: grid
footprints:
  - entry: flood
    parameters: {return_period: [10, 100, 1000], country: FR}
    bounds: [0.5, 1, 2]
  - entry: slides
options: {seam: share, annual_expectation: log-linear, union: false}
"""
LEAST = {"name": "a", "communes": "c", "population": "p", "footprints": [{"entry": "f"}]}


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "scenario.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_whole_scenario_is_read(tmp_path):
    scenario = read_scenario(write(tmp_path, WHOLE))
    assert (scenario.name, scenario.title) == ("meuse", "The Meuse and its neighbours")
    assert scenario.catalog == tmp_path / "catalog.yml"
    assert scenario.communes == ("fr", "be")
    assert scenario.populations == ("grid",)
    assert scenario.footprints[0] == FootprintChoice(
        "flood", {"return_period": (10, 100, 1000), "country": ("FR",)}, (0.5, 1.0, 2.0)
    )
    assert scenario.footprints[1] == FootprintChoice("slides")
    assert scenario.options == Options(seam="share", annual_expectation="log-linear", union=False)
    assert str(tmp_path) not in str(scenario.as_dict())


def test_what_is_left_out_has_a_safe_default():
    scenario = scenario_from(LEAST)
    assert scenario.options == Options()
    assert scenario.title == "a"
    assert scenario.catalog is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"comunes": ["x"]}, ["field comunes: unknown field", "did you mean 'communes'?"]),
        ({"footprints": []}, ["field footprints", "at least 1"]),
        (
            {"footprints": [{"entry": "f", "bound": [1]}]},
            ["field footprints.0.bound: unknown field", "did you mean 'bounds'?"],
        ),
        (
            {"footprints": [{"entry": "f", "bounds": ["deep"]}]},
            ["field footprints.0.bounds.0", "'deep'", "number"],
        ),
        ({"footprints": [{"entry": "f", "bounds": [float("inf")]}]}, ["footprints.0.bounds.0", "finite"]),
        ({"options": {"seam": "nearst"}}, ["field options.seam", "'nearst'", "'nearest'"]),
        ({"options": {"seam": "line"}}, ["seam_line", "give both"]),
        ({"options": {"seem": "line"}}, ["field options.seem: unknown field", "did you mean 'seam'?"]),
        ({"communes": []}, ["field communes", "at least 1"]),
        ({"name": None}, ["field name", "None"]),
    ],
)
def test_a_wrong_field_is_named_with_its_mend(change, words):
    with pytest.raises(InputError) as caught:
        scenario_from({**LEAST, **change})
    assert all(word in str(caught.value) for word in words), str(caught.value)
    assert "\n" not in str(caught.value)


def test_several_faults_are_raised_once():
    with pytest.raises(Faults) as caught:
        scenario_from({"name": "a", "titel": "b"})
    assert len(caught.value.faults) == 4
    assert "field communes: missing" in caught.value.sentence()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [1", "is not YAML"),
        ("- 1\n- 2\n", "holds no keys"),
        ("", "holds no keys"),
        ("!!python/object/apply:os.system [ls]", "line 1: tag"),
        ("a: &b [1]\nc: [*b, *b]", "line 1: anchor or alias"),
        ("a: " + "[" * 20 + "]" * 20, "nested too deeply; got 13 levels; expected at most 12"),
        ("a: 1\na: 2", "line 2: the key stands twice"),
    ],
)
def test_a_file_that_is_no_scenario_is_refused(tmp_path, text, words):
    with pytest.raises(InputError, match=words):
        read_scenario(write(tmp_path, text))


def test_a_missing_or_huge_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read_scenario(tmp_path / "no.yml")
    with pytest.raises(InputError, match="too large"):
        read_scenario(write(tmp_path, "name: " + "a" * 1_100_000))
