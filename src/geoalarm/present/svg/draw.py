"""Layers of a commune map, ground up: land, hazard, states, outlines, border, the commune, sites, scale."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from affine import Affine
from rasterio.features import shapes as traced

from geoalarm import i18n
from geoalarm.core.terms import State
from geoalarm.present.hazard_styles import palette_of
from geoalarm.present.svg.hazard_layer import BEYOND, MapLayer, ZoneLayer, coarser
from geoalarm.present.svg.map_features import Scene
from geoalarm.present.svg.outlines import single_edges
from geoalarm.present.svg.svg_markup import (
    ID_MARK,
    lines_path,
    num,
    path,
    pattern_fill,
    rect,
    rings_path,
    tag,
    words_at,
)
from geoalarm.present.svg.svg_style import colour_class
from geoalarm.present.svg.viewport import FINE
from geoalarm.results.totals import UNKNOWN as SILENT

MOST_BYTES: Final = 24_000
"""Length of the paths of a raster; where they are longer, cells are brought to larger blocks."""


def ground(scene: Scene) -> str:
    """What lies beyond the communes, and the communes."""
    window = f"M0 0h{FINE * scene.view.width:.0f}v{FINE * scene.view.height:.0f}H0z"
    if (scene.owner >= 0).all():
        return path(window, "ga-land")
    return path(window, "ga-beyond") + path(_whole(scene, np.ones(len(scene.rows), dtype=bool)), "ga-land")


def hazard(scene: Scene) -> str:
    """Classes of the raster, one path each; nothing for zones, which lie above the states."""
    if scene.layer is None or isinstance(scene.layer, ZoneLayer):
        return ""
    codes, corner, size = scene.cells
    parts = cell_paths(codes)
    while sum(map(len, parts.values())) > MOST_BYTES and min(codes.shape) > 8:
        codes, size = coarser(codes, 2), (size[0] * 2, size[1] * 2)
        parts = cell_paths(codes)
    count = len(scene.layer.labels)
    inner = "".join(path(d, layer_class(scene.layer, code - 1, count)) for code, d in sorted(parts.items()))
    at = f"translate({num(corner[0], 2)} {num(corner[1], 2)}) scale({num(size[0], 4)} {num(size[1], 4)})"
    return (
        tag("g", inner, {"class": "ga-cells", "stroke-width": num(0.4 / size[0], 3), "transform": at})
        if inner
        else ""
    )


def cell_paths(codes: np.ndarray) -> dict[int, str]:
    """One path a class round its cells, in whole steps of a cell."""
    drawn = np.where(codes < BEYOND, codes, 0).astype("uint8")
    found: dict[int, list[str]] = {}
    for shape, code in traced(drawn, mask=drawn > 0, transform=Affine.identity()):
        found.setdefault(int(code), []).extend(_cell_ring(ring) for ring in shape["coordinates"])
    return {code: "".join(rings) for code, rings in found.items()}


def layer_class(layer: MapLayer, position: int, count: int) -> str:
    """Colour class of a layer's class: rings in the colours of effects, rasters in those of their hazard."""
    scale = "effects" if isinstance(layer, ZoneLayer) else palette_of(layer.footprint.hazard)
    return colour_class(scale, position, count)


def states(scene: Scene) -> str:
    """Communes the layer says nothing of, and unknown cells of those mapped in part, in their pattern."""
    parts = []
    for state in SILENT:
        parts.append(path(_whole(scene, scene.state_of_rows == str(state)), fill=pattern_fill(state, "q")))
    if scene.unknown_cells.any():
        _, corner, size = scene.cells
        steps = Affine(size[0], 0, corner[0], 0, size[1], corner[1])
        drawn = (
            shapely.geometry.shape(cell)
            for cell, _ in traced(scene.unknown_cells.astype("uint8"), scene.unknown_cells, 4, steps)
        )
        partly = [
            shape
            for row, shape in zip(scene.rows, scene.shapes, strict=True)
            if scene.ground.ids[row] in scene.partial
        ]
        rings = rings_path(
            (shapely.intersection(shape, hole) for hole in drawn for shape in partly), factor=FINE
        )
        parts.insert(0, path(rings, fill=pattern_fill(State.NOT_STUDIED, "q")))
    return "".join(parts)


def outlines(scene: Scene) -> str:
    """Outlines of the communes, each edge once, dashed where they are approximate."""
    rough = scene.ground.rough[scene.rows]
    sure, vague = (_edges(scene.shapes[mask]) for mask in (~rough, rough))
    return path(sure, "ga-edge") + path(vague, "ga-rough")


def border(scene: Scene) -> str:
    """The border between countries."""
    return path(lines_path(scene.border, factor=FINE), "ga-border")


def here(scene: Scene) -> str:
    """The commune itself, cased as the border is; dashed where its outline is approximate."""
    d = rings_path(scene.shape_here, factor=FINE)
    return (
        path(lines_path(scene.border, factor=FINE), "ga-border-case")
        + path(d, "ga-here-case")
        + path(d, "ga-here-rough" if scene.ground.rough[scene.here] else "ga-here")
    )


def zones(scene: Scene) -> str:
    """Zones of effects: a veil, and cased lines, mild to severe."""
    layer = scene.layer
    if not isinstance(layer, ZoneLayer):
        return ""
    count = len(layer.labels)
    paths = [(position, rings_path([zone], factor=FINE)) for position, zone in scene.zones]
    veils = (path(d, f"ga-veil {layer_class(layer, position, count)}") for position, d in paths)
    rings = (path(d, "ga-ring-case") + path(d, ring_class(layer, position)) for position, d in paths)
    return "".join((*veils, *rings))


def ring_class(layer: ZoneLayer, position: int) -> str:
    """Classes of the line of a zone: its dash and its colour."""
    colour = layer_class(layer, position, len(layer.labels)).replace("ga-", "ga-line-", 1)
    return f"ga-ring ga-dash-{layer.dashes[position]} {colour}"


def site_sign(x: float, y: float) -> str:
    """The sign of a site: a diamond."""
    return path(f"M{num(x)} {num(y - 6)}l6 6l-6 6l-6 -6z", "ga-site")


def scale_bar(scene: Scene, lang: str) -> tuple[str, tuple[float, float, float, float]]:
    """A bar of round kilometres at the lower left, and the box it takes (x, y, width, height)."""
    metres = _round_length(110 * scene.view.metres)
    length, y = metres / scene.view.metres, scene.view.height - 8
    said = i18n.measure(metres / 1000, "km", lang) if metres >= 1000 else i18n.measure(metres, "m", lang)
    box = (4.0, y - 21, length + 16, 25.0)
    bar = path(f"M12 {num(y - 6)}v5h{num(length)}v-5", "ga-ink")
    return rect(*box, "ga-plate ga-see") + bar + words_at(
        12 + length / 2, y - 8, said, "s", anchor="middle"
    ), box


def north_arrow(scene: Scene, lang: str) -> tuple[str, tuple[float, float, float, float]]:
    """An arrow to true north at the lower right, and the box it takes."""
    view = scene.view
    x, y = view.width - 16, view.height - 22
    angle = scene.ground.north((view.bounds[0] + view.bounds[2]) / 2, (view.bounds[1] + view.bounds[3]) / 2)
    arrow = path("M0 -16l5 12l-5 -3l-5 3z", "ga-solid")
    sign = tag("g", arrow, {"transform": f"translate({num(x)} {num(y + 2)}) rotate({num(angle)})"})
    box = (view.width - 30.0, view.height - 38.0, 28.0, 36.0)
    return rect(*box, "ga-plate ga-see") + sign + words_at(
        x, y + 15, i18n.text("svg.north", lang), "s", anchor="middle"
    ), box


def framed(scene: Scene, inner: str) -> str:
    """The map cut to its window, in a frame."""
    window = rect(0, 0, scene.view.width, scene.view.height)
    return (
        f'<clipPath id="{ID_MARK}-w">{window}</clipPath>'
        + f'<g clip-path="url(#{ID_MARK}-w)">{inner}</g>'
        + rect(0.5, 0.5, scene.view.width - 1, scene.view.height - 1, "ga-frame")
    )


def _whole(scene: Scene, mask: np.ndarray) -> str:
    """Path of the communes of a mask as one shape."""
    if not mask.any():
        return ""
    return rings_path(
        scene.view.pixels(np.array([scene.ground.union(scene.level.shapes[scene.rows[mask]])])), factor=FINE
    )


def _edges(shapes: np.ndarray) -> str:
    return (
        lines_path([single_edges(shapely.transform(shapes, lambda points: np.rint(points * FINE)))])
        if len(shapes)
        else ""
    )


def _cell_ring(ring: Iterable[tuple[float, float]]) -> str:
    """A ring of right angles: ``M3 4h2v1h-2z``."""
    points = [(int(x), int(y)) for x, y in ring]
    steps = []
    for (x, y), (next_x, next_y) in pairwise(points[:-1]):
        steps.append(f"h{next_x - x}" if next_y == y else f"v{next_y - y}")
    return f"M{points[0][0]} {points[0][1]}{''.join(steps)}z"


def _round_length(metres: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not longer."""
    power = 10.0 ** math.floor(math.log10(metres))
    return power * max(step for step in (1, 2, 5) if step * power <= metres)
