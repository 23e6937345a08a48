"""Models by name: declarations agree with signatures, doors refuse by name, docstring examples run."""

from __future__ import annotations

import doctest
import importlib
import json
import re
import subprocess
import sys

import numpy as np
import pytest

from geoalarm.core.errors import InputError, RangeError
from geoalarm.core.registry import (
    FlaggedOutputs,
    Model,
    ModelInput,
    at_least_zero,
    model,
    positive,
    word,
)
from geoalarm.core.result import SCREENING_NOTICE
from geoalarm.hazards import industrial


def _body(mass: float, *, wind: float = 5.0, kind: str = "a", shut: bool = False, note: str | None = None):
    """Mass over wind.

    Parameters
    ----------
    mass : float
        What is there
        [kg].
    wind : float
        How fast [m s-1].
    """
    return FlaggedOutputs((mass / wind, mass), ("low_wind",) if wind < 1 else ())


@pytest.fixture
def sample() -> Model:
    inputs = {
        "mass": positive("kg"),
        "wind": ModelInput("m s-1", 0.5, 20),
        "kind": word("a", "b"),
        "shut": ModelInput(None),
        "note": word(),
    }
    return Model(
        "sample", _body, inputs, {"ratio": "kg s m-1", "mass": "kg"}, "nobody, eq. 1", confirm=("the ratio",)
    )


def test_numbers_are_si_and_quantities_are_turned_into_it(sample: Model) -> None:
    assert (
        sample(10.0)["ratio"] == sample("10 kg", wind="5 m/s")["ratio"] == sample((0.01, "t"))["ratio"] == 2.0
    )
    assert sample(np.array([1.0, 2.0])).value.tolist() == [0.2, 0.4]
    assert isinstance(sample(np.array(10.0)).value, float)


def test_a_result_says_where_it_comes_from(sample: Model) -> None:
    result = sample(1.0, wind=0.5)
    assert result.warnings == ("to_be_confirmed: the ratio", "low_wind")
    assert result.valid_range["wind"] == "0.5 to 20 m s-1"
    assert result.inputs["wind"] == (0.5, "m s-1")
    told = json.loads(json.dumps(result.as_dict(), allow_nan=False))
    assert (told["source"], told["notice"]) == ("nobody, eq. 1", SCREENING_NOTICE)


def test_texts_need_units(sample: Model) -> None:
    assert sample.run({"mass": "1 t", "shut": "true"})["ratio"] == 200.0
    with pytest.raises(InputError, match="'mass' has no unit"):
        sample.run({"mass": "1"})
    with pytest.raises(InputError, match="true or false"):
        sample.run({"mass": "1 kg", "shut": "perhaps"})


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        ({"mass": -1.0}, RangeError, "'mass' is outside"),
        ({"mass": 0.0}, RangeError, "'mass' is outside"),
        ({"mass": float("nan")}, RangeError, "'mass' is outside"),
        ({"mass": 1.0, "wind": 0.0}, RangeError, "'wind' is outside"),
        ({"mass": "1 m"}, InputError, "'mass' has the wrong dimension"),
        ({"mass": None}, InputError, "'mass'"),
        ({"mass": True}, InputError, "'mass'"),
        ({"mass": 1.0, "kind": "c"}, InputError, "'kind'"),
        ({"mas": 1.0}, InputError, "did you mean 'mass'"),
        ({}, InputError, "mass"),
    ],
)
def test_what_a_model_refuses_names_the_input(sample: Model, call: dict, error: type, words: str) -> None:
    with pytest.raises(error, match=re.escape(words)):
        sample(**call)


def test_a_model_describes_itself(sample: Model) -> None:
    told = json.loads(json.dumps(sample.describe()))
    assert told["summary"] == "Mass over wind."
    assert [
        (row["name"], row["unit"], row["range"], row["required"], row["description"])
        for row in told["parameters"]
    ][:2] == [
        ("mass", "kg", "1e-06 to 1e+09 kg", True, "What is there [kg]."),
        ("wind", "m s-1", "0.5 to 20 m s-1", False, "How fast [m s-1]."),
    ]


def test_a_declaration_that_differs_from_its_signature_is_refused() -> None:
    with pytest.raises(InputError, match="declared inputs"):
        model(inputs={"x": at_least_zero("m")}, outputs={"y": "m"}, source="s")(lambda z: z)


def test_unknown_models_are_named_with_the_nearest() -> None:
    with pytest.raises(InputError, match="model"):
        industrial.find("no_such_model")


@pytest.mark.parametrize("name", sorted(industrial.models()))
def test_every_model_has_reference_units_text_and_an_example_that_runs(name: str) -> None:
    made = industrial.find(name)
    told = json.loads(json.dumps(made.describe(), allow_nan=False))
    assert told["summary"]
    assert told["source"]
    assert "Reference" in made.__doc__, "a docstring names its reference"
    assert all(row["description"] for row in told["parameters"]), [
        row["name"] for row in told["parameters"] if not row["description"]
    ]
    module = importlib.import_module(made.pure.__module__)
    examples = doctest.DocTestParser().get_doctest(made.__doc__, dict(vars(module)), name, None, 0)
    assert examples.examples, "a docstring holds a worked example"
    report: list[str] = []
    assert doctest.DocTestRunner().run(examples, out=report.append).failed == 0, "".join(report)


def test_inputs_that_a_model_passes_on_are_its_own() -> None:
    """Names, defaults, ranges, descriptions of what ``**`` gathers are those of the model that takes it."""
    fire = industrial.find("pool_fire")
    told = {row["name"]: row for row in fire.describe()["parameters"]}
    assert list(told)[:3] == ["distance", "diameter", "fuel"]
    flame = {row["name"]: row for row in industrial.find("pool_flame").describe()["parameters"]}
    assert told["soot_share"] == flame["soot_share"]
    assert all(row["description"] for row in told.values())
    with pytest.raises(InputError, match="did you mean 'soot_share'"):
        fire("50 m", 10, soot_shares=0.5)
    with pytest.raises(RangeError, match="'soot_share'"):
        fire("50 m", 10, soot_share=1.5)
    assert fire("50 m", 10).inputs["air_density"].value == 1.2


def test_one_model_is_found_without_the_others() -> None:
    code = (
        "import sys; from geoalarm.analysis import find_model; find_model('pipeline_impact_radius');"
        "print(sorted(name for name in sys.modules if name.startswith('geoalarm.hazards.industrial.')))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "pipelines" in said
    assert "dispersion" not in said
