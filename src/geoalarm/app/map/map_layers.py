"""Layers of a map, from the ground up: communes and their patterns, lines, names, the scale bar."""

from __future__ import annotations

from typing import Final

import numpy as np
from bokeh.models import (
    CDSView,
    ColumnDataSource,
    HoverTool,
    ImageURL,
    IndexFilter,
    MultiLine,
    MultiPolygons,
    ScaleBar,
)
from bokeh.plotting import figure as Figure

from geoalarm.app.map.geometry import LABEL_TIERS, inwards
from geoalarm.app.map.map_scripts import map_callback
from geoalarm.app.map.map_sources import Labels, MapSources, Slot
from geoalarm.app.map.map_theme import MapTheme, ThemedProperties, map_label, map_theme

ALIGN: Final = {0: "center", 1: "left", -1: "right"}
"""How a name stands by its point when it runs both ways, eastwards or westwards."""
UNSEEN: Final = 0.002
"""BokehJS draws the pattern of a polygon only where it fills it too."""
LARGE_TIERS: Final = 2
"""Tiers of names that are written large and shown from the start."""


class MapLayers:
    """Draws the layers of one figure; colours of the theme are kept so that another theme reaches them.

    Glyphs are added one by one: the figure's own methods make two or three more of each, for selections that
    this map does not have, and a page would be twice as many models.
    """

    def __init__(
        self, fig: Figure, slot: Slot, sources: MapSources, *, theme: MapTheme, themed: ThemedProperties
    ) -> None:
        self.fig, self.slot, self.sources, self.theme, self.themed = fig, slot, sources, theme, themed

    def draw(self) -> None:
        """All layers, the lowest first."""
        self._communes()
        picture = self.sources.pictures[self.slot]
        self.fig.add_glyph(picture, ImageURL(url="url", x="x", y="y", w="w", h="h", anchor="top_left"))
        self._border()
        self._zones()
        self._selection()
        self._names()
        self._scale_bars()

    def _communes(self) -> None:
        """Grounds of all communes, then one plain pattern a state over its own: a pattern drawn commune by
        commune costs seconds.
        """
        ground = self.fig.add_glyph(
            self.sources.communes,
            MultiPolygons(
                xs="xs",
                ys="ys",
                fill_color={"field": f"n_{self.slot}", "transform": self.sources.mappers[self.slot]},
                line_color=self.theme.outline,
                line_width=0.5,
                line_alpha=0.75,
                line_dash="dash",
            ),
            name="ground",
        )
        self.themed.add(ground.glyph, line_color="outline")
        self._patterns()
        tip = f'<div class="ga-tip"><b>@name</b><br>@w_{self.slot}</div>'
        self.fig.add_tools(
            HoverTool(renderers=[ground], tooltips=tip, point_policy="follow_mouse", attachment="above")
        )

    def _patterns(self) -> None:
        drawn = self.fig.add_glyph(
            self.sources.states[self.slot],
            MultiPolygons(
                xs="xs",
                ys="ys",
                fill_color=self.theme.card,
                fill_alpha=UNSEEN,
                line_color=None,
                hatch_pattern="hatch",
                hatch_color=self.theme.hatch,
                hatch_scale=9,
                hatch_alpha="alpha",
            ),
        )
        self.themed.add(drawn.glyph, hatch_color="hatch")

    def _border(self) -> None:
        lines = ColumnDataSource(dict(zip(("xs", "ys"), self.sources.geometry.border, strict=True)))
        for width, colour in ((5.0, "casing"), (2.2, "border")):
            line = self.fig.add_glyph(
                lines,
                MultiLine(
                    xs="xs",
                    ys="ys",
                    line_width=width,
                    line_color=getattr(self.theme, colour),
                    line_join="round",
                    line_cap="round",
                ),
            )
            self.themed.add(line.glyph, line_color=colour)

    def _zones(self) -> None:
        """Outlines of zones over their casings; their colours come with the zones."""
        source = self.sources.rings[self.slot]
        casing = self.fig.add_glyph(
            source,
            MultiPolygons(
                xs="xs", ys="ys", fill_alpha=0, line_width=5, line_color=self.theme.casing, line_alpha=0.9
            ),
        )
        self.themed.add(casing.glyph, line_color="casing")
        self.fig.add_glyph(
            source,
            MultiPolygons(
                xs="xs", ys="ys", fill_alpha=0, line_width=2.4, line_dash="dash", line_color="colour"
            ),
        )

    def _selection(self) -> None:
        for width, colour in ((6.5, "casing"), (3.0, "focus")):
            line = self.fig.add_glyph(
                self.sources.selected,
                MultiPolygons(
                    xs="xs",
                    ys="ys",
                    fill_alpha=0,
                    line_width=width,
                    line_color=getattr(self.theme, colour),
                    line_join="round",
                ),
            )
            self.themed.add(line.glyph, line_color=colour)

    def _names(self) -> None:
        """Names of communes, the tiers after each other: the browser shows those of the scale."""
        sources = self.sources
        labels = sorted(sources.labels, key=lambda label: label[1])
        upto = np.searchsorted([tier for _, tier, _ in labels], range(len(LABEL_TIERS)), side="right")
        seen = IndexFilter(list(range(int(upto[LARGE_TIERS - 1]))))
        label = map_label(
            self.theme, align="align", baseline="middle", size="size", style="style", ground_alpha=0.72
        )
        columns = ColumnDataSource(self._label_columns(labels))
        text = self.fig.add_glyph(columns, label, view=CDSView(filter=seen))
        self.themed.add(text.glyph, text_color="ink", background_fill_color="casing")
        show = map_callback(
            "show_names",
            fig=self.fig,
            xr=sources.x,
            seen=seen,
            upto=upto.tolist(),
            scales=[scale for scale, _ in LABEL_TIERS],
            ground=sources.ground,
            stretch=sources.stretch,
        )
        sources.x.js_on_change("end", show)
        self.fig.js_on_change("inner_width", show)

    def _label_columns(self, labels: Labels) -> dict[str, list[object]]:
        geometry = self.sources.geometry
        names = [name for _, _, name in labels]
        centres = geometry.centres[[row for row, _, _ in labels]]
        sides = inwards(centres, names, bounds=geometry.bounds).tolist()
        are_large = [tier < LARGE_TIERS for _, tier, _ in labels]
        return {
            "x": centres[:, 0].tolist(),
            "y": centres[:, 1].tolist(),
            "text": names,
            "align": [ALIGN[side] for side in sides],
            "size": ["13px" if is_large else "12px" for is_large in are_large],
            "style": ["bold" if is_large else "normal" for is_large in are_large],
        }

    def _scale_bars(self) -> None:
        """Kilometres on the ground: Web Mercator stretches by 1 / cos(latitude).

        One a theme, of which one is seen: BokehJS takes the colour of the line once and for all.
        """
        for colours, seen in ((map_theme("light"), "is_light"), (map_theme("dark"), "is_dark")):
            bar = ScaleBar(
                range=self.sources.ground,
                unit="m",
                location="top_right",
                bar_length=0.2,
                bar_line_width=2,
                bar_line_color=colours.ink,
                border_line_color=None,
                label="@{value} @{unit}",
                label_text_color=colours.ink,
                background_fill_color=colours.card,
                background_fill_alpha=0.8,
                visible=getattr(self.theme, seen),
            )
            self.fig.add_layout(bar)
            self.themed.add(bar, visible=seen)
