"""The book of figures: every number of a page is written here once, with its row and its sources, before a
sentence says it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from geoalarm import i18n
from geoalarm.core.errors import InputError
from geoalarm.present.briefing.briefing_content import Figure
from geoalarm.present.rounding import FEW, figure_text, people_text, range_bounds, round_people, share_text
from geoalarm.results.commune_count import LayerCount


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


def _ratio(part: float, whole: float) -> float:
    return min(part / whole, 1.0) if whole > 0 else 0.0
