"""The figures of ``make bench`` in ``docs/scale.md``: tables, and two drawings beside them.

``python docs/tools/bench_page.py`` writes them anew from ``tests/benchmarks/results.json`` and
``growth.json``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
from matplotlib.figure import Figure

from svg_style import COLOURS, GREY, GRID, figure_style, svg_text

ROOT: Final = Path(__file__).parents[2]
BENCH: Final = ROOT / "tests" / "benchmarks"
PAGE: Final = ROOT / "docs" / "scale.md"
IMAGES: Final = ROOT / "docs" / "images"

Row = dict[str, Any]


def results() -> list[Row]:
    """Rows of the last measurement of each figure and size."""
    rows: list[Row] = json.loads((BENCH / "results.json").read_text("utf-8"))
    return rows


def growth() -> list[Row]:
    """Rows by size, of one scenario and of ten."""
    rows: list[Row] = json.loads((BENCH / "growth.json").read_text("utf-8"))
    return rows


def margin(row: Row) -> float:
    """How many times better than its target a figure is; below 1 it is missed."""
    kind, target = row["target"].split()
    return float(row["value"] / float(target) if kind == ">=" else float(target) / row["value"])


def results_table(rows: list[Row]) -> str:
    """Figures against their targets, with by how much one is missed."""
    lines = ["| figure | size | value | target | |", "|---|---|---|---|---|"]
    for row in rows:
        told = (
            "no target"
            if not row["target"]
            else "met"
            if row["met"]
            else f"missed, {1 / margin(row):.2g} times"
        )
        value = f"{row['value']:.3g} {row['unit'].replace('x', '×') if row['unit'] == 'x' else row['unit']}"
        target = row["target"].replace(">=", "≥").replace("<=", "≤")
        lines.append(f"| {row['name']} | {row['size']} | {value} | {target} | {told} |")
    return "\n".join(lines)


def slope(rows: list[Row], name: str) -> float:
    """By which power of the cells a cost grows, by least squares of logarithms [1]."""
    cells, cost = (np.log([row[key] for row in rows]) for key in ("cells", name))
    return float(np.polyfit(cells, cost, 1)[0])


def growth_table(rows: list[Row]) -> str:
    """Time and memory by size, and the power of the cells that each grows by."""
    names = {
        "build_s": "index [s]",
        "count_s": "counting [s]",
        "peak_mb": "peak memory [MB]",
        "index_mb": "index [MB]",
    }
    lines = [f"| communes | cells | scenarios | {' | '.join(names.values())} |", "|---" * 7 + "|"]
    for row in rows:
        size = f"| {row['communes']:,} | {row['cells']:,} | {row['scenarios']} |"
        lines.append(f"{size} {' | '.join(f'{row[name]:.3g}' for name in names)} |")
    for count in sorted({row["scenarios"] for row in rows}):
        some = [row for row in rows if row["scenarios"] == count]
        powers = " | ".join(f"^{slope(some, name):.2f}" for name in names)
        lines.append(f"| slope | cells to the power of | {count} | {powers} |")
    return "\n".join(lines)


def margins_drawing(rows: list[Row]) -> str:
    """Bars of how far each figure is from its target."""
    rows = [row for row in rows if row["target"] and row["unit"] == "x"]
    with figure_style():
        figure = Figure(figsize=(7.2, 0.24 * len(rows) + 0.7), layout="constrained")
        axes = figure.subplots()
        colours = [COLOURS[2] if row["met"] else COLOURS[1] for row in rows]
        axes.barh(range(len(rows)), [margin(row) for row in rows], color=colours, left=0, height=0.7)
        axes.set_yticks(range(len(rows)), [f"{row['name']}, {row['size']}" for row in rows], fontsize=7)
        axes.invert_yaxis()
        axes.set_xscale("log")
        axes.axvline(1, color=GREY)
        axes.set_xlabel("times better than the target; left of the line it is missed")
        axes.grid(axis="x", color=GRID)
        return svg_text(figure, title="Figures of the bench against their targets", words=results_table(rows))


def growth_drawing(rows: list[Row]) -> str:
    """Time and memory over cells, both axes logarithmic."""
    with figure_style():
        figure = Figure(figsize=(7.2, 2.8), layout="constrained")
        for axes, names in zip(
            figure.subplots(1, 2), (("build_s", "count_s"), ("peak_mb", "index_mb")), strict=True
        ):
            for colour, name in zip(COLOURS, names, strict=False):
                for count, style in ((1, "-o"), (10, ":s")):
                    some = [row for row in rows if row["scenarios"] == count]
                    told = f"{name.partition('_')[0]}, {count} scenario{'s' * (count > 1)}"
                    at = [row["cells"] for row in some], [row[name] for row in some]
                    axes.loglog(*at, style, color=colour, label=told, markersize=3)
            axes.set_xlabel("cells")
            axes.set_ylabel("s" if names[0].endswith("_s") else "MB")
            axes.grid(color=GRID)
            axes.legend(fontsize=6, frameon=False)
        return svg_text(figure, title="Time and memory as the work grows", words=growth_table(rows))


def page(text: str) -> str:
    """The page with its tables written anew."""
    for name, table in (("results", results_table(results())), ("growth", growth_table(growth()))):
        block = f"<!-- {name} -->\n{table}\n<!-- end of {name} -->"
        before, rest = text.split(f"<!-- {name} -->")
        text = before + block + rest.split(f"<!-- end of {name} -->")[1]
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
    (IMAGES / "bench_targets.svg").write_text(margins_drawing(results()), "utf-8")
    (IMAGES / "bench_growth.svg").write_text(growth_drawing(growth()), "utf-8")
