"""What fires share: the air's transmissivity, and the heat a body of flame sends to a target."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from geoalarm.core.errors import RangeError
from geoalarm.core.quantities import require_range
from geoalarm.core.registry import (
    FlaggedOutputs,
    ModelInput,
    at_least_zero,
    model,
    positive,
    word,
)

__all__ = [
    "GRAVITY",
    "PATH_RANGE",
    "VAPOUR_PRESSURE",
    "atmospheric_transmissivity",
    "cylinder_view_factor",
    "dose_rate",
    "point_source_flux",
]

GRAVITY: Final = 9.80665
"""Standard gravity [m s-2]."""

PATH_RANGE: Final = (1e4, 1e5)
"""Bounds, excluded, of water vapour pressure times path for :func:`atmospheric_transmissivity` [N m-1]."""

VAPOUR_PRESSURE: Final = 1193.5
"""Of water in air of 15 °C and 70 % relative humidity [Pa]."""

EXTRAPOLATED: Final = "transmissivity_extrapolated"


@model(
    inputs={"path": at_least_zero("m"), "vapour_pressure": positive("Pa", 1e5), "beyond": word()},
    outputs={"transmissivity": "1"},
    source="Bagster (1989) in TNO, Yellow Book (CPR 14E), eq. 6.29",
)
def atmospheric_transmissivity(
    path: float | np.ndarray, *, vapour_pressure: float = VAPOUR_PRESSURE, beyond: bool = False
) -> FlaggedOutputs:
    """Share of a flame's heat that moist air lets through: ``2.02 (pw x)^-0.09``, never above 1.

    Holds for ``1e4 < pw x < 1e5`` N/m.

    Parameters
    ----------
    path : float or numpy.ndarray
        From the surface of the flame to the target [m].
    vapour_pressure : float
        Partial pressure of water vapour, relative humidity times saturation pressure [Pa].
    beyond : bool
        Only outside its range: use the formula there too, as is done for fireballs; the result says so.

    Raises
    ------
    RangeError
        If ``pw x`` is outside its range, unless ``beyond``.

    References
    ----------
    Bagster (1989) in TNO, Yellow Book (CPR 14E), eq. 6.29.

    Examples
    --------
    >>> round(float(atmospheric_transmissivity("50 m", vapour_pressure="1193.5 Pa")), 4)
    0.7508
    """
    product = vapour_pressure * np.asarray(path, dtype=float)
    within = is_within_path_range(product)
    if not beyond and not within:
        raise RangeError(
            "input 'vapour_pressure' times 'path' is outside the range of the transmissivity formula",
            got=f"{np.min(product):g} to {np.max(product):g} N/m",
            expected=f"above {PATH_RANGE[0]:g}, below {PATH_RANGE[1]:g} N/m",
            hint="give the transmissivity itself (1 lets all heat through), or beyond=true to extrapolate",
        )
    # the fit passes 1 near the flame (pw x < 2500 N/m), where air cannot add heat: cut there
    with np.errstate(divide="ignore"):
        share = np.minimum(1.0, 2.02 * product**-0.09)
    return FlaggedOutputs(share if share.ndim else float(share), () if within else (EXTRAPOLATED,))


def is_within_path_range(product: float | np.ndarray) -> bool:
    """Whether vapour pressure times path [N m-1] is inside the range of
    :func:`atmospheric_transmissivity`.
    """
    return bool(((np.asarray(product) > PATH_RANGE[0]) & (np.asarray(product) < PATH_RANGE[1])).all())


@model(
    inputs={
        "distance": positive("m"),
        "diameter": positive("m"),
        "length": positive("m"),
        "tilt": ModelInput("radian", -math.pi / 2, math.pi / 2, "neither"),
    },
    outputs={"maximum": "1", "vertical": "1", "horizontal": "1"},
    source="Mudan (1987) in TNO, Yellow Book (CPR 14E), eqs. 6.A.14 and 6.A.15",
)
def cylinder_view_factor(
    distance: float | np.ndarray, diameter: float, length: float, *, tilt: float = 0.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """View factor of a cylinder of flame that leans towards a target on the ground.

    With ``a = 2 L / D``, ``b = 2 X / D`` and the angle from the vertical ``t``::

        A = sqrt(a2 + (b+1)2 - 2a(b+1) sin t)
        B = sqrt(a2 + (b-1)2 - 2a(b-1) sin t)
        C = sqrt(1 + (b2-1) cos2 t)
        D = sqrt((b-1)/(b+1))
        E = a cos t / (b - a sin t)
        F = sqrt(b2-1)
        K = atan((ab - F2 sin t)/(F C)) + atan(F sin t/C)
        pi Fv = E atan(AD/B) (a2 + (b+1)2 - 2b(1 + a sin t))/(AB) - E atan D + K cos t/C
        pi Fh = atan(1/D) + K sin t/C - atan(AD/B) (a2 + (b+1)2 - 2(b+1 + ab sin t))/(AB)
        Fmax = sqrt(Fv2 + Fh2)

    Parameters
    ----------
    distance : float or numpy.ndarray
        From the middle of the pool to the target, downwind; outside the flame and not below it [m].
    diameter, length : float
        Of the flame [m].
    tilt : float
        From the vertical, positive towards the target [rad].

    Raises
    ------
    RangeError
        If a size is not positive, the tilt is a right angle or more, or the target is within the flame or
        below it.

    References
    ----------
    Mudan (1987) in TNO, Yellow Book (CPR 14E), eqs. 6.A.14 and 6.A.15.

    Examples
    --------
    >>> round(float(cylinder_view_factor(100, 42.4457, 46.7753, tilt=0.887128)), 4)
    0.0964
    """
    far = np.asarray(distance, dtype=float)
    require_range(
        "distance", far, max(diameter / 2, length * math.sin(tilt)), math.inf, unit="m", closed="neither"
    )
    vertical, horizontal = _tilted_cylinder(2 * length / diameter, 2 * far / diameter, tilt)
    return np.hypot(vertical, horizontal)[()], vertical[()], horizontal[()]


def _tilted_cylinder(a: float, b: np.ndarray, tilt: float) -> tuple[np.ndarray, np.ndarray]:
    """Upright and lying view factors of a cylinder of height ``a`` at distance ``b``, both in radii."""
    sine, cosine = math.sin(tilt), math.cos(tilt)
    far, near = (
        np.sqrt(a**2 + (b + 1) ** 2 - 2 * a * (b + 1) * sine),
        np.sqrt(a**2 + (b - 1) ** 2 - 2 * a * (b - 1) * sine),
    )
    c, d, f = np.sqrt(1 + (b**2 - 1) * cosine**2), np.sqrt((b - 1) / (b + 1)), np.sqrt(b**2 - 1)
    e = a * cosine / (b - a * sine)
    k = np.arctan((a * b - f**2 * sine) / (f * c)) + np.arctan(f * sine / c)
    side = np.arctan2(far * d, near) / (far * near)
    vertical = e * side * (a**2 + (b + 1) ** 2 - 2 * b * (1 + a * sine)) - e * np.arctan(d) + cosine / c * k
    horizontal = np.arctan2(1, d) + sine / c * k - side * (a**2 + (b + 1) ** 2 - 2 * (b + 1 + a * b * sine))
    # both published expressions dip below 0 where the target sees only the edge of the flame: cut at 0
    return np.maximum(vertical, 0) / np.pi, np.maximum(horizontal, 0) / np.pi


@model(
    inputs={
        "distance": positive("m"),
        "rate": positive("kg s-1"),
        "heat_of_combustion": positive("J kg-1"),
        "radiated_share": positive("1", 1),
        "transmissivity": positive("1", 1),
    },
    outputs={"flux": "W m-2"},
    source="Point source of heat: API Standard 521; TNO, Yellow Book (CPR 14E), section 6.3",
)
def point_source_flux(
    distance: float | np.ndarray,
    rate: float,
    heat_of_combustion: float,
    *,
    radiated_share: float,
    transmissivity: float = 1.0,
) -> float | np.ndarray:
    """Heat of a fire seen from afar as a point: ``q = tau chi m Hc / (4 pi r2)``; for distances over five
    flame diameters.

    Parameters
    ----------
    distance : float or numpy.ndarray
        From the middle of the flame [m].
    rate : float
        Mass burnt [kg s-1].
    heat_of_combustion : float
        [J kg-1].
    radiated_share : float
        ``chi``, share of the heat that is radiated [1].
    transmissivity : float
        Share that the air lets through [1].

    Raises
    ------
    RangeError
        If an input is not positive, or a share is above 1.

    References
    ----------
    API Standard 521; TNO, Yellow Book (CPR 14E), section 6.3.

    Examples
    --------
    >>> round(float(point_source_flux(22.93, 0.055 * 78.54, 43.7e6, radiated_share=0.35, transmissivity=0.8)))
    8000
    """
    return transmissivity * radiated_share * rate * heat_of_combustion / (4 * np.pi * np.square(distance))


def dose_rate(flux: float | np.ndarray) -> float | np.ndarray:
    """Thermal dose a second [(kW m-2)^(4/3) s / s] of a flux [W m-2]: ``(q / 1000)^(4/3)``."""
    return np.power(np.asarray(flux) / 1e3, 4 / 3)
