"""Documents of new pages as the browser will get them, written out where the page is built.

To write one out takes as long as to build it; done when the browser asks, it would stop the loop that
answers all others. What changed meanwhile is written again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from bokeh.document import Document
from bokeh.protocol.messages.pull_doc_reply import pull_doc_reply

if TYPE_CHECKING:
    from bokeh.core.serialization import Serialized
    from bokeh.document.events import DocumentChangedEvent

_READY: WeakKeyDictionary[Document, Serialized[Any]] = WeakKeyDictionary()


def make_ready(doc: Document) -> None:
    """Write a document out, and keep that until it changes or is asked for."""
    _READY[doc] = doc.to_json()
    doc.on_change(_forget)


def ready_reply(doc: Document, request: str) -> pull_doc_reply | None:
    """The answer to a browser that asks for a document; None where it has to be written out now.

    Parameters
    ----------
    doc : bokeh.document.Document
    request : str
        Identity of the message that asks.
    """
    written = _READY.get(doc)
    if written is None:
        return None
    _drop(doc)
    reply = pull_doc_reply(pull_doc_reply.create_header(request_id=request), {}, {"doc": written.content})
    reply.add_buffers(*(written.buffers or ()))
    return reply


def _forget(event: DocumentChangedEvent) -> None:
    _drop(event.document)


def _drop(doc: Document) -> None:
    del _READY[doc]
    doc.remove_on_change(_forget)
