"""The exposure table as files and as one row a commune: fixed order, fixed types, units in the header."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from geoalarm.core.atomic import atomic_file
from geoalarm.core.errors import InputError
from geoalarm.core.schema import FIELDS, KEY, conform, split_keys
from geoalarm.results.formula_guard import without_formulas

TABLE_ENDINGS: Final = (".csv", ".parquet")
"""File endings a table can be written to."""

_ORDER: Final = [name for name in KEY if name != "intensity_class"]


def in_order(table: pd.DataFrame) -> pd.DataFrame:
    """The table of the design in a fixed order: by key, the classes of one footprint as it lists them (mild
    to severe).

    Raises
    ------
    KeyError
        If a column is missing.
    """
    out = conform(table).sort_values(_ORDER, kind="stable", ignore_index=True)
    out.attrs = {}
    return out


def write_parquet(table: pd.DataFrame, path: Path) -> None:
    """One Parquet file, unit and meaning with each column; no time, no index: same values, same bytes."""
    plain = table.copy(deep=False)
    plain.attrs = {}
    arrow = pa.Table.from_pandas(plain, preserve_index=False).replace_schema_metadata(
        {"format": "geoalarm table"}
    )
    for position, name in enumerate(arrow.column_names):
        if name in FIELDS:
            known = {"unit": FIELDS[name].unit, "description": FIELDS[name].description}
            arrow = arrow.cast(arrow.schema.set(position, arrow.schema.field(position).with_metadata(known)))
    pq.write_table(arrow, path, compression="zstd")


def read_parquet(path: Path) -> pd.DataFrame:
    """The inverse of :func:`write_parquet`: text columns as ``str``, numbers as float64."""
    table: pd.DataFrame = pq.read_table(path).to_pandas()
    dtypes = {name: field.dtype for name, field in FIELDS.items() if name in table.columns}
    return table.astype(dtypes)


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Comma-separated UTF-8, every digit kept, an empty cell where the value is unknown; no text that a
    spreadsheet would run.
    """
    without_formulas(table).to_csv(path, index=False, encoding="utf-8", lineterminator="\n", na_rep="")


def write_table(table: pd.DataFrame, path: Path) -> None:
    """The table as CSV or Parquet, by the ending of ``path``; written aside, then renamed.

    Raises
    ------
    InputError
        If the ending is another, or the place cannot be written.
    """
    require_table_ending(path)
    with atomic_file(path) as scratch:
        (write_csv if path.suffix.lower() == ".csv" else write_parquet)(table, scratch)


def require_table_ending(path: Path) -> None:
    """Refuse an output whose ending names no format.

    Raises
    ------
    InputError
        If the ending is neither ``.csv`` nor ``.parquet``.
    """
    if path.suffix.lower() not in TABLE_ENDINGS:
        raise InputError(
            f"ending of {path.name}",
            got=path.suffix or "none",
            expected=" or ".join(TABLE_ENDINGS),
            hint=f"--out {path.stem or 'exposure'}.csv",
        )


def by_commune(table: pd.DataFrame) -> pd.DataFrame:
    """One row a commune, one column a footprint: people exposed in all its classes, for a map.

    Where named classes overlap (caveat ``classes_overlap``) rows do not add up, and each class has a column
    of its own. Unknown stays NaN, never zero; ``<footprint>_mapped`` is the share of the commune that the
    layer covers.
    """
    out = pd.DataFrame(index=pd.Index(sorted(table["commune_id"].unique()), name="commune_id"))
    footprint = ["hazard", "scenario", "return_period_yr", "basis"]
    for key, rows in table.groupby(footprint, dropna=False, sort=True):
        name = _slug(*key)
        overlap = any("classes_overlap" in split_keys(cell) for cell in rows["caveats"].unique())
        groups = (
            [(f"{name}_{_slug(label)}", part) for label, part in rows.groupby("intensity_class", sort=False)]
            if overlap
            else [(name, rows)]
        )
        for column, part in groups:
            out[column] = part.groupby("commune_id")["population_exposed"].agg(_known_sum)
        out[f"{name}_mapped"] = rows.groupby("commune_id")["mapped_share"].first()
    return out.reset_index()


def _known_sum(values: pd.Series) -> float:
    """Sum of classes, NaN as soon as one is unknown."""
    return float(values.sum()) if values.notna().all() else float("nan")


def _slug(*parts: object) -> str:
    """A column name from the parts of a footprint's key: ``flood_t100_modelled``."""
    words = [
        f"t{part:g}" if isinstance(part, float | np.floating) and np.isfinite(part) else str(part)
        for part in parts
        if part not in ("", None) and not (isinstance(part, float | np.floating) and np.isnan(part))
    ]
    return (
        re.sub(r"[^0-9a-z.]+", "_", "_".join(words).lower().replace("∞", "up")).strip("_").replace(".", "p")
    )
