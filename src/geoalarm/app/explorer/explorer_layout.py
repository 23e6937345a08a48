"""Panes of the explorer and their places: filters, finding, maps, details, table; the sheet on a phone."""

from __future__ import annotations

from typing import ClassVar

import panel as pn

from geoalarm import i18n
from geoalarm.app.explorer.charts import ExceedanceCurve
from geoalarm.app.map.atlas import Atlas
from geoalarm.app.map.map_sources import SLOTS, Slot
from geoalarm.app.web.html_pane import Box, box, html
from geoalarm.app.web.page_panes import PagePanes
from geoalarm.app.web.page_templates import fill


class ExplorerPanes(PagePanes):
    """The panes of one session of the explorer."""

    NAMES: ClassVar = (
        "bar",
        "head",
        "notice",
        "progress",
        "key",
        "key_difference",
        "changes",
        "selected",
        "points",
        "bars",
        "sources",
        "table",
        "hits",
        "filters",
    )
    SLOTS: ClassVar = SLOTS

    def __init__(self, lang: str, atlas: Atlas, curve: ExceedanceCurve) -> None:
        super().__init__(lang, atlas)
        self._curve = pn.pane.Bokeh(curve.figure, sizing_mode="stretch_width", height=190, margin=0)

    def grid(self) -> Box:
        """The whole page under the bar."""
        left = box(
            [box([self["filters"]], "ga-filters", "ga-card"), box([self["sources"]], "ga-card")], "ga-left"
        )
        return box(
            [
                left,
                box([self["head"], self["progress"], self["notice"]], "ga-head"),
                box([box([self["key"], self._panes, self._map_tools()], "ga-mapcard")], "ga-maps"),
                self._side(),
                box(
                    [html(fill("explorer/table_filter.html", self.lang)), self["table"]], "ga-list", "ga-card"
                ),
                self._sheet_opener(i18n.text("explorer.filters_open", self.lang)),
            ],
            "ga-grid",
        )

    def compare(self, titles: dict[Slot, str]) -> None:
        """One map, or two beside each other and their difference below."""
        super().compare(titles)
        for slot, pane in self.maps.items():
            pane.css_classes = [*self.MAP_CSS, f"ga-map-{slot}", *(["ga-small-map"] if titles else [])]

    def curve(self, on: bool) -> None:
        """Show the curve, or only words where there is no chance."""
        self._curve.visible = on

    def _beside_maps(self) -> list[Box]:
        return [box([self["key_difference"], self["changes"]], "ga-pane")]

    def _side(self) -> Box:
        search = html(fill("explorer/search.html", self.lang))
        title = html(fill("explorer/curve_title.html", self.lang))
        return box(
            [
                box([search, self["hits"], self["selected"]], "ga-card", "ga-chosen-card"),
                box([title, self._curve, self["points"]], "ga-card"),
                box([self["bars"]], "ga-card"),
            ],
            "ga-side",
        )
