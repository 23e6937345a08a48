"""Rasters at the door: north up, within -180 to 180 degrees, unpacked, with a unit; a number that is no data
by habit is asked about.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence

import numpy as np
import rioxarray  # noqa: F401  (registers the .rio accessor)
import xarray as xr
from rioxarray.exceptions import RioXarrayError

from geoalarm.catalog.axes import require_plausible
from geoalarm.catalog.cf_units import cf_units
from geoalarm.core.errors import InputError
from geoalarm.core.model import require_crs
from geoalarm.geo import longitudes
from geoalarm.geo.fill_values import NO_DATA_FIELD, require_no_lost_fill
from geoalarm.io.raster_mask import MASK_READ, WGS84_TOLD

log = logging.getLogger(__name__)

Repairs = dict[str, int]


def told(repairs: Mapping[str, int]) -> str:
    """What was changed, as words for a log."""
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in repairs.items())


def raster(
    data: xr.DataArray,
    *,
    what: str = "raster",
    units_stated: str | None = None,
    countries: Sequence[str] = (),
    option: str = NO_DATA_FIELD,
) -> tuple[xr.DataArray, Repairs]:
    """A raster with dims (y, x), north up, its unit in ``attrs["units"]`` and its no-data value declared;
    dtype and laziness kept.

    A scale factor or offset that the file declares is applied, in float64, with NaN for no data; longitudes
    beyond 180 degrees are turned to the west. ``option`` is where the reader can say what no data is.

    Raises
    ------
    InputError
        If dims, CRS or units are missing, the extent is not where the CRS says, or a number that is no data
        by habit stands undeclared in the cells; in large rasters when they are read.
    """
    require_crs(data, what=what)
    if set(data.dims) != {"y", "x"} or 0 in data.shape:
        raise InputError(
            f"{what} has dims {tuple(map(str, data.dims))}",
            got=dict(data.sizes),
            expected="(y, x)",
            hint="choose one band",
        )
    out, repairs = _turned(data.transpose("y", "x"), what=what)
    require_plausible(_bounds(out, what=what), out.rio.crs, what=what, countries=countries)
    if out.attrs.pop(MASK_READ, None):
        repairs["masks_read"] = 1
    if out.attrs.pop(WGS84_TOLD, None):
        repairs["degrees_taken_as_wgs84"] = 1
    out = require_no_lost_fill(out, what=what, option=option)
    out, attrs = _unpacked(out), dict(out.attrs)
    if attrs.pop("scale_factor", 1) != 1 or attrs.pop("add_offset", 0) != 0:
        repairs["cells_scaled"], attrs["_FillValue"] = out.size, np.nan
    attrs.pop("add_offset", None)
    own = attrs.get("units") or None
    if units_stated is not None or own is not None:
        attrs["units"] = cf_units(units_stated if units_stated is not None else own, what=what)
    if out.rio.nodata is not None:
        attrs["_FillValue"] = out.rio.nodata
    out.attrs = attrs
    if repairs:
        log.info("%s: %s", what, told(repairs))
    return out, repairs


def _turned(data: xr.DataArray, *, what: str) -> tuple[xr.DataArray, Repairs]:
    """The raster north up and within longitudes of -180 to 180."""
    out, repairs = data, Repairs()
    if out.sizes["y"] > 1 and float(out.y[0]) < float(out.y[-1]):
        out, repairs = out.isel(y=slice(None, None, -1)), {"rows_turned_north_up": int(out.sizes["y"])}
        out = out.rio.write_transform(out.rio.transform(recalc=True))
    out, turned = longitudes.turned_raster(out, what=what)
    if turned:
        repairs["columns_turned_west"] = turned
    return out, repairs


def _unpacked(data: xr.DataArray) -> xr.DataArray:
    """Values of a raster that is stored with a scale or an offset; a scale of one hundredth divides, so that
    2 is 0.02 exactly.
    """
    scale, offset = data.attrs.get("scale_factor", 1), data.attrs.get("add_offset", 0)
    if scale == 1 and offset == 0:
        return data
    whole = round(1 / scale) if scale else 0
    kept = _known(data).astype("float64")
    scaled = kept / whole if whole > 1 and math.isclose(whole * scale, 1, rel_tol=1e-9) else kept * scale
    return (scaled + offset).rio.write_nodata(np.nan)


def _known(data: xr.DataArray) -> xr.DataArray:
    no_data = data.rio.nodata
    return data if no_data is None or np.isnan(no_data) else data.where(data != no_data)


def _bounds(data: xr.DataArray, *, what: str) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = data.rio.bounds()
    except RioXarrayError as error:
        raise InputError(
            f"{what} has no cell size",
            got=str(error),
            expected="a regular grid",
            hint="a single row or column has to state it: gdal_edit -a_ullr WEST NORTH EAST SOUTH",
        ) from error
    return float(west), float(south), float(east), float(north)
