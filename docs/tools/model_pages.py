"""A page of documentation for each model, built from its docstring and its declaration, with a figure drawn
from its worked example.

``python docs/tools/model_pages.py docs/models`` writes them; a test holds the written ones to the code.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from geoalarm.analysis.model_calculator import models
from geoalarm.core.registry import Model
from geoalarm.core.result import SCREENING_NOTICE
from model_figures import pictures
from own_tables_page import FILE, own_tables

_HEADING: Final = re.compile(
    r"^(Parameters|Returns|Raises|References|Examples|Notes)\n-+\n", flags=re.MULTILINE
)
FIGURES: Final = "figures"
"""Folder of the figures, beside the pages."""
COMMAND: Final = "python docs/tools/model_pages.py docs/models"


def page(model: Model, *, figure: str = "", published: Sequence[tuple[str, str]] = ()) -> str:
    """The page of one model in Markdown: what it computes, range of each input, outputs, example, figure,
    references.

    Parameters
    ----------
    model : Model
    figure : str
        What its figure shows, in words; empty for a page without one.
    published : sequence of (str, str)
        Titles and files of the gallery's figures that hold it against published points.
    """
    told = model.describe()
    opening, sections = _sections(told["text"])
    lines = [
        f"# {model.name}",
        "",
        opening.strip(),
        "",
        "| input | unit | range | default | meaning |",
        "|---|---|---|---|---|",
    ]
    for row in told["parameters"]:
        default = "required" if row["required"] else "none" if row["default"] is None else f"{row['default']}"
        cells = (
            f"`{row['name']}`",
            row["unit"] or "word",
            row["range"].replace("|", "or"),
            default,
            row["description"],
        )
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    lines += [
        "",
        "| output | unit |",
        "|---|---|",
        *(f"| `{name}` | {unit or 'word'} |" for name, unit in told["outputs"].items()),
    ]
    if "Raises" in sections:
        lines += ["", "## Refuses", "", *_listed(sections["Raises"])]
    lines += [
        "",
        "## Example",
        "",
        "```python",
        sections.get("Examples", "").strip(),
        "```",
    ]
    if figure:
        lines += ["", f"![{figure}]({FIGURES}/{model.name}.svg)"]
    for title, file in published:
        lines += ["", f"Against published points:\n\n![{title}](../{file})"]
    lines += ["", "## Reference", "", sections.get("References", "").strip()]
    lines += ["", f"Source: {model.source}."]
    lines += [f"\nJurisdiction: {model.jurisdiction}" + (f", {model.vintage}." if model.vintage else ".")]
    if model.confirm:
        lines += ["", "To be confirmed, and flagged so in every result: " + "; ".join(model.confirm) + "."]
    return "\n".join([*lines, "", f"*{SCREENING_NOTICE}*", ""])


def index() -> str:
    """The list of all models in Markdown."""
    rows = [f"| [{name}]({name}.md) | {made.summary} | {made.source} |" for name, made in models().items()]
    opening = (
        f"Each page is built from the model's docstring: `{COMMAND}`. Thresholds and probits of "
        f"your own: [tables of your own]({FILE}). A range is that of the source; where it states none, as "
        "far as such a quantity goes at all: a number beyond it is refused, for its unit was mistaken."
    )
    return "\n".join(
        [
            "# Models",
            "",
            opening,
            "",
            "| model | computes | source |",
            "|---|---|---|",
            *rows,
            "",
            f"*{SCREENING_NOTICE}*",
            "",
        ]
    )


def pages(gallery: str = "") -> dict[str, str]:
    """File name to text of every page and figure, of the index and of the page on tables of a user.

    Parameters
    ----------
    gallery : str
        Text of the gallery's page, whose figures are shown again on the pages of their models.
    """
    drawn, published = pictures(), in_gallery(gallery)
    made = {
        f"{name}.md": page(one, figure=drawn[name][1], published=published.get(name, ()))
        for name, one in models().items()
    }
    figures = {f"{FIGURES}/{name}.svg": svg for name, (svg, _) in drawn.items()}
    return {"index.md": index(), FILE: own_tables(), **made, **figures}


def in_gallery(text: str) -> dict[str, list[tuple[str, str]]]:
    """Titles and files of the figures of the gallery's page, by the models that each names."""
    found: dict[str, list[tuple[str, str]]] = {}
    for section in text.split("\n## ")[1:]:
        shown = re.search(r"!\[(.*?)\]\((gallery/\w+\.svg)\)", section)
        if shown is not None:
            for name in re.findall(r"models/(\w+)\.md", section):
                found.setdefault(name, []).append((shown[1], shown[2]))
    return found


def write(folder: Path) -> None:
    """Write every page and figure into a folder and take away those of models that are gone."""
    (folder / FIGURES).mkdir(parents=True, exist_ok=True)
    gallery = folder.parent / "gallery.md"
    made = pages(gallery.read_text("utf-8") if gallery.is_file() else "")
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    for left in {*folder.glob("*.md"), *(folder / FIGURES).glob("*.svg")} - {folder / name for name in made}:
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
