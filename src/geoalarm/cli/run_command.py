"""``geoalarm run``: a scenario, whole."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import click

from geoalarm.cli.path_type import UserPath
from geoalarm.cli.terminal import is_quiet, progress_line, show_run
from geoalarm.cli.terminal_text import echo


@click.command()
@click.argument("scenario", required=False, type=UserPath())
@click.option(
    "--out", required=True, type=UserPath(), metavar="DIR", help="Folder of the result; made when missing."
)
@click.option(
    "--catalog", type=UserPath(), metavar="FILE", help="Catalog to use instead of the one the scenario names."
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def run(scenario: Path | None, out: Path, catalog: Path | None, as_json: bool) -> None:
    r"""Compute a SCENARIO file, by default the embedded territory, and write the result into DIR.

    DIR gets exposure.parquet and exposure.csv (one row per commune, layer and class), communes.gpkg (the
    map), annual.* and union.* where the layers allow it, and manifest.json (sources, hashes, ledger, seam,
    versions, and the command that rebuilds it all).

    \b
    A scenario file:
      name: meuse
      communes: [official_communes_fr, official_communes_be]   # one entry, or one for each side of the border
      population: official_census_grid
      footprints:
        - entry: official_river_flood
          parameters: {return_period: [10, 100]}     # left out: every allowed value
          bounds: [0.1, 0.5, 1, 2]                   # left out: those of the hazard
      options: {seam: nearest}                       # or share, line (with seam_line: FILE), none
    """
    from dataclasses import replace

    from geoalarm import analysis, results

    results.require_writable(out)
    wanted = analysis.read_scenario(scenario) if scenario else None
    if catalog and wanted:
        wanted = replace(wanted, catalog=catalog)
    space = analysis.open_workspace(wanted, catalog=catalog)
    with results.hold_output(out):
        with progress_line() as progress:
            done = analysis.run(workspace=space, progress=progress, command=_command(scenario, catalog))
        results.write(done, out)
    if as_json:
        echo(
            json.dumps(
                {key: done.manifest[key] for key in ("title", "counts", "footprints", "seam", "warnings")},
                ensure_ascii=False,
            )
        )
    elif not is_quiet():
        show_run(done)
        echo(f"written to {out}")


def _command(scenario: Path | None, catalog: Path | None) -> str:
    """What rebuilds the result, without the paths of this machine."""
    words = [
        "geoalarm",
        "run",
        *([scenario.name] if scenario else []),
        *(["--catalog", catalog.name] if catalog else []),
        "--out",
        "DIR",
    ]
    return shlex.join(words)
