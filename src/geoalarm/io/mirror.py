"""A folder that stands in for the network: crisis centres have none.

A file is looked for under the entry's name first, then under the address' host and path::

    DIR/official_seveso_be_wallonia.geojson             one file for the entry
    DIR/official_communes_fr/departement=59.geojson     one file for each choice of parameters
    DIR/official_flood_eu/Europe_RP100_filled_depth.tif the address' own file name, in the entry's folder
    DIR/host.example/path/of/the/address.zip            a copy of the site
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from geoalarm.core.errors import InputError
from geoalarm.core.settings import MIRROR, expand_user, path_setting
from geoalarm.io.address import Address
from geoalarm.io.paths import GEODATABASE, is_zarr_folder

_PARTS: Final = frozenset(
    {".dbf", ".shx", ".prj", ".cpg", ".qix", ".sbn", ".sbx", ".xml", ".md", ".txt", ".sha256"}
)


@dataclass(frozen=True, slots=True)
class SourceRequest:
    """What is asked of a mirror: an entry, its address, the parameters that chose the address.

    ``name_tells``: the file name alone tells the choices apart.
    """

    entry: str
    address: Address
    values: Mapping[str, object] = field(default_factory=dict)
    name_tells: bool = True


@dataclass(frozen=True, slots=True)
class Mirror:
    """A folder of files that serve entries instead of their addresses."""

    folder: Path

    def names(self, wanted: SourceRequest) -> list[str]:
        """Names under which a file would be found, best first; ``*`` stands for any ending."""
        key = ",".join(f"{name}={value}" for name, value in wanted.values.items())
        names = [f"{wanted.entry}/{key}.*"] if key else [f"{wanted.entry}.*"]
        if wanted.name_tells and not wanted.address.query:
            names.append(f"{wanted.entry}/{wanted.address.name}")
        if wanted.address.host_path is not None:
            names.append(wanted.address.host_path)
        if wanted.address.scheme == "mirror":
            names.append(wanted.address.text)
        return names

    def find(self, wanted: SourceRequest) -> Path | None:
        """The file that serves an entry, or None.

        Raises
        ------
        InputError
            If several files answer to the same name.
        """
        for name in self.names(wanted):
            if ".." in PurePosixPath(name).parts or name.startswith("/"):
                continue
            found = self._match(name)
            if len(found) > 1:
                raise InputError(
                    f"mirror {self.folder} holds several files for entry {wanted.entry!r}",
                    got=", ".join(path.name for path in found),
                    expected="one",
                    hint="remove all but one",
                )
            if found:
                return found[0]
        return None

    def _match(self, name: str) -> list[Path]:
        if not name.endswith(".*"):
            place = self.folder / name
            return [place] if _is_data(place) else []
        stem, place = name[:-2].rsplit("/", 1)[-1], (self.folder / name).parent
        if not place.is_dir():
            return []
        ending = re.compile(re.escape(stem) + r"\.[A-Za-z]\w*(\.zip)?")
        return sorted(
            path
            for path in place.iterdir()
            if ending.fullmatch(path.name) and path.suffix.lower() not in _PARTS and _is_data(path)
        )


def _is_data(path: Path) -> bool:
    return path.is_file() or (path.suffix.lower() == GEODATABASE and path.is_dir()) or is_zarr_folder(path)


def mirror_from(folder: str | Path | None) -> Mirror | None:
    """The mirror of a folder, or of ``GEOALARM_MIRROR`` where none is given.

    Raises
    ------
    InputError
        If the folder does not exist.
    """
    place = path_setting(MIRROR) if folder is None else expand_user(folder).absolute()
    if place is None:
        return None
    if not place.is_dir():
        raise InputError(
            f"mirror {place}",
            got="no such folder",
            expected="a folder of files",
            hint=f"check --mirror or {MIRROR}",
        )
    return Mirror(place)
