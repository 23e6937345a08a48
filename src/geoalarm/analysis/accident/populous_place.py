"""Where most people live close together: a place for an example on a territory that nobody described."""

from __future__ import annotations

import numpy as np
import shapely

from geoalarm.exposure.population_index import PopulationIndex
from geoalarm.geo.crs import transformer


def most_populous_place(prepared: PopulationIndex) -> tuple[float, float]:
    """Longitude and latitude [degrees, WGS 84] of the most densely peopled ground of the most populous
    commune: the middle of its densest cell, or a place inside its densest polygon.
    """
    row = int(np.nanargmax(prepared.counted))
    parts = prepared.split[[row], :].tocoo()
    units, people = parts.coords[1], parts.data * prepared.split_people[parts.coords[1]]
    unit = int(units[np.argmax(people / (parts.data * prepared.split_area_km2[units]))])
    if prepared.pieces is not None:
        inside = shapely.point_on_surface(prepared.pieces[2][unit])
        return _degrees(prepared.crs, inside.x, inside.y)
    assert prepared.grid is not None
    down, across = divmod(int(prepared.cells[unit]), prepared.grid.shape[1])
    x, y = prepared.grid.transform @ (across + 0.5, down + 0.5)
    return _degrees(prepared.grid.crs, x, y)


def _degrees(crs: object, x: float, y: float) -> tuple[float, float]:
    lon, lat = transformer(crs, 4326).transform(x, y)  # type: ignore[arg-type]
    return float(lon), float(lat)
