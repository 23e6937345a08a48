"""A page of documentation for each model, built from its docstring and its declaration.

``python -m geoalarm.pipeline.model_pages docs/models`` writes them; a test holds the written ones to the code.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

from geoalarm.core.registry import Model
from geoalarm.core.result import SCREENING_NOTICE
from geoalarm.pipeline.calculator import models
from geoalarm.pipeline.own_tables_page import FILE, own_tables

_HEADING: Final = re.compile(r"^(Parameters|Returns|Raises|References|Examples|Notes)\n-+\n", flags=re.MULTILINE)
COMMAND: Final = "python -m geoalarm.pipeline.model_pages docs/models"


def page(model: Model) -> str:
    """The page of one model in Markdown: what it computes, range of each input, outputs, example, references."""
    told = model.describe()
    opening, sections = _sections(told["text"])
    lines = [f"# {model.name}", "", opening.strip(), "", "| input | unit | range | default | meaning |", "|---|---|---|---|---|"]
    for row in told["parameters"]:
        default = "required" if row["required"] else "none" if row["default"] is None else f"{row['default']}"
        cells = (f"`{row['name']}`", row["unit"] or "word", row["range"].replace("|", "or"), default, row["description"])
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    lines += ["", "| output | unit |", "|---|---|", *(f"| `{name}` | {unit or 'word'} |" for name, unit in told["outputs"].items())]
    if "Raises" in sections:
        lines += ["", "## Refuses", "", *_listed(sections["Raises"])]
    lines += [
        "",
        "## Example",
        "",
        "```python",
        sections.get("Examples", "").strip(),
        "```",
        "",
        "## Reference",
        "",
        sections.get("References", "").strip(),
    ]
    lines += ["", f"Source: {model.source}."]
    lines += [f"\nJurisdiction: {model.jurisdiction}" + (f", {model.vintage}." if model.vintage else ".")]
    if model.confirm:
        lines += ["", "To be confirmed, and flagged so in every result: " + "; ".join(model.confirm) + "."]
    return "\n".join([*lines, "", f"*{SCREENING_NOTICE}*", ""])


def index() -> str:
    """The list of all models in Markdown."""
    rows = [f"| [{name}]({name}.md) | {made.summary} | {made.source} |" for name, made in models().items()]
    opening = (
        f"Each page is built from the model's docstring: `{COMMAND}`. Thresholds and probits of your own: [tables of your own]({FILE})."
    )
    return "\n".join(
        ["# Models", "", opening, "", "| model | computes | source |", "|---|---|---|", *rows, "", f"*{SCREENING_NOTICE}*", ""]
    )


def pages() -> dict[str, str]:
    """File name to text of every page, of the index and of the page on tables of a user."""
    return {"index.md": index(), FILE: own_tables(), **{f"{name}.md": page(made) for name, made in models().items()}}


def write(folder: Path) -> None:
    """Write every page into a folder and take away those of models that are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    made = pages()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    for left in set(folder.glob("*.md")) - {folder / name for name in made}:
        left.unlink()


def _sections(text: str) -> tuple[str, dict[str, str]]:
    """What stands before the first heading of a numpydoc docstring, and the text under each."""
    parts = _HEADING.split(text)
    return parts[0], dict(zip(parts[1::2], parts[2::2], strict=True))


def _listed(text: str) -> list[str]:
    """Errors and when they are raised, as a list."""
    found = re.findall(r"^(\w+)\n((?:[ ]+[^\n]*\n?)+)", text.strip() + "\n", flags=re.MULTILINE)
    return [f"- `{name}`: {' '.join(body.split())}" for name, body in found]


if __name__ == "__main__":
    write(Path(sys.argv[1]))
