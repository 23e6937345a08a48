"""What a map does in the browser without asking the server: the scripts in ``assets``, read once.

They travel with the page, not with its session: text that came over the websocket would have to be compiled
there, which a page may only do if it may compile any text (``unsafe-eval``).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from bokeh.models import CustomJS

ASSETS: Final = Path(__file__).parent / "assets"
MAP_SCRIPTS: Final = ("gather_states", "nest_outlines", "fit_view", "show_names")


def map_callback(name: str, **args: object) -> CustomJS:
    """A callback of BokehJS that runs one of :data:`MAP_SCRIPTS` with models and numbers as its arguments."""
    assert name in MAP_SCRIPTS
    return CustomJS(args=args, code=name)


@cache
def page_script() -> str:
    """What a page runs once BokehJS is there: its callbacks name a function, and none is compiled of text."""
    parts = [
        (ASSETS / f"{name}.js").read_text(encoding="utf-8") for name in (*MAP_SCRIPTS, "named_callbacks")
    ]
    return "".join(parts).replace("MAP_SCRIPTS", "{" + ", ".join(MAP_SCRIPTS) + "}")
