"""Height above the nearest drainage (HAND): low ground along rivers, where no depth is mapped."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import xarray as xr

from geoalarm.core.errors import InputError
from geoalarm.core.model import Footprint, IntensityClass, Source, require_crs
from geoalarm.core.units import require_units
from geoalarm.geo.grid import Grid

HAND_NO_DATA: Final = 255
_NO_DIRECTION: Final = 247


def hand_screen(
    dem: xr.DataArray,
    flow_direction: xr.DataArray | None = None,
    *,
    source: Source,
    min_upstream_km2: float = 50.0,
    heights_m: Sequence[float] = (1.0, 2.0, 5.0),
    countries: tuple[str, ...] = (),
) -> Footprint:
    """Low ground along rivers: height above the nearest drainage (HAND), in classes. A susceptibility,
    without a return period.

    A cell drains along its D8 directions to the first cell with at least ``min_upstream_km2`` upstream of it;
    HAND is how much higher it lies. No volume of water, no defences, no hydraulics; not valid in polders. A
    river cell counts whole, so coarse grids widen narrow valleys. Where upstream land is cut off by the edge
    of the data, rivers start too late.

    Parameters
    ----------
    dem : xarray.DataArray
        Elevation, dims (y, x) [m].
    flow_direction : xarray.DataArray
        D8 directions on the same grid, 1 east, 2 south-east ... 128 north-east, 0 a pit, 247 no data; without
        them they follow from the elevation (:func:`flow_directions`), which is worse than those of a
        hydrographic producer.
    source : Source
    min_upstream_km2 : float
        Smallest upstream area of a river [km2].
    heights_m : sequence of float
        Upper bounds of the classes, rising [m].
    countries : tuple of str
        Countries wholly inside the data, if they are known to be.

    Returns
    -------
    Footprint
        Raster of classes, code 1 the highest ground; no data where the DEM or the directions have none, or
        where a cell drains out of the data before it meets a river.

    Raises
    ------
    InputError
        If CRS or units are missing, the grids differ, or heights do not rise.

    References
    ----------
    Renno et al. (2008), HAND; Eilander et al. (2021), pyflwdir.
    """
    heights = [float(height) for height in heights_m]
    if not heights or heights != sorted(set(heights)) or heights[0] <= 0 or not min_upstream_km2 > 0:
        raise InputError(
            "heights of the flood-plain screen",
            got=f"{heights} m, rivers from {min_upstream_km2} km2",
            expected="rising positive heights and a positive area",
            hint="heights_m=(1, 2, 5), min_upstream_km2=50",
        )
    hand = height_above_drainage(dem, flow_direction, min_upstream_km2=min_upstream_km2)
    values = hand.to_numpy()
    above = np.searchsorted(np.array(heights, dtype=values.dtype), values, side="right")
    codes = np.where(np.isnan(values), HAND_NO_DATA, len(heights) - above).astype("uint8")
    names = [f"HAND < {heights[0]:g} m", *(f"HAND {low:g} to {high:g} m" for low, high in pairwise(heights))]
    classes = tuple(IntensityClass(name, code, code) for code, name in enumerate(reversed(names), start=1))
    raster = hand.copy(data=codes).rio.write_nodata(HAND_NO_DATA)
    raster.attrs["units"] = "1"
    return Footprint(
        raster,
        kind="classes",
        hazard="flood",
        classes=classes,
        units="1",
        scenario="hand",
        countries=countries,
        sources=(source,),
        caveats=source.caveats,
    )


def height_above_drainage(
    dem: xr.DataArray, flow_direction: xr.DataArray | None = None, *, min_upstream_km2: float
) -> xr.DataArray:
    """Height of each cell above the river cell it drains to [m]; NaN where there is none. Parameters as
    :func:`hand_screen`.

    Negative where a cell lies below its river: a hollow that the directions were led out of.
    """
    import pyflwdir

    directions = (flow_directions(dem) if flow_direction is None else flow_direction).to_numpy()
    if flow_direction is not None:
        _require_same_grid(dem, flow_direction)
    height, known = heights(dem)
    transform, is_geographic = dem.rio.transform(recalc=True), bool(dem.rio.crs.is_geographic)
    cells = np.where(known, directions, _NO_DIRECTION).astype("uint8")
    rivers = pyflwdir.from_array(cells, ftype="d8", transform=transform, latlon=is_geographic)
    # the library's own upstream area takes the plane of the map for the land
    upstream = rivers.accuflux(Grid.from_dataarray(dem).cell_area_km2().reshape(cells.shape))
    drainage = rivers.mask.reshape(cells.shape) & (upstream >= min_upstream_km2)
    above = rivers.hand(drain=drainage, elevtn=np.where(known, height, np.float32(-9999)))
    out = dem.copy(data=np.where(known & _reaches(rivers, drainage), above, np.nan).astype("float32"))
    out.attrs = {"units": "m", "long_name": "height above nearest drainage"}
    located: xr.DataArray = out.rio.write_crs(dem.rio.crs).rio.write_nodata(np.nan)
    return located


def flow_directions(dem: xr.DataArray) -> xr.DataArray:
    """D8 directions from elevation alone: hollows are filled up to their lowest way out, and water leaves at
    the edges of the data.

    Parameters
    ----------
    dem : xarray.DataArray
        Elevation, dims (y, x) [m].

    Returns
    -------
    xarray.DataArray
        uint8, 1 east, 2 south-east ... 128 north-east, 0 where water leaves, 247 no data.

    Raises
    ------
    InputError
        If CRS or units are missing, units are no metres, or nothing is known.

    References
    ----------
    Wang and Liu (2006), filling of depressions; Eilander et al. (2021), pyflwdir.
    """
    import pyflwdir

    require_metres(dem)
    height, known = heights(dem)
    if not known.any():
        raise InputError(
            "elevation", got="no value at all", expected="metres", hint="check the declared no-data value"
        )
    _, found = pyflwdir.fill_depressions(np.where(known, height, np.float32(-9999)), nodata=-9999.0)
    out = dem.copy(data=np.where(known, found, _NO_DIRECTION).astype("uint8"))
    out.attrs = {"units": "1", "long_name": "D8 flow direction"}
    located: xr.DataArray = out.rio.write_crs(dem.rio.crs).rio.write_nodata(_NO_DIRECTION)
    return located


def heights(dem: xr.DataArray) -> tuple[np.ndarray, np.ndarray]:
    """Elevation and where it is known."""
    missing = dem.rio.nodata
    height = dem.to_numpy().astype("float32")
    known = np.isfinite(height) if missing is None else np.isfinite(height) & (height != np.float32(missing))
    return height, known


def _reaches(rivers: object, drainage: np.ndarray) -> np.ndarray:
    """Cells that meet a drainage cell on their way down."""
    basin = rivers.basins(idxs=np.flatnonzero(drainage.ravel()))  # type: ignore[attr-defined]
    return np.asarray(basin) > 0


def require_metres(dem: xr.DataArray) -> None:
    """Refuse elevation without a CRS or not in metres.

    Raises
    ------
    InputError
        If CRS or units are missing, or units are no metres.
    """
    require_crs(dem, what="elevation")
    if require_units(dem.attrs.get("units"), what="elevation") != "m":
        raise InputError(
            "units of the elevation", got=dem.attrs["units"], expected="m", hint="convert it to metres"
        )


def _require_same_grid(dem: xr.DataArray, flow_direction: xr.DataArray) -> None:
    require_metres(dem)
    require_crs(flow_direction, what="flow direction")
    same = dem.shape == flow_direction.shape and dem.rio.crs == flow_direction.rio.crs
    if not same or not np.allclose(
        tuple(dem.rio.transform()), tuple(flow_direction.rio.transform()), rtol=0, atol=1e-9
    ):
        raise InputError(
            "grids of elevation and flow direction",
            got=f"{dem.shape} and {flow_direction.shape}",
            expected="the same cells",
            hint="use both from one producer; directions cannot be resampled",
        )
