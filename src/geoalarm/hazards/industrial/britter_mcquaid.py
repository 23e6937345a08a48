"""The arithmetic of Britter and McQuaid for a dense plume at the ground; ``dense_gas`` holds the models."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from geoalarm.core.errors import RangeError
from geoalarm.hazards.industrial.crossing import outermost
from geoalarm.hazards.industrial.outflow import ATMOSPHERE, GRAVITY
from geoalarm.hazards.industrial.plume_arithmetic import peak_factor, plume_concentration
from geoalarm.hazards.industrial.sigmas import FARTHEST, STEADY, plume_sigmas
from geoalarm.hazards.industrial.substances import GAS_CONSTANT, air_density

CRITERION: Final = 0.15
"""From here on a continuous release is dense [1]: to be confirmed."""
NEAR: Final = 30.0
"""Up to here, in source lengths, the near field holds [1]."""
HIGHEST_ALPHA: Final = 1.0
FARS: Final = ("stop", "inverse_square", "virtual_source")
"""What follows the last curve: nothing, or a decay that the user asks for."""

# dilution Cm/C0: segments of beta(alpha) as (up to alpha, slope, intercept)
_CURVES: Final[tuple[tuple[float, tuple[tuple[float, float, float], ...]], ...]] = (
    (0.10, ((-0.55, 0.0, 1.75), (-0.14, 0.24, 1.88), (HIGHEST_ALPHA, -0.50, 1.78))),
    (0.05, ((-0.68, 0.0, 1.92), (-0.29, 0.36, 2.16), (-0.18, 0.0, 2.06), (HIGHEST_ALPHA, -0.56, 1.96))),
    (0.02, ((-0.69, 0.0, 2.08), (-0.31, 0.45, 2.39), (-0.16, 0.0, 2.25), (HIGHEST_ALPHA, -0.54, 2.16))),
    (0.01, ((-0.70, 0.0, 2.25), (-0.29, 0.49, 2.59), (-0.20, 0.0, 2.45), (HIGHEST_ALPHA, -0.52, 2.35))),
    (0.005, ((-0.67, 0.0, 2.40), (-0.28, 0.59, 2.80), (-0.15, 0.0, 2.63), (HIGHEST_ALPHA, -0.48, 2.56))),
    (0.002, ((-0.69, 0.0, 2.60), (-0.25, 0.39, 2.87), (-0.13, 0.0, 2.77), (HIGHEST_ALPHA, -0.50, 2.71))),
)


@dataclass(frozen=True, slots=True)
class DensePlume:
    """Numbers of one dense release: source length D and buoyancy length lb [m], alpha, criterion [1], first
    density [kg m-3].

    ``knots`` are distances over D and dilutions from the end of the near field on, log10 and value. ``far``
    is what follows the last curve, one of :data:`FARS`; ``passive`` weather and rate of the passive plume
    that takes over and how far its source is moved; ``passing`` duration [s], wind [m s-1], stability and
    terrain of a release that ends.
    """

    length: float
    buoyancy_length: float
    alpha: float
    criterion: float
    density: float
    temperature_ratio: float
    near: float
    knots: tuple[np.ndarray, np.ndarray]
    far: str = "stop"
    passive: tuple[Mapping[str, Any], float] | None = None
    passing: tuple[float, float, str, str] | None = None

    @property
    def last(self) -> float:
        """Where the last curve ends [m]."""
        return self.length * 10 ** float(self.knots[0][-1])

    @property
    def steady(self) -> float:
        """How far the release lasts long enough for a steady plume [m]."""
        return math.inf if self.passing is None else self.passing[1] * self.passing[0] / STEADY

    @property
    def end(self) -> float:
        """Up to where the concentration is known [m]: the last curve and the steady plume, unless a decay was
        asked for; 10 km.
        """
        known = min(self.last, self.steady) if self.far == "stop" else FARTHEST
        return min(known, FARTHEST)

    @property
    def upwind(self) -> float:
        """How far the cloud reaches upwind, ``D/2 + 2 lb`` [m]."""
        return 0.5 * self.length + 2 * self.buoyancy_length

    def dilution(self, x: Any) -> np.ndarray:
        """Concentration over that at the source, temperatures left out, ``C'`` [1] at x [m]; 1 over the cloud
        upwind, 0 beyond it; NaN past the end of the correlation where no decay was asked for.
        """
        x = np.asarray(x, dtype=float)
        scaled = np.maximum(x, 0.0) / self.length
        beta, value = self.knots
        # the workbook reads its curves off a drawing; straight lines in beta, the dilution itself and not its
        # logarithm, as the example of CCPS (1999) does
        with np.errstate(divide="ignore"):
            between = np.interp(np.log10(scaled), beta, value)
            beyond = self._beyond(np.maximum(x, self.last))
        found = np.where(
            scaled <= self.near, 306 / (306 + scaled**2), np.where(x <= self.last, between, beyond)
        )
        found = np.where(x > self.end, np.nan, found) if self.far == "stop" else found * self._passage(x)
        return np.asarray(np.where(x >= -self.upwind, found, 0.0))

    def _passage(self, x: np.ndarray) -> np.ndarray | float:
        """Share of the steady concentration that a release of a duration reaches at x [1]."""
        if self.passing is None:
            return 1.0
        # Britter and McQuaid give none for a release that ends: Palazzi's, with the width of a passive plume
        duration, wind, stability, terrain = self.passing
        side, _ = plume_sigmas(np.maximum(x, 1e-9), stability, terrain)
        return peak_factor(side, duration=duration, wind_speed=wind)

    def _beyond(self, x: np.ndarray) -> np.ndarray:
        """Dilution past the last curve."""
        end = float(self.knots[1][-1])
        if self.passive is None:
            return np.asarray(end * (self.last / x) ** 2)
        passive, shift = self.passive
        return np.asarray(np.minimum(end, plume_concentration(x + shift, **passive) / self.density))

    def share(self, x: Any) -> np.ndarray:
        """Share of volume [1] at x [m]: ``C = C' / (C' + (1 - C') T_r / T_a)``."""
        diluted = self.dilution(x)
        return np.asarray(diluted / (diluted + (1 - diluted) * self.temperature_ratio))

    def concentration(self, x: Any) -> np.ndarray:
        """Mass per volume [kg m-3] at x [m]: ``C' rho``; it needs no correction, since a colder cloud is
        smaller, not lighter.
        """
        return np.asarray(self.dilution(x) * self.density)

    def half_width(self, x: Any) -> np.ndarray:
        """To each side of the axis [m]: ``D + 8 lb + 2.5 (lb x^2)^(1/3)``; round upwind, 0 beyond."""
        x = np.asarray(x, dtype=float)
        start = self.length + 8 * self.buoyancy_length
        upwind = start * np.sqrt(np.clip(1 - (np.minimum(x, 0.0) / self.upwind) ** 2, 0.0, 1.0))
        return np.asarray(np.where(x >= 0, start + 2.5 * np.cbrt(self.buoyancy_length * x**2), upwind))


def curve(alpha: float) -> tuple[np.ndarray, np.ndarray]:
    """``beta = log10(x/D)`` and dilution of the six curves at one alpha.

    Raises
    ------
    RangeError
        If alpha is above 1: the workbook's curves end there.
    """
    if alpha > HIGHEST_ALPHA:
        raise RangeError(
            "inputs 'rate', 'density' and 'wind_speed' of a dense gas: alpha is beyond the curves",
            got=f"alpha {alpha:.3g}",
            expected="alpha of at most 1",
            hint="the wind is too weak for so large or dense a release; take more wind or another model",
        )
    beta = [
        next(slope * alpha + base for top, slope, base in segments if alpha <= top) for _, segments in _CURVES
    ]
    return np.array(beta), np.array([dilution for dilution, _ in _CURVES])


def dense_release(
    *,
    rate: float,
    density: float,
    wind_speed: float,
    ambient_temperature: float = 288.15,
    release_temperature: float | None = None,
    ambient_density: float | None = None,
    far: str = "inverse_square",
    stability: str = "D",
    terrain: str = "rural",
    duration: float | None = None,
    molar_mass: float | None = None,
) -> DensePlume:
    """The numbers of a dense release, in SI; see ``dense_plume``.

    Parameters
    ----------
    rate : float
        Of release [kg s-1].
    density : float
        Of what is released, at its temperature [kg m-3].
    wind_speed : float
        At 10 m [m s-1].
    ambient_temperature : float
        T_a [K].
    release_temperature : float, optional
        T_r; only for the share of volume, where no molar mass is given; by default that of the air [K].
    ambient_density : float, optional
        rho_a; by default of dry air at T_a [kg m-3].
    far : str
        Only beyond the last curve: ``stop``, or a decay that nobody measured, ``inverse_square`` or
        ``virtual_source``.
    stability : str
        Pasquill class; no effect on the curves of dense gas, only on the passive plume of a virtual source
        and on the passage of a release that ends beyond them.
    terrain : str
        ``rural`` or ``urban``; no effect where stability has none.
    duration : float, optional
        Of the release; the plume is steady up to ``u t / 2.5`` [s].
    molar_mass : float, optional
        Of what is released; only for its share of volume, needed where droplets are in it [kg mol-1].

    Raises
    ------
    RangeError
        If the gas is not denser than the air, or alpha is above 1.
    """
    air = air_density(ambient_temperature) if ambient_density is None else ambient_density
    if density <= air:
        raise RangeError(
            "input 'density' of a dense gas",
            got=f"{density:g} kg m-3",
            expected=f"above that of the air, {air:.4g} kg m-3",
            hint="use the Gaussian plume",
        )
    flow, gravity = rate / density, GRAVITY * (density - air) / air
    length = math.sqrt(flow / wind_speed)
    alpha = 0.2 * math.log10(gravity**2 * flow * wind_speed**-5)
    beta, dilution = curve(alpha)
    # the first curve may begin nearer than 30 source lengths; the near field then ends where it begins
    near = min(NEAR, 10 ** float(beta[0]))
    knots = (beta, dilution)
    if near == NEAR:
        knots = (np.r_[math.log10(near), beta], np.r_[306 / (306 + near**2), dilution])
    temperature = ambient_temperature if release_temperature is None else release_temperature
    ratio = temperature / ambient_temperature
    if molar_mass is not None:
        # moles of a cubic metre at the source, droplets too, against those of the air; of a gas the same
        # ratio
        ratio = molar_mass * ATMOSPHERE / (GAS_CONSTANT * ambient_temperature) / density
    bare = DensePlume(
        length,
        flow * gravity / wind_speed**3,
        alpha,
        (gravity * flow / (wind_speed**3 * length)) ** (1 / 3),
        density,
        ratio,
        near,
        knots,
        far,
        passing=None if duration is None else (duration, wind_speed, stability, terrain),
    )
    if far != "virtual_source":
        return bare
    passive = {"rate": rate, "wind_speed": wind_speed, "stability": stability, "terrain": terrain}
    return _with_virtual_source(bare, passive)


def _with_virtual_source(bare: DensePlume, passive: dict[str, Any]) -> DensePlume:
    """The dense plume, followed by a passive one from a source moved so that both agree at its end."""
    end = float(bare.knots[1][-1]) * bare.density
    reach = outermost(lambda x: plume_concentration(x, **passive), end, low=0.01, high=1e6)
    shift = (reach if math.isfinite(reach) else 0.0) - bare.last
    return replace(bare, passive=(MappingProxyType(passive), shift))


def dense_contour(threshold: float, release: DensePlume, *, points: int = 181) -> np.ndarray:
    """Where a dense plume reaches a threshold [kg m-3], as a closed ring of (x, y) [m]; (0, 2) where nowhere.

    Concentration is even across; the ring is blunt at its end, rounded upwind, and ends at 10 km.
    """
    end = dense_reach(threshold, release)
    if math.isnan(end):
        return np.empty((0, 2))
    x = np.concatenate(
        [
            -release.upwind * np.cos(np.linspace(0, math.pi / 2, points // 6)),
            np.linspace(0, min(end, release.end), points)[1:],
        ]
    )
    half = release.half_width(x)
    ring = np.concatenate([np.stack([x, half], axis=1), np.stack([x, -half], axis=1)[::-1]])
    return np.concatenate([ring, ring[:1]])


def dense_reach(threshold: float, release: DensePlume) -> float:
    """Farthest distance [m] at which a dense plume reaches a threshold [kg m-3]; NaN where nowhere, infinity
    where it goes on beyond the end of what is known.
    """
    if threshold > release.density:
        return math.nan
    low = min(1e-3 * release.length, 0.5 * release.end)
    reach = outermost(release.concentration, threshold, low=low, high=release.end)
    return 0.0 if math.isnan(reach) else reach


def dense_flags(release: DensePlume, farthest: float) -> tuple[str, ...]:
    """Flags of a dense plume up to a distance [m]."""
    flags = ["weather_unknown_to_dense_gas"]
    if release.criterion <= CRITERION:
        flags.append("not_dense")
    if farthest > release.last:
        flags.append("beyond_correlation")
    if farthest > release.steady:
        flags.append("release_too_short")
    return tuple(flags)


def reach_shown(reach: float, release: DensePlume) -> float:
    """A reach for :func:`dense_flags` [m]: of one that goes on, just past the end of what is known."""
    return reach if math.isfinite(reach) else release.end * (1 + 1e-9)
