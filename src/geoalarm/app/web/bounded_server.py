"""Connections that hold nothing for long: bounds on what a peer may send, and on how long it may take to.

The bounds of pages and messages stand elsewhere (:mod:`geoalarm.app.web.request_rate`,
:mod:`geoalarm.app.web.page_socket`); here are those of every connection, whoever opens it.
"""

from __future__ import annotations

import logging
import sys
import time
from typing import Final
from weakref import WeakKeyDictionary, ref

from tornado.httpserver import HTTPServer
from tornado.ioloop import PeriodicCallback
from tornado.iostream import IOStream
from tornado.web import Application

from geoalarm.app.web.session_limits import SessionLimits

log = logging.getLogger(__name__)

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

MOST_OF_A_NETWORK: Final = 512
"""Connections of one network at once: a browser opens six and one more a page; some seventy readers [1]."""
CONNECTIONS_A_PAGE: Final = 8
"""Where more pages are allowed to a network, so many connections for each [1]."""
KEPT_FILES: Final = 192
"""Files that a process may open beside its connections [1]."""
MOST_FILES: Final = 16_384
"""Files that a server asks the system for, where it lets it [1]."""
TOLD_EACH_S: Final = 60.0
"""Connections that find no room are told in the log as often [s]."""


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
    open_connections: SessionLimits
    refused = 0
    _told_at = float("-inf")

    def handle_stream(self, stream: IOStream, address: tuple[object, ...]) -> None:
        """Begin with a connection, or close it where its network has its share of them."""
        who = str(address[0]) if address else ""
        if not self.open_connections.enter(who):
            stream.close()
            self._tell(who)
            return
        self._leave_when_closed(stream, who)
        self.watch.take(stream)
        super().handle_stream(stream, address)

    def _leave_when_closed(self, stream: IOStream, who: str) -> None:
        """Give the place back with the file: the one callback of a stream belongs to who answers it."""
        close, weak, limits = type(stream).close_fd, ref(stream), self.open_connections

        def closed() -> None:
            own = weak()
            assert own is not None  # it is the one that closes
            limits.leave(who)
            close(own)

        stream.close_fd = closed  # type: ignore[method-assign]

    def _tell(self, who: str) -> None:
        self.refused += 1
        if time.monotonic() - self._told_at < TOLD_EACH_S:
            return
        self._told_at = time.monotonic()
        log.warning(
            "no room for a connection from %s: %d are open; so far %d were closed at once",
            who,
            self.open_connections.count,
            self.refused,
        )

    def stop(self) -> None:
        """Listen no more."""
        self.looking.stop()
        super().stop()


def most_connections() -> int:
    """How many connections this process has files for, after it asked the system for more [1]."""
    if sys.platform == "win32":
        return MOST_FILES
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    endless = resource.RLIM_INFINITY
    wanted = MOST_FILES if hard == endless else min(hard, MOST_FILES)
    if soft != endless and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return max((MOST_FILES if soft == endless else soft) - KEPT_FILES, KEPT_FILES)


def bounded_server(
    application: Application, *, pages_of_a_network: int = 0, behind_proxy: bool = False
) -> BoundedServer:
    """An HTTP server for an application, with the bounds of this module.

    Parameters
    ----------
    pages_of_a_network : int
        Pages that one network may hold open [1].
    behind_proxy : bool
        Whether all connections come from a proxy: then they are bounded in all only.
    """
    most = most_connections()
    of_a_network = max(MOST_OF_A_NETWORK, CONNECTIONS_A_PAGE * pages_of_a_network)
    server = BoundedServer(
        application,
        idle_connection_timeout=IDLE_S,
        body_timeout=BODY_S,
        max_header_size=LARGEST_HEADER,
        max_body_size=LARGEST_BODY,
        max_buffer_size=LARGEST_READ,
    )
    server.open_connections = SessionLimits(most, most if behind_proxy else min(of_a_network, most))
    server.watch = UnreadWatch()
    server.looking = PeriodicCallback(server.watch.look, LOOK_MS)
    server.looking.start()
    return server
