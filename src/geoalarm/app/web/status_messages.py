"""What every page tells a reader beside its figures: example data, progress, a fault, a notice."""

from __future__ import annotations

from geoalarm import i18n
from geoalarm.app.web.page_templates import fill


def band(lang: str, *, is_illustrative: bool) -> str:
    """The band that tells example data, on every page that shows any."""
    return fill("band.html", lang) if is_illustrative else ""


def busy(lang: str, step: str = "", n: int = 0, m: int = 0) -> str:
    """Progress of a calculation that takes more than half a second.

    Parameters
    ----------
    step : str
        Last part of a key ``explorer.step.*``; empty: not known.
    n, m : int
        Which step of how many; 0: not known.
    """
    words = (
        i18n.text("explorer.loading", lang, step=i18n.text(f"explorer.step.{step}", lang), n=n, m=m)
        if step
        else i18n.text("explorer.loading_plain", lang)
    )
    return fill("busy.html", lang, words=words, n=n, m=m)


def fault(what: str, lang: str, *, detail: str = "") -> str:
    """What failed, what still holds, what to do; never a trace."""
    return fill("fault.html", lang, what=what, detail=detail)


def notice(words: str, lang: str) -> str:
    """Something told once, that stops nothing."""
    return fill("notice.html", lang, words=words)
