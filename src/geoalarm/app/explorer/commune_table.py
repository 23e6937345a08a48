"""The ranked table: the same rows as the map, states in words, every control reachable from the keyboard.

A plain HTML table: sorted, filtered and paged here, fifteen rows on the wire at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from geoalarm import i18n
from geoalarm.app.explorer.explorer_state import ExplorerState
from geoalarm.app.explorer.explorer_view import ExplorerView, between, difference_words, figure, share_figure
from geoalarm.app.session import SharedSession
from geoalarm.app.web.html_markup import button, e, said, swatch
from geoalarm.core.terms import State
from geoalarm.i18n import place_names as naming
from geoalarm.present import rounding
from geoalarm.results import totals as tables

ROWS: Final = 12
SORTS: Final = ("name", "population_exposed", "share_exposed", "population", "difference")


@dataclass(frozen=True, slots=True)
class CommuneTable:
    """How a reader arranged the table."""

    sort: str = ""
    ascending: bool = False
    page: int = 0
    search: str = ""

    def sorted_by(self, column: str) -> CommuneTable:
        """The same column again turns the order round."""
        if column not in SORTS:
            return self
        up = not self.ascending if column == self.sort else column == "name"
        return replace(self, sort=column, ascending=up, page=0)


def arranged(
    view: ExplorerView, state: ExplorerState, shared: SharedSession, listing: CommuneTable
) -> pd.DataFrame:
    """Rows of the table in the reader's order, with name, rank, difference and its reason; unknown figures
    always last.
    """
    rows = tables.only(view.first, countries=(state.country,) if state.country else ())
    by = "share_exposed" if state.measure == "share" else "population_exposed"
    ranked = tables.ranking(rows, by=by)
    ranked = ranked.assign(name=shared.names(state.lang).reindex(ranked["commune_id"]).to_numpy())
    if view.difference is not None:
        ranked = ranked.merge(
            view.difference.drop(columns=["state_first", "population_exposed_first"]),
            on="commune_id",
            how="left",
            sort=False,
        )
    if listing.search:
        asked = naming.fold(listing.search)
        ranked = ranked[
            (ranked["name"].map(naming.fold) + " " + ranked["commune_id"].map(naming.fold)).str.contains(
                asked, regex=False
            )
        ]
    column = listing.sort or ("difference" if view.difference is not None else "")
    if column == "difference" and view.difference is not None:
        order = ranked["difference"].abs() if not listing.sort else ranked["difference"]
        ranked = (
            ranked.assign(_by=order)
            .sort_values("_by", ascending=listing.ascending, na_position="last", kind="stable")
            .drop(columns="_by")
        )
    elif column == "name":
        ranked = (
            ranked.assign(_by=ranked["name"].map(naming.fold))
            .sort_values("_by", ascending=listing.ascending, kind="stable")
            .drop(columns="_by")
        )
    elif column and column != "difference":
        ranked = ranked.sort_values(column, ascending=listing.ascending, na_position="last", kind="stable")
    return ranked.reset_index(drop=True)


def page_of(rows: pd.DataFrame, commune: str) -> int | None:
    """Page on which a commune stands, or None."""
    found = np.flatnonzero((rows["commune_id"] == commune).to_numpy())
    return int(found[0]) // ROWS if len(found) else None


def html(
    rows: pd.DataFrame, view: ExplorerView, state: ExplorerState, listing: CommuneTable, *, total: int
) -> str:
    """The page of the table that is shown, its heads that sort and its pager."""
    lang = state.lang
    first = listing.page * ROWS
    shown = rows.iloc[first : first + ROWS]
    if shown.empty:
        return f"<p>{said('explorer.table_empty', lang)}</p>"
    body = "".join(_row(row, view, state) for row in shown.itertuples(index=False))
    caption = i18n.text("explorer.table_equivalent", lang)
    return (
        f'<div class="ga-scroll" tabindex="0" role="region" aria-label="{said("explorer.aria.table", lang)}">'
        '<table class="ga-table">'
        f'<caption class="ga-hidden">{e(caption)}</caption><thead><tr>{_heads(view, listing, lang)}</tr>'
        "</thead>"
        f"<tbody>{body}</tbody></table></div>"
        f"{_pager(len(rows), first, len(shown), listing, lang, total)}"
    )


def _heads(view: ExplorerView, listing: CommuneTable, lang: str) -> str:
    columns = [
        ("", "field.rank.label"),
        ("name", "field.name.label"),
        ("population_exposed", "field.population_exposed.label"),
    ]
    if view.difference is None:
        columns += [
            ("", "explorer.curve_band"),
            ("share_exposed", "field.share_exposed.label"),
            ("population", "field.population.label"),
        ]
    else:
        columns += [
            ("", "explorer.second"),
            ("difference", "explorer.difference"),
            ("population", "field.population.label"),
        ]
    cells = []
    for column, key in columns:
        css = "" if column == "name" else ' class="ga-n"'
        words = i18n.text(key, lang)
        if not column:
            cells.append(f'<th scope="col"{css}>{e(words)}</th>')
            continue
        active = listing.sort == column
        order = f' aria-sort="{"ascending" if listing.ascending else "descending"}"' if active else ""
        arrow = ("▲" if listing.ascending else "▼") if active else "↕"
        cells.append(
            f'<th scope="col"{css}{order}><button type="button" class="ga-sort" data-do="sort|{column}">'
            f"{e(words)}&nbsp;"
            f'<span aria-hidden="true">{arrow}</span></button></th>'
        )
    return "".join(cells)


def _row(row: Any, view: ExplorerView, state: ExplorerState) -> str:
    lang = state.lang
    chosen = ' class="ga-chosen"' if row.commune_id == state.commune else ""
    rank = "" if pd.isna(row.rank) else i18n.number(row.rank, lang)
    known = row.state in (State.EXPOSED, State.ZERO)
    mark = "" if known else swatch(f"ga-{row.state}")
    name = button(f"select|{row.commune_id}", str(row.name), css="ga-name", extra=_pressed(row, state))
    cells = [
        f'<td class="ga-n ga-muted">{rank}</td>',
        f'<th scope="row">{name}<span class="ga-code">{e(row.commune_id)}</span></th>',
        f'<td class="ga-n">{mark}<b>{e(figure(row, lang))}</b></td>',
    ]
    if view.difference is None:
        cells += [
            f'<td class="ga-n ga-muted">{e(between(row, lang))}</td>',
            f'<td class="ga-n">{e(share_figure(row, lang))}</td>',
        ]
    else:
        other = rounding.figure_text(float(row.population_exposed_second), str(row.state_second), lang)
        cells += [
            f'<td class="ga-n">{e(other)}</td>',
            f'<td class="ga-n"><b>{e(difference_words(row, "people", lang))}</b></td>',
        ]
    residents = (
        ""
        if pd.isna(row.population)
        else i18n.number(
            rounding.round_people(row.population) if row.population >= rounding.FEW else row.population, lang
        )
    )
    return f'<tr{chosen}>{"".join(cells)}<td class="ga-n ga-muted">{e(residents)}</td></tr>'


def _pressed(row: Any, state: ExplorerState) -> str:
    return f'aria-pressed="{"true" if row.commune_id == state.commune else "false"}"'


def _pager(count: int, first: int, shown: int, listing: CommuneTable, lang: str, total: int) -> str:
    said = f"{i18n.number(first + 1, lang)}–{i18n.number(first + shown, lang)} / {i18n.number(count, lang)}"
    if count != total:
        said += f" ({i18n.text('explorer.table_rows', lang, shown=count, total=total)})"
    before = button(
        f"page|{listing.page - 1}",
        "‹",
        css="ga-page",
        label=i18n.text("explorer.page_before", lang),
        extra="" if listing.page else "disabled",
    )
    after = button(
        f"page|{listing.page + 1}",
        "›",
        css="ga-page",
        label=i18n.text("explorer.page_after", lang),
        extra="" if first + shown < count else "disabled",
    )
    return f'<div class="ga-pager">{before}<span role="status">{e(said)}</span>{after}</div>'
