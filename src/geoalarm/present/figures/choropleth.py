"""Maps of communes: coloured by people or share, the hazard on top, a pattern for states without one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import ListedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.path import Path
from rasterio.enums import Resampling

from geoalarm import i18n
from geoalarm.core.model import Communes, Footprint
from geoalarm.core.terms import State
from geoalarm.exposure.cell_counts import known
from geoalarm.exposure.classify import class_codes
from geoalarm.present.classes import Measure, Scale, class_label, difference_scale_for, scale_for
from geoalarm.present.figures.figure_frame import Frame, Sheet, dense, state_handles
from geoalarm.present.hazard_styles import palette_of
from geoalarm.present.palette import EFFECT_DASHES, PATTERNS, colours
from geoalarm.results.totals import UNKNOWN, country_of

DISPLAY_CRS: Final = "EPSG:3857"
RASTER_PX: Final = 1400
"""Longest side of a hazard raster as it is drawn [cells]."""

CRISP: Final[dict[str, Any]] = {"dotted": (0, (1, 1.2)), "dashed": (0, (4, 2)), "solid": "solid"}


def commune_map(
    totals: pd.DataFrame,
    communes: Communes,
    frame: Frame,
    *,
    measure: Measure = "people",
    footprint: Footprint | None = None,
    selected: str = "",
) -> bytes:
    """A PNG of communes coloured by people or share exposed.

    Parameters
    ----------
    totals : pandas.DataFrame
        One row a commune (:func:`geoalarm.results.totals.threshold_total`); communes of the outlines that are
        not in it are drawn as outside coverage.
    frame : Frame
        Title, subtitle, language, theme, sources.
    measure : str
        ``people`` or ``share``.
    footprint : Footprint, optional
        Hazard to draw on top.
    selected : str, optional
        ``commune_id`` to outline.
    """
    column = "share_exposed" if measure == "share" else "population_exposed"
    scale = scale_for(totals[column], measure)
    outlines = _joined(communes, totals[["commune_id", column, "state"]].rename(columns={column: "value"}))
    return _drawn(
        outlines, scale, frame, i18n.text(f"explorer.key_{measure}", frame.lang), footprint, selected
    )


def difference_map(
    differences: pd.DataFrame,
    communes: Communes,
    frame: Frame,
    *,
    measure: Measure = "people",
    selected: str = "",
) -> bytes:
    """A PNG of the difference of two scenarios (:func:`geoalarm.results.totals.difference`).

    What is not mapped in both has the pattern of the side that says nothing.
    """
    column = "share_difference" if measure == "share" else "difference"
    scale = difference_scale_for(differences[column], measure)
    values = differences[["commune_id"]].assign(
        value=differences[column], state=_difference_state(differences)
    )
    return _drawn(
        _joined(communes, values),
        scale,
        frame,
        i18n.text("explorer.key_difference", frame.lang),
        None,
        selected,
    )


def _difference_state(differences: pd.DataFrame) -> pd.Series:
    """The state that stops a comparison: hidden, or the unknown side, not mapped before not studied."""
    state = pd.Series(str(State.EXPOSED), index=differences.index)
    for unknown in (State.NOT_STUDIED, State.OUTSIDE_COVERAGE):
        state = state.mask(
            differences["state_first"].eq(unknown) | differences["state_second"].eq(unknown), str(unknown)
        )
    return state.mask(differences["reason"].eq("hidden"), str(State.SUPPRESSED))


def _joined(communes: Communes, values: pd.DataFrame) -> gpd.GeoDataFrame:
    """Outlines in the display CRS with ``value`` and ``state``."""
    outlines = communes.data.to_crs(DISPLAY_CRS).drop(columns=["value", "state"], errors="ignore")
    joined = outlines.merge(values, on="commune_id", how="left", validate="one_to_one")
    return joined.assign(state=joined["state"].fillna(str(State.OUTSIDE_COVERAGE)))


def _drawn(
    outlines: gpd.GeoDataFrame,
    scale: Scale,
    frame: Frame,
    key: str,
    footprint: Footprint | None,
    selected: str,
) -> bytes:
    sheet = Sheet(frame)
    sheet.key(*_fill_key(outlines, scale, frame), title=key)
    if footprint is not None:
        handles, labels = _hazard_key(footprint, frame)
        sheet.key(handles, labels, title=i18n.text("figure.hazard_zone", frame.lang))
    axes = sheet.axes()
    axes.set_axis_off()
    axes.set_aspect("equal")
    _fill(axes, outlines, scale, frame)
    if footprint is not None:
        _hazard(axes, footprint, outlines, frame)
    _lines(axes, outlines, frame, selected)
    west, south, east, north = outlines.total_bounds
    margin = 0.01 * max(east - west, north - south)
    axes.set_xlim(west - margin, east + margin)
    axes.set_ylim(south - margin, north + margin)
    return sheet.png()


def _fill(axes: Axes, outlines: gpd.GeoDataFrame, scale: Scale, frame: Frame) -> None:
    index, palette = _classed(outlines, scale), scale.colours(frame.theme)
    width = _line_width(len(outlines))
    for position, colour in enumerate(palette):
        _shapes(
            axes,
            outlines.geometry[index == position],
            facecolor=colour,
            edgecolor=frame.face.outline,
            linewidth=width,
        )
    for state, pattern in PATTERNS[frame.theme].items():
        patterned = outlines.geometry[(index < 0) & outlines["state"].eq(state).to_numpy()]
        _shapes(
            axes,
            patterned,
            facecolor=pattern.ground,
            edgecolor=pattern.ink,
            linewidth=0,
            hatch=dense(pattern),
        )
        _shapes(axes, patterned, facecolor="none", edgecolor=frame.face.outline, linewidth=width)


def _classed(outlines: gpd.GeoDataFrame, scale: Scale) -> np.ndarray:
    """Class of each commune, -1 where its state decides."""
    has_number = ~outlines["state"].isin([*UNKNOWN, State.SUPPRESSED]).to_numpy()
    return np.where(has_number, scale.index(outlines["value"].to_numpy(dtype="float64")), -1)


def _lines(axes: Axes, outlines: gpd.GeoDataFrame, frame: Frame, selected: str) -> None:
    countries = country_of(outlines["commune_id"]).to_numpy()
    widened = shapely.buffer(outlines.geometry.to_numpy(), 5.0)
    lands = [shapely.union_all(widened[countries == country]) for country in dict.fromkeys(countries)]
    if len(lands) > 1:
        _shapes(
            axes, gpd.GeoSeries(lands), facecolor="none", edgecolor=frame.face.ink, linewidth=1.3, zorder=3.5
        )
    if "approximate_boundary" in outlines.columns:
        rough = outlines.geometry[outlines["approximate_boundary"].eq(True)]
        width = _line_width(len(outlines)) + 0.4
        _shapes(
            axes, rough, facecolor="none", edgecolor=frame.face.paper, linewidth=width, linestyle=(0, (2, 2))
        )
    chosen = outlines.geometry[outlines["commune_id"].eq(selected)]
    _shapes(axes, chosen, facecolor="none", edgecolor=frame.face.casing, linewidth=4.5, zorder=6)
    _shapes(axes, chosen, facecolor="none", edgecolor=frame.face.link, linewidth=2.5, zorder=6)


def _hazard(axes: Axes, footprint: Footprint, outlines: gpd.GeoDataFrame, frame: Frame) -> None:
    if footprint.kind == "polygons":
        _rings(axes, footprint, frame)
        return
    reduced = _reduced(footprint, outlines)
    labels, codes = class_codes(reduced, *known(reduced.data))
    west, south, east, north = reduced.data.rio.bounds()
    palette = colours(palette_of(footprint.hazard), frame.theme, count=len(labels))
    axes.imshow(
        np.ma.masked_equal(codes, 0),
        extent=(west, east, south, north),
        cmap=ListedColormap(palette),
        vmin=0.5,
        vmax=len(palette) + 0.5,
        interpolation="nearest",
        alpha=0.85,
        zorder=3,
        aspect="equal",
    )


def _reduced(footprint: Footprint, outlines: gpd.GeoDataFrame) -> Footprint:
    """The raster in the display CRS at the resolution of the picture; classes by the nearest cell."""
    west, south, east, north = outlines.total_bounds
    clipped = footprint.data.rio.clip_box(west, south, east, north, crs=DISPLAY_CRS)
    resolution = max(east - west, north - south) / RASTER_PX
    return replace(
        footprint,
        data=clipped.compute().rio.reproject(
            DISPLAY_CRS, resolution=resolution, resampling=Resampling.nearest
        ),
    )


def _rings(axes: Axes, footprint: Footprint, frame: Frame) -> None:
    shapes = footprint.data.to_crs(DISPLAY_CRS)
    for label, colour, style in _ring_styles(footprint, frame):
        mask = (
            slice(None)
            if footprint.class_column is None
            else shapes[footprint.class_column].astype("str").eq(label).to_numpy()
        )
        zone = gpd.GeoSeries([shapely.union_all(shapes.geometry[mask].to_numpy())])
        _shapes(axes, zone, facecolor="none", edgecolor=frame.face.casing, linewidth=3.6, zorder=4)
        _shapes(
            axes, zone, facecolor="none", edgecolor=colour, linewidth=1.8, linestyle=CRISP[style], zorder=5
        )


def _ring_styles(footprint: Footprint, frame: Frame) -> list[tuple[str, str, str]]:
    """Label, colour and dash of each class of polygons, mild to severe."""
    labels = [cls.label for cls in footprint.classes]
    if not labels:
        column = footprint.class_column
        labels = ["affected"] if column is None else _widest_first(footprint.data, column)
    palette = colours("effects", frame.theme, count=len(labels))
    dashes = ["dotted", "dashed", "solid"][-len(labels) :] if len(labels) <= 3 else ["solid"] * len(labels)
    return [
        (label, colour, EFFECT_DASHES.get(label, dash))
        for label, colour, dash in zip(labels, palette, dashes, strict=True)
    ]


def _widest_first(zones: gpd.GeoDataFrame, column: str) -> list[str]:
    """Labels without a declared order: the widest zone is the mildest, as rings round a site are."""
    areas = zones.to_crs(DISPLAY_CRS).area.groupby(zones[column].astype("str")).max()
    return [str(label) for label in areas.sort_values(ascending=False).index]


def _hazard_key(footprint: Footprint, frame: Frame) -> tuple[list[Artist], list[str]]:
    if footprint.kind == "polygons":
        styles = _ring_styles(footprint, frame)
        handles: list[Artist] = [
            Line2D([], [], color=colour, linestyle=CRISP[dash], linewidth=1.8) for _, colour, dash in styles
        ]
        return handles, [
            class_label(label, frame.lang, hazard=footprint.hazard, units=footprint.units)
            for label, _, _ in styles
        ]
    labels = [cls.label for cls in footprint.classes] or ["affected"]
    palette = colours(palette_of(footprint.hazard), frame.theme, count=len(labels))
    return (
        [Patch(facecolor=colour, edgecolor=frame.face.outline, linewidth=0.6) for colour in palette],
        [class_label(label, frame.lang, hazard=footprint.hazard, units=footprint.units) for label in labels],
    )


def _fill_key(outlines: gpd.GeoDataFrame, scale: Scale, frame: Frame) -> tuple[list[Artist], list[str]]:
    handles: list[Artist] = [
        Patch(facecolor=colour, edgecolor=frame.face.outline, linewidth=0.6)
        for colour in scale.colours(frame.theme)
    ]
    silent = outlines["state"][_classed(outlines, scale) < 0]
    states, names = state_handles(list(silent), frame.theme, frame.lang)
    handles += states
    labels = [*scale.labels(frame.lang), *names]
    if country_of(outlines["commune_id"]).nunique() > 1:
        handles.append(Line2D([], [], color=frame.face.ink, linewidth=1.3))
        labels.append(i18n.text("figure.border", frame.lang))
    if "approximate_boundary" in outlines.columns and outlines["approximate_boundary"].eq(True).any():
        handles.append(Line2D([], [], color=frame.face.outline, linewidth=1.0, linestyle=(0, (2, 2))))
        labels.append(i18n.text("figure.approximate", frame.lang))
    return handles, labels


def _shapes(axes: Axes, geometry: gpd.GeoSeries, *, zorder: float = 2, **style: object) -> None:
    paths = [_path(shape) for shape in geometry if shape is not None and not shape.is_empty]
    if paths:
        axes.add_collection(PathCollection(paths, zorder=zorder, **style), autolim=False)  # type: ignore[arg-type]


def _path(shape: shapely.Geometry) -> Path:
    """All rings of a polygon or multipolygon as one path."""
    rings = [
        ring
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    ]
    return Path.make_compound_path(*(Path(shapely.get_coordinates(ring), closed=True) for ring in rings))


def _line_width(count: int) -> float:
    return 0.8 if count < 200 else 0.35
