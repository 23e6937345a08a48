"""People of a table on the outlines of communes, joined by the official code."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from geoalarm.catalog import codes
from geoalarm.catalog.written_numbers import people_from_cells, without_no_data
from geoalarm.core.english_counts import counted
from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.field_hints import FieldHint
from geoalarm.core.join_record import JoinRecord
from geoalarm.core.model import Communes
from geoalarm.core.unicode_names import nfc

_WHOLE: Final = re.compile(r"(\d+)\.0+")
"""A code that a spreadsheet kept as a number."""

_KEY: Final = re.compile(r"([A-Z]{2})[:_](\S+)")


def join_outlines(
    table: pd.DataFrame,
    communes: Communes,
    *,
    code: str,
    people: str,
    country: str | None = None,
    no_data_value: Sequence[float] | str = (),
    what: str,
) -> tuple[gpd.GeoDataFrame, JoinRecord]:
    """A table of people by commune as polygons.

    Parameters
    ----------
    table : pandas.DataFrame
        Cells as they are written (:func:`geoalarm.io.people_tables.read_table`).
    communes : Communes
        The outlines, with their official codes.
    code, people : str
        Columns of the table.
    country : str, optional
        Of all codes that name none: only communes of it are looked at.
    no_data_value : sequence of float or "none"
        Numbers of people that mean the same as an empty cell.

    Returns
    -------
    geopandas.GeoDataFrame, JoinRecord
        ``commune_id`` (the table's code where it has no commune), ``people`` under the table's name [1; NaN
        where not known], geometry (None where the code has no commune). A commune without a row has NaN.

    Raises
    ------
    InputError
        If codes are empty beside a number of people, stand twice, are those of several communes, or none is a
        commune's; if a cell is not surely a count.
    """
    numbers = people_from_cells(without_no_data(table[people], no_data_value), what=what)
    written = table[code].map(_code_text)
    _require_codes(written, numbers, column=code, what=what)
    written = written[(written != "") & ~(numbers.isna() & table[code].map(_is_note))]
    index, zeros = _places(written, communes, country=country, column=code, what=what)
    _require_once(written, index, column=code, what=what)
    found = index >= 0
    if not found.any():
        raise _nothing_joined(written, communes, column=code, what=what)
    record = JoinRecord(
        column=code,
        joined=int(found.sum()),
        codes_without_commune=tuple(written[~found]),
        communes_without_row=tuple(np.delete(communes.ids.to_numpy(), index[found])),
        people_without_commune=float(numbers[written.index][~found].sum()),
        codes_given_zeros=zeros,
    )
    return _polygons(written, numbers, index, communes, people=people), record


def _polygons(
    written: pd.Series, numbers: pd.Series, index: np.ndarray, communes: Communes, *, people: str
) -> gpd.GeoDataFrame:
    """Rows with a commune, rows without one that hold people, and communes without a row."""
    ids, outlines = communes.ids.to_numpy(), communes.data.geometry.to_numpy()
    found = index >= 0
    counts = numbers[written.index].to_numpy()
    lost = ~found & ~np.isnan(counts)
    bare = np.setdiff1d(np.arange(len(ids)), index[found])
    return gpd.GeoDataFrame(
        {
            "commune_id": [*ids[index[found]], *written[lost], *ids[bare]],
            people: np.concatenate([counts[found], counts[lost], np.full(len(bare), np.nan)]),
        },
        geometry=[*outlines[index[found]], *[None] * int(lost.sum()), *outlines[bare]],
        crs=communes.data.crs,
    )


def _is_note(cell: object) -> bool:
    """Whether a cell holds words, as notes below a table do."""
    return isinstance(cell, str) and len(cell.split()) > 1


def _code_text(cell: object) -> str:
    """A code as text, blanks of any width gone; a number of a spreadsheet without its decimals."""
    if cell is None or (isinstance(cell, float) and np.isnan(cell)):
        return ""
    text = "".join(nfc(str(cell)).split())
    whole = _WHOLE.fullmatch(text)
    return whole.group(1) if whole else text


def _places(
    written: pd.Series, communes: Communes, *, country: str | None, column: str, what: str
) -> tuple[np.ndarray, int]:
    """Row of the commune of each code, -1 where there is none; and how many codes got zeros back."""
    by_key = {commune: place for place, commune in enumerate(communes.ids)}
    by_code = _by_code(communes, country)
    widths = {len(one) for one in by_code if one.isdecimal()} if by_code else set()
    width = widths.pop() if len(widths) == 1 else 0
    zeros, places = 0, []
    for row, text in written.items():
        key = _KEY.fullmatch(text.upper())
        found = (
            [by_key[f"{key[1]}:{key[2]}"]]
            if key and f"{key[1]}:{key[2]}" in by_key
            else by_code.get(text, [])
        )
        if not found and text.isdecimal() and len(text) < width:
            found = by_code.get(text.zfill(width), [])
            zeros += bool(found)
        if len(found) > 1:
            raise _two_countries(text, row, [str(communes.ids[place]) for place in found], column, what)
        places.append(found[0] if found else -1)
    return np.array(places, dtype="int64"), zeros


def _by_code(communes: Communes, country: str | None) -> dict[str, list[int]]:
    """Rows of communes, of one country where it is known, by their code without the country."""
    found: dict[str, list[int]] = {}
    for place, (held, code) in enumerate(zip(*codes.parts(pd.Series(communes.ids)), strict=True)):
        if country is None or held in ("", country):
            found.setdefault(str(code), []).append(place)
    return found


def _require_codes(written: pd.Series, numbers: pd.Series, *, column: str, what: str) -> None:
    """Refuse people without a code: a total below the table, or a place that nobody can find."""
    lost = (written == "") & numbers.notna() & (numbers != 0)
    if lost.any():
        row = lost.index[lost][0]
        raise InputError(
            f"{what}, row {row}, column {column!r} is empty",
            got=f"{numbers[row]:g} people without a code, and {counted(lost.sum() - 1, 'more such row')}",
            expected="a code in every row of people",
            hint="complete the code; take a line of totals out of the table",
        )


def _require_once(written: pd.Series, index: np.ndarray, *, column: str, what: str) -> None:
    keys = pd.Series(np.where(index >= 0, index.astype("str"), written), index=written.index)
    twice = keys.duplicated(keep=False)
    if twice.any():
        first = keys[twice].iloc[0]
        rows = keys.index[keys == first]
        raise InputError(
            f"{what}, column {column!r}: {written[rows[0]]} stands in rows {rows[0]} and {rows[1]}",
            got=f"{counted(keys[twice].nunique(), 'code')} in several rows",
            expected="one row a commune",
            hint=FieldHint(
                "say which rows are meant: {keep}",
                otherwise="keep one row a commune in the table: one year, one age class, one sex",
                keep="[{column: YEAR, equals: 2021}]",
            ),
        )


def _two_countries(text: str, row: object, ids: list[str], column: str, what: str) -> InputError:
    return InputError(
        f"{what}, row {row}, column {column!r}: the code {text} is that of several communes",
        got=", ".join(ids),
        expected="one commune a code",
        hint=f"write the country before the code: {ids[0]}; or give each country a table of its own",
    )


def _nothing_joined(written: pd.Series, communes: Communes, *, column: str, what: str) -> InputError:
    known: Mapping[str, object] = dict.fromkeys(map(str, codes.parts(pd.Series(communes.ids))[1]))
    return InputError(
        f"{what}, column {column!r}: no code is that of a commune",
        got=", ".join(written.unique()[:5]) or "no code",
        expected=", ".join(list(known)[:5]),
        hint=near_miss(str(written.iloc[0]), list(known)[:200]) if len(written) else "check the table",
    )
