"""Facts of this room kept as rows: thresholds, factors and distances; how they are read is told in
:mod:`geoalarm.core.reference_rows`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from geoalarm.core import reference_rows as kept
from geoalarm.core.reference_rows import VERIFIED, confirm

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["VERIFIED", "confirm", "row", "rows"]

_ROOM: Final = __name__.rpartition(".")[0]


def rows(name: str) -> tuple[Mapping[str, str], ...]:
    """Rows of one data file of this package, as text by column.

    Raises
    ------
    InputError
        If the file is not part of the package.
    """
    return kept.rows(_ROOM, name)


def row(name: str, column: str, key: str) -> Mapping[str, str]:
    """The one row of a file whose ``column`` holds ``key``.

    Raises
    ------
    InputError
        If there is none, with the nearest that exists.
    """
    return kept.row(_ROOM, name, column, key)
