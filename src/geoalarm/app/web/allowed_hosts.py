"""The names a server answers by: a foreign ``Host`` means that a page elsewhere made its name point here.

Without this check such a page (DNS rebinding) is of the same origin as ours for the browser, and may read
what only this machine or network should see.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from geoalarm.app.claim_port import ANYWHERE
from geoalarm.core.errors import InputError

NAME: Final = re.compile(
    r"(?P<name>[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?|\[[0-9a-f:.]+\])(:(?P<port>[0-9]{1,5}))?"
)
LOCAL: Final = ("localhost", "127.0.0.1", "[::1]")
LARGEST_PORT: Final = 65_535
PLAIN, SECURE = 80, 443
"""Ports that a browser leaves out of ``http`` and ``https`` addresses."""


class AllowedHosts:
    """Hosts by which readers reach the server, as ``name:port``.

    Parameters
    ----------
    port : int
        What it listens on.
    address : str
        Name or number it listens on; ``0.0.0.0`` names nobody.
    allowed : sequence of str
        ``HOST`` or ``HOST:PORT`` of ``--allow-origin``.

    Raises
    ------
    InputError
        If one of ``allowed`` is no such name.
    """

    def __init__(self, port: int, address: str, allowed: Sequence[str] = ()) -> None:
        own = [name for name in dict.fromkeys((*LOCAL, _bracketed(address))) if name != ANYWHERE]
        named = [host for word in allowed for host in _hosts(word)]
        self.origins = list(dict.fromkeys([f"{name}:{port}" for name in own] + named))

    def accepts(self, host: str) -> bool:
        """Whether a header ``Host`` names this server."""
        found = NAME.fullmatch(host.lower())
        return found is not None and f"{found['name']}:{found['port'] or PLAIN}" in self.origins


def _hosts(word: str) -> list[str]:
    """``name:port`` of one option; where a browser leaves the port out, 80 is read whatever the scheme."""
    found = NAME.fullmatch(word.strip().lower())
    if found is None or int(found["port"] or PLAIN) > LARGEST_PORT:
        raise InputError(
            "--allow-origin",
            got=repr(word[:80]),
            expected="HOST or HOST:PORT",
            hint="write the name as it stands in the browser's address, without https:// and without a path; "
            "repeat the option for several",
        )
    name, port = found["name"], int(found["port"] or PLAIN)
    return [f"{name}:{each}" for each in ((port, PLAIN) if port == SECURE else (port,))]


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address or LOCAL[0]
