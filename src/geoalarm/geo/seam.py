"""The seam between two countries: where their boundary sets overlap or leave a gap, and who gets that land.

Both sets are cut together into faces (:mod:`geoalarm.geo.planar`). A face claimed by both countries is an
overlap; a face claimed by neither, bounded by both and nowhere wider than the search distance, is a gap. Each
goes to one commune by a stated rule; everything else stays as it was. Holes inside one country (enclaves) and
wide holes between both are real.
"""

from __future__ import annotations

import logging
import math
from typing import Final, Literal, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.model import require_column, require_crs
from geoalarm.geo import planar
from geoalarm.geo.crs import analysis_crs, to_crs
from geoalarm.geo.seam_ground import OVERLAP, BorderCommunes, SliverFaces, cut, mouths
from geoalarm.geo.seam_report import SeamReport, report, with_people

__all__ = ["RULES", "Rule", "SeamReport", "resolve", "with_people"]

log = logging.getLogger(__name__)

Rule = Literal["nearest", "share", "line"]
RULES: Final = get_args(Rule)

_TIE_M: Final = 1e-6
"""Distances and lengths closer than this are equal [m]."""


def resolve(
    a: gpd.GeoDataFrame,
    b: gpd.GeoDataFrame,
    *,
    rule: Rule = "nearest",
    line: gpd.GeoDataFrame | BaseGeometry | None = None,
    search_m: float = 500.0,
) -> tuple[gpd.GeoDataFrame, SeamReport]:
    """Communes of two countries without overlap or gap along their border, and what it took.

    Parameters
    ----------
    a, b : geopandas.GeoDataFrame
        ``commune_id`` and polygons of one country each, with a CRS; each set should be free of overlaps in
        itself.
    rule : str
        Who gets a sliver, overlap or gap, as a whole: ``nearest``, the country whose undisputed side of the
        sliver's outline is nearest to its middle (ties: as ``share``); ``share``, the country whose
        undisputed land borders the larger share of its outline (ties: the lower ``commune_id``); ``line``,
        each country up to ``line``, slivers being cut by it. Within the country an overlap goes to the
        commune that claimed it, a gap to the commune it borders longest.
    line : geopandas.GeoDataFrame or shapely geometry, optional
        The border, for ``rule="line"``; a bare geometry is in the CRS of ``a``.
    search_m : float
        Widest gap or overlap taken for a fault of the boundaries [m].

    Returns
    -------
    resolved : geopandas.GeoDataFrame
        Rows of ``a`` then ``b``, in the CRS of ``a``; communes further than ``search_m`` from the other
        country keep their outlines as they were.
    report : SeamReport

    Raises
    ------
    InputError
        If a CRS or ``commune_id`` is missing, an id is in both sets, ``line`` does not go with ``rule`` or
        does not reach the slivers, or the sets overlap by more than ``search_m``.
    """
    _require(a, b, rule, line, search_m)
    ground = _ground(a, b, search_m)
    if not ground.touched.any():
        log.info("no commune of one country lies within %g m of the other; nothing to resolve", search_m)
        return ground.frame, report(ground, cut(ground), None, rule=rule)
    first = cut(ground)
    border = _segments(line, ground) if line is not None else None
    extra = [mouths(ground, first)]
    if border is not None:
        disputed = shapely.STRtree(first.faces[first.kind > 0])
        pieces = shapely.linestrings(border.reshape(-1, 2, 2))
        extra.append(pieces[np.unique(disputed.query(pieces, predicate="intersects")[0])])
    second = cut(ground, np.concatenate(extra)) if sum(map(len, extra)) else first
    _require_narrow(ground, second)
    side = _by_line(ground, second, border) if border is not None else _by_outline(ground, second, rule)
    row = _give(ground, second, side)
    resolved = _rebuild(ground, second, row)
    after = cut(ground.moved(resolved))
    out = report(ground, second, row, rule=rule, after=after)
    log.info(
        "seam: %.2f km2 overlap in %d slivers, %.2f km2 gaps; after: %.2g and %.2g km2",
        out.overlap_km2,
        out.n_overlaps,
        out.gap_km2,
        out.overlap_after_km2,
        out.gap_after_km2,
    )
    return resolved, out


def _require(a: gpd.GeoDataFrame, b: gpd.GeoDataFrame, rule: str, line: object, search_m: float) -> None:
    for frame, name in ((a, "first communes"), (b, "second communes")):
        require_crs(frame, what=name)
        require_column(frame, "commune_id", what=name)
        if frame.empty:
            raise InputError(
                f"{name} of the seam are empty",
                got="0 features",
                expected="the communes of one country",
                hint="check the layer and its filter",
            )
    if rule not in RULES:
        raise InputError(
            "rule of the seam", got=repr(rule), expected=", ".join(RULES), hint=near_miss(str(rule), RULES)
        )
    if (line is not None) != (rule == "line"):
        raise InputError(
            f"seam rule {rule!r}",
            got="a line" if line is not None else "no line",
            expected="a line with rule='line', none otherwise",
            hint="give both or neither",
        )
    if not (math.isfinite(search_m) and search_m > 0):
        raise InputError(
            "search distance of the seam",
            got=f"{search_m} m",
            expected="a positive number of metres",
            hint="500 is usual",
        )
    shared = sorted(set(a["commune_id"]) & set(b["commune_id"]))
    if shared:
        raise InputError(
            "commune_id in both boundary sets",
            got=", ".join(map(str, shared[:5])),
            expected="ids of one country a set",
            hint="key on country and code: FR:55004 and BE:55004 are two places",
        )


def joined_rows(a: gpd.GeoDataFrame, b: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rows of ``a`` then ``b`` with their outlines as they were, in the CRS of ``a``."""
    name = a.geometry.name
    other = to_crs(b, a.crs)
    frame = pd.concat(
        [a, other if other.geometry.name == name else other.rename_geometry(name)], ignore_index=True
    )
    frame[name] = gpd.GeoSeries(shapely.force_2d(frame[name].to_numpy()), index=frame.index, crs=a.crs)
    return gpd.GeoDataFrame(frame, geometry=name, crs=a.crs)


def _ground(a: gpd.GeoDataFrame, b: gpd.GeoDataFrame, search_m: float) -> BorderCommunes:
    frame = joined_rows(a, b)
    side = np.repeat([0, 1], [len(a), len(b)])
    metric = analysis_crs(frame.total_bounds, frame.crs)
    flat = frame.geometry.to_crs(metric).to_numpy()
    i, j = shapely.STRtree(flat[side == 0]).query(flat[side == 1], predicate="dwithin", distance=search_m)
    touched = np.zeros(len(frame), dtype=bool)
    touched[np.unique(j)] = True
    touched[len(a) + np.unique(i)] = True
    return BorderCommunes(frame, side, touched, metric, search_m)


def _segments(line: gpd.GeoDataFrame | BaseGeometry, ground: BorderCommunes) -> np.ndarray:
    if isinstance(line, (gpd.GeoDataFrame, gpd.GeoSeries)):
        require_crs(line, what="line of the seam")
        shapes = line.geometry.to_crs(ground.frame.crs).to_numpy()
    else:
        shapes = np.array([line], dtype=object)
    shapes = shapely.force_2d(np.where(shapely.get_dimensions(shapes) == 2, shapely.boundary(shapes), shapes))
    if set(shapely.get_type_id(shapes)) - {1, 2, 5} or shapely.is_empty(shapes).all():
        raise InputError(
            "line of the seam",
            got=", ".join(sorted({shape.geom_type for shape in shapes})),
            expected="lines or polygons",
            hint="give the border as a LineString or the country as a polygon",
        )
    merged = shapely.get_parts(shapely.line_merge(shapely.union_all(shapes)))
    points, part = shapely.get_coordinates(merged, return_index=True)
    return np.hstack([points[:-1], points[1:]])[part[1:] == part[:-1]]


def _require_narrow(ground: BorderCommunes, now: SliverFaces) -> None:
    for number in np.unique(now.group[now.kind == OVERLAP]):
        faces = np.flatnonzero((now.group == number) & (now.kind == OVERLAP))
        if now.area_m2[faces].sum() < ground.search_m**2 / 4:
            continue
        if not shapely.is_empty(shapely.buffer(shapely.union_all(now.flat[faces]), -ground.search_m / 2)):
            ids = ground.ids[now.owner[faces[np.argmax(now.area_m2[faces])]]]
            raise InputError(
                "the two boundary sets overlap by more than a border can",
                got=f"{ids[0]} and {ids[1]}, {now.area_m2[faces].sum() / 1e6:.2f} km2",
                expected=f"overlaps narrower than {ground.search_m:g} m",
                hint="check that each set holds one country, or raise search_m",
            )


def _by_outline(ground: BorderCommunes, now: SliverFaces, rule: str) -> np.ndarray:
    """Country (0 or 1) of each disputed face, -1 elsewhere; one decision a sliver."""
    count = int(now.group.max(initial=-1)) + 1
    sliver = now.group[now.edges.face]
    beyond = now.country_across()
    length, distance = np.zeros((count, 2)), np.full((count, 2), np.inf)
    middle = now.middles(count)
    for side in (0, 1):
        rim = (sliver >= 0) & (beyond == side)
        edges = ground.flat_lines(now.edges.only(rim))
        np.add.at(length[:, side], sliver[rim], shapely.length(edges))
        np.minimum.at(distance[:, side], sliver[rim], shapely.distance(middle[sliver[rim]], edges))
    first = now.lowest_id_side(ground, count)
    longer = np.where(np.abs(length[:, 0] - length[:, 1]) > _TIE_M, length.argmax(axis=1), first)
    with np.errstate(invalid="ignore"):
        apart = np.abs(distance[:, 0] - distance[:, 1]) > _TIE_M
    choice = longer if rule == "share" else np.where(apart, distance.argmin(axis=1), longer)
    return np.where(now.group >= 0, np.append(choice, -1)[now.group], -1)


def _by_line(ground: BorderCommunes, now: SliverFaces, border: np.ndarray) -> np.ndarray:
    """Country (0 or 1) of each disputed face by the side of the line its inside lies on, -1 elsewhere."""
    flat = np.hstack([ground.to_flat(border[:, :2]), ground.to_flat(border[:, 2:])])
    part = np.cumsum(np.r_[True, (border[1:, :2] != border[:-1, 2:]).any(axis=1)]) - 1
    sign, nearest = planar.side_of(shapely.get_coordinates(shapely.point_on_surface(now.flat)), flat)
    own = np.where(now.kind == 0, now.country(), -1)
    votes = np.bincount(
        part[nearest], weights=sign * now.area_m2 * np.choose(own + 1, [0, 1, -1]), minlength=part[-1] + 1
    )
    disputed = now.kind > 0
    middle = shapely.point_on_surface(now.flat[disputed])
    far = shapely.distance(middle, shapely.linestrings(flat.reshape(-1, 2, 2))[nearest[disputed]])
    if far.max(initial=0.0) > ground.search_m:
        raise InputError(
            "line of the seam ends before the border does",
            got=f"a sliver {far.max():.0f} m from it",
            expected=f"every sliver within {ground.search_m:g} m",
            hint="give the whole border, or use rule='nearest'",
        )
    return np.where(disputed, np.where(sign * np.where(votes[part[nearest]] >= 0, 1, -1) > 0, 0, 1), -1)


def _give(ground: BorderCommunes, now: SliverFaces, side: np.ndarray) -> np.ndarray:
    """Row of the commune that gets each face; -1 for holes."""
    row = now.owner.max(axis=1)
    both = now.kind == OVERLAP
    row[both] = now.owner[both, side[both]]
    gaps = (now.kind > 0) & ~both
    across = np.append(row, -1)[now.edges.other]
    rim = gaps[now.edges.face] & (across >= 0)
    rim &= np.append(ground.side, -1)[across] == side[now.edges.face]
    edges = now.edges.only(rim)
    found = pd.DataFrame(
        {
            "sliver": now.group[edges.face] * 2 + side[edges.face],
            "row": across[rim],
            "length": shapely.length(ground.flat_lines(edges)),
            "id": ground.ids[across[rim]],
        }
    )
    found = found.groupby(["sliver", "row", "id"])[["length"]].sum().round(6).reset_index()
    best = (
        found.sort_values(["length", "id"], ascending=[False, True])
        .drop_duplicates("sliver")
        .set_index("sliver")["row"]
    )
    row[gaps] = best.reindex(now.group[gaps] * 2 + side[gaps]).fillna(-1).to_numpy(dtype=int)
    lost = np.flatnonzero(gaps & (row < 0))
    for face in lost:
        near = np.flatnonzero(ground.touched & (ground.side == side[face]))
        row[face] = near[np.argmin(shapely.distance(ground.frame.geometry.to_numpy()[near], now.faces[face]))]
    return row


def _rebuild(ground: BorderCommunes, now: SliverFaces, row: np.ndarray) -> gpd.GeoDataFrame:
    shapes = ground.frame.geometry.to_numpy().copy()
    order = np.argsort(row, kind="stable")
    starts = np.searchsorted(row[order], np.flatnonzero(ground.touched))
    ends = np.searchsorted(row[order], np.flatnonzero(ground.touched), side="right")
    for commune, start, end in zip(np.flatnonzero(ground.touched), starts, ends, strict=True):
        if start == end:
            raise InputError(
                f"commune {ground.ids[commune]} would lose all its land to the other country",
                expected="some undisputed land",
                hint="check that each set holds one country, or give the border as a line",
            )
        shapes[commune] = shapely.coverage_union_all(now.faces[order[start:end]])
    out = ground.frame.copy()
    out[out.geometry.name] = gpd.GeoSeries(shapes, index=out.index, crs=out.crs)
    return out
