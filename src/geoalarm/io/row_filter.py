"""Rows to keep of a layer, by one column, told to GDAL or applied to a frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import normalize

import geopandas as gpd

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.unicode_names import same_name


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Rows to keep: ``column`` equal to a value, or at least a number."""

    column: str
    equals: int | float | str | None = None
    at_least: float | None = None


def where(keep: Sequence[RowFilter], known: list[str], *, what: str) -> str | None:
    """The rules as OGR SQL over names the layer really has.

    Raises
    ------
    InputError
        If it has no column of a rule.
    """
    parts = []
    for rule in keep:
        name = '"' + known_column(rule.column, known, what=what).replace('"', "") + '"'
        if rule.at_least is not None:
            parts.append(f"{name} >= {float(rule.at_least)!r}")
        elif isinstance(rule.equals, str):
            forms = dict.fromkeys(normalize(form, rule.equals) for form in ("NFC", "NFD"))
            quoted = ["'" + one.replace("'", "''") + "'" for one in forms]
            parts.append(f"{name} IN ({', '.join(quoted)})" if len(quoted) > 1 else f"{name} = {quoted[0]}")
        else:
            parts.append(f"{name} = {rule.equals!r}")
    return " AND ".join(parts) or None


def kept(frame: gpd.GeoDataFrame, keep: Sequence[RowFilter], *, what: str) -> gpd.GeoDataFrame:
    """The rows of a frame that meet every rule.

    Raises
    ------
    InputError
        If it has no column of a rule.
    """
    for rule in keep:
        column = frame[known_column(rule.column, list(frame.columns), what=what)]
        frame = frame[column >= rule.at_least if rule.at_least is not None else column == rule.equals]
    return frame


def known_column(column: str, known: list[str], *, what: str) -> str:
    """The column as the file spells it.

    Raises
    ------
    InputError
        If there is none; it offers the nearest.
    """
    found = same_name(column, map(str, known))
    if found is None:
        raise InputError(
            f"{what} has no column {column!r}",
            got=", ".join(map(str, known[:15])),
            expected=column,
            hint=near_miss(column, known),
        )
    return found
