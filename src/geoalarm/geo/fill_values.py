"""Numbers that programs write where they know nothing. Where the tag that says so was lost they look like
data: a depth of 9999 m, a class 255. They are asked about, never counted.

Sources of the habits: GDAL and Esri write -9999, -32768 and the least float32 (-3.4e38); CF and CMIP6 1e20;
netCDF 9.97e36; surveys and models 999 and 9999 with either sign; images the largest number of their type.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import rioxarray  # noqa: F401  (registers the .rio accessor)
import xarray as xr

from geoalarm.core.english_counts import counted
from geoalarm.core.errors import InputError

EAGER_CELLS: Final = 4_000_000
"""Rasters up to this many cells are checked at once; larger ones chunk by chunk, when they are read."""

NO_DATA_FIELD: Final = "args.no_data_value:"
"""Where a catalog says which number means that nothing is known."""

EVERY_VALUE_IS_DATA: Final = "every_value_is_data"
"""Attribute of a raster whose user said that no number in it means "not known": nothing is asked."""

HUGE: Final = 1e19
"""Nothing that is mapped or counted is as large: such a number is a fill value, whoever wrote it."""

FILL_VALUES: Final = frozenset(
    float(sign * size)
    for size in (999, 9999, 99999, 999999, 32767, 32768, 65535, 2147483647, 2147483648, 4294967295)
    for sign in (1, -1)
)
FILL_CODES: Final = FILL_VALUES | {99.0, 127.0, 128.0, 254.0, 255.0}
"""Of classes also these: codes are few, small, and follow each other."""

APART: Final = 2.0
"""A fill value stands alone: nothing else of its sign is half as large."""


def known_cells(values: np.ndarray, no_data: float | None) -> np.ndarray:
    """Which cells hold data, rather than NaN or the declared no-data value."""
    valid = ~np.isnan(values) if values.dtype.kind == "f" else np.ones(values.shape, dtype=bool)
    declared = declared_no_data(no_data, values.dtype)
    if declared is None:
        return valid
    known: np.ndarray = valid & (values != declared)
    return known


def declared_no_data(no_data: float | None, dtype: np.dtype[Any]) -> Any:
    """The no-data value as values of a type may hold it; None where they cannot, or where it is NaN."""
    if no_data is None or np.isnan(no_data) or not _fits(no_data, dtype):
        return None
    return dtype.type(no_data)


def lost_fill(values: np.ndarray, *, are_codes: bool = False) -> float | None:
    """The number among known values that is no data by habit: the least or the largest, and it stands apart.

    Parameters
    ----------
    values : numpy.ndarray
        Known values, flat.
    are_codes : bool
        Class codes: a negative one is asked about too.
    """
    if values.dtype.kind == "f":
        values = values[np.isfinite(values)]  # an infinite number is refused wherever it comes
    if not values.size:
        return None
    habits = set(FILL_CODES if are_codes else FILL_VALUES)
    if values.dtype.kind in "ui":
        limits = np.iinfo(values.dtype)
        habits |= {float(limits.max), float(limits.min)} - {0.0}
    low, high = values.min(), values.max()
    if are_codes and low < 0:
        return float(low)
    for end, rest_end in ((low, np.min), (high, np.max)):
        if abs(float(end)) >= HUGE:
            return float(end)
        if float(end) not in habits:
            continue
        rest = values[values != end]
        nearest = float(rest_end(rest)) if rest.size else 0.0
        if nearest * math.copysign(APART, float(end)) < abs(float(end)):
            return float(end)
    return None


def require_no_lost_fill(
    data: xr.DataArray, *, what: str, option: str, are_codes: bool = False
) -> xr.DataArray:
    """The raster, whose known cells hold no number that is no data by habit.

    Raises
    ------
    InputError
        If one does: at once, or in a large raster when its chunk is read. ``option`` is where the reader can
        say what the number means.
    """
    if EVERY_VALUE_IS_DATA in data.attrs:
        return data

    def check(values: np.ndarray) -> None:
        found = lost_fill(values, are_codes=are_codes)
        if found is not None:
            raise asked(found, values, what=what, option=option, expected="class codes" if are_codes else "")

    return checked(data, check)


def require_within(
    data: xr.DataArray, low: float, high: float, *, what: str, option: str, units: str = ""
) -> xr.DataArray:
    """The raster, whose known cells lie within what can be; what is infinite never can.

    Raises
    ------
    InputError
        If one does not, as :func:`require_no_lost_fill`.
    """
    if EVERY_VALUE_IS_DATA in data.attrs or (data.dtype.kind != "f" and math.isinf(low) and math.isinf(high)):
        return data

    def check(values: np.ndarray) -> None:
        for end in (values.min(), values.max()) if values.size else ():
            if not low <= float(end) <= high or math.isinf(end):
                raise asked(float(end), values, what=what, option=option, expected=_range(low, high, units))

    return checked(data, check)


def checked(data: xr.DataArray, check: Callable[[np.ndarray], None]) -> xr.DataArray:
    """The raster, whose known cells pass a check: now where it is small, else chunk by chunk when read."""
    no_data = data.rio.nodata

    def run(block: np.ndarray) -> np.ndarray:
        check(block[known_cells(block, no_data)])
        return block

    if data.size <= EAGER_CELLS or data.chunks is None:
        run(data.to_numpy())
        return data
    return data.copy(
        data=data.data.map_blocks(run, dtype=data.dtype, meta=np.empty((0, 0), dtype=data.dtype))
    )


def asked(value: float, values: np.ndarray, *, what: str, option: str, expected: str = "") -> InputError:
    """The question what a number means, with how to answer it."""
    count = int((values == value).sum())
    number = shown(value, values.dtype)
    return InputError(
        f"{what}: does {number} mean that nothing is known there?",
        got=f"{number} in {count} of {counted(values.size, 'known cell')}",
        expected=expected or "values, and a declared number where nothing is known",
        hint=f"say so: {option} {number}; or {option} none if every number is data",
    )


def shown(value: float, dtype: np.dtype[Any]) -> str:
    """A number as a reader would type it: whole, or as short as its type allows."""
    if float(value).is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(dtype.type(value)) if dtype.kind == "f" else f"{value:g}"


def _range(low: float, high: float, units: str) -> str:
    unit = "" if units in ("", "1") else f" {units}"
    if math.isinf(low):
        return "finite values"
    if math.isinf(high):
        return f"at least {low:g}{unit}"
    return f"{low:g} to {high:g}{unit}"


def _fits(value: float, dtype: np.dtype[Any]) -> bool:
    if dtype.kind not in "ui":
        return True
    limits = np.iinfo(dtype)
    return float(value).is_integer() and bool(limits.min <= value <= limits.max)


def known(data: xr.DataArray) -> tuple[np.ndarray, np.ndarray]:
    """Values of a raster (rows, columns), computed, and which of them are data rather than no-data or NaN."""
    values = data.transpose(data.rio.y_dim, data.rio.x_dim).to_numpy()
    return values, known_cells(values, data.rio.nodata)
