"""The ranked table: the same rows as the map, states in words, every control reachable from the keyboard.

A plain HTML table: sorted, filtered and paged here, fifteen rows on the wire at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from geoalarm import i18n
from geoalarm.app.explorer.commune_figures import (
    ComparedTotals,
    TableRow,
    between,
    difference_words,
    figure,
    is_known,
    share_figure,
    table_rows,
)
from geoalarm.app.session import SharedSession
from geoalarm.app.web.page_state import PageState
from geoalarm.app.web.page_templates import fill
from geoalarm.app.web.table_arrangement import TableArrangement
from geoalarm.i18n import place_names as naming
from geoalarm.present import rounding
from geoalarm.results import totals as tables

ROWS: Final = 12
"""Rows of a page of the table."""


@dataclass(frozen=True, slots=True)
class TableHead:
    """Head of a column: the column it sorts by, or none; its order where the table has it."""

    column: str
    label: str
    order: str = ""


@dataclass(frozen=True, slots=True)
class TableCells:
    """Words of a row; those that only a comparison has, or only a single scenario, are empty otherwise."""

    commune_id: str
    name: str
    rank: str
    people: str
    residents: str
    pattern: str
    is_chosen: bool
    range: str = ""
    share: str = ""
    second: str = ""
    difference: str = ""


def arranged(
    view: ComparedTotals, state: PageState, shared: SharedSession, arrangement: TableArrangement
) -> pd.DataFrame:
    """Rows of the table in the reader's order, with name, rank, difference, reason; unknown figures last."""
    rows = tables.only(view.first, countries=(state.country,) if state.country else ())
    by = "share_exposed" if state.measure == "share" else "population_exposed"
    ranked = tables.ranking(rows, by=by)
    ranked = ranked.assign(name=shared.names(state.lang).reindex(ranked["commune_id"]).to_numpy())
    if view.difference is not None:
        others = view.difference.drop(columns=["state_first", "population_exposed_first"])
        ranked = ranked.merge(others, on="commune_id", how="left", sort=False)
    ranked = _filtered(ranked, arrangement.search)
    return _sorted(ranked, arrangement, is_compared=view.difference is not None).reset_index(drop=True)


def page_of(rows: pd.DataFrame, commune: str) -> int | None:
    """Page on which a commune stands, or None."""
    found = np.flatnonzero((rows["commune_id"] == commune).to_numpy())
    return int(found[0]) // ROWS if len(found) else None


def html(
    rows: pd.DataFrame, view: ComparedTotals, state: PageState, arrangement: TableArrangement, *, total: int
) -> str:
    """The page of the table that is shown, its heads that sort and its pager.

    Parameters
    ----------
    rows : pandas.DataFrame
        All rows of the table, see :func:`arranged`.
    total : int
        How many there would be without a filter.
    """
    first = arrangement.page * ROWS
    shown = rows.iloc[first : first + ROWS]
    is_compared = view.difference is not None
    return fill(
        "explorer/commune_table.html",
        state.lang,
        heads=_heads(arrangement, is_compared=is_compared),
        rows=[_cells(row, state, is_compared=is_compared) for row in table_rows(shown)],
        is_compared=is_compared,
        page=arrangement.page,
        is_first=arrangement.page == 0,
        is_last=first + len(shown) >= len(rows),
        shown=_shown_words(len(rows), first, len(shown), state.lang, total),
    )


def _filtered(ranked: pd.DataFrame, search: str) -> pd.DataFrame:
    """Rows whose name or code holds what was typed."""
    if not search:
        return ranked
    text = ranked["name"].map(naming.fold) + " " + ranked["commune_id"].map(naming.fold)
    return ranked[text.str.contains(naming.fold(search), regex=False)]


def _sorted(ranked: pd.DataFrame, arrangement: TableArrangement, *, is_compared: bool) -> pd.DataFrame:
    """Rows in the order of a column; without one by rank, of a comparison by the size of the difference."""
    column = arrangement.sort or ("difference" if is_compared else "")
    if not column or (column == "difference" and not is_compared):
        return ranked
    by = ranked[column]
    if column == "name":
        by = by.map(naming.fold)
    elif not arrangement.sort:
        by = by.abs()
    order = by.sort_values(ascending=arrangement.ascending, na_position="last", kind="stable").index
    return ranked.loc[order]


def _heads(arrangement: TableArrangement, *, is_compared: bool) -> list[TableHead]:
    own = (
        [("", "explorer.second"), ("difference", "explorer.difference")]
        if is_compared
        else [("", "explorer.curve_band"), ("share_exposed", "field.share_exposed.label")]
    )
    columns = [
        ("", "field.rank.label"),
        ("name", "field.name.label"),
        ("population_exposed", "field.population_exposed.label"),
        *own,
        ("population", "field.population.label"),
    ]
    order = "ascending" if arrangement.ascending else "descending"
    return [
        TableHead(column, label, order if column and column == arrangement.sort else "")
        for column, label in columns
    ]


def _cells(row: TableRow, state: PageState, *, is_compared: bool) -> TableCells:
    lang = state.lang
    cells = {
        "commune_id": row.commune_id,
        "name": str(row.name),
        "rank": "" if pd.isna(row.rank) else i18n.number(row.rank, lang),
        "people": figure(row, lang),
        "residents": _residents(row.population, lang),
        "pattern": "" if is_known(row) else f"ga-{row.state}",
    }
    if is_compared:
        second = float(row.population_exposed_second)
        cells["second"] = rounding.figure_text(second, str(row.state_second), lang)
        cells["difference"] = difference_words(row, "people", lang)
    else:
        cells["range"] = between(row, lang)
        cells["share"] = share_figure(row, lang)
    return TableCells(**cells, is_chosen=row.commune_id == state.commune)


def _residents(count: float, lang: str) -> str:
    """Residents as they are published; nothing where they are not known."""
    if pd.isna(count):
        return ""
    return i18n.number(rounding.round_people(count) if count >= rounding.FEW else count, lang)


def _shown_words(count: int, first: int, shown: int, lang: str, total: int) -> str:
    """Which rows are shown of how many, and of how many without the filter."""
    words = f"{i18n.number(first + 1, lang)}–{i18n.number(first + shown, lang)} / {i18n.number(count, lang)}"
    if count == total:
        return words
    return f"{words} ({i18n.text('explorer.table_rows', lang, shown=count, total=total)})"
