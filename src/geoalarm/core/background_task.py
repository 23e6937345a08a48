"""A value made in a thread of its own, while others ask how far it is and what failed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock, Thread
from typing import Final, Generic, TypeVar

from geoalarm.core.errors import GeoalarmError

log = logging.getLogger(__name__)

Value = TypeVar("Value")
Progress = Callable[[str, int, int], None]
"""``(step, n, m)``: the step that begins now, and which of how many it is."""

AGAIN_S: Final = 10.0
"""After a fault, a new attempt is made at the earliest this much later [s]."""


@dataclass(frozen=True, slots=True)
class TaskProgress:
    """The step that is being worked on, the ``n``-th of ``m``; an empty step is not known yet."""

    step: str = ""
    n: int = 0
    m: int = 0

    @property
    def percent(self) -> int:
        """Share of the steps that are done [%]."""
        return round(100 * (self.n - 1) / self.m) if self.m else 0


class BackgroundTask(Generic[Value]):
    """A value that is made once, behind its readers' backs.

    Parameters
    ----------
    make : callable
        Makes the value; told where to say its progress.
    name : str
        What the log calls it.
    then : callable, optional
        Called with the value once others can have it, in the same thread.
    again_s : float
        After a fault, :meth:`start` tries again at the earliest this much later [s].
    """

    def __init__(
        self,
        make: Callable[[Progress], Value],
        *,
        name: str,
        then: Callable[[Value], None] | None = None,
        again_s: float = AGAIN_S,
    ) -> None:
        self.name = name
        self.progress = TaskProgress()
        self._make, self._then, self._again_s = make, then, again_s
        self._value: Value | None = None
        self._fault: Exception | None = None
        self._failed_at = 0.0
        self._running: Thread | None = None
        self._lock = Lock()

    @property
    def value(self) -> Value | None:
        """The value, or None as long as there is none."""
        return self._value

    @property
    def fault(self) -> Exception | None:
        """Why the last attempt gave no value; None before, meanwhile and after."""
        return self._fault

    def start(self) -> None:
        """Begin, unless it is being made, is made, or failed a moment ago."""
        with self._lock:
            busy = self._running is not None or self._value is not None
            recent = self._fault is not None and time.monotonic() - self._failed_at < self._again_s
            if busy or recent:
                return
            self._fault, self.progress = None, TaskProgress()
            self._running = Thread(target=self._run, name=self.name, daemon=True)
            self._running.start()

    def wait(self, timeout_s: float | None = None) -> Value | None:
        """The value once the attempt that runs has ended, or None where it gave none."""
        running = self._running
        if running is not None:
            running.join(timeout_s)
        return self._value

    def _run(self) -> None:
        try:
            self._value = self._make(self._told)
        except Exception as error:
            self._failed_at, self._fault = time.monotonic(), error
            if isinstance(error, GeoalarmError):
                log.error("%s: %s", self.name, error.sentence())
            else:
                log.exception("%s failed", self.name)
        finally:
            self._running = None
        if self._value is not None and self._then is not None:
            self._then(self._value)

    def _told(self, step: str, n: int, m: int) -> None:
        self.progress = TaskProgress(step, n, m)
