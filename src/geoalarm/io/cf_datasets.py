"""Open one variable of a NetCDF file or a Zarr store as a raster, lazily, in its own dtype: what CF says of
it (units, grid mapping, missing values, scale, axes) is read, and nothing of it is guessed.

Published source: CF Metadata Conventions 1.11, https://cfconventions.org.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import xarray as xr

from geoalarm.core.errors import InputError
from geoalarm.io.cf_axes import GridAxes, grid_axes
from geoalarm.io.cf_cells import lazy_cells
from geoalarm.io.cf_crs import grid_crs
from geoalarm.io.cf_formats import CfFormat, cf_format, zarr_root
from geoalarm.io.cf_missing import known_cells_only
from geoalarm.io.cf_selection import chosen_places, labels_of
from geoalarm.io.cf_variables import chosen_variable, data_variables, split_group
from geoalarm.io.hdf5_guard import datasets_in_groups, require_plain_hdf5
from geoalarm.io.raster_guard import MAX_CELLS
from geoalarm.io.raster_mask import WGS84_TOLD
from geoalarm.io.zarr_guard import ZarrFiles, arrays_in_groups, require_plain_zarr


def read_cf_raster(
    path: Path,
    *,
    variable: str | None = None,
    select: Mapping[str, str] | None = None,
    crs: str | None = None,
    no_data_values: Sequence[float] = (),
) -> xr.DataArray:
    """One variable at one place of its other dimensions, as :func:`geoalarm.io.rasters.read_raster` opens a
    band.

    Parameters
    ----------
    path : pathlib.Path
        NetCDF 3 or 4, or a Zarr store.
    variable : str, optional
        ``NAME`` or ``GROUP/NAME``; may be left out where there is one.
    select : mapping of str to str, optional
        The value of each dimension beside x and y that has several: ``{"time": "2020-01-01"}``.
    crs : str, optional
        CRS its producer states, where the file carries none.
    no_data_values : sequence of float
        Numbers in the cells, before any scale, that mean "not known" beside what the file declares.

    Returns
    -------
    xarray.DataArray
        dims (y, x), dask-backed: only the chunks that are computed are read. Unit, scale and offset are
        attributes, not yet applied; cells that are not known hold the declared no-data value.

    Raises
    ------
    InputError
        If it is damaged, names other files, has several variables or values of a dimension and none is
        chosen, lies on no regular grid, or states no CRS.
    """
    with open_cf(path, variable) as data:
        name = chosen_variable(data, variable, path, in_groups=lambda: variables_in_groups(path))
        axes = grid_axes(data, name, path)
        cells = data[name].variable
        _require_size(cells, axes, path)
        places = chosen_places(data, name, axes, select or {}, path)
        stated, is_told = grid_crs(data, name, axes, crs, path)
        lazy = lazy_cells(cells.isel(places), axes, path, key=(variable, tuple(places.items())))
    out = known_cells_only(lazy, dict(cells.attrs), path, no_data=no_data_values)
    if is_told:
        out.attrs[WGS84_TOLD] = 1
    placed = out.rio.write_crs(stated)
    is_sized = math.isfinite(axes.step_x) and math.isfinite(axes.step_y)
    return placed.rio.write_transform(axes.transform) if is_sized else placed


def variables_in_groups(path: Path) -> list[str]:
    """Arrays of two dimensions and more in groups, ``GROUP/NAME``, of a file or store that is sound."""
    kind = cf_format(path)
    if kind == "zarr":
        files = ZarrFiles.of(path, None if path.is_dir() else zarr_root(path))
        return arrays_in_groups(files)
    return datasets_in_groups(path) if kind == "netcdf4" else []


def list_variables(path: Path) -> dict[str, dict[str, list[str]]]:
    """Variables that hold data, each with its dimensions of several values, and these.

    Raises
    ------
    InputError
        As :func:`read_cf_raster`.
    """
    found: dict[str, dict[str, list[str]]] = {}
    with open_cf(path) as data:
        for name in data_variables(data):
            axes, sizes = grid_axes(data, name, path), data.variables[name].sizes
            dims = [str(dim) for dim in sizes if dim not in (axes.x, axes.y) and sizes[dim] > 1]
            found[name] = {dim: labels_of(data, dim, sizes[dim]) for dim in dims}
        if not found:
            chosen_variable(data, None, path, in_groups=lambda: variables_in_groups(path))  # says why
    return found


@contextmanager
def open_cf(path: Path, variable: str | None = None) -> Iterator[xr.Dataset]:
    """The variables of a file or store, or of the group that ``GROUP/NAME`` names, undecoded and unread.

    Raises
    ------
    InputError
        If it is damaged or names other files.
    """
    kind = cf_format(path)
    assert kind is not None, "asked of NetCDF and Zarr only"
    try:
        with warnings.catch_warnings(action="ignore"):
            data = _opened(path, kind, split_group(variable)[0])
    except (InputError, MemoryError):
        raise
    except Exception as error:  # the libraries raise many kinds; all mean one thing to the reader
        raise InputError(
            f"{path.name} cannot be read as {_NAMES[kind]}",
            got=" ".join(str(error).split())[:240] or type(error).__name__,
            expected="a sound file with named dimensions",
            hint="open it with ncdump -h or xarray, and export it again",
        ) from error
    try:
        yield data
    except BaseException:
        data.close()
        raise


_NAMES: Final = {"netcdf3": "NetCDF 3", "netcdf4": "NetCDF 4 (HDF5)", "zarr": "a Zarr store"}


def _opened(path: Path, kind: CfFormat, group: str) -> xr.Dataset:
    """The group, with the coordinates that it has from those above it."""
    options: dict[str, Any] = {"decode_cf": False, "chunks": None, "cache": False}
    if kind == "zarr":
        files = ZarrFiles.of(path, None if path.is_dir() else zarr_root(path))
        options |= {"engine": "zarr", "consolidated": False, "zarr_format": require_plain_zarr(files)}
        return _with_parents(_zarr_store(files), group, files.root, options)
    if kind == "netcdf4":
        require_plain_hdf5(path)
        return _with_parents(path, group, "", {**options, "engine": "h5netcdf", "phony_dims": "sort"})
    if group:
        raise InputError(
            f"{path.name} has no groups",
            got=group,
            expected="the name of a variable",
            hint="NetCDF 3 has none",
        )
    return xr.open_dataset(path, engine="scipy", **options)


def _zarr_store(files: ZarrFiles) -> Any:
    if files.path.is_dir():
        return str(files.path)
    from zarr.storage import ZipStore

    return ZipStore(files.path, mode="r")


def _with_parents(store: Any, group: str, root: str, options: dict[str, Any]) -> xr.Dataset:
    parts = [part for part in group.split("/") if part]
    places = ["/".join([*([root] if root else []), *parts[:depth]]) for depth in range(len(parts), -1, -1)]
    data = xr.open_dataset(store, group=places[0] or None, **options)
    for place in places[1:]:
        above = xr.open_dataset(store, group=place or None, **options)
        missing = [
            name for name in above.variables if name not in data.variables and _fits(above[name], data)
        ]
        data = data.assign_coords({name: above[name].variable for name in missing})
    return data


def _fits(above: xr.DataArray, data: xr.Dataset) -> bool:
    """Whether a variable of a group above is about dimensions of this one."""
    return all(data.sizes.get(dim) == size for dim, size in above.sizes.items())


def _require_size(cells: xr.Variable, axes: GridAxes, path: Path) -> None:
    count = cells.sizes[axes.y] * cells.sizes[axes.x]
    if count > MAX_CELLS:
        raise InputError(
            f"{path.name} is too large to be read in parts",
            got=f"{count} cells",
            expected=f"at most {MAX_CELLS} cells",
            hint="cut the zone out",
        )
