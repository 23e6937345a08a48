"""Models by name: what each takes, in which units and range, what it gives, and where it was published.

:func:`model` puts a pure function in SI behind the door of :class:`~geoalarm.core.unit_checked_model.Model`.
Rooms above register here; a list of models names the packages it wants, since nothing here knows them.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from importlib.abc import InspectLoader, PathEntryFinder
from importlib.machinery import ModuleSpec
from types import CodeType, MappingProxyType
from typing import Any, Final

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.model_inputs import ModelInput, at_least_zero, positive, word
from geoalarm.core.unit_checked_model import FlaggedOutputs, Model, signature_of

__all__ = [
    "FlaggedOutputs",
    "Model",
    "ModelInput",
    "at_least_zero",
    "find",
    "model",
    "models",
    "positive",
    "word",
]

_MODELS: Final[dict[str, Model]] = {}


def model(
    *,
    inputs: Mapping[str, ModelInput],
    outputs: Mapping[str, str],
    source: str,
    confirm: tuple[str, ...] = (),
    jurisdiction: str = "any",
    vintage: str = "",
    passes_to: Model | Callable[..., Any] | None = None,
    may_be_missing: tuple[str, ...] = (),
) -> Callable[[Callable[..., Any]], Model]:
    """Register a pure SI function as a model under its own name.

    Parameters
    ----------
    inputs : mapping
        Every parameter of the function and what it may be.
    outputs : mapping
        Name and SI unit of each value, in the order the function returns them (one value, a tuple, or an
        :class:`FlaggedOutputs` with flags).
    source : str
        Publication with its equation or table.
    confirm : tuple of str
        What in it was not read in its source; every result then carries ``to_be_confirmed``.
    jurisdiction, vintage : str
        Where the rule holds, and the year of its text.
    passes_to : Model or callable, optional
        What takes the inputs that the function gathers in ``**``: their defaults and descriptions are those
        of it.
    may_be_missing : tuple of str
        Outputs that are NaN or infinite in some cases, with what the docstring says it means; any other that
        is not finite is refused.

    Raises
    ------
    InputError
        If the declaration and the signature differ, or the name is taken.
    """
    strange = sorted({*may_be_missing} - {*outputs})
    if strange:
        raise InputError("outputs that may be missing", got=strange, expected=", ".join(outputs))

    def register(function: Callable[..., Any]) -> Model:
        passed = passes_to.pure if isinstance(passes_to, Model) else passes_to
        parameters = set(signature_of(function, passed, frozenset(inputs)).parameters)
        if parameters != set(inputs):
            raise InputError(
                f"declared inputs of model {function.__name__!r}",
                got=sorted(set(inputs) ^ parameters),
                expected="those of its signature",
            )
        held = _MODELS.get(function.__name__)
        if held is not None and held.pure.__module__ != function.__module__:
            raise InputError(
                f"model {function.__name__!r}", got="a second one", expected="one name, one model"
            )
        made = Model(
            function.__name__,
            function,
            MappingProxyType(dict(inputs)),
            MappingProxyType(dict(outputs)),
            source,
            confirm,
            jurisdiction,
            vintage,
            passed,
            frozenset(may_be_missing),
        )
        _MODELS[made.name] = made
        return made

    return register


def models(*packages: str) -> Mapping[str, Model]:
    """Every model of some packages by name, in alphabetical order; their modules are imported to find them.

    Parameters
    ----------
    packages : str
        Full names (``geoalarm.hazards``), searched with all that is in them.
    """
    for package in packages:
        folder = importlib.import_module(package)
        for info in pkgutil.walk_packages(folder.__path__, f"{package}."):
            importlib.import_module(info.name)
    inside = tuple(f"{package}." for package in packages)
    return MappingProxyType(
        {
            name: made
            for name, made in sorted(_MODELS.items())
            if f"{made.pure.__module__}.".startswith(inside)
        }
    )


def find(name: str, *packages: str) -> Model:
    """One model by name, among those of some packages; of their modules only the one that defines it is
    imported.

    Raises
    ------
    InputError
        If there is none, with the nearest name.
    """
    for module in _defining(name, packages):
        importlib.import_module(module)
        if name in _MODELS and _MODELS[name].pure.__module__ == module:
            return _MODELS[name]
    known = models(*packages)
    if name not in known:
        raise InputError("model", got=repr(name), expected="a name of the list", hint=near_miss(name, known))
    return known[name]


def _defining(name: str, packages: tuple[str, ...]) -> Iterator[str]:
    """Modules of some packages that define a function of this name, told by their compiled code: nothing is
    imported.
    """
    for package in packages:
        for module, code in _compiled(importlib.util.find_spec(package)):
            if any(isinstance(one, CodeType) and one.co_name == name for one in code.co_consts):
                yield module


def _compiled(spec: ModuleSpec | None) -> Iterator[tuple[str, CodeType]]:
    """Name and code of a module and of all below it, from whatever it is installed as."""
    if spec is None or not isinstance(spec.loader, InspectLoader):
        return
    code = spec.loader.get_code(spec.name)
    if code is not None:
        yield spec.name, code
    for finder, name, _ in pkgutil.iter_modules(spec.submodule_search_locations or []):
        if isinstance(finder, PathEntryFinder):
            yield from _compiled(finder.find_spec(f"{spec.name}.{name}", None))
