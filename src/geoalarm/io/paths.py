"""File names that may be opened: regular files on this machine."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Final

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.settings import expand_user

_SIGNS: Final = {
    b"<": "XML or HTML",
    b"{": "JSON",
    b"PK": "a zip archive",
    b"\x1f\x8b": "gzip",
    b"7z": "a 7z archive",
    b"%PDF": "a PDF",
    b"SQLite": "a database",
    b"PAR1": "Parquet",
    b"II": "a TIFF",
    b"MM": "a TIFF",
    b"\x89HDF": "HDF5",
    b"CDF": "NetCDF",
}


def regular_file(path: str | Path) -> Path:
    """The absolute path of a regular, readable, non-empty file; links are followed.

    Raises
    ------
    InputError
        If it is missing, a folder, a device, a pipe, or empty.
    """
    if "\0" in str(path) or str(path).startswith("/vsi") or "://" in str(path):
        raise InputError(
            "file name",
            got=repr(str(path)),
            expected="a file on this machine",
            hint="use a catalog entry for addresses",
        )
    place = expand_user(path).absolute()
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
        raise InputError(
            f"{place} is not a file",
            got="a folder, a device or a pipe",
            expected="a file",
            hint="name the file itself",
        )
    if not status.st_size:
        raise InputError(
            f"file {place} is empty", got="0 bytes", expected="data", hint="fetch or export it again"
        )
    return place


def what_it_looks_like(head: bytes) -> str:
    """A word for the first bytes of a file; the bytes themselves may be nobody's business."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for sign, word in _SIGNS.items():
        if start.startswith(sign):
            return word
    return "binary data" if b"\0" in head else "text"
