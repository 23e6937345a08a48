"""The accidents that a first visitor sees: made up, at no real site, near the border of both countries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import shapely

from geoalarm.app.map.geometry import MapGeometry
from geoalarm.app.whatif.zone_map import degrees, mercator

NEAR_BORDER_M: Final = 5_000.0
"""A commune whose middle is this near to the border may lend its border to the example [m on the map]."""
UPWIND_M: Final = 150.0
"""How far west of the border the example stands [m on the map]: the usual wind carries a cloud across, within
what the curves of a heavy gas know.
"""

EXAMPLES: Final[Mapping[str, Mapping[str, object]]] = {
    "weathers": {"kind": "toxic", "beside": True, "second": {"wind_from": "270"}},
    "fireball": {"kind": "bleve", "show": "field"},
    "pipeline": {"kind": "pipeline"},
}
"""Accidents to try, by name, at the place of the first."""


def example_place(geometry: MapGeometry, people: np.ndarray) -> tuple[float, float]:
    """Longitude and latitude [degrees] of the examples: where the border runs past the most people, a little
    upwind of it.

    On a map without a border: the middle of its most populous commune.

    Parameters
    ----------
    people : numpy.ndarray
        Residents of each commune, in the row order of the map.
    """
    order = np.argsort(-np.nan_to_num(people), kind="stable")
    xs, ys = geometry.border
    if not xs:
        x, y = geometry.centres[order[0]].tolist()
        return degrees(x, y)
    border = shapely.MultiLineString(
        [shapely.LineString(list(zip(x, y, strict=True))) for x, y in zip(xs, ys, strict=True) if len(x) > 1]
    )
    row = next(
        (
            row
            for row in order
            if shapely.distance(shapely.Point(geometry.centres[row]), border) < NEAR_BORDER_M
        ),
        order[0],
    )
    near = shapely.get_coordinates(shapely.shortest_line(border, shapely.Point(geometry.centres[row])))[0]
    x, y = float(near[0]) - UPWIND_M, float(near[1])
    return degrees(x, y) if geometry.at(x, y) is not None else degrees(float(near[0]), y)


def upwind_of(lon: float, lat: float) -> tuple[float, float]:
    """A place a little west of another [degrees], from where the usual wind carries a cloud over it."""
    x, y = mercator(lon, lat)
    return degrees(x - UPWIND_M, y)
