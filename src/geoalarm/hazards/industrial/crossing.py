"""How far an effect reaches: the outermost distance at which a curve still meets a level."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from scipy.optimize import brentq

_STEPS: Final = 256


def outermost(effect: Callable[[np.ndarray], np.ndarray], level: float, *, low: float, high: float) -> float:
    """Largest distance in ``[low, high]`` at which ``effect`` is at least ``level`` [m].

    The curve may rise before it falls; it is scanned inwards from ``high`` in steps of equal ratio, then
    closed in on.

    Parameters
    ----------
    effect : callable
        Effect at an array of distances, in the unit of ``level``.
    level : float
        The threshold.
    low, high : float
        Where to look, ``0 < low < high`` [m].

    Returns
    -------
    float
        NaN where the level is met nowhere, infinity where it is still met at ``high``.

    Examples
    --------
    >>> round(outermost(lambda x: 100 / x, 4.0, low=1, high=1000), 3)
    25.0
    """
    distances = np.geomspace(low, high, _STEPS)
    met = np.flatnonzero(np.asarray(effect(distances)) >= level)
    if not len(met):
        return float("nan")
    last = int(met[-1])
    if last == _STEPS - 1:
        return float("inf")
    near, far = float(distances[last]), float(distances[last + 1])

    def difference(distance: float) -> float:
        return float(np.asarray(effect(np.array([distance])))[0]) - level

    if difference(near) <= 0:
        return near
    return float(brentq(difference, near, far, xtol=1e-6))
