"""Text that a spreadsheet would run as a formula, made text again (CWE-1236)."""

from __future__ import annotations

from typing import Final

import pandas as pd

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""First letters that make a spreadsheet read a text cell as a formula."""


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """A copy whose text cells and column names no spreadsheet runs: an apostrophe stands before those that
    begin like a formula. Numbers stay numbers.
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
    plain = cell.replace("\r", " ")
    return f"'{plain}" if cell.startswith(FORMULA_STARTS) else plain
