"""One place on the dimensions beside x and y: by exact values, of dates in the calendar of the file."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.field_hints import FieldHint
from geoalarm.core.unicode_names import nfc
from geoalarm.io.cf_axes import GridAxes
from geoalarm.io.cf_time import date_labels, is_time

_SHOWN: Final = 6
_MOST_VALUES: Final = 1_000_000
_YEAR: Final = re.compile(r"\d{4}")


def chosen_places(
    data: xr.Dataset, name: str, axes: GridAxes, select: Mapping[str, str], path: Path
) -> dict[str, int]:
    """Where to cut each dimension beside x and y: from its name to a place from 0.

    Raises
    ------
    InputError
        If a dimension with several values has none chosen, a value is not among them, or a name is no
        dimension.
    """
    dims = [str(dim) for dim in data.variables[name].dims if dim not in (axes.x, axes.y)]
    names = {_name_of(data, dim, select): dim for dim in dims}
    for wanted in select:
        if wanted not in names:
            raise InputError(
                f"{path.name}, variable {name} has no dimension {wanted!r} to choose in",
                got=wanted,
                expected=", ".join(names) or "none: it is one map",
                hint=near_miss(wanted, names) if names else "leave it out",
            )
    return {dim: _place(data, dim, called, select.get(called), path) for called, dim in names.items()}


def _name_of(data: xr.Dataset, dim: str, select: Mapping[str, str]) -> str:
    """What a dimension is called: by its own name, or by another coordinate along it that is chosen in."""
    others = (str(one) for one in select if one in data.variables and data.variables[one].dims == (dim,))
    return dim if dim in select else next(others, dim)


def _place(data: xr.Dataset, dim: str, called: str, wanted: str | None, path: Path) -> int:
    count = data.sizes[dim]
    if wanted is None and count == 1:
        return 0
    if count == 0 or count > _MOST_VALUES:
        raise InputError(
            f"{path.name}, dimension {dim}", got=f"{count} values", expected="some", hint="export it again"
        )
    labels = labels_of(data, called if called in data.variables else dim, count)
    if wanted is None:
        raise InputError(
            f"{path.name} holds {count} values of {dim}: which one is meant?",
            got=shown(labels),
            expected="one of them",
            hint=FieldHint("name one: {select}", select=f"{dim}={labels[-1]}"),
        )
    found = [place for place, label in enumerate(labels) if _is_same(label, wanted)]
    if len(found) == 1:
        return found[0]
    near = nearest(labels, wanted)
    raise InputError(
        f"{path.name} has no {called} {wanted}" if not found else f"{path.name} has {called} {wanted} twice",
        got=shown(labels),
        expected="one of them, exactly",
        hint=FieldHint("nearest: " + ", ".join(near) + "; name one: {select}", select=f"{called}={near[0]}"),
    )


def labels_of(data: xr.Dataset, name: str, count: int) -> list[str]:
    """The values of a coordinate as a reader writes them; places from 1 where a dimension has none."""
    if name not in data.variables or data.variables[name].ndim not in (1, 2):
        return [str(place) for place in range(1, count + 1)]
    stated = data.variables[name]
    if is_time(stated.attrs):
        return date_labels(stated)
    values = stated.values
    if values.dtype.kind == "S" and values.ndim == 2:  # texts of NetCDF 3: one letter a cell
        values = np.array([b"".join(row).rstrip(b"\0 ") for row in values])
    if values.ndim != 1:
        return [str(place) for place in range(1, count + 1)]
    return [_label(one) for one in values]


def _label(value: Any) -> str:
    if isinstance(value, bytes):
        return nfc(value.decode("utf-8", "replace").rstrip("\0 "))
    if isinstance(value, np.floating | np.integer):
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else str(value)
    return nfc(str(value))


def _is_same(label: str, wanted: str) -> bool:
    wanted = nfc(wanted.strip())
    if label == wanted:
        return True
    try:
        return math.isclose(float(label), float(wanted), rel_tol=1e-12)
    except ValueError:
        pass
    return _instant(label) is not None and _instant(label) == _instant(wanted)


def _instant(text: str) -> str | None:
    """A date as text of one form: ``2020-01-01T00:00:00``; None of anything else. Calendars may have days
    that others have not, so that no library reads it.
    """
    found = re.fullmatch(
        r"(\d{1,4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.0*)?)?)?Z?", text.strip()
    )
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"


def shown(labels: Sequence[str]) -> str:
    """The first values, the last one, and how many there are."""
    if len(labels) <= _SHOWN:
        return ", ".join(labels)
    return ", ".join(labels[: _SHOWN - 1]) + f", ... {labels[-1]} ({len(labels)} values)"


def nearest(labels: Sequence[str], wanted: str) -> list[str]:
    """Up to three values near to one that is not there, the nearest first."""
    numbers = pd.to_numeric(pd.Series([*labels, wanted]), errors="coerce").to_numpy()
    if not np.isnan(numbers).any():
        order = np.argsort(np.abs(numbers[:-1] - numbers[-1]), kind="stable")
        return [labels[place] for place in order[:3]]
    instants = [_instant(label) or "" for label in labels]
    if moment := _instant(wanted) or _instant(
        f"{wanted}-01-01" if _YEAR.fullmatch(wanted) else f"{wanted}-01"
    ):
        places = sorted(range(len(labels)), key=lambda place: abs(_days(instants[place]) - _days(moment)))
        return [labels[place] for place in places[:3]]
    return difflib.get_close_matches(wanted, labels, n=3, cutoff=0.0) or list(labels[:3])


def _days(instant: str) -> float:
    """About how many days since the year 0: to compare, not to count."""
    numbers = [int(part) for part in re.findall(r"\d+", instant)] or [0, 1, 1, 0, 0, 0]
    year, month, day, hour, minute, second = (*numbers, 0, 0, 0)[:6]
    return year * 365.25 + month * 30.44 + day + (hour * 3600 + minute * 60 + second) / 86_400
