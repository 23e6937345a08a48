"""Warnings of models in words: ``code`` or ``code: detail`` as a sentence of the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from geoalarm import i18n

_OPEN_END: Final = re.compile(r"[\s\u00a0\u202f]*:[\s\u00a0\u202f]*\.$")

_NO_LETTER: Final = re.compile(r"[^a-z0-9]+")
_EFFECT: Final = re.compile(
    r"^(?:threshold )?(?P<effect>[A-Z][A-Z0-9-]+)(?: \([A-Z-]+\))? of (?P<substance>\w+)"
)
"""``AEGL-2 of ammonia, ...``, ``threshold SEI (FR) of chlorine for 60 min``."""
_OUTSIDE: Final = re.compile(r"^(?P<zone>\S+) (?P<share>\d+)% of its area$")


def flag(warning: str, lang: str) -> str:
    """One warning as a sentence; a code without a sentence as it is. A detail that the locales lack is told
    in the words of its source.
    """
    code, _, rest = warning.partition(":")
    key, detail = f"flag.{code.strip()}", rest.strip()
    if not i18n.has(key):
        return warning
    told = i18n.text(key, lang, detail=_detail(detail, lang))
    return told if detail else _OPEN_END.sub(".", told)


def _detail(detail: str, lang: str) -> str:
    """What a warning is about, in the reader's language where it is known: a phrase, an effect of a
    substance, a share of a zone.
    """
    key = f"flag.detail.{_NO_LETTER.sub('_', detail.casefold()).strip('_')}"
    if detail and i18n.has(key):
        return i18n.text(key, lang)
    if (effect := _EFFECT.match(detail)) is not None:
        return i18n.text(
            "flag.detail.effect_of",
            lang,
            effect=effect["effect"],
            substance=_substance(effect["substance"], lang),
        )
    if (outside := _OUTSIDE.match(detail)) is not None:
        return i18n.text(
            "flag.detail.outside",
            lang,
            zone=outside["zone"],
            share=i18n.percent(int(outside["share"]) / 100, lang),
        )
    return detail


def _substance(name: str, lang: str) -> str:
    key = f"accident.word.{name}"
    return i18n.text(key, lang) if i18n.has(key) else name.replace("_", " ")


def flags(warnings: Iterable[str], lang: str) -> list[str]:
    """Warnings as sentences, each once, in their order."""
    return list(dict.fromkeys(flag(warning, lang) for warning in warnings))


def caveat(key: str, lang: str) -> str:
    """A caveat of the table as a sentence: the house's, else the flag of a model, else the key itself."""
    return i18n.text(f"caveat.{key}", lang) if i18n.has(f"caveat.{key}") else flag(key, lang)
