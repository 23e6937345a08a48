"""The engine: a footprint, a population and communes become the exposure table. Pure: no file is read or
written but the coverage index, when a cache folder is given.

People are even within a population unit (a grid cell or a polygon); a commune owns the part of a unit that
lies in it, by covered area. ``population_exposed`` follows from that. ``population_exposed_low`` counts only
units that lie wholly in the class, ``population_exposed_high`` all units that the class touches: where they
are far apart the population is too coarse for the zone, and the row says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from geoalarm.core.errors import InputError
from geoalarm.core.iso_regions import in_areas
from geoalarm.core.model import Communes, Footprint, Population
from geoalarm.exposure.counts import Counts
from geoalarm.exposure.exposure_table import exposure_table
from geoalarm.exposure.footprint_datum import footprint_datum_notes
from geoalarm.exposure.ledger import ledger
from geoalarm.exposure.life_safety import require_life_safety
from geoalarm.exposure.near_communes import count_near
from geoalarm.exposure.on_circles import count_circles, is_circular
from geoalarm.exposure.on_polygons import count_polygons
from geoalarm.exposure.population_index import LACKING, PopulationIndex, prepare

__all__ = ["expose", "prepare"]


def expose(
    footprint: Footprint,
    population: Population,
    communes: Communes,
    *,
    prepared: PopulationIndex | None = None,
    cache: Path | None = None,
) -> pd.DataFrame:
    """People per commune and class of a footprint: the tidy exposure table.

    Parameters
    ----------
    footprint : Footprint
        Raster (intensity with bounds, classes, fraction) or polygons; any CRS, any grid.
    population : Population
        Raster of counts or densities, or polygons with counts; any CRS, any grid.
    communes : Communes
        Outlines with a unique ``commune_id``.
    prepared : PopulationIndex, optional
        Result of :func:`prepare` for the same population and communes, to reuse over scenarios.
    cache : pathlib.Path, optional
        Folder for coverage indexes.

    Returns
    -------
    pandas.DataFrame
        Columns of :data:`geoalarm.core.schema.FIELDS`, one row a commune and class, in the order of the
        communes and from mild to severe. NaN in ``population_exposed`` means that nothing is known; ``state``
        says why. NaN in ``population_exposed_high`` beside a number: of some units in the class it is not
        known how many live there, and the number is the known part. ``attrs['ledger']`` closes the account
        of the people [1], ``attrs['method']`` says what was done, ``attrs['warnings']`` what a reader must
        not overlook.

    Raises
    ------
    InputError
        If an input cannot be used, ``prepared`` belongs to other inputs, or the hazard damages buildings
        only.
    """
    require_life_safety(footprint)
    if prepared is None:
        prepared = prepare(population, communes, cache=cache)
    elif prepared.population is not population or prepared.communes is not communes:
        raise InputError(
            "prepared population",
            got="made from other inputs",
            expected="the same population and communes",
            hint="call prepare() again",
        )
    notes = footprint_datum_notes(footprint, prepared)
    count = _counting(footprint, prepared)
    counts = count(footprint, prepared, cache=cache)
    if prepared.lacks.any():
        touched = count(footprint, prepared.of_unknown, cache=cache).high > LACKING
        counts = replace(counts, lacking=touched & prepared.lacks[:, None])
    counts = _unstudied_countries(footprint, prepared, counts)
    table = exposure_table(replace(counts, caveats=(*counts.caveats, *notes.caveats)), footprint, prepared)
    table.attrs = {
        "ledger": ledger(counts, prepared),
        "method": list(counts.method),
        "warnings": list(notes.lines),
    }
    return table


def _counting(footprint: Footprint, prepared: PopulationIndex) -> Callable[..., Counts]:
    if footprint.kind != "polygons":
        return count_near
    return count_circles if is_circular(footprint, prepared) else count_polygons


def _unstudied_countries(footprint: Footprint, prepared: PopulationIndex, counts: Counts) -> Counts:
    """A layer speaks only for the countries it names: elsewhere its values are not a study of the place."""
    if not footprint.countries:
        return counts
    silent = ~in_areas(prepared.communes.ids, footprint.countries)
    return counts.silenced(silent, prepared.counted)
