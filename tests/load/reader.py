"""A reader without a browser: asks for a page, opens its websocket, clicks, and waits for the answer.

Speaks the wire protocol of Bokeh (header, metadata and content as JSON, then buffers), and reads no more of
an answer than it must: forty readers in one process cost less than the server they ask.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlparse

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

TOKEN = re.compile(r'"token":"([^"]+)"')
PATIENCE_S = 120.0
LARGEST = 200_000_000


def in_own_loop(work: Coroutine[Any, Any, Any], within_s: float | None = None) -> Any:
    """What ``work`` answers, on a loop and a thread of its own.

    A browser that an earlier test of the same process opened keeps a loop running on the main thread for as
    long as the process lives, and beside a running loop none can be started.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, asyncio.wait_for(work, within_s)).result()


@dataclass
class Message:
    """One message of the server: its kind, what it answers, its content as text, the bytes of all parts."""

    kind: str
    answers: str
    content: str
    size: int


@dataclass
class Reader:
    """One open page."""

    address: str
    query: str = "?lang=en"
    headers: dict[str, str] = field(default_factory=dict)
    page: str = ""
    document: str = ""
    status: int = 0
    answer_headers: dict[str, str] = field(default_factory=dict)
    sent: int = 0
    received: int = 0
    _socket: WebSocketClientConnection | None = None
    _ears: Any = None
    _parts: asyncio.Queue[Any] = field(default_factory=asyncio.Queue)

    async def ask(self) -> int:
        """The plain page, without its websocket; the status of the answer."""
        request = HTTPRequest(self.address + self.query, headers=self.headers, request_timeout=PATIENCE_S)
        answer = await AsyncHTTPClient(max_clients=500).fetch(request, raise_error=False)
        self.status, self.page = answer.code, answer.body.decode("utf-8")
        self.answer_headers = dict(answer.headers)
        return self.status

    async def connect(self) -> None:
        """Open the websocket of the page that was asked for, and take its document."""
        found = TOKEN.search(self.page)
        assert found, f"no token in the page: {self.status} {self.page[:200]}"
        where = urlparse(self.address)
        request = HTTPRequest(
            f"ws://{where.netloc}{where.path}/ws",
            headers={**self.headers, "Origin": f"http://{where.netloc}"},
        )
        self._socket = await websocket_connect(
            request, subprotocols=["bokeh", found[1]], max_message_size=LARGEST
        )
        self._socket.protocol.set_nodelay(True)  # as browsers do
        self._ears = asyncio.ensure_future(self._listen())
        assert (await self.hear()).kind == "ACK"
        asked = await self._send("PULL-DOC-REQ", {})
        reply = await self.until(lambda message: message.answers == asked)
        self.document = reply.content
        self.received = reply.size

    async def open(self) -> Reader:
        """Ask and connect, as a browser does, and say that the page is drawn."""
        await self.ask()
        await self.connect()
        await self._tell(
            "bokeh_event", {"type": "event", "name": "document_ready", "values": {"type": "map"}}
        )
        await self.say("scheme", "light")
        await self.say("ready", "1400")
        await self.until(lambda message: '"title"' in message.content)
        return self

    async def say(self, what: str, value: str) -> None:
        """A click: what is told to the bridge of the page."""
        await self._tell("geoalarm", {"type": "map", "entries": [["do", what], ["value", value]]})

    async def change(self, name: str, value: str) -> float:
        """Choose from a list; seconds until the new title of the page is there."""
        started = time.perf_counter()
        await self.say("pick", f"{name}|{value}")
        await self.until(
            lambda message: message.kind == "PATCH-DOC" and "id=&quot;finding&quot;" in message.content
        )
        return time.perf_counter() - started

    async def until(self, test: Any) -> Message:
        """The first message that passes a test."""
        while True:
            message = await self.hear()
            if test(message):
                return message

    async def hear(self) -> Message:
        """The next message of the server."""
        header = json.loads(await self._part())
        await self._part()
        content = await self._part()
        size = len(content)
        for _ in range(header.get("num_buffers", 0)):
            await self._part()
            size += len(await self._part())
        return Message(header["msgtype"], header.get("reqid", ""), str(content), size)

    async def close(self) -> None:
        """Close the tab."""
        if self._socket is not None:
            self._socket.close()
            await asyncio.wait([self._ears], timeout=10)

    async def _listen(self) -> None:
        """Take what comes, as a browser does: a reader who does not is taken for one who left."""
        part: Any = ""
        while part is not None:
            part = await self._socket.read_message()
            self._parts.put_nowait(part)

    async def _part(self) -> Any:
        part = await self._parts.get()
        if part is None:
            raise ConnectionError("the server closed the websocket")
        return part

    async def _tell(self, kind: str, what: dict[str, Any]) -> None:
        event = {"kind": "MessageSent", "msg_type": kind, "msg_data": what}
        await self._send("PATCH-DOC", {"events": [event]})

    async def _send(self, kind: str, content: dict[str, Any]) -> str:
        assert self._socket is not None
        self.sent += 1
        name = f"reader-{self.sent}"
        for part in ({"msgid": name, "msgtype": kind}, {}, content):
            await self._socket.write_message(json.dumps(part))
        return name


async def is_open(address: str) -> None:
    """Wait until the territory is open."""
    reader = Reader(address)
    while not TOKEN.search(reader.page):
        await reader.ask()
        await asyncio.sleep(0.1)
