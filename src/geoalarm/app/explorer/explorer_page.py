"""The explorer: where most people are exposed, and what changes with the scenario.

One session is a state, a few panes and the bridge; the rest is shared by all. A change of state is computed
beside the page's own thread, shown when it is there, and told when it takes longer than half a second.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from html import unescape
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import panel as pn
from bokeh.events import Tap

from geoalarm import i18n
from geoalarm.app.explorer import commune_table as table
from geoalarm.app.explorer import explorer_cards as cards
from geoalarm.app.explorer.charts import ExceedanceCurve
from geoalarm.app.explorer.commune_table import CommuneTable
from geoalarm.app.explorer.downloads import FORMATS, download
from geoalarm.app.explorer.explorer_state import ExplorerState, UnknownOption, read_query
from geoalarm.app.explorer.explorer_view import (
    ExplorerView,
    compute,
    curve_points,
    is_ready,
    map_palette,
    paint,
    paint_difference,
    wanted,
    yearly,
)
from geoalarm.app.explorer.filters import filters, picked
from geoalarm.app.explorer.layout import Panes
from geoalarm.app.map.atlas import SLOTS, Atlas, MapTheme
from geoalarm.app.map.basemap import configured
from geoalarm.app.session import SharedSession
from geoalarm.app.web.bridge import Bridge
from geoalarm.app.web.page_frame import SURFACES
from geoalarm.app.web.top_bar import bar
from geoalarm.core.errors import GeoalarmError
from geoalarm.present.classes import palette_of
from geoalarm.present.palette import INTERFACE, PATTERNS, Theme, colours

log = logging.getLogger(__name__)
WORKERS: Final = ThreadPoolExecutor(max_workers=2, thread_name_prefix="explorer")
PATIENCE_MS: Final = 500
"""A calculation longer than this is told."""
DEFAULTS: Final[dict[str, Any]] = {
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


class Explorer:
    """One reader's explorer."""

    def __init__(
        self,
        state: ExplorerState,
        shared: SharedSession,
        *,
        theme: Theme = "light",
        rejected: tuple[UnknownOption, ...] = (),
    ) -> None:
        self.state, self.shared, self.theme = state, shared, theme
        self.listing = CommuneTable()
        self.view: ExplorerView | None = None
        self.names = shared.names(state.lang)
        self.atlas = Atlas(
            shared.geometry,
            names=list(self.names),
            labels=shared.labels(state.lang),
            ink=ink(theme),
            dashed=approximate(shared),
        )
        self.curve = ExceedanceCurve(state.lang, ink(theme), theme)
        self.panes = Panes(state.lang, self.atlas, self.curve)
        self._doc = pn.state.curdoc
        self.bridge = Bridge({name: self._locked(handler) for name, handler in self._handlers().items()})
        self.on_theme: Callable[[Theme], None] = lambda theme: None
        self._turn = 0
        if rejected:
            words = ", ".join(f"{item.name}={item.value}"[:60] for item in rejected)
            self.panes.notice.object = cards.notice(i18n.text("error.address", state.lang, what=words))
        self.atlas.fit(shared.geometry.bounds, margin=0.02)
        self.atlas.figure("a").on_event(Tap, self._tapped)
        self.panes.filters.object = filters(state, shared)
        state.param.watch(self._changed, list(STATE_FIELDS))
        self.refresh()
        if state.commune:
            self._show_commune(zoom=True)

    def header(self) -> list[Any]:
        """Parts of the bar at the top."""
        self.panes.bar.object = bar(self.state)
        return [self.panes.bar]

    def main(self) -> list[Any]:
        """Parts of the page."""
        return [pn.Column(self.panes.grid(), self.bridge, margin=0, sizing_mode="stretch_width")]

    def refresh(self) -> None:
        """Compute what the state asks for and show it, here when it is at hand, else beside the page."""
        self._turn += 1
        turn = self._turn
        layers, measure = wanted(self.state), self.state.measure
        if is_ready(layers, self.shared) or self._doc is None or self._doc.session_context is None:
            try:
                self._show(compute(layers, measure, self.shared))
            except Exception as error:  # noqa: BLE001  (whatever it is, a page tells it in words and the log keeps the trace)
                self._failed(error)
            return
        progress: dict[str, Any] = {}
        started = time.monotonic()
        job = WORKERS.submit(
            compute, layers, measure, self.shared, lambda step, n, m: progress.update(step=step, n=n, m=m)
        )
        doc = self._doc
        job.add_done_callback(lambda done: doc.add_next_tick_callback(lambda: self._arrived(turn, done)))

        def tell() -> None:
            if not job.done() and turn == self._turn:
                self.panes.busy(cards.busy(self.state.lang, **progress))
                log.info("calculating for %.1f s: %s", time.monotonic() - started, progress)
                doc.add_timeout_callback(tell, PATIENCE_MS)

        doc.add_timeout_callback(tell, PATIENCE_MS)

    def _arrived(self, turn: int, done: Future[ExplorerView]) -> None:
        if turn != self._turn:
            return
        self.panes.idle()
        error = done.exception()
        if error is None:
            self._show(done.result())
        else:
            self._failed(error)

    def _failed(self, error: BaseException) -> None:
        """Tell what failed in words; the trace goes to the log of the server only."""
        log.error("explorer: %s", error, exc_info=error)
        lang = self.state.lang
        detail = error.sentence() if isinstance(error, GeoalarmError) else ""
        self.panes.notice.object = cards.fault(
            i18n.text("error.calculation", lang, name=i18n.term("hazard", self.state.hazard, lang)),
            lang,
            detail=detail,
        )

    def _locked(self, handler: Callable[[str], None]) -> Callable[[str], None]:
        """The same handler under the lock of the document, which figures need to be patched."""
        return lambda value: self._soon(lambda: handler(value))

    def _soon(self, act: Callable[[], None]) -> None:
        if self._doc is None or self._doc.session_context is None:
            act()
        else:
            self._doc.add_next_tick_callback(lambda: self._at_once(act))

    def _at_once(self, act: Callable[[], None]) -> None:
        """Everything a message changes as one answer; the document's models are counted once, not after each
        change.
        """
        with pn.io.hold(self._doc, freeze=True):
            act()

    def _changed(self, *events: Any) -> None:
        names = {event.name for event in events}
        self._soon(lambda: self._follow(names))

    def _follow(self, names: set[str]) -> None:
        """Bring the page to a state of which these choices changed."""
        self.panes.notice.object = ""
        self.panes.filters.object = filters(self.state, self.shared)
        self.bridge.address("?" + urlencode(self.state.query(), safe=":~"))
        self.panes.bar.object = bar(self.state)
        if names <= {"commune"}:
            self._show_commune(zoom=False)
            return
        if names & {"hazard", "beside", "measure"}:
            self.listing = CommuneTable(search=self.listing.search)
        self.listing = CommuneTable(self.listing.sort, self.listing.ascending, 0, self.listing.search)
        self.refresh()

    def _show(self, view: ExplorerView) -> None:
        """Bring every view to a new choice."""
        self.view = view
        state, lang = self.state, self.state.lang
        countries = (state.country,) if state.country else ()
        with pn.io.hold(self._doc, freeze=True):
            self.panes.compare(view.other is not None, cards.slot_titles(view, state))
            for slot in SLOTS[: len(view.layers)]:
                self.atlas.colour(slot, map_palette(view.scale, self.theme))
                self.atlas.paint(
                    slot,
                    paint(view, slot, self.shared, measure=state.measure, countries=countries, lang=lang),
                )
            if view.difference is not None and view.difference_scale is not None:
                self.atlas.colour("d", map_palette(view.difference_scale, self.theme))
                self.atlas.paint(
                    "d", paint_difference(view, measure=state.measure, countries=countries, lang=lang)
                )
                self.panes.changes.object = cards.changes(view, state, self.shared)
                self.panes.key_difference.object = cards.key(view, state, self.shared, difference=True)
            self._drape()
            self.atlas.background(configured() if state.basemap else None)
            self.panes.key.object = cards.key(view, state, self.shared)
            self.panes.head.object = cards.band(self.shared, lang) + cards.finding(view, state, self.shared)
            self.panes.sources.object = cards.sources(view, self.shared, lang)
            self._show_commune(zoom=False, announce=False)
        self.bridge.label(
            "ga-map-a",
            role="img",
            tabindex="0",
            aria_label=i18n.text("explorer.aria.map", lang, finding=self._finding()),
        )

    def _finding(self) -> str:
        text = self.panes.head.object or ""
        return text[text.index("<h2") :].partition(">")[2].partition("<")[0] if "<h2" in text else ""

    def _drape(self) -> None:
        view = self.view
        assert view is not None
        for slot, option in zip(SLOTS, (view.option, view.other), strict=False):
            drape = self.shared.drape(option) if option is not None and self.state.overlay else None
            tones = (
                colours(palette_of(view.option.hazard), self.theme, count=max(len(drape.labels), 1))
                if drape
                else ()
            )
            self.atlas.drape(slot, drape, tones)

    def _show_commune(self, *, zoom: bool, announce: bool = True) -> None:
        """Bring the views of one commune, or of all, to the selection."""
        view, state = self.view, self.state
        if view is None:
            return
        row = self.shared.geometry.row(state.commune) if state.commune else None
        self.atlas.select(row)
        if zoom and row is not None:
            self.atlas.fit(around(self.shared.geometry.box(row)), margin=0.0)
        countries = (state.country,) if state.country else ()
        points = curve_points(view, commune=state.commune, countries=countries)
        self.curve.show(points)
        self.panes.curve(bool(points))
        average = yearly(view, commune=state.commune, countries=countries)
        self.panes.points.object = cards.points(points, state.lang) + cards.per_year(average, state.lang)
        self.panes.selected.object = cards.selected(view, state, self.shared)
        self.panes.bars.object = cards.bars(view, state)
        self._show_table(follow=bool(state.commune))
        if announce and state.commune:
            self.bridge.say(
                i18n.text("explorer.selected_announce", state.lang, name=str(self.names[state.commune]))
            )

    def _show_table(self, *, follow: bool = False) -> None:
        view, state = self.view, self.state
        if view is None:
            return
        rows = table.arranged(view, state, self.shared, self.listing)
        page = table.page_of(rows, state.commune) if follow else None
        if page is not None:
            self.listing = CommuneTable(self.listing.sort, self.listing.ascending, page, self.listing.search)
        last = max(0, math.ceil(len(rows) / table.ROWS) - 1)
        if self.listing.page > last:
            self.listing = CommuneTable(self.listing.sort, self.listing.ascending, last, self.listing.search)
        self.panes.table.object = table.html(
            rows, view, state, self.listing, total=len(self.shared.geometry.ids)
        )

    def _tapped(self, event: Tap) -> None:
        row = self.shared.geometry.at(event.x, event.y)
        if row is not None:
            self.select(self.shared.geometry.ids[row])

    def select(self, commune: str) -> None:
        """Select a commune in every view; the same one again, or none, clears it."""
        known = commune in self.shared.geometry.ids
        self.state.choose(commune=commune if known and commune != self.state.commune else "")

    def _handlers(self) -> dict[str, Callable[[str], None]]:
        return {
            "select": self.select,
            "pick": lambda words: picked(self.state, *words.partition("|")[::2]),
            "found": self._found,
            "clear": lambda _: self.state.choose(commune=""),
            "sort": self._sort,
            "page": self._page,
            "filter": self._filter,
            "search": self._search,
            "zoom": self._zoom,
            "pan": self.atlas.pan,
            "scheme": self._scheme,
            "download": self._download,
            "copied": lambda _: self.bridge.say(i18n.text("explorer.share_copied", self.state.lang)),
            "address": self._visit,
            "ready": lambda _: self._ready(),
        }

    def _ready(self) -> None:
        self.bridge.title(i18n.text("explorer.page_title", self.state.lang) + " – geoalarm")
        self.bridge.label(
            "ga-map-a",
            role="img",
            tabindex="0",
            aria_label=i18n.text("explorer.aria.map", self.state.lang, finding=self._finding()),
        )

    def _visit(self, search: str) -> None:
        """Back and forward: the state of another address of this page."""
        words = dict(parse_qsl(search.lstrip("?")))
        values, _ = read_query(
            words, self.shared.choices, communes=frozenset(self.shared.geometry.ids), lang=self.state.lang
        )
        values.pop("lang")
        self.state.choose(**{**DEFAULTS, **values})

    def _found(self, commune: str) -> None:
        self.panes.hits.object = ""
        if commune in self.shared.geometry.ids:
            self.state.choose(commune=commune)
            self._show_commune(zoom=True, announce=False)

    def _sort(self, column: str) -> None:
        self.listing = self.listing.sorted_by(column)
        self._show_table()

    def _page(self, number: str) -> None:
        if number.isdigit():
            self.listing = CommuneTable(
                self.listing.sort, self.listing.ascending, int(number), self.listing.search
            )
            self._show_table()

    def _filter(self, words: str) -> None:
        self.listing = CommuneTable(self.listing.sort, self.listing.ascending, 0, words.strip())
        self._show_table()

    def _search(self, words: str) -> None:
        found = self.shared.search(words) if words.strip() else []
        self.panes.hits.object = cards.hits(found, words, self.names, self.state.lang)

    def _zoom(self, way: str) -> None:
        if way == "home":
            self.atlas.fit(self.shared.geometry.bounds, margin=0.02)
        else:
            self.atlas.zoom(0.6 if way == "in" else 1 / 0.6)

    def _scheme(self, scheme: str) -> None:
        theme: Theme = "dark" if scheme == "dark" else "light"
        if theme == self.theme:
            return
        self.theme = theme
        self.on_theme(theme)
        self.atlas.reink(ink(theme))
        self.curve.skin(ink(theme), theme)
        if self.view is not None:
            for slot, scale in zip(
                SLOTS, (self.view.scale, self.view.scale, self.view.difference_scale), strict=True
            ):
                if scale is not None:
                    self.atlas.colour(slot, map_palette(scale, theme))
            self._drape()

    def _download(self, kind: str) -> None:
        if kind not in FORMATS or self.view is None:
            return
        try:
            file = download(kind, self.view, self.state, self.shared, title=unescape(self._finding()))
            self.bridge.save(file.name, file.kind, file.data)
        except Exception as error:
            log.error("download %s: %s", kind, error, exc_info=error)
            self.panes.notice.object = cards.fault(
                i18n.text("error.download", self.state.lang), self.state.lang
            )


def ink(theme: Theme) -> MapTheme:
    """Colours of lines and letters of a theme."""
    face = INTERFACE[theme]
    _, card, line = SURFACES[theme]
    return MapTheme(
        face.outline,
        face.ink,
        face.casing,
        PATTERNS[theme]["not_studied"].ink,
        face.ink,
        face.link,
        card,
        face.muted,
        line,
    )


def approximate(shared: SharedSession) -> list[bool]:
    """Which communes have an approximate outline."""
    frame = shared.workspace.communes.data
    if "approximate_boundary" not in frame.columns:
        return [False] * len(frame)
    return [bool(value) for value in frame["approximate_boundary"].eq(True)]


def around(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """A box about a commune with its neighbours."""
    west, south, east, north = box
    pad = max(east - west, north - south, 8_000.0) * 1.2
    return west - pad, south - pad, east + pad, north + pad
