"""Rain that has set slopes in motion: thresholds of intensity over duration."""

from __future__ import annotations

from typing import Final

import numpy as np

from geoalarm.core.quantities import Closed, require_range
from geoalarm.core.reference_rows import confirm, rows
from geoalarm.core.registry import FlaggedOutputs, at_least_zero, model, positive, word

_CURVES: Final = {row["curve"]: row for row in rows(__package__, "rainfall_thresholds")}
_SOURCE: Final = (
    "Caine (1980), I = 14.82 D^-0.39; Guzzetti et al. (2008), I = 2.20 D^-0.44; I in mm/h, D in h"
)


@model(
    inputs={"duration": positive("h"), "curve": word(*_CURVES)},
    outputs={"intensity": "mm h-1", "rain": "mm"},
    source=_SOURCE,
)
def rain_threshold(duration: float | np.ndarray, *, curve: str = "caine") -> FlaggedOutputs:
    """Mean intensity of rain from which slopes have slid, ``I = a D^-b``, and the rain that it adds up to.

    ``guzzetti`` is a lower envelope: nearly every landslide lies above it, and so do many harmless rains.

    Parameters
    ----------
    duration : float or numpy.ndarray
        Of the rain [h].
    curve : str
        ``caine`` (10 min to 500 h) or ``guzzetti`` (between 0.1 and 1000 h).

    Raises
    ------
    RangeError
        If the duration is outside the range of its curve.

    References
    ----------
    Caine (1980); Guzzetti et al. (2008), to be confirmed.

    Examples
    --------
    >>> result = rain_threshold("24 h")
    >>> round(float(result), 3), round(result["rain"], 1)
    (4.291, 103.0)
    >>> round(float(rain_threshold("6 h", curve="guzzetti")), 3)
    1.0
    """
    found = _CURVES[curve]
    low, high = float(found["duration_from_h"]), float(found["duration_to_h"])
    closed: Closed = "both" if found["closed"] == "both" else "neither"
    require_range("duration", duration, low, high, unit="h", closed=closed)
    hours = np.asarray(duration, dtype="float64")
    intensity = float(found["alpha"]) * hours ** -float(found["beta"])
    flags = (
        *confirm(found["verified"], f"threshold {curve}"),
        *(("minimum_envelope_false_alarms",) if curve == "guzzetti" else ()),
    )
    return FlaggedOutputs((intensity, intensity * hours), flags)


@model(
    inputs={"rain": at_least_zero("mm"), "duration": positive("h"), "curve": word(*_CURVES)},
    outputs={"ratio": "1", "is_above": ""},
    source=_SOURCE,
)
def rain_over_threshold(
    rain: float | np.ndarray, duration: float | np.ndarray, *, curve: str = "caine"
) -> FlaggedOutputs:
    """Rain over the rain at which slopes have slid in the same duration; 1 and above is beyond the threshold.

    ``ratio = rain / (a D^(1 - b))``

    Parameters
    ----------
    rain : float or numpy.ndarray
        Fallen in the duration [mm].
    duration : float or numpy.ndarray
        [h].
    curve : str
        ``caine`` or ``guzzetti``.

    Raises
    ------
    RangeError
        If the rain is negative, or the duration outside the range of its curve.

    References
    ----------
    As :func:`rain_threshold`.

    Examples
    --------
    >>> result = rain_over_threshold("120 mm", "24 h")
    >>> round(float(result), 3), result["is_above"]
    (1.165, True)
    """
    (_, needed), flags = rain_threshold.pure(duration, curve=curve)
    ratio = np.asarray(rain, dtype="float64") / needed
    return FlaggedOutputs((ratio, ratio >= 1 if ratio.ndim else bool(ratio >= 1)), flags)
