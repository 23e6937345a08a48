"""No import circle, neither between rooms nor inside one: not in a function, and not for a type alone."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "geoalarm"


def modules_of(package: Path) -> dict[str, Path]:
    """Every module by its dotted name."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(name: str, path: Path, known: dict[str, Path]) -> set[str]:
    """Modules of the package that a file imports anywhere in it, or its stub names to be loaded when used."""
    found: set[str] = set()
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    files = [file for file in (path, path.with_suffix(".pyi")) if file.exists()]
    for node in (node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            full = {alias.name: f"{base}.{alias.name}" for alias in node.names}
            found |= {one if one in known else base for one in full.values()}
    return {one for one in found if one in known and one != name}


def first_circle(graph: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def siblings(graph: dict[str, set[str]], room: str) -> dict[str, set[str]]:
    """What stands in a room as whole parts, and which part imports which."""
    depth = room.count(".") + 2

    def part(name: str) -> str:
        return ".".join(name.split(".")[:depth])

    inside = [name for name in graph if name.startswith(f"{room}.")]
    parts: dict[str, set[str]] = {part(name): set() for name in inside}
    for name in inside:
        parts[part(name)] |= {part(one) for one in graph[name] if one.startswith(f"{room}.")} - {part(name)}
    return parts


GRAPH = {name: imports_of(name, path, modules_of(PACKAGE)) for name, path in modules_of(PACKAGE).items()}
ROOMS = sorted({name.rpartition(".")[0] for name in GRAPH if "." in name})


def test_no_module_leads_back_to_itself() -> None:
    assert first_circle({name: {one for one in to if one != "geoalarm"} for name, to in GRAPH.items()}) == []


@pytest.mark.parametrize("room", ROOMS)
def test_no_part_of_a_room_leads_back_to_itself(room: str) -> None:
    assert first_circle(siblings(GRAPH, room)) == []


def test_a_room_that_loads_when_used_leads_to_what_its_stub_names() -> None:
    assert "geoalarm.analysis.workspace" in GRAPH["geoalarm.analysis"]


def test_a_circle_of_types_or_inside_a_function_is_seen(tmp_path: Path) -> None:
    package = tmp_path / "toy"
    (package / "room").mkdir(parents=True)
    for name, text in {
        "__init__.py": "",
        "room/__init__.py": "",
        "one.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from toy.room import two\n",
        "room/two.py": "def late():\n    from ..one import thing\n",
    }.items():
        (package / name).write_text(text)
    known = modules_of(package)
    graph = {name: imports_of(name, path, known) for name, path in known.items()}
    assert set(first_circle(graph)) == {"toy.one", "toy.room.two"}
    assert set(first_circle(siblings(graph, "toy"))) == {"toy.one", "toy.room"}
