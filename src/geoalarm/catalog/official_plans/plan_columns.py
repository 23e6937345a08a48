"""Columns of a plan by what they mean, however their producer spelled them, and their values as plain
text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd

from geoalarm.catalog.official_plans.plan_tables import PACKAGE
from geoalarm.core.reference_rows import rows

SHAPEFILE_NAME: Final = 10
"""Longest name of a column in a shapefile."""

_EMPTY: Final = frozenset({"", "nan", "none", "null", "nat", "<na>", "n/a", "na", "-", "sans objet"})


def plain(text: object) -> str:
    """Small letters without accents, one blank between words."""
    decomposed = unicodedata.normalize("NFKD", str(text))
    bare = "".join(one for one in decomposed if not unicodedata.combining(one))
    return " ".join(bare.replace("\u2019", "'").casefold().split())


def spelling(column: object) -> str:
    """A name of a column as names are compared: letters and digits, and letters that stand twice only once:
    ``occurence`` is ``Occurrence``.
    """
    return re.sub(r"([a-z])\1+", r"\1", re.sub(r"[^a-z0-9]", "", plain(column)))


@lru_cache(maxsize=1)
def _known() -> Mapping[str, tuple[str, ...]]:
    """Spellings of each field, whole and as a shapefile cuts them."""
    found: dict[str, list[str]] = {}
    for row in rows(PACKAGE, "column_spellings"):
        name = row["column"]
        found.setdefault(row["field"], []).extend([spelling(name), spelling(name[:SHAPEFILE_NAME])])
    return MappingProxyType({field: tuple(dict.fromkeys(names)) for field, names in found.items()})


def column_of(frame: pd.DataFrame, field: str) -> str | None:
    """The column of a frame that holds a field; None where it has none. The standard's own word first."""
    held = {spelling(name): str(name) for name in reversed(frame.columns) if name != "geometry"}
    return next((held[name] for name in _known()[field] if name in held), None)


def read_otherwise(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """Columns of a frame under a name that no standard gives them, and the standard's own word for each."""
    found = []
    for field in _known():
        column, own = column_of(frame, field), _own_words(field)
        if column is not None and column.casefold() not in {
            word[:n] for word in own for n in (None, SHAPEFILE_NAME)
        }:
            found.append((column, own[0]))
    return found


@lru_cache(maxsize=64)
def _own_words(field: str) -> tuple[str, ...]:
    """Names of a field in the standards, in small letters."""
    listed = [row for row in rows(PACKAGE, "column_spellings") if row["field"] == field]
    return tuple(row["column"].casefold() for row in listed if row["kind"] == "standard")


def values_of(frame: pd.DataFrame, field: str) -> pd.Series:
    """A field as text, blanks gone, whole numbers without a point; empty where it has no value or no
    column.
    """
    column = column_of(frame, field)
    if column is None:
        return pd.Series("", index=frame.index, dtype="object")
    return frame[column].map(as_text).astype("object")


def as_text(value: object) -> str:
    """A value as its producer meant it: ``349.0`` of a shapefile is ``349``; a date is ISO 8601."""
    if value is None or (not isinstance(value, str) and bool(pd.isna(value))):  # type: ignore[call-overload]
        return ""
    if isinstance(value, pd.Timestamp) or hasattr(value, "isoformat"):
        return str(value.isoformat())[:10]
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    text = " ".join(str(value).split())
    return "" if plain(text) in _EMPTY else text


def dates_of(frame: pd.DataFrame, field: str) -> pd.Series:
    """A field of days as ISO 8601, however it is written: ``29/04/2003`` and ``20030429`` too."""
    return values_of(frame, field).map(_iso_date).astype("object")


def _iso_date(text: str) -> str:
    day_first = re.match(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text)
    if day_first:
        day, month, year = day_first.groups()
        return f"{year}-{int(month):02}-{int(day):02}"
    joined = re.fullmatch(r"(\d{4})[/.]?(\d{2})[/.]?(\d{2})", text)
    return "-".join(joined.groups()) if joined else text[:10]


def is_yes(value: str) -> bool:
    """Whether a flag is set: ``oui``, ``O``, ``true``, ``1``."""
    return plain(value) in {"oui", "o", "yes", "y", "true", "t", "vrai", "v", "1"}


def plan_number(text: str) -> str:
    """Year and number of a procedure, by which it is told apart however its service is written: ``20010005``
    of ``38DDT20010005`` and of ``N_ZONE_ALEA_PPRN_20010005_S_038``. The whole text where it has none.
    """
    found = re.search(r"(?<!\d)(\d{8})(?!\d)", text)
    return found.group(1) if found else plain(text)


def years(value: str) -> float:
    """A return period in a text [yr]: ``100``, ``Q100``, ``100 ans``, ``centennale``; NaN where there is
    none.
    """
    text = plain(value)
    words = {
        "decennale": 10.0,
        "vicennale": 20.0,
        "cinquantennale": 50.0,
        "centennale": 100.0,
        "millennale": 1000.0,
    }
    for word, period in words.items():
        if text.startswith(word[:-2]):
            return period
    found = re.fullmatch(r"(?:[qtp]\s*=?\s*)?(\d+(?:[.,]\d+)?)\s*(?:ans?)?", text)
    number = float(found.group(1).replace(",", ".")) if found else float("nan")
    return number if number >= 1 else float("nan")
