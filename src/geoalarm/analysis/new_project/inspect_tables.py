"""Look at tables without outlines, CSV and Excel: their columns, and whether a commune has several rows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pandas as pd

from geoalarm.analysis.new_project.column_meanings import code_columns
from geoalarm.analysis.new_project.inspected_layer import InspectedColumn, InspectedLayer
from geoalarm.catalog.written_numbers import people_from_cells
from geoalarm.core.errors import GeoalarmError
from geoalarm.io.people_tables import WholeTable, whole_tables

MOST_VALUES: Final = 60
"""A column with more values does not say which rows are meant: it would be a list too long to choose from."""
_DIGITS: Final = r"-?\d[\d\s.,'’]*"
_WORLD: Final = (-180.0, -90.0, 180.0, 90.0)


def inspect_tables(path: Path) -> Iterator[InspectedLayer]:
    """Every table of a workbook or a text; those without two columns are left out.

    Raises
    ------
    InputError
        If the file is damaged or hostile.
    """
    found = [one for one in whole_tables(path) if len(one.cells) and len(one.cells.columns) > 1]
    for table in found:
        yield _layer(path, table, sheet=table.sheet if len(found) > 1 else "")


def _layer(path: Path, table: WholeTable, *, sheet: str) -> InspectedLayer:
    cells = table.cells
    columns = tuple(_column(cells[name]) for name in cells.columns)
    codes = [column.name for column in code_columns(columns)]
    return InspectedLayer(
        path,
        "table",
        "",
        _WORLD,
        len(cells),
        layer=sheet,
        columns=columns,
        delimiter=table.delimiter if table.delimiter not in ("", ",") else "",
        row_choices=_row_choices(cells, codes),
    )


def _column(cells: pd.Series) -> InspectedColumn:
    """A column; numbers however they are written, so that a code is a number too."""
    held = cells.dropna()
    seen = held.astype("str").str.strip().drop_duplicates()
    try:
        numbers = people_from_cells(held, what="")
    except GeoalarmError:  # no numbers, or such as are not surely counts: whoever opens the table tells
        numbers = pd.Series(dtype="float64")
    is_number = bool(len(held)) and bool(held.astype("str").str.fullmatch(_DIGITS).all())
    return InspectedColumn(
        str(cells.name),
        is_number,
        tuple(seen.head(MOST_VALUES)),
        len(seen),
        bool(len(held) == len(cells)),
        float(numbers.min()) if len(numbers) else math.nan,
        float(numbers.max()) if len(numbers) else math.nan,
    )


def _row_choices(cells: pd.DataFrame, codes: list[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Columns each of whose values has one row a code, where a code has several rows."""
    if len(codes) != 1 or not cells[codes[0]].duplicated().any():
        return ()
    text = cells.astype("str")
    return tuple(
        (str(name), tuple(sorted(text[name].unique())))
        for name in text.columns
        if name != codes[0]
        and 1 < text[name].nunique() <= MOST_VALUES
        and not text.duplicated([codes[0], name]).any()
    )
