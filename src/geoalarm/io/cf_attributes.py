"""Attributes of CF variables as plain values: files hold texts as bytes and numbers as arrays."""

from __future__ import annotations

from typing import Any

import numpy as np


def text_of_attribute(value: Any) -> str:
    """An attribute as text; empty where there is none."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").strip("\0 ")
    if isinstance(value, np.ndarray):
        return text_of_attribute(value.flat[0]) if value.size == 1 else ""
    is_empty = value is None or type(value).__name__ == "Empty"  # an attribute without a value, of h5py
    return "" if is_empty else str(value).strip()


def numbers_of_attribute(value: Any) -> list[float]:
    """An attribute as numbers; none where it holds none."""
    if value is None:
        return []
    try:
        return [float(one) for one in np.atleast_1d(np.asarray(value)).ravel()]
    except (TypeError, ValueError):
        return []


def shortest(number: float) -> float:
    """The number that a single float stands for: 0.01, not 0.009999999776, also where a text format (JSON of
    Zarr) wrote all its digits.
    """
    with np.errstate(over="ignore"):
        single = np.float32(number)
    return float(str(single)) if float(single) == number else number
