"""Look at XML before a library opens it: it can declare entities without end and name other files.

A file is walked through once, in memory bounded by one element; what is accepted declares no types and no
entities, and holds its own data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, Final
from xml.parsers import expat

from geoalarm.core.errors import InputError

MAX_DEPTH: Final = 200
"""Elements inside each other; features of GML have some ten."""

MAX_ATTRIBUTE: Final = 1_000_000
"""Longest attribute accepted [characters]."""

_CHUNK: Final = 2**20
_SEPARATOR: Final = " "
_VIRTUAL: Final = re.compile(rb"<OGR\w*DataSource|<VRTDataset|<GDAL_WM|<OGRVRT")
"""What makes GDAL take a file for a list of other files, wherever it stands in the first bytes."""

_HEAD_BYTES: Final = 65_536

ElementCheck = Callable[[str, str, Mapping[str, str]], str | None]
"""Namespace, name and attributes of an element: None where it is accepted, else what is wrong with it."""


class _RootFound(Exception):
    pass


def xml_root(path: Path) -> tuple[str, str]:
    """Namespace and name of the first element; both empty where it is no XML."""
    found = ["", ""]

    def start(name: str, _attributes: Mapping[str, str]) -> None:
        found[:] = _split(name)
        raise _RootFound

    try:
        with path.open("rb") as stream:
            parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
            parser.StartElementHandler = start
            parser.Parse(stream.read(_HEAD_BYTES), False)
    except (_RootFound, expat.ExpatError):
        pass
    return found[0], found[1]


def require_plain_xml(
    stream: IO[bytes], *, what: str, check: ElementCheck | None = None, whole: bool = True
) -> None:
    """Refuse XML that declares types or entities, nests without end or holds an element that is refused.

    Parameters
    ----------
    stream : file of bytes
        From its start.
    check : callable, optional
        Asked about every element.
    whole : bool
        Walk to the end; without it to the first element, before which all declarations stand.

    Raises
    ------
    InputError
        With what was found.
    """
    walk = _Walk(what, check, whole)
    try:
        head = stream.read(_CHUNK)
        if _VIRTUAL.search(head[:_HEAD_BYTES]):
            raise _refused(what, "it names other files for GDAL to open")
        while head:
            walk.parser.Parse(head, False)
            head = stream.read(_CHUNK)
        walk.parser.Parse(b"", True)
    except _RootFound:
        return
    except expat.ExpatError as error:
        raise InputError(
            f"{what} is no sound XML",
            got=str(error)[:120],
            expected="a whole file",
            hint="fetch or export it again; it may be cut off",
        ) from error


class _Walk:
    """Handlers of one walk through a file."""

    def __init__(self, what: str, check: ElementCheck | None, whole: bool) -> None:
        self.what, self.check, self.whole, self.depth = what, check, whole, 0
        self.parser: Any = expat.ParserCreate(namespace_separator=_SEPARATOR)
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end

    def doctype(self, *_declaration: object) -> None:
        raise _refused(self.what, "it declares types or entities (DOCTYPE)")

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if not self.whole:
            raise _RootFound
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _refused(self.what, f"more than {MAX_DEPTH} elements inside each other")
        if any(len(value) > MAX_ATTRIBUTE for value in attributes.values()):
            raise _refused(self.what, f"an attribute of more than {MAX_ATTRIBUTE} characters")
        wrong = self.check(*_split(name), attributes) if self.check is not None else None
        if wrong is not None:
            raise _refused(self.what, wrong)

    def end(self, _name: str) -> None:
        self.depth -= 1


def _split(name: str) -> tuple[str, str]:
    namespace, _, local = name.rpartition(_SEPARATOR)
    return namespace, local


def _refused(what: str, why: str) -> InputError:
    return InputError(
        f"{what} is not opened",
        got=why,
        expected="a file that holds its own data",
        hint="open it in a GIS and export the layer to GeoPackage",
    )
