"""A table without outlines, CSV or Excel: the columns that are asked for, as they are written.

Above the table may stand titles, below it notes: the header is the first row that holds all the names.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import pandas as pd

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.field_hints import FieldHint
from geoalarm.core.unicode_names import nfc
from geoalarm.io import archives, workbooks
from geoalarm.io.paths import regular_file
from geoalarm.io.row_filters import RowFilter
from geoalarm.io.unsupported_formats import head_of, not_opened, unsupported_format
from geoalarm.io.workbooks import WORKBOOK_ENDINGS, Cell, NumberedRow

TEXT_ENDINGS: Final = (".csv", ".tsv", ".txt")
TABLE_ENDINGS: Final = (*TEXT_ENDINGS, *WORKBOOK_ENDINGS)
MAX_TEXT_BYTES: Final = 512 * 2**20
HEADER_WITHIN: Final = 50
"""How many rows are looked through for the header."""
MOST_ROWS: Final = 200_000
"""Of a table that is looked at whole."""

_DELIMITERS: Final = (";", "\t", ",", "|")
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


def is_table(path: Path) -> bool:
    """Whether a file is a workbook or a text of columns."""
    if workbooks.is_workbook(path):
        return True
    if not path.is_file() or path.suffix.lower() not in TEXT_ENDINGS:
        return False
    head = head_of(path)
    return head.startswith(_UTF16) or (b"\0" not in head and unsupported_format(path) is None)


def read_table(
    path: Path,
    columns: Sequence[str],
    *,
    sheet: str | None = None,
    member: str | None = None,
    delimiter: str | None = None,
    keep: Sequence[RowFilter] = (),
) -> pd.DataFrame:
    """Columns of a table, every cell as it is written.

    Parameters
    ----------
    columns : sequence of str
        Names in the header; blanks and line breaks in them count as one blank.
    sheet : str, optional
        Of a workbook; may be left out where one sheet holds the columns.
    member : str, optional
        Of a zip archive.
    delimiter : str, optional
        Of a text; without it the one that parts a header with all the names.
    keep : sequence of RowFilter
        Only rows that meet every rule.

    Returns
    -------
    pandas.DataFrame
        The columns, of objects; empty cells are None. The index is the number of the row in the file, from 1.
        Rows that are empty in all of them are left out.

    Raises
    ------
    InputError
        If it is no table, damaged or hostile, has no header with the columns, or several sheets have one.
    """
    place = regular_file(path)
    if archives.is_archive(place):
        (place,) = archives.unpack(place, member=member, endings=TABLE_ENDINGS)[:1]
    if not is_table(place):
        raise not_opened(
            place, "a table", expected="CSV or an Excel workbook (.xlsx)", hint="save it as one of these"
        )
    wanted = list(dict.fromkeys([*columns, *(rule.column for rule in keep)]))
    if workbooks.is_workbook(place):
        table = _from_workbook(place, wanted, sheet)
    else:
        table = _from_text(place, wanted, delimiter)
    for rule in keep:
        table = table[table[rule.column].map(lambda cell, rule=rule: _meets(cell, rule)).astype(bool)]
    return table[list(columns)].dropna(how="all")


@dataclass(frozen=True, slots=True)
class WholeTable:
    """All columns of a sheet or a text, and what parts the columns of a text."""

    cells: pd.DataFrame
    sheet: str = ""
    delimiter: str = ""


def whole_tables(path: Path) -> list[WholeTable]:
    """Every sheet of a workbook, or a text, under the row that looks like its header; cells as written.

    Of a header with a name twice the first column is taken. At most :data:`MOST_ROWS` rows are read.

    Raises
    ------
    InputError
        If the file is no table, damaged or hostile.
    """
    place = regular_file(path)
    if workbooks.is_workbook(place):
        pages = {name: workbooks.sheet_rows(place, name) for name in workbooks.sheet_names(place)}
        return [WholeTable(_under_header(rows), sheet=name) for name, rows in pages.items()]
    text = _decoded(place)
    sign = max(_DELIMITERS, key=text[:4096].count)
    return [WholeTable(_under_header(_text_rows(text, sign)), delimiter=sign)]


def _under_header(rows: Iterable[NumberedRow]) -> pd.DataFrame:
    held = list(islice(rows, MOST_ROWS))
    number, names = _likely_header(held[:HEADER_WITHIN])
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        if name:
            places.setdefault(name, place)
    return _columns(held, number, places)


def _likely_header(rows: Sequence[NumberedRow]) -> tuple[int, list[str]]:
    """The row with the most names, none of them a number; of two such rows below each other the second, as
    statistical offices write words above the short names.
    """
    able = [(number, [_plain(cell) for cell in row]) for number, row in rows if _is_names(row)]
    if not able:
        return 0, []
    most = max(len(set(filter(None, names))) for _, names in able)
    first, *after = [one for one in able if len(set(filter(None, one[1]))) == most]
    is_above = len(after) == 1 and first[0] + 1 == after[0][0] < rows[-1][0]
    return after[0] if is_above else first


def _is_names(row: Sequence[Cell]) -> bool:
    cells = [cell for cell in row if cell is not None]
    return bool(cells) and all(isinstance(cell, str) and _number(cell) is None for cell in cells)


def _from_workbook(path: Path, wanted: list[str], sheet: str | None) -> pd.DataFrame:
    names = [workbooks.chosen_sheet(path, sheet)] if sheet is not None else workbooks.sheet_names(path)
    headers = {name: _header(workbooks.sheet_rows(path, name), wanted, what=path.name) for name in names}
    found = [name for name, header in headers.items() if header is not None]
    if len(found) > 1:
        raise workbooks.which_sheet(path, found)
    if not found:
        raise _no_header(path, wanted, (workbooks.sheet_rows(path, name) for name in names))
    name = found[0]
    row, places = headers[name] or (0, {})
    table = _columns(workbooks.sheet_rows(path, name), row, places)
    if table.isna().any(axis=None):
        formulas = _columns(workbooks.sheet_rows(path, name, stored_values=False), row, places)
        _require_stored(table, formulas, what=f"{path.name}, sheet {name!r}")
    return table


def _require_stored(table: pd.DataFrame, formulas: pd.DataFrame, *, what: str) -> None:
    """Refuse formulas that were never computed: a program wrote them, and their cells look empty."""
    for column in table.columns:
        lost = table[column].isna() & formulas[column].reindex(table.index).map(_is_formula).astype(bool)
        if lost.any():
            raise InputError(
                f"{what}, row {table.index[lost][0]}, column {column!r}: a formula without a stored value",
                got=str(formulas[column][table.index[lost][0]])[:80],
                expected="what it comes to",
                hint="open the workbook in Excel or LibreOffice and save it",
            )


def _is_formula(cell: object) -> bool:
    return isinstance(cell, str) and cell.startswith("=")


def _from_text(path: Path, wanted: list[str], delimiter: str | None) -> pd.DataFrame:
    text = _decoded(path)
    try:
        for sign in [delimiter] if delimiter is not None else _DELIMITERS:
            header = _header(_text_rows(text, sign), wanted, what=path.name)
            if header is not None:
                return _columns(_text_rows(text, sign), *header)
    except csv.Error as error:
        raise InputError(
            f"{path.name} cannot be read as CSV",
            got=str(error),
            expected="a text of columns with a header",
            hint="open it in a spreadsheet and save it as CSV",
        ) from error
    sign = delimiter or max(_DELIMITERS, key=text[:4096].count)
    raise _no_header(path, wanted, [_text_rows(text, sign)])


def _decoded(path: Path) -> str:
    if path.stat().st_size > MAX_TEXT_BYTES:
        raise InputError(
            f"{path.name} is too large for a table of people by commune",
            got=f"{path.stat().st_size} bytes",
            expected=f"at most {MAX_TEXT_BYTES}",
            hint="keep the columns and rows that are needed",
        )
    content = path.read_bytes()
    if content.startswith(_UTF16):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:  # what Excel calls CSV is in the code page of Windows
        return content.decode("cp1252", errors="replace")


def _text_rows(text: str, delimiter: str) -> Iterator[NumberedRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    start = 1
    for row in reader:
        yield start, [cell if cell.strip() else None for cell in row]
        start = reader.line_num + 1


def _header(
    rows: Iterable[NumberedRow], wanted: Sequence[str], *, what: str
) -> tuple[int, dict[str, int]] | None:
    """Number of the first row that holds all the names, and the place of each."""
    asked = {name: _plain(name) for name in wanted}
    for number, row in islice(rows, HEADER_WITHIN):
        names = [_plain(cell) for cell in row]
        if not set(asked.values()) <= set(names):
            continue
        for name, plain in asked.items():
            if names.count(plain) > 1:
                raise InputError(
                    f"{what}, row {number}: two columns are called {name!r}",
                    got=f"columns {', '.join(str(n) for n, one in enumerate(names, 1) if one == plain)}",
                    expected="a name that tells them apart",
                    hint="rename one",
                )
        return number, {name: names.index(plain) for name, plain in asked.items()}
    return None


def _columns(rows: Iterable[NumberedRow], header: int, places: dict[str, int]) -> pd.DataFrame:
    """The columns below the header."""
    numbers: list[int] = []
    cells: dict[str, list[Cell]] = {name: [] for name in places}
    for number, row in rows:
        if number <= header:
            continue
        values = {name: row[place] if place < len(row) else None for name, place in places.items()}
        values = {name: None if isinstance(v, str) and not v.strip() else v for name, v in values.items()}
        if any(value is not None for value in values.values()):
            numbers.append(number)
            for name, value in values.items():
                cells[name].append(value)
    return pd.DataFrame(cells, index=pd.Index(numbers, name="row"), dtype="object")


def _no_header(path: Path, wanted: Sequence[str], pages: Iterable[Iterable[NumberedRow]]) -> InputError:
    texts = [
        [_plain(cell) for cell in row if isinstance(cell, str)]
        for rows in pages
        for _, row in islice(rows, HEADER_WITHIN)
    ]
    known = max(texts, key=len, default=[])
    missing = [name for name in wanted if _plain(name) not in known] or list(wanted)
    return InputError(
        f"{path.name} has no row with the names of the columns",
        got=", ".join(known[:15]) or "no text",
        expected=", ".join(wanted),
        hint=near_miss(missing[0], known[:200])
        or FieldHint("say what parts the columns: {delimiter}", otherwise="check the file", delimiter='";"'),
    )


def _plain(cell: object) -> str:
    return " ".join(nfc(str(cell)).split()) if cell is not None else ""


def _meets(cell: Cell, rule: RowFilter) -> bool:
    """Whether a cell meets a rule; numbers are compared as numbers however they are written."""
    if cell is None:
        return False
    number, wanted = _number(cell), _number(rule.equals)
    if rule.at_least is not None:
        return number is not None and number >= rule.at_least
    if number is not None and wanted is not None:
        return number == wanted
    return _plain(cell) == _plain(rule.equals)


def _number(cell: object) -> float | None:
    try:
        return float(str(cell))
    except ValueError:
        return None
