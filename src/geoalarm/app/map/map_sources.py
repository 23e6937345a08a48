"""What the maps of one session draw, and how it is changed: sources that a change patches column by column.

Three slots share one source of communes and one pair of ranges: ``a`` the scenario, ``b`` the one beside it,
``d`` their difference. A source never shrinks: BokehJS may paint between new data and their new index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from bokeh.models import ColumnDataSource, LinearColorMapper, Range1d

from geoalarm.app.map.geometry import MapGeometry, nested
from geoalarm.app.map.hazard_overlay import PolygonOverlay, RasterOverlay
from geoalarm.app.map.map_scripts import map_callback
from geoalarm.core.terms import State
from geoalarm.present.palette import PATTERNS

Slot = Literal["a", "b", "d"]
Labels = Sequence[tuple[int, int, str]]
"""Row, tier and name of the communes that are named on the map."""
SLOTS: Final[tuple[Slot, ...]] = ("a", "b", "d")
RING_DASHES: Final = ("dotted", "dashed", "solid")
STATES: Final = (State.ZERO, State.NOT_STUDIED, State.OUTSIDE_COVERAGE, State.SUPPRESSED)
"""States drawn with a pattern, in the order of the legend."""
FIRST_STATE: Final = 10
"""Colour number of the first state; classes have the numbers below it."""
APART: Final = FIRST_STATE + len(STATES)
"""Colour number of communes left out by the country filter: drawn as outline only."""
NO_PICTURE: Final[dict[str, list[object]]] = {
    "url": ["data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"],
    "x": [0.0],
    "y": [0.0],
    "w": [1.0],
    "h": [1.0],
}
"""One transparent pixel."""
FAINT: Final = 0.3
"""Opacity of the pattern of a commune where nobody lives in the zone: most of the map, and no warning."""
NO_BOX: Final[dict[str, list[float]]] = {"west": [], "south": [], "east": [], "north": []}
EARTH_M: Final = 6_378_137.0
"""Radius of the Web-Mercator sphere; the map is stretched cosh(y / radius), which the scale bar undoes."""


@dataclass(frozen=True, slots=True)
class Symbology:
    """What one change sends: a colour number and the words of the tip for each commune."""

    numbers: np.ndarray
    words: list[str]


class MapSources:
    """Sources and ranges of the maps of one session."""

    def __init__(
        self, geometry: MapGeometry, *, names: Sequence[str], labels: Labels, dashed: Sequence[bool] = ()
    ) -> None:
        self.geometry, self.names, self.labels = geometry, list(names), labels
        self.communes = ColumnDataSource(self._columns(dashed))
        self.points = ColumnDataSource({"x": geometry.x, "y": geometry.y})
        self.outlines = ColumnDataSource(
            {name: geometry.rings[:, column].copy() for column, name in enumerate(("row", "part", "length"))}
        )
        self.states = {slot: ColumnDataSource(_patterns()) for slot in SLOTS}
        self.gather = {"communes": self.communes, "states": self.states, "first": FIRST_STATE}
        self.communes.js_on_change("data", map_callback("gather_states", **self.gather))
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
        self.rings = {slot: ColumnDataSource(_rings()) for slot in SLOTS}

    def paint(self, slot: Slot, paint: Symbology) -> None:
        """Send the colours of a slot; only the columns that changed travel."""
        self._send(f"n_{slot}", paint.numbers.astype("uint8"))
        self._send(f"w_{slot}", paint.words)

    def colour(self, slot: Slot, palette: Sequence[str]) -> None:
        """The colours that the numbers of a slot stand for."""
        self.mappers[slot].update(palette=list(palette), low=-0.5, high=len(palette) - 0.5)

    def picture(
        self, slot: Slot, picture: RasterOverlay | None, colours: Sequence[str], *, opacity: float = 0.82
    ) -> None:
        """Lay a picture under the lines of a slot, or take it away."""
        laid = dict(NO_PICTURE)
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

    def zones(self, slot: Slot, zones: PolygonOverlay | None, colours: Sequence[str] = ()) -> None:
        """Lay the outlines of zones on a slot, the most severe one solid, or take them away."""
        self.rings[slot].data = _rings(zones, colours)

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

    def _columns(self, dashed: Sequence[bool]) -> dict[str, object]:
        count = len(self.geometry.ids)
        dashes = ["dashed" if rough else "solid" for rough in dashed] or ["solid"] * count
        columns: dict[str, object] = {
            "xs": [[]] * count,
            "ys": [[]] * count,
            "name": self.names,
            "dash": dashes,
        }
        for slot in SLOTS:
            columns |= {f"n_{slot}": np.zeros(count, "uint8"), f"w_{slot}": [""] * count}
        return columns

    def _send(self, column: str, values: np.ndarray | list[str]) -> None:
        old = self.communes.data[column]
        same = np.array_equal(old, values) if isinstance(values, np.ndarray) else old == values
        if not same:
            self.communes.data[column] = values


def _patterns() -> dict[str, list[object]]:
    """A row a state: its pattern, and the outlines of its communes, which the browser gathers."""
    empty: list[object] = [[] for _ in STATES]
    return {
        "xs": empty,
        "ys": list(empty),
        "hatch": [PATTERNS["light"][state].bokeh for state in STATES],
        "alpha": [FAINT if state == State.ZERO else 0.85 for state in STATES],
    }


def _rings(zones: PolygonOverlay | None = None, colours: Sequence[str] = ()) -> dict[str, list[object]]:
    """A row a ring, empty where there are fewer; the last zone and the last colour belong to the last row."""
    most = len(RING_DASHES)
    layers = list(zip(zones.xs, zones.ys, strict=True))[-most:] if zones is not None else []
    xs, ys = zip(*([([], [])] * (most - len(layers)) + layers), strict=True)
    return {
        "xs": [[[line] for line in ring] for ring in xs],
        "ys": [[[line] for line in ring] for ring in ys],
        "dash": list(RING_DASHES),
        "colour": [*["#888888"] * (most - len(colours)), *colours[-most:]],
    }
