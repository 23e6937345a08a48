"""An index over several hazards, ``I = sum w_k s_k``, with its bounds, and ranks that say how far they can be
trusted.

No cut-off is built in: how many people make a class is a choice of those who compare, and it is given as rows
that stay the same whatever is compared. Weights are given too. An unknown hazard may be of any class, so it
widens the bounds.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from geoalarm.core.errors import InputError
from geoalarm.core.registry import FlaggedOutputs, ModelInput, at_least_zero, model, positive

CLASSES: Final = (1, 2, 3, 4, 5)
_CLASS: Final = ModelInput("1", CLASSES[0], CLASSES[-1])
_SOURCE: Final = "index of this project: I = sum w_k s_k, classes 1 to 5 by fixed cut-offs, weights explicit"


@model(
    inputs={
        "people": at_least_zero("1"),
        "cutoffs": at_least_zero("1"),
        "population": positive("1"),
    },
    outputs={"score": "1", "measured": "1"},
    source="classes 1 to 5 by fixed cut-offs, absolute or per 1000 inhabitants (choice of this project)",
)
def exposure_class(
    people: float, cutoffs: np.ndarray, *, population: float | None = None
) -> tuple[int, float]:
    """Class 1 to 5 of a number of exposed people by four fixed cut-offs: absolute, or per 1000 inhabitants.

    ``s = 1 + (how many cut-offs <= x)``, with ``x = people`` or ``x = 1000 people / population``.

    A cut-off belongs to the class above it. None is built in: give those of your study, and the same for
    every commune.

    Parameters
    ----------
    people : float
        Exposed [1].
    cutoffs : numpy.ndarray
        Lower bounds of the classes 2, 3, 4 and 5, rising: people, or people per 1000 inhabitants [1].
    population : float, optional
        Of the commune; with it the class is by people per 1000 inhabitants [1].

    Raises
    ------
    RangeError
        If a number is negative.
    InputError
        If the cut-offs are not four rising numbers, or more people are exposed than live there.

    References
    ----------
    Choice of this project.

    Examples
    --------
    >>> [exposure_class(people, [1, 10, 100, 1000]).value for people in (0, 1, 99.9, 100, 5000)]
    [1, 2, 3, 4, 5]
    >>> exposure_class(30, [1, 5, 20, 50], population=2000)["measured"]
    15.0
    """
    bounds = require_cutoffs(cutoffs)
    if population is not None and people > population * (1 + 1e-9):
        raise InputError(
            "input 'people'", got=f"{people:g}", expected=f"no more than the {population:g} inhabitants"
        )
    measured = people if population is None else 1000 * people / population
    return int(score_of(np.asarray(measured), bounds)), float(measured)


@model(
    inputs={"scores": _CLASS, "weights": at_least_zero("1"), "scores_low": _CLASS, "scores_high": _CLASS},
    outputs={"index": "1", "low": "1", "high": "1", "highest": "1"},
    source=_SOURCE,
    may_be_missing=(
        "low",
        "high",
    ),
)
def risk_index(
    scores: np.ndarray,
    weights: np.ndarray,
    *,
    scores_low: np.ndarray | None = None,
    scores_high: np.ndarray | None = None,
) -> FlaggedOutputs:
    """Index of a place over several hazards, ``I = sum w_k s_k``, its bounds, and the highest class, which a
    sum may hide.

    An unknown hazard has bounds from 1 to 5. Without bounds the index has none (NaN), and no rank may be made
    of it.

    Parameters
    ----------
    scores : numpy.ndarray
        Class of each hazard, 1 to 5 [1].
    weights : numpy.ndarray
        Of each hazard; they are used as they are [1].
    scores_low, scores_high : numpy.ndarray, optional
        Lowest and highest class that each hazard may have [1].

    Raises
    ------
    RangeError
        If a class is not from 1 to 5, or a weight is negative.
    InputError
        If the lists are not of one length, all weights are 0, a class is no whole number, or the bounds do
        not hold the class.

    References
    ----------
    Choice of this project.

    Examples
    --------
    >>> found = risk_index([3, 1, 4], [0.5, 0.3, 0.2], scores_low=[2, 1, 3], scores_high=[4, 5, 5])
    >>> [round(found[name], 3) for name in ("index", "low", "high", "highest")]
    [2.6, 1.9, 4.5, 4]
    """
    share = np.atleast_1d(np.asarray(weights, dtype=float))
    middle = _classes("scores", scores, len(share))
    if not share.any():
        raise InputError("input 'weights'", got="only zeros", expected="at least one above 0")
    flags = [] if np.isclose(share.sum(), 1) else [f"weights_do_not_add_up_to_1: {share.sum():g}"]
    if (scores_low is None) != (scores_high is None):
        raise InputError("bounds of the classes", got="one of them", expected="scores_low and scores_high")
    if scores_low is None or scores_high is None:
        return FlaggedOutputs(
            (float(share @ middle), np.nan, np.nan, int(middle.max())), (*flags, "uncertainty_not_given")
        )
    low, high = (
        _classes("scores_low", scores_low, len(share)),
        _classes("scores_high", scores_high, len(share)),
    )
    if (low > middle).any() or (middle > high).any():
        raise InputError(
            "bounds of the classes",
            got="a class outside its bounds",
            expected="scores_low <= scores <= scores_high",
        )
    return FlaggedOutputs(
        (float(share @ middle), float(share @ low), float(share @ high), int(middle.max())), tuple(flags)
    )


@model(
    inputs={"index": at_least_zero("1"), "low": at_least_zero("1"), "high": at_least_zero("1")},
    outputs={"rank": "1", "best": "1", "worst": "1"},
    source="ranks of intervals: a place may be anywhere that the bounds of the others allow (choice of "
    "this project)",
)
def index_rank(
    index: np.ndarray, low: np.ndarray | None = None, high: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rank of each place by its index, 1 the highest, and the first and last rank that the bounds allow.

    ``rank = 1 + (how many I_j > I)``, ``best = 1 + (how many low_j > high)``, ``worst = 1 + (how many high_j
    > low)``.

    Where the ranks of two places overlap, which of them comes first is not known.

    Parameters
    ----------
    index : numpy.ndarray
        Of each place [1].
    low, high : numpy.ndarray
        Its bounds; without them there is no rank [1].

    Raises
    ------
    InputError
        If the bounds are missing, of another length, or do not hold the index.

    References
    ----------
    Choice of this project.

    Examples
    --------
    >>> found = index_rank([4.0, 2.5, 2.4], [3.8, 2.0, 2.2], [4.4, 3.0, 2.6])
    >>> found["rank"].tolist(), found["best"].tolist(), found["worst"].tolist()
    ([1.0, 2.0, 3.0], [1.0, 2.0, 2.0], [1.0, 3.0, 3.0])
    """
    if low is None or high is None:
        raise InputError(
            "rank of an index",
            got="no bounds",
            expected="low and high of each place",
            hint="risk_index gives them; no rank without its uncertainty",
        )
    middle, least, most = (np.atleast_1d(np.asarray(values, dtype=float)) for values in (index, low, high))
    if not middle.shape == least.shape == most.shape or (least > middle).any() or (middle > most).any():
        raise InputError(
            "bounds of an index",
            got="another length, or an index outside",
            expected="low <= index <= high for each place",
        )
    return ranks(middle, least, most)


def require_cutoffs(cutoffs: np.ndarray) -> np.ndarray:
    """Four rising numbers of 0 or more, as an array.

    Raises
    ------
    InputError
        If they are not.
    """
    bounds = np.atleast_1d(np.asarray(cutoffs, dtype=float))
    if (
        bounds.shape != (len(CLASSES) - 1,)
        or not np.isfinite(bounds).all()
        or bounds[0] < 0
        or (np.diff(bounds) <= 0).any()
    ):
        raise InputError(
            "cut-offs",
            got=bounds.tolist(),
            expected="four rising numbers: the lower bounds of the classes 2, 3, 4 and 5",
        )
    return bounds


def score_of(measured: np.ndarray, cutoffs: np.ndarray) -> np.ndarray:
    """Class of each value by its cut-offs; NaN stays NaN, since what is not known has no class."""
    found = np.searchsorted(cutoffs, measured, side="right") + 1.0
    return np.where(np.isnan(measured), np.nan, found)


def ranks(index: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rank, best and worst rank of intervals; equal places share the better one, and one without an index
    counts by its low.
    """
    at_least = np.where(np.isnan(index), low, index)
    rank = np.where(np.isnan(index), np.nan, 1.0 + (at_least[None, :] > index[:, None]).sum(axis=1))
    best = 1.0 + (low[None, :] > high[:, None]).sum(axis=1)
    other = ~np.eye(len(index), dtype=bool)
    worst = 1.0 + ((high[None, :] > low[:, None]) & other).sum(axis=1)
    return rank, best, worst


def whole_class(name: str, value: float) -> int:
    """A class as a whole number.

    Raises
    ------
    InputError
        If it is between two classes.
    """
    return int(_classes(name, np.asarray([value]), 1)[0])


def _classes(name: str, values: np.ndarray, count: int) -> np.ndarray:
    found = np.atleast_1d(np.asarray(values, dtype=float))
    if found.shape != (count,):
        raise InputError(f"input {name!r}", got=f"{found.size} classes", expected=f"{count}, one a weight")
    if (found != np.rint(found)).any():
        raise InputError(f"input {name!r}", got=found.tolist(), expected="whole numbers from 1 to 5")
    return found
