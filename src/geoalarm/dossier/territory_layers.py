"""Every layer and accident of a workspace read once: its table, totals, where each commune's rows stand."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geoalarm.analysis.accident.accident_scenario import Accident
from geoalarm.analysis.accident.accident_view import AccidentView
from geoalarm.analysis.layer_info import LayerInfo
from geoalarm.analysis.layer_option import LayerOption
from geoalarm.analysis.workspace import Progress, tell
from geoalarm.core.errors import GeoalarmError
from geoalarm.core.model import Footprint, Source
from geoalarm.core.read_errors import wrap_read_errors
from geoalarm.core.terms import Basis
from geoalarm.dossier.commune_dossier import HazardSummary, LayerFault, LayerRows
from geoalarm.hazards import counted_from
from geoalarm.results.totals import UNKNOWN, classes, threshold_total

if TYPE_CHECKING:
    from geoalarm.analysis.workspace import Workspace

logger = logging.getLogger(__name__)

COMMON_YR: Final = 100.0
"""The return period that a page speaks of first, or the nearest to it that is mapped [yr]."""

NEAR: Final = 1e-9
"""Two return periods whose distances from :data:`COMMON_YR` differ by less than this, in ln, are as near."""


@dataclass(frozen=True, kw_only=True)
class TerritoryLayer(LayerInfo):
    """A layer over all communes.

    Attributes
    ----------
    table : pandas.DataFrame
        As the engine made it, rows of a commune together, communes in their order.
    totals : pandas.DataFrame
        ``threshold_total`` of it, one row a commune in their order.
    starts : numpy.ndarray of int
        Where the rows of each commune begin, and the end of the last.
    is_option : bool
        Whether it is a layer of the catalog; else the zones of an accident.
    """

    table: pd.DataFrame
    totals: pd.DataFrame
    starts: np.ndarray
    is_option: bool = True

    @cached_property
    def headlines(self) -> pd.DataFrame | None:
        """``totals`` from the mildest class that a page counts; None where it counts all."""
        first = counted_from(self.hazard, self.class_labels)
        return threshold_total(self.table, from_class=first) if first else None

    @cached_property
    def _headlines(self) -> list[dict[str, object]]:
        return (
            []
            if self.headlines is None
            else [{str(k): v for k, v in row.items()} for row in self.headlines.to_dict("records")]
        )

    def headline(self, n: int) -> dict[str, object] | None:
        """Row of ``headlines`` of the commune at position ``n``."""
        return self._headlines[n] if self._headlines else None

    @cached_property
    def _columns(self) -> Mapping[str, list[object]]:
        return {str(name): self.totals[name].tolist() for name in self.totals.columns}

    def total(self, n: int) -> dict[str, object]:
        """Row of the totals of the commune at position ``n``, in plain values."""
        return {name: values[n] for name, values in self._columns.items()}

    def speaks(self, n: int) -> bool:
        """Whether anything is known of the commune at position ``n``, be it that nobody is exposed."""
        return self._columns["state"][n] not in UNKNOWN

    def of(self, n: int) -> LayerRows:
        """The layer over the commune at position ``n``."""
        rows = self.table.iloc[self.starts[n] : self.starts[n + 1]]
        return LayerRows(**self.facts(), rows=rows, total=self.total(n))


@dataclass(frozen=True)
class TerritoryLayers:
    """What could be read of a workspace, and what could not.

    Attributes
    ----------
    tables : tuple of pandas.DataFrame
        In the order of the whole table; those of individual risk of accidents are here, and part of no
        danger.
    footprints : mapping
        By layer key; rasters as lazy as they were.
    sources : tuple of Source
        Of layers with the hash of what was read, and of the models of accidents.
    """

    layers: tuple[TerritoryLayer, ...]
    tables: tuple[pd.DataFrame, ...]
    accidents: tuple[AccidentView, ...]
    footprints: Mapping[str, Footprint]
    sources: tuple[Source, ...]
    faults: tuple[LayerFault, ...]


def read_all(space: Workspace, *, lenient: bool, progress: Progress | None = None) -> TerritoryLayers:
    """Read every layer and accident of a workspace.

    Parameters
    ----------
    lenient : bool
        Whether a layer that cannot be read is noted and left out, instead of ending it all.

    Raises
    ------
    GeoalarmError
        If a layer cannot be read, unless ``lenient``; if communes or population cannot be.
    """
    reader = _LayerReader(space, lenient)
    options, choices = space.options(), space.scenario.accidents
    for n, option in enumerate(options, start=1):
        tell(progress, "exposure", n, len(options) + len(choices))
        reader.read_option(option)
    for n, choice in enumerate(choices, start=len(options) + 1):
        tell(progress, "exposure", n, len(options) + len(choices))
        reader.read_accident(choice)
    return reader.result()


def accident_key(scenario: str) -> str:
    """Layer key of an accident's zones."""
    return f"accident({scenario})"


def dangers(layers: tuple[TerritoryLayer, ...]) -> tuple[tuple[TerritoryLayer, ...], ...]:
    """Layers by hazard and scenario in first-seen order, from often to rare; without probability last."""
    groups: dict[tuple[str, str], list[TerritoryLayer]] = {}
    for layer in layers:
        groups.setdefault((layer.hazard, layer.scenario), []).append(layer)
    return tuple(
        tuple(sorted(group, key=lambda layer: _or_never(layer.return_period_yr))) for group in groups.values()
    )


def main_of(group: tuple[TerritoryLayer, ...], n: int) -> TerritoryLayer:
    """The layer that a page of the commune at position ``n`` speaks of; see
    :class:`geoalarm.dossier.commune_dossier.HazardSummary`.
    """
    speaking = [layer for layer in group if layer.speaks(n)] or list(group)
    likely = [layer for layer in speaking if not math.isnan(layer.return_period_yr)]
    if not likely:
        return speaking[0]
    nearest = min(_distance(layer) for layer in likely)
    return max(
        (layer for layer in likely if _distance(layer) <= nearest + NEAR),
        key=lambda layer: layer.return_period_yr,
    )


def danger_of(group: tuple[TerritoryLayer, ...], n: int) -> HazardSummary:
    """A group of :func:`dangers` over the commune at position ``n``."""
    main = main_of(group, n)
    rows = {layer.key: layer.of(n) for layer in group}
    return HazardSummary(main.hazard, main.scenario, tuple(rows.values()), rows[main.key])


class _LayerReader:
    """What was read so far, and what could not be."""

    def __init__(self, space: Workspace, lenient: bool) -> None:
        self.space, self.ids, self.lenient = space, space.communes.ids, lenient
        self.layers: list[TerritoryLayer] = []
        self.views: list[AccidentView] = []
        self.tables: list[pd.DataFrame] = []
        self.footprints: dict[str, Footprint] = {}
        self.faults: list[LayerFault] = []

    def read_option(self, option: LayerOption) -> None:
        """A layer of the catalog."""
        facts = {name: getattr(option, name) for name in ("key", "title", "hazard", "scenario")}
        with self._or_fault(**facts):
            with wrap_read_errors(f"layer {option.key}"):
                layer = _read_option(self.space, option, self.ids)
            self.footprints[option.key] = self.space.footprint(option)
            self.layers.append(layer)
            self.tables.append(layer.table)

    def read_accident(self, choice: Accident) -> None:
        """An accident; without zones it has no layer."""
        key, name = accident_key(choice.scenario), choice.scenario
        with self._or_fault(key=key, title=name, hazard="industrial", scenario=name):
            with wrap_read_errors(f"layer {key}"):
                view = self.space.accident(choice)
            if view.zones is not None and len(view.table):
                self.layers.append(_read_accident(view, key, self.ids))
                self.footprints[key] = view.zones
            self.views.append(view)
            made = (view.table, view.risk_table)
            self.tables += [table for table in made if table is not None and len(table)]

    def result(self) -> TerritoryLayers:
        """All of it."""
        sources = (
            *(layer.source for layer in self.layers if layer.is_option),
            *(source for view in self.views for source in view.sources),
        )
        return TerritoryLayers(
            tuple(self.layers),
            tuple(self.tables),
            tuple(self.views),
            self.footprints,
            sources,
            tuple(self.faults),
        )

    @contextmanager
    def _or_fault(self, **facts: str) -> Iterator[None]:
        """Note a layer that cannot be read, and go on; the error itself where nobody asked to go on."""
        try:
            yield
        except GeoalarmError as error:
            if not self.lenient:
                raise
            logger.warning("layer %s cannot be read and is left out: %s", facts["key"], error.sentence())
            self.faults.append(LayerFault(sentence=error.sentence(), **facts))


def _read_option(space: Workspace, option: LayerOption, ids: pd.Index) -> TerritoryLayer:
    table, totals, starts = _by_commune(space.expose(option), ids)
    footprint = space.footprint(option)
    source = next((source for source in footprint.sources if source.id == option.key), space.source(option))
    seen = {
        "units": footprint.units or option.units,
        "class_labels": tuple(classes(table)),
        "source": source,
    }
    return TerritoryLayer(**option.facts() | seen, table=table, totals=totals, starts=starts)


def _read_accident(view: AccidentView, key: str, ids: pd.Index) -> TerritoryLayer:
    table, totals, starts = _by_commune(view.table, ids)
    zones = view.zones
    assert zones is not None
    return TerritoryLayer(
        key=key,
        title=view.choice.scenario,
        hazard=zones.hazard,
        scenario=zones.scenario,
        return_period_yr=zones.return_period_yr,
        basis=zones.basis,
        units=zones.units or "1",
        kind=zones.kind,
        countries=zones.countries,
        class_labels=tuple(classes(table)),
        source=next(iter(view.sources), Source(id=key, title=view.choice.scenario, basis=Basis.MODELLED)),
        table=table,
        totals=totals,
        starts=starts,
        is_option=False,
    )


def _by_commune(exposed: pd.DataFrame, ids: pd.Index) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    """A table without its ``attrs``, its totals, where each commune's rows begin; both in their order."""
    table = exposed.copy(deep=False)
    table.attrs = {}
    position = ids.get_indexer(pd.Index(table["commune_id"]))
    if np.any(np.diff(position) < 0):
        order = np.argsort(position, kind="stable")
        table, position = table.iloc[order], position[order]
    starts = np.searchsorted(position, np.arange(len(ids) + 1))
    totals = threshold_total(table)
    if not totals["commune_id"].tolist() == ids.tolist():
        raise GeoalarmError(
            "totals of a layer",
            got=f"{len(totals)} communes",
            expected=f"one row for each of {len(ids)}, in their order",
            hint="report it: communes were lost or counted twice",
        )
    return table, totals, starts


def _distance(layer: TerritoryLayer) -> float:
    return abs(math.log(layer.return_period_yr / COMMON_YR))


def _or_never(return_period_yr: float) -> float:
    return math.inf if math.isnan(return_period_yr) else return_period_yr
