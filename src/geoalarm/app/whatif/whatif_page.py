"""The what-if page: an accident on the map, its zones on both sides of the border, the people in them, one
weather beside another.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from html import unescape
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import panel as pn
from bokeh.events import Tap

from geoalarm import i18n
from geoalarm.app.explorer import commune_table as table
from geoalarm.app.explorer import explorer_cards as cards
from geoalarm.app.explorer.commune_table import CommuneTable
from geoalarm.app.explorer.explorer_page import PATIENCE_MS, WORKERS, approximate, ink
from geoalarm.app.explorer.explorer_state import UnknownOption
from geoalarm.app.explorer.explorer_view import map_palette
from geoalarm.app.map.atlas import Atlas
from geoalarm.app.session import SharedSession
from geoalarm.app.web.bridge import Bridge
from geoalarm.app.web.top_bar import bar
from geoalarm.app.whatif.accident_cards import (
    example,
    finding,
    head,
    models,
    risk,
    severity,
    slot_titles,
    told,
)
from geoalarm.app.whatif.accident_files import FORMATS, UploadStore, file_of, thresholds_form
from geoalarm.app.whatif.accident_form import calculate as calculate_button
from geoalarm.app.whatif.accident_form import form, on_a_phone, refused
from geoalarm.app.whatif.effect_field import tones
from geoalarm.app.whatif.example_accidents import EXAMPLES, example_place
from geoalarm.app.whatif.whatif_layout import WhatIfPanes, title
from geoalarm.app.whatif.whatif_state import SHOWS, WhatIfState, read_query
from geoalarm.app.whatif.whatif_view import AccidentOutcome, calculate, paint_of, refusal
from geoalarm.app.whatif.zone_legend import key, switch
from geoalarm.app.whatif.zone_map import Zones, degrees
from geoalarm.app.whatif.zone_table import zone_name, zones
from geoalarm.core.errors import GeoalarmError
from geoalarm.present.palette import Theme, colours

log = logging.getLogger(__name__)
NOTHING: Final = "#00000000"
"""Colour of the communes before there is an answer."""


class WhatIf:
    """One reader's what-if page."""

    def __init__(
        self,
        state: WhatIfState,
        shared: SharedSession,
        *,
        theme: Theme = "light",
        rejected: tuple[UnknownOption, ...] = (),
    ) -> None:
        self.state, self.shared, self.theme = state, shared, theme
        self.outcome: AccidentOutcome | None = None
        self.listing = CommuneTable()
        lang = state.lang
        self.atlas = Atlas(
            shared.geometry,
            names=list(shared.names(lang)),
            labels=shared.labels(lang),
            ink=ink(theme),
            dashed=approximate(shared),
        )
        self.zones = Zones(self.atlas, list(state.sites.values()))
        self.desk = UploadStore()
        self.panes = WhatIfPanes(lang, self.atlas)
        self._doc = pn.state.curdoc
        self.bridge = Bridge({name: self._locked(handler) for name, handler in self._handlers().items()})
        self.on_theme: Callable[[Theme], None] = lambda theme: None
        self._turn = 0
        if rejected:
            words = ", ".join(f"{item.name}={item.value}"[:60] for item in rejected)
            self.panes["notice"].object = cards.notice(i18n.text("error.address", lang, what=words))
        self.atlas.fit(shared.geometry.bounds, margin=0.02)
        self.atlas.colour("a", [NOTHING] * 2)
        self.atlas.figure("a").on_event(Tap, self._tapped)
        self.zones.draw("a")
        self.panes["form"].object = form(state)
        self.panes["calculate"].object = calculate_button(lang)
        self.panes["head"].object = head(None, state, shared)
        self.panes["key"].object = key(None, state, shared)
        self._is_waiting = state.is_placed
        if not state.is_placed:
            self._begin()
        elif self._doc is None or self._doc.session_context is None:
            self._ready()
        if self._doc is not None:
            self._doc.on_session_destroyed(lambda _: self.desk.clear())

    def header(self) -> list[Any]:
        """Parts of the bar at the top."""
        self.panes["bar"].object = self._bar()
        return [self.panes["bar"]]

    def main(self) -> list[Any]:
        """Parts of the page."""
        return [pn.Column(self.panes.grid(), self.bridge, margin=0, sizing_mode="stretch_width")]

    def _begin(self) -> None:
        """Show an example at once, told as one: what this page does is seen before anything is asked."""
        state = self.state
        is_plain = state.query() == {"lang": state.lang, "kind": WhatIfState().kind}
        state.show_example(*self._example_place())
        self.panes["form"].object = form(state)
        try:
            made = (
                self.shared.example("whatif", lambda: calculate(state, self.shared))
                if is_plain
                else calculate(state, self.shared)
            )
        except Exception as error:
            log.log(
                logging.INFO if isinstance(error, GeoalarmError) else logging.ERROR,
                "example: %s",
                error,
                exc_info=error,
            )
            self._refuse(refusal(error, state, state.lang))
            return
        self._show(made)

    def calculate(self) -> None:
        """Calculate what the form says, beside the page's own thread, and tell it when it takes long."""
        self._turn += 1
        turn, state = self._turn, self.state
        self.panes["bar"].object = self._bar()
        if not state.is_placed:
            self._refuse(i18n.text("whatif.refused_place", state.lang))
            return
        if self._doc is None or self._doc.session_context is None:
            try:
                self._show(calculate(state, self.shared))
            except GeoalarmError as error:
                self._refuse(refusal(error, state, state.lang))
            return
        started, doc = time.monotonic(), self._doc
        job = WORKERS.submit(calculate, state, self.shared)
        job.add_done_callback(
            lambda done: doc.add_next_tick_callback(lambda: self._arrived(turn, done, started))
        )

        def tell() -> None:
            if not job.done() and turn == self._turn:
                self.panes["progress"].object = cards.busy(state.lang)
                self.panes.dim(True)

        doc.add_timeout_callback(tell, PATIENCE_MS)

    def _arrived(self, turn: int, done: Future[AccidentOutcome], started: float) -> None:
        if turn != self._turn:
            return
        error = done.exception()
        log.info("what if: %.2f s", time.monotonic() - started)
        self.panes["progress"].object = ""
        if error is None:
            try:
                self._show(done.result())
            except Exception as fault:
                log.error("what if: %s", fault, exc_info=fault)
                self._refuse(refusal(fault, self.state, self.state.lang))
            return
        if not isinstance(error, GeoalarmError):
            log.error("what if: %s", error, exc_info=error)
        self._refuse(refusal(error, self.state, self.state.lang))

    def _refuse(self, words: str) -> None:
        """Tell beside the form what cannot be calculated, and fade what was calculated before."""
        lang = self.state.lang
        self.panes["refused"].object = refused(words, lang, dimmed=self.outcome is not None)
        self.panes["notice"].object = on_a_phone(words)
        self.panes.dim(self.outcome is not None)

    def _show(self, outcome: AccidentOutcome) -> None:
        """Bring every view to a new answer."""
        state, lang = self.state, self.state.lang
        self.outcome, self.listing = outcome, CommuneTable()
        with pn.io.hold(self._doc, freeze=True):
            self.panes["refused"].object = ""
            self.panes["notice"].object = example(state) if state.is_example else ""
            self.panes.dim(False)
            self.panes.compare(slot_titles(outcome, lang))
            self._paint()
            self.zones.place(outcome.first.choice.lon, outcome.first.choice.lat)
            if outcome.box is not None:
                self.atlas.fit(outcome.box, margin=0.15)
            for name, words in (
                ("head", head(outcome, state, self.shared)),
                ("switch", switch(outcome, state)),
                ("key", key(outcome, state, self.shared)),
                ("zones", zones(outcome, state)),
                ("severity", severity(outcome, lang)),
                ("risk", risk(outcome, lang)),
                ("flags", told(outcome, lang)),
                ("models", models(outcome, self.shared, lang)),
            ):
                self.panes[name].object = words
            self._show_table()
            self.panes.results(True)
        if not state.is_example:
            self._address()
            self.bridge.sheet(False)
            self.bridge.say(unescape(i18n.text("whatif.done", lang, finding=finding(outcome, lang))))
        self._name_map()

    def _paint(self) -> None:
        outcome, lang = self.outcome, self.state.lang
        if outcome is None:
            return
        show, lines = outcome.shows(self.state.show), colours("effects", self.theme)
        shades = tones(max(len(outcome.steps if show == "field" else outcome.levels), 1), self.theme)
        for index, _ in enumerate(outcome.both):
            slot: Any = "ab"[index]
            rings = outcome.rings[index]
            self.atlas.colour(slot, map_palette(outcome.view.scale, self.theme))
            self.atlas.paint(slot, paint_of(outcome, index, show=show, lang=lang))
            words = {} if rings is None else {label: zone_name(label, lang) for label in rings.labels}
            self.zones.show(slot, rings, tuple(lines), words=words)
            self.atlas.lay(slot, outcome.picture(show, index), shades, opacity=0.95)

    def _address(self) -> None:
        self.bridge.address("?" + urlencode(self.state.query(), safe=":~/"))

    def _show_table(self) -> None:
        if self.outcome is None:
            return
        state, view = self.state, self.outcome.hit()
        words = title(state.lang)
        if view.first.empty:
            self.panes["table"].object = f"{words}<p>{i18n.text('whatif.table_none', state.lang)}</p>"
            return
        rows = table.arranged(view, state, self.shared, self.listing)
        self.panes["table"].object = words + table.html(rows, view, state, self.listing, total=len(rows))

    def _tapped(self, event: Tap) -> None:
        """A click on the map places the accident there, or at the site under it, and calculates."""
        site = self.zones.site_at(event.x, event.y)
        if site:
            self.state.choose_site(site)
        else:
            self.state.place(*degrees(event.x, event.y))
        self.panes["form"].object = form(self.state)
        self.zones.place(float(self.state.lon), float(self.state.lat))
        self.calculate()

    def _handlers(self) -> dict[str, Callable[[str], None]]:
        return {
            "pick": lambda words: self._pick(*words.partition("|")[::2]),
            "write": lambda words: self.state.write(*words.partition("|")[::2]),
            "calculate": lambda _: self._ask(),
            "select": self._select,
            "clear": lambda _: self._select(""),
            "sort": self._sort,
            "page": self._page,
            "zoom": self._zoom,
            "pan": self.atlas.pan,
            "scheme": self._scheme,
            "download": self._download,
            "show": self._lay,
            "example": self._try,
            "file": self._file,
            "forget": lambda _: self._hold(None),
            "copied": lambda _: self.bridge.say(i18n.text("explorer.share_copied", self.state.lang)),
            "address": self._visit,
            "ready": lambda _: self._ready(),
        }

    def _pick(self, name: str, value: str) -> None:
        """A list or a box was used; the form follows, nothing is calculated yet."""
        state = self.state
        acts: dict[str, Callable[[], None]] = {
            "kind": lambda: state.choose_kind(value),
            "site": lambda: state.choose_site(value),
            "tank": lambda: state.param.update(with_tank=value == "1"),
            "weather": lambda: state.choose_weather(value),
            "weather2": lambda: state.choose_weather(value, second=True),
            "beside": lambda: state.param.update(beside=value == "true"),
            "rose": lambda: state.choose_rose(value),
            "time": lambda: state.param.update(time=value if value in ("day", "night") else state.time),
        }
        if name not in acts:
            return
        acts[name]()
        self.panes["form"].object = form(state)
        if name == "site" and state.is_placed:
            self.zones.place(float(state.lon), float(state.lat))

    def _lay(self, show: str) -> None:
        """Another thing on the map; the effect is calculated when it is first asked for."""
        if show not in SHOWS or self.outcome is None:
            return
        self.state.show = show
        if show != self.outcome.shows(show):
            self.calculate()
            return
        with pn.io.hold(self._doc, freeze=True):
            self._paint()
            self.panes["switch"].object = switch(self.outcome, self.state)
            self.panes["key"].object = key(self.outcome, self.state, self.shared)
        if not self.state.is_example:
            self._address()

    def _ask(self) -> None:
        """The reader's own accident, though it stand where the example stood."""
        self.state.is_example = False
        self.calculate()

    def _example_place(self) -> tuple[float, float]:
        return example_place(self.shared.geometry, self.shared.workspace.prepared().total)

    def _try(self, name: str) -> None:
        """One of the examples."""
        if name not in EXAMPLES:
            return
        lon, lat = self._example_place()
        values = {**EXAMPLES[name], "lang": self.state.lang, "lon": f"{lon:.5f}", "lat": f"{lat:.5f}"}
        self.state = WhatIfState(list(self.state.sites.values()), **values)
        self.panes["form"].object = form(self.state)
        self.calculate()

    def _file(self, message: str) -> None:
        """A file of toxic thresholds from the reader: kept for this session where it can be read, else told
        why not.
        """
        lang = self.state.lang
        name, _, rest = message.partition("|")
        size, _, text = rest.partition("|")
        try:
            path, content = self.desk.thresholds(name, size, text)
        except GeoalarmError as error:
            self.panes["refused"].object = refused(
                i18n.text("whatif.thresholds_refused", lang, message=error.sentence()), lang, dimmed=False
            )
            return
        self.panes["refused"].object = ""
        self._hold(path, content)

    def _hold(self, path: Any, content: Any = None) -> None:
        self.state.hold(path, content)
        self.panes["form"].object = form(self.state)

    def _select(self, commune: str) -> None:
        known = commune in self.shared.geometry.ids and commune != self.state.commune
        self.state.commune = commune if known else ""
        self.atlas.select(self.shared.geometry.row(self.state.commune) if known else None)
        self._show_table()

    def _sort(self, column: str) -> None:
        self.listing = self.listing.sorted_by(column)
        self._show_table()

    def _page(self, number: str) -> None:
        if number.isdigit():
            self.listing = CommuneTable(self.listing.sort, self.listing.ascending, int(number), "")
            self._show_table()

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
        self.zones.reink(ink(theme))
        self._paint()

    def _download(self, kind: str) -> None:
        if kind not in (*FORMATS, "thresholds") or self.outcome is None:
            return
        try:
            file = (
                thresholds_form(self.state)
                if kind == "thresholds"
                else file_of(kind, self.outcome, self.state, self.shared)
            )
            self.bridge.save(file.name, file.kind, file.data)
        except Exception as error:
            log.error("download %s: %s", kind, error, exc_info=error)
            self.panes["notice"].object = cards.fault(
                i18n.text("error.download", self.state.lang), self.state.lang
            )

    def _visit(self, search: str) -> None:
        """Back and forward: the form of another address of this page."""
        sites, communes = list(self.state.sites.values()), frozenset(self.shared.geometry.ids)
        values, _ = read_query(
            dict(parse_qsl(search.lstrip("?"))), sites, communes=communes, lang=self.state.lang
        )
        kept = {"thresholds": self.state.thresholds, "thresholds_content": self.state.thresholds_content}
        self.state = WhatIfState(sites, **{**values, **kept, "lang": self.state.lang})
        self.panes["form"].object = form(self.state)
        if self.state.is_placed:
            self.calculate()
        else:
            self._begin()

    def _ready(self) -> None:
        self.bridge.title(i18n.text("whatif.title", self.state.lang) + " – geoalarm")
        self._name_map()
        if (
            self._is_waiting
        ):  # an answer that lands while the page is still being drawn would not reach its maps
            self._is_waiting = False
            self.calculate()

    def _name_map(self) -> None:
        lang = self.state.lang
        words = i18n.text("whatif.begin", lang) if self.outcome is None else finding(self.outcome, lang)
        self.bridge.label(
            "ga-map-a",
            role="img",
            tabindex="0",
            aria_label=i18n.text("explorer.aria.map", lang, finding=words),
        )

    def _bar(self) -> str:
        lang = self.state.lang
        files = {
            kind: i18n.text("whatif.save" if kind == "yml" else f"explorer.download_{kind}", lang)
            for kind in FORMATS
        }
        return bar(self.state, here="whatif", files=files, help_key="whatif.save_help")

    def _locked(self, handler: Callable[[str], None]) -> Callable[[str], None]:
        """The same handler under the lock of the document, which figures need to be patched."""

        def act(value: str) -> None:
            if self._doc is None or self._doc.session_context is None:
                handler(value)
            else:
                self._doc.add_next_tick_callback(lambda: self._at_once(handler, value))

        return act

    def _at_once(self, handler: Callable[[str], None], value: str) -> None:
        """Everything a message changes as one answer; the document's models are counted once, not after each
        change.
        """
        with pn.io.hold(self._doc, freeze=True):
            handler(value)
