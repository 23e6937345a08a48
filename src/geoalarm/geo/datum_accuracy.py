"""Layers on different datums: what PROJ does not know is told or refused, what it knows roughly is told."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Final

import geopandas as gpd
import numpy as np
import rioxarray  # noqa: F401  (registers the .rio accessor)
import shapely
import xarray as xr
from pyproj import CRS

from geoalarm.core.errors import InputError
from geoalarm.geo.crs import EARTH, degrees_of, horizontal
from geoalarm.geo.datum_shift import LEAST_M, DatumShift, datum_shift, is_nameless, missing_grids
from geoalarm.geo.grid import Grid

log = logging.getLogger(__name__)

PART: Final = 0.1
"""Part of the smaller cell that places may be off before figures bear a caveat [1]."""

OUTLINE_M: Final = 100.0
"""Polygons and points count as cells of this side at most: outlines are drawn to some 10 m, which is 0.4 mm
on a map of 1:25,000 [m].
"""


@dataclass(frozen=True, slots=True)
class MapExtent:
    """Where a layer lies: its system, and minx, miny, maxx, maxy in it."""

    crs: CRS
    bounds: tuple[float, float, float, float]
    is_raster: bool = False

    @classmethod
    def of(cls, data: gpd.GeoDataFrame | xr.DataArray) -> MapExtent:
        """The extent of polygons, points or a raster."""
        if isinstance(data, xr.DataArray):
            return cls(CRS.from_user_input(data.rio.crs), data.rio.bounds(recalc=True), is_raster=True)
        west, south, east, north = map(float, data.total_bounds)
        return cls(CRS.from_user_input(data.crs), (west, south, east, north))


@dataclass(frozen=True, slots=True)
class DatumNotes:
    """What is to be told of the datum shifts between layers.

    Attributes
    ----------
    lines : tuple of str
        One sentence a pair, with the size in metres.
    is_rough : bool
        Whether places may be off by more than a tenth of the smaller cell: figures bear a caveat then.
    """

    lines: tuple[str, ...] = ()
    is_rough: bool = False

    @property
    def caveats(self) -> tuple[str, ...]:
        """The caveat of the figures, if any."""
        return ("datum_shift",) if self.is_rough else ()


def datum_notes(layers: Mapping[str, MapExtent], *, cell_m: float) -> DatumNotes:
    """What to tell of the datum shifts between layers that are laid over each other.

    Parameters
    ----------
    layers : mapping of str to MapExtent
        By name; layers on one datum move together.
    cell_m : float
        Side of the smaller cell [m]; polygons count as :data:`OUTLINE_M`.

    Raises
    ------
    InputError
        If PROJ does not know the datum of a layer, and it may lie further off than a tenth of the cell, or
        nobody knows how far.
    """
    lines, is_rough = [], False
    for (name, one), (other_name, other) in combinations(layers.items(), 2):
        place = _meeting_place(one, other)
        shift = datum_shift(one.crs, other.crs, place) if np.isfinite(place).all() else None
        if shift is None or (math.isnan(shift.size_m) and not shift.is_ballpark):
            continue
        rough = not shift.size_m <= PART * cell_m
        if shift.is_ballpark and rough and not shift.is_sphere and not shift.size_m <= LEAST_M:
            raise _unknown_datum(*((other_name, other) if shift.unknown else (name, one)), shift, cell_m)
        if rough or shift.is_ballpark:
            grids = missing_grids(one.crs, other.crs, place)
            lines.append(_told(f"{name} and {other_name}", shift, cell_m, grids))
            is_rough |= rough
    return DatumNotes(tuple(dict.fromkeys(lines)), is_rough)


def placed_on_earth(points: gpd.GeoDataFrame, *, what: str) -> tuple[np.ndarray, DatumNotes]:
    """Longitude and latitude of points (n, 2) [degrees, WGS 84], and what is to be told of their datum: what
    is made round them has it no more.

    Raises
    ------
    InputError
        If their datum is unknown, and they may lie further off than a tenth of :data:`OUTLINE_M`.
    """
    everywhere = MapExtent(EARTH, (-180.0, -90.0, 180.0, 90.0))
    notes = datum_notes({what: MapExtent.of(points), "the earth": everywhere}, cell_m=OUTLINE_M)
    _log(notes)
    return shapely.get_coordinates(points.geometry.to_crs(EARTH).to_numpy()), notes


def on_raster_map(
    shapes: gpd.GeoDataFrame, raster: xr.DataArray, *, what: str
) -> tuple[gpd.GeoSeries, DatumNotes]:
    """Outlines in the system of a raster that they are burnt into, and what is to be told of the shift.

    Raises
    ------
    InputError
        If one datum is unknown, and may lie further off than a tenth of a cell.
    """
    layers = {what: MapExtent.of(shapes), "raster": MapExtent.of(raster)}
    cell_m = min(OUTLINE_M, Grid.from_dataarray(raster).cell_size_m())
    notes = datum_notes(layers, cell_m=cell_m) if len(shapes) else DatumNotes()
    _log(notes)
    return shapes.to_crs(raster.rio.crs).geometry, notes


def _log(notes: DatumNotes) -> None:
    for line in notes.lines:
        log.warning("%s", line)


def _meeting_place(one: MapExtent, other: MapExtent) -> tuple[float, float]:
    """The middle of what two layers share [degrees east, north]; of the first, where they do not meet."""
    first, second = (np.array(_extent_degrees(layer.crs.to_wkt(), layer.bounds)) for layer in (one, other))
    shared = np.concatenate([np.fmax(first[:2], second[:2]), np.fmin(first[2:], second[2:])])
    box = shared if np.isfinite(shared).all() and (shared[:2] <= shared[2:]).all() else first
    longitude, latitude = (box[:2] + box[2:]) / 2
    return float(longitude), float(latitude)


@lru_cache(maxsize=256)
def _extent_degrees(wkt: str, bounds: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Bounds as longitudes from Greenwich and latitudes of the layer's own datum [degrees]."""
    west, south, east, north = bounds
    x, y = (axis.ravel() for axis in np.meshgrid(np.linspace(west, east, 5), np.linspace(south, north, 5)))
    longitude, latitude = degrees_of(horizontal(CRS.from_wkt(wkt)), x, y)
    known = np.isfinite(longitude) & np.isfinite(latitude)
    if not known.any():
        return math.nan, math.nan, math.nan, math.nan
    lows = float(longitude[known].min()), float(latitude[known].min())
    return *lows, float(longitude[known].max()), float(latitude[known].max())


def _unknown_datum(name: str, layer: MapExtent, shift: DatumShift, cell_m: float) -> InputError:
    code = shift.likely[0] if shift.likely else "EPSG:CODE"
    mend = f"gdal_edit.py -a_srs {code} FILE" if layer.is_raster else f"ogr2ogr -a_srs {code} NEW FILE"
    off = "nobody knows how far" if math.isnan(shift.size_m) else f"by {shift.size_m:.0f} m"
    candidates = f"; it may be {' or '.join(shift.likely)}" if shift.likely else ""
    if not is_nameless(layer.crs):
        return _used_elsewhere(name, layer, off, candidates, mend, cell_m)
    return InputError(
        f"the system of the {name} is on a datum that is not known",
        got=f"{layer.crs.name!r}: places may be off {off}, beside cells of {cell_m:.3g} m",
        expected=f"a known datum{candidates}",
        hint=f"write the system that its producer states into the file: {mend}",
    )


def _used_elsewhere(
    name: str, layer: MapExtent, off: str, candidates: str, mend: str, cell_m: float
) -> InputError:
    """A datum with a name that PROJ cannot shift at this place: mostly the wrong system was stated."""
    area = layer.crs.area_of_use
    made_for = f", made for {area.name.rstrip('.')}" if area is not None else ""
    return InputError(
        f"the system of the {name} is not one of the place where it lies",
        got=f"{layer.crs.name!r}{made_for}: no datum shift is known here, and places may be off {off}, "
        f"beside cells of {cell_m:.3g} m",
        expected=f"a system in use there{candidates}",
        hint=f"if its coordinates are of another system, state that one: {mend}; if they are of this one, "
        "transform them where its shift is known",
    )


def _told(names: str, shift: DatumShift, cell_m: float, grids: tuple[str, ...]) -> str:
    why = "accuracy of the datum shift, by PROJ"
    if shift.is_sphere:
        why = "latitudes of one are on a sphere, taken for those of the earth; off if they are geocentric"
    elif shift.is_ballpark:
        why = "the datum of one is unknown"
    better = f"; better with {', '.join(grids)} (projsync --file {grids[0]})" if grids else ""
    return (
        f"datum shift between {names}: places off by up to {shift.size_m:.3g} m, smaller cell {cell_m:.3g} m "
        f"({why}){better}"
    )
