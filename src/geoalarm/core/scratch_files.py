"""Temporary files of this process: in one folder, gone when it ends; what a killed one left is swept later.

The folder lies where the system wants temporary files (``TMPDIR``) and holds a lock as long as its process
lives. The system lets the lock go however the process ends, so a folder without a holder is left over.
"""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Final

from filelock import FileLock, Timeout

log = logging.getLogger(__name__)
PREFIX: Final = "geoalarm-"
_IN_USE: Final = ".in-use"
_PART: Final = ".part"
OLD_S: Final = 3600.0
"""What has no lock, and was not touched for this long, is nobody's any more [s]."""

_guard: Final = Lock()
_own: list[tuple[Path, FileLock]] = []
_parts: Final[set[Path]] = set()


def scratch_place() -> Path:
    """A new folder that stays until the process ends, unless it is removed before."""
    return Path(tempfile.mkdtemp(dir=_process_folder()))


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A new folder for as long as the block runs."""
    folder = scratch_place()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def part_file(place: Path) -> Iterator[Path]:
    """A file beside ``place`` (its folder is made where it is missing) that becomes it when the block ends
    well; removed where it does not, and where the process is told to stop meanwhile.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=place.parent, suffix=_PART)
    os.close(handle)
    aside = Path(name)
    _parts.add(aside)
    try:
        yield aside
        aside.replace(place)
    finally:
        aside.unlink(missing_ok=True)
        _parts.discard(aside)


@contextmanager
def part_folder(place: Path) -> Iterator[Path]:
    """A new folder beside ``place``, gone when the block or the process ends: what is whole is renamed."""
    place.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=place.parent, suffix=_PART))
    _parts.add(aside)
    try:
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        _parts.discard(aside)


def sweep(*caches: Path) -> int:
    """Remove what processes that were killed left: theirs of our own name and owner, no other.

    Parameters
    ----------
    caches : Path
        Folders in which parts of files are looked for as well: those that nobody touched for an hour go.

    Returns
    -------
    int
        How many folders and files went [1].
    """
    left = [path for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*") if _is_left(path)]
    parts = (part for cache in caches for part in cache.rglob(f"*{_PART}"))
    left += [part for part in parts if _is_ours(part) and _age_s(part) > OLD_S]
    for path in left:
        _remove(path)
    if left:
        log.info("%d temporary files and folders of processes that were killed removed", len(left))
    return len(left)


def _process_folder() -> Path:
    """The folder of this process, made when it is first needed or was taken away."""
    with _guard:
        if _own and _own[-1][0].is_dir():
            return _own[-1][0]
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        lock = FileLock(folder / _IN_USE, timeout=0)
        with suppress(OSError, Timeout):  # a disk that knows no locks: then its age tells
            lock.acquire()
        if not _own:
            atexit.register(_end)
        _own.append((folder, lock))
    sweep()
    return folder


def _end() -> None:
    for folder, lock in _own:
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)
    for part in list(_parts):
        _remove(part)


def _is_left(folder: Path) -> bool:
    """Whether a folder of our name and owner has no process any more."""
    if not _is_ours(folder) or not folder.is_dir() or any(folder == own for own, _ in _own):
        return False
    held = folder / _IN_USE
    if not held.exists():
        return _age_s(folder) > OLD_S
    lock = FileLock(held, timeout=0)
    try:
        lock.acquire()
    except (OSError, Timeout):
        return False
    lock.release()
    return True


def _is_ours(path: Path) -> bool:
    try:
        facts = path.lstat()
    except OSError:
        return False
    return not stat.S_ISLNK(facts.st_mode) and (not hasattr(os, "getuid") or facts.st_uid == os.getuid())


def _age_s(path: Path) -> float:
    try:
        return time.time() - path.lstat().st_mtime
    except OSError:
        return 0.0


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)
