"""What every answer of the server has in common: its headers, the check of its name, the rate, its refusals.

Each handler of the server inherits from :class:`GuardedHandler`, those of Bokeh's files too, so that nothing
is answered without.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import Final

from bokeh.server.views.multi_root_static_handler import MultiRootStaticHandler
from bokeh.server.views.static_handler import StaticHandler
from tornado.netutil import is_valid_ip
from tornado.web import HTTPError, RedirectHandler, RequestHandler

from geoalarm.app.web.allowed_hosts import AllowedHosts
from geoalarm.app.web.page_frame import HEADERS
from geoalarm.app.web.page_request import LONGEST_QUERY, preferred_language
from geoalarm.app.web.refusal_page import refusal_document
from geoalarm.app.web.request_rate import RequestRate
from geoalarm.app.web.waiting_page import plain_policy

RULES: Final = "access_rules"
"""Under this name the application's settings hold its :class:`AccessRules`."""
POLICY: Final = "Content-Security-Policy"
FILE_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
MISDIRECTED, TOO_MANY = 421, 429
OPENS_S: Final = 5
"""What is not open yet may be asked for again after this long [s]."""
LONGEST_HOST: Final = 100
"""Letters of a foreign name that are told."""


@dataclass(frozen=True, slots=True)
class AccessRules:
    """Names the server answers by, how often an address may ask, and who tells the reader's address."""

    hosts: AllowedHosts
    rate: RequestRate
    behind_proxy: bool = False


class TooManyRequests(HTTPError):
    """More of one address than it may have computed; it may come again after this long [s]."""

    def __init__(self, after_s: float) -> None:
        super().__init__(TOO_MANY)
        self.after_s = max(1, math.ceil(after_s))


class GuardedHandler(RequestHandler):
    """A handler behind the door: see the module."""

    @property
    def rules(self) -> AccessRules:
        """What the application was told."""
        rules: AccessRules = self.settings[RULES]
        return rules

    @property
    def reader_address(self) -> str:
        """Address of the reader: the last in ``X-Forwarded-For`` where a proxy writes it, else who connects.

        Tornado's own reading of these headers is not used: it believes ``X-Real-Ip`` before all, which a
        proxy that was not told of it passes on as the reader wrote it.
        """
        told = ",".join(self.request.headers.get_list("X-Forwarded-For")) if self.rules.behind_proxy else ""
        last = told.rpartition(",")[2].strip()
        return last if is_valid_ip(last) else str(self.request.remote_ip)

    def set_default_headers(self) -> None:
        """The headers of every answer."""
        self.clear_header("Server")
        for name, value in {**HEADERS, POLICY: self.content_policy()}.items():
            self.set_header(name, value)

    def content_policy(self) -> str:
        """What the answer may load: that of a page without a session, unless a handler says otherwise."""
        return plain_policy()

    def is_own_host(self) -> bool:
        """Whether the request names this server."""
        return self.rules.hosts.accepts(self.request.host)

    async def prepare(self) -> None:
        """Refuse who asks for another server, and an address that no file of a disk can have."""
        if not self.is_own_host():
            raise HTTPError(MISDIRECTED)
        if "%00" in self.request.path:
            raise HTTPError(404)
        result = super().prepare()
        if result is not None:
            await result

    def spend(self) -> None:
        """Count what has to be computed.

        Raises
        ------
        TooManyRequests
            If the address has had its share.
        """
        wait_s = self.rules.rate.wait_s(self.reader_address)
        if wait_s:
            raise TooManyRequests(wait_s)

    def query_words(self) -> dict[str, str]:
        """Words of the address, the last of each, of bounded length."""
        return {name: self.get_query_argument(name)[:LONGEST_QUERY] for name in self.request.query_arguments}

    def reader_language(self) -> str:
        """The language of the address or the browser."""
        asked = self.request.query_arguments.get("lang", [b""])[-1].decode("utf-8", "replace")
        return preferred_language(asked, self.request.headers.get("Accept-Language", ""))

    def write_error(self, status_code: int, **kwargs: object) -> None:
        """Tell in words; a trace goes to the log only."""
        error = sys.exception()
        seconds = error.after_s if isinstance(error, TooManyRequests) else 0
        if seconds or status_code == 503:
            self.set_header("Retry-After", str(seconds or OPENS_S))
        if status_code == 405:
            self.set_header("Allow", "GET, HEAD")
        self.set_header(POLICY, plain_policy())
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Type", "text/html; charset=utf-8")
        base = str(getattr(self.application, "prefix", ""))
        host = self.request.host[:LONGEST_HOST]
        self.finish(
            refusal_document(status_code, self.reader_language(), base=base, host=host, seconds=seconds)
        )


class NoPage(GuardedHandler):
    """An address where nothing stands."""

    async def prepare(self) -> None:
        """Whatever is asked, it is not here."""
        await super().prepare()
        raise HTTPError(404)


class WithoutSlash(GuardedHandler, RedirectHandler):
    """The same page under its one address: relative links would lead elsewhere under another."""


class LibraryFile(GuardedHandler, StaticHandler):
    """A script or sheet of BokehJS."""

    def content_policy(self) -> str:
        """Nothing: it is no page, and what is a page among the files of a library is none of ours."""
        return FILE_POLICY


class ExtensionFile(GuardedHandler, MultiRootStaticHandler):
    """A script, sheet or font of Panel and its extensions."""

    def content_policy(self) -> str:
        """As of :class:`LibraryFile`."""
        return FILE_POLICY
