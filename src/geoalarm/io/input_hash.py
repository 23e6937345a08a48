"""The hash of an input: of all bytes its values are read from, so that a manifest tells what was read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from geoalarm.core.errors import InputError
from geoalarm.io.download_cache import sha256_of
from geoalarm.io.geopackage_snapshot import FileState, file_state, snapshot
from geoalarm.io.raster_mask import mask_file
from geoalarm.io.sidecar_files import parts_of

T = TypeVar("T")


def input_sha256(path: Path) -> str:
    """Hash of a file; of a GeoPackage with commits beside it, of both, one after the other; of a
    shapefile, a raster with files beside it, a MapInfo table and a geodatabase, of the hashes of all.
    """
    mask = mask_file(path)
    parts = list(dict.fromkeys([*parts_of(path), *([mask] if mask is not None else [])]))
    if parts == [path]:
        copy = snapshot(path)
        return sha256_of(path) if copy is None else copy.sha256
    digest = hashlib.sha256()
    for place in parts:
        digest.update(bytes.fromhex(sha256_of(place)))
    return digest.hexdigest()


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
