"""The colours and patterns of the house, light and dark, from low to high. A test recomputes what
is claimed of them.

Unknown is never white and never a colour of a scale: the pattern is the symbol.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.terms import State

Theme = Literal["light", "dark"]
THEMES: Final[tuple[Theme, ...]] = ("light", "dark")


def _hex(colours: str) -> tuple[str, ...]:
    return tuple(f"#{colour}" for colour in colours.split())


SCALES: Final[Mapping[str, Mapping[Theme, tuple[str, ...]]]] = {
    "people": {
        "light": _hex("FFF4D9 FFD28A EC9450 C84A32 96242D 561030"),
        "dark": _hex("20173B 633A47 A84343 DF7050 FFC05A FFECD6"),
    },
    "depth": {
        "light": _hex("DCEBF7 A3C9E8 5F9ED6 2A6DB3 0B3A75"),
        "dark": _hex("143C66 1F5F9E 428DCE 88BCE9 D6EAFB"),
    },
    "landslide": {
        "light": _hex("F5EFE3 DCC9A3 BB9A62 8A6434 503413"),
        "dark": _hex("3D2C19 6B4A24 A88049 D0B07C F4E7CC"),
    },
    "minutes": {
        "light": _hex("FFFDD3 C0DF98 85C49C 4FA3A6 43789E 4A4688 33194D"),
        "dark": _hex("33194D 4A4688 43789E 4FA3A6 85C49C C0DF98 FFFDD3"),
    },
    "gain": {
        "light": _hex("ECFAE5 9CD0D3 51A093 19746E 123E49"),
        "dark": _hex("143A36 1F6258 3E9686 7FC6B7 CDEBE4"),
    },
    "difference": {
        "light": _hex("4B2E83 A79BCB F4F4F4 F6B26B B45309"),
        "dark": _hex("B9A5F0 6E5CA8 2A313A A8662A FFB968"),
    },
    "strength": {
        "light": _hex("F4ECFC F7B1C7 DF7AB5 B2499A 76277C 360C49"),
        "dark": _hex("2A1B2D 5C1970 97499B C670AA E9B0D0 FFF0E8"),
    },
    "effects": {"light": _hex("A58A00 B8430F 520A2C"), "dark": _hex("FFF3C4 F5A742 D9567A")},
}
"""Ordered colours by what they show; ``effects`` are the lines of SEI, SEL, SELS, ``strength`` the field they
are drawn in.
"""

RISK_BY_COVERAGE: Final = (
    _hex("EEF3EA FEDB81 DB7600"),
    _hex("9FD9FF 9DA19B 864913"),
    _hex("508EC5 2B5780 1A0F14"),
)
"""Rows from fast to slow help, columns from few to many people; on a light plate in both themes."""

EFFECT_DASHES: Final[Mapping[str, str]] = {"SEI": "dotted", "SEL": "dashed", "SELS": "solid"}
"""Line style of each effect, so that colour is not alone."""


@dataclass(frozen=True, slots=True)
class Surface:
    """Grounds of a page: the page itself, a card, the line round it, the bar at the top."""

    ground: str
    card: str
    line: str
    bar: str


SURFACES: Final[Mapping[Theme, Surface]] = {
    "light": Surface("#F4F6F8", "#FFFFFF", "#D5DCE2", "#0F2A43"),
    "dark": Surface("#0C1116", "#12181F", "#2E3843", "#0B1B2B"),
}
"""Grounds of every page, served or written as a file."""


@dataclass(frozen=True, slots=True)
class Interface:
    """Colours of a page and of a printed figure."""

    paper: str
    ink: str
    muted: str
    link: str
    error: str
    band_ink: str
    band: str
    outline: str
    casing: str


INTERFACE: Final[Mapping[Theme, Interface]] = {
    "light": Interface(
        "#FFFFFF", "#16202B", "#4A5662", "#0B5394", "#9C1C1C", "#3D2B00", "#FFF1CC", "#6B7680", "#FFFFFF"
    ),
    "dark": Interface(
        "#12181F", "#F2F5F7", "#B4C0CB", "#8CC4FF", "#FFA3A3", "#FFE3A3", "#3A2E0B", "#84909B", "#12181F"
    ),
}


@dataclass(frozen=True, slots=True)
class Pattern:
    """How a state without a number is drawn: a hatch in ``ink`` on ``ground``."""

    bokeh: str
    matplotlib: str
    ground: str
    ink: str


def _patterns(zero_ground: str, ground: str, ink: str) -> dict[str, Pattern]:
    return {
        State.ZERO: Pattern("ring", "o", zero_ground, ink),
        State.NOT_STUDIED: Pattern("right_diagonal_line", "//", ground, ink),
        State.OUTSIDE_COVERAGE: Pattern("diagonal_cross", "xx", ground, ink),
        State.SUPPRESSED: Pattern("dot", ".", ground, ink),
    }


PATTERNS: Final[Mapping[Theme, Mapping[str, Pattern]]] = {
    "light": _patterns("#DDE2E6", "#F1F3F5", "#59646E"),
    "dark": _patterns("#2B343D", "#1E262E", "#A9B4BE"),
}
"""Pattern of every state that carries no colour of a scale, by theme."""


def colours(scale: str, theme: Theme = "light", *, count: int | None = None) -> tuple[str, ...]:
    """Colours of a scale, low to high.

    Parameters
    ----------
    scale : str
        A key of :data:`SCALES`.
    count : int, optional
        Number of classes: fewer than the scale has are picked evenly, both ends kept; more are mixed between
        neighbours.

    Raises
    ------
    InputError
        If the scale is not known, or ``count`` is below 1.
    """
    if scale not in SCALES:
        raise InputError(
            "colour scale", got=scale, expected="a scale of the house", hint=near_miss(scale, SCALES)
        )
    full = SCALES[scale][theme]
    if count is None or count == len(full):
        return full
    if count < 1:
        raise InputError("colour scale", got=f"{count} classes", expected="at least one")
    if count < len(full):
        return tuple(full[colour_step(scale, position, count)] for position in range(count))
    places = [position * (len(full) - 1) / (count - 1) for position in range(count)]
    return tuple(
        _mix(full[int(place)], full[min(int(place) + 1, len(full) - 1)], place % 1) for place in places
    )


def colour_step(scale: str, position: int, count: int) -> int:
    """Place of a class of ``count`` among the colours of a scale, from 0, as :func:`colours` picks it; the
    nearest where there are more classes than colours.

    Examples
    --------
    >>> [colour_step("depth", position, 3) for position in range(3)], colour_step("effects", 0, 1)
    ([0, 2, 4], 1)
    """
    size = len(SCALES[scale]["light"])
    return size // 2 if count == 1 else int(position * (size - 1) / (count - 1) + 0.5)


def text_on(ground: str) -> str:
    """Ink or white, the more readable on a ground."""
    return max((INTERFACE["light"].ink, "#FFFFFF"), key=lambda text: contrast(text, ground))


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.1, relative luminance)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def rgb(colour: str) -> tuple[float, float, float]:
    """Red, green and blue of ``#RRGGBB``, 0 to 1."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red / 255, green / 255, blue / 255


def _luminance(colour: str) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _mix(one: str, other: str, share: float) -> str:
    mixed = (round(255 * (a + (b - a) * share)) for a, b in zip(rgb(one), rgb(other), strict=True))
    return "#" + "".join(f"{part:02X}" for part in mixed)
