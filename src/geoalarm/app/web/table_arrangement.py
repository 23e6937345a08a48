"""How a reader arranged a table: order, page and filter."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

SORTS: Final = ("name", "population_exposed", "share_exposed", "population", "difference")
"""Columns that a table of communes can be sorted by."""


@dataclass(frozen=True, slots=True)
class TableArrangement:
    """Order, page and filter of a table; an empty ``sort`` is the table's own order."""

    sort: str = ""
    ascending: bool = False
    page: int = 0
    search: str = ""

    def sorted_by(self, column: str) -> TableArrangement:
        """The same column again turns the order round."""
        if column not in SORTS:
            return self
        up = not self.ascending if column == self.sort else column == "name"
        return replace(self, sort=column, ascending=up, page=0)

    def on_page(self, page: int) -> TableArrangement:
        """Another page of the same order."""
        return replace(self, page=page)

    def within(self, rows: int, page_rows: int) -> TableArrangement:
        """The last page where there are fewer than the one asked for."""
        last = max(0, math.ceil(rows / page_rows) - 1)
        return self if self.page <= last else replace(self, page=last)
