"""In which encoding the text of a shapefile is, where no .cpg file states it."""

from __future__ import annotations

import codecs
import struct
from pathlib import Path
from typing import Final

from geoalarm.io.sidecar_files import sidecar

UTF8: Final = "UTF-8"
MOST_BYTES: Final = 16 * 2**20
"""Of a long table so much is looked at."""
_HEADER: Final = 32
_COLUMN: Final = 32
_NAME: Final = 11


def encoding_options(path: Path) -> dict[str, str]:
    """``encoding`` for GDAL, where a dBASE table (of a shapefile) without .cpg holds UTF-8: programs of today
    write it so, and GDAL takes it for ISO 8859-1, which garbles names of columns and values. Text of one byte
    a letter that happens to be UTF-8 throughout is not to be found in any language of Europe.
    """
    table = path if path.suffix.lower() == ".dbf" else sidecar(path, ".dbf")
    if table is None or sidecar(path, ".cpg") is not None:
        return {}
    with table.open("rb") as stream:
        content = stream.read(MOST_BYTES)
    text = _text_of(content)
    return {"encoding": UTF8} if not text.isascii() and _is_utf8(text) else {}


def _text_of(content: bytes) -> bytes:
    """Names of columns and rows, without the numbers of the header."""
    if len(content) < _HEADER:
        return b""
    (rows_from,) = struct.unpack_from("<H", content, 8)
    names = [
        content[place : place + _NAME].split(b"\0")[0]
        for place in range(_HEADER, min(rows_from, len(content)) - 1, _COLUMN)
    ]
    return b" ".join([*names, content[rows_from:]])


def _is_utf8(text: bytes) -> bool:
    try:
        codecs.getincrementaldecoder(UTF8)().decode(text)  # the last letter may be cut
    except UnicodeDecodeError:
        return False
    return True
