"""Words of a commune map: the commune, countries, states, rings, sites, neighbours, where there is room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Protocol

import numpy as np
from scipy.ndimage import distance_transform_edt

from geoalarm import i18n
from geoalarm.present.svg.draw import site_sign
from geoalarm.present.svg.hazard_layer import ZoneLayer
from geoalarm.present.svg.label_placer import STEP, LabelPlacer, Word, nearness
from geoalarm.present.svg.map_features import Scene
from geoalarm.present.svg.text_metrics import width, wrapped

MOST_NAMES: Final = 14
"""Neighbours named on one map."""

_SHORT: Final = 10
"""A class of zones is named on its line by its own label up to this many letters."""


class SitePoint(Protocol):
    """A site on the map."""

    @property
    def name(self) -> str:
        """As printed."""
        ...

    @property
    def lon(self) -> float:
        """Longitude [degrees east]."""
        ...

    @property
    def lat(self) -> float:
        """Latitude [degrees north]."""
        ...


def written(
    scene: Scene, plate: LabelPlacer, names: Mapping[str, str], sites: Iterable[SitePoint], lang: str
) -> str:
    """All words of a map and the signs of sites, the most needed first."""
    shown = [(site.name, *scene.view.place(*scene.ground.point(site.lon, site.lat))) for site in sites]
    shown = [site for site in shown if scene.view.holds(site[1], site[2], margin=4)]
    for _, x, y in shown:
        plate.take(x - 7, y - 7, 14, 14)
    dull = 1.0 - 0.45 * scene.danger - 0.35 * scene.edges
    _name_here(scene, plate, names, dull)
    _name_countries(scene, plate, lang)
    _name_rings(scene, plate)
    _name_states(scene, plate, lang)
    for name, x, y in shown:
        _name_site(scene, plate, name, (x, y))
    _name_neighbours(scene, plate, names, dull)
    return "".join([*(site_sign(x, y) for _, x, y in shown), *plate.parts])


def short_name(name: str) -> str:
    """The name without the local one behind it: ``Doornik`` of ``Doornik (Tournai)``."""
    return name.partition(" (")[0]


def _name_here(scene: Scene, plate: LabelPlacer, names: Mapping[str, str], dull: np.ndarray) -> None:
    key = scene.ground.ids[scene.here]
    name = names.get(key, key)
    mine = scene.owner == int(np.flatnonzero(scene.rows == scene.here)[0])
    middle = _middle(mine)
    wish = dull + 0.6 * nearness(scene.shape, *middle) + 0.5 * mine
    for said in dict.fromkeys((name, short_name(name))):
        for lines in ((said,), tuple(wrapped(said, 110, 13, bold=True))):
            word = Word(lines, "hb", 13, bold=True)
            if plate.put(word, wish, own=mine, least=0.75):
                return
    plate.put(Word(tuple(wrapped(short_name(name), 150, 13, bold=True)), "hb", 13, bold=True), wish + mine)


def _name_countries(scene: Scene, plate: LabelPlacer, lang: str) -> None:
    if not scene.has_border or len(scene.countries) < 2:
        return
    from_border = distance_transform_edt(~(scene.edges & _border_cells(scene))) * STEP
    lands = scene.ground.countries[scene.rows]
    for country in scene.countries:
        mine = np.isin(scene.owner, np.flatnonzero(lands == country))
        word = Word((i18n.term("country", country, lang),), "hc", 13, bold=True, spaced=1.12)
        wish = -np.abs(from_border - 24) / 60 - 0.3 * scene.danger
        plate.put(word, wish, own=mine, least=0.95)


def _border_cells(scene: Scene) -> np.ndarray:
    lands = np.array([*scene.ground.countries[scene.rows], ""], dtype=object)
    land = np.unique(lands, return_inverse=True)[1][scene.owner]
    found = np.zeros(scene.shape, dtype=bool)
    found[:, 1:] |= land[:, 1:] != land[:, :-1]
    found[1:, :] |= land[1:, :] != land[:-1, :]
    near = distance_transform_edt(~found) <= 2 if found.any() else found
    return np.asarray(near)


def _name_rings(scene: Scene, plate: LabelPlacer) -> None:
    layer = scene.layer
    if not isinstance(layer, ZoneLayer):
        return
    for position, zone in reversed(scene.zones):
        label = layer.labels[position]
        line = scene.line_cells(zone)
        if len(label) > _SHORT or not line.any():
            continue
        rows = np.arange(scene.shape[0])[:, None]
        word = Word((label,), "hs", 11)
        high = int(np.ceil(word.box[1] / STEP))
        centred = np.roll(line, -(high // 2), axis=0) if high > 1 else line
        plate.put(word, line + 0.5 * centred - 0.004 * rows, own=line, least=0.2)


def _name_states(scene: Scene, plate: LabelPlacer, lang: str) -> None:
    for state in scene.silent:
        mine = np.isin(scene.owner, np.flatnonzero(scene.state_of_rows == state))
        if not mine.any():
            continue
        wish = nearness(scene.shape, *_middle(mine))
        plate.put(Word((i18n.term("state", state, lang),), "hs", 11), wish, own=mine, least=0.95)


def _name_site(scene: Scene, plate: LabelPlacer, name: str, at: tuple[float, float]) -> None:
    lines = tuple(wrapped(name, 110, 11))
    wish = nearness(scene.shape, at[1] / STEP, at[0] / STEP)
    close = (
        np.hypot(np.arange(scene.shape[0])[:, None] - at[1] / STEP, np.arange(scene.shape[1]) - at[0] / STEP)
        < 34
    )
    plate.put(Word(lines, "hs", 11), wish, own=close, least=0.6)


def _name_neighbours(scene: Scene, plate: LabelPlacer, names: Mapping[str, str], dull: np.ndarray) -> None:
    count = np.bincount(scene.owner[scene.owner >= 0], minlength=len(scene.rows))
    named = 0
    for index in np.argsort(-count, kind="stable"):
        if scene.rows[index] == scene.here or count[index] * STEP * STEP < 500 or named >= MOST_NAMES:
            continue
        key = scene.ground.ids[scene.rows[index]]
        name = names.get(key, key)
        mine = scene.owner == index
        wish = dull + 0.4 * nearness(scene.shape, *_middle(mine)) + 0.3 * mine
        named += any(plate.put(word, wish, own=mine, least=least) for word, least in _ways(name))


def _ways(name: str) -> list[tuple[Word, float]]:
    """Ways to write a name, the best first: whole, on two lines, without the local name."""
    whole, short = Word((name,), "h", 12), short_name(name)
    ways = [(whole, 0.9)]
    if width(name) > 80:
        ways.append((Word(tuple(wrapped(name, 90)), "h", 12), 0.8))
    return [*ways, (Word((short,), "h", 12), 0.72)]


def _middle(mine: np.ndarray) -> tuple[float, float]:
    """Mean cell of a ground."""
    rows, columns = np.nonzero(mine)
    return (
        (float(rows.mean()), float(columns.mean())) if len(rows) else (mine.shape[0] / 2, mine.shape[1] / 2)
    )
