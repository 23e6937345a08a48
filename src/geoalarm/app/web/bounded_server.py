"""Connections that hold nothing for long: bounds on what a peer may send, and on how long it may take to.

The bounds of pages and messages stand elsewhere (:mod:`geoalarm.app.web.request_rate`,
:mod:`geoalarm.app.web.page_socket`); here are those of every connection, whoever opens it.
"""

from __future__ import annotations

from typing import Final
from weakref import WeakKeyDictionary, ref

from tornado.httpserver import HTTPServer
from tornado.ioloop import PeriodicCallback
from tornado.iostream import IOStream
from tornado.web import Application

IDLE_S: Final = 20.0
"""A connection that has not told a whole request within this long is closed, a kept one too [s]."""
BODY_S: Final = 5.0
"""The same for the body of a request; no page of ours takes one [s]."""
LARGEST_HEADER: Final = 32 * 2**10
"""Headers of a request with its address [bytes]."""
LARGEST_BODY: Final = 2**10
"""Body of a request [bytes]."""
LARGEST_READ: Final = 2 * 2**20
"""What is read ahead of one connection; a message of a websocket has to fit in it [bytes]."""
LOOK_MS: Final = 5_000
"""How often peers that take nothing are looked for [ms]."""
UNREAD_LOOKS: Final = 4
"""A peer that took nothing of what waits for it from one look to the next, as often, is gone [1]."""


class UnreadWatch:
    """Gives up peers that do not take what they are sent.

    Time is counted in looks: while the loop of the server is busy nobody is looked at, and nobody given up.
    """

    def __init__(self) -> None:
        self._looks: WeakKeyDictionary[IOStream, int] = WeakKeyDictionary()

    def take(self, stream: IOStream) -> None:
        """Watch a connection from now on."""
        write, weak = type(stream).write_to_fd, ref(stream)

        def noted(data: memoryview) -> int:
            own = weak()
            assert own is not None  # it is the one that writes
            written = write(own, data)
            if written:
                self._looks[own] = 0
            return written

        self._looks[stream] = 0
        stream.write_to_fd = noted  # type: ignore[method-assign]

    def look(self) -> None:
        """Close those that took nothing for too long."""
        for stream in list(self._looks):
            self._looks[stream] = self._looks[stream] + 1 if stream.writing() else 0
            if self._looks[stream] > UNREAD_LOOKS:
                stream.close()
                del self._looks[stream]


class BoundedServer(HTTPServer):
    """A server that gives up who does not take what it sends."""

    watch: UnreadWatch
    looking: PeriodicCallback

    def handle_stream(self, stream: IOStream, address: tuple[object, ...]) -> None:
        """Begin with a connection."""
        self.watch.take(stream)
        super().handle_stream(stream, address)

    def stop(self) -> None:
        """Listen no more."""
        self.looking.stop()
        super().stop()


def bounded_server(application: Application) -> BoundedServer:
    """An HTTP server for an application, with the bounds of this module."""
    server = BoundedServer(
        application,
        idle_connection_timeout=IDLE_S,
        body_timeout=BODY_S,
        max_header_size=LARGEST_HEADER,
        max_body_size=LARGEST_BODY,
        max_buffer_size=LARGEST_READ,
    )
    server.watch = UnreadWatch()
    server.looking = PeriodicCallback(server.watch.look, LOOK_MS)
    server.looking.start()
    return server
