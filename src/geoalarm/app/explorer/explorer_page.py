"""The explorer: where most people are exposed, and what changes with the scenario."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from typing import Final, TypeVar
from urllib.parse import parse_qsl

import panel as pn
from bokeh.events import Tap
from param.parameterized import Event

from geoalarm import i18n
from geoalarm.app.explorer import commune_table as table
from geoalarm.app.explorer import explorer_cards as cards
from geoalarm.app.explorer.charts import ExceedanceCurve
from geoalarm.app.explorer.downloads import FORMATS, download
from geoalarm.app.explorer.explorer_layout import ExplorerPanes
from geoalarm.app.explorer.explorer_state import ExplorerState, read_query
from geoalarm.app.explorer.explorer_view import (
    ExplorerView,
    compute,
    curve_points,
    is_ready,
    layer_requests,
    map_palette,
    paint,
    paint_difference,
    yearly,
)
from geoalarm.app.explorer.filters import filters, picked
from geoalarm.app.explorer.map_legend import legend
from geoalarm.app.map.basemap import configured
from geoalarm.app.map.map_sources import SLOTS
from geoalarm.app.session import SharedSession
from geoalarm.app.web.download_file import DownloadFile
from geoalarm.app.web.html_pane import Box
from geoalarm.app.web.page_session import PageSession
from geoalarm.app.web.page_state import UnknownOption
from geoalarm.app.web.status_messages import band, fault
from geoalarm.app.web.table_arrangement import TableArrangement
from geoalarm.app.web.top_bar import bar
from geoalarm.core.errors import GeoalarmError
from geoalarm.present.hazard_styles import palette_of
from geoalarm.present.palette import Theme, colours

log = logging.getLogger(__name__)
Part = TypeVar("Part")
DEFAULTS: Final[dict[str, object]] = {
    "scenario": "",
    "commune": "",
    "threshold": None,
    "measure": "people",
    "population": "",
    "country": "",
    "beside": "",
    "overlay": True,
    "basemap": False,
}
"""What an address leaves out."""
STATE_FIELDS: Final = ("hazard", "period", *DEFAULTS)
"""Choices that the page follows."""


class Explorer(PageSession[ExplorerState, ExplorerPanes, ExplorerView]):
    """One reader's explorer."""

    TITLE = "explorer.page_title"

    def __init__(
        self,
        state: ExplorerState,
        shared: SharedSession,
        *,
        theme: Theme = "light",
        rejected: Iterable[UnknownOption] = (),
    ) -> None:
        self.curve = ExceedanceCurve(state.lang, theme)
        self.view: ExplorerView | None = None
        self.finding = ""
        self._asked: tuple[tuple[str, str], ...] = ()
        self._shown: tuple[tuple[str, str], ...] = ()
        lang = state.lang
        super().__init__(state, shared, lambda atlas: ExplorerPanes(lang, atlas, self.curve), theme=theme)
        self.tell_unknown(rejected)
        self.panes["filters"].object = filters(state, shared)
        state.param.watch(self._changed, list(STATE_FIELDS))
        self.refresh()
        if state.commune:
            self._show_commune(zoom=True)

    def refresh(self) -> None:
        """Compute what the state asks for and show it."""
        layers, measure, shared = layer_requests(self.state), self.state.measure, self.shared
        self._asked = self._question()
        self._run(
            lambda progress: compute(layers, measure, shared, progress), at_hand=is_ready(layers, shared)
        )

    def select(self, commune: str) -> None:
        """Select a commune in every view; the same one again, or none, clears it."""
        known = commune in self.shared.geometry.ids
        self.state.choose(commune=commune if known and commune != self.state.commune else "")

    def _grid(self) -> Box:
        return self.panes.grid()

    def _bar(self) -> str:
        files = {kind: i18n.text(f"explorer.download_{kind}", self.state.lang) for kind in FORMATS}
        return bar(self.state, here="explorer", files=files, help_key="explorer.download_help")

    def _handlers(self) -> dict[str, Callable[[str], None]]:
        return {
            "select": self.select,
            "pick": lambda words: picked(self.state, *words.partition("|")[::2]),
            "found": self._found,
            "clear": lambda _: self.state.choose(commune=""),
            "filter": self._filter,
            "search": self._search,
            "address": self._visit,
        }

    def _failed(self, error: BaseException) -> None:
        """Tell what failed in words; the trace goes to the log of the server only."""
        log.error("explorer: %s", error, exc_info=error)
        lang = self.state.lang
        what = i18n.text("error.calculation", lang, name=i18n.term("hazard", self.state.hazard, lang))
        detail = error.sentence() if isinstance(error, GeoalarmError) else ""
        self.panes["notice"].object = fault(what, lang, detail=detail)

    def _changed(self, *events: Event) -> None:
        names = {event.name for event in events}
        self._soon(lambda: self._follow(names))

    def _follow(self, names: set[str]) -> None:
        """Bring the page to a state of which these choices changed."""
        self.panes.fill([("notice", ""), ("filters", filters(self.state, self.shared)), ("bar", self._bar())])
        self._address()
        if names <= {"commune"}:
            self._show_commune(zoom=False)
            return
        if names & {"hazard", "beside", "measure"}:
            self.arrangement = TableArrangement(search=self.arrangement.search)
        self.arrangement = self.arrangement.on_page(0)
        self.refresh()

    def _show(self, view: ExplorerView) -> None:
        """Bring every view to a new choice."""
        state, lang, shared = self.state, self.state.lang, self.shared
        self.view, self._shown = view, self._asked
        self.finding = self._part("finding", lambda: cards.finding_words(view, state, shared))
        with pn.io.hold(self._doc):
            self.panes.compare(cards.slot_titles(view, state))
            self._paint(view)
            self._overlay(view)
            self.atlas.background(configured() if state.basemap else None)
            self.panes.fill(
                [
                    ("key", legend(view, state, shared)),
                    (
                        "head",
                        band(lang, is_illustrative=view.is_example)
                        + cards.finding(self.finding, view, state),
                    ),
                    ("sources", self._part("sources", lambda: cards.sources(view, shared, lang))),
                ]
            )
            self._show_commune(zoom=False, announce=False)
        self._name_map()

    def _paint(self, view: ExplorerView) -> None:
        """Colours of the communes on every map, and what stands beside that of the differences."""
        state, lang, countries = self.state, self.state.lang, self._countries()
        for slot in SLOTS[: len(view.layers)]:
            self.atlas.colour(slot, map_palette(view.scale, self.theme))
            self.atlas.paint(
                slot, paint(view, slot, self.shared, measure=state.measure, countries=countries, lang=lang)
            )
        if view.difference_scale is not None:
            self.atlas.colour("d", map_palette(view.difference_scale, self.theme))
            self.atlas.paint(
                "d", paint_difference(view, measure=state.measure, countries=countries, lang=lang)
            )
            self.panes["changes"].object = cards.changes(view, state, self.shared)
            self.panes["key_difference"].object = legend(view, state, self.shared, difference=True)

    def _overlay(self, view: ExplorerView) -> None:
        """The hazard itself on every map, or none."""
        palette = palette_of(view.option.hazard)
        for slot, option in zip(SLOTS, (view.option, view.other), strict=False):
            if option is None or not self.state.overlay:
                self.atlas.overlay(slot, None, ())
                continue
            hazard = self.shared.overlay(option)
            self.atlas.overlay(slot, hazard, colours(palette, self.theme, count=max(len(hazard.labels), 1)))

    def _map_words(self) -> str:
        return self.finding

    def _show_commune(self, *, zoom: bool, announce: bool = True) -> None:
        """Bring the views of one commune, or of all, to the selection."""
        view, state, lang = self.view, self.state, self.state.lang
        if view is None:
            return
        row = self.shared.geometry.row(state.commune) if state.commune else None
        self.atlas.select(row)
        if zoom and row is not None:
            self.atlas.fit(around(self.shared.geometry.box(row)), margin=0.0)
        points = curve_points(view, commune=state.commune, countries=self._countries())
        average = yearly(view, commune=state.commune, countries=self._countries())
        self.curve.show(points)
        self.panes.curve(bool(points))
        self.panes.fill(
            [
                ("points", cards.points(points, lang) + cards.per_year(average, lang)),
                ("selected", self._part("selected", lambda: cards.selected(view, state, self.shared))),
                ("bars", self._part("bars", lambda: cards.bars(view, state))),
            ]
        )
        self._show_table(follow=bool(state.commune))
        if announce and state.commune:
            name = str(self.shared.names(lang)[state.commune])
            self.bridge.say(i18n.text("explorer.selected_announce", lang, name=name))

    def _part(self, name: Hashable, make: Callable[[], Part]) -> Part:
        """A piece of the page, made once for all readers who choose the same; not kept while the view shown
        is still that of an older choice.
        """
        if self._shown != self._question():
            return make()
        return self.shared.part((name, self.state.commune, *self._shown), make)

    def _question(self) -> tuple[tuple[str, str], ...]:
        """What the view depends on: all choices but the commune."""
        return tuple(item for item in self.state.query().items() if item[0] != "commune")

    def _show_table(self, *, follow: bool = False) -> None:
        view, arrangement = self.view, self.arrangement
        if view is None:
            return
        if arrangement.search:  # words of a reader are theirs: they push nothing out that others share
            shown = self._table(view, follow)
        else:
            shown = self._part(("table", follow, arrangement), lambda: self._table(view, follow))
        self.panes["table"].object, self.arrangement = shown

    def _table(self, view: ExplorerView, follow: bool) -> tuple[str, TableArrangement]:
        """The page of the table that is shown, and its arrangement; where asked for, that of the commune."""
        state, arrangement = self.state, self.arrangement
        rows = table.arranged(view, state, self.shared, arrangement)
        page = table.page_of(rows, state.commune) if follow else None
        if page is not None:
            arrangement = arrangement.on_page(page)
        arrangement = arrangement.within(len(rows), table.ROWS)
        total = len(self.shared.geometry.ids)
        return table.html(rows, view, state, arrangement, total=total), arrangement

    def _countries(self) -> tuple[str, ...]:
        return (self.state.country,) if self.state.country else ()

    def _tapped(self, event: Tap) -> None:
        row = self.shared.geometry.at(event.x, event.y)
        if row is not None:
            self.select(self.shared.geometry.ids[row])

    def _visit(self, search: str) -> None:
        """Back and forward: the state of another address of this page."""
        words = dict(parse_qsl(search.lstrip("?")))
        communes = frozenset(self.shared.geometry.ids)
        values, _ = read_query(words, self.shared.choices, communes=communes, lang=self.state.lang)
        values.pop("lang")
        self.state.choose(**{**DEFAULTS, **values})

    def _found(self, commune: str) -> None:
        self.panes["hits"].object = ""
        if commune in self.shared.geometry.ids:
            self.state.choose(commune=commune)
            self._show_commune(zoom=True, announce=False)

    def _filter(self, words: str) -> None:
        self.arrangement = replace(self.arrangement, page=0, search=words.strip())
        self._show_table()

    def _search(self, words: str) -> None:
        found = self.shared.search(words) if words.strip() else []
        lang = self.state.lang
        self.panes["hits"].object = cards.hits(found, words, self.shared.names(lang), lang)

    def _recolour(self, theme: Theme) -> None:
        self.curve.apply_theme(theme)
        if self.view is None:
            return
        scales = (self.view.scale, self.view.scale, self.view.difference_scale)
        for slot, scale in zip(SLOTS, scales, strict=True):
            if scale is not None:
                self.atlas.colour(slot, map_palette(scale, theme))
        self._overlay(self.view)

    def _file(self, kind: str) -> DownloadFile | None:
        if kind not in FORMATS or self.view is None:
            return None
        return download(kind, self.view, self.state, self.shared, title=self.finding)


def around(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """A box about a commune with its neighbours [m, EPSG:3857]."""
    west, south, east, north = box
    pad = max(east - west, north - south, 8_000.0) * 1.2
    return west - pad, south - pad, east + pad, north + pad
