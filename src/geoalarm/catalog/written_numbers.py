"""Counts of people as tables write them: 1 234, 1'234, 1.234,5 or 1,234.5; what is not surely a count is
refused.

The rule, for a whole column:

1. A blank of any width or an apostrophe before groups of three digits parts thousands.
2. Of a dot and a comma in one number the last is the decimal sign, the other parts thousands; a sign that
   stands twice or more parts thousands.
3. One dot or comma is the decimal sign where it cannot part thousands: not three digits behind it, more than
   three or a leading zero before it, thousands parted by a blank or an apostrophe already.
4. What is left (1.234) is read as the rest of the column is: by a number that rules 2 and 3 settle, of the
   same sign or of the other. Where nothing settles it, it is refused.
5. A column whose numbers contradict each other is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from geoalarm.core.errors import InputError
from geoalarm.core.field_hints import FieldHint

_BLANKS: Final = "\u0020\u00a0\u2007\u2009\u202f"
_GROUPS: Final = re.compile(rf"\d{{1,3}}(?:([{_BLANKS}'’])\d{{3}})(?:\1\d{{3}})*(?:[.,]\d+)?", re.ASCII)
_MARKED: Final = re.compile(r"\d+(?:[.,]\d+)*", re.ASCII)

Use = Literal["decimal", "thousands"]
_OTHER: Final = {".": ",", ",": "."}


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    """A number with at most one dot or comma whose use is known, or with one that the column has to tell."""

    text: str
    uses: tuple[tuple[str, Use], ...] = ()
    open_sign: str = ""


def without_no_data(cells: pd.Series, numbers: Sequence[float] | str) -> pd.Series:
    """Cells of a column, those with a number that means "not known" emptied; ``none``: there is no such."""
    if isinstance(numbers, str) or not numbers:
        return cells
    return cells.mask(cells.map(lambda cell: _bare_number(cell) in numbers).astype(bool), None)


def _bare_number(cell: object) -> float | None:
    try:
        return float("".join(str(cell).split()).replace(",", "."))
    except ValueError:
        return None


def people_from_cells(cells: pd.Series, *, what: str) -> pd.Series:
    """Counts of people of a column of cells; an empty cell is NaN, never 0.

    Parameters
    ----------
    cells : pandas.Series
        Numbers, texts or None; the index is the number of the row in the file, the name is the column.
    what : str
        The file.

    Returns
    -------
    pandas.Series of float
        People [1].

    Raises
    ------
    InputError
        With row and column of the first cell that is not surely a count.
    """
    numbers = {row: _written(cell) for row, cell in cells.items() if isinstance(cell, str)}
    for row, written in numbers.items():
        if written is None:
            raise _refused(cells, row, what=what)
    known = {row: written for row, written in numbers.items() if written is not None}
    uses = _uses(known, cells, what=what)
    values = [
        _value(known[row], uses, cells, row, what=what)
        if row in known
        else _plain(cell, cells, row, what=what)
        for row, cell in cells.items()
    ]
    return pd.Series(values, index=cells.index, name=cells.name, dtype="float64")


def _written(text: str) -> WrittenNumber | None:
    """How a number is written; None of any other text."""
    plain = text.strip(_BLANKS + "\t\r\n")
    parted = _GROUPS.fullmatch(plain)
    if parted:
        plain = plain.replace(parted.group(1), "")
        marks = re.findall("[.,]", plain)
        return WrittenNumber(plain, tuple((mark, "decimal") for mark in marks))
    return _with_marks(plain) if _MARKED.fullmatch(plain) else None


def _with_marks(plain: str) -> WrittenNumber | None:
    marks = re.findall("[.,]", plain)
    if not marks:
        return WrittenNumber(plain)
    *before, last = marks
    if len(set(marks)) == 2:
        is_sound = set(before) == {_OTHER[last]} and _is_grouped(plain.rpartition(last)[0], _OTHER[last])
        return WrittenNumber(plain, ((last, "decimal"), (_OTHER[last], "thousands"))) if is_sound else None
    if before:
        return WrittenNumber(plain, ((last, "thousands"),)) if _is_grouped(plain, last) else None
    whole, _, fraction = plain.partition(last)
    if len(fraction) != 3 or len(whole) > 3 or whole.startswith("0"):
        return WrittenNumber(plain, ((last, "decimal"),))
    return WrittenNumber(plain, open_sign=last)


def _is_grouped(text: str, sign: str) -> bool:
    return re.fullmatch(rf"\d{{1,3}}(?:{re.escape(sign)}\d{{3}})+", text) is not None


def _uses(known: dict[Any, WrittenNumber], cells: pd.Series, *, what: str) -> dict[str, Use]:
    """What each sign stands for in the column, and so the other one."""
    told: dict[str, tuple[Use, Any]] = {}
    for row, written in known.items():
        for sign, use in written.uses:
            earlier, where = told.setdefault(sign, (use, row))
            if earlier != use:
                raise InputError(
                    f"{what}, rows {where} and {row}, column {cells.name!r}: {sign!r} stands for two things",
                    got=f"{str(cells[where])!r} and {str(cells[row])!r}",
                    expected="one way of writing numbers",
                    hint="write the column as plain numbers, without thousands separators",
                )
    uses: dict[str, Use] = {sign: use for sign, (use, _) in told.items()}
    for sign, use in tuple(uses.items()):
        uses.setdefault(_OTHER[sign], "thousands" if use == "decimal" else "decimal")
    return uses


def _value(written: WrittenNumber, uses: dict[str, Use], cells: pd.Series, row: Any, *, what: str) -> float:
    if written.open_sign and written.open_sign not in uses:
        text = written.text
        raise InputError(
            f"{what}, row {row}, column {cells.name!r}: is {text} {float(text.replace(',', '.')):g} or "
            f"{text.replace(written.open_sign, '')}?",
            got=repr(str(cells[row])),
            expected="a number that can be read in one way only, somewhere in the column",
            hint="write the column as plain numbers, without thousands separators",
        )
    own: dict[str, Use] = {**uses, **dict(written.uses)}
    text = written.text
    for sign in ".,":
        if sign in text and own[sign] == "thousands":
            text = text.replace(sign, "")
    return float(text.replace(",", "."))


def _plain(cell: object, cells: pd.Series, row: Any, *, what: str) -> float:
    """A cell that holds no text: a number of a workbook, or nothing."""
    if cell is None or (isinstance(cell, float) and np.isnan(cell)):
        return np.nan
    if isinstance(cell, int | float | np.number) and not isinstance(cell, bool) and 0 <= cell < np.inf:
        return float(cell)
    raise _refused(cells, row, what=what)


def _refused(cells: pd.Series, row: Any, *, what: str) -> InputError:
    cell, number = str(cells[row]), _bare_number(cells[row])
    hint: str = "empty the cell where the number is not known, or correct it"
    if "%" in cell:
        hint = "name the column of counts; shares cannot be added up"
    elif re.match(r"\s*[<>≤≥~±]|\s*\d+\s*[-–]\s*\d+\s*$", cell):
        hint = "a range is no count: empty the cell, then the number is not known"
    elif number is not None and number < 0:
        hint = FieldHint(
            "if it means that the number is not known, state so: {no_data_value}; else correct the cell",
            no_data_value=f"{number:.15g}",
        )
    return InputError(
        f"{what}, row {row}, column {cells.name!r} is not surely a count of people",
        got=repr(cell[:60]),
        expected="a number such as 1234, 1 234 or 1.234,5; or nothing",
        hint=hint,
    )
