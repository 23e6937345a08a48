"""Every layer and accident of a workspace read once: its table, its totals, and where the rows of each
commune stand.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geoalarm.analysis.accident.accident_view import AccidentView
from geoalarm.analysis.layer_option import LayerOption
from geoalarm.analysis.workspace import Progress, tell
from geoalarm.core.errors import GeoalarmError
from geoalarm.core.model import Footprint, Source
from geoalarm.core.read_errors import wrap_read_errors
from geoalarm.core.terms import Basis, counted_from
from geoalarm.dossier.commune_dossier import HazardSummary, LayerFault, LayerRows
from geoalarm.results.totals import UNKNOWN, classes, threshold_total

if TYPE_CHECKING:
    from geoalarm.analysis.workspace import Workspace

logger = logging.getLogger(__name__)

COMMON_YR: Final = 100.0
"""The return period that a page speaks of first, or the nearest to it that is mapped [yr]."""

NEAR: Final = 1e-9
"""Two return periods whose distances from :data:`COMMON_YR` differ by less than this, in ln, are as near."""


@dataclass(frozen=True)
class TerritoryLayer:
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

    key: str
    title: str
    hazard: str
    scenario: str
    return_period_yr: float
    basis: str
    units: str
    kind: str
    countries: tuple[str, ...]
    class_labels: tuple[str, ...]
    source: Source
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
        return LayerRows(
            key=self.key,
            title=self.title,
            hazard=self.hazard,
            scenario=self.scenario,
            return_period_yr=self.return_period_yr,
            basis=self.basis,
            units=self.units,
            kind=self.kind,
            countries=self.countries,
            class_labels=self.class_labels,
            rows=self.table.iloc[self.starts[n] : self.starts[n + 1]],
            total=self.total(n),
            source=self.source,
        )


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
    ids = space.communes.ids
    options, choices = space.options(), space.scenario.accidents
    faults: list[LayerFault] = []
    layers, views, tables, footprints = [], [], [], {}
    for n, option in enumerate(options, start=1):
        tell(progress, "exposure", n, len(options) + len(choices))
        try:
            with wrap_read_errors(f"layer {option.key}"):
                layers.append(_read_option(space, option, ids))
            footprints[option.key] = space.footprint(option)
            tables.append(layers[-1].table)
        except GeoalarmError as error:
            faults.append(
                _fault(
                    error,
                    lenient,
                    key=option.key,
                    title=option.title,
                    hazard=option.hazard,
                    scenario=option.scenario,
                )
            )
    for n, choice in enumerate(choices, start=len(options) + 1):
        tell(progress, "exposure", n, len(options) + len(choices))
        key = accident_key(choice.scenario)
        try:
            with wrap_read_errors(f"layer {key}"):
                view = space.accident(choice)
            if view.zones is not None and len(view.table):
                layers.append(_read_accident(view, key, ids))
                footprints[key] = view.zones
        except GeoalarmError as error:
            faults.append(
                _fault(
                    error,
                    lenient,
                    key=key,
                    title=choice.scenario,
                    hazard="industrial",
                    scenario=choice.scenario,
                )
            )
            continue
        views.append(view)
        tables += [table for table in (view.table, view.risk_table) if table is not None and len(table)]
    sources = (
        *(layer.source for layer in layers if layer.is_option),
        *(source for view in views for source in view.sources),
    )
    return TerritoryLayers(tuple(layers), tuple(tables), tuple(views), footprints, sources, tuple(faults))


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


def _read_option(space: Workspace, option: LayerOption, ids: pd.Index) -> TerritoryLayer:
    table, totals, starts = _by_commune(space.expose(option), ids)
    footprint = space.footprint(option)
    return TerritoryLayer(
        key=option.key,
        title=option.title,
        hazard=option.hazard,
        scenario=option.scenario,
        return_period_yr=option.return_period_yr,
        basis=str(option.basis),
        units=footprint.units or option.units,
        kind=option.kind,
        countries=option.countries,
        class_labels=tuple(classes(table)),
        source=next(
            (source for source in footprint.sources if source.id == option.key), space.source(option)
        ),
        table=table,
        totals=totals,
        starts=starts,
    )


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
        basis=str(zones.basis),
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
    """A table without its ``attrs``, its totals, and where each commune's rows begin; both in the order of
    the communes.
    """
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


def _fault(error: GeoalarmError, lenient: bool, **facts: str) -> LayerFault:
    """What to note of a layer that cannot be read; the error itself where nobody asked to go on."""
    if not lenient:
        raise error
    logger.warning("layer %s cannot be read and is left out: %s", facts["key"], error.sentence())
    return LayerFault(sentence=error.sentence(), **facts)


def _distance(layer: TerritoryLayer) -> float:
    return abs(math.log(layer.return_period_yr / COMMON_YR))


def _or_never(return_period_yr: float) -> float:
    return math.inf if math.isnan(return_period_yr) else return_period_yr
