"""The page of every model says what its code says."""

from __future__ import annotations

from pathlib import Path

from geoalarm.pipeline.model_pages import COMMAND, pages


def test_pages_of_models_are_those_of_the_code(root: Path) -> None:
    folder, made = root / "docs" / "models", pages()
    written = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    wrong = sorted(name for name in made.keys() | written.keys() if made.get(name) != written.get(name))
    assert not wrong, f"run: {COMMAND}"
