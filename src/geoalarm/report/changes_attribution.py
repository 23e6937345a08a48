"""How far each input moved a figure: the old edition is counted again, its inputs exchanged one after the
other.

That is possible only where the old inputs can still be opened and are, byte for byte, those the old reports
were made from.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from geoalarm import analysis
from geoalarm.analysis.attribution import SWAPPED_INPUTS, Key, Recount, SwappedInput, key_of, recount_with
from geoalarm.core.errors import GeoalarmError
from geoalarm.report.changes import Walk, changed_inputs, exactly
from geoalarm.report.changes_record import InputRecords, Record, layer_id
from geoalarm.results.totals import threshold_total

if TYPE_CHECKING:
    from geoalarm.analysis import Workspace

logger = logging.getLogger(__name__)

Walks = Mapping[str, Mapping[str, Walk]]
"""By commune, by figure id."""

_SPLIT: Final = 2


@dataclass(frozen=True, slots=True)
class InputLocation:
    """Where the inputs of an edition were: its scenario as text, and its catalog and mirror, absolute."""

    scenario: str
    folder: Path
    catalog: Path | None
    mirror: Path | None = None

    def open(self, catalog: Path | None = None) -> Workspace:
        """Its scenario as a workspace, on another catalog where one is given.

        Raises
        ------
        GeoalarmError
            If scenario or catalog cannot be used.
        """
        import yaml

        scenario = analysis.scenario_from(
            yaml.safe_load(self.scenario), what="scenario of the earlier edition", folder=self.folder
        )
        found = analysis.open_catalog(catalog or self.catalog, mirror=self.mirror)
        return analysis.Workspace(scenario, catalog=found)


def walks_between(
    before: Mapping[str, Record],
    after: Mapping[str, Record],
    places: Iterable[Callable[[], Workspace]],
    new: Workspace,
) -> Walks:
    """A walk from the old figure to the new for every figure that moved and has more than one cause.

    Parameters
    ----------
    before, after : mapping of str to Record
        By commune.
    places : iterable of callable
        Each opens the workspace of the old edition, where it may still be found; the first that holds the
        same bytes is used.
    new : Workspace
        Of the later edition.

    Returns
    -------
    mapping
        Empty where no figure needs it, or no place holds the old inputs: then causes stay together.
    """
    needed = _needed(before, after)
    if not needed:
        return {}
    first = before[next(iter(needed))]
    causes = [
        name
        for name in SWAPPED_INPUTS
        if any(name in changed for changes in needed.values() for changed in changes.values())
    ]
    for place in places:
        try:
            old = place()
            keys = _unchanged(old, first.inputs)
            if keys is None:
                continue
            return _walks(needed, _stations(old, new, causes, keys))
        except GeoalarmError as error:
            logger.info("the earlier edition cannot be counted again here: %s", error.sentence())
    logger.warning(
        "the inputs of the earlier edition are gone or changed: where several inputs moved a figure they "
        "stay together"
    )
    return {}


def _needed(
    before: Mapping[str, Record], after: Mapping[str, Record]
) -> dict[str, dict[str, tuple[str, ...]]]:
    """Figures whose number moved and that have several causes, with these, by commune."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for name, record in after.items():
        old = before.get(name)
        if old is None:
            continue
        for key, figure in record.figures.items():
            was = old.figures.get(key)
            if (
                was is None
                or not (was.has_number and figure.has_number)
                or exactly(was.value) == exactly(figure.value)
            ):
                continue
            changed = changed_inputs(old, record, figure, other=was)
            if len(changed) >= _SPLIT:
                found.setdefault(name, {})[key] = changed
    return found


def _unchanged(old: Workspace, inputs: InputRecords) -> list[Key] | None:
    """Old layers whose bytes are those of the old edition; None where people or communes are not."""
    given = {source.id: source.sha256 or "" for source in (*old.communes.sources, *old.population().sources)}
    if any(given.get(name) != inputs.sources[name].sha256 for name in (*inputs.data, *inputs.boundaries)):
        return None
    found = []
    for option in old.options():
        try:
            same = (
                option.key in inputs.sources
                and old.layer(option).source.sha256 == inputs.sources[option.key].sha256
            )
        except GeoalarmError as error:
            logger.info("layer %s of the earlier edition cannot be opened: %s", option.key, error.sentence())
            continue
        if same:
            found.append(key_of(option))
    return found


def _stations(
    old: Workspace, new: Workspace, causes: list[SwappedInput], keys: list[Key]
) -> dict[str, dict[str, dict[str, float]]]:
    """Value of every figure of every commune after each exchange: by station, figure, commune."""
    usable = [key for key in keys if key in {key_of(option) for option in new.options()}]
    taken: list[SwappedInput] = []
    found = {"start": _figures(recount_with(old, new, taken, keys=usable))}
    for cause in causes:
        taken.append(cause)
        found[cause] = _figures(recount_with(old, new, taken, keys=usable))
    return found


def _figures(counted: Recount) -> dict[str, dict[str, float]]:
    found = {"population": {str(name): float(value) for name, value in counted.population.items()}}
    for (hazard, scenario, period, basis), table in counted.tables.items():
        key = layer_id(hazard, scenario, math.nan if period < 0 else period, basis)
        plain = table.copy(deep=False)
        plain.attrs = {}
        found[key] = _by_commune(threshold_total(plain))
        for label in dict.fromkeys(plain["intensity_class"]):
            found[f"{key}#{label}"] = _by_commune(plain[plain["intensity_class"] == label])
    if counted.union is not None:
        found["union"] = _by_commune(counted.union)
    if counted.annual is not None:
        for group, rows in counted.annual.groupby(["hazard", "scenario", "basis"], sort=False):
            danger, kind, rests_on = (str(part) for part in group)
            found[f"annual:{layer_id(danger, kind, math.nan, rests_on)}"] = _by_commune(rows, "people_per_yr")
    return found


def _by_commune(rows: pd.DataFrame, column: str = "population_exposed") -> dict[str, float]:
    return dict(zip(rows["commune_id"].astype(str), rows[column].astype(float), strict=True))


def _walks(
    needed: Mapping[str, Mapping[str, Any]], stations: Mapping[str, Mapping[str, Mapping[str, float]]]
) -> Walks:
    found: dict[str, dict[str, Walk]] = {}
    for commune, figures in needed.items():
        for key in figures:
            walk = {
                station: values.get(key, {}).get(commune, math.nan) for station, values in stations.items()
            }
            if all(math.isfinite(value) for value in walk.values()):
                found.setdefault(commune, {})[key] = walk
    return found
