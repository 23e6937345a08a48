"""Documents that fall behind the code fail here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from geoalarm.core.schema import FIELDS
from geoalarm.core.terms import CAVEATS, State


def test_every_field_of_the_table_is_described_as_in_the_code(root: Path) -> None:
    text = (root / "docs" / "table.md").read_text()
    for name, field in FIELDS.items():
        assert f"| `{name}` | {field.dtype} | {field.unit} | {field.description} |" in text
    assert len(re.findall(r"^\| `\w+` \| (?:str|float64)", text, flags=re.MULTILINE)) == len(FIELDS)


def test_every_state_and_caveat_is_described(root: Path) -> None:
    text = (root / "docs" / "table.md").read_text()
    for key in [*State, *CAVEATS]:
        assert f"| `{key}` | " in text


def test_links_between_documents_lead_somewhere(root: Path) -> None:
    documents = [*root.glob("*.md"), *(root / "docs").glob("*.md")]
    for document in documents:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text()):
            if not target.startswith(("http:", "https:", "mailto:")):
                assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_make_targets_named_in_the_documents_exist(root: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text(), flags=re.MULTILINE))
    for document in (root / "README.md", root / "CONTRIBUTING.md"):
        for command in re.findall(r"^make ([a-z-]+)", document.read_text(), flags=re.MULTILINE):
            assert command in targets, f"{document.name} names make {command}"


def test_nothing_names_one_machine_or_a_registry(root: Path) -> None:
    """No path of one machine and no host of a package registry in any tracked text."""
    words = (
        "/wo" + "rk/",
        "/ro" + "ot/",
        "py" + "pi.org",
        "python" + "hosted",
        "npm" + "js.",
        "deb." + "debian",
    )
    suffixes = {
        ".py",
        ".md",
        ".yml",
        ".yaml",
        ".toml",
        ".json",
        ".lock",
        ".csv",
        ".ipynb",
        ".txt",
        ".css",
        ".html",
        ".js",
    }
    skip = {".venv", ".git", ".mypy_cache", ".ruff_cache", ".hypothesis", "node_modules", "out"}
    for path in root.rglob("*"):
        if path.suffix in suffixes and not skip & set(path.relative_to(root).parts):
            text = path.read_text(errors="ignore")
            assert not [word for word in words if word in text], path.name


PLANNING: Final = re.compile(
    r"\b(?:DESIGN|PAGES|MODELS|HOUSE|WORDS|STACK)(?:\.md\b|,?\s+(?:sections?|laws?|§)?\s*\d|,\s+(?:section|law)\b)"
    r"|\(DESIGN\b|\blaw \d+\b|\bmodel specification\b"
)
"""How a planning document that is not in the repository would be cited."""


def test_nothing_cites_a_document_that_a_reader_cannot_open(root: Path) -> None:
    kinds = ("*.py", "*.csv", "*.md", "*.yml", "*.json", "*.html", "*.ipynb", "*.svg")
    folders = [root / name for name in ("src", "docs", "tests", "notebooks", "dashboards")]
    files = [file for folder in folders for kind in kinds for file in folder.rglob(kind)]
    files += [*root.glob("*.md"), root / "catalog.yml"]
    found = {
        f"{file.relative_to(root)}: {cited[0]}"
        for file in files
        if file != Path(__file__)
        for cited in PLANNING.finditer(file.read_text("utf-8"))
    }
    assert not found
