"""Communes of one or two countries as one set, the seam between them resolved and reported."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd

from geoalarm.analysis.scenario import EntryChoice, Options, Scenario
from geoalarm.core.errors import InputError
from geoalarm.core.model import Communes, require_column
from geoalarm.core.row_account import RowAccount

if TYPE_CHECKING:
    from geoalarm.catalog import Catalog
    from geoalarm.geo.seam_report import SeamReport

DELIVERED: Final = "as delivered"
"""Rule of a seam that was resolved when the communes were made."""


@dataclass(frozen=True, slots=True)
class JoinedCommunes:
    """Communes as the engine takes them.

    Attributes
    ----------
    seam : SeamReport, optional
        What was done between two sets of boundaries; None where there is one set, or the rule is ``none``.
    warnings : tuple of str
        What is uncertain of how the two sets meet.
    """

    communes: Communes
    seam: SeamReport | None = None
    warnings: tuple[str, ...] = ()


def join_communes(catalog: Catalog, scenario: Scenario, *, cache: Path | None = None) -> JoinedCommunes:
    """Communes of a scenario's entries.

    Parameters
    ----------
    cache : pathlib.Path, optional
        Folder where a resolved seam is kept.

    Raises
    ------
    InputError
        If more than two sets are named, or a commune is in both.
    """
    names = scenario.communes
    if len(names) > 2:
        raise InputError(
            "communes of the scenario",
            got=f"{len(names)} entries",
            expected="one entry, or one for each side of a border",
            hint="join the countries of one side in one file first",
        )
    parts = [_chosen_communes(catalog, scenario.choice(name)) for name in names]
    if len(parts) == 1:
        return JoinedCommunes(parts[0], seam=delivered_seam(catalog, names[0]))
    return resolve_seam(parts[0], parts[1], options=scenario.options, cache=cache)


def _chosen_communes(catalog: Catalog, choice: EntryChoice) -> Communes:
    """Communes of an entry, of which only those are kept whose codes begin as stated."""
    found = catalog.communes(choice.entry, **choice.values(catalog))
    if not choice.codes:
        return found
    kept = found.data["code"].astype("str").str.startswith(choice.codes).to_numpy()
    if not kept.any():
        raise InputError(
            f"communes of entry {choice.entry!r}",
            got=f"{len(kept)}, no code begins with {' or '.join(choice.codes)}",
            expected="at least one commune",
            hint="check codes; those of the entry begin with "
            + ", ".join(sorted({code[:2] for code in found.data["code"].astype("str")})[:12]),
        )
    return found.only(kept)


def resolve_seam(
    one: Communes, other: Communes, *, options: Options, cache: Path | None = None
) -> JoinedCommunes:
    """Two sets of boundaries as one, overlaps and gaps settled by the rule of the options."""
    from geoalarm.geo.datum_accuracy import OUTLINE_M, MapExtent, datum_notes
    from geoalarm.geo.seam_cache import resolve_kept

    sources = (*one.sources, *other.sources)
    rows = RowAccount.joined(part.rows for part in (one, other) if part.rows is not None)
    twice = one.ids.intersection(other.ids)
    if len(twice):
        raise InputError(
            "communes of the two entries",
            got=f"{len(twice)} in both, first {twice[0]}",
            expected="each commune once",
            hint="use one entry for each country",
        )
    line = _seam_line(options)
    layers = {"communes": one.data, "communes across the border": other.data, "line of the seam": line}
    extents = {name: MapExtent.of(data) for name, data in layers.items() if data is not None}
    notes = datum_notes(extents, cell_m=OUTLINE_M).lines
    if options.seam == "none":
        import pandas as pd

        return JoinedCommunes(
            Communes(
                pd.concat([one.data, other.data.to_crs(one.data.crs)], ignore_index=True), sources, rows
            ),
            warnings=notes,
        )
    resolved, report = resolve_kept(one.data, other.data, rule=options.seam, line=line, cache=cache)
    return JoinedCommunes(Communes(resolved, sources, rows), report, warnings=notes)


def _seam_line(options: Options) -> gpd.GeoDataFrame | None:
    from geoalarm.io.vector_files import read_vector

    return None if options.seam_line is None else read_vector(options.seam_line)


def delivered_seam(catalog: Catalog, communes: str) -> SeamReport | None:
    """The report of a seam that was resolved before the communes were delivered, from the entry of role
    ``seam`` that goes with them.

    None where the catalog has no such entry. What is left after the rule is NaN: it was not measured here.
    """
    from geoalarm.catalog.roles import entries_beside
    from geoalarm.geo.seam_report import SeamReport

    beside = entries_beside(catalog, communes, "seam")
    if not beside:
        return None
    layer = catalog.layer(beside[0]).data
    if not isinstance(layer, gpd.GeoDataFrame):
        raise InputError(
            f"entry {beside[0]!r} of role seam",
            got="a raster",
            expected="polygons",
            hint="give the slivers as polygons",
        )
    require_column(layer, "kind", what=f"entry {beside[0]!r}")
    require_column(layer, "area_km2", what=f"entry {beside[0]!r}")
    areas, people = (
        {kind: _sum_of(layer, kind, column) for kind in ("overlap", "gap")}
        for column in ("area_km2", "people")
    )
    slivers = (
        layer.groupby(["kind", "sliver"] if "sliver" in layer.columns else ["kind", layer.index])["area_km2"]
        .sum()
        .groupby("kind")
    )
    count, largest = slivers.size(), slivers.max()
    return SeamReport(
        DELIVERED,
        overlap_km2=areas["overlap"],
        gap_km2=areas["gap"],
        n_overlaps=int(count.get("overlap", 0)),
        n_gaps=int(count.get("gap", 0)),
        largest_overlap_km2=float(largest.get("overlap", 0.0)),
        largest_gap_km2=float(largest.get("gap", 0.0)),
        overlap_after_km2=math.nan,
        gap_after_km2=math.nan,
        people_in_overlaps=people["overlap"],
        people_in_gaps=people["gap"],
        layer=layer,
    )


def measured_after(report: SeamReport, communes: Communes) -> SeamReport:
    """The report of a delivered seam, with overlaps and gaps that remain measured now; others as they are."""
    from geoalarm.geo import seam

    countries = communes.countries
    names = sorted(set(countries))
    if report.rule != DELIVERED or len(names) != 2:
        return report
    _, left = seam.resolve(*(communes.data[countries == name] for name in names))
    return replace(report, overlap_after_km2=left.overlap_km2, gap_after_km2=left.gap_km2)


def facts_of(report: SeamReport) -> dict[str, object]:
    """The report for a manifest; of a delivered seam only what its layer tells, no zero for the unknown."""
    known = report.as_dict()
    if report.rule != DELIVERED:
        return known
    return {
        name: value
        for name, value in known.items()
        if name not in ("holes_kept", "inner_overlap_km2", "worst_commune", "worst_share")
    }


def _sum_of(layer: gpd.GeoDataFrame, kind: str, column: str) -> float:
    return float(layer.loc[layer["kind"] == kind, column].sum()) if column in layer.columns else math.nan
