"""Which rows of a file are meant: rules over its columns, for OGR and for tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from geoalarm.core.errors import InputError, near_miss


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Rows to keep: ``column`` equal to a value, or at least a number."""

    column: str
    equals: int | float | str | None = None
    at_least: float | None = None


def sql_where(keep: Sequence[RowFilter], known: Mapping[str, str], *, what: str) -> str | None:
    """The rules as OGR SQL over names the layer really has."""
    parts = []
    for rule in keep:
        require_known(rule.column, list(known), what=what)
        wanted = _as_stored(rule.equals, known[rule.column])
        name = '"' + rule.column.replace('"', "") + '"'
        if rule.at_least is not None:
            parts.append(f"{name} >= {float(rule.at_least)!r}")
        elif isinstance(wanted, str):
            parts.append(f"{name} = '" + wanted.replace("'", "''") + "'")
        else:
            parts.append(f"{name} = {wanted!r}")
    return " AND ".join(parts) or None


def _as_stored(value: int | float | str | None, dtype: Any) -> int | float | str | None:
    """A value to compare with, as the column holds its values: numbers in text, text that is a number."""
    is_number = pd.api.types.is_numeric_dtype(dtype)
    if isinstance(value, str) and is_number:
        number = pd.to_numeric(pd.Series([value]), errors="coerce").iloc[0]
        return value if pd.isna(number) else number.item()
    return value if value is None or is_number else str(value)


def kept_rows(frame: gpd.GeoDataFrame, keep: Sequence[RowFilter], *, what: str) -> gpd.GeoDataFrame:
    """The rows that meet every rule."""
    for rule in keep:
        require_known(rule.column, list(frame.columns), what=what)
        column = frame[rule.column]
        wanted = _as_stored(rule.equals, column.dtype)
        frame = frame[column >= rule.at_least if rule.at_least is not None else column == wanted]
    return frame


def require_known(column: str, known: list[str], *, what: str) -> None:
    """Refuse a column that the file does not have, and offer the near miss.

    Raises
    ------
    InputError
        If ``column`` is not among the known ones.
    """
    if column not in known:
        raise InputError(
            f"{what} has no column {column!r}",
            got=", ".join(map(str, known[:15])),
            expected=column,
            hint=near_miss(column, known),
        )
