"""A server that is told to stop does not first make what is queued: nobody is there any more to read it."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.slow
QUEUED = """
import os, signal, time
from types import SimpleNamespace
from tornado.ioloop import IOLoop
from geoalarm.app import server
from geoalarm.app.briefing.briefing_page import MAKERS
from geoalarm.app.web.page_server import BUILDERS
from geoalarm.app.web.page_session import WORKERS

for pool in (BUILDERS, WORKERS, MAKERS):
    for _ in range(100):
        pool.submit(time.sleep, 0.5)
loop = IOLoop()
loop.call_later(0.1, os.kill, os.getpid(), signal.{name})
server.run_until_stopped(SimpleNamespace(io_loop=loop, stop=lambda: print("stopped", flush=True)))
server.drop_queued_work()
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_what_is_queued_is_not_made_any_more(name: str) -> None:
    code = QUEUED.format(name=name)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "stopped\n"
        told = time.monotonic()
        assert process.wait(60) == 0
        assert time.monotonic() - told < 10
