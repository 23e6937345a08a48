"""Jet fires: a point source of heat for gas and liquefied gas, and the flame of liquefied petroleum gas."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.reference_rows import confirm, row, rows
from geoalarm.core.registry import FlaggedOutputs, ModelInput, model, positive, word
from geoalarm.core.result import TO_BE_CONFIRMED
from geoalarm.hazards.industrial.flame import point_source_flux
from geoalarm.hazards.industrial.pipelines import FOOT

LPG_RATE: Final = ModelInput("kg s-1", 1.0, 3000.0, "neither")
"""Range of the correlations for jets of liquefied petroleum gas [kg s-1]."""

WATT_PER_BTU_PER_HOUR: Final = 0.29307107
"""[W]."""

_SOURCE: Final = "Point source of heat (API Standard 521), radiated share by fuel"
_JET: Final = {
    "rate": positive("kg s-1"),
    "fuel": word("methane", "lpg"),
    "heat_of_combustion": positive("J kg-1"),
    "radiated_share": positive("1", 1),
    "transmissivity": positive("1", 1),
}
_NOT_SHAPED: Final = "jet_flame_not_shaped"


@model(inputs={"distance": positive("m"), **_JET}, outputs={"flux": "W m-2", "radiated": "W"}, source=_SOURCE)
def jet_fire(
    distance: float | np.ndarray,
    rate: float,
    fuel: str = "methane",
    *,
    heat_of_combustion: float | None = None,
    radiated_share: float | None = None,
    transmissivity: float = 1.0,
) -> FlaggedOutputs:
    """Heat of a jet fire as a point: ``q = tau chi m Hc / (4 pi r2)``.

    The distance is from the middle of the flame, which lies half a flame from the hole; from the hole itself
    it is told by ``jet_fire_distance``.

    Parameters
    ----------
    distance : float or numpy.ndarray
        From the middle of the flame [m].
    rate : float
        Mass released [kg s-1].
    fuel : str
        ``methane`` or ``lpg``: share of the heat radiated, and its heat of combustion.
    heat_of_combustion : float, optional
        Instead of the fuel's [J kg-1].
    radiated_share : float, optional
        Instead of the fuel's [1].
    transmissivity : float
        Share that the air lets through; 1 keeps all of it [1].

    Raises
    ------
    RangeError
        If an input is not positive, or a share is above 1.

    References
    ----------
    API Standard 521 (point source); shares radiated and heats of combustion are rows of
    ``data/jet_fuels.csv``, the shares to be confirmed.

    Examples
    --------
    >>> round(float(jet_fire("50 m", "10 kg/s", "methane")))
    3183
    """
    heat, share, flags = _fuel(fuel, heat_of_combustion, radiated_share)
    flux = point_source_flux.pure(distance, rate, heat, radiated_share=share, transmissivity=transmissivity)
    return FlaggedOutputs((flux, share * rate * heat), (*flags, _NOT_SHAPED))


@model(
    inputs={"flux": positive("W m-2"), **_JET},
    outputs={"distance": "m", "from_hole": "m", "flame_length": "m"},
    source=_SOURCE,
    passes_to=jet_fire,
)
def jet_fire_distance(flux: float, rate: float, fuel: str = "methane", **radiated: Any) -> FlaggedOutputs:
    """How far a jet fire sends a heat: ``r = sqrt(tau chi m Hc / (4 pi q))`` from the middle of the flame,
    and from the hole.

    ``from_hole = max(L, L / 2 + r)``: the point that radiates lies half a flame from the hole, and who stands
    in the flame is in every zone. ``L [ft] = 0.00604 (m Hc [Btu/h])^0.4776``; for LPG that of
    ``lpg_jet_flame`` within its range.

    Parameters
    ----------
    flux : float
        The threshold [W m-2].
    rate : float
        Mass released [kg s-1].
    fuel : str
        ``methane`` or ``lpg``: share of the heat radiated, and its heat of combustion.
    **radiated
        As :func:`jet_fire`.

    Returns
    -------
    FlaggedOutputs
        With the flag ``zone_is_the_flame`` where the flame reaches farther than the heat.

    Raises
    ------
    RangeError
        If an input is not positive, or a share is above 1.

    References
    ----------
    API Standard 521: point source, and its figure of flame length over heat released, as fitted in practice
    (to be confirmed); shares radiated and heats of combustion are rows of ``data/jet_fuels.csv``.

    Examples
    --------
    >>> found = jet_fire_distance("8 kW/m^2", "10 kg/s", "methane")
    >>> [round(float(found[name]), 1) for name in ("distance", "from_hole", "flame_length")]
    [31.5, 55.2, 47.2]
    """
    (at_one_metre, _), flags = jet_fire.pure(1.0, rate, fuel, **radiated)
    distance = math.sqrt(at_one_metre / flux)
    length, more = _flame_length(rate, fuel, radiated.get("heat_of_combustion"))
    flags = (*flags, *more, *(("zone_is_the_flame",) if length > length / 2 + distance else ()))
    return FlaggedOutputs((distance, max(length, length / 2 + distance), length), flags)


def _flame_length(rate: float, fuel: str, heat: float | None) -> tuple[float, tuple[str, ...]]:
    """Length of a jet's flame [m] and the flags of its formula."""
    if fuel == "lpg" and LPG_RATE.low < rate < LPG_RATE.high:
        return lpg_jet_flame.pure(rate)[0], tuple(
            f"{TO_BE_CONFIRMED}: {item}" for item in lpg_jet_flame.confirm
        )
    released = rate * _fuel(fuel, heat, None)[0] / WATT_PER_BTU_PER_HOUR
    return 0.00604 * released**0.4776 * FOOT, (
        f"{TO_BE_CONFIRMED}: length of a jet's flame, API Standard 521",
    )


def _fuel(fuel: str, heat: float | None, share: float | None) -> tuple[float, float, tuple[str, ...]]:
    """Heat of combustion [J kg-1], radiated share [1] and the flags of those that were not given."""
    if fuel not in {item["fuel"] for item in rows(__package__, "jet_fuels")}:
        raise InputError(
            "input 'fuel'",
            got=repr(fuel),
            hint=near_miss(fuel, [item["fuel"] for item in rows(__package__, "jet_fuels")]),
        )
    found = row(__package__, "jet_fuels", "fuel", fuel)
    flags: tuple[str, ...] = ()
    if heat is None:
        heat, flags = (
            float(found["heat_of_combustion_J_kg"]),
            confirm(found["heat_verified"], f"heat of combustion of {fuel}"),
        )
    if share is None:
        share, flags = (
            float(found["radiated_share"]),
            (*flags, *confirm(found["share_verified"], f"radiated share of {fuel}")),
        )
    return heat, share, flags


@model(
    inputs={"rate": LPG_RATE},
    outputs={"length": "m", "width": "m"},
    source="Considine and Grinter (1985)",
    confirm=("size of the flame, Considine and Grinter",),
)
def lpg_jet_flame(rate: float) -> tuple[float, float]:
    """Size of a jet flame of liquefied petroleum gas: ``L = 9.1 m^0.5``, ``W = 0.25 L``; for 1 to 3000 kg/s.

    Parameters
    ----------
    rate : float
        Mass released [kg s-1].

    Raises
    ------
    RangeError
        If the rate is not between 1 and 3000 kg/s.

    References
    ----------
    Considine and Grinter (1985).

    Examples
    --------
    >>> round(float(lpg_jet_flame("100 kg/s")), 1)
    91.0
    """
    length = 9.1 * math.sqrt(rate)
    return length, 0.25 * length


@model(
    inputs={"rate": LPG_RATE, "time": ModelInput("s", 10.0, 300.0, "neither")},
    outputs={"lethality_1": "m", "lethality_50": "m"},
    source="Considine and Grinter (1985)",
    confirm=("distances of lethality, Considine and Grinter",),
)
def lpg_jet_lethality_distance(rate: float, time: float) -> tuple[float, float]:
    """How far a jet fire of liquefied petroleum gas kills 1 % and 50 %: ``2.8 t^0.38 m^0.47`` and ``1.9 t^0.4
    m^0.47``.

    Parameters
    ----------
    rate : float
        Mass released, 1 to 3000 kg/s [kg s-1].
    time : float
        Exposure, 10 to 300 s [s].

    Raises
    ------
    RangeError
        If an input is outside its range.

    References
    ----------
    Considine and Grinter (1985).

    Examples
    --------
    >>> round(float(lpg_jet_lethality_distance("50 kg/s", "60 s")), 1)
    83.4
    """
    spread = rate**0.47
    return 2.8 * time**0.38 * spread, 1.9 * time**0.4 * spread
