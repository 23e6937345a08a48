"""The window of a map: which metres it shows, and where they fall on the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

FINE: Final = 4
"""Steps of a map path to the pixel: paths are whole numbers of quarter pixels, drawn at a quarter."""

_MARGIN_PX: Final = 12.0
"""How far shapes are drawn beyond the window, so that no cut edge shows [px]."""


@dataclass(frozen=True, slots=True)
class Viewport:
    """A window ``bounds`` (west, south, east, north) [m] on ``width`` by ``height`` pixels; y goes down."""

    bounds: tuple[float, float, float, float]
    width: float
    height: float

    @property
    def metres(self) -> float:
        """Metres a pixel."""
        return (self.bounds[2] - self.bounds[0]) / self.width

    def pixels(self, shapes: np.ndarray, *, clip: bool = True) -> np.ndarray:
        """Shapes as they fall on the picture, clipped a little outside it."""
        if clip:
            margin = _MARGIN_PX * self.metres
            west, south, east, north = self.bounds
            shapes = _clipped(shapes, (west - margin, south - margin, east + margin, north + margin))
        return np.atleast_1d(shapely.transform(shapes, self._points))

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Pixel of a place [m]."""
        return (x - self.bounds[0]) / self.metres, (self.bounds[3] - y) / self.metres

    def holds(self, x: float, y: float, *, margin: float = 0.0) -> bool:
        """Whether a pixel lies on the picture, ``margin`` pixels from its edge."""
        return margin <= x <= self.width - margin and margin <= y <= self.height - margin

    def _points(self, points: np.ndarray) -> np.ndarray:
        return np.column_stack(
            [(points[:, 0] - self.bounds[0]) / self.metres, (self.bounds[3] - points[:, 1]) / self.metres]
        )


def _clipped(shapes: np.ndarray, window: tuple[float, float, float, float]) -> np.ndarray:
    """Shapes cut to a window. GEOS's quick way gives up on some outlines with a spike: they are mended and
    cut the slow way.
    """
    try:
        return np.asarray(shapely.clip_by_rect(shapes, *window))
    except shapely.GEOSException:
        sound = shapely.make_valid(shapes, method="structure", keep_collapsed=False)
        return np.asarray(shapely.intersection(sound, shapely.box(*window)))


def view_round(
    bounds: np.ndarray, size: tuple[float, float], *, times: float = 1.6, least_m: float = 6000.0
) -> Viewport:
    """The window round a shape: ``times`` its size, at least ``least_m`` high and wide, in the proportions of
    the picture.
    """
    west, south, east, north = (float(edge) for edge in bounds)
    metres = max(
        max((east - west) * times, least_m) / size[0], max((north - south) * times, least_m) / size[1]
    )
    x, y = (west + east) / 2, (south + north) / 2
    half = metres * size[0] / 2, metres * size[1] / 2
    return Viewport((x - half[0], y - half[1], x + half[0], y + half[1]), *size)
