"""docs/your_own_territory.md is the test that runs every step of it."""

from __future__ import annotations

import runpy
from pathlib import Path


def test_the_page_is_what_the_test_runs(root: Path) -> None:
    made = runpy.run_path(str(root / "docs" / "tools" / "territory_page.py"))
    told = made["page"](made["TEST"].read_text(encoding="utf-8"))
    assert (root / "docs" / "your_own_territory.md").read_text(encoding="utf-8") == told, (
        "python docs/tools/territory_page.py writes it anew"
    )
    assert told.count("```sh") >= 8
