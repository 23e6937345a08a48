"""Zones of an accident on the explorer's map: its rings, their names on the line, and the place itself."""

from __future__ import annotations

import math
from typing import Any

from bokeh.core.properties import value
from bokeh.models import ColumnDataSource
from bokeh.plotting import figure

from geoalarm.app.map import FONT, Atlas, Ink, Slot
from geoalarm.app.overlay import Rings
from geoalarm.app.whatif_state import EARTH_M

NONE: dict[str, list[Any]] = {"x": [], "y": [], "text": [], "base": []}


class Zones:
    """Names of rings and the place of the accident on the maps of one session."""

    def __init__(self, atlas: Atlas) -> None:
        self.atlas = atlas
        self.names = {slot: ColumnDataSource(dict(NONE)) for slot in ("a", "b")}
        self.spot = ColumnDataSource({"x": [], "y": []})
        self._inked: list[tuple[Any, str, str]] = []
        self._drawn: set[str] = set()

    def draw(self, slot: Slot) -> None:
        """Put the glyphs on the figure of a slot, once."""
        if slot in self._drawn:
            return
        self._drawn.add(slot)
        fig, ink = self.atlas.figure(slot), self.atlas.ink
        self._mark(fig, ink)
        self._letters(fig, ink, slot)

    def show(self, slot: Slot, rings: Rings | None, colours: tuple[str, ...], *, words: dict[str, str]) -> None:
        """Lay the zones of a weather on a slot; none takes them away."""
        self.draw(slot)
        self.atlas.drape(slot, rings, colours)
        found: dict[str, list[Any]] = {name: [] for name in NONE}
        for index, label in enumerate(rings.labels if rings is not None else ()):
            assert rings is not None
            points = [(x, y) for xs, ys in zip(rings.xs[index], rings.ys[index], strict=True) for x, y in zip(xs, ys, strict=True)]
            if points:
                below = index == 0 and len(rings.labels) > 1
                x, y = (min if below else max)(points, key=lambda point: point[1])
                found["base"].append("top" if below else "bottom")
                found["x"].append(x)
                found["y"].append(y)
                found["text"].append(words.get(label, label))
        self.names[slot].data = found

    def place(self, lon: float, lat: float) -> None:
        """Mark the place of the accident [degrees]."""
        x, y = mercator(lon, lat)
        self.spot.data = {"x": [x], "y": [y]}

    def reink(self, ink: Ink) -> None:
        """Change the theme of names and mark."""
        for glyph, prop, name in self._inked:
            setattr(glyph, prop, getattr(ink, name))

    def _mark(self, fig: figure, ink: Ink) -> None:
        for size, width, name in ((15, 6.0, "casing"), (15, 2.6, "ink")):
            mark = fig.scatter("x", "y", source=self.spot, size=size, marker="x", line_width=width, line_color=getattr(ink, name))
            self._inked.append((mark.glyph, "line_color", name))

    def _letters(self, fig: figure, ink: Ink, slot: str) -> None:
        text = fig.text(
            x="x", y="y", text="text", source=self.names[slot], text_align="center", text_baseline="base", text_font=value(FONT),
            text_font_size="12px", text_font_style="bold", text_color=ink.ink, background_fill_color=ink.casing, background_fill_alpha=0.9,
            padding=2, border_radius=3)  # fmt: skip
        self._inked += [(text.glyph, "text_color", "ink"), (text.glyph, "background_fill_color", "casing")]


def mercator(lon: float, lat: float) -> tuple[float, float]:
    """A place [degrees, WGS 84] on the map [m, EPSG:3857]."""
    return EARTH_M * math.radians(lon), EARTH_M * math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))


def degrees(x: float, y: float) -> tuple[float, float]:
    """A point of the map [m, EPSG:3857] as longitude and latitude [degrees, WGS 84]."""
    return math.degrees(x / EARTH_M), math.degrees(2 * math.atan(math.exp(y / EARTH_M)) - math.pi / 2)
