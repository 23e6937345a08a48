"""Look at a GeoParquet before it is unpacked: a value stored once may stand in twenty million rows, and
geometries may nest without end.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geoalarm.core.errors import InputError
from geoalarm.io.wkb_guard import require_shallow

if TYPE_CHECKING:
    import pyarrow as pa

MAX_FEATURES: Final = 20_000_000
MAX_UNPACKED: Final = 12 * 2**30
"""Most bytes of all columns together once unpacked; France's IRIS take 30 MB."""

_BATCH_ROWS: Final = 16_384


def require_sound(path: Path) -> None:
    """Refuse a Parquet file that is no GeoParquet, expands too far or holds geometries that end the process.

    Dictionaries are kept packed while rows are counted, so that the look itself takes little memory.

    Raises
    ------
    InputError
        With what was found and how much is accepted.
    pyarrow.ArrowException, OSError, ValueError
        If the file is damaged.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        rows, schema = file.metadata.num_rows, file.schema_arrow
        columns = _geometry_columns(schema, path)
    if rows > MAX_FEATURES:
        raise InputError(
            f"{path.name} has too many features",
            got=rows,
            expected=f"at most {MAX_FEATURES}",
            hint="cut the zone out first",
        )
    fixed = sum(_width(field.type, field.name, path) for field in schema)
    _require_less(rows * fixed, path)
    texts = [field.name for field in schema if _is_text(field.type)]
    total = rows * fixed
    with pq.ParquetFile(path, read_dictionary=texts) as file:
        for batch in file.iter_batches(batch_size=_BATCH_ROWS, columns=texts):
            for name, column in zip(batch.schema.names, batch.columns, strict=True):
                total += _length(column)
                _require_less(total, path)
                if name in columns:
                    require_shallow(column.dictionary.to_pylist(), what=path.name)


def _geometry_columns(schema: pa.Schema, path: Path) -> set[str]:
    facts: dict[str, Any] = json.loads((schema.metadata or {}).get(b"geo", b"{}"))
    columns = facts.get("columns", {})
    other = sorted(name for name, column in columns.items() if column.get("encoding") != "WKB")
    if not columns or other:
        raise InputError(
            f"{path.name} cannot be read as GeoParquet",
            got="no geometry column"
            if not columns
            else f"column {other[0]!r} in encoding {columns[other[0]].get('encoding')!r}",
            expected="geometries as WKB",
            hint="write it with geopandas to_parquet",
        )
    return set(columns)


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow.types as types

    if types.is_dictionary(kind):
        kind = kind.value_type
    return bool(
        types.is_string(kind)
        or types.is_binary(kind)
        or types.is_large_string(kind)
        or types.is_large_binary(kind)
    )


def _width(kind: pa.DataType, name: str, path: Path) -> int:
    """Bytes a row takes in a column of fixed width [1]; texts are counted one by one."""
    import pyarrow.types as types

    if types.is_struct(kind):
        return sum(_width(kind.field(index).type, name, path) for index in range(kind.num_fields))
    if types.is_dictionary(kind) and not _is_text(kind):
        kind = kind.value_type
    if _is_text(kind) or types.is_null(kind) or types.is_boolean(kind):
        return 8
    if types.is_primitive(kind) or types.is_decimal(kind) or types.is_fixed_size_binary(kind):
        return int(kind.bit_width) // 8 + 1
    raise InputError(
        f"{path.name}, column {name!r}",
        got=str(kind),
        expected="numbers, dates or text",
        hint="drop columns of lists",
    )


def _length(column: pa.Array) -> int:
    """Bytes of a column of texts once every row has its own copy."""
    import pyarrow.compute as pc

    lengths = np.asarray(pc.fill_null(pc.binary_length(column.dictionary), 0))
    rows = np.asarray(pc.fill_null(column.indices, 0))
    return int(lengths[rows].sum(dtype="int64")) if len(lengths) else 0


def _require_less(total: int, path: Path) -> None:
    if total > MAX_UNPACKED:
        raise InputError(
            f"{path.name} expands too far",
            got=f"over {total} bytes in a file of {path.stat().st_size}",
            expected=f"at most {MAX_UNPACKED}",
            hint="cut the zone out first",
        )
