"""Look at a GeoPackage before any library opens it: it is a database, and a database can be hostile.

A view may recurse without end, a generated column may hold a gigabyte, a virtual table may read other files,
thousands of rows may share the same pages, a record may claim more than the file has. Each is refused here
with one error, in memory bounded by one record, before OGR sees the file.
"""

from __future__ import annotations

import re
import sqlite3
import struct
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.unicode_names import same_name

MAGIC: Final = b"SQLite format 3\x00"
MAX_RECORD: Final = 256 * 2**20
"""Longest value accepted [bytes]; the largest commune outline of the zone has under 1 MB."""

MAX_BYTES: Final = 64 * 2**30
MAX_CONTENTS: Final = 5_000
_OF_THE_FORMAT: Final = re.compile(r"(gpkg|rtree|sqlite)_", re.IGNORECASE)
_STEPS: Final = 200_000


def require_sound(path: Path, layer: str | None = None) -> None:
    """Refuse a GeoPackage that is damaged or built to harm.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    layer : str, optional
        Layer that will be read; all layers where none is given.

    Raises
    ------
    InputError
        If the header and the size disagree, a layer is a view or a virtual table, a column is computed, rows
        hold more than the file, or the layer does not exist.
    """
    with _guarded(path) as database:
        tables = _tables(database)
        layers = _layers(database, tables, path)
        if not layers:
            raise InputError(
                f"{path.name} has no layer with geometry",
                got="tables only",
                expected="a layer",
                hint="check the file",
            )
        named = same_name(layer, layers) if layer is not None else None
        if layer is not None and named is None:
            raise InputError(
                f"{path.name} has no layer {layer!r}",
                got=", ".join(sorted(layers)) or "no layer",
                expected=layer,
                hint=near_miss(layer, layers),
            )
        _require_plain_schema(database, tables, path)
        for table in [named] if named is not None else layers:
            _require_honest_rows(database, table, path)


def layers_of(path: Path) -> list[str]:
    """Names of the vector layers of a GeoPackage, without opening them.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    with _guarded(path) as database:
        return sorted(_layers(database, _tables(database), path))


def tables_of(path: Path) -> dict[str, bool]:
    """Every table of a GeoPackage, and whether it has a geometry; none is opened. Tables without geometry
    that its contents do not list, as some programs write them, are among them.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    with _guarded(path) as database:
        held = _tables(database)
        layers = set(_layers(database, held, path))
        own = [name for name, (kind, _) in held.items() if kind == "table" and not _OF_THE_FORMAT.match(name)]
        return {name: name in layers for name in own}


def require_sound_tables(path: Path, names: Sequence[str]) -> None:
    """Refuse a GeoPackage that is built to harm, and tables of it that hold more than the file; as
    :func:`require_sound`, for tables without geometry too.
    """
    with _guarded(path) as database:
        _require_plain_schema(database, _tables(database), path)
        for name in names:
            _require_honest_rows(database, name, path)


@contextmanager
def _guarded(path: Path) -> Iterator[sqlite3.Connection]:
    _require_header(path)
    uri = path.absolute().as_uri() + "?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as database:
            harden(database, path)
            yield database
    except sqlite3.Error as error:
        raise InputError(
            f"{path.name} is damaged or hostile",
            got=str(error),
            expected="a sound GeoPackage",
            hint="open and save it anew with the tool that made it",
        ) from error


def _require_header(path: Path) -> None:
    with path.open("rb") as stream:
        head = stream.read(100)
    if len(head) < 100 or not head.startswith(MAGIC):
        raise InputError(
            f"{path.name} is not a GeoPackage",
            got="other first bytes",
            expected="an SQLite header",
            hint="check the file",
        )
    page = struct.unpack(">H", head[16:18])[0]
    page = 65_536 if page == 1 else page
    pages, size = struct.unpack(">I", head[28:32])[0], path.stat().st_size
    is_counted = head[24:28] == head[92:96]  # else SQLite itself goes by the size of the file
    if page < 512 or page & (page - 1) or size % page or (is_counted and pages * page != size):
        raise InputError(
            f"{path.name} is damaged",
            got=f"{size} bytes for {pages} pages of {page}",
            expected="a size that fits its header",
            hint="fetch it again; it may be cut off",
        )
    if size > MAX_BYTES:
        raise InputError(
            f"{path.name} is too large",
            got=f"{size} bytes",
            expected=f"at most {MAX_BYTES}",
            hint="cut the zone out first",
        )


def harden(database: sqlite3.Connection, path: Path) -> None:
    """Bound what a database may make SQLite do."""
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_RECORD)
    database.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, 1_000_000)
    database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    database.setlimit(sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 0)
    for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "query_only=ON", "mmap_size=0"):
        database.execute(f"PRAGMA {pragma}")
    budget = [200 + path.stat().st_size // 10_000]

    def step() -> bool:
        budget[0] -= 1
        return budget[0] < 0

    database.set_progress_handler(step, _STEPS)


def _tables(database: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    """Name -> (type, SQL) of everything in the schema that can be read from."""
    rows = database.execute(
        "SELECT name, type, coalesce(sql, '') FROM sqlite_master WHERE type IN ('table', 'view')"
    ).fetchmany(100_000)
    return {str(name): (str(kind), str(sql)) for name, kind, sql in rows}


def _layers(database: sqlite3.Connection, tables: dict[str, tuple[str, str]], path: Path) -> list[str]:
    for name in ("gpkg_contents", "gpkg_geometry_columns"):
        kind, sql = tables.get(name, ("", ""))
        if kind != "table" or _module_of(sql) is not None:
            raise InputError(
                f"{path.name} is not a GeoPackage",
                got=f"{name} is {'a view' if kind == 'view' else 'missing'}",
                expected="a table",
                hint="open and save it anew with the tool that made it",
            )
    rows = database.execute(
        "SELECT c.table_name FROM gpkg_contents c JOIN gpkg_geometry_columns g ON g.table_name = c.table_name"
    ).fetchmany(MAX_CONTENTS + 1)
    if len(rows) > MAX_CONTENTS:
        raise InputError(
            f"{path.name} has too many layers",
            got=f"more than {MAX_CONTENTS}",
            expected="fewer",
            hint="split it",
        )
    return [str(name) for (name,) in rows]


def _module_of(sql: str) -> str | None:
    """Module of a virtual table, or None for a plain one."""
    found = re.match(r"\s*create\s+virtual\s+table\b.*?\busing\s+(\w+)", sql, flags=re.IGNORECASE | re.DOTALL)
    return found.group(1).lower() if found else None


def _require_plain_schema(
    database: sqlite3.Connection, tables: dict[str, tuple[str, str]], path: Path
) -> None:
    """No view, virtual table or computed column anywhere but the spatial index that the standard asks for."""
    for name, (kind, sql) in tables.items():
        module = _module_of(sql)
        if module == "rtree":
            continue
        if kind == "view" or module is not None:
            raise InputError(
                f"{path.name} holds {'a view' if kind == 'view' else 'a virtual table'} {name!r}",
                got=" ".join(sql.split())[:120],
                expected="plain tables",
                hint="export the layer to a new GeoPackage",
            )
        computed = [
            column[1]
            for column in database.execute(f"PRAGMA table_xinfo({_quoted(name)})")
            if column[6] in (2, 3)
        ]
        if computed:
            raise InputError(
                f"{path.name}, table {name!r} computes its column {computed[0]!r}",
                got=" ".join(sql.split())[:120],
                expected="stored values",
                hint="export the layer to a new GeoPackage",
            )


def _require_honest_rows(database: sqlite3.Connection, table: str, path: Path) -> None:
    """Rows may not hold more than the file does: rows that share pages, or claim what is not there."""
    columns = [
        _quoted(str(column[1])) for column in database.execute(f"PRAGMA table_xinfo({_quoted(table)})")
    ]
    if not columns:
        raise InputError(
            f"{path.name} lists the layer {table!r} but does not hold it",
            expected="a table",
            hint="export the layer again",
        )
    lengths = [
        (
            f"CASE typeof({name}) WHEN 'blob' THEN length({name}) WHEN 'text' THEN length(CAST({name} AS "
            f"BLOB)) ELSE 0 END"
        )
        for name in columns
    ]
    held, total = path.stat().st_size, 0
    for (length,) in database.execute(f"SELECT {' + '.join(lengths)} FROM {_quoted(table)}"):  # noqa: S608 - quoted names of the file itself
        total += length + 2
        if total > held:
            raise InputError(
                f"{path.name}, layer {table!r} holds more than the file",
                got=f"over {total} bytes of rows in {held} bytes of file",
                expected="rows that fit their file",
                hint="the file is damaged or a bomb; export the layer again",
            )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
