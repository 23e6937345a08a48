"""NetCDF and Zarr: which of them a file or folder is, told by its first bytes or its metadata."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath
from typing import Final, Literal

from geoalarm.io.paths import ZARR_SIGNS, is_zarr_folder

CfFormat = Literal["netcdf3", "netcdf4", "zarr"]

CF_ENDINGS: Final = (".nc", ".nc4", ".cdf", ".h5", ".hdf5", ".he5")
ZARR: Final = ".zarr"
"""Ending of the folder of a Zarr store."""

MAX_COORDINATES: Final = 2**26
"""Longest dimension: its coordinates are read at once."""
_HDF5: Final = b"\x89HDF\r\n\x1a\n"
_CLASSIC: Final = (b"CDF\x01", b"CDF\x02")
_ZIP: Final = b"PK\x03\x04"


def cf_format(path: Path) -> CfFormat | None:
    """NetCDF 3, NetCDF 4 (HDF5), or a Zarr store, as a folder or a zip archive; None of anything else."""
    if path.is_dir():
        return "zarr" if is_zarr_folder(path) else None
    with path.open("rb") as stream:
        head = stream.read(8)
    if head.startswith(_CLASSIC):
        return "netcdf3"
    if head == _HDF5:
        return "netcdf4"
    return "zarr" if head.startswith(_ZIP) and zarr_root(path) is not None else None


def zarr_root(path: Path) -> str | None:
    """Where the store begins in a zip archive: an empty text, or the one folder in it; None of other
    archives.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, UnicodeDecodeError):
        return None
    found = [PurePosixPath(name).parent for name in names if PurePosixPath(name).name in ZARR_SIGNS]
    tops = {place.as_posix().removeprefix(".") for place in found if len(place.parts) <= 1}
    if "" in tops:
        return ""
    return tops.pop() if len(tops) == 1 and all(place.parts[:1] for place in found) else None
