"""What commands print: short tables, a line of progress. Text only; nothing is computed here but widths."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import click

from geoalarm.cli.terminal_text import echo, plain
from geoalarm.core.english_counts import counted

if TYPE_CHECKING:
    from geoalarm.results import Run

CLEARED: Final = "\r\x1b[K"
"""Takes the terminal back to the start of its line, emptied."""


@contextmanager
def progress_line() -> Iterator[Callable[[str, int, int], None]]:
    """A ``step n/m`` line on stderr while somebody watches; nothing when stderr is no terminal."""
    watched = sys.stderr.isatty()

    def tell(step: str, n: int, m: int) -> None:
        if watched:
            click.echo(f"{CLEARED}{plain(step)} {n}/{m}", nl=False, err=True)

    try:
        yield tell
    finally:
        if watched:
            click.echo(CLEARED, nl=False, err=True)


def is_quiet() -> bool:
    """Whether the caller asked to hear only what went wrong (``-q``)."""
    return bool(click.get_current_context().find_root().params.get("quiet"))


def show_table(rows: Sequence[Sequence[str]], *, head: Sequence[str]) -> None:
    """Rows in columns as wide as their widest cell; the last one as long as it likes."""
    widths = [max(len(str(row[i])) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, *rows]:
        cells = [str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)]
        echo("  ".join(cells).rstrip())


def show_run(run: Run) -> None:
    """Communes, then people by footprint: exposed, not exposed, unknown, outside the communes."""
    facts = run.manifest
    countries = ", ".join(f"{name} {n}" for name, n in facts["counts"]["communes_by_country"].items())
    echo(
        f"{counted(facts['counts']['communes'], 'commune')}{f' ({countries})' if countries else ''}, "
        f"{counted(facts['counts']['rows'], 'row')}"
    )
    rows = [
        [
            footprint_name(item),
            *(people(item["ledger"].get(key)) for key in ("exposed", "not_exposed", "unknown", "outside")),
            item["basis"],
        ]
        for item in facts["footprints"]
    ]
    show_table(rows, head=["layer", "exposed", "not exposed", "unknown", "outside", "basis"])
    for plan in facts.get("official_plans", []):
        for count in plan["counts"]:
            where = ", ".join(part for part in (count["scenario"], count["territory"]) if part)
            echo(
                f"the state counts {people(count['residents'])} residents ({where}); counted here: "
                f"{people(plan['people_exposed'])} in its zones"
            )
    if facts["seam"]:
        seam = facts["seam"]
        echo(
            f"seam ({seam.get('rule')}): {seam.get('overlap_km2', 0):.2f} km2 overlap, "
            f"{seam.get('gap_km2', 0):.2f} km2 gaps"
        )
    for name, repairs in facts["repairs"].items():
        echo(f"repaired in {name}: " + ", ".join(f"{key} {n}" for key, n in repairs.items() if n))
    for line in facts["warnings"]:
        echo(f"note: {line}")
    show_accidents(facts)


def show_accidents(facts: dict[str, Any]) -> None:
    """Of each accident the people in its zones, its severity class and its flags; then the notice that goes
    with any of them.
    """
    for item in facts.get("accidents", []):
        zones = ", ".join(
            f"{zone['label']} {people(zone['within'])} {_reach(zone['distance_m'])}"
            for zone in item["people"]
        )
        graded = item["severity"]
        severity = (
            f"; severity {'at least ' if graded['is_lower_bound'] else ''}{graded['label']} (annex 3, France)"
            if graded
            else ""
        )
        echo(f"accident {item['scenario']}: {zones or 'no zone'}{severity}")
        for warning in item["warnings"]:
            echo(f"  warning: {warning}")
    if facts.get("notice"):
        echo(facts["notice"])


def _reach(distance_m: float | None) -> str:
    """How far a zone goes; none where it ends beyond its model."""
    return "as far as the model goes" if distance_m is None else f"within {distance_m:.0f} m"


def footprint_name(item: dict[str, Any]) -> str:
    """Hazard, scenario and return period in one text."""
    period = f"T={item['return_period_yr']:g}" if item["return_period_yr"] is not None else ""
    return " ".join(part for part in (item["hazard"], item["scenario"], period) if part)


def people(value: float | None) -> str:
    """A count of people for a terminal: whole, with thin groups; a dash where it is not known."""
    return "-" if value is None else f"{value:z,.0f}".replace(",", " ")
