"""Warnings of models in words: ``code`` or ``code: detail`` as a sentence of the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from geoalarm.core import i18n

_OPEN_END: Final = re.compile(r"[\s\u00a0\u202f]*:[\s\u00a0\u202f]*\.$")


def flag(warning: str, lang: str) -> str:
    """One warning as a sentence; a code without a sentence as it is. A detail is told in the words of its source."""
    code, _, detail = warning.partition(":")
    key = f"flag.{code.strip()}"
    if not i18n.has(key):
        return warning
    told = i18n.text(key, lang, detail=detail.strip())
    return told if detail.strip() else _OPEN_END.sub(".", told)


def flags(warnings: Iterable[str], lang: str) -> list[str]:
    """Warnings as sentences, each once, in their order."""
    return list(dict.fromkeys(flag(warning, lang) for warning in warnings))


def caveat(key: str, lang: str) -> str:
    """A caveat of the exposure table as a sentence: one of the house, else the flag of a model, else the key itself."""
    return i18n.text(f"caveat.{key}", lang) if i18n.has(f"caveat.{key}") else flag(key, lang)
