"""Panes of the what-if page and where they stand: the form, the finding, the maps, the figures, the communes
hit.
"""

from __future__ import annotations

from typing import Any, Final

import panel as pn

from geoalarm import i18n
from geoalarm.app.explorer.layout import box, html
from geoalarm.app.map.atlas import Atlas
from geoalarm.app.web.html_markup import button, e, icon_button, said

NAMES = (
    "bar", "head", "notice", "progress", "form", "refused", "calculate", "switch", "key", "zones", "severity",
    "risk", "flags", "models",
    "table", "title_a", "title_b",
)  # fmt: skip

HELD: Final = {"switch": ("ga-switch",), "key": ("ga-keypane",)}
"""Classes of the panes that stand in a place of their own."""


class WhatIfPanes:
    """The panes of one session; ``object`` of each is plain HTML."""

    def __init__(self, lang: str, atlas: Atlas) -> None:
        self.lang, self.atlas = lang, atlas
        self._parts = {name: html("", *HELD.get(name, ())) for name in NAMES}
        self["switch"].sizing_mode = None
        self.maps = {"a": self._map("a")}
        self._panes = box([self._slot("a")], "ga-panes")
        self._side = box(
            [
                box([self["zones"], self["severity"], self["risk"]], "ga-card"),
                box([self["flags"]], "ga-card"),
            ],
            "ga-side",
        )
        self._list = box([self["table"]], "ga-list", "ga-card")
        self._models = box([self["models"]], "ga-card")
        self.results(False)

    def __getitem__(self, name: str) -> pn.pane.HTML:
        return self._parts[name]

    def grid(self) -> pn.Column:
        """The whole page under the bar."""
        act = box([self["refused"], self["calculate"]], "ga-act")
        form = box([self["form"], act], "ga-filters", "ga-formcard", "ga-card")
        return box(
            [
                box([form, self._models], "ga-left"),
                box([self["head"], self["progress"], self["notice"]], "ga-head"),
                box([self._mapcard()], "ga-maps"),
                self._side,
                self._list,
                self._opener(),
            ],
            "ga-grid",
        )

    def results(self, on: bool) -> None:
        """Show the cards of figures, or none before the first calculation."""
        for pane in (self._side, self._list, self._models):
            pane.css_classes = [
                *(name for name in pane.css_classes if name != "ga-none"),
                *([] if on else ["ga-none"]),
            ]

    def dim(self, on: bool) -> None:
        """Tell by fading that what is shown is not what the form says."""
        for pane in (*self.maps.values(), self._side, self._list, self._models):
            pane.styles = {"opacity": "0.45" if on else "1"}

    def compare(self, titles: dict[str, str]) -> None:
        """One map, or two of one view beside each other."""
        on = "b" in titles
        for slot in ("a", "b"):
            self[f"title_{slot}"].object = (
                f'<span class="ga-slot">{e(titles[slot])}</span>' if slot in titles else ""
            )
        if on == (len(self._panes) > 1):
            return
        if on and "b" not in self.maps:
            self.maps["b"] = self._map("b")
        self._panes.objects = [self._panes[0], *([self._slot("b")] if on else [])]
        self._panes.css_classes = ["ga-panes", "ga-two"] if on else ["ga-panes"]

    def _map(self, slot: Any) -> pn.Column:
        pane = pn.pane.Bokeh(self.atlas.figure(slot), sizing_mode="stretch_both", margin=0)
        return box([pane], "ga-map", "ga-low-map", f"ga-map-{slot}")

    def _slot(self, slot: str) -> pn.Column:
        return box([self[f"title_{slot}"], self.maps[slot]], "ga-pane")

    def _mapcard(self) -> pn.Column:
        lang = self.lang
        tools = "".join(
            icon_button(f"zoom|{way}", icon, i18n.text(f"explorer.aria.{key}", lang))
            for way, icon, key in (
                ("in", "plus", "zoom_in"),
                ("out", "minus", "zoom_out"),
                ("home", "home", "map_home"),
            )
        )
        buttons = html(f'<div class="ga-stack">{tools}</div>', "ga-tools")
        buttons.param.update(sizing_mode=None, width=44)
        return box([self["key"], box([self["switch"], self._panes, buttons], "ga-mapframe")], "ga-mapcard")

    def _opener(self) -> pn.pane.HTML:
        words = i18n.text("whatif.form_open", self.lang)
        return html(button("filters|open", words, css="ga-opener", extra='aria-expanded="false"'), "ga-open")


def title(lang: str) -> str:
    """Head of the table."""
    return f'<h3 id="table">{said("whatif.table_title", lang)}</h3>'
