"""The map: drawn once, then patched. A change sends one byte and one word a commune; outlines never travel
again.

Three slots share one source and one pair of ranges: ``a`` the scenario, ``b`` the one beside it, ``d`` their
difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final, Literal

import numpy as np
from bokeh.core.properties import value
from bokeh.models import (
    ColumnDataSource,
    CustomJS,
    HoverTool,
    LinearColorMapper,
    PanTool,
    Range1d,
    ScaleBar,
    TileRenderer,
    WheelZoomTool,
    WMTSTileSource,
)
from bokeh.plotting import figure as Figure

from geoalarm.app.map.basemap import Basemap
from geoalarm.app.map.geometry import LABEL_TIERS, MapGeometry, inwards, nested
from geoalarm.app.map.hazard_overlay import PolygonOverlay, RasterOverlay
from geoalarm.core.terms import State
from geoalarm.present.palette import PATTERNS

Slot = Literal["a", "b", "d"]
Labels = Sequence[tuple[int, int, str]]
"""Row, tier and name of the communes that are named on the map."""
SLOTS: Final[tuple[Slot, ...]] = ("a", "b", "d")
ALIGN: Final = {0: "center", 1: "left", -1: "right"}
"""How a name stands by its point when it runs both ways, eastwards or westwards."""
RING_DASHES: Final = ("dotted", "dashed", "solid")
STATES: Final = (State.ZERO, State.NOT_STUDIED, State.OUTSIDE_COVERAGE, State.SUPPRESSED)
"""States drawn with a pattern, in the order of the key."""
FIRST_STATE: Final = 10
"""Colour number of the first state; classes have the numbers below it."""
APART: Final = FIRST_STATE + len(STATES)
"""Colour number of communes left out by the country filter: drawn as outline only."""
UNSEEN: Final = 0.002
"""BokehJS draws the pattern of a polygon only where it fills it too."""
STATE_JS: Final = """
// The outlines of each state, gathered here so that they need not travel; the others are empty, for a source
// must not shrink: BokehJS may paint between the new data and their new index.
const {xs, ys} = communes.data
for (const slot of Object.keys(states)) {
  const numbers = communes.data["n_" + slot], drawn = states[slot]
  if (drawn[0]._numbers === numbers && drawn[0]._xs === xs) continue
  drawn[0]._numbers = numbers
  drawn[0]._xs = xs
  drawn.forEach((source, k) => {
    source.data.xs = xs.map((shape, i) => (numbers[i] === first + k ? shape : []))
    source.data.ys = ys.map((shape, i) => (numbers[i] === first + k ? shape : []))
    source.change.emit()
  })
}
"""
THROUGH: Final = 0.62
"""Opacity of the colours over a background map."""
FAINT: Final = 0.3
"""Opacity of the pattern of a commune where nobody lives in the zone: most of the map, and no warning."""
NO_PICTURE: Final[dict[str, list[Any]]] = {
    "url": ["data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"],
    "x": [0.0],
    "y": [0.0],
    "w": [1.0],
    "h": [1.0],
}
"""One transparent pixel: a source keeps its length, see :data:`STATE_JS`."""
NO_BOX: Final[dict[str, list[float]]] = {"west": [], "south": [], "east": [], "north": []}

NEST_JS: Final = """
// outlines arrive as flat binary columns, once; nested here, before the first paint, and never sent back
if (communes._nested) return
communes._nested = true
const plain = (array) => new Int32Array(array.buffer, array.byteOffset, array.length)
const x = plain(points.data.x), y = plain(points.data.y)
const row = plain(outlines.data.row), part = plain(outlines.data.part), length = plain(outlines.data.length)
const xs = communes.data.xs.map(() => []), ys = communes.data.ys.map(() => [])
let start = 0, last = -1
for (let i = 0; i < row.length; i++) {
  if (part[i] !== last) { xs[row[i]].push([]); ys[row[i]].push([]); last = part[i] }
  const end = start + length[i]
  const rx = new Array(length[i]), ry = new Array(length[i])
  for (let k = start; k < end; k++) { rx[k - start] = x[k]; ry[k - start] = y[k] }
  xs[row[i]].at(-1).push(rx)
  ys[row[i]].at(-1).push(ry)
  start = end
}
communes.data.xs = xs
communes.data.ys = ys
communes.change.emit()
"""
FIT_JS: Final = """
let w = 0, h = 0
try { w = fig.inner_width; h = fig.inner_height } catch (_) { /* not laid out yet */ }
if (!(w > 20 && h > 20)) return
const box = frame.data
const last = frame._fitted
const still = last && Math.abs(last[0] - xr.start) < 1 && Math.abs(last[1] - xr.end) < 1
if (box.west.length && (cb_obj === frame || !last || still)) {
  const bw = box.east[0] - box.west[0], bh = box.north[0] - box.south[0]
  const x = (box.east[0] + box.west[0]) / 2, y = (box.north[0] + box.south[0]) / 2
  const per = Math.max(bw / w, bh / h)
  xr.setv({start: x - per * w / 2, end: x + per * w / 2})
  yr.setv({start: y - per * h / 2, end: y + per * h / 2})
  frame._fitted = [xr.start, xr.end]
} else {
  const y = (yr.start + yr.end) / 2, half = (xr.end - xr.start) * h / w / 2
  if (Math.abs((yr.end - yr.start) - 2 * half) > 1) yr.setv({start: y - half, end: y + half})
}
"""
TIER_JS: Final = """
const span = xr.end - xr.start
let width = 600
try { width = fig.inner_width } catch (_) { /* not laid out yet */ }
const scale = span / Math.max(width, 100)
tiers.forEach((tier, i) => { tier.visible = scale <= scales[i] })
ground.end = span / stretch
"""
BAR_INK: Final = "#16202B"
"""BokehJS draws the line of a scale bar in black whatever the theme, so its plate stays light."""
EARTH_M: Final = 6_378_137.0
"""Radius of the Web-Mercator sphere; its map is stretched by cosh(y / radius), which the scale bar takes
back.
"""
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


@dataclass(frozen=True, slots=True)
class Symbology:
    """What one change sends: a colour number and the words of the tip for each commune."""

    numbers: np.ndarray
    words: list[str]


class Atlas:
    """The maps of one session."""

    def __init__(
        self,
        geometry: MapGeometry,
        *,
        names: Sequence[str],
        labels: Labels,
        ink: MapTheme,
        dashed: Sequence[bool] = (),
    ) -> None:
        self.geometry, self.ink, self.names, self.labels = geometry, ink, list(names), labels
        count = len(geometry.ids)
        dashes = ["dashed" if rough else "solid" for rough in dashed] or ["solid"] * count
        columns: dict[str, object] = {
            "xs": [[]] * count,
            "ys": [[]] * count,
            "name": self.names,
            "dash": dashes,
        }
        for slot in SLOTS:
            columns |= {f"n_{slot}": np.zeros(count, "uint8"), f"w_{slot}": [""] * count}
        self.communes = ColumnDataSource(columns)
        self.points = ColumnDataSource({"x": geometry.x, "y": geometry.y})
        self.outlines = ColumnDataSource(
            {name: geometry.rings[:, column].copy() for column, name in enumerate(("row", "part", "length"))}
        )
        self.states = {slot: [ColumnDataSource({"xs": [], "ys": []}) for _ in STATES] for slot in SLOTS}
        self.gather = {"communes": self.communes, "states": self.states, "first": FIRST_STATE}
        self.communes.js_on_change("data", CustomJS(args=self.gather, code=STATE_JS))
        self.selected = ColumnDataSource({"xs": [[]], "ys": [[]]})
        self.frame = ColumnDataSource(dict(NO_BOX))
        west, south, east, north = geometry.bounds
        self.x, self.y = Range1d(start=west, end=east), Range1d(start=south, end=north)
        self.stretch = float(np.cosh((south + north) / 2 / EARTH_M))
        self.ground = Range1d(start=0, end=(east - west) / self.stretch)
        self.mappers = {
            slot: LinearColorMapper(palette=["#888888"] * 2, low=-0.5, high=1.5) for slot in SLOTS
        }
        self.pictures = {slot: ColumnDataSource(dict(NO_PICTURE)) for slot in SLOTS}
        self.rings = {
            slot: [ColumnDataSource({"xs": [[]], "ys": [[]]}) for _ in RING_DASHES] for slot in SLOTS
        }
        self.figures: dict[Slot, Figure] = {}
        self._inked: list[tuple[object, str, str]] = []

    def figure(self, slot: Slot) -> Figure:
        """The figure of a slot, made on first use."""
        if slot not in self.figures:
            self.figures[slot] = self._drawn(slot)
        return self.figures[slot]

    def paint(self, slot: Slot, paint: Symbology) -> None:
        """Send the colours of a slot; only the columns that changed travel."""
        self._send(f"n_{slot}", paint.numbers.astype("uint8"))
        self._send(f"w_{slot}", paint.words)

    def colour(self, slot: Slot, palette: Sequence[str]) -> None:
        """The colours that the numbers of a slot stand for."""
        self.mappers[slot].update(palette=list(palette), low=-0.5, high=len(palette) - 0.5)

    def drape(self, slot: Slot, drawn: RasterOverlay | PolygonOverlay | None, colours: Sequence[str]) -> None:
        """Lay the hazard on a slot: a picture, rings, or nothing."""
        self.lay(slot, drawn if isinstance(drawn, RasterOverlay) else None, colours)
        layers = (
            list(zip(drawn.xs, drawn.ys, strict=True))[-len(RING_DASHES) :]
            if isinstance(drawn, PolygonOverlay)
            else []
        )
        offset = len(RING_DASHES) - len(layers)
        for index, source in enumerate(self.rings[slot]):
            xs, ys = layers[index - offset] if index >= offset else ([], [])
            source.data = {"xs": [[[line] for line in xs]], "ys": [[[line] for line in ys]]}
        self._ring_colours(slot, colours)

    def lay(
        self, slot: Slot, picture: RasterOverlay | None, colours: Sequence[str], *, opacity: float = 0.82
    ) -> None:
        """Lay a picture under the lines of a slot, or take it away."""
        laid: dict[str, list[object]] = dict(NO_PICTURE)
        if picture is not None:
            west, south, east, north = picture.bounds
            laid = {
                "url": [picture.data_uri(colours, opacity=opacity)],
                "x": [west],
                "y": [north],
                "w": [east - west],
                "h": [north - south],
            }
        self.pictures[slot].data = laid

    def background(self, basemap: Basemap | None) -> None:
        """Lay the operator's tiles under the communes, or take them away; tiles that do not come leave the
        map as it is.
        """
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

    def select(self, row: int | None) -> None:
        """Outline one commune, or none."""
        xs, ys = ([], []) if row is None else nested(self.geometry.shapes[row])
        self.selected.data = {"xs": [xs], "ys": [ys]}

    def fit(self, box: tuple[float, float, float, float], *, margin: float = 0.04) -> None:
        """Show a box [m, EPSG:3857] with a margin around it, in the proportions of the screen."""
        west, south, east, north = box
        pad = max(east - west, north - south) * margin
        self.frame.data = {
            "west": [west - pad],
            "south": [south - pad],
            "east": [east + pad],
            "north": [north + pad],
        }

    def zoom(self, factor: float) -> None:
        """Nearer (below 1) or farther (above 1), about the middle."""
        for axis in (self.x, self.y):
            middle, half = (axis.start + axis.end) / 2, (axis.end - axis.start) / 2 * factor
            axis.update(start=middle - half, end=middle + half)

    def pan(self, way: str) -> None:
        """A quarter of the view to the ``left``, ``right``, ``up`` or ``down``."""
        axis, sign = {
            "left": (self.x, -1),
            "right": (self.x, 1),
            "up": (self.y, 1),
            "down": (self.y, -1),
        }.get(way, (self.x, 0))
        step = (axis.end - axis.start) * 0.25 * sign
        axis.update(start=axis.start + step, end=axis.end + step)

    def reink(self, ink: MapTheme) -> None:
        """Change the theme of lines and letters."""
        self.ink = ink
        for fig in self.figures.values():
            dress(fig, ink)
        for model, prop, name in self._inked:
            setattr(model, prop, getattr(ink, name))

    def _send(self, column: str, values: object) -> None:
        old = self.communes.data[column]
        same = np.array_equal(old, values) if isinstance(values, np.ndarray) else old == values
        if not same:
            self.communes.data[column] = values

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
        dress(fig, self.ink)
        fig.axis.visible = False
        fig.grid.visible = False
        fig.toolbar.active_drag, fig.toolbar.active_scroll = pan, wheel
        self._fill(fig, slot)
        fig.image_url(url="url", x="x", y="y", w="w", h="h", source=self.pictures[slot], anchor="top_left")
        self._lines(fig, slot)
        self._letters(fig)
        nest = CustomJS(
            args={**self.gather, "points": self.points, "outlines": self.outlines},
            code=NEST_JS + "{" + STATE_JS + "}",
        )
        fig.js_on_change("inner_width", nest)
        fit = CustomJS(args={"fig": fig, "xr": self.x, "yr": self.y, "frame": self.frame}, code=FIT_JS)
        fig.js_on_change("inner_width", fit)
        fig.js_on_change("inner_height", fit)
        self.frame.js_on_change("data", fit)
        return fig

    def _fill(self, fig: Figure, slot: Slot) -> None:
        """Grounds of all communes, then one plain pattern a state over its own: a pattern drawn commune by
        commune costs seconds.
        """
        ground = fig.multi_polygons(
            xs="xs",
            ys="ys",
            source=self.communes,
            fill_color={"field": f"n_{slot}", "transform": self.mappers[slot]},
            line_color=self.ink.outline,
            line_width=0.5,
            line_alpha=0.75,
            line_dash="dash",
            name="ground",
        )
        self._inked.append((ground.glyph, "line_color", "outline"))
        for offset, state in enumerate(STATES):
            pattern = PATTERNS["light"][state].bokeh
            drawn = fig.multi_polygons(
                xs="xs",
                ys="ys",
                source=self.states[slot][offset],
                fill_color=self.ink.card,
                fill_alpha=UNSEEN,
                line_color=None,
                hatch_pattern=pattern,
                hatch_color=self.ink.hatch,
                hatch_scale=9,
                hatch_alpha=FAINT if state == State.ZERO else 0.85,
            )
            self._inked.append((drawn.glyph, "hatch_color", "hatch"))
        tip = f'<div class="ga-tip"><b>@name</b><br>@w_{slot}</div>'
        fig.add_tools(
            HoverTool(renderers=[ground], tooltips=tip, point_policy="follow_mouse", attachment="above")
        )

    def _lines(self, fig: Figure, slot: Slot) -> None:
        xs, ys = self.geometry.border
        for width, name in ((5.0, "casing"), (2.2, "border")):
            line = fig.multi_line(
                xs=xs,
                ys=ys,
                line_width=width,
                line_color=getattr(self.ink, name),
                line_join="round",
                line_cap="round",
            )
            self._inked.append((line.glyph, "line_color", name))
        for source, dash in zip(self.rings[slot], RING_DASHES, strict=True):
            casing = fig.multi_polygons(
                xs="xs",
                ys="ys",
                source=source,
                fill_alpha=0,
                line_width=5,
                line_color=self.ink.casing,
                line_alpha=0.9,
            )
            fig.multi_polygons(
                xs="xs",
                ys="ys",
                source=source,
                fill_alpha=0,
                line_width=2.4,
                line_dash=dash,
                line_color=self.ink.ink,
                name=f"ring_{slot}",
            )
            self._inked.append((casing.glyph, "line_color", "casing"))
        for width, name in ((6.5, "casing"), (3.0, "focus")):
            line = fig.multi_polygons(
                xs="xs",
                ys="ys",
                source=self.selected,
                fill_alpha=0,
                line_width=width,
                line_color=getattr(self.ink, name),
                line_join="round",
            )
            self._inked.append((line.glyph, "line_color", name))

    def _letters(self, fig: Figure) -> None:
        tiers = []
        for tier in range(len(LABEL_TIERS)):
            rows = [row for row, level, _ in self.labels if level == tier]
            names = [name for _, level, name in self.labels if level == tier]
            centres = self.geometry.centres[rows]
            text = fig.text(
                x=centres[:, 0].tolist(),
                y=centres[:, 1].tolist(),
                text=names,
                text_align=[
                    ALIGN[side] for side in inwards(centres, names, bounds=self.geometry.bounds).tolist()
                ],
                text_baseline="middle",
                text_font=value(FONT),
                text_font_size="13px" if tier < 2 else "12px",
                text_font_style="bold" if tier < 2 else "normal",
                text_color=self.ink.ink,
                background_fill_color=self.ink.casing,
                background_fill_alpha=0.72,
                padding=2,
                border_radius=3,
                visible=tier < 2,
            )
            self._inked += [
                (text.glyph, "text_color", "ink"),
                (text.glyph, "background_fill_color", "casing"),
            ]
            tiers.append(text)
        show = CustomJS(
            args={
                "fig": fig,
                "xr": self.x,
                "tiers": tiers,
                "scales": [scale for scale, _ in LABEL_TIERS],
                "ground": self.ground,
                "stretch": self.stretch,
            },
            code=TIER_JS,
        )
        self.x.js_on_change("end", show)
        fig.js_on_change("inner_width", show)
        fig.add_layout(self._scale_bar())

    def _scale_bar(self) -> ScaleBar:
        """Kilometres on the ground: Web Mercator stretches by 1 / cos(latitude)."""
        bar = ScaleBar(
            range=self.ground,
            unit="m",
            location="top_right",
            bar_length=0.2,
            bar_line_width=2,
            border_line_color=None,
            label="@{value} @{unit}",
            label_text_color=BAR_INK,
            background_fill_color="#FFFFFF",
            background_fill_alpha=0.8,
        )
        return bar

    def _ring_colours(self, slot: Slot, colours: Sequence[str]) -> None:
        fig = self.figures.get(slot)
        if fig is None or not colours:
            return
        lines = [renderer for renderer in fig.renderers if renderer.name == f"ring_{slot}"]
        for line, colour in zip(reversed(lines), reversed(list(colours)), strict=False):
            line.glyph.line_color = colour


def dress(fig: Figure, ink: MapTheme) -> None:
    """Ground, axes and grid of a figure in the colours of a theme."""
    fig.update(background_fill_color=ink.card, border_fill_color=ink.card)
    for axis in fig.axis:
        axis.update(
            major_label_text_color=ink.muted,
            axis_label_text_color=ink.muted,
            axis_line_color=ink.grid,
            major_tick_line_color=ink.grid,
            minor_tick_line_color=None,
        )
    for grid in fig.grid:
        grid.grid_line_color = ink.grid
