"""The what-if page: an accident on the map, its zones on both sides of the border, the people in them, one
weather beside another.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Final

import panel as pn
from bokeh.events import Tap

from geoalarm import i18n
from geoalarm.app.explorer import commune_table as table
from geoalarm.app.explorer.explorer_view import map_palette
from geoalarm.app.map.map_sources import Slot
from geoalarm.app.map.map_theme import map_theme
from geoalarm.app.session import SharedSession
from geoalarm.app.web.download_file import DownloadFile
from geoalarm.app.web.html_pane import Box
from geoalarm.app.web.page_state import UnknownOption
from geoalarm.app.web.page_templates import fill
from geoalarm.app.web.table_arrangement import TableArrangement
from geoalarm.app.web.top_bar import bar
from geoalarm.app.whatif import accident_cards as cards
from geoalarm.app.whatif.accident_files import FORMATS, file_of, thresholds_form
from geoalarm.app.whatif.accident_form import calculate as calculate_button
from geoalarm.app.whatif.accident_form import form
from geoalarm.app.whatif.accident_refusal import refusal
from geoalarm.app.whatif.effect_field import tones
from geoalarm.app.whatif.form_session import FormSession
from geoalarm.app.whatif.form_texts import SHOWS
from geoalarm.app.whatif.whatif_state import WhatIfState
from geoalarm.app.whatif.whatif_view import AccidentOutcome, paint_of
from geoalarm.app.whatif.zone_legend import legend, switch
from geoalarm.app.whatif.zone_map import degrees
from geoalarm.app.whatif.zone_table import zone_name, zones
from geoalarm.core.errors import GeoalarmError
from geoalarm.present.palette import Theme, colours

log = logging.getLogger(__name__)
NOTHING: Final = "#00000000"
"""Colour of the communes before there is an answer."""
SLOTS: Final[tuple[Slot, ...]] = ("a", "b")
"""Maps of the two weathers."""


class WhatIf(FormSession):
    """One reader's what-if page."""

    TITLE = "whatif.title"
    ADDRESS_SAFE = ":~/"

    def __init__(
        self,
        state: WhatIfState,
        shared: SharedSession,
        *,
        theme: Theme = "light",
        rejected: Iterable[UnknownOption] = (),
    ) -> None:
        lang = state.lang
        super().__init__(state, shared, theme=theme)
        self.tell_unknown(rejected)
        self.atlas.colour("a", [NOTHING] * 2)
        self.zones.draw("a")
        self.panes.fill(
            [
                ("form", form(state)),
                ("calculate", calculate_button(lang)),
                ("head", cards.head(None, state, shared)),
                ("key", legend(None, state)),
            ]
        )
        # an answer that lands while the page is still being drawn would not reach its maps
        self._is_waiting = state.is_placed
        if not state.is_placed:
            self._begin()
        elif self._document() is None:
            self._ready()

    def _grid(self) -> Box:
        return self.panes.grid()

    def _bar(self) -> str:
        lang = self.state.lang
        names = {kind: "whatif.save" if kind == "yml" else f"explorer.download_{kind}" for kind in FORMATS}
        files = {kind: i18n.text(key, lang) for kind, key in names.items()}
        return bar(self.state, here="whatif", files=files, help_key="whatif.save_help")

    def _handlers(self) -> dict[str, Callable[[str], None]]:
        return {
            **self._form_handlers(),
            "select": self._select,
            "clear": lambda _: self._select(""),
            "show": self._lay,
        }

    def _failed(self, error: BaseException) -> None:
        """Tell what cannot be calculated; a fault of ours leaves its trace in the log only."""
        if isinstance(error, GeoalarmError):
            log.info("what if: %s", error)
        else:
            log.error("what if: %s", error, exc_info=error)
        self._refuse(refusal(error, self.state, self.state.lang))

    def _show(self, outcome: AccidentOutcome) -> None:
        """Bring every view to a new answer."""
        state, lang = self.state, self.state.lang
        self.outcome, self.arrangement = outcome, TableArrangement()
        with pn.io.hold(self._doc):
            self.panes.dim(False)
            self.panes.compare(cards.slot_titles(outcome, lang))
            self._paint()
            self.zones.place(outcome.first.choice.lon, outcome.first.choice.lat)
            if outcome.box is not None:
                self.atlas.fit(outcome.box, margin=0.15)
            self.panes.fill(self._figures(outcome))
            self._show_table()
            self.panes.results(True)
        if not state.is_example:
            self._address()
            self.bridge.sheet(False)
            self.bridge.say(i18n.text("whatif.done", lang, finding=cards.finding(outcome, lang)))
        self._name_map()

    def _figures(self, outcome: AccidentOutcome) -> list[tuple[str, str]]:
        """HTML of the panes that follow an answer."""
        state, shared, lang = self.state, self.shared, self.state.lang
        return [
            ("refused", ""),
            ("notice", cards.example(lang) if state.is_example else ""),
            ("head", cards.head(outcome, state, shared)),
            ("switch", switch(outcome, state)),
            ("key", legend(outcome, state)),
            ("zones", zones(outcome, state)),
            ("severity", cards.severity(outcome, lang)),
            ("risk", cards.risk(outcome, lang)),
            ("flags", cards.told(outcome, lang)),
            ("models", cards.models(outcome, shared, lang)),
        ]

    def _paint(self) -> None:
        outcome, lang = self.outcome, self.state.lang
        if outcome is None:
            return
        show, lines = outcome.shows(self.state.show), colours("effects", self.theme)
        shades = tones(max(len(outcome.steps if show == "field" else outcome.levels), 1), self.theme)
        for index, slot in enumerate(SLOTS[: len(outcome.both)]):
            rings = outcome.rings[index]
            self.atlas.colour(slot, map_palette(outcome.view.scale, self.theme))
            self.atlas.paint(slot, paint_of(outcome, index, show=show, lang=lang))
            words = {} if rings is None else {label: zone_name(label, lang) for label in rings.labels}
            self.zones.show(slot, rings, tuple(lines), words=words)
            self.atlas.picture(slot, outcome.picture(show, index), shades, opacity=0.95)

    def _show_table(self) -> None:
        if self.outcome is None:
            return
        state, view = self.state, self.outcome.hit()
        words = fill("whatif/communes_hit.html", state.lang, is_empty=view.first.empty)
        if not view.first.empty:
            rows = table.arranged(view, state, self.shared, self.arrangement)
            self.arrangement = self.arrangement.within(len(rows), table.ROWS)
            words += table.html(rows, view, state, self.arrangement, total=len(rows))
        self.panes["table"].object = words

    def _map_words(self) -> str:
        lang = self.state.lang
        return i18n.text("whatif.begin", lang) if self.outcome is None else cards.finding(self.outcome, lang)

    def _tapped(self, event: Tap) -> None:
        """A click on the map places the accident there, or at the site under it, and calculates."""
        site = self.zones.site_at(event.x, event.y)
        if site:
            self.state.choose_site(site)
        else:
            self.state.place(*degrees(event.x, event.y))
        self._show_form()
        self.zones.place(float(self.state.lon), float(self.state.lat))
        self.calculate()

    def _lay(self, show: str) -> None:
        """Another thing on the map; the effect is calculated when it is first asked for."""
        if show not in SHOWS or self.outcome is None:
            return
        self.state.show = show
        if show != self.outcome.shows(show):
            self.calculate()
            return
        with pn.io.hold(self._doc):
            self._paint()
            self.panes.fill(
                [("switch", switch(self.outcome, self.state)), ("key", legend(self.outcome, self.state))]
            )
        if not self.state.is_example:
            self._address()

    def _select(self, commune: str) -> None:
        known = commune in self.shared.geometry.ids and commune != self.state.commune
        self.state.commune = commune if known else ""
        self.atlas.select(self.shared.geometry.row(self.state.commune) if known else None)
        self._show_table()

    def _recolour(self, theme: Theme) -> None:
        self.zones.apply_theme(map_theme(theme))
        self._paint()

    def _file(self, kind: str) -> DownloadFile | None:
        if self.outcome is None:
            return None
        if kind == "thresholds":
            return thresholds_form(self.state)
        return file_of(kind, self.outcome, self.state, self.shared) if kind in FORMATS else None

    def _ready(self) -> None:
        super()._ready()
        if self._is_waiting:
            self._is_waiting = False
            self.calculate()
