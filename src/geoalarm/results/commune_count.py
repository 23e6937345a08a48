"""People of one commune in some classes of a layer, as plain values: what a sentence, a card and a table of a
page speak of.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from geoalarm.core.schema import KEY, join_keys, split_keys
from geoalarm.core.terms import State
from geoalarm.hazards import counted_from
from geoalarm.results.totals import UNKNOWN, classes, overlaps, people_by_commune

NUMBERS: Final = (State.EXPOSED, State.ZERO)
"""States that carry a number."""


@dataclass(frozen=True, slots=True)
class LayerCount:
    """People in some classes of a layer, in one commune: a row of totals in plain values.

    ``people``, ``low`` and ``high`` are NaN unless ``state`` is exposed or zero; ``hidden`` makes them lower
    bounds, because a part is not published, or (``high`` is NaN) not known.
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
            hidden=bool(values.get("hidden", False)) or _is_open(values),
            mapped_share=float(values.get("mapped_share", math.nan)),
            caveats=tuple(split_keys(str(values["caveats"]))),
            source_ids=tuple(split_keys(str(values["source_ids"]))),
            row=row_key(values, labels),
        )

    @classmethod
    def of_rows(cls, rows: pd.DataFrame) -> LayerCount:
        """All classes of the rows of one commune and footprint: :meth:`of` their total, made or not."""
        first = {str(name): value for name, value in rows.iloc[0].items()}
        joined = {
            name: join_keys(key for cell in rows[name].unique() for key in split_keys(cell))
            for name in ("caveats", "source_ids")
        }
        added = _added_up(rows, float(first["population"]), overlaps(rows))
        return cls.of({**first, **added, **joined, "mapped_share": rows["mapped_share"].min()}, classes(rows))

    def over(self, rows: pd.DataFrame, labels: Sequence[str]) -> LayerCount:
        """The same over some classes of ``rows``, those of the commune in the layer, by the rule of
        :mod:`geoalarm.results.totals`.
        """
        part = rows[rows["intensity_class"].isin(list(labels))]
        row = {**self.row, "intensity_class": "|".join(labels)}
        if part.empty:
            return replace(self, row=row)
        found = _added_up(part, self.population, overlaps(rows))
        people, low, high = (float(found[f"population_exposed{end}"]) for end in ("", "_low", "_high"))
        return replace(
            self,
            people=people,
            low=low,
            high=high,
            state=str(found["state"]),
            hidden=bool(found["hidden"]),
            row=row,
        )


def _is_open(values: Mapping[str, Any]) -> bool:
    """Whether a number has no upper end: of a part of the people it is not known how many they are."""
    return not math.isnan(values["population_exposed"]) and math.isnan(values["population_exposed_high"])


def zone_count(count: LayerCount, rows: pd.DataFrame, hazard: str, labels: Sequence[str]) -> LayerCount:
    """People of a commune in the zone of a layer: the classes from :func:`geoalarm.hazards.counted_from`
    up.

    Parameters
    ----------
    count : LayerCount
        Over all classes of ``rows``.
    rows : pandas.DataFrame
        Rows of the exposure table: one commune, one footprint.
    labels : sequence of str
        Every class of the footprint, mild to severe.
    """
    first = counted_from(hazard, labels)
    return count.over(rows, labels[labels.index(first) :]) if first else count


def _added_up(rows: pd.DataFrame, population: float, overlapping: bool) -> dict[str, Any]:
    """What :func:`geoalarm.results.totals.threshold_total` says of rows of one commune and footprint, in
    plain values.
    """
    found = people_by_commune(rows, np.zeros(len(rows), dtype="int64"), np.array([population]), overlapping)
    return {name: values[0] for name, values in found.items()}


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
