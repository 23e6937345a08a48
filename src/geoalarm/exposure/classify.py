"""From raster values to classes: half-open bounds in the raster's own dtype, codes, or fractions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from geoalarm.core.errors import InputError
from geoalarm.core.model import Footprint, IntensityClass
from geoalarm.exposure.population_index import known


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
    if values.dtype.kind == "f" and np.isinf(values[valid]).any():
        raise InputError(
            f"footprint {footprint.name!r}",
            got="infinite values",
            expected="finite intensities",
            hint="declare its no-data value",
        )
    mapped = np.ones(valid.shape) if footprint.no_data == "dry" else valid.astype("float64")
    if footprint.kind == "fraction":
        return _fractions(footprint, values, valid, mapped)
    if footprint.kind == "intensity":
        codes = np.where(valid, interval_codes(values, footprint.classes), -1)
        labels = tuple(cls.label for cls in footprint.classes)
    else:
        codes, labels = _named_codes(values, valid, footprint.classes)
    return ClassedRaster(labels, tuple((codes == k).astype("float64") for k in range(len(labels))), mapped)


def interval_codes(values: np.ndarray, classes: tuple[IntensityClass, ...]) -> np.ndarray:
    """Position of the half-open class ``[lower, upper)`` of each value, -1 below the first and from the last
    bound up.

    Bounds are compared in the dtype of floating values: a float32 depth of 0.1 m is in ``[0.1, 0.5)``.

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
    bounds = np.array([cls.lower for cls in classes])
    top = np.array(classes[-1].upper)
    if values.dtype.kind == "f":
        bounds, top = bounds.astype(values.dtype), top.astype(values.dtype)
    codes = np.searchsorted(bounds, values, side="right") - 1
    return np.where(values >= top, -1, codes)


def _named_codes(
    values: np.ndarray, valid: np.ndarray, classes: tuple[IntensityClass, ...]
) -> tuple[np.ndarray, tuple[str, ...]]:
    if not classes:
        found = np.unique(values[valid & (values != 0)])
        if len(found) > 100 or np.any(found != np.round(found)):
            raise InputError(
                "raster of classes",
                got=f"{len(found)} different values, not all whole numbers"
                if len(found) <= 100
                else f"{len(found)} different values",
                expected="at most 100 whole class codes, 0 for none",
                hint="give class bounds if the raster holds an intensity",
            )
        classes = tuple(IntensityClass(f"{int(code)}", float(code), float(code)) for code in found)
    codes = np.full(values.shape, -1)
    for k, cls in enumerate(classes):
        codes[valid & (values == (cls.lower if cls.is_bounded else float(cls.label)))] = k
    return codes, tuple(cls.label for cls in classes)


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
    label = footprint.classes[0].label if footprint.classes else "affected"
    return ClassedRaster((label,), (np.minimum(share, 1.0),), mapped)
