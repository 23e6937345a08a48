"""Read a catalog file as data, never as a program, and gather every fault before anything is opened.

To Intake a catalog is executable code: a driver may be any importable class, braces are Jinja, defaults may
call a shell. Here the file is parsed without tags, anchors and duplicate keys, held against the models of
``entry``, and only what passed is handed on.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import yaml
from pydantic import BaseModel, ValidationError

from geoalarm.catalog.entry import (
    DRIVERS,
    CatalogEntry,
    EntryFacts,
    Parameter,
    RasterArgs,
    VectorArgs,
    address_faults,
    template_faults,
)
from geoalarm.core.errors import CatalogError, Faults, GeoalarmError, InputError, near_miss
from geoalarm.core.settings import expand_user

MAX_BYTES: Final = 1_000_000
MAX_EVENTS: Final = 50_000
MAX_DEPTH: Final = 12
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
    data = parse_yaml(content, what=place.name)
    faults: list[GeoalarmError] = _top_level_faults(data, what=place.name)
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


def parse_yaml(content: bytes, *, what: str) -> dict[str, Any]:
    """YAML as plain data: no tags, no anchors, no aliases, no duplicate keys, bounded depth and size.

    Raises
    ------
    CatalogError
        With the line of the first offence.
    """
    try:
        text = content.decode("utf-8-sig")
        _require_plain_events(text, what=what)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        _require_unique_keys(node, what=what)
        data = yaml.load(text, Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        raise CatalogError(
            f"catalog {what} is not text", got=str(error), expected="UTF-8", hint="save it as UTF-8"
        ) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, GeoalarmError):
            raise
        raise CatalogError(
            f"catalog {what} is not YAML",
            got=" ".join(str(error).split())[:300],
            expected="valid YAML",
            hint="check indentation and quotes at that line",
        ) from error
    if not isinstance(data, dict):
        raise CatalogError(
            f"catalog {what}",
            got=type(data).__name__,
            expected="a mapping with 'sources'",
            hint="see the README for an entry to copy",
        )
    return data


def _require_plain_events(text: str, *, what: str) -> None:
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if count > MAX_EVENTS:
            raise CatalogError(
                f"catalog {what} is too long",
                got=f"more than {MAX_EVENTS} items",
                expected="fewer",
                hint="split it",
            )
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise CatalogError(
                f"catalog {what}, line {line}: anchor or alias",
                got=repr(getattr(event, "anchor", "")),
                expected="plain values",
                hint="write the value out; aliases can multiply without end",
            )
        tag = getattr(event, "tag", None)
        if tag:
            raise CatalogError(
                f"catalog {what}, line {line}: tag",
                got=repr(tag),
                expected="plain values",
                hint="remove the tag; tags can build objects",
            )
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise CatalogError(
                f"catalog {what}, line {line}: nested too deeply",
                got=f"{depth} levels",
                expected=f"at most {MAX_DEPTH}",
                hint="flatten it",
            )


def _require_unique_keys(node: yaml.Node | None, *, what: str) -> None:
    if isinstance(node, yaml.SequenceNode):
        for inner in node.value:
            _require_unique_keys(inner, what=what)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.tag == "tag:yaml.org,2002:merge":
            raise CatalogError(
                f"catalog {what}, line {key.start_mark.line + 1}: key",
                got="a merge or a nested key",
                expected="a word",
                hint="write the fields out",
            )
        if key.value in seen:
            raise CatalogError(
                f"catalog {what}, line {key.start_mark.line + 1}: the key stands twice",
                got=key.value,
                expected="once",
                hint="remove one",
            )
        seen.add(key.value)
        _require_unique_keys(value, what=what)


def _top_level_faults(data: dict[str, Any], *, what: str) -> list[GeoalarmError]:
    faults: list[GeoalarmError] = []
    for key in data:
        if key not in TOP_LEVEL:
            hint = "remove it: plugins import code" if key == "plugins" else near_miss(str(key), TOP_LEVEL)
            faults.append(
                CatalogError(
                    f"catalog {what}, field {key}",
                    got=repr(key),
                    expected=", ".join(sorted(TOP_LEVEL)),
                    hint=hint,
                )
            )
    if data.get("version", 1) != 1:
        faults.append(
            CatalogError(
                f"catalog {what}, field version",
                got=data["version"],
                expected="1 (the sources: format)",
                hint="write version: 1",
            )
        )
    if not isinstance(data.get("sources"), dict) or not data["sources"]:
        faults.append(
            CatalogError(
                f"catalog {what}, field sources",
                got=type(data.get("sources")).__name__,
                expected="entries by name",
                hint="see the README for an entry to copy",
            )
        )
    header = data.get("metadata", {})
    for key in set(header) - {"title", "version"} if isinstance(header, dict) else {"metadata"}:
        faults.append(
            CatalogError(
                f"catalog {what}, field metadata.{key}",
                got=repr(key),
                expected="title",
                hint="parameters belong to an entry",
            )
        )
    for key, text in (("name", data.get("name")), ("description", data.get("description"))):
        if text is not None and not isinstance(text, str):
            faults.append(
                CatalogError(
                    f"catalog {what}, field {key}",
                    got=type(text).__name__,
                    expected="text",
                    hint="put it in quotes",
                )
            )
    return faults


def check_entry(
    name: str, raw: object, *, catalog_dir: str
) -> tuple[CatalogEntry | None, list[GeoalarmError]]:
    """One entry against the models: the entry where it passed, and its faults where not."""
    what = f"entry {name!r}"
    if not isinstance(raw, dict):
        return None, [
            CatalogError(
                what,
                got=type(raw).__name__,
                expected="a mapping with driver, args and metadata",
                hint="indent its fields",
            )
        ]
    driver = raw.get("driver")
    if driver not in DRIVERS:
        return None, [
            CatalogError(
                f"{what}, field driver",
                got=repr(driver)[:120],
                expected=" or ".join(DRIVERS),
                hint="no other driver is allowed: a driver is code",
            ),
            *template_faults(raw, what=what),
        ]
    faults: list[GeoalarmError] = list(template_faults(raw, what=what))
    models: dict[str, type[BaseModel]] = {"geo_vector": VectorArgs, "geo_raster": RasterArgs}
    args, found = _build(models[driver], raw.get("args"), what=f"{what}, field args")
    faults += found
    facts, found = _build(EntryFacts, raw.get("metadata"), what=f"{what}, field metadata")
    faults += found
    parameters: dict[str, Parameter] = {}
    listed = raw.get("parameters") or {}
    for key, value in listed.items() if isinstance(listed, dict) else [("", listed)]:
        parameter, found = _build(Parameter, value, what=f"{what}, field parameters.{key}")
        faults += found
        if isinstance(parameter, Parameter):
            parameters[str(key)] = parameter
    whole = {
        **{str(key): value for key, value in raw.items()},
        "name": name,
        "args": args,
        "metadata": facts,
        "parameters": parameters,
    }
    entry, found = _build(CatalogEntry, whole, what=what)
    if args is not None and facts is not None:
        faults += found
    if isinstance(entry, CatalogEntry) and not faults:
        faults += address_faults(entry, catalog_dir=catalog_dir)
    return (entry if isinstance(entry, CatalogEntry) and not faults else None), faults


def _build(model: type[BaseModel], raw: object, *, what: str) -> tuple[BaseModel | None, list[GeoalarmError]]:
    try:
        return model.model_validate(raw), []
    except ValidationError as error:
        return None, [_fault(problem, model, what=what) for problem in error.errors()]


def _fault(problem: Any, model: type[BaseModel], *, what: str) -> CatalogError:
    """A pydantic error in the house's words."""
    place = ".".join(str(part) for part in problem["loc"] if not str(part).startswith("constrained"))
    field = f"{what}.{place}" if ", field " in what and place else f"{what}, field {place}" if place else what
    last = str(problem["loc"][-1]) if problem["loc"] else ""
    if problem["type"] == "extra_forbidden":
        return CatalogError(
            f"{field}: unknown field",
            got=repr(last),
            expected=", ".join(sorted(model.model_fields)),
            hint=near_miss(last, model.model_fields),
        )
    if problem["type"] == "missing":
        return CatalogError(f"{field}: missing", expected="a value", hint="add it, as the producer states it")
    got = repr(problem.get("input"))
    return CatalogError(
        field,
        got=got if len(got) <= 160 else None,
        expected=str(problem["msg"]).removeprefix("Value error, "),
        hint="see docs/catalog.md for what the field holds",
    )
