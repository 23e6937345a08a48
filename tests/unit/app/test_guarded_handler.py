"""Whose request it is: what a proxy wrote last, where there is one; else who connects."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from tornado.httputil import HTTPHeaders

from geoalarm.app.web.guarded_handler import GuardedHandler


@pytest.mark.parametrize(
    ("behind_proxy", "told", "address"),
    [
        (False, ["192.0.2.1"], "127.0.0.1"),
        (True, ["192.0.2.1"], "192.0.2.1"),
        (True, ["10.0.0.1, 192.0.2.1"], "192.0.2.1"),
        (True, ["10.0.0.1", "192.0.2.1"], "192.0.2.1"),
        (True, ["2001:db8::1"], "2001:db8::1"),
        (True, ["192.0.2.1, unknown"], "127.0.0.1"),
        (True, [""], "127.0.0.1"),
        (True, [], "127.0.0.1"),
    ],
)
def test_the_address_of_a_reader(behind_proxy, told, address):
    headers = HTTPHeaders({"X-Real-Ip": "203.0.113.1"})
    for line in told:
        headers.add("X-Forwarded-For", line)
    handler = SimpleNamespace(
        rules=SimpleNamespace(behind_proxy=behind_proxy),
        request=SimpleNamespace(headers=headers, remote_ip="127.0.0.1"),
    )
    assert GuardedHandler.reader_address.fget(handler) == address
