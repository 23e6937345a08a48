"""Notebooks run whole, stay stripped in git, and hold no long function: what is worth a function is worth a
test in the package.
"""

import ast
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def code_of(path: Path) -> str:
    return "\n".join("".join(cell["source"]) for cell in read(path)["cells"] if cell["cell_type"] == "code")


def by_name(path: Path) -> str:
    return path.stem


def test_the_notebooks_are_there():
    assert {"first_exposure", "bring_your_own_layer", "industrial_what_if"} <= {
        path.stem for path in NOTEBOOKS
    }


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_nothing_is_printed_before_it_runs(path):
    for cell in read(path)["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_functions_are_short(path):
    for node in ast.walk(ast.parse(code_of(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < 10, node.name
        assert not isinstance(node, ast.ClassDef)


def test_the_first_exposure_takes_ten_lines():
    first = next(
        cell
        for cell in read(ROOT / "notebooks" / "first_exposure.ipynb")["cells"]
        if cell["cell_type"] == "code"
    )
    lines = [
        line for line in "".join(first["source"]).splitlines() if line.strip() and not line.startswith("#")
    ]
    assert len(lines) <= 10


@pytest.mark.notebook
@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_the_notebook_runs(path, tmp_path, monkeypatch):
    from nbmake.nb_run import NotebookRun

    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    result = NotebookRun(path, default_timeout=600).execute()
    assert result.error is None, result.error.trace
