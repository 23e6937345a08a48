"""Arithmetic of a Gaussian plume: concentrations at points, the passage of a release that ends, the ring of a
threshold. Nothing is checked here; the models of :mod:`geoalarm.hazards.industrial.plume` do.

Coordinates are local: x downwind and y crosswind from the source, z above the ground [m].
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from scipy.special import erf

from geoalarm.hazards.industrial.crossing import outermost
from geoalarm.hazards.industrial.sigmas import FARTHEST, REFERENCE_TIME, averaging_of, plume_sigmas

START: Final = 1.0
"""Nearest distance that is looked at [m]."""


def reflected(y: Any, z: Any, *, sigma_y: Any, sigma_z: Any, release_height: float) -> np.ndarray:
    """Crosswind and vertical profile over ``sigma_y sigma_z`` [m-2], with its image under the ground."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        across = np.exp(-0.5 * (y / sigma_y) ** 2)
        up = np.exp(-0.5 * ((z - release_height) / sigma_z) ** 2) + np.exp(
            -0.5 * ((z + release_height) / sigma_z) ** 2
        )
        return np.asarray(across * up / (sigma_y * sigma_z))


def plume_concentration(
    x: Any,
    y: Any = 0.0,
    z: Any = 0.0,
    *,
    rate: float,
    wind_speed: float,
    stability: str,
    terrain: str = "rural",
    release_height: float = 0.0,
    averaging_time: float = REFERENCE_TIME,
) -> np.ndarray:
    """Steady concentration [kg m-3] at points (x, y, z) [m] that broadcast; 0 at and before the source.
    Nothing is checked.
    """
    # one wind at every height, no rise of the plume and no lid of mixing above it
    x = np.asarray(x, dtype=float)
    sigma_y, sigma_z = plume_sigmas(x, stability, terrain, averaging_time=averaging_time)
    shape = reflected(y, z, sigma_y=sigma_y, sigma_z=sigma_z, release_height=release_height)
    return np.where(
        x > 0, rate / (2 * math.pi * wind_speed) * np.nan_to_num(shape, nan=0.0, posinf=np.inf), 0.0
    )


def passage_factor(x: Any, time: Any, *, duration: float, wind_speed: float, sigma_x: Any) -> np.ndarray:
    """Share of the steady concentration [1] at a time [s] after the start of a release that lasts
    ``duration`` [s] (Palazzi 1982).
    """
    emitted = np.minimum(time, duration)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = math.sqrt(2) * np.asarray(sigma_x)
        factor = 0.5 * (
            erf((x - wind_speed * (time - emitted)) / scale)
            - erf((x - wind_speed * np.asarray(time)) / scale)
        )
    return np.asarray(np.clip(np.nan_to_num(factor), 0.0, 1.0))


def peak_factor(sigma_x: Any, *, duration: float | None, wind_speed: float) -> np.ndarray:
    """Largest share of the steady concentration [1] that a release of a duration reaches: when the middle of
    the cloud passes.
    """
    if duration is None:
        return np.ones_like(np.asarray(sigma_x, dtype=float))
    with np.errstate(divide="ignore"):
        return np.asarray(erf(wind_speed * duration / (2 * math.sqrt(2) * np.asarray(sigma_x, dtype=float))))


def peak_on_axis(
    *, duration: float | None = None, receptor_height: float = 0.0, **plume: Any
) -> Callable[[np.ndarray], np.ndarray]:
    """Largest concentration [kg m-3] on the axis as a function of x [m]."""
    terrain, averaging = plume.get("terrain", "rural"), averaging_of(plume.get("averaging_time"), duration)
    plume = {**plume, "averaging_time": averaging}

    def peak(x: np.ndarray) -> np.ndarray:
        steady = plume_concentration(x, 0.0, receptor_height, **plume)
        sigma_x, _ = plume_sigmas(x, plume["stability"], terrain, averaging_time=averaging)
        return np.asarray(steady * peak_factor(sigma_x, duration=duration, wind_speed=plume["wind_speed"]))

    return peak


def plume_contour(
    threshold: float,
    *,
    points: int = 181,
    duration: float | None = None,
    receptor_height: float = 0.0,
    **plume: Any,
) -> np.ndarray:
    """Where a plume reaches a threshold [kg m-3], as a closed ring of (x, y) [m]; (0, 2) where it reaches it
    nowhere.

    The ring ends at 10 km, beyond which the model does not hold. Nothing is checked.
    """
    peak = peak_on_axis(duration=duration, receptor_height=receptor_height, **plume)
    last = outermost(peak, threshold, low=START, high=FARTHEST)
    if math.isnan(last):
        return np.empty((0, 2))
    end = FARTHEST if math.isinf(last) else last
    first = _first(peak, threshold, end)
    x = first + (end - first) * 0.5 * (1 - np.cos(np.linspace(0, math.pi, points)))
    sigma_y, _ = plume_sigmas(
        np.maximum(x, 1e-9),
        plume["stability"],
        plume.get("terrain", "rural"),
        averaging_time=averaging_of(plume.get("averaging_time"), duration),
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        above = np.log(np.maximum(peak(np.maximum(x, 1e-9)) / threshold, 1.0))
    half = np.nan_to_num(sigma_y * np.sqrt(2 * above), posinf=0.0)
    half[0] = 0.0
    if math.isfinite(last):
        half[-1] = 0.0
    ring = np.concatenate([np.stack([x, half], axis=1), np.stack([x, -half], axis=1)[::-1]])
    return np.concatenate([ring, ring[:1]])


def _first(peak: Callable[[np.ndarray], np.ndarray], threshold: float, end: float) -> float:
    """Where the threshold is first met [m]: the source itself at the ground, farther for an elevated one."""
    if peak(np.array([START]))[0] >= threshold:
        return 0.0
    met = outermost(lambda inverse: peak(1 / inverse), threshold, low=1 / end, high=1 / START)
    return 1 / met if math.isfinite(met) else 0.0
