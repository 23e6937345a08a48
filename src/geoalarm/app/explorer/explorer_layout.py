"""Panes of the explorer and where they stand: filters, finding, maps, details, table; the sheet and its
opener on a phone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import panel as pn

from geoalarm import i18n
from geoalarm.app.web.html_markup import button, e, icon_button, said
from geoalarm.app.web.page_frame import sheet

if TYPE_CHECKING:
    from bokeh.document import Document

    from geoalarm.app.explorer.charts import ExceedanceCurve
    from geoalarm.app.map.atlas import Atlas


class Styled:
    """Carries the house's CSS as one model a document: Panel would send the text again with every pane.

    A pane remembers the document it is drawn in: while many changes are held together a new model belongs to
    none yet, and Panel would fetch its style sheets from elsewhere.
    """

    _drawn_in: Document | None = None

    def _get_properties(self, doc: Document | None) -> dict[str, Any]:
        self._drawn_in = doc = doc or self._drawn_in
        props: dict[str, Any] = super()._get_properties(doc)  # type: ignore[misc]
        if "stylesheets" in props:
            props["stylesheets"] = [*props["stylesheets"], sheet(doc)]
        return props

    def _update_model(
        self, events: Any, msg: dict[str, Any], root: Any, model: Any, doc: Document | None, comm: Any
    ) -> None:
        doc = doc or self._drawn_in
        if "stylesheets" in msg:
            msg = {**msg, "stylesheets": [*msg["stylesheets"], sheet(doc)]}
        super()._update_model(events, msg, root, model, doc, comm)  # type: ignore[misc]


class Html(Styled, pn.pane.HTML):
    """A pane of plain HTML in the house's letters."""


class Box(Styled, pn.Column):
    """Panes under each other; their class says where they stand."""


class Panes:
    """The panes of one session; ``object`` of each is plain HTML."""

    def __init__(self, lang: str, atlas: Atlas, curve: ExceedanceCurve) -> None:
        self.lang, self.atlas = lang, atlas
        for name in (
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
            "title_a",
            "title_b",
            "title_d",
        ):
            setattr(self, name, html())
        self.maps = {"a": self._map("a")}
        self._curve = pn.pane.Bokeh(curve.figure, sizing_mode="stretch_width", height=190, margin=0)
        self._panes = box([self._slot("a")], "ga-panes")

    bar: pn.pane.HTML
    head: pn.pane.HTML
    notice: pn.pane.HTML
    progress: pn.pane.HTML
    key: pn.pane.HTML
    key_difference: pn.pane.HTML
    changes: pn.pane.HTML
    selected: pn.pane.HTML
    points: pn.pane.HTML
    bars: pn.pane.HTML
    sources: pn.pane.HTML
    table: pn.pane.HTML
    hits: pn.pane.HTML
    filters: pn.pane.HTML

    def grid(self) -> pn.Column:
        """The whole page under the bar."""
        left = box([box([self.filters], "ga-filters", "ga-card"), box([self.sources], "ga-card")], "ga-left")
        return box(
            [
                left,
                box([self.head, self.progress, self.notice], "ga-head"),
                box([self._mapcard()], "ga-maps"),
                self._side(),
                box([self._filter(), self.table], "ga-list", "ga-card"),
                self._opener(),
            ],
            "ga-grid",
        )

    def busy(self, words: str) -> None:
        """Tell progress and dim what is not yet replaced."""
        self.progress.object = words
        self._dim(True)

    def idle(self) -> None:
        """Everything shown is current."""
        self.progress.object = ""
        self._dim(False)

    def compare(self, on: bool, titles: dict[str, str]) -> None:
        """One map, or two beside each other and their difference below, all of one size so that they share
        one view.
        """
        for slot in ("a", "b", "d"):
            getattr(self, f"title_{slot}").object = (
                f'<span class="ga-slot">{e(titles[slot])}</span>' if slot in titles else ""
            )
        if on == (len(self._panes) > 1):
            return
        for slot in ("b", "d"):
            if slot not in self.maps:
                self.maps[slot] = self._map(slot)
        others = (
            [self._slot("b"), self._slot("d"), box([self.key_difference, self.changes], "ga-pane")]
            if on
            else []
        )
        self._panes.objects = [self._panes[0], *others]
        self._panes.css_classes = ["ga-panes", "ga-two"] if on else ["ga-panes"]
        for slot, pane in self.maps.items():
            pane.css_classes = ["ga-map", f"ga-map-{slot}", *(["ga-small-map"] if on else [])]

    def curve(self, on: bool) -> None:
        """Show the curve, or only words where there is no chance."""
        self._curve.visible = on

    def _dim(self, on: bool) -> None:
        for pane in self.maps.values():
            pane.styles = {"opacity": "0.45"} if on else {}

    def _map(self, slot: Any) -> pn.Column:
        pane = pn.pane.Bokeh(self.atlas.figure(slot), sizing_mode="stretch_both", margin=0)
        return box([pane], "ga-map", f"ga-map-{slot}")

    def _slot(self, slot: str) -> pn.Column:
        return box([getattr(self, f"title_{slot}"), self.maps[slot]], "ga-pane")

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
        buttons = Html(f'<div class="ga-stack">{tools}</div>', css_classes=["ga-tools"], margin=0, width=44)
        return box([self.key, self._panes, buttons], "ga-mapcard")

    def _side(self) -> pn.Column:
        lang = self.lang
        search = html(
            f'<div class="ga-search"><label><span class="ga-hidden">{said("explorer.search", lang)}</span>'
            '<input type="search" data-do="search|" autocomplete="off" '
            f'placeholder="{said("explorer.search", lang)}"></label></div>'
        )
        title = html(f"<h3>{said('explorer.curve_title', lang)}</h3>")
        return box(
            [
                box([search, self.hits, self.selected], "ga-card", "ga-chosen-card"),
                box([title, self._curve, self.points], "ga-card"),
                box([self.bars], "ga-card"),
            ],
            "ga-side",
        )

    def _filter(self) -> pn.pane.HTML:
        lang = self.lang
        return html(
            f'<div class="ga-filter"><h3 id="table">{said("explorer.table_title", lang)}</h3><label>'
            '<span class="ga-hidden">'
            f'{said("explorer.table_filter", lang)}</span><input type="search" data-do="filter|" '
            'autocomplete="off" '
            f'placeholder="{said("explorer.table_filter", lang)}"></label></div>'
        )

    def _opener(self) -> pn.pane.HTML:
        return html(
            button(
                "filters|open",
                i18n.text("explorer.filters_open", self.lang),
                css="ga-opener",
                extra='aria-expanded="false"',
            ),
            "ga-open",
        )


def html(words: str = "", *css: str) -> pn.pane.HTML:
    """A pane of plain HTML in the house's letters."""
    return Html(words, css_classes=list(css), margin=0, sizing_mode="stretch_width")


def box(parts: list[Any], *css: str, gap: bool = False) -> pn.Column:
    """Panes under each other; the class decides the rest."""
    return Box(
        *parts,
        css_classes=list(css),
        margin=0,
        sizing_mode="stretch_width",
        styles={"gap": "14px"} if gap else {},
    )
