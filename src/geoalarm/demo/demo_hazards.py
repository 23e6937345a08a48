"""Illustrative hazard layers: flood depths along the rivers, slopes that may move.

No simulation stands behind any of them; each rule is stated here and in the manifest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from scipy.spatial import cKDTree

from geoalarm.demo.demo_sites import typed_points
from geoalarm.demo.grids import centres
from geoalarm.demo.rivers import River
from geoalarm.demo.wheel import read_facts
from geoalarm.geo.grid import Grid

STAGE: Final = {10: 0.2, 100: 0.55, 1000: 1.0}
"""Depth in the middle of the valley by return period [yr], as a share of the depth at T = 1000 [1]."""

SHAPE: Final = 1.5
"""The valley floor rises with the distance from the river to this power."""

DEPTH_STEP_M: Final = 0.05
"""Depths are rounded down to this step [m]: it keeps the file small and says how little they are worth."""

DEPTH_NODATA: Final = -9999.0
CLASS_NODATA: Final = 255

_WAVES_M: Final = (2300.0, 5100.0, 9700.0)
"""Lengths of the waves that widen and narrow a valley [m]."""

_FOLDS_M: Final = ((3100.0, 0.4), (4700.0, 1.3), (6900.0, 2.2), (11300.0, 2.9))
"""Length [m] and direction [rad] of the waves that stand for hills between the named ones."""


def width_factor(along_m: np.ndarray) -> np.ndarray:
    """Widening and narrowing of a valley along its river [1], between 0.55 and 1.45: a fixed wave, so that no
    edge reads as surveyed.
    """
    waves = [np.sin(2 * np.pi * along_m / wave + i) for i, wave in enumerate(_WAVES_M)]
    return np.asarray(1.0 + 0.15 * np.sum(waves, axis=0))


def folds(cells: np.ndarray) -> np.ndarray:
    """A fixed rise and fall of the land between -1 and 1 [1] at ``cells``, dims (cell, 2), x and y [m]."""
    waves = [
        np.sin(2 * np.pi * (cells[:, 0] * np.cos(turn) + cells[:, 1] * np.sin(turn)) / length)
        for length, turn in _FOLDS_M
    ]
    return np.asarray(np.mean(waves, axis=0))


def valley_depth(
    distance_m: np.ndarray, half_width_m: np.ndarray, depth_m: np.ndarray, *, share: float
) -> np.ndarray:
    """Water depth at a distance from the river [m], zero beyond the water's edge.

    ``depth = max(0, H (share - (d / W)^1.5))`` with H the depth in the middle and W the half width, both at T
    = 1000: a lower stage gives nowhere more water and reaches nowhere further.
    """
    return np.asarray(np.maximum(0.0, depth_m * (share - (distance_m / half_width_m) ** SHAPE)))


def flood_depths(rivers: Sequence[River], studied: np.ndarray, grid: Grid) -> dict[int, np.ndarray]:
    """Depth by return period, float32 [m]: 0 where dry, :data:`DEPTH_NODATA` where ``studied`` is false."""
    xs, ys = centres(grid)
    rows, columns = np.nonzero(studied)
    cells = np.column_stack([xs[columns], ys[rows]])
    depth = {period: np.zeros(len(cells)) for period in STAGE}
    for river in rivers:
        points = shapely.get_coordinates(river.line)
        near, distance, width = _near(cells, points, river)
        for period, share in STAGE.items():
            wet = valley_depth(distance, width, np.full(len(near), river.depth_m), share=share)
            depth[period][near] = np.maximum(depth[period][near], wet)
    out = {}
    for period, values in depth.items():
        layer = np.full(grid.shape, DEPTH_NODATA, dtype="float32")
        layer[rows, columns] = (np.floor(values / DEPTH_STEP_M + 1e-9) * DEPTH_STEP_M).astype("float32")
        out[period] = layer
    return out


def _near(cells: np.ndarray, points: np.ndarray, river: River) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cells within the widest valley of a river: number, distance to it [m], and half width there [m]."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    distance, nearest = cKDTree(points).query(cells, distance_upper_bound=1.45 * river.half_width_m)
    near = np.flatnonzero(np.isfinite(distance))
    return near, distance[near], river.half_width_m * width_factor(along[nearest[near]])


def slope_classes(rivers: Sequence[River], studied: np.ndarray, grid: Grid) -> np.ndarray:
    """Susceptibility classes, uint8: 1 very low to 5 very high, 0 none, :data:`CLASS_NODATA` where
    ``studied`` is false.

    The higher of two rules: named hills, whose class thins out with distance as a bell, and the sides of
    incised valleys; raised and lowered by :func:`folds`, so that no hill reads as a circle.
    """
    xs, ys = centres(grid)
    rows, columns = np.nonzero(studied)
    cells = np.column_stack([xs[columns], ys[rows]])
    level = np.zeros(len(cells))
    hills = read_facts("relief")
    tops = shapely.get_coordinates(typed_points(hills).to_numpy())
    for hill, top in zip(hills, tops, strict=True):
        bell = np.exp(-((np.hypot(*(cells - top).T) / float(hill["reach_m"])) ** 2))
        level = np.maximum(level, float(hill["class"]) * bell)
    for river in rivers:
        if river.slopes:
            distance, _ = cKDTree(shapely.get_coordinates(river.line)).query(
                cells, distance_upper_bound=4000.0
            )
            side = (distance - 1.4 * river.half_width_m) / (0.8 * river.half_width_m + 250.0)
            level = np.maximum(level, np.where(np.isfinite(distance), river.slopes * np.exp(-(side**2)), 0.0))
    level = level * (1.0 + 0.5 * folds(cells)) + 0.6 * folds(cells)
    out = np.full(grid.shape, CLASS_NODATA, dtype="uint8")
    out[rows, columns] = np.clip(np.floor(level + 0.5), 0, 5).astype("uint8")
    return out
