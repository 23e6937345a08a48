"""A port is claimed before anything is loaded: who cannot have it is told at once, not after seconds."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from socket import gaierror, socket
from typing import Final

from tornado.netutil import bind_sockets

from geoalarm.core.errors import InputError

ANYWHERE: Final = "0.0.0.0"  # noqa: S104  (asked for by name only)
REFUSALS: Final = (errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES)


def claim_port(port: int, address: str) -> list[socket]:
    """Sockets that listen: who comes now waits until they are answered.

    Parameters
    ----------
    port : int
        0 takes a free one.
    address : str
        Name or number to listen on; ``0.0.0.0`` for every one of this machine.

    Raises
    ------
    InputError
        If the port is taken, or the address is none of this machine.
    """
    try:
        return bind_sockets(port, None if address == ANYWHERE else address)
    except OSError as error:
        if error.errno not in REFUSALS and not isinstance(error, gaierror):
            raise
        raise InputError(
            f"address {address}:{port}",
            got=error.strerror,
            expected="an address and a free port of this machine",
            hint="choose another --address" if isinstance(error, gaierror) else "choose another --port",
        ) from error


def port_of(sockets: Sequence[socket]) -> int:
    """The port that sockets listen on."""
    return int(sockets[0].getsockname()[1])
