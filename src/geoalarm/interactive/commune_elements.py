"""A map of communes and a curve of people by yearly chance, to pan, zoom and hover in a notebook."""

from __future__ import annotations

from typing import Any, Final

import geopandas as gpd
import geoviews as gv
import holoviews as hv
import pandas as pd
from cartopy import crs as ccrs

from geoalarm import i18n
from geoalarm.core.model import Communes
from geoalarm.core.terms import State
from geoalarm.geo.crs import to_crs
from geoalarm.i18n.place_names import names
from geoalarm.present.classes import Measure, scale_for
from geoalarm.present.palette import INTERFACE, PATTERNS, Theme
from geoalarm.present.rounding import figure_text
from geoalarm.results.totals import share

TOLERANCE_M = 100.0
"""Outlines are simplified to this for drawing [m]; figures never are."""

_WITHOUT_NUMBER: Final = (State.ZERO, State.NOT_STUDIED, State.OUTSIDE_COVERAGE, State.SUPPRESSED)
_HIDDEN: Final = ["commune_id", "hatch", "hatch_ink"]
"""Columns that the browser needs and no reader."""


def commune_map(
    totals: pd.DataFrame,
    communes: Communes,
    *,
    measure: Measure = "people",
    lang: str = "en",
    theme: Theme = "light",
) -> gv.Polygons:
    """Communes coloured by people or share exposed, in Web Mercator with a legend and a hover.

    Parameters
    ----------
    totals : pandas.DataFrame
        One row a commune (:func:`geoalarm.results.totals.threshold_total`). Zero and unknown are hatched,
        never white; a commune without a row is left out.
    communes : Communes
    measure : str
        ``people`` or ``share``.
    lang, theme : str
    """
    hv.extension("bokeh")
    frame, colours = _classed(_drawable(totals, communes, lang), measure, lang, theme)
    example = frame["caveats"].str.contains("illustrative", regex=False).any()
    words = {name: i18n.text(f"field.{name}.label", lang) for name in ("name", "population_exposed")}
    return gv.Polygons(
        frame, vdims=["class_label", "name", "figure", *_HIDDEN], crs=ccrs.GOOGLE_MERCATOR
    ).opts(
        projection=ccrs.GOOGLE_MERCATOR,
        color="class_label",
        cmap=colours,
        line_color=INTERFACE[theme].outline,
        line_width=0.4,
        hooks=[_hatch],
        hover_tooltips=[(words["name"], "@name"), (words["population_exposed"], "@figure")],
        tools=["hover"],
        title=i18n.text("sentence.example", lang) if example else "",
        legend_position="bottom_left",
        show_legend=True,
        width=760,
        height=620,
        xaxis=None,
        yaxis=None,
    )


def chance_curve(points: pd.DataFrame, *, lang: str = "en", theme: Theme = "light") -> hv.Overlay:
    """People exposed against the yearly chance, at mapped return periods only, with the band from low to
    high.

    Parameters
    ----------
    points : pandas.DataFrame
        From :func:`geoalarm.present.exceedance_points.curve_points`.
    """
    hv.extension("bokeh")
    x = hv.Dimension("chance", label=i18n.text("explorer.curve_axis_chance", lang))
    y = hv.Dimension("people", label=i18n.text("field.population_exposed.label", lang))
    rows = points.sort_values("chance")
    band = hv.Area((rows["chance"], rows["low"], rows["high"]), x, [y, "high"])
    line = hv.Scatter((rows["chance"], rows["people"]), x, y)
    colour, top = INTERFACE[theme].link, float(rows["high"].max())  # NaN where nothing is known
    ticks = [(chance, i18n.percent(chance, lang)) for chance in rows["chance"]]
    look = {
        "logx": True,
        "invert_xaxis": True,
        "width": 620,
        "height": 320,
        "show_grid": True,
        "tools": ["hover"],
        "padding": 0.12,
    }
    axes = {"xticks": ticks or None, "ylim": (0, top * 1.1 if top > 0 else 1.0), "yformatter": "%.0f"}
    return band.opts(alpha=0.25, color=colour, line_alpha=0, **axes) * line.opts(
        size=9, color=colour, **look, **axes
    )


def _hatch(plot: Any, element: object) -> None:
    """HoloViews has no option for the hatch of polygons; Bokeh's glyph takes one for each commune."""
    plot.handles["glyph"].update(
        hatch_pattern={"field": "hatch"}, hatch_color={"field": "hatch_ink"}, hatch_alpha=0.6
    )


def _classed(
    frame: gpd.GeoDataFrame, measure: Measure, lang: str, theme: Theme
) -> tuple[gpd.GeoDataFrame, dict[str, str]]:
    """Class in words, hatch and its ink of each commune, in the order of the legend; the colours of that."""
    values = frame["value" if measure == "people" else "share"]
    scale = scale_for(values, measure)
    index = scale.index(values.to_numpy())
    labels = scale.labels(lang)
    patterns = {str(state): PATTERNS[theme][state] for state in _WITHOUT_NUMBER}
    words = {state: i18n.text(f"state.{state}.name", lang) for state in patterns}
    states = frame["state"].astype(str).where(index < 0, "")
    frame = frame.assign(
        class_label=[labels[k] if k >= 0 else words[state] for k, state in zip(index, states, strict=True)],
        hatch=[patterns[state].bokeh if state else " " for state in states],
        hatch_ink=[patterns[state].ink if state else INTERFACE[theme].outline for state in states],
    )
    colours = dict(zip(labels, scale.colours(theme), strict=True))
    colours |= {words[state]: pattern.ground for state, pattern in patterns.items()}
    order = {label: place for place, label in enumerate(colours)}
    return frame.sort_values("class_label", key=lambda column: column.map(order), kind="stable"), colours


def _drawable(totals: pd.DataFrame, communes: Communes, lang: str) -> gpd.GeoDataFrame:
    """Simplified outlines in Web Mercator with name, value, share, state and the figure in words."""
    outlines = to_crs(communes.data[["commune_id", "geometry"]], 3857)
    outlines = outlines.assign(
        geometry=outlines.geometry.simplify_coverage(TOLERANCE_M), name=names(communes, lang).to_numpy()
    )
    rows = outlines.merge(totals.assign(share=share(totals).to_numpy()), on="commune_id")
    figures = [
        figure_text(value, state, lang)
        for value, state in zip(rows["population_exposed"], rows["state"], strict=True)
    ]
    return rows.assign(value=rows["population_exposed"], figure=figures)
