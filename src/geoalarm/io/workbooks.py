"""Excel workbooks (.xlsx, .xlsm) as rows of cells: stored values only, no macro, no link to another file.

A workbook is a zip of XML: measured before it is opened, its parts may declare no entities, and a sheet may
not claim more cells than a person could have filled in.
"""

from __future__ import annotations

import datetime
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.field_hints import FieldHint
from geoalarm.core.unicode_names import same_name
from geoalarm.io.archives import LIMITS
from geoalarm.io.xml_guard import require_plain_xml

WORKBOOK_ENDINGS: Final = (".xlsx", ".xlsm")
MAX_ROWS: Final = 1_048_576
"""Of a sheet, by its format."""

MAX_CELLS: Final = 50_000_000
_MAX_BYTES: Final = 2**30
_MAIN_PART: Final = "xl/workbook.xml"
_XML: Final = (".xml", ".rels", ".vml")

Cell = str | int | float | bool | datetime.datetime | datetime.date | datetime.time | None
NumberedRow = tuple[int, list[Cell]]


def is_workbook(path: Path) -> bool:
    """Whether a file is an Excel workbook, by what its archive holds."""
    if not path.is_file() or not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return _MAIN_PART in archive.namelist()
    except (zipfile.BadZipFile, OSError, UnicodeDecodeError):
        return False


def sheet_names(path: Path) -> list[str]:
    """Names of the sheets that hold cells.

    Raises
    ------
    InputError
        If the file is damaged or hostile.
    """
    with _opened(path, stored_values=True) as book:
        return [sheet.title for sheet in book.worksheets]


def chosen_sheet(path: Path, wanted: str) -> str:
    """The sheet of that name.

    Raises
    ------
    InputError
        If there is none; it offers the nearest.
    """
    names = sheet_names(path)
    found = same_name(wanted, names)
    if found is None:
        raise InputError(
            f"{path.name} has no sheet {wanted!r}",
            got=", ".join(names[:15]),
            expected=wanted,
            hint=near_miss(wanted, names),
        )
    return found


def which_sheet(path: Path, names: list[str]) -> InputError:
    """The question which of several sheets is meant."""
    return InputError(
        f"{path.name}: several sheets hold the columns",
        got=", ".join(names[:15]),
        expected="one",
        hint=FieldHint("name one: {layer}", layer=names[0]),
    )


def sheet_rows(path: Path, sheet: str, *, stored_values: bool = True) -> Iterator[NumberedRow]:
    """Rows of a sheet with their numbers, from 1; a number that is shown as a share is a text such as "12%".

    Parameters
    ----------
    stored_values : bool
        What formulas came to when the workbook was saved; without it the formulas themselves.

    Raises
    ------
    InputError
        If the file is damaged or hostile.
    """
    with _opened(path, stored_values=stored_values) as book:
        page = book[sheet]
        page.reset_dimensions()  # what a file says of its size may be wrong, and cuts rows off
        cells = 0
        for number, row in enumerate(page.iter_rows(), start=1):
            cells += len(row)
            if number > MAX_ROWS or cells > MAX_CELLS:
                raise InputError(
                    f"{path.name}, sheet {sheet!r} is too large",
                    got=f"more than {number - 1} rows, {cells} cells",
                    expected=f"at most {MAX_ROWS} rows and {MAX_CELLS} cells",
                    hint="save the two columns that are needed as a workbook of their own",
                )
            yield number, [_value(cell) for cell in row]


def _value(cell: Any) -> Cell:
    value = cell.value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and "%" in str(getattr(cell, "number_format", "") or ""):
        return f"{100 * value:g}%"
    return value if isinstance(value, Cell) else str(value)


@contextmanager
def _opened(path: Path, *, stored_values: bool) -> Iterator[Any]:
    _require_sound(path)
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    damaged = (
        InvalidFileException,
        zipfile.BadZipFile,
        zlib.error,
        SyntaxError,
        OSError,
        EOFError,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
    )
    try:
        with warnings.catch_warnings(action="ignore"), path.open("rb") as stream:
            book = load_workbook(stream, read_only=True, data_only=stored_values, keep_links=False)
            try:
                yield book
            finally:
                book.close()
    except damaged as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{path.name} cannot be read as a workbook",
            got=" ".join(str(error).split())[:200] or type(error).__name__,
            expected="a workbook as Excel or LibreOffice writes it (.xlsx)",
            hint="open it there and save it anew",
        ) from error


def _require_sound(path: Path) -> None:
    """Refuse a workbook that expands without end or declares entities."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = [info for info in archive.infolist() if not info.is_dir()]
            size, packed = sum(info.file_size for info in parts), path.stat().st_size
            bomb = size > LIMITS.ratio_from and size > packed * LIMITS.ratio
            if len(parts) > LIMITS.members or size > _MAX_BYTES or bomb:
                raise InputError(
                    f"{path.name} expands too far",
                    got=f"{packed} bytes would become {size}, in {len(parts)} parts",
                    expected=f"at most {_MAX_BYTES} bytes, {LIMITS.ratio} times its size",
                    hint="save the two columns that are needed as a workbook of their own",
                )
            for info in parts:
                if info.filename.lower().endswith(_XML):
                    with archive.open(info) as stream:
                        require_plain_xml(stream, what=f"{path.name}, {info.filename}", whole=False)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise InputError(
            f"{path.name} is not a sound workbook",
            got=str(error),
            expected="a workbook (.xlsx)",
            hint="fetch it again; without a password",
        ) from error
