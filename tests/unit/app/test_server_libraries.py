"""The server starts and builds its pages without the libraries of the notebooks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CODE = """
import runpy, sys

NOTEBOOKS = ("holoviews", "geoviews", "hvplot", "cartopy", "IPython", "ipykernel")

class NotInstalled:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in NOTEBOOKS:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, NotInstalled())
import geoalarm.cli, geoalarm.report.batch, geoalarm.schedule.service
from geoalarm.app import server
from geoalarm.app.explorer import build_explorer

server.configure()
page = build_explorer.explorer(world=runpy.run_path(sys.argv[1])["shared"]())
kinds = {type(model).__name__ for model in page.get_root().references()}
print({"figure", "MultiPolygons"} <= kinds, [name for name in NOTEBOOKS if name in sys.modules])
"""


def test_the_explorer_is_built_without_the_libraries_of_the_notebooks(root: Path) -> None:
    made_up = root / "tests" / "made_up.py"
    told = subprocess.run(
        [sys.executable, "-c", CODE, str(made_up)], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr[-3000:]
    assert told.stdout.strip() == "True []"
