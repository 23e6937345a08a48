"""The page ``docs/your_own_territory.md``, made from the test that runs every step of it.

``python docs/tools/territory_page.py`` writes it; a test holds the written one to the test.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
TEST: Final = ROOT / "tests" / "real" / "test_your_own_territory.py"
PAGE: Final = ROOT / "docs" / "your_own_territory.md"


def page(source: str) -> str:
    """The page of a test module: its docstring, then of each test the docstring, the texts it writes into
    a file, and the commands it gives.
    """
    module = ast.parse(source)
    title, _, lead = (ast.get_docstring(module) or "").partition("\n")
    parts = [f"# {title}", _paragraph(lead)]
    texts = {
        target.id: node.value.value
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            parts += _step(node, texts)
    return "\n\n".join(part for part in parts if part) + "\n"


def _step(node: ast.FunctionDef, texts: Mapping[str, object]) -> Iterator[str]:
    """Heading, words, files and commands of one test."""
    head, _, words = inspect.cleandoc(ast.get_docstring(node) or "").partition("\n")
    heading = re.fullmatch(r"\d+\. .*", head)
    yield f"## {head}" if heading else _paragraph(f"{head}\n{words}")
    if heading:
        yield _paragraph(words)
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(texts.get(inner.id), str):
            yield f"```yaml\n{str(texts[inner.id]).strip()}\n```"
    commands = [
        str(inner.args[0].value)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Call)
        and isinstance(inner.func, ast.Name)
        and inner.func.id == "geoalarm"
        and isinstance(inner.args[0], ast.Constant)
    ]
    if commands:
        yield "```sh\n" + "\n".join(commands) + "\n```"


def _paragraph(words: str) -> str:
    """Lines of a docstring as lines of Markdown."""
    return inspect.cleandoc(words).strip()


if __name__ == "__main__":
    PAGE.write_text(page(TEST.read_text(encoding="utf-8")), encoding="utf-8")
