"""A small figure for the page of each model, made from what the model declares and from its own worked
example.

By default: the first output over the first number among the inputs, within the range of the model and a
decade round the example, which is marked. ``model_looks`` says otherwise where that would show nothing.
"""

from __future__ import annotations

import doctest
import importlib
import math
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from figure_svg import Bars, Curve, Grid, draw, rough_sweep, unit_text
from geoalarm.analysis.model_calculator import find_model, models
from geoalarm.core.errors import InputError, RangeError
from geoalarm.core.quantities import convert
from geoalarm.core.registry import Model
from geoalarm.core.result import ModelResult
from model_looks import LOOKS, SPECIAL, Look

SHOWN: Final = MappingProxyType(
    {"Pa": "kPa", "W m-2": "kW m-2", "J kg-1": "MJ kg-1", "radian": "degree", "kg mol-1": "g mol-1"}
)
"""Unit of a figure for a unit of the models, where the latter gives long numbers."""

_THIN: Final = ("concentration", "threshold")
"""Inputs and outputs in kg m-3 that are shown in mg m-3; densities are not."""


class _Recorder:
    """A model that keeps what it was asked and what it gave."""

    def __init__(self, made: Model) -> None:
        self._made = made
        self.results: list[ModelResult] = []

    def __call__(self, *args: Any, **kwargs: Any) -> ModelResult:
        self.results.append(self._made(*args, **kwargs))
        return self.results[-1]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._made, name)


def worked(made: Model) -> tuple[ModelResult, ...]:
    """Results of the worked example in a model's docstring, in its order."""
    module = importlib.import_module(made.pure.__module__)
    names = {**vars(module), made.name: (recorder := _Recorder(made))}
    for example in doctest.DocTestParser().get_examples(made.__doc__):
        exec(compile(example.source, made.name, "exec"), names)  # noqa: S102
    return tuple(recorder.results)


def figure(made: Model) -> Curve | Bars | Grid:
    """What to draw for a model."""
    return _figure(made.name)


@cache
def _figure(name: str) -> Curve | Bars | Grid:
    made = find_model(name)
    if made.name in SPECIAL:
        return SPECIAL[made.name]()
    look = LOOKS.get(made.name, Look())
    examples = worked(made)
    first = examples[0]
    axis = look.axis or _main_input(made, first)
    output = look.output or _main_output(first, look)
    low, high, is_log_x = _ends(made, axis, first.inputs[axis].value, look)
    given = {name: item.value for name, item in first.inputs.items() if item.value is not None} | dict(
        look.given
    )
    alike = [one for one in examples if not look.is_another_case and _same_but(one, first, axis)]
    marks = sorted({_mark(one, axis, output, look.labels) for one in alike})
    x = np.union1d(rough_sweep(low, high, is_log=is_log_x), [at for at, _ in marks if low <= at <= high])
    y = _values(made, given, axis, x, output=output, labels=look.labels)
    to_x = _Scale(axis, made.inputs[axis].unit or "1", look.x_unit)
    to_y = _Scale(output, "1" if look.labels else made.outputs[output], look.unit)
    return Curve(
        to_x.label,
        to_y.label,
        to_x(x),
        to_y(y),
        tuple((float(to_x(at)), float(to_y(value))) for at, value in marks if low <= at <= high),
        labels=look.labels,
        is_log_x=is_log_x,
        is_log_y=not look.labels and _is_wide(y, look),
        is_stepped=look.is_stepped,
    )


def words(made: Model, drawn: Curve | Bars | Grid) -> str:
    """What a figure shows, for those who do not see it."""
    if isinstance(drawn, Bars):
        return (
            f"Bars of {drawn.label}: " + "; ".join(f"{name} {value:.4g}" for name, value in drawn.bars) + "."
        )
    if isinstance(drawn, Grid):
        return f"Cells by {drawn.x_label} and {drawn.y_label}."
    said = f"{drawn.y_label} over {drawn.x_label}"
    if not drawn.marks:
        return f"{said}."
    x, y = drawn.marks[0]
    value = drawn.labels[int(y)] if drawn.labels else f"{y:.4g}"
    return f"{said}; the worked example is marked: {value} at {x:.4g}."


def picture(made: Model) -> tuple[str, str]:
    """The figure of a model as SVG, and its words."""
    drawn = figure(made)
    said = words(made, drawn)
    return draw(drawn, title=made.name.replace("_", " "), words=said), said


def pictures() -> dict[str, tuple[str, str]]:
    """SVG and words of every model by name."""
    return {name: picture(made) for name, made in models().items()}


def _main_input(made: Model, first: ModelResult) -> str:
    for name, spec in made.inputs.items():
        value = first.inputs[name].value
        if spec.unit is not None and isinstance(value, int | float) and not isinstance(value, bool):
            return name
    raise InputError(f"figure of model {made.name!r}", got="no number among its inputs", expected="a look")


def _main_output(first: ModelResult, look: Look) -> str:
    for name, item in first.values.items():
        if look.labels or np.asarray(item.value).dtype.kind in "fi":
            return name
    raise InputError(
        f"figure of model {first.model!r}", got="no number among its outputs", expected="a look with labels"
    )


def _ends(made: Model, axis: str, at: Any, look: Look) -> tuple[float, float, bool]:
    """Where the axis starts and ends, and whether it is logarithmic."""
    spec = made.inputs[axis]
    around = (at / 10, at * 10) if isinstance(at, int | float) and at > 0 else (0.0, 1.0)
    low = max(around[0], spec.low) if math.isnan(look.low) else look.low
    high = min(around[1], spec.high) if math.isnan(look.high) else look.high
    if spec.closed in ("right", "neither") and low == spec.low:
        low += (high - low) * 1e-3
    if spec.closed in ("left", "neither") and high == spec.high:
        high -= (high - low) * 1e-3
    is_log = "x" in look.log if look.log is not None else low > 0 and high > 20 * low
    return low, high, is_log


def _values(
    made: Model, given: Mapping[str, Any], axis: str, x: np.ndarray, *, output: str, labels: tuple[str, ...]
) -> np.ndarray:
    """The output at each place of the axis; NaN where the model refuses."""
    found = []
    for value in x:
        try:
            item = made(**{**given, axis: value})[output]
        except (RangeError, InputError):
            item = math.nan
        found.append(_number(item, labels))
    return np.array(found, dtype=float)


def _number(item: Any, labels: tuple[str, ...]) -> float:
    if labels and isinstance(item, str):
        return float(labels.index(item))
    return float(np.asarray(item, dtype=float).ravel()[0])


def _mark(one: ModelResult, axis: str, output: str, labels: tuple[str, ...]) -> tuple[float, float]:
    return float(np.asarray(one.inputs[axis].value).ravel()[0]), _number(one[output], labels)


def _same_but(one: ModelResult, first: ModelResult, axis: str) -> bool:
    at = one.inputs[axis].value
    return isinstance(at, int | float) and all(
        str(item.value) == str(first.inputs[name].value) for name, item in one.inputs.items() if name != axis
    )


def _is_wide(y: np.ndarray, look: Look) -> bool:
    """Whether the values want a logarithmic axis."""
    known = y[np.isfinite(y)]
    wide = known.size > 0 and known.min() > 0 and known.max() > 50 * known.min()
    return bool(wide) if look.log is None else "y" in look.log


class _Scale:
    """Values of one input or output in the unit of the figure, and its name with it."""

    def __init__(self, name: str, unit: str, asked: str) -> None:
        thin = unit == "kg m-3" and any(part in name for part in _THIN)
        self._unit, self._to = unit or "1", asked or ("mg m-3" if thin else SHOWN.get(unit, unit)) or "1"
        plain = name.replace("_", " ")
        self.label = plain if self._to == "1" else f"{plain} [{unit_text(self._to)}]"

    def __call__(self, value: Any) -> np.ndarray:
        given = np.asarray(value, dtype=float)
        if self._unit == self._to:
            return given
        return np.where(np.isfinite(given), convert(np.nan_to_num(given), self._unit, self._to), math.nan)
