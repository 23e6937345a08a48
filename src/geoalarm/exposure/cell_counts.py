"""People of the cells of a raster, whatever its units."""

from __future__ import annotations

import numpy as np
import xarray as xr

from geoalarm.core.english_counts import counted
from geoalarm.core.errors import InputError
from geoalarm.core.model import Population
from geoalarm.core.units import people_per_km2
from geoalarm.geo.fill_values import known
from geoalarm.geo.grid import Grid


def cell_counts(population: Population, grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """People of each cell [1] and which cells hold a value, both flat in row order.

    A density is multiplied by the area of its cell; it is never resampled as a count, nor a count as a
    density.

    Raises
    ------
    InputError
        If a value is negative or infinite.
    """
    data = population.data
    assert isinstance(data, xr.DataArray)
    values, valid = known(data)
    people = np.where(valid, values, 0).astype("float64").ravel()
    bad = ~np.isfinite(people) | (people < 0)
    if bad.any():
        raise InputError(
            "population raster",
            got=f"{counted(bad.sum(), 'negative or infinite cell')}, the first {people[bad][0]:g}",
            expected="people, finite and not negative",
            hint="declare its no-data value: gdal_edit -a_nodata, or rio.write_nodata in Python",
        )
    factor = people_per_km2(population.units)
    if factor is not None:
        people *= factor * grid.cell_area_km2()
    return people, valid.ravel()
