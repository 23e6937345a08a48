"""A host that nobody knows is told within seconds, by every door that fetches."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from geoalarm.core.errors import InputError
from geoalarm.io import host_lookup
from geoalarm.io.download_cache import download
from geoalarm.io.host_lookup import require_known_host
from geoalarm.io.web_reply import ask_service

URL = "https://no-such-host.invalid/depths.tif"
DOORS: tuple[Callable[..., object], ...] = (partial(download, most=1000), partial(ask_service, most=1000))


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch) -> None:
    monkeypatch.setattr(host_lookup.urllib.request, "getproxies", dict)
    host_lookup._look_up.cache_clear()


def _unknown(*_: object, **__: object) -> None:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.mark.parametrize("door", DOORS, ids=["file", "service"])
def test_an_unknown_host_is_named_with_its_reason(door, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", _unknown)
    with pytest.raises(
        InputError, match=r"host 'no-such-host.invalid' is not known; got Name or service not known"
    ):
        door(URL, tmp_path / "file")
    assert not (tmp_path / "file").exists() or not (tmp_path / "file").read_bytes()


@pytest.mark.parametrize("door", DOORS, ids=["file", "service"])
def test_a_name_service_that_does_not_answer_is_not_waited_for(door, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(3))
    monkeypatch.setattr(host_lookup, "WITHIN_S", 0.1)
    begun = time.monotonic()
    with pytest.raises(InputError, match="no answer of the name service within"):
        door(URL, tmp_path / "file")
    assert time.monotonic() - begun < 2


def test_a_host_behind_a_proxy_is_not_looked_up(monkeypatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", _unknown)
    monkeypatch.setattr(host_lookup.urllib.request, "getproxies", lambda: {"https": "http://proxy:3128"})
    monkeypatch.setattr(host_lookup.urllib.request, "proxy_bypass", lambda host: False)
    require_known_host(URL)


def test_a_name_that_is_none_is_refused_and_a_number_is_known() -> None:
    with pytest.raises(InputError, match="is not known"):
        require_known_host(f"https://{'a' * 70}.invalid/x")
    require_known_host("https://127.0.0.1:8443/x")
