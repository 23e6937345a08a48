"""The page in the browser: clicks on plain controls, keys, colour scheme, downloads, what is announced.

Messages of a kind of their own go both ways on the page's websocket; the browser's end is
``assets/bridge.js``, which comes with the page.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from bokeh.document import Document
from bokeh.document.events import MessageSentEvent

CHANNEL: Final = "geoalarm"
"""Kind of the messages of the bridge."""
LONGEST: Final = 2_000
"""Letters of one message from the browser that are read."""
LONGEST_FILE: Final = 100_300
"""The same of a file, its name and size before it."""
log = logging.getLogger(__name__)


@cache
def bridge_script() -> str:
    """The browser's end of the bridge, for the head of a page."""
    return (Path(__file__).parent / "assets" / "bridge.js").read_text(encoding="utf-8")


class Bridge:
    """Passes ``[data-do="what|value"]`` to Python as ``what`` and ``value``, and messages back.

    Parameters
    ----------
    doc : bokeh.document.Document or None
        Document of the page; None where nobody looks.
    handlers : mapping
        What is done with the value of each message, by what it asks.
    """

    def __init__(self, doc: Document | None, handlers: Mapping[str, Callable[[str], None]]) -> None:
        self._doc = doc
        self._handlers = dict(handlers)
        if doc is not None:
            doc.on_message(CHANNEL, self.hear)

    def hear(self, message: object) -> None:
        """A click, a key or a fact of the browser; words that nobody handles are left alone."""
        words = message if isinstance(message, Mapping) else {}
        what = words.get("do")
        handler = self._handlers.get(str(what))
        if handler is None:
            log.debug("no handler for %r", what)
            return
        handler(str(words.get("value", ""))[: LONGEST_FILE if what == "file" else LONGEST])

    def say(self, words: str) -> None:
        """Announce to assistive technology, politely."""
        self._send({"say": words})

    def title(self, words: str) -> None:
        """Title of the window."""
        self._send({"title": words})

    def address(self, search: str) -> None:
        """The address of the page from its question mark on; the browser's way back knows the one before."""
        self._send({"address": search})

    def working(self, is_working: bool) -> None:
        """A calculation runs, or is over: assistive technology waits, the focus is kept until it is shown."""
        self._send({"working": is_working})

    def sheet(self, open: bool) -> None:
        """Open or close the sheet of choices of a phone."""
        self._send({"sheet": open})

    def save(self, name: str, kind: str, data: bytes) -> None:
        """Hand a file to the reader."""
        self._send({"file": name, "kind": kind, "body": base64.b64encode(data).decode("ascii")})

    def label(self, css_class: str, **attributes: str) -> None:
        """Attributes of the element with this class: a role, a label."""
        self._send(
            {
                "label": css_class,
                "attributes": {name.replace("_", "-"): text for name, text in attributes.items()},
            }
        )

    def _send(self, message: dict[str, object]) -> None:
        if self._doc is not None:
            self._doc.callbacks.trigger_on_change(MessageSentEvent(self._doc, CHANNEL, message))
