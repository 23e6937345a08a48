"""What time it is, and waiting that a stop can end. Tests put another clock in its place."""

from __future__ import annotations

import queue
import time
from datetime import UTC, datetime


class Stopped(Exception):
    """The service was asked to stop; what is unfinished goes on at the next start."""


class Clock:
    """The time of this machine, and a bell that ends a wait.

    A ``SimpleQueue`` may be filled from inside a signal handler; an ``Event`` may not (its lock can be held
    by the very thread that the signal interrupts).
    """

    def __init__(self) -> None:
        self.stopping = False
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()

    def now(self) -> datetime:
        """The time, UTC."""
        return datetime.now(UTC)

    def stop(self) -> None:
        """Ask everybody to stop."""
        self.stopping = True
        self.ring()

    def ring(self) -> None:
        """Wake whoever waits."""
        self._bell.put(None)

    def check(self) -> None:
        """Go on, or raise :class:`Stopped`."""
        if self.stopping:
            raise Stopped

    def wait_for_bell(self, seconds: float) -> None:
        """Wait until somebody rings, at most so long [s]."""
        try:
            self._bell.get(timeout=max(seconds, 0.001))
        except queue.Empty:
            return

    def pause(self, seconds: float) -> None:
        """Wait so long [s], whoever rings; a stop ends it with :class:`Stopped`."""
        end = time.monotonic() + seconds
        self.check()
        while (left := end - time.monotonic()) > 0:
            self.wait_for_bell(left)
            self.check()
