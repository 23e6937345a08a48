"""Which rows of a file are meant: rules over its columns, for OGR and for tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

import geopandas as gpd
import pandas as pd

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.unicode_names import nfc, same_name


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
        column = known_column(rule.column, list(known), what=what)
        wanted = _as_stored(rule.equals, known[column])
        name = '"' + column.replace('"', "") + '"'
        if rule.at_least is not None:
            parts.append(f"{name} >= {float(rule.at_least)!r}")
        elif isinstance(wanted, str):
            parts.append(f"{name} {_equal_to(wanted)}")
        else:
            parts.append(f"{name} = {wanted!r}")
    return " AND ".join(parts) or None


def _equal_to(text: str) -> str:
    """A text in either spelling of its accents, as SQL."""
    forms = dict.fromkeys(normalize(form, text) for form in ("NFC", "NFD"))
    quoted = ["'" + one.replace("'", "''") + "'" for one in forms]
    return f"IN ({', '.join(quoted)})" if len(quoted) > 1 else f"= {quoted[0]}"


def _as_stored(value: int | float | str | None, dtype: Any) -> int | float | str | None:
    """A value to compare with, as the column holds its values: numbers in text, text that is a number."""
    is_number = pd.api.types.is_numeric_dtype(dtype)
    if isinstance(value, str) and is_number:
        number = pd.to_numeric(pd.Series([value.replace("_", "")]), errors="coerce").iloc[0]
        return value if pd.isna(number) else number.item()
    return value if value is None or is_number else str(value)


def kept_rows(frame: gpd.GeoDataFrame, keep: Sequence[RowFilter], *, what: str) -> gpd.GeoDataFrame:
    """The rows that meet every rule."""
    for rule in keep:
        column = frame[known_column(rule.column, list(frame.columns), what=what)]
        wanted = _as_stored(rule.equals, column.dtype)
        if isinstance(wanted, str):
            column, wanted = column.map(lambda one: nfc(one) if isinstance(one, str) else one), nfc(wanted)
        frame = frame[column >= rule.at_least if rule.at_least is not None else column == wanted]
    return frame


def known_column(column: str, known: list[str], *, what: str) -> str:
    """The column as the file spells it.

    Raises
    ------
    InputError
        If ``column`` is not among the known ones; it offers the near miss.
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
