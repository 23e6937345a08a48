"""The book of figures: every number of a page is written here once, with its row and its sources, before a
sentence says it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from geoalarm import i18n
from geoalarm.core.errors import InputError
from geoalarm.core.schema import KEY, split_keys
from geoalarm.core.terms import State
from geoalarm.present.briefing.briefing_content import Figure
from geoalarm.present.rounding import FEW, figure_text, people_text, range_bounds, round_people, share_text
from geoalarm.results.totals import UNKNOWN

NUMBERS: Final = (State.EXPOSED, State.ZERO)
"""States that carry a number."""


@dataclass(frozen=True, slots=True)
class LayerCount:
    """People in some classes of a layer, in one commune: a row of totals in plain values.

    ``people``, ``low`` and ``high`` are NaN unless ``state`` is exposed or zero; ``hidden`` makes them lower
    bounds.
    """

    people: float
    low: float
    high: float
    population: float
    state: str
    hidden: bool
    mapped_share: float
    caveats: tuple[str, ...]
    source_ids: tuple[str, ...]
    row: Mapping[str, object]

    @property
    def is_known(self) -> bool:
        """Whether there is a number."""
        return self.state in NUMBERS

    @property
    def is_somebody(self) -> bool:
        """Whether people are known to be in the zone."""
        return self.state == State.EXPOSED

    @property
    def is_silent(self) -> bool:
        """Whether nothing is known: not studied, or not mapped."""
        return self.state in UNKNOWN

    @classmethod
    def of(cls, total: Mapping[str, object], labels: Sequence[str] = ()) -> LayerCount:
        """A row of :func:`geoalarm.results.totals.threshold_total` over the classes ``labels``."""
        values: dict[str, Any] = dict(total)
        return cls(
            people=float(values["population_exposed"]),
            low=float(values["population_exposed_low"]),
            high=float(values["population_exposed_high"]),
            population=float(values["population"]),
            state=str(values["state"]),
            hidden=bool(values.get("hidden", False)),
            mapped_share=float(values.get("mapped_share", math.nan)),
            caveats=tuple(split_keys(str(values["caveats"]))),
            source_ids=tuple(split_keys(str(values["source_ids"]))),
            row=row_key(values, labels),
        )

    def over(self, rows: pd.DataFrame, labels: Sequence[str]) -> LayerCount:
        """The same for some classes only: sums of exclusive classes, by the rules of
        :mod:`geoalarm.results.totals`.
        """
        part = rows[rows["intensity_class"].isin(list(labels))]
        row = {**self.row, "intensity_class": "|".join(labels)}
        if self.is_silent or part.empty:
            return replace(self, row=row)
        states = set(part["state"])
        people, low, high = (
            min(float(part[f"population_exposed{end}"].fillna(0.0).sum()), self.population)
            for end in ("", "_low", "_high")
        )
        hidden = State.SUPPRESSED in states
        if hidden and people <= 0:
            return replace(
                self,
                people=math.nan,
                low=math.nan,
                high=math.nan,
                state=str(State.SUPPRESSED),
                hidden=True,
                row=row,
            )
        state = State.EXPOSED if people > 0 else State.ZERO
        top = self.population if hidden else max(high, people)
        return replace(
            self, people=people, low=min(low, people), high=top, state=str(state), hidden=hidden, row=row
        )


class FigureRegistry:
    """Figures of one page in one language, by id, in the order they were written."""

    def __init__(self, lang: str, fallback: Iterable[str] = ()) -> None:
        self.lang = lang
        self.figures: dict[str, Figure] = {}
        self._fallback = tuple(fallback)

    def write(self, figure: Figure) -> Figure:
        """Keep a figure; the same id may be written again with the same words only.

        Raises
        ------
        InputError
            If it has no source, or its id is taken by another figure.
        """
        if not figure.source_ids:
            figure = replace(figure, source_ids=self._fallback)
        if not figure.source_ids:
            raise InputError(
                f"figure {figure.id!r} has no source", got="none", expected="at least one source id"
            )
        held = self.figures.setdefault(figure.id, figure)
        if held.text != figure.text:
            raise InputError(
                f"figure {figure.id!r} is on the page twice", got=figure.text, expected=held.text
            )
        return held

    def people(self, name: str, count: LayerCount, *, table: str = "exposure") -> Figure:
        """A number of people without its noun, as sentences and tables hold it: ``1,230``, ``fewer than 11``,
        ``0``, or its state.
        """
        return self.write(
            Figure(
                id=name,
                text=figure_text(count.people, count.state, self.lang, hidden=count.hidden),
                value=count.people if count.is_known else math.nan,
                low=count.low if count.is_known else math.nan,
                high=count.high if count.is_known else math.nan,
                state=count.state,
                row=count.row,
                table=table,
                source_ids=count.source_ids,
            )
        )

    def share(self, name: str, count: LayerCount, *, table: str = "exposure") -> Figure:
        """A share of residents, or its state."""
        if not count.is_known:
            text, values = i18n.term("state", count.state, self.lang), (math.nan, math.nan, math.nan)
        else:
            text = share_text(count.people, count.population, self.lang)
            values = tuple(_ratio(part, count.population) for part in (count.people, count.low, count.high))  # type: ignore[assignment]
        value, low, high = values
        return self.write(
            Figure(
                name,
                text,
                value,
                low,
                high,
                state=count.state,
                row=count.row,
                table=table,
                source_ids=count.source_ids,
            )
        )

    def ends(self, name: str, count: LayerCount, *, table: str = "exposure") -> tuple[Figure, Figure]:
        """The two ends of a range, as they are published: the low one down, the high one up."""
        shown = [i18n.number(end, self.lang) for end in range_bounds(count.low, count.high)]
        low, high = (
            self.fact(f"{name}-{end}", text, value, row=count.row, table=table, sources=count.source_ids)
            for end, text, value in zip(("low", "high"), shown, (count.low, count.high), strict=True)
        )
        return low, high

    def fact(
        self,
        name: str,
        text: str,
        value: float,
        *,
        unit: str = "1",
        row: Mapping[str, object],
        table: str,
        sources: Sequence[str],
    ) -> Figure:
        """A number that is no count of people: a chance, a distance, a depth, a share of the area."""
        return self.write(
            Figure(name, text, float(value), unit=unit, row=dict(row), table=table, source_ids=tuple(sources))
        )


def count_words(count: LayerCount, lang: str) -> str:
    """A count with its noun, as it stands in a line: ``about 1,230 people``, "at least" where a part is
    hidden, else its state.
    """
    if not count.is_known or math.isnan(count.people):
        state = i18n.term("state", count.state, lang)
        return state if lang.startswith("de") else state[:1].lower() + state[1:]
    if count.hidden and count.people >= FEW:
        return i18n.text(
            "unit.at_least_value", lang, value=i18n.people(round_people(count.people, "down"), lang)
        )
    return people_text(count.people, lang)


def row_key(values: Mapping[str, object], labels: Sequence[str] = ()) -> dict[str, object]:
    """The columns of ``values`` that name its row, plain: several classes joined by ``|``, None where there
    is no return period.
    """
    found = {name: values[name] for name in KEY if name in values}
    if labels:
        found["intensity_class"] = "|".join(labels)
    period = found.get("return_period_yr")
    if isinstance(period, (int, float)):
        found["return_period_yr"] = None if math.isnan(period) else float(period)
    return {name: str(value) if isinstance(value, str) else value for name, value in found.items()}


def _ratio(part: float, whole: float) -> float:
    return min(part / whole, 1.0) if whole > 0 else 0.0
