"""Signatures of the pages say what they take and give, so that a type checker sees through them."""

import ast
from pathlib import Path

import pytest

import geoalarm.app

APP = Path(geoalarm.app.__file__).parent
PATHS = sorted(APP.rglob("*.py"))


def names_in(annotation: ast.expr | None) -> set[str]:
    """Names of an annotation, those of a quoted one too."""
    if annotation is None:
        return set()
    found = set()
    for node in ast.walk(annotation):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= names_in(ast.parse(node.value, mode="eval").body)
        found |= {getattr(node, "id", ""), getattr(node, "attr", "")}
    return found


def signatures(tree: ast.Module) -> dict[str, set[str]]:
    """Names in the annotations of each function, by its line."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            args = node.args
            every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
            parts = [arg.annotation for arg in every if arg is not None] + [node.returns]
            found[f"{node.lineno} {node.name}"] = set().union(*map(names_in, parts))
    return found


def test_any_is_found_wherever_it_stands():
    source = (
        "def f(a: int, *b: 'dict[str, Any]', **c: Any) -> typing.Any: ...\ndef g(a: Anything) -> None: ..."
    )
    assert [name for name, names in signatures(ast.parse(source)).items() if "Any" in names] == ["1 f"]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.relative_to(APP).as_posix())
def test_no_signature_says_any(path):
    found = signatures(ast.parse(path.read_text(encoding="utf-8")))
    assert [name for name, names in found.items() if "Any" in names] == []
