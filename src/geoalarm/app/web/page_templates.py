"""HTML in small pieces, every value escaped once."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from geoalarm import i18n


def e(value: object) -> str:
    """Text for HTML, quotes too."""
    return escape(str(value), quote=True)


def said(key: str, lang: str, **values: object) -> str:
    """A sentence of the locales, escaped."""
    return e(i18n.text(key, lang, **values))


def button(do: str, words: str, *, css: str = "", label: str = "", extra: str = "") -> str:
    """A button that the bridge hears; ``words`` are plain text."""
    aria = f' aria-label="{e(label)}"' if label else ""
    return (
        f'<button type="button" class="{e(css)}" '
        f'data-do="{e(do)}"{aria}{" " + extra if extra else ""}>{e(words)}</button>'
    )


def icon_button(do: str, icon: str, label: str, *, css: str = "ga-icon", extra: str = "") -> str:
    """A button with a drawn sign and a name."""
    return (
        f'<button type="button" class="{e(css)}" data-do="{e(do)}" aria-label="{e(label)}" title="{e(label)}"'
        f"{' ' + extra if extra else ''}>"
        '<svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" focusable="false">'
        f"{ICONS[icon]}</svg></button>"
    )


def swatch(css: str, *, style: str = "") -> str:
    """A small field of colour or pattern beside its words."""
    drawn = f' style="{e(style)}"' if style else ""
    return f'<span class="ga-swatch {e(css)}"{drawn} aria-hidden="true"></span>'


def items(rows: Iterable[str], *, css: str = "") -> str:
    """A list of ready-made HTML rows."""
    return f'<ul class="{e(css)}">{"".join(f"<li>{row}</li>" for row in rows)}</ul>'


_STROKE = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'

ICONS = {
    "plus": f'<path d="M12 5v14M5 12h14" {_STROKE}/>',
    "minus": f'<path d="M5 12h14" {_STROKE}/>',
    "home": f'<path d="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5" {_STROKE}/>',
    "close": f'<path d="M6 6l12 12M18 6L6 18" {_STROKE}/>',
    "contrast": (
        f'<circle cx="12" cy="12" r="8" {_STROKE}/><path d="M12 4a8 8 0 0 1 0 16z" fill="currentColor"/>'
    ),
    "link": (
        '<path d="M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 '
        f'6l1-1" {_STROKE}/>'
    ),
    "download": f'<path d="M12 4v11M7 11l5 5 5-5M5 20h14" {_STROKE}/>',
    "filters": (
        '<path d="M4 7h10M18 7h2M4 17h2M10 17h10M14 7a2 2 0 1 0 4 0a2 2 0 1 0-4 0M6 17a2 2 0 1 0 '
        f'4 0a2 2 0 1 0-4 0" {_STROKE}/>'
    ),
    "table": f'<path d="M4 5h16v14H4zM4 10h16M10 10v9" {_STROKE}/>',
}
