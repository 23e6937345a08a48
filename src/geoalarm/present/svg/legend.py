"""The key above a picture: swatches and words in as many rows as they need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from geoalarm.present.svg.svg_markup import num, path, pattern_fill, rect, tag, words_at
from geoalarm.present.svg.text_metrics import width, wrapped
from geoalarm.present.svg.viewport import FINE

_SWATCH: Final = (20.0, 12.0)
_ROW: Final = 17.0
_SIZE: Final = 12.0
_GAP: Final = 6.0


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """A line of the key: ``swatch`` is the markup of its sign on a box of 20 by 12 pixels."""

    label: str
    swatch: str


def colour(label: str, class_: str) -> LegendEntry:
    """A ground in a colour of a scale."""
    return LegendEntry(label, rect(0.5, 0.5, 19, 11, f"ga-swatch {class_}"))


def state(label: str, name: str) -> LegendEntry:
    """A ground in the pattern of a state."""
    return LegendEntry(label, rect(0.5, 0.5, 19, 11, "ga-swatch", fill=pattern_fill(name)))


def line(label: str, *classes: str) -> LegendEntry:
    """A line, drawn once in each of the classes (casing first)."""
    d = f"M{FINE} {6 * FINE}h{18 * FINE}"
    return LegendEntry(label, fine("".join(path(d, class_) for class_ in classes)))


def sign(label: str, markup: str) -> LegendEntry:
    """A sign of its own, drawn round (10, 6)."""
    return LegendEntry(label, markup)


def fine(markup: str) -> str:
    """A group in quarter pixels."""
    return f'<g class="ga-fine" transform="scale({num(1 / FINE, 2)})">{markup}</g>' if markup else ""


def drawn(
    entries: Sequence[LegendEntry], room: float, *, title: str = "", notes: Sequence[str] = ()
) -> tuple[str, float]:
    """Markup and height of a key: a title, entries from left to right, notes below, in ``room`` pixels."""
    parts, y = [], 0.0
    for words in wrapped(title, room, _SIZE, bold=True) if title else []:
        parts.append(words_at(0, y + 12, words, "b"))
        y += _ROW
    x = 0.0
    for entry in entries:
        lines = wrapped(entry.label, room - _SWATCH[0] - _GAP, _SIZE)
        wide = _SWATCH[0] + _GAP + max(width(words, _SIZE) for words in lines)
        if x > 0 and x + wide > room:
            x, y = 0.0, y + _ROW
        parts.append(tag("g", entry.swatch, {"transform": f"translate({num(x)} {num(y + 2)})"}))
        parts += [
            words_at(x + _SWATCH[0] + _GAP, y + 12 + 14 * row, words) for row, words in enumerate(lines)
        ]
        y += 14 * (len(lines) - 1)
        x = room if len(lines) > 1 else x + wide + 14
    y += _ROW if entries else 0.0
    for note in notes:
        for words in wrapped(note, room, 11):
            parts.append(words_at(0, y + 11, words, "m"))
            y += 14.0
    return "".join(parts), y
