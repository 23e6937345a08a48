"""People by yearly chance: mapped points on a logarithmic axis and their band; nothing beyond the points."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from geoalarm import i18n
from geoalarm.core.terms import State
from geoalarm.core.units import annual_exceedance_probability
from geoalarm.present.rounding import count_text
from geoalarm.present.svg.svg_markup import num, path, picture, rect, tag, words_at
from geoalarm.present.svg.text_metrics import width as width_of
from geoalarm.present.svg.text_metrics import wrapped

HEIGHT: Final = 200.0
"""Height of the picture [px]."""

_TOP: Final = 40.0
_FOOT: Final = 52.0
_HAS_NUMBER: Final = (State.EXPOSED, State.ZERO)


class PeopleCount(Protocol):
    """A number of people as a page holds it (:class:`geoalarm.present.briefing.briefing_content.Figure`)."""

    @property
    def value(self) -> float:
        """People [1]; NaN where nothing is known."""
        ...

    @property
    def low(self) -> float:
        """Low end [1]."""
        ...

    @property
    def high(self) -> float:
        """High end [1]."""
        ...

    @property
    def state(self) -> str:
        """A term of :class:`geoalarm.core.terms.State`."""
        ...


class ChancePoint(Protocol):
    """People at one yearly chance (:class:`geoalarm.present.briefing.briefing_content.TrendPoint`)."""

    @property
    def return_period_yr(self) -> float:
        """Return period [yr]."""
        ...

    @property
    def people(self) -> PeopleCount:
        """How many."""
        ...


@dataclass(frozen=True, slots=True)
class _Spot:
    x: float
    period: float
    people: float
    low: float
    high: float


def chance_curve(
    points: Iterable[ChancePoint], *, lang: str, label: str, prefix: str = "", width: int = 400
) -> str:
    """A curve of people exposed from frequent (left) to rare (right).

    Parameters
    ----------
    points : iterable
        ``return_period_yr`` [yr] and ``people`` with ``value``, ``low``, ``high``, ``state``. Only points
        with a number are drawn; with fewer than two, a sentence stands in the place of the curve.
    """
    mapped = sorted(
        (point for point in points if _is_mapped(point)), key=lambda point: point.return_period_yr
    )
    if len(mapped) < 2:
        return _sentence(i18n.text("figure.no_curve", lang), float(width), label=label, prefix=prefix)
    left = 14 + max(
        width_of(i18n.number(tick, lang), 11) for tick in _ticks(max(_high(point) for point in mapped))
    )
    spots = _placed(mapped, left + 26, width - 34.0)
    top = _ticks(max(spot.high for spot in spots))[-1]
    body = _axes(spots, top, left, width, lang) + _drawn(spots, top, lang)
    return picture(
        body, (float(width), HEIGHT), label=label, desc=_told(spots, lang), kind="chance", prefix=prefix
    )


def _is_mapped(point: ChancePoint) -> bool:
    people = point.people
    return people.state in _HAS_NUMBER and math.isfinite(people.value) and point.return_period_yr > 1


def _high(point: ChancePoint) -> float:
    ends = (point.people.value, point.people.high)
    return max(end for end in ends if math.isfinite(end))


def _placed(points: list[ChancePoint], left: float, right: float) -> list[_Spot]:
    places = [-math.log10(annual_exceedance_probability(point.return_period_yr)) for point in points]
    first, last = places[0], places[-1]
    out = []
    for point, place in zip(points, places, strict=True):
        low = point.people.low if math.isfinite(point.people.low) else point.people.value
        x = left + (right - left) * (place - first) / (last - first) if last > first else (left + right) / 2
        out.append(
            _Spot(x, point.return_period_yr, point.people.value, min(low, point.people.value), _high(point))
        )
    return out


def _y(people: float, top: float) -> float:
    return HEIGHT - _FOOT - (HEIGHT - _FOOT - _TOP) * people / top


def _axes(spots: list[_Spot], top: float, left: float, width: float, lang: str) -> str:
    parts = [words_at(0, 12, i18n.text("explorer.curve_axis_people", lang), "m")]
    for tick in _ticks(top):
        y = _y(tick, top)
        parts.append(path(f"M{num(left)} {num(y)}H{num(width)}", "ga-grid" if tick else "ga-axis"))
        parts.append(words_at(left - 6, y + 4, i18n.number(tick, lang), "m", anchor="end"))
    for spot in spots:
        y = HEIGHT - _FOOT
        chance = i18n.percent(annual_exceedance_probability(spot.period), lang)
        parts.append(path(f"M{num(spot.x)} {num(y)}v4", "ga-axis"))
        parts.append(words_at(spot.x, y + 17, chance, "s", anchor="middle"))
        parts.append(
            words_at(spot.x, y + 31, i18n.text("unit.one_in", lang, years=spot.period), "m", anchor="middle")
        )
    parts.append(
        words_at(width, HEIGHT - 3, i18n.text("explorer.curve_axis_chance", lang), "m", anchor="end")
    )
    return "".join(parts)


def _drawn(spots: list[_Spot], top: float, lang: str) -> str:
    def line(points: list[tuple[float, float]]) -> str:
        return "L".join(f"{num(x)} {num(_y(people, top))}" for x, people in points)

    parts = []
    if any(spot.high > spot.low for spot in spots):
        above, below = (
            [(spot.x, spot.high) for spot in spots],
            [(spot.x, spot.low) for spot in reversed(spots)],
        )
        parts.append(path(f"M{line(above)}L{line(below)}z", "ga-reach"))
        words = i18n.text("figure.range", lang)
        x = spots[-1].x + 30 - width_of(words, 11) - 24
        parts.append(rect(x, 3, 18, 11, "ga-reach") + words_at(x + 23, 12, words, "m"))
    parts.append(path(f"M{line([(spot.x, spot.people) for spot in spots])}", "ga-curve"))
    for spot in spots:
        y = _y(spot.people, top)
        parts.append(tag("circle", attributes={"cx": spot.x, "cy": y, "r": 4.5, "class": "ga-point"}))
        parts.append(words_at(spot.x, y - 9, count_text(spot.people, lang), "hn", anchor="middle"))
    return "".join(parts)


def _ticks(top: float) -> list[float]:
    """Round steps from zero to the first at or above the largest value; at least ten people."""
    top = max(top, 10.0)
    power = 10.0 ** math.floor(math.log10(top / 2))
    step = next(power * size for size in (1, 2, 5, 10) if top / (power * size) <= 4)
    return [step * count for count in range(math.ceil(top / step - 1e-9) + 1)]


def _told(spots: list[_Spot], lang: str) -> str:
    return "; ".join(
        f"{i18n.text('unit.one_in', lang, years=spot.period)}: {count_text(spot.people, lang)}"
        for spot in spots
    )


def _sentence(words: str, room: float, *, label: str, prefix: str) -> str:
    lines = wrapped(words, room - 20, 12)
    height = 20.0 + 16 * len(lines)
    body = rect(0.5, 0.5, room - 1, height - 1, "ga-frame")
    body += "".join(words_at(10, 24 + 16 * row, line) for row, line in enumerate(lines))
    return picture(body, (room, height + 4), label=label, desc=words, kind="chance", prefix=prefix)
