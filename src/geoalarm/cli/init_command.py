"""``geoalarm init``: a project folder begun, with a catalog and a scenario."""

from __future__ import annotations

from pathlib import Path

import click

from geoalarm.cli.path_type import UserPath
from geoalarm.cli.terminal import is_quiet, show_table
from geoalarm.cli.terminal_text import echo


@click.command()
@click.argument("folder", default=".", type=UserPath(file_okay=False), metavar="[DIR]")
@click.argument("files", nargs=-1, type=UserPath(exists=True, dir_okay=False), metavar="[FILES]...")
@click.option("--official", is_flag=True, help="Take the official services of a zone instead of files.")
@click.option("--zone", default="", metavar="ZONE", help="The zone of --official: FR:08,FR:59,BE:NAMUR.")
@click.option("--example", default="", metavar="NAME", help="An example whose facts are known: real-zone.")
@click.option(
    "--data",
    type=UserPath(exists=True, file_okay=False),
    metavar="DIR",
    help="Where the files of --example lie (also GEOALARM_EXAMPLE_DATA).",
)
def init(
    folder: Path, files: tuple[Path, ...], official: bool, zone: str, example: str, data: Path | None
) -> None:
    r"""Begin a project in DIR, by default the working folder: look at the files that lie there, or at FILES,
    and write catalog.yml and scenario.yml for them.

    It tells which could be communes, people, hazards or sites, and writes what it knows. What only somebody
    who knows the data can state (units, licence, what a missing cell means) stands there as a value that
    begins with TODO and names the choices; `geoalarm catalog check` asks for it. Nothing is overwritten.

    \b
    geoalarm init my_territory
    geoalarm init my_territory communes.gpkg people.tif floods.shp
    geoalarm init my_territory --official --zone FR:08,FR:59,BE:NAMUR
    geoalarm init my_territory --example real-zone --data FOLDER
    """
    _require_one_way(files, official=official, zone=zone, example=example, data=data)
    if official:
        _official(folder, zone)
    elif example:
        _example(folder, example, data)
    else:
        _files(folder, files)


def _files(folder: Path, files: tuple[Path, ...]) -> None:
    from geoalarm.analysis.new_project.begin_project import begin_project

    made = begin_project(folder, files)
    if not is_quiet():
        show_table(
            [
                [entry.layer.path.name, entry.guess.role, entry.name, entry.guess.why]
                for entry in made.entries
            ],
            head=["file", "could be", "entry", "because"],
        )
        for name, why in made.left_out:
            echo(f"left out: {name}: {why}")
    _told(made.catalog, made.unstated)


def _official(folder: Path, zone: str) -> None:
    from geoalarm.analysis.new_project.official_project import begin_official_project
    from geoalarm.analysis.new_project.zone_codes import parse_zone

    made = begin_official_project(folder, parse_zone(zone))
    if not is_quiet():
        for name in made.entries:
            note = ": has to be brought, docs/sources.md says where from" if name in made.brought else ""
            echo(f"{name}{note}")
    _told(made.catalog, made.unstated, check="--online")


def _example(folder: Path, name: str, data: Path | None) -> None:
    from geoalarm.analysis.new_project.example_project import begin_example_project
    from geoalarm.core.errors import InputError
    from geoalarm.core.settings import EXAMPLE_DATA, path_setting

    place = data or path_setting(EXAMPLE_DATA)
    if place is None:
        raise InputError(
            f"example {name!r}: where its files lie", expected="--data DIR", hint=f"or set {EXAMPLE_DATA}"
        )
    _told(begin_example_project(folder, name, place), 0)


def _told(catalog: Path, unstated: int, *, check: str = "") -> None:
    """What was written, and what comes next."""
    if is_quiet():
        return
    open_values = f"; {unstated} values begin with TODO" if unstated else ""
    echo(f"\nwritten: {catalog}, {catalog.with_name('scenario.yml')}{open_values}")
    echo(f"next:    geoalarm catalog check --catalog {catalog}" + (f" {check}" if check else ""))
    if not unstated:
        echo(f"then:    geoalarm run {catalog.with_name('scenario.yml')} --out DIR")


def _require_one_way(
    files: tuple[Path, ...], *, official: bool, zone: str, example: str, data: Path | None
) -> None:
    from geoalarm.core.errors import InputError

    ways = [
        name
        for name, is_asked in (("FILES", files), ("--official", official), ("--example", example))
        if is_asked
    ]
    if len(ways) > 1:
        raise InputError(
            "geoalarm init", got=" and ".join(ways), expected="one of them", hint="leave the others out"
        )
    if official != bool(zone) or (data is not None and not example):
        raise InputError(
            "geoalarm init",
            got="--data without --example"
            if data is not None and not example
            else "--official or --zone alone",
            expected="--official with --zone FR:08,BE:NAMUR, --example with --data DIR",
            hint="give both, or neither",
        )
