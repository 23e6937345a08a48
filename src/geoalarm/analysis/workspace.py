"""A scenario opened once: layers, people and the coverage index are kept, and what-ifs answered from them,
from any thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from geoalarm import hazards
from geoalarm.analysis.accident.accident_scenario import Accident
from geoalarm.analysis.accident.accident_sites import SiteOption, sites_of
from geoalarm.analysis.accident.accident_view import AccidentView
from geoalarm.analysis.accident.run_accident import count_accident
from geoalarm.analysis.boundaries import JoinedCommunes, join_communes
from geoalarm.analysis.layer_option import LayerOption, options_of
from geoalarm.analysis.scenario import Scenario, default_scenario
from geoalarm.catalog import open_catalog as open_catalog
from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.keyed_cache import KeyedCache
from geoalarm.core.model import Communes, Footprint, Layer, Population, Source, interval_classes
from geoalarm.core.read_errors import wrap_read_errors
from geoalarm.core.schema import KEY
from geoalarm.core.settings import cache_folder
from geoalarm.exposure import engine
from geoalarm.exposure.population_index import PopulationIndex

if TYPE_CHECKING:
    from geoalarm.catalog import Catalog
    from geoalarm.geo.seam_report import SeamReport

Progress = Callable[[str, int, int], None]
"""``(step, n, m)``: a step of ``open communes population index hazard exposure table``, and how far it is."""

_FOOTPRINTS: Final = 32
_TABLES: Final = 128


def cache_dir() -> Path:
    """Folder of coverage indexes, in :func:`geoalarm.core.settings.cache_folder`."""
    return cache_folder() / "index"


class Workspace:
    """A scenario, opened lazily and kept.

    Parameters
    ----------
    scenario : Scenario, optional
        Default: the embedded territory.
    catalog : Catalog, optional
        Default: the one the scenario names, else the one of the package.
    cache : pathlib.Path, optional
        Folder of coverage indexes, default :func:`cache_dir`.
    """

    def __init__(
        self, scenario: Scenario | None = None, *, catalog: Catalog | None = None, cache: Path | None = None
    ) -> None:
        if catalog is None:
            catalog = open_catalog(scenario.catalog if scenario else None)
        self.catalog = catalog
        self.scenario = scenario or default_scenario(catalog)
        self.cache = cache_dir() if cache is None else cache
        self._joined: KeyedCache[JoinedCommunes] = KeyedCache(1)
        self._populations: KeyedCache[Population] = KeyedCache(len(self.scenario.populations))
        self._prepared: KeyedCache[PopulationIndex] = KeyedCache(len(self.scenario.populations))
        self._layers: KeyedCache[Layer] = KeyedCache(_FOOTPRINTS)
        self._read: dict[str, tuple[Source, Mapping[str, int]]] = {}
        self._footprints: KeyedCache[Footprint] = KeyedCache(_FOOTPRINTS)
        self._tables: KeyedCache[pd.DataFrame] = KeyedCache(_TABLES)
        self._options: KeyedCache[list[LayerOption]] = KeyedCache(1)
        self._accidents: KeyedCache[AccidentView] = KeyedCache(_FOOTPRINTS)
        self._sites: KeyedCache[list[SiteOption]] = KeyedCache(1)

    @property
    def communes(self) -> Communes:
        """Communes of all countries of the scenario, the seam between them resolved by its rule."""
        return self.joined.communes

    @property
    def seam(self) -> SeamReport | None:
        """The report of the seam between the two countries; None where nothing is known of one."""
        return self.joined.seam

    @property
    def joined(self) -> JoinedCommunes:
        """Communes, seam report and repairs together."""
        return self._joined.get("", lambda: join_communes(self.catalog, self.scenario, cache=self.cache))

    @property
    def populations(self) -> tuple[str, ...]:
        """Names of the population entries, the first is the default."""
        return self.scenario.populations

    def population(self, name: str | None = None) -> Population:
        """A population of the scenario.

        Raises
        ------
        InputError
            If the scenario has none of this name.
        """
        wanted = name or self.populations[0]
        if wanted not in self.populations:
            raise InputError(
                f"population {wanted!r} is not in the scenario",
                got=wanted,
                expected=", ".join(self.populations),
                hint=near_miss(wanted, self.populations),
            )
        choice = self.scenario.choice(wanted)
        return self._populations.get(
            wanted,
            lambda: self.catalog.population(
                wanted, outlines=lambda: self.communes, **choice.values(self.catalog)
            ),
        )

    def prepared(self, population: str | None = None) -> PopulationIndex:
        """A population shared out over the communes: what every footprint reuses."""
        name = population or self.populations[0]

        def make() -> PopulationIndex:
            with wrap_read_errors(f"population {name}"):
                return engine.prepare(self.population(name), self.communes, cache=self.cache)

        return self._prepared.get(name, make)

    def options(self) -> list[LayerOption]:
        """Every hazard layer of the scenario, in its order, none opened.

        Raises
        ------
        InputError
            If two layers would share the key of the exposure table.
        """

        def make() -> list[LayerOption]:
            options = [
                option for choice in self.scenario.footprints for option in options_of(self.catalog, choice)
            ]
            if not options and not self.scenario.accidents:
                raise InputError(
                    "the scenario names no layer",
                    expected="at least one footprint",
                    hint="add an entry under footprints",
                )
            return _distinct(options)

        return self._options.get("", make)

    def layer(self, option: LayerOption) -> Layer:
        """The layer of an option, opened.

        Raises
        ------
        InputError
            If it cannot be opened, or was opened before and its file has changed since: figures of both would
            stand side by side.
        """
        return self._layers.get(option.key, lambda: self._open(option))

    def source(self, option: LayerOption) -> Source:
        """Where a layer comes from: with hash and repairs of its file once opened, however long ago."""
        return self._read[option.key][0] if option.key in self._read else option.source

    def repairs(self, option: LayerOption) -> Mapping[str, int]:
        """What normalising changed in a layer; opened only where it never was."""
        if option.key not in self._read:
            self.layer(option)
        return self._read[option.key][1]

    def footprint(self, option: LayerOption, bounds: Sequence[float] | None = None) -> Footprint:
        """The footprint of an option, with its own class bounds or those given [units of the option].

        Raises
        ------
        InputError
            If bounds are given for a layer of named classes, or are not rising.
        """
        used = self._bounds(option, bounds)
        return self._footprints.get(
            (option.key, used), lambda: hazards.footprint(self.layer(option), bounds=used or None)
        )

    def expose(
        self, option: LayerOption, *, bounds: Sequence[float] | None = None, population: str | None = None
    ) -> pd.DataFrame:
        """The exposure table of one layer; ``attrs`` hold its ledger and method. Kept: never change it."""
        name, used = population or self.populations[0], self._bounds(option, bounds)

        def compute() -> pd.DataFrame:
            prepared = self.prepared(name)
            with wrap_read_errors(f"layer {option.key}"):
                return engine.expose(
                    self.footprint(option, used or None),
                    prepared.population,
                    prepared.communes,
                    prepared=prepared,
                    cache=self.cache,
                )

        return self._tables.get((option.key, used, name), compute)

    def accident(self, choice: Accident, *, population: str | None = None) -> AccidentView:
        """What an accident comes to here, as :meth:`count_accident`. Kept: do not change it in place."""
        name = population or self.populations[0]
        return self._accidents.get((choice.key, name), lambda: self.count_accident(choice, population=name))

    def count_accident(self, choice: Accident, *, population: str | None = None) -> AccidentView:
        """What an accident comes to here: zones, people by commune and class, severity, warnings; nothing of
        it is kept.

        Raises
        ------
        InputError, RangeError
            If the choice cannot be computed; the message names the input.
        """
        return count_accident(choice, self.communes, self.prepared(population), cache=self.cache)

    def accidents(self, *, population: str | None = None) -> list[AccidentView]:
        """The accidents of the scenario, in its order.

        Raises
        ------
        InputError
            If two would share the key of the exposure table.
        """
        chosen = _distinct_accidents(self.scenario.accidents)
        return [self.accident(choice, population=population) for choice in chosen]

    def sites(self) -> list[SiteOption]:
        """Sites of the territory at which an accident may be placed; empty where the catalog has none."""
        entries = self.scenario.site_entries(self.catalog)
        return self._sites.get("", lambda: sites_of(self.catalog, entries, self.communes))

    def table(self, *, population: str | None = None, progress: Progress | None = None) -> pd.DataFrame:
        """The exposure table of all layers and accidents of the scenario, one under the other."""
        self.warm(population=population, progress=progress)
        options = self.options()
        tables, steps = [], len(options) + len(self.scenario.accidents)
        for n, option in enumerate(options, start=1):
            tell(progress, "exposure", n, steps)
            tables.append(self.expose(option, population=population))
        for n, view in enumerate(self.accidents(population=population), start=len(options) + 1):
            tell(progress, "exposure", n, steps)
            tables += [view.table, *([view.risk_table] if view.risk_table is not None else [])]
        return joined_tables(tables)

    def warm(self, *, population: str | None = None, progress: Progress | None = None) -> None:
        """Open what every layer needs: communes, population and the index between them."""
        steps: list[tuple[str, Callable[[], object]]] = [
            ("communes", lambda: self.communes),
            ("population", lambda: self.population(population)),
            ("index", lambda: self.prepared(population)),
        ]
        for n, (step, make) in enumerate(steps, start=1):
            tell(progress, step, n, len(steps))
            make()

    def sources(self) -> tuple[Source, ...]:
        """Sources of communes, populations and every layer, each once; an opened layer's with its hash."""
        people = [source for name in self.populations for source in self.population(name).sources]
        every = [*self.communes.sources, *people, *(self.source(option) for option in self.options())]
        return tuple({source.id: source for source in every}.values())

    def _open(self, option: LayerOption) -> Layer:
        """The layer from its file; source and repairs outlive it: it may be let go, its figures not."""
        layer = self.catalog.layer(option.entry, **dict(option.parameters))
        known, _ = self._read.setdefault(option.key, (layer.source, layer.repairs))
        if layer.source.sha256 != known.sha256:
            raise InputError(
                f"layer {option.key} has changed since it was first read",
                got=str(layer.source.sha256)[:12],
                expected=str(known.sha256)[:12],
                hint="open the workspace again",
            )
        return layer

    def _bounds(self, option: LayerOption, bounds: Sequence[float] | None) -> tuple[float, ...]:
        """Bounds to use, checked; empty where the classes have names."""
        if bounds is None:
            return option.class_bounds
        if option.kind != "intensity":
            raise InputError(
                f"class bounds for {option.key}",
                got=list(bounds),
                expected="none: its classes have names",
                hint="leave the bounds out",
            )
        return tuple(item.lower for item in interval_classes(bounds))


def open_workspace(
    scenario: Scenario | None = None, *, catalog: str | Path | None = None, cache: Path | None = None
) -> Workspace:
    """A workspace on a scenario (default: the embedded territory) and a catalog file (default: the
    scenario's, else the package's).
    """
    path = catalog if catalog is not None else scenario.catalog if scenario is not None else None
    return Workspace(scenario, catalog=open_catalog(path), cache=cache)


def joined_tables(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Tables of several footprints under each other; their ``attrs`` stay behind."""
    parts = []
    for table in tables:
        plain = table.copy(deep=False)
        plain.attrs = {}
        parts.append(plain)
    return pd.concat(parts, ignore_index=True)


def tell(progress: Progress | None, step: str, n: int, m: int) -> None:
    """Report a step where somebody listens."""
    if progress is not None:
        progress(step, n, m)


def _distinct_accidents(chosen: Sequence[Accident]) -> Sequence[Accident]:
    """Refuse two accidents of one name, for the same reason as two layers of one key."""
    names = [choice.scenario for choice in chosen]
    twice = [name for n, name in enumerate(names) if name in names[:n]]
    if twice:
        raise InputError(
            f"accidents called {twice[0]!r}",
            got="two of the same name",
            expected="names that differ",
            hint="give one a label of its own",
        )
    return chosen


def _distinct(options: list[LayerOption]) -> list[LayerOption]:
    """Refuse two layers with the same hazard, scenario, return period and basis: rows that none can part."""
    seen: dict[str, LayerOption] = {}
    for option in options:
        key = f"{option.hazard} / {option.scenario or '-'} / {option.return_period_yr:g} / {option.basis}"
        if key in seen:
            raise InputError(
                f"layers {seen[key].key} and {option.key} share a key",
                got=key,
                expected=f"different {', '.join(KEY[1:4])} or basis",
                hint="give one of the entries a scenario of its own, or leave it out",
            )
        seen[key] = option
    return options
