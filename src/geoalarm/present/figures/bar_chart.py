"""People by class, one stacked bar a footprint: how many in shallow, how many in deep water."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from geoalarm import i18n
from geoalarm.core.terms import State
from geoalarm.present.classes import class_label
from geoalarm.present.figures.figure_frame import Frame, Sheet, dense, state_handles
from geoalarm.present.hazard_styles import palette_of
from geoalarm.present.narrative import chance_text
from geoalarm.present.palette import PATTERNS, colours, text_on
from geoalarm.present.rounding import count_text
from geoalarm.results.totals import FOOTPRINT, classes, threshold_total


def class_bars(rows: pd.DataFrame, frame: Frame, *, units: str = "m") -> bytes:
    """A PNG with one stacked bar a footprint.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of the exposure table: one commune (or several, then summed over those with a number), one
        hazard, one or more scenarios or return periods. A footprint without any number has a bar in the
        pattern of its state.
    units : str
        Unit of interval bounds.
    """
    sheet = Sheet(frame)
    labels = classes(rows)
    hazard = str(rows["hazard"].iloc[0])
    palette = colours(palette_of(hazard), frame.theme, count=len(labels))
    footprints = list(rows.groupby(FOOTPRINT, dropna=False, sort=True))
    handles: list[Artist] = [
        Patch(facecolor=colour, edgecolor=frame.face.outline, linewidth=0.6) for colour in palette
    ]
    names = [class_label(label, frame.lang, hazard=hazard, units=units) for label in labels]
    silent = [state for _, part in footprints if (state := _silent_state(part))]
    patterns, states = state_handles(silent, frame.theme, frame.lang)
    sheet.key([*handles, *patterns], [*names, *states])
    axes = sheet.axes(left_in=2.1, bottom_in=0.55)
    widest = max((float(_sums(part, labels).sum()) for _, part in footprints), default=0.0) or 10.0
    for position, (_, part) in enumerate(footprints):
        state = _silent_state(part)
        if state:
            _silent_bar(axes, state, position, frame, widest)
        else:
            _bar(axes, _sums(part, labels), position, frame, palette=palette, widest=widest)
    axes.set_yticks(range(len(footprints)), [_name(part, frame.lang) for _, part in footprints])
    axes.set_ylim(len(footprints) - 0.45, -0.55)
    axes.set_xlim(0, widest * 1.12)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: i18n.number(value, frame.lang)))
    axes.set_xlabel(i18n.text("explorer.bars_axis_people", frame.lang), color=frame.face.ink, fontsize=10)
    return sheet.png()


def _silent_bar(axes: Axes, state: str, position: int, frame: Frame, widest: float) -> None:
    pattern = PATTERNS[frame.theme][state]
    axes.barh(
        position,
        widest,
        height=0.62,
        facecolor=pattern.ground,
        edgecolor=pattern.ink,
        hatch=dense(pattern),
        linewidth=0.6,
    )
    axes.text(
        widest / 2,
        position,
        i18n.term("state", state, frame.lang),
        ha="center",
        va="center",
        fontsize=10,
        color=frame.face.ink,
        bbox={"facecolor": frame.face.paper, "edgecolor": "none", "pad": 2},
    )


def _bar(
    axes: Axes, sums: np.ndarray, position: int, frame: Frame, *, palette: tuple[str, ...], widest: float
) -> None:
    starts = np.concatenate([[0.0], np.cumsum(sums)])
    for start, people, colour in zip(starts, sums, palette, strict=False):
        axes.barh(
            position,
            people,
            left=start,
            height=0.62,
            facecolor=colour,
            edgecolor=frame.face.outline,
            linewidth=0.6,
        )
        if people > widest * 0.09:
            said = count_text(people, frame.lang)
            axes.text(
                start + people / 2,
                position,
                said,
                ha="center",
                va="center",
                fontsize=9,
                color=text_on(colour),
            )
    whole = float(starts[-1])
    axes.text(
        whole + widest * 0.012,
        position,
        count_text(whole, frame.lang),
        va="center",
        fontsize=10,
        weight="bold",
        color=frame.face.ink,
    )


def _sums(rows: pd.DataFrame, labels: list[str]) -> np.ndarray:
    """People by class over the rows with a number."""
    people = rows.groupby("intensity_class", sort=False)["population_exposed"].sum(min_count=1)
    return people.reindex(labels).fillna(0.0).to_numpy(dtype="float64")


def _silent_state(rows: pd.DataFrame) -> str:
    """The state where no row has a number, else empty."""
    totals = threshold_total(rows)
    if totals["population_exposed"].notna().any():
        return ""
    return str(
        next(
            state
            for state in (State.SUPPRESSED, State.NOT_STUDIED, State.OUTSIDE_COVERAGE)
            if (totals["state"] == state).any()
        )
    )


def _name(rows: pd.DataFrame, lang: str) -> str:
    """Scenario and chance of a bar, on two lines; the hazard where it has neither."""
    first = rows.iloc[0]
    period = float(first["return_period_yr"])
    parts = [i18n.term("scenario", str(first["scenario"]), lang)] if first["scenario"] else []
    if not math.isnan(period):
        parts.append(chance_text(period, lang))
    return "\n".join(parts or [i18n.term("hazard", str(first["hazard"]), lang)])
