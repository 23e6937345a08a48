"""The maps of one session: drawn once, then patched. A change sends one byte and one word a commune; outlines
never travel again.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from bokeh.models import PanTool, TileRenderer, WheelZoomTool, WMTSTileSource
from bokeh.plotting import figure as Figure

from geoalarm.app.map.basemap import Basemap
from geoalarm.app.map.geometry import MapGeometry
from geoalarm.app.map.hazard_overlay import PolygonOverlay, RasterOverlay
from geoalarm.app.map.map_layers import MapLayers
from geoalarm.app.map.map_scripts import map_callback
from geoalarm.app.map.map_sources import Labels, MapSources, Slot
from geoalarm.app.map.map_theme import MapTheme, ThemedProperties, dress

THROUGH: Final = 0.62
"""Opacity of the colours over a background map."""


class Atlas(MapSources):
    """The maps of one session, a figure a slot."""

    def __init__(
        self,
        geometry: MapGeometry,
        *,
        names: Sequence[str],
        labels: Labels,
        theme: MapTheme,
        dashed: Sequence[bool] = (),
    ) -> None:
        super().__init__(geometry, names=names, labels=labels, dashed=dashed)
        self.theme = theme
        self.figures: dict[Slot, Figure] = {}
        self._themed = ThemedProperties()

    def figure(self, slot: Slot) -> Figure:
        """The figure of a slot, made on first use."""
        if slot not in self.figures:
            self.figures[slot] = self._drawn(slot)
        return self.figures[slot]

    def overlay(
        self, slot: Slot, hazard: RasterOverlay | PolygonOverlay | None, colours: Sequence[str]
    ) -> None:
        """Lay the hazard on a slot: a picture, zones, or nothing."""
        self.picture(slot, hazard if isinstance(hazard, RasterOverlay) else None, colours)
        self.zones(slot, hazard if isinstance(hazard, PolygonOverlay) else None, colours)

    def background(self, basemap: Basemap | None) -> None:
        """Lay the operator's tiles under the communes, or take them away; without them the map stays."""
        for fig in self.figures.values():
            tiles = [renderer for renderer in fig.renderers if isinstance(renderer, TileRenderer)]
            if basemap is not None and not tiles:
                fig.add_tile(
                    WMTSTileSource(url=basemap.url, attribution=escape(basemap.credit)), level="image"
                )
                fig.renderers.insert(0, fig.renderers.pop())
            for renderer in tiles:
                renderer.visible = basemap is not None
            ground = next(renderer for renderer in fig.renderers if renderer.name == "ground")
            ground.glyph.fill_alpha = 1.0 if basemap is None else THROUGH

    def apply_theme(self, theme: MapTheme) -> None:
        """Change the theme of lines and letters."""
        self.theme = theme
        for fig in self.figures.values():
            dress(fig, theme)
        self._themed.apply_theme(theme)

    def _drawn(self, slot: Slot) -> Figure:
        wheel, pan = WheelZoomTool(modifiers="ctrl"), PanTool()
        fig = Figure(
            x_range=self.x,
            y_range=self.y,
            tools=[pan, wheel],
            toolbar_location=None,
            sizing_mode="stretch_both",
            min_border=0,
            outline_line_color=None,
            match_aspect=False,
            name=f"map_{slot}",
        )
        dress(fig, self.theme)
        fig.axis.visible = False
        fig.grid.visible = False
        fig.toolbar.active_drag, fig.toolbar.active_scroll = pan, wheel
        MapLayers(fig, slot, self, theme=self.theme, themed=self._themed).draw()
        self._follow_size(fig)
        return fig

    def _follow_size(self, fig: Figure) -> None:
        """What the browser does once it knows the size of a figure: nest the outlines, fit the view."""
        nest = map_callback("nest_outlines", **self.gather, points=self.points, outlines=self.outlines)
        fig.js_on_change("inner_width", nest)
        fit = map_callback("fit_view", fig=fig, xr=self.x, yr=self.y, frame=self.frame)
        fig.js_on_change("inner_width", fit)
        fig.js_on_change("inner_height", fit)
        self.frame.js_on_change("data", fit)
