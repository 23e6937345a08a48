"""At the door: data get house names, house units, sound geometries; what was changed is counted and told.

Each function takes data as read and returns them in the form the engine asks for, or refuses with one error.
Nothing is guessed: a CRS, a unit, a country that is not stated is asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoalarm.catalog import codes
from geoalarm.catalog.normalise_frame import frame as frame
from geoalarm.catalog.normalise_frame import placed as placed
from geoalarm.catalog.normalise_frame import with_repairs as with_repairs
from geoalarm.catalog.normalise_people import people_of
from geoalarm.catalog.normalise_people import population as population
from geoalarm.catalog.normalise_raster import Repairs, told
from geoalarm.catalog.normalise_raster import raster as raster
from geoalarm.core.english_counts import counted
from geoalarm.core.errors import InputError
from geoalarm.core.frame_checks import without_outline
from geoalarm.core.missing_words import is_missing_word
from geoalarm.core.model import Communes, Source, require_column
from geoalarm.core.row_account import KEEP_FIELD, RowAccount, choice_hint
from geoalarm.core.unicode_names import nfc
from geoalarm.geo.fill_values import lost_fill

log = logging.getLogger(__name__)

UNCLASSIFIED: Final = "unclassified"
"""Class of polygons whose class cell is empty: still mapped, of unknown severity."""


def polygons(
    data: gpd.GeoDataFrame,
    *,
    class_column: str | None = None,
    is_intensity: bool = False,
    what: str = "layer",
    countries: Sequence[str] = (),
) -> tuple[gpd.GeoDataFrame, Repairs]:
    """Polygons of a hazard with one spelling a class.

    Labels that differ only by case and blanks (``YES``, ``Yes``) become the most frequent spelling; empty
    ones become ``unclassified``; whole numbers stored as floats become integers. All counted.

    Parameters
    ----------
    is_intensity : bool
        The column holds numbers to be divided by bounds, not labels: every row needs one.

    Raises
    ------
    InputError
        As :func:`frame`; also if ``class_column`` is absent, or holds a number that is no class.
    """
    if class_column is not None:
        require_column(data, class_column, what=what)
    out, repairs = frame(data, what=what, countries=countries)
    if class_column is None:
        return out, repairs
    labels, place = out[class_column], f"{what}, column {class_column!r}"
    if is_intensity:
        _require_numbers(labels, what=place)
    elif pd.api.types.is_numeric_dtype(labels):
        labels = _whole(labels, what=place)
    if not pd.api.types.is_numeric_dtype(labels):
        labels, found = _one_spelling(labels)
        repairs.update(found)
        if found:
            log.warning("%s: %s", place, told(found))
    return out.assign(**{class_column: labels}), repairs


def _one_spelling(labels: pd.Series) -> tuple[pd.Series, Repairs]:
    """Labels as text in the most frequent spelling of each, and what was changed."""
    known = labels.notna()
    words = [_word(one) if is_known else "" for one, is_known in zip(labels, known, strict=True)]
    text: Any = pd.Series(words, index=labels.index, dtype="object")
    best = text.groupby(text.str.casefold()).agg(lambda group: group.value_counts().sort_index().idxmax())
    merged = best.reindex(text.str.casefold()).set_axis(text.index)
    written = pd.Series([str(one) for one in labels], index=labels.index, dtype="object")
    empty, changed = merged == "", (merged != written) & known & (text != "")
    found = {"class_labels_merged": int(changed.sum()), "class_labels_missing": int(empty.sum())}
    return merged.where(~empty, UNCLASSIFIED), {name: count for name, count in found.items() if count}


def _word(cell: object) -> str:
    """A label in one form of its accents and blanks; empty where it says that there is none."""
    text = nfc(" ".join(str(cell).split()))
    return "" if is_missing_word(text) else text


def _whole(labels: pd.Series, *, what: str) -> pd.Series:
    """Codes of classes: whole numbers as such, as text where some cells are empty."""
    known = labels.dropna()
    found = lost_fill(known.to_numpy(dtype="float64"), are_codes=not pd.api.types.is_bool_dtype(labels))
    if found is None and np.isinf(known.to_numpy(dtype="float64")).any():
        found = np.inf
    if found is not None:
        raise InputError(
            f"{what}: does {found:g} mean that nothing is known there?",
            got=f"{found:g} in {int((known == found).sum())} of {len(labels)} rows",
            expected="a class in every row",
            hint="remove these rows from the file, or empty their cells if the class alone is not known",
        )
    if pd.api.types.is_float_dtype(labels) and (known == known.round()).all():
        labels = labels.astype("Int64") if labels.isna().any() else labels.astype("int64")
    return labels.astype("object") if labels.isna().any() else labels


def _require_numbers(values: pd.Series, *, what: str) -> None:
    """Refuse what is no intensity: yes and no, dates, empty cells, infinite numbers."""
    types = pd.api.types
    is_other = types.is_bool_dtype(values) or types.is_datetime64_any_dtype(values)
    numbers = pd.to_numeric(values, errors="coerce") if not is_other else values
    lacking = values.isna() | (values.astype("str").str.strip() == "")
    bad = lacking if is_other else lacking | np.isinf(numbers)
    if is_other or bad.any():
        raise InputError(
            what,
            got=f"{values.dtype} values" if is_other else counted(bad.sum(), "empty or infinite cell"),
            expected="a number in every row, to be divided by the bounds",
            hint="name the column of the intensity; take rows without one out of the file, and out of the "
            "area that --studied names",
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
    rows: RowAccount | None = None,
    what: str = "communes",
    keep: str = KEEP_FIELD,
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
    rows : RowAccount, optional
        What was done to the rows before.
    keep : str
        Where the reader says which rows are meant (:class:`RowAccount`).

    Raises
    ------
    InputError
        If a column is missing, codes are empty, doubled, of another country or of no country while several
        are present, a commune has no outline, or populations are negative or infinite; as :func:`frame`
        beside.
    """
    for column in (id_column, country_column, name_column, population_column):
        if column is not None:
            require_column(data, column, what=what)
    ids, told_codes = codes.commune_ids(
        data, id_column=id_column, country=country, country_column=country_column, what=what
    )
    _require_once(data, ids, what=what, keep=keep)
    out = data.copy(deep=False)
    out["commune_id"] = ids
    out["country"], out["code"] = codes.parts(ids)
    out = _renamed(out, {str(name_column): "name", str(population_column): "population", **(columns or {})})
    out, repairs, lost = placed(out, what=what, countries=[one for one in sorted(set(out["country"])) if one])
    if len(lost):
        codes_lost = data.reset_index(drop=True).loc[lost.index, id_column].tolist()
        raise without_outline(codes_lost, id_column, what=what)
    if "population" in out.columns:
        out["population"] = people_of(out["population"].rename(population_column or "population"), what=what)
    for flag in ("approximate_boundary", "estimated_population"):
        if flag in out.columns:
            out[flag] = out[flag].fillna(False).astype(bool)
    if told_codes:
        log.warning("%s: %s", what, told(told_codes))
    known = (with_repairs(source, repairs),) if source is not None else ()
    found = RowAccount({source.id if source is not None else what: {**repairs, **told_codes}})
    parts = [found] if rows is None else [rows, found]
    return Communes(out, sources=known, rows=RowAccount.joined(parts))


def _require_once(data: gpd.GeoDataFrame, ids: pd.Series, *, what: str, keep: str) -> None:
    """Where a column tells rows of one commune apart, such as a year, the choice is the reader's."""
    place = pd.Series(range(len(ids)), index=ids.to_numpy())
    first = place.groupby(level=0).transform("first").to_numpy()
    again = np.flatnonzero(place.to_numpy() != first)
    if not len(again):
        return
    outlines = data.geometry.to_numpy()
    if not shapely.intersects(outlines[first[again]], outlines[again]).all():
        return  # two communes of one code, not one commune twice: their country is missing
    columns = data.drop(columns=data.geometry.name)
    hint = choice_hint(columns, first[again], again, keep)
    if hint is not None:
        raise InputError(
            f"{what}: communes stand there several times",
            got=", ".join(dict.fromkeys(ids.to_numpy()[again][:5])),
            expected="one row a commune",
            hint=hint,
        )


def renamed(data: gpd.GeoDataFrame, names: Mapping[str, str], *, what: str) -> gpd.GeoDataFrame:
    """Columns under the names that an entry states.

    Raises
    ------
    InputError
        If one of them is missing.
    """
    for column in names:
        require_column(data, column, what=what)
    return _renamed(data, names)


def _renamed(data: gpd.GeoDataFrame, names: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Columns under their house names; a column that bears the name already gives way."""
    for old, new in names.items():
        if old in data.columns and old != new:
            data = data.drop(columns=[new], errors="ignore").rename(columns={old: new})
    return data
