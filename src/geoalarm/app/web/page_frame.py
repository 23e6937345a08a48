"""The frame of a page: language, viewport, security policy, both themes, one main landmark, a skip link."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final
from weakref import WeakKeyDictionary

import panel as pn
import panel_material_ui as pmui
import param
from bokeh.document import Document
from bokeh.models import InlineStyleSheet
from bokeh.themes import Theme as BokehTheme
from jinja2 import Environment, Template

from geoalarm import i18n
from geoalarm.app.map.basemap import configured
from geoalarm.app.map.map_scripts import page_script
from geoalarm.present.palette import INTERFACE, PATTERNS, SCALES, SURFACES, THEMES, Theme

ASSETS: Final = Path(__file__).parent / "assets"
FONTS: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "SAMEORIGIN",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Accept-CH": "Sec-CH-Prefers-Color-Scheme",
    "Vary": "Sec-CH-Prefers-Color-Scheme, Accept-Language",
}
"""Security headers of every document and file served, beside the policy of its content."""

_SHEETS: WeakKeyDictionary[Document, InlineStyleSheet] = WeakKeyDictionary()


class UnsetFlag(param.Boolean):
    """A flag that stays at its default whoever sets it."""

    def __set__(self, obj: object, val: object) -> None:
        """Leave it."""


class PageFrame(pmui.Page):
    """A page that does not follow ``pn.state.busy``: that flag is the process's, so that each action of one
    reader was sent to every other, and the watcher kept the page for ever.
    """

    busy = UnsetFlag(default=False, readonly=True, doc="whether the page is busy: told in words, not here")


def content_security_policy(host: str = "", *, is_header: bool = False) -> str:
    """What a page may load: its own server only, and pictures from the background map the operator named.

    Panel's components are modules from ``blob:`` addresses, which its loader fetches; Bokeh sets styles on
    elements and begins with a script in the page (``unsafe-inline``). Text is never compiled: what BokehJS
    would compile is in :mod:`geoalarm.app.map.map_scripts`.

    Parameters
    ----------
    host : str
        Name and port of the server as the browser knows it, for its websocket: ``'self'`` is not read by
        every browser as its websocket too.
    is_header : bool
        Whether it is sent as a header, which alone may say who shows the page in a frame.
    """
    tiles = configured()
    pictures = " ".join(part for part in ("'self' data: blob:", tiles.origin if tiles else "") if part)
    own = f"'self' ws://{host} wss://{host} blob:" if host else "'self' blob:"
    return "; ".join(
        [
            "default-src 'self'",
            "script-src 'self' 'unsafe-inline' blob:",
            "style-src 'self' 'unsafe-inline'",
            f"img-src {pictures}",
            "font-src 'self' data:",
            f"connect-src {own}",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            *(["frame-ancestors 'self'"] if is_header else []),
        ]
    )


@lru_cache(maxsize=1)
def stylesheet() -> str:
    """CSS of the components, read once."""
    return (ASSETS / "explorer.css").read_text(encoding="utf-8")


def sheet(doc: Document | None) -> InlineStyleSheet:
    """The components' CSS as one model of a document: it travels once a session, not once a pane.

    The document is the one the pane is drawn in, never "the current one": that is global to the process and
    may be another session's.
    """
    if doc is None:
        return InlineStyleSheet(css=stylesheet())
    if doc not in _SHEETS:
        _SHEETS[doc] = InlineStyleSheet(css=stylesheet())
        doc.on_session_destroyed(lambda _: _SHEETS.pop(doc, None))
    return _SHEETS[doc]


@lru_cache(maxsize=1)
def page_css() -> str:
    """CSS of the document: the colours of both themes as variables, which every component inherits."""
    light, dark = (_variables(theme) for theme in THEMES)
    return (
        f":root{{{light}}}\n:root[data-scheme=dark]{{{dark}}}\n"
        f"@media (prefers-color-scheme: dark){{:root[data-scheme='']{{{dark}}}}}\n"
        + (ASSETS / "page.css").read_text(encoding="utf-8")
    )


def theme_config(theme: Theme) -> dict[str, object]:
    """Material colours and letters of a theme."""
    face, surface = INTERFACE[theme], SURFACES[theme]
    return {
        "palette": {
            "primary": {"main": face.link},
            "background": {"default": surface.card, "paper": surface.card},
            "text": {"primary": face.ink, "secondary": face.muted},
            "divider": surface.line,
            "error": {"main": face.error},
        },
        "typography": {"fontFamily": FONTS, "fontSize": 14},
        "shape": {"borderRadius": 8},
    }


def frame(
    *,
    main: Sequence[pn.viewable.Viewable],
    header: Sequence[pn.viewable.Viewable],
    scheme: str = "",
) -> PageFrame:
    """A page with its header and main parts."""
    return PageFrame(
        main=list(main),
        header=list(header),
        title="",
        theme_toggle=False,
        busy_indicator=None,
        dark_theme=scheme == "dark",
        template=_template(),
        sx={
            "& .MuiAppBar-root": {
                "backgroundColor": "var(--ga-bar)",
                "color": "#FFFFFF",
                "boxShadow": "none",
                "backgroundImage": "none",
            },
            "& .MuiToolbar-root": {
                "minHeight": "56px !important",
                "height": "56px",
                "paddingLeft": "16px",
                "paddingRight": "12px",
                "@media (max-width: 519px)": {"height": "92px"},  # pages, then languages: two rows
            },
            "& .MuiLinearProgress-root": {"display": "none"},
            "& main": {"backgroundColor": "var(--ga-ground)"},
        },
        theme_config={"light": theme_config("light"), "dark": theme_config("dark")},
    )


def template_variables(lang: str, *, title: str, scheme: str = "", host: str = "") -> dict[str, object]:
    """What the template needs beyond Panel's own variables."""
    return {
        "page_lang": lang,
        "page_scheme": scheme,
        "page_title": title,
        "page_css": page_css(),
        "page_csp": content_security_policy(host),
        "page_description": i18n.text("explorer.intro", lang),
        "page_script": page_script(),
        "page_skip": i18n.text("explorer.skip", lang),
        "page_wait": i18n.text("explorer.loading_plain", lang),
        "page_lost": i18n.text("error.what_to_do", lang),
    }


def bokeh_theme() -> BokehTheme:
    """Marks axes and grids as ours, so that the page frame leaves their colours to ``map.dress``."""
    return BokehTheme(json={"attrs": {name: {} for name in ("Axis", "Grid")}})


@lru_cache(maxsize=1)
def _template() -> Template:
    return Environment(autoescape=False).from_string(  # noqa: S701  (Bokeh's own parts are HTML; ours are escaped one by one)
        (ASSETS / "page.html").read_text(encoding="utf-8")
    )


def _variables(theme: Theme) -> str:
    face, surface = INTERFACE[theme], SURFACES[theme]
    pairs = {
        "ink": face.ink,
        "muted": face.muted,
        "link": face.link,
        "error": face.error,
        "band-ink": face.band_ink,
        "band": face.band,
        "outline": face.outline,
        "casing": face.casing,
        "bar": surface.bar,
        "ground": surface.ground,
        "card": surface.card,
        "line": surface.line,
    }
    for name, scale in SCALES.items():
        pairs |= {f"{name}-{index}": colour for index, colour in enumerate(scale[theme])}
    for state, pattern in PATTERNS[theme].items():
        pairs |= {f"{state}-ground": pattern.ground, "hatch": pattern.ink}
    return f"color-scheme:{theme};" + "".join(f"--ga-{name}:{colour};" for name, colour in pairs.items())
