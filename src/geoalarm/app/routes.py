"""Every address the server answers at. Nothing of Bokeh's or Panel's own routes is left beside them."""

from __future__ import annotations

from typing import Final

from bokeh.embed.bundle import extension_dirs
from bokeh.server.tornado import BokehTornado
from tornado.web import RequestHandler

from geoalarm.app.briefing import briefing_page as briefing
from geoalarm.app.explorer.explorer_page import Explorer
from geoalarm.app.session import SharedSession
from geoalarm.app.web.guarded_handler import ExtensionFile, LibraryFile, WithoutSlash
from geoalarm.app.web.home_page import HomeHandler
from geoalarm.app.web.page_server import PageHandler, PageShell, ServedPage
from geoalarm.app.web.page_socket import PageSocket
from geoalarm.app.web.session_limits import SessionLimits
from geoalarm.app.web.top_bar import PAGES
from geoalarm.app.whatif.whatif_page import WhatIf
from geoalarm.core.background_task import BackgroundTask

Route = tuple[str, type[RequestHandler], dict[str, object]]
TITLES: Final = {"explorer": Explorer.TITLE, "whatif": WhatIf.TITLE}
"""Pages with a session, and the keys of their names."""


def page_routes(
    app: BokehTornado, opening: BackgroundTask[SharedSession], limits: SessionLimits
) -> list[Route]:
    """The way in, the pages with their websockets, the briefing, which needs none, and what pages load."""
    shell, prefix = PageShell(app.resources()), app.prefix
    routes: list[Route] = [(f"{prefix}/?", HomeHandler, {})]
    for path, title_key in TITLES.items():
        page = ServedPage(path, title_key, opening, limits)
        socket = {
            "application_context": app.applications[f"/{path}"],
            "bokeh_websocket_path": f"{prefix}/{path}/ws",
            "page": page,
        }
        routes += [
            (f"{prefix}/{path}", PageHandler, {"page": page, "shell": shell}),
            (f"{prefix}/{path}/ws", PageSocket, socket),
        ]
    routes += [(prefix + route, handler, {**known}) for route, handler, known in briefing.routes(opening)]
    routes += [
        (f"{prefix}/{path}/", WithoutSlash, {"url": f"{prefix}/{path}", "permanent": False}) for path in PAGES
    ]
    return [
        *routes,
        (f"{prefix}/static/extensions/(.*)", ExtensionFile, {"root": extension_dirs}),
        (f"{prefix}/static/(.*)", LibraryFile, {}),
    ]


def take_routes(app: BokehTornado, routes: list[Route]) -> None:
    """Answer at these addresses and no other: Bokeh's document, metadata, autoload and index are gone with
    their headers that open them to every other site.
    """
    app.wildcard_router.rules.clear()
    app.wildcard_router.add_rules(routes)
