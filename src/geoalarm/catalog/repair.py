"""Geometries made valid, and the look at them that keeps a hostile one from taking hours and the memory."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from geoalarm.core.errors import InputError

MAX_CROSSINGS: Final = 200_000
"""Pairs of segments of one polygon whose boxes meet, beyond neighbours and one for each segment. A polygon of
2,000 random points has half a million, and its repair took 30 s and 1 GB.
"""

MAX_CROSSINGS_IN_ALL: Final = 3_000_000

_POLYGON_TYPES: Final = (3, 6)
_PAIRS_AT_ONCE: Final = 500_000


def sound(data: gpd.GeoDataFrame, *, what: str) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """Valid, flat geometries, and how many were repaired or vanished.

    Invalid polygons are repaired by structure: overlapping parts are united, holes stay holes.

    Raises
    ------
    InputError
        If no geometry is left, or a polygon crosses itself so often that its repair would take the memory.
    """
    shapes = data.geometry.to_numpy()
    repairs: dict[str, int] = {}
    flat = shapely.has_z(shapes)
    if flat.any():
        shapes = shapely.force_2d(shapes)
    bad = ~shapely.is_valid(shapes)
    mixed = shapely.get_type_id(shapes) == 7
    if bad.any() or mixed.any():
        _require_few_crossings(shapes[bad], what=what)
        shapes = shapes.copy()
        shapes[bad] = shapely.make_valid(shapes[bad], method="structure", keep_collapsed=False)
        shapes[mixed] = [_polygon_parts(one) for one in shapes[mixed]]
        repairs["geometries_repaired"] = int((bad | mixed).sum())
    if not flat.any() and not repairs:
        return data, repairs
    out = data.set_geometry(gpd.GeoSeries(shapes, index=data.index, crs=data.crs))
    gone = out.geometry.is_empty
    if gone.any():
        repairs["geometries_vanished"] = int(gone.sum())
        out = out[~gone]
    if out.empty:
        raise InputError(
            f"{what} holds no usable geometry",
            got=f"{int(gone.sum())} collapsed polygons",
            expected="polygons with an area",
            hint="check the source",
        )
    return out, repairs


def _polygon_parts(shape: shapely.Geometry) -> shapely.Geometry:
    """The polygons of a collection, united; other collections stay as they are."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    polygons = [part for part in parts if shapely.get_type_id(part) in _POLYGON_TYPES]
    return shapely.union_all(polygons) if polygons else shape


def _require_few_crossings(shapes: np.ndarray, *, what: str) -> None:
    in_all = 0
    for shape in shapes:
        crossings = _crossings(shape, most=MAX_CROSSINGS)
        in_all += crossings
        if crossings > MAX_CROSSINGS or in_all > MAX_CROSSINGS_IN_ALL:
            raise InputError(
                f"{what} holds polygons that cross themselves without end",
                got=f"over {min(crossings, in_all)} crossings in an invalid polygon of "
                f"{shapely.get_num_coordinates(shape)} points",
                expected=f"at most {MAX_CROSSINGS} in one, {MAX_CROSSINGS_IN_ALL} in all",
                hint="repair the layer in a GIS first",
            )


def _crossings(shape: shapely.Geometry, *, most: int) -> int:
    """Pairs of segments whose boxes meet, beyond those of a tidy outline; counting stops above ``most``."""
    points, ring = shapely.get_coordinates(_rings(shape), return_index=True)
    joined = ring[1:] == ring[:-1]
    lines = shapely.linestrings(np.stack([points[:-1][joined], points[1:][joined]], axis=1))
    if not len(lines):
        return 0
    tree, found = (
        shapely.STRtree(lines),
        -4 * len(lines),
    )  # itself, two neighbours, and one that only comes near
    start, step = 0, 16
    while start < len(lines) and found <= most * 2:
        pairs = tree.query(lines[start : start + step]).shape[1]
        found, start = found + pairs, start + step
        step = int(np.clip(_PAIRS_AT_ONCE * step / max(pairs, 1), 1, 50_000))
    return max(found // 2, 0)


def _rings(shape: shapely.Geometry) -> np.ndarray:
    parts = np.array([shape])
    while (shapely.get_type_id(parts) > 3).any():
        parts = shapely.get_parts(parts)
    return np.asarray(shapely.get_rings(parts[shapely.get_type_id(parts) == 3]))
