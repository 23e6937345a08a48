"""Faults of the machine told as what they are, whatever a library made of them."""

from __future__ import annotations

import errno
import os
import socket
import sqlite3

import pytest

from geoalarm.core.errors import InputError
from geoalarm.core.machine_faults import is_full, machine_fault
from geoalarm.core.read_errors import wrap_read_errors


def os_error(number: int, name: str | None = None) -> OSError:
    return OSError(number, os.strerror(number), name)


@pytest.mark.parametrize(
    "error",
    [
        os_error(errno.ENOSPC, "/somewhere/a.tif"),
        os_error(errno.EDQUOT),
        os_error(errno.EFBIG),
        sqlite3.OperationalError("database or disk is full"),
        RuntimeError("TIFFAppendToStrip: Write error: No space left on device"),
        RuntimeError("TIFFAppendToStrip:Write error at scanline 0"),
    ],
)
def test_a_full_disk_is_full_whoever_says_it(error: Exception) -> None:
    made = ValueError("population cannot be read")
    made.__cause__ = error
    for one in (error, made):
        assert is_full(one)
        told = machine_fault(one)
        assert isinstance(told, InputError)
        assert told.sentence().startswith("the disk is full")
        assert "TMPDIR" in told.sentence()


def of_our_own(number: int) -> None:
    """An error that comes to be while another is handled."""
    try:
        raise os_error(number, "x")
    except OSError:
        raise KeyError("our own fault")  # noqa: B904 - not made of the first


@pytest.mark.parametrize(("number", "expected"), [(errno.ENOSPC, True), (errno.ENOENT, False)])
def test_what_came_before_an_error_is_asked_for_a_full_disk_only(number: int, expected: bool) -> None:
    with pytest.raises(KeyError) as raised:
        of_our_own(number)
    assert (machine_fault(raised.value) is not None) is expected


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (os_error(errno.ENAMETOOLONG, "y" * 300), "File name too long; expected a name of at most 255 bytes"),
        (os_error(errno.ENOENT, "gone/file"), "gone/file cannot be used; got No such file or directory"),
        (os_error(errno.EROFS, "/cd"), "/cd cannot be used; got Read-only file system"),
        (socket.gaierror(-2, "Name or service not known"), "the address of a machine is not known"),
        (MemoryError("Unable to allocate 9 TiB"), "the memory is full; got Unable to allocate 9 TiB"),
    ],
)
def test_each_fault_has_its_own_words(error: BaseException, told: str) -> None:
    found = machine_fault(error)
    assert found is not None
    assert told in found.sentence()
    assert len(found.sentence()) < 500


def test_a_fault_of_ours_stays_one() -> None:
    assert machine_fault(TypeError("no such thing")) is None
    assert machine_fault(OSError("a library says no more than this")) is None


def test_a_file_is_not_called_unreadable_because_the_disk_is_full() -> None:
    with pytest.raises(InputError, match="the disk is full"), wrap_read_errors("population"):
        raise os_error(errno.ENOSPC)
    with pytest.raises(InputError, match="population cannot be read"), wrap_read_errors("population"):
        raise os_error(errno.EIO)
