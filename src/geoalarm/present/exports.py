"""Files for a reader to keep, as bytes: CSV, Parquet, GeoPackage. Each carries its facts; the same table
gives the same bytes.

Numbers keep their digits here, unknown is an empty cell, and rounding stays with the views. Pictures come
from ``figures``.
"""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio

from geoalarm.core.model import Communes
from geoalarm.core.scratch_files import scratch_folder
from geoalarm.present.table_facts import TableFacts, facts_json
from geoalarm.results.formula_guard import without_formulas
from geoalarm.results.geopackage_writer import settle

_ZIP_DATE: Final = (1980, 1, 1, 0, 0, 0)


def csv(table: pd.DataFrame) -> bytes:
    """Comma-separated UTF-8, one header line of column names, an empty cell where the value is unknown.

    A text cell that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    plain = without_formulas(table.drop(columns="geometry", errors="ignore"))
    return plain.to_csv(index=False, lineterminator="\n", na_rep="").encode("utf-8")


def csv_with_facts(table: pd.DataFrame, known: TableFacts, *, name: str = "exposure") -> bytes:
    """A zip of ``<name>.csv`` and, beside it, ``<name>.facts.json``."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, content in ((f"{name}.csv", csv(table)), (f"{name}.facts.json", facts_json(known))):
            archive.writestr(zipfile.ZipInfo(file, _ZIP_DATE), content, compress_type=zipfile.ZIP_DEFLATED)
    return out.getvalue()


def parquet(table: pd.DataFrame, known: TableFacts) -> bytes:
    """Parquet with ``unit``, ``label`` and ``meaning`` in each column's metadata, and all facts as JSON under
    ``geoalarm``.
    """
    plain = table.drop(columns="geometry", errors="ignore").copy(deep=False)
    plain.attrs = {}
    arrow = pa.Table.from_pandas(plain, preserve_index=False)
    fields = [field.with_metadata(_column_facts(field.name, known)) for field in arrow.schema]
    about = json.dumps(known.as_dict(), ensure_ascii=False)
    arrow = arrow.cast(pa.schema(fields, metadata={"geoalarm": about}))
    out = io.BytesIO()
    pq.write_table(arrow, out, compression="zstd")
    return out.getvalue()


def geopackage(
    totals: pd.DataFrame, communes: Communes, known: TableFacts, *, table: pd.DataFrame | None = None
) -> bytes:
    """A GeoPackage of three layers: ``communes`` (outlines with one total each), ``exposure`` (all rows),
    ``about`` (the facts).

    Parameters
    ----------
    totals : pandas.DataFrame
        One row a commune (:func:`geoalarm.results.totals.threshold_total`); a commune without a row keeps its
        outline, values NULL.
    known : TableFacts
        Facts of ``totals`` or of ``table``; columns get their label and meaning as alias and description.
    table : pandas.DataFrame, optional
        The exposure table behind the totals.
    """
    outlines = communes.data.drop(
        columns=[name for name in totals.columns if name in communes.data.columns and name != "commune_id"]
    )
    joined = outlines.merge(totals, on="commune_id", how="left", validate="one_to_one")
    with scratch_folder() as folder:
        path = folder / "exposure.gpkg"
        joined.to_file(path, layer="communes", driver="GPKG", engine="pyogrio", promote_to_multi=True)
        layers = {"communes": list(joined.columns)}
        for name, rows in (("exposure", table), ("about", known.rows())):
            if rows is not None:
                _attributes(rows, path, name)
                layers[name] = list(rows.columns)
        _finish(path, layers, known)
        return path.read_bytes()


def _attributes(rows: pd.DataFrame, path: Path, layer: str) -> None:
    pyogrio.write_dataframe(rows, path, layer=layer, driver="GPKG", append=False)


def _finish(path: Path, layers: dict[str, list[str]], known: TableFacts) -> None:
    """Aliases and descriptions by the schema extension of GeoPackage; no date of today left inside."""
    with closing(sqlite3.connect(path)) as base:
        base.executescript(_SCHEMA_EXTENSION)
        rows = [
            (layer, name, known.columns[name].label, known.columns[name].label, _described(name, known))
            for layer, names in layers.items()
            for name in names
            if name in known.columns and known.columns[name].meaning
        ]
        columns = "(table_name, column_name, name, title, description)"
        base.executemany(f"INSERT OR REPLACE INTO gpkg_data_columns {columns} VALUES (?, ?, ?, ?, ?)", rows)  # noqa: S608 (constant)
        base.execute("UPDATE gpkg_contents SET description = ?", (known.limit,))
        base.commit()
    settle(path)


_SCHEMA_EXTENSION: Final = """
CREATE TABLE IF NOT EXISTS gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT,
  mime_type TEXT, constraint_name TEXT,
  CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE IF NOT EXISTS gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC,
  min_is_inclusive BOOLEAN, max NUMERIC,
  max_is_inclusive BOOLEAN, description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
CREATE TABLE IF NOT EXISTS gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
  scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
INSERT INTO gpkg_extensions (table_name, extension_name, definition, scope) VALUES
  ('gpkg_data_columns', 'gpkg_schema', 'http://www.geopackage.org/spec121/#extension_schema', 'read-write'),
  ('gpkg_data_column_constraints', 'gpkg_schema', 'http://www.geopackage.org/spec121/#extension_schema',
  'read-write');
"""


def _described(name: str, known: TableFacts) -> str:
    column = known.columns[name]
    return column.meaning + (f" [{column.unit}]" if column.unit not in ("", "1") else "")


def _column_facts(name: str, known: TableFacts) -> dict[str, str]:
    column = known.columns.get(name)
    return {} if column is None else {"unit": column.unit, "label": column.label, "meaning": column.meaning}
