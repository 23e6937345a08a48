"""One holder at a time, in one process and in several; a killed holder holds nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from geoalarm.core.errors import InputError
from geoalarm.core.lock import exclusive_lock, is_locked

HOLDER = """
import sys, time
from pathlib import Path
from geoalarm.core.lock import exclusive_lock
with exclusive_lock(Path(sys.argv[1]), "the bell is in use", expected="one ringer", hint="wait"):
    print("holds", flush=True)
    time.sleep(60)
"""


def hold(path: Path, wait_s: float = 0.2) -> AbstractContextManager[None]:
    return exclusive_lock(path, "the bell is in use", expected="one ringer", hint="wait", wait_s=wait_s)


@pytest.fixture
def other(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock."""
    running = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "lock")], stdout=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    assert running.stdout.readline() == "holds\n"
    yield running
    running.kill()
    running.communicate()


def test_held_as_long_as_the_block_runs(tmp_path: Path) -> None:
    path = tmp_path / "new" / "lock"
    assert not is_locked(path)
    for _ in range(2):
        with hold(path):
            assert is_locked(path)
            assert is_locked(path)  # asking takes nothing away
        assert not is_locked(path)
    assert path.exists()


def test_let_go_when_the_block_fails(tmp_path: Path) -> None:
    with pytest.raises(KeyError), hold(tmp_path / "lock"):
        raise KeyError
    assert not is_locked(tmp_path / "lock")


def test_a_second_holder_in_this_process_is_refused_and_leaves_the_first_alone(tmp_path: Path) -> None:
    told = rf"the bell is in use; got process {os.getpid()} holds it; expected one ringer; \w+: wait\."
    with hold(tmp_path / "lock"):
        with pytest.raises(InputError, match=told), hold(tmp_path / "lock"):
            pass
        assert is_locked(tmp_path / "lock")


def test_another_process_is_named_and_holds_nothing_once_it_is_killed(
    tmp_path: Path, other: subprocess.Popen[str]
) -> None:
    assert is_locked(tmp_path / "lock")
    with pytest.raises(InputError, match=f"got process {other.pid} holds it"), hold(tmp_path / "lock"):
        pass
    other.kill()
    other.wait()
    assert not is_locked(tmp_path / "lock")
    with hold(tmp_path / "lock"):
        assert (tmp_path / "lock").read_text().strip() == str(
            os.getpid()
        )  # nothing of a longer number is left


def test_the_lock_of_an_earlier_version_is_read(tmp_path: Path, other: subprocess.Popen[str]) -> None:
    (tmp_path / "lock").write_text("4711\n")  # as 0.1 wrote it
    with pytest.raises(InputError, match="got process 4711 holds it"), hold(tmp_path / "lock"):
        pass


def test_who_waits_gets_it(tmp_path: Path) -> None:
    entered, go = threading.Event(), threading.Event()

    def holder() -> None:
        with hold(tmp_path / "lock"):
            entered.set()
            go.wait(10)

    thread = threading.Thread(target=holder)
    thread.start()
    assert entered.wait(10)
    threading.Timer(0.3, go.set).start()
    start = time.monotonic()
    with hold(tmp_path / "lock", wait_s=10):
        assert 0.1 < time.monotonic() - start < 9
    thread.join()


def test_a_moment_of_asking_refuses_nobody(tmp_path: Path) -> None:
    """``status`` may ask at the very moment at which a service starts."""
    done = threading.Event()
    with hold(tmp_path / "lock"):
        pass

    def ask() -> None:
        while not done.is_set():
            is_locked(tmp_path / "lock")

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        for _ in range(20):
            with hold(tmp_path / "lock", wait_s=5):
                pass
    finally:
        done.set()
        asking.join()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(InputError, match="file cannot be written"), hold(tmp_path / "file" / "lock"):
        pass
    (tmp_path / "taken" / "lock").mkdir(parents=True)
    with pytest.raises(InputError, match="taken cannot be written"), hold(tmp_path / "taken" / "lock"):
        pass


@pytest.mark.skipif(not hasattr(os, "fork") or os.geteuid() != 0, reason="another user is needed")
def test_who_can_only_read_may_ask(tmp_path: Path) -> None:
    """``status`` of a monitor that runs as another user."""
    with hold(tmp_path / "lock"):
        held = _as_nobody(tmp_path)
    assert (held, _as_nobody(tmp_path)) == ("True", "False")


def _as_nobody(folder: Path) -> str:
    code = (
        "import os, sys; from pathlib import Path; from geoalarm.core.lock import is_locked\n"
        "place = os.open(sys.argv[1], os.O_RDONLY); os.fchdir(place); os.setuid(65534)\n"
        "assert not os.access('lock', os.W_OK)\n"
        "print(is_locked(Path('lock')))"
    )
    folder.chmod(0o755)
    words = [sys.executable, "-c", code, str(folder)]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
