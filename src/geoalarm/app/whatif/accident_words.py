"""Inputs of an accident in words: their name, range and units as readers write them."""

from __future__ import annotations

import re
from typing import Final

from geoalarm import i18n
from geoalarm.app.whatif.form_fields import FormField
from geoalarm.core.model_inputs import LIMITS

_POWER: Final = re.compile(r" (s|kg|m|J|K|Pa|W|h|min|yr)-(\d)")
_SUPERSCRIPT: Final = str.maketrans("23", "²³")


def label(name: str, lang: str) -> str:
    """Name of an input; one for experts reads as its model calls it."""
    own = {"lon": "whatif.lon", "lat": "whatif.lat", "indoors": "accident.input.shelter"}.get(
        name, f"accident.input.{name}"
    )
    return i18n.text(own, lang) if i18n.has(own, lang) else name.replace("_", " ").capitalize()


def range_words(item: FormField, lang: str, *, is_hint: bool = False) -> str:
    """The range of an input in words; empty where any number will do. A hint beside a field leaves out how
    far such a quantity goes at all, which a refusal tells.
    """
    low, high, unit = item["low"], item["high"], "" if item["unit"] == "1" else pretty(f" {item['unit']}")
    limits = LIMITS.get(item["unit"] or "")
    is_above = "above" in item["range"] or (limits is not None and low == limits.smallest)
    if limits is not None and is_hint:
        low = None if low == -limits.largest else low
        high = None if high == limits.largest else high
    low = 0.0 if is_above and limits is not None and low == limits.smallest else low
    shown = [None if value is None else i18n.number(value, lang, decimals=3) for value in (low, high)]
    if low is not None and high is not None:
        key = "whatif.above_to" if is_above else "whatif.between"
        return i18n.text(key, lang, low=shown[0], high=f"{shown[1]}{unit}")
    if low is None:
        return ""
    return i18n.text("whatif.above" if is_above else "whatif.least", lang, low=f"{shown[0]}{unit}")


def pretty(text: str) -> str:
    """Units as readers write them: ``m s-1`` is ``m/s``."""
    text = _POWER.sub(
        lambda found: f"/{found[1]}{'' if found[2] == '1' else found[2].translate(_SUPERSCRIPT)}", text
    )
    text = text.replace(")^(4/3)*s", ")^4/3·s")
    return re.sub(r"\bm\^?([23])\b", lambda found: "m" + found[1].translate(_SUPERSCRIPT), text)


def word_of(word: str, lang: str) -> str:
    """A word of a form in the language of the page; a text of the reader as it is."""
    key = f"accident.word.{word}"
    return i18n.text(key, lang) if word and i18n.has(key) else word
