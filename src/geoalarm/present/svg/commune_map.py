"""The map of a commune: its hazard, its neighbours on both sides of the border, what is not known."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from geoalarm import i18n
from geoalarm.core.model import Communes, Footprint
from geoalarm.present.classes import class_label
from geoalarm.present.hazard_styles import legend_title
from geoalarm.present.svg import draw as paint
from geoalarm.present.svg import legend as key
from geoalarm.present.svg.hazard_layer import MapLayer, RasterLayer, ZoneLayer, is_example, prepare
from geoalarm.present.svg.label_placer import LabelPlacer
from geoalarm.present.svg.map_features import Scene, states_of
from geoalarm.present.svg.map_labels import SitePoint, written
from geoalarm.present.svg.outlines import Outlines
from geoalarm.present.svg.svg_markup import picture, rect, tag, words_at
from geoalarm.present.svg.text_metrics import width as width_of
from geoalarm.present.svg.viewport import view_round

LAYERS: Final = 12
"""Prepared layers kept in memory."""

_MARGIN_M: Final = 20_000.0
_SOME: Final = 0.03
"""Share of a map from which the ground beyond the communes has a line in the key."""


class Maps:
    """Maps of the communes of a territory, in EPSG:3035 (outside Europe: an equal-area system round them).

    Outlines are simplified and indexed once; a hazard layer is clipped, classed and, where it must be,
    reprojected once, and kept. The same arguments give the same bytes.

    Parameters
    ----------
    communes : Communes
        All communes that maps may show.
    cache : pathlib.Path, optional
        Folder where simplified outlines are kept.

    Examples
    --------
    >>> from geoalarm import testing
    >>> world = testing.world()
    >>> words = {"lang": "en", "names": {}, "label": "Flood"}
    >>> drawn = Maps(world.communes).commune("FR:00002", footprint=world.flood[100.0], totals=None, **words)
    >>> drawn.startswith("<svg") and "Example" in drawn
    True
    """

    def __init__(self, communes: Communes, *, cache: Path | None = None) -> None:
        self.ground = Outlines(communes, cache=cache)
        self._layers: OrderedDict[Hashable, tuple[Footprint, MapLayer]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def communes(self) -> Communes:
        """The communes as they were given."""
        return self.ground.communes

    def layer(self, footprint: Footprint) -> MapLayer:
        """A footprint prepared for drawing, and kept: give it once before many maps, or let :meth:`commune`
        do so.
        """
        name = _layer_key(footprint)
        with self._lock:
            if name not in self._layers:
                west, south = self.ground.bounds[:, :2].min(axis=0) - _MARGIN_M
                east, north = self.ground.bounds[:, 2:].max(axis=0) + _MARGIN_M
                self._layers[name] = (
                    footprint,
                    prepare(footprint, self.ground.crs, (west, south, east, north)),
                )
            self._layers.move_to_end(name)
            while len(self._layers) > LAYERS:
                self._layers.popitem(last=False)
            return self._layers[name][1]

    def commune(
        self,
        commune_id: str,
        *,
        footprint: Footprint | None,
        totals: pd.DataFrame | None,
        lang: str,
        names: Mapping[str, str],
        label: str,
        sites: Iterable[SitePoint] = (),
        prefix: str = "",
        desc: str = "",
        width: int = 400,
        height: int = 320,
        times: float = 1.6,
        least_km: float = 6.0,
    ) -> str:
        """The map of a commune as one ``<svg>``.

        Parameters
        ----------
        commune_id : str
            The commune: the window is ``times`` its size, at least ``least_km``.
        footprint : Footprint or None
            The hazard; None draws places only.
        totals : pandas.DataFrame or None
            Totals of this footprint (:func:`geoalarm.results.totals.threshold_total`): a commune whose state
            is not studied or outside coverage, or that has no row, is drawn in the pattern of its state.
        names : mapping
            Names by ``commune_id`` (:func:`geoalarm.i18n.place_names.names`).
        label : str
            What the map shows, for who cannot see it: its title.
        sites : iterable
            Sites with ``name``, ``lon`` and ``lat`` [degrees].
        prefix : str
            Prefix of ids; empty: made of the content. Needed only where the same map stands twice in a page.
        desc : str
            More for who cannot see it; empty: the key in words.
        width, height : int
            Size of the map [px], without its key. Words have 11 to 13 px.

        Raises
        ------
        InputError
            If the commune is not known, or ``totals`` are of several footprints.
        """
        scene = self._scene(
            commune_id,
            footprint,
            totals,
            size=(float(width), float(height)),
            times=times,
            least_m=least_km * 1000,
        )
        sites = tuple(sites)
        entries, notes = _entries(scene, names, lang, has_sites=bool(sites))
        head, high = key.drawn(entries, scene.view.width, title=_key_title(scene, lang), notes=notes)
        top = high + 4
        framed = _framed(scene, names, sites, lang, is_example=is_example(footprint))
        body = head + tag("g", framed, {"transform": f"translate(0 {top:g})"})
        said = desc or "; ".join([*(entry.label for entry in entries), *notes])
        return picture(
            body,
            (scene.view.width, scene.view.height + top),
            label=label,
            desc=said,
            kind="map",
            prefix=prefix,
        )

    def _scene(
        self,
        commune_id: str,
        footprint: Footprint | None,
        totals: pd.DataFrame | None,
        *,
        size: tuple[float, float],
        times: float,
        least_m: float,
    ) -> Scene:
        row = self.ground.row(commune_id)
        view = view_round(self.ground.bounds[row], size, times=times, least_m=least_m)
        states, partial = states_of(totals)
        return Scene(
            ground=self.ground,
            view=view,
            here=row,
            rows=self.ground.within(view.bounds),
            level=self.ground.level(view.metres),
            states=states,
            partial=partial,
            layer=None if footprint is None else self.layer(footprint),
        )


def _layer_key(footprint: Footprint) -> Hashable:
    """What makes two footprints draw alike; without hashes of their sources, only the data themselves."""
    data = footprint.data
    facts = (footprint.kind, footprint.name, footprint.classes, footprint.class_column, footprint.no_data)
    if footprint.sources and all(source.sha256 for source in footprint.sources):
        return (*facts, tuple((source.id, source.sha256) for source in footprint.sources), tuple(data.shape))
    return (*facts, id(data))


def _framed(
    scene: Scene, names: Mapping[str, str], sites: tuple[SitePoint, ...], lang: str, *, is_example: bool
) -> str:
    """All that stands in the frame of the map; names keep clear of scale, arrow and band."""
    bar, north = paint.scale_bar(scene, lang), paint.north_arrow(scene, lang)
    plate = LabelPlacer(scene.view.width, scene.view.height)
    for _, box in (bar, north):
        plate.take(*box)
    band = _band(scene, plate, lang) if is_example else ""
    words = written(scene, plate, names, sites, lang)
    over = (paint.states, paint.outlines, paint.here, paint.border, paint.zones)
    drawn = key.fine(paint.ground(scene)) + paint.hazard(scene)
    drawn += key.fine("".join(draw(scene) for draw in over))
    return paint.framed(scene, drawn + words + bar[0] + north[0] + band)


def _band(scene: Scene, plate: LabelPlacer, lang: str) -> str:
    """The word "Example" in the corner of a map of example data."""
    said = i18n.term("basis", "illustrative", lang)
    wide = width_of(said, 12, bold=True) + 12
    x = scene.view.width - wide - 5
    plate.take(x - 3, 0, wide + 8, 29)
    return rect(x, 5, wide, 20, "ga-band", radius=2) + words_at(x + wide / 2, 19, said, "bt", anchor="middle")


def _key_title(scene: Scene, lang: str) -> str:
    if scene.layer is None:
        return ""
    footprint = scene.layer.footprint
    return legend_title(footprint.hazard, lang, scenario=footprint.scenario, kind=footprint.kind)


def _entries(
    scene: Scene, names: Mapping[str, str], lang: str, *, has_sites: bool
) -> tuple[list[key.LegendEntry], list[str]]:
    """Lines of the key and notes below them: all classes, then only what is on the map."""
    entries = _class_entries(scene, lang) if scene.layer is not None else []
    entries += [key.state(i18n.term("state", state, lang), state) for state in scene.silent]
    key_here = scene.ground.ids[scene.here]
    is_rough = bool(scene.ground.rough[scene.here])
    entries.append(
        key.line(names.get(key_here, key_here), "ga-here-case", "ga-here-rough" if is_rough else "ga-here")
    )
    if scene.has_border:
        entries.append(key.line(i18n.text("figure.border", lang), "ga-border"))
    if scene.ground.rough[scene.rows].any():
        entries.append(key.line(i18n.text("figure.approximate", lang), "ga-rough"))
    if has_sites:
        entries.append(key.sign(i18n.text("svg.site", lang), paint.site_sign(10, 6)))
    if (scene.owner < 0).mean() > _SOME:
        entries.append(key.colour(i18n.text("svg.beyond", lang), "ga-beyond"))
    says_nothing = scene.layer is not None and not scene.classes_drawn and not scene.silent
    return entries, [i18n.text("svg.none_in_view", lang)] if says_nothing else []


def _class_entries(scene: Scene, lang: str) -> list[key.LegendEntry]:
    layer = scene.layer
    assert isinstance(layer, (RasterLayer, ZoneLayer))
    footprint, count = layer.footprint, len(layer.labels)
    named = [
        class_label(label, lang, hazard=footprint.hazard, units=footprint.units) for label in layer.labels
    ]
    if isinstance(layer, RasterLayer):
        plain = key.colour(i18n.text("svg.no_class", lang), "ga-land")
        return [
            *(
                key.colour(name, paint.layer_class(layer, position, count))
                for position, name in enumerate(named)
            ),
            plain,
        ]
    everywhere = {position for position, zone in scene.zones if not scene.line_cells(zone).any()}
    return [
        key.line(
            i18n.text("svg.everywhere", lang, zone=name) if position in everywhere else name,
            "ga-ring-case",
            paint.ring_class(layer, position),
        )
        for position, name in enumerate(named)
    ]
