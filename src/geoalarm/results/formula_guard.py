"""Text that a spreadsheet would run as a formula, made text again (CWE-1236).

Where a comma is the decimal sign (French, Dutch, German), spreadsheets part the columns at semicolons: there
a text begins anew after each, also between quotes.
"""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""First letters that make a spreadsheet read a text cell as a formula."""
_LATER_CELL: Final = re.compile("([;\t\n]\\s*)(?=[-=+@\uff1d\uff0b\uff0d\uff20])")
"""Where a text is cut in two, and the second part begins like a formula."""


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """A copy whose text cells and column names no spreadsheet runs: an apostrophe stands before those that
    begin like a formula, and before such a part after a semicolon, tab or new line. Numbers stay numbers.
    """
    plain = table.copy()
    for name in plain.columns:
        if not pd.api.types.is_numeric_dtype(plain[name]):
            plain[name] = plain[name].map(guarded, na_action="ignore")
    plain.columns = pd.Index([guarded(name) for name in plain.columns])
    return plain


def guarded(cell: object) -> object:
    """Text that no spreadsheet runs; a bare carriage return would break the line for some readers, so it
    becomes a space.
    """
    if not isinstance(cell, str):
        return cell
    plain = _LATER_CELL.sub(r"\1'", cell.replace("\r", " "))
    return f"'{plain}" if cell.lstrip(" \u00a0\u3000").startswith(FORMULA_STARTS) else plain
