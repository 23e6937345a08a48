"""The explorer at an address: security headers, bounded sessions, slow things made before any reader."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import panel as pn
from bokeh.server.views.doc_handler import DocHandler
from tornado.web import ErrorHandler, RedirectHandler, RequestHandler

from geoalarm.app.briefing import briefing_page as briefing
from geoalarm.app.briefing.briefing_service import desk_of
from geoalarm.app.explorer import build_explorer as build
from geoalarm.app.explorer.explorer_page import Explorer
from geoalarm.app.session import Progress, SharedSession, open_session, workspace_of
from geoalarm.app.web import page_frame as page
from geoalarm.app.web.page_server import PageHandler, PageShell, PageSocket, ServedPage, application
from geoalarm.app.web.session_limits import MAX_SESSIONS, MAX_SESSIONS_PER_ADDRESS, SessionLimits
from geoalarm.app.web.waiting_page import when_open
from geoalarm.app.whatif.build_whatif import whatif
from geoalarm.app.whatif.whatif_page import WhatIf
from geoalarm.app.whatif.whatif_view import warm as warm_whatif
from geoalarm.core.background_task import BackgroundTask

if TYPE_CHECKING:
    from bokeh.server.server import Server
    from bokeh.server.tornado import BokehTornado

    from geoalarm.analysis.scenario import Scenario

log = logging.getLogger(__name__)

ANYWHERE: Final = "0.0.0.0"  # noqa: S104  (asked for by name only)
UNUSED_MS: Final = 10_000
"""A session that nobody looks at any more ends after this long [ms]."""
LOOK_MS: Final = 5_000
"""How often such sessions are looked for [ms]."""
PING_S: Final = 15
"""How often a browser is asked whether it is still there [s]."""
PONG_S: Final = 15
"""A browser that does not answer within this long is gone [s]."""
PAGES: Final = {"explorer": Explorer.TITLE, "whatif": WhatIf.TITLE}
"""Pages with a session, and the keys of their names."""
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
        Whether a reverse proxy tells the reader's address in ``X-Forwarded-For`` or ``X-Real-Ip``. Without
        one anybody could write there what they like, so it is asked for by name.
    max_sessions, max_sessions_per_address : int
        Pages open at once in one process, in all and from one network address [1].
    """

    allow_origin: Sequence[str] = ()
    prefix: str = ""
    behind_proxy: bool = False
    max_sessions: int = MAX_SESSIONS
    max_sessions_per_address: int = MAX_SESSIONS_PER_ADDRESS


DEFAULTS: Final = ServerOptions()


def serve(
    port: int = 5006,
    address: str = "localhost",
    *,
    show: bool = False,
    scenario: SharedSession | Scenario | str | Path | None = None,
    options: ServerOptions = DEFAULTS,
    announce: Callable[[str], None] | None = None,
    ready: Callable[[str], None] | None = None,
    progress: Progress | None = None,
    start: bool = True,
) -> Server:
    """Serve the explorer until it is stopped. It listens at once; a page tells how far the territory is until
    it is open, and what failed where it cannot be opened.

    Parameters
    ----------
    port : int
        0 takes a free one.
    address : str
        Address to listen on; ``0.0.0.0`` opens it to the network, then name the hosts in ``allow_origin``.
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
    bokeh.server.server.Server
        The server; its address is ``http://<address>:<server.port>/explorer``.
    """
    configure()
    port = port or free_port(address)
    where = explorer_address(port, address, options.prefix)
    opening = opening_of(scenario, progress=progress, ready=lambda: (ready or _unheard)(where))
    server = listening(port, address, opening, options)
    opening.start()
    (announce or (lambda words: log.warning("the explorer is at %s", words)))(where)
    if show:
        server.io_loop.add_callback(lambda: _open(where))
    server.start()
    if start:
        server.io_loop.start()
    return server


def listening(
    port: int, address: str, opening: BackgroundTask[SharedSession], options: ServerOptions
) -> Server:
    """A server that listens, with the pages of a territory that is being opened."""
    server = pn.serve(
        {
            "explorer": application(
                when_open(opening, "explorer", lambda world: build.explorer(world=world))
            ),
            "whatif": application(when_open(opening, "whatif", lambda world: whatif(world=world))),
        },
        port=port,
        address=None if address == ANYWHERE else address,
        show=False,
        start=False,
        title="geoalarm",
        prefix=options.prefix,
        use_xheaders=options.behind_proxy,
        websocket_origin=origins(port, address, options.allow_origin),
        unused_session_lifetime_milliseconds=UNUSED_MS,
        check_unused_sessions_milliseconds=LOOK_MS,
        session_token_expiration=TOKEN_S,
        websocket_ping_interval=PING_S,
        websocket_ping_timeout=PONG_S,
        verbose=False,
    )
    limits = SessionLimits(options.max_sessions, options.max_sessions_per_address)
    # before Bokeh's own, which would build a session for every plain request
    server._tornado.add_handlers(r".*", page_routes(server._tornado, opening, limits))
    return server


def page_routes(
    app: BokehTornado, opening: BackgroundTask[SharedSession], limits: SessionLimits
) -> list[tuple[str, type[RequestHandler], dict[str, object]]]:
    """Where the pages stand, their websockets, and the briefing, which needs none."""
    shell, prefix = PageShell(app.resources()), app.prefix
    routes: list[tuple[str, type[RequestHandler], dict[str, object]]] = [
        (f"{prefix}/?", RedirectHandler, {"url": f"{prefix}/explorer", "permanent": False})
    ]
    for path, title_key in PAGES.items():
        page = ServedPage(path, title_key, opening, limits)
        socket = {
            "application_context": app.applications[f"/{path}"],
            "bokeh_websocket_path": f"{prefix}/{path}/ws",
            "page": page,
        }
        routes += [
            (f"{prefix}/{path}/?", PageHandler, {"page": page, "shell": shell}),
            (f"{prefix}/{path}/ws", PageSocket, socket),
            (f"{prefix}/{path}/(?:autoload.js|metadata)", ErrorHandler, {"status_code": 404}),
        ]
    return routes + [(prefix + route, handler, known) for route, handler, known in briefing.routes(opening)]


def explorer_address(port: int, address: str, prefix: str = "") -> str:
    """The address to open on this machine."""
    host = "localhost" if address in (ANYWHERE, "127.0.0.1", "") else address
    base = prefix.strip("/")
    return f"http://{host}:{port}/{base}{'/' if base else ''}explorer"


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
        for name, value in page.document_headers().items():
            self.set_header(name, value)

    handler.set_default_headers = set_default_headers  # type: ignore[method-assign]
    handler._geoalarm_secure = True  # type: ignore[attr-defined]


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
            return open_session(workspace, progress=told)
        assert isinstance(scenario, SharedSession)
        scenario.warm(progress=told)
        return scenario

    def then(world: SharedSession) -> None:
        (ready or _unheard)()
        warm_rest(world)

    return BackgroundTask(make, name="territory", then=then)


def warm_rest(world: SharedSession) -> None:
    """Make the other layers ready while the first readers read; a fault is logged, and told when asked."""
    for option in world.choices.options:
        world.prepare(option)
    warm_whatif(world)
    desk_of(world).opening.start()


def _unheard(*_: object) -> None:
    """Nobody asked to be told."""


def _open(where: str) -> None:
    import webbrowser

    webbrowser.open(where)
