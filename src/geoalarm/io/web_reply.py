"""One question to a web service: its reply in a file, whatever its status says, since services tell what is
wrong in what they send. What may pass by itself is asked again.
"""

from __future__ import annotations

import http.client
import logging
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import quote, urlsplit

import tenacity

from geoalarm.core.errors import InputError
from geoalarm.core.machine_faults import is_full
from geoalarm.io.host_connection import SILENCE_S, require_answering_host, silent_host
from geoalarm.io.service_exceptions import exception_words

log = logging.getLogger(__name__)

AGENT: Final = "geoalarm (open data reader; https)"
ATTEMPTS: Final = 4
FIRST_WAIT_S: Final = 1.0
_CHUNK: Final = 2**20
_MOST_OF_AN_ERROR: Final = 2**20
_MAY_PASS: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_URL_SIGNS: Final = "%/:=&?~#+!$,;'@()*[]"


@dataclass(frozen=True, slots=True)
class WebReply:
    """What came: the status of HTTP and the bytes in a file."""

    status: int
    path: Path


class UnreachableError(Exception):
    """A service that is slow, away or overloaded: it may answer later."""

    def __init__(self, told: str, reply: WebReply | None = None) -> None:
        self.reply = reply
        super().__init__(told)


class SilenceError(UnreachableError):
    """A service that takes connections and says nothing for :data:`SILENCE_S`."""


def ask_service(url: str, target: Path, *, most: int, has_answered: bool = False) -> WebReply:
    """Ask a web address, several times where the fault may pass (a lost connection, HTTP 429 and 5xx; no
    answer in time, of a service that has answered before).

    Parameters
    ----------
    url : str
    target : pathlib.Path
        Where the reply is written.
    most : int
        Largest reply accepted [bytes].
    has_answered : bool
        Whether it answered an earlier question: then silence may pass, and it is asked again.

    Returns
    -------
    WebReply
        Also of a status that is an error, with what the service said.

    Raises
    ------
    InputError
        If its host is not known or does not answer, it cannot be reached, or sends more than ``most``.
    """
    require_answering_host(url)
    attempts = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        wait=tenacity.wait_exponential(multiplier=FIRST_WAIT_S, exp_base=2, max=30),
        retry=tenacity.retry_if_exception(lambda error: _may_pass(error, has_answered)),
        before_sleep=_told,
        reraise=True,
    )
    try:
        return attempts(_ask_once, url, target, most)
    except UnreachableError as error:
        if error.reply is not None:
            return error.reply
        if isinstance(error, SilenceError):
            raise silent_host(url, SILENCE_S) from error
        raise _not_fetched(url, f"{error}, {ATTEMPTS} times") from error


def _may_pass(error: BaseException, has_answered: bool) -> bool:
    return isinstance(error, UnreachableError) and (has_answered or not isinstance(error, SilenceError))


def _told(state: tenacity.RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    log.warning("a service is asked again, attempt %d failed: %s", state.attempt_number, error)


def _ask_once(url: str, target: Path, most: int) -> WebReply:
    request = urllib.request.Request(quote(url, safe=_URL_SIGNS), headers={"User-Agent": AGENT})  # noqa: S310
    try:
        with _opener().open(request, timeout=SILENCE_S) as reply:
            _keep(reply, target, most, url)
            return WebReply(int(reply.status), target)
    except urllib.error.HTTPError as error:
        with error:
            target.write_bytes(error.read(_MOST_OF_AN_ERROR))
        refused = WebReply(error.code, target)
        if error.code in _MAY_PASS and not (error.code == 500 and exception_words(target.read_bytes())):
            raise UnreachableError(f"HTTP {error.code}", refused) from error
        return refused
    except InputError:
        raise
    except (OSError, http.client.HTTPException, ValueError) as error:
        if is_full(error):
            raise
        reason = getattr(error, "reason", error)
        told = f"{type(reason).__name__}: {reason}"[:200]
        if isinstance(reason, TimeoutError):
            raise SilenceError(told) from error
        if isinstance(reason, ConnectionResetError | http.client.HTTPException):
            raise UnreachableError(told) from error
        raise _not_fetched(url, told) from error


def _keep(reply: Any, target: Path, most: int, url: str) -> None:
    """Write what comes, counted: a connection that is lost half-way ends like one that is whole."""
    stated, size = reply.headers.get("Content-Length"), 0
    with target.open("wb") as out:
        for block in _blocks(reply):
            size += len(block)
            if size > most:
                raise InputError(
                    f"a reply of {urlsplit(url).hostname} is too large",
                    got=f"more than {most} bytes",
                    expected="less",
                    hint="ask for fewer features a page (count or limit in the address)",
                )
            out.write(block)
    if stated is not None and stated.isdigit() and int(stated) != size:
        raise UnreachableError(f"the connection was lost after {size} of {stated} bytes")


def _blocks(stream: IO[bytes]) -> Any:
    return iter(lambda: stream.read(_CHUNK), b"")


def _opener() -> urllib.request.OpenerDirector:
    """Speaks HTTP and nothing else, also where it is sent on to another address."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPRedirectHandler,
        urllib.request.HTTPErrorProcessor,
    ):
        opener.add_handler(handler())
    return opener


def _not_fetched(url: str, got: str) -> InputError:
    return InputError(
        f"{url} cannot be fetched",
        got=got,
        expected="an answer of the service",
        hint="check the network, or serve it from a mirror folder (GEOALARM_MIRROR)",
    )
