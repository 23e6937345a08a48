"""Whether a host answers, asked once before anything is fetched: a host that is away is told within seconds.

The libraries that fetch wait for each address of a host, each request and each new attempt on its own.
"""

from __future__ import annotations

import queue
import socket
import ssl
import time
import urllib.request
from dataclasses import dataclass
from threading import Thread
from typing import Final
from urllib.parse import urlsplit

from geoalarm.core.errors import InputError
from geoalarm.io.host_lookup import lookup_fault, require_known_host

CONNECT_S: Final = 10.0
"""A host that takes no connection within this long, the handshake of TLS with it, is away [s]."""
SILENCE_S: Final = 60.0
"""A service that is connected and sends nothing for this long does not answer [s]."""
_GRACE_S: Final = 0.5
"""Those who ask say themselves what they waited for, a moment before they are given up [s]."""
_REMEMBERED_S: Final = 60.0
_MOST_ADDRESSES: Final = 8
_HINT: Final = (
    "see whether it is up and no firewall is between, or serve it from a mirror folder (GEOALARM_MIRROR)"
)
_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class HostPort:
    """Whom a connection is made to, and whether TLS is spoken there."""

    host: str
    port: int
    tls: bool


_asked: dict[HostPort, tuple[float, str]] = {}
"""When each was asked, and what was wrong; "" of one that answered, which is not asked again."""


def require_answering_host(url: str) -> None:
    """Refuse a host that is not known or takes no connection. Where a proxy is set, that is asked.

    Raises
    ------
    InputError
        If nothing answers within :data:`CONNECT_S`; the answer holds for a minute.
    """
    require_known_host(url)
    asked = _connected_to(url)
    told = "" if asked is None else _connection_fault(asked)
    if asked is not None and told:
        raise InputError(
            f"{url} cannot be fetched: host {asked.host!r} does not answer at port {asked.port}",
            got=told,
            expected="a connection",
            hint=_HINT,
        )


def silent_host(url: str, seconds: float) -> InputError:
    """The error for a host that was connected and said nothing."""
    return InputError(
        f"{url} cannot be fetched: host {urlsplit(url).hostname!r} takes connections and does not answer",
        got=f"nothing for {seconds:g} s",
        expected="an answer",
        hint="try it later, ask for less at a time (count or limit in the address), or serve it "
        "from a mirror folder (GEOALARM_MIRROR)",
    )


def _connected_to(url: str) -> HostPort | None:
    """The host itself, or the proxy that stands for it."""
    parts = urlsplit(url)
    if not parts.hostname:
        return None
    proxy = urllib.request.getproxies().get(parts.scheme)
    if proxy and not urllib.request.proxy_bypass(parts.hostname):
        found = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        port = found.port or _PORTS.get(found.scheme)
        return HostPort(found.hostname, port, tls=False) if found.hostname and port else None
    port = parts.port or _PORTS[parts.scheme]
    return HostPort(parts.hostname, port, tls=parts.scheme == "https")


def _connection_fault(asked: HostPort) -> str:
    known = _asked.get(asked)
    if known is not None and (not known[1] or time.monotonic() - known[0] < _REMEMBERED_S):
        return known[1]
    told = _first_answer(asked)
    _asked[asked] = (time.monotonic(), told)
    return told


def _first_answer(asked: HostPort) -> str:
    """What is wrong with all addresses of a host, which are asked side by side; "" where one answers."""
    told = lookup_fault(asked.host)
    if told:
        return told
    found = socket.getaddrinfo(asked.host, asked.port, type=socket.SOCK_STREAM)[:_MOST_ADDRESSES]
    answers: queue.SimpleQueue[str] = queue.SimpleQueue()
    for family, _, _, _, address in found:
        Thread(target=_try, args=(asked, family, address, answers), daemon=True, name="connection").start()
    until = time.monotonic() + CONNECT_S + _GRACE_S
    for _ in found:
        try:
            told = answers.get(timeout=max(until - time.monotonic(), 0.001))
        except queue.Empty:
            return _late("answer")
        if not told:
            break
    return told


def _try(asked: HostPort, family: int, address: tuple[object, ...], answers: queue.SimpleQueue[str]) -> None:
    awaited = "connection"
    try:
        with socket.socket(family, socket.SOCK_STREAM) as plain:
            plain.settimeout(CONNECT_S)
            plain.connect(address)
            if asked.tls:
                awaited = "answer to the greeting of TLS"
                _shake_hands(plain, asked.host)
        answers.put("")
    except TimeoutError:
        answers.put(_late(awaited))
    except OSError as error:
        answers.put(error.strerror or str(error))


def _shake_hands(plain: socket.socket, host: str) -> None:
    """An answer to the greeting of TLS. Whether it is to be trusted is for those who fetch to see."""
    greeting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    greeting.check_hostname, greeting.verify_mode = False, ssl.CERT_NONE
    try:
        greeting.wrap_socket(plain, server_hostname=host).close()
    except ssl.SSLError:
        return


def _late(awaited: str) -> str:
    return f"no {awaited} within {CONNECT_S:g} s"
