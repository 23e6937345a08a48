"""Figures of a commune as they are published: number, range, share, difference, or the state that stands in
their place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np
import pandas as pd

from geoalarm import i18n
from geoalarm.core.terms import State
from geoalarm.present import rounding
from geoalarm.present.classes import Measure, Scale


class PublishedRow(Protocol):
    """What a published number needs of a row; NaN unless ``state`` is exposed or zero."""

    @property
    def state(self) -> str:
        """One of :class:`geoalarm.core.terms.State`."""

    @property
    def population_exposed(self) -> float:
        """People in the zone."""

    @property
    def population_exposed_low(self) -> float:
        """Fewest of them."""

    @property
    def population_exposed_high(self) -> float:
        """Most of them."""

    @property
    def hidden(self) -> bool:
        """Whether the number is too small to be published."""


class CommuneRow(PublishedRow, Protocol):
    """A row of the totals, one a commune."""

    @property
    def commune_id(self) -> str:
        """The commune."""

    @property
    def population(self) -> float:
        """Its residents."""


class DifferenceRow(Protocol):
    """A row of the differences of two scenarios."""

    @property
    def commune_id(self) -> str:
        """The commune."""

    @property
    def reason(self) -> str:
        """Why there is no difference; empty where there is one."""

    @property
    def difference(self) -> float:
        """People, second minus first."""

    @property
    def share_difference(self) -> float:
        """Share of residents, second minus first [1]."""


class TableRow(CommuneRow, DifferenceRow, Protocol):
    """A row of the ranked table; without a second scenario it has no differences."""

    @property
    def name(self) -> str:
        """Name of the commune."""

    @property
    def rank(self) -> float:
        """Its place; NaN where the figure is not known."""

    @property
    def population_exposed_second(self) -> float:
        """People in the zone of the second scenario."""

    @property
    def state_second(self) -> str:
        """State in the second scenario."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedTotals:
    """Totals of one scenario, or of two and their difference, with the colours of their maps.

    Attributes
    ----------
    first, second : pandas.DataFrame
        One row a commune in map order; ``second`` is None without a comparison.
    difference : pandas.DataFrame or None
        Second minus first, in map order.
    scale, difference_scale : present.classes.Scale
        Colours of the maps; both scenarios share one.
    """

    first: pd.DataFrame
    second: pd.DataFrame | None
    difference: pd.DataFrame | None
    scale: Scale
    difference_scale: Scale | None


def commune_rows(totals: pd.DataFrame) -> Iterator[CommuneRow]:
    """Rows of totals, in their order."""
    return cast("Iterator[CommuneRow]", totals.itertuples(index=False))


def difference_rows(differences: pd.DataFrame) -> Iterator[DifferenceRow]:
    """Rows of differences, in their order."""
    return cast("Iterator[DifferenceRow]", differences.itertuples(index=False))


def table_rows(ranked: pd.DataFrame) -> Iterator[TableRow]:
    """Rows of the ranked table, in their order."""
    return cast("Iterator[TableRow]", ranked.itertuples(index=False))


def is_known(row: PublishedRow) -> bool:
    """Whether a row has a number."""
    return row.state in (State.EXPOSED, State.ZERO)


def figure(row: PublishedRow, lang: str) -> str:
    """The number of a commune as it is published, or its state in words."""
    return rounding.figure_text(float(row.population_exposed), str(row.state), lang, hidden=bool(row.hidden))


def between(row: PublishedRow, lang: str) -> str:
    """The range of a commune, short enough for a cell; empty where there is no number."""
    low, high = float(row.population_exposed_low), float(row.population_exposed_high)
    if row.state != State.EXPOSED or np.isnan(low) or np.isnan(high) or rounding.is_few(high):
        return ""  # a number without an upper end says "at least" itself
    down, up = rounding.range_bounds(low, high)
    return i18n.number(up, lang) if down == up else f"{i18n.number(down, lang)}–{i18n.number(up, lang)}"


def share_figure(row: CommuneRow, lang: str) -> str:
    """The share of a commune as it is published, empty where there is none."""
    if not is_known(row):
        return ""
    return rounding.share_text(float(row.population_exposed), float(row.population), lang)


def difference_words(row: DifferenceRow, measure: Measure, lang: str) -> str:
    """A difference as it is published, or why there is none."""
    if row.reason == "hidden":
        return i18n.term("state", State.SUPPRESSED, lang)
    if row.reason:
        return i18n.text(f"explorer.difference_{row.reason}", lang)
    if measure == "people":
        return rounding.signed_text(float(row.difference), lang)
    sign = "+" if row.share_difference > 0 else ""
    return sign + i18n.percent(float(row.share_difference), lang)


def difference_states(frame: pd.DataFrame) -> np.ndarray:
    """The state that stops a comparison: hidden, or the side that says nothing, not mapped before not
    studied; else ``exposed``.
    """
    out = np.full(len(frame), str(State.EXPOSED), dtype=object)
    for state in (State.NOT_STUDIED, State.OUTSIDE_COVERAGE):
        out[(frame["state_first"].eq(state) | frame["state_second"].eq(state)).to_numpy()] = str(state)
    out[frame["reason"].eq("hidden").to_numpy()] = str(State.SUPPRESSED)
    return out
