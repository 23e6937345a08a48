"""What became of the rows of people and communes that came in: none goes without a trace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

KEEP_FIELD: Final = "args.keep: [{{column: {column}, equals: {value}}}]"
"""Where a catalog says which rows of a file are meant."""

_NAMED: Final = 3
_MOST_CHOICES: Final = 50


@dataclass(frozen=True, slots=True)
class RowAccount:
    """Rows of a layer that were mended, lack something or have no place.

    Attributes
    ----------
    repairs : mapping
        By layer: how many rows, by what was found.
    warnings : tuple of str
        The same in sentences that name the first rows, for the manifest.
    unplaced : float
        People of rows without a place on the map [1].
    keep : str
        How the reader of a file says which rows are meant, with ``{column}`` and ``{value}``.
    """

    repairs: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    unplaced: float = 0.0
    keep: str = KEEP_FIELD

    @classmethod
    def joined(cls, accounts: Iterable[RowAccount]) -> RowAccount:
        """Accounts of several layers as one."""
        parts = list(accounts)
        return cls(
            merged_repairs(part.repairs for part in parts),
            tuple(dict.fromkeys(told for part in parts for told in part.warnings)),
            sum(part.unplaced for part in parts),
            parts[0].keep if parts else KEEP_FIELD,
        )


def merged_repairs(parts: Iterable[Mapping[str, Mapping[str, int]]]) -> dict[str, dict[str, int]]:
    """Counts by layer from several places; layers without any are left out."""
    out: dict[str, dict[str, int]] = {}
    for part in parts:
        for name, counts in part.items():
            held = {key: count for key, count in counts.items() if count}
            if held:
                out[name] = {**out.get(name, {}), **held}
    return out


def named_rows(frame: pd.DataFrame, mask: np.ndarray) -> str:
    """Some rows of a table as a reader can find them: ``code 57001ZZZZ, 57002ZZZZ and 4 more``; by number,
    from 1, where no column tells rows apart.

    Parameters
    ----------
    frame : pandas.DataFrame
        Its index numbers the rows of the file from 0.
    mask : numpy.ndarray of bool
        The rows to name.
    """
    rows = frame.loc[mask]
    column = _telling(frame)
    words = [str(value) for value in (rows.index + 1 if column is None else rows[column])[:_NAMED]]
    more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
    return f"{'row' if column is None else column} {', '.join(words)}{more}"


def _telling(frame: pd.DataFrame) -> str | None:
    """The first column of text or whole numbers that is another in every row."""
    for name in frame.columns:
        values = frame[name]
        if (pd.api.types.is_integer_dtype(values) or _is_text(values)) and values.is_unique:
            return str(name)
    return None


def _is_text(values: pd.Series) -> bool:
    return pd.api.types.infer_dtype(values) == "string"


def choice_hint(
    rows: pd.DataFrame, first: np.ndarray, second: np.ndarray, keep: str, *, more: str = ""
) -> str | None:
    """How to choose between rows that tell the same place twice: by a column of few values that is another in
    every two of them, such as a year or a level; None where there is none.

    Parameters
    ----------
    first, second : numpy.ndarray of int
        Positions of the rows, pair by pair.
    keep : str
        As :class:`RowAccount`.
    more : str
        What else the rows may be, and what to do then.
    """
    for name in rows.columns:
        values = rows[name]
        known = sorted(values.dropna().unique().tolist(), key=lambda one: (str(type(one)), one))
        few = 1 < len(known) <= min(_MOST_CHOICES, len(rows) // 2)
        cells = values.to_numpy()
        if few and not values.isna().any() and (cells[first] != cells[second]).all():
            shown = ", ".join(map(str, known[:6]))
            chosen = keep.format(column=name, value=known[-1])
            return f"column {name!r} tells them apart ({shown}); keep one: {chosen}{more}"
    return None
