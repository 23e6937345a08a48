"""Arrays that took long to make, kept in a file that is named after what they were made of."""

from __future__ import annotations

import hashlib
import logging
import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import numpy as np

from geoalarm.core.scratch_files import part_file

log = logging.getLogger(__name__)

Arrays = Mapping[str, np.ndarray]

ASIDE: Final = ".damaged"
"""Ending that a file gets which is not what its name says."""
_SEAL: Final = "seal"
_UNREADABLE: Final = (
    OSError,
    ValueError,
    KeyError,
    EOFError,
    NotImplementedError,
    zipfile.BadZipFile,
    MemoryError,  # of a shape that a damaged file declares
)
_TOLD: Final[set[Path]] = set()
"""Folders that could not be written, told once each."""


class DamagedCache(ValueError):
    """A kept file is not what its name says: cut short, changed, or of another program."""


def kept_arrays(path: Path | None, make: Callable[[], Arrays]) -> Arrays:
    """The arrays of a file; made and written where it is missing or damaged.

    A damaged or foreign file is set aside under :data:`ASIDE` and told once. A cache that cannot be written
    costs time only: it is told once a folder, and the arrays are given all the same.

    Parameters
    ----------
    path : pathlib.Path, optional
        An ``.npz`` whose name holds a hash of every input; None keeps nothing.
    make : callable
        Makes the arrays, none of them of Python objects and none called ``seal``.
    """
    held = _held(path) if path is not None and os.path.lexists(path) else None
    if held is not None:
        return held
    made = make()
    if path is not None:
        try:
            _store(made, path)
        except OSError as error:
            _tell(path.parent, error)
    return made


def read_kept(path: Path) -> Arrays:
    """The arrays of a file, as they were written.

    Raises
    ------
    DamagedCache
        If they are not those that were kept under this name.
    """
    try:
        if not path.is_file():  # a pipe would be waited for
            raise OSError("no file")
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except _UNREADABLE as error:
        raise DamagedCache(f"{path.name} cannot be read") from error
    seal = arrays.pop(_SEAL, None)
    if seal is None or str(seal) != _seal_of(arrays, path):
        raise DamagedCache(f"{path.name} does not hold what was kept under its name")
    return arrays


def _held(path: Path) -> Arrays | None:
    try:
        return read_kept(path)
    except DamagedCache as error:
        try:
            path.replace(path.with_suffix(ASIDE))
            log.warning("%s; it is set aside and made again", error)
        except OSError:
            log.warning("%s; it is made again", error)
        return None


def _store(arrays: Arrays, path: Path) -> None:
    with part_file(path) as aside, aside.open("wb") as out:
        np.savez(out, **arrays, **{_SEAL: np.array(_seal_of(arrays, path))})  # type: ignore[arg-type]


def _seal_of(arrays: Arrays, path: Path) -> str:
    """Hash of the name of a file and of everything in it."""
    digest = hashlib.sha256(path.stem.encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape} ".encode())
        digest.update(array.reshape(-1).view("uint8").data if array.size else b"")
    return digest.hexdigest()


def _tell(folder: Path, error: OSError) -> None:
    if folder not in _TOLD:
        _TOLD.add(folder)
        log.warning(
            "nothing can be kept in %s (%s): the work goes on in memory, and is done again next time",
            folder,
            error.strerror or error,
        )
