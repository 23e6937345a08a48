"""The frame of a page: language, viewport, security policy, both themes, one main landmark, a skip link."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import panel as pn
from bokeh.document import Document
from jinja2 import Environment, Template

from geoalarm import i18n
from geoalarm.app.map.map_scripts import page_script
from geoalarm.app.web.bridge import bridge_script
from geoalarm.app.web.content_policy import content_security_policy
from geoalarm.app.web.html_pane import box
from geoalarm.present.palette import INTERFACE, PATTERNS, SCALES, SURFACES, THEMES, Theme

ASSETS: Final = Path(__file__).parent / "assets"
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


class PageFrame(pn.Column):
    """A page: the bar above its parts, in our own document (``assets/page.html``)."""

    def server_doc(
        self, doc: Document | None = None, title: str | None = None, location: bool = False
    ) -> Document:
        """A document with this page; the address is the bridge's, not a component of Panel's."""
        made = super().server_doc(doc, title, location)
        made.template = _template()
        return made


@lru_cache(maxsize=1)
def page_css() -> str:
    """CSS of the document: the colours of both themes as variables, which every component inherits."""
    light, dark = (_variables(theme) for theme in THEMES)
    return (
        f":root{{{light}}}\n:root[data-scheme=dark]{{{dark}}}\n"
        f"@media (prefers-color-scheme: dark){{:root[data-scheme='']{{{dark}}}}}\n"
        + (ASSETS / "page.css").read_text(encoding="utf-8")
    )


def frame(*, main: Sequence[pn.viewable.Viewable], header: Sequence[pn.viewable.Viewable]) -> PageFrame:
    """A page with its header and main parts."""
    bar = box(header, "ga-page-bar")
    return PageFrame(bar, *main, css_classes=["ga-page"], margin=0, sizing_mode="stretch_width")


def template_variables(lang: str, *, title: str, scheme: str = "", host: str = "") -> dict[str, object]:
    """What the template needs beyond Panel's own variables."""
    return {
        "page_lang": lang,
        "page_scheme": scheme,
        "page_title": title,
        "page_css": page_css(),
        "page_csp": content_security_policy(host),
        "page_description": i18n.text("explorer.intro", lang),
        "page_script": page_script() + bridge_script(),
        "page_skip": i18n.text("explorer.skip", lang),
        "page_wait": i18n.text("explorer.loading_plain", lang),
        "page_lost": i18n.text("error.what_to_do", lang),
    }


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
