"""Named panes of a page with maps: which there are, one map or several of one view, the sheet's opener."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

import panel as pn

from geoalarm.app.map.atlas import Atlas
from geoalarm.app.map.map_sources import Slot
from geoalarm.app.web.html_pane import Box, Html, box, html
from geoalarm.app.web.page_templates import fill

FADED: Final = "0.45"
"""Opacity of what is not yet replaced."""


class PagePanes:
    """The panes of one session; ``object`` of each is plain HTML."""

    NAMES: ClassVar[tuple[str, ...]] = ("bar", "head", "notice", "progress", "key", "table")
    SLOTS: ClassVar[tuple[Slot, ...]] = ("a", "b")
    MAP_CSS: ClassVar[tuple[str, ...]] = ("ga-map",)

    def __init__(self, lang: str, atlas: Atlas) -> None:
        self.lang, self.atlas = lang, atlas
        titles = (f"title_{slot}" for slot in self.SLOTS)
        self._parts = {name: html() for name in (*self.NAMES, *titles)}
        self.maps: dict[Slot, Box] = {}
        self._panes = box([self._slot("a")], "ga-panes")

    def __getitem__(self, name: str) -> Html:
        return self._parts[name]

    def fill(self, parts: Iterable[tuple[str, str]]) -> None:
        """New HTML of several panes, by name."""
        for name, words in parts:
            self[name].object = words

    def busy(self, words: str) -> None:
        """Tell progress and dim what is not yet replaced."""
        self["progress"].object = words
        self.dim(True)

    def idle(self) -> None:
        """Everything shown is current."""
        self["progress"].object = ""
        self.dim(False)

    def dim(self, on: bool) -> None:
        """Tell by fading that what is shown is not what is asked for."""
        for pane in self._dimmed():
            pane.styles = {"opacity": FADED if on else "1"}

    def compare(self, titles: dict[Slot, str]) -> None:
        """One map, or several of one view and one size beside each other, by their titles."""
        for slot in self.SLOTS:
            title = titles.get(slot, "")
            self[f"title_{slot}"].object = fill("map_title.html", self.lang, title=title) if title else ""
        on = "b" in titles
        if on != (len(self._panes) > 1):
            others = [*map(self._slot, self.SLOTS[1:]), *self._beside_maps()] if on else []
            self._panes.objects = [self._panes[0], *others]
            self._panes.css_classes = ["ga-panes", "ga-two"] if on else ["ga-panes"]

    def _dimmed(self) -> list[Box]:
        """What is faded while it is old."""
        return list(self.maps.values())

    def _beside_maps(self) -> list[Box]:
        """What stands after several maps."""
        return []

    def _slot(self, slot: Slot) -> Box:
        """A map under its title; made on first use."""
        if slot not in self.maps:
            pane = pn.pane.Bokeh(self.atlas.figure(slot), sizing_mode="stretch_both", margin=0)
            self.maps[slot] = box([pane], *self.MAP_CSS, f"ga-map-{slot}")
        return box([self[f"title_{slot}"], self.maps[slot]], "ga-pane")

    def _map_tools(self) -> Html:
        return Html(fill("map_tools.html", self.lang), css_classes=["ga-tools"], margin=0, width=44)

    def _sheet_opener(self, words: str) -> Html:
        """What opens the sheet of choices of a phone."""
        return html(fill("sheet_opener.html", self.lang, words=words), "ga-open")
