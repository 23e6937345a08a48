"""Which variable of a NetCDF file or a Zarr store holds the data: not bounds, grid mappings, coordinates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import xarray as xr

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.field_hints import FieldHint
from geoalarm.core.unicode_names import nfc
from geoalarm.io.cf_attributes import text_of_attribute
from geoalarm.io.cf_axes import curvilinear, has_grid

_NAMES_OTHERS: Final = ("bounds", "climatology", "coordinates", "cell_measures", "grid_mapping", "geometry")
"""Attributes with names of variables that are no data of their own."""

_SHOWN: Final = 12


def split_group(variable: str | None) -> tuple[str, str | None]:
    """Group and name of ``GROUP/NAME``."""
    group, _, name = (variable or "").strip("/").rpartition("/")
    return group, name or None


def data_variables(data: xr.Dataset) -> list[str]:
    """Variables on a grid that hold numbers of their own."""
    named = {word.strip(":") for one in data.variables.values() for word in _others(one.attrs)}
    return sorted(
        str(name)
        for name, one in data.variables.items()
        if name not in named
        and name not in data.sizes
        and one.dtype.kind in "uifb"
        and has_grid(data, str(name))
    )


def _others(attributes: Mapping[str, Any]) -> list[str]:
    return [word for key in _NAMES_OTHERS for word in text_of_attribute(attributes.get(key)).split()]


def chosen_variable(
    data: xr.Dataset, variable: str | None, path: Path, *, in_groups: Callable[[], Sequence[str]] = tuple
) -> str:
    """The name of the variable that is read: the stated one, or the only one that holds data.

    Parameters
    ----------
    in_groups : callable
        Variables of groups; asked where nothing else holds data.

    Raises
    ------
    InputError
        If there is no such variable, it holds no real numbers, or there are several and none is stated.
    """
    wanted = split_group(variable)[1]
    if wanted is not None:
        found = next((str(name) for name in data.variables if nfc(str(name)) == nfc(wanted)), None)
        if found is None:
            raise _unknown(data, str(variable), path)
        _require_numbers(data.variables[found], found, path)
        return found
    found_data = data_variables(data)
    if len(found_data) == 1:
        return found_data[0]
    if not found_data:
        deeper = in_groups()
        raise _only_in_groups(deeper, path) if deeper else _no_data(data, path)
    raise InputError(
        f"{path.name} holds {len(found_data)} variables: which one is meant?",
        got=described(data, found_data),
        expected="one variable",
        hint=FieldHint("name one: {variable}", variable=found_data[0]),
    )


def described(data: xr.Dataset, names: list[str]) -> str:
    """Variables with their long names and units, as a reader chooses among them."""
    words = []
    for name in names[:_SHOWN]:
        facts = data.variables[name].attrs
        told = (text_of_attribute(facts.get("long_name")), text_of_attribute(facts.get("units")))
        inside = ", ".join(one for one in told if one)
        words.append(f"{name} ({inside})" if inside else name)
    return ", ".join(words) + (", ..." if len(names) > _SHOWN else "")


def _require_numbers(cells: xr.Variable, name: str, path: Path) -> None:
    if cells.dtype.kind not in "uifb":
        raise InputError(
            f"{path.name}, variable {name}",
            got=str(cells.dtype),
            expected="real numbers",
            hint="name another one",
        )


def _unknown(data: xr.Dataset, variable: str, path: Path) -> InputError:
    names = data_variables(data) or [str(name) for name in data.variables]
    return InputError(
        f"{path.name} has no variable {variable!r}",
        got=described(data, names) or "no variables",
        expected="the name of one of them",
        hint=near_miss(variable, names),
    )


def _only_in_groups(names: Sequence[str], path: Path) -> InputError:
    return InputError(
        f"{path.name} holds its variables in groups: which one is meant?",
        got=", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else ""),
        expected="one variable, with its group",
        hint=FieldHint("name one: {variable}", variable=names[0]),
    )


def _no_data(data: xr.Dataset, path: Path) -> InputError:
    """No variable on a grid: what there is, and what helps."""
    curved = [str(name) for name, one in data.variables.items() if one.ndim == 2 and _is_place(one.attrs)]
    if curved:
        return curvilinear(
            path, curved, next((str(n) for n in data.data_vars if n not in curved), "VARIABLE")
        )
    shown = ", ".join(f"{name} ({', '.join(map(str, one.dims))})" for name, one in data.variables.items())
    return InputError(
        f"{path.name} holds no variable on a grid",
        got=shown[:240] or "no variables",
        expected="a variable with coordinates of x and y (CF: axis, standard_name, or units degrees_east)",
        hint="write it with its coordinates; ncdump -h shows what a file holds",
    )


def _is_place(attributes: Mapping[str, Any]) -> bool:
    return text_of_attribute(attributes.get("standard_name")) in (
        "longitude",
        "latitude",
    ) or text_of_attribute(attributes.get("units")).startswith("degrees_")
