"""How a table met the outlines it was joined to: which codes of either side found no partner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from geoalarm.core.english_counts import counted

_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class JoinRecord:
    """Codes of a table and of the communes, held against each other.

    Attributes
    ----------
    column : str
        The table's column of codes.
    joined : int
        Rows of the table that found a commune.
    codes_without_commune : tuple of str
        As the table writes them, in its order.
    communes_without_row : tuple of str
        ``commune_id``: how many people live there is not known.
    people_without_commune : float
        People of the rows without a commune, as far as they have a number [1].
    codes_given_zeros : int
        Codes that lost leading zeros in a spreadsheet and got them back.
    """

    column: str
    joined: int
    codes_without_commune: tuple[str, ...] = ()
    communes_without_row: tuple[str, ...] = ()
    people_without_commune: float = 0.0
    codes_given_zeros: int = 0

    def sentences(self, what: str) -> list[str]:
        """What a reader has to know, for the warnings of a result."""
        told = []
        if self.codes_without_commune:
            told.append(
                f"{what}: {counted(len(self.codes_without_commune), 'code')} of column {self.column!r} found "
                f"no commune ({_some(self.codes_without_commune)}), with "
                f"{counted(self.people_without_commune, 'person', 'people')}"
            )
        if self.communes_without_row:
            told.append(
                f"{what}: {counted(len(self.communes_without_row), 'commune')} found no row in column "
                f"{self.column!r} ({_some(self.communes_without_row)}): how many live there is not known"
            )
        if self.codes_given_zeros:
            told.append(f"{what}: leading zeros given back to {counted(self.codes_given_zeros, 'code')}")
        return told


def _some(codes: Sequence[str]) -> str:
    more = len(codes) - _SHOWN
    return ", ".join(codes[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
