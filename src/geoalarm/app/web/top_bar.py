"""The bar at the top: name, languages, theme, link, downloads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from geoalarm import i18n
from geoalarm.app.web.page_state import PageState
from geoalarm.app.web.page_templates import fill

PAGES: Final = ("explorer", "whatif", "briefing")
"""Pages of the bar, by their address."""


def bar(state: PageState, *, here: str, files: Mapping[str, str], help_key: str) -> str:
    """HTML of the bar; the languages are links to the same view.

    Parameters
    ----------
    state : PageState
        Choices of the page that is open.
    here : str
        The page that is open, one of :data:`PAGES`.
    files : mapping
        Words of the downloads by kind.
    help_key : str
        Key of the sentence under the downloads.
    """
    lang, words = state.lang, state.query()
    languages = [
        {
            "code": code,
            "address": "?" + urlencode({**words, "lang": code}, safe=":~"),
            "label": f"{code.upper()}. {i18n.text('explorer.aria.language', code, language=name)}",
        }
        for code, name in i18n.languages().items()
    ]
    pages = _addresses(lang, words.get("commune", ""))
    return fill(
        "top_bar.html", lang, here=here, pages=pages, languages=languages, files=files, help_key=help_key
    )


def page_links(here: str, lang: str, *, commune: str = "", base: str = "") -> str:
    """Links to the pages, the open one marked; those of one commune keep it; ``base`` stands before each."""
    return fill("page_links.html", lang, here=here, pages=_addresses(lang, commune, base))


def _addresses(lang: str, commune: str, base: str = "") -> dict[str, str]:
    """Address of each page."""
    one = {"lang": lang, "commune": commune} if commune else {"lang": lang}
    words = {page: one if page != "whatif" else {"lang": lang} for page in PAGES}
    return {page: f"{base}{page}?{urlencode(words[page], safe=':')}" for page in PAGES}
