"""Several processes on the same sockets: each answers, and all stop together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request

CHILD = """
import os, socket, sys
listening = socket.socket(fileno=int(sys.argv[1]))
listening.setblocking(True)
while True:
    one, _ = listening.accept()
    asked = b""
    while b"\\r\\n\\r\\n" not in asked:
        asked += one.recv(1000)
    name = str(os.getpid()).encode()
    one.sendall(b"HTTP/1.0 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n%s" % (len(name), name))
    one.close()
"""
PARENT = """
import sys
from geoalarm.app.claim_port import claim_port, port_of
from geoalarm.app.worker_processes import WorkerProcesses
sockets = claim_port(0, "127.0.0.1")
print(port_of(sockets), flush=True)
sys.exit(WorkerProcesses([sys.executable, "-c", sys.argv[1], str(sockets[0].fileno())], sockets, 2).run())
"""


def test_both_answer_and_both_stop():
    parent = subprocess.Popen([sys.executable, "-c", PARENT, CHILD], stdout=subprocess.PIPE, text=True)
    try:
        port = int(parent.stdout.readline())
        seen: set[int] = set()
        for _ in range(200):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
                seen.add(int(answer.read()))
            if len(seen) == 2:
                break
        assert seen, "nobody answered"
    finally:
        parent.send_signal(signal.SIGTERM)
        assert parent.wait(20) == 0
        parent.stdout.close()
    assert [pid for pid in seen if _is_alive(pid)] == []


def test_a_process_that_cannot_live_is_not_started_for_ever():
    parent = subprocess.run(
        [sys.executable, "-c", PARENT, "raise SystemExit(3)"],
        stdout=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    assert parent.returncode == 3


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
