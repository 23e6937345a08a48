"""People inside one unit, spread by a stated rule: dasymetric shares, and whole people that still add up.

A cell of area ``a`` and weight ``w`` gets ``P a w / sum(a w)`` of the unit's
``P`` people.
"""

from __future__ import annotations

import math

import numpy as np

from geoalarm.core.errors import InputError


def dasymetric(total: float, areas: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Share the people of one unit over its cells in proportion to area times weight.

    Parameters
    ----------
    total : float
        People in the unit [1], zero or more.
    areas : numpy.ndarray
        dims (cell), area of each cell in the unit, in any one unit of area, zero or more.
    weights : numpy.ndarray
        dims (cell), how densely each cell is lived in beside the others [1], zero or more; a zero keeps a
        cell empty.

    Returns
    -------
    numpy.ndarray
        dims (cell), people [1], float64, never NaN; sums to ``total`` within 1e-9 of it.

    Raises
    ------
    InputError
        If a value is negative, NaN or infinite, the lengths differ, or people have no cell to be in.
    """
    if not math.isfinite(total) or total < 0:
        raise InputError(
            "people to be spread",
            got=total,
            expected="a finite number, zero or more",
            hint="check the unit's total",
        )
    area, weight = np.asarray(areas, dtype="float64"), np.asarray(weights, dtype="float64")
    if area.shape != weight.shape or area.ndim != 1:
        raise InputError(
            "areas and weights of the cells",
            got=f"shapes {area.shape} and {weight.shape}",
            expected="one area and one weight a cell",
            hint="pass two flat arrays of one length",
        )
    for values, what in ((area, "areas"), (weight, "weights")):
        if not np.all(np.isfinite(values)) or np.any(values < 0):
            raise InputError(
                f"{what} of the cells",
                got="negative, NaN or infinite values",
                expected="finite numbers, zero or more",
                hint="clip or complete them first",
            )
    if total == 0:
        return np.zeros_like(area)
    product = area * weight
    whole = product.sum()
    if whole == 0:
        raise InputError(
            "no cell can take the people of the unit",
            got=f"{len(area)} cells, all of weight or area 0",
            expected="at least one cell with area and weight",
            hint="give a small weight to the rest of the unit",
        )
    return total * (product / whole)


def largest_remainder(shares: np.ndarray, total: int | None = None) -> np.ndarray:
    """Whole people from shares, by largest remainder: each cell gets its whole part, the rest goes to the
    largest fractions.

    Parameters
    ----------
    shares : numpy.ndarray
        dims (cell), people [1], zero or more.
    total : int, optional
        People to give out; the rounded sum of ``shares`` by default.

    Returns
    -------
    numpy.ndarray
        dims (cell), int64, summing to ``total`` exactly and within one of each share. Equal fractions go to
        the earlier cell.

    Raises
    ------
    InputError
        If a share is negative, NaN or infinite, or ``total`` is more than half a person away from their sum.
    """
    values = np.asarray(shares, dtype="float64")
    if not np.all(np.isfinite(values)) or np.any(values < 0):
        raise InputError(
            "shares to be rounded",
            got="negative, NaN or infinite values",
            expected="finite numbers, zero or more",
            hint="spread the people with dasymetric first",
        )
    wanted = int(np.rint(values.sum())) if total is None else int(total)
    if abs(values.sum() - wanted) > 0.5 + 1e-9 * max(1.0, abs(wanted)):
        raise InputError(
            "total of the shares",
            got=f"{values.sum():g}",
            expected=f"{wanted} within half a person",
            hint="scale the shares to the total first",
        )
    whole = np.floor(values).astype("int64")
    left = wanted - int(whole.sum())
    fraction = np.round(values - whole, 12)
    order = np.argsort(-fraction, kind="stable")
    if (
        left < 0
    ):  # the shares are whole but for rounding: take back from the smallest fractions that have someone
        order = order[::-1][whole[order[::-1]] > 0]
    whole[order[: abs(left)]] += 1 if left > 0 else -1
    return whole
