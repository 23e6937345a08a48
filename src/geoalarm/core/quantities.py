"""The door of the models: quantities with units come in, SI floats go on; a value outside its range is
refused, never moved.
"""

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
_GAUGE: Final = {
    "psig": "psi",
    "psi(g)": "psi",
    "barg": "bar",
    "bar(g)": "bar",
    "bar g": "bar",
    "kpag": "kPa",
    "kpa(g)": "kPa",
}
_ABSOLUTE: Final = {
    "psia": "psi",
    "psi(a)": "psi",
    "bara": "bar",
    "bar(a)": "bar",
    "bar a": "bar",
    "kpaa": "kPa",
    "kpa(a)": "kPa",
}
_ABOVE_THE_AIR: Final = frozenset({"gauge_pressure", "overpressure"})
_AMBIGUOUS: Final = {"ton": "t (1000 kg) or short_ton (907 kg)", "tons": "t (1000 kg) or short_ton (907 kg)"}
_GROUPED: Final = re.compile(r"^\s*[+-]?\d+(,\d|[ \u00a0\u202f]\d{3}\b(?!/))")
_TEMPERATURES: Final = {"c": "degC", "f": "degF"}


@lru_cache(maxsize=1)
def unit_registry() -> pint.UnitRegistry[Any]:
    """The one registry of the house; quantities of two registries cannot meet."""
    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(cache_folder=None)
    registry.formatter.default_format = "~P"
    registry.define("ppb = 1e-9")
    registry.define("@alias ppm = ppmv")
    return registry


@lru_cache(maxsize=1024)
def parse_unit(text: str, *, name: str = "unit") -> pint.Unit:
    """A unit as pint or CF spells it: ``kg/s``, ``kg s-1``, ``kW m-2``, ``degC``, ``1``.

    Raises
    ------
    InputError
        If it is not a unit, or may be two: ``ton``. A gauge pressure is refused where an absolute one is
        asked for, and an absolute one where the pressure above the air's is (``gauge_pressure``,
        ``overpressure``).
    """
    registry, stripped = unit_registry(), text.strip()
    if stripped in _AMBIGUOUS:
        raise InputError(
            f"unit of {name}", got=repr(text), expected="one unit", hint=f"write {_AMBIGUOUS[stripped]}"
        )
    above, folded = name in _ABOVE_THE_AIR, stripped.casefold()
    if folded in (_ABSOLUTE if above else _GAUGE):
        if above:
            raise InputError(
                f"unit of {name}",
                got=repr(text),
                expected="a pressure above that of the air",
                hint="take off 1.01325 bar",
            )
        raise InputError(
            f"unit of {name}",
            got=repr(text),
            expected="an absolute pressure",
            hint="add the air's 1.01325 bar",
        )
    stripped = (_GAUGE | _ABSOLUTE).get(folded, stripped)
    if stripped in ("", "1"):
        return registry.Unit("dimensionless")
    whole = f"1{stripped}" if stripped.startswith("/") else stripped
    for spelling in (whole, _POWER.sub("**", whole)):
        try:
            return registry.Unit(spelling)
        except (pint.errors.PintError, ValueError, TypeError, AttributeError, SyntaxError, AssertionError):
            continue
    raise InputError(
        f"unit of {name}",
        got=repr(text),
        expected="a unit such as kg/s, 'kg s-1', bar, degC",
        hint="write 1 for none",
    )


def to_si(value: object, unit: str, *, name: str) -> float | np.ndarray:
    """A quantity in the SI unit that a model asks for.

    Parameters
    ----------
    value : str, pint.Quantity or (number, unit)
        ``"5 m/s"``, ``Quantity(5, "m/s")`` or ``(5, "m/s")``; a bare number only where ``unit`` is ``"1"``.
        The number of a pair or of a quantity may be an array.
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
        raise InputError(
            f"input {name!r}", got=value, expected="finite numbers", hint=f"for example '1 {unit}'"
        )
    target = parse_unit(unit, name=name)
    try:
        converted = np.asarray(
            unit_registry().Quantity(magnitude, parse_unit(spelled, name=name)).to(target).magnitude,
            dtype=float,
        )
    except pint.errors.DimensionalityError as error:
        raise InputError(
            f"input {name!r} has the wrong dimension",
            got=value,
            expected=f"a unit like {unit}",
            hint=_mend(spelled, unit),
        ) from error
    return float(converted) if converted.ndim == 0 else converted


def _mend(spelled: str, unit: str) -> str:
    """What to write instead of a unit of another dimension."""
    hint = _TEMPERATURES.get(spelled.casefold()) if unit == "K" else None
    if hint:
        return f"write {hint} for {spelled}"
    if unit == "kg m-3" and parse_unit(spelled).dimensionless:
        return "turn a share of volume into a mass per volume with share_to_concentration"
    return f"for example '1 {unit}'"


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
            raise InputError(
                f"input {name!r}",
                got=repr(value),
                expected="a number and its unit",
                hint=f"for example '1 {unit}'",
            )
        if _GROUPED.match(value):
            raise InputError(
                f"input {name!r}",
                got=repr(value),
                expected="a point for decimals and nothing between thousands",
                hint="0.5, 1000",
            )
        number, spelled = float(found[1]), "percent" if found[2] == "%" else found[2]
    elif isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], str):
        number, spelled = value
    elif isinstance(value, Real | np.ndarray | np.generic | Sequence) and not isinstance(value, bool | bytes):
        number, spelled = value, ""
    else:
        raise InputError(
            f"input {name!r}",
            got=repr(value),
            expected="a number and its unit",
            hint=f"for example '1 {unit}'",
        )
    if not spelled and unit != "1":
        raise InputError(
            f"input {name!r} has no unit",
            got=repr(value),
            expected=f"a unit like {unit}",
            hint=f"for example '1 {unit}'",
        )
    return number, spelled or "1"


def require_range(
    name: str, value: float | np.ndarray, low: float, high: float, *, unit: str = "1", closed: Closed = "both"
) -> None:
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
        hint="check the unit, or use another model",
    )


def range_text(low: float, high: float, *, unit: str = "1", closed: Closed = "both") -> str:
    """A range in words: ``above 0 Pa``, ``100 to 10000 m``, ``any``."""
    lower, upper = math.isfinite(low), math.isfinite(high)
    if lower and upper:
        opened = {
            "both": "",
            "left": f", below {high:g}",
            "right": f", above {low:g}",
            "neither": ", both excluded",
        }[closed]
        return _with_unit(f"{low:g} to {high:g}", unit) + opened
    if lower:
        return f"{'at least' if closed in ('both', 'left') else 'above'} {_with_unit(f'{low:g}', unit)}"
    if upper:
        return f"{'at most' if closed in ('both', 'right') else 'below'} {_with_unit(f'{high:g}', unit)}"
    return "any"


def _with_unit(value: object, unit: str) -> str:
    text = value if isinstance(value, str) else f"{value:g}"
    return text if unit == "1" else f"{text} {unit}"
