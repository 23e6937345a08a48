"""Files are read late, when their cells are needed: what breaks off then is told as an ``InputError``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from geoalarm.core.errors import InputError
from geoalarm.core.machine_faults import is_full, machine_fault


@contextmanager
def wrap_read_errors(what: str) -> Iterator[None]:
    """A file that breaks off while it is read is an error of this house, naming what was asked for.

    Raises
    ------
    InputError
        Instead of an ``OSError`` of the reading library; a full disk or memory is told as what it is.
    """
    try:
        yield
    except OSError as error:
        if is_full(error) and (told := machine_fault(error)) is not None:
            raise told from error
        raise InputError(
            f"{what} cannot be read",
            got=_told(error),
            expected="a whole file",
            hint="fetch or export it again",
        ) from error


def _told(error: OSError) -> str:
    """What broke off: of a library that only points to the error before, that one."""
    before = error.__cause__ or error.__context__
    told = str(before if before is not None and "previous exception" in str(error) else error)
    return " ".join(told.split())[:240]
