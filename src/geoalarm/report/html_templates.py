"""HTML of the house: templates that escape everything, one stylesheet and one script of constant text, and
the policy that names them.

No style attribute, no handler, no address elsewhere: the policy of a static page allows nothing but the two
texts it hashes.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from jinja2 import Environment
from markupsafe import Markup

from geoalarm import i18n
from geoalarm.core.errors import InputError
from geoalarm.core.terms import State
from geoalarm.present.jinja_environment import html_environment
from geoalarm.present.palette import INTERFACE, PATTERNS, SURFACES, THEMES, Theme
from geoalarm.present.svg import styles
from geoalarm.present.svg.svg_markup import safe_link

_ANCHOR: Final = re.compile(r"[^A-Za-z0-9_-]+")


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Templates of this room: every value escaped, a missing one is a fault."""
    made = html_environment("geoalarm.report")
    made.filters |= {"anchor": anchor, "address": safe_link}
    return made


def fill(template: str, **values: Any) -> str:
    """A template of this room with its values."""
    return environment().get_template(template).render(**values)


@lru_cache(maxsize=1)
def stylesheet() -> str:
    """The one stylesheet: colours of both themes, the page, the pictures. The same for every page."""
    light, dark = (_variables(theme) for theme in THEMES)
    head = (
        f":root{{{light}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n"
        f"@media screen{{:root[data-theme=dark]{{{dark}}}}}\n"
    )
    return head + _asset("page.css") + styles() + "\n"


@lru_cache(maxsize=1)
def script() -> str:
    """The one script: it shows one idea a screen, and does nothing a reader needs."""
    return _asset("present.js")


def policy(*, form_action: str = "'none'") -> str:
    """The content-security policy of a page: the stylesheet and the script by their hashes, pictures inside
    the page, nothing else.
    """
    return "; ".join(
        [
            "default-src 'none'",
            f"style-src '{fingerprint(stylesheet())}'",
            f"script-src '{fingerprint(script())}'",
            "img-src data:",
            "base-uri 'none'",
            f"form-action {form_action}",
        ]
    )


def fingerprint(text: str) -> str:
    """``sha256-...`` of a text as a policy writes it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def drawn(svg: str) -> Markup:
    """A picture of :mod:`geoalarm.present.svg`, which escaped its words itself, as part of a page.

    Raises
    ------
    InputError
        If it is not one ``<svg>``, or holds what no picture of the house holds.
    """
    low = svg.lstrip().lower()
    if svg and (
        not low.startswith("<svg") or "<script" in low or "<foreignobject" in low or "javascript:" in low
    ):
        raise InputError(
            "picture of a page", got=svg[:40], expected="an <svg> of geoalarm.present.svg without a script"
        )
    return Markup(svg)  # noqa: S704  (checked above, made by our own code)


def anchor(name: str) -> str:
    """A name as the id of an element: letters, digits, dashes."""
    return _ANCHOR.sub("-", str(name)).strip("-") or "x"


class TemplateStrings:
    """Fixed words of a page in one language: ``words("print")``."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def __call__(self, key: str, **values: object) -> str:
        """The sentence of a key: with a dot as it is, else of ``report.page`` or of the briefing."""
        own = next(
            (name for name in (key, f"report.page.{key}") if i18n.has(name, self.lang)),
            f"briefing.word.{key}",
        )
        return i18n.text(own, self.lang, **values)


def _variables(theme: Theme) -> str:
    face, surface = INTERFACE[theme], SURFACES[theme]
    pairs = {
        "paper": face.paper,
        "ink": face.ink,
        "muted": face.muted,
        "link": face.link,
        "error": face.error,
        "band": face.band,
        "band-ink": face.band_ink,
        "outline": face.outline,
        "hatch": PATTERNS[theme][State.NOT_STUDIED].ink,
        "unknown": PATTERNS[theme][State.NOT_STUDIED].ground,
        "zero": PATTERNS[theme][State.ZERO].ground,
        "ground": surface.ground,
        "card": surface.card,
        "line": surface.line,
        "bar": surface.bar,
    }
    return f"color-scheme:{theme};" + "".join(f"--{name}:{colour};" for name, colour in pairs.items())


@lru_cache(maxsize=4)
def _asset(name: str) -> str:
    return (resources.files("geoalarm.report") / "assets" / name).read_text(encoding="utf-8")
