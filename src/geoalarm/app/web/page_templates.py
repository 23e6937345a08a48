"""HTML of the pages: templates of this room, compiled once a process, every value escaped."""

from __future__ import annotations

from functools import lru_cache, partial

from jinja2 import Environment

from geoalarm import i18n
from geoalarm.present.jinja_environment import html_environment


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Templates of the pages; ``term`` words a term of the house."""
    made = html_environment("geoalarm.app.web", compact=True)
    made.globals["term"] = i18n.term
    return made


def fill(template: str, lang: str, **values: object) -> str:
    """A template with its values; it calls ``text(key, name=...)`` for a sentence of the locales.

    Parameters
    ----------
    template : str
        Its path under ``templates``.
    lang : str
        Language of the sentences.
    """
    words = partial(i18n.text, lang=lang)
    return environment().get_template(template).render(lang=lang, text=words, **values)
