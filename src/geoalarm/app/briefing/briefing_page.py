"""The briefing served: the page of :mod:`geoalarm.report` as a whole document, search, languages, files."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from urllib.parse import urlencode

import panel as pn
from markupsafe import Markup
from tornado.ioloop import IOLoop
from tornado.web import HTTPError, RequestHandler

from geoalarm import i18n
from geoalarm.app.briefing.briefing_service import KINDS, BriefingService, desk_of
from geoalarm.app.session import SharedSession, shared
from geoalarm.app.web.guarded_handler import GuardedHandler
from geoalarm.app.web.page_request import language_of, query_words
from geoalarm.app.web.top_bar import page_links
from geoalarm.app.web.waiting_page import fault_details, status_document, whole_document
from geoalarm.core.background_task import BackgroundTask
from geoalarm.core.terms import LANGUAGES
from geoalarm.i18n.place_names import region_name
from geoalarm.report.batch_request import today
from geoalarm.report.commune_page import Links, bare_document, body, document
from geoalarm.report.html_templates import TemplateStrings, fill

log = logging.getLogger(__name__)

PATH: Final = "briefing"
FILES: Final = "briefing-file"
"""Where files of a commune are served, by their kind."""
LONGEST: Final = 80
"""Letters of a search [1]."""
MAKERS: Final = ThreadPoolExecutor(max_workers=2, thread_name_prefix="briefing")
"""Threads that make pages and files: more at once would take longer each, and leave nothing to others."""


def briefing(
    *, scenario: str | None = None, world: SharedSession | None = None, files: bool = False
) -> pn.viewable.Viewable:
    """The page for the request at hand.

    Parameters
    ----------
    scenario : str, optional
        Scenario file; None: the embedded territory.
    world : SharedSession, optional
        What sessions share, when it is already made.
    files : bool
        Whether :class:`FileHandler` serves files beside the page.
    """
    query = query_words()
    lang = language_of(query)
    desk = desk_of(world or shared(scenario))
    html = page_of(desk, query, lang, files=files, wait=world is None)
    return whole_document(html)


def page_of(
    desk: BriefingService, query: Mapping[str, str], lang: str, *, files: bool = False, wait: bool = True
) -> str:
    """The document for the words of an address: a commune, a list to choose from, a fault, or the way in.

    Parameters
    ----------
    wait : bool
        Whether to read the territory now where that was not done yet; else the reader is asked for a little
        patience.
    """
    asked, commune = query.get("q", "").strip()[:LONGEST], query.get("commune", "").strip()[:LONGEST]
    hits = desk.find(asked) if asked and not commune else []
    if len(hits) == 1:
        commune = hits[0]
    if not commune:
        notice = TemplateStrings(lang)("search_none", query=asked) if asked and not hits else ""
        return _way_in(desk, lang, asked=asked, hits=hits, notice=notice)
    if not desk.knows(commune):
        return _way_in(
            desk, lang, asked=commune, notice=i18n.text("error.commune_unknown", lang, code=commune)
        )
    if not wait and not desk.is_ready:
        desk.opening.start()
        name = desk.names(lang)[commune]
        return status_document(desk.opening, PATH, {"commune": commune}, lang, name=name)
    try:
        return _commune(desk, lang, commune, files=files)
    except Exception as error:
        log.error("the briefing of %s could not be made: %s", commune, error, exc_info=error)
        return _fault(desk, lang, commune, error)


def _commune(desk: BriefingService, lang: str, commune: str, *, files: bool) -> str:
    made = desk.made(commune, lang)
    inner = body(
        made.briefing,
        made.pictures,
        as_of=today(),
        links=_links(lang, commune, files=files),
        bar=page_links(PATH, lang, commune=commune),
        search=_search(desk, lang),
    )
    lead = made.briefing.lead[0].text if made.briefing.lead else ""
    return document(
        inner,
        made.briefing,
        title=f"{made.briefing.title} – geoalarm",
        description=lead,
        form_action="'self'",
    )


def _way_in(
    desk: BriefingService, lang: str, *, asked: str = "", hits: list[str] | None = None, notice: str = ""
) -> str:
    words = TemplateStrings(lang)
    examples = [] if hits else desk.examples()
    sentences = (words("search_empty"), words("search_explain"))
    return _plain(
        desk,
        lang,
        words("nav.briefing"),
        sentences,
        search=_search(desk, lang, asked, hits or [], notice),
        examples=examples,
    )


def _fault(desk: BriefingService, lang: str, commune: str, error: Exception) -> str:
    """What failed and what to do; a trace goes to the log only."""
    words, detail = TemplateStrings(lang), fault_details(error, lang)
    title = words("fault_title", name=desk.names(lang)[commune])
    return _plain(
        desk, lang, title, tuple(part for part in (words("fault_todo"), detail) if part), commune=commune
    )


def _plain(
    desk: BriefingService,
    lang: str,
    title: str,
    sentences: tuple[str, ...],
    *,
    commune: str = "",
    search: str | None = None,
    examples: list[str] | None = None,
) -> str:
    """A page without a briefing."""
    words = TemplateStrings(lang)
    inner = fill(
        "served_plain.html",
        w=words,
        bar=Markup(page_links(PATH, lang, commune=commune)),  # noqa: S704  (made of escaped parts)
        search=Markup(_search(desk, lang) if search is None else search),  # noqa: S704  (made by a template)
        languages=[(code, name, _address(code, commune)) for code, name in i18n.languages().items()],
        title=title,
        sentences=sentences,
        examples=[_hit(desk, lang, name) for name in examples or []],
    )
    return bare_document(inner, words, title=f"{title} – geoalarm", form_action="'self'")


def _search(
    desk: BriefingService, lang: str, asked: str = "", hits: list[str] | None = None, notice: str = ""
) -> str:
    found = [_hit(desk, lang, name) for name in hits or []]
    return fill(
        "served_search.html", w=TemplateStrings(lang), path=PATH, query=asked, hits=found, notice=notice
    )


def _hit(desk: BriefingService, lang: str, commune: str) -> tuple[str, str, str]:
    """Address, name, and what tells it from others of this name."""
    row = desk.facts(commune)
    region = region_name(
        commune.partition(":")[0], row.get("department_code", ""), row.get("department_name", ""), lang
    )
    more = ", ".join(part for part in (region, commune) if part)
    return _address(lang, commune), desk.names(lang)[commune], more


def _address(lang: str, commune: str = "") -> str:
    words = {"commune": commune, "lang": lang} if commune else {"lang": lang}
    return f"{PATH}?{urlencode(words, safe=':')}"


def _links(lang: str, commune: str, *, files: bool) -> Links:
    def file(kind: str) -> str:
        return f"{FILES}/{kind}?{urlencode({'commune': commune, 'lang': lang}, safe=':')}" if files else ""

    return Links(
        languages={code: _address(code, commune) for code in LANGUAGES},
        explorer=f"explorer?{urlencode({'lang': lang, 'commune': commune}, safe=':')}",
        page=file("html"),
        data=file("json"),
        checklist=file("checklist"),
        checklist_docx=file("docx"),
    )


class BriefingHandler(GuardedHandler):
    """The page of a commune as a whole document, made beside the loop that serves the others."""

    def initialize(self, opening: BackgroundTask[SharedSession]) -> None:
        """Take what opens the territory."""
        self.opening = opening

    async def get(self) -> None:
        """Send the page, or how far the territory is."""
        query, lang = self.query_words(), self.reader_language()
        world = self.opening.value
        if world is None:
            self.opening.start()
            self.finish(status_document(self.opening, PATH, query, lang))
            return
        self.spend()

        def make() -> str:
            return page_of(desk_of(world), query, lang, files=True, wait=False)

        self.finish(await IOLoop.current().run_in_executor(MAKERS, make))

    head = get


class FileHandler(GuardedHandler):
    """A file of a commune: ``briefing-file/docx?commune=FR:02381&lang=fr``; only names that the territory
    knows, nothing of the disk.
    """

    def initialize(self, opening: BackgroundTask[SharedSession]) -> None:
        """Take what opens the territory."""
        self.opening = opening

    def content_policy(self) -> str:
        """The stricter policy of a file is in the file; here is what holds for all of them."""
        return (
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
        )

    async def get(self, kind: str) -> None:
        """Make the file away from the loop that serves the others, and send it."""
        world = self.opening.value
        if world is None:
            raise HTTPError(503)
        desk = desk_of(world)
        commune, lang = (
            self.get_query_argument("commune", "")[:LONGEST],
            self.get_query_argument("lang", "en"),
        )
        if kind not in KINDS or lang not in LANGUAGES or not desk.knows(commune):
            raise HTTPError(404)
        self.spend()
        data = await IOLoop.current().run_in_executor(MAKERS, desk.file, kind, commune, lang)
        self.set_header("Content-Type", KINDS[kind])
        if kind != "checklist":
            name = f"geoalarm-{commune.replace(':', '-')}" + {"json": ".json", "docx": f"-{lang}.docx"}.get(
                kind, f"-{lang}.html"
            )
            self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        self.finish(data)

    head = get


def routes(
    opening: BackgroundTask[SharedSession],
) -> list[tuple[str, type[RequestHandler], dict[str, BackgroundTask[SharedSession]]]]:
    """Where the pages and the files of communes are served."""
    known = {"opening": opening}
    return [(f"/{PATH}", BriefingHandler, known), (rf"/{FILES}/([a-z]+)", FileHandler, known)]
