"""Dense gas at the ground, continuous: the workbook of Britter and McQuaid, with its criterion, width and
upwind extent.
"""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from geoalarm.core.result import BEYOND_MODEL_RANGE
from geoalarm.hazards.industrial.britter_mcquaid import dense_flags, dense_reach, dense_release
from geoalarm.hazards.industrial.industrial_models import FlaggedOutputs, ModelInput, model, positive, word
from geoalarm.hazards.industrial.sigmas import FARTHEST, STABILITIES, TERRAINS

SOURCE: Final = (
    "Britter and McQuaid (1988), Workbook on the Dispersion of Dense Gases; curves as in CCPS "
    "(1999), p. 122, and TSCREEN"
)
CONFIRM: Final = ("limit 0.15 of the criterion of a dense gas",)
_DENSE: Final = MappingProxyType(
    {
        "rate": positive("kg s-1"),
        "density": positive("kg m-3", 100.0),
        "wind_speed": ModelInput("m s-1", 0.5, 30.0),
        "release_temperature": positive("K", 1000.0),
        "ambient_temperature": ModelInput("K", 220.0, 330.0),
        "ambient_density": ModelInput("kg m-3", 0.5, 2.0),
        "duration": positive("s"),
        "far": word("inverse_square", "virtual_source"),
        "stability": word(*STABILITIES),
        "terrain": word(*TERRAINS),
    }
)


@model(
    inputs={"x": ModelInput("m", -FARTHEST, FARTHEST), **_DENSE},
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
    passes_to=dense_release,
)
def dense_plume(
    x: float | np.ndarray,
    *,
    wind_speed: float,
    duration: float | None = None,
    **release: Any,
) -> FlaggedOutputs:
    """Concentration and width of a continuous release of dense gas at the ground.

    ``D = sqrt(Q/u)``, ``g0 = g (rho - rho_a)/rho_a``, ``alpha = 0.2 log10(g0^2 Q u^-5)``, Q the volume flow.
    Up to ``x/D = 30``, ``C' = 306 / (306 + (x/D)^2)``; then between the curves ``beta(alpha)`` of six
    dilutions, linear in ``beta = log10(x/D)``; beyond the last (0.002) as ``x^-2``, or by a passive plume
    from a virtual source. Volume share ``C'/(C' + (1 - C') T_r/T_a)``. Half width ``D + 8 lb + 2.5 (lb
    x^2)^(1/3)``, upwind ``D/2 + 2 lb``, ``lb = Q g0/u^3``.

    Not modelled: a mass of dense gas let go at once. Britter and McQuaid drew other curves for it, which were
    not read in their source; ``puff`` takes such a gas as passive and raises a flag.

    Parameters
    ----------
    x : float or array
        Downwind [m]; the cloud reaches a little upwind too.
    wind_speed : float
        At 10 m [m s-1].
    duration : float, optional
        Of the release, to flag one too short for a steady plume [s].
    **release
        Of the gas and the air, as ``dense_release``.

    References
    ----------
    Britter and McQuaid (1988), HSE contract research report 17/1988. CCPS (1999), p. 122: LNG, 0.05072 at 367
    m.

    Examples
    --------
    >>> lng = {"rate": 0.23 * 425.6, "density": 1.76, "release_temperature": 111.15}
    >>> found = dense_plume("367 m", wind_speed=10.9, ambient_temperature=298, **lng)
    >>> round(float(found["share"]), 4), round(found["alpha"], 4), round(found["source_length"], 4)
    (0.0507, -0.4171, 2.2589)
    """
    made = dense_release(wind_speed=wind_speed, **release)
    flags = dense_flags(made, float(np.max(x)), wind_speed=wind_speed, duration=duration)
    values = (
        made.share(x),
        made.concentration(x),
        made.dilution(x),
        made.half_width(x),
        made.alpha,
        made.criterion,
        made.length,
        made.upwind,
    )
    return FlaggedOutputs(values, flags)


@model(
    inputs={"threshold": positive("kg m-3"), **_DENSE},
    outputs={"distance": "m", "half_width": "m", "upwind_extent": "m", "criterion": "1"},
    source=SOURCE,
    confirm=CONFIRM,
    passes_to=dense_release,
)
def dense_distance(
    threshold: float,
    *,
    wind_speed: float,
    duration: float | None = None,
    **release: Any,
) -> FlaggedOutputs:
    """Farthest distance at which a dense plume still reaches a threshold, at most 10 km, with its width
    there.

    The x at which ``C(x) = threshold``, with the concentration of ``dense_plume``.

    Parameters
    ----------
    threshold : float
        Concentration [kg m-3].
    wind_speed : float
        At 10 m [m s-1].
    duration : float, optional
        Of the release, to flag one too short for a steady plume [s].
    **release
        Of the gas and the air, as ``dense_release``.

    References
    ----------
    As ``dense_plume``.

    Examples
    --------
    >>> found = dense_distance("57.96 mg/m3", rate="10 kg/s", density="2.99 kg/m3", wind_speed="5 m/s")
    >>> round(found.value), sorted(found.flags)
    (4892, ['beyond_correlation', 'to_be_confirmed'])
    """
    made = dense_release(wind_speed=wind_speed, **release)
    reach = dense_reach(threshold, made)
    if math.isnan(reach):
        return FlaggedOutputs((0.0, 0.0, 0.0, made.criterion), ("never_reached",))
    flags = [*dense_flags(made, min(reach, FARTHEST), wind_speed=wind_speed, duration=duration)]
    if math.isinf(reach):
        flags.append(BEYOND_MODEL_RANGE)
    end = min(reach, FARTHEST)
    return FlaggedOutputs((end, float(made.half_width(end)), made.upwind, made.criterion), tuple(flags))
