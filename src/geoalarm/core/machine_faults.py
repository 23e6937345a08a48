"""Faults of the machine, not of the input: a full disk, a folder that is gone, a name that is too long."""

from __future__ import annotations

import errno
import os
import re
import socket
from collections.abc import Iterator
from typing import Final

from geoalarm.core.errors import InputError

_FULL: Final = re.compile(
    r"no space left|disk is full|disk full|disk quota exceeded|file too large|not enough (disk )?space"
    r"|TIFFAppendTo|write error at (scanline|strip|tile)",
    re.I,
)
"""What libraries say that keep no error number: GDAL, SQLite, libtiff."""
_FULL_NUMBERS: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FULL_HINT: Final = (
    "make room, or choose another place for the result (--out), the cache (GEOALARM_CACHE) and temporary "
    "files (TMPDIR)"
)
_OTHERS: Final = {
    errno.EROFS: ("a place that may be written", "choose a folder on another disk"),
    errno.EACCES: ("the right to read or write it", "ask its owner, or choose another place"),
    errno.EPERM: ("the right to read or write it", "ask its owner, or choose another place"),
    errno.ENAMETOOLONG: ("a name of at most 255 bytes", "choose a shorter name"),
    errno.ENOENT: ("a file or folder that stays while it is used", "see whether it was moved or deleted"),
    errno.ENOTDIR: ("a folder", "see what lies there"),
    errno.EISDIR: ("a file", "see what lies there"),
    errno.EMFILE: ("fewer open files", "raise the limit: ulimit -n 4096"),
    errno.EIO: ("a disk that can be read", "see the log of the system: the disk may be failing"),
    errno.ESTALE: ("a network disk that answers", "see whether it is still mounted"),
    errno.EADDRINUSE: ("a free port", "choose another: --port"),
    errno.EADDRNOTAVAIL: ("an address of this machine", "choose another: --address"),
}


def machine_fault(error: BaseException) -> InputError | None:
    """The error in the words of the house where the machine is at fault, or what it was asked to do with a
    file; None where it is something else.

    What an error was made of is asked too; what merely came before it, only whether the disk was full.
    """
    if is_full(error):
        return _full(error)
    return next((told for one in _causes(error) if (told := _told(one)) is not None), None)


def is_full(error: BaseException) -> bool:
    """Whether a disk, a quota or a limit of file sizes is full."""
    return any(_is_full(one) for one in _causes(error, before=True))


def full_disk(what: str, got: str) -> InputError:
    """The error for a disk without room."""
    return InputError(what, got=got, expected="room for the files of this command", hint=_FULL_HINT)


def _is_full(error: BaseException) -> bool:
    return getattr(error, "errno", None) in _FULL_NUMBERS or _FULL.search(str(error)) is not None


def _full(error: BaseException) -> InputError:
    one = next(one for one in _causes(error, before=True) if _is_full(one))
    return full_disk("the disk is full", _place(one) or " ".join(str(one).split())[:200])


def _causes(error: BaseException, *, before: bool = False) -> Iterator[BaseException]:
    seen: set[int] = set()
    todo: list[BaseException | None] = [error]
    while todo:
        one = todo.pop(0)
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            todo += [one.__cause__, *([one.__context__] if before else [])]


def _told(error: BaseException) -> InputError | None:
    number = error.errno if isinstance(error, OSError) else None
    if isinstance(error, MemoryError):
        return InputError(
            "the memory is full",
            got=" ".join(str(error).split())[:200] or "no room for an array",
            expected="a smaller part of the data",
            hint="cut the layer to the zone first, or use a machine with more memory",
        )
    if isinstance(error, socket.gaierror):
        return InputError(
            "the address of a machine is not known",
            got=error.strerror or str(error),
            expected="a name or number that the network knows",
            hint="see whether it is spelt right and the network is there",
        )
    if number in _OTHERS and isinstance(error, OSError):
        return _named(error, *_OTHERS[number])
    return None


def _named(error: OSError, expected: str, hint: str) -> InputError:
    if error.errno == errno.ENOENT and not _has_folder():
        return InputError(
            "the working folder is gone",
            got="a folder that was deleted or moved while the command ran",
            expected="a folder that is there",
            hint="go to another one: cd",
        )
    return InputError(
        f"{_place(error) or 'a file'} cannot be used",
        got=error.strerror or type(error).__name__,
        expected=expected,
        hint=hint,
    )


def _place(error: BaseException) -> str:
    name = getattr(error, "filename", None)
    text = os.fsdecode(name) if isinstance(name, str | bytes) else ""
    return text if len(text) <= 200 else text[:99] + "…" + text[-100:]


def _has_folder() -> bool:
    try:
        return os.path.isdir(os.getcwd())  # noqa: PTH109, PTH112 - Path.cwd would raise what is asked here
    except OSError:
        return False
