"""Gaussian puff: a mass let go at once, carried and spread by the wind."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from geoalarm.core.registry import (
    FlaggedOutputs,
    ModelInput,
    at_least_zero,
    model,
    positive,
    word,
)
from geoalarm.hazards.industrial.crossing import outermost
from geoalarm.hazards.industrial.flags import gas_flags, weather_flags
from geoalarm.hazards.industrial.plume import zone_of
from geoalarm.hazards.industrial.plume_arithmetic import reflected
from geoalarm.hazards.industrial.sigmas import FARTHEST, NEAREST, STABILITIES, puff_sigmas

SOURCE: Final = (
    "Gaussian puff with reflection and its parameters: CCPS, Guidelines for Consequence "
    "Analysis of Chemical Releases (1999), section 2.3.1"
)
AT_ONCE: Final = "mass_as_puff"
_CLOUD: Final = MappingProxyType(
    {
        "mass": positive("kg"),
        "wind_speed": ModelInput("m s-1", 0.5, 30.0),
        "stability": word(*STABILITIES),
        "release_height": at_least_zero("m", 300.0),
    }
)


def puff_concentration(
    x: Any,
    y: Any,
    z: Any,
    time: Any,
    *,
    mass: float,
    wind_speed: float,
    stability: str,
    release_height: float = 0.0,
) -> np.ndarray:
    """Concentration [kg m-3] at points (x, y, z) [m] and times [s] that broadcast; 0 before the release.
    Nothing is checked.

    Width and height are those of the distance that the centre has travelled, so that the cloud keeps its
    mass.
    """
    travelled = wind_speed * np.asarray(time, dtype=float)
    side, up = puff_sigmas(travelled, stability)
    shape = reflected(y, z, sigma_y=side, sigma_z=up, release_height=release_height)
    with np.errstate(divide="ignore", invalid="ignore"):
        along = np.exp(-0.5 * ((x - travelled) / side) ** 2) / side
    return np.where(travelled > 0, mass / (2 * math.pi) ** 1.5 * np.nan_to_num(along * shape), 0.0)


def puff_peak(
    *, mass: float, wind_speed: float, stability: str, release_height: float = 0.0, z: float = 0.0
) -> Callable[[np.ndarray], np.ndarray]:
    """Concentration [kg m-3] in the middle of the cloud, under or over it at height z, as a function of the
    distance travelled [m].
    """

    def peak(x: np.ndarray) -> np.ndarray:
        return puff_concentration(
            x,
            0.0,
            z,
            np.asarray(x) / wind_speed,
            mass=mass,
            wind_speed=wind_speed,
            stability=stability,
            release_height=release_height,
        )

    return peak


def puff_load(
    x: Any,
    y: Any = 0.0,
    *,
    n: float,
    mass: float,
    wind_speed: float,
    stability: str,
    release_height: float = 0.0,
) -> np.ndarray:
    """Toxic load of a passing cloud, ``∫ C^n dt`` [(mg m-3)^n min], its size taken as when its middle passes.

    ``C^n`` is a Gaussian in time of width ``sx / (u sqrt n)``: the load is the peak's ``C^n`` times ``sqrt(2
    pi / n) sx / u``.
    """
    x = np.asarray(x, dtype=float)
    side, _ = puff_sigmas(x, stability)
    peak = puff_concentration(
        x,
        y,
        0.0,
        x / wind_speed,
        mass=mass,
        wind_speed=wind_speed,
        stability=stability,
        release_height=release_height,
    )
    return np.asarray((peak * 1e6) ** n * math.sqrt(2 * math.pi / n) * side / wind_speed / 60.0)


def puff_contour(threshold: float, *, points: int = 181, **cloud: Any) -> np.ndarray:
    """Everywhere a passing puff reaches a threshold [kg m-3], as a closed ring of (x, y) [m]; (0, 2) where
    nowhere.

    The ring ends at 10 km, beyond which the model does not hold. Nothing is checked.
    """
    peak = puff_peak(**cloud)
    last = outermost(peak, threshold, low=1.0, high=FARTHEST)
    if math.isnan(last):
        return np.empty((0, 2))
    end = FARTHEST if math.isinf(last) else last
    travelled = np.maximum(end * 0.5 * (1 - np.cos(np.linspace(0, math.pi, points))), 1e-6)
    side, _ = puff_sigmas(travelled, cloud["stability"])
    ratio = peak(travelled) / threshold
    half = side * np.sqrt(2 * np.log(np.maximum(ratio, 1.0)))
    if not math.isinf(last):
        half[-1] = 0.0
    ring = np.concatenate([np.stack([travelled, half], axis=1), np.stack([travelled, -half], axis=1)[::-1]])
    return np.concatenate([ring, ring[:1]])


@model(
    inputs={
        "x": ModelInput("m", -FARTHEST, FARTHEST),
        "y": ModelInput("m", -FARTHEST, FARTHEST),
        "z": at_least_zero("m", 1000.0),
        "time": at_least_zero("s", 1e5),
        **_CLOUD,
        "substance": word(),
    },
    outputs={"concentration": "kg m-3"},
    source=SOURCE,
)
def puff(
    x: float | np.ndarray,
    y: float | np.ndarray = 0.0,
    z: float | np.ndarray = 0.0,
    *,
    mass: float,
    wind_speed: float,
    stability: str,
    time: float | None = None,
    release_height: float = 0.0,
    substance: str | None = None,
) -> FlaggedOutputs:
    """Concentration from a mass let go at once.

    A release of some seconds is also a short piece of a ``plume``; the two may differ ten times at 1 km,
    because their parameters were measured apart.

    ``C = M / ((2 pi)^1.5 sx sy sz) exp(-(x-ut)^2/2sx^2) exp(-y^2/2sy^2) [exp(-(z-h)^2/2sz^2) +
    exp(-(z+h)^2/2sz^2)]``

    Parameters
    ----------
    x, y, z : float or array
        Downwind, crosswind and above the ground [m].
    mass : float
        M [kg].
    wind_speed : float
        u; only with a time: what the middle of the cloud brings to a place does not depend on it [m s-1].
    stability : str
        Pasquill class, A to F.
    time : float, optional
        t since the release [s]; by default when the middle of the cloud passes x.
    release_height : float
        h [m].
    substance : str, optional
        To flag a gas that is heavier or lighter than air.

    References
    ----------
    CCPS (1999), section 2.3.1; example of p. 101, where sy = 6.1 m is a misprint for 5.05 m.

    Examples
    --------
    >>> round(float(puff("500 m", mass="1 kg", wind_speed="2 m/s", stability="F").to("g/m3")), 5)
    2.25005
    """
    when = np.maximum(np.asarray(x, dtype=float), 0.0) / wind_speed if time is None else time
    value = puff_concentration(
        x, y, z, when, mass=mass, wind_speed=wind_speed, stability=stability, release_height=release_height
    )
    downwind = np.asarray(x, dtype=float)[np.asarray(x) > 0]
    nearest = float(downwind.min()) if downwind.size else NEAREST
    return FlaggedOutputs(
        value, (AT_ONCE, *weather_flags(wind_speed, nearest=nearest), *gas_flags(substance))
    )


@model(
    inputs={"threshold": positive("kg m-3"), **_CLOUD, "substance": word()},
    outputs={"distance": "m", "half_width": "m", "half_width_at": "m"},
    source=SOURCE,
)
def puff_distance(
    threshold: float,
    *,
    mass: float,
    wind_speed: float,
    stability: str,
    release_height: float = 0.0,
    substance: str | None = None,
) -> FlaggedOutputs:
    """Farthest distance at which a passing puff still reaches a threshold at the ground, at most 10 km.

    The x at which ``C(x) = threshold`` as the middle passes, with the concentration of ``puff``.

    Parameters
    ----------
    threshold : float
        Concentration [kg m-3].
    mass : float
        Let go at once [kg].
    wind_speed : float
        No effect on how far the middle of the cloud brings a concentration, only on when [m s-1].
    stability : str
        Pasquill class, A to F.
    release_height : float
        [m].
    substance : str, optional
        To flag a gas that is heavier or lighter than air.

    References
    ----------
    As ``puff``.

    Examples
    --------
    >>> round(puff_distance("2.25005 g/m3", mass="1 kg", wind_speed="2 m/s", stability="F").value)
    500
    """
    cloud: dict[str, Any] = {
        "mass": mass,
        "wind_speed": wind_speed,
        "stability": stability,
        "release_height": release_height,
    }
    return zone_of(
        puff_contour(threshold, **cloud),
        puff_peak(**cloud),
        threshold,
        flags=(AT_ONCE, *weather_flags(wind_speed), *gas_flags(substance)),
    )
