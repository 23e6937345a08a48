"""The websocket of a page: it takes a place while it is open, and is bounded in what it takes and holds."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from bokeh.protocol.exceptions import ProtocolError
from panel.io.server import WSHandler
from tornado.httputil import HTTPServerRequest
from tornado.web import Application, HTTPError
from tornado.websocket import WebSocketProtocol13

from geoalarm.app.web.guarded_handler import GuardedHandler
from geoalarm.app.web.page_messages import answer_message, short_trace
from geoalarm.app.web.request_rate import RequestRate

if TYPE_CHECKING:
    from bokeh.protocol.message import Message

    from geoalarm.app.web.page_server import ServedPage

log = logging.getLogger(__name__)
NOT_TAKEN: Final = 1008
"""Code of a websocket that closes because what came was none of ours (RFC 6455)."""
TRY_AGAIN: Final = 1013
"""Code of a websocket that closes because the server is full (RFC 6455, registry of IANA)."""
TOO_LARGE: Final = 1009
"""Code of a websocket that closes because a message was too large (RFC 6455)."""
LARGEST_MESSAGE: Final = 2**20
"""Of a browser, all parts together: the largest is a file of 100,000 bytes, every sign escaped [bytes]."""
LARGEST_BACKLOG: Final = 16 * 2**20
"""Answers that wait behind each other for a browser to read them: a page takes 2 to 4 MB [bytes]."""
MESSAGES_PER_MINUTE: Final = 1_800
"""Messages of one page: 30 a second on and on, and as many at once as a minute has. A map that is dragged
sends as many as the screen draws, and not for long; those beyond wait.
"""
MOST_FAULTS: Final = 50
"""Messages of one page that may fail in its life [1]."""
PARTS: Final = 3
"""Parts of a message of Bokeh's protocol without buffers: header, metadata, content."""


class PageSocket(GuardedHandler, WSHandler):
    """See the module."""

    def __init__(
        self, application: Application, request: HTTPServerRequest, *, page: ServedPage, **kwargs: object
    ) -> None:
        self.page = page
        self._place = ""
        self._is_closed = False
        self._unfinished = self._backlog = self._faults = 0
        self._rate = RequestRate(MESSAGES_PER_MINUTE * PARTS, clock=time.monotonic, most_addresses=1)
        super().__init__(application, request, **kwargs)

    async def prepare(self) -> None:
        """Refuse a foreign name, and who opens too many."""
        await super().prepare()
        if self.request.method == "GET":
            if self.request.headers.get("Upgrade", "").lower() != "websocket":
                raise HTTPError(400)
            self.spend()

    def check_origin(self, origin: str) -> bool:
        """Whether the page that opens the websocket is one of ours."""
        return _is_address(origin) and bool(super().check_origin(origin))

    def _origin_matches_host(self, origin: str) -> bool:
        """What is no address matches nothing; tornado would fail at it."""
        return _is_address(origin) and bool(super()._origin_matches_host(origin))

    def open(self, *args: str, **kwargs: str) -> None:
        """Begin, where the token is one that this server gave; else one line in the log, and the end."""
        try:
            super().open(*args, **kwargs)
        except (ProtocolError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            self._refuse("its token", error)

    def _refuse(self, what: str, error: Exception) -> None:
        """Close on what no page of ours sends; nothing of it is repeated to the peer, little to the log."""
        log.warning("a websocket of %s was closed for %s: %.200r", self.reader_address, what, error)
        self.close(NOT_TAKEN, "not taken")

    async def on_message(self, fragment: str | bytes) -> None:
        """Take a part of a message; who sends too many waits, for the next is read once this is done."""
        self._unfinished += len(fragment)
        if self._unfinished > LARGEST_MESSAGE:
            self.close(TOO_LARGE, "message too large")
            return
        await self._pace()
        await super().on_message(fragment)
        self._is_heard()

    async def _pace(self) -> None:
        """Wait until one more part may be taken."""
        while wait_s := self._rate.wait_s(""):
            self._is_heard()
            await asyncio.sleep(wait_s)

    def _is_heard(self) -> None:
        """A peer whose messages wait here is alive: its answer to a ping stands behind them, unread."""
        if isinstance(self.ws_connection, WebSocketProtocol13):
            self.ws_connection._received_pong = True

    async def _receive(self, fragment: str | bytes) -> Message[object] | None:
        """Take a part; the message once it is whole."""
        try:
            message: Message[object] | None = await self.receiver.consume(fragment)
        except Exception as error:  # noqa: BLE001  (a peer may send anything)
            self._refuse("a message that cannot be read", error)
            return None
        if message is not None:
            self._unfinished = 0
        return message

    async def _handle(self, message: Message[object]) -> Message[object] | None:
        """Act on a message. One that fails is told to the browser without what is inside, for a page may
        change something that has gone meanwhile; who sends many of them is closed.
        """
        try:
            return await answer_message(message, self.connection)
        except ProtocolError as error:
            self._refuse("a message of no page", error)
            return None
        except Exception as error:  # noqa: BLE001  (whatever it is, the page lives on)
            self._faults += 1
            if self._faults > MOST_FAULTS:
                self._refuse("its many faults", error)
                return None
            trace = short_trace(error) if self._faults == 1 else ""
            log.error("a message of a page failed: %.200r%s", error, trace)
        assert self.connection is not None
        answer: Message[object] = self.connection.error(message, "the message failed")
        return answer

    async def send_message(self, message: Message[object]) -> None:
        """Send; a browser that does not read what it is sent is let go."""
        if self._backlog > LARGEST_BACKLOG:
            self._let_go()
        size = _size(message)
        self._backlog += size
        try:
            await super().send_message(message)
        finally:
            self._backlog -= size

    def _let_go(self) -> None:
        """End the connection without a word: the peer would not read it."""
        connection = self.ws_connection
        if connection is not None:
            connection._abort()

    async def _async_open(self, token: str) -> None:
        if not self.page.limits.enter(self.reader_address):
            self.close(TRY_AGAIN, "full")
            return
        self._place = self.reader_address
        self.set_nodelay(True)  # a message is several small parts: each would wait for the one before it
        await super()._async_open(token)
        if self._is_closed and self.connection is not None:
            # the tab was closed while its page was built: nobody else would ever let go of the session
            bokeh: Any = self.application
            bokeh.client_lost(self.connection)

    def on_close(self) -> None:
        """Give the place back."""
        self._is_closed = True
        if self._place:
            self.page.limits.leave(self._place)
            self._place = ""
        super().on_close()


def _is_address(origin: str) -> bool:
    try:
        urlsplit(origin)
    except ValueError:
        return False
    return True


def _size(message: Message[object]) -> int:
    """What a message takes while it waits: its content and its buffers [bytes]."""
    return len(message.content_json) + sum(memoryview(buffer.data).nbytes for buffer in message.buffers)
