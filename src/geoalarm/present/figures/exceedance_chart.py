"""People by yearly chance: mapped points on a logarithmic axis and their band; nothing beyond the points."""

from __future__ import annotations

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from geoalarm import i18n
from geoalarm.present.figures.figure_frame import Frame, Sheet
from geoalarm.present.palette import SCALES
from geoalarm.present.rounding import count_text


def _no_curve(sheet: Sheet, frame: Frame) -> bytes:
    """A sentence where a curve would stand."""
    axes = sheet.axes()
    axes.set_axis_off()
    said = i18n.text("figure.no_curve", frame.lang)
    words = axes.text(0.5, 0.5, said, ha="center", va="center", transform=axes.transAxes)
    words.set(color=frame.face.ink, fontsize=11)
    return sheet.png()


def chance_curve(points: pd.DataFrame, frame: Frame) -> bytes:
    """A PNG of people exposed by yearly chance.

    Parameters
    ----------
    points : pandas.DataFrame
        :func:`geoalarm.present.exceedance_points.curve_points`; of fewer than two a sentence stands instead.
    frame : Frame
        Title, subtitle, language, theme, sources.
    """
    sheet = Sheet(frame)
    if len(points) < 2:
        return _no_curve(sheet, frame)
    line = SCALES["people"][frame.theme][3]
    has_band = bool((points["high"] > points["low"]).any())
    sheet.key(*_key(line, frame, has_band))
    axes = sheet.axes(left_in=0.95, bottom_in=0.75)
    if has_band:
        axes.fill_between(
            points["chance"], points["low"], points["high"], color=line, alpha=0.25, linewidth=0
        )
    axes.plot(
        points["chance"],
        points["people"],
        color=line,
        linewidth=1.6,
        marker="o",
        markersize=7,
        markeredgecolor=frame.face.casing,
        clip_on=False,
        zorder=3,
    )
    for chance, people in zip(points["chance"], points["people"], strict=True):
        axes.annotate(
            count_text(people, frame.lang),
            (chance, people),
            textcoords="offset points",
            xytext=(0, 10),
            ha="center",
            fontsize=9.5,
            color=frame.face.ink,
            weight="bold",
        )
    _scales(axes, points, frame)
    return sheet.png()


def _scales(axes: Axes, points: pd.DataFrame, frame: Frame) -> None:
    """Chance from often to rare, ticked where it is mapped; people from zero."""
    axes.set_xscale("log")
    axes.set_xlim(points["chance"].max() * 1.6, points["chance"].min() / 1.6)
    axes.xaxis.set_major_locator(FixedLocator(list(points["chance"])))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticklabels(
        [
            i18n.text(
                "figure.chance_tick", frame.lang, chance=i18n.percent(chance, frame.lang), years=float(period)
            )
            for chance, period in zip(points["chance"], points["return_period_yr"], strict=True)
        ]
    )
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: i18n.number(value, frame.lang)))
    axes.set_ylim(0, max(float(points["high"].max()), float(points["people"].max()), 10.0) * 1.15)
    axes.grid(axis="y", color=frame.face.outline, alpha=0.35, linewidth=0.6)
    axes.set_xlabel(i18n.text("explorer.curve_axis_chance", frame.lang), color=frame.face.ink, fontsize=10)
    axes.set_ylabel(i18n.text("explorer.curve_axis_people", frame.lang), color=frame.face.ink, fontsize=10)


def _key(line: str, frame: Frame, has_band: bool) -> tuple[list[Artist], list[str]]:
    handles: list[Artist] = [
        Line2D([], [], color=line, linewidth=1.6, marker="o", markersize=7, markeredgecolor=frame.face.casing)
    ]
    labels = [i18n.text("explorer.curve_note", frame.lang)]
    if has_band:
        handles.append(Patch(facecolor=line, alpha=0.25))
        labels.append(i18n.text("figure.range", frame.lang))
    return handles, labels
