"""People at the door: cells or polygons with numbers that can be people. What is not known stays so, and who
has no place on the map is told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from geoalarm.catalog.cf_units import cf_units
from geoalarm.catalog.normalise_frame import placed, with_repairs
from geoalarm.catalog.normalise_raster import Repairs, raster
from geoalarm.catalog.written_numbers import people_from_cells
from geoalarm.core.english_counts import counted
from geoalarm.core.errors import InputError
from geoalarm.core.model import NoPeople, Population, Source, require_column
from geoalarm.core.row_account import KEEP_FIELD, RowAccount, named_rows
from geoalarm.geo.fill_values import NO_DATA_FIELD, checked, lost_fill, shown

NoDataNumbers = tuple[float, ...] | Literal["none"]

LEAST_FILL: Final = 9999
"""Smaller numbers that programs write where they know nothing may well be people."""

MANKIND: Final = 1e10
"""No place holds as many people, nor a square kilometre: a larger number is something else."""

_BELOW_ZERO: Final = re.compile(r"\s*-\d+(\.\d+)?\s*", re.ASCII)

UNPLACED = "population_unplaced"
"""Caveat of figures that lack people without a place on the map."""


def population(
    data: xr.DataArray | gpd.GeoDataFrame,
    *,
    column: str | None = None,
    units: str | None = None,
    source: Source | None = None,
    disclosure_minimum: float = 0.0,
    caveats: Sequence[str] = (),
    no_data: NoPeople = "unknown",
    no_data_value: NoDataNumbers = (),
    unplaced: pd.DataFrame | None = None,
    repairs: Repairs | None = None,
    what: str = "population",
    option: str = NO_DATA_FIELD,
    keep: str = KEEP_FIELD,
) -> Population:
    """People in house form: a raster of counts or densities, or polygons with counts.

    Parameters
    ----------
    data : xarray.DataArray or geopandas.GeoDataFrame
        With a CRS. Negative cells that are not the declared no-data value are an error; rasters above a few
        million cells are checked chunk by chunk when they are read.
    column : str, optional
        Counts of polygons.
    units : str, optional
        ``1`` for people per cell or polygon, ``km-2`` and such for densities; ``attrs["units"]`` of a raster
        where none is given.
    no_data : str
        What a cell or polygon without a number means: ``unknown`` or ``nobody``.
    no_data_value : tuple of float or "none"
        Numbers of polygons that mean the same as an empty cell; ``none``: every number is one of people.
        Those of a raster are told when it is read.
    unplaced, repairs
        Rows that were left out of ``data`` before because they have no outline, and what was changed then.
    option, keep : str
        Where the reader can say what no data is, and which rows are meant (:class:`RowAccount`).

    Raises
    ------
    InputError
        If units, CRS or the column are missing, or people are negative or infinite.
    """
    found: Repairs = dict(repairs or {})
    if isinstance(data, gpd.GeoDataFrame):
        if column is not None:
            require_column(data, column, what=what)
        out, changed, lost = placed(data, what=what)
        found |= changed
        stated, told = cf_units(units or "1", what=what), RowAccount(keep=keep)
        if column is not None:
            lost = lost if unplaced is None or unplaced.empty else pd.concat([unplaced, lost])
            every = pd.concat([out[column].set_axis(_rows_of_file(len(out), lost)), lost[column]])
            numbers = people_of(every, what=what, known=no_data_value, option=option).to_numpy()
            out[column], lost = numbers[: len(out)], lost.assign(**{column: numbers[len(out) :]})
            told = RowAccount.joined([_unplaced(lost, column, what), _unknown(out, column, no_data, what)])
    else:
        out, changed = raster(data, what=what, units_stated=units, option=option)
        found |= changed
        stated, told = cf_units(out.attrs.get("units"), what=what), RowAccount()
        out = _guarded(out, what=what, option=option)
    found |= told.repairs.get(what, {})
    return Population(
        out,
        units=stated,
        column=column,
        disclosure_minimum=disclosure_minimum,
        sources=(with_repairs(source, found),) if source is not None else (),
        caveats=tuple(dict.fromkeys([*caveats, *([UNPLACED] if UNPLACED in found else [])])),
        no_data=no_data,
        rows=replace(told, repairs={source.id if source is not None else what: found}, keep=keep),
    )


def _unplaced(lost: pd.DataFrame, column: str, what: str) -> RowAccount:
    """Rows without an outline: how many people they hold; nothing where they hold nobody."""
    people = lost[column]
    known, unread = float(people.sum()), int(people.isna().sum())
    if not known and not unread:
        return RowAccount()
    more = f", {unread} of them without a number" if unread else ""
    return RowAccount(
        {what: {UNPLACED: round(known)}},
        (
            f"{what}: {counted(len(lost), 'row')} without a place on the map "
            f"({named_rows(lost.drop(columns=column), np.ones(len(lost), dtype=bool))}{more}): "
            f"their {known:g} people are in the total and in no commune",
        ),
        known,
    )


def _unknown(frame: gpd.GeoDataFrame, column: str, no_data: NoPeople, what: str) -> RowAccount:
    """Polygons that hold no number of people."""
    empty = frame[column].isna().to_numpy()
    if not empty.any():
        return RowAccount()
    if no_data == "nobody":
        return RowAccount({what: {"rows_without_people_counted_as_nobody": int(empty.sum())}})
    told = (
        f"{what}, column {column!r}: {int(empty.sum())} of {len(frame)} rows hold no number of people "
        f"({named_rows(frame.drop(columns=['geometry', column]), empty)}): not known there"
    )
    return RowAccount({what: {"rows_without_people": int(empty.sum())}}, (told,))


def _rows_of_file(count: int, lost: pd.DataFrame) -> np.ndarray:
    """Numbers from 0 of the rows that were kept, among those that were left out."""
    kept = np.setdiff1d(np.arange(count + len(lost)), lost.index)
    return kept if len(kept) == count else np.arange(count)


def people_of(
    values: pd.Series, *, what: str, known: NoDataNumbers = (), option: str | None = None
) -> pd.Series:
    """A column of people as numbers; an empty cell is a number that is not known (NaN).

    Parameters
    ----------
    values : pandas.Series
        Its name is the column, its index numbers the rows of the file from 0. Texts are read by the rule of
        tables (:mod:`geoalarm.catalog.written_numbers`).
    known : tuple of float or "none"
        Numbers that mean the same as an empty cell; ``none``: every number is one of people.
    option : str, optional
        Where the reader can say so.

    Raises
    ------
    InputError
        If a cell holds what is not surely a count, a number that is negative, infinite or beyond mankind, or
        one that is no data by habit and stands apart (:func:`geoalarm.geo.fill_values.lost_fill`).
    """
    numbers = _numbers(values, what=what)
    place = f"{what}, column {values.name!r}"
    numbers = numbers.mask(numbers.isin([] if known == "none" else list(known)))
    bad = (numbers > MANKIND) | (numbers < 0)
    if bad.any():
        first = float(numbers[bad].iloc[0])
        raise InputError(
            place,
            got=f"{counted(bad.sum(), f'{_of_nobody(first)} value')}, the first {first:g}",
            expected="people, finite and not negative",
            hint=_hint(first, option),
        )
    fill = lost_fill(numbers[numbers >= LEAST_FILL].to_numpy()) if known != "none" else None
    if fill is not None and (numbers[numbers < fill] < fill / 2).all():
        raise InputError(
            f"{place}: does {fill:g} mean that nobody knows how many live there?",
            got=f"{fill:g} in {int((numbers == fill).sum())} of {len(numbers)} rows",
            expected="people, and an empty cell where they are not known",
            hint=_hint(fill, option) + (f"; or {option} none if it is a count" if option else ""),
        )
    return numbers


def _numbers(values: pd.Series, *, what: str) -> pd.Series:
    """A column as numbers, before any is judged: no dates, no yes and no; a blank text is an empty cell."""
    types = pd.api.types
    if types.is_numeric_dtype(values) and not types.is_bool_dtype(values):
        return pd.to_numeric(values).astype("float64")
    cells = values.astype("object").where(values.notna(), None).set_axis(values.index + 1)
    cells = cells.map(lambda cell: None if isinstance(cell, str) and not cell.strip() else cell)
    below = cells.map(lambda cell: isinstance(cell, str) and _BELOW_ZERO.fullmatch(cell) is not None)
    numbers = people_from_cells(cells.mask(below, None), what=what).set_axis(values.index)
    return numbers.mask(below.to_numpy(), pd.to_numeric(cells.where(below), errors="coerce").to_numpy())


def _hint(number: float, option: str | None) -> str:
    said = "empty these cells if they mean that nobody knows"
    return f"{said}, or say so: {option} {number:g}" if option else said


def _of_nobody(number: float) -> str:
    """Why a number cannot be one of people."""
    return "impossibly large" if MANKIND < number < np.inf else "negative or infinite"


def _guarded(data: xr.DataArray, *, what: str, option: str) -> xr.DataArray:
    """The raster, whose people are not negative, and no more than there are on earth."""

    def check(values: np.ndarray) -> None:
        bad = (values > MANKIND) | (values < 0)
        if bad.any():
            number = shown(values[bad][0], values.dtype)
            raise InputError(
                f"{what}: cells",
                got=f"{counted(bad.sum(), f'{_of_nobody(values[bad][0])} cell')}, the first {number}",
                expected="people, finite and not negative",
                hint=f"declare the no-data value: {option} {number}, or in the file: gdal_edit -a_nodata",
            )

    return checked(data, check)
