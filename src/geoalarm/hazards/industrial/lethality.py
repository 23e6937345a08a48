"""Death by heat and by blast: times to a dose, and probits."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from scipy.special import ndtr, ndtri

from geoalarm.core.quantities import convert
from geoalarm.hazards.industrial.flame import DOSE_UNIT
from geoalarm.hazards.industrial.registry import Input, at_least_zero, model, positive, word
from geoalarm.hazards.industrial.rows import rows

_PROBITS: Final = {item["key"]: item for item in rows("probits")}
_THERMAL: Final = tuple(key for key, item in _PROBITS.items() if item["effect"] == "thermal")


@model(
    inputs={"flux": positive("W m-2"), "dose": positive(DOSE_UNIT)},
    outputs={"time": "s"},
    source="t = dose / q^(4/3); doses: arrete of 29 September 2005, annex 2",
)
def time_to_dose(flux: float, dose: float) -> float:
    """Time in a steady heat after which a dose is reached: ``t = dose / q^(4/3)``.

    Parameters
    ----------
    flux : float
        Steady [W m-2].
    dose : float
        [(kW/m^2)^(4/3)*s].

    Raises
    ------
    RangeError
        If an input is not positive.

    References
    ----------
    Arrete of 29 September 2005, annex 2, for the doses 600, 1000 and 1800.

    Examples
    --------
    >>> [round(float(time_to_dose(flux * 1e3, dose)), 1) for flux, dose in ((3, 600), (5, 1000), (8, 1800))]
    [138.7, 117.0, 112.5]
    """
    return float(dose / (flux / 1e3) ** (4 / 3))


@model(
    inputs={"flux": at_least_zero("W m-2"), "exposure": positive("s"), "probit": word(*_THERMAL)},
    outputs={"lethality": "1", "dose": DOSE_UNIT},
    source="Eisenberg et al. (1975); Tsao and Perry (1979), Purple Book (CPR 18E), section 5.2",
)
def thermal_lethality(
    flux: float | np.ndarray, exposure: float, *, probit: str = "tsao_perry"
) -> tuple[float | np.ndarray, float | np.ndarray]:
    """Probability of death by heat: ``Pr = a + b ln(q^(4/3) t)``, ``P = Phi(Pr - 5)``, with q in kW/m2.

    Parameters
    ----------
    flux : float or numpy.ndarray
        Steady [W m-2].
    exposure : float
        [s].
    probit : str
        ``tsao_perry`` (-12.8 + 2.56 ln dose; also that of the Purple Book) or ``eisenberg`` (-14.9 + 2.56 ln dose).

    Raises
    ------
    RangeError
        If an input is negative, or the exposure is 0.

    References
    ----------
    Eisenberg et al. (1975); Tsao and Perry (1979); Purple Book (CPR 18E), section 5.2.

    Examples
    --------
    >>> round(float(thermal_lethality("20 kW/m^2", "20 s")), 3)
    0.538
    """
    dose = np.power(np.asarray(flux, dtype=float) / 1e3, 4 / 3) * exposure
    return _share(probit, dose), dose[()]


@model(
    inputs={"share": Input("1", 0, 1, "neither"), "probit": word(*_THERMAL)},
    outputs={"dose": DOSE_UNIT},
    source="Eisenberg et al. (1975); Tsao and Perry (1979), Purple Book (CPR 18E), section 5.2",
)
def thermal_lethal_dose(share: float, *, probit: str = "tsao_perry") -> float:
    """Thermal dose that kills a share of the people: LD1 for 0.01, LD50 for 0.5.

    Parameters
    ----------
    share : float
        Of the people [1].
    probit : str
        ``tsao_perry`` or ``eisenberg``.

    Raises
    ------
    RangeError
        If the share is not between 0 and 1.

    References
    ----------
    As :func:`thermal_lethality`.

    Examples
    --------
    >>> [round(float(thermal_lethal_dose(share, probit="eisenberg"))) for share in (0.01, 0.5)]
    [958, 2377]
    """
    return _level(probit, share)


@model(
    inputs={"overpressure": at_least_zero("Pa")},
    outputs={"lethality": "1"},
    source="HSC (1991), major hazard aspects of the transport of dangerous substances: Pr = 1.47 + 1.37 ln P[psi]",
)
def overpressure_lethality(overpressure: float | np.ndarray) -> float | np.ndarray:
    """Probability of death by overpressure: ``Pr = 1.47 + 1.37 ln P``, P in psi above the air's pressure.

    Parameters
    ----------
    overpressure : float or numpy.ndarray
        Peak [Pa].

    Raises
    ------
    RangeError
        If the overpressure is negative.

    References
    ----------
    Health and Safety Commission (1991); 50 % at 13.1 psi.

    Examples
    --------
    >>> round(float(overpressure_lethality("13.15 psi")), 3)
    0.5
    """
    return _share("hsc", np.asarray(convert(overpressure, "Pa", "psi")))


def _share(key: str, amount: np.ndarray) -> float | np.ndarray:
    """Share of people who die [1] of a load in the unit of the probit; 0 for no load."""
    found = _PROBITS[key]
    with np.errstate(divide="ignore"):
        share: float | np.ndarray = ndtr(float(found["a"]) + float(found["b"]) * np.log(amount) - 5)
    return share


def _level(key: str, share: float) -> float:
    found = _PROBITS[key]
    return math.exp((5 + float(ndtri(share)) - float(found["a"])) / float(found["b"]))
