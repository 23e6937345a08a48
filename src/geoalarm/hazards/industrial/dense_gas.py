"""Dense gas at the ground, continuous: the workbook of Britter and McQuaid, with its criterion, width and upwind extent."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import Final

import numpy as np

from geoalarm.core.result import BEYOND_MODEL_RANGE
from geoalarm.hazards.industrial.britter_mcquaid import dense_flags, dense_reach, dense_release
from geoalarm.hazards.industrial.registry import Input, Outcome, model, positive, word
from geoalarm.hazards.industrial.sigmas import FARTHEST, STABILITIES, TERRAINS

SOURCE: Final = "Britter and McQuaid (1988), Workbook on the Dispersion of Dense Gases; curves as in CCPS (1999), p. 122, and TSCREEN"
CONFIRM: Final = ("limit 0.15 of the criterion of a dense gas",)
_DENSE: Final = MappingProxyType(
    {
        "rate": positive("kg s-1"),
        "density": positive("kg m-3", 100.0),
        "wind_speed": Input("m s-1", 0.5, 30.0),
        "release_temperature": positive("K", 1000.0),
        "ambient_temperature": Input("K", 220.0, 330.0),
        "ambient_density": Input("kg m-3", 0.5, 2.0),
        "duration": positive("s"),
        "far": word("inverse_square", "virtual_source"),
        "stability": word(*STABILITIES),
        "terrain": word(*TERRAINS),
    }
)


@model(
    inputs={"x": Input("m", -FARTHEST, FARTHEST), **_DENSE},
    outputs={
        "share": "1",
        "concentration": "kg m-3",
        "dilution": "1",
        "half_width": "m",
        "alpha": "1",
        "criterion": "1",
        "source_length": "m",
        "upwind_extent": "m",
    },
    source=SOURCE,
    confirm=CONFIRM,
)
def dense_plume(
    x: float | np.ndarray,
    *,
    rate: float,
    density: float,
    wind_speed: float,
    release_temperature: float | None = None,
    ambient_temperature: float = 288.15,
    ambient_density: float | None = None,
    duration: float | None = None,
    far: str = "inverse_square",
    stability: str = "D",
    terrain: str = "rural",
) -> Outcome:
    """Concentration and width of a continuous release of dense gas at the ground.

    ``D = sqrt(Q/u)``, ``g0 = g (rho - rho_a)/rho_a``, ``alpha = 0.2 log10(g0^2 Q u^-5)``, Q the volume flow. Up to
    ``x/D = 30``, ``C' = 306 / (306 + (x/D)^2)``; then between the curves ``beta(alpha)`` of six dilutions, linear in
    ``beta = log10(x/D)``; beyond the last (0.002) as ``x^-2``, or by a passive plume from a virtual source. Volume share
    ``C'/(C' + (1 - C') T_r/T_a)``. Half width ``D + 8 lb + 2.5 (lb x^2)^(1/3)``, upwind ``D/2 + 2 lb``, ``lb = Q g0/u^3``.

    Not modelled: a mass of dense gas let go at once. Britter and McQuaid drew other curves for it, which were not read in
    their source; ``puff`` takes such a gas as passive and raises a flag.

    Parameters
    ----------
    x : float or array
        Downwind [m]; the cloud reaches a little upwind too.
    rate : float
        Of release [kg s-1].
    density : float
        Of what is released, at its temperature [kg m-3].
    wind_speed : float
        At 10 m [m s-1].
    release_temperature : float, optional
        T_r; by default that of the air [K].
    ambient_temperature : float
        T_a [K].
    ambient_density : float, optional
        rho_a; by default of dry air at T_a [kg m-3].
    duration : float, optional
        Of the release, to flag one too short for a steady plume [s].
    far : str
        Beyond the last curve: ``inverse_square`` or ``virtual_source``.
    stability, terrain : str
        Of the passive plume of a virtual source.

    References
    ----------
    Britter and McQuaid (1988), HSE contract research report 17/1988. CCPS (1999), p. 122: LNG, 0.05072 at 367 m.

    Examples
    --------
    >>> lng = {"rate": 0.23 * 425.6, "density": 1.76, "wind_speed": 10.9, "release_temperature": 111.15, "ambient_temperature": 298}
    >>> found = dense_plume("367 m", **lng)
    >>> round(float(found["share"]), 4), round(found["alpha"], 4), round(found["source_length"], 4)
    (0.0507, -0.4171, 2.2589)
    """
    release = dense_release(
        rate=rate,
        density=density,
        wind_speed=wind_speed,
        ambient_temperature=ambient_temperature,
        release_temperature=release_temperature,
        ambient_density=ambient_density,
        far=far,
        stability=stability,
        terrain=terrain,
    )
    flags = dense_flags(release, float(np.max(x)), wind_speed=wind_speed, duration=duration)
    values = (
        release.share(x),
        release.concentration(x),
        release.dilution(x),
        release.half_width(x),
        release.alpha,
        release.criterion,
        release.length,
        release.upwind,
    )
    return Outcome(values, flags)


@model(
    inputs={"threshold": positive("kg m-3"), **_DENSE},
    outputs={"distance": "m", "half_width": "m", "upwind_extent": "m", "criterion": "1"},
    source=SOURCE,
    confirm=CONFIRM,
)
def dense_distance(
    threshold: float,
    *,
    rate: float,
    density: float,
    wind_speed: float,
    release_temperature: float | None = None,
    ambient_temperature: float = 288.15,
    ambient_density: float | None = None,
    duration: float | None = None,
    far: str = "inverse_square",
    stability: str = "D",
    terrain: str = "rural",
) -> Outcome:
    """Farthest distance at which a dense plume still reaches a threshold, at most 10 km, with its width there.

    Parameters
    ----------
    threshold : float
        Concentration [kg m-3].
    rate : float
        Of release [kg s-1].
    density : float
        Of what is released, at its temperature [kg m-3].
    wind_speed : float
        At 10 m [m s-1].
    release_temperature, ambient_temperature : float
        Of the gas and of the air [K].
    ambient_density : float, optional
        By default of dry air [kg m-3].
    duration : float, optional
        Of the release, to flag one too short for a steady plume [s].
    far : str
        Beyond the last curve: ``inverse_square`` or ``virtual_source``.
    stability, terrain : str
        Of the passive plume of a virtual source.

    References
    ----------
    As ``dense_plume``.

    Examples
    --------
    >>> found = dense_distance("57.96 mg/m3", rate="10 kg/s", density="2.99 kg/m3", wind_speed="5 m/s")
    >>> round(found.value), sorted(found.flags)
    (4892, ['beyond_correlation', 'to_be_confirmed'])
    """
    release = dense_release(
        rate=rate,
        density=density,
        wind_speed=wind_speed,
        ambient_temperature=ambient_temperature,
        release_temperature=release_temperature,
        ambient_density=ambient_density,
        far=far,
        stability=stability,
        terrain=terrain,
    )
    reach = dense_reach(threshold, release)
    if math.isnan(reach):
        return Outcome((0.0, 0.0, 0.0, release.criterion), ("never_reached",))
    flags = [*dense_flags(release, min(reach, FARTHEST), wind_speed=wind_speed, duration=duration)]
    if math.isinf(reach):
        flags.append(BEYOND_MODEL_RANGE)
    end = min(reach, FARTHEST)
    return Outcome((end, float(release.half_width(end)), release.upwind, release.criterion), tuple(flags))
