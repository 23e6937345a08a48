"""Templates and addresses of an entry: where braces may stand, and which names and places they may give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from geoalarm.catalog.entry import CatalogEntry
from geoalarm.core.errors import CatalogError, GeoalarmError, near_miss
from geoalarm.io.address import CATALOG_DIR, TEMPLATE_SIGNS, templates_in


def template_faults(raw: dict[str, Any], *, what: str) -> list[GeoalarmError]:
    """Templates where none may be, names that are not the entry's own, and addresses that cannot be.

    ``raw`` is one entry as read from YAML. Templates may stand in ``args`` only, as bare names.
    """
    parameters, args = (raw.get(key) for key in ("parameters", "args"))
    own = sorted(map(str, parameters)) if isinstance(parameters, dict) else []
    outside = _outside_args({key: value for key, value in raw.items() if key != "args"}, what=what)
    faults, used = _in_args(args if isinstance(args, dict) else {}, {CATALOG_DIR, *own}, what=what)
    unused = [
        CatalogError(
            f"{what}, field parameters.{name}: no argument uses it",
            got=name,
            expected=f"{{{{ {name} }}}} in args.urlpath",
            hint="use it in the address, or remove it",
        )
        for name in own
        if name not in used
    ]
    return [*outside, *faults, *unused]


def _outside_args(raw: dict[str, Any], *, what: str) -> Iterator[GeoalarmError]:
    for key, text in _texts(raw):
        if any(sign in text for sign in TEMPLATE_SIGNS):
            yield CatalogError(
                f"{what}, field {key}: a template outside args",
                got=repr(text[:120]),
                expected="plain text",
                hint="remove the braces",
            )


def _in_args(args: dict[str, Any], known: set[str], *, what: str) -> tuple[list[GeoalarmError], set[str]]:
    """Faults of the arguments, and the names that stand in their braces."""
    faults: list[GeoalarmError] = []
    used: set[str] = set()
    for key, text in _texts(args):
        place = f"{what}, field args.{key}"
        try:
            names = templates_in(text)
        except CatalogError as error:
            faults.append(error.at(place))
            continue
        used.update(names)
        faults += [
            CatalogError(
                f"{place}: unknown name in braces",
                got=name,
                expected="CATALOG_DIR or a parameter of the entry",
                hint=near_miss(name, known),
            )
            for name in set(names) - known
        ]
    return faults, used


def address_faults(entry: CatalogEntry, *, catalog_dir: str) -> list[GeoalarmError]:
    """Addresses of the entry, for every combination of its parameters, that :func:`parse_address` refuses."""
    what = f"entry {entry.name!r}, field args.urlpath"
    if CATALOG_DIR in entry.args.urlpath and not re.match(r"\{\{\s*CATALOG_DIR\s*\}\}/", entry.args.urlpath):
        return [
            CatalogError(
                what,
                got=entry.args.urlpath,
                expected="{{ CATALOG_DIR }}/ at the start only",
                hint="move it to the start",
            )
        ]
    for values in entry.combinations():
        try:
            entry.address_of(values, catalog_dir=catalog_dir)
        except CatalogError as error:
            return [error.at(what)]
    return []


def _texts(value: object, key: str = "") -> list[tuple[str, str]]:
    """Every text inside nested lists and dicts, keys too, with its place."""
    if isinstance(value, str):
        return [(key, value)]
    if isinstance(value, dict):
        pairs = value.items()
        return [
            found
            for name, inner in pairs
            for found in [(key, str(name)), *_texts(inner, f"{key}.{name}" if key else str(name))]
        ]
    if isinstance(value, (list, tuple)):
        return [found for index, inner in enumerate(value) for found in _texts(inner, f"{key}[{index}]")]
    return []
