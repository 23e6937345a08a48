"""Panes of plain HTML and boxes of panes, in the house's letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

import panel as pn
from bokeh.document import Document
from bokeh.models import InlineStyleSheet

if TYPE_CHECKING:
    from bokeh.model import Model
    from param.parameterized import Event

ASSETS: Final = Path(__file__).parent / "assets"
_SHEETS: WeakKeyDictionary[Document, InlineStyleSheet] = WeakKeyDictionary()


@lru_cache(maxsize=1)
def stylesheet() -> str:
    """CSS of the components, read once."""
    return (ASSETS / "explorer.css").read_text(encoding="utf-8")


def sheet(doc: Document | None) -> InlineStyleSheet:
    """The components' CSS as one model of a document: it travels once a session, not once a pane.

    The document is the one the pane is drawn in, never "the current one": that is global to the process and
    may be another session's.
    """
    if doc is None:
        return InlineStyleSheet(css=stylesheet())
    if doc not in _SHEETS:
        _SHEETS[doc] = InlineStyleSheet(css=stylesheet())
        doc.on_session_destroyed(lambda _: _SHEETS.pop(doc, None))
    return _SHEETS[doc]


class Styled:
    """Carries the house's CSS as one model a document: Panel would send the text again with every pane.

    A pane remembers the document it is drawn in: while many changes are held together a new model belongs to
    none yet, and Panel would fetch its style sheets from elsewhere.
    """

    _drawn_in: Document | None = None

    def _get_properties(self, doc: Document | None) -> dict[str, object]:
        self._drawn_in = doc = doc or self._drawn_in
        props: dict[str, object] = super()._get_properties(doc)  # type: ignore[misc]
        return self._with_sheet(props, doc)

    def _update_model(
        self,
        events: Mapping[str, Event],
        msg: dict[str, object],
        root: Model,
        model: Model,
        doc: Document | None,
        comm: object,
    ) -> None:
        doc = doc or self._drawn_in
        super()._update_model(events, self._with_sheet(msg, doc), root, model, doc, comm)  # type: ignore[misc]

    @staticmethod
    def _with_sheet(props: dict[str, object], doc: Document | None) -> dict[str, object]:
        sheets = props.get("stylesheets")
        return {**props, "stylesheets": [*sheets, sheet(doc)]} if isinstance(sheets, list) else props


class Html(Styled, pn.pane.HTML):
    """A pane of plain HTML in the house's letters."""

    def _update(self, ref: str, model: Model) -> None:
        """New words, and nothing else: Panel would send the style sheets again as new models, and Bokeh would
        then look through the whole document for what became of the old ones.
        """
        model.text = self._transform_object(self.object)["object"]


class Box(Styled, pn.Column):
    """Panes under each other; their class says where they stand."""


def html(words: str = "", *css: str) -> Html:
    """A pane of plain HTML in the house's letters."""
    return Html(words, css_classes=list(css), margin=0, sizing_mode="stretch_width")


def box(parts: Sequence[pn.viewable.Viewable], *css: str) -> Box:
    """Panes under each other; the class decides the rest."""
    return Box(*parts, css_classes=list(css), margin=0, sizing_mode="stretch_width")
