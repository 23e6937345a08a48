"""The shape of the house: a name is found once, and functions, classes and files are short enough to read."""

from __future__ import annotations

import ast
import statistics
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

import geoalarm

SRC = Path(geoalarm.__file__).parent
PATHS = sorted(SRC.rglob("*.py"))
FILE_LINES, CLASS_LINES, BODY_LINES, BODY_LINES_P90 = 400, 250, 40, 20
Function = ast.FunctionDef | ast.AsyncFunctionDef


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    """Every file of the package by its path inside it."""
    return {path.relative_to(SRC).as_posix(): ast.parse(path.read_text("utf-8")) for path in PATHS}


def body_lines(function: Function) -> int:
    """Lines from the first statement after the docstring to the last one, blank lines and comments too."""
    body = function.body[ast.get_docstring(function) is not None :]
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def of_kind(trees: dict[str, ast.Module], kind: type) -> Iterator[tuple[str, ast.AST]]:
    """Nodes of a kind, nested ones too, as ``file:line name`` and node."""
    for file, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, kind):
                yield f"{file}:{node.lineno} {node.name}", node


def twice(places: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: where for name, where in places.items() if len(where) > 1}


def test_a_body_is_measured_without_signature_and_docstring():
    function = ast.parse(
        'def f(\n    a,\n    b,\n):\n    """Say.\n\n    More.\n    """\n    c = a\n\n    return c\n'
    ).body[0]
    assert body_lines(function) == 3
    assert body_lines(ast.parse('def f():\n    """Say."""\n').body[0]) == 0
    assert body_lines(ast.parse("def f(): return 1\n").body[0]) == 1


def test_no_module_name_stands_twice(trees):
    places = defaultdict(list)
    for file in trees:
        if Path(file).stem not in ("__init__", "__main__"):
            places[Path(file).stem].append(file)
    assert twice(places) == {}


def test_no_module_bears_the_name_of_a_room():
    rooms = {path.name for path in SRC.rglob("*") if path.is_dir()}
    assert rooms & {path.stem for path in PATHS} == set()


def test_no_public_class_name_stands_twice(trees):
    places = defaultdict(list)
    for file, tree in trees.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(file)
    assert twice(places) == {}


def test_no_file_is_long():
    lengths = {path.relative_to(SRC).as_posix(): len(path.read_text("utf-8").splitlines()) for path in PATHS}
    assert {file: lines for file, lines in lengths.items() if lines > FILE_LINES} == {}


def test_no_class_is_long(trees):
    lengths = {where: node.end_lineno - node.lineno + 1 for where, node in of_kind(trees, ast.ClassDef)}
    assert {where: lines for where, lines in lengths.items() if lines > CLASS_LINES} == {}


def test_bodies_of_functions_are_short(trees):
    lengths = {where: body_lines(node) for where, node in of_kind(trees, Function)}
    assert {where: lines for where, lines in lengths.items() if lines > BODY_LINES} == {}
    assert statistics.quantiles(lengths.values(), n=10, method="inclusive")[8] <= BODY_LINES_P90
