"""The way in: one page that says what stands where, in the reader's language, without script or session."""

from __future__ import annotations

from geoalarm import i18n
from geoalarm.app.web.guarded_handler import GuardedHandler
from geoalarm.app.web.top_bar import PAGES
from geoalarm.app.web.waiting_page import plain_document


def home_document(lang: str, *, base: str = "") -> str:
    """The page as a whole document.

    Parameters
    ----------
    base : str
        Path under which the pages stand.
    """
    ways = [
        (f"{base}/{page}?lang={lang}", i18n.text(f"nav.{page}", lang), i18n.text(f"home.{page}", lang))
        for page in PAGES
    ]
    return plain_document(
        i18n.text("home.title", lang),
        (i18n.text("explorer.intro", lang),),
        "",
        {},
        lang,
        base=f"{base}/",
        ways=ways,
    )


class HomeHandler(GuardedHandler):
    """Answers at the root; nothing is computed for it."""

    def get(self) -> None:
        """Send the page."""
        self.finish(home_document(self.reader_language(), base=str(getattr(self.application, "prefix", ""))))

    head = get
