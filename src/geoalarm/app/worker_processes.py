"""Several processes behind one port: started together, watched, and stopped together.

They share the listening sockets, so the system hands each connection to one of them. A page and its websocket
may reach two of them: the token of the page, signed with a key that all know, holds what the session needs.
"""

from __future__ import annotations

import logging
import secrets
import signal
import subprocess
import time
from collections.abc import Sequence
from socket import socket
from types import FrameType
from typing import Final

from geoalarm.core.settings import default_setting

log = logging.getLogger(__name__)
SECRET: Final = "BOKEH_SECRET_KEY"  # noqa: S105  (the name of a setting)
STOPS_WITHIN_S: Final = 10.0
"""A process that does not stop within this long is ended [s]."""
LIVES_S: Final = 60.0
"""A process that ends before is not started again: it would end again [s]."""
LOOK_S: Final = 0.2


class WorkerProcesses:
    """Processes of one command over the same sockets.

    Parameters
    ----------
    command : sequence of str
        Program and arguments of each process.
    sockets : sequence of socket
        What they listen on; passed on open.
    count : int
        How many [1].
    """

    def __init__(self, command: Sequence[str], sockets: Sequence[socket], count: int) -> None:
        self._command, self._count = list(command), count
        self._fds = [one.fileno() for one in sockets]
        self._running: dict[subprocess.Popen[bytes], float] = {}
        self._is_stopping = False

    def run(self) -> int:
        """Until told to stop (SIGTERM, SIGINT), or until a process cannot live; then the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._told_to_stop)
        code = 0
        try:
            for _ in range(self._count):
                self._start()
            while not self._is_stopping and code == 0:
                time.sleep(LOOK_S)
                code = self._look()
        finally:
            self._stop()
        return code

    def _start(self) -> None:
        default_setting(SECRET, secrets.token_urlsafe(48))
        process = subprocess.Popen(self._command, pass_fds=self._fds)  # noqa: S603  (our own command)
        self._running[process] = time.monotonic()

    def _look(self) -> int:
        """Start again what ended after a while; the exit code of what ended at once, or 0."""
        for process, since in list(self._running.items()):
            code = process.poll()
            if code is None:
                continue
            del self._running[process]
            if time.monotonic() - since < LIVES_S:
                return code or 1
            log.error("process %d ended with %d and is started again", process.pid, code)
            self._start()
        return 0

    def _told_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._is_stopping = True

    def _stop(self) -> None:
        for process in self._running:
            process.terminate()
        until = time.monotonic() + STOPS_WITHIN_S
        for process in self._running:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()
