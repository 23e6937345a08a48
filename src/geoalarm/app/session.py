"""What all sessions of a process share: the workspace, the outlines, the pictures and the totals. A session
keeps its choices only.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar, cast

import pandas as pd

from geoalarm.app.layer_choices import Choices
from geoalarm.app.map.geometry import MapGeometry, labels, map_geometry
from geoalarm.app.map.hazard_overlay import PolygonOverlay, RasterOverlay, render_overlay
from geoalarm.core.background_task import Progress
from geoalarm.core.keyed_cache import KeyedCache
from geoalarm.core.terms import Basis
from geoalarm.i18n import place_names as naming
from geoalarm.results import totals as tables

if TYPE_CHECKING:
    from geoalarm.analysis.layer_option import LayerOption
    from geoalarm.analysis.scenario import Scenario
    from geoalarm.analysis.workspace import Workspace

log = logging.getLogger(__name__)

__all__ = [
    "LayerRequest",
    "Progress",
    "SharedSession",
    "open_session",
    "shared",
    "workspace_of",
]

WORKSPACE_STEPS: Final = 3
OTHER_STEPS: Final = 1
"""Steps of :meth:`geoalarm.analysis.workspace.Workspace.warm`, and the outlines; each layer is one more."""

PARTS: Final = 1024
"""Pieces of pages kept in memory: some kilobytes each."""
KEPT: Final = 256
"""Tables of totals kept in memory."""
Example = TypeVar("Example")
Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class LayerRequest:
    """One layer with one population and one threshold."""

    option: LayerOption
    from_class: str
    population: str

    @property
    def key(self) -> tuple[str, str, str]:
        """Name of its totals."""
        return self.option.key, self.from_class, self.population


class SharedSession:
    """A workspace and everything drawn or added up from it, kept for all sessions.

    Parameters
    ----------
    workspace : analysis.Workspace
        Opened once; sessions only read it.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._geometry: KeyedCache[MapGeometry] = KeyedCache(1)
        self._overlays: KeyedCache[RasterOverlay | PolygonOverlay] = KeyedCache(32)
        self._totals: KeyedCache[pd.DataFrame] = KeyedCache(KEPT)
        self._annual: KeyedCache[pd.DataFrame | None] = KeyedCache(KEPT)
        self._names: KeyedCache[pd.Series] = KeyedCache(8)
        self._labels: KeyedCache[tuple[tuple[int, int, str], ...]] = KeyedCache(8)
        self._words: KeyedCache[list[str]] = KeyedCache(64)
        self._parts: KeyedCache[object] = KeyedCache(PARTS)
        self._examples: KeyedCache[object] = KeyedCache(4)
        self._overlaid: set[str] = set()
        self._ready: set[tuple[str, str, str]] = set()
        countries = tuple(dict.fromkeys(country for country in workspace.communes.countries if country))
        self.choices = Choices(tuple(workspace.options()), tuple(workspace.populations), countries)

    @property
    def geometry(self) -> MapGeometry:
        """Outlines for the map."""
        return self._geometry.get(
            "", lambda: map_geometry(self.workspace.communes, cache=self.workspace.cache)
        )

    @property
    def approximate(self) -> list[bool]:
        """Which communes have an approximate outline, in row order."""
        frame = self.workspace.communes.data
        if "approximate_boundary" not in frame.columns:
            return [False] * len(frame)
        return [bool(value) for value in frame["approximate_boundary"].eq(True)]

    def names(self, lang: str) -> pd.Series:
        """Names of the communes by ``commune_id``, in row order."""
        return self._names.get(lang, lambda: naming.names(self.workspace.communes, lang))

    def labels(self, lang: str) -> tuple[tuple[int, int, str], ...]:
        """Names on the map, in the page's language alone."""
        short = [str(name).partition(" (")[0] for name in self.names(lang)]
        return self._labels.get(
            lang,
            lambda: labels(self.geometry.centres, self.geometry.people, short, bounds=self.geometry.bounds),
        )

    def words(self, key: tuple[str, ...], make: Callable[[], list[str]]) -> list[str]:
        """Words of a map, one a commune: written once for all sessions of a language."""
        return self._words.get(key, make)

    def part(self, key: Hashable, make: Callable[[], Part]) -> Part:
        """A piece of a page that is the same for all who choose the same: text, mostly; never changed."""
        return cast("Part", self._parts.get(key, make))

    def example(self, name: str, make: Callable[[], Example]) -> Example:
        """What a page shows before anybody asked, made once for all sessions."""
        return cast("Example", self._examples.get(name, make))

    def title(self, entry: str, lang: str) -> str:
        """Title of a population entry, in the reader's language where there is one."""
        found = next((source for source in self.workspace.sources() if source.id == entry), None)
        return naming.source_title(found, lang) if found is not None else entry.replace("_", " ")

    def search(self, query: str) -> list[str]:
        """``commune_id`` of the communes a reader may mean."""
        return naming.search(self.workspace.communes, query)

    def table(self, wanted: LayerRequest) -> pd.DataFrame:
        """The exposure table of a layer."""
        return self.workspace.expose(wanted.option, population=wanted.population or None)

    def totals(self, wanted: LayerRequest) -> pd.DataFrame:
        """One row a commune, in the row order of the map, people from the threshold up."""

        def make() -> pd.DataFrame:
            table = self.table(wanted)
            label = wanted.from_class if wanted.from_class in set(table["intensity_class"]) else None
            found = tables.threshold_total(table, from_class=label).set_index("commune_id", drop=False)
            return found.reindex(list(self.geometry.ids)).reset_index(drop=True)

        out = self._totals.get(wanted.key, make)
        self._ready.add(wanted.key)
        return out

    def annual(
        self, curve: list[tuple[float, pd.DataFrame]], key: tuple[str, str, str]
    ) -> pd.DataFrame | None:
        """Expected people a year [yr-1] over totals of several periods, by the options of the scenario."""
        from geoalarm.analysis.run_scenario import annual_of
        from geoalarm.analysis.scenario import Options

        if len(curve) < 2:
            return None
        scenario = getattr(self.workspace, "scenario", None)
        options = scenario.options if scenario is not None else Options()
        return self._annual.get(
            key, lambda: annual_of(pd.concat([rows for _, rows in curve], ignore_index=True), options)
        )

    def is_ready(self, wanted: LayerRequest) -> bool:
        """Whether the totals are at hand."""
        return wanted.key in self._ready

    def overlay(self, option: LayerOption) -> RasterOverlay | PolygonOverlay:
        """The hazard itself, for the map."""
        out = self._overlays.get(
            option.key, lambda: render_overlay(self.workspace.footprint(option), bounds=self.geometry.bounds)
        )
        self._overlaid.add(option.key)
        return out

    def has_overlay(self, option: LayerOption) -> bool:
        """Whether its picture is at hand."""
        return option.key in self._overlaid

    def periods(self, option: LayerOption) -> list[LayerOption]:
        """Options of the same scenario by return period, often to rare; empty without probability."""
        return self.choices.curve(option)

    @property
    def is_illustrative(self) -> bool:
        """Whether any layer is an example only."""
        return any(option.basis == Basis.ILLUSTRATIVE for option in self.choices.options)

    def warm(self, *, progress: Progress | None = None) -> None:
        """Make the first page ready: outlines, the table and the picture of the first layer. A layer that
        cannot be read is logged; the page tells it to whoever asks for it.
        """
        options = layers_at_start(self.choices)
        steps = steps_of(self.choices)
        self.workspace.warm(progress=lambda step, n, _: _tell(progress, step, n, steps))
        _tell(progress, "outlines", WORKSPACE_STEPS + 1, steps)
        _ = self.geometry
        for n, option in enumerate(options, start=WORKSPACE_STEPS + 2):
            _tell(progress, "exposure", n, steps)
            self.prepare(option, overlay=option == options[0])

    def prepare(self, option: LayerOption, *, overlay: bool = True) -> None:
        """Make the totals of a layer ready, and its picture; a fault is logged, and told when asked."""
        try:
            self.totals(
                LayerRequest(option, "", self.choices.populations[0] if self.choices.populations else "")
            )
            if overlay:
                self.overlay(option)
        except Exception:
            log.exception("layer %s could not be made ready", option.key)


def open_session(workspace: Workspace, *, progress: Progress | None = None) -> SharedSession:
    """What sessions share over a workspace, the first page ready."""
    known = Choices(tuple(workspace.options()), tuple(workspace.populations))
    _tell(progress, "communes", 1, steps_of(known))
    world = SharedSession(workspace)
    world.warm(progress=lambda step, n, m: _tell(progress if n > 1 else None, step, n, m))
    return world


def layers_at_start(choices: Choices) -> list[LayerOption]:
    """Layers of the first page: the one it shows, then its other return periods."""
    first = choices.option_at_start()
    return list({one.key: one for one in (first, *choices.curve(first))}.values())


def steps_of(choices: Choices) -> int:
    """How many steps it takes until the first page is ready [1]."""
    return WORKSPACE_STEPS + OTHER_STEPS + len(layers_at_start(choices))


def _tell(progress: Progress | None, step: str, n: int, m: int) -> None:
    if progress is not None:
        progress(step, n, m)


@lru_cache(maxsize=4)
def shared(scenario: str | None = None) -> SharedSession:
    """The shared part of a scenario file (None: the embedded territory), made once a process."""
    return SharedSession(workspace_of(scenario))


def workspace_of(scenario: Scenario | str | Path | None = None) -> Workspace:
    """The workspace of a scenario, of the path of a file, or of the embedded territory; nothing is opened.

    Raises
    ------
    GeoalarmError
        If the scenario or its catalog breaks the rules.
    """
    from geoalarm.analysis.scenario import read_scenario
    from geoalarm.analysis.workspace import Workspace

    return Workspace(read_scenario(scenario) if isinstance(scenario, (str, Path)) else scenario)
