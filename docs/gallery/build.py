"""Builds the gallery: ``python docs/gallery/build.py`` writes one SVG a family beside this file, and
``docs/gallery.md``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))
sys.path.insert(0, str(Path(__file__).parent))

from families import INDUSTRIAL, Family, Point
from natural import NATURAL

from geoalarm.analysis import models
from geoalarm.core.result import SCREENING_NOTICE
from svg_style import COLOURS, GRID, INK, figure_style, svg_text

FOLDER = Path(__file__).parent
COMMAND = "python docs/gallery/build.py"


def draw(family: Family) -> bytes:
    """One figure as SVG; the same family gives the same bytes."""
    with figure_style():
        figure = Figure(figsize=(6.0, 3.8), layout="constrained")
        axes = figure.add_subplot()
        for number, (label, x, y) in enumerate(family.curves):
            axes.plot(x, y, color=COLOURS[number % len(COLOURS)], linewidth=1.4, label=label)
        axes.set(xscale=family.scales[0], yscale=family.scales[1], xlabel=family.x, ylabel=family.y)
        axes.margins(0.06)
        _points(axes, family.printed, filled=True)
        _points(axes, family.worked, filled=False)
        axes.set_title(family.title, fontsize=10, loc="left")
        axes.grid(visible=True, which="major", color=GRID, linewidth=0.5)
        axes.legend(frameon=False, fontsize=8)
        words = f"{family.y} over {family.x}: {', '.join(label for label, _, _ in family.curves)}."
        return svg_text(figure, title=family.title, words=words).encode()


def _points(axes: Axes, points: tuple[Point, ...], *, filled: bool) -> None:
    """Filled: printed in a publication; open: worked by hand from its formula."""
    if not points:
        return
    label = "printed in the source" if filled else "worked by hand"
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    axes.plot(
        xs,
        ys,
        "o",
        color=INK,
        markerfacecolor=INK if filled else "white",
        markersize=5,
        label=label,
        zorder=5,
    )
    at = axes.transData + axes.transAxes.inverted()
    for x, y, words in points:
        is_right = at.transform((x, y))[0] > 0.75
        style = {"ha": "right" if is_right or filled else "left", "va": "top" if filled else "bottom"}
        place = (-5 if is_right or filled else 5, -4 if filled else 3)
        axes.annotate(words, (x, y), xytext=place, textcoords="offset points", fontsize=7, color=INK, **style)


def page(families: list[Family]) -> str:
    """The gallery in Markdown."""
    named = {name for family in families for name in family.models}
    left = [name for name in models() if name not in named]
    parts = [
        "# Gallery: our curves and the published points",
        "",
        (
            f"Built by `{COMMAND}`. A filled point is printed in the source; an open one was worked by hand "
            f"from its formula. The curves are"
        ),
        "computed anew by the models of the package, whose pages are in [models](models/index.md).",
    ]
    for family in families:
        links = ", ".join(f"[{name}](models/{name}.md)" for name in family.models)
        parts += [
            "",
            f"## {family.title}",
            "",
            f"![{family.title}](gallery/{family.name}.svg)",
            "",
            f"{family.reference}. Models: {links}.",
        ]
    parts += [
        "",
        "## Models without published points",
        "",
        "Words, tables, sums and steps of other models; each page has its own figure: ",
    ]
    parts[-1] += ", ".join(f"[{name}](models/{name}.md)" for name in left) + "."
    return "\n".join([*parts, "", f"*{SCREENING_NOTICE}*", ""])


def build(folder: Path = FOLDER) -> None:
    """Write every figure and the page; figures of families that are gone are taken away."""
    families = [make() for make in (*INDUSTRIAL, *NATURAL)]
    for family in families:
        (folder / f"{family.name}.svg").write_bytes(draw(family))
    for left in set(folder.glob("*.svg")) - {folder / f"{family.name}.svg" for family in families}:
        left.unlink()
    (folder.parent / "gallery.md").write_text(page(families), encoding="utf-8")


if __name__ == "__main__":
    build()
