"""No model ignores what it is given: an input changes the result, is refused, or its description says when it
counts.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pytest

from geoalarm.analysis import models
from geoalarm.core.errors import GeoalarmError
from geoalarm.core.registry import Model, ModelInput
from model_figures import worked

TYPICAL: Final[Mapping[str, tuple[float, ...]]] = MappingProxyType(
    {
        "m": (0.03, 3.0, 30.0),
        "m2": (1e-4, 0.01),
        "Pa": (2e5, 5e6),
        "K": (250.0, 300.0, 350.0),
        "s": (30.0, 3000.0),
        "1": (0.3, 0.7, 2.0),
        "kg m-3": (0.8, 2.0, 20.0, 1000.0),
        "kg mol-1": (0.02, 0.1),
        "J kg-1": (4e5, 4e7),
        "J kg-1 K-1": (1e3, 2e3),
        "W m-2": (2e4, 2e5),
        "m s-1": (1.0, 7.0),
    }
)
"""Values to try for an input that the example leaves out, by its unit."""

WORDS: Final[Mapping[str, tuple[Any, ...]]] = MappingProxyType(
    {"substance": ("ammonia", "chlorine", "propane", "hydrogen"), "beyond": (True, False)}
)
"""Words to try for inputs without a list of choices."""


def _values(name: str, spec: ModelInput, given: Any) -> Iterator[Any]:
    """Other values of an input, within its range."""
    if spec.unit is None:
        yield from (word for word in (*spec.choices, *WORDS.get(name, ())) if word != given)
        return
    if given is None:
        tried: tuple[Any, ...] = TYPICAL.get(spec.unit, ((spec.low + spec.high) / 2,))
    elif isinstance(given, int | float | np.floating | np.integer):
        tried = (
            tuple(given * factor for factor in (1.3, 0.7, 3.0, 0.1))
            if given
            else TYPICAL.get(spec.unit, (1.0,))
        )
        tried = (*tried, given + 1.0)
    else:
        tried = (np.asarray(given) * 1.3, np.asarray(given) * 0.7)
    yield from (
        value
        for value in tried
        if np.all(np.asarray(value) >= spec.low) and np.all(np.asarray(value) <= spec.high)
    )


def _outputs(model: Model, given: Mapping[str, Any]) -> tuple[Any, ...] | None:
    try:
        return tuple(item.value for item in model(**given).values.values())
    except GeoalarmError:
        return None


def _same(one: Any, other: Any) -> bool:
    try:
        return bool(np.array_equal(np.asarray(one, float), np.asarray(other, float), equal_nan=True))
    except (TypeError, ValueError):
        return str(one) == str(other)


def _cases(model: Model) -> list[dict[str, Any]]:
    """The worked examples, each also with every other word of its inputs."""
    shown = [{name: item.value for name, item in one.inputs.items()} for one in worked(model)]
    changed = [
        {**case, name: word}
        for case, (name, spec) in itertools.product(shown, model.inputs.items())
        for word in spec.choices
    ]
    return [case for case in (*shown, *changed) if _outputs(model, case) is not None]


def _unchanged(model: Model, given: Mapping[str, Any], base: tuple[Any, ...]) -> bool:
    made = _outputs(model, given)
    return made is not None and all(map(_same, made, base))


def ignored(model: Model) -> dict[str, dict[str, Any]]:
    """Inputs that in some case change nothing and are not refused, with the case."""
    found: dict[str, dict[str, Any]] = {}
    for case in _cases(model):
        base = _outputs(model, case)
        assert base is not None
        for name, spec in model.inputs.items():
            if name in found:
                continue
            values = list(_values(name, spec, case[name]))
            if values and all(_unchanged(model, {**case, name: value}, base) for value in values):
                found[name] = case
    return found


STEPPED: Final = frozenset(
    {
        ("exposure_class", "cutoffs"),
        ("exposure_class", "population"),
        ("flood_frequency", "return_period_max"),
        ("hazard_to_people", "all_from"),
        ("mmr_cell", "site"),
        ("severity", "sei"),
        ("severity", "sel"),
        ("severity", "sels"),
    }
)
"""Inputs of models that give a class: one class holds many values."""

SAID: Final = re.compile(r"\bonly\b|\bno effect\b|^To flag\b", re.IGNORECASE)
"""How a description says when its input counts."""


@pytest.mark.parametrize("name", sorted(models()))
def test_an_input_changes_the_result_is_refused_or_its_description_says_when_it_counts(name: str) -> None:
    model = models()[name]
    described = {row["name"]: row["description"] for row in model.describe()["parameters"]}
    silent = {
        item: case
        for item, case in ignored(model).items()
        if (name, item) not in STEPPED and not SAID.search(described[item])
    }
    assert not silent
