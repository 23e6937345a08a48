"""Blast of a charge of TNT: on the ground by Kingery and Bulmash, in free air by Kinney and Graham."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from scipy.optimize import brentq

from geoalarm.core.quantities import require_range
from geoalarm.core.reference_rows import rows
from geoalarm.core.registry import ModelInput, model, positive

ATMOSPHERE: Final = 101_325.0
"""Pressure of the air [Pa]."""

TNT_HEAT: Final = 4.6e6
"""Heat of explosion of TNT in the equivalence of the Yellow Book [J kg-1]."""

SCALED_RANGE: Final = (0.2, 198.5)
"""Scaled distances for which Swisdak's fits hold [m kg-1/3]."""

_SCALED: Final = "m kg^(-1/3)"
_KINGERY: Final = (
    "Kingery and Bulmash (1984) as fitted by Swisdak (1994), hemispherical surface burst, "
    "ADA526744, table of incident pressure"
)
_PIECES: Final = tuple(
    (float(item["z_low"]), float(item["z_high"]), tuple(float(item[f"c{power}"]) for power in range(5)))
    for item in rows(__package__, "kingery_bulmash")
)


@model(
    inputs={
        "mass": positive("kg"),
        "heat_of_combustion": positive("J kg-1"),
        "yield_factor": positive("1", 1),
        "tnt_heat": positive("J kg-1"),
    },
    outputs={"tnt_mass": "kg"},
    source="TNO, Yellow Book (CPR 14E), eq. 5.1",
)
def tnt_equivalent(
    mass: float, heat_of_combustion: float, *, yield_factor: float = 0.03, tnt_heat: float = TNT_HEAT
) -> float:
    """Mass of TNT that releases the blast energy of a gas cloud: ``W = eta m Hc / 4.6e6``.

    Parameters
    ----------
    mass : float
        Of flammable gas in the cloud [kg].
    heat_of_combustion : float
        [J kg-1].
    yield_factor : float
        Share of the heat that goes into blast: 0.02 to 0.2 have been seen; 0.03 to 0.04 for a cloud in the
        open, 0.1 in congested places [1].
    tnt_heat : float
        Heat of explosion of TNT [J kg-1].

    Raises
    ------
    RangeError
        If an input is not positive, or the yield factor is above 1.

    References
    ----------
    TNO, Yellow Book (CPR 14E), eq. 5.1.

    Examples
    --------
    >>> round(float(tnt_equivalent("10 t", "46.35 MJ/kg")), 1)
    3022.8
    """
    return yield_factor * mass * heat_of_combustion / tnt_heat


@model(
    inputs={"scaled_distance": ModelInput(_SCALED, *SCALED_RANGE)},
    outputs={"overpressure": "Pa"},
    source=_KINGERY,
)
def kingery_bulmash(scaled_distance: float | np.ndarray) -> float | np.ndarray:
    """Incident overpressure of a charge on the ground: ``P [kPa] = exp(sum c_i (ln Z)^i)`` in three pieces.

    Holds for ``Z = R / W^(1/3)`` of 0.2 to 198.5 m/kg^(1/3).

    Parameters
    ----------
    scaled_distance : float or numpy.ndarray
        Distance over the cube root of the mass of TNT [m kg-1/3].

    Raises
    ------
    RangeError
        If a scaled distance is outside 0.2 to 198.5.

    References
    ----------
    Kingery and Bulmash (1984); Swisdak (1994), Simplified Kingery airblast calculations, ADA526744.

    Examples
    --------
    >>> round(kingery_bulmash(5.0).to("kPa"), 2), round(kingery_bulmash(10.0).to("kPa"), 2)
    (43.23, 14.89)
    """
    scaled = np.asarray(scaled_distance, dtype=float)
    require_range("scaled_distance", scaled, *SCALED_RANGE, unit=_SCALED)
    log = np.log(scaled)
    values = [np.exp(np.polynomial.polynomial.polyval(log, coefficients)) for *_, coefficients in _PIECES]
    chosen = np.select([scaled <= high for _, high, _ in _PIECES], values)
    overpressure: float | np.ndarray = 1e3 * chosen[()]
    return overpressure


@model(inputs={"overpressure": positive("Pa")}, outputs={"scaled_distance": _SCALED}, source=_KINGERY)
def kingery_bulmash_distance(overpressure: float) -> float:
    """Scaled distance at which a charge on the ground gives an overpressure; where the fits overlap, the
    farther one.

    The Z at which ``P(Z) = overpressure``, with the pressure of ``kingery_bulmash``.

    Parameters
    ----------
    overpressure : float
        Incident, at the ground [Pa].

    Raises
    ------
    RangeError
        If the overpressure is not one of those between 0.2 and 198.5 m/kg^(1/3): 249 Pa to 17.3 MPa.

    References
    ----------
    As :func:`kingery_bulmash`, solved for the distance.

    Examples
    --------
    >>> [round(float(kingery_bulmash_distance(f"{level} mbar")), 2) for level in (20, 50, 140, 200, 300)]
    [45.19, 23.41, 10.46, 8.11, 6.22]
    """
    ends = [float(kingery_bulmash.pure(bound)) for bound in SCALED_RANGE]
    require_range("overpressure", overpressure, ends[1], ends[0], unit="Pa")
    level = math.log(overpressure / 1e3)
    for low, high, coefficients in reversed(_PIECES):
        near, far = (
            float(np.polynomial.polynomial.polyval(math.log(bound), coefficients)) - level
            for bound in (low, high)
        )
        if far >= 0:
            return high
        if near >= 0:
            return math.exp(
                brentq(
                    lambda log, fit=coefficients: np.polynomial.polynomial.polyval(log, fit) - level,
                    math.log(low),
                    math.log(high),
                )
            )
    return SCALED_RANGE[0]


@model(
    inputs={"distance": positive("m"), "tnt_mass": positive("kg")},
    outputs={"overpressure": "Pa", "scaled_distance": _SCALED},
    source=_KINGERY,
)
def tnt_overpressure(
    distance: float | np.ndarray, tnt_mass: float
) -> tuple[float | np.ndarray, float | np.ndarray]:
    """Incident overpressure at a distance from a charge of TNT on the ground.

    ``P(Z)`` of ``kingery_bulmash`` at ``Z = R / W^(1/3)``.

    Parameters
    ----------
    distance : float or numpy.ndarray
        From the charge [m].
    tnt_mass : float
        Of TNT [kg].

    Raises
    ------
    RangeError
        If the scaled distance is outside 0.2 to 198.5 m/kg^(1/3).

    References
    ----------
    As :func:`kingery_bulmash`.

    Examples
    --------
    >>> round(tnt_overpressure("338.4 m", "3022.8 kg").to("mbar"))
    50
    """
    scaled = distance / np.cbrt(tnt_mass)
    return kingery_bulmash.pure(scaled), scaled


@model(
    inputs={"overpressure": positive("Pa"), "tnt_mass": positive("kg")},
    outputs={"distance": "m"},
    source=_KINGERY,
)
def tnt_distance(overpressure: float, tnt_mass: float) -> float:
    """Distance at which a charge of TNT on the ground gives an overpressure: ``R = Z W^(1/3)``.

    Parameters
    ----------
    overpressure : float
        Incident [Pa].
    tnt_mass : float
        Of TNT [kg].

    Raises
    ------
    RangeError
        If the overpressure is outside 249 Pa to 17.3 MPa.

    References
    ----------
    As :func:`kingery_bulmash`.

    Examples
    --------
    >>> [round(float(tnt_distance(f"{level} mbar", "3022.8 kg"))) for level in (20, 50, 140, 200, 300)]
    [653, 338, 151, 117, 90]
    """
    return float(kingery_bulmash_distance.pure(overpressure) * np.cbrt(tnt_mass))


@model(
    inputs={"scaled_distance": ModelInput(_SCALED, 0.05, 500.0), "air_pressure": positive("Pa")},
    outputs={"overpressure": "Pa"},
    source="Kinney and Graham (1985), Explosive shocks in air, eq. 6-2",
    confirm=("range of scaled distances",),
)
def kinney_graham(
    scaled_distance: float | np.ndarray, *, air_pressure: float = ATMOSPHERE
) -> float | np.ndarray:
    """Overpressure of a spherical charge in free air, far from the ground.

    ``P / P0 = 808 (1 + (Z/4.5)2) / sqrt((1 + (Z/0.048)2) (1 + (Z/0.32)2) (1 + (Z/1.35)2))``. A charge on the
    ground is another case: use :func:`kingery_bulmash`.

    Parameters
    ----------
    scaled_distance : float or numpy.ndarray
        Distance over the cube root of the mass of TNT [m kg-1/3].
    air_pressure : float
        [Pa].

    Raises
    ------
    RangeError
        If a scaled distance is outside 0.05 to 500.

    References
    ----------
    Kinney and Graham (1985), Explosive shocks in air, 2nd ed.

    Examples
    --------
    >>> round(kinney_graham(5.0).to("kPa"), 2)
    29.24
    """
    z2 = np.square(np.asarray(scaled_distance, dtype=float))
    below = np.sqrt((1 + z2 / 0.048**2) * (1 + z2 / 0.32**2) * (1 + z2 / 1.35**2))
    overpressure: float | np.ndarray = (air_pressure * 808 * (1 + z2 / 4.5**2) / below)[()]
    return overpressure
