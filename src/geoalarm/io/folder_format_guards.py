"""Look at MapInfo tables and file geodatabases before GDAL opens them: both consist of several files, may
name others, and rows may claim more than there is.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import Final

import numpy as np

from geoalarm.core.errors import InputError
from geoalarm.io.geoparquet_guard import MAX_FEATURES

MAX_BYTES: Final = 64 * 2**30
MAX_FILES: Final = 20_000
_MAX_TAB_BYTES: Final = 2**20
_MAGIC_32: Final = 3
"""Version of a table of rows whose ids have 32 bits: all but the newest."""


def require_native_table(path: Path) -> None:
    """Refuse a ``.tab`` whose rows lie elsewhere: in a database, a workbook, a picture, other tables.

    Raises
    ------
    InputError
        With what it points to.
    """
    content = path.read_bytes()[: _MAX_TAB_BYTES + 1]
    text = content.decode("latin-1")
    kind = re.search(r'^\s*type\s+"?(\w+)', text, re.IGNORECASE | re.MULTILINE)
    found = kind.group(1).upper() if kind else "no type"
    if len(content) > _MAX_TAB_BYTES:
        found = f"more than {_MAX_TAB_BYTES} bytes of text"
    if re.search(r'\\IsSeamless"\s*=\s*"TRUE"', text, re.IGNORECASE):
        found = "SEAMLESS: a list of other tables"
    if re.search(r"^\s*create\s+view|^\s*open\s+table", text, re.IGNORECASE | re.MULTILINE):
        found = "a view of other tables"
    if found != "NATIVE":
        raise InputError(
            f"{path.name} holds no rows of its own",
            got=found,
            expected="a native MapInfo table",
            hint="save a copy of it in MapInfo as a native table, or convert what it points to: ogr2ogr",
        )


def require_sound_geodatabase(folder: Path) -> None:
    """Refuse a folder that is no geodatabase, is compressed, points elsewhere, or claims more than it holds.

    Raises
    ------
    InputError
        With what was found.
    """
    files = list(folder.rglob("*"))[: MAX_FILES + 1]
    total = sum(one.stat().st_size for one in files if one.is_file())
    wrong = None
    if len(files) > MAX_FILES or total > MAX_BYTES:
        wrong = f"{len(files)} files, {total} bytes"
    elif any(one.is_symlink() or not (one.is_file() or one.is_dir()) for one in files):
        wrong = "a link to another place, or a device"
    elif any(one.suffix.lower() == ".cdf" for one in files):
        wrong = "compressed tables (.cdf), which only Esri's programs read"
    elif not any(one.suffix.lower() == ".gdbtable" for one in files):
        wrong = "no table (.gdbtable)"
    if wrong is not None:
        raise InputError(
            f"{folder.name} cannot be read as a file geodatabase",
            got=wrong,
            expected=f"tables of its own, at most {MAX_BYTES} bytes",
            hint="export the layer to GeoPackage; of a compressed one in ArcGIS: Uncompress File Geodatabase "
            "Data",
        )
    for index in folder.rglob("*.gdbtablx"):
        _require_honest_rows(index, index.with_suffix(".gdbtable"))


def _require_honest_rows(index: Path, table: Path) -> None:
    """Rows may not hold more than their file: many that share the same bytes are a bomb."""
    if not table.is_file():
        return
    offsets = _offsets(index)
    size = table.stat().st_size
    claimed = 0
    if len(offsets):
        content = np.memmap(table, dtype="uint8", mode="r")
        inside = offsets[offsets + 4 <= size]
        lengths = sum(content[inside + place].astype("int64") << (8 * place) for place in range(4))
        claimed = int(np.sum(lengths))
    if claimed > size or len(offsets) > MAX_FEATURES:
        raise InputError(
            f"{table.parent.name}, table {table.name} holds more than the file",
            got=f"{len(offsets)} rows of {claimed} bytes in {size} bytes of file",
            expected="rows that fit their file",
            hint="the file is damaged or a bomb; export the layer again",
        )


def _offsets(index: Path) -> np.ndarray:
    """Where each row of a table begins [bytes]; none of a version that is not known."""
    with index.open("rb") as stream:
        head = stream.read(16)
        if len(head) < 16:
            return np.empty(0, "int64")
        magic, blocks, _rows, width = struct.unpack("<4I", head)
        if magic != _MAGIC_32 or width not in (4, 5, 6):
            return np.empty(0, "int64")
        most = min(blocks * 1024, index.stat().st_size // width) * width
        content = np.frombuffer(stream.read(most), dtype="uint8")
    whole = content[: len(content) // width * width].reshape(-1, width).astype("int64")
    offsets = (whole << (8 * np.arange(width))).sum(axis=1)
    return np.asarray(offsets[offsets > 0])
