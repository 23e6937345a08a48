"""A lock file with one holder at a time, which the system lets go when its holder dies, however it dies."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout, lock_descriptor

from geoalarm.core.atomic import cannot_write
from geoalarm.core.errors import InputError
from geoalarm.core.settings import cache_folder

logger = logging.getLogger(__name__)

_SHOWN_FROM: Final = 1 if os.name == "nt" else 0
"""Windows locks the first byte against reading too; the number of the process follows it."""


@contextmanager
def exclusive_lock(path: Path, what: str, *, expected: str, hint: str, wait_s: float = 1.0) -> Iterator[None]:
    """Hold a lock as long as the block runs. The file stays; its folder is made where it is missing.

    Parameters
    ----------
    path : Path
        The lock file; it tells the process that holds it.
    what, expected, hint : str
        Of the error, where another holds it.
    wait_s : float
        How long to wait for another [s]. Not nought: who asks whether it is held, holds it for a moment.

    Raises
    ------
    InputError
        If another process or another part of this one holds it, or the file cannot be written.
    """
    lock = FileLock(
        path, timeout=wait_s, fallback_to_soft=False, preserve_lock_file=True, on_acquired=_write_process
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise InputError(
            what, got=f"process {_read_process(path)} holds it", expected=expected, hint=hint
        ) from error
    except OSError as error:
        raise cannot_write(path.parent, error) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def hold_output(target: Path) -> Iterator[None]:
    """A result's folder or file for as long as a command makes it: a second command is refused at its start.

    The lock lies in the cache, for nothing may stand at ``target`` before the result is whole; where the
    cache cannot be written, nobody is held off.

    Raises
    ------
    InputError
        If another command is making it.
    """
    place = target.absolute().resolve()
    name = hashlib.sha256(os.fsencode(place)).hexdigest()[:32]
    folder = cache_folder() / "locks"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        logger.debug("no lock for %s: %s", target, error)
        yield
        return
    what, hint = f"{target} is being written by another run", "wait for it, or choose another --out"
    with exclusive_lock(folder / f"{name}.lock", what, expected="one run a folder", hint=hint):
        yield


def is_locked(path: Path) -> bool:
    """Whether anybody holds the lock now; may be asked by who can only read the file."""
    try:
        descriptor = os.open(path, os.O_RDWR if os.access(path, os.W_OK) else os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        return not lock_descriptor(descriptor, blocking=False)
    finally:
        os.close(descriptor)


def _write_process(descriptor: int) -> None:
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, f" {os.getpid()}\n".encode())


def _read_process(path: Path) -> str:
    try:
        with path.open("rb", buffering=0) as file:
            file.seek(_SHOWN_FROM)
            return file.read(20).decode(errors="replace").strip() or "unknown"
    except OSError:
        return "unknown"
