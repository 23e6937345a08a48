"""The door of the models: quantities with units come in, SI floats go on; a value outside its range is refused, never moved."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from numbers import Real
from typing import Any, Final, Literal

import numpy as np
import pint

from geoalarm.core.errors import InputError, RangeError

Closed = Literal["both", "left", "right", "neither"]

_NUMBER: Final = re.compile(r"^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*$")
_POWER: Final = re.compile(r"(?<=[A-Za-z°µ])(?=-?\d)")
_GAUGE: Final = frozenset({"psig", "barg", "bar(g)", "bar g", "kpag"})
_TEMPERATURES: Final = {"c": "degC", "f": "degF"}


@lru_cache(maxsize=1)
def unit_registry() -> pint.UnitRegistry[Any]:
    """The one registry of the house; quantities of two registries cannot meet."""
    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(cache_folder=None)
    registry.formatter.default_format = "~P"
    return registry


@lru_cache(maxsize=1024)
def parse_unit(text: str, *, name: str = "unit") -> pint.Unit:
    """A unit as pint or CF spells it: ``kg/s``, ``kg s-1``, ``kW m-2``, ``degC``, ``1``.

    Raises
    ------
    InputError
        If it is not a unit; gauge pressures are refused by name, because models take absolute ones.
    """
    registry, stripped = unit_registry(), text.strip()
    if stripped.casefold() in _GAUGE:
        raise InputError(f"unit of {name}", got=repr(text), expected="an absolute pressure", mend="add the air's 1.01325 bar")
    if stripped in ("", "1"):
        return registry.Unit("dimensionless")
    whole = f"1{stripped}" if stripped.startswith("/") else stripped
    for spelling in (whole, _POWER.sub("**", whole)):
        try:
            return registry.Unit(spelling)
        except (pint.errors.PintError, ValueError, TypeError, AttributeError, SyntaxError, AssertionError):
            continue
    raise InputError(f"unit of {name}", got=repr(text), expected="a unit such as kg/s, 'kg s-1', bar, degC", mend="write 1 for none")


def to_si(value: object, unit: str, *, name: str) -> float | np.ndarray:
    """A quantity in the SI unit that a model asks for.

    Parameters
    ----------
    value : str, pint.Quantity or (number, unit)
        ``"5 m/s"``, ``Quantity(5, "m/s")`` or ``(5, "m/s")``; a bare number only where ``unit`` is ``"1"``. The number of a
        pair or of a quantity may be an array.
    unit : str
        What the model asks for, CF spelling (``"kg s-1"``); it also says which dimension is right.
    name : str
        The input, for the error.

    Returns
    -------
    float or numpy.ndarray
        In ``unit``.

    Raises
    ------
    InputError
        If there is no unit, it is not one, its dimension is another, or the value is no finite number.

    Examples
    --------
    >>> to_si("20 degC", "K", name="temperature")
    293.15
    >>> to_si((1, "bar"), "Pa", name="pressure")
    100000.0
    """
    number, spelled = _split(value, unit, name=name)
    magnitude = np.asarray(number, dtype=float)
    if not np.isfinite(magnitude).all():
        raise InputError(f"input {name!r}", got=value, expected="finite numbers", mend=f"for example '1 {unit}'")
    target = parse_unit(unit, name=name)
    try:
        converted = np.asarray(unit_registry().Quantity(magnitude, parse_unit(spelled, name=name)).to(target).magnitude, dtype=float)
    except pint.errors.DimensionalityError as error:
        hint = _TEMPERATURES.get(spelled.casefold()) if unit == "K" else None
        raise InputError(
            f"input {name!r} has the wrong dimension",
            got=value,
            expected=f"a unit like {unit}",
            mend=f"write {hint} for {spelled}" if hint else f"for example '1 {unit}'",
        ) from error
    return float(converted) if converted.ndim == 0 else converted


def convert(value: float | np.ndarray, unit: str, to: str) -> float | np.ndarray:
    """A value from one unit to another, ``convert(1, "kg s-1", "lb/min")``."""
    return to_si((value, unit), to, name="value")


def _split(value: object, unit: str, *, name: str) -> tuple[Any, str]:
    """Number and unit of anything the door accepts."""
    number: Any
    if isinstance(value, pint.Quantity):
        return value.magnitude, format(value.units, "C") or "1"
    if isinstance(value, str):
        found = _NUMBER.match(value)
        if found is None:
            raise InputError(f"input {name!r}", got=repr(value), expected="a number and its unit", mend=f"for example '1 {unit}'")
        number, spelled = float(found[1]), "percent" if found[2] == "%" else found[2]
    elif isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], str):
        number, spelled = value
    elif isinstance(value, Real | np.ndarray | np.generic | Sequence) and not isinstance(value, bool | bytes):
        number, spelled = value, ""
    else:
        raise InputError(f"input {name!r}", got=repr(value), expected="a number and its unit", mend=f"for example '1 {unit}'")
    if not spelled and unit != "1":
        raise InputError(f"input {name!r} has no unit", got=repr(value), expected=f"a unit like {unit}", mend=f"for example '1 {unit}'")
    return number, spelled or "1"


def require_range(name: str, value: float | np.ndarray, low: float, high: float, *, unit: str = "1", closed: Closed = "both") -> None:
    """Refuse a value outside the range in which a model holds; nothing is moved to the bound.

    Parameters
    ----------
    name : str
        The input, for the error.
    value : float or numpy.ndarray
        In ``unit``; NaN is outside every range.
    low, high : float
        Bounds; infinite where there is none.
    unit : str
        For the error.
    closed : {'both', 'left', 'right', 'neither'}
        Which bounds belong to the range.

    Raises
    ------
    RangeError
        If any value is outside.
    """
    array = np.asarray(value, dtype=float)
    above = array >= low if closed in ("both", "left") else array > low
    below = array <= high if closed in ("both", "right") else array < high
    if (above & below).all():
        return
    wrong = array[~(above & below)].flat[0]
    raise RangeError(
        f"input {name!r} is outside the range of the model",
        got=_with_unit(wrong, unit),
        expected=range_text(low, high, unit=unit, closed=closed),
        mend="check the unit, or use another model",
    )


def range_text(low: float, high: float, *, unit: str = "1", closed: Closed = "both") -> str:
    """A range in words: ``above 0 Pa``, ``100 to 10000 m``, ``any``."""
    lower, upper = math.isfinite(low), math.isfinite(high)
    if lower and upper:
        opened = {"both": "", "left": f", below {high:g}", "right": f", above {low:g}", "neither": ", both excluded"}[closed]
        return _with_unit(f"{low:g} to {high:g}", unit) + opened
    if lower:
        return f"{'at least' if closed in ('both', 'left') else 'above'} {_with_unit(f'{low:g}', unit)}"
    if upper:
        return f"{'at most' if closed in ('both', 'right') else 'below'} {_with_unit(f'{high:g}', unit)}"
    return "any"


def _with_unit(value: object, unit: str) -> str:
    text = value if isinstance(value, str) else f"{value:g}"
    return text if unit == "1" else f"{text} {unit}"
