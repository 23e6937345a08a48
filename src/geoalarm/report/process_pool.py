"""Many tasks on several processes: one that fails, or kills its process, is told; the others are done."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait as wait_for
from typing import Any, Final, Generic, TypeVar

from geoalarm.core.errors import GeoalarmError

logger = logging.getLogger(__name__)

Task = TypeVar("Task")
Answer = TypeVar("Answer")

METHOD: Final = "spawn"
"""Workers start afresh and are sent what they need: 34 MB for the whole zone, a quarter of a second. A fork
would begin a few seconds sooner and print no faster, and take over the locks of threads (of GDAL, of dask) in
the state in which they happened to be.
"""

_AHEAD: Final = 2
"""Tasks handed to each worker ahead of time."""


@dataclass(frozen=True, slots=True)
class TaskResult(Generic[Task, Answer]):
    """A task that came back: ``answer``, or ``died`` where its process ended without one."""

    task: Task
    answer: Answer | None = None
    died: bool = False


def run_tasks(
    tasks: Sequence[Task],
    do: Callable[[Task], Answer],
    *,
    workers: int,
    setup: Callable[..., None],
    given: tuple[Any, ...],
) -> Iterator[TaskResult[Task, Answer]]:
    """Do every task, in whatever order they end.

    With one worker all is done here, in this process. A worker that dies takes the tasks handed out with it:
    these are done again, each in a process of its own, so that the one that kills is known.

    Parameters
    ----------
    do : callable
        Of a module; it must not raise.
    setup : callable
        Called once in each process with ``given`` before its first task.

    Raises
    ------
    GeoalarmError
        If no process lives long enough to do anything.
    """
    if workers <= 1:
        setup(*given)
        for task in tasks:
            yield TaskResult(task, do(task))
        return
    left, answered = deque(tasks), False
    while left:
        lost: list[Task] = []
        for done in _with_pool(left, lost, do, workers=workers, setup=setup, given=given):
            answered = True
            yield done
        for task in lost:
            alone: list[Task] = []
            for done in _with_pool(deque([task]), alone, do, workers=1, setup=setup, given=given):
                answered = True
                yield done
            if alone:
                logger.warning("a worker died at %s", task)
                yield TaskResult(task, died=True)
        if not answered:
            raise GeoalarmError(
                "no worker answers",
                got="every process ended before its first task was done",
                hint="try --workers 1, which shows the fault",
            )


def _with_pool(
    left: deque[Task],
    lost: list[Task],
    do: Callable[[Task], Answer],
    *,
    workers: int,
    setup: Callable[..., None],
    given: tuple[Any, ...],
) -> Iterator[TaskResult[Task, Answer]]:
    """Do tasks until none is left or a worker dies; then those handed out are ``lost``."""
    context = multiprocessing.get_context(METHOD)
    pool = ProcessPoolExecutor(
        min(workers, max(len(left), 1)), mp_context=context, initializer=_start, initargs=(setup, given)
    )
    out: dict[Future[Answer], Task] = {}
    try:
        while left or out:
            while left and len(out) < workers * _AHEAD:
                with _deaf():
                    future = pool.submit(do, left[0])
                out[future] = left.popleft()
            ready, _ = wait(out, return_when=FIRST_COMPLETED)
            for future in ready:
                answer = future.result()
                yield TaskResult(out.pop(future), answer)
    except BrokenProcessPool:
        lost += out.values()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _deaf() -> Iterator[None]:
    """Processes started in here never hear Ctrl-C, not even before their first line."""
    if os.name != "posix" or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _start(setup: Callable[..., None], given: tuple[Any, ...]) -> None:
    """A worker leaves Ctrl-C to whoever started it, and does not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    setup(*given)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)
