"""Zip archives: looked at before they are unpacked, and never further than their limits."""

from __future__ import annotations

import fnmatch
import logging
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.settings import cache_folder
from geoalarm.io.download_cache import free_bytes, sha256_of

log = logging.getLogger(__name__)

_BESIDE_SHAPEFILE: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_ENCRYPTED: Final = 0x1
_CHUNK: Final = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """How far an archive may expand."""

    members: int = 20_000
    bytes: int = 32 * 2**30
    ratio: int = 250
    ratio_from: int = 64 * 2**20
    stacked: int = 200


LIMITS: Final = Limits()


def is_zip(path: Path) -> bool:
    """Whether a file is a zip archive, by its first bytes."""
    with path.open("rb") as stream:
        return stream.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def unpack(path: Path, *, member: str | None, endings: Sequence[str], limits: Limits = LIMITS) -> list[Path]:
    """Unpack what is wanted of an archive into the cache, and say where it is.

    Parameters
    ----------
    path : pathlib.Path
        A zip archive.
    member : str, optional
        Name or pattern (``*``, ``?``) of the members wanted; without it the archive must hold exactly one
        data file.
    endings : sequence of str
        Endings of data files, with the dot.

    Returns
    -------
    list of pathlib.Path
        One file a member, in the order of their names. A shapefile comes with its sidecar files.

    Raises
    ------
    InputError
        If it is not a sound archive, expands too far, or does not hold what is wanted.
    """
    return _unpacked(path, lambda listed: _choose(path, listed, member=member, endings=endings), limits)


def unpack_named(path: Path, names: Sequence[str], *, limits: Limits = LIMITS) -> list[Path]:
    """Unpack members by their whole names, in that order; as :func:`unpack`."""

    def chosen(listed: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
        held = {info.filename: info for info in listed}
        return [held[name] for name in names]

    return _unpacked(path, chosen, limits)


def member_names(path: Path) -> list[str]:
    """Whole names of the files in an archive; nothing is unpacked.

    Raises
    ------
    InputError
        If it is not a sound archive.
    """
    with _sound(path), zipfile.ZipFile(path) as archive:
        return [info.filename for info in archive.infolist() if not info.is_dir()]


def _unpacked(
    path: Path, choose: Callable[[list[zipfile.ZipInfo]], list[zipfile.ZipInfo]], limits: Limits
) -> list[Path]:
    with _sound(path), zipfile.ZipFile(path) as archive:
        listed = [info for info in archive.infolist() if not info.is_dir()]
        wanted = choose(listed)
        parts = _with_sidecars(wanted, listed)
        _require_within(path, listed, parts, limits=limits, wanted=len(wanted))
        target = cache_folder() / "unpacked" / sha256_of(path)[:20]
        return [_extract_all(archive, path, [info, *parts[info.filename]], target) for info in wanted]


@contextmanager
def _sound(path: Path) -> Iterator[None]:
    """What the library finds wrong with an archive, as one error."""
    try:
        yield
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path.name} is not a sound zip archive",
            got=str(error),
            expected="a zip archive",
            hint="fetch it again",
        ) from error


def _choose(
    path: Path, listed: list[zipfile.ZipInfo], *, member: str | None, endings: Sequence[str]
) -> list[zipfile.ZipInfo]:
    data = [info for info in listed if PurePosixPath(info.filename).suffix.lower() in endings]
    if member is not None:
        data = [
            info
            for info in data
            if fnmatch.fnmatchcase(PurePosixPath(info.filename).name.lower(), member.lower())
            or fnmatch.fnmatchcase(info.filename.lower(), member.lower())
        ]
    names = sorted(info.filename for info in data)
    if not data:
        held = [PurePosixPath(info.filename).name for info in listed]
        raise InputError(
            f"{path.name} does not hold {member or 'a data file'}",
            got=", ".join(held[:10]) or "nothing",
            expected=member or " ".join(endings),
            hint=near_miss(member, held) if member else "name the member in args.member",
        )
    if len(data) > 1 and member is None:
        raise InputError(
            f"{path.name} holds several data files",
            got=", ".join(names[:10]),
            expected="one",
            hint="name one in args.member",
        )
    return sorted(data, key=lambda info: info.filename)


def _with_sidecars(
    wanted: list[zipfile.ZipInfo], listed: list[zipfile.ZipInfo]
) -> dict[str, list[zipfile.ZipInfo]]:
    found: dict[str, list[zipfile.ZipInfo]] = {}
    for info in wanted:
        name = PurePosixPath(info.filename)
        beside = []
        if name.suffix.lower() in (".shp", ".dbf"):
            beside = [
                other
                for other in listed
                if other is not info
                and PurePosixPath(other.filename).with_suffix("") == name.with_suffix("")
                and PurePosixPath(other.filename).suffix.lower() in _BESIDE_SHAPEFILE
            ]
        found[info.filename] = beside
    return found


def _require_within(
    path: Path,
    listed: list[zipfile.ZipInfo],
    parts: dict[str, list[zipfile.ZipInfo]],
    *,
    limits: Limits,
    wanted: int,
) -> None:
    taken = [info for info in listed if info.filename in parts] + [
        info for beside in parts.values() for info in beside
    ]
    size, packed = sum(info.file_size for info in taken), path.stat().st_size
    problem = None
    if len(listed) > limits.members or wanted > limits.stacked:
        problem = f"{len(listed)} members, {wanted} of them wanted"
    elif size > limits.bytes or (size > limits.ratio_from and size > packed * limits.ratio):
        problem = f"{packed} bytes would become {size}"
    elif size > free_bytes(cache_folder()) * 0.9:
        problem = f"{size} bytes unpacked, more than the disk has left"
    if problem:
        raise InputError(
            f"{path.name} expands too far",
            got=problem,
            hint="unpack it by hand if you trust it, and name the file",
            expected=f"at most {limits.members} members, {limits.stacked} wanted, {limits.bytes} bytes, "
            f"{limits.ratio} times its size",
        )
    if any(info.flag_bits & _ENCRYPTED for info in taken):
        raise InputError(
            f"{path.name} is encrypted",
            got="a member under a password",
            expected="open data",
            hint="unpack it by hand",
        )


def _extract_all(archive: zipfile.ZipFile, path: Path, infos: list[zipfile.ZipInfo], target: Path) -> Path:
    """Unpack members beside each other under one safe stem; the first is the data file."""
    stem = (
        re.sub(r"[^A-Za-z0-9._+-]", "_", infos[0].filename.rsplit(".", 1)[0])[-120:].lstrip(".") or "member"
    )
    places = [target / f"{stem}{PurePosixPath(info.filename).suffix.lower()}" for info in infos]
    for info, place in zip(infos, places, strict=True):
        if not (place.is_file() and place.stat().st_size == info.file_size):
            _extract(archive, path, info, place)
    return places[0]


def _extract(archive: zipfile.ZipFile, path: Path, info: zipfile.ZipInfo, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(dir=place.parent, suffix=".part")
    written = 0
    try:
        with os.fdopen(handle, "wb") as out, archive.open(info) as stream:
            while block := stream.read(_CHUNK):
                written += len(block)
                if written > info.file_size:
                    raise InputError(
                        f"{path.name} lies about the size of {info.filename}",
                        got=f"more than {info.file_size} bytes",
                        expected="the size in its directory",
                        hint="fetch it again",
                    )
                out.write(block)
        Path(aside).replace(place)
    finally:
        Path(aside).unlink(missing_ok=True)
    log.info("unpacked %s of %s: %d bytes", info.filename, path.name, written)


def forget_unpacked() -> None:
    """Remove what was unpacked; it comes back when it is opened again."""
    shutil.rmtree(cache_folder() / "unpacked", ignore_errors=True)
