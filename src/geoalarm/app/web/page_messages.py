"""Messages that a page of ours sends; no other is acted on.

The protocol of Bokeh lets a browser do to its document what a program may: add roots without end, append to
sources, put another document in its place. A page needs none of it, and each would grow the server's memory
for as long as its websocket is open.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from bokeh.protocol.exceptions import ProtocolError
from bokeh.server.session import ServerSession

from geoalarm.app.web.ready_documents import ready_reply

if TYPE_CHECKING:
    from bokeh.protocol.message import Message
    from bokeh.server.connection import ServerConnection

CHANGE, SENT = "ModelChanged", "MessageSent"
"""What happens in a browser: a property of a model has a new value (the edges of a map that is dragged), or
an event or a message of a component.
"""
LARGEST_CHANGE: Final = 4_000
"""New value of one property as JSON: those of our pages are numbers and short words [letters]."""
TRACE_CALLS, TRACE_LETTERS = 12, 4_000
"""What the log keeps of a fault: its last calls, so many letters [1]."""


async def answer_message(message: Message[object], connection: ServerConnection) -> Message[object]:
    """Act on a message as Bokeh does, and give its answer.

    Raises
    ------
    ProtocolError
        If it is none that a page of ours sends.
    """
    if message.msgtype == "PULL-DOC-REQ":
        ready = ready_reply(connection.session.document, message.header["msgid"])
        pulled: Message[object] = ready or await ServerSession.pull(message, connection)
        return pulled
    if message.msgtype != "PATCH-DOC":
        raise ProtocolError(f"kind {message.msgtype!r:.40}")
    require_own_events(message.content)
    patched: Message[object] = await ServerSession.patch(message, connection)
    return patched


def require_own_events(content: object) -> None:
    """Refuse a patch of a document that is none of a page of ours.

    Raises
    ------
    ProtocolError
        If it is no list of events, or one of them is of another kind or too large.
    """
    events = content.get("events") if isinstance(content, Mapping) else None
    if not isinstance(events, list):
        raise ProtocolError("a patch without events")
    for event in events:
        kind = event.get("kind") if isinstance(event, Mapping) else None
        if kind not in (CHANGE, SENT):
            raise ProtocolError(f"event {kind!r:.40}")
        if kind == CHANGE and len(json.dumps(event.get("new"))) > LARGEST_CHANGE:
            raise ProtocolError("a value that is too large")


def short_trace(error: BaseException) -> str:
    """The last calls of a fault on lines of their own, of bounded length."""
    lines = traceback.format_exception(error, limit=-TRACE_CALLS)
    return ("\n" + "".join(lines))[:TRACE_LETTERS]
