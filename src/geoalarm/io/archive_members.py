"""What a zip archive holds: data files by name, with what belongs to each, and the choice among them.

What macOS and Windows put beside the files is no data. Names compare without regard to case and in one
Unicode form; those of macOS are UTF-8 that does not say so.
"""

from __future__ import annotations

import contextlib
import fnmatch
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.field_hints import FieldHint
from geoalarm.core.unicode_names import nfc
from geoalarm.io.paths import GEODATABASE

MAIN_DOCUMENT: Final = "doc.kml"
"""The one that a KMZ opens with."""

SIDECARS: Final = {
    ".shp": (".shx", ".dbf", ".prj", ".cpg"),
    ".dbf": (".cpg",),
    ".tab": (".dat", ".map", ".id", ".ind"),
    ".mif": (".mid",),
    ".gml": (".xsd",),
    ".tif": (".tif.msk", ".tif.aux.xml", ".tfw"),
    ".tiff": (".tiff.msk", ".tiff.aux.xml", ".tfw"),
    ".asc": (".prj",),
}
"""Endings of the files that belong to one of an ending."""

_SYSTEM_FOLDER: Final = "__MACOSX"
_SYSTEM_FILES: Final = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_SAYS_UTF8: Final = 0x800


@dataclass(frozen=True, slots=True)
class Member:
    """A data file of an archive with its sidecar files, or a geodatabase with all its files."""

    name: str
    infos: tuple[zipfile.ZipInfo, ...]

    @property
    def base(self) -> str:
        """Its name without folders."""
        return self.name.rsplit("/", 1)[-1]

    @property
    def ending(self) -> str:
        """Its ending with the dot, in small letters."""
        return PurePosixPath(self.name).suffix.lower()

    def is_meant(self, wanted: str) -> bool:
        """Whether a name or pattern means it, with or without its folders."""
        return any(fnmatch.fnmatchcase(one.casefold(), wanted) for one in (self.base, self.name))

    def is_meant_without_ending(self, wanted: str) -> bool:
        """The same, of a name without its ending."""
        cut = len(self.ending)
        return any(one[:-cut].casefold() == wanted for one in (self.base, self.name))


def readable_name(info: zipfile.ZipInfo) -> str:
    """The name of a member as its author wrote it."""
    name = info.filename
    if not info.flag_bits & _SAYS_UTF8 and not name.isascii():
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return nfc(name.replace("\\", "/"))


def is_system_file(name: str) -> bool:
    """Whether macOS or Windows put it there."""
    path = PurePosixPath(name)
    return _SYSTEM_FOLDER in path.parts or path.name.startswith("._") or path.name.casefold() in _SYSTEM_FILES


def members(listed: Iterable[zipfile.ZipInfo], endings: Sequence[str]) -> list[Member]:
    """The data files of these endings, by name."""
    files = {name: info for info in listed if not is_system_file(name := readable_name(info))}
    folders: dict[str, list[zipfile.ZipInfo]] = {}
    for name, info in files.items():
        folder = _geodatabase_of(name)
        if folder and GEODATABASE in endings:
            folders.setdefault(folder, []).append(info)
    by_stem: dict[str, list[str]] = {}
    for name in files:
        by_stem.setdefault(_stem(name), []).append(name)
    single = [
        Member(name, (info, *(files[one] for one in by_stem[_stem(name)] if _belongs(one, name))))
        for name, info in files.items()
        if not _geodatabase_of(name) and PurePosixPath(name).suffix.lower() in endings
    ]
    whole = [Member(folder, tuple(infos)) for folder, infos in folders.items()]
    return sorted([*single, *whole], key=lambda one: one.name)


def chosen(
    found: Sequence[Member],
    listed: Sequence[str],
    *,
    archive: str,
    wanted: str | None,
    endings: Sequence[str],
) -> list[Member]:
    """The members that a name or pattern means; without one the only member.

    Parameters
    ----------
    listed : sequence of str
        Names of all files of the archive, to be shown where none is data.

    Raises
    ------
    InputError
        If there is none, or several and none was named by more than a name that they share.
    """
    if wanted is None:
        if len(found) > 1:
            main = [one for one in found if one.name == MAIN_DOCUMENT]
            if not main:
                raise several(found, archive=archive)
            return main
        if not found:
            raise _no_data(listed, archive=archive, endings=endings)
        return list(found)
    meant = meant_by(found, wanted)
    if not meant:
        names = [one.base for one in found]
        raise InputError(
            f"{archive} does not hold {wanted}",
            got=", ".join(names[:10] or listed[:10]) or "nothing",
            expected=wanted,
            hint=near_miss(wanted, names) or "name a data file of the archive",
        )
    if len(meant) > 1 and not any(sign in wanted for sign in "*?["):
        raise several(meant, archive=archive)  # one name in two folders: patterns mean several, names one
    return meant


def meant_by(found: Sequence[Member], wanted: str) -> list[Member]:
    """Members that a name or pattern means: the one of that whole name, else those in any folder; a name
    without ending means those of any ending.
    """
    asked = nfc(wanted).casefold()
    return (
        [one for one in found if one.name.casefold() == asked]
        or [one for one in found if one.is_meant(asked)]
        or [one for one in found if one.is_meant_without_ending(asked)]
    )


def several(found: Sequence[Member], *, archive: str) -> InputError:
    """The question which of several members is meant."""
    bases = [one.base for one in found]
    example = bases[0] if len(set(bases)) == len(bases) else found[0].name
    return InputError(
        f"{archive} holds several data files",
        got=", ".join(one.name for one in found[:10]) + (", ..." if len(found) > 10 else ""),
        expected="one",
        hint=FieldHint("name one: {member}", member=example),
    )


def _no_data(listed: Sequence[str], *, archive: str, endings: Sequence[str]) -> InputError:
    inner = [name for name in listed if name.lower().endswith((".zip", ".7z", ".rar", ".gz"))]
    return InputError(
        f"{archive} does not hold a data file",
        got=", ".join(PurePosixPath(name).name for name in listed[:10]) or "nothing",
        expected=" ".join(endings),
        hint=f"unpack it, and name {PurePosixPath(inner[0]).name}" if inner else "check the download",
    )


def _geodatabase_of(name: str) -> str:
    """The geodatabase folder that a file lies in, or an empty text."""
    parts = name.split("/")
    for place, part in enumerate(parts[:-1], start=1):
        if part.lower().endswith(GEODATABASE):
            return "/".join(parts[:place])
    return ""


def _stem(name: str) -> str:
    """Folders and name up to the first dot of the last part, for a file and its sidecars alike."""
    folder, _, base = name.rpartition("/")
    return f"{folder}/{base.split('.', 1)[0]}".casefold()


def _belongs(name: str, main: str) -> bool:
    """Whether a file is a sidecar of another."""
    ending = PurePosixPath(main).suffix
    stem = main[: -len(ending)]
    is_beside = name.casefold().startswith(stem.casefold())
    return is_beside and name[len(stem) :].lower() in SIDECARS.get(ending.lower(), ())
