"""Layers on different datums: places off by more than a tenth of the smaller cell are told, or refused."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations
from typing import Final

import numpy as np
from pyproj import CRS

from geoalarm.core.errors import InputError
from geoalarm.geo.crs import transformer
from geoalarm.geo.datum_shift import LEAST_M, DatumShift, datum_shift, missing_grids

PART: Final = 0.1
"""Part of the smaller cell that places may be off without a word [1]."""


def datum_notes(layers: Mapping[str, CRS], *, bounds: np.ndarray, crs: CRS, cell_m: float) -> tuple[str, ...]:
    """What to tell of the datum shifts between layers, one sentence a pair.

    Parameters
    ----------
    layers : mapping of str to pyproj.CRS
        Layers that are laid over each other, by name; those on one datum move together.
    bounds : numpy.ndarray (4,)
        Where they meet, in ``crs``.
    crs : pyproj.CRS
    cell_m : float
        Side of the smaller cell [m].

    Raises
    ------
    InputError
        If the datum of a layer is unknown, and the datums it may be lie further off than a tenth of the cell.
    """
    middle = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    longitude, latitude = transformer(crs, 4326).transform(*middle)
    notes = []
    for (name, one), (other_name, other) in combinations(layers.items(), 2):
        shift = datum_shift(one, other, (longitude, latitude))
        if (
            shift is None
            or shift.size_m <= PART * cell_m
            or (math.isnan(shift.size_m) and not shift.is_ballpark)
        ):
            continue
        if shift.likely and shift.size_m > LEAST_M:
            side = (name, one) if shift.unknown == 0 else (other_name, other)
            raise _unknown_datum(side[0], side[1], shift, cell_m)
        grids = missing_grids(one, other, (longitude, latitude))
        notes.append(_told(f"{name} and {other_name}", shift, cell_m, grids))
    return tuple(dict.fromkeys(notes))


def _unknown_datum(name: str, crs: CRS, shift: DatumShift, cell_m: float) -> InputError:
    code = shift.likely[0]
    return InputError(
        f"the system of the {name} does not say its datum",
        got=f"{crs.name!r}: places may be off by {shift.size_m:.0f} m, beside cells of {cell_m:.0f} m",
        expected=f"a known datum; it may be {' or '.join(shift.likely)}",
        hint=f"write the system its producer states into the file: gdal_edit.py -a_srs {code} FILE, or "
        f"ogr2ogr -a_srs {code} NEW FILE",
    )


def _told(names: str, shift: DatumShift, cell_m: float, grids: tuple[str, ...]) -> str:
    size = "nobody knows how much" if math.isnan(shift.size_m) else f"up to {shift.size_m:.3g} m"
    why = "the datum of one is unknown" if shift.is_ballpark else "accuracy of the datum shift, by PROJ"
    better = f"; better with {', '.join(grids)} (projsync --file {grids[0]})" if grids else ""
    return f"datum shift between {names}: places off by {size}, smaller cell {cell_m:.3g} m ({why}){better}"
