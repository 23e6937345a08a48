"""French flood prevention (PPRI): classes of alea from depth and dynamics, and the band behind a levee."""

from __future__ import annotations

from typing import Final

import numpy as np

from geoalarm.core.reference_rows import rows
from geoalarm.core.registry import FlaggedOutputs, ModelInput, at_least_zero, model, word

BAND_PER_METRE: Final = 100.0
"""Width of the precaution band over the height of the water above the ground behind the levee (C. env., art.
R562-11-4).
"""

_CLASSES: Final = ("faible", "modere", "fort", "tres_fort")


@model(
    inputs={"depth": at_least_zero("m"), "dynamics": word("slow", "medium", "fast")},
    outputs={"alea": "", "rank": "1"},
    source="arrete of 5 July 2019, matrix of depth and dynamics; classes: Code de l'environnement, art. "
    "R562-11-4",
    confirm=("matrix of the arrete of 5 July 2019",),
    jurisdiction="FR",
    vintage="2019",
)
def ppri_alea(depth: float, dynamics: str = "slow") -> tuple[str, int]:
    """Class of alea of a French PPRI from depth and dynamics: faible, modere, fort, tres fort (1 to 4).

    Below 0.5 m: faible, modere, fort as the dynamics is slow, medium, fast; 0.5 to 1 m: modere, modere, fort;
    1 to 2 m: fort, fort, tres fort; from 2 m tres fort. A depth on a bound belongs to the deeper class. Where
    an official map exists its class is read, never worked out like this.

    Parameters
    ----------
    depth : float
        Of the reference event [m].
    dynamics : str
        ``slow``, ``medium`` or ``fast``: speed of the water and how quickly it rises.

    Raises
    ------
    RangeError
        If the depth is negative.

    References
    ----------
    Arrete of 5 July 2019 on the determination of the alea, to be confirmed; Code de l'environnement, art.
    R562-11-4.

    Examples
    --------
    >>> ppri_alea("1.2 m", "fast").value, ppri_alea("0.3 m")["rank"]
    ('tres_fort', 1)
    """
    matrix = rows(__package__, "ppri_alea")
    place = int(np.searchsorted([float(row["depth_from_m"]) for row in matrix], depth, side="right")) - 1
    alea = matrix[place][dynamics]
    return alea, _CLASSES.index(alea) + 1


@model(
    inputs={"upstream_level": ModelInput("m"), "ground": ModelInput("m")},
    outputs={"width": "m", "alea": ""},
    source="Code de l'environnement, art. R562-11-4",
    jurisdiction="FR",
)
def levee_precaution_band(upstream_level: float, ground: float) -> FlaggedOutputs:
    """Width of the precaution band behind a levee: 100 times the highest upstream water level above the
    ground; always tres fort.

    ``width = 100 (level - ground)``

    Parameters
    ----------
    upstream_level : float
        Highest level of the water on the river side [m above datum].
    ground : float
        Ground behind the levee, above the same datum [m].

    Raises
    ------
    RangeError
        If a level is no number.

    References
    ----------
    Code de l'environnement, art. R562-11-4.

    Examples
    --------
    >>> levee_precaution_band("23.5 m", "21 m").value
    250.0
    """
    head = upstream_level - ground
    if head <= 0:
        return FlaggedOutputs((0.0, "none"), ("water_below_ground",))
    return FlaggedOutputs((BAND_PER_METRE * head, "tres_fort"))
