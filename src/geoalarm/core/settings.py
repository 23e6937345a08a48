"""Settings from the environment, read here and nowhere else: one that names a folder means the same folder to
every module.

Where a shell does not expand ``~`` (quotes, ``--mirror=~/x``, systemd's EnvironmentFile, YAML), it is
expanded here. A setting that is empty or blank is not set; a relative path starts at the working folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from platformdirs import user_cache_path

from geoalarm.core.errors import InputError

CACHE: Final = "GEOALARM_CACHE"
CATALOG: Final = "GEOALARM_CATALOG"
MIRROR: Final = "GEOALARM_MIRROR"
CHROMIUM: Final = "GEOALARM_CHROMIUM"
EXAMPLE_DATA: Final = "GEOALARM_EXAMPLE_DATA"
BASEMAP: Final = "GEOALARM_BASEMAP"
BASEMAP_CREDIT: Final = "GEOALARM_BASEMAP_CREDIT"


def expand_user(path: str | Path) -> Path:
    """A path with ``~`` and ``~name`` at its start as the home folder they stand for; ``./~x`` is a file that
    is called so.

    Raises
    ------
    InputError
        If there is no user of that name.
    """
    text = os.fspath(path)
    if not text.startswith("~"):
        plain = Path(text)
        # pathlib drops the leading "./": only the absolute path still says that no home folder is meant
        return plain.absolute() if plain.parts[:1] and plain.parts[0].startswith("~") else plain
    found = os.path.expanduser(text)  # noqa: PTH111 (of "./~x", Path.expanduser would make a home folder)
    if found.startswith("~"):
        raise InputError(
            f"path {text}",
            got=f"no user {Path(text).parts[0][1:]!r}",
            expected="~/ for your home folder",
            hint=f"for a file of that name, ./{text}",
        )
    return Path(found)


def text_setting(name: str) -> str:
    """A setting without blanks around it; empty where it is not set."""
    return os.environ.get(name, "").strip()


def path_setting(name: str) -> Path | None:
    """The absolute path that a setting names; None where it is not set.

    Raises
    ------
    InputError
        If it begins with the home folder of a user who does not exist.
    """
    text = text_setting(name)
    return expand_user(text).absolute() if text else None


def program_setting(name: str) -> str:
    """The program that a setting names: a bare name, to be looked for on the PATH, or an absolute path; empty
    where it is not set.
    """
    text = text_setting(name)
    return str(expand_user(text).absolute()) if text.startswith("~") or "/" in text else text


def cache_folder() -> Path:
    """Folder of downloads and coverage indexes: ``GEOALARM_CACHE``, else the user's cache folder."""
    return path_setting(CACHE) or user_cache_path("geoalarm", appauthor=False)


def source_date() -> datetime | None:
    """The time of ``SOURCE_DATE_EPOCH`` (UTC), for rebuilds that must be identical; None where it is not set.

    Raises
    ------
    InputError
        If it is not a number of seconds.
    """
    text = text_setting("SOURCE_DATE_EPOCH")
    try:
        return datetime.fromtimestamp(int(text), tz=UTC) if text else None
    except (ValueError, OverflowError, OSError) as error:
        raise InputError(
            "SOURCE_DATE_EPOCH",
            got=repr(text),
            expected="seconds since 1970, such as 1767225600",
            hint="unset it",
        ) from error


def default_setting(name: str, value: str) -> None:
    """A variable of the environment of this process and those it starts, where nobody set it."""
    os.environ.setdefault(name, value)


@contextmanager
def override_setting(name: str, value: str) -> Iterator[None]:
    """A setting for as long as the block runs."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
