"""Arrays that took long to make, kept in a file that is named after what they were made of."""

from __future__ import annotations

import logging
import os
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

log = logging.getLogger(__name__)

Arrays = Mapping[str, np.ndarray]


def kept_arrays(path: Path | None, make: Callable[[], Arrays]) -> Arrays:
    """The arrays of a file; made and written where it is missing or cannot be read.

    A cache that cannot be written costs time only: it is logged, and the arrays are given all the same.

    Parameters
    ----------
    path : pathlib.Path, optional
        An ``.npz`` whose name holds a hash of every input; None keeps nothing.
    make : callable
        Makes the arrays, none of them of Python objects.
    """
    held = None if path is None or not path.exists() else _load(path)
    if held is not None:
        return held
    made = make()
    if path is not None:
        try:
            _store(made, path)
        except OSError as error:
            log.warning("%s cannot be kept: %s", path.name, error.strerror or error)
    return made


def _load(path: Path) -> Arrays | None:
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        log.warning("%s cannot be read (%s); it is made again", path.name, error)
        return None


def _store(arrays: Arrays, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".npz")
    try:
        with os.fdopen(handle, "wb") as out:
            np.savez(out, **arrays)  # type: ignore[arg-type]
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
