"""Facts kept as rows beside the code that uses them: thresholds, factors and curves, each with its source and how far it was checked."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Final

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.result import TO_BE_CONFIRMED

VERIFIED: Final = MappingProxyType(
    {
        "V": "read in its source",
        "C": "computed from the formula beside it",
        "R": "from general knowledge, to be confirmed",
        "D": "chosen by this project",
    }
)
"""What the tag of a row means."""


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
        raise InputError("data rows", got=repr(name), expected="a file of the package", mend=near_miss(name, known))
    return tuple(MappingProxyType(row) for row in csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))


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
    raise InputError(column, got=repr(key), expected=f"one of the rows of {name}", mend=near_miss(key, known))


def confirm(verified: str, what: str) -> tuple[str, ...]:
    """The flag of a value that was not read in its source; empty for the others."""
    return (f"{TO_BE_CONFIRMED}: {what}",) if verified == "R" else ()
