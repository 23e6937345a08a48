"""Maps and curves to pan, zoom and hover in a notebook: GeoViews and HoloViews over the same classes, colours
and words.

The explorer draws its own map, patched in place; these elements are for composing one's own pages and
notebooks.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geoalarm import i18n
from geoalarm.core.model import Communes
from geoalarm.core.terms import State
from geoalarm.geo.crs import to_crs
from geoalarm.i18n.place_names import names
from geoalarm.present.classes import Measure, scale_for
from geoalarm.present.palette import INTERFACE, PATTERNS, Pattern, Theme
from geoalarm.present.rounding import figure_text
from geoalarm.results.totals import share

if TYPE_CHECKING:
    import geoviews as gv
    import holoviews as hv

TOLERANCE_M = 100.0
"""Outlines are simplified to this for drawing [m]; figures never are."""


def commune_map(
    totals: pd.DataFrame,
    communes: Communes,
    *,
    measure: Measure = "people",
    lang: str = "en",
    theme: Theme = "light",
) -> gv.Overlay:
    """Communes coloured by people or share exposed, as a GeoViews overlay in Web Mercator with a hover.

    Parameters
    ----------
    totals : pandas.DataFrame
        One row a commune (:func:`geoalarm.results.totals.threshold_total`). Zero and unknown are hatched,
        never white.
    communes : Communes
    measure : str
        ``people`` or ``share``.
    lang, theme : str
    """
    import geoviews as gv
    from cartopy import crs as ccrs

    gv.extension("bokeh")
    frame = _drawable(totals, communes, lang)
    scale = scale_for(frame["value" if measure == "people" else "share"], measure)
    index = scale.index(frame["value" if measure == "people" else "share"].to_numpy())
    keys = np.where(index >= 0, index.astype(str), frame["state"])
    vdims = ["name", "figure"]
    styles: dict[str, dict[str, Any]] = {
        str(k): {"color": colour} for k, colour in enumerate(scale.colours(theme))
    }
    labels = dict(zip(styles, scale.labels(lang), strict=True))
    for state in (State.ZERO, State.NOT_STUDIED, State.OUTSIDE_COVERAGE, State.SUPPRESSED):
        pattern = PATTERNS[theme][state]
        styles[state] = {"color": pattern.ground, "hooks": [partial(_hatch, pattern=pattern)]}
        labels[state] = i18n.text(f"state.{state}.name", lang)
    parts = [
        gv.Polygons(frame[keys == key], vdims=vdims, label=labels[key], crs=ccrs.GOOGLE_MERCATOR).opts(
            **style, line_color=INTERFACE[theme].outline, line_width=0.4, show_legend=True
        )
        for key, style in styles.items()
        if (keys == key).any()
    ]
    example = frame["caveats"].str.contains("illustrative", regex=False).any()
    title = i18n.text("sentence.example", lang) if example else ""
    look = {
        "width": 760,
        "height": 620,
        "xaxis": None,
        "yaxis": None,
        "tools": ["hover"],
        "legend_position": "bottom_left",
    }
    return gv.Overlay(parts).opts(
        gv.opts.Polygons(**look), gv.opts.Overlay(projection=ccrs.GOOGLE_MERCATOR, title=title)
    )


def chance_curve(points: pd.DataFrame, *, lang: str = "en", theme: Theme = "light") -> hv.Overlay:
    """People exposed against the yearly chance, at mapped return periods only, with the band from low to
    high.

    Parameters
    ----------
    points : pandas.DataFrame
        From :func:`geoalarm.present.exceedance_points.curve_points`.
    """
    import holoviews as hv

    hv.extension("bokeh")
    x = hv.Dimension("chance", label=i18n.text("explorer.curve_axis_chance", lang))
    y = hv.Dimension("people", label=i18n.text("field.population_exposed.label", lang))
    rows = points.sort_values("chance")
    band = hv.Area((rows["chance"], rows["low"], rows["high"]), x, [y, "high"])
    line = hv.Scatter((rows["chance"], rows["people"]), x, y)
    colour = INTERFACE[theme].link
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
    axes = {"xticks": ticks, "ylim": (0, float(rows["high"].max()) * 1.1 or 1.0), "yformatter": "%.0f"}
    return band.opts(alpha=0.25, color=colour, line_alpha=0, **axes) * line.opts(
        size=9, color=colour, **look, **axes
    )


def _hatch(plot: Any, element: object, *, pattern: Pattern) -> None:
    """HoloViews has no option for the hatch of polygons; Bokeh's glyph has."""
    plot.handles["glyph"].update(hatch_pattern=pattern.bokeh, hatch_color=pattern.ink, hatch_alpha=0.6)


def _drawable(totals: pd.DataFrame, communes: Communes, lang: str) -> pd.DataFrame:
    """Simplified outlines in Web Mercator with name, value, share, state and the figure in words."""
    outlines = to_crs(communes.data[["commune_id", "geometry"]], 3857)
    outlines = outlines.assign(
        geometry=outlines.geometry.simplify_coverage(TOLERANCE_M), name=names(communes, lang).to_numpy()
    )
    rows = outlines.merge(totals.assign(share=share(totals).to_numpy()), on="commune_id", how="left")
    figures = [
        figure_text(value, state, lang)
        for value, state in zip(rows["population_exposed"], rows["state"], strict=True)
    ]
    return rows.assign(value=rows["population_exposed"], figure=figures)
