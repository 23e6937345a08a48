"""Fireballs of a BLEVE: size, duration, and the heat or dose at a distance. No blast, no fragments."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np

from geoalarm.core.errors import InputError, RangeError
from geoalarm.core.registry import FlaggedOutputs, at_least_zero, model, positive, word
from geoalarm.core.result import BEYOND_MODEL_RANGE
from geoalarm.hazards.industrial.crossing import outermost
from geoalarm.hazards.industrial.flame import (
    EXTRAPOLATED,
    VAPOUR_PRESSURE,
    atmospheric_transmissivity,
    dose_rate,
    is_within_path_range,
)
from geoalarm.hazards.industrial.thresholds import DOSE_UNIT

LARGE_MASS: Final = 30e3
"""From this mass on a fireball rises before it burns out, and another duration holds (CCPS) [kg]."""

EMISSIVE_POWER_CAP: Final = 350e3
"""Highest mean emissive power of a fireball [W m-2]."""

FARTHEST: Final = 10e3
"""Distances are looked for up to here [m]."""

_FIREBALL: Final = {"mass": positive("kg"), "correlation": word("ccps", "tno")}
_BLEVE: Final = {
    **_FIREBALL,
    "burst_pressure": positive("Pa"),
    "heat_of_combustion": positive("J kg-1"),
    "fraction": positive("1", 1),
    "emissive_power": positive("W m-2"),
    "height": positive("m"),
    "receptor": word("normal", "vertical", "horizontal"),
    "transmissivity": positive("1", 1),
    "vapour_pressure": positive("Pa", 1e5),
    "emissive_power_cap": positive("W m-2"),
}
_SOURCE: Final = (
    "CCPS (1994, 1999) and TNO, Yellow Book (CPR 14E), section 6.5.7; solid flame, transmissivity of Bagster"
)
_FLAGS: Final = ("blast_and_fragments_not_modelled",)


@model(
    inputs=_FIREBALL,
    outputs={"diameter": "m", "duration": "s", "height": "m"},
    source="CCPS (1994); TNO, Yellow Book (CPR 14E), section 6.5.7",
)
def fireball(mass: float, *, correlation: str = "ccps") -> FlaggedOutputs:
    """Diameter, duration and height of the middle of a fireball.

    CCPS: ``D = 5.8 M^(1/3)``, ``t = 0.45 M^(1/3)`` below 30 t and ``2.6 M^(1/6)`` from there on, ``H = 0.75
    D``. TNO: ``D = 6.48 M^0.325``, ``t = 0.852 M^0.26``, ``H = D``.

    Parameters
    ----------
    mass : float
        Of flammable substance in the fireball [kg].
    correlation : str
        ``ccps`` or ``tno``.

    Raises
    ------
    RangeError
        If the mass is not positive.

    References
    ----------
    CCPS (1994), Guidelines for evaluating vapor cloud explosions, flash fires and BLEVEs; TNO, Yellow Book
    (CPR 14E).

    Examples
    --------
    >>> result = fireball("100 t")
    >>> round(result["diameter"], 1), round(result["duration"], 2)
    (269.2, 17.71)
    """
    if correlation == "tno":
        diameter = 6.48 * mass**0.325
        return FlaggedOutputs(
            (diameter, 0.852 * mass**0.26, diameter), ("to_be_confirmed: height of the fireball, TNO",)
        )
    diameter = 5.8 * mass ** (1 / 3)
    duration = 0.45 * mass ** (1 / 3) if mass < LARGE_MASS else 2.6 * mass ** (1 / 6)
    return FlaggedOutputs((diameter, duration, 0.75 * diameter))


@model(
    inputs={"distance": at_least_zero("m"), **_BLEVE},
    outputs={
        "flux": "W m-2",
        "dose": DOSE_UNIT,
        "duration": "s",
        "diameter": "m",
        "height": "m",
        "emissive_power": "W m-2",
    },
    source=_SOURCE,
)
def bleve(
    distance: float | np.ndarray,
    mass: float,
    *,
    burst_pressure: float | None = None,
    heat_of_combustion: float | None = None,
    fraction: float | None = None,
    emissive_power: float | None = None,
    correlation: str = "ccps",
    height: float | None = None,
    receptor: str = "normal",
    transmissivity: float | None = None,
    vapour_pressure: float = VAPOUR_PRESSURE,
    emissive_power_cap: float = EMISSIVE_POWER_CAP,
) -> FlaggedOutputs:
    """Heat and dose of a fireball at a distance along the ground.

    ``SEP = min(350 kW/m2, Fs M Hc / (pi D2 t))`` with ``Fs = 0.27 P[MPa]^0.32``; ``X = sqrt(x2 + H2)``,
    ``F = (D/2)2 / X2``, ``tau`` of Bagster over ``X - D/2`` (never above 1, also beyond its range, and then
    flagged); ``q = SEP F tau``, dose ``q^(4/3) t``.

    Parameters
    ----------
    distance : float or numpy.ndarray
        Along the ground from below the fireball [m].
    mass : float
        Of flammable substance in the fireball [kg].
    burst_pressure : float, optional
        In the vessel when it fails, absolute: the share of heat radiated follows from it [Pa].
    heat_of_combustion : float, optional
        Needed unless the emissive power is given [J kg-1].
    fraction : float, optional
        Share of the heat that is radiated, instead of the burst pressure [1].
    emissive_power : float, optional
        Instead of both; the cap does not apply to it [W m-2].
    correlation : str
        ``ccps`` or ``tno``.
    height : float, optional
        Of the middle of the fireball, instead of the correlation's [m].
    receptor : str
        ``normal``: facing the fireball, the most heat; ``vertical``: standing, times x / X; ``horizontal``:
        lying, times H / X.
    transmissivity : float, optional
        Instead of Bagster's [1].
    vapour_pressure : float
        Of water in the air [Pa].
    emissive_power_cap : float
        Highest emissive power [W m-2].

    Raises
    ------
    InputError
        If it is not given how much heat is radiated, or twice.
    RangeError
        If an input is not positive, or so much heat would be radiated that ``Fs`` is above 1.

    References
    ----------
    CCPS (1994, 1999); TNO, Yellow Book (CPR 14E), section 6.5.7 (``Fs``); Bagster (1989).

    Examples
    --------
    >>> case = bleve("250 m", "20 t", burst_pressure="18 bar", heat_of_combustion="46.35 MJ/kg")
    >>> round(case.to("kW/m^2"), 2)
    17.08
    """
    (diameter, duration, usual), flags = fireball.pure(mass, correlation=correlation)
    flags = () if height is not None else flags
    middle = usual if height is None else height
    heat = _Heat(burst_pressure, heat_of_combustion, fraction, emissive_power, emissive_power_cap)
    power = _emissive_power(mass, heat, diameter=diameter, duration=duration)
    slant = np.hypot(np.asarray(distance, dtype=float), middle)
    path = np.maximum(slant - diameter / 2, 0.0)
    share: Any = transmissivity
    if transmissivity is None:
        share = atmospheric_transmissivity.pure(path, vapour_pressure=vapour_pressure, beyond=True).values
        flags = flags if is_within_path_range(vapour_pressure * path) else (*flags, EXTRAPOLATED)
    facing = {"normal": 1.0, "vertical": np.asarray(distance) / slant, "horizontal": middle / slant}[receptor]
    # view factor of a sphere from afar; below the fireball it would pass 1
    flux = power * np.minimum(1.0, (diameter / 2) ** 2 / slant**2) * facing * share
    return FlaggedOutputs(
        (flux[()], (dose_rate(flux) * duration)[()], duration, diameter, middle, power), (*_FLAGS, *flags)
    )


@model(
    inputs={**_BLEVE, "dose": positive(DOSE_UNIT), "flux": positive("W m-2")},
    outputs={"distance": "m", "duration": "s"},
    source=_SOURCE,
    passes_to=bleve,
    may_be_missing=("distance",),
)
def bleve_distance(
    mass: float,
    *,
    dose: float | None = None,
    flux: float | None = None,
    correlation: str = "ccps",
    **radiated: Any,
) -> FlaggedOutputs:
    """How far a fireball reaches a dose or a flux, along the ground from below it.

    The x at which ``q(x) = flux`` or ``q(x)^(4/3) t = dose``, with the heat of ``bleve``.

    The French practice for a BLEVE is the dose. Durations for small and large masses do not meet at 30 t;
    just above it the distance of 30 t is kept where it is longer, so that more mass is never a smaller zone,
    and the result says so.

    Parameters
    ----------
    mass : float
        Of flammable substance in the fireball [kg].
    dose : float, optional
        The threshold, if it is a dose [(kW/m^2)^(4/3)*s].
    flux : float, optional
        The threshold, if it is a flux [W m-2].
    correlation : str
        ``ccps`` or ``tno``.
    **radiated
        How much heat, from where and to whom, as :func:`bleve`.

    Returns
    -------
    FlaggedOutputs
        NaN and the flag ``never_reached`` where the level is met nowhere; infinite and the flag
        ``beyond_model_range`` where it is met as far as the model goes.

    Raises
    ------
    InputError
        If not exactly one of dose and flux is given.
    RangeError
        As :func:`bleve`.

    References
    ----------
    As :func:`bleve`; arrete of 29 September 2005, annex 2, for dose and flux.

    Examples
    --------
    >>> case = bleve_distance("20 t", dose=600, burst_pressure="18 bar", heat_of_combustion="46.35 MJ/kg")
    >>> round(float(case))
    238
    """
    if (dose is None) == (flux is None):
        raise InputError(
            "inputs 'dose' and 'flux'",
            got="both" if dose is not None else "neither",
            expected="one of them",
            hint="dose=600, or flux='3 kW/m^2'",
        )
    given = {"correlation": correlation, **radiated}
    distance, duration, flags = _reach(mass, dose, flux, given)
    if correlation == "ccps" and mass >= LARGE_MASS:
        smaller = _reach(math.nextafter(LARGE_MASS, 0), dose, flux, given)[0]
        if smaller > distance or (math.isnan(distance) and not math.isnan(smaller)):
            distance, flags = smaller, (*flags, "distance_of_30_t")
    return FlaggedOutputs((distance, duration), _of_distance(distance, flags))


def _reach(
    mass: float, dose: float | None, flux: float | None, given: dict[str, Any]
) -> tuple[float, float, tuple[str, ...]]:
    def effect(distance: np.ndarray) -> np.ndarray:
        return np.asarray(bleve.pure(distance, mass, **given).values[0 if dose is None else 1])

    level = flux if dose is None else dose
    assert level is not None
    distance = outermost(effect, level, low=1e-3, high=FARTHEST)
    shown = bleve.pure(distance if 0 < distance < math.inf else 1.0, mass, **given)
    return distance, shown.values[2], shown.warnings


def _of_distance(distance: float, flags: tuple[str, ...]) -> tuple[str, ...]:
    if math.isnan(distance):
        return (*(flag for flag in flags if flag != EXTRAPOLATED), "never_reached")
    return (*flags, BEYOND_MODEL_RANGE) if math.isinf(distance) else flags


class _Heat(NamedTuple):
    """What says how much heat a fireball radiates."""

    pressure: float | None
    combustion: float | None
    fraction: float | None
    emissive_power: float | None
    cap: float


def _emissive_power(mass: float, heat: _Heat, *, diameter: float, duration: float) -> float:
    given = [name for name in ("pressure", "fraction", "emissive_power") if getattr(heat, name) is not None]
    if len(given) != 1 or (heat.emissive_power is None and heat.combustion is None):
        raise InputError(
            "inputs 'burst_pressure', 'fraction' and 'emissive_power' of a fireball",
            got=f"{' and '.join(given) or 'none'}{'' if heat.combustion else ', no heat_of_combustion'}",
            expected="one of them, and heat_of_combustion with the first two",
            hint="burst_pressure='18 bar', heat_of_combustion='46.35 MJ/kg'",
        )
    if heat.emissive_power is not None:
        return heat.emissive_power
    # the Yellow Book takes the heat to boil and warm the liquid off the heat of combustion and caps nothing;
    # here it stays in (farther zones), and the cap of measured powers holds
    assert heat.combustion is not None
    fraction = heat.fraction if heat.pressure is None else 0.27 * (heat.pressure / 1e6) ** 0.32
    assert fraction is not None
    if fraction > 1:
        raise RangeError(
            "input 'burst_pressure' is outside the range of the model",
            got=f"{heat.pressure:g} Pa, more heat radiated than released",
            expected="at most 6e7 Pa",
            hint="check the unit: absolute pressure",
        )
    return min(heat.cap, fraction * mass * heat.combustion / (math.pi * diameter**2 * duration))
