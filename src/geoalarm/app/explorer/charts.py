"""The exceedance curve: people against yearly chance, mapped points only, the band from low to high; drawn
once, then patched.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from bokeh.models import Axis, ColumnDataSource, FixedTicker, HoverTool, Line, Range1d, Scatter, VArea
from bokeh.plotting import figure

from geoalarm import i18n
from geoalarm.app.explorer.explorer_view import ExceedancePoint
from geoalarm.app.map.map_theme import FONT, dress, map_theme
from geoalarm.core.terms import State
from geoalarm.core.units import annual_exceedance_probability
from geoalarm.present import narrative, rounding
from geoalarm.present.palette import Theme, colours

HEIGHT: Final = 190
KNOWN: Final = (State.EXPOSED, State.ZERO)


class ExceedanceCurve:
    """The curve of one session."""

    def __init__(self, lang: str, theme: Theme) -> None:
        self.lang = lang
        self.points = ColumnDataSource({"chance": [], "people": [], "low": [], "high": [], "words": []})
        self.x, self.y = Range1d(start=0.2, end=0.0005), Range1d(start=0, end=1)
        self.figure = self._drawn()
        self.apply_theme(theme)

    def show(self, points: list[ExceedancePoint]) -> None:
        """Draw the points that have a number; the others stand in the table below with their state."""
        known = [point for point in points if point.state in KNOWN and not np.isnan(point.population_exposed)]
        chance = [annual_exceedance_probability(point.return_period_yr) for point in known]
        ends = [
            rounding.range_bounds(
                _or(point.population_exposed_low, point), _or(point.population_exposed_high, point)
            )
            for point in known
        ]
        people = [
            0
            if rounding.is_few(point.population_exposed)
            else rounding.round_people(point.population_exposed)
            for point in known
        ]
        words = [
            (
                f"{narrative.chance_text(point.return_period_yr, self.lang)}: "
                f"{rounding.people_text(point.population_exposed, self.lang)}"
            )
            for point in known
        ]
        self.points.data = {
            "chance": chance,
            "people": people,
            "low": [low for low, _ in ends],
            "high": [high for _, high in ends],
            "words": words,
        }
        if chance:
            self.x.update(start=max(chance) * 1.8, end=min(chance) / 1.8)
            self._ticks(
                self.figure.xaxis[0], {value: i18n.percent(value, self.lang) for value in sorted(chance)}
            )
        top = max([high for _, high in ends] + people + [10]) * 1.1
        self.y.end = top
        self._ticks(self.figure.yaxis[0], {value: i18n.number(value, self.lang) for value in steps(top)})

    def apply_theme(self, theme: Theme) -> None:
        """Colours of a theme."""
        lines = map_theme(theme)
        dress(self.figure, lines)
        self._band.glyph.fill_color = colours("depth", theme)[1]
        for line in (self._line, self._low, self._high):
            line.glyph.line_color = lines.focus
        self._dots.glyph.update(fill_color=lines.focus, line_color=lines.card)

    @staticmethod
    def _ticks(axis: Axis, words: dict[float, str]) -> None:
        axis.ticker.ticks = list(words)
        axis.major_label_overrides = words

    def _drawn(self) -> figure:
        fig = figure(
            height=HEIGHT,
            sizing_mode="stretch_width",
            x_axis_type="log",
            x_range=self.x,
            y_range=self.y,
            tools="",
            toolbar_location=None,
            min_border_left=8,
            min_border_right=14,
            outline_line_color=None,
        )
        self._band = fig.add_glyph(self.points, VArea(x="chance", y1="low", y2="high", fill_alpha=0.35))
        self._low = fig.add_glyph(
            self.points, Line(x="chance", y="low", line_width=1, line_alpha=0.6, line_dash="dotted")
        )
        self._high = fig.add_glyph(
            self.points, Line(x="chance", y="high", line_width=1, line_alpha=0.6, line_dash="dotted")
        )
        self._line = fig.add_glyph(
            self.points, Line(x="chance", y="people", line_width=2, line_dash="dashed")
        )
        self._dots = fig.add_glyph(self.points, Scatter(x="chance", y="people", size=11, line_width=2))
        fig.add_tools(HoverTool(renderers=[self._dots], tooltips='<div class="ga-tip">@words</div>'))
        fig.xaxis.axis_label = i18n.text("explorer.curve_axis_chance", self.lang)
        fig.xgrid.visible = False
        for axis in (*fig.xaxis, *fig.yaxis):
            axis.update(
                ticker=FixedTicker(ticks=[], minor_ticks=[]),
                major_label_text_font=FONT,
                axis_label_text_font=FONT,
                axis_label_text_font_size="12px",
                major_label_text_font_size="12px",
                axis_label_text_font_style="normal",
                axis_label_standoff=2,
            )
        return fig


def _or(value: float, point: ExceedancePoint) -> float:
    return float(point.population_exposed) if np.isnan(value) else float(value)


def steps(top: float) -> list[float]:
    """Three to five round numbers from 0 to a top value."""
    rough = top / 4
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(float(power * rung) for rung in (1, 2, 2.5, 5, 10) if power * rung >= rough)
    return [step * index for index in range(int(top // step) + 1)]
