"""Colours of the maps and charts of a page, and what follows when a reader changes its theme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bokeh.core.properties import value
from bokeh.model import Model
from bokeh.models import Text
from bokeh.plotting import figure as Figure

from geoalarm.present.palette import INTERFACE, PATTERNS, SURFACES, Theme

FONT: Final = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"


@dataclass(frozen=True, slots=True)
class MapTheme:
    """Colours of lines and letters of one theme."""

    outline: str
    ink: str
    casing: str
    hatch: str
    border: str
    focus: str
    card: str
    muted: str
    grid: str
    is_dark: bool = False

    @property
    def is_light(self) -> bool:
        """Whether it is the light one."""
        return not self.is_dark


def map_theme(theme: Theme) -> MapTheme:
    """Colours of lines and letters of a theme of the house."""
    face, surface = INTERFACE[theme], SURFACES[theme]
    return MapTheme(
        outline=face.outline,
        ink=face.ink,
        casing=face.casing,
        hatch=PATTERNS[theme]["not_studied"].ink,
        border=face.ink,
        focus=face.link,
        card=surface.card,
        muted=face.muted,
        grid=surface.line,
        is_dark=theme == "dark",
    )


class ThemedProperties:
    """Properties of models that hold a colour of the theme, so that another theme reaches each."""

    def __init__(self) -> None:
        self._properties: list[tuple[Model, str, str]] = []

    def add(self, model: Model, **colours: str) -> None:
        """Properties of a model, each with the field of :class:`MapTheme` it follows."""
        self._properties += [(model, name, colour) for name, colour in colours.items()]

    def apply_theme(self, theme: MapTheme) -> None:
        """Bring every property to the colours of a theme."""
        for model, name, colour in self._properties:
            setattr(model, name, getattr(theme, colour))


def dress(fig: Figure, theme: MapTheme) -> None:
    """Axes and grid of a figure in the colours of a theme; the ground is that of its card, for one painted
    over another leaves a line at the edges.
    """
    fig.update(background_fill_color=None, border_fill_color=None)
    for axis in fig.axis:
        axis.update(
            major_label_text_color=theme.muted,
            axis_label_text_color=theme.muted,
            axis_line_color=theme.grid,
            major_tick_line_color=theme.grid,
            minor_tick_line_color=None,
        )
    for grid in fig.grid:
        grid.grid_line_color = theme.grid


def map_label(
    theme: MapTheme, *, align: str, baseline: str, size: str, style: str, ground_alpha: float
) -> Text:
    """Names on a map, at the columns ``x``, ``y`` and ``text`` of their source, on a ground of their own.

    Parameters
    ----------
    align, baseline, size, style : str
        How a name stands and is written: a value of Bokeh's, or the column that holds one a name.
    ground_alpha : float
        Opacity of the ground [1].
    """
    return Text(
        x="x",
        y="y",
        text="text",
        text_align=align,
        text_baseline=baseline,
        text_font=value(FONT),
        text_font_size=size,
        text_font_style=style,
        text_color=theme.ink,
        background_fill_color=theme.casing,
        background_fill_alpha=ground_alpha,
        padding=2,
        border_radius=3,
    )
