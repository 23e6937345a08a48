"""The command line. It parses, calls ``analysis`` (or ``app``, ``demo``) and prints; it computes nothing."""

from __future__ import annotations

import gc
import logging
from pathlib import Path
from typing import Final

import click

from geoalarm import __version__
from geoalarm.cli.lazy_group import LazyGroup
from geoalarm.cli.path_type import UserPath
from geoalarm.cli.terminal_text import PlainFormatter
from geoalarm.core import settings

COMMANDS = {
    "init": "geoalarm.cli.init_command:init",
    "run": "geoalarm.cli.run_command:run",
    "expose": "geoalarm.cli.expose_command:expose",
    "report": "geoalarm.cli.report_command:report",
    "model": "geoalarm.cli.model_command:model",
    "catalog": "geoalarm.cli.catalog_command:catalog",
    "demo": "geoalarm.cli.demo_command:demo",
    "serve": "geoalarm.cli.serve_command:serve",
    "warm": "geoalarm.cli.warm_command:warm",
    "schedule": "geoalarm.cli.schedule_command:schedule",
    "doctor": "geoalarm.cli.doctor_command:doctor",
}

COLLECT_EVERY: Final = 50_000
"""New objects after which unused cycles are looked for: at Python's 700, a sixth of a command's start goes
into looking through libraries that were only just imported.
"""

_LINE = "%(levelname)s %(name)s: %(message)s"
_LEVELS = {-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO}


@click.group(
    cls=LazyGroup,
    commands_at=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(__version__, prog_name="geoalarm")
@click.option("-v", "--verbose", count=True, help="Say what is being done; twice for the details.")
@click.option("-q", "--quiet", is_flag=True, help="Say only what went wrong.")
@click.option("--debug", is_flag=True, help="Show the Python traceback of an unexpected error.")
@click.option(
    "--mirror",
    type=UserPath(file_okay=False),
    metavar="DIR",
    help="Serve every catalog entry from this folder instead of its address (also GEOALARM_MIRROR).",
)
@click.pass_context
def main(ctx: click.Context, verbose: int, quiet: bool, debug: bool, mirror: Path | None) -> None:
    """People exposed to hazards, per commune, on both sides of a border.

    Exit code 0: done. 1: an unexpected error, or a check that failed. 2: the input cannot be used, and the
    message says how to mend it.
    """
    gc.set_threshold(COLLECT_EVERY, 20, 50)
    level = _LEVELS.get(-1 if quiet else verbose, logging.DEBUG)
    logging.basicConfig(level=level if verbose < 2 else logging.INFO, force=True)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(PlainFormatter(_LINE))
    logging.getLogger("geoalarm").setLevel(level)
    if mirror is not None:
        ctx.with_resource(settings.override_setting(settings.MIRROR, str(mirror)))
