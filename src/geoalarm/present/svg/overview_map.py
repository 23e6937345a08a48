"""The whole territory on one small map: every commune in the class of its share or the pattern of its state,
a link to each.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np
import shapely
from affine import Affine
from rasterio.features import rasterize
from scipy.ndimage import distance_transform_edt

from geoalarm import i18n
from geoalarm.core.model import Communes
from geoalarm.core.terms import State
from geoalarm.i18n.place_names import names
from geoalarm.present.classes import SHARE_BREAKS, Scale
from geoalarm.present.svg import legend as key
from geoalarm.present.svg.commune_map import Maps
from geoalarm.present.svg.label_placer import STEP, LabelPlacer, Word, nearness
from geoalarm.present.svg.map_labels import short_name
from geoalarm.present.svg.outlines import Outlines, SimplifiedOutlines
from geoalarm.present.svg.svg_markup import (
    lines_path,
    path,
    pattern_fill,
    picture,
    rect,
    rings_path,
    safe_link,
    tag,
    text,
)
from geoalarm.present.svg.svg_style import colour_class
from geoalarm.present.svg.viewport import FINE, Viewport

_MARGIN: Final = 1.02
_COARSE: Final = 1.15
"""The index is drawn with outlines for pixels this many times as large: a third lighter, the same look."""

_TOWNS: Final = 12
"""Largest communes tried for a name on the index."""

Look = tuple[str, str]
"""Class of colour, or empty and a state."""


def overview(
    communes: Communes | Maps,
    values: Mapping[str, str | float],
    *,
    lang: str,
    label: str,
    selected: str | None = None,
    links: Mapping[str, str] | None = None,
    key_title: str = "",
    desc: str = "",
    prefix: str = "",
    width: int = 440,
) -> str:
    """All communes on one map.

    Parameters
    ----------
    communes : Communes or Maps
        Maps keep their simplified outlines.
    values : mapping
        By ``commune_id`` the share of residents exposed [1], or a state (:class:`geoalarm.core.terms.State`);
        a share of 0 is ``zero``, a commune without a value is outside coverage.
    selected : str, optional
        ``commune_id`` to outline.
    links : mapping, optional
        Relative or http(s) address by ``commune_id``. The links are for the pointer and are no tab stops: put
        a list or a search beside the map. With links the picture is a group, else an image.
    """
    ground = communes.ground if isinstance(communes, Maps) else Outlines(communes)
    view = _view(ground, float(width))
    scale = Scale("people", SHARE_BREAKS, is_share=True)
    looks = [_look(values.get(commune_id, str(State.OUTSIDE_COVERAGE)), scale) for commune_id in ground.ids]
    level = ground.level(_COARSE * view.metres)
    shapes = view.pixels(level.shapes, clip=False)
    if links:
        called = {str(commune_id): str(name) for commune_id, name in names(ground.communes, lang).items()}
        inner = _linked(ground, view, level, looks, links, called)
    else:
        inner = _plain(shapes, looks)
    border = view.pixels(np.array([level.border]), clip=False)
    chosen = [] if selected is None else [shapes[ground.row(selected)]]
    entries = _entries(looks, scale, lang, has_border=not border[0].is_empty)
    head, top = key.drawn(entries, float(width), title=key_title or i18n.text("explorer.key_share", lang))
    lines = path(lines_path(border, factor=FINE), "ga-border-over")
    lines += path(rings_path(chosen, factor=FINE), "ga-here-case") + path(
        rings_path(chosen, factor=FINE), "ga-here"
    )
    drawn = rect(0, 0, view.width, view.height, "ga-beyond") + key.fine(
        f'<g class="ga-over">{inner}</g>{lines}'
    )
    drawn += _words(ground, view, shapes, lang)
    body = head + tag("g", drawn, {"transform": f"translate(0 {top + 4:g})"})
    said = desc or "; ".join(entry.label for entry in entries)
    role = "group" if links else "img"
    return picture(
        body,
        (view.width, view.height + top + 4),
        label=label,
        desc=said,
        kind="overview",
        prefix=prefix,
        role=role,
    )


def _view(ground: Outlines, width: float) -> Viewport:
    west, south = (float(ground.bounds[:, side].min()) for side in (0, 1))
    east, north = (float(ground.bounds[:, side].max()) for side in (2, 3))
    half = (east - west) * _MARGIN / 2, (north - south) * _MARGIN / 2
    x, y = (west + east) / 2, (south + north) / 2
    return Viewport(
        (x - half[0], y - half[1], x + half[0], y + half[1]), width, round(width * half[1] / half[0])
    )


def _look(value: str | float, scale: Scale) -> Look:
    """How a commune is drawn; a number that is none is not studied, never white."""
    if isinstance(value, str):
        return "", value if value in set(State) - {State.EXPOSED} else str(State.NOT_STUDIED)
    if math.isnan(value):
        return "", str(State.NOT_STUDIED)
    position = int(scale.index([value])[0])
    return (
        ("", str(State.ZERO))
        if position < 0
        else (colour_class(scale.palette, position, len(scale.breaks) + 1), "")
    )


def _words(ground: Outlines, view: Viewport, shapes: np.ndarray, lang: str) -> str:
    """Countries beside their communes, and the largest towns."""
    plate = LabelPlacer(view.width, view.height)
    shape = plate.taken.shape
    cells = Affine(STEP, 0, 0, 0, STEP, 0)
    lands = sorted(set(ground.countries) - {""})
    owner = rasterize(
        [
            (outline, lands.index(land) + 1)
            for outline, land in zip(shapes, ground.countries, strict=True)
            if land and not outline.is_empty
        ],
        out_shape=shape,
        transform=cells,
        dtype="uint8",
    )
    for position, land in enumerate(lands, start=1):
        if (owner == position).any() and len(lands) > 1:
            away = distance_transform_edt(owner != position)
            others = distance_transform_edt(~((owner > 0) & (owner != position)))
            word = Word((i18n.term("country", land, lang),), "hc", 13, bold=True, spaced=1.12)
            plate.put(word, -np.abs(away - 7) + 0.04 * np.minimum(others, 60), own=owner == 0, least=0.999)
    for row in _largest(ground):
        x, y = (float(side) for side in shapely.get_coordinates(shapely.point_on_surface(shapes[row]))[0])
        name = names(ground.communes.only([key == ground.ids[row] for key in ground.ids]), lang).iloc[0]
        close = nearness(shape, y / STEP, x / STEP)
        plate.put(Word((short_name(str(name)),), "hs", 11), close, own=close > 0.45, least=0.5)
    return "".join(plate.parts)


def _largest(ground: Outlines) -> list[int]:
    """Rows of the communes with most people, the largest first."""
    frame = ground.communes.data
    if "population" not in frame.columns or len(frame) < 3 * _TOWNS:
        return []
    people = frame["population"].fillna(0).to_numpy(dtype="float64")
    return [int(row) for row in np.argsort(-people, kind="stable")[:_TOWNS]]


def _attributes(look: Look) -> dict[str, object]:
    return {"class": look[0]} if look[0] else {"fill": pattern_fill(look[1], "o")}


def _plain(shapes: np.ndarray, looks: list[Look]) -> str:
    """One path a class or state."""
    return "".join(
        tag("path", attributes={"d": rings_path(shapes[rows], factor=FINE), **_attributes(look)})
        for look, rows in _rows_of(looks)
    )


def _linked(
    ground: Outlines,
    view: Viewport,
    level: SimplifiedOutlines,
    looks: list[Look],
    links: Mapping[str, str],
    called: Mapping[str, str],
) -> str:
    """The ground of each look as one shape, and above it a clear path in a link for each commune.

    A pattern is then painted once a look: printers write it out again for every shape that has it.
    """
    parts = []
    for look, rows in _rows_of(looks):
        whole = view.pixels(np.array([ground.union(level.shapes[rows])]), clip=False)
        parts.append(tag("path", attributes={"d": rings_path(whole, factor=FINE), **_attributes(look)}))
    parts.append('<g class="ga-clear">')
    for commune_id, shape in zip(ground.ids, view.pixels(level.shapes, clip=False), strict=True):
        drawn = path(rings_path([shape], factor=FINE))
        if commune_id in links and drawn:
            address = text(safe_link(links[commune_id]))
            drawn = f'<a href="{address}" tabindex="-1"><title>{text(called[commune_id])}</title>{drawn}</a>'
        parts.append(drawn)
    return "".join([*parts, "</g>"])


def _rows_of(looks: list[Look]) -> list[tuple[Look, list[int]]]:
    groups: dict[Look, list[int]] = {}
    for row, look in enumerate(looks):
        groups.setdefault(look, []).append(row)
    return sorted(groups.items())


def _entries(looks: list[Look], scale: Scale, lang: str, *, has_border: bool) -> list[key.LegendEntry]:
    classes = [
        key.colour(name, colour_class(scale.palette, position, len(scale.breaks) + 1))
        for position, name in enumerate(scale.labels(lang))
    ]
    present = {state for _, state in looks if state}
    states = [
        key.state(
            i18n.text("figure.zero", lang) if state == State.ZERO else i18n.term("state", state, lang), state
        )
        for state in State
        if state in present
    ]
    return [
        *classes,
        *states,
        *([key.line(i18n.text("figure.border", lang), "ga-border-over")] if has_border else []),
    ]
