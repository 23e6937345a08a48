"""People by class as one stacked bar with its lines of text below: no key to look up, no colour alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from geoalarm import i18n
from geoalarm.core.terms import State
from geoalarm.present.hazard_styles import palette_of
from geoalarm.present.svg.svg_markup import num, pattern_fill, picture, rect, words_at
from geoalarm.present.svg.svg_style import colour_class
from geoalarm.present.svg.text_metrics import width as width_of
from geoalarm.present.svg.text_metrics import wrapped

BAR: Final = 28.0
"""Height of the bar [px]."""

_ROW: Final = 19.0
_LEAST: Final = 1.5
"""Least width of a class in which people live [px]: few are not none."""


def class_bar(
    lines: Sequence[tuple[str, float, str]],
    *,
    hazard: str,
    lang: str,
    label: str,
    state: str = "",
    prefix: str = "",
    width: int = 400,
) -> str:
    """A stacked bar of the classes of one danger.

    Parameters
    ----------
    lines : sequence of (str, float, str)
        Every class from mild to severe: its name in words, its share of people [1] on any common base (the
        bar is their sum), and the figure as printed. NaN: not known, and then it has a line but no width.
    state : str
        State of a danger without a number (a term of :class:`geoalarm.core.terms.State`): the bar is drawn in
        its pattern. Empty: told from the shares; all zero is ``zero``, all unknown is ``not_studied``.
    """
    shares = [float(share) for _, share, _ in lines]
    known = [share for share in shares if not math.isnan(share)]
    total = sum(known)
    silent = (
        state
        if state and state != State.EXPOSED
        else ""
        if total > 0
        else str(State.ZERO if known else State.NOT_STUDIED)
    )
    room = float(width)
    if silent:
        body, height = _silent(silent, room, lang)
    else:
        body, height = _stacked(shares, total, room, hazard), BAR + 10
    if silent not in (State.NOT_STUDIED, State.OUTSIDE_COVERAGE):
        rows, height = _rows(lines, room, hazard, top=height, unknown=silent or str(State.NOT_STUDIED))
        body += rows
    said = "; ".join(f"{name}: {figure}" for name, _, figure in lines)
    return picture(body, (room, height), label=label, desc=said, kind="bar", prefix=prefix)


def _stacked(shares: Sequence[float], total: float, room: float, hazard: str) -> str:
    wide = _widths([0.0 if math.isnan(share) else share / total for share in shares], room - 1)
    parts, x = [], 0.5
    for position, piece in enumerate(wide):
        if piece > 0:
            parts.append(rect(x, 2, piece, BAR, f"ga-swatch {_class(hazard, position, len(shares))}"))
        x += piece
    return "".join(parts)


def _widths(parts: Sequence[float], room: float) -> list[float]:
    """Widths that add up to the room; a class with few people keeps a line's width, taken from the widest."""
    wide = [max(part * room, _LEAST) if part > 0 else 0.0 for part in parts]
    wide[wide.index(max(wide))] -= sum(wide) - room
    return wide


def _rows(
    lines: Sequence[tuple[str, float, str]], room: float, hazard: str, *, top: float, unknown: str
) -> tuple[str, float]:
    """One line a class: its colour, its name, its figure at the right."""
    parts, y = [], top
    for position, (name, share, figure) in enumerate(lines):
        swatch = rect(0.5, y + 2.5, 19, 12, f"ga-swatch {_class(hazard, position, len(lines))}")
        if math.isnan(share):
            swatch = rect(0.5, y + 2.5, 19, 12, "ga-swatch", fill=pattern_fill(unknown))
        figures = wrapped(figure, room * 0.5, 12, bold=True)
        names = wrapped(name, room - 40 - max(width_of(words, 12, bold=True) for words in figures), 12)
        parts.append(swatch)
        parts += [words_at(26, y + 13 + 15 * row, words) for row, words in enumerate(names)]
        parts += [
            words_at(room, y + 13 + 15 * row, words, "b", anchor="end") for row, words in enumerate(figures)
        ]
        y += _ROW + 15 * (max(len(names), len(figures)) - 1)
        parts.append(f'<path class="ga-grid" d="M0 {num(y)}h{num(room)}"/>')
    return "".join(parts), y + 2


def _silent(state: str, room: float, lang: str) -> tuple[str, float]:
    """A bar in the pattern of a state, and the state in words on it."""
    said = i18n.text("figure.zero", lang) if state == State.ZERO else i18n.term("state", state, lang)
    bar = rect(0.5, 2, room - 1, BAR, "ga-swatch", fill=pattern_fill(state))
    wide = min(width_of(said, 12, bold=True) + 14, room - 8)
    plate = rect((room - wide) / 2, 6, wide, 20, "ga-plate", radius=2)
    words = words_at(room / 2, 20, said, "b", anchor="middle")
    return bar + plate + words, BAR + 10


def _class(hazard: str, position: int, count: int) -> str:
    return colour_class(palette_of(hazard), position, count)
