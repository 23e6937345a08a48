"""The names a server answers by: its own at its port, those the operator names, and no other."""

from __future__ import annotations

import pytest

from geoalarm.app.web.allowed_hosts import AllowedHosts
from geoalarm.core.errors import InputError


@pytest.mark.parametrize(
    ("address", "allowed", "more"),
    [
        ("localhost", (), []),
        ("0.0.0.0", ("crisis.example:80",), ["crisis.example:80"]),
        ("10.1.2.3", (), ["10.1.2.3:5006"]),
        ("::1", (), []),
        ("fe80::1", (), ["[fe80::1]:5006"]),
        ("localhost", ("dash.example.org:443",), ["dash.example.org:443", "dash.example.org:80"]),
        ("localhost", ("Dash.Example.org",), ["dash.example.org:80"]),
    ],
)
def test_hosts_that_are_named(address, allowed, more):
    own = ["localhost:5006", "127.0.0.1:5006", "[::1]:5006"]
    assert AllowedHosts(5006, address, allowed).origins == own + more


@pytest.mark.parametrize(
    ("host", "is_own"),
    [
        ("localhost:5006", True),
        ("LOCALHOST:5006", True),
        ("127.0.0.1:5006", True),
        ("[::1]:5006", True),
        ("dash.example.org", True),  # a browser tells no port at https
        ("dash.example.org:443", True),
        ("localhost", False),
        ("localhost:5007", False),
        ("evil.example:5006", False),
        ("dash.example.org.evil.example", False),
        ("evil.example/dash.example.org", False),
        ("dash.example.org; script-src *", False),
        ("dash.example.org ", False),
        ("dash.example.org:443:443", False),
        ("dash.example.org:", False),
        ("", False),
        ("*", False),
    ],
)
def test_who_is_answered(host, is_own):
    assert AllowedHosts(5006, "localhost", ["dash.example.org:443"]).accepts(host) is is_own


@pytest.mark.parametrize(
    "word",
    [
        "https://dash.example.org",
        "dash.example.org/geoalarm",
        "*",
        "*.example.org",
        "a:b",
        "a:70000",
        "",
        "a b",
    ],
)
def test_what_names_no_host_is_refused_with_a_hint(word):
    with pytest.raises(InputError, match="without https:// and without a path") as refused:
        AllowedHosts(5006, "localhost", [word])
    assert "expected HOST or HOST:PORT" in str(refused.value)
