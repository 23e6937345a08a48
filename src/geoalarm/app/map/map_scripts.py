"""What a map does in the browser without asking the server: the scripts in ``assets``, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

ASSETS: Final = Path(__file__).parent / "assets"


@cache
def map_script(name: str) -> str:
    """The script of this name, as Bokeh's ``CustomJS`` takes it."""
    return (ASSETS / f"{name}.js").read_text(encoding="utf-8")
