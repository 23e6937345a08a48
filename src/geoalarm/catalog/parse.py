"""Read a catalog file as data, never as a program, and gather every fault before anything is opened.

To Intake a catalog is executable code: a driver may be any importable class, braces are Jinja, defaults may
call a shell. Here the file is parsed without tags, anchors and duplicate keys, held against the models of
``entry``, and only what passed is handed on.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from geoalarm.catalog.entry import CatalogEntry, EntryFacts
from geoalarm.catalog.entry_args import Parameter, RasterArgs, VectorArgs
from geoalarm.catalog.entry_templates import address_faults, template_faults
from geoalarm.core.errors import CatalogError, Faults, GeoalarmError, InputError, near_miss
from geoalarm.core.settings import expand_user
from geoalarm.io.plain_yaml import parse_yaml
from geoalarm.io.strict_model import check_model
from geoalarm.io.unstated import unstated_faults

MAX_BYTES: Final = 1_000_000
_ARGUMENTS: Final[Mapping[str, type[VectorArgs | RasterArgs]]] = MappingProxyType(
    {"geo_vector": VectorArgs, "geo_raster": RasterArgs}
)
"""What each driver takes."""

DRIVERS: Final = tuple(_ARGUMENTS)
"""The only drivers an entry may name."""

TOP_LEVEL: Final = frozenset({"version", "name", "description", "metadata", "sources"})


@dataclass(frozen=True, slots=True)
class CatalogFile:
    """A catalog file that passed: its place, the hash of its bytes, its entries by name."""

    path: Path
    sha256: str
    title: str
    entries: Mapping[str, CatalogEntry]

    @property
    def folder(self) -> str:
        """What ``{{ CATALOG_DIR }}`` stands for."""
        return str(self.path.parent)


def read_catalog_file(path: str | Path) -> CatalogFile:
    """Read and check a catalog file; nothing it names is opened, imported or run.

    Parameters
    ----------
    path : str or pathlib.Path
        A YAML file in Intake's ``sources:`` format.

    Raises
    ------
    InputError
        If the file is missing or is not a regular file.
    CatalogError
        If it is not plain YAML of a catalog (one fault).
    Faults
        If entries break the rules: every fault of the file, with entry, field and hint.
    """
    place = expand_user(path).absolute()
    content = _read_bytes(place)
    data = parse_yaml(content, what=f"catalog {place.name}", error=CatalogError)
    if not isinstance(data, dict):
        raise CatalogError(
            f"catalog {place.name}",
            got=type(data).__name__,
            expected="a mapping with 'sources'",
            hint="see the README for an entry to copy",
        )
    faults: list[GeoalarmError] = list(_top_level_faults(data, what=place.name))
    sources = data.get("sources") if isinstance(data, dict) else None
    entries: dict[str, CatalogEntry] = {}
    for name, raw in sources.items() if isinstance(sources, dict) else ():
        entry, found = check_entry(str(name), raw, catalog_dir=str(place.parent))
        faults.extend(found)
        if entry is not None:
            entries[entry.name] = entry
    if faults:
        raise Faults(f"catalog {place.name} is refused, nothing of it was opened", faults)
    header = data.get("metadata") or {}
    return CatalogFile(
        place,
        hashlib.sha256(content).hexdigest(),
        str(header.get("title", place.stem)),
        MappingProxyType(entries),
    )


def _read_bytes(place: Path) -> bytes:
    try:
        status = place.stat()
    except OSError as error:
        raise InputError(
            f"catalog {place} cannot be read",
            got=error.strerror,
            expected="a YAML file",
            hint="check the path",
        ) from error
    if not stat.S_ISREG(status.st_mode):
        raise InputError(
            f"catalog {place}",
            got="a folder or a device",
            expected="a YAML file",
            hint="name the file itself",
        )
    if status.st_size > MAX_BYTES:
        raise CatalogError(
            f"catalog {place.name} is too large",
            got=f"{status.st_size} bytes",
            expected=f"at most {MAX_BYTES}",
            hint="a catalog holds addresses and facts; split it",
        )
    try:
        with place.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(
            f"catalog {place} cannot be read",
            got=error.strerror,
            expected="a readable file",
            hint="check its permissions",
        ) from error


def _top_level_faults(data: dict[str, Any], *, what: str) -> Iterator[GeoalarmError]:
    """What is wrong with the head of the file."""

    def fault(field: str, got: object, expected: str, hint: str | None) -> CatalogError:
        return CatalogError(f"catalog {what}, field {field}", got=got, expected=expected, hint=hint)

    for key in data:
        if key not in TOP_LEVEL:
            hint = "remove it: plugins import code" if key == "plugins" else near_miss(str(key), TOP_LEVEL)
            yield fault(key, repr(key), ", ".join(sorted(TOP_LEVEL)), hint)
    if data.get("version", 1) != 1:
        yield fault("version", data["version"], "1 (the sources: format)", "write version: 1")
    sources, header = data.get("sources"), data.get("metadata", {})
    if not isinstance(sources, dict) or not sources:
        example = "see the README for an entry to copy"
        yield fault("sources", type(sources).__name__, "entries by name", example)
    for key in set(header) - {"title", "version"} if isinstance(header, dict) else {"metadata"}:
        yield fault(f"metadata.{key}", repr(key), "title", "parameters belong to an entry")
    for key in ("name", "description"):
        text = data.get(key)
        if text is not None and not isinstance(text, str):
            yield fault(key, type(text).__name__, "text", "put it in quotes")


def check_entry(
    name: str, raw: object, *, catalog_dir: str
) -> tuple[CatalogEntry | None, list[GeoalarmError]]:
    """One entry against the models: the entry where it passed, and its faults where not."""
    what = f"entry {name!r}"
    if not isinstance(raw, dict):
        kind = type(raw).__name__
        expected = "a mapping with driver, args and metadata"
        return None, [CatalogError(what, got=kind, expected=expected, hint="indent its fields")]
    unstated = unstated_faults(raw, what=what, kind=CatalogError)
    if unstated:
        return None, unstated
    faults: list[GeoalarmError] = list(template_faults(raw, what=what))
    if raw.get("driver") not in DRIVERS:
        wrong = CatalogError(
            f"{what}, field driver",
            got=repr(raw.get("driver"))[:120],
            expected=" or ".join(DRIVERS),
            hint="no other driver is allowed: a driver is code",
        )
        return None, [wrong, *faults]
    parts, found = _parts(raw, what=what)
    faults += found
    whole = {**{str(key): value for key, value in raw.items()}, "name": name, **parts}
    entry, found = _check(CatalogEntry, whole, what=what)
    if parts["args"] is not None and parts["metadata"] is not None:
        faults += found
    if entry is not None and not faults:
        faults += address_faults(entry, catalog_dir=catalog_dir)
    return (entry if not faults else None), faults


def _parts(raw: dict[str, Any], *, what: str) -> tuple[dict[str, Any], list[GeoalarmError]]:
    """The parts of an entry by field, each against its model, and all their faults."""
    args, faults = _check(_ARGUMENTS[raw["driver"]], raw.get("args"), what=f"{what}, field args")
    facts, found = _check(EntryFacts, raw.get("metadata"), what=f"{what}, field metadata")
    faults += found
    parameters: dict[str, Parameter] = {}
    listed = raw.get("parameters") or {}
    for key, value in listed.items() if isinstance(listed, dict) else [("", listed)]:
        parameter, found = _check(Parameter, value, what=f"{what}, field parameters.{key}")
        faults += found
        if parameter is not None:
            parameters[str(key)] = parameter
    return {"args": args, "metadata": facts, "parameters": parameters}, faults


_check = partial(check_model, hint="see docs/catalog.md for what the field holds", kind=CatalogError)
