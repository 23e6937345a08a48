"""The hash of an input: of all bytes its values are read from, so that a manifest tells what was read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeVar

from geoalarm.core.errors import InputError
from geoalarm.io.download_cache import sha256_of
from geoalarm.io.geopackage_snapshot import FileState, file_state, snapshot
from geoalarm.io.paths import is_zarr_folder
from geoalarm.io.raster_mask import mask_file
from geoalarm.io.sidecar_files import parts_of

T = TypeVar("T")
_CHUNK: Final = 2**20


def input_sha256(path: Path) -> str:
    """Hash of a file; of a GeoPackage with commits beside it, of both, one after the other; of a
    shapefile, a raster with files beside it, a MapInfo table and a geodatabase, of the hashes of all; of a
    Zarr store, of names and bytes of its members in the order of their names.
    """
    if is_zarr_folder(path):
        return _sha256_of_folder(path)
    mask = mask_file(path)
    parts = list(dict.fromkeys([*parts_of(path), *([mask] if mask is not None else [])]))
    if parts == [path]:
        copy = snapshot(path)
        return sha256_of(path) if copy is None else copy.sha256
    digest = hashlib.sha256()
    for place in parts:
        digest.update(bytes.fromhex(sha256_of(place)))
    return digest.hexdigest()


def _sha256_of_folder(path: Path) -> str:
    """Of a Zarr store: the place of a chunk is told by its name."""
    names = sorted(one.relative_to(path).as_posix() for one in parts_of(path))
    return _sha256_of_members(path, tuple((name, *_size_and_time(path / name)) for name in names))


@lru_cache(maxsize=16)
def _sha256_of_members(path: Path, members: tuple[tuple[str, int, int], ...]) -> str:
    """Computed once for each state of the store."""
    digest = hashlib.sha256()
    for name, size, _ in members:
        digest.update(f"{name}\0{size}\0".encode())
        with (path / name).open("rb") as stream:
            while block := stream.read(_CHUNK):
                digest.update(block)
    return digest.hexdigest()


def _size_and_time(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def read_unchanged(path: Path, read: Callable[[], T]) -> tuple[T, str]:
    """What was read of a file, and its hash.

    Raises
    ------
    InputError
        If the file changed while it was read.
    """
    before = _state(path)
    found = read()
    if _state(path) != before:
        raise InputError(
            f"{path.name} changed while it was read",
            got="another size or time afterwards",
            expected="a file that rests",
            hint="close the program that writes to it, and try again",
        )
    return found, input_sha256(path)


def _state(path: Path) -> list[FileState]:
    return [file_state(one) for one in parts_of(path)]
