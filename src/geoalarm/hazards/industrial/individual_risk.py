"""Individual risk: the yearly chance that someone at a place dies, over accidents, weathers and wind
directions.

``IR(x) = sum_s f_s sum_w p_w sum_d p_d P_s,w,d(x)``. Within a sector of the wind rose the wind is as likely
from every direction; lethality is laid out in circles round the site and folded with the rose, so that a
narrow plume leaves no rays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import map_coordinates

from geoalarm.core.errors import InputError
from geoalarm.core.model_inputs import limits_of
from geoalarm.core.quantities import require_range
from geoalarm.core.reference_rows import confirm, row
from geoalarm.core.registry import FlaggedOutputs, at_least_zero, model, word

Lethality = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Probability of death [1] at (downwind, crosswind) distances from the source [m]."""

SECTORS: Final = 12
"""Fewest sectors of a wind rose."""

BEARINGS: Final = 1440
"""Directions in which lethality is laid out: every quarter of a degree."""

RADII: Final = 192
"""Circles on which lethality is laid out, in equal ratio."""


@dataclass(frozen=True, slots=True)
class WindRose:
    """Probability of weather and wind: rows weathers, columns sectors the wind comes FROM, the first centred
    on north.

    All entries together sum to 1 [1].
    """

    weathers: tuple[str, ...]
    probability: np.ndarray

    def __post_init__(self) -> None:
        table = np.atleast_2d(np.asarray(self.probability, dtype=float))
        if table.shape[0] != len(self.weathers) or table.shape[1] < SECTORS:
            raise InputError(
                "wind rose",
                got=f"{table.shape[0]} rows of {table.shape[1]} sectors",
                expected=f"a row for each of {', '.join(self.weathers)}, {SECTORS} sectors or more",
                hint="give one row a weather class",
            )
        if (
            not np.isfinite(table).all()
            or (table < 0).any()
            or not math.isclose(float(table.sum()), 1.0, abs_tol=1e-6)
        ):
            raise InputError(
                "wind rose",
                got=f"a sum of {table.sum():g}",
                expected="probabilities of 0 or more that sum to 1",
                hint="divide by the number of observations, calms included",
            )
        object.__setattr__(self, "probability", table)

    @classmethod
    def uniform(cls, weathers: Mapping[str, float], *, sectors: int = SECTORS) -> WindRose:
        """Every direction alike, weathers by their probability.

        Examples
        --------
        >>> WindRose.uniform({"D5": 0.7, "F2": 0.3}).probability.shape
        (2, 12)
        """
        share = np.array(list(weathers.values()), dtype=float)
        return cls(tuple(weathers), np.repeat(share[:, None] / sectors, sectors, axis=1))

    def density(self, weather: str, *, bearings: int = BEARINGS) -> np.ndarray:
        """Probability of each of ``bearings`` directions the wind comes from, from north clockwise; constant
        in a sector [1].
        """
        if weather not in self.weathers:
            raise InputError("weather of the wind rose", got=repr(weather), expected=", ".join(self.weathers))
        probability = self.probability[self.weathers.index(weather)]
        sectors = len(probability)
        edges = ((np.arange(bearings + 1) - 0.5) / bearings * sectors + 0.5) % (sectors + 0.0)
        cumulative = np.concatenate([[0.0], np.cumsum(probability)])

        def below(position: np.ndarray) -> np.ndarray:
            whole = np.floor(position).astype(int)
            filled: np.ndarray = (
                cumulative[whole] + (position - whole) * probability[np.minimum(whole, sectors - 1)]
            )
            return filled

        step: np.ndarray = below(edges[1:]) - below(edges[:-1])
        step[step < 0] += cumulative[-1]
        return step


@dataclass(frozen=True, slots=True)
class RiskScenario:
    """One accident of a site: how often [yr-1], and its lethality in each weather of the rose."""

    name: str
    frequency: float
    lethality: Mapping[str, Lethality]

    def __post_init__(self) -> None:
        often = limits_of("yr-1").largest
        require_range(f"frequency of {self.name!r}", self.frequency, 0, often, unit="yr-1")


@dataclass(frozen=True, slots=True)
class RiskField:
    """Individual risk [yr-1] on circles round a site: (radii, bearings, clockwise from north)."""

    radii: np.ndarray
    risk: np.ndarray

    def at(self, east: np.ndarray, north: np.ndarray) -> np.ndarray:
        """Risk at offsets from the site [m]; within the first circle that circle's, beyond the last NaN."""
        east, north = np.broadcast_arrays(np.asarray(east, dtype=float), np.asarray(north, dtype=float))
        distance = np.hypot(east, north)
        ring = np.log(np.maximum(distance, self.radii[0]) / self.radii[0]) / np.log(
            self.radii[1] / self.radii[0]
        )
        bearing = np.mod(np.arctan2(east, north) / (2 * np.pi) * self.risk.shape[1], self.risk.shape[1])
        wrapped = np.concatenate([self.risk, self.risk[:, :1]], axis=1)
        found = map_coordinates(wrapped, [ring.ravel(), bearing.ravel()], order=1, mode="nearest").reshape(
            distance.shape
        )
        return np.where(distance > self.radii[-1] * (1 + 1e-9), np.nan, found)


def individual_risk(
    scenarios: Sequence[RiskScenario], rose: WindRose, *, farthest: float = 10e3, nearest: float = 5.0
) -> RiskField:
    """Individual risk of a site: every accident in every weather, its lethality turned by the wind rose.

    Parameters
    ----------
    scenarios : sequence of RiskScenario
        Accidents of the site; their risks add up.
    rose : WindRose
        Probability of weather and wind direction.
    farthest, nearest : float
        Outermost and innermost circle [m].

    Returns
    -------
    RiskField
        [yr-1] for a person who is there all year, outdoors, unless the lethality given is that of sheltered
        people.

    Raises
    ------
    InputError
        If there is no accident, or one lacks a weather of the rose.

    References
    ----------
    Purple Book (CPR 18E), chapter 6.

    Examples
    --------
    >>> steady = RiskScenario("rupture", 1e-5, {"D5": lambda x, y: 1.0 * (np.hypot(x, y) < 100)})
    >>> field = individual_risk([steady], WindRose.uniform({"D5": 1.0}))
    >>> field.at(50.0, 0.0).round(9).item()
    1e-05
    """
    if not scenarios:
        raise InputError("accidents of the site", got="none", expected="at least one")
    require_range("farthest", farthest, nearest * 1.01, limits_of("m").largest, unit="m")
    radii = np.geomspace(nearest, farthest, RADII)
    off_axis = np.arange(BEARINGS) * (2 * np.pi / BEARINGS)
    downwind, crosswind = radii[:, None] * np.cos(off_axis), -radii[:, None] * np.sin(off_axis)
    risk = np.zeros((RADII, BEARINGS))
    for scenario in scenarios:
        for weather in rose.weathers:
            if weather not in scenario.lethality:
                raise InputError(
                    f"lethality of {scenario.name!r}",
                    got=", ".join(scenario.lethality),
                    expected=f"also weather {weather!r}",
                )
            share = _require_share(
                np.asarray(scenario.lethality[weather](downwind, crosswind), dtype=float), scenario.name
            )
            risk += scenario.frequency * _fold(share, rose.density(weather))
    return RiskField(radii, risk)


def _fold(share: np.ndarray, wind_from: np.ndarray) -> np.ndarray:
    """Sum over wind directions: a place at bearing ``b`` is ``b - (from + 180°)`` off its axis."""
    towards = np.roll(wind_from, BEARINGS // 2)
    spectrum = np.fft.rfft(share, axis=1) * np.fft.rfft(towards)
    folded = np.fft.irfft(spectrum, n=BEARINGS, axis=1)
    return np.where(folded > 1e-12, folded, 0.0)


def _require_share(share: np.ndarray, name: str) -> np.ndarray:
    if not np.isfinite(share).all() or (share < 0).any() or (share > 1 + 1e-9).any():
        raise InputError(
            f"lethality of {name!r}",
            got=f"{np.nanmin(share):g} to {np.nanmax(share):g}",
            expected="0 to 1 everywhere",
        )
    return np.broadcast_to(share, (RADII, BEARINGS))


@model(
    inputs={
        "frequency": at_least_zero("yr-1"),
        "weather_probability": at_least_zero("1", 1),
        "lethality": at_least_zero("1", 1),
        "direction_probability": at_least_zero("1", 1),
    },
    outputs={"individual_risk": "yr-1"},
    source="Purple Book (CPR 18E), chapter 6",
)
def individual_risk_sum(
    frequency: float,
    weather_probability: np.ndarray,
    lethality: np.ndarray,
    direction_probability: float | np.ndarray,
) -> float:
    """Individual risk at one place from one accident: ``f sum_w p_w p_d P_w``.

    Parameters
    ----------
    frequency : float
        Of the accident [yr-1].
    weather_probability : array
        Of each weather [1].
    lethality : array
        At the place in each weather, wind towards it [1].
    direction_probability : float or array
        That the wind blows towards the place; one value or one a weather [1].

    Raises
    ------
    InputError
        If weathers and lethalities are not as many, or the weathers sum to more than 1.

    References
    ----------
    Purple Book (CPR 18E), chapter 6.

    Examples
    --------
    >>> float(individual_risk_sum(1e-5, [0.7, 0.3], [0.05, 0.60], 1 / 12)).__round__(9)
    1.79e-07
    """
    weather, death = np.atleast_1d(weather_probability), np.atleast_1d(lethality)
    if weather.shape != death.shape or weather.sum() > 1 + 1e-9:
        raise InputError(
            "inputs 'weather_probability' and 'lethality'",
            got=f"{weather.size} and {death.size}, weathers sum to {weather.sum():g}",
            expected="one lethality a weather, weathers that sum to at most 1",
        )
    return float(frequency * np.sum(weather * death * direction_probability))


@model(
    inputs={
        "lethality_outdoors": at_least_zero("1", 1),
        "outdoors": at_least_zero("1", 1),
        "lethality_indoors": at_least_zero("1", 1),
        "time": word("day", "night"),
    },
    outputs={"lethality": "1", "outdoors": "1", "lethality_indoors": "1"},
    source="Purple Book (CPR 18E), chapter 5: shares outdoors and lethality indoors",
)
def sheltered_lethality(
    lethality_outdoors: float | np.ndarray,
    *,
    time: str = "day",
    outdoors: float | None = None,
    lethality_indoors: float | np.ndarray | None = None,
) -> FlaggedOutputs:
    """Lethality of people of whom some are indoors: ``P = f_out P_out + (1 - f_out) P_in``.

    Parameters
    ----------
    lethality_outdoors : float or numpy.ndarray
        [1].
    time : str
        ``day`` or ``night``: share of people outdoors by the table.
    outdoors : float, optional
        That share itself [1].
    lethality_indoors : float or numpy.ndarray, optional
        Worked out with the ventilation of houses; without it a tenth of the one outdoors [1].

    Raises
    ------
    RangeError
        If a share is outside 0 to 1.

    References
    ----------
    Purple Book (CPR 18E), chapter 5, to be confirmed.

    Examples
    --------
    >>> round(float(sheltered_lethality(0.5, time="night")), 4)
    0.0545
    """
    flags: tuple[str, ...] = ()
    if outdoors is None:
        found = row(__package__, "shelter", "key", f"outdoors_{time}")
        outdoors, flags = float(found["value"]), confirm(found["verified"], found["meaning"])
    if lethality_indoors is None:
        rule = row(__package__, "shelter", "key", "indoor_rule")
        lethality_indoors, flags = (
            float(rule["value"]) * lethality_outdoors,
            (*flags, *confirm(rule["verified"], rule["meaning"])),
        )
    return FlaggedOutputs(
        (outdoors * lethality_outdoors + (1 - outdoors) * lethality_indoors, outdoors, lethality_indoors),
        flags,
    )
