"""What a page shows for a choice: totals, scales and paint, in the row order of the map. Arithmetic is
``present``'s.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geoalarm import i18n
from geoalarm.app.explorer.explorer_state import ExplorerState
from geoalarm.app.map.atlas import APART, FIRST_STATE, STATES, Symbology
from geoalarm.app.session import LayerRequest, Progress, SharedSession
from geoalarm.core.terms import State
from geoalarm.present import classes, palette, rounding
from geoalarm.present import exceedance_points as sums
from geoalarm.present.classes import Measure
from geoalarm.results import totals as tables


@dataclass(frozen=True, slots=True)
class ExplorerView:
    """Everything the views of one choice need.

    Attributes
    ----------
    first, second : pandas.DataFrame
        Totals, one row a commune in map order; ``second`` is None without a comparison.
    difference : pandas.DataFrame or None
        Second minus first, in map order.
    curve : list of (float, pandas.DataFrame)
        Totals by return period [yr].
    annual : pandas.DataFrame or None
        Expected people a year of each commune [yr-1], from the curve; None without probability.
    scale, difference_scale : present.classes.Scale
        Colours of the maps; both scenarios share one.
    """

    layers: tuple[LayerRequest, ...]
    option: Any
    other: Any
    first: pd.DataFrame
    second: pd.DataFrame | None
    difference: pd.DataFrame | None
    table: pd.DataFrame
    curve: list[tuple[float, pd.DataFrame]]
    scale: classes.Scale
    difference_scale: classes.Scale | None
    annual: pd.DataFrame | None = None

    def shown(self, countries: tuple[str, ...]) -> pd.DataFrame:
        """Totals of the countries shown."""
        return tables.only(self.first, countries=countries)


@dataclass(frozen=True, slots=True)
class ExceedancePoint:
    """A point of the exceedance curve; NaN unless ``state`` is exposed or zero."""

    return_period_yr: float
    population_exposed: float
    population_exposed_low: float
    population_exposed_high: float
    state: str
    hidden: bool = False


def curve_points(view: ExplorerView, *, commune: str, countries: tuple[str, ...]) -> list[ExceedancePoint]:
    """Points of one commune, its states kept, or of the sum over the communes shown that are mapped at every
    chance.
    """
    if commune:
        rows = [(period, totals[totals["commune_id"] == commune].iloc[0]) for period, totals in view.curve]
        return [
            ExceedancePoint(
                period,
                row["population_exposed"],
                row["population_exposed_low"],
                row["population_exposed_high"],
                str(row["state"]),
                bool(row["hidden"]),
            )
            for period, row in rows
        ]
    if not view.curve:
        return []
    frames = [tables.only(totals, countries=countries) for _, totals in view.curve]
    found = sums.curve_points(pd.concat(frames, ignore_index=True))
    return [
        ExceedancePoint(period, people, low, high, State.EXPOSED if people > 0 else State.ZERO)
        for period, people, low, high in found[["return_period_yr", "people", "low", "high"]]
        .to_numpy(dtype="float64")
        .tolist()
    ]


def yearly(
    view: ExplorerView, *, commune: str, countries: tuple[str, ...]
) -> tuple[float, float, float] | None:
    """Expected people a year, least and most, of one commune or of the sum over those mapped at every chance;
    None where unknown.
    """
    if view.annual is None:
        return None
    rows = (
        view.annual[view.annual["commune_id"] == commune]
        if commune
        else tables.only(view.annual, countries=countries)
    )
    known = rows.loc[
        rows["people_per_yr"].notna(), ["people_per_yr", "people_per_yr_low", "people_per_yr_high"]
    ]
    if known.empty:
        return None
    value, low, high = known.to_numpy(dtype="float64").sum(axis=0).tolist()
    return value, low, high


def wanted(state: ExplorerState) -> list[LayerRequest]:
    """The layers a choice needs, the one shown first."""
    layers = [state.option(), *([state.second()] if state.beside else [])]
    return [LayerRequest(option, state.threshold, state.population) for option in layers]


def is_ready(layers: list[LayerRequest], shared: SharedSession) -> bool:
    """Whether nothing has to be computed for these layers."""
    periods = [
        LayerRequest(option, layers[0].from_class, layers[0].population)
        for option in shared.periods(layers[0].option)
    ]
    return all(shared.is_ready(item) for item in (*layers, *periods)) and all(
        shared.is_draped(item.option) for item in layers
    )


def compute(
    layers: list[LayerRequest], measure: Measure, shared: SharedSession, progress: Progress | None = None
) -> ExplorerView:
    """The view of a choice; slow the first time a layer is asked for, at hand afterwards.

    Parameters
    ----------
    layers : list of LayerRequest
        The layer shown and, where there is one, the layer beside it.
    measure : str
        ``people`` or ``share``.
    """
    tell: Callable[[str, int, int], None] = progress or (lambda step, n, m: None)
    periods = shared.periods(layers[0].option)
    steps = 2 * len(layers) + len(periods)
    found = []
    for n, item in enumerate(layers, start=1):
        tell("exposure", n, steps)
        found.append(shared.totals(item))
    curve = []
    for n, option in enumerate(periods, start=len(layers) + 1):
        tell("exposure", n, steps)
        curve.append(
            (
                float(option.return_period_yr),
                shared.totals(LayerRequest(option, layers[0].from_class, layers[0].population)),
            )
        )
    for n, item in enumerate(layers, start=steps - len(layers) + 1):
        tell("hazard", n, steps)
        shared.drape(item.option)
    return _view(measure, layers, found, curve, shared)


def _view(
    measure: Measure,
    layers: list[LayerRequest],
    found: list[pd.DataFrame],
    curve: list[tuple[float, pd.DataFrame]],
    shared: SharedSession,
) -> ExplorerView:
    column = value_column(measure)
    second = found[1] if len(found) > 1 else None
    difference, difference_scale = None, None
    values = np.concatenate([item[column].to_numpy(dtype="float64") for item in found])
    if second is not None:
        difference = tables.difference(found[0], second)
        name = "difference" if measure == "people" else "share_difference"
        difference_scale = classes.difference_scale_for(difference[name], measure)
    return ExplorerView(
        tuple(layers),
        layers[0].option,
        layers[1].option if second is not None else None,
        found[0],
        second,
        difference,
        shared.table(layers[0]),
        curve,
        classes.scale_for(values, measure),
        difference_scale,
        shared.annual(curve, layers[0].key),
    )


def value_column(measure: Measure) -> str:
    """Column of the totals that a measure colours."""
    return "population_exposed" if measure == "people" else "share_exposed"


def figure(row: Any, lang: str) -> str:
    """The number of a commune as it is published, or its state in words."""
    return rounding.figure_text(float(row.population_exposed), str(row.state), lang, hidden=bool(row.hidden))


def between(row: Any, lang: str) -> str:
    """The range of a commune, short enough for a cell; empty where there is no number."""
    low, high = float(row.population_exposed_low), float(row.population_exposed_high)
    if row.state != State.EXPOSED or np.isnan(low) or np.isnan(high) or rounding.is_few(high):
        return ""
    down, up = rounding.range_bounds(low, high)
    return i18n.number(up, lang) if down == up else f"{i18n.number(down, lang)}–{i18n.number(up, lang)}"


def share_figure(row: Any, lang: str) -> str:
    """The share of a commune as it is published, empty where there is none."""
    if row.state not in (State.EXPOSED, State.ZERO):
        return ""
    return rounding.share_text(float(row.population_exposed), float(row.population), lang)


def paint(
    view: ExplorerView,
    slot: str,
    shared: SharedSession,
    *,
    measure: Measure,
    countries: tuple[str, ...],
    lang: str,
) -> Symbology:
    """Colour numbers, patterns and words of the map of the first (``a``) or second (``b``) scenario."""
    totals, layer = (view.first, view.layers[0]) if slot == "a" else (view.second, view.layers[1])
    assert totals is not None
    numbers = view.scale.index(totals[value_column(measure)].to_numpy(dtype="float64"))
    states = totals["state"].astype(str).to_numpy()
    for offset, state in enumerate(STATES):
        numbers[(states == state) | ((state == State.ZERO) & (numbers < 0) & (states == State.EXPOSED))] = (
            FIRST_STATE + offset
        )
    words = shared.words((*layer.key, measure, lang), lambda: _words(totals, measure, lang))
    return _settled(numbers, totals["commune_id"], words, countries)


def _words(totals: pd.DataFrame, measure: Measure, lang: str) -> list[str]:
    rows = list(totals.itertuples(index=False))
    return [(share_figure(row, lang) if measure == "share" else "") or figure(row, lang) for row in rows]


def paint_difference(
    view: ExplorerView, *, measure: Measure, countries: tuple[str, ...], lang: str
) -> Symbology:
    """Colour numbers, patterns and words of the map of differences."""
    assert view.difference is not None
    assert view.difference_scale is not None
    frame = view.difference
    column = frame["difference" if measure == "people" else "share_difference"].to_numpy(dtype="float64")
    numbers = view.difference_scale.index(column)
    states = difference_states(frame)
    for offset, state in enumerate(STATES):
        numbers[(states == state) & (frame["reason"] != "").to_numpy()] = FIRST_STATE + offset
    words = [difference_words(row, measure, lang) for row in frame.itertuples(index=False)]
    return _settled(numbers, frame["commune_id"], words, countries)


def difference_states(frame: pd.DataFrame) -> np.ndarray:
    """The state that stops a comparison: hidden, or the side that says nothing, not mapped before not
    studied; else ``exposed``.
    """
    out = np.full(len(frame), str(State.EXPOSED), dtype=object)
    for state in (State.NOT_STUDIED, State.OUTSIDE_COVERAGE):
        out[(frame["state_first"].eq(state) | frame["state_second"].eq(state)).to_numpy()] = str(state)
    out[frame["reason"].eq("hidden").to_numpy()] = str(State.SUPPRESSED)
    return out


def difference_words(row: Any, measure: Measure, lang: str) -> str:
    """A difference as it is published, or why there is none."""
    if row.reason == "hidden":
        return i18n.term("state", State.SUPPRESSED, lang)
    if row.reason:
        return i18n.text(f"explorer.difference_{row.reason}", lang)
    if measure == "people":
        return rounding.signed_text(float(row.difference), lang)
    sign = "+" if row.share_difference > 0 else ""
    return sign + i18n.percent(float(row.share_difference), lang)


def map_palette(scale: classes.Scale, theme: palette.Theme) -> list[str]:
    """Colours by number: classes, states from :data:`FIRST_STATE` on, then nothing for communes apart."""
    patterns, tones = palette.PATTERNS[theme], list(scale.colours(theme))
    return [
        *tones,
        *[tones[-1]] * (FIRST_STATE - len(tones)),
        *(patterns[state].ground for state in STATES),
        "#00000000",
    ]


def _settled(numbers: np.ndarray, ids: pd.Series, words: list[str], countries: tuple[str, ...]) -> Symbology:
    if countries:
        numbers = np.where(tables.country_of(ids).isin(countries).to_numpy(), numbers, APART)
    return Symbology(numbers.astype("uint8"), words)
