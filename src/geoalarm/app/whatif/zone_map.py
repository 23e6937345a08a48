"""Zones of an accident on the explorer's map: its rings, their names on the line, and the place itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from bokeh.core.properties import value
from bokeh.models import ColumnDataSource, HoverTool
from bokeh.plotting import figure

from geoalarm.app.map.atlas import FONT, Atlas, MapTheme, Slot
from geoalarm.app.map.hazard_overlay import PolygonOverlay
from geoalarm.app.whatif.whatif_state import EARTH_M

NONE: Final[dict[str, list[Any]]] = {"x": [], "y": [], "text": [], "base": [], "align": []}
NEAR: Final = 1 / 50
"""A click this near to a site, as a share of the width shown, means the site."""


class Zones:
    """Names of rings and the place of the accident on the maps of one session."""

    def __init__(self, atlas: Atlas, sites: Sequence[Any] = ()) -> None:
        self.atlas = atlas
        points = [mercator(site.lon, site.lat) for site in sites]
        names, keys = [site.name for site in sites], [site.site_id for site in sites]
        self.sites = ColumnDataSource(
            {"x": [x for x, _ in points], "y": [y for _, y in points], "name": names, "id": keys}
        )
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
        self._dots(fig, ink)
        self._mark(fig, ink)
        self._letters(fig, ink, slot)

    def show(
        self, slot: Slot, rings: PolygonOverlay | None, colours: tuple[str, ...], *, words: dict[str, str]
    ) -> None:
        """Lay the zones of a weather on a slot; none takes them away."""
        self.draw(slot)
        self.atlas.drape(slot, rings, colours)
        found: dict[str, list[Any]] = {name: [] for name in NONE}
        wests = [min(line) for part in (rings.xs if rings is not None else ()) for line in part if line]
        easts = [max(line) for part in (rings.xs if rings is not None else ()) for line in part if line]
        for index, label in enumerate(rings.labels if rings is not None else ()):
            assert rings is not None
            points = [
                (x, y)
                for xs, ys in zip(rings.xs[index], rings.ys[index], strict=True)
                for x, y in zip(xs, ys, strict=True)
            ]
            if points:
                below = (
                    index % 2 == 0 and len(rings.labels) > 1
                )  # in turn, so that names of long thin zones stay apart
                x, y = (min if below else max)(points, key=lambda point: point[1])
                found["base"].append("top" if below else "bottom")
                place = (x - min(wests)) / max(max(easts) - min(wests), 1)
                found["align"].append("left" if place < 1 / 3 else "right" if place > 2 / 3 else "center")
                found["x"].append(x)
                found["y"].append(y)
                found["text"].append(words.get(label, label))
        self.names[slot].data = found

    def place(self, lon: float, lat: float) -> None:
        """Mark the place of the accident [degrees]."""
        x, y = mercator(lon, lat)
        self.spot.data = {"x": [x], "y": [y]}

    def site_at(self, x: float, y: float) -> str:
        """The site under a point of the map [m, EPSG:3857] as it is shown now; empty where there is none."""
        best, near = "", NEAR * abs(float(self.atlas.x.end) - float(self.atlas.x.start))
        for key, sx, sy in zip(
            self.sites.data["id"], self.sites.data["x"], self.sites.data["y"], strict=True
        ):
            if (distance := math.hypot(sx - x, sy - y)) <= near:
                best, near = key, distance
        return str(best)

    def reink(self, ink: MapTheme) -> None:
        """Change the theme of names and mark."""
        for glyph, prop, name in self._inked:
            setattr(glyph, prop, getattr(ink, name))

    def _dots(self, fig: figure, ink: MapTheme) -> None:
        """Sites to choose from: a dot with its name."""
        dots = fig.scatter(
            "x",
            "y",
            source=self.sites,
            size=9,
            marker="diamond",
            line_width=1.5,
            line_color=ink.casing,
            fill_color=ink.ink,
            name="sites",
        )
        self._inked += [(dots.glyph, "line_color", "casing"), (dots.glyph, "fill_color", "ink")]
        fig.add_tools(
            HoverTool(renderers=[dots], tooltips='<div class="ga-tip"><b>@name</b></div>', attachment="above")
        )

    def _mark(self, fig: figure, ink: MapTheme) -> None:
        for size, width, name in ((15, 6.0, "casing"), (15, 2.6, "ink")):
            mark = fig.scatter(
                "x",
                "y",
                source=self.spot,
                size=size,
                marker="x",
                line_width=width,
                line_color=getattr(ink, name),
            )
            self._inked.append((mark.glyph, "line_color", name))

    def _letters(self, fig: figure, ink: MapTheme, slot: str) -> None:
        text = fig.text(
            x="x", y="y", text="text", source=self.names[slot], text_align="align", text_baseline="base",
            text_font=value(FONT),
            text_font_size="12px", text_font_style="bold", text_color=ink.ink,
            background_fill_color=ink.casing, background_fill_alpha=0.9,
            padding=2, border_radius=3)  # fmt: skip
        self._inked += [(text.glyph, "text_color", "ink"), (text.glyph, "background_fill_color", "casing")]


def mercator(lon: float, lat: float) -> tuple[float, float]:
    """A place [degrees, WGS 84] on the map [m, EPSG:3857]."""
    return EARTH_M * math.radians(lon), EARTH_M * math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))


def degrees(x: float, y: float) -> tuple[float, float]:
    """A point of the map [m, EPSG:3857] as longitude and latitude [degrees, WGS 84]."""
    return math.degrees(x / EARTH_M), math.degrees(2 * math.atan(math.exp(y / EARTH_M)) - math.pi / 2)
