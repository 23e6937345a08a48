"""Peers that take nothing are given up; those who take a little, or have nothing to take, are not. A network
that has its share of connections gets no more.
"""

from __future__ import annotations

import asyncio
import logging
import resource
import subprocess
import sys
from contextlib import suppress
from types import SimpleNamespace

import pytest
from tornado.netutil import bind_sockets
from tornado.web import Application

from geoalarm.app.web import bounded_server as module
from geoalarm.app.web.bounded_server import UNREAD_LOOKS, UnreadWatch, bounded_server
from geoalarm.app.web.session_limits import SessionLimits


class Stream:
    """What the watch needs of a connection."""

    def __init__(self):
        self.waits = False
        self.takes = 0
        self.is_closed = False

    def write_to_fd(self, data):
        return self.takes

    def writing(self):
        return self.waits

    def close(self):
        self.is_closed = True


def looked_at(stream, watch, looks, *, writes=True):
    for _ in range(looks):
        if writes:
            stream.write_to_fd(memoryview(b"x"))
        watch.look()
    return stream.is_closed


def test_who_takes_nothing_is_given_up_after_a_while():
    watch, stream = UnreadWatch(), Stream()
    watch.take(stream)
    stream.waits = True
    assert not looked_at(stream, watch, UNREAD_LOOKS)
    assert looked_at(stream, watch, 1)


def test_who_takes_a_little_or_waits_for_nothing_stays():
    watch, slow, idle = UnreadWatch(), Stream(), Stream()
    watch.take(slow)
    watch.take(idle)
    slow.waits, slow.takes = True, 1
    assert not looked_at(slow, watch, 50)
    assert not looked_at(idle, watch, 50, writes=False)


def test_a_connection_that_is_gone_is_not_kept():
    watch, stream = UnreadWatch(), Stream()
    watch.take(stream)
    del stream
    assert len(watch._looks) == 0


ASK = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def _share_of_three() -> SimpleNamespace:
    """Five connections of a network that may have three; one is closed, and another comes."""
    server = bounded_server(Application([]))
    server.open_connections = SessionLimits(100, 3)
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    port = sockets[0].getsockname()[1]
    peers = [await asyncio.open_connection("127.0.0.1", port) for _ in range(5)]
    answers = []
    for read, write in peers:
        write.write(ASK)
        try:
            answers.append((await asyncio.wait_for(read.readline(), 5))[:12])
        except ConnectionError:
            answers.append(b"")
    open_then = server.open_connections.count
    peers[0][1].close()
    while server.open_connections.count == 3:
        await asyncio.sleep(0.01)
    read, write = await asyncio.open_connection("127.0.0.1", port)
    write.write(ASK)
    later = (await asyncio.wait_for(read.readline(), 5))[:12]
    for _, one in [*peers, (read, write)]:
        one.close()
        with suppress(ConnectionError):
            await one.wait_closed()
    server.stop()
    await server.close_all_connections()
    while server.open_connections.count:
        await asyncio.sleep(0.01)
    return SimpleNamespace(answers=answers, open_then=open_then, later=later)


def test_a_network_that_has_its_share_of_connections_gets_no_more(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger=module.__name__):
        found = asyncio.run(asyncio.wait_for(_share_of_three(), 30))
    assert found.answers == [b"HTTP/1.1 404"] * 3 + [b""] * 2
    assert found.open_then == 3
    assert found.later == b"HTTP/1.1 404", "a place that was given back"
    told = [one.message for one in caplog.records if one.name == module.__name__]
    assert told == ["no room for a connection from 127.0.0.1: 3 are open; so far 1 were closed at once"]


@pytest.mark.parametrize(
    ("options", "of_a_network"),
    [({}, 512), ({"pages_of_a_network": 25}, 512), ({"pages_of_a_network": 120}, 960)],
)
def test_the_share_grows_with_the_pages_that_a_network_may_open(options, of_a_network) -> None:
    async def made() -> SessionLimits:
        return bounded_server(Application([]), **options).open_connections

    limits = asyncio.run(made())
    assert limits.most_per_address == of_a_network


def test_behind_a_proxy_all_connections_are_its_own() -> None:
    async def made() -> SessionLimits:
        return bounded_server(Application([]), behind_proxy=True).open_connections

    limits = asyncio.run(made())
    assert limits.most_per_address == limits.most


FILES = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
from geoalarm.app.web.bounded_server import most_connections
print(most_connections(), *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.skipif(
    resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 1024, reason="this machine lets a process open few files"
)
def test_files_are_asked_for_and_some_are_left_for_other_things() -> None:
    code = FILES.format(soft=300, hard=1024)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(1024 - 192), "1024", "1024"]
