"""File names that may be opened: regular files on this machine."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Final

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.settings import expand_user
from geoalarm.core.unicode_names import same_name

GEODATABASE: Final = ".gdb"
"""Ending of a folder that is one data set: Esri's file geodatabase."""

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
ZARR_SIGNS: Final = ("zarr.json", ".zgroup", ".zarray", ".zmetadata")
"""Files of metadata that make a folder a Zarr store."""


def is_zarr_folder(path: Path) -> bool:
    """Whether a folder is a Zarr store."""
    return path.is_dir() and any((path / name).is_file() for name in ZARR_SIGNS)


def composed_path(path: Path) -> Path:
    """The path as its names are spelled on the disk, where they differ by the form of an accent only; a path
    that names nothing stays as it is.
    """
    if path.exists() or str(path).isascii():
        return path
    place = Path(path.anchor) if path.anchor else Path()
    for part in path.parts[1 if path.anchor else 0 :]:
        beside = (
            () if (place / part).exists() or not place.is_dir() else (one.name for one in place.iterdir())
        )
        place = place / (same_name(part, beside) or part)
    return place


def input_path(path: str | Path) -> Path:
    """The absolute path of a file as :func:`regular_file` opens it, or of a folder that is one data set: a
    geodatabase, a Zarr store.

    Raises
    ------
    InputError
        If it is neither.
    """
    place = composed_path(expand_user(path).absolute())
    if (place.suffix.lower() == GEODATABASE and place.is_dir()) or is_zarr_folder(place):
        return place
    return regular_file(path)


def is_address(path: str | Path) -> bool:
    """Whether a name is the address of something elsewhere; of two slashes a path keeps one."""
    return "://" in str(path) or (_SCHEME.match(str(path)) is not None and not Path(path).exists())


def regular_file(path: str | Path) -> Path:
    """The absolute path of a regular, readable, non-empty file; links are followed.

    Raises
    ------
    InputError
        If it is missing, a folder, a device, a pipe, or empty.
    """
    if "\0" in str(path) or str(path).startswith("/vsi") or is_address(path):
        raise InputError(
            "file name",
            got=repr(str(path)),
            expected="a file on this machine",
            hint="use a catalog entry for addresses",
        )
    place = composed_path(expand_user(path).absolute())
    try:
        status = place.stat()
        if stat.S_ISREG(status.st_mode) and status.st_size:
            place.open("rb").close()
    except FileNotFoundError as error:
        beside = [other.name for other in place.parent.iterdir()] if place.parent.is_dir() else []
        raise InputError(
            f"file {place} does not exist",
            got="no such file",
            expected="a file",
            hint=near_miss(place.name, beside) or "check the path",
        ) from error
    except OSError as error:
        raise InputError(
            f"file {place} cannot be read",
            got=error.strerror,
            expected="a readable file",
            hint="check the path and its permissions",
        ) from error
    if not stat.S_ISREG(status.st_mode):
        raise _no_file(place)
    if not status.st_size:
        raise InputError(
            f"file {place} is empty", got="0 bytes", expected="data", hint="fetch or export it again"
        )
    return place


def _no_file(place: Path) -> InputError:
    """A folder, by what is in it, a device or a pipe."""
    inside = sorted(one.name for one in place.iterdir())[:1000] if place.is_dir() else []
    kind = next((word for name, word in _FOLDERS.items() if name in inside), "a folder, a device or a pipe")
    shown = ", ".join(inside[:6]) + (", ..." if len(inside) > 6 else "")
    return InputError(
        f"{place} is not a file",
        got=kind,
        expected="a file",
        hint=_FOLDER_HINTS.get(kind, "name the file itself") + (f" (in it: {shown})" if shown else ""),
    )


_FOLDERS: Final = {
    **dict.fromkeys(ZARR_SIGNS, "a Zarr store"),
    "hdr.adf": "an Esri grid",
}
_FOLDER_HINTS: Final = {
    "a Zarr store": "it is a raster: for people per cell or a hazard",
    "an Esri grid": "convert it: gdal_translate FOLDER out.tif",
}
