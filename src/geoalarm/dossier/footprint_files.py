"""Footprints of a territory, read from their files when they are asked for, in whatever process that is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Final

import dask

from geoalarm.analysis.layer_option import LayerOption
from geoalarm.analysis.scenario import Scenario
from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.model import Footprint

if TYPE_CHECKING:
    from geoalarm.analysis.workspace import Workspace
    from geoalarm.dossier.territory_layers import TerritoryLayers


_BORN: Final = os.getpid()
"""The process that loaded this file; in a fork of it the number is another."""


class FootprintFiles:
    """Footprints by layer key.

    Open files and threads do not live on in a forked worker: the place in a file would be shared with other
    workers, and a pool of threads be there without its threads. Every process therefore opens the catalog
    again at its first footprint, checks that the bytes are still those that were counted, and a fork reads
    without threads. Nothing of the workspace is kept alive.
    """

    def __init__(self, space: Workspace, read: TerritoryLayers) -> None:
        self.catalog: Path = space.catalog.path
        self.mirror: Path | None = space.catalog.mirror.folder if space.catalog.mirror is not None else None
        self.cache: Path = space.cache
        self.scenario: Scenario = space.scenario.with_accidents(layers=True)
        self.hashes: dict[str, str | None] = {
            layer.key: layer.source.sha256 for layer in read.layers if layer.is_option
        }
        self.zones: dict[str, Footprint] = {
            layer.key: read.footprints[layer.key] for layer in read.layers if not layer.is_option
        }
        self._forget()

    def footprint(self, key: str) -> Footprint:
        """The footprint of a layer.

        Raises
        ------
        InputError
            If no layer that could be read has this key, or its file is no longer the one that was counted.
        """
        if key in self.zones:
            return self.zones[key]
        if key not in self.hashes:
            known = [*self.hashes, *self.zones]
            raise InputError(
                f"layer {key!r}", got=key, expected="a layer of the territory", hint=near_miss(key, known)
            )
        space, options = self._opened()
        footprint = space.footprint(options[key])
        found = next((source.sha256 for source in footprint.sources if source.id == key), None)
        if found != self.hashes[key]:
            raise InputError(
                f"layer {key} has changed since its people were counted",
                got=str(found)[:12],
                expected=str(self.hashes[key])[:12],
                hint="open the territory again",
            )
        return footprint

    def _forget(self) -> None:
        self._lock = RLock()
        self._pid = 0
        self._space: Workspace | None = None
        self._options: Mapping[str, LayerOption] = {}

    def _opened(self) -> tuple[Workspace, Mapping[str, LayerOption]]:
        """The workspace of this process."""
        pid = os.getpid()
        if self._pid not in (0, pid):
            self._forget()
        with self._lock:
            if self._space is None:
                from geoalarm.analysis.workspace import Workspace
                from geoalarm.catalog import open_catalog

                if pid != _BORN:
                    dask.config.set(scheduler="synchronous")
                space = Workspace(
                    self.scenario, catalog=open_catalog(self.catalog, mirror=self.mirror), cache=self.cache
                )
                self._pid, self._space, self._options = (
                    pid,
                    space,
                    {option.key: option for option in space.options()},
                )
            return self._space, self._options

    def __getstate__(self) -> dict[str, Any]:
        kept = ("catalog", "mirror", "cache", "scenario", "hashes", "zones")
        return {name: getattr(self, name) for name in kept}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._forget()
