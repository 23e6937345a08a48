"""The explorer at an address: security headers, bounded sessions, slow things made before any reader."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import panel as pn
from bokeh.server.views.doc_handler import DocHandler

from geoalarm.app.briefing import briefing_page as briefing
from geoalarm.app.briefing.briefing_service import desk_of
from geoalarm.app.explorer import build_explorer as build
from geoalarm.app.session import LayerRequest, SharedSession, world_of
from geoalarm.app.web import page_frame as page
from geoalarm.app.whatif.build_whatif import whatif
from geoalarm.app.whatif.whatif_view import warm as warm_whatif

if TYPE_CHECKING:
    from bokeh.server.server import Server

    from geoalarm.analysis.scenario import Scenario

log = logging.getLogger(__name__)

ANYWHERE: Final = "0.0.0.0"  # noqa: S104  (asked for by name only)
UNUSED_MS: Final = 15 * 60 * 1000
"""A session that nobody looks at any more ends after this long."""
TOKEN_S: Final = 24 * 3600
"""A page opened earlier than this has to be loaded again."""


def serve(
    port: int = 5006,
    address: str = "localhost",
    *,
    show: bool = False,
    scenario: SharedSession | Scenario | str | Path | None = None,
    allow_origin: Sequence[str] = (),
    announce: Callable[[str], None] | None = None,
    start: bool = True,
) -> Server:
    """Serve the explorer until it is stopped.

    Parameters
    ----------
    port : int
        0 takes a free one.
    address : str
        Address to listen on; ``0.0.0.0`` opens it to the network, then name the hosts in ``allow_origin``.
    scenario : analysis.Scenario or path, optional
        What to explore; None: the embedded territory.
    allow_origin : sequence of str
        ``host:port`` a browser may reach the explorer by, beside localhost.
    announce : callable, optional
        Told the address once the server listens; default: the log.
    start : bool
        False returns at once with the server listening in the loop of the caller (tests).

    Returns
    -------
    bokeh.server.server.Server
        The server; its address is ``http://<address>:<server.port>/explorer``.
    """
    configure()
    port = port or free_port(address)
    world = world_of(scenario)
    world.warm()
    server = pn.serve(
        {
            "explorer": lambda: build.explorer(world=world),
            "whatif": lambda: whatif(world=world),
            "briefing": lambda: briefing.briefing(world=world, files=True),
        },
        extra_patterns=briefing.routes(world),
        port=port,
        address=None if address == ANYWHERE else address,
        show=False,
        start=False,
        title="geoalarm",
        websocket_origin=origins(port, address, allow_origin),
        unused_session_lifetime_milliseconds=UNUSED_MS,
        session_token_expiration=TOKEN_S,
        check_unused_sessions_milliseconds=30_000,
        verbose=False,
    )
    threading.Thread(target=warm_rest, args=(world,), name="warm", daemon=True).start()
    host = "localhost" if address in (ANYWHERE, "127.0.0.1", "") else address
    where = f"http://{host}:{server.port}/explorer"
    (announce or (lambda words: log.warning("the explorer is at %s", words)))(where)
    if show:
        server.io_loop.add_callback(lambda: _open(where))
    server.start()
    if start:
        server.io_loop.start()
    return server


def origins(port: int, address: str, allowed: Sequence[str]) -> list[str]:
    """Hosts whose pages may open a session: this machine's usual names, and those the operator names."""
    return [
        f"{name}:{port}" for name in dict.fromkeys(("localhost", "127.0.0.1", address)) if name != ANYWHERE
    ] + list(allowed)


def free_port(address: str) -> int:
    """A port that nobody listens on now; origins must name it, so it is found before the server starts."""
    with socket.create_server(
        ("127.0.0.1" if address in (ANYWHERE, "localhost", "") else address, 0)
    ) as taken:
        return int(taken.getsockname()[1])


def configure() -> None:
    """Panel as the explorer needs it, and the headers on every document it serves."""
    pn.extension(respect_explicit_sizing=True)
    secure(DocHandler)


class HeaderHandler(Protocol):
    """What :func:`secure` needs of a handler of requests."""

    def set_default_headers(self) -> None:
        """Set what every answer carries."""

    def set_header(self, name: str, value: str) -> None:
        """Set one header."""


def secure(handler: type[HeaderHandler]) -> None:
    """Put the security headers on a Bokeh document handler, once."""
    if getattr(handler, "_geoalarm_secure", False):
        return
    before = handler.set_default_headers

    def set_default_headers(self: HeaderHandler) -> None:
        before(self)
        policy = page.content_security_policy() + "; frame-ancestors 'self'"
        for name, value in {**page.HEADERS, "Content-Security-Policy": policy}.items():
            self.set_header(name, value)

    handler.set_default_headers = set_default_headers  # type: ignore[method-assign]
    handler._geoalarm_secure = True  # type: ignore[attr-defined]


def warm_rest(world: SharedSession) -> None:
    """Make the other layers ready while the first readers read; a fault is logged, and told when asked."""
    for option in world.choices.options:
        try:
            world.totals(
                LayerRequest(option, "", world.choices.populations[0] if world.choices.populations else "")
            )
            world.overlay(option)
        except Exception:
            log.exception("layer %s could not be made ready", option.key)
    warm_whatif(world)
    desk_of(world).warm()


def _open(where: str) -> None:
    import webbrowser

    webbrowser.open(where)
