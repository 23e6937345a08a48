"""Likelihood against severity: the 5 by 5 matrix of this project, and the chance of at least one event."""

from __future__ import annotations

import numpy as np

from geoalarm.core.reference_rows import rows
from geoalarm.core.registry import ModelInput, at_least_zero, model
from geoalarm.exposure.risk_index import whole_class


@model(
    inputs={"likelihood": at_least_zero("yr-1"), "severity": ModelInput("1", 1, 5)},
    outputs={"cell": "", "likelihood_class": "1", "severity_class": "1"},
    source="5 by 5 matrix chosen by this project: likelihood in bands of 1e-1, 1e-2, 1e-3 and 1e-4 a year "
    "(rows of data/likelihood.csv)",
)
def risk_matrix(likelihood: float, severity: float) -> tuple[str, int, int]:
    """Cell of the matrix of likelihood and severity: ``L1`` to ``L5`` by bands of 1e-4 to 1e-1 a year, ``S1``
    to ``S5`` as given.

    A band holds its lower bound. The cell is a place in a table: nothing in it says whether the risk is
    acceptable, and no sum or product of the two classes is made. Of Seveso sites the French authorities judge
    by their own grid (``mmr_cell``).

    Parameters
    ----------
    likelihood : float
        Of the event [yr-1]; a susceptibility class is none.
    severity : float
        Class of severity, a whole number from 1 to 5, by fixed cut-offs (``exposure_class``) [1].

    Raises
    ------
    RangeError
        If the likelihood is negative, or the severity is not from 1 to 5.
    InputError
        If the severity is no whole number.

    References
    ----------
    Choice of this project.

    Examples
    --------
    >>> risk_matrix("0.01 /yr", 4)["cell"]
    'L4 S4'
    """
    chosen = whole_class("severity", severity)
    band = next(
        int(item["class"])
        for item in rows(__package__, "likelihood")
        if float(item["at_least"]) <= likelihood < float(item["below"])
    )
    return f"L{band} S{chosen}", band, chosen


@model(
    inputs={"probabilities": ModelInput("1", 0.0, 1.0)},
    outputs={"probability": "1", "low": "1", "high": "1"},
    source="1 - prod(1 - p), independent events; bounds of Frechet: max p <= P <= min(1, sum p)",
)
def combined_probability(probabilities: np.ndarray) -> tuple[float, float, float]:
    """Chance of at least one of several events in the same time: ``1 - prod(1 - p)`` if they are independent.

    Parameters
    ----------
    probabilities : numpy.ndarray
        Of each event, all over the same time [1].

    Raises
    ------
    RangeError
        If a probability is not between 0 and 1.

    References
    ----------
    Product of independent chances; Frechet (1935) for the bounds where nothing is known of their dependence.

    Examples
    --------
    >>> round(float(combined_probability([0.1, 0.01, 0.001])), 6)
    0.109891
    """
    given = np.atleast_1d(np.asarray(probabilities, dtype=float))
    # small chances keep their digits: 1 - prod(1 - p) would lose those below 1e-16
    with np.errstate(divide="ignore"):
        either = -np.expm1(np.log1p(-given).sum())
    return float(either), float(given.max()), float(min(given.sum(), 1.0))
