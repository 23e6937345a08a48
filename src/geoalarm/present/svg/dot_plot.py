"""A commune among its neighbours: shares of residents on a fixed scale from none to all, with intervals,
country by shape.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from geoalarm import i18n
from geoalarm.core.terms import State
from geoalarm.present.svg import legend as key
from geoalarm.present.svg.exceedance_plot import PeopleCount
from geoalarm.present.svg.map_labels import short_name
from geoalarm.present.svg.svg_markup import num, path, pattern_fill, picture, rect, tag, words_at
from geoalarm.present.svg.text_metrics import width as width_of
from geoalarm.present.svg.text_metrics import wrapped

TICKS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Marks of the scale [1]: the same in every picture."""

_ROW: Final = 22.0
_HAS_NUMBER: Final = (State.EXPOSED, State.ZERO)


class SharePoint(PeopleCount, Protocol):
    """A share as a page holds it, with its words."""

    @property
    def text(self) -> str:
        """As printed."""
        ...


class SharedDot(Protocol):
    """One commune (:class:`geoalarm.present.briefing.briefing_content.Dot`)."""

    @property
    def label(self) -> str:
        """Its name."""
        ...

    @property
    def commune_id(self) -> str:
        """Its key; empty for something that is no commune, such as the middle of a region."""
        ...

    @property
    def country(self) -> str:
        """ISO 3166-1 alpha-2."""
        ...

    @property
    def share(self) -> SharePoint:
        """Share of residents [1]."""
        ...

    @property
    def is_here(self) -> bool:
        """Whether it is the commune of the page."""
        ...


def dots(dots: Iterable[SharedDot], *, lang: str, label: str, prefix: str = "", width: int = 400) -> str:
    """Shares of residents of several communes, one a row, in the order given.

    Parameters
    ----------
    dots : iterable
        ``label``, ``country``, ``is_here`` and ``share`` with ``value``, ``low``, ``high`` [1], ``state`` and
        ``text``; where there is no number, the row has the pattern of the state and its words.
    """
    rows, room = list(dots), float(width)
    if not rows:
        words = i18n.text("svg.no_rows", lang)
        return picture(
            words_at(0, 14, words), (room, 22.0), label=label, desc=words, kind="dots", prefix=prefix
        )
    head, top = key.drawn(_entries(rows, lang), room)
    names = [_lines(dot) for dot in rows]
    left = 10 + max(
        width_of(line, 12, bold=dot.is_here) for dot, lines in zip(rows, names, strict=True) for line in lines
    )
    right = room - 12 - max(width_of(dot.share.text, 11, bold=dot.is_here) for dot in rows)
    right = max(right, left + 90)
    heights = [_ROW + 14 * (len(lines) - 1) for lines in names]
    y0 = top + 18
    body = head + _axis(left, right, y0, sum(heights), lang)
    y = y0 + 4
    for dot, lines, high in zip(rows, names, heights, strict=True):
        body += _row(dot, lines, (left, right, room), (y, high))
        y += high
    said = "; ".join(f"{dot.label}: {dot.share.text}" for dot in rows)
    return picture(body, (room, y + 4), label=label, desc=said, kind="dots", prefix=prefix)


def _lines(dot: SharedDot) -> list[str]:
    name = dot.label if width_of(dot.label, 12) <= 150 else short_name(dot.label)
    return wrapped(name, 150, 12, bold=dot.is_here)


def _is_known(dot: SharedDot) -> bool:
    return dot.share.state in _HAS_NUMBER and math.isfinite(dot.share.value)


def _axis(left: float, right: float, top: float, high: float, lang: str) -> str:
    parts = []
    for tick in TICKS:
        x = left + (right - left) * tick
        parts.append(path(f"M{num(x)} {num(top)}v{num(high + 6)}", "ga-axis" if tick == 0 else "ga-grid"))
        if tick in (0.0, 0.5, 1.0):
            parts.append(words_at(x, top - 4, i18n.percent(tick, lang), "m", anchor="middle"))
    return "".join(parts)


def _row(
    dot: SharedDot, lines: Sequence[str], across: tuple[float, float, float], down: tuple[float, float]
) -> str:
    (left, right, room), (top, high) = across, down
    y, weight = top + high / 2, "b" if dot.is_here else ""
    parts = [rect(0, top + 1, room, high - 2, "ga-row-here", radius=3)] if dot.is_here else []
    first = y + 4 - 7 * (len(lines) - 1)
    parts += [words_at(4, first + 14 * row, line, weight) for row, line in enumerate(lines)]
    parts.append(words_at(room - 2, y + 4, dot.share.text, "sb" if dot.is_here else "s", anchor="end"))
    if not _is_known(dot):
        state = dot.share.state if dot.share.state not in _HAS_NUMBER else str(State.NOT_STUDIED)
        parts.append(rect(left, y - 5, right - left, 10, "ga-swatch", fill=pattern_fill(state)))
        return "".join(parts)

    def x(share: float) -> float:
        return left + (right - left) * min(max(share, 0.0), 1.0)

    low, high_end = dot.share.low, dot.share.high
    if math.isfinite(low) and math.isfinite(high_end) and high_end > low:
        parts.append(
            path(f"M{num(x(low))} {num(y)}H{num(x(high_end))}", "ga-span-here" if dot.is_here else "ga-span")
        )
    return "".join(
        [*parts, _mark(x(dot.share.value), y, dot.country if dot.commune_id else "", is_here=dot.is_here)]
    )


def _mark(x: float, y: float, country: str, *, is_here: bool) -> str:
    """Circle in France, square in Belgium, triangle elsewhere, a bar for what is no commune; larger and
    filled for this commune.
    """
    size, class_ = (6.5, "ga-dot-here") if is_here else (4.5, "ga-dot")
    if country == "FR":
        return tag("circle", attributes={"cx": x, "cy": y, "r": size, "class": class_})
    if country == "BE":
        return rect(x - size * 0.9, y - size * 0.9, size * 1.8, size * 1.8, class_)
    if not country:
        return path(f"M{num(x)} {num(y - 8)}v16", "ga-ink")
    return path(f"M{num(x)} {num(y - size)}l{num(size)} {num(2 * size * 0.87)}h{num(-2 * size)}z", class_)


def _entries(rows: Sequence[SharedDot], lang: str) -> list[key.LegendEntry]:
    """Countries that occur, the middle of the region, intervals, and this commune."""
    entries = [
        key.sign(i18n.term("country", country, lang), _mark(10, 6, country, is_here=False))
        for country in sorted(
            {dot.country for dot in rows if dot.commune_id and dot.country},
            key=lambda land: (land != "FR", land),
        )
    ]
    if any(not (dot.commune_id and dot.country) for dot in rows):
        entries.append(key.sign(i18n.text("svg.middle", lang), _mark(10, 6, "", is_here=False)))
    if any(_is_known(dot) and dot.share.high > dot.share.low for dot in rows):
        entries.append(key.sign(i18n.text("figure.range", lang), path("M1 6h18", "ga-span")))
    return entries
