"""Which cells of a CF variable are known: fill values, missing values, and the valid range that it states."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import xarray as xr

from geoalarm.io.cf_attributes import numbers_of_attribute, shortest, text_of_attribute
from geoalarm.io.raster_mask import BandFacts, known_only

_FILLS: Final = ("_FillValue", "missing_value")


def known_cells_only(
    data: xr.DataArray, attributes: Mapping[str, Any], path: Path, *, no_data: Sequence[float] = ()
) -> xr.DataArray:
    """The raster with one declared no-data value in every cell that is not known; unit, scale and offset as
    attributes, in CF words.

    Parameters
    ----------
    attributes : mapping
        Of the variable, undecoded.
    no_data : sequence of float
        Other numbers that the user says mean "not known", before any scale.
    """
    facts = band_facts(attributes)
    fills = _fill_values(attributes, data.dtype)
    low, high = _valid_range(attributes, facts, data.dtype)
    is_limited = math.isfinite(low) or math.isfinite(high)
    data.attrs = facts.attributes()
    return known_only(
        data,
        path,
        "",
        replace(facts, nodata=fills[0] if fills else None),
        no_data=[*fills[1:], *no_data],
        within=(low, high) if is_limited else None,
    )


def band_facts(attributes: Mapping[str, Any]) -> BandFacts:
    """Unit, scale and offset of a variable."""
    scale = numbers_of_attribute(attributes.get("scale_factor"))
    offset = numbers_of_attribute(attributes.get("add_offset"))
    return BandFacts(
        band=1,
        nodata=None,
        scale=shortest(scale[0]) if len(scale) == 1 else 1.0,
        offset=shortest(offset[0]) if len(offset) == 1 else 0.0,
        units=text_of_attribute(attributes.get("units")) or None,
        has_mask=False,
    )


def _fill_values(attributes: Mapping[str, Any], dtype: np.dtype[Any]) -> list[float]:
    """Declared numbers that cells of the type can have, each once."""
    stated = [value for key in _FILLS for value in numbers_of_attribute(attributes.get(key))]
    moved = [_unsigned(value, dtype) for value in stated]
    unique = {("nan" if math.isnan(value) else value): value for value in moved}
    return [value for value in unique.values() if _can_be(value, dtype)]


def _unsigned(value: float, dtype: np.dtype[Any]) -> float:
    """A number of a signed type as the bytes of an unsigned one read: -1 is 255."""
    return value + 2.0 ** (8 * dtype.itemsize) if dtype.kind == "u" and value < 0 else value


def _can_be(value: float, dtype: np.dtype[Any]) -> bool:
    if dtype.kind == "f":
        return True
    limits = np.iinfo(dtype)
    return value.is_integer() and bool(limits.min <= value <= limits.max)


def _valid_range(
    attributes: Mapping[str, Any], facts: BandFacts, dtype: np.dtype[Any]
) -> tuple[float, float]:
    """The least and the largest number that a cell can have [as stored]; infinite where none is stated.

    Stated in a float for whole numbers with a scale, they are of the values, not of the cells (netCDF User's
    Guide, Appendix A).
    """
    both = attributes.get("valid_range")
    if both is not None and len(numbers_of_attribute(both)) == 2:
        stated: list[Any] = list(np.asarray(both).ravel())
    else:
        stated = [attributes.get("valid_min"), attributes.get("valid_max")]
    ends = []
    for value, empty in zip(stated, (-math.inf, math.inf), strict=True):
        numbers = numbers_of_attribute(value)
        is_value = (
            np.asarray(value).dtype.kind == "f" and dtype.kind in "ui" and facts.attributes().keys() & _PACKED
        )
        if len(numbers) != 1:
            ends.append(empty)
        elif is_value and facts.scale:
            ends.append((numbers[0] - facts.offset) / facts.scale)
        else:
            ends.append(_unsigned(numbers[0], dtype))
    low, high = sorted(ends)
    if dtype.kind == "f":
        return float(dtype.type(low)), float(dtype.type(high))
    return low - _CLOSE, high + _CLOSE


_PACKED: Final = {"scale_factor", "add_offset"}
_CLOSE: Final = 1e-6
"""Part of a step of whole numbers that the division by a scale may be off."""
