"""Dispersion parameters: how wide and high a plume or a puff has grown at a distance, by stability class."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import numpy as np

from geoalarm.core.registry import FlaggedOutputs, model, positive, word
from geoalarm.core.result import TO_BE_CONFIRMED

STABILITIES: Final = ("A", "B", "C", "D", "E", "F")
TERRAINS: Final = ("rural", "urban")
NEAREST: Final = 100.0
"""From here the parameters were measured [m]."""
FARTHEST: Final = 10_000.0
"""Up to here they hold [m]."""
REFERENCE_TIME: Final = 600.0
"""Averaging time of the crosswind parameter of a plume [s]: Briggs names none, ten minutes are taken (to be
confirmed).
"""
SHORTEST_AVERAGE: Final = 20.0
"""Below this averaging time a plume gets no narrower [s] (Yellow Book, half the width of ten minutes; to be
confirmed).
"""
STEADY: Final = 2.5
"""Up to where a release lasts this many travel times its plume is steady [1] (Britter and McQuaid)."""
AVERAGING_FLAG: Final = f"{TO_BE_CONFIRMED}: plume width by the fifth root of the averaging time"

# sigma = a x (1 + b x)^p
_RURAL_Y: Final = MappingProxyType(
    {name: (a, 1e-4, -0.5) for name, a in zip(STABILITIES, (0.22, 0.16, 0.11, 0.08, 0.06, 0.04), strict=True)}
)
_URBAN_Y: Final = MappingProxyType(
    {name: (a, 4e-4, -0.5) for name, a in zip(STABILITIES, (0.32, 0.32, 0.22, 0.16, 0.11, 0.11), strict=True)}
)
_RURAL_Z: Final = MappingProxyType(
    {
        "A": (0.20, 0.0, 0.0),
        "B": (0.12, 0.0, 0.0),
        "C": (0.08, 2e-4, -0.5),
        "D": (0.06, 1.5e-3, -0.5),
        "E": (0.03, 3e-4, -1.0),
        "F": (0.016, 3e-4, -1.0),
    }
)
_URBAN_Z: Final = MappingProxyType(
    {
        "A": (0.24, 1e-3, 0.5),
        "B": (0.24, 1e-3, 0.5),
        "C": (0.20, 0.0, 0.0),
        "D": (0.14, 3e-4, -0.5),
        "E": (0.08, 1.5e-3, -0.5),
        "F": (0.08, 1.5e-3, -0.5),
    }
)
_BRIGGS: Final = MappingProxyType({"rural": (_RURAL_Y, _RURAL_Z), "urban": (_URBAN_Y, _URBAN_Z)})

# sigma = a x^p: crosswind and downwind, then vertical
_PUFF: Final = MappingProxyType(
    {
        "A": (0.18, 0.92, 0.60, 0.75),
        "B": (0.14, 0.92, 0.53, 0.73),
        "C": (0.10, 0.92, 0.34, 0.71),
        "D": (0.06, 0.92, 0.15, 0.70),
        "E": (0.04, 0.92, 0.10, 0.65),
        "F": (0.02, 0.89, 0.05, 0.61),
    }
)


def plume_sigmas(
    x: float | np.ndarray, stability: str, terrain: str = "rural", *, averaging_time: float = REFERENCE_TIME
) -> tuple[np.ndarray, np.ndarray]:
    """Crosswind and vertical parameters of a plume [m] at distances ``x`` [m]; 0 at and before the source. No
    range is checked.
    """
    # below 100 m and beyond 10 km the fits are carried on; the models flag it or end there
    distance = np.maximum(np.asarray(x, dtype=float), 0.0)
    (a, b, p), (c, d, q) = (table[stability] for table in _BRIGGS[terrain])
    return averaging_factor(averaging_time) * a * distance * (1 + b * distance) ** p, c * distance * (
        1 + d * distance
    ) ** q


def puff_sigmas(x: float | np.ndarray, stability: str) -> tuple[np.ndarray, np.ndarray]:
    """Horizontal and vertical parameters of a puff [m] whose centre has travelled ``x`` [m]. Unchecked."""
    distance = np.maximum(np.asarray(x, dtype=float), 0.0)
    a, p, b, q = _PUFF[stability]
    return a * distance**p, b * distance**q


def averaging_of(averaging_time: float | None, duration: float | None) -> float:
    """Averaging time [s]: the given one, else ten minutes or, of a shorter release, its duration."""
    if averaging_time is not None:
        return averaging_time
    return REFERENCE_TIME if duration is None else min(max(duration, SHORTEST_AVERAGE), REFERENCE_TIME)


def averaging_factor(averaging_time: float) -> float:
    """How much wider a plume is on average over a time [s] than over ten minutes: ``(t / 600 s)^0.2`` [1]."""
    return float((averaging_time / REFERENCE_TIME) ** 0.2)


@model(
    inputs={
        "x": positive("m", FARTHEST),
        "stability": word(*STABILITIES),
        "terrain": word(*TERRAINS),
        "averaging_time": positive("s", 86400.0),
    },
    outputs={"sigma_y": "m", "sigma_z": "m"},
    source="Briggs (1973), as in ALOHA's technical documentation, table 13; 100 m to 10 km",
)
def briggs_sigmas(
    x: float | np.ndarray, stability: str, *, terrain: str = "rural", averaging_time: float = REFERENCE_TIME
) -> FlaggedOutputs:
    """Crosswind and vertical dispersion parameters of a plume: ``a x (1 + b x)^p``.

    Parameters
    ----------
    x : float
        Distance downwind [m]; below 100 m an extrapolation.
    stability : str
        Pasquill class, A (very unstable) to F (stable).
    terrain : str
        ``rural`` or ``urban``.
    averaging_time : float
        Over which concentrations are averaged [s].

    References
    ----------
    Briggs (1973), doi 10.2172/5118833; Griffiths (1994) on the misprint 0.00015 for rural D in older texts
    (0.0015 is right).

    Examples
    --------
    >>> found = briggs_sigmas("1 km", "D")
    >>> round(float(found["sigma_y"]), 3), round(float(found["sigma_z"]), 3)
    (76.277, 37.947)
    """
    flags = ["near_field_extrapolated"] if np.min(x) < NEAREST else []
    if averaging_time != REFERENCE_TIME:
        flags.append(AVERAGING_FLAG)
    return FlaggedOutputs(plume_sigmas(x, stability, terrain, averaging_time=averaging_time), tuple(flags))
