"""Gaussian plume with reflection at the ground: concentrations, distances and contours, steady or of a
duration.

Coordinates are local: x downwind and y crosswind from the source, z above the ground [m].
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from geoalarm.core.errors import InputError
from geoalarm.core.registry import (
    FlaggedOutputs,
    ModelInput,
    at_least_zero,
    model,
    positive,
    word,
)
from geoalarm.core.result import BEYOND_MODEL_RANGE
from geoalarm.hazards.industrial.crossing import outermost
from geoalarm.hazards.industrial.flags import gas_flags, passage_flags, weather_flags
from geoalarm.hazards.industrial.plume_arithmetic import (
    START,
    passage_factor,
    peak_factor,
    peak_on_axis,
    plume_concentration,
    plume_contour,
    reflected,
)
from geoalarm.hazards.industrial.sigmas import (
    FARTHEST,
    NEAREST,
    STABILITIES,
    TERRAINS,
    averaging_of,
    plume_sigmas,
)

SOURCE: Final = (
    "Gaussian plume with reflection: Yellow Book (CPR 14E), section 4.5.3; parameters of "
    "Briggs (1973), 100 m to 10 km"
)
WEATHER: Final = MappingProxyType(
    {
        "wind_speed": ModelInput("m s-1", 0.5, 30.0),
        "stability": word(*STABILITIES),
        "terrain": word(*TERRAINS),
        "release_height": at_least_zero("m", 300.0),
        "averaging_time": positive("s", 86400.0),
        "duration": positive("s"),
    }
)


@model(
    inputs={
        "rate": positive("kg s-1"),
        "wind_speed": ModelInput("m s-1", 0.5, 60.0),
        "sigma_y": positive("m"),
        "sigma_z": positive("m"),
        "y": ModelInput("m"),
        "z": at_least_zero("m"),
        "release_height": at_least_zero("m", 1000.0),
    },
    outputs={"concentration": "kg m-3"},
    source="Gaussian plume with reflection: Purple Book (CPR 18E), chapter 4 and appendix 6.B; Yellow "
    "Book (CPR 14E), section 4.5.3",
)
def gaussian_plume(
    rate: float,
    *,
    wind_speed: float,
    sigma_y: float | np.ndarray,
    sigma_z: float | np.ndarray,
    y: float | np.ndarray = 0.0,
    z: float | np.ndarray = 0.0,
    release_height: float = 0.0,
) -> np.ndarray:
    """Concentration in a plume of known width and height.

    ``C = Q / (2 pi u sy sz) exp(-y^2/2sy^2) [exp(-(z-h)^2/2sz^2) + exp(-(z+h)^2/2sz^2)]``

    Parameters
    ----------
    rate : float
        Q [kg s-1].
    wind_speed : float
        u at the height of the plume [m s-1].
    sigma_y, sigma_z : float
        Crosswind and vertical parameters at the distance in question [m].
    y : float
        Crosswind from the axis [m].
    z : float
        Above the ground [m].
    release_height : float
        h [m].

    References
    ----------
    Purple Book (CPR 18E), appendix 6.B: CO, 100 kg/s, 5 m/s, 28.8 m, 10.3 m, h = z = 1 m gives 21.3 g/m3.

    Examples
    --------
    >>> found = gaussian_plume(100, wind_speed=5, sigma_y=28.8, sigma_z=10.3, z=1, release_height=1)
    >>> round(float(found.to("g/m3")), 2)
    21.26
    """
    return (
        rate
        / (2 * math.pi * wind_speed)
        * reflected(y, z, sigma_y=sigma_y, sigma_z=sigma_z, release_height=release_height)
    )


@model(
    inputs={
        "x": ModelInput("m", -FARTHEST, FARTHEST),
        "y": ModelInput("m", -FARTHEST, FARTHEST),
        "z": at_least_zero("m", 1000.0),
        "rate": positive("kg s-1"),
        **WEATHER,
        "time": at_least_zero("s"),
        "substance": word(),
    },
    outputs={"concentration": "kg m-3"},
    source=SOURCE + "; release of a duration: Palazzi et al. (1982)",
)
def plume(
    x: float | np.ndarray,
    y: float | np.ndarray = 0.0,
    z: float | np.ndarray = 0.0,
    *,
    rate: float,
    wind_speed: float,
    stability: str,
    terrain: str = "rural",
    release_height: float = 0.0,
    averaging_time: float | None = None,
    duration: float | None = None,
    time: float | None = None,
    substance: str | None = None,
) -> FlaggedOutputs:
    """Concentration downwind of a continuous release of a gas about as heavy as air.

    The plume of ``gaussian_plume`` with the parameters of Briggs. With a duration T it is multiplied by
    ``0.5 [erf((x - u(t-T)) / (sqrt2 sx)) - erf((x - ut) / (sqrt2 sx))]`` at time t, or by its largest value
    where no time is given; ``sx = sy``.

    Parameters
    ----------
    x, y, z : float or array
        Downwind, crosswind and above the ground [m]; 0 upwind.
    rate : float
        Of release [kg s-1].
    wind_speed : float
        At 10 m, or at the height of release [m s-1].
    stability : str
        Pasquill class, A to F.
    terrain : str
        ``rural`` or ``urban``.
    release_height : float
        [m].
    averaging_time : float, optional
        Over which concentrations are averaged [s]; by default 10 min, or the duration of a shorter release,
        at least 20 s.
    duration : float, optional
        Of the release [s]; without it the plume is steady. A short release is a piece of a plume; ``puff``
        takes a mass let go at once, with parameters of its own, and may differ ten times at 1 km.
    time : float, optional
        Since the start of a release with a duration, and refused without one [s].
    substance : str, optional
        To flag a gas that is heavier or lighter than air.

    References
    ----------
    Yellow Book (CPR 14E), section 4.5.3; Briggs (1973); Palazzi et al. (1982), Atmos. Environ. 16, 2785.

    Examples
    --------
    >>> round(float(plume("1 km", rate="1 kg/s", wind_speed="3 m/s", stability="D").to("mg/m3")), 3)
    36.657
    """
    given: dict[str, Any] = {
        "rate": rate,
        "wind_speed": wind_speed,
        "stability": stability,
        "terrain": terrain,
        "release_height": release_height,
        "averaging_time": (averaging := averaging_of(averaging_time, duration)),
    }
    value = plume_concentration(x, y, z, **given)
    if time is not None and duration is None:
        raise InputError(
            "input 'time' of a plume",
            got="no duration: the plume is steady",
            expected="a duration of the release",
            hint="add duration, or leave time out",
        )
    if duration is not None:
        sigma_x, _ = plume_sigmas(x, stability, terrain, averaging_time=averaging)
        if time is None:
            value = value * peak_factor(sigma_x, duration=duration, wind_speed=wind_speed)
        else:
            value = value * passage_factor(x, time, duration=duration, wind_speed=wind_speed, sigma_x=sigma_x)
    downwind = np.asarray(x, dtype=float)[np.asarray(x) > 0]
    nearest = float(downwind.min()) if downwind.size else NEAREST
    return FlaggedOutputs(
        value,
        (
            *weather_flags(wind_speed, averaging_time=averaging, nearest=nearest, duration=duration),
            *passage_flags(wind_speed, float(np.max(x)), duration),
            *gas_flags(substance),
        ),
    )


@model(
    inputs={
        "threshold": positive("kg m-3"),
        "rate": positive("kg s-1"),
        **WEATHER,
        "receptor_height": at_least_zero("m", 300.0),
        "substance": word(),
    },
    outputs={"distance": "m", "half_width": "m", "half_width_at": "m"},
    source=SOURCE,
    passes_to=plume,
)
def plume_distance(
    threshold: float,
    *,
    wind_speed: float,
    receptor_height: float = 0.0,
    substance: str | None = None,
    **release: Any,
) -> FlaggedOutputs:
    """Farthest distance downwind at which a plume still reaches a threshold, at most 10 km.

    The x at which ``C(x) = threshold``, with the concentration of ``plume``.

    Also the largest half width of the zone and where it is. A zone that goes on beyond 10 km ends there with
    the flag ``beyond_model_range``; one that is nowhere has distance 0 and the flag ``never_reached``.

    Parameters
    ----------
    threshold : float
        Concentration [kg m-3].
    wind_speed : float
        At 10 m, or at the height of release [m s-1].
    receptor_height : float
        Of the people above the ground [m].
    substance : str, optional
        To flag a gas that is heavier or lighter than air.
    **release
        Of the source, the weather and the place, as :func:`plume`.

    References
    ----------
    As ``plume``.

    Examples
    --------
    >>> weather = {"wind_speed": "5 m/s", "stability": "D"}
    >>> found = plume_distance("57.96 mg/m3", rate="1 kg/s", substance="chlorine", **weather)
    >>> round(found.value), sorted(found.flags)
    (565, ['dense_gas_not_modelled'])
    """
    given = {"wind_speed": wind_speed, "receptor_height": receptor_height, **release}
    ring = plume_contour(threshold, **given)
    duration = release.get("duration")
    averaging = averaging_of(release.get("averaging_time"), duration)
    reach = float(ring[:, 0].max()) if len(ring) else 0.0
    flags = (
        *weather_flags(wind_speed, averaging_time=averaging, duration=duration),
        *passage_flags(wind_speed, reach, duration),
        *gas_flags(substance),
    )
    return zone_of(ring, peak_on_axis(**given), threshold, flags=flags)


def zone_of(
    ring: np.ndarray, peak: Callable[[np.ndarray], np.ndarray], threshold: float, *, flags: tuple[str, ...]
) -> FlaggedOutputs:
    """Distance, largest half width and its place [m] of a ring, with the flags of its distance."""
    if not len(ring):
        return FlaggedOutputs((0.0, 0.0, 0.0), (*flags, "never_reached"))
    last = outermost(peak, threshold, low=START, high=FARTHEST)
    widest = int(ring[:, 1].argmax())
    if math.isinf(last):
        flags = (*flags, BEYOND_MODEL_RANGE)
    elif last < NEAREST:
        flags = (*flags, "near_field_extrapolated")
    return FlaggedOutputs(
        (FARTHEST if math.isinf(last) else last, float(ring[widest, 1]), float(ring[widest, 0])), flags
    )
