"""Small drawings for the pages of the models: one curve, a row of bars or a grid of cells, by matplotlib, as
a few kilobytes of SVG.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from svg_style import COLOURS, GREY, GRID, INK, figure_style, svg_text

WIDTH: Final = 360.0
HEIGHT: Final = 210.0
"""Of a drawing [pt]; three quarters of it in pixels of a page."""
_RIGHT, _TOP, _BOTTOM, _NO_TICKS = 21.0, 14.0, 36.0, 24.0
_ROOM: Final = {"numbers": 56.0, "words": 86.0, "bars": 142.0, "rows": 98.0}
"""Left of the axes [pt], by what stands there."""
_ROW = 17.0
_APART = 24.0
"""Of two worked examples that each have their value written beside them [px of the drawing]."""
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


def draw(drawing: Curve | Bars | Grid, *, title: str, words: str) -> str:
    """The drawing as SVG that stands alone, with its title and what it shows in words."""
    with figure_style():
        return svg_text(plot(drawing), title=title, words=words)


def plot(drawing: Curve | Bars | Grid) -> Figure:
    """The drawing as a figure of matplotlib."""
    if isinstance(drawing, Curve):
        axes = _axes(_ROOM["words" if drawing.labels else "numbers"])
        _curve(axes, drawing)
    elif isinstance(drawing, Bars):
        axes = _axes(_ROOM["bars"], high=_ROW * len(drawing.bars) + _TOP + _NO_TICKS, below=_NO_TICKS)
        _bars(axes, drawing)
    else:
        axes = _axes(_ROOM["rows"])
        _grid(axes, drawing)
    figure = axes.get_figure(root=True)
    assert figure is not None
    return figure


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


def rough_sweep(low: float, high: float, *, is_log: bool, points: int = 61) -> Sequence[float]:
    """Places along an axis, ends included."""
    made = np.geomspace(low, high, points) if is_log else np.linspace(low, high, points)
    return [float(value) for value in made]


def _axes(left: float, *, high: float = HEIGHT, below: float = _BOTTOM) -> Axes:
    """Axes at a fixed place on the paper, without a frame or ticks: lines of the grid lead the eye."""
    figure = Figure(figsize=(WIDTH / 72, high / 72))
    across, up = (WIDTH - left - _RIGHT) / WIDTH, (high - _TOP - below) / high
    axes = figure.add_axes((left / WIDTH, below / high, across, up), frameon=False)
    axes.tick_params(bottom=False, left=False)
    return axes


def _name_axes(axes: Axes, x_label: str, y_label: str) -> None:
    figure, box = axes.figure, axes.get_position()
    figure.text((box.x0 + box.x1) / 2, 0.02, x_label, ha="center", va="bottom", color=GREY)
    if y_label:
        figure.text(
            0.02, (box.y0 + box.y1) / 2, y_label, ha="left", va="center", rotation="vertical", color=GREY
        )


def _curve(axes: Axes, drawing: Curve) -> None:
    is_stepped = bool(drawing.labels) or drawing.is_stepped
    # of steps only the places where they change, and the ends
    kept = np.diff(drawing.y, prepend=math.inf) != 0 if is_stepped else np.full(len(drawing.x), True)
    kept[-1] = True
    axes.set(xscale="log" if drawing.is_log_x else "linear", yscale="log" if drawing.is_log_y else "linear")
    style = "steps-post" if is_stepped else "default"
    axes.plot(drawing.x[kept], drawing.y[kept], color=COLOURS[0], drawstyle=style)
    axes.margins(x=0, y=0.03)
    _scale(axes.xaxis, [*drawing.x, *(x for x, _ in drawing.marks)], is_log=drawing.is_log_x)
    if drawing.labels:
        axes.set_yticks(range(len(drawing.labels)), drawing.labels)
        axes.update_datalim([(drawing.x[0], 0), (drawing.x[0], len(drawing.labels) - 1)], updatex=False)
    else:
        _scale(axes.yaxis, [*drawing.y, *(y for _, y in drawing.marks)], is_log=drawing.is_log_y)
    axes.grid(color=GRID, linewidth=0.6)
    axes.autoscale_view()
    named: list[np.ndarray] = []
    for x, y in drawing.marks:
        if math.isfinite(y):
            axes.plot(x, y, "o", color=INK, markerfacecolor="white", markersize=6, clip_on=False, zorder=5)
            place = axes.transData.transform((x, y))
            if all(np.hypot(*(place - other)) > _APART for other in named):
                words = drawing.labels[int(y)] if drawing.labels else number_text(y)
                _name_mark(axes, (x, y), words, is_rising=_is_rising(drawing, x))
                named.append(place)
    _name_axes(axes, drawing.x_label, drawing.y_label)


def _scale(axis: Axis, values: Sequence[float], *, is_log: bool) -> None:
    """Round numbers on an axis: decades, or 1, 2 and 5 of few decades; steps that start from zero where it is
    near.
    """
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if is_log:
        is_wide = math.floor(math.log10(high) + 1e-9) - math.ceil(math.log10(low) - 1e-9) >= 2
        axis.set_major_locator(LogLocator(subs=(1.0,) if is_wide else (1.0, 2.0, 5.0), numticks=7))
        axis.set_minor_locator(NullLocator())
    else:
        axis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
        if 0 <= low < 0.4 * high:
            is_x = axis is axis.axes.xaxis
            axis.axes.update_datalim([(0, 0)], updatex=is_x, updatey=not is_x)
    axis.set_major_formatter(FuncFormatter(lambda value, _: number_text(value)))


def _is_rising(drawing: Curve, x: float) -> bool:
    """Whether the curve rises round a place."""
    known = np.isfinite(drawing.y)
    near = np.interp(
        [x * 0.95, x * 1.05] if x > 0 else [x, x + np.ptp(drawing.x) / 20], drawing.x[known], drawing.y[known]
    )
    return bool(near[1] >= near[0])


def _name_mark(axes: Axes, at: tuple[float, float], words: str, *, is_rising: bool) -> None:
    """The value of a dot, on the side that the curve leaves free."""
    across, up = axes.transAxes.inverted().transform(axes.transData.transform(at))
    is_right = across > 0.75
    is_above = is_rising == is_right or (up < 0.08 and not is_right)
    axes.annotate(
        words,
        at,
        xytext=(-6 if is_right else 6, 5 if is_above else -5),
        textcoords="offset points",
        ha="right" if is_right else "left",
        va="bottom" if is_above else "top",
        color=INK,
    )


def _bars(axes: Axes, drawing: Bars) -> None:
    names, values = zip(*drawing.bars, strict=True)
    places = range(len(names))
    axes.barh(places, np.nan_to_num(values), height=0.72, color=COLOURS[0])
    for place, value in enumerate(values):
        words = number_text(value) if math.isfinite(value) else "none"
        axes.annotate(
            words, (np.nan_to_num(value), place), xytext=(5, 0), textcoords="offset points", va="center"
        )
    axes.set_yticks(places, names)
    axes.set_xticks([])
    axes.set(xlim=(0, 1.2 * float(np.nanmax(values))), ylim=(len(names) - 0.5, -0.5))
    _name_axes(axes, drawing.label, "")


def _grid(axes: Axes, drawing: Grid) -> None:
    columns, rows = len(drawing.columns), len(drawing.rows)
    for row, cells in enumerate(drawing.cells):
        for column, cell in enumerate(cells):
            axes.text(column, row, cell, ha="center", va="center", color=INK)
    axes.set(xlim=(-0.5, columns - 0.5), ylim=(-0.5, rows - 0.5))
    axes.set_xticks(range(columns), drawing.columns)
    axes.set_yticks(range(rows), drawing.rows)
    axes.hlines(np.arange(rows + 1) - 0.5, -0.5, columns - 0.5, color=GREY, linewidth=0.8, clip_on=False)
    axes.vlines(np.arange(columns + 1) - 0.5, -0.5, rows - 0.5, color=GREY, linewidth=0.8, clip_on=False)
    _name_axes(axes, drawing.x_label, drawing.y_label)
