"""Several parts of one entry as one layer: communes by department, tiles of a raster."""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import xarray as xr

from geoalarm.catalog.entry import CatalogEntry
from geoalarm.catalog.entry_args import ChosenValue, ParameterValue
from geoalarm.core.errors import InputError
from geoalarm.core.model import Layer


def open_parts(
    entry: CatalogEntry, chosen: Mapping[str, object], open_one: Callable[[Mapping[str, object]], Layer]
) -> Layer:
    """Open every part that is chosen of an entry, and put them together.

    Parameters
    ----------
    entry : CatalogEntry
    chosen : mapping
        Values of the entry's parameters; several in a list, of a parameter with ``parts: true``.
    open_one : callable
        Opens the layer of one value each.

    Raises
    ------
    InputError
        If a value is not allowed, a part cannot be opened, or tiles of a raster do not form a rectangle.
    """
    values = entry.resolve_parts(chosen)
    layers = [open_one(one) for one in _combinations(values)]
    repairs: Counter[str] = Counter()
    for layer in layers:
        repairs.update(layer.repairs)
    hashes = "\n".join(str(layer.source.sha256) for layer in layers)
    source = replace(
        entry.source(values),
        sha256=hashlib.sha256(hashes.encode()).hexdigest(),
        caveats=tuple(dict.fromkeys(caveat for layer in layers for caveat in layer.source.caveats)),
    )
    data = _together([layer.data for layer in layers], what=f"entry {entry.name!r}")
    lost = [layer.unplaced for layer in layers if layer.unplaced is not None]
    unplaced = pd.concat(lost, ignore_index=True) if lost else None
    return replace(layers[0], data=data, source=source, repairs=dict(repairs), unplaced=unplaced)


def _combinations(values: Mapping[str, ChosenValue]) -> list[dict[str, ParameterValue]]:
    axes = [
        [(name, one) for one in (value if isinstance(value, tuple) else (value,))]
        for name, value in values.items()
    ]
    return [dict(pairs) for pairs in itertools.product(*axes)]


def _together(
    parts: Sequence[xr.DataArray | gpd.GeoDataFrame], *, what: str
) -> xr.DataArray | gpd.GeoDataFrame:
    frames = [part for part in parts if isinstance(part, gpd.GeoDataFrame)]
    if frames:
        return gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=frames[0].crs)
    rasters = [part for part in parts if isinstance(part, xr.DataArray)]
    try:
        whole = xr.combine_by_coords(
            [raster.rename("values") for raster in rasters],
            join="outer",
            combine_attrs="override",
            fill_value=rasters[0].rio.nodata if rasters[0].rio.nodata is not None else 0,
        )
    except ValueError as error:
        raise InputError(
            f"{what}: its tiles do not fit together",
            got=" ".join(str(error).split())[:160],
            expected="tiles of one lattice that fill a rectangle and do not overlap",
            hint="choose fewer tiles, or merge them into one file",
        ) from error
    found = whole["values"] if isinstance(whole, xr.Dataset) else whole
    return found.sortby("y", ascending=False).rename(rasters[0].name).rio.write_crs(rasters[0].rio.crs)
