"""One service on one state: a lock that the kernel lets go when its holder dies, however it dies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geoalarm.core.atomic import cannot_write
from geoalarm.core.errors import InputError

try:
    import fcntl
except ImportError:  # pragma: no cover - not on POSIX
    fcntl = None  # type: ignore[assignment]


@contextmanager
def only_one(state: Path) -> Iterator[None]:
    """Hold the lock of a state folder (made where it is missing) as long as the block runs.

    Raises
    ------
    InputError
        If another process holds it, or the folder cannot be written.
    """
    if fcntl is None:  # pragma: no cover
        raise InputError(
            "geoalarm schedule run",
            expected="Linux, macOS or another POSIX system",
            hint="run it there, or in a container",
        )
    try:
        state.mkdir(parents=True, exist_ok=True)
        handle = os.open(state / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise cannot_write(state, error) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise InputError(
                f"state {state.name} is in use",
                got=f"process {os.pread(handle, 20, 0).decode(errors='replace').strip() or 'unknown'} "
                f"holds it",
                expected="one service on one state",
                hint="stop it first, or name another --state",
            ) from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)


def is_held(state: Path) -> bool:
    """Whether a service runs on this state now."""
    if fcntl is None or not (state / "lock").is_file():
        return False
    handle = os.open(state / "lock", os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False
