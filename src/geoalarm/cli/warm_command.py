"""``geoalarm warm``: what takes longest, made before anybody waits for it."""

from __future__ import annotations

import time
from pathlib import Path

import click

from geoalarm.cli.path_type import UserPath
from geoalarm.cli.terminal import is_quiet, progress_line
from geoalarm.cli.terminal_text import echo


@click.command()
@click.option(
    "--scenario", type=UserPath(), metavar="FILE", help="Scenario to warm; default: the embedded territory."
)
@click.option(
    "--catalog", type=UserPath(), metavar="FILE", help="Catalog to use instead of the one the scenario names."
)
def warm(scenario: Path | None, catalog: Path | None) -> None:
    """Make beforehand what a first page waits for: the border between two sets of communes, the share of
    every cell in every commune, outlines of maps, neighbours.

    It is kept in the cache folder (GEOALARM_CACHE) under the hash of what it was made of: for other files it
    is made anew, for the same ones never again.
    """
    from dataclasses import replace

    from geoalarm import analysis
    from geoalarm.app.warm_caches import warm_caches

    wanted = analysis.read_scenario(scenario) if scenario else None
    if catalog and wanted:
        wanted = replace(wanted, catalog=catalog)
    space, started = analysis.open_workspace(wanted, catalog=catalog), time.monotonic()
    with progress_line() as progress:
        warm_caches(space, progress=progress)
    if not is_quiet():
        files = [path for path in space.cache.iterdir() if path.is_file()]
        size = sum(path.stat().st_size for path in files) / 1e6
        echo(
            f"{len(space.communes.ids)} communes ready after {time.monotonic() - started:.0f} s; "
            f"{space.cache} holds {len(files)} files, {size:.0f} MB"
        )
