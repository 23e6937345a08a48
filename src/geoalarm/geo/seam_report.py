"""What resolving a seam took: areas, slivers, commune hit hardest, people, as numbers and as a layer."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from geoalarm.core.errors import InputError
from geoalarm.geo.grid import Grid
from geoalarm.geo.seam_ground import GAP, OVERLAP, BorderCommunes, SliverFaces
from geoalarm.geo.zonal import coverage


@dataclass(frozen=True)
class SeamReport:
    """Overlaps and gaps between two boundary sets, before and after a rule.

    Attributes
    ----------
    overlap_km2, gap_km2 : float
        Land claimed by both countries and by neither, before [km2].
    n_overlaps, n_gaps : int
        Connected pieces.
    overlap_after_km2, gap_after_km2 : float
        The same, measured again on the result [km2].
    holes_kept : int
        Holes bounded by one country only, or too wide for a fault: left open.
    inner_overlap_km2 : float
        Land near the border that communes of one country claim twice: a fault of that set; the first row
        keeps it [km2].
    worst_commune, worst_share : str, float
        The commune of which the other country claimed the largest share, and that share [1].
    people_in_overlaps, people_in_gaps : float
        People who would be counted twice, and not at all; NaN until :func:`with_people` counts them.
    layer : geopandas.GeoDataFrame
        One row a piece: kind, sliver, area_km2, commune_id (who got it), from_commune_id (who else claimed
        it, or empty).
    """

    rule: str
    overlap_km2: float = 0.0
    gap_km2: float = 0.0
    n_overlaps: int = 0
    n_gaps: int = 0
    largest_overlap_km2: float = 0.0
    largest_gap_km2: float = 0.0
    overlap_after_km2: float = 0.0
    gap_after_km2: float = 0.0
    holes_kept: int = 0
    inner_overlap_km2: float = 0.0
    worst_commune: str = ""
    worst_share: float = 0.0
    people_in_overlaps: float = math.nan
    people_in_gaps: float = math.nan
    layer: gpd.GeoDataFrame = field(default_factory=gpd.GeoDataFrame, repr=False, compare=False)

    @property
    def slivers(self) -> int:
        """Pieces of overlap."""
        return self.n_overlaps

    @property
    def people_moved(self) -> float:
        """People whose commune the rule decided: those in overlaps and in gaps; NaN until counted."""
        return self.people_in_overlaps + self.people_in_gaps

    def as_dict(self) -> dict[str, object]:
        """Everything but the layer, for a manifest; people not counted are None."""
        names = [name for name in self.__dataclass_fields__ if name != "layer"]
        out = {name: getattr(self, name) for name in [*names, "people_moved"]}
        return {
            name: None if isinstance(value, float) and math.isnan(value) else value
            for name, value in out.items()
        }


def report(
    ground: BorderCommunes,
    now: SliverFaces,
    row: np.ndarray | None,
    *,
    rule: str,
    after: SliverFaces | None = None,
) -> SeamReport:
    """Measure a cut seam; ``row`` is who got each face, ``after`` the same ground cut again once resolved."""
    layer = _layer(ground, now, np.full(len(now.faces), -1) if row is None else row)
    if not len(now.faces):
        return SeamReport(rule, layer=layer)
    worst, share = _worst(ground, now)
    size = layer.groupby(["kind", "sliver"])["area_km2"].sum()
    overlap, gap = (
        size[size.index.get_level_values("kind") == kind].to_numpy() for kind in ("overlap", "gap")
    )
    left = now if after is None else after
    return SeamReport(
        rule,
        overlap_km2=float(overlap.sum()),
        gap_km2=float(gap.sum()),
        n_overlaps=len(overlap),
        n_gaps=len(gap),
        largest_overlap_km2=float(overlap.max(initial=0.0)),
        largest_gap_km2=float(gap.max(initial=0.0)),
        overlap_after_km2=_km2(left, OVERLAP),
        gap_after_km2=_km2(left, GAP),
        holes_kept=now.holes,
        inner_overlap_km2=float(now.area_m2[now.twice].sum()) / 1e6,
        worst_commune=worst,
        worst_share=share,
        layer=layer,
    )


def _km2(now: SliverFaces, kind: int) -> float:
    return float(now.area_m2[now.kind == kind].sum()) / 1e6


def _layer(ground: BorderCommunes, now: SliverFaces, row: np.ndarray) -> gpd.GeoDataFrame:
    disputed = np.flatnonzero(now.kind > 0)
    ids = np.append(ground.ids, "")
    loser = np.where(now.owner[disputed, 0] == row[disputed], now.owner[disputed, 1], now.owner[disputed, 0])
    frame = {
        "kind": np.where(now.kind[disputed] == OVERLAP, "overlap", "gap"),
        "sliver": now.group[disputed],
        "area_km2": now.area_m2[disputed] / 1e6,
        "commune_id": ids[row[disputed]],
        "from_commune_id": np.where(now.kind[disputed] == OVERLAP, ids[loser], ""),
    }
    layer = gpd.GeoDataFrame(frame, geometry=now.faces[disputed], crs=ground.frame.crs)
    return layer.astype({"kind": "str", "commune_id": "str", "from_commune_id": "str"})


def _worst(ground: BorderCommunes, now: SliverFaces) -> tuple[str, float]:
    both = now.kind == OVERLAP
    if not both.any():
        return "", 0.0
    claimed = pd.Series(np.tile(now.area_m2[both], 2)).groupby(now.owner[both].T.ravel()).sum()
    rows = claimed.index.to_numpy()
    share = claimed / ground.frame.geometry.iloc[rows].to_crs(ground.metric).area.to_numpy()
    return str(ground.ids[share.idxmax()]), float(share.max())


def with_people(found: SeamReport, population: xr.DataArray) -> SeamReport:
    """The report with the people in its overlaps and gaps, and a column ``people`` in its layer.

    Parameters
    ----------
    population : xarray.DataArray
        People per cell, dims (y, x), with a CRS; NaN or the no-data value where nobody was counted. People
        are taken to be spread evenly inside a cell.

    Raises
    ------
    InputError
        If the raster has no CRS, or counts are negative or infinite.
    """
    grid = Grid.from_dataarray(population)
    counts = np.asarray(population.to_numpy(), dtype="float64").ravel()
    missing = population.rio.nodata
    counts = np.where(np.isnan(counts) | (counts == (np.nan if missing is None else missing)), 0.0, counts)
    if (np.isinf(counts) | (counts < 0)).any():
        raise InputError(
            "population of the seam",
            got=f"{counts.min():g} to {counts.max():g}",
            expected="people per cell, finite and not negative",
            hint="declare the no-data value",
        )
    layer = found.layer.copy()
    layer["people"] = coverage(layer, grid) @ counts if len(layer) else np.empty(0)
    sums = layer.groupby("kind")["people"].sum()
    return replace(
        found,
        layer=layer,
        people_in_overlaps=float(sums.get("overlap", 0.0)),
        people_in_gaps=float(sums.get("gap", 0.0)),
    )
