"""Files of what is shown: the same rows as the page, in their full digits, made by ``present``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pandas as pd

from geoalarm import i18n
from geoalarm.app.explorer.explorer_state import ExplorerState
from geoalarm.app.explorer.explorer_view import ExplorerView
from geoalarm.app.layer_choices import token
from geoalarm.app.session import SharedSession
from geoalarm.app.web.download_file import DownloadFile
from geoalarm.core.model import Source
from geoalarm.core.schema import split_keys
from geoalarm.i18n.place_names import source_title
from geoalarm.present import exports, figures, narrative
from geoalarm.present.table_facts import TableFacts, facts
from geoalarm.results import totals as tables

FORMATS: Final = ("csv", "gpkg", "parquet", "png")


@dataclass(frozen=True, slots=True)
class DownloadContext:
    """What a file is made of: the rows on the page and their facts."""

    rows: pd.DataFrame
    view: ExplorerView
    state: ExplorerState
    shared: SharedSession
    title: str

    @property
    def sources(self) -> tuple[Source, ...]:
        """Sources that the rows name, and those of the outlines."""
        named = {key for cell in self.rows["source_ids"].dropna().unique() for key in split_keys(cell)}
        workspace = self.shared.workspace
        return tuple(
            source
            for source in workspace.sources()
            if source.id in named or source in workspace.communes.sources
        )

    @property
    def facts(self) -> TableFacts:
        """Sources, licences, states and caveats in the language of the page."""
        return facts(self.rows, self.state.lang, sources=self.sources)


def download(
    kind: str, view: ExplorerView, state: ExplorerState, shared: SharedSession, *, title: str
) -> DownloadFile:
    """The file of a kind in :data:`FORMATS` for what is shown."""
    makers: dict[str, tuple[str, Callable[[DownloadContext], bytes]]] = {
        "csv": ("text/csv", _csv),
        "gpkg": ("application/geopackage+sqlite3", _geopackage),
        "parquet": ("application/vnd.apache.parquet", _parquet),
        "png": ("image/png", _picture),
    }
    media, make = makers[kind]
    shown = DownloadContext(rows(view, state, shared), view, state, shared, title)
    return DownloadFile(f"{stem(view, state)}.{kind}", media, make(shown))


def rows(view: ExplorerView, state: ExplorerState, shared: SharedSession) -> pd.DataFrame:
    """The rows of the table on the page, all pages, most exposed first, with names and, beside a second
    scenario, the difference.
    """
    shown = tables.only(view.first, countries=(state.country,) if state.country else ())
    ranked = tables.ranking(shown, by="share_exposed" if state.measure == "share" else "population_exposed")
    ranked.insert(1, "name", shared.names(state.lang).reindex(ranked["commune_id"]).to_numpy())
    if view.difference is not None:
        ranked = ranked.merge(
            view.difference.drop(columns=["state_first", "population_exposed_first"]),
            on="commune_id",
            how="left",
            sort=False,
        )
    return ranked


def stem(view: ExplorerView, state: ExplorerState) -> str:
    """File name without ending: hazard, scenario and return period, threshold, country."""
    parts = [
        "geoalarm",
        view.option.hazard,
        token(view.option),
        *(["vs", token(view.other)] if view.other is not None else []),
        state.threshold,
        state.country,
    ]
    return re.sub(r"[^A-Za-z0-9.]+", "_", "_".join(part for part in parts if part)).strip("_.")


def _csv(shown: DownloadContext) -> bytes:
    """The rows, each with what a file without a header can say of its sources."""
    credit = "; ".join(
        ", ".join(
            part for part in (source_title(source, shown.state.lang), source.vintage, source.licence) if part
        )
        for source in shown.sources
    )
    said = i18n.text("sentence.example" if shown.view.is_example else "explorer.limit", shown.state.lang)
    return exports.csv(shown.rows.assign(sources=credit, note=said))


def _geopackage(shown: DownloadContext) -> bytes:
    return exports.geopackage(
        shown.rows.drop(columns="name"), shown.shared.workspace.communes, shown.facts, table=shown.view.table
    )


def _parquet(shown: DownloadContext) -> bytes:
    return exports.parquet(shown.rows, shown.facts)


def _picture(shown: DownloadContext) -> bytes:
    view, state, communes = shown.view, shown.state, shown.shared.workspace.communes
    below = narrative.subtitle(
        view.first,
        state.lang,
        threshold=state.threshold,
        units=view.option.units,
        sources=(view.option.source,),
    )
    from geoalarm.present.figures.figure_frame import Frame  # matplotlib: no page waits for it

    frame = Frame(
        shown.title, below, lang=state.lang, sources=shown.sources, is_example=shown.view.is_example
    )
    if view.difference is not None:
        return figures.difference_map(
            view.difference, communes, frame, measure=state.measure, selected=state.commune
        )
    footprint = shown.shared.workspace.footprint(view.option) if state.overlay else None
    return figures.commune_map(
        view.first, communes, frame, measure=state.measure, footprint=footprint, selected=state.commune
    )
