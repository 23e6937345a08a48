"""Whether a host is known, asked before anything is fetched: a name nobody knows is told within seconds.

The libraries that fetch wait for the system's look-up as long as it takes, and some ask again.
"""

from __future__ import annotations

import socket
import urllib.request
from functools import lru_cache
from threading import Thread
from typing import Final
from urllib.parse import urlsplit

from geoalarm.core.errors import InputError

WITHIN_S: Final = 5.0
"""A name service that has not answered within this long does not answer [s]."""
_HINT: Final = "check its spelling and the network, or serve it from a mirror folder (GEOALARM_MIRROR)"


def require_known_host(url: str) -> None:
    """Refuse an address whose host the network does not know. Where a proxy is set it knows the hosts, and
    nothing is asked here.

    Raises
    ------
    InputError
        If the name is not known, or nothing answers within :data:`WITHIN_S`.
    """
    parts = urlsplit(url)
    host = parts.hostname
    if not host or (parts.scheme in urllib.request.getproxies() and not urllib.request.proxy_bypass(host)):
        return
    told = lookup_fault(host)
    if told:
        raise InputError(
            f"{url} cannot be fetched: host {host!r} is not known", got=told, expected="a host", hint=_HINT
        )


def lookup_fault(host: str) -> str:
    """What is wrong with a name; empty where it is known, which is not asked again."""
    found: list[str] = []

    def look() -> None:
        try:
            _look_up(host)
            found.append("")
        except (OSError, UnicodeError) as error:
            found.append(getattr(error, "strerror", None) or str(error))

    asked = Thread(target=look, name="host look-up", daemon=True)  # the system's own cannot be broken off
    asked.start()
    asked.join(WITHIN_S)
    return found[0] if found else f"no answer of the name service within {WITHIN_S:g} s"


@lru_cache(maxsize=256)
def _look_up(host: str) -> None:
    socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
