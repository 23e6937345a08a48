"""The page of an answer that is none: why in the reader's language, what to do, and the ways in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from geoalarm import i18n
from geoalarm.app.web.waiting_page import plain_document

TOLD: Final = (400, 404, 405, 421, 429, 500, 503)
"""Answers that have sentences of their own; others are told as 400 or 500."""


def refusal_document(status: int, lang: str, *, base: str = "", **values: object) -> str:
    """A whole document for an answer that is no success.

    Parameters
    ----------
    status : int
        Status of HTTP [1].
    base : str
        Path under which the pages stand, for a wrong address may be as deep as it likes.
    values
        Of the sentences: ``host`` for 421, ``seconds`` for 429.
    """
    key = status if status in TOLD else 500 if status >= 500 else 400
    sentences = tuple(i18n.text(f"refusal.{key}.{part}", lang, **_used(key, part, values)) for part in PARTS)
    title = i18n.text(f"refusal.{key}.title", lang)
    return plain_document(title, sentences, "", {}, lang, base=f"{base}/")


PARTS: Final = ("why", "hint")
_VALUES: Final = {(421, "why"): "host", (421, "hint"): "host", (429, "hint"): "seconds"}


def _used(status: int, part: str, values: Mapping[str, object]) -> dict[str, object]:
    name = _VALUES.get((status, part))
    return {name: values.get(name, "")} if name else {}
