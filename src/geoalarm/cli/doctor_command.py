"""``geoalarm doctor``: whether this machine is fit to work."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from geoalarm.cli.path_type import UserPath
from geoalarm.cli.terminal import show_table
from geoalarm.cli.terminal_text import echo

_SIGN = {"ok": "ok", "missing": "--", "broken": "BROKEN"}


@click.command()
@click.option(
    "--scenario",
    type=UserPath(),
    metavar="FILE",
    help="Whether this scenario can run here: its catalog and what it names are opened too.",
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def doctor(scenario: Path | None, as_json: bool) -> None:
    """Check Python, libraries, GDAL, PROJ, the embedded data, the catalog, the cache and the browser; no
    network.

    Exit code 1 when something that every run needs is broken.
    """
    from geoalarm import __version__
    from geoalarm.cli import health

    checks = health.check_health(scenario)
    if as_json:
        echo(json.dumps([asdict(check) for check in checks], indent=1))
    else:
        rows = [
            [_SIGN[check.verdict], check.name, check.found + (f"  -> {check.hint}" if check.hint else "")]
            for check in checks
        ]
        show_table(rows, head=["", f"geoalarm {__version__}", ""])
    broken = [check.name for check in checks if check.verdict == "broken"]
    if not as_json:
        echo(f"\nbroken: {', '.join(broken)}" if broken else "\nall that a run needs is here")
    click.get_current_context().exit(1 if broken else 0)
