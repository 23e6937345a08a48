"""Panes of the what-if page and their places: form, finding, maps, the figures, the communes hit."""

from __future__ import annotations

from typing import ClassVar

from geoalarm import i18n
from geoalarm.app.map.atlas import Atlas
from geoalarm.app.web.html_pane import Box, box
from geoalarm.app.web.page_panes import PagePanes


class WhatIfPanes(PagePanes):
    """The panes of one session of the what-if page."""

    NAMES: ClassVar = (
        "bar",
        "head",
        "notice",
        "progress",
        "form",
        "refused",
        "calculate",
        "switch",
        "key",
        "zones",
        "severity",
        "risk",
        "flags",
        "models",
        "table",
    )
    MAP_CSS: ClassVar = ("ga-map", "ga-low-map")

    def __init__(self, lang: str, atlas: Atlas) -> None:
        super().__init__(lang, atlas)
        self["switch"].param.update(css_classes=["ga-switch"], sizing_mode=None)
        self["key"].css_classes = ["ga-keypane"]
        figures = box([self["zones"], self["severity"], self["risk"]], "ga-card")
        self._side = box([figures, box([self["flags"]], "ga-card")], "ga-side")
        self._list = box([self["table"]], "ga-list", "ga-card")
        self._models = box([self["models"]], "ga-card")
        self.results(False)

    def grid(self) -> Box:
        """The whole page under the bar."""
        act = box([self["refused"], self["calculate"]], "ga-act")
        form = box([self["form"], act], "ga-filters", "ga-formcard", "ga-card")
        maps = box([self["switch"], self._panes, self._map_tools()], "ga-mapframe")
        return box(
            [
                box([form, self._models], "ga-left"),
                box([self["head"], self["progress"], self["notice"]], "ga-head"),
                box([box([self["key"], maps], "ga-mapcard")], "ga-maps"),
                self._side,
                self._list,
                self._sheet_opener(i18n.text("whatif.form_open", self.lang)),
            ],
            "ga-grid",
        )

    def results(self, on: bool) -> None:
        """Show the cards of figures, or none before the first calculation."""
        for pane in (self._side, self._list, self._models):
            shown = [name for name in pane.css_classes if name != "ga-none"]
            pane.css_classes = shown if on else [*shown, "ga-none"]

    def _dimmed(self) -> list[Box]:
        return [*super()._dimmed(), self._side, self._list, self._models]
