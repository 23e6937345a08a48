"""A host that is known and does not answer is told within seconds and once, by every door that fetches. All
on loopback: a socket whose queue of connections is full, one that takes connections and says nothing.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from geoalarm.core.errors import InputError
from geoalarm.io import download_cache, host_connection, web_reply
from geoalarm.io.address import parse_address
from geoalarm.io.download_cache import download, fetch
from geoalarm.io.remote_zarr import fetch_raster
from geoalarm.io.web_reply import ask_service

ITEM = "{}/wfs?service=WFS&version=2.0.0&request=GetFeature&typeNames=a:b&outputFormat=application/json"
DOORS: dict[str, Callable[[str, Path], object]] = {
    "file": lambda host, place: download(f"{host}/a.tif", place, most=1000),
    "service": lambda host, place: ask_service(f"{host}/a", place, most=1000),
    "WFS": lambda host, place: fetch(parse_address(ITEM.format(host)), folder=place.parent),
    "items": lambda host, place: fetch(
        parse_address(f"{host}/collections/a/items?f=json"), folder=place.parent
    ),
    "STAC item": lambda host, place: fetch(parse_address(f"{host}/item.json"), folder=place.parent),
    "Zarr": lambda host, place: fetch_raster(parse_address(f"{host}/a.zarr")),
}
every_door = pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Waits of a fifth of a second, no proxy, nothing remembered."""
    monkeypatch.setenv("GEOALARM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(host_connection.urllib.request, "getproxies", dict)
    monkeypatch.setattr(host_connection, "_asked", {})
    monkeypatch.setattr(host_connection, "CONNECT_S", 0.2)
    monkeypatch.setattr(host_connection, "_GRACE_S", 0.2)
    for module in (web_reply, download_cache):
        monkeypatch.setattr(module, "SILENCE_S", 0.2)


@pytest.fixture
def full() -> Iterator[int]:
    """The port of a socket that nobody accepts from, its queue filled."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        yield server.getsockname()[1]


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a socket that takes connections (the system does it for it) and says nothing."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(50)
        yield server.getsockname()[1]


def refusal(door: Callable[[str, Path], object], host: str, folder: Path) -> tuple[str, float]:
    begun = time.monotonic()
    with pytest.raises(InputError) as caught:
        door(host, folder / "file")
    left = [one for one in folder.rglob("*") if one.is_file() and one.stat().st_size]
    assert left == []
    return str(caught.value), time.monotonic() - begun


@every_door
def test_a_host_that_takes_no_connection_is_told_once(door, full: int, tmp_path: Path) -> None:
    told, seconds = refusal(door, f"http://127.0.0.1:{full}", tmp_path)
    assert f"host '127.0.0.1' does not answer at port {full}; got no connection within 0.2 s" in told
    assert "hint: see whether it is up" in told
    assert seconds < 2
    again = refusal(door, f"http://127.0.0.1:{full}", tmp_path)[1]
    assert again < 0.1, "it is not asked anew within a minute"


@every_door
def test_a_host_that_does_not_answer_the_greeting_of_tls_is_told(door, silent: int, tmp_path: Path) -> None:
    told, seconds = refusal(door, f"https://127.0.0.1:{silent}", tmp_path)
    assert "got no answer to the greeting of TLS within 0.2 s" in told
    assert seconds < 2


@every_door
def test_a_service_that_says_nothing_is_not_asked_again(door, silent: int, tmp_path: Path) -> None:
    told, seconds = refusal(door, f"http://127.0.0.1:{silent}", tmp_path)
    assert "takes connections and does not answer; got nothing for 0.2 s; expected an answer" in told
    assert seconds < 2


@every_door
def test_a_port_where_nobody_listens_is_told(door, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        told, _ = refusal(door, f"http://127.0.0.1:{free.getsockname()[1]}", tmp_path)
    assert "does not answer at port" in told
    assert "got Connection refused" in told


def test_silence_of_a_service_that_has_answered_may_pass(silent: int, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(web_reply, "FIRST_WAIT_S", 0.0)
    asked: list[int] = []
    monkeypatch.setattr(web_reply, "_told", lambda state: asked.append(state.attempt_number))
    door = partial(ask_service, most=1000, has_answered=True)
    refusal(door, f"http://127.0.0.1:{silent}", tmp_path)
    assert asked == [1, 2, 3]


def test_the_proxy_is_asked_where_one_is_set(full: int, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(
        host_connection.urllib.request, "getproxies", lambda: {"https": f"http://127.0.0.1:{full}"}
    )
    monkeypatch.setattr(host_connection.urllib.request, "proxy_bypass", lambda host: False)
    told, _ = refusal(DOORS["file"], "https://data.example.org", tmp_path)
    assert f"host '127.0.0.1' does not answer at port {full}" in told


def test_one_address_of_several_is_enough(silent: int, full: int, monkeypatch) -> None:
    addresses = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in (full, silent)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: addresses)
    host_connection.require_answering_host("http://both.example:80/a")
