"""Small drawings for the pages of the models: one curve, a row of bars or a grid of cells, as a few kilobytes
of SVG.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

import numpy as np

WIDTH: Final = 480
HEIGHT: Final = 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 74, 28, 18, 46
_WORDS = 110
_BLUE, _INK, _GREY, _LINE = "#1F6FA8", "#16202B", "#5A6570", "#DDE2E6"
_RAISED: Final = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


@dataclass(frozen=True)
class Curve:
    """Values over an input: axes in words with their units, points (NaN where the model refuses), and the
    worked examples.

    ``labels`` name whole numbers of y where the model answers in words; ``is_stepped`` draws steps for
    classes and counts.
    """

    x_label: str
    y_label: str
    x: np.ndarray
    y: np.ndarray
    marks: tuple[tuple[float, float], ...] = ()
    labels: tuple[str, ...] = ()
    is_log_x: bool = False
    is_log_y: bool = False
    is_stepped: bool = False

    @property
    def left(self) -> int:
        """Where the axis of y stands [px]."""
        return _WORDS if self.labels else _LEFT


@dataclass(frozen=True)
class Bars:
    """One value a word, in the order given; NaN where there is none."""

    label: str
    bars: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Grid:
    """One word a cell: rows from the bottom, columns from the left."""

    x_label: str
    y_label: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]


def draw(figure: Curve | Bars | Grid, *, title: str, words: str) -> str:
    """The drawing as SVG that stands alone, with its title and what it shows in words."""
    body = (
        _curve(figure)
        if isinstance(figure, Curve)
        else _bars(figure)
        if isinstance(figure, Bars)
        else _grid(figure)
    )
    height = 24 + 22 * len(figure.bars) + _BOTTOM if isinstance(figure, Bars) else HEIGHT
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" role="img" '
        'font-family="system-ui, sans-serif" font-size="11">'
    )
    opening = [
        head,
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(words)}</desc>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
    ]
    return "\n".join([*opening, *body, "</svg>", ""])


def number_text(value: float) -> str:
    """A number for an axis or a mark: up to four figures, thousands apart, powers of ten raised."""
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1e6:
        text = f"{value:.4g}" if abs(value) < 1e4 else f"{float(f'{value:.4g}'):,.0f}".replace(",", "\u202f")
        return text.replace("-", "−")
    exponent = math.floor(math.log10(abs(value)) + 1e-12)
    share = value / 10.0**exponent
    power = f"10{str(exponent).translate(_RAISED)}"
    return power if math.isclose(share, 1, rel_tol=1e-9) else f"{share:.3g}·{power}".replace("-", "−")


def unit_text(unit: str) -> str:
    """A unit as a page prints it: ``kW m-2`` is kW m⁻²."""
    plain = (
        unit.replace("m kg^(-1/3)", "m kg⁻¹ᐟ³").replace("(kW/m^2)^(4/3)*s", "(kW/m²)⁴ᐟ³ s").replace("^", "")
    )
    return re.sub(r"(?<=[a-zA-Z])-?\d", lambda found: found[0].translate(_RAISED), plain).replace(
        "degree", "°"
    )


def ticks(low: float, high: float, *, is_log: bool) -> list[float]:
    """Round numbers between two bounds: decades, or steps of 1, 2 or 5."""
    if is_log:
        first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
        decades = [10.0**power for power in range(first, last + 1, max(1, (last - first) // 5))]
        if len(decades) >= 3:
            return decades
        found = [share * 10.0**power for power in range(first - 1, last + 1) for share in (1, 2, 5)]
        return [value for value in found if low * (1 - 1e-9) <= value <= high * (1 + 1e-9)]
    step = 10 ** math.floor(math.log10((high - low) / 4))
    step *= next((share for share in (1, 2, 5, 10) if (high - low) / (step * share) <= 6), 10)
    return [
        round(place * step, 12)
        for place in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
    ]


def _text(x: float, y: float, words: str, *, anchor: str = "middle", fill: str = _INK, turn: str = "") -> str:
    turned = f' transform="rotate(-90 {x:g} {y:g})"' if turn else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}"{turned}>{escape(words)}</text>'
    )


class _Axis:
    """Numbers to places on the paper."""

    def __init__(self, values: np.ndarray, start: float, end: float, *, is_log: bool) -> None:
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        if math.isclose(low, high):
            low, high = (
                (low / 2, high * 2) if is_log else (low - abs(low) / 2 - 0.5, high + abs(high) / 2 + 0.5)
            )
        if not is_log and 0 <= low < 0.4 * high:
            low = 0.0
        self.low, self.high, self.is_log = low, high, is_log
        self._start, self._end = start, end

    def __call__(self, value: float) -> float:
        low, high, at = (math.log10(item) if self.is_log else item for item in (self.low, self.high, value))
        return self._start + (self._end - self._start) * (at - low) / (high - low)


def _curve(figure: Curve) -> list[str]:
    xs = np.array([*figure.x, *(x for x, _ in figure.marks)])
    ys = np.array(
        [*figure.y, *(y for _, y in figure.marks), *([0, len(figure.labels) - 1] if figure.labels else [])]
    )
    left = figure.left
    across = _Axis(xs, left, WIDTH - _RIGHT, is_log=figure.is_log_x)
    up = _Axis(ys, HEIGHT - _BOTTOM, _TOP, is_log=figure.is_log_y)
    drawn = []
    for value in ticks(across.low, across.high, is_log=figure.is_log_x):
        at = across(value)
        drawn += [
            f'<path d="M{at:.1f} {_TOP}V{HEIGHT - _BOTTOM}" stroke="{_LINE}"/>',
            _text(at, HEIGHT - _BOTTOM + 16, number_text(value)),
        ]
    levels = [float(place) for place in range(len(figure.labels))] or ticks(
        up.low, up.high, is_log=figure.is_log_y
    )
    for value in levels:
        words = figure.labels[int(value)] if figure.labels else number_text(value)
        at = up(value)
        drawn += [
            f'<path d="M{left} {at:.1f}H{WIDTH - _RIGHT}" stroke="{_LINE}"/>',
            _text(left - 6, at + 4, words, anchor="end"),
        ]
    drawn.append(f'<path d="{_line(figure, across, up)}" fill="none" stroke="{_BLUE}" stroke-width="2"/>')
    for x, y in figure.marks:
        if math.isfinite(y):
            words = figure.labels[int(y)] if figure.labels else number_text(y)
            drawn += _mark(across(x), up(y), words, is_rising=_is_rising(figure, x))
    drawn.append(_text((left + WIDTH - _RIGHT) / 2, HEIGHT - 8, figure.x_label, fill=_GREY))
    return [*drawn, _text(14, (_TOP + HEIGHT - _BOTTOM) / 2, figure.y_label, fill=_GREY, turn="up")]


def _line(figure: Curve, across: _Axis, up: _Axis) -> str:
    """The path of a curve, broken where it has no value; steps where it answers in words."""
    parts, is_down, last = [], False, 0.0
    for x, y in zip(figure.x, figure.y, strict=True):
        if not math.isfinite(y):
            is_down = False
            continue
        at = (across(x), up(y))
        if (figure.labels or figure.is_stepped) and is_down and at[1] != last:
            parts.append(f"H{at[0]:.1f}V{at[1]:.1f}")
        else:
            parts.append(f"{'L' if is_down else 'M'}{at[0]:.1f} {at[1]:.1f}")
        is_down, last = True, at[1]
    return "".join(parts)


def _is_rising(figure: Curve, x: float) -> bool:
    """Whether the curve rises round a place."""
    known = np.isfinite(figure.y)
    near = np.interp(
        [x * 0.95, x * 1.05] if x > 0 else [x, x + np.ptp(figure.x) / 20], figure.x[known], figure.y[known]
    )
    return bool(near[1] >= near[0])


def _mark(x: float, y: float, words: str, *, is_rising: bool) -> list[str]:
    """A dot and its value, on the side that the curve leaves free."""
    is_right = x > WIDTH * 0.78
    is_above = is_rising == is_right
    at = (x - 8 if is_right else x + 8, max(y - 7, 11) if is_above else min(y + 16, HEIGHT - _BOTTOM - 4))
    dot = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#fff" stroke="{_INK}" stroke-width="1.6"/>'
    return [dot, _text(*at, words, anchor="end" if is_right else "start")]


def _bars(figure: Bars) -> list[str]:
    left, end = 190, WIDTH - 70
    known = [value for _, value in figure.bars if math.isfinite(value)]
    drawn = []
    for place, (words, value) in enumerate(figure.bars):
        y = 20 + 22 * place
        drawn.append(_text(left - 8, y + 12, words, anchor="end"))
        if not math.isfinite(value):
            drawn.append(_text(left, y + 12, "none", anchor="start", fill=_GREY))
            continue
        width = max(1.0, (end - left) * value / max(known))
        drawn.append(f'<rect x="{left}" y="{y}" width="{width:.1f}" height="16" fill="{_BLUE}"/>')
        drawn.append(_text(left + width + 6, y + 12, number_text(value), anchor="start"))
    return [*drawn, _text((left + end) / 2, 24 + 22 * len(figure.bars) + 22, figure.label, fill=_GREY)]


def _grid(figure: Grid) -> list[str]:
    wide, high = (WIDTH - 130 - _RIGHT) / len(figure.columns), (HEIGHT - _TOP - _BOTTOM) / len(figure.rows)
    drawn = []
    for row, (words, cells) in enumerate(zip(figure.rows, figure.cells, strict=True)):
        y = HEIGHT - _BOTTOM - high * (row + 1)
        drawn.append(_text(124, y + high / 2 + 4, words, anchor="end"))
        for column, cell in enumerate(cells):
            x = 130 + wide * column
            drawn.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" fill="none" '
                f'stroke="{_GREY}"/>'
            )
            drawn.append(_text(x + wide / 2, y + high / 2 + 4, cell))
    drawn += [
        _text(130 + wide * (place + 0.5), HEIGHT - _BOTTOM + 16, words)
        for place, words in enumerate(figure.columns)
    ]
    drawn.append(_text((130 + WIDTH - _RIGHT) / 2, HEIGHT - 8, figure.x_label, fill=_GREY))
    return [*drawn, _text(14, (_TOP + HEIGHT - _BOTTOM) / 2, figure.y_label, fill=_GREY, turn="up")]


def rough_sweep(low: float, high: float, *, is_log: bool, points: int = 61) -> Sequence[float]:
    """Places along an axis, ends included."""
    made = np.geomspace(low, high, points) if is_log else np.linspace(low, high, points)
    return [float(value) for value in made]
