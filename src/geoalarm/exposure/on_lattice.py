"""A raster of intensities or classes on the population's own lattice, counted in one pass over its cells."""

from __future__ import annotations

import numpy as np
import xarray as xr

from geoalarm.core.model import Footprint
from geoalarm.exposure.classify import code_values, interval_bounds, require_finite
from geoalarm.exposure.counts import Counts
from geoalarm.exposure.covered_area import mapped_part
from geoalarm.exposure.lattice_index import lattice_index
from geoalarm.exposure.population_index import PopulationIndex
from geoalarm.geo.fill_values import declared_no_data
from geoalarm.geo.grid import Grid, lattice_offset
from geoalarm.geo.weighted_cells import MOST_BOUNDS, bounds_type


def count_on_lattice(footprint: Footprint, grid: Grid, prepared: PopulationIndex) -> Counts | None:
    """People and area per commune and class, or None where a cell of the raster is no cell of the population,
    holds a share, or one of codes that are not stated.

    Nothing is mixed within a cell: the bounds are the count. Sums at or above each bound come first, a class
    is the difference of two.
    """
    data = footprint.data
    assert isinstance(data, xr.DataArray)
    offset = None if prepared.grid is None else lattice_offset(grid, prepared.grid)
    if offset is None or footprint.kind == "fraction" or not footprint.classes or not _plain(data.dtype):
        return None
    bounds, lower, upper = class_bounds(footprint, data.dtype)
    if len(bounds) > MOST_BOUNDS:
        return None
    values = data.transpose(data.rio.y_dim, data.rio.x_dim).to_numpy()
    no_data = declared_no_data(data.rio.nodata, values.dtype)
    index = lattice_index(prepared, offset, grid.shape)
    people, area = index.above(values.ravel(), bounds, None if no_data is None else float(no_data))
    require_finite(bool(area[:, -1].any()), footprint)
    is_dry = footprint.no_data == "dry"
    unknown, unmapped = (np.zeros_like(sums[:, -2]) if is_dry else sums[:, -2] for sums in (people, area))
    classes = people[:, lower] - people[:, upper]
    exposed = classes * index.people_unit[:, None]
    return Counts(
        tuple(cls.label for cls in footprint.classes),
        exposed,
        exposed,
        exposed,
        area_km2=(area[:, lower] - area[:, upper]) * index.area_unit[:, None],
        mapped_share=mapped_part(
            (index.area - unmapped) * index.area_unit,
            index.area * index.area_unit + index.area_beyond,
            prepared.area_km2,
        ),
        not_exposed=(index.people - unknown - classes.sum(axis=1)) * index.people_unit,
        unknown=unknown * index.people_unit + index.people_beyond,
        reached=np.ones(len(exposed), dtype=bool),
    )


def class_bounds(footprint: Footprint, dtype: np.dtype) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rising bounds, and the positions among them where each class begins and ends: a code is the interval
    from it to the next number.
    """
    if footprint.kind == "intensity":
        bounds = interval_bounds(footprint.classes, dtype)
        position = np.arange(len(bounds))
        return bounds, position[:-1], position[1:]
    codes = np.array(code_values(footprint.classes))
    codes = codes.astype(dtype if dtype.kind == "f" else "float64").astype(bounds_type(dtype))
    ends = np.nextafter(codes, codes.dtype.type(np.inf))
    bounds = np.unique(np.concatenate([codes, ends]))
    return bounds, np.searchsorted(bounds, codes), np.searchsorted(bounds, ends)


def _plain(dtype: np.dtype) -> bool:
    """Whether all values of a type are numbers of :func:`~geoalarm.geo.weighted_cells.bounds_type`."""
    return (dtype.kind == "f" and dtype.itemsize <= 8) or (dtype.kind in "iu" and dtype.itemsize <= 4)
