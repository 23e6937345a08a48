"""``geoalarm init``: a project folder begun, with a catalog and a scenario."""

from __future__ import annotations

from pathlib import Path

import click

from geoalarm.cli.path_type import UserPath
from geoalarm.cli.terminal import is_quiet, show_table


@click.command()
@click.argument("folder", type=UserPath(file_okay=False), metavar="DIR")
@click.argument("files", nargs=-1, type=UserPath(exists=True, dir_okay=False))
def init(folder: Path, files: tuple[Path, ...]) -> None:
    r"""Begin a project in DIR: look at the files that lie there, or at FILES, and write catalog.yml and
    scenario.yml for them.

    It tells which could be communes, people, hazards or sites, and writes what it knows. What only somebody
    who knows the data can state (units, licence, what a missing cell means) stands there as a value that
    begins with TODO and names the choices; `geoalarm catalog check` asks for it. Nothing is overwritten.

    \b
    geoalarm init my_territory
    geoalarm init my_territory communes.gpkg people.tif floods.shp
    """
    from geoalarm.analysis.new_project.begin_project import begin_project

    made = begin_project(folder, files)
    if is_quiet():
        return
    show_table(
        [[entry.layer.path.name, entry.guess.role, entry.name, entry.guess.why] for entry in made.entries],
        head=["file", "could be", "entry", "because"],
    )
    for name, why in made.left_out:
        click.echo(f"left out: {name}: {why}")
    click.echo(f"\nwritten: {made.catalog}, {made.scenario}; {made.unstated} values begin with TODO")
    click.echo(f"next:    geoalarm catalog check --catalog {made.catalog}")
