"""Arrays that took long to make, kept in a file that is named after what they were made of."""

from __future__ import annotations

import hashlib
import logging
import math
import os
import struct
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
_ALIGNED: Final = 64
_FILLING: Final = 0xD935
"""Number of a part of a ZIP member's header that fills up, as Android's zipalign writes it."""
_LARGE: Final = 20
"""Bytes by which the header of a member is longer that may be larger than 4 GB."""
_TOLD: Final[set[Path]] = set()
"""Folders that could not be written, told once each."""


class DamagedCache(ValueError):
    """A kept file is not what its name says: cut short, changed, or of another program."""


def kept_arrays(path: Path | None, make: Callable[[], Arrays], *, mapped: bool = False) -> Arrays:
    """The arrays of a file; made and written where it is missing or damaged.

    A damaged or foreign file is set aside under :data:`ASIDE` and told once. A cache that cannot be written
    costs time only: it is told once a folder, and the arrays are given all the same.

    Parameters
    ----------
    path : pathlib.Path, optional
        An ``.npz`` whose name holds a hash of every input; None keeps nothing.
    make : callable
        Makes the arrays, none of them of Python objects and none called ``seal``.
    mapped : bool
        Whether the arrays of a file stay in it, and are read from there where they are needed: several
        processes have them in memory once. What is written to them is not kept.
    """
    held = _held(path, mapped) if path is not None and os.path.lexists(path) else None
    if held is not None:
        return held
    made = make()
    if path is not None:
        try:
            _store(made, path)
        except OSError as error:
            _tell(path.parent, error)
    return made


def read_kept(path: Path, *, mapped: bool = False) -> Arrays:
    """The arrays of a file, as they were written; see :func:`kept_arrays`.

    Raises
    ------
    DamagedCache
        If they are not those that were kept under this name.
    """
    try:
        if not path.is_file():  # a pipe would be waited for
            raise OSError("no file")
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays = _mapped(path) if mapped else {name: file[name] for name in file.files}
    except Exception as error:  # zipfile, zlib, struct, tokenize and numpy raise many kinds for other bytes
        raise DamagedCache(f"{path.name} cannot be read") from error
    seal = arrays.pop(_SEAL, None)
    if seal is None or str(seal) != _seal_of(arrays, path):
        raise DamagedCache(f"{path.name} does not hold what was kept under its name")
    return arrays


def _mapped(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a file, left in it."""
    arrays = {}
    with zipfile.ZipFile(path) as archive, path.open("rb") as stream:
        for member in archive.infolist():
            stream.seek(member.header_offset + 26)
            name, extra = struct.unpack("<HH", stream.read(4))
            stream.seek(member.header_offset + 30 + name + extra)
            if member.compress_type != zipfile.ZIP_STORED or np.lib.format.read_magic(stream) != (1, 0):
                raise ValueError("an array that cannot be mapped")
            shape, is_fortran, kind = np.lib.format.read_array_header_1_0(stream)
            if (
                is_fortran
                or kind.hasobject
                or stream.tell() + kind.itemsize * math.prod(shape) > path.stat().st_size
            ):
                raise ValueError("an array that cannot be mapped")
            empty = not kind.itemsize * math.prod(shape)
            arrays[member.filename.removesuffix(".npy")] = (
                np.empty(shape, kind)
                if empty
                else np.asarray(np.memmap(path, kind, "c", stream.tell(), shape))
            )
    return arrays


def _held(path: Path, mapped: bool) -> Arrays | None:
    try:
        return read_kept(path, mapped=mapped)
    except DamagedCache as error:
        try:
            path.replace(path.with_suffix(ASIDE))
            log.warning("%s; it is set aside and made again", error)
        except OSError:
            log.warning("%s; it is made again", error)
        return None


def _store(arrays: Arrays, path: Path) -> None:
    """An ``.npz`` whose arrays begin at multiples of :data:`_ALIGNED`, so that they can be mapped."""
    sealed = {**arrays, _SEAL: np.array(_seal_of(arrays, path))}
    with part_file(path) as aside, aside.open("wb") as out, zipfile.ZipFile(out, "w") as archive:
        for name, array in sealed.items():
            member = zipfile.ZipInfo(f"{name}.npy")
            begins = out.tell() + 30 + len(member.filename) + _LARGE + 4  # behind an empty filling
            filling = -begins % _ALIGNED
            member.extra = struct.pack("<HH", _FILLING, filling) + bytes(filling)
            with archive.open(member, "w", force_zip64=True) as place:
                np.lib.format.write_array(place, np.asarray(array), version=(1, 0), allow_pickle=False)


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
