"""A territory: everything that is known of every commune, made once; a commune's dossier is a look-up."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geoalarm.analysis.run_scenario import annual_of, union_of
from geoalarm.analysis.workspace import Progress, joined_tables, tell
from geoalarm.core.errors import GeoalarmError, InputError, near_miss
from geoalarm.core.model import Communes, Footprint, Source
from geoalarm.core.read_errors import wrap_read_errors
from geoalarm.dossier.commune_dossier import (
    Dossier,
    HazardSummary,
    LayerFault,
    NeighbourCommune,
    Region,
    SiteNear,
)
from geoalarm.dossier.footprint_files import FootprintFiles
from geoalarm.dossier.nearby import NearbyCommune, kept_nearby, regions, sites_near
from geoalarm.dossier.territory_layers import TerritoryLayer, TerritoryLayers, danger_of, dangers, read_all
from geoalarm.i18n import place_names as names
from geoalarm.results.manifest import versions

if TYPE_CHECKING:
    from geoalarm.analysis.workspace import Workspace

logger = logging.getLogger(__name__)

__all__ = ["Territory", "open_territory"]


@dataclass(frozen=True)
class Territory:
    """Everything a briefing or a report asks of a scenario; made by :func:`open_territory`.

    It holds plain data and no open file: it can be pickled and sent to a worker that was spawned. Nothing in
    it may be changed in place.

    Attributes
    ----------
    communes : Communes
        Of all countries of the scenario.
    table : pandas.DataFrame
        The exposure table of every layer and accident that could be read, one under the other.
    union : pandas.DataFrame or None
        As a run writes it; None with fewer than two hazards, or where a layer is missing.
    annual : pandas.DataFrame or None
        Likewise, without the dangers of which a layer is missing.
    sources : tuple of Source
        Of communes, populations, layers, models of accidents and lists of sites, with hashes.
    faults : tuple of LayerFault
        Layers that could not be read; always empty where ``lenient`` was not asked for.
    command : str
        What rebuilds the figures.
    """

    communes: Communes
    table: pd.DataFrame
    union: pd.DataFrame | None
    annual: pd.DataFrame | None
    sources: tuple[Source, ...]
    faults: tuple[LayerFault, ...]
    scenario_name: str
    scenario_title: str
    command: str
    versions: Mapping[str, str]
    _population: tuple[float, ...] = field(repr=False)
    _layers: tuple[TerritoryLayer, ...] = field(repr=False)
    _beside: tuple[tuple[NearbyCommune, ...], ...] = field(repr=False)
    _sites: tuple[tuple[SiteNear, ...], ...] = field(repr=False)
    _regions: tuple[Region | None, ...] = field(repr=False)
    _files: FootprintFiles = field(repr=False)
    _lists_sites: bool = field(default=True, repr=False)

    @property
    def cache(self) -> Path:
        """Folder where what took long to make is kept."""
        return self._files.cache

    @property
    def layer_keys(self) -> tuple[str, ...]:
        """Keys of the layers that could be read, in the scenario's order, then accidents that have zones."""
        return tuple(self._layer)

    def totals(self, layer_key: str) -> pd.DataFrame:
        """``threshold_total`` of a layer: one row for every commune, in their order.

        Raises
        ------
        InputError
            If no layer that could be read has this key.
        """
        if layer_key not in self._layer:
            raise InputError(
                f"layer {layer_key!r}",
                got=layer_key,
                expected="a layer of the territory",
                hint=near_miss(layer_key, self._layer),
            )
        return self._layer[layer_key].totals

    def footprint(self, layer_key: str) -> Footprint:
        """The footprint of a layer, for a map; a raster is read when its values are asked for.

        Raises
        ------
        InputError
            If no layer that could be read has this key, or its file has changed since.
        """
        return self._files.footprint(layer_key)

    def search(self, query: str, *, limit: int = 8) -> list[str]:
        """``commune_id`` of the communes that a reader may mean, best first; see
        :func:`geoalarm.i18n.place_names.search`.
        """
        return names.search(self.communes, query, limit=limit)

    def dossier(self, commune_id: str) -> Dossier:
        """What is known of one commune.

        Raises
        ------
        InputError
            If the commune is not on the territory.
        """
        if commune_id not in self._position:
            raise InputError(
                f"commune {commune_id!r} is not on the territory",
                got=commune_id,
                expected="country and code, such as FR:59350",
                hint=near_miss(commune_id, self._position),
            )
        n = self._position[commune_id]
        found = tuple(danger_of(group, n) for group in self._dangers)
        return Dossier(
            commune_id=commune_id,
            country=_country(commune_id),
            facts=self._facts(n),
            population=self._population[n],
            dangers=found,
            union=self._union.get(commune_id),
            annual=self._annual.get(commune_id, ()),
            sites=self._sites[n],
            neighbours=tuple(self._neighbour(item, found) for item in self._beside[n]),
            region=self._regions[n],
            sources=self.sources,
            scenario_name=self.scenario_name,
            scenario_title=self.scenario_title,
            command=self.command,
            versions=self.versions,
            faults=self.faults,
            lists_sites=self._lists_sites,
        )

    def _facts(self, n: int) -> dict[str, object]:
        return {name: values[n] for name, values in self._columns.items()}

    def _neighbour(self, item: NearbyCommune, found: Sequence[HazardSummary]) -> NeighbourCommune:
        other = self._ids[item.position]
        return NeighbourCommune(
            commune_id=other,
            country=_country(other),
            population=self._population[item.position],
            distance_km=item.distance_m / 1000,
            touches=item.touches,
            totals={danger.main.key: self._layer[danger.main.key].total(item.position) for danger in found},
            headlines={
                danger.main.key: row
                for danger in found
                if (row := self._layer[danger.main.key].headline(item.position)) is not None
            },
        )

    @cached_property
    def _ids(self) -> tuple[str, ...]:
        return tuple(self.communes.ids.tolist())

    @cached_property
    def _position(self) -> dict[str, int]:
        return {key: n for n, key in enumerate(self._ids)}

    @cached_property
    def _layer(self) -> dict[str, TerritoryLayer]:
        return {layer.key: layer for layer in self._layers}

    @cached_property
    def _dangers(self) -> tuple[tuple[TerritoryLayer, ...], ...]:
        return dangers(self._layers)

    @cached_property
    def _columns(self) -> dict[str, list[object]]:
        frame = pd.DataFrame(self.communes.data.drop(columns=self.communes.data.geometry.name))
        return {
            str(name): [None if value is pd.NA else value for value in column.tolist()]
            for name, column in frame.items()
        }

    @cached_property
    def _union(self) -> dict[str, dict[str, Any]]:
        return {row["commune_id"]: row for row in _rows(self.union)}

    @cached_property
    def _annual(self) -> dict[str, tuple[dict[str, Any], ...]]:
        found: dict[str, tuple[dict[str, Any], ...]] = {}
        for row in _rows(self.annual):
            found[row["commune_id"]] = (*found.get(row["commune_id"], ()), row)
        return found


def open_territory(
    workspace: Workspace, *, command: str = "", progress: Progress | None = None, lenient: bool = False
) -> Territory:
    """Read a workspace whole: every layer and accident, people in any hazard, people a year, sites,
    neighbours, departments.

    Parameters
    ----------
    workspace : Workspace
    command : str
        What rebuilds the figures; kept in every dossier.
    progress : callable, optional
        Told ``(step, n, m)``.
    lenient : bool
        Whether a layer that cannot be read is left out and kept in ``faults``, instead of ending it all.

    Raises
    ------
    GeoalarmError
        If communes or population cannot be used; without ``lenient``, if a layer cannot be.
    """
    workspace.warm(progress=progress)
    read = read_all(workspace, lenient=lenient, progress=progress)
    tell(progress, "neighbours", 1, 1)
    _require_something(read)
    table = joined_tables(read.tables)
    prepared = workspace.prepared()
    near, listed, missing = _sites(workspace, read, lenient=lenient)
    territory = Territory(
        communes=workspace.communes,
        table=table,
        union=_union(workspace, read),
        annual=_annual(workspace, table, read),
        sources=tuple(
            {source.id: source for source in (*workspace.sources(), *read.sources, *listed)}.values()
        ),
        faults=(*read.faults, *missing),
        scenario_name=workspace.scenario.name,
        scenario_title=workspace.scenario.title,
        command=command,
        versions=versions(),
        _population=tuple(prepared.total.tolist()),
        _layers=read.layers,
        _beside=tuple(kept_nearby(prepared, workspace.cache)),
        _sites=tuple(near),
        _regions=tuple(regions(workspace.communes, read.layers)),
        _files=FootprintFiles(workspace, read),
        _lists_sites=bool(listed),
    )
    territory.dossier(str(workspace.communes.ids[0]))
    return territory


def _require_something(read: TerritoryLayers) -> None:
    """A territory without a single layer says nothing of any commune."""
    if not read.layers:
        first = read.faults[0].sentence if read.faults else "its accidents reach their thresholds nowhere"
        raise InputError(
            "no layer of the scenario can be used",
            got=first,
            expected="at least one",
            hint="check the scenario and its catalog",
        )


def _sites(
    space: Workspace, read: TerritoryLayers, *, lenient: bool
) -> tuple[list[tuple[SiteNear, ...]], tuple[Source, ...], tuple[LayerFault, ...]]:
    """Sites near each commune; none and a fault where their list cannot be read."""
    try:
        with wrap_read_errors("sites"):
            return (*sites_near(space, space.prepared(), read), ())
    except GeoalarmError as error:
        if not lenient:
            raise
        logger.warning("sites cannot be read and are left out: %s", error.sentence())
        fault = LayerFault(key="sites", title="", hazard="", scenario="", sentence=error.sentence())
        return [()] * len(space.communes.ids), (), (fault,)


def _union(space: Workspace, read: TerritoryLayers) -> pd.DataFrame | None:
    """People in at least one hazard; None where a layer of the catalog is missing: too small a number."""
    options = {option.key: option for option in space.options()}
    if any(fault.key in options for fault in read.faults):
        return None
    return union_of(space, list(options.values()))


def _annual(space: Workspace, table: pd.DataFrame, read: TerritoryLayers) -> pd.DataFrame | None:
    """People a year, of the dangers of which every layer could be read."""
    missing = {(fault.hazard, fault.scenario) for fault in read.faults}
    pairs = pd.Series(list(zip(table["hazard"], table["scenario"], strict=True)), index=table.index)
    return annual_of(table[~pairs.isin(missing)], space.scenario.options)


def _country(commune_id: str) -> str:
    country, colon, _ = commune_id.partition(":")
    return country if colon else ""


def _rows(frame: pd.DataFrame | None) -> list[dict[str, Any]]:
    return (
        []
        if frame is None
        else [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
    )
