"""The wind rose of a form: a few stated ones, or a table that a reader types: a weather a line, one share or
one a direction.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from geoalarm.core.errors import InputError

SECTORS: Final = 12
"""Fewest directions of a table."""
LONGEST: Final = 1_800
"""Letters of a table that are read."""
OWN: Final = "own"
MIXED: Final[Mapping[str, Mapping[str, float]]] = MappingProxyType({"half": {"D5": 0.5, "F3": 0.5}})
"""Stated roses by name, every direction alike: an assumption, not a measurement. Without one the weather of
the form holds all year.
"""
ROSES: Final = ("", *MIXED, OWN)
EXAMPLE: Final = "D5 0.5\nF3 0.5"
_BETWEEN: Final = re.compile(r"[\s;|:]+")

Rose = dict[str, float | tuple[float, ...]]


def rose_of(name: str, table: str) -> Rose:
    """A rose as an accident takes it; empty for the weather of the form from every direction alike.

    Raises
    ------
    InputError
        If a line of an own table has no weather, another number of shares than 1 or 12 and more, or all do
        not sum to 1 (or 100 %).
    """
    if name in MIXED:
        return dict(MIXED[name])
    return read_table(table) if name == OWN else {}


def read_table(text: str) -> Rose:
    """A typed table: ``D5 0.5`` or ``D5`` and a share for each of 12 directions or more, north first; per
    cent too.

    Examples
    --------
    >>> read_table("D5 70; F2 30".replace("; ", chr(10)))
    {'D5': 0.7, 'F2': 0.3}
    """
    rows: dict[str, tuple[float, ...]] = {}
    for line in filter(str.strip, text.splitlines()):
        label, *cells = [cell for cell in _BETWEEN.split(line.strip()) if cell]
        shares = tuple(_share(cell) for cell in cells)
        if label in rows or not (len(shares) == 1 or len(shares) >= SECTORS):
            raise _refused(f"{label}, {label}" if label in rows else f"{label}: {len(shares)}")
        rows[label] = shares
    total = sum(map(sum, rows.values()))
    whole = 100.0 if abs(total - 100) < 0.5 else 1.0
    if not rows or abs(total / whole - 1) > 5e-3:
        raise _refused(f"Σ = {total:g}" if rows else "–")
    scaled = {label: tuple(share / total for share in shares) for label, shares in rows.items()}
    return {label: shares[0] if len(shares) == 1 else shares for label, shares in scaled.items()}


def _share(cell: str) -> float:
    try:
        value = float(cell.rstrip("%").replace(",", "."))
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:
        raise _refused(cell)
    return value


def _refused(got: str) -> InputError:
    return InputError(
        "field 'rose'",
        got=got,
        expected=f"a weather a line with 1 share or {SECTORS}, all of them 1 or 100 % together",
    )
