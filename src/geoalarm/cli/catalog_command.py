"""``geoalarm catalog``: what the catalog holds, and whether it opens."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import click

from geoalarm.cli.path_type import UserPath
from geoalarm.cli.terminal import show_table
from geoalarm.cli.terminal_text import echo
from geoalarm.core.english_counts import counted

_FILE = click.option(
    "--catalog", "path", type=UserPath(), metavar="FILE", help="Another catalog than the package's."
)


@click.group()
def catalog() -> None:
    """List, show and check the layers of a catalog."""


@catalog.command("list")
@_FILE
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_entries(path: Path | None, as_json: bool) -> None:
    """One line per entry: name, role, hazard, countries, basis, title."""
    entries = [_facts(entry) for entry in _entries(path)]
    if as_json:
        echo(json.dumps(entries, ensure_ascii=False, indent=1))
        return
    rows = [
        [
            item["name"],
            item["role"],
            item.get("hazard") or "-",
            ",".join(item["countries"]) or "-",
            item["basis"],
            "" if item["verified"] is True else "unverified",
            item["title"],
        ]
        for item in entries
    ]
    show_table(rows, head=["name", "role", "hazard", "countries", "basis", "", "title"])


@catalog.command()
@click.argument("name")
@_FILE
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def show(name: str, path: Path | None, as_json: bool) -> None:
    """All facts of the entry NAME, and its parameters with their allowed values."""
    from geoalarm.catalog import open_catalog

    entry = open_catalog(path).entry(name)
    facts = _facts(entry)
    if as_json:
        echo(json.dumps(facts, ensure_ascii=False, indent=1))
        return
    for key, value in facts.items():
        if value not in (None, "", [], {}):
            text = value if isinstance(value, str | int | float) else json.dumps(value, ensure_ascii=False)
            echo(f"{key}: {text}")


@catalog.command()
@_FILE
@click.option("--online", is_flag=True, help="Open the layers of the network too.")
def check(path: Path | None, online: bool) -> None:
    """Open every entry, gather all faults, and say them once."""
    from geoalarm.catalog import check_catalog, open_catalog
    from geoalarm.hazards import with_possible_values

    opened = open_catalog(path)
    found = check_catalog(opened, online=online, possible=with_possible_values)
    for item in found:
        if item.status == "changed":
            echo(f"changed: {opened.entry(item.entry).source_id(item.values)}: {item.message}")
    counts = Counter(item.status for item in found)
    echo(
        f"{counted(counts['opened'], 'layer')} opened, {counts['not_opened']} not opened (network or "
        f"mirror), {counts['changed']} changed, no fault"
    )


def _entries(path: Path | None) -> list[Any]:
    from geoalarm.catalog import open_catalog

    opened = open_catalog(path)
    return [opened.entry(name) for name in opened.names()]


def _facts(entry: Any) -> dict[str, Any]:
    parameters = {
        name: {"allowed": list(item.allowed), "default": item.default}
        for name, item in entry.parameters.items()
    }
    return {
        "name": entry.name,
        **entry.facts.model_dump(mode="json"),
        "address": entry.args.urlpath,
        "parameters": parameters,
    }
