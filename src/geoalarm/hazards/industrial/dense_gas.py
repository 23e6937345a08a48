"""Dense gas at the ground, continuous: Britter and McQuaid's workbook: criterion, width, upwind extent."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from geoalarm.core.registry import FlaggedOutputs, ModelInput, model, positive, word
from geoalarm.core.result import BEYOND_MODEL_RANGE
from geoalarm.hazards.industrial.britter_mcquaid import (
    FARS,
    dense_flags,
    dense_reach,
    dense_release,
    reach_shown,
)
from geoalarm.hazards.industrial.outflow import ATMOSPHERE
from geoalarm.hazards.industrial.sigmas import FARTHEST, STABILITIES, TERRAINS
from geoalarm.hazards.industrial.substances import GAS_CONSTANT

SOURCE: Final = (
    "Britter and McQuaid (1988), Workbook on the Dispersion of Dense Gases; curves as in CCPS "
    "(1999), p. 122, and TSCREEN"
)
CONFIRM: Final = ("limit 0.15 of the criterion of a dense gas",)
HEAVIEST_GAS: Final = 0.36
"""Molar mass above which no gas is, uranium hexafluoride included [kg mol-1]."""
_DENSE: Final = MappingProxyType(
    {
        "rate": positive("kg s-1"),
        "density": positive("kg m-3", 100.0),
        "wind_speed": ModelInput("m s-1", 0.5, 30.0),
        "release_temperature": positive("K", 1000.0),
        "ambient_temperature": ModelInput("K", 220.0, 330.0),
        "ambient_density": ModelInput("kg m-3", 0.5, 2.0),
        "duration": positive("s"),
        "far": word(*FARS),
        "stability": word(*STABILITIES),
        "terrain": word(*TERRAINS),
        "molar_mass": positive("kg mol-1", 1.0),
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
    may_be_missing=(
        "share",
        "concentration",
        "dilution",
        "half_width",
    ),
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
    dilutions, linear in ``beta = log10(x/D)``. There the correlation ends (0.002), and where ``u t < 2.5 x``;
    beyond, a decay that nobody measured stands in and is flagged, as ``x^-2`` or by a passive plume from a
    virtual source, or NaN (``far=stop``, which zones take). Volume share ``C'/(C' + (1 - C') r)`` with ``r =
    T_r/T_a``, or ``M P/(R T_a rho)`` with a molar mass. Half width ``D + 8 lb + 2.5 (lb x^2)^(1/3)``, upwind
    ``D/2 + 2 lb``, ``lb = Q g0/u^3``.

    Not modelled: a mass of dense gas let go at once. Britter and McQuaid drew other curves for it, which were
    not read in their source; ``puff`` takes such a gas as passive and raises a flag.

    Parameters
    ----------
    x : float or array
        Downwind [m]; the cloud reaches a little upwind too.
    wind_speed : float
        At 10 m [m s-1].
    duration : float, optional
        Of the release; the plume is steady up to ``u t / 2.5``, and only beyond that it counts: the zone ends
        there, or a decay asked for is cut by its passage [s].
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
    made = dense_release(wind_speed=wind_speed, duration=duration, **release)
    share, flags = _share(made.share(x), **release)
    values = (
        share,
        made.concentration(x),
        made.dilution(x),
        made.half_width(x),
        made.alpha,
        made.criterion,
        made.length,
        made.upwind,
    )
    return FlaggedOutputs(values, (*dense_flags(made, float(np.max(x))), *flags))


def _share(share: np.ndarray, **release: Any) -> tuple[np.ndarray, tuple[str, ...]]:
    """A share of volume [1], NaN where the release cannot be all gas and its molar mass is not known, and
    flags.
    """
    if release.get("molar_mass") is not None:
        return share, ()
    air = release.get("ambient_temperature", 288.15)
    temperature = release.get("release_temperature") or air
    if release["density"] * GAS_CONSTANT * temperature / ATMOSPHERE > HEAVIEST_GAS:
        return np.full_like(share, np.nan), ("share_needs_molar_mass",)
    return share, ("share_of_a_gas",)


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
    far: str = "stop",
    **release: Any,
) -> FlaggedOutputs:
    """Farthest distance at which a dense plume still reaches a threshold, with its width there; at least that
    where the correlation ends first.

    The x at which ``C(x) = threshold``, with the concentration of ``dense_plume``. Where it goes on beyond
    what is known (the last curve, the steady plume of a release that ends, 10 km) the distance is that end
    and the flag ``beyond_model_range`` says that the true one is longer.

    Parameters
    ----------
    threshold : float
        Concentration [kg m-3].
    wind_speed : float
        At 10 m [m s-1].
    duration : float, optional
        Of the release; the plume is steady up to ``u t / 2.5``, and only beyond that it counts: the zone ends
        there, or a decay asked for is cut by its passage [s].
    far : str
        Only beyond the last curve: ``stop``, or a decay that nobody measured, ``inverse_square`` or
        ``virtual_source``.
    **release
        Of the gas and the air, as ``dense_release``.

    References
    ----------
    As ``dense_plume``.

    Examples
    --------
    >>> chlorine = {"rate": "10 kg/s", "density": "2.99 kg/m3", "wind_speed": "5 m/s"}
    >>> found = dense_distance("10 g/m3", **chlorine)
    >>> round(found.value), "beyond_model_range" in found.flags
    (414, False)
    >>> found = dense_distance("57.96 mg/m3", **chlorine)
    >>> round(found.value), "beyond_model_range" in found.flags
    (482, True)
    """
    made = dense_release(wind_speed=wind_speed, duration=duration, far=far, **release)
    reach = dense_reach(threshold, made)
    if math.isnan(reach):
        return FlaggedOutputs((0.0, 0.0, 0.0, made.criterion), ("never_reached",))
    end = min(reach, made.end)
    flags = dense_flags(made, reach_shown(reach, made))
    if math.isinf(reach):
        flags = (*flags, BEYOND_MODEL_RANGE)
    return FlaggedOutputs((end, float(made.half_width(end)), made.upwind, made.criterion), flags)
