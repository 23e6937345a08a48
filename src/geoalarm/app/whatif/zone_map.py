"""Zones of an accident on the explorer's map: its rings, their names on the line, and the place itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from bokeh.models import ColumnDataSource, HoverTool, Scatter
from bokeh.plotting import figure

from geoalarm.app.map.atlas import Atlas
from geoalarm.app.map.hazard_overlay import PolygonOverlay
from geoalarm.app.map.map_sources import EARTH_M, Slot
from geoalarm.app.map.map_theme import MapTheme, ThemedProperties, map_label
from geoalarm.app.whatif.form_fields import AccidentSite
from geoalarm.i18n.place_names import name_in

NONE: Final[dict[str, list[object]]] = {"x": [], "y": [], "text": [], "base": [], "align": []}
NEAR: Final = 1 / 50
"""A click this near to a site, as a share of the width shown, means the site."""


class Zones:
    """Names of rings and the place of the accident on the maps of one session."""

    def __init__(self, atlas: Atlas, sites: Sequence[AccidentSite] = (), lang: str = "en") -> None:
        self.atlas = atlas
        points = [mercator(site.lon, site.lat) for site in sites]
        names = [name_in(site.names, site.name, lang, first=True) for site in sites]
        keys = [site.site_id for site in sites]
        self.sites = ColumnDataSource(
            {"x": [x for x, _ in points], "y": [y for _, y in points], "name": names, "id": keys}
        )
        self.names = {slot: ColumnDataSource(dict(NONE)) for slot in ("a", "b")}
        self.spot = ColumnDataSource({"x": [], "y": []})
        self._themed = ThemedProperties()
        self._drawn: set[str] = set()

    def draw(self, slot: Slot) -> None:
        """Put the glyphs on the figure of a slot, once."""
        if slot in self._drawn:
            return
        self._drawn.add(slot)
        fig, theme = self.atlas.figure(slot), self.atlas.theme
        self._dots(fig, theme)
        self._mark(fig, theme)
        self._letters(fig, theme, slot)

    def show(
        self, slot: Slot, rings: PolygonOverlay | None, colours: tuple[str, ...], *, words: dict[str, str]
    ) -> None:
        """Lay the zones of a weather on a slot; none takes them away."""
        self.draw(slot)
        self.atlas.overlay(slot, rings, colours)
        self.names[slot].data = _ring_names(rings, words) if rings is not None else dict(NONE)

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

    def apply_theme(self, theme: MapTheme) -> None:
        """Change the theme of names and mark."""
        self._themed.apply_theme(theme)

    def _dots(self, fig: figure, theme: MapTheme) -> None:
        """Sites to choose from: a dot with its name."""
        dots = fig.add_glyph(
            self.sites,
            Scatter(
                x="x",
                y="y",
                size=9,
                marker="diamond",
                line_width=1.5,
                line_color=theme.casing,
                fill_color=theme.ink,
            ),
            name="sites",
        )
        self._themed.add(dots.glyph, line_color="casing", fill_color="ink")
        fig.add_tools(
            HoverTool(renderers=[dots], tooltips='<div class="ga-tip"><b>@name</b></div>', attachment="above")
        )

    def _mark(self, fig: figure, theme: MapTheme) -> None:
        for size, width, name in ((15, 6.0, "casing"), (15, 2.6, "ink")):
            mark = fig.add_glyph(
                self.spot,
                Scatter(
                    x="x", y="y", size=size, marker="x", line_width=width, line_color=getattr(theme, name)
                ),
            )
            self._themed.add(mark.glyph, line_color=name)

    def _letters(self, fig: figure, theme: MapTheme, slot: Slot) -> None:
        label = map_label(theme, align="align", baseline="base", size="12px", style="bold", ground_alpha=0.9)
        text = fig.add_glyph(self.names[slot], label)
        self._themed.add(text.glyph, text_color="ink", background_fill_color="casing")


def _ring_names(rings: PolygonOverlay, words: dict[str, str]) -> dict[str, list[object]]:
    """Where the name of each ring stands: at its top or bottom in turn, so that names of long thin zones stay
    apart, and inwards near the sides.
    """
    found: dict[str, list[object]] = {name: [] for name in NONE}
    ends = [x for part in rings.xs for line in part for x in line]
    for index, label in enumerate(rings.labels):
        points = [
            point
            for xs, ys in zip(rings.xs[index], rings.ys[index], strict=True)
            for point in zip(xs, ys, strict=True)
        ]
        if not points:
            continue
        below = index % 2 == 0 and len(rings.labels) > 1
        x, y = (min if below else max)(points, key=lambda point: point[1])
        place = (x - min(ends)) / max(max(ends) - min(ends), 1)
        found["base"].append("top" if below else "bottom")
        found["align"].append("left" if place < 1 / 3 else "right" if place > 2 / 3 else "center")
        found["x"].append(x)
        found["y"].append(y)
        found["text"].append(words.get(label, label))
    return found


def mercator(lon: float, lat: float) -> tuple[float, float]:
    """A place [degrees, WGS 84] on the map [m, EPSG:3857]."""
    return EARTH_M * math.radians(lon), EARTH_M * math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))


def degrees(x: float, y: float) -> tuple[float, float]:
    """A point of the map [m, EPSG:3857] as longitude and latitude [degrees, WGS 84]."""
    return math.degrees(x / EARTH_M), math.degrees(2 * math.atan(math.exp(y / EARTH_M)) - math.pi / 2)
