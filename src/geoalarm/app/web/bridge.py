"""The page in the browser: clicks on plain controls, keys, colour scheme, downloads, what is announced."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from panel.custom import JSComponent

LONGEST = 2_000
"""Letters of one message from the browser that are read."""
LONGEST_FILE = 100_300
"""The same of a file, its name and size before it."""
log = logging.getLogger(__name__)


class Bridge(JSComponent):
    """Passes ``[data-do="what|value"]`` to Python as ``what`` and ``value``, and messages back."""

    _esm: ClassVar[Path] = Path(__file__).parent / "assets" / "bridge.js"

    def __init__(self, handlers: Mapping[str, Callable[[str], None]]) -> None:
        super().__init__(width=0, height=0, margin=0)
        self._handlers = dict(handlers)

    def _handle_msg(self, msg: object) -> None:
        """A click, a key or a fact of the browser; words that nobody handles are left alone."""
        words = msg if isinstance(msg, Mapping) else {}
        what = words.get("do")
        handler = self._handlers.get(str(what))
        if handler is None:
            log.debug("no handler for %r", what)
            return
        handler(str(words.get("value", ""))[: LONGEST_FILE if what == "file" else LONGEST])

    def say(self, words: str) -> None:
        """Announce to assistive technology, politely."""
        self._send_msg({"say": words})

    def title(self, words: str) -> None:
        """Title of the window."""
        self._send_msg({"title": words})

    def address(self, search: str) -> None:
        """The address of the page from its question mark on; the browser's way back knows the one before."""
        self._send_msg({"address": search})

    def working(self, is_working: bool) -> None:
        """A calculation runs, or is over: assistive technology waits, the focus is kept until it is shown."""
        self._send_msg({"working": is_working})

    def sheet(self, open: bool) -> None:
        """Open or close the sheet of choices of a phone."""
        self._send_msg({"sheet": open})

    def save(self, name: str, kind: str, data: bytes) -> None:
        """Hand a file to the reader."""
        self._send_msg({"file": name, "kind": kind, "body": base64.b64encode(data).decode("ascii")})

    def label(self, css_class: str, **attributes: str) -> None:
        """Attributes of the element with this class: a role, a label."""
        self._send_msg(
            {
                "label": css_class,
                "attributes": {name.replace("_", "-"): text for name, text in attributes.items()},
            }
        )
