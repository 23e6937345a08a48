"""Where the cells of a CF variable lie: which dimensions are x and y, and whether they are evenly spaced."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import xarray as xr
from affine import Affine

from geoalarm.core.errors import InputError
from geoalarm.io.cf_attributes import text_of_attribute

UNEVEN: Final = 0.01
"""Part of a cell by which a coordinate may be off: more than single floats round, less than matters."""

_DEGREES: Final = {
    "x": frozenset({"degrees_east", "degree_east", "degree_e", "degrees_e", "degreee", "degreese"}),
    "y": frozenset({"degrees_north", "degree_north", "degree_n", "degrees_n", "degreen", "degreesn"}),
}
"""Spellings of CF 4.1 and 4.2, in small letters."""

_STANDARD: Final = {
    "x": frozenset(
        {"longitude", "projection_x_coordinate", "grid_longitude", "projection_x_angular_coordinate"}
    ),
    "y": frozenset(
        {"latitude", "projection_y_coordinate", "grid_latitude", "projection_y_angular_coordinate"}
    ),
}
_NAMES: Final = {
    "x": frozenset({"x", "lon", "longitude", "long", "easting"}),
    "y": frozenset({"y", "lat", "latitude", "northing"}),
}
_METRES: Final = {
    "km": 1000.0,
    "kilometer": 1000.0,
    "kilometre": 1000.0,
    "kilometers": 1000.0,
    "kilometres": 1000.0,
}
_ANGLES: Final = frozenset({"rad", "radian", "radians", "microradian"})


@dataclass(frozen=True, slots=True)
class GridAxes:
    """The two dimensions of a grid.

    Attributes
    ----------
    x, y : str
        Names of the dimensions.
    columns, rows : numpy.ndarray
        Centres of the cells [units of the CRS], evenly spaced.
    step_x, step_y : float
        From one centre to the next; negative where they fall. NaN where there is only one and nothing tells.
    is_degrees : bool
        Whether the coordinates say that they are longitude and latitude.
    """

    x: str
    y: str
    columns: np.ndarray
    rows: np.ndarray
    step_x: float
    step_y: float
    is_degrees: bool

    @property
    def transform(self) -> Affine:
        """From row and column to the corner of a cell."""
        west = float(self.columns[0]) - self.step_x / 2
        north = float(self.rows[0]) - self.step_y / 2
        return Affine(self.step_x, 0.0, west, 0.0, self.step_y, north)


def has_grid(data: xr.Dataset, name: str) -> bool:
    """Whether two dimensions of a variable are x and y."""
    dims = data.variables[name].dims
    return _dimension(data, dims, "x") is not None and _dimension(data, dims, "y") is not None


def _dimension(data: xr.Dataset, dims: tuple[Any, ...], axis: str) -> str | None:
    """The dimension that is x or y: as its coordinate says, else by its name."""
    for is_it in (_says_axis, _says_degrees, _says_standard, _is_named):
        found = [str(dim) for dim in dims if is_it(data, str(dim), axis)]
        if len(found) == 1:
            return found[0]
    return None


def _attribute(data: xr.Dataset, dim: str, key: str) -> str:
    return text_of_attribute(data.variables[dim].attrs.get(key)) if dim in data.variables else ""


def _says_axis(data: xr.Dataset, dim: str, axis: str) -> bool:
    return _attribute(data, dim, "axis").lower() == axis


def _says_degrees(data: xr.Dataset, dim: str, axis: str) -> bool:
    return _attribute(data, dim, "units").lower() in _DEGREES[axis]


def _says_standard(data: xr.Dataset, dim: str, axis: str) -> bool:
    return _attribute(data, dim, "standard_name").lower() in _STANDARD[axis]


def _is_named(data: xr.Dataset, dim: str, axis: str) -> bool:
    del data
    return dim.lower() in _NAMES[axis]


def grid_axes(data: xr.Dataset, name: str, path: Path) -> GridAxes:
    """The grid of a variable.

    Raises
    ------
    InputError
        If it has no x and y, its places are told cell by cell (curvilinear), in angles of an instrument, or
        are not evenly spaced.
    """
    dims = data.variables[name].dims
    x, y = (_dimension(data, dims, axis) for axis in ("x", "y"))
    curved = [
        other
        for other in text_of_attribute(data.variables[name].attrs.get("coordinates")).split()
        if other in data.variables and data.variables[other].ndim == 2
    ]
    if (x is None or y is None or x not in data.variables or y not in data.variables) and curved:
        raise curvilinear(path, curved, name)
    if x is None or y is None:
        raise InputError(
            f"{path.name}, variable {name} has no x and y",
            got=f"dimensions {', '.join(map(str, dims)) or 'none'}",
            expected="coordinates that say so (CF: axis, standard_name, or units degrees_east)",
            hint="name another variable, or write the attributes: ncatted -a axis,lon,c,c,X in.nc",
        )
    transform = _geotransform(data, name)
    columns, step_x = _centres(data, x, path, None if transform is None else transform[:2])
    rows, step_y = _centres(data, y, path, None if transform is None else transform[2:])
    degrees = all(_is_lonlat(data, dim, axis) for dim, axis in ((x, "x"), (y, "y")))
    return GridAxes(x, y, columns, rows, step_x, step_y, degrees)


def _is_lonlat(data: xr.Dataset, dim: str, axis: str) -> bool:
    """Whether a coordinate says that it is longitude or latitude, and not those of a rotated pole."""
    name = _attribute(data, dim, "standard_name").lower()
    is_rotated = name.startswith("grid_") or dim.lower() in ("rlon", "rlat")
    return not is_rotated and (_says_degrees(data, dim, axis) or name in ("longitude", "latitude"))


def _geotransform(data: xr.Dataset, name: str) -> tuple[float, float, float, float] | None:
    """West, column width, north, row height that GDAL wrote with the grid mapping; None if rotated."""
    mapping = text_of_attribute(data.variables[name].attrs.get("grid_mapping")).split(":")[0].strip()
    text = (
        text_of_attribute(data.variables[mapping].attrs.get("GeoTransform"))
        if mapping in data.variables
        else ""
    )
    try:
        west, width, turn, north, shear, height = map(float, text.split())
    except ValueError:
        return None
    return None if turn or shear or not width or not height else (west, width, north, height)


def _centres(
    data: xr.Dataset, dim: str, path: Path, told: tuple[float, ...] | None
) -> tuple[np.ndarray, float]:
    """Centres of the cells along a dimension, and their spacing.

    What GDAL wrote counts where there are no coordinates, or where it says the same as rounded ones; a slice
    keeps the number of the whole, so that coordinates decide where they differ.
    """
    count = data.sizes[dim]
    by_gdal = None if told is None else told[0] + told[1] * (np.arange(count) + 0.5)
    if dim not in data.variables:
        if by_gdal is None or told is None:
            raise _without_coordinates(path, dim)
        return by_gdal, told[1]
    stated = data.variables[dim]
    values, step = _evenly_spaced(stated, _bounds(data, stated), dim, path)
    if by_gdal is not None and told is not None:
        for centres, width in ((by_gdal, told[1]), (by_gdal[::-1], -told[1])):
            close = np.abs(values - centres).max() <= UNEVEN * abs(width)
            if close and (np.isnan(step) or np.sign(step) == np.sign(width)):
                return centres.copy(), width
    return values, step


def _bounds(data: xr.Dataset, stated: xr.Variable) -> np.ndarray | None:
    """Edges of the cells (n, 2) where the coordinate names them."""
    name = text_of_attribute(stated.attrs.get("bounds"))
    if name not in data.variables or data.variables[name].shape != (stated.size, 2):
        return None
    return np.asarray(data.variables[name].values, dtype="float64")


def _evenly_spaced(
    stated: xr.Variable, edges: np.ndarray | None, dim: str, path: Path
) -> tuple[np.ndarray, float]:
    unit = text_of_attribute(stated.attrs.get("units")).lower()
    if stated.ndim != 1 or stated.dtype.kind not in "uif" or unit in _ANGLES:
        raise _uneven(path, dim, f"coordinates of type {stated.dtype}" + (f" in {unit}" if unit else ""))
    factor = _METRES.get(unit, 1.0)
    values = np.asarray(stated.values, dtype="float64") if edges is None else edges.mean(axis=1)
    values, count = values * factor, len(values)
    if not count or not np.isfinite(values).all():
        raise _uneven(path, dim, "coordinates that are not numbers" if count else "no cells")
    if count == 1:
        width = np.nan if edges is None else float(np.diff(edges[0])[0]) * factor
        return values, width
    step = float(values[-1] - values[0]) / (count - 1)
    even = values[0] + step * np.arange(count)
    off = float(np.abs(values - even).max())
    if not step or off > UNEVEN * abs(step):
        spacing = np.abs(np.diff(values))
        raise _uneven(path, dim, f"steps of {spacing.min():g} to {spacing.max():g}")
    return (values if off == 0 else even), step


def _without_coordinates(path: Path, dim: str) -> InputError:
    return InputError(
        f"{path.name}, dimension {dim} does not say where it lies",
        got="no coordinates",
        expected=f"a variable {dim}({dim}) with the centres of the cells",
        hint="export it with its coordinates, or state them: gdal_translate -a_ullr WEST NORTH EAST SOUTH "
        f'-a_srs EPSG:... NETCDF:"{path.name}":VARIABLE out.tif',
    )


def _uneven(path: Path, dim: str, got: str) -> InputError:
    return InputError(
        f"{path.name}, coordinates of {dim} are not evenly spaced",
        got=got,
        expected="a regular grid",
        hint="put it on one: cdo remapbil,GRID in.nc out.nc, or gdalwarp -geoloc in.nc out.tif",
    )


def curvilinear(path: Path, names: list[str], variable: str) -> InputError:
    """The refusal of a grid whose places are told cell by cell."""
    return InputError(
        f"{path.name}, variable {variable} lies on a curvilinear grid",
        got=f"two-dimensional coordinates {', '.join(names[:4])}",
        expected="one coordinate a column and one a row",
        hint=f'warp it: gdalwarp -geoloc -t_srs EPSG:4326 NETCDF:"{path.name}":{variable} out.tif',
    )
