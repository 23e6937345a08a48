"""From values to classes, for the table and for every picture: half-open bounds in the raster's own dtype,
codes, or fractions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from geoalarm.core.errors import InputError
from geoalarm.core.model import MOST_CLASSES, Footprint, IntensityClass
from geoalarm.exposure.cell_counts import known


@dataclass(frozen=True)
class ClassedRaster:
    """A footprint raster as shares of class per cell.

    ``shares[k]`` is flat in row order [1]: 0 or 1 for classes, a fraction for ``kind='fraction'``; ``mapped``
    likewise.
    """

    labels: tuple[str, ...]
    shares: tuple[np.ndarray, ...]
    mapped: np.ndarray

    @property
    def any_class(self) -> np.ndarray:
        """Share of each cell in any class [1]."""
        return self.from_class("")

    def from_class(self, label: str) -> np.ndarray:
        """Share of each cell in this class or a more severe one [1]; every class where the label is empty."""
        first = self.labels.index(label) if label else 0
        return sum(self.shares[first:], np.zeros_like(self.mapped))

    def mapped_to(self, units: Callable[[np.ndarray], np.ndarray]) -> ClassedRaster:
        """The same shares over other units, by a function that turns shares of cells into shares of units."""
        return ClassedRaster(self.labels, tuple(units(share) for share in self.shares), units(self.mapped))


def classify(footprint: Footprint) -> ClassedRaster:
    """Share of each cell in each class.

    Raises
    ------
    InputError
        If a fraction lies outside 0 to 1, or classes overlap or leave gaps.
    """
    values, valid = known(footprint.data)
    return classify_values(footprint, values.ravel(), valid.ravel())


def classify_values(footprint: Footprint, values: np.ndarray, valid: np.ndarray) -> ClassedRaster:
    """Share of each cell in each class, from flat values and which of them are data; see :func:`classify`."""
    require_finite(values.dtype.kind == "f" and bool(np.isinf(values[valid]).any()), footprint)
    mapped = np.ones(valid.shape) if footprint.no_data == "dry" else valid.astype("float64")
    if footprint.kind == "fraction":
        return _fractions(footprint, values, valid, mapped)
    labels, codes = class_codes(footprint, values, valid)
    return ClassedRaster(
        labels, tuple((codes == k).astype("float64") for k in range(1, len(labels) + 1)), mapped
    )


def class_codes(
    footprint: Footprint, values: np.ndarray, valid: np.ndarray
) -> tuple[tuple[str, ...], np.ndarray]:
    """Labels of the classes from mild to severe, and the class of each value: k for the k-th, 0 for none.

    Of a fraction there is one class: any share of a cell that is not nothing.

    Raises
    ------
    InputError
        If classes overlap or leave gaps, or a raster without a list of its codes has no short one.
    """
    if footprint.kind == "fraction":
        return (_fraction_label(footprint),), (valid & (values > 0)).astype("int64")
    if footprint.kind == "intensity":
        codes = np.where(valid, interval_codes(values, footprint.classes) + 1, 0)
        return tuple(cls.label for cls in footprint.classes), codes
    classes = footprint.classes or found_classes(values, valid)
    codes = np.zeros(values.shape, dtype="int64")
    for k, value in enumerate(code_values(classes), start=1):
        codes[valid & (values == value)] = k
    return tuple(cls.label for cls in classes), codes


def found_classes(values: np.ndarray, valid: np.ndarray) -> tuple[IntensityClass, ...]:
    """The class codes that occur in a raster, 0 for none, in rising order.

    Raises
    ------
    InputError
        If they are not whole, or more than 100.
    """
    found = np.sort(pd.unique(values[valid & (values != 0)]))
    if len(found) > MOST_CLASSES or np.any(found != np.round(found)):
        raise InputError(
            "raster of classes",
            got=f"{len(found)} different values"
            + (", not all whole numbers" if len(found) <= MOST_CLASSES else ""),
            expected=f"at most {MOST_CLASSES} whole class codes, 0 for none",
            hint="give class bounds if the raster holds an intensity",
        )
    return tuple(IntensityClass(f"{int(code)}", float(code), float(code)) for code in found)


def interval_codes(values: np.ndarray, classes: tuple[IntensityClass, ...]) -> np.ndarray:
    """Position of the half-open class ``[lower, upper)`` of each value, -1 below the first and from the last
    bound up.

    Bounds are compared in the dtype of floating values: a float32 depth of 0.1 m is in ``[0.1, 0.5)``.

    Raises
    ------
    InputError
        If the classes overlap or leave a gap.
    """
    bounds = interval_bounds(classes, values.dtype)
    codes = np.searchsorted(bounds[:-1], values, side="right") - 1
    return np.where(values >= bounds[-1], -1, codes)


def interval_bounds(classes: tuple[IntensityClass, ...], dtype: np.dtype[Any]) -> np.ndarray:
    """Lower bounds of the classes and the upper one of the last, as values of a type are compared with them.

    Raises
    ------
    InputError
        If the classes overlap or leave a gap.
    """
    for below, above in pairwise(classes):
        if below.upper != above.lower:
            raise InputError(
                "class bounds",
                got=f"{below.label} then {above.label}",
                expected="classes that follow each other without gap or overlap",
                hint="interval_classes([0.1, 0.5, 1, 2])",
            )
    bounds = np.array([*(cls.lower for cls in classes), classes[-1].upper])
    return bounds.astype(dtype) if dtype.kind == "f" else bounds


def code_values(classes: tuple[IntensityClass, ...]) -> list[float]:
    """The number that stands for each class in a raster of classes."""
    return [cls.lower if cls.is_bounded else float(cls.label) for cls in classes]


def require_finite(found: bool, footprint: Footprint) -> None:
    """Refuse infinite intensities.

    Raises
    ------
    InputError
        If some were found.
    """
    if found:
        raise InputError(
            f"footprint {footprint.name!r}",
            got="infinite values",
            expected="finite intensities",
            hint="declare its no-data value",
        )


def _fractions(
    footprint: Footprint, values: np.ndarray, valid: np.ndarray, mapped: np.ndarray
) -> ClassedRaster:
    share = np.where(valid, values, 0).astype("float64")
    if share.size and (share.min() < 0 or share.max() > 1 + 1e-6):
        raise InputError(
            f"fraction raster of footprint {footprint.name!r}",
            got=f"values from {share.min():g} to {share.max():g}",
            expected="shares of a cell, 0 to 1",
            hint="divide percentages by 100, or declare the no-data value",
        )
    return ClassedRaster((_fraction_label(footprint),), (np.minimum(share, 1.0),), mapped)


def _fraction_label(footprint: Footprint) -> str:
    return footprint.classes[0].label if footprint.classes else "affected"
