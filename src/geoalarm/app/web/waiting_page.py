"""Pages in the place of one that cannot be shown now: the territory is not open yet, or nobody finds room."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar
from urllib.parse import urlencode

import panel as pn
from jinja2 import Template
from markupsafe import Markup

from geoalarm import i18n
from geoalarm.app.web.page_request import language_of, query_words
from geoalarm.app.web.session_limits import Refusal
from geoalarm.app.web.top_bar import page_links
from geoalarm.core.background_task import BackgroundTask, TaskProgress
from geoalarm.core.errors import GeoalarmError
from geoalarm.report.commune_page import bare_document
from geoalarm.report.html_templates import TemplateStrings, fill, policy

Value = TypeVar("Value")

AGAIN_S: Final = 1
"""A page that waits is asked for again after this long, so that a fault is told within it [s]."""
_WHOLE: Final = Template("{{ geoalarm_document }}", autoescape=False)


def when_open(
    opening: BackgroundTask[Value], path: str, page: Callable[[Value], pn.viewable.Viewable]
) -> Callable[[], pn.viewable.Viewable]:
    """A page that waits for what it shows: the page itself once that is open, before how far it is.

    Parameters
    ----------
    opening : BackgroundTask
    path : str
        Address of the page, one of :data:`geoalarm.app.web.top_bar.PAGES`.
    page : callable
        Makes the page of what was opened.
    """

    def answer() -> pn.viewable.Viewable:
        if opening.value is not None:
            return page(opening.value)
        opening.start()
        query = query_words()
        return whole_document(status_document(opening, path, query, language_of(query)))

    return answer


def status_document(
    opening: BackgroundTask[Value], path: str, query: Mapping[str, str], lang: str, *, name: str = ""
) -> str:
    """The page of something that is being opened, or that could not be.

    Parameters
    ----------
    name : str
        Name of the commune the reader asked for.
    """
    fault = opening.fault
    if fault is None:
        return _waiting(opening.progress, path, query, lang, name=name)
    return _fault(fault, path, query, lang, name=name)


def full_document(refusal: Refusal, path: str, query: Mapping[str, str], lang: str) -> str:
    """The page of a reader who finds no room: why, when to come again, and the briefing, which needs none."""
    commune = query.get("commune", "")
    words = {"lang": lang, "commune": commune} if commune else {"lang": lang}
    link = (f"briefing?{urlencode(words, safe=':')}", i18n.text("full.briefing", lang))
    sentences = (i18n.text(f"full.{refusal.reason}", lang, n=refusal.most), i18n.text("full.again", lang))
    title = i18n.text("full.title_network" if refusal.reason == "address" else "full.title", lang)
    return plain_document(title, sentences, path, query, lang, link=link)


def whole_document(html: str) -> pn.viewable.Viewable:
    """A document of its own in the place of the page that Panel would build."""
    doc = pn.state.curdoc
    if doc is not None:
        doc.template = _WHOLE
        doc.template_variables["geoalarm_document"] = html
    return pn.Column(width=0, height=0)


def fault_details(error: Exception, lang: str) -> str:
    """What the person who helps needs to know; empty for what only the log may tell."""
    if not isinstance(error, GeoalarmError):
        return ""
    return i18n.text("error.details", lang, message=error.sentence())


def plain_policy() -> str:
    """The header for documents of :func:`plain_document` and for briefings: what they say of themselves."""
    return policy(form_action="'self'") + "; frame-ancestors 'self'"


def _waiting(progress: TaskProgress, path: str, query: Mapping[str, str], lang: str, *, name: str) -> str:
    step = i18n.text(f"explorer.step.{progress.step or 'open'}", lang)
    told = (
        i18n.text("opening.step", lang, step=step, n=progress.n, m=progress.m, percent=progress.percent)
        if progress.m
        else step
    )
    title = name or i18n.text("opening.title", lang)
    sentences = (told, i18n.text("opening.explain", lang))
    return plain_document(title, sentences, path, query, lang, percent=progress.percent, refresh_s=AGAIN_S)


def _fault(error: Exception, path: str, query: Mapping[str, str], lang: str, *, name: str) -> str:
    words = TemplateStrings(lang)
    title = words("fault_title", name=name) if name else i18n.text("opening.fault", lang)
    told = (i18n.text("opening.again", lang), fault_details(error, lang))
    return plain_document(title, tuple(part for part in told if part), path, query, lang)


def plain_document(
    title: str,
    sentences: tuple[str, ...],
    path: str,
    query: Mapping[str, str],
    lang: str,
    *,
    percent: int | None = None,
    refresh_s: int = 0,
    link: tuple[str, str] | None = None,
    base: str = "",
    ways: Sequence[tuple[str, str, str]] = (),
) -> str:
    """A page of the design of the briefing that holds a title and sentences.

    Parameters
    ----------
    path : str
        Address of the page, one of :data:`geoalarm.app.web.top_bar.PAGES`; empty: none of them.
    percent : int, optional
        How much of what the reader waits for is done [%].
    refresh_s : int
        The page is asked for again after this long; 0: never [s].
    link : tuple, optional
        Address and words of where else to go.
    base : str
        What the addresses of the pages begin with where they are not beside this one.
    ways : sequence of tuple
        Address, name and sentence of each page.
    """
    words, commune = TemplateStrings(lang), query.get("commune", "")
    addresses = {
        code: f"{base if path else ''}{path}?{urlencode({**query, 'lang': code}, safe=':~')}"
        for code in i18n.languages()
    }
    inner = fill(
        "served_plain.html",
        w=words,
        bar=Markup(page_links(path, lang, commune=commune, base=base)),  # noqa: S704  (made of escaped parts)
        search="",
        languages=[(code, name, addresses[code]) for code, name in i18n.languages().items()],
        title=title,
        sentences=sentences,
        percent=percent,
        link=link,
        ways=ways,
    )
    return bare_document(inner, words, title=f"{title} – geoalarm", form_action="'self'", refresh_s=refresh_s)
