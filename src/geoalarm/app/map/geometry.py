"""Outlines for the screen: communes as nested lists of whole Web-Mercator metres, the state border, the main
towns.

Made once a process and shared by all sessions; the figures themselves never change with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from geoalarm.core.array_cache import kept_arrays
from geoalarm.core.errors import InputError
from geoalarm.core.model import Communes
from geoalarm.geo.wkb_arrays import from_arrays, outlines_key, to_arrays

WEB_MERCATOR: Final = 3857
VERTICES: Final = 70_000
"""More than this is thinned: what a browser paints in a few tenths of a second."""
VERTICES_A_COMMUNE: Final = 27
"""Fewer than this, and a commune is no longer known by its outline: large territories get more in all."""
SEAM_M: Final = 900.0
"""Outlines of two countries closer than this are the same border: their producers do not meet exactly."""
LABEL_TIERS: Final = ((1_250.0, 8), (640.0, 16), (320.0, 40), (160.0, 110), (80.0, 220))
"""Metres on the map per pixel from which names of a tier are shown, and how many a tier may add."""
LETTER_PX: Final = 7.6
LABEL_PX: Final = 24.0
"""Width of a letter and height of a name, with air about them."""
_MADE_BY: Final = (1, VERTICES, VERTICES_A_COMMUNE, shapely.geos_version)
"""What thinned outlines depend on beside the whole ones; the first is the number of the method."""
NARROWEST_PX: Final = 360
"""Width of the map on a phone: a name that would stick out there is written inwards."""


@dataclass(frozen=True, slots=True)
class MapGeometry:
    """What a map of communes draws; row order is that of the communes.

    Attributes
    ----------
    x, y : numpy.ndarray of int32
        Points of all rings, one after the other, without the closing point [m, EPSG:3857].
    rings : numpy.ndarray of int32
        Row, part and number of points of each ring, (n, 3); the first ring of a part is its outside.
    bounds : tuple of float
        West, south, east, north [m, EPSG:3857].
    border : tuple of (list, list)
        Lines where two countries meet, for ``multi_line``.
    centres : numpy.ndarray
        A point inside each commune, (n, 2) [m, EPSG:3857].
    people : numpy.ndarray
        Residents, for what to name first.
    """

    ids: tuple[str, ...]
    x: np.ndarray
    y: np.ndarray
    rings: np.ndarray
    bounds: tuple[float, float, float, float]
    border: tuple[list[list[int]], list[list[int]]]
    centres: np.ndarray
    people: np.ndarray
    shapes: np.ndarray

    def row(self, commune_id: str) -> int | None:
        """Row of a commune, or None."""
        return self.ids.index(commune_id) if commune_id in self.ids else None

    def at(self, x: float, y: float) -> int | None:
        """Row of the commune drawn under a point [m, EPSG:3857], or None."""
        hits = shapely.STRtree(self.shapes).query(shapely.Point(x, y), predicate="intersects")
        return int(hits[0]) if len(hits) else None

    def box(self, row: int) -> tuple[float, float, float, float]:
        """Bounds of one commune [m, EPSG:3857]."""
        west, south, east, north = shapely.bounds(self.shapes[row])
        return float(west), float(south), float(east), float(north)


def map_geometry(communes: Communes, *, cache: Path | None = None) -> MapGeometry:
    """Outlines, border and towns of a set of communes.

    Parameters
    ----------
    communes : Communes
    cache : pathlib.Path, optional
        Folder where thinned outlines are kept under the hash of the whole ones.

    Raises
    ------
    InputError
        If a commune lies where Web Mercator cannot draw it.
    """
    path = None if cache is None else cache / f"outlines-{outlines_key(communes.data, also=_MADE_BY)}.npz"
    shapes = from_arrays(kept_arrays(path, lambda: _thinned_outlines(communes)))
    bounds = tuple(float(value) for value in shapely.total_bounds(shapes))
    if not np.isfinite(bounds).all():
        raise InputError(
            "communes cannot be drawn in Web Mercator",
            got=bounds,
            expected="latitudes between 85° S and 85° N",
        )
    points, rings = flat(shapes)
    return MapGeometry(
        ids=tuple(communes.ids),
        x=points[:, 0].copy(),
        y=points[:, 1].copy(),
        rings=rings,
        bounds=bounds,  # type: ignore[arg-type]
        border=border_lines(shapes, communes.countries),
        centres=shapely.get_coordinates(shapely.point_on_surface(shapes)),
        people=_people(communes.data),
        shapes=shapes,
    )


def _thinned_outlines(communes: Communes) -> dict[str, np.ndarray]:
    shapes = communes.data.to_crs(WEB_MERCATOR).geometry.to_numpy()
    return to_arrays(thinned(shapes, vertices=max(VERTICES, VERTICES_A_COMMUNE * len(shapes))))


def thinned(shapes: np.ndarray, *, vertices: int = VERTICES) -> np.ndarray:
    """The same coverage with at most about ``vertices`` points, neighbours still sharing their lines."""
    tolerance = 20.0
    out = shapes
    while shapely.get_num_coordinates(out).sum() > vertices and tolerance < 2_000:
        # from the outlines that were thinned before: corners go in the same order, in half the time
        out = shapely.coverage_simplify(out, tolerance)
        tolerance *= 2
    return out


def flat(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points of polygons as whole metres; row, part and length of each ring: what the browser nests again."""
    parts, rows = shapely.get_parts(shapes, return_index=True)
    lines, part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(lines, return_index=True)
    closing = np.flatnonzero(np.diff(ring, append=-1))
    kept = np.delete(np.rint(points), closing, axis=0).astype("int32")
    lengths = np.bincount(ring, minlength=len(lines)) - 1
    return kept, np.column_stack([rows[part], part, lengths]).astype("int32")


def nested(shape: shapely.Geometry) -> tuple[list[list[list[int]]], list[list[list[int]]]]:
    """Parts and rings of one polygon as whole metres, x and y apart: the form ``multi_polygons`` reads."""
    points, rings = flat(np.array([shape], dtype=object))
    xs: list[list[list[int]]] = [[] for _ in range(int(rings[-1, 1]) + 1)]
    ys: list[list[list[int]]] = [[] for _ in xs]
    start = 0
    for _, part, length in rings.tolist():
        xs[part].append(points[start : start + length, 0].tolist())
        ys[part].append(points[start : start + length, 1].tolist())
        start += length
    return xs, ys


def border_lines(shapes: np.ndarray, countries: np.ndarray) -> tuple[list[list[int]], list[list[int]]]:
    """Where the outlines of two countries run together, as lines in whole metres; empty for one country."""
    names = sorted({name for name in countries if name})
    outlines = {name: shapely.boundary(_country(shapes[countries == name])) for name in names}
    xs: list[list[int]] = []
    ys: list[list[int]] = []
    for index, name in enumerate(names):
        for other in names[index + 1 :]:
            near = shapely.intersection(outlines[name], shapely.buffer(outlines[other], SEAM_M, quad_segs=2))
            for line in shapely.get_parts(shapely.line_merge(near)):
                points = np.rint(shapely.get_coordinates(line)).astype("int64")
                xs.append(points[:, 0].tolist())
                ys.append(points[:, 1].tolist())
    return xs, ys


def labels(
    centres: np.ndarray,
    people: np.ndarray,
    names: Sequence[str],
    *,
    bounds: tuple[float, float, float, float] | None = None,
) -> tuple[tuple[int, int, str], ...]:
    """Row, tier (0 from afar) and name of the communes to name, the most populous first, none over another at
    its scale.

    Parameters
    ----------
    bounds : tuple, optional
        West, south, east, north of the map [m, EPSG:3857]: names near its sides stand beside their point, see
        :func:`inwards`.
    """
    order = np.argsort(-people, kind="stable")
    sides = inwards(centres, names, bounds=bounds) if bounds is not None else np.zeros(len(names))
    shift = np.column_stack(
        [sides * np.array([len(name) for name in names]) * LETTER_PX / 2, np.zeros(len(names))]
    )
    chosen: list[tuple[int, int]] = []
    for tier, (metres_per_px, most) in enumerate(LABEL_TIERS):
        added = 0
        for row in order:
            if added == most or people[row] <= 0:
                break
            taken = [other for other, _ in chosen]
            if row not in taken and _is_free(int(row), taken, centres / metres_per_px + shift, names):
                chosen.append((int(row), tier))
                added += 1
    return tuple((row, tier, names[row]) for row, tier in chosen)


def inwards(
    centres: np.ndarray, names: Sequence[str], *, bounds: tuple[float, float, float, float]
) -> np.ndarray:
    """Way each name runs from its point so that the edge of a narrow map does not cut it: 1 eastwards, -1
    westwards, 0 both.
    """
    west, _, east, _ = bounds
    half = np.array([len(name) for name in names]) * LETTER_PX / 2 * (east - west) / NARROWEST_PX
    return np.where(centres[:, 0] - half < west, 1, np.where(centres[:, 0] + half > east, -1, 0))


def _is_free(row: int, taken: list[int], pixels: np.ndarray, names: Sequence[str]) -> bool:
    if not taken:
        return True
    apart = np.abs(pixels[taken] - pixels[row])
    widths = np.array([len(names[other]) + len(names[row]) for other in taken]) / 2 * LETTER_PX
    return not ((apart[:, 0] < widths + 8) & (apart[:, 1] < LABEL_PX)).any()


def _country(shapes: np.ndarray) -> shapely.Geometry:
    """One outline a country, its slivers and inner gaps closed."""
    return shapely.union_all(shapely.buffer(shapes, 30.0, quad_segs=1))


def _people(frame: gpd.GeoDataFrame) -> np.ndarray:
    if "population" in frame.columns:
        return frame["population"].to_numpy(dtype="float64", na_value=0.0)
    return frame.to_crs(WEB_MERCATOR).area.to_numpy()
