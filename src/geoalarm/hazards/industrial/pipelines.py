"""Gas pipelines: the radius in which a rupture with ignition kills, and why a cordon stands elsewhere."""

from __future__ import annotations

import math
from typing import Final

from geoalarm.core.registry import FlaggedOutputs, model, positive

INCH: Final = 0.0254
FOOT: Final = 0.3048
POUND_PER_SQUARE_INCH: Final = 6894.757293168
"""The units of 49 CFR 192.903 in SI [m], [m], [Pa]."""

CORDON_FACTOR: Final = 3.0
"""A cordon of responders stands at this many impact radii or farther (choice of this project) [1]."""


@model(
    inputs={"diameter": positive("m"), "gauge_pressure": positive("Pa")},
    outputs={"radius": "m", "cordon": "m"},
    source="49 CFR 192.903, potential impact radius; cordon: choice of this project",
    jurisdiction="US",
)
def pipeline_impact_radius(diameter: float, gauge_pressure: float) -> FlaggedOutputs:
    """Potential impact radius of a natural gas pipeline: ``r [ft] = 0.69 d [in] sqrt(p [psi])``.

    In SI ``r [m] = 0.0031534 d [mm] sqrt(p [kPa])``, often rounded to 0.00315. It is where the heat of the
    first moments is 15.8 kW/m2 (5000 BTU/h/ft2), a radius of lethality: not a cordon for responders, which is
    at least three times as far.

    Parameters
    ----------
    diameter : float
        Nominal, of the pipe [m].
    gauge_pressure : float
        Highest allowed in operation, above the air's [Pa].

    Raises
    ------
    RangeError
        If an input is not positive.

    References
    ----------
    49 CFR 192.903, definition of potential impact radius.

    Examples
    --------
    >>> result = pipeline_impact_radius("30 inch", "1000 psi")
    >>> round(float(result), 1), round(result.to("foot"), 1)
    (199.5, 654.6)
    """
    radius = 0.69 * diameter / INCH * math.sqrt(gauge_pressure / POUND_PER_SQUARE_INCH) * FOOT
    return FlaggedOutputs((radius, CORDON_FACTOR * radius), ("radius_is_lethality_not_cordon",))
