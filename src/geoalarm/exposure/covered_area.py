"""The account of the land: cells that cover a commune add up to its own area, or nothing is said."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geoalarm.core.errors import GeoalarmError
from geoalarm.exposure.counts import snap
from geoalarm.geo.crs import to_crs
from geoalarm.geo.grid import Grid

CLOSES_TO: Final = 0.005
"""Largest part by which the cells of a commune may miss its area [1]."""

SLIVER_KM2: Final = 1e-4
"""What is smaller is rounding along an outline, no commune [km2]."""

EDGES: Final = 200
"""Parts along the extent of a grid that an edge is cut into before it moves to another system."""


def require_own_area(
    covered_km2: np.ndarray,
    own_km2: np.ndarray,
    outlines: np.ndarray,
    ids: pd.Index,
    *,
    grid: Grid,
    crs: CRS,
    what: str,
) -> None:
    """Check that the cells of each commune add up to the part of its own area that lies on the grid.

    Parameters
    ----------
    covered_km2 : numpy.ndarray (n,)
        Sum over the cells of their area by the share that lies in the outline [km2].
    own_km2 : numpy.ndarray (n,)
        Area of the outlines [km2].
    outlines : numpy.ndarray (n,) of shapely geometries
        Communes, or the pieces of them, in ``crs``.
    ids : pandas.Index (n,)
        Commune of each outline; areas are compared by commune.
    grid : Grid
        Lattice of the cells.
    crs : pyproj.CRS
        Equal-area system.
    what : str
        The layer, for the message.

    Raises
    ------
    GeoalarmError
        If a commune's cells miss its area by more than :data:`CLOSES_TO`.
    """
    group, names = pd.factorize(ids)
    found, own = (np.bincount(group, weights=area) for area in (covered_km2, own_km2))
    doubtful = (found > 0) & ~_agree(found, own)
    if not doubtful.any():
        return
    # communes that the edge of the grid cuts: only the part on it is compared
    some = doubtful[group]
    own = np.bincount(group[some], weights=_area_on_grid(outlines[some], grid, crs), minlength=len(names))
    wrong = np.flatnonzero(doubtful & ~_agree(found, own))
    if len(wrong):
        raise GeoalarmError(
            f"ledger of the land does not close: cells of the {what} add up to another area than the commune",
            got=f"{names[wrong[0]]}: {found[wrong[0]]:.6g} km2 of cells ({len(wrong)} communes)",
            expected=f"{own[wrong[0]]:.6g} km2, within {CLOSES_TO:.1%}",
            hint=f"its system, {grid.crs.name}, may not suit the place: warp it to EPSG:3035 "
            "(gdalwarp -t_srs EPSG:3035)",
        )


def mapped_part(part: np.ndarray, seen: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Part of the whole [1], where ``seen`` is the same area measured on the grid (used when it is all there)
    [km2].
    """
    denominator = np.where(seen >= whole * (1 - 1e-3), seen, whole)
    return snap(np.divide(part, denominator, out=np.zeros_like(part), where=denominator > 0))


def _agree(found: np.ndarray, own: np.ndarray) -> np.ndarray:
    return np.abs(found - own) <= np.maximum(CLOSES_TO * own, SLIVER_KM2)


def _area_on_grid(outlines: np.ndarray, grid: Grid, crs: CRS) -> np.ndarray:
    """Area of the part of each outline on the grid, its edges as straight as they are on the grid [km2]."""
    there = to_crs(gpd.GeoDataFrame(geometry=outlines, crs=crs), grid.crs).geometry.to_numpy()
    on_grid = shapely.intersection(shapely.make_valid(there), shapely.box(*grid.bounds))
    west, south, east, north = grid.bounds
    bent = shapely.segmentize(on_grid, max(east - west, north - south) / EDGES)
    return gpd.GeoSeries(bent, crs=grid.crs).to_crs(crs).area.to_numpy() / 1e6
