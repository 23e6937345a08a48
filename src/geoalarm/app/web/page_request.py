"""What a request says: words of its address, language, colour scheme; and the page that answers it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import panel as pn

from geoalarm import i18n
from geoalarm.app.web import page_frame
from geoalarm.app.web.html_pane import box, html
from geoalarm.app.web.page_frame import PageFrame
from geoalarm.app.web.status_messages import fault
from geoalarm.core.errors import GeoalarmError
from geoalarm.core.terms import LANGUAGES
from geoalarm.present.palette import Theme

if TYPE_CHECKING:
    from geoalarm.app.web.page_session import PageSession

log = logging.getLogger(__name__)
SCHEME_HEADER: Final = "Sec-CH-Prefers-Color-Scheme"
LONGEST_QUERY: Final = 2_000
"""Letters of one word of an address that are read."""


def answer(
    open_session: Callable[[Mapping[str, str], str, Theme], PageSession], *, title_key: str
) -> PageFrame:
    """The page of a new session for the request at hand, or a readable fault.

    Parameters
    ----------
    open_session : callable
        Takes the words of the address, the language and the theme.
    title_key : str
        Key of the page's name.
    """
    lang = language_of(query := query_words())
    theme: Theme = "dark" if scheme() == "dark" else "light"
    pn.config.theme = "dark" if theme == "dark" else "default"
    try:
        session = open_session(query, lang, theme)
        return framed(session.main(), session.header(), lang=session.state.lang, title_key=title_key)
    except Exception as error:
        log.error("the page could not be built: %s", error, exc_info=error)
        words = fault("", lang, detail=error.sentence() if isinstance(error, GeoalarmError) else "")
        return framed([box([html(words)], "ga-head")], [], lang=lang, title_key=title_key)


def framed(
    main: Sequence[pn.viewable.Viewable],
    header: Sequence[pn.viewable.Viewable],
    *,
    lang: str,
    title_key: str,
) -> PageFrame:
    """A page of parts, its document named in the language."""
    shown = page_frame.frame(main=main, header=header)
    doc = pn.state.curdoc
    if doc is not None:
        title = i18n.text(title_key, lang) + " – geoalarm"
        doc.title = title
        doc.template_variables.update(page_frame.template_variables(lang, title=title, scheme=scheme()))
    return shown


def query_words() -> dict[str, str]:
    """Words of the address, the last of each, of bounded length."""
    args = pn.state.session_args if pn.state.curdoc is not None else {}
    return {
        name: values[-1].decode("utf-8", "replace")[:LONGEST_QUERY] for name, values in args.items() if values
    }


def language_of(query: Mapping[str, str]) -> str:
    """The language of the request at hand, see :func:`preferred_language`."""
    return preferred_language(query.get("lang", ""), _header("Accept-Language"))


def preferred_language(asked_for: str, accepted: str) -> str:
    """The language of the address, else the first of the browser that the house speaks, else English.

    Parameters
    ----------
    asked_for : str
        The word ``lang`` of the address.
    accepted : str
        The header ``Accept-Language``.
    """
    asked = [asked_for, *(part.partition(";")[0].strip() for part in accepted.split(","))]
    codes = (word.replace("_", "-").partition("-")[0].lower() for word in asked)
    return next((code for code in codes if code in LANGUAGES), "en")


def scheme() -> str:
    """Colour scheme the browser tells, where it does."""
    return _header(SCHEME_HEADER).strip('"')


def _header(name: str) -> str:
    headers = pn.state.headers if pn.state.curdoc is not None else {}
    return str(headers.get(name, "") or "")
