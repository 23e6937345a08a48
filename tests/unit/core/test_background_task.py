"""A value made behind its readers' backs: progress, faults told once known, a later attempt."""

from __future__ import annotations

import threading

import pytest

from geoalarm.core.background_task import BackgroundTask, TaskProgress
from geoalarm.core.errors import InputError


def test_progress_is_told_while_the_value_is_made():
    reached, go_on = threading.Event(), threading.Event()

    def make(progress):
        progress("index", 3, 4)
        reached.set()
        assert go_on.wait(5)
        return "made"

    task = BackgroundTask(make, name="task")
    assert (task.value, task.fault, task.progress) == (None, None, TaskProgress())
    task.start()
    assert reached.wait(5)
    assert (task.progress.step, task.progress.percent, task.value) == ("index", 50, None)
    go_on.set()
    assert task.wait(5) == "made"


def test_it_is_made_once_and_what_comes_after_sees_the_value():
    made, seen = [], []
    task = BackgroundTask(
        lambda _: made.append(1) or "x", name="task", then=lambda value: seen.append((value, task.value))
    )
    task.start()
    assert task.wait(5) == "x"
    task.start()
    task.wait(5)
    assert (made, seen) == ([1], [("x", "x")])


@pytest.mark.parametrize("error", [InputError("communes", got="nothing"), RuntimeError("a bug")])
def test_a_fault_is_known_at_once_and_tried_again_only_later(error, caplog):
    attempts = []

    def make(_):
        attempts.append(1)
        if len(attempts) < 3:
            raise error
        return "made"

    patient, eager = (BackgroundTask(make, name="task", again_s=s) for s in (60.0, 0.0))
    patient.start()
    assert patient.wait(5) is None
    assert patient.fault is error
    assert ("communes; got nothing" in caplog.text) == isinstance(error, InputError)
    patient.start()
    assert patient.fault is error, "a reader who comes a moment later is told the same"
    assert len(attempts) == 1
    for _ in range(2):
        eager.start()
        eager.wait(5)
    assert (eager.value, eager.fault) == ("made", None)


def test_nothing_known_is_no_progress():
    assert TaskProgress().percent == 0
    assert TaskProgress("communes", 1, 3).percent == 0
