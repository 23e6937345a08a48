"""Concentrations over a local grid, as fields with their facts."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import xarray as xr

from geoalarm.core.errors import RangeError
from geoalarm.core.quantities import require_range
from geoalarm.core.result import SCREENING_NOTICE, ModelResult
from geoalarm.hazards.industrial.dense_gas import dense_plume
from geoalarm.hazards.industrial.plume import plume
from geoalarm.hazards.industrial.sigmas import FARTHEST

_MAX_CELLS: Final = 4_000_000


def plume_field(
    *, length: float, half_width: float, cell: float, z: float = 0.0, **options: Any
) -> xr.DataArray:
    """Concentration of a Gaussian plume over a local grid.

    Parameters
    ----------
    length, half_width, cell : float
        Extent downwind, to each side, and size of a cell [m]; values are those of cell centres.
    z : float
        Above the ground [m].
    options
        Of ``plume``: rate, wind_speed, stability and the rest.

    Returns
    -------
    xarray.DataArray
        ``concentration`` [kg m-3], dims (y, x), coordinates in metres from the source, downwind and crosswind
        (left of the wind positive); ``attrs`` hold units, model, source, inputs and warnings.

    Raises
    ------
    RangeError
        If the grid goes beyond 10 km or has more than 4 million cells, or an input is outside the range of
        ``plume``.
    """
    x, y = _axes(0.0, length, half_width, cell)
    result = plume(x[None, :], y[:, None], z, **options)
    return _field(result, result.value, x, y)


def dense_field(*, length: float, half_width: float, cell: float, **options: Any) -> xr.DataArray:
    """Concentration of a dense plume at the ground over a local grid: even across its width, 0 beside it.

    Parameters
    ----------
    length, half_width, cell : float
        Extent downwind, to each side, and size of a cell [m]; the grid also holds the upwind part.
    options
        Of ``dense_plume``: rate, density, wind_speed and the rest.

    Returns
    -------
    xarray.DataArray
        As of ``plume_field``.

    Raises
    ------
    RangeError
        As ``plume_field``.
    """
    upwind = dense_plume(0.0, **options)["upwind_extent"]
    x, y = _axes(-math.ceil(upwind / cell) * cell, length, half_width, cell)
    result = dense_plume(x, **options)
    inside = np.abs(y[:, None]) <= result["half_width"][None, :]
    return _field(result, np.where(inside, result["concentration"][None, :], 0.0), x, y)


def _axes(start: float, length: float, half_width: float, cell: float) -> tuple[np.ndarray, np.ndarray]:
    """Centres of cells downwind and crosswind [m]."""
    for name, value in (("length", length), ("half_width", half_width), ("cell", cell)):
        require_range(name, value, 0.0, FARTHEST, unit="m", closed="right")
    columns, rows = math.ceil((length - start) / cell), 2 * math.ceil(half_width / cell)
    if columns * rows > _MAX_CELLS:
        raise RangeError(
            "input 'cell' of a field",
            got=f"{cell:g} m: {columns} x {rows} cells",
            expected=f"at most {_MAX_CELLS}",
            hint="take larger cells",
        )
    return start + (np.arange(columns) + 0.5) * cell, (np.arange(rows) + 0.5 - rows / 2) * cell


def _field(result: ModelResult, values: np.ndarray, x: np.ndarray, y: np.ndarray) -> xr.DataArray:
    scalars = {
        name: item.value
        for name, item in result.inputs.items()
        if name not in ("x", "y") and item.value is not None
    }
    attrs = {
        "units": "kg m-3",
        "long_name": "concentration",
        "model": result.model,
        "source": result.source,
        "warnings": list(result.warnings),
        "notice": SCREENING_NOTICE,
        **{f"input_{name}": value for name, value in scalars.items()},
    }
    return xr.DataArray(values, coords={"y": y, "x": x}, dims=("y", "x"), name="concentration", attrs=attrs)
