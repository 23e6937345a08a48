"""Stability of a long slope: factor of safety, the wetness at which it fails, and the chance of failure with
uncertain soil.

Soil parameters are regional guesses: good for ranking places and for testing a map of classes, not for
counting people.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from geoalarm.core.distributions import Distribution, from_row, normal, random_stream, uniform
from geoalarm.core.errors import InputError
from geoalarm.core.reference_rows import rows
from geoalarm.core.registry import FlaggedOutputs, ModelInput, at_least_zero, model, positive, word

WATER_WEIGHT: Final = 9810.0
"""Unit weight of water [N m-3]."""

SOURCE: Final = (
    "infinite slope with water flowing along it, effective stresses: FS = [c + (g_s - m g_w) "
    "z cos2(b) tan(phi)] / [g_s z sin b cos b]"
)
RANKING_ONLY: Final = "regional_parameters_ranking_only"
_FRICTION: Final = ModelInput("degree", 0.0, 60.0)
_SLOPE: Final = ModelInput("degree", 5.0, 60.0, "neither")
_WEIGHT: Final = ModelInput("N m-3", 10e3, 30e3)


@model(
    inputs={
        "cohesion": at_least_zero("Pa", 1e6),
        "friction_angle": _FRICTION,
        "slope": _SLOPE,
        "depth": positive("m", 50.0),
        "wetness": ModelInput("1", 0.0, 1.0),
        "soil_weight": _WEIGHT,
        "water_weight": positive("N m-3", 12e3),
    },
    outputs={"factor_of_safety": "1"},
    source=SOURCE,
)
def infinite_slope(
    cohesion: float | np.ndarray,
    friction_angle: float | np.ndarray,
    slope: float | np.ndarray,
    depth: float | np.ndarray,
    *,
    wetness: float | np.ndarray = 0.0,
    soil_weight: float = 19e3,
    water_weight: float = WATER_WEIGHT,
) -> FlaggedOutputs:
    """Factor of safety of a long slope: ``[c' + (g_s - m g_w) z cos2(b) tan(phi)] / [g_s z sin b cos b]``;
    below 1 it slides.

    Parameters
    ----------
    cohesion : float or numpy.ndarray
        Effective, of soil and roots [Pa].
    friction_angle : float or numpy.ndarray
        Effective [degree].
    slope : float or numpy.ndarray
        Of the ground [degree].
    depth : float or numpy.ndarray
        Of the slip surface, vertical [m].
    wetness : float or numpy.ndarray
        Height of the water above the slip surface over the depth [1].
    soil_weight : float
        Unit weight of the soil [N m-3].
    water_weight : float
        Unit weight of water; only of a wet slope [N m-3].

    Raises
    ------
    RangeError
        If the slope is not between 5 and 60 degrees, or another input is outside its range.

    References
    ----------
    Skempton and DeLory (1957), stability of natural slopes in London clay.

    Examples
    --------
    >>> [round(float(infinite_slope("5 kPa", "30 degree", "25 degree", "2 m", wetness=m)), 4) for m in (0, 1)]
    [1.5817, 0.9424]
    """
    safety = _safety(
        cohesion, friction_angle, slope, depth, wetness, soil_weight=soil_weight, water_weight=water_weight
    )
    return FlaggedOutputs(safety, (RANKING_ONLY,))


@model(
    inputs={
        "cohesion": at_least_zero("Pa", 1e6),
        "friction_angle": positive("degree", 60.0),
        "slope": _SLOPE,
        "depth": positive("m", 50.0),
        "soil_weight": _WEIGHT,
        "water_weight": positive("N m-3", 12e3),
    },
    outputs={"wetness": "1"},
    source=SOURCE + ", solved for FS = 1",
    may_be_missing=("wetness",),
)
def critical_wetness(
    cohesion: float,
    friction_angle: float,
    slope: float,
    depth: float,
    *,
    soil_weight: float = 19e3,
    water_weight: float = WATER_WEIGHT,
) -> FlaggedOutputs:
    """Wetness of the soil at which a long slope begins to slide, FS = 1; NaN where none from 0 to 1 does,
    with a flag that says which.

    ``m = [g_s - (g_s z sin b cos b - c') / (z cos2(b) tan(phi))] / g_w``

    Parameters
    ----------
    cohesion : float
        Effective [Pa].
    friction_angle : float
        Effective [degree].
    slope : float
        Of the ground [degree].
    depth : float
        Of the slip surface [m].
    soil_weight : float
        Unit weight of the soil [N m-3].
    water_weight : float
        Unit weight of water [N m-3].

    Raises
    ------
    RangeError
        As :func:`infinite_slope`.

    References
    ----------
    As :func:`infinite_slope`.

    Examples
    --------
    >>> round(float(critical_wetness("2 kPa", "30 degree", "25 degree", "2 m")), 4)
    0.5875
    """
    tilt, tangent = math.radians(slope), math.tan(math.radians(friction_angle))
    normal_part = depth * math.cos(tilt) ** 2 * tangent
    found = (cohesion / normal_part + soil_weight * (1 - math.tan(tilt) / tangent)) / water_weight
    if found < 0:
        return FlaggedOutputs(math.nan, ("slides_when_dry", RANKING_ONLY))
    if found > 1:
        return FlaggedOutputs(math.nan, ("stable_when_saturated", RANKING_ONLY))
    return FlaggedOutputs(found, (RANKING_ONLY,))


@model(
    inputs={
        "slope": _SLOPE,
        "depth": positive("m", 50.0),
        "cohesion_mean": at_least_zero("Pa", 1e6),
        "cohesion_sd": positive("Pa", 1e6),
        "friction_mean": _FRICTION,
        "friction_sd": positive("degree", 30.0),
        "wetness_low": ModelInput("1", 0.0, 1.0),
        "wetness_high": ModelInput("1", 0.0, 1.0),
        "soil_weight": _WEIGHT,
        "negative_cohesion": word("zero", "redrawn"),
        "runs": ModelInput("1", 10_000, 1_000_000),
        "seed": ModelInput("1", 0, 2**31),
    },
    outputs={"probability": "1", "p5": "1", "p50": "1", "p95": "1"},
    source=SOURCE + "; Monte Carlo over cohesion, friction and wetness",
)
def slope_failure_probability(
    slope: float,
    depth: float,
    *,
    cohesion_mean: float = 5e3,
    cohesion_sd: float = 2e3,
    friction_mean: float = 30.0,
    friction_sd: float = 3.0,
    wetness_low: float = 0.0,
    wetness_high: float = 1.0,
    soil_weight: float = 19e3,
    negative_cohesion: str = "zero",
    runs: float = 100_000,
    seed: float = 20260101,
) -> FlaggedOutputs:
    """Share of runs in which a slope with uncertain soil slides, ``P(FS < 1)``, and P5, P50, P95 of the
    factor of safety.

    Cohesion is normal and not negative, friction normal and cut to 0 to 60 degrees, wetness even. A share of
    runs for a soil that is guessed: no yearly probability.

    Parameters
    ----------
    slope : float
        Of the ground [degree].
    depth : float
        Of the slip surface [m].
    cohesion_mean : float
        Before it is cut [Pa].
    cohesion_sd : float
        [Pa].
    friction_mean : float
        Before it is cut [degree].
    friction_sd : float
        [degree].
    wetness_low : float
        Lowest [1].
    wetness_high : float
        Highest [1].
    soil_weight : float
        Unit weight of the soil [N m-3].
    negative_cohesion : str
        What a draw below 0 becomes: ``zero``, a soil without cohesion, or ``redrawn``, a normal truncated at
        0.
    runs : float
        At least 10,000 [1].
    seed : float
        Of the random numbers: the same seed gives the same result [1].

    Raises
    ------
    RangeError
        If an input is outside its range, or fewer than 10,000 runs are asked for.

    References
    ----------
    As :func:`infinite_slope`.

    Examples
    --------
    >>> round(float(slope_failure_probability("25 degree", "2 m")), 2)
    0.16
    """
    if not wetness_low < wetness_high:
        raise InputError(
            "input 'wetness_low'",
            got=f"{wetness_low:g}",
            expected=f"less than wetness_high, {wetness_high:g}",
        )
    soil = {
        "cohesion": normal(
            cohesion_mean, cohesion_sd, low=0.0 if negative_cohesion == "redrawn" else -math.inf
        ),
        "friction_angle": normal(friction_mean, friction_sd, low=0.0, high=60.0),
        "wetness": uniform(wetness_low, wetness_high),
    }
    drawn = {
        name: made.quantile(random_stream(name, int(seed)).random(int(runs))) for name, made in soil.items()
    }
    cohesion = np.maximum(drawn["cohesion"], 0.0)
    safety = _safety(
        cohesion, drawn["friction_angle"], slope, depth, drawn["wetness"], soil_weight=soil_weight
    )
    low, middle, high = np.quantile(safety, (0.05, 0.5, 0.95))
    return FlaggedOutputs(
        (float((safety < 1).mean()), float(low), float(middle), float(high)),
        (RANKING_ONLY, "not_a_yearly_probability"),
    )


def soil_distributions() -> dict[str, Distribution]:
    """Cohesion [Pa], friction angle [degree] and wetness [1] as uncertain inputs, from the rows."""
    return {
        row["parameter"]: from_row(row["kind"], [float(part) for part in row["parameters"].split("|")])
        for row in rows(__package__, "slope_soil")
    }


def _safety(
    cohesion: float | np.ndarray,
    friction_angle: float | np.ndarray,
    slope: float | np.ndarray,
    depth: float | np.ndarray,
    wetness: float | np.ndarray,
    *,
    soil_weight: float,
    water_weight: float = WATER_WEIGHT,
) -> np.ndarray:
    tilt, friction = np.radians(slope), np.radians(friction_angle)
    holding = cohesion + (soil_weight - np.asarray(wetness) * water_weight) * depth * np.cos(
        tilt
    ) ** 2 * np.tan(friction)
    found: np.ndarray = holding / (soil_weight * depth * np.sin(tilt) * np.cos(tilt))
    return found
