"""The stylesheet and the patterns of all pictures: classes to the colours of :mod:`geoalarm.present.palette`,
light, dark and print.

A class of colour is ``ga-<scale>-<n>`` for the n-th colour of the scale from low (1), or
``ga-<scale>-<count>-<n>`` where a layer has more classes than the scale has colours.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from geoalarm.core.terms import State
from geoalarm.present.hazard_styles import palettes
from geoalarm.present.palette import INTERFACE, PATTERNS, SCALES, Theme, colour_step, colours
from geoalarm.present.svg.viewport import FINE

MOST_CLASSES: Final = 7
"""Colours of one layer; where it has more classes, neighbours share one."""

FONT: Final = 'system-ui,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",Arial,sans-serif'
TILE: Final = 8
"""Side of the tile of a pattern [px]."""

_LAND: Final = {"light": ("#FFFFFF", "#E3E8EC"), "dark": ("#1B232C", "#0A0E13")}
"""Ground of the communes, and of what lies beyond them (sea, other land), by theme."""


def colour_class(scale: str, position: int, count: int) -> str:
    """The class of the colour of class ``position`` (from 0) of ``count``: the colour that
    ``palette.colours`` gives it.

    Examples
    --------
    >>> colour_class("depth", 0, 4), colour_class("effects", 0, 1)
    ('ga-depth-1', 'ga-effects-2')
    """
    count, position = _bounded(count, position)
    if count > len(SCALES[scale]["light"]):
        return f"ga-{scale}-{count}-{position + 1}"
    return f"ga-{scale}-{colour_step(scale, position, count) + 1}"


@lru_cache(maxsize=1)
def styles() -> str:
    """The stylesheet, to be put once in a page. Print and pages without a choice are light; it touches
    nothing outside ``.ga``.
    """
    dark = _variables("dark")
    return "\n".join(
        [
            f".ga{{{_variables('light')};color:var(--ga-ink);font-family:{FONT};max-width:100%;height:auto;display:block}}",
            f'@media screen and (prefers-color-scheme:dark){{:root:not([data-theme="light"]) .ga{{{dark}}}}}',
            f'@media screen{{[data-theme="dark"] .ga{{{dark}}}}}',
            *_rules(),
            *_colour_rules(),
        ]
    )


@lru_cache(maxsize=1)
def patterns() -> str:
    """One hidden ``<svg>`` with the pattern of every state, to be put once in a page, before the pictures."""
    marks = {
        State.ZERO: '<circle class="ga-pl" cx="4" cy="4" r="2"/>',
        State.NOT_STUDIED: '<path class="ga-pl" d="M-2 2L2-2M0 8L8 0M6 10L10 6"/>',
        State.OUTSIDE_COVERAGE: '<path class="ga-pl" d="M0 0L8 8M0 8L8 0"/>',
        State.SUPPRESSED: (
            '<circle class="ga-pd" cx="2" cy="2" r="1.1"/><circle class="ga-pd" cx="6" cy="6" r="1.1"/>'
        ),
    }
    tiles = "".join(
        f'<pattern id="ga-p-{state}" width="{TILE}" height="{TILE}" patternUnits="userSpaceOnUse">'
        f'<rect class="ga-pg-{state}" width="{TILE}" height="{TILE}"/>{mark}</pattern>'
        for state, mark in marks.items()
    )
    tiles += "".join(
        f'<pattern id="ga-{name}-{state}" href="#ga-p-{state}" patternTransform="scale({scale:g})"/>'
        for name, scale in (("q", FINE), ("o", FINE * 0.55))
        for state in marks
    )
    head = (
        '<svg xmlns="http://www.w3.org/2000/svg" class="ga ga-defs" width="0" height="0" '
        'aria-hidden="true" focusable="false">'
    )
    return f"{head}<defs>{tiles}</defs></svg>"


def _bounded(count: int, position: int) -> tuple[int, int]:
    if count <= MOST_CLASSES:
        return max(count, 1), position
    return MOST_CLASSES, position * MOST_CLASSES // count


def _variables(theme: Theme) -> str:
    face = INTERFACE[theme]
    land, beyond = _LAND[theme]
    named = {
        "paper": face.paper,
        "ink": face.ink,
        "muted": face.muted,
        "link": face.link,
        "outline": face.outline,
        "casing": face.casing,
        "band": face.band,
        "band-ink": face.band_ink,
        "land": land,
        "beyond": beyond,
        "hatch": PATTERNS[theme][State.ZERO].ink,
        **{f"g-{state}": pattern.ground for state, pattern in PATTERNS[theme].items()},
        **dict(_scale_colours(theme)),
    }
    return ";".join(f"--ga-{name}:{colour}" for name, colour in named.items())


def _scale_colours(theme: Theme) -> list[tuple[str, str]]:
    """Name and colour of every class of every scale."""
    out = []
    for name, class_count, position in _every_class():
        colour = colours(name, theme, count=class_count)[position]
        out.append((_short(name, class_count, position), colour))
    return out


def _every_class() -> list[tuple[str, int, int]]:
    counts = {name: [len(scale["light"])] for name, scale in SCALES.items()}
    for name in palettes():
        counts[name] += range(counts[name][0] + 1, MOST_CLASSES + 1)
    return [
        (name, count, position)
        for name, many in counts.items()
        for count in many
        for position in range(count)
    ]


def _short(scale: str, count: int, position: int) -> str:
    return colour_class(scale, position, count).removeprefix("ga-")


def _colour_rules() -> list[str]:
    names = [_short(*key) for key in _every_class()]
    return [f".ga .ga-{name}{{fill:var(--ga-{name})}}" for name in names] + [
        f".ga .ga-line-{name}{{stroke:var(--ga-{name})}}"
        for name in names
        if name.startswith(("effects", "people"))
    ]


def _px(width: float) -> str:
    """Pixels in the quarter pixels of map paths."""
    return f"{width * FINE:g}px"


def _rules() -> list[str]:
    halo = (
        "stroke:var(--ga-casing);stroke-width:3px;stroke-linejoin:miter;"
        "stroke-miterlimit:2;paint-order:stroke"
    )
    rules = {
        ".ga-defs": "position:absolute;width:0;height:0",
        ".ga text": "pointer-events:none;fill:var(--ga-ink);font-size:12px;font-weight:400",
        ".ga .ga-b": "font-weight:700",
        ".ga .ga-m": "fill:var(--ga-muted);font-size:11px",
        ".ga .ga-s": "font-size:11px",
        ".ga .ga-sb": "font-size:11px;font-weight:700",
        ".ga .ga-hn": f"font-weight:700;{halo}",
        ".ga .ga-h": halo,
        ".ga .ga-hb": f"font-weight:700;font-size:13px;{halo}",
        ".ga .ga-hs": f"font-size:11px;{halo}",
        ".ga .ga-hc": f"font-size:13px;font-style:italic;font-weight:600;letter-spacing:.08em;{halo}",
    }
    return _written(rules | _map_rules() | _chart_rules())


def _map_rules() -> dict[str, str]:
    """Grounds, outlines, the border, zones and sites."""
    dash = f"{_px(9)} {_px(3)} {_px(2)} {_px(3)}"
    return {
        ".ga .ga-band": "fill:var(--ga-band);stroke:var(--ga-band-ink);stroke-width:.6px",
        ".ga .ga-bt": "fill:var(--ga-band-ink);font-weight:700;font-size:12px",
        ".ga .ga-beyond": "fill:var(--ga-beyond)",
        ".ga .ga-land": "fill:var(--ga-land)",
        ".ga .ga-plate": "fill:var(--ga-paper)",
        ".ga .ga-see": "fill-opacity:.82",
        ".ga .ga-edge": f"fill:none;stroke:var(--ga-outline);stroke-width:{_px(0.7)};stroke-linejoin:round",
        ".ga .ga-rough": f"fill:none;stroke:var(--ga-outline);stroke-width:{_px(0.9)};"
        f"stroke-dasharray:{_px(3)} {_px(2.2)}",
        ".ga .ga-swatch": "stroke:var(--ga-outline);stroke-width:.7px",
        ".ga .ga-cells": "stroke:var(--ga-outline);stroke-opacity:.45",
        ".ga .ga-frame": "fill:none;stroke:var(--ga-outline);stroke-width:1px",
        ".ga .ga-border-case": f"fill:none;stroke:var(--ga-casing);stroke-width:{_px(5)};"
        "stroke-opacity:.75;stroke-linejoin:round",
        ".ga .ga-border": f"fill:none;stroke:var(--ga-ink);stroke-width:{_px(2.4)};"
        f"stroke-dasharray:{dash};stroke-linejoin:round",
        ".ga .ga-over": f"stroke:var(--ga-outline);stroke-width:{_px(0.35)};stroke-linejoin:round",
        ".ga .ga-clear path": "fill-opacity:0",
        ".ga .ga-border-over": f"fill:none;stroke:var(--ga-ink);stroke-width:{_px(1.5)};"
        "stroke-linejoin:round",
        ".ga .ga-here-case": f"fill:none;stroke:var(--ga-casing);stroke-width:{_px(5.5)};"
        "stroke-linejoin:round",
        ".ga .ga-here": f"fill:none;stroke:var(--ga-link);stroke-width:{_px(2.6)};stroke-linejoin:round",
        ".ga .ga-here-rough": f"fill:none;stroke:var(--ga-link);stroke-width:{_px(2.6)};"
        f"stroke-dasharray:{_px(7)} {_px(3.5)}",
        ".ga .ga-ring-case": f"fill:none;stroke:var(--ga-casing);stroke-width:{_px(6)};stroke-linejoin:round",
        ".ga .ga-ring": f"fill:none;stroke-width:{_px(2.4)};stroke-linejoin:round",
        ".ga .ga-dash-dotted": f"stroke-dasharray:{_px(0.1)} {_px(4)};stroke-linecap:round",
        ".ga .ga-dash-dashed": f"stroke-dasharray:{_px(8)} {_px(4)}",
        ".ga .ga-veil": "fill-opacity:.13",
        ".ga .ga-site": "fill:var(--ga-ink);stroke:var(--ga-casing);stroke-width:1.6px",
        ".ga .ga-ink": "fill:none;stroke:var(--ga-ink);stroke-width:1.5px",
        ".ga .ga-solid": "fill:var(--ga-ink)",
    }


def _chart_rules() -> dict[str, str]:
    """Axes, curves, dots and the patterns of states."""
    return {
        ".ga .ga-axis": "fill:none;stroke:var(--ga-outline);stroke-width:1px",
        ".ga .ga-grid": "fill:none;stroke:var(--ga-outline);stroke-width:.6px;stroke-opacity:.45",
        ".ga .ga-reach": "fill:var(--ga-people-4);fill-opacity:.25",
        ".ga .ga-curve": "fill:none;stroke:var(--ga-people-4);stroke-width:2px",
        ".ga .ga-point": "fill:var(--ga-people-4);stroke:var(--ga-casing);stroke-width:1.2px",
        ".ga .ga-dot": "fill:var(--ga-paper);stroke:var(--ga-ink);stroke-width:1.6px",
        ".ga .ga-dot-here": "fill:var(--ga-link);stroke:var(--ga-casing);stroke-width:1px",
        ".ga .ga-span": "fill:none;stroke:var(--ga-muted);stroke-width:3px;stroke-opacity:.55",
        ".ga .ga-span-here": "fill:none;stroke:var(--ga-link);stroke-width:4px;stroke-opacity:.55",
        ".ga .ga-row-here": "fill:var(--ga-beyond)",
        ".ga .ga-pl": "fill:none;stroke:var(--ga-hatch);stroke-width:1.1px",
        ".ga .ga-pd": "fill:var(--ga-hatch)",
        ".ga .ga-over a:hover path,.ga .ga-over a:focus path": f"stroke:var(--ga-ink);stroke-width:{_px(2)}",
        **{f".ga .ga-pg-{state}": f"fill:var(--ga-g-{state})" for state in PATTERNS["light"]},
    }


def _written(rules: dict[str, str]) -> list[str]:
    return [f"{selector}{{{body}}}" for selector, body in rules.items()]
