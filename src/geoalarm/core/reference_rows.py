"""Facts kept as rows beside the code that uses them: thresholds, factors and curves, each with its source and
how far it was checked.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

from geoalarm.core.errors import Faults, GeoalarmError, InputError, near_miss
from geoalarm.core.result import TO_BE_CONFIRMED
from geoalarm.core.settings import expand_user

VERIFIED: Final = MappingProxyType(
    {
        "V": "read in its source",
        "C": "computed from the formula beside it",
        "R": "from general knowledge, to be confirmed",
        "D": "chosen by this project",
    }
)
"""What the tag of a row means."""

T = TypeVar("T")


@lru_cache(maxsize=64)
def rows(package: str, name: str) -> tuple[Mapping[str, str], ...]:
    """Rows of one data file of a package, as text by column.

    Parameters
    ----------
    package : str
        Full name of the package whose folder ``data`` holds the file.
    name : str
        File without its suffix.

    Raises
    ------
    InputError
        If the file is not part of the package.
    """
    folder = resources.files(package).joinpath("data")
    file = folder.joinpath(f"{name}.csv")
    if not file.is_file():
        known = [path.name.removesuffix(".csv") for path in folder.iterdir()]
        raise InputError(
            "data rows", got=repr(name), expected="a file of the package", hint=near_miss(name, known)
        )
    return tuple(
        MappingProxyType(row) for row in csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")))
    )


def row(package: str, name: str, column: str, key: str) -> Mapping[str, str]:
    """The one row of a file whose ``column`` holds ``key``.

    Raises
    ------
    InputError
        If there is none, with the nearest that exists.
    """
    for found in rows(package, name):
        if found[column] == key:
            return found
    known = [found[column] for found in rows(package, name)]
    raise InputError(column, got=repr(key), expected=f"one of the rows of {name}", hint=near_miss(key, known))


def confirm(verified: str, what: str) -> tuple[str, ...]:
    """The flag of a value that was not read in its source; empty for the others."""
    return (f"{TO_BE_CONFIRMED}: {what}",) if verified == "R" else ()


def read_table(
    path: str | Path,
    *,
    what: str,
    columns: Sequence[str],
    one: Callable[[Mapping[str, str], int], T],
    key: Callable[[T], Hashable],
    optional: Sequence[str] = (),
) -> tuple[T, ...]:
    """Rows of a CSV file of a user, each read by ``one``; all faults at once.

    Parameters
    ----------
    path : path
        UTF-8, comma separated, with a line of names.
    what : str
        What the file holds, for errors: ``thresholds file``.
    columns : sequence of str
        That it must have, but for the ``optional`` ones; others are passed over.
    one : callable
        Takes the texts of a row, stripped, and its line; raises for a fault.
    key : callable
        What may stand in the file once.

    Raises
    ------
    InputError
        If the file is missing, is no such table or is empty.
    Faults
        If rows are wrong: all of them, with their lines.
    """
    file = expand_user(path)
    if not file.is_file():
        raise InputError(
            f"{what} {file.name}", got="no such file", expected="a CSV file", hint="check the path"
        )
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = [
                name for name in columns if name not in (reader.fieldnames or ()) and name not in optional
            ]
            if missing:
                raise InputError(
                    f"{what} {file.name}", got=f"no column {', '.join(missing)}", expected=", ".join(columns)
                )
            lines = [
                (line, {name: (row.get(name) or "").strip() for name in columns})
                for line, row in enumerate(reader, start=2)
            ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{what} {file.name}", got=str(error), expected="a CSV file in UTF-8") from error
    made: dict[Hashable, T] = {}
    faults: list[GeoalarmError] = []
    for line, row in lines:
        try:
            found = one(row, line)
        except GeoalarmError as error:
            faults.append(error if f"line {line}" in error.what else _in_line(error, line))
            continue
        if key(found) in made:
            faults.append(
                InputError(f"line {line}", got=f"{key(found)} a second time", expected="one row each")
            )
        made[key(found)] = found
    if faults:
        raise Faults(f"{what} {file.name}", faults)
    if not made:
        raise InputError(f"{what} {file.name}", got="no row", expected="at least one")
    return tuple(made.values())


def _in_line(error: GeoalarmError, line: int) -> GeoalarmError:
    """The same fault with its line."""
    return InputError(f"{error.what} in line {line}", got=error.got, expected=error.expected, hint=error.hint)


def require_words(row: Mapping[str, str], line: int, *names: str) -> None:
    """Refuse a row in which one of these columns is empty, or whose tag ``verified`` is none.

    Raises
    ------
    InputError
        With the column and the line.
    """
    for name in names:
        if not row[name]:
            raise InputError(
                f"{name} in line {line}",
                got="nothing",
                expected="a value",
                hint="every row names its place and its source",
            )
    if row["verified"] not in VERIFIED:
        raise InputError(
            f"verified in line {line}",
            got=repr(row["verified"]),
            expected=", ".join(VERIFIED),
            hint="R if nobody read it in its source",
        )


def number_in(
    row: Mapping[str, str], name: str, line: int, *, positive: bool = False, hint: str | None = None
) -> float:
    """The number of a column.

    Raises
    ------
    InputError
        If it is none, not finite, or not positive where it must be.
    """
    try:
        number = float(row[name])
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or (positive and number <= 0):
        raise InputError(
            f"{name} in line {line}",
            got=repr(row[name]),
            expected="a positive number" if positive else "a number",
            hint=hint,
        )
    return number
