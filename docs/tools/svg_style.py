"""How the figures of the documentation look, and a figure of matplotlib as SVG: the same one gives the same
bytes.
"""

from __future__ import annotations

import io
import re
from contextlib import AbstractContextManager
from html import escape
from typing import Any, Final

import matplotlib as mpl
from matplotlib.figure import Figure

INK: Final = "#16202B"
GREY: Final = "#5A6570"
GRID: Final = "#DDE2E6"
COLOURS: Final = ("#1F6FA8", "#C2571A", "#3C7D3C", "#7A4FA3", "#7A7A7A", "#B5261E")
_STYLE: Final[dict[Any, Any]] = {
    "svg.hashsalt": "geoalarm",  # ids are the same every time
    "svg.fonttype": "none",  # text stays text
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "path.simplify": True,
    "path.simplify_threshold": 0.2,
}

_PLACES: Final = re.compile(r'(?<= )(d|x|y|width|height|transform)="([^"]*)"')
_NO_TURN: Final = re.compile(r' transform="rotate\(-?0 [^"]*"')
_LONG: Final = re.compile(r"-?\d+\.\d{3,}")


def figure_style() -> AbstractContextManager[None]:
    """The settings of matplotlib under which a figure of the documentation is made and written."""
    return mpl.rc_context(_STYLE)


def svg_text(figure: Figure, *, title: str, words: str) -> str:
    """A figure as SVG that stands alone, with its title and what it shows in words.

    Places are kept to a hundredth of a point: smaller, and the same whatever the last digit of a machine.
    """
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    svg = drawn.getvalue()
    opening, rest = re.split(r"(?<=>)\n", svg[svg.index("<svg") :], maxsplit=1)
    about = f" <title>{escape(title)}</title>\n <desc>{escape(words)}</desc>"
    whole = "\n".join([opening.replace("<svg ", '<svg role="img" ', 1), about, rest])
    return _PLACES.sub(lambda found: f'{found[1]}="{_LONG.sub(_short, found[2])}"', _NO_TURN.sub("", whole))


def _short(number: re.Match[str]) -> str:
    return f"{round(float(number[0]), 2) + 0.0:g}"
