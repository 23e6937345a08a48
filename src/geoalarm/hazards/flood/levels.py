"""What water at a level would cover: depth over terrain, by height above drainage or as a bathtub that is
connected to its source.

A screen: no volume of water, no defences, no culverts, no hydraulics; not valid in polders and wateringues,
where pumps keep the level. The error of the terrain bounds the depths that can be told apart, so it is asked
for.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import geopandas as gpd
import numpy as np
import xarray as xr
from rasterio.features import geometry_mask
from rasterio.transform import rowcol
from scipy import ndimage

from geoalarm.core.errors import InputError, RangeError
from geoalarm.core.model import Footprint, Source, interval_classes, require_crs
from geoalarm.core.quantities import require_range
from geoalarm.core.reference_rows import confirm, row
from geoalarm.core.registry import FlaggedOutputs, ModelInput, at_least_zero, model
from geoalarm.geo.datum_accuracy import DatumNotes, on_raster_map
from geoalarm.hazards.flood.hand import heights, require_metres

FINE_CLASS_M: Final = 1.0
"""Classes of depth narrower than this need better terrain than a satellite's: a choice of this project
[m].
"""

ERROR_PER_CLASS: Final = 2.0
"""The vertical error may be this many narrowest classes at most: 0.5 m classes on 1 m (our choice)."""

WET_M: Final = 0.05
"""A lowest bound up to this only tells wet from dry [m]: the class is taken to start at 0."""

log = logging.getLogger(__name__)


def terrain_error_m(product: str) -> tuple[float, float, tuple[str, ...]]:
    """Lowest and highest vertical error of a terrain product [m], and the flag of a value to be confirmed.

    Raises
    ------
    InputError
        If the product is not in the rows.
    """
    found = row(__package__, "terrain_accuracy", "product", product)
    return (
        float(found["error_low_m"]),
        float(found["error_high_m"]),
        confirm(found["verified"], f"vertical error of {found['meaning']}"),
    )


def require_terrain_carries(bounds: Sequence[float], vertical_accuracy_m: float) -> None:
    """Refuse classes of depth that are finer than the terrain can tell apart.

    Parameters
    ----------
    bounds : sequence of float
        Lower bounds of the classes, rising [m]; one bound is only wet or dry.
    vertical_accuracy_m : float
        Vertical error of the elevation [m].

    Raises
    ------
    RangeError
        If classes narrower than 1 m meet an error of more than twice their width, or the error is not
        positive.
    """
    require_range("vertical_accuracy_m", vertical_accuracy_m, 0.0, 100.0, unit="m", closed="right")
    edges = [0.0 if bounds[0] <= WET_M else bounds[0], *bounds[1:]]
    narrowest = min((high - low for low, high in pairwise(edges)), default=math.inf)
    if narrowest < FINE_CLASS_M and vertical_accuracy_m > ERROR_PER_CLASS * narrowest:
        raise RangeError(
            "input 'vertical_accuracy_m': the terrain cannot carry these classes of depth",
            got=f"classes from {narrowest:g} m wide on elevations that are {vertical_accuracy_m:g} m off",
            expected=f"an error of at most {ERROR_PER_CLASS * narrowest:g} m, or classes of "
            f"{FINE_CLASS_M:g} m and wider",
            hint="use lidar terrain, or bounds such as (0.01,) for wet and dry, or (1, 2, 5)",
        )


def depth_by_hand(hand: xr.DataArray, stage_m: float) -> xr.DataArray:
    """Depth of water that stands a stage above its river everywhere, ``H - HAND`` where HAND < H; 0
    elsewhere, NaN where unknown [m].

    Parameters
    ----------
    hand : xarray.DataArray
        Height above nearest drainage, from :func:`~geoalarm.hazards.flood.hand.height_above_drainage` [m].
    stage_m : float
        Level of the water above the drainage, of a gauge or a regional relation [m].

    Raises
    ------
    InputError
        If CRS or units are missing or units are no metres.
    RangeError
        If the stage is not positive.
    """
    require_metres(hand)
    require_range("stage", stage_m, 0.0, 100.0, unit="m", closed="right")
    height, known = heights(hand)
    return _raster(hand, np.where(known, np.maximum(stage_m - height.astype("float64"), 0.0), np.nan))


def depth_by_bathtub(
    dem: xr.DataArray,
    level_m: float,
    *,
    sources: np.ndarray | gpd.GeoDataFrame | Sequence[tuple[float, float]] | None,
    connectivity: int = 8,
) -> xr.DataArray:
    """Depth below a level, ``Z - z``, in the cells that water can reach from its sources over ground below
    the level [m].

    Parameters
    ----------
    dem : xarray.DataArray
        Elevation, dims (y, x) [m above datum].
    level_m : float
        Level of the water above the same datum [m].
    sources : mask, geometries or places
        Where the water comes from: a boolean array of the raster's shape, shapes of a river or a sea, or (x,
        y) pairs in the raster's CRS. None fills every hollow below the level, connected or not, which
        overstates the flood.
    connectivity : int
        4: water passes sides of cells; 8: corners too.

    Returns
    -------
    xarray.DataArray
        0 where dry, NaN where the elevation is unknown; ``attrs['connected']`` and ``attrs['reaches_edge']``:
        water stands at the edge of the data, so that its way in or out may lie beyond.

    Raises
    ------
    InputError
        If CRS or units are missing, sources lie outside the data or on none, or the connectivity is neither 4
        nor 8.
    """
    require_metres(dem)
    if connectivity not in (4, 8):
        raise InputError("connectivity of the bathtub", got=connectivity, expected="4 or 8")
    if not math.isfinite(level_m):
        raise InputError(
            "level of the water", got=level_m, expected="a number of metres above the datum of the elevation"
        )
    height, known = heights(dem)
    below = known & (height < level_m)
    wet = below if sources is None else _connected(below, _source_cells(dem, sources, known), connectivity)
    out = _raster(dem, np.where(known, np.where(wet, level_m - height.astype("float64"), 0.0), np.nan))
    out.attrs |= {"connected": sources is not None, "reaches_edge": bool(_edge(wet, known).any())}
    return out


def water_footprint(
    depth: xr.DataArray,
    *,
    source: Source,
    vertical_accuracy_m: float,
    bounds: Sequence[float] = (0.01, 0.5, 1.0, 2.0),
    scenario: str = "water level",
    return_period_yr: float = math.nan,
    countries: tuple[str, ...] = (),
    not_valid_in: gpd.GeoDataFrame | None = None,
) -> Footprint:
    """Depths over terrain as a footprint, refused where the terrain cannot carry its classes.

    Parameters
    ----------
    depth : xarray.DataArray
        From :func:`depth_by_hand` or :func:`depth_by_bathtub` [m].
    source : Source
        Of the elevation.
    vertical_accuracy_m : float
        Vertical error of the elevation [m]; :func:`terrain_error_m` knows some products.
    bounds : sequence of float
        Lower bounds of the classes of depth [m].
    scenario, return_period_yr, countries
        What the footprint carries; a return period only where the level has one.
    not_valid_in : geopandas.GeoDataFrame, optional
        Polders and other pumped land: unknown, whatever the terrain says.

    Raises
    ------
    InputError
        If CRS or units are missing, a datum is unknown, or classes do not rise.
    RangeError
        If the terrain cannot carry the classes.
    """
    require_metres(depth)
    classes = interval_classes(bounds)
    require_terrain_carries([item.lower for item in classes], vertical_accuracy_m)
    values, notes = depth.to_numpy(), DatumNotes()
    if not_valid_in is not None:
        require_crs(not_valid_in, what="land where the screen is not valid")
        shapes, notes = on_raster_map(not_valid_in, depth, what="land where the screen is not valid")
        transform = depth.rio.transform(recalc=True)
        values = np.where(
            geometry_mask(shapes, values.shape, transform, all_touched=True, invert=True), np.nan, values
        )
    return Footprint(
        _raster(depth, values),
        kind="intensity",
        hazard="flood",
        classes=classes,
        units="m",
        scenario=scenario,
        return_period_yr=return_period_yr,
        countries=countries,
        sources=(source,),
        caveats=tuple(dict.fromkeys([*source.caveats, *notes.caveats, "terrain_screen"])),
    )


@model(
    inputs={"height_above_drainage": ModelInput("m"), "stage": at_least_zero("m", 100.0)},
    outputs={"depth": "m"},
    source="Nobre et al. (2016), HAND contour",
)
def hand_depth(height_above_drainage: float | np.ndarray, stage: float) -> float | np.ndarray:
    """Depth of water where the river stands a stage above its bed: ``H - HAND``, 0 where the ground is
    higher.

    Parameters
    ----------
    height_above_drainage : float or numpy.ndarray
        Of the ground above the river cell that it drains to [m].
    stage : float
        Of the river, from a gauge or a regional relation [m].

    Raises
    ------
    RangeError
        If the stage is negative.

    References
    ----------
    Renno et al. (2008), HAND; Nobre et al. (2016), HAND contour: a new proxy predictor of inundation extent.

    Examples
    --------
    >>> hand_depth([0.0, 1.5, 4.0], "2.5 m").value.tolist()
    [2.5, 1.0, 0.0]
    """
    depth: np.ndarray = np.maximum(stage - np.asarray(height_above_drainage, dtype="float64"), 0.0)
    return depth[()]


@model(
    inputs={
        "elevation": ModelInput("m"),
        "level": ModelInput("m"),
        "source_cell": ModelInput("1", 0.0),
        "is_connected": ModelInput(None),
    },
    outputs={"depth": "m", "wet_cells": "1"},
    source="bathtub with connectivity: cells below the level that neighbour each other from the source",
)
def bathtub_profile(
    elevation: np.ndarray, level: float, *, source_cell: float = 0, is_connected: bool = True
) -> FlaggedOutputs:
    """Depth below a level along a profile of ground, only where water can come from the source cell.

    ``d = Z - z`` in the cells below the level Z that touch the source through such cells, 0 in the others.

    Parameters
    ----------
    elevation : numpy.ndarray
        Of cells side by side [m].
    level : float
        Of the water [m].
    source_cell : float
        Where the water comes from, counted from 0 [1].
    is_connected : bool
        False fills every hollow below the level, which overstates.

    Raises
    ------
    InputError
        If the source lies beyond the profile.

    References
    ----------
    Poulter and Halpin (2008), raster modelling of coastal flooding: connectivity of 4 or 8 neighbours.

    Examples
    --------
    >>> bathtub_profile([0, 0.4, 0.8, 1.6, 0.5, 0.7, 2], 1.0).value.round(2).tolist()
    [1.0, 0.6, 0.2, 0.0, 0.0, 0.0, 0.0]
    """
    ground = np.atleast_1d(np.asarray(elevation, dtype="float64"))
    if not float(source_cell).is_integer() or source_cell >= len(ground):
        raise InputError(
            "input 'source_cell'", got=f"{source_cell:g}", expected=f"a whole number, 0 to {len(ground) - 1}"
        )
    below = ground[None, :] < level
    start = np.zeros_like(below)
    start[0, int(source_cell)] = True
    wet = (_connected(below, start, 4) if is_connected else below)[0]
    flags = () if is_connected else ("unconnected_bathtub",)
    return FlaggedOutputs((np.where(wet, level - ground, 0.0), int(wet.sum())), flags)


def _connected(below: np.ndarray, start: np.ndarray, connectivity: int) -> np.ndarray:
    """Cells below the level that hang together with a source."""
    shape = ndimage.generate_binary_structure(2, 1 if connectivity == 4 else 2)
    pieces, _ = ndimage.label(below, structure=shape)
    reached = np.unique(pieces[start & below])
    if not len(reached):
        log.warning("no source of the water lies below its level: everything stays dry")
    return np.asarray(np.isin(pieces, reached[reached > 0]))


def _source_cells(dem: xr.DataArray, sources: object, known: np.ndarray) -> np.ndarray:
    """Sources as a mask of cells with a known elevation."""
    transform = dem.rio.transform(recalc=True)
    if isinstance(sources, gpd.GeoDataFrame):
        require_crs(sources, what="sources of the water")
        shapes, _ = on_raster_map(sources, dem, what="sources of the water")
        mask = (
            np.asarray(geometry_mask(shapes, known.shape, transform, all_touched=True, invert=True))
            if len(shapes)
            else np.zeros_like(known)
        )
    elif isinstance(sources, np.ndarray | xr.DataArray) and np.asarray(sources).dtype == bool:
        mask = np.asarray(sources)
        if mask.shape != known.shape:
            raise InputError(
                "sources of the water", got=f"a mask of {mask.shape}", expected=f"one of {known.shape}"
            )
    else:
        mask = _cells_at(np.asarray(sources, dtype="float64"), transform, known.shape)
    if not (mask & known).any():
        raise InputError(
            "sources of the water",
            got="no cell with a known elevation",
            expected="at least one",
            hint="check their CRS and place",
        )
    return np.asarray(mask & known)


def _cells_at(places: np.ndarray, transform: object, shape: tuple[int, ...]) -> np.ndarray:
    if places.ndim != 2 or places.shape[1:] != (2,) or not np.isfinite(places).all():
        raise InputError(
            "sources of the water",
            got=f"an array of shape {places.shape}",
            expected="(x, y) pairs, a mask or shapes",
        )
    rows, columns = (
        np.atleast_1d(axis).astype(int) for axis in rowcol(transform, places[:, 0], places[:, 1])
    )
    inside = (rows >= 0) & (rows < shape[0]) & (columns >= 0) & (columns < shape[1])
    if not inside.all():
        raise InputError(
            "sources of the water",
            got=f"{int((~inside).sum())} outside the elevation",
            expected="places inside it",
        )
    mask = np.zeros(shape, dtype=bool)
    mask[rows, columns] = True
    return mask


def _edge(wet: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Wet cells at the edge of the data, or beside cells without any."""
    inside = ndimage.binary_erosion(known, structure=np.ones((3, 3)), border_value=0)
    return np.asarray(wet & ~inside)


def _raster(like: xr.DataArray, values: np.ndarray) -> xr.DataArray:
    out = like.copy(data=values)
    out.attrs = {"units": "m", "long_name": "depth of water"} | {
        name: like.attrs[name] for name in ("connected", "reaches_edge") if name in like.attrs
    }
    located: xr.DataArray = out.rio.write_crs(like.rio.crs).rio.write_nodata(np.nan)
    return located
