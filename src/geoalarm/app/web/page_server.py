"""From an address to a session: the document first, its models on the websocket.

A plain request gets the frame of the page and a signed word of what it asked. The session belongs to the
websocket, in whichever process that reaches; for a browser that comes to read it is begun at once, so that it
is there when the scripts are. It is built beside the loop that answers the other readers.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import panel as pn
from bokeh.application.handlers.handler import Handler
from bokeh.document import Document
from bokeh.embed.util import RenderItem
from bokeh.util.token import generate_jwt_token, generate_session_id, get_session_id
from panel.io.application import Application
from panel.io.resources import LOCAL_DIST, Resources, bundle_resources
from panel.io.server import html_page_for_render_items
from panel.io.state import set_curdoc
from tornado.ioloop import IOLoop

from geoalarm import i18n
from geoalarm.app.session import SharedSession
from geoalarm.app.web import page_frame
from geoalarm.app.web.content_policy import content_security_policy, script_hashes
from geoalarm.app.web.guarded_handler import POLICY, GuardedHandler
from geoalarm.app.web.page_request import SCHEME_HEADER
from geoalarm.app.web.ready_documents import make_ready
from geoalarm.app.web.session_limits import SessionLimits
from geoalarm.app.web.waiting_page import full_document, status_document
from geoalarm.core.background_task import BackgroundTask

if TYPE_CHECKING:
    from bokeh.application.application import SessionContext
    from bokeh.embed.bundle import Bundle
    from bokeh.server.contexts import ApplicationContext

log = logging.getLogger(__name__)
BUILDERS: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="build")
"""Pages are built one after the other: two at once would take twice as long each."""
UNUSED: Final = ("es-module-shims", "bokeh-gl")
"""Scripts that every page of Panel loads, for components that ours do not have."""
COMES_TO_READ: Final = {"Sec-Fetch-Mode": "navigate", "Upgrade-Insecure-Requests": "1"}
"""Headers of a browser that opens a page, the second also without TLS."""
MOST_AHEAD: Final = 3
"""Sessions that are built, or will be, before a websocket asks for them: one takes half a second."""
RETRY_AFTER_S: Final = 30
TOLD_HEADERS: Final = ("Accept-Language", SCHEME_HEADER)
"""What a session needs to know of the request for its page; nothing else of it is kept."""


class PageBuilder(Handler):
    """Makes the models of a page in a thread of its own.

    Parameters
    ----------
    page : callable
        Makes the page for the request at hand.
    """

    def __init__(self, page: Callable[[], pn.viewable.Viewable]) -> None:
        super().__init__()
        self._page = page

    async def on_session_created(self, session_context: SessionContext) -> None:
        """Build the document of a new session; others are answered meanwhile."""
        # there is no session yet whose document could be asked for; Panel reads it the same way
        document = session_context._document
        await IOLoop.current().run_in_executor(BUILDERS, self._build, document)

    def modify_document(self, doc: Document) -> None:
        """Nothing is left to do."""

    def _build(self, doc: Document) -> None:
        doc.template_variables["dist_url"] = LOCAL_DIST
        with set_curdoc(doc):
            self._page().server_doc(doc, "geoalarm", False)
        make_ready(doc)


def application(page: Callable[[], pn.viewable.Viewable]) -> Application:
    """The application of a page, for Bokeh's server."""
    return Application(PageBuilder(page))


class PageShell:
    """The document round a page whose models are not made yet; the same parts for every reader."""

    def __init__(self, resources: object) -> None:
        self._resources = resources

    @cached_property
    def _empty(self) -> Document:
        """A page with nothing in it: as many roots as any, and what it needs to load."""
        doc = Document()
        page_frame.frame(main=[], header=[]).server_doc(doc, "geoalarm", False)
        return doc

    @cached_property
    def _bundle(self) -> Bundle:
        with set_curdoc(self._empty):
            bundle = bundle_resources(self._empty.roots, Resources.from_bokeh(self._resources))
        bundle.js_files = [file for file in bundle.js_files if not any(name in str(file) for name in UNUSED)]
        return bundle

    def html(self, token: str, words: Mapping[str, object]) -> str:
        """The document for a token, with the words of :func:`page_frame.template_variables`."""
        empty = self._empty
        return html_page_for_render_items(
            self._bundle,
            {},
            [RenderItem(token=token, roots=empty.roots, use_for_title=False)],
            str(words["page_title"]),
            template=empty.template,
            template_variables={**empty.template_variables, **words},
        )


@dataclass(frozen=True, slots=True)
class ServedPage:
    """A page at an address: its path, the key of its name, what it waits for, and who finds room."""

    path: str
    title_key: str
    opening: BackgroundTask[SharedSession]
    limits: SessionLimits


class PageHandler(GuardedHandler):
    """Answers a plain request: the frame of the page, how far the territory is, or that there is no room."""

    def initialize(self, page: ServedPage, shell: PageShell) -> None:
        """Take what is served here."""
        self.page, self.shell = page, shell

    def get(self) -> None:
        """Send the document; nothing is built for it."""
        page, query, lang = self.page, self.query_words(), self.reader_language()
        self.set_header("Cache-Control", "no-store")
        if page.opening.value is None:
            page.opening.start()
            self.finish(status_document(page.opening, page.path, query, lang))
            return
        self.spend()
        refusal = page.limits.refusal(self.reader_address)
        if refusal is not None:
            self.set_status(503)
            self.set_header("Retry-After", str(RETRY_AFTER_S))
            self.finish(full_document(refusal, page.path, query, lang))
            return
        scheme = self.request.headers.get(SCHEME_HEADER, "").strip('"')
        title = i18n.text(page.title_key, lang) + " – geoalarm"
        words = page_frame.template_variables(lang, title=title, scheme=scheme, host=self.request.host)
        token = self._token()
        document = self.shell.html(token, words)
        scripts = script_hashes(document)
        self.set_header(POLICY, content_security_policy(self.request.host, scripts=scripts, is_header=True))
        self.finish(document)
        self._begin(token)

    def head(self) -> None:
        """What :meth:`get` would answer, without what it says."""
        self.get()

    def _begin(self, token: str) -> None:
        """Build the session of a reader while their browser loads what the page needs.

        Only for who came to read, and for few at once: others begin with their websocket, and a session that
        no websocket takes is dropped like that of a closed tab.
        """
        app: Any = self.application
        context, told = app.applications[f"/{self.page.path}"], self.request.headers
        is_reader = self.request.method == "GET" and "Sec-Purpose" not in told
        is_reader &= any(told.get(name) == value for name, value in COMES_TO_READ.items())
        if is_reader and untaken(context) < MOST_AHEAD:
            began = context.create_session_if_needed(get_session_id(token), self.request, token)
            IOLoop.current().add_future(asyncio.ensure_future(began), lambda done: done.result())

    def _token(self) -> str:
        """What the websocket will show: who it is, and what this request asked for."""
        app: Any = self.application
        keys = {"secret_key": app.secret_key, "signed": app.sign_sessions}
        headers = {name: value for name in TOLD_HEADERS if (value := self.request.headers.get(name))}
        asked = {"headers": headers, "cookies": {}, "arguments": self.request.query_arguments}
        return generate_jwt_token(
            generate_session_id(**keys), extra_payload=asked, expiration=app.session_token_expiration, **keys
        )


def untaken(context: ApplicationContext) -> int:
    """How many sessions of a page no websocket has yet."""
    return len(context._pending_sessions) + sum(not one.connection_count for one in context.sessions)
