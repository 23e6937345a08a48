"""The bar at the top: name, languages, theme, link, downloads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from geoalarm import i18n
from geoalarm.app.explorer.downloads import FORMATS
from geoalarm.app.web.html_markup import ICONS, button, e, icon_button, said

PAGES: Final = ("explorer", "whatif", "briefing")
"""Pages of the bar, by their address."""


def bar(
    state: Any,
    *,
    here: str = "explorer",
    files: Mapping[str, str] | None = None,
    help_key: str = "explorer.download_help",
) -> str:
    """HTML of the bar; the languages are links to the same view.

    Parameters
    ----------
    state : ExplorerState or WhatIfState
        Anything with ``lang`` and ``query()``.
    here : str
        The page that is open, one of :data:`PAGES`.
    files : mapping, optional
        Words of the downloads by kind; those of the explorer by default.
    help_key : str
        Sentence under the downloads.
    """
    lang = state.lang
    words = files or {kind: i18n.text(f"explorer.download_{kind}", lang) for kind in FORMATS}
    links = []
    for code, name in i18n.languages().items():
        current = ' aria-current="true"' if code == lang else ""
        label = f"{code.upper()}. {i18n.text('explorer.aria.language', code, language=name)}"
        address = e(urlencode({**state.query(), "lang": code}, safe=":~"))
        links.append(
            f'<li><a href="?{address}" lang="{code}" hreflang="{code}" '
            f'aria-label="{e(label)}"{current}>{code.upper()}</a></li>'
        )
    buttons = "".join(button(f"download|{kind}", name) for kind, name in words.items())
    icon = (
        '<svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" '
        f'focusable="false">{ICONS["download"]}</svg>'
    )
    word = i18n.text("label.download", lang)
    menu = (
        f'<details class="ga-menu"><summary aria-label="{e(word)}" title="{e(word)}">{icon}</summary><div>'
        f"{buttons}"
        f'<p class="ga-small">{said(help_key, lang)}</p></div></details>'
    )
    pages = page_links(here, lang, commune=state.query().get("commune", ""))
    return (
        f'<div class="ga-top"><span class="ga-brand">geoalarm</span>{pages}<span class="ga-space"></span>'
        f'<nav aria-label="{said("explorer.language", lang)}"><ul>{"".join(links)}</ul></nav>'
        f"{icon_button('scheme|', 'contrast', i18n.text('explorer.theme', lang))}"
        f"{icon_button('copy|', 'link', i18n.text('explorer.share_copy', lang))}{menu}</div>"
    )


def page_links(here: str, lang: str, *, commune: str = "") -> str:
    """Links to the pages, the open one marked; those of one commune keep it."""
    marks = {page: ' aria-current="page"' if page == here else "" for page in PAGES}
    kept = {
        page: {"lang": lang, "commune": commune} if commune and page != "whatif" else {"lang": lang}
        for page in PAGES
    }
    addresses = {page: e(f"{page}?{urlencode(kept[page], safe=':')}") for page in PAGES}
    rows = "".join(
        f'<li><a href="{addresses[page]}"{marks[page]}>{said(f"nav.{page}", lang)}</a></li>' for page in PAGES
    )
    return f'<nav class="ga-pages" aria-label="{said("nav.pages", lang)}"><ul>{rows}</ul></nav>'
