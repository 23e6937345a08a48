"""Map, table and curve that brush each other: who picks communes in one picks them in all.

The link runs in the browser, by the code of the commune and not by the number of a row, so it works in a
saved page too, and no outline travels twice. Only the sum over the picked communes asks Python.
"""

from __future__ import annotations

from itertools import permutations
from typing import Final

import holoviews as hv
import pandas as pd
from holoviews.plotting.bokeh.links import LinkCallback
from holoviews.plotting.links import Link

from geoalarm import i18n
from geoalarm.core.errors import InputError
from geoalarm.core.model import Communes
from geoalarm.core.units import annual_exceedance_probability
from geoalarm.i18n.place_names import names
from geoalarm.interactive.commune_elements import chance_curve, commune_map
from geoalarm.present.classes import Measure
from geoalarm.present.exceedance_points import curve_points
from geoalarm.present.palette import INTERFACE, Theme
from geoalarm.present.rounding import figure_text

FADED: Final = 0.15
"""Opacity of what is not picked [1]."""

_ONE: Final = ["hazard", "scenario", "basis"]
"""Columns of which a curve has one value."""


class CommuneLink(Link):
    """Picks in the target whatever has the ``commune_id`` of what is picked in the source.

    Both elements hold ``commune_id``; either may have several rows a commune. Link both ways for views that
    brush each other, and to add elements of your own to :func:`linked_views`.
    """

    _requires_target = True


class CommuneLinkCallback(LinkCallback):
    """What the browser does when the selection of the source changes."""

    source_model = "selected"
    source_handles = ("cds",)
    target_model = "selected"
    target_handles = ("cds",)
    on_source_changes = ("indices",)
    source_code = """
    const picked = new Set(source_selected.indices.map((row) => source_cds.data.commune_id[row]))
    const rows = []
    Array.from(target_cds.data.commune_id).forEach((id, row) => { if (picked.has(id)) rows.push(row) })
    const before = target_selected.indices
    // an equal selection is left alone: views that are linked both ways come to rest
    const is_other = rows.length != before.length || rows.some((row, place) => row != before[place])
    if (is_other) target_selected.indices = rows
    """


CommuneLink.register_callback("bokeh", CommuneLinkCallback)


def linked_views(
    totals: pd.DataFrame,
    communes: Communes,
    *,
    return_period_yr: float | None = None,
    measure: Measure = "people",
    lang: str = "en",
    theme: Theme = "light",
) -> hv.Layout:
    """Map and table of one return period, people of each commune by yearly chance, and their sum.

    Tap a commune or a row (shift adds), or draw a box round points: the others fade in every view. In a
    running notebook the curve of the sum follows.

    Parameters
    ----------
    totals : pandas.DataFrame
        Totals of one hazard, scenario and basis over several return periods
        (:func:`geoalarm.results.totals.threshold_total`).
    communes : Communes
    return_period_yr : float, optional
        Of map and table [yr]; default: the rarest.
    measure : str
        What colours the map: ``people`` or ``share``.
    lang, theme : str

    Raises
    ------
    InputError
        If the totals are not those of one curve, or do not hold the return period.
    """
    shown = _of_period(totals, return_period_yr)
    hv.extension("bokeh")
    drawn = commune_map(shown, communes, measure=measure, lang=lang, theme=theme).opts(
        tools=["hover", "tap"], nonselection_alpha=FADED, width=560, height=460
    )
    table = _table(shown, communes, lang)
    points = _points(totals, communes, lang).opts(color=INTERFACE[theme].link, nonselection_alpha=FADED)
    for source, target in permutations((drawn, table, points), 2):
        CommuneLink(source, target)
    ids = table.dimension_values("commune_id")

    def summed(index: list[int]) -> hv.Overlay:
        picked = totals[totals["commune_id"].isin(ids[index])] if index else totals
        drawn = chance_curve(curve_points(picked), lang=lang, theme=theme)
        return drawn.opts(
            hv.opts.Scatter(width=460), hv.opts.Area(width=460), hv.opts.Overlay(framewise=True)
        )

    curve = hv.DynamicMap(summed, streams=[hv.streams.Selection1D(source=table)])
    return (drawn + table + points + curve).cols(2).opts(shared_axes=False)


def _of_period(totals: pd.DataFrame, period: float | None) -> pd.DataFrame:
    """The totals of one return period, of a table of one curve."""
    known = sorted(totals["return_period_yr"].dropna().unique())
    several = [name for name in _ONE if totals[name].nunique() > 1]
    if several or not known:
        raise InputError(
            "totals of a curve",
            got=f"several values of {', '.join(several)}" if several else "no return period",
            expected="one hazard, scenario and basis, over several return periods",
            hint="choose rows of the table before they are added up",
        )
    if period is not None and period not in known:
        raise InputError(
            "return period of the map", got=f"{period:g}", expected=", ".join(f"{one:g}" for one in known)
        )
    return totals[totals["return_period_yr"] == (known[-1] if period is None else period)]


def _table(shown: pd.DataFrame, communes: Communes, lang: str) -> hv.Table:
    """Communes of the map, most people first."""
    rows = _named(shown, communes, lang).sort_values("population_exposed", ascending=False, kind="stable")
    residents = ["" if pd.isna(value) else i18n.number(value, lang) for value in rows["population"]]
    rows = rows.assign(population=residents)
    columns = [_column(name, lang) for name in ("commune_id", "name", "figure", "population")]
    return hv.Table(rows, columns[:2], columns[2:]).opts(width=460, height=460)


def _points(totals: pd.DataFrame, communes: Communes, lang: str) -> hv.Scatter:
    """People of each commune at each mapped return period that has a number."""
    rows = _named(totals[totals["return_period_yr"].notna()], communes, lang)
    rows = rows[rows["population_exposed"].notna()]
    rows = rows.assign(chance=rows["return_period_yr"].map(annual_exceedance_probability))
    chance = hv.Dimension("chance", label=i18n.text("explorer.curve_axis_chance", lang))
    columns = [_column(name, lang) for name in ("population_exposed", "commune_id", "name", "figure")]
    ticks = [(one, i18n.percent(one, lang)) for one in sorted(rows["chance"].unique())]
    words = [(column.label, f"@{column.name}") for column in columns if column.name in ("name", "figure")]
    return hv.Scatter(rows, chance, columns).opts(
        size=7,
        width=560,
        height=320,
        show_grid=True,
        padding=0.08,
        yformatter="%.0f",
        logx=True,
        invert_xaxis=True,
        xticks=ticks,
        tools=["hover", "tap", "box_select"],
        hover_tooltips=words,
    )


def _named(totals: pd.DataFrame, communes: Communes, lang: str) -> pd.DataFrame:
    """Totals with the name of each commune and its people in words."""
    known = dict(zip(communes.data["commune_id"], names(communes, lang), strict=True))
    pairs = zip(totals["population_exposed"], totals["state"], strict=True)
    figures = [figure_text(value, state, lang) for value, state in pairs]
    return totals.assign(name=totals["commune_id"].map(known), figure=figures)


def _column(name: str, lang: str) -> hv.Dimension:
    key = "population_exposed" if name == "figure" else name
    return hv.Dimension(name, label=i18n.text(f"field.{key}.label", lang))
