"""The pages in a process of their own, as readers meet them: ``python server.py made-up`` or ``embedded``;
prints the address.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

from geoalarm.app.server import serve

MADE_UP = Path(__file__).parents[1] / "made_up.py"

if __name__ == "__main__":
    world = runpy.run_path(str(MADE_UP))["shared"]() if sys.argv[1] == "made-up" else None
    serve(0, "localhost", scenario=world, announce=lambda where: print(where, flush=True))  # noqa: T201
