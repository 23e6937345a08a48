"""A GeoPackage that another program holds open, or left open: its last commits lie in a file beside it.

SQLite would bring both together in the file itself, and an input is never changed. So both are copied and
brought together in the copy; what is hashed is the bytes that were copied.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from geoalarm.core.errors import InputError
from geoalarm.core.scratch_files import scratch_place
from geoalarm.io.download_cache import free_bytes
from geoalarm.io.geopackage_guard import MAGIC, harden

COMPANIONS: Final = ("-wal", "-journal")
"""Write-ahead log: commits that the file does not hold yet. Rollback journal: what a broken write left."""

ATTEMPTS: Final = 5
_CHUNK: Final = 2**20


FileState = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class GeopackageSnapshot:
    """A copy with all the commits of a file, and the hash of the bytes that were copied."""

    path: Path
    sha256: str


def snapshot(path: Path) -> GeopackageSnapshot | None:
    """The copy to read instead of a GeoPackage with commits beside it; None of any other file.

    Raises
    ------
    InputError
        If another program writes to it all the while, or it is damaged.
    """
    state = file_state(path)
    return None if len(state) == 1 else _copied(path, state)


def file_state(path: Path) -> FileState:
    """Name, time and size of the file and of what lies beside it with commits."""
    found = []
    for place in (path, *_companions(path)):
        status = place.stat()
        found.append((place.name, status.st_mtime_ns, status.st_size))
    return tuple(found)


def _companions(path: Path) -> list[Path]:
    with path.open("rb") as stream:
        if not stream.read(16).startswith(MAGIC):
            return []
    return [place for ending in COMPANIONS if _has_content(place := path.with_name(path.name + ending))]


def _has_content(place: Path) -> bool:
    """A finished journal stays as an empty file, or with its header wiped."""
    if not place.is_file() or not place.stat().st_size:
        return False
    with place.open("rb") as stream:
        return any(stream.read(8))


@lru_cache(maxsize=32)
def _copied(path: Path, state: FileState) -> GeopackageSnapshot:
    for _ in range(ATTEMPTS):
        try:
            copy = _copy(path, state)
            if file_state(path) == state:
                return _together(copy)
            shutil.rmtree(copy.path.parent, ignore_errors=True)
            state = file_state(path)
        except FileNotFoundError:  # closed in between: its commits are in the file now
            state = file_state(path)
    raise _still_written(path)


def _copy(path: Path, state: FileState) -> GeopackageSnapshot:
    folder = scratch_place()
    if sum(size for _, _, size in state) * 2 > free_bytes(folder) * 0.9:
        raise InputError(
            f"{path.name} is open in another program, and too large to be copied",
            got=", ".join(name for name, _, _ in state),
            expected="a file alone",
            hint="close the program that holds it open, and try again",
        )
    digest = hashlib.sha256()
    for name, _, _ in state:
        with path.with_name(name).open("rb") as source, (folder / name).open("wb") as target:
            while block := source.read(_CHUNK):
                digest.update(block)
                target.write(block)
    return GeopackageSnapshot(folder / path.name, digest.hexdigest())


def _together(made: GeopackageSnapshot) -> GeopackageSnapshot:
    """All commits into the file, by SQLite itself; what was not committed is left out."""
    copy = made.path
    try:
        with closing(sqlite3.connect(copy)) as database:
            harden(database, copy)
            database.execute("PRAGMA query_only=OFF")
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            database.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.Error as error:
        raise InputError(
            f"{copy.name} and its commits beside it cannot be brought together",
            got=str(error),
            expected="a sound GeoPackage",
            hint="open and close it in the program that made it",
        ) from error
    return made


def _still_written(path: Path) -> InputError:
    return InputError(
        f"{path.name} is being written to",
        got=f"{ATTEMPTS} copies, each out of date when it was made",
        expected="a file that rests",
        hint="close the program that writes to it, and try again",
    )
