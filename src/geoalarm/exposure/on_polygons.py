"""Polygons of a footprint counted over a population: exact areas, each place in one class if ordered."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from scipy import sparse

from geoalarm.core.model import Footprint
from geoalarm.exposure.counts import Counts, snap
from geoalarm.exposure.population_index import PopulationIndex
from geoalarm.geo.crs import to_crs
from geoalarm.geo.overlay import pieces, polygonal, union_by
from geoalarm.geo.zonal import coverage, touched_cells

ROUNDING: Final = 1e-6
"""Sums of shares of cells that differ by less than this part are one: zones are cut in two ways [1]."""

TOUCHES: Final = 1e-8
"""A zone that covers less of a unit does not touch it: it is rounding along an outline [1]."""

OVERLAP_KM2: Final = 1e-4
"""Classes that share less than this do not overlap: it is rounding along a common line [km2]."""


def count_polygons(footprint: Footprint, prepared: PopulationIndex, *, cache: Path | None = None) -> Counts:
    """People and area per commune and class of footprint polygons.

    Polygons of one class are united first. Classes that overlap are cut so that each place belongs to the
    most severe, where an order is known (``footprint.classes``, or numeric labels); else each class is
    counted on its own and the caveat ``classes_overlap`` says that rows do not add up.
    """
    labels, zones, caveats = class_zones(footprint, prepared)
    studied, reached, share_mapped, more = studied_part(footprint, prepared, zones)
    parts = [pieces(prepared.outlines, np.array([zone], dtype=object)) for zone in zones]
    anywhere = pieces(
        prepared.outlines,
        np.array([polygonal(np.array([shapely.union_all(zones)], dtype=object))[0]], dtype=object),
    )
    count = _over_cells if prepared.grid is not None else _over_pieces
    per_class = [count(i, geometry, prepared, cache) for i, _, geometry in parts]
    n = len(prepared.area_km2)
    any_class = _without_rounding(
        count(anywhere[0], anywhere[2], prepared, cache)[0],
        np.sum([found[0] for found in per_class], axis=0),
        len(labels) * np.nan_to_num(prepared.total),
    )
    known = prepared.counted if studied is None else _people_in(studied, share_mapped, prepared, count, cache)
    return Counts(
        labels,
        exposed=np.column_stack([found[0] for found in per_class]),
        low=np.column_stack([found[1] for found in per_class]),
        high=np.column_stack([found[2] for found in per_class]),
        area_km2=np.column_stack(
            [np.bincount(i, weights=shapely.area(geometry) / 1e6, minlength=n) for i, _, geometry in parts]
        ),
        mapped_share=share_mapped,
        not_exposed=np.clip(known - any_class, 0, None),
        unknown=np.clip(prepared.counted - np.maximum(known, any_class), 0, None),
        reached=reached,
        caveats=(*caveats, *more),
        method=("footprint polygons cut by communes; people even within a population unit",),
    )


def _without_rounding(whole: np.ndarray, parts: np.ndarray, people: np.ndarray) -> np.ndarray:
    """People in any class: the sum over the classes where the two agree to rounding: the account closes.

    ``people`` are those of the commune once for each class: so many may be rounded, for the share of a unit
    that is below the rounding counts as none.
    """
    return np.where(np.abs(whole - parts) <= ROUNDING * np.maximum(parts, people), parts, whole)


def class_zones(
    footprint: Footprint, prepared: PopulationIndex
) -> tuple[tuple[str, ...], list[shapely.Geometry], tuple[str, ...]]:
    """Labels mild to severe, one zone a label in the analysis CRS, and caveats about overlaps."""
    frame = to_crs(footprint.data, prepared.crs)
    geometry = frame.geometry.to_numpy()
    names = (
        np.array(["affected"] * len(frame), dtype=object)
        if footprint.class_column is None
        else frame[footprint.class_column].map(_label).to_numpy(dtype=object)
    )
    order, is_ordered = _order(names, footprint)
    united = union_by(names, geometry)
    zones = [united.get(label, shapely.Polygon()) for label in order]
    shared = _shared_km2(zones)
    if shared <= 0:
        return order, zones, ()
    if shared <= OVERLAP_KM2:  # slivers: nobody is in two classes, whatever their order
        return order, _highest(zones), ()
    if not is_ordered:
        return order, zones, ("classes_overlap",)
    return order, _highest(zones), () if footprint.classes else ("overlap_highest_class",)


def _label(value: object) -> str:
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value)


def _order(names: np.ndarray, footprint: Footprint) -> tuple[tuple[str, ...], bool]:
    present = list(dict.fromkeys(names.tolist()))
    declared = [cls.label for cls in footprint.classes]
    if declared and set(present) <= set(declared):
        return tuple(declared), True
    try:
        return tuple(sorted(present, key=float)), len(present) > 1
    except ValueError:
        return tuple(sorted(present)), False


def _shared_km2(zones: list[shapely.Geometry]) -> float:
    """Area in more than one zone [km2]; 0 where it is rounding of their own areas."""
    total = sum(shapely.area(zone) for zone in zones)
    shared = total - shapely.area(shapely.union_all(zones))
    return float(shared / 1e6) if shared > max(1e-6, 1e-13 * total) else 0.0


def _highest(zones: list[shapely.Geometry]) -> list[shapely.Geometry]:
    out: list[shapely.Geometry] = []
    above: shapely.Geometry = shapely.Polygon()
    for zone in reversed(zones):
        out.append(polygonal(np.array([shapely.difference(zone, above)], dtype=object))[0])
        above = shapely.union(above, zone)
    return out[::-1]


def _over_cells(
    i: np.ndarray, geometry: np.ndarray, prepared: PopulationIndex, cache: Path | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """People, low and high per commune of pieces over a raster population."""
    assert prepared.grid is not None
    n = len(prepared.area_km2)
    if len(i) == 0:
        return np.zeros(n), np.zeros(n), np.zeros(n)
    cover = coverage(gpd.GeoDataFrame(geometry=geometry, crs=prepared.crs), prepared.grid)
    cells = touched_cells(cover)
    reached, row = np.unique(i, return_inverse=True)
    owned = _columns(prepared.share[reached], cells)
    per_commune = sparse.csr_array(
        (np.ones(len(i)), (row, np.arange(len(i)))), shape=(len(reached), len(i))
    ) @ _columns(cover, cells)
    touched = owned.multiply(per_commune > TOUCHES).tocsr()
    inside = per_commune.minimum(owned)
    cut = touched.multiply((touched - inside) > 1e-6)
    counted, people = prepared.people[cells], np.zeros((3, n))
    people[:, reached] = [inside @ counted, (touched - cut) @ counted, touched @ counted]
    return people[0], people[1], people[2]


def _columns(matrix: sparse.csr_array, kept: np.ndarray) -> sparse.csr_array:
    """Some columns of a matrix, by their rising numbers; columns left out cost no time."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    position = np.minimum(np.searchsorted(kept, matrix.indices), max(len(kept) - 1, 0))
    held = kept[position] == matrix.indices if len(kept) else np.zeros(len(rows), dtype=bool)
    return sparse.csr_array(
        (matrix.data[held], (rows[held], position[held])), shape=(matrix.shape[0], len(kept))
    )


def _over_pieces(
    i: np.ndarray, geometry: np.ndarray, prepared: PopulationIndex, cache: Path | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """People, low and high per commune of pieces over a polygon population."""
    assert prepared.pieces is not None
    n = len(prepared.area_km2)
    if len(i) == 0:
        return np.zeros(n), np.zeros(n), np.zeros(n)
    commune, _, outlines = prepared.pieces
    a, b, cut = pieces(outlines, geometry)
    same = commune[a] == i[b]
    share = np.bincount(a[same], weights=shapely.area(cut[same]), minlength=len(outlines)) / shapely.area(
        outlines
    )
    share, people = snap(share), prepared.piece_people
    return (
        np.bincount(commune, weights=people * share, minlength=n),
        np.bincount(commune, weights=people * (share >= 1 - 1e-6), minlength=n),
        np.bincount(commune, weights=people * (share > 0), minlength=n),
    )


def _people_in(
    studied: shapely.Geometry, share: np.ndarray, prepared: PopulationIndex, count: object, cache: Path | None
) -> np.ndarray:
    """People in the studied area; where it holds a whole commune the commune's, nothing overlaid."""
    partly = np.flatnonzero((share > 0) & (share < 1))
    known = np.where(share >= 1, prepared.counted, 0.0)
    if len(partly):
        i, _, geometry = pieces(prepared.outlines[partly], np.array([studied], dtype=object))
        known[partly] = count(partly[i], geometry, prepared, cache)[0][partly]  # type: ignore[operator]
    return known


def studied_reach(footprint: Footprint, prepared: PopulationIndex) -> np.ndarray:
    """Communes that the studied area of a footprint reaches, or its zones of several hazards; all where it
    states none.
    """
    n = len(prepared.area_km2)
    if footprint.studied is None:
        return np.ones(n, dtype=bool)
    untold = footprint.plan.unattributed if footprint.plan is not None else None
    frames = [footprint.studied, *([untold] if untold is not None else [])]
    zone = shapely.union_all(
        np.concatenate([to_crs(one, prepared.crs).geometry.to_numpy() for one in frames])
    )
    i, _, geometry = pieces(prepared.outlines, np.array([zone], dtype=object))
    share = np.bincount(i, weights=shapely.area(geometry) / 1e6, minlength=n) / prepared.area_km2
    return snap(share) > 0


def studied_part(
    footprint: Footprint, prepared: PopulationIndex, zones: list[shapely.Geometry]
) -> tuple[shapely.Geometry | None, np.ndarray, np.ndarray, tuple[str, ...]]:
    """Studied area, communes it reaches, share of each commune in it, and caveats.

    Where no studied area is stated every commune counts as mapped, unless the polygons lie wholly elsewhere.
    """
    n = len(prepared.area_km2)
    if footprint.studied is not None:
        zone = shapely.union_all(to_crs(footprint.studied, prepared.crs).geometry.to_numpy())
        i, _, geometry = pieces(prepared.outlines, np.array([zone], dtype=object))
        share = snap(np.bincount(i, weights=shapely.area(geometry) / 1e6, minlength=n) / prepared.area_km2)
        return zone, share > 0, share, ()
    if footprint.countries:
        return None, np.ones(n, dtype=bool), np.ones(n), ()
    extents = [
        shapely.box(*shapely.total_bounds(outlines))
        for outlines in (prepared.outlines, np.array(zones, dtype=object))
    ]
    if not shapely.intersects(*extents):
        return shapely.Polygon(), np.zeros(n, dtype=bool), np.zeros(n), ("studied_area_not_stated",)
    return None, np.ones(n, dtype=bool), np.ones(n), ("studied_area_not_stated",)
