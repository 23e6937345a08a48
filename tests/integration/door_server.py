"""The pages in a process of their own for the tests of the door: prints, as JSON, its address, the routes it
answers at, and, at each line it is sent, the sessions and connections it holds and its memory.
"""

from __future__ import annotations

import json
import runpy
import sys
import threading
from pathlib import Path

from tornado.routing import PathMatches

from geoalarm.app import server as app_server
from geoalarm.app.web import page_socket
from geoalarm.app.web.guarded_handler import GuardedHandler

MADE_UP = Path(__file__).parents[1] / "made_up.py"


def rules(router) -> list[str]:
    """Patterns of all paths a router knows, those of routers inside it too."""
    found = []
    for rule in router.rules:
        if isinstance(rule.matcher, PathMatches):
            found.append(rule.matcher.regex.pattern)
        elif hasattr(rule.target, "rules"):
            found += rules(rule.target)
    return found


def resident_kb() -> int:
    """Memory of this process [kB]."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def tell(server) -> None:
    """Answer each line of the standard input."""
    for _ in sys.stdin:
        told = {
            "sessions": len(server.get_sessions()),
            "rss_kb": resident_kb(),
            "connections": len(server._http._connections),
        }
        print(json.dumps(told), flush=True)  # noqa: T201


class Broken(GuardedHandler):
    """A page with a fault that nobody thought of."""

    def get(self) -> None:
        """Fail."""
        raise KeyError("a secret of the inside")


if __name__ == "__main__":
    world = runpy.run_path(str(MADE_UP))["shared"]()
    where: list[str] = []
    asked = json.loads(sys.argv[1])
    page_socket.MESSAGES_PER_MINUTE = asked.pop("messages_per_minute", page_socket.MESSAGES_PER_MINUTE)
    options = app_server.ServerOptions(**asked)
    server = app_server.serve(
        0, "localhost", scenario=world, options=options, announce=where.append, start=False
    )
    app = server._tornado
    print(json.dumps({"address": where[0], "routes": rules(app.default_router)}), flush=True)  # noqa: T201
    app.wildcard_router.add_rules([("/broken", Broken, {})])
    threading.Thread(target=tell, args=(server,), daemon=True).start()
    app_server.run_until_stopped(server)
