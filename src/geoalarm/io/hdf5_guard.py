"""Look at a NetCDF 4 (HDF5) file before its cells are trusted: it may name other files in three ways, and be
compressed by what is not there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import h5py

from geoalarm.core.errors import InputError
from geoalarm.io.cf_formats import MAX_COORDINATES
from geoalarm.io.raster_guard import MAX_BLOCK_BYTES

MAX_OBJECTS: Final = 20_000
_OWN_DATA: Final = "write a copy with data of its own: nccopy in.nc out.nc (or h5repack)"


def require_plain_hdf5(path: Path) -> None:
    """Refuse a file that names others, whose chunks fill the memory, or that no filter at hand can read.

    Raises
    ------
    InputError
        With the name of what was found.
    """
    try:
        with h5py.File(path, "r") as file:
            problem = file.visititems_links(_Visit(path, file))
    except Exception as error:  # h5py raises many kinds for a damaged file; all mean one thing to the reader
        raise InputError(
            f"{path.name} cannot be read as NetCDF 4 (HDF5)",
            got=" ".join(str(error).split())[:200],
            expected="a sound file",
            hint="fetch or export it again",
        ) from error
    if problem is not None:
        raise problem


def datasets_in_groups(path: Path) -> list[str]:
    """Data sets of two dimensions and more, in groups of a sound file."""
    found: list[str] = []

    def take(name: str, one: Any) -> None:
        if "/" in name and isinstance(one, h5py.Dataset) and one.ndim > 1:
            found.append(name)

    with h5py.File(path, "r") as file:
        file.visititems(take)
    return found


@dataclass(slots=True)
class _Visit:
    """Called for every link of a file; what it returns stops the walk, an error raised in it is lost."""

    path: Path
    file: h5py.File
    count: int = 0

    def __call__(self, name: str | bytes, link: Any) -> InputError | None:
        self.count += 1
        name = name.decode("utf-8", "replace") if isinstance(name, bytes) else name
        if self.count > MAX_OBJECTS:
            return _refused(self.path, f"more than {MAX_OBJECTS} objects", "a NetCDF file")
        if isinstance(link, h5py.ExternalLink):
            return _refused(self.path, f"{name}, a link to another file", "data of its own")
        found = self.file.get(name) if isinstance(link, h5py.HardLink) else None
        return _problem(self.path, found) if isinstance(found, h5py.Dataset) else None


def _problem(path: Path, data: h5py.Dataset) -> InputError | None:
    name = str(data.name).lstrip("/")
    if data.is_virtual:
        return _refused(path, f"{name}, a virtual dataset: its cells lie in other files", "data of its own")
    if data.external:
        return _refused(path, f"{name}, whose cells lie in another file", "data of its own")
    if data.ndim == 1 and data.size > MAX_COORDINATES:
        return _refused(path, f"{name} of {data.size} values", f"at most {MAX_COORDINATES} coordinates")
    made = data.id.get_create_plist()
    for place in range(made.get_nfilters()):
        code, _flags, _values, title = made.get_filter(place)
        if not h5py.h5z.filter_avail(code):
            word = title.decode("utf-8", "replace") or f"filter {code}"
            return InputError(
                f"{path.name} is compressed by what is not at hand",
                got=f"{name} by {word}",
                expected="gzip (deflate), szip or lzf",
                hint="write it anew: nccopy -d 4 -F none in.nc out.nc, or h5repack -f GZIP=4 in.nc out.nc",
            )
    if data.chunks is not None and math.prod(data.chunks) * data.dtype.itemsize > MAX_BLOCK_BYTES:
        return InputError(
            f"{path.name} is too large to be read in parts",
            got=f"{name} in chunks of {math.prod(data.chunks) * data.dtype.itemsize} bytes",
            expected=f"at most {MAX_BLOCK_BYTES} bytes a chunk",
            hint="write it with smaller chunks: nccopy -c lat/512,lon/512 in.nc out.nc",
        )
    return None


def _refused(path: Path, got: str, expected: str) -> InputError:
    return InputError(
        f"{path.name} may name other files, or is no NetCDF", got=got, expected=expected, hint=_OWN_DATA
    )
