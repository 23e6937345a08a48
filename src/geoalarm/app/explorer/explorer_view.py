"""What a page shows for a choice: totals, scales and paint in the map's row order. ``present`` calculates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoalarm.app.explorer.commune_figures import (
    ComparedTotals,
    commune_rows,
    difference_rows,
    difference_states,
    difference_words,
    figure,
    share_figure,
)
from geoalarm.app.explorer.explorer_state import ExplorerState
from geoalarm.app.map.map_sources import APART, FIRST_STATE, STATES, Slot, Symbology
from geoalarm.app.session import LayerRequest, Progress, SharedSession
from geoalarm.core.terms import Basis, State
from geoalarm.present import classes, palette
from geoalarm.present import exceedance_points as sums
from geoalarm.present.classes import Measure
from geoalarm.results import totals as tables

if TYPE_CHECKING:
    from geoalarm.analysis.layer_option import LayerOption


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplorerView(ComparedTotals):
    """Everything the views of one choice need.

    Attributes
    ----------
    layers : tuple of LayerRequest
        The layer shown and, where there is one, the layer beside it.
    table : pandas.DataFrame
        Exposure table of the layer shown, one row a commune and class.
    curve : list of (float, pandas.DataFrame)
        Totals by return period [yr].
    annual : pandas.DataFrame or None
        Expected people a year of each commune [yr-1], from the curve; None without probability.
    """

    layers: tuple[LayerRequest, ...]
    table: pd.DataFrame
    curve: list[tuple[float, pd.DataFrame]]
    annual: pd.DataFrame | None = None

    @property
    def option(self) -> LayerOption:
        """The layer shown."""
        return self.layers[0].option

    @property
    def other(self) -> LayerOption | None:
        """The layer beside it, or None."""
        return self.layers[1].option if len(self.layers) > 1 else None

    @property
    def is_example(self) -> bool:
        """Whether a layer shown is an example only."""
        return any(layer.option.basis == Basis.ILLUSTRATIVE for layer in self.layers)

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
    """Points of one commune, its states kept, or of the sum over shown communes mapped at every chance."""
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


def layer_requests(state: ExplorerState) -> list[LayerRequest]:
    """The layers a choice needs, the one shown first."""
    second = state.second()
    layers = [state.option(), *([second] if second is not None else [])]
    return [LayerRequest(option, state.threshold, state.population) for option in layers]


def is_ready(layers: list[LayerRequest], shared: SharedSession) -> bool:
    """Whether nothing has to be computed for these layers."""
    periods = [
        LayerRequest(option, layers[0].from_class, layers[0].population)
        for option in shared.periods(layers[0].option)
    ]
    return all(shared.is_ready(item) for item in (*layers, *periods)) and all(
        shared.has_overlay(item.option) for item in layers
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
        shared.overlay(item.option)
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
        first=found[0],
        second=second,
        difference=difference,
        scale=classes.scale_for(values, measure),
        difference_scale=difference_scale,
        layers=tuple(layers),
        table=shared.table(layers[0]),
        curve=curve,
        annual=shared.annual(curve, layers[0].key),
    )


def value_column(measure: Measure) -> str:
    """Column of the totals that a measure colours."""
    return "population_exposed" if measure == "people" else "share_exposed"


def paint(
    view: ExplorerView,
    slot: Slot,
    shared: SharedSession,
    *,
    measure: Measure,
    countries: tuple[str, ...],
    lang: str,
) -> Symbology:
    """Colour numbers, patterns and words of the map of the first (``a``) or second (``b``) scenario."""
    totals, layer = (view.first, view.layers[0]) if slot == "a" else (view.second, view.layers[1])
    assert totals is not None
    numbers = total_numbers(totals, view.scale, value_column(measure))
    words = shared.words((*layer.key, measure, lang), lambda: _words(totals, measure, lang))
    return _settled(numbers, totals["commune_id"], words, countries)


def total_numbers(totals: pd.DataFrame, scale: classes.Scale, column: str) -> np.ndarray:
    """Colour numbers of totals: the class of each commune, or its state; a value below every class is
    painted as a zero.
    """
    numbers = scale.index(totals[column].to_numpy(dtype="float64"))
    states = totals["state"].astype(str).to_numpy()
    for offset, state in enumerate(STATES):
        below = (state == State.ZERO) & (numbers < 0) & (states == State.EXPOSED)
        numbers[(states == state) | below] = FIRST_STATE + offset
    return numbers


def _words(totals: pd.DataFrame, measure: Measure, lang: str) -> list[str]:
    return [
        (share_figure(row, lang) if measure == "share" else "") or figure(row, lang)
        for row in commune_rows(totals)
    ]


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
    words = [difference_words(row, measure, lang) for row in difference_rows(frame)]
    return _settled(numbers, frame["commune_id"], words, countries)


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
