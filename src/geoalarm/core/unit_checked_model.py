"""A published formula as a callable that knows its units: what each input may be, and how a run is made.

A model is a pure function in SI. Behind the door, quantities with units or plain SI numbers come in, ranges
are checked, and a :class:`~geoalarm.core.result.ModelResult` goes out. An array for an input that is one
number runs the model once for each; loops use ``name.pure`` and check for themselves.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, Final, NamedTuple

import numpy as np

from geoalarm.core.docstrings import described
from geoalarm.core.errors import InputError, RangeError, near_miss
from geoalarm.core.model_inputs import ModelInput, is_extreme
from geoalarm.core.quantities import range_text, require_range, to_si
from geoalarm.core.result import TO_BE_CONFIRMED, Measured, ModelResult

_ONE_NUMBER: Final = ("float", "float | None")
_TRUE: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class FlaggedOutputs(NamedTuple):
    """What a body returns when it has flags to raise: outputs in the order declared, and codes (``code`` or
    ``code: detail``).
    """

    values: Any
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Model:
    """A published formula as a callable with its facts; calling it gives a :class:`ModelResult`."""

    name: str
    pure: Callable[..., Any]
    inputs: Mapping[str, ModelInput]
    outputs: Mapping[str, str]
    source: str
    confirm: tuple[str, ...] = ()
    jurisdiction: str = "any"
    vintage: str = ""
    passes_to: Callable[..., Any] | None = None
    may_be_missing: frozenset[str] = frozenset()

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        return inspect.getdoc(self.pure) or ""

    @property
    def __name__(self) -> str:
        return self.pure.__name__

    @property
    def summary(self) -> str:
        """First paragraph of the docstring, on one line."""
        return " ".join(self.__doc__.partition("\n\n")[0].split())

    @property
    def signature(self) -> inspect.Signature:
        """Parameters and defaults (SI) of the body, with those it passes on in its last argument, ``**``."""
        return signature_of(self.pure, self.passes_to, frozenset(self.inputs))

    def __call__(self, *args: Any, **kwargs: Any) -> ModelResult:
        """Run the model on SI numbers or quantities with units.

        Raises
        ------
        InputError
            If a parameter is missing, unknown, of another dimension or not among its words.
        RangeError
            If a number lies outside the range of the model, or the inputs together have no finite result.
        """
        given = self._bind(args, kwargs)
        return self._result({name: self._admit(name, value) for name, value in given.items()})

    def run(self, texts: Mapping[str, object]) -> ModelResult:
        """Run the model on texts, as a command line gives them: ``{"pressure": "50 bar"}``; a number needs
        its unit.

        Several numbers stand apart by ``;`` and share the unit of the last: ``"10; 100; 1000 yr"``.

        Raises
        ------
        InputError
            As when called, and if a number with a dimension has no unit.
        """
        return self(**{name: self._read(name, text) for name, text in texts.items()})

    def describe(self) -> dict[str, Any]:
        """Parameters with units, ranges and defaults, outputs, reference and docstring, as JSON has them."""
        words = (described(inspect.getdoc(self.passes_to) or "") if self.passes_to else {}) | described(
            self.__doc__
        )
        rows = []
        for name, parameter in self.signature.parameters.items():
            spec = self.inputs[name]
            bare = parameter.default is inspect.Parameter.empty
            rows.append(
                {
                    "name": name,
                    "unit": spec.unit,
                    "range": self._range(name),
                    "required": bare,
                    "default": None if bare else parameter.default,
                    "choices": list(spec.choices),
                    "description": words.get(name, ""),
                }
            )
        return {
            "name": self.name,
            "summary": self.summary,
            "parameters": rows,
            "outputs": dict(self.outputs),
            "source": self.source,
            "to_be_confirmed": list(self.confirm),
            "jurisdiction": self.jurisdiction,
            "vintage": self.vintage,
            "text": self.__doc__,
        }

    def _bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        known = self.signature.parameters
        for name in kwargs:
            if name not in known:
                raise InputError(
                    f"input {name!r} of model {self.name!r}",
                    got="not one of its inputs",
                    hint=near_miss(name, known),
                )
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise InputError(
                f"inputs of model {self.name!r}", got=str(error), expected=str(self.signature)
            ) from error
        bound.apply_defaults()
        return dict(bound.arguments)

    def _admit(self, name: str, value: Any) -> Any:
        """One argument in SI, of the right kind and in range."""
        spec = self.inputs[name]
        default = self.signature.parameters[name].default
        if value is None and default is None:
            return None
        if spec.unit is None:
            if spec.choices and value not in spec.choices:
                folded = [choice for choice in spec.choices if choice.casefold() == str(value).casefold()]
                if len(folded) == 1:
                    return folded[0]
                raise InputError(
                    f"input {name!r} of model {self.name!r}",
                    got=repr(value),
                    expected=", ".join(spec.choices),
                    hint=near_miss(str(value), spec.choices),
                )
            return value
        number = _plain_number(value)
        admitted = to_si(value, spec.unit, name=name) if number is None else number
        require_range(name, admitted, spec.low, spec.high, unit=spec.unit, closed=spec.closed)
        return admitted

    def _read(self, name: str, text: object) -> Any:
        spec = self.inputs.get(name)
        if not isinstance(text, str) or spec is None:
            return text
        if spec.unit is not None:
            return _numbers(text, spec.unit, name=name) if ";" in text else to_si(text, spec.unit, name=name)
        parameter = self.signature.parameters[name]
        if isinstance(parameter.default, bool) or str(parameter.annotation).startswith("bool"):
            if text.casefold() not in _TRUE:
                raise InputError(
                    f"input {name!r} of model {self.name!r}", got=repr(text), expected="true or false"
                )
            return _TRUE[text.casefold()]
        return text

    def _range(self, name: str) -> str:
        spec = self.inputs[name]
        if spec.unit is None:
            return " | ".join(spec.choices) or "any"
        return range_text(spec.low, spec.high, unit=spec.unit, closed=spec.closed)

    def _run(self, admitted: Mapping[str, Any]) -> tuple[tuple[Any, ...], tuple[str, ...]]:
        """Outputs and flags of one run of the body, all finite but those that may be missing."""
        try:
            with np.errstate(all="ignore"):  # what overflows on the way is seen in the outputs
                returned = self.pure(**admitted)
        except ArithmeticError as error:
            raise self._beyond(admitted, str(error)) from error
        values, warnings = returned if isinstance(returned, FlaggedOutputs) else (returned, ())
        row = values if isinstance(values, tuple) else (values,)
        for name, value in zip(self.outputs, row, strict=True):
            if name not in self.may_be_missing and not _is_finite(value):
                raise self._beyond(admitted, f"{name} is not a finite number")
        return row, warnings

    def _beyond(self, admitted: Mapping[str, Any], got: str) -> RangeError:
        """The error of inputs that are in range each, and together beyond what can be computed."""
        told = [
            f"{name} {value:g} ({self._range(name)})"
            for name, value in admitted.items()
            if isinstance(value, float) and is_extreme(value, self.inputs[name])
        ]
        return RangeError(
            f"inputs of model {self.name!r} together are beyond it",
            got=got,
            expected="inputs that have a finite result",
            hint=f"less extreme: {', '.join(told)}" if told else "check the units",
        )

    def _run_each(self, admitted: Mapping[str, Any]) -> tuple[tuple[Any, ...], tuple[str, ...]]:
        """The same; an array for an input that is one number runs the body for each, beside other arrays."""
        kinds = {name: str(parameter.annotation) for name, parameter in self.signature.parameters.items()}
        given = {
            name: value for name, value in admitted.items() if isinstance(value, np.ndarray) and value.ndim
        }
        if not any(kinds[name] in _ONE_NUMBER for name in given):
            return self._run(admitted)
        swept = {name: value for name, value in given.items() if kinds[name].startswith("float")}
        try:
            cells = np.broadcast(*swept.values())
        except ValueError as error:
            got = ", ".join(f"{name} {value.shape}" for name, value in swept.items())
            raise InputError(
                f"inputs of model {self.name!r}", got=got, expected="lists of one length"
            ) from error
        runs = [self._run({**admitted, **dict(zip(swept, map(float, cell), strict=True))}) for cell in cells]
        if not runs:
            raise InputError(
                f"inputs of model {self.name!r}", got="an empty list", expected="at least one number"
            )
        columns = tuple(
            _stacked([row[place] for row, _ in runs], cells.shape) for place in range(len(self.outputs))
        )
        return columns, tuple(flag for _, flags in runs for flag in flags)

    def _result(self, admitted: dict[str, Any]) -> ModelResult:
        row, warnings = self._run_each(admitted)
        named = {
            name: Measured(_scalar(value), unit)
            for (name, unit), value in zip(self.outputs.items(), row, strict=True)
        }
        flags = (*(f"{TO_BE_CONFIRMED}: {item}" for item in self.confirm), *warnings)
        inputs = {name: Measured(value, self.inputs[name].unit or "") for name, value in admitted.items()}
        return ModelResult(
            self.name,
            named,
            self.source,
            inputs,
            {name: self._range(name) for name in admitted},
            flags,
            self.jurisdiction,
            self.vintage,
        )


def signature_of(
    function: Callable[..., Any], passes_to: Callable[..., Any] | None, known: frozenset[str]
) -> inspect.Signature:
    """Signature of a body; in place of its ``**`` the inputs declared beside its own, as their taker's."""
    own = inspect.signature(function)
    if passes_to is None:
        return own
    kept = {
        name: one for name, one in own.parameters.items() if one.kind is not inspect.Parameter.VAR_KEYWORD
    }
    for name, one in inspect.signature(passes_to).parameters.items():
        if name in known and name not in kept:
            kept[name] = one.replace(kind=inspect.Parameter.KEYWORD_ONLY)
    return own.replace(parameters=list(kept.values()))


def _numbers(text: str, unit: str, *, name: str) -> np.ndarray:
    """Numbers apart by ``;`` in SI; the unit of the last is that of all."""
    *first, last = (part.strip() for part in text.strip().strip(";").split(";"))
    spelled = last.lstrip("+-0123456789.eE").strip() if last[:1] in "+-.0123456789" else ""
    return np.array(
        [to_si(part if part is last else f"{part} {spelled}", unit, name=name) for part in (*first, last)]
    )


def _plain_number(value: Any) -> float | np.ndarray | None:
    """Numbers and arrays of them as they are, in SI; None for what must pass the door of units."""
    if isinstance(value, bool | str | tuple):
        return None
    if isinstance(value, Real):
        return float(value)
    if isinstance(value, list | np.ndarray) and np.asarray(value).dtype.kind in "fiu":
        return np.asarray(value, dtype=float)
    return None


def _is_finite(value: Any) -> bool:
    """Whether a number, or every number of an array, is finite; words are."""
    array = np.asarray(value)
    return array.dtype.kind != "f" or bool(np.isfinite(array).all())


def _stacked(values: list[Any], shape: tuple[int, ...]) -> np.ndarray:
    """One output of several runs as an array of the runs' shape; of objects if more than a number or word."""
    if all(np.ndim(value) == 0 and not isinstance(value, Mapping) for value in values):
        return np.array([_scalar(value) for value in values]).reshape(shape)
    whole = np.empty(len(values), dtype=object)
    whole[:] = values
    return whole.reshape(shape)


def _scalar(value: Any) -> Any:
    """An array of one number without an axis as that number."""
    return (
        value.item()
        if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0)
        else value
    )
