"""People within reach of several hazards, each counted once: bounds, for overlaps in a cell are unknown."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoalarm.core.errors import InputError
from geoalarm.core.iso_regions import in_areas
from geoalarm.core.model import Footprint
from geoalarm.core.schema import join_keys
from geoalarm.core.terms import Basis, State, first_counted
from geoalarm.exposure.counts import snap
from geoalarm.exposure.exposure_table import people_caveats
from geoalarm.exposure.footprint_datum import footprint_datum_notes
from geoalarm.exposure.life_safety import require_life_safety
from geoalarm.exposure.on_polygons import class_zones, studied_reach
from geoalarm.exposure.on_raster import cut_to_communes, onto_units
from geoalarm.exposure.population_index import LACKING, PopulationIndex
from geoalarm.geo.crs import to_crs
from geoalarm.geo.overlay import pieces
from geoalarm.geo.zonal import coverage


def union_bounds(shares: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Least, most and independent share of each unit in at least one of several zones [1].

    ``max f <= union <= min(1, sum f)``; independence gives ``1 - prod(1 - f)``.

    Raises
    ------
    InputError
        If there are no shares.
    """
    if not len(shares):
        raise InputError("union of hazards", got="no hazard", expected="at least one", hint="give footprints")
    stack = np.vstack([np.asarray(share, dtype="float64") for share in shares])
    return stack.max(axis=0), np.minimum(stack.sum(axis=0), 1.0), 1.0 - np.prod(1.0 - stack, axis=0)


def union(footprints: Sequence[Footprint], prepared: PopulationIndex) -> pd.DataFrame:
    """People of each commune in at least one footprint, each person once.

    Every class counts, but of a footprint whose mild classes mean no danger (its ``counted_from``). Zones of
    an official plan that are of several hazards, not told which, count here and in no hazard's own total.

    Returns
    -------
    pandas.DataFrame
        ``commune_id``, ``hazards``, ``population`` [1], ``population_exposed_low`` and ``_high`` [1] (bounds
        of the union over the mapped layers), ``population_exposed`` [1] (independence within a unit),
        ``layers_mapped`` and ``layers`` (how many of the layers speak about the commune), ``state``,
        ``source_ids``, ``caveats``. NaN where no layer does.

    Raises
    ------
    InputError
        If there is no footprint, one of a hazard that damages buildings only, or one on an unknown datum.
    """
    for footprint in footprints:
        require_life_safety(footprint)
    notes = [footprint_datum_notes(footprint, prepared) for footprint in footprints]
    found = [unit_shares(footprint, prepared) for footprint in footprints]
    low, high, middle = union_bounds([share for share, _ in found])
    split, people = prepared.split, prepared.split_people
    mapped = np.vstack([speaks for _, speaks in found])
    lacking = prepared.lacks & (np.asarray(split @ (prepared.split_unknown * (high > 0))) > LACKING)
    found_people = split @ (people * middle)
    unknown = np.isnan(prepared.total) | (lacking & ~(found_people > 0))
    silent = ~mapped.any(axis=0) | unknown
    value = np.where(silent, np.nan, found_people)
    total = np.nan_to_num(prepared.total)
    states = np.where(silent, State.NOT_STUDIED, np.where(value > 0, State.EXPOSED, State.ZERO))
    states = np.where(unknown, State.OUTSIDE_COVERAGE, states)
    sources = [source.id for footprint in footprints for source in footprint.sources]
    always = _caveats(footprints, prepared) + [key for note in notes for key in note.caveats]
    return pd.DataFrame(
        {
            "commune_id": prepared.communes.ids.to_numpy(),
            "hazards": join_keys(footprint.name for footprint in footprints),
            "population": prepared.total,
            "population_exposed": value,
            "population_exposed_low": np.where(silent, np.nan, split @ (people * low)),
            "population_exposed_high": np.where(
                silent | lacking, np.nan, np.minimum(split @ (people * high), total)
            ),
            "layers_mapped": mapped.sum(axis=0),
            "layers": len(footprints),
            "state": [str(state) for state in states],
            "source_ids": join_keys([*sources, *(source.id for source in prepared.population.sources)]),
            "caveats": [
                join_keys([*always, *(["partly_mapped"] if count < len(footprints) else []), *of_people])
                for count, of_people in zip(mapped.sum(axis=0), _people_caveats(prepared), strict=True)
            ],
        }
    )


def _caveats(footprints: Sequence[Footprint], prepared: PopulationIndex) -> list[str]:
    """Caveats of every commune."""
    always = [key for footprint in footprints for key in footprint.caveats]
    always += prepared.population.caveats
    if any(footprint.basis == Basis.ILLUSTRATIVE for footprint in footprints):
        always.insert(0, "illustrative")
    if any(
        first_counted(footprint.counted_from, [item.label for item in footprint.classes])
        for footprint in footprints
    ):
        always.append("mild_classes_left_out")
    return always


def _people_caveats(prepared: PopulationIndex) -> list[list[str]]:
    flags = people_caveats(prepared)
    return [[key for key, flag in flags.items() if flag[n]] for n in range(len(prepared.area_km2))]


def unit_shares(footprint: Footprint, prepared: PopulationIndex) -> tuple[np.ndarray, np.ndarray]:
    """Share of each population unit (cell or piece) in any class [1], and the communes the layer is about."""
    allowed = (
        in_areas(prepared.communes.ids, footprint.countries)
        if footprint.countries
        else np.ones(len(prepared.area_km2), dtype=bool)
    )
    split = prepared.split
    silenced = np.asarray(split.T @ allowed.astype("float64")).ravel() / np.maximum(
        np.asarray(split.sum(axis=0)).ravel(), 1e-12
    )
    if footprint.kind == "polygons":
        share, mapped = _polygon_shares(footprint, prepared), allowed & studied_reach(footprint, prepared)
    else:
        share, on_units = _raster_shares(footprint, prepared)
        mapped = allowed & (np.asarray(split @ on_units) > 0)
    return snap(share * snap(silenced)), mapped


def _raster_shares(footprint: Footprint, prepared: PopulationIndex) -> tuple[np.ndarray, np.ndarray]:
    units = len(prepared.split_people)
    cut, grid = cut_to_communes(footprint, prepared)
    if grid is None:
        return np.zeros(units), np.zeros(units)
    classed = onto_units(cut, grid, prepared)
    return classed.from_class(first_counted(footprint.counted_from, classed.labels)), classed.mapped


def _polygon_shares(footprint: Footprint, prepared: PopulationIndex) -> np.ndarray:
    labels, zones, _ = class_zones(footprint, prepared)
    first = first_counted(footprint.counted_from, labels)
    untold = footprint.plan.unattributed if footprint.plan is not None else None
    others = [] if untold is None else list(to_crs(untold, prepared.crs).geometry)
    zone = shapely.union_all([*zones[labels.index(first) if first else 0 :], *others])
    if prepared.grid is not None:
        return np.asarray(
            coverage(gpd.GeoDataFrame(geometry=[zone], crs=prepared.crs), prepared.grid).todense()
        ).ravel()[prepared.cells]
    assert prepared.pieces is not None
    outlines = prepared.pieces[2]
    a, _, cut = pieces(outlines, np.array([zone], dtype=object))
    return np.bincount(a, weights=shapely.area(cut), minlength=len(outlines)) / shapely.area(outlines)
