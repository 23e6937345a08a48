"""A scenario counted with some inputs of another: how far each input moved a figure."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import pandas as pd

from geoalarm.analysis.layer_option import LayerOption
from geoalarm.analysis.run_scenario import annual_of, union_options
from geoalarm.analysis.workspace import joined_tables
from geoalarm.core.model import Communes, Footprint, Population
from geoalarm.exposure import engine
from geoalarm.exposure.population_index import PopulationIndex
from geoalarm.exposure.union import union

if TYPE_CHECKING:
    from geoalarm.analysis.workspace import Workspace

logger = logging.getLogger(__name__)

SwappedInput = Literal["data", "map", "boundaries"]
SWAPPED_INPUTS: Final[tuple[SwappedInput, ...]] = ("data", "map", "boundaries")

Key = tuple[str, str, float, str]
"""Hazard, scenario, return period (-1 without) and basis: what makes layers of two catalogs one danger."""


@dataclass(frozen=True)
class Recount:
    """Figures of every commune, counted with inputs of two scenarios.

    Attributes
    ----------
    population : pandas.Series
        People by ``commune_id`` [1].
    tables : mapping of Key to pandas.DataFrame
        Exposure tables.
    union, annual : pandas.DataFrame or None
        As a run writes them; None where a layer they need is not among the pairs.
    """

    population: pd.Series
    tables: Mapping[Key, pd.DataFrame]
    union: pd.DataFrame | None
    annual: pd.DataFrame | None


def key_of(option: LayerOption) -> Key:
    """The danger of a layer, whatever its entry is called."""
    period = option.return_period_yr
    return option.hazard, option.scenario, -1.0 if period != period else period, str(option.basis)


def recount_with(
    old: Workspace, new: Workspace, taken: Collection[SwappedInput], *, keys: Iterable[Key]
) -> Recount:
    """Count the old scenario's layers with the method of the old one, and those inputs of the new one that
    are ``taken``.

    Parameters
    ----------
    taken : collection of str
        ``data`` (population), ``map`` (layers), ``boundaries`` (communes).
    keys : iterable of Key
        Layers to count; each must be in both scenarios.

    Raises
    ------
    GeoalarmError
        If an input cannot be opened.
    """
    prepared = _prepared(old, new, taken)
    olds, news = ({key_of(option): option for option in space.options()} for space in (old, new))
    wanted = list(keys)
    footprints = {
        key: _footprint(old, new, olds[key], news[key] if "map" in taken else None)
        for key in wanted
        if key in olds and key in news
    }
    known = {key: item for key, item in footprints.items() if item is not None}
    tables = {
        key: engine.expose(item, prepared.population, prepared.communes, prepared=prepared, cache=old.cache)
        for key, item in known.items()
    }
    together = [key_of(option) for option in union_options(old, old.options())]
    whole = bool(together) and all(key in known for key in together)
    whole_year = _whole_dangers(old.options(), known)
    yearly = [table for key, table in tables.items() if (key[0], key[1], key[3]) in whole_year]
    return Recount(
        population=pd.Series(prepared.total, index=prepared.communes.ids),
        tables=tables,
        union=union([known[key] for key in together], prepared) if whole else None,
        annual=annual_of(joined_tables(yearly), old.scenario.options) if yearly else None,
    )


def _prepared(old: Workspace, new: Workspace, taken: Collection[SwappedInput]) -> PopulationIndex:
    both = {"data", "boundaries"} & set(taken)
    if not both:
        return old.prepared()
    if len(both) == 2:
        return new.prepared()
    people: Population = (new if "data" in taken else old).population()
    communes: Communes = (new if "boundaries" in taken else old).communes
    logger.info("counting with %s of the later edition", ", ".join(sorted(taken)))
    return engine.prepare(people, communes, cache=old.cache)


def _whole_dangers(options: Iterable[LayerOption], known: Collection[Key]) -> set[tuple[str, str, str]]:
    """Hazard, scenario and basis of the dangers whose layers are all known: only these have people a year."""
    keys = [key_of(option) for option in options]
    lacking = {(key[0], key[1], key[3]) for key in keys if key not in known}
    return {(key[0], key[1], key[3]) for key in keys} - lacking


def _footprint(old: Workspace, new: Workspace, was: LayerOption, now: LayerOption | None) -> Footprint | None:
    """The layer in the classes of the old scenario; None where the new one has classes of another kind."""
    if now is None:
        return old.footprint(was)
    if (was.kind == "intensity") != (now.kind == "intensity"):
        return None
    return new.footprint(now, was.class_bounds if was.kind == "intensity" else None)
