"""Look at well-known binary before a library unpacks it: geometries nested thousands deep end the process,
not in an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from geoalarm.core.errors import InputError

MAX_NESTED: Final = 500
"""Headers of collections inside one geometry; real ones have a handful."""

_HEADER_BYTES: Final = 9
_COLLECTION: Final = re.compile(
    rb"\x01(?:[\x04-\x0c]\x00\x00[\x00\x20\x40\x60\x80\xa0\xc0\xe0]|[\xec-\xf4]\x03\x00\x00|[\xd4-\xdc]\x07\x00\x00|[\xbc-\xc4]\x0b\x00\x00)"
    rb"|\x00(?:[\x00\x20\x40\x60\x80\xa0\xc0\xe0]\x00\x00[\x04-\x0c]|\x00\x00(?:\x03[\xec-\xf4]|\x07[\xd4-\xdc]|\x0b[\xbc-\xc4]))"
)
"""Byte order and type of a multi-part geometry or a collection: plain, with EWKB flags, or in the ISO numbers
for Z, M and ZM.
"""


def require_shallow(values: Iterable[bytes | None], *, what: str) -> None:
    """Refuse geometries that hold collections in collections in collections.

    Raises
    ------
    InputError
        If one holds more than :data:`MAX_NESTED` headers of collections.
    """
    for value in values:
        if value is None or len(value) < _HEADER_BYTES * MAX_NESTED:
            continue
        count = sum(1 for _ in _COLLECTION.finditer(value))
        if count > MAX_NESTED:
            raise InputError(
                f"{what} holds a geometry nested without end",
                got=f"{count} collections in one geometry",
                expected=f"at most {MAX_NESTED}",
                hint="export polygons, lines or points",
            )
