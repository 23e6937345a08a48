"""At the door: data get house names, house units, sound geometries; what was changed is counted and told.

Each function takes data as read and returns them in the form the engine asks for, or refuses with one error.
Nothing is guessed: a CRS, a unit, a country that is not stated is asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from geoalarm.catalog import codes, repair
from geoalarm.catalog.axes import require_plausible
from geoalarm.catalog.cf_units import cf_units
from geoalarm.catalog.normalise_raster import Repairs, told
from geoalarm.catalog.normalise_raster import raster as raster
from geoalarm.core.errors import InputError
from geoalarm.core.field_hints import FieldHint
from geoalarm.core.model import Communes, Population, Source, require_column, require_crs
from geoalarm.core.unicode_names import nfc
from geoalarm.geo import longitudes
from geoalarm.geo.fill_values import NO_DATA_FIELD, checked, lost_fill, shown

log = logging.getLogger(__name__)

UNCLASSIFIED: Final = "unclassified"
"""Class of polygons whose class cell is empty: still mapped, of unknown severity."""


def frame(
    data: gpd.GeoDataFrame, *, what: str = "layer", countries: Sequence[str] = (), crs: str | None = None
) -> tuple[gpd.GeoDataFrame, Repairs]:
    """A vector layer with sound geometries, a geometry column of that name, and the count of what was
    changed.

    Invalid polygons are repaired by structure (overlapping parts are united, holes stay holes) and keep their
    polygon parts only; rows without geometry, or whose polygon vanishes, are dropped and counted.

    Raises
    ------
    InputError
        If the CRS is absent or not the stated one, the layer is empty, or axes are swapped.
    """
    require_crs(data, what=what)
    out = _one_geometry(data)
    if str(out.crs).upper() in ("OGC:CRS84", "CRS84") or (out.crs.to_authority() or ("", ""))[1] == "CRS84":
        out = out.set_crs(4326, allow_override=True)
    if crs is not None and not out.crs.equals(crs, ignore_axis_order=True):
        raise InputError(
            f"{what} is in another CRS than stated",
            got=out.crs.to_string()[:80],
            expected=crs,
            hint="correct the crs of the entry",
        )
    repairs: Repairs = {}
    missing = out.geometry.isna() | out.geometry.is_empty
    if missing.any():
        repairs["rows_without_geometry"] = int(missing.sum())
        out = out[~missing]
    if out.empty:
        raise InputError(
            f"{what} is empty",
            got=f"{len(data)} rows, none with a geometry",
            expected="at least one feature",
            hint="check the layer name and any filter",
        )
    out, turned = longitudes.turned_frame(out)
    if turned:
        repairs["longitudes_turned_west"] = turned
    require_plausible(out.total_bounds, out.crs, what=what, countries=countries)
    out, repaired = repair.sound(out, what=what)
    repairs.update(repaired)
    if repairs:
        log.warning("%s: %s", what, told(repairs))
    return out.reset_index(drop=True), repairs


def _one_geometry(data: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The frame with its main geometry under that name; another column that bears it gives way."""
    if data.geometry.name == "geometry":
        return data
    return data.drop(columns=["geometry"], errors="ignore").rename_geometry("geometry")


def polygons(
    data: gpd.GeoDataFrame,
    *,
    class_column: str | None = None,
    what: str = "layer",
    countries: Sequence[str] = (),
) -> tuple[gpd.GeoDataFrame, Repairs]:
    """Polygons of a hazard with one spelling a class.

    Labels that differ only by case and blanks (``YES``, ``Yes``) become the most frequent spelling; empty
    ones become ``unclassified``; whole numbers stored as floats become integers. All counted.

    Raises
    ------
    InputError
        As :func:`frame`; also if ``class_column`` is absent.
    """
    if class_column is not None:
        require_column(data, class_column, what=what)
    out, repairs = frame(data, what=what, countries=countries)
    if class_column is None:
        return out, repairs
    labels = out[class_column]
    if pd.api.types.is_numeric_dtype(labels):
        _require_classes(labels.dropna(), what=f"{what}, column {class_column!r}")
    if pd.api.types.is_float_dtype(labels) and labels.notna().all() and (labels == labels.round()).all():
        labels = labels.astype("int64")
    if not pd.api.types.is_numeric_dtype(labels):
        text = (
            labels.astype("object").where(labels.notna(), "").map(lambda one: nfc(" ".join(str(one).split())))
        )
        best = text.groupby(text.str.casefold()).agg(lambda group: group.value_counts().sort_index().idxmax())
        merged = text.str.casefold().map(best)
        empty, changed = merged == "", (merged != labels.astype("object")) & labels.notna() & (text != "")
        labels = merged.where(~empty, UNCLASSIFIED)
        found = {"class_labels_merged": int(changed.sum()), "class_labels_missing": int(empty.sum())}
        repairs.update({name: count for name, count in found.items() if count})
        if any(found.values()):
            log.warning(
                "%s, column %r: %s",
                what,
                class_column,
                told({name: count for name, count in found.items() if count}),
            )
    elif labels.isna().any():
        raise InputError(
            f"{what}, column {class_column!r}",
            got=f"{int(labels.isna().sum())} empty cells",
            expected="a class in every row",
            hint="drop or classify them",
        )
    return out.assign(**{class_column: labels}), repairs


def _require_classes(labels: pd.Series, *, what: str) -> None:
    found = lost_fill(labels.to_numpy(dtype="float64"))
    if found is not None:
        raise InputError(
            f"{what}: does {found:g} mean that nothing is known there?",
            got=f"{found:g} in {int((labels == found).sum())} of {len(labels)} rows",
            expected="a class in every row",
            hint="remove these rows from the file, or empty their cells if the class alone is not known",
        )


def communes(
    data: gpd.GeoDataFrame,
    *,
    id_column: str,
    country: str | None = None,
    country_column: str | None = None,
    name_column: str | None = None,
    population_column: str | None = None,
    columns: Mapping[str, str] | None = None,
    source: Source | None = None,
    what: str = "communes",
) -> Communes:
    """Communes in house form: ``commune_id`` as ``FR:59350``, country, code, name, population.

    Parameters
    ----------
    data : geopandas.GeoDataFrame
        Polygons with a CRS.
    id_column : str
        Column of official codes, or of ids that name the country already (``FR:59350``, ``FR_59350``).
    country : str, optional
        Country of all rows; ``country_column`` (or a column ``country``) says it row by row. Where neither is
        known, the id is used as it is.
    name_column, population_column : str, optional
        Columns that become ``name`` and ``population``.
    columns : mapping, optional
        Other columns to rename, from the file's name to the house's.
    source : Source, optional
        Gets the caveat ``geometry_repaired`` where a polygon was repaired.

    Raises
    ------
    InputError
        If a column is missing, codes are empty, doubled, of another country or of no country while several
        are present, or populations are negative or infinite; as :func:`frame` beside.
    """
    for column in (id_column, country_column, name_column, population_column):
        if column is not None:
            require_column(data, column, what=what)
    ids, told_codes = codes.commune_ids(
        data, id_column=id_column, country=country, country_column=country_column, what=what
    )
    out = data.copy(deep=False)
    out["commune_id"] = ids
    out["country"], out["code"] = codes.parts(ids)
    out = _renamed(out, {str(name_column): "name", str(population_column): "population", **(columns or {})})
    out, repairs = frame(out, what=what, countries=[one for one in sorted(set(out["country"])) if one])
    if "population" in out.columns:
        out["population"] = _people(
            out["population"], what=f"{what}, column {population_column or 'population'!r}"
        )
    for flag in ("approximate_boundary", "estimated_population"):
        if flag in out.columns:
            out[flag] = out[flag].fillna(False).astype(bool)
    if told_codes:
        log.warning("%s: %s", what, told(told_codes))
    return Communes(out, sources=(with_repairs(source, repairs),) if source is not None else ())


def _renamed(data: gpd.GeoDataFrame, names: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Columns under their house names; a column that bears the name already gives way."""
    for old, new in names.items():
        if old in data.columns and old != new:
            data = data.drop(columns=[new], errors="ignore").rename(columns={old: new})
    return data


def population(
    data: xr.DataArray | gpd.GeoDataFrame,
    *,
    column: str | None = None,
    units: str | None = None,
    source: Source | None = None,
    disclosure_minimum: float = 0.0,
    caveats: Sequence[str] = (),
    what: str = "population",
    option: str = NO_DATA_FIELD,
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

    Raises
    ------
    InputError
        If units, CRS or the column are missing, or people are negative or infinite.
    """
    repairs: Repairs = {}
    if isinstance(data, gpd.GeoDataFrame):
        if column is not None:
            require_column(data, column, what=what)
        out, repairs = frame(data, what=what)
        if column is not None:
            out[column] = _people(out[column], what=f"{what}, column {column!r}")
        stated = cf_units(units or "1", what=what)
    else:
        out, repairs = raster(data, what=what, units_stated=units, option=option)
        stated = cf_units(out.attrs.get("units"), what=what)
        out = _guarded(out, what=what, option=option)
    told_source = (with_repairs(source, repairs),) if source is not None else ()
    return Population(
        out,
        units=stated,
        column=column,
        disclosure_minimum=disclosure_minimum,
        sources=told_source,
        caveats=tuple(caveats),
    )


def with_repairs(source: Source, repairs: Mapping[str, int]) -> Source:
    """The source with the caveat ``geometry_repaired`` where polygons were repaired."""
    if not any(name.startswith("geometries_") for name in repairs) or "geometry_repaired" in source.caveats:
        return source
    return replace(source, caveats=(*source.caveats, "geometry_repaired"))


def _people(values: pd.Series, *, what: str) -> pd.Series:
    numbers = pd.to_numeric(values, errors="coerce")
    unread = numbers.isna() & values.notna()
    if unread.any():
        raise InputError(
            what,
            got=repr(values[unread].iloc[0]),
            expected="numbers of people",
            hint="remove blanks and signs, or name another column",
        )
    numbers = numbers.astype("float64")
    bad = np.isinf(numbers) | (numbers < 0)
    if bad.any():
        raise InputError(
            what,
            got=f"{int(bad.sum())} negative or infinite value(s), the first {numbers[bad].iloc[0]:g}",
            expected="people, finite and not negative",
            hint=FieldHint(
                "correct the source, or leave these rows out: {keep}",
                otherwise="correct these rows, or take them out of the file",
                keep="[{column: COLUMN, at_least: 0}]",
            ),
        )
    return numbers


def _guarded(data: xr.DataArray, *, what: str, option: str) -> xr.DataArray:
    """The raster, whose people are finite and not negative."""

    def check(values: np.ndarray) -> None:
        bad = np.isinf(values) | (values < 0) if values.dtype.kind == "f" else values < 0
        if bad.any():
            number = shown(values[bad][0], values.dtype)
            raise InputError(
                f"{what}: cells",
                got=f"{int(bad.sum())} negative or infinite cell(s), the first {number}",
                expected="people, finite and not negative",
                hint=f"declare the no-data value: {option} {number}, or in the file: gdal_edit -a_nodata",
            )

    return checked(data, check)
