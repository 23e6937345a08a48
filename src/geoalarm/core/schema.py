"""One dictionary of fields: dtype, unit and description of every column that leaves the house."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd


@dataclass(frozen=True, slots=True)
class Field:
    """A column: pandas dtype, unit (CF spelling, ``1`` for counts and shares, empty for text), meaning."""

    dtype: str
    unit: str
    description: str


FIELDS: Final[dict[str, Field]] = {
    "commune_id": Field("str", "", "country and official code, e.g. FR:59350 or BE:57081"),
    "hazard": Field("str", "", "hazard, e.g. flood"),
    "scenario": Field("str", "", "scenario of the layer; empty where there is one only"),
    "return_period_yr": Field("float64", "yr", "return period; NaN where the layer has no probability"),
    "intensity_class": Field("str", "", "class of intensity, e.g. [0.5, 1) or SEL"),
    "basis": Field("str", "", "modelled, statutory, observed or illustrative"),
    "population": Field(
        "float64",
        "1",
        "people known in the commune; NaN where the population layer tells nothing of it",
    ),
    "population_exposed": Field("float64", "1", "people in the class; NaN unless state is exposed or zero"),
    "population_exposed_low": Field(
        "float64", "1", "people in population units that lie wholly in the class"
    ),
    "population_exposed_high": Field(
        "float64",
        "1",
        "people in all population units the class touches; NaN where one is not known",
    ),
    "mapped_share": Field("float64", "1", "share of the commune's area that the layer covers, 0 to 1"),
    "area_exposed_km2": Field(
        "float64", "km2", "area of the commune in the class; NaN where nothing is mapped"
    ),
    "state": Field("str", "", "exposed, zero, not_studied, outside_coverage or suppressed"),
    "source_ids": Field("str", "", "sources of the figure, joined by |"),
    "caveats": Field("str", "", "caveat keys, joined by |; empty where there are none"),
}
"""The exposure table, in column order."""

KEY: Final = ("commune_id", "hazard", "scenario", "return_period_yr", "intensity_class", "basis")
"""Columns that together name one row of the exposure table."""

VALUES: Final = tuple(name for name in FIELDS if name not in KEY)


def conform(table: pd.DataFrame) -> pd.DataFrame:
    """The table with exactly the columns of :data:`FIELDS`, in order, in their dtypes, sorted by key.

    Raises
    ------
    KeyError
        If a column is missing.
    """
    attrs, dtypes = dict(table.attrs), table.dtypes
    others = {name: field.dtype for name, field in FIELDS.items() if dtypes[name] != field.dtype}
    out = table[list(FIELDS)]
    if others:
        out = out.astype(others)
    out.attrs = attrs
    return out


def join_keys(keys: object) -> str:
    """Caveat keys or source ids as one cell: unique, in first-seen order, joined by ``|``."""
    return "|".join(dict.fromkeys(str(key) for key in keys if key))  # type: ignore[attr-defined]


def split_keys(cell: str) -> list[str]:
    """The inverse of :func:`join_keys`."""
    return [key for key in str(cell).split("|") if key]
