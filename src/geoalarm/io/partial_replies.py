"""The saved reply of a service that was cut off at its own limit: a part that looks like the whole."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from geoalarm.core.errors import InputError
from geoalarm.io.unsupported_formats import head_of

_TAIL_BYTES: Final = 4096
_LIMIT_REACHED: Final = re.compile(rb'"exceededTransferLimit"\s*:\s*true')
_JSON_COUNT: Final = {
    name: re.compile(rb'"' + name + rb'"\s*:\s*"?(\d+)') for name in (b"numberMatched", b"numberReturned")
}
_JSON_TOTAL: Final = re.compile(rb'"(?:numberMatched|totalFeatures)"\s*:\s*"?(\d+)')
_XML_COUNT: Final = {
    name: re.compile(rb"\b" + name + rb"\s*=\s*[\"'](\d+)") for name in (b"numberMatched", b"numberReturned")
}


def require_whole_json(path: Path) -> None:
    """Refuse GeoJSON that says that its service had more.

    Raises
    ------
    InputError
        With both numbers, where it tells them.
    """
    ends = _ends(path)
    if _LIMIT_REACHED.search(ends):
        raise _cut_off(path, "exceededTransferLimit: true")
    _compare(path, ends, _JSON_COUNT)


def require_whole_xml(path: Path) -> None:
    """Refuse GML that says that its service had more.

    Raises
    ------
    InputError
        With both numbers.
    """
    _compare(path, head_of(path), _XML_COUNT)


def require_all_features(path: Path, kind: str, count: int) -> None:
    """Refuse GeoJSON of a service that states more features than its file holds, and not how many it sent.

    Parameters
    ----------
    kind : str
        As :func:`geoalarm.io.vector_formats.vector_format` names it.
    count : int
        Features that were found in the file.

    Raises
    ------
    InputError
        With both numbers.
    """
    stated = _JSON_TOTAL.search(_ends(path)) if kind == "geojson" else None
    if stated is not None and count < int(stated.group(1)):
        raise _cut_off(path, f"{count} of {int(stated.group(1))} features")


def _ends(path: Path) -> bytes:
    """The first and the last bytes of a file, where services write their numbers."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        return head_of(path) + stream.read()


def _compare(path: Path, text: bytes, counts: dict[bytes, re.Pattern[bytes]]) -> None:
    matched, returned = (pattern.search(text) for pattern in counts.values())
    if matched and returned and int(returned.group(1)) < int(matched.group(1)):
        raise _cut_off(path, f"{int(returned.group(1))} of {int(matched.group(1))} features")


def _cut_off(path: Path, got: str) -> InputError:
    return InputError(
        f"{path.name} is a part of what its service holds",
        got=got,
        expected="all features",
        hint="write the address of a WFS or of OGC API Features into a catalog entry, which fetches it page "
        "by page; of another service fetch the rest (resultOffset) into one file; if the part is all you "
        "need, export it to GeoPackage",
    )
