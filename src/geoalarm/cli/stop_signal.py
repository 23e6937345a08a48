"""A command that is told to stop ends as with Ctrl-C: nothing half-written, no temporary file stays."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def stopped_like_interrupted() -> Iterator[None]:
    """SIGTERM is a :class:`KeyboardInterrupt` for as long as the block runs."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
