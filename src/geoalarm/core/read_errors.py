"""Files are read late, when their cells are needed: what breaks off then is told as an ``InputError``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from geoalarm.core.errors import InputError


@contextmanager
def wrap_read_errors(what: str) -> Iterator[None]:
    """A file that breaks off while it is read is an error of this house, naming what was asked for.

    Raises
    ------
    InputError
        Instead of an ``OSError`` of the reading library.
    """
    try:
        yield
    except OSError as error:
        raise InputError(
            f"{what} cannot be read",
            got=" ".join(str(error).split()),
            expected="a whole file",
            hint="fetch or export it again",
        ) from error
