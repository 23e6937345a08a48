"""Every answer of the server asked for real, from outside its process: headers, names, rates, refusals, and
peers that do not play by the rules.
"""

from __future__ import annotations

import asyncio
import json
import runpy
import select
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlparse

import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClosedError, websocket_connect

from geoalarm.core.terms import LANGUAGES

pytestmark = pytest.mark.slow
reader = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "load" / "reader.py")))
STARTS_WITHIN_S = 120
PREFIX = "/geo"
EXAMPLES = {
    "/geo/?$": ["/geo", "/geo/"],
    "/geo/explorer$": ["/geo/explorer"],
    "/geo/explorer/$": ["/geo/explorer/"],
    "/geo/explorer/ws$": ["/geo/explorer/ws"],
    "/geo/whatif$": ["/geo/whatif"],
    "/geo/whatif/$": ["/geo/whatif/"],
    "/geo/whatif/ws$": ["/geo/whatif/ws"],
    "/geo/briefing$": ["/geo/briefing", "/geo/briefing?q=x", "/geo/briefing?commune=FR:1"],
    "/geo/briefing/$": ["/geo/briefing/"],
    "/geo/briefing-file/([a-z]+)$": ["/geo/briefing-file/json?commune=FR:nix", "/geo/briefing-file/nix"],
    "/geo/static/extensions/(.*)$": [
        "/geo/static/extensions/panel/panel.min.js",
        "/geo/static/extensions/nix",
        "/geo/static/extensions/panel/%00",
        "/geo/static/extensions/panel/../../../../../etc/passwd",
    ],
    "/geo/static/(.*)$": [
        "/geo/static/js/bokeh.min.js",
        "/geo/static/js",
        "/geo/static/a%00b",
        "/geo/static/%2e%2e/%2e%2e/LICENSE",
    ],
}
"""What is asked of each route."""
NOWHERE = [
    "/", "/explorer", "/favicon.ico", "/geo/nix", "/geo/a/b/c", "/geo/explorer/autoload.js",
    "/geo/explorer/metadata", "/geo/components/panel/x/css/y", "/geo/index.html", "//geo/",
]  # fmt: skip
"""Addresses at which nothing stands, of Bokeh and Panel neither."""


class Served:
    """A server in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        told = self._line(STARTS_WITHIN_S)
        self.routes = told["routes"]
        self.base = told["address"].removesuffix("/explorer")
        self.port = urlparse(self.base).port
        asyncio.run(reader.is_open(f"{self.base}/explorer"))

    def _line(self, within_s: float = 30) -> dict:
        ready, _, _ = select.select([self.process.stdout], [], [], within_s)
        line = self.process.stdout.readline() if ready else ""
        assert line, "the server says nothing"
        return json.loads(line)

    def state(self) -> dict:
        """Sessions and memory now."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self._line()

    def ask(self, path: str, method: str = "GET", **headers: str):
        """Status, headers and body of one answer."""
        connection = HTTPConnection("localhost", self.port, timeout=60)
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            return SimpleNamespace(
                status=answer.status, headers=answer.headers, text=answer.read().decode("utf-8", "replace")
            )
        finally:
            connection.close()

    def steady_kb(self) -> int:
        """Memory once nothing is being made ready any more [kB]."""
        before, now = 0, self.state()["rss_kb"]
        while now - before > 500:
            time.sleep(1.5)
            before, now = now, self.state()["rss_kb"]
        return now

    def socket(self) -> socket.socket:
        """A bare connection."""
        return socket.create_connection(("localhost", self.port), timeout=60)


@contextmanager
def served(**options: object):
    script = Path(__file__).with_name("door_server.py")
    process = subprocess.Popen(
        [sys.executable, str(script), json.dumps(options)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        yield Served(process)
    finally:
        process.terminate()
        process.wait(20)
        process.stdin.close()
        process.stdout.close()


@pytest.fixture(scope="module")
def door():
    """A server under a path, with a name of its own, that has no bound anybody here meets."""
    with served(
        prefix=PREFIX, allow_origin=["dash.example.org:443"], max_requests_per_minute=100_000
    ) as server:
        yield server


def holds(answer) -> None:
    """The headers of the house, each once, and nothing that opens the answer to another site."""
    for name, value in {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "X-Frame-Options": "SAMEORIGIN",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }.items():
        assert answer.headers.get_all(name) == [value], name
    policies = answer.headers.get_all("Content-Security-Policy")
    assert len(policies) == 1
    parts = dict(part.partition(" ")[::2] for part in policies[0].split("; "))
    assert parts["default-src"] in ("'self'", "'none'")
    assert parts["frame-ancestors"] in ("'self'", "'none'")
    assert "unsafe" not in parts.get("script-src", "")
    assert "*" not in policies[0]
    for source in parts.get("connect-src", "").split():
        assert source == "'self'" or source.split("://")[1].startswith("localhost:")
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]
    assert "Server" not in answer.headers
    assert "Traceback" not in answer.text


def test_every_route_has_an_example(door):
    assert set(door.routes) == set(EXAMPLES)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "NIX"])
@pytest.mark.parametrize("path", [path for paths in EXAMPLES.values() for path in paths] + NOWHERE)
def test_every_answer_has_the_headers(door, path, method):
    answer = door.ask(path, method)
    holds(answer)
    if method == "HEAD":
        assert answer.text == ""
    if method not in ("GET", "HEAD") or (method == "HEAD" and path.endswith("/ws")):
        assert answer.status in (404, 405)
    elif path in NOWHERE:
        assert answer.status == 404
    if answer.status == 405:
        assert answer.headers["Allow"] == "GET, HEAD"
    if answer.status >= 400 and method != "HEAD":
        assert answer.text.count("<h1") == 1
        assert 'href="/geo/explorer?lang=en"' in answer.text


@pytest.mark.parametrize("path", ["/geo/static/a%00b", "/geo/static/extensions/panel/%00"])
def test_a_name_that_no_file_can_have_is_no_fault(door, path):
    assert door.ask(path).status == 404


def test_a_redirect_keeps_what_was_asked(door):
    answer = door.ask("/geo/explorer/?lang=fr&commune=FR:1")
    assert answer.status == 302
    assert answer.headers["Location"] == "/geo/explorer?lang=fr&commune=FR%3A1"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_way_in_and_a_refusal_speak_the_readers_language(door, lang):
    told = door.ask("/geo/", **{"Accept-Language": f"{lang}-XX, pt;q=0.5"})
    asked = door.ask(f"/geo/?lang={lang}", **{"Accept-Language": "pt"})
    lost = door.ask(f"/geo/nix?lang={lang}")
    assert (told.status, asked.status, lost.status) == (200, 200, 404)
    for answer in (told, asked, lost):
        assert f'<html lang="{lang}"' in answer.text


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "localhost", "localhost:1", "", "a b"]
)
@pytest.mark.parametrize(
    "path", ["/geo/", "/geo/explorer", "/geo/explorer/ws", "/geo/static/js/bokeh.min.js"]
)
def test_a_foreign_name_is_refused_with_what_to_do(door, path, host):
    answer = door.ask(path, Host=host.format(port=door.port))
    assert answer.status in (421, 400)  # tornado itself refuses what is no name at all
    if answer.status == 421:
        holds(answer)
        assert "--allow-origin" in answer.text
        assert '"token"' not in answer.text


@pytest.mark.parametrize(
    "host", ["127.0.0.1:{port}", "[::1]:{port}", "dash.example.org", "dash.example.org:443"]
)
def test_the_own_names_are_answered(door, host):
    assert door.ask("/geo/", Host=host.format(port=door.port)).status == 200


def test_the_page_names_the_websocket_of_the_host_it_was_asked_by(door):
    policy = door.ask("/geo/explorer", Host="dash.example.org").headers["Content-Security-Policy"]
    assert "connect-src 'self' ws://dash.example.org wss://dash.example.org;" in policy


async def _handshake(door, **headers: str) -> int:
    page = reader.Reader(f"{door.base}/explorer")
    await page.ask()
    token = reader.TOKEN.search(page.page)[1]
    request = HTTPRequest(f"ws://localhost:{door.port}/geo/explorer/ws", headers=headers)
    try:
        (await websocket_connect(request, subprotocols=["bokeh", token])).close()
    except HTTPClientError as refused:
        return refused.code
    return 101


@pytest.mark.parametrize(
    ("origin", "host", "status"),
    [
        ("http://localhost:{port}", "localhost:{port}", 101),
        ("https://dash.example.org", "dash.example.org", 101),
        ("https://evil.example", "localhost:{port}", 403),
        ("https://evil.example", "evil.example", 421),  # the name of another site was made to point here
        ("null", "localhost:{port}", 403),
        ("http://[::1", "localhost:{port}", 403),  # no address at all
    ],
)
def test_a_websocket_is_opened_from_the_own_pages_only(door, origin, host, status):
    headers = {"Origin": origin.format(port=door.port), "Host": host.format(port=door.port)}
    assert asyncio.run(_handshake(door, **headers)) == status


def test_a_fault_is_told_without_a_trace(door):
    answer = door.ask("/broken")
    assert answer.status == 500
    holds(answer)
    assert "secret" not in answer.text


# what an address may have computed


@pytest.fixture(scope="module")
def narrow():
    """A server behind a proxy that computes six times a minute for an address and a message a second."""
    with served(max_requests_per_minute=6, behind_proxy=True, messages_per_minute=60) as server:
        yield server


def _until_refused(server, path, **headers: str):
    for asked in range(20):
        answer = server.ask(path, **headers)
        if answer.status == 429:
            return asked, answer
    raise AssertionError("nobody was refused")


@pytest.mark.parametrize(("path", "address"), [("/explorer", "192.0.2.1"), ("/briefing?q=x", "192.0.2.2")])
def test_who_asks_too_often_is_told_when_to_come_again(narrow, path, address):
    told = {"X-Forwarded-For": f"203.0.113.9, {address}", "Accept-Language": "de"}
    asked, answer = _until_refused(narrow, path, **told)
    assert asked == 6
    holds(answer)
    assert 1 <= int(answer.headers["Retry-After"]) <= 10
    assert '<html lang="de"' in answer.text
    assert f" {answer.headers['Retry-After']} Sekunden neu" in answer.text
    # what is not computed is answered still, and others are
    for free in ("/", "/static/js/bokeh.min.js"):
        assert narrow.ask(free, **told).status == 200
    assert narrow.ask("/explorer", **{"X-Forwarded-For": "192.0.2.77"}).status == 200


def test_a_reader_cannot_choose_the_address_that_is_counted(narrow):
    for number in range(6):
        forged = {"X-Forwarded-For": f"10.0.0.{number}, 192.0.2.3", "X-Real-Ip": f"10.0.1.{number}"}
        assert narrow.ask("/explorer", **forged).status == 200
    assert narrow.ask("/explorer", **{"X-Forwarded-For": "10.9.9.9, 192.0.2.3"}).status == 429


# a session that is begun before its websocket asks


def _most_sessions(server, for_s: float = 2) -> int:
    """The most sessions that are open at once within a while."""
    until, most = time.monotonic() + for_s, 0
    while time.monotonic() < until:
        most = max(most, server.state()["sessions"])
        time.sleep(0.05)
    return most


@pytest.mark.parametrize(
    ("method", "headers", "begun"),
    [
        ("GET", {"Sec-Fetch-Mode": "navigate"}, 1),
        ("GET", {"Upgrade-Insecure-Requests": "1"}, 1),
        ("GET", {}, 0),
        ("GET", {"Sec-Fetch-Mode": "no-cors"}, 0),
        ("GET", {"Sec-Fetch-Mode": "navigate", "Sec-Purpose": "prefetch"}, 0),
        ("HEAD", {"Sec-Fetch-Mode": "navigate"}, 0),
    ],
)
def test_a_session_is_begun_for_a_browser_that_opens_a_page_and_dropped_unless_it_comes(
    door, method, headers, begun
):
    assert door.ask("/geo/explorer", method, **headers).status == 200
    if begun:
        assert asyncio.run(_gone(lambda: door.state()["sessions"] == 1)) < 30
    assert _most_sessions(door) == begun
    assert asyncio.run(_gone(lambda: door.state()["sessions"] == 0)) < 30


def test_few_sessions_are_begun_at_once_however_many_ask(door):
    for _ in range(12):
        assert door.ask("/geo/explorer", **{"Sec-Fetch-Mode": "navigate"}).status == 200
    assert 1 <= _most_sessions(door, 6) <= 3
    assert asyncio.run(_gone(lambda: door.state()["sessions"] == 0)) < 30


def test_a_websocket_takes_the_session_that_was_begun(door):
    async def run() -> tuple[int, int]:
        one = reader.Reader(f"{door.base}/explorer", headers={"Sec-Fetch-Mode": "navigate"})
        await one.open()
        held = door.state()["sessions"]
        changed = await asyncio.wait_for(one.change("measure", "share"), 30)
        await one.close()
        return held, changed > 0

    assert asyncio.run(run()) == (1, True)
    assert asyncio.run(_gone(lambda: door.state()["sessions"] == 0)) < 10


# peers that do not play by the rules: all at once, for each test waits longer than a peer may stay


@pytest.fixture(scope="module")
def rude(door, narrow):
    """What became of peers that say half of something, read nothing, or are gone."""
    memory = {server: server.steady_kb() for server in (door, narrow)}

    async def run() -> SimpleNamespace:
        half, deaf, dead, acting = await asyncio.gather(
            _half_open(door), _deaf_for_files(narrow), _dead(narrow), _acting(door)
        )
        return SimpleNamespace(half=half, deaf=deaf, dead=dead, acting=acting)

    told = asyncio.run(run())
    told.grown = {server: server.state()["rss_kb"] - before for server, before in memory.items()}
    return told


async def _gone(test, within_s: float = 60) -> float:
    """Seconds until something holds."""
    started = time.monotonic()
    while not test() and time.monotonic() - started < within_s:
        await asyncio.sleep(0.5)
    return time.monotonic() - started


async def _closed(door, said: bytes, more: bytes = b"") -> float:
    """Seconds until a connection that said no more than this, and goes on with ``more``, is closed."""
    listening, speaking = await asyncio.open_connection("localhost", door.port)
    speaking.write(said)
    started, answer = time.monotonic(), asyncio.ensure_future(listening.read())
    while not answer.done() and time.monotonic() - started < 60:
        speaking.write(more)
        await asyncio.wait([answer], timeout=0.5)
    speaking.close()
    return time.monotonic() - started


async def _half_open(door) -> dict[str, float]:
    begun = b"GET /geo/ HTTP/1.1\r\nHost: x\r\n"
    body = b"POST /geo/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc"
    kept = f"GET /geo/ HTTP/1.1\r\nHost: localhost:{door.port}\r\n\r\n".encode()
    said = {"quiet": (b"",), "dripping": (begun, b"X: y\r\n"), "body": (body,), "kept": (kept,)}
    return dict(
        zip(said, await asyncio.gather(*(_closed(door, *parts) for parts in said.values())), strict=True)
    )


async def _deaf_for_files(server) -> tuple[int, float]:
    """Twenty who ask for the largest files over and over and take none."""
    deaf = []
    asked = f"GET /static/js/bokeh.js HTTP/1.1\r\nHost: localhost:{server.port}\r\n\r\n".encode()
    for _ in range(20):
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        one.connect(("127.0.0.1", server.port))
        one.sendall(asked * 50)
        deaf.append(one)
    await asyncio.sleep(2)
    held = server.state()["connections"]
    took = await _gone(lambda: server.state()["connections"] == 0)
    for one in deaf:
        one.close()
    return held, took


async def _dead(server) -> tuple[int, float]:
    """A machine that was put to sleep: it reads no more, and answers no ping."""
    one = reader.Reader(f"{server.base}/explorer", headers={"X-Forwarded-For": "198.51.100.1"})
    await one.open()
    held = server.state()["sessions"]
    one._ears.cancel()
    for _ in range(3):  # tornado's client reads one message ahead
        await one.say("scheme", "dark")
        await one.say("scheme", "light")
    took = await _gone(lambda: server.state()["sessions"] == 0)
    _abort(one)
    return held, took


async def _acting(server) -> tuple[int, float]:
    """A browser that asks for its page again and again and reads none; it speaks, so it is alive."""
    one = await _open(server)
    held = server.state()["sessions"]
    one._ears.cancel()
    asking = asyncio.ensure_future(_ask_more(one))
    took = await _gone(lambda: server.state()["sessions"] == 0)
    asking.cancel()
    _abort(one)
    return held, took


async def _ask_more(one) -> None:
    with suppress(WebSocketClosedError):
        while True:
            await one._send("PULL-DOC-REQ", {})
            await asyncio.sleep(0.02)


async def _open(door):
    one = reader.Reader(f"{door.base}/explorer")
    await one.open()
    return one


def _abort(one) -> None:
    """Let the connection go."""
    protocol = one._socket.protocol
    one._socket.close()
    if protocol is not None:
        protocol._abort()


def test_a_half_open_connection_is_closed(rude):
    assert rude.half["body"] < 10
    assert max(rude.half.values()) < 30


def test_who_asks_for_files_and_takes_none_is_let_go(rude, narrow):
    held, took = rude.deaf
    assert held >= 20
    assert took < 40
    assert rude.grown[narrow] < 30_000


def test_a_dead_peer_is_freed_within_half_a_minute(rude):
    held, took = rude.dead
    assert held == 1
    assert took < 30


def test_a_browser_that_acts_but_does_not_read_is_let_go(rude, door):
    held, took = rude.acting
    assert held == 1
    assert took < 50
    assert rude.grown[door] < 60_000


@pytest.mark.parametrize(
    "request_", [b"GET /geo/ HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 40_000 + b"\r\n\r\n",
                 b"POST /geo/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + b"z" * 100_000],
    ids=["header", "body"],
)  # fmt: skip
def test_too_much_is_not_read(door, request_):
    with door.socket() as one:
        try:
            one.sendall(request_)
            answer = one.recv(1000)
        except ConnectionError:
            answer = b""
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400")


def test_a_message_that_is_too_large_closes_its_page(door):
    async def run(parts: list[str | bytes]) -> int | None:
        one = await _open(door)
        for part in parts:
            await one._socket.write_message(part, binary=isinstance(part, bytes))
        await asyncio.wait([one._ears], timeout=20)
        code = one._socket.close_code
        await one.close()
        return code

    assert asyncio.run(run(["x" * (2**20 + 1)])) == 1009
    many = [json.dumps({"msgid": "1", "msgtype": "PATCH-DOC", "num_buffers": 1000}), "{}", "{}"]
    assert asyncio.run(run(many + ['{"id": "x"}', b"x" * 400_000] * 3)) == 1009


def _patch(*events: object) -> list[str]:
    return [json.dumps({"msgid": "1", "msgtype": "PATCH-DOC"}), "{}", json.dumps({"events": events})]


ROOT = {"type": "object", "name": "Div", "id": "q", "attributes": {"text": "x" * 1000}}


@pytest.mark.parametrize(
    "parts",
    [
        _patch({"kind": "RootAdded", "model": ROOT}),
        _patch({"kind": "ColumnsStreamed", "model": {"id": "q"}, "attr": "data", "data": {}}),
        _patch({"kind": "ModelChanged", "model": {"id": "q"}, "attr": "tags", "new": ["x" * 5000]}),
        _patch("x"),
        [json.dumps({"msgid": "1", "msgtype": "PUSH-DOC"}), "{}", '{"doc": {"roots": [], "title": ""}}'],
        [json.dumps({"msgid": "1", "msgtype": ["PATCH-DOC"]}), "{}", "{}"],
        [json.dumps({"msgid": "1", "msgtype": "PATCH-DOC"}), "{}", "[" * 100_000],
        ["1", "{}", "{}"],
        [b"x"],
    ],
    ids=["root", "stream", "large value", "no event", "document", "kind", "nested", "header", "bytes"],
)
def test_what_no_page_sends_closes_the_websocket(door, parts):
    """A root added, or values streamed, would stay in the server's memory for as long as the page is open."""

    async def run() -> int | None:
        one = await _open(door)
        for part in parts:
            await one._socket.write_message(part, binary=isinstance(part, bytes))
        await asyncio.wait([one._ears], timeout=20)
        code = one._socket.close_code
        await one.close()
        return code

    assert asyncio.run(run()) == 1008


def test_a_message_that_fails_is_answered_without_the_inside(door):
    """The page lives on, for a browser may change what has gone meanwhile; not for ever."""
    change = {"kind": "ModelChanged", "model": {"id": "gone"}, "attr": "x", "new": 1}

    async def run() -> tuple[str, int | None]:
        one = await _open(door)
        asked = await one._send("PATCH-DOC", {"events": [change]})
        answer = await one.until(lambda message: message.answers == asked)
        for _ in range(60):
            with suppress(WebSocketClosedError):
                await one._send("PATCH-DOC", {"events": [change]})
        await asyncio.wait([one._ears], timeout=20)
        code = one._socket.close_code
        await one.close()
        return answer.content, code

    content, code = asyncio.run(run())
    assert json.loads(content) == {"text": "the message failed", "traceback": None}
    assert code == 1008


@pytest.mark.parametrize("token", ["x", "e30.x", "bm8.x", "\xe9.x", "W10.x"])
def test_a_token_of_another_closes_the_websocket(door, token):
    async def run() -> int | None:
        where = f"ws://localhost:{door.port}/geo/explorer/ws"
        one = await websocket_connect(where, subprotocols=["bokeh", token])
        assert await one.read_message() is None
        code = one.close_code
        one.close()
        return code

    assert asyncio.run(run()) == 1008


def test_messages_beyond_the_bound_wait(narrow):
    """A flood is taken at its pace; its page lives on, and others are answered meanwhile."""

    async def run() -> tuple[float, int]:
        flooding = reader.Reader(f"{narrow.base}/explorer", headers={"X-Forwarded-For": "198.51.100.2"})
        await flooding.open()
        started = time.monotonic()
        for _ in range(65):
            await flooding.say("nothing", "x")
        asked = await flooding._send("PULL-DOC-REQ", {})
        other = reader.Reader(f"{narrow.base}/explorer", headers={"X-Forwarded-For": "198.51.100.3"})
        status = await other.ask()
        await flooding.until(lambda message: message.answers == asked)
        took = time.monotonic() - started
        await flooding.close()
        return took, status

    took, status = asyncio.run(run())
    assert status == 200
    assert 5 <= took < 40  # sixty at once, of which three were the page's own, then one a second
