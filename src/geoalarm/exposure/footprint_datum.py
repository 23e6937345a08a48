"""Datum shifts of a footprint beside the communes and the people it is counted with."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
import xarray as xr

from geoalarm.core.model import Communes, Footprint
from geoalarm.exposure.population_index import PopulationIndex
from geoalarm.geo.crs import transformer
from geoalarm.geo.datum_accuracy import OUTLINE_M, DatumNotes, MapExtent, datum_notes
from geoalarm.geo.grid import Grid


def footprint_datum_notes(footprint: Footprint, prepared: PopulationIndex) -> DatumNotes:
    """What is to be told of the datums of a footprint and its studied area, communes and people.

    The smaller cell is that of the people or of the hazard where it meets the communes; polygons count as
    :data:`~geoalarm.geo.datum_accuracy.OUTLINE_M`.

    Raises
    ------
    InputError
        If the datum of a layer is unknown, and may lie further off than a tenth of that cell.
    """

    def found() -> DatumNotes:
        cell_m = min(prepared.unit_size_m, _cell_m(footprint, prepared))
        return datum_notes({**prepared.extents, **_extents(footprint)}, cell_m=cell_m)

    if footprint.studied is not None or not isinstance(footprint.data, xr.DataArray):
        return found()
    return prepared.of_lattice("datum notes", Grid.from_dataarray(footprint.data), found)


def point_datum_notes(footprint: Footprint, points: gpd.GeoDataFrame, communes: Communes) -> DatumNotes:
    """The same for points in a footprint, which have no cells of their own.

    Raises
    ------
    InputError
        As :func:`footprint_datum_notes`.
    """
    is_raster = isinstance(footprint.data, xr.DataArray)
    cell_m = Grid.from_dataarray(footprint.data).cell_size_m() if is_raster else OUTLINE_M
    layers = {"communes": MapExtent.of(communes.data), "points": MapExtent.of(points)}
    return datum_notes({**layers, **_extents(footprint)}, cell_m=min(OUTLINE_M, cell_m))


def _extents(footprint: Footprint) -> dict[str, MapExtent]:
    layers = {"hazard": _extent(footprint.data)}
    if footprint.studied is not None:
        layers["studied area"] = MapExtent.of(footprint.studied)
    return layers


def _extent(data: gpd.GeoDataFrame | xr.DataArray) -> MapExtent:
    if not isinstance(data, xr.DataArray):
        return MapExtent.of(data)
    grid = Grid.from_dataarray(data)
    return MapExtent(grid.crs, grid.bounds, is_raster=True)


def _cell_m(footprint: Footprint, prepared: PopulationIndex) -> float:
    """Side of the footprint's cells, in the middle of those near the communes [m]."""
    if not isinstance(footprint.data, xr.DataArray):
        return OUTLINE_M
    grid = Grid.from_dataarray(footprint.data)
    bounds = transformer(prepared.crs, grid.crs).transform_bounds(*shapely.total_bounds(prepared.outlines))
    if not np.isfinite(bounds).all():
        return grid.cell_size_m()
    near = grid.window(bounds)
    meet = all(part.stop > part.start for part in near)
    return (grid.crop(*near) if meet else grid).cell_size_m()
