"""The page of every model says what its code says."""

from __future__ import annotations

from pathlib import Path

from geoalarm.exposure import compare
from geoalarm.hazards import industrial
from geoalarm.pipeline import models
from geoalarm.pipeline.model_pages import COMMAND, pages
from geoalarm.pipeline.own_tables_page import KINDS


def test_pages_of_models_are_those_of_the_code(root: Path) -> None:
    folder, made = root / "docs" / "models", pages()
    written = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    wrong = sorted(name for name in made.keys() | written.keys() if made.get(name) != written.get(name))
    assert not wrong, f"run: {COMMAND}"


def test_rows_and_calls_of_the_page_on_own_tables_work(tmp_path: Path) -> None:
    for kind in KINDS:
        file = tmp_path / f"{kind.loader}.csv"
        file.write_text(f"{','.join(kind.columns)}\n{kind.row}\n", encoding="utf-8")
        module = compare if kind.loader == "load_cutoffs" else industrial
        (row,) = getattr(module, kind.loader)(file)
        assert row.source
        name = kind.use.partition("(")[0]
        if name in models() and kind.loader != "load_thresholds":
            call = kind.use.replace('"mine.csv"', repr(str(file)))
            assert eval(call, {name: models()[name]}).value >= 0
