"""Hostile GeoPackages, built as an attacker would: each is one error, quickly, in little memory, and OGR
never opens it.
"""

from __future__ import annotations

import os
import resource
import sqlite3
import struct
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
from shapely import box

from geoalarm.catalog import normalise
from geoalarm.core.errors import InputError
from geoalarm.io import geopackage_guard as geopackage
from geoalarm.io.vector_files import read_vector

GOOD = gpd.GeoDataFrame(
    {"name": ["a", "b", "c"], "people": [1, 2, 3]},
    geometry=[box(x, 50, x + 1, 51) for x in (2, 3, 4)],
    crs=4326,
)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.gpkg"
    GOOD.to_file(path, layer="cells")
    return path


@pytest.fixture
def untouched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails the test when OGR is asked to open anything."""

    def never(*_: object, **__: object) -> None:
        raise AssertionError("OGR opened a hostile file")

    for name in ("read_dataframe", "read_info", "list_layers"):
        monkeypatch.setattr(pyogrio, name, never)


def sql(path: Path, *statements: str) -> Path:
    with sqlite3.connect(path, isolation_level=None) as database:
        database.execute("PRAGMA writable_schema=ON")
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            database.execute(statement)
    database.close()
    return path


def refused(
    path: Path, told: str, *, layer: str | None = None, seconds: float = 5.0, megabytes: float = 300.0
) -> None:
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    with pytest.raises(InputError, match=told) as caught:
        read_vector(path, layer)
    assert caught.value.hint
    assert time.perf_counter() - started < seconds
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < megabytes


def test_a_sound_file_passes_with_its_index_and_triggers(good: Path) -> None:
    geopackage.require_sound(good)
    geopackage.require_sound(good, "cells")
    assert geopackage.layers_of(good) == ["cells"]
    assert len(read_vector(good)) == 3


def test_it_is_opened_read_only_and_leaves_nothing_beside(good: Path) -> None:
    sql(good, "PRAGMA journal_mode=WAL")
    before, names = good.read_bytes(), sorted(one.name for one in good.parent.iterdir())
    assert len(read_vector(good)) == 3
    assert good.read_bytes() == before
    assert sorted(one.name for one in good.parent.iterdir()) == names


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
RECURSION = f"{ENDLESS} SELECT i AS fid, (SELECT geom FROM cells_old LIMIT 1) AS geom, 'x' AS name FROM n"


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        (
            ["ALTER TABLE cells RENAME TO cells_old", f"CREATE VIEW cells AS {RECURSION}"],
            "holds a view 'cells'",
        ),
        (
            [
                (
                    "CREATE VIEW other AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT "
                    "i FROM n"
                )
            ],
            "holds a view 'other'",
        ),
        (
            [
                "ALTER TABLE gpkg_contents RENAME TO old",
                "CREATE VIEW gpkg_contents AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) "
                "SELECT 'cells' AS table_name FROM n",
            ],
            "not a GeoPackage; got gpkg_contents is a view",
        ),
        (
            ["ALTER TABLE cells ADD COLUMN bomb BLOB GENERATED ALWAYS AS (zeroblob(999999999)) VIRTUAL"],
            "computes its column 'bomb'",
        ),
        (["CREATE VIRTUAL TABLE words USING fts5(a)"], "holds a virtual table 'words'"),
        (["DELETE FROM gpkg_contents"], "no layer"),
        (["DROP TABLE gpkg_geometry_columns"], "gpkg_geometry_columns is missing"),
        (["DROP TABLE cells"], "does not hold it|damaged"),
        (
            [
                "INSERT INTO gpkg_contents (table_name, data_type, identifier) WITH RECURSIVE "
                "n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 6000) "
                "SELECT 't' || i, 'features', 't' || i FROM n",
                "INSERT INTO gpkg_geometry_columns SELECT table_name, 'geom', 'POLYGON', 4326, 0, 0 FROM "
                "gpkg_contents "
                "WHERE table_name != 'cells'",
            ],
            "too many layers",
        ),
    ],
)
@pytest.mark.usefixtures("untouched")
def test_schemas_that_compute_are_refused(good: Path, statements: list[str], told: str) -> None:
    refused(sql(good, *statements), told)


@pytest.mark.usefixtures("untouched")
def test_a_virtual_table_that_reads_other_files_is_refused(good: Path) -> None:
    """VirtualOGR lets SQLite inside GDAL open any data source; the row goes straight into the schema."""
    sql(
        good,
        "INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES ('table', 'spy', 'spy', 0, "
        "'CREATE VIRTUAL TABLE spy USING VirtualOGR(''/etc/passwd'')')",
    )
    refused(good, "holds a virtual table 'spy'|damaged or hostile")


def varint(content: bytes, at: int) -> tuple[int, int]:
    value = 0
    for step in range(9):
        byte = content[at + step]
        if step == 8:
            return (value << 8) | byte, at + 9
        value = (value << 7) | (byte & 0x7F)
        if not byte & 0x80:
            return value, at + step + 1
    raise AssertionError


def shared_pages(path: Path, *, rows: int, size: int) -> Path:
    """A GeoPackage whose rows all point at the overflow pages of the first: a small file that unpacks to rows
    times size.
    """
    sql(
        path,
        "DROP TABLE rtree_cells_geom",
        "DELETE FROM gpkg_extensions",
        "DROP TABLE cells",
        "CREATE TABLE cells (fid INTEGER PRIMARY KEY, name TEXT, geom BLOB)",
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {rows}) "
        f"INSERT INTO cells (name, geom) SELECT 'x', randomblob({size}) FROM n",
        "VACUUM",
    )
    with sqlite3.connect(path) as database:
        root = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'cells'").fetchone()[0]
    database.close()
    content = bytearray(path.read_bytes())
    page = struct.unpack(">H", content[16:18])[0]
    first: bytes | None = None
    for leaf in _leaves(content, root, page):
        start = (leaf - 1) * page
        for index in range(struct.unpack(">H", content[start + 3 : start + 5])[0]):
            cell = start + struct.unpack(">H", content[start + 8 + 2 * index : start + 10 + 2 * index])[0]
            payload, after = varint(content, cell)
            _, after = varint(content, after)
            most, least = page - 35, (page - 12) * 32 // 255 - 23
            local = least + (payload - least) % (page - 4)
            end = after + (local if local <= most else least)
            first = first or bytes(content[end : end + 4])
            content[end : end + 4] = first
    last = number = struct.unpack(">I", first)[0]  # type: ignore[arg-type]
    while number:
        last, number = (
            max(last, number),
            struct.unpack(">I", content[(number - 1) * page : (number - 1) * page + 4])[0],
        )
    content[28:32] = struct.pack(">I", last)
    path.write_bytes(bytes(content[: last * page]))
    return path


def _leaves(content: bytearray, number: int, page: int) -> list[int]:
    start = (number - 1) * page
    if content[start] == 0x0D:
        return [number]
    assert content[start] == 0x05
    count = struct.unpack(">H", content[start + 3 : start + 5])[0]
    cells = [
        start + struct.unpack(">H", content[start + 12 + 2 * index : start + 14 + 2 * index])[0]
        for index in range(count)
    ]
    children = [struct.unpack(">I", content[cell : cell + 4])[0] for cell in cells] + [
        struct.unpack(">I", content[start + 8 : start + 12])[0]
    ]
    return [leaf for child in children for leaf in _leaves(content, child, page)]


@pytest.mark.usefixtures("untouched")
def test_rows_that_share_their_pages_are_a_bomb(good: Path) -> None:
    """The zip bomb of SQLite: sound to read row by row, five times what the file holds."""
    path = shared_pages(
        good, rows=6, size=489 + 122 * 4092
    )  # little of each row stays on the leaf: one leaf holds all six
    assert path.stat().st_size < 1_000_000
    with sqlite3.connect(path) as database:
        assert database.execute(
            "SELECT count(*), sum(length(geom)), length(CAST(max(geom) AS TEXT)) > 0 FROM cells"
        ).fetchone() == (
            6,
            6 * 499_713,
            1,
        )
    database.close()
    refused(path, "holds more than the file", layer="cells")


@pytest.mark.usefixtures("untouched")
def test_a_record_that_claims_a_gigabyte(good: Path) -> None:
    """The length in a record's header is raised to 1 GB; nothing of that size is in the file."""
    sql(good, "UPDATE cells SET geom = zeroblob(300000) WHERE fid = 1")
    content = good.read_bytes()
    claimed = 300_000 * 2 + 12
    old = bytes([0x80 | (claimed >> 14) & 0x7F, 0x80 | (claimed >> 7) & 0x7F, claimed & 0x7F])
    assert content.count(old) >= 1
    huge = 0x1FFFFF
    good.write_bytes(
        content.replace(old, bytes([0x80 | (huge >> 14) & 0x7F, 0x80 | (huge >> 7) & 0x7F, huge & 0x7F]))
    )
    refused(good, "holds more than the file|damaged", layer="cells")


def _cut(content: bytearray) -> bytearray:
    return content[: len(content) - 5000]


def _pages(content: bytearray) -> bytearray:
    content[28:32] = struct.pack(">I", 2**31)
    return content


def _page_size(content: bytearray) -> bytearray:
    content[16:18] = struct.pack(">H", 3)
    return content


def _schema(content: bytearray) -> bytearray:
    content[100:4000] = bytes(range(256)) * 15 + bytes(60)
    return content


def _zeros(content: bytearray) -> bytearray:
    content[4096:] = bytes(len(content) - 4096)
    return content


@pytest.mark.parametrize("damage", [_cut, _pages, _page_size, _schema, _zeros])
@pytest.mark.usefixtures("untouched")
def test_damaged_files(good: Path, damage: Callable[[bytearray], bytearray]) -> None:
    good.write_bytes(bytes(damage(bytearray(good.read_bytes()))))
    refused(good, "damaged|not a GeoPackage")


@pytest.mark.usefixtures("untouched")
def test_a_header_over_a_hole_of_a_terabyte(good: Path) -> None:
    """A sparse file: it looks like a terabyte and takes no room."""
    os.truncate(good, 2**40)
    refused(good, "damaged|too large")


def test_triggers_and_attach_do_nothing(good: Path, tmp_path: Path) -> None:
    """Triggers fire on writing only, and a file cannot attach another: both may stand in it."""
    victim = tmp_path / "victim.db"
    sql(good, "CREATE TRIGGER boom AFTER INSERT ON cells BEGIN DELETE FROM cells; END")
    assert len(read_vector(good)) == 3
    assert not victim.exists()
    with sqlite3.connect(good) as database:
        geopackage.harden(database, good)
        with pytest.raises(sqlite3.Error):
            database.execute(f"ATTACH DATABASE '{victim}' AS other")
        with pytest.raises(sqlite3.Error):
            database.execute("INSERT INTO cells (name) VALUES ('x')")
    database.close()


def test_names_that_try_to_be_sql(good: Path) -> None:
    sql(good, 'ALTER TABLE cells ADD COLUMN "x"")--" TEXT', """UPDATE cells SET "x"")--" = 'y'""")
    assert len(read_vector(good)) == 3
    with pytest.raises(InputError, match="no layer"):
        read_vector(good, 'cells"; DROP TABLE cells; --')
    assert len(read_vector(good)) == 3


def test_a_geometry_that_claims_four_billion_points(good: Path) -> None:
    header = bytes.fromhex("47500001e6100000")
    bomb = header + struct.pack("<BIII", 1, 3, 1, 0xFFFFFFFF) + b"\0" * 16
    with sqlite3.connect(sql(good, "DROP TABLE rtree_cells_geom")) as database:
        database.execute("DELETE FROM gpkg_extensions")
        database.execute("UPDATE cells SET geom = ?", (bomb,))
    database.close()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError):
        normalise.frame(read_vector(good))
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 300
