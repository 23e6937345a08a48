"""A NetCDF 4 file may name other files: by links, virtual datasets and external cells. All are refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from geoalarm.core.errors import InputError
from geoalarm.io.rasters import read_raster


def external_link(file: h5py.File) -> None:
    file.create_group("deep")["x"] = h5py.ExternalLink("/etc/hostname", "/a")


def virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout(shape=(2, 2), dtype="f4")
    layout[:] = h5py.VirtualSource("other.h5", "a", shape=(2, 2))
    file.create_virtual_dataset("cells", layout)


def external_cells(file: h5py.File) -> None:
    file.create_dataset("cells", (2, 2), "f4", external=[("/etc/hostname", 0, 16)])


def large_chunks(file: h5py.File) -> None:
    file.create_dataset("cells", (20_000, 20_000), "f4", chunks=(16_000, 16_000), compression="gzip")


def endless_coordinates(file: h5py.File) -> None:
    file.create_dataset("x", (2**33,), "f8", chunks=(1000,), compression="gzip")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (external_link, "deep/x, a link to another file"),
        (virtual, "cells, a virtual dataset"),
        (external_cells, "cells, whose cells lie in another file"),
        (endless_coordinates, "x of 8589934592 values"),
        (large_chunks, "too large to be read in parts.*1024000000 bytes"),
    ],
)
def test_refused(tmp_path: Path, make: Callable[[h5py.File], None], words: str) -> None:
    with h5py.File(tmp_path / "a.nc", "w") as file:
        file["values"] = np.ones((2, 2))
        make(file)
    with pytest.raises(InputError, match=words):
        read_raster(tmp_path / "a.nc")


def test_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.nc").write_bytes(b"\x89HDF\r\n\x1a\n" + b"\0" * 2000)
    with pytest.raises(InputError, match="cannot be read as NetCDF 4"):
        read_raster(tmp_path / "a.nc")
