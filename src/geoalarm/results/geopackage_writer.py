"""GeoPackages that are the same bytes for the same content."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

_EPOCH: Final = "1970-01-01T00:00:00.000Z"
_COUNTERS: Final = (24, 92)
"""Offsets of the file change counter and of its copy (SQLite file format, section 1.3): they count
transactions, and how many of these the driver needs depends on the clock.
"""


def settle(path: Path) -> None:
    """Take the moment and the number of transactions out of a finished GeoPackage, and pack it."""
    with closing(sqlite3.connect(path)) as base:
        base.execute("UPDATE gpkg_contents SET last_change = ?", (_EPOCH,))
        base.commit()
        base.execute("VACUUM")
    with path.open("r+b") as file:
        for offset in _COUNTERS:
            file.seek(offset)
            file.write((1).to_bytes(4, "big"))
