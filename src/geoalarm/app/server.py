"""The explorer at an address: security headers, bounded sessions, slow things made before any reader."""

from __future__ import annotations

import asyncio
import logging
import secrets
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING, Final

import panel as pn
from bokeh.server.server import BaseServer
from bokeh.server.tornado import BokehTornado
from bokeh.settings import settings
from tornado.ioloop import IOLoop

from geoalarm.app.briefing.briefing_page import MAKERS
from geoalarm.app.briefing.briefing_service import desk_of
from geoalarm.app.claim_port import ANYWHERE, claim_port, port_of
from geoalarm.app.explorer import build_explorer as build
from geoalarm.app.memory_settings import economical, give_back, keep_for_good
from geoalarm.app.routes import page_routes, take_routes
from geoalarm.app.session import Progress, SharedSession, open_session, workspace_of
from geoalarm.app.web.allowed_hosts import AllowedHosts
from geoalarm.app.web.bounded_server import bounded_server
from geoalarm.app.web.guarded_handler import RULES, AccessRules, NoPage
from geoalarm.app.web.page_server import BUILDERS, application
from geoalarm.app.web.page_session import WORKERS
from geoalarm.app.web.page_socket import LARGEST_MESSAGE
from geoalarm.app.web.request_rate import MAX_REQUESTS_PER_MINUTE, RequestRate
from geoalarm.app.web.session_limits import MAX_SESSIONS, MAX_SESSIONS_PER_ADDRESS, SessionLimits
from geoalarm.app.web.waiting_page import when_open
from geoalarm.app.whatif.build_whatif import whatif
from geoalarm.app.whatif.whatif_view import warm as warm_whatif
from geoalarm.core.background_task import BackgroundTask
from geoalarm.exposure.on_raster import forget_overlay

if TYPE_CHECKING:
    from geoalarm.analysis.scenario import Scenario

log = logging.getLogger(__name__)

UNUSED_MS: Final = 3_000
"""A session that nobody looks at any more ends after this long [ms]."""
LOOK_MS: Final = 2_000
"""How often such sessions are looked for [ms]."""
PING_S: Final = 8
"""How often a browser is asked whether it is still there [s]."""
PONG_S: Final = 8
"""A browser that does not answer within this long is gone; tornado takes 5 s more to let it go [s]."""
TOKEN_S: Final = 24 * 3600
"""A page opened earlier than this has to be loaded again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """How the explorer is reached, and by how many.

    Attributes
    ----------
    allow_origin : sequence of str
        ``host:port`` a browser may reach the explorer by, beside localhost.
    prefix : str
        Path under which all pages stand, where a proxy serves others beside them; empty: none.
    behind_proxy : bool
        Whether a reverse proxy tells the reader's address in ``X-Forwarded-For``. Without one anybody could
        write there what they like, so it is asked for by name.
    max_sessions, max_sessions_per_address : int
        Pages open at once in one process, in all and from one network address [1].
    max_requests_per_minute : int
        Of one network address in one process, for what has to be computed [1].
    """

    allow_origin: Sequence[str] = ()
    prefix: str = ""
    behind_proxy: bool = False
    max_sessions: int = MAX_SESSIONS
    max_sessions_per_address: int = MAX_SESSIONS_PER_ADDRESS
    max_requests_per_minute: int = MAX_REQUESTS_PER_MINUTE


DEFAULTS: Final = ServerOptions()


def serve(
    port: int = 5006,
    address: str = "localhost",
    *,
    sockets: Sequence[socket] | None = None,
    show: bool = False,
    scenario: SharedSession | Scenario | str | Path | None = None,
    options: ServerOptions = DEFAULTS,
    announce: Callable[[str], None] | None = None,
    ready: Callable[[str], None] | None = None,
    progress: Progress | None = None,
    start: bool = True,
) -> BaseServer:
    """Serve the explorer until it is stopped. It listens at once; a page tells how far the territory is until
    it is open, and what failed where it cannot be opened.

    Parameters
    ----------
    port : int
        0 takes a free one.
    address : str
        Address to listen on; ``0.0.0.0`` opens it to the network, then name the hosts in ``allow_origin``.
    sockets : sequence of socket, optional
        What to listen on, where that was claimed before; None: the port is claimed here.
    scenario : analysis.Scenario or path, optional
        What to explore; None: the embedded territory.
    options : ServerOptions
    announce : callable, optional
        Told the address once the server listens; default: the log.
    ready : callable, optional
        Told the address once the first page is ready.
    progress : callable, optional
        Told ``(step, n, m)`` while the territory is opened.
    start : bool
        False returns at once with the server listening in the loop of the caller (tests).

    Returns
    -------
    bokeh.server.server.BaseServer
        The server; ``announce`` was told its address.

    Raises
    ------
    InputError
        If the port is taken, or the scenario breaks the rules.
    """
    configure()
    listening = claim_port(port, address) if sockets is None else sockets
    where = explorer_address(port_of(listening), address, options.prefix)
    opening = opening_of(scenario, progress=progress, ready=lambda: (ready or _unheard)(where))
    server = listen(listening, address, opening, options)
    opening.start()
    (announce or (lambda words: log.warning("the explorer is at %s", words)))(where)
    if show:
        server.io_loop.add_callback(lambda: _open(where))
    server.start()
    if start:
        run_until_stopped(server)
    return server


def run_until_stopped(server: BaseServer) -> None:
    """Answer until SIGTERM or SIGINT, then close what is open."""
    loop: asyncio.AbstractEventLoop = server.io_loop.asyncio_loop
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.io_loop.stop)
    server.io_loop.start()
    server.stop()


def drop_queued_work() -> None:
    """Leave undone what nobody will read any more, for the interpreter waits for all that is queued before it
    ends. Nothing can be served in this process afterwards.
    """
    for pool in (BUILDERS, WORKERS, MAKERS):
        pool.shutdown(wait=False, cancel_futures=True)


def listen(
    sockets: Sequence[socket], address: str, opening: BackgroundTask[SharedSession], options: ServerOptions
) -> BaseServer:
    """A server that listens, with the pages of a territory that is being opened."""
    hosts = AllowedHosts(port_of(sockets), address, options.allow_origin)
    rules = AccessRules(hosts, RequestRate(options.max_requests_per_minute), options.behind_proxy)
    app = BokehTornado(
        {
            "/explorer": application(
                when_open(opening, "explorer", lambda world: build.explorer(world=world))
            ),
            "/whatif": application(when_open(opening, "whatif", lambda world: whatif(world=world))),
        },
        prefix=options.prefix,
        extra_websocket_origins=hosts.origins,
        secret_key=settings.secret_key_bytes() or secrets.token_bytes(48),
        sign_sessions=True,
        use_index=False,
        unused_session_lifetime_milliseconds=UNUSED_MS,
        check_unused_sessions_milliseconds=LOOK_MS,
        session_token_expiration=TOKEN_S,
        websocket_ping_interval=PING_S,
        websocket_ping_timeout=PONG_S,
        websocket_max_message_size_bytes=LARGEST_MESSAGE,
        default_handler_class=NoPage,
        **{RULES: rules},
    )
    limits = SessionLimits(options.max_sessions, options.max_sessions_per_address)
    take_routes(app, page_routes(app, opening, limits))
    http = bounded_server(
        app, pages_of_a_network=options.max_sessions_per_address, behind_proxy=options.behind_proxy
    )
    http.add_sockets(sockets)
    return BaseServer(IOLoop.current(), app, http)


def explorer_address(port: int, address: str, prefix: str = "") -> str:
    """The address to open on this machine."""
    host = "localhost" if address in (ANYWHERE, "127.0.0.1", "") else address
    base = prefix.strip("/")
    return f"http://{host}:{port}/{base}{'/' if base else ''}explorer"


def configure() -> None:
    """Memory and Panel as the explorer needs them."""
    economical()
    settings.perform_document_validation = False  # a tenth of a page's making; a test does it for all
    pn.extension(respect_explicit_sizing=True, browser_info=False)


def opening_of(
    scenario: SharedSession | Scenario | str | Path | None,
    *,
    progress: Progress | None = None,
    ready: Callable[[], None] | None = None,
) -> BackgroundTask[SharedSession]:
    """The task that opens what all sessions share and makes the first page ready, then the others.

    Raises
    ------
    GeoalarmError
        If the scenario or its catalog breaks the rules: what can be refused before data are opened is.
    """
    workspace = None if isinstance(scenario, SharedSession) else workspace_of(scenario)
    if workspace is not None:
        workspace.options()

    def make(tell: Progress) -> SharedSession:
        def told(step: str, n: int, m: int) -> None:
            tell(step, n, m)
            (progress or _unheard)(step, n, m)

        if workspace is not None:
            world = open_session(workspace, progress=told)
        else:
            assert isinstance(scenario, SharedSession)
            world = scenario
            world.warm(progress=told)
        keep_for_good()
        return world

    def then(world: SharedSession) -> None:
        (ready or _unheard)()
        warm_rest(world)

    return BackgroundTask(make, name="territory", then=then)


def warm_rest(world: SharedSession) -> None:
    """Make the other layers ready while the first readers read; a fault is logged, and told when asked."""
    for option in world.choices.options:
        world.prepare(option)
    warm_whatif(world)
    give_back()
    desk = desk_of(world).opening
    desk.start()
    desk.wait()
    forget_overlay()
    give_back()


def _unheard(*_: object) -> None:
    """Nobody asked to be told."""


def _open(where: str) -> None:
    import webbrowser

    webbrowser.open(where)
