"""Zip archives: looked at before they are unpacked, and never further than their limits."""

from __future__ import annotations

import hashlib
import logging
import re
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from geoalarm.core.errors import InputError
from geoalarm.core.machine_faults import full_disk
from geoalarm.core.scratch_files import part_file
from geoalarm.core.settings import cache_folder
from geoalarm.io.archive_members import (
    MAIN_DOCUMENT,
    Member,
    chosen,
    is_system_file,
    meant_by,
    members,
    readable_name,
)
from geoalarm.io.cf_formats import zarr_root
from geoalarm.io.download_cache import free_bytes, sha256_of
from geoalarm.io.paths import GEODATABASE

log = logging.getLogger(__name__)

_TABLE_ENDINGS: Final = (".shp", ".dbf", ".gpkg")
_LARGEST_INDEX: Final = 2**20
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


def is_archive(path: Path) -> bool:
    """Whether there is a zip archive of files; a document of an office program and a Zarr store are none."""
    if not path.is_file() or not is_zip(path) or zarr_root(path) is not None:
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return not {"[Content_Types].xml", "mimetype"} & set(archive.namelist())
    except (zipfile.BadZipFile, OSError, UnicodeDecodeError):
        return True


def unpack(path: Path, *, member: str | None, endings: Sequence[str], limits: Limits = LIMITS) -> list[Path]:
    """Unpack what is wanted of an archive into the cache, and say where it is.

    Parameters
    ----------
    path : pathlib.Path
        A zip archive.
    member : str, optional
        Name (with or without ending) or pattern (``*``, ``?``) of the members wanted; without it the archive
        must hold exactly one data file.
    endings : sequence of str
        Endings of data files, with the dot; ``.gdb`` of folders.

    Returns
    -------
    list of pathlib.Path
        One file a member, in the order of their names, or the folder of a geodatabase. A shapefile comes with
        its sidecar files.

    Raises
    ------
    InputError
        If it is not a sound archive, expands too far, or does not hold what is wanted.
    """
    with _opened(path) as archive:
        listed = _files_of(archive)
        names = [name for info in listed if not is_system_file(name := readable_name(info))]
        found = _data_members(archive, listed, endings)
        wanted = chosen(found, names, archive=path.name, wanted=member, endings=endings)
        taken = [info for one in wanted for info in one.infos]
        _require_within(path, listed, taken, limits=limits, wanted=len(wanted))
        target = cache_folder() / "unpacked" / sha256_of(path)[:20]
        return [_extract_member(archive, path, one, target) for one in wanted]


def unpack_named(path: Path, names: Sequence[str], *, limits: Limits = LIMITS) -> list[Path]:
    """Unpack shapefiles, tables and GeoPackages by their whole names, in that order; as :func:`unpack`."""
    with _opened(path) as archive:
        listed = _files_of(archive)
        held = {one.infos[0].filename: one for one in members(listed, _TABLE_ENDINGS)}
        wanted = [held[name] for name in names]
        taken = [info for one in wanted for info in one.infos]
        _require_within(path, listed, taken, limits=limits, wanted=len(wanted))
        target = cache_folder() / "unpacked" / sha256_of(path)[:20]
        return [_extract_member(archive, path, one, target) for one in wanted]


def member_names(path: Path) -> list[str]:
    """Whole names of the files in an archive; nothing is unpacked.

    Raises
    ------
    InputError
        If it is not a sound archive.
    """
    with _opened(path) as archive:
        return [info.filename for info in _files_of(archive)]


def members_of(path: Path, endings: Sequence[str]) -> list[Member]:
    """The data files of an archive, by name.

    Raises
    ------
    InputError
        If it is not a sound archive.
    """
    with _opened(path) as archive:
        return _data_members(archive, _files_of(archive), endings)


def split_part(path: Path, text: str, endings: Sequence[str]) -> tuple[str | None, str | None]:
    """Member and layer that are meant by what stands after ``FILE.zip:``.

    ``MEMBER``, ``MEMBER:LAYER``, or the ``LAYER`` (a band, a sheet) of the only data file.

    Raises
    ------
    InputError
        If it is not a sound archive.
    """
    found = members_of(path, endings)
    if meant_by(found, text):
        return text, None
    member, colon, layer = text.rpartition(":")
    if colon and meant_by(found, member):
        return member, layer
    return (text, None) if len(found) > 1 else (None, text)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path.name} is not a sound zip archive",
            got=str(error),
            expected="a zip archive",
            hint="fetch it again",
        ) from error


def _data_members(
    archive: zipfile.ZipFile, listed: list[zipfile.ZipInfo], endings: Sequence[str]
) -> list[Member]:
    """The data files; the document of a KMZ that only lists its other documents is none."""
    found = members(listed, endings)
    for one in found:
        if one.name == MAIN_DOCUMENT and len(found) > 1 and one.infos[0].file_size < _LARGEST_INDEX:
            with archive.open(one.infos[0]) as stream:
                text = stream.read(_LARGEST_INDEX)
            if b"NetworkLink" in text and b"Placemark" not in text:
                return [other for other in found if other is not one]
    return found


def _files_of(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [info for info in archive.infolist() if not info.is_dir()]


def _require_within(
    path: Path,
    listed: list[zipfile.ZipInfo],
    taken: list[zipfile.ZipInfo],
    *,
    limits: Limits,
    wanted: int,
) -> None:
    size, packed = sum(info.file_size for info in taken), path.stat().st_size
    problem = None
    if len(listed) > limits.members or wanted > limits.stacked:
        problem = f"{len(listed)} members, {wanted} of them wanted"
    elif size > limits.bytes or (size > limits.ratio_from and size > packed * limits.ratio):
        problem = f"{packed} bytes would become {size}"
    elif size > (free := free_bytes(cache_folder())) * 0.9:
        raise full_disk(f"{path.name} cannot be unpacked", f"{size} bytes, the full disk has {free} left")
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


def _extract_member(archive: zipfile.ZipFile, path: Path, member: Member, target: Path) -> Path:
    """Unpack the files of a member beside each other, in a folder of its own; the first is the data file."""
    folder = target / hashlib.sha256(member.name.encode()).hexdigest()[:8]
    is_folder = member.ending == GEODATABASE
    stem = _safe(member.base[: -len(member.ending)])
    whole = folder / f"{stem}{member.ending}"
    start = len(member.name) - len(member.ending)
    places = [
        whole / _safe(PurePosixPath(name).name) if is_folder else folder / f"{stem}{name[start:].lower()}"
        for name in map(readable_name, member.infos)
    ]
    for info, place in zip(member.infos, places, strict=True):
        if not (place.is_file() and place.stat().st_size == info.file_size):
            _extract(archive, path, info, place)
    return whole


def _safe(name: str) -> str:
    return re.sub(r"[^\w.+-]", "_", name)[-60:].lstrip(".") or "member"


def _extract(archive: zipfile.ZipFile, path: Path, info: zipfile.ZipInfo, place: Path) -> None:
    written = 0
    with part_file(place) as aside, aside.open("wb") as out, archive.open(info) as stream:
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
    log.info("unpacked %s of %s: %d bytes", info.filename, path.name, written)


def forget_unpacked() -> None:
    """Remove what was unpacked; it comes back when it is opened again."""
    shutil.rmtree(cache_folder() / "unpacked", ignore_errors=True)
