"""Connections that hold nothing for long: bounds on what a peer may send, and on how long it may take to.

The bounds of pages and messages stand elsewhere (:mod:`geoalarm.app.web.request_rate`,
:mod:`geoalarm.app.web.page_socket`); here are those of every connection, whoever opens it.
"""

from __future__ import annotations

import socket
from typing import Any, Final

from tornado.httpserver import HTTPServer
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
UNREAD_S: Final = 20
"""A peer that takes nothing of what it was sent for this long is gone [s]."""


class BoundedServer(HTTPServer):
    """A server that gives up who does not take what it sends."""

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        """Begin with a connection: the system ends it where the peer takes nothing any more."""
        option = getattr(socket, "TCP_USER_TIMEOUT", None)  # Linux
        if option is not None and stream.socket is not None:
            stream.socket.setsockopt(socket.IPPROTO_TCP, option, UNREAD_S * 1000)
        super().handle_stream(stream, address)


def bounded_server(application: Application) -> BoundedServer:
    """An HTTP server for an application, with the bounds of this module."""
    return BoundedServer(
        application,
        idle_connection_timeout=IDLE_S,
        body_timeout=BODY_S,
        max_header_size=LARGEST_HEADER,
        max_body_size=LARGEST_BODY,
        max_buffer_size=LARGEST_READ,
    )
