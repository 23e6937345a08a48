"""Room that words take, without a font at hand: widths of a sans serif with a margin, and lines that fit."""

from __future__ import annotations

import unicodedata
from typing import Final

_NARROW: Final = dict.fromkeys("ijl.,:;'|!’·", 0.26) | dict.fromkeys("ftrI()[]{}/-‑ \u00a0\u202f", 0.34)
_WIDE: Final = dict.fromkeys("mMW%@", 0.9) | dict.fromkeys("wACDEGHKNOQRUVXYÆŒæœ≥≤–—", 0.74)
_WIDTHS: Final = _NARROW | _WIDE
_OTHER: Final = 0.58
_MARGIN: Final = 1.08
"""Fonts differ: the widest of the family list is some per cent wider than the table."""


def width(words: str, size: float = 12.0, *, bold: bool = False) -> float:
    """Width of a line of text, on the safe side [px]."""
    plain = (letter for letter in unicodedata.normalize("NFD", words) if not unicodedata.combining(letter))
    return sum(_WIDTHS.get(letter, _OTHER) for letter in plain) * size * _MARGIN * (1.07 if bold else 1.0)


def wrapped(words: str, room: float, size: float = 12.0, *, bold: bool = False) -> list[str]:
    """Lines that fit a width, broken at spaces; a word that is too long stands alone on its line."""
    lines: list[str] = []
    for word in words.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size, bold=bold) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
