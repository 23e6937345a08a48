"""Made-up land of three sizes: communes with bent borders, people in towns, a flood along waves."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from scipy.ndimage import gaussian_filter

from geoalarm.core.model import Communes, Footprint, Population, interval_classes
from geoalarm.exposure.lattice_index import LatticeIndex, lattice_index
from geoalarm.exposure.population_index import PopulationIndex, prepare
from geoalarm.geo.grid import Grid
from geoalarm.testing import ORIGIN, raster

SIZES = {"S": (2_500, 2_600, 3_600), "M": (6_000, 8_000, 12_000), "L": (35_800, 10_000, 10_000)}
"""Communes, rows and columns."""

BOUNDS = [0.1, 0.5, 1.0, 2.0]
CELL = 100.0
LIVED_IN = 0.12
"""Share of the cells where somebody lives."""


@dataclass(frozen=True)
class World:
    """What is measured, and on what."""

    size: str
    frame: gpd.GeoDataFrame
    grid: Grid
    hazard: Footprint
    population: Population
    communes: Communes
    prepared: PopulationIndex
    index: LatticeIndex


def outlines(count: int, rows: int, columns: int) -> np.ndarray:
    """Communes that fill the land, with bent common borders of a vertex every three cells."""
    rng = np.random.default_rng(0)
    land = shapely.box(0, 0, columns, rows)
    points = shapely.MultiPoint(rng.random((count, 2)) * [columns, rows])
    parts = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=land))
    parts = shapely.segmentize(shapely.intersection(parts, land), 3.0)

    def bent(at: np.ndarray) -> np.ndarray:
        inner = ((at > 0) & (at < [columns, rows])).all(axis=1, keepdims=True)
        return ORIGIN + CELL * (at + inner * 0.4 * np.sin(at[:, ::-1] / 2))

    shapes = np.asarray(shapely.transform(parts, bent))
    crossed = ~shapely.is_valid(shapes)  # two in 35,800, at the edge of the land
    shapes[crossed] = shapely.make_valid(shapes[crossed], method="structure", keep_collapsed=False)
    return shapes


def flood(depth: np.ndarray) -> Footprint:
    """Depths with four classes."""
    data = raster(depth, units="m")
    return Footprint(data, kind="intensity", hazard="flood", classes=interval_classes(BOUNDS), units="m")


def depths(rows: int, columns: int) -> np.ndarray:
    """A tenth of the land is wet, in lakes of about a hundred cells [m]."""
    y, x = np.ogrid[0:rows, 0:columns]
    across, down = np.sin(x / 90).astype("float32"), np.cos(y / 70).astype("float32")
    return np.maximum(np.float32(0), (across * down - np.float32(0.7)) * np.float32(8))


def people(rows: int, columns: int) -> np.ndarray:
    """Twenty people in each cell of towns: people live beside each other."""
    towns = gaussian_filter(np.random.default_rng(1).random((rows, columns), "float32"), 4)
    return np.where(towns > np.quantile(towns[::7, ::7], 1 - LIVED_IN), 20.0, 0.0)


def made_up(size: str, count: int, rows: int, columns: int) -> World:
    """Land of so many communes and cells, with its indexes."""
    hazard = flood(depths(rows, columns))
    shapes = outlines(count, rows, columns)
    frame = gpd.GeoDataFrame({"commune_id": [str(i) for i in range(count)]}, geometry=shapes, crs=3035)
    population, communes = Population(raster(people(rows, columns))), Communes(frame)
    prepared = prepare(population, communes)
    index, grid = lattice_index(prepared, (0, 0), (rows, columns)), Grid.from_dataarray(hazard.data)
    return World(size, frame, grid, hazard, population, communes, prepared, index)
