"""``geoalarm serve``: the explorer at a local address."""

from __future__ import annotations

import socket
import sys
import time
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geoalarm.cli.path_type import UserPath
from geoalarm.cli.terminal_text import echo
from geoalarm.core.scratch_files import sweep
from geoalarm.core.settings import cache_folder

if TYPE_CHECKING:
    from geoalarm.analysis.scenario import Scenario


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=5006, show_default=True, help="Port; 0 takes a free one."
)
@click.option(
    "--address",
    default="localhost",
    show_default=True,
    help="Address to listen on; 0.0.0.0 opens it to the network.",
)
@click.option(
    "--allow-origin",
    multiple=True,
    metavar="HOST:PORT",
    help="Name in the browser's address, beside localhost; repeat for several.",
)
@click.option(
    "--scenario",
    type=UserPath(),
    metavar="FILE",
    help="Scenario to explore; default: the embedded territory.",
)
@click.option(
    "--prefix", default="", metavar="PATH", help="Path under which all pages stand, behind a reverse proxy."
)
@click.option(
    "--behind-proxy/--no-behind-proxy",
    default=False,
    help="Believe X-Forwarded-For: a reverse proxy sets it, and nobody reaches this port but through it.",
)
@click.option(
    "--max-sessions",
    type=click.IntRange(1),
    default=100,
    show_default=True,
    help="Pages open at once in one process.",
)
@click.option(
    "--max-sessions-per-address",
    type=click.IntRange(1),
    default=25,
    show_default=True,
    help="Pages open at once from one network address.",
)
@click.option(
    "--max-requests-per-minute",
    type=click.IntRange(1),
    default=300,
    show_default=True,
    help="Of one network address, for what has to be computed: pages, briefings, files.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes behind the port; each holds the territory in its own memory.",
)
@click.option(
    "--socket", "inherited", type=int, multiple=True, hidden=True, help="Of --workers: what to listen on."
)
@click.option("--show/--no-show", default=False, help="Open a browser.")
def serve(
    port: int,
    address: str,
    scenario: Path | None,
    workers: int,
    inherited: tuple[int, ...],
    show: bool,
    **options: Any,
) -> None:
    """Serve the explorer, the what-if page and the briefings, and print the address; stop it with Ctrl-C.

    The address answers at once: while the territory is being opened its pages tell how far it is. `geoalarm
    warm` makes ready beforehand what takes longest.
    """
    from geoalarm.app.claim_port import claim_port
    from geoalarm.app.web.allowed_hosts import AllowedHosts

    AllowedHosts(port, address, options["allow_origin"])  # a wrong name is told once, before workers start
    if not inherited:
        sweep(cache_folder())
    wanted = _read(scenario)
    sockets = [socket.socket(fileno=one) for one in inherited] or claim_port(port, address)
    if workers > 1:
        sys.exit(_in_processes(workers, sockets, show=show))
    from geoalarm.app.server import ServerOptions, drop_queued_work  # only now: it takes seconds
    from geoalarm.app.server import serve as serve_explorer

    told = _Opening()
    serve_explorer(
        address=address,
        sockets=sockets,
        show=show,
        scenario=wanted,
        options=ServerOptions(**options),
        announce=_announce,
        ready=told.ready,
        progress=told.step,
    )
    drop_queued_work()


def _read(scenario: Path | None) -> Scenario | None:
    """The scenario of a file, refused where a map would have nothing to show."""
    if scenario is None:
        return None
    from geoalarm import analysis
    from geoalarm.core.errors import InputError

    wanted = analysis.read_scenario(scenario)
    if not wanted.footprints:
        raise InputError(
            f"scenario {wanted.name!r} has accidents only",
            got="no layer",
            expected="at least one entry under footprints for the map",
            hint="add '- entry: NAME', or use geoalarm run",
        )
    return wanted


def _in_processes(workers: int, sockets: Sequence[socket.socket], *, show: bool) -> int:
    """The same command in several processes, which get the sockets of this one."""
    from geoalarm.app.claim_port import port_of
    from geoalarm.app.worker_processes import WorkerProcesses

    handed = [word for one in sockets for word in ("--socket", str(one.fileno()))]
    command = [sys.executable, "-m", "geoalarm.cli", *sys.argv[1:], "--workers", "1", "--no-show", *handed]
    if show:
        webbrowser.open(f"http://localhost:{port_of(sockets)}/explorer")
    try:
        return WorkerProcesses(command, sockets, workers).run()
    finally:
        sweep()  # what a process left that had to be killed


def _announce(where: str) -> None:
    echo(f"the explorer is at {where} (Ctrl-C stops it)")


class _Opening:
    """Tells how far the territory is."""

    def __init__(self) -> None:
        self.started = time.monotonic()

    def step(self, step: str, n: int, m: int) -> None:
        """A step begins."""
        echo(f"opening: {step}, step {n} of {m} ({100 * (n - 1) // m} %)", err=True)

    def ready(self, where: str) -> None:
        """The first page is there."""
        echo(f"ready at {where} after {time.monotonic() - self.started:.1f} s", err=True)
