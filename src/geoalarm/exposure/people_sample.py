"""A hazard at the cells where people live, one after the other: many scenarios and thresholds are counted
without their rasters.

A sample is a small raster of its own, of an eighth of the cells where an eighth is lived in, and is counted
by the same loop. Depths may be kept in whole centimetres, in two bytes a cell: classes stay the same to the
cell, as long as their bounds are whole centimetres.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from geoalarm.core.errors import InputError
from geoalarm.exposure.lattice_index import LatticeIndex
from geoalarm.geo.kernels import sums_above
from geoalarm.geo.weighted_cells import BLOCK, IndexParts, WeightedIndex, weighted_index

NOT_KNOWN: Final = -32768
"""Stands for a depth that is not known, in centimetres."""

DEEPEST: Final = 32767
"""The deepest whole centimetre [cm]; the other way too, so that an offset can wet a dry cell."""


@dataclass(frozen=True)
class PeopleSample:
    """Cells of a raster's lattice where somebody lives in a commune.

    Attributes
    ----------
    cells : numpy.ndarray of int64
        Their positions in the raster, rising.
    weights : WeightedIndex
        People of each commune in them, by their place in the sample.
    people_unit : numpy.ndarray
        People of one unit of the weights, of each commune [1].
    """

    cells: np.ndarray
    weights: WeightedIndex
    people_unit: np.ndarray

    @classmethod
    def of(cls, index: LatticeIndex) -> PeopleSample:
        """The sample for rasters of a lattice; made once, it serves all of them."""
        lines, starts = index.of_people.lines, index.of_people.starts
        entries = lines[:, 3:]
        line, _ = np.nonzero(entries)
        entries, rows = entries[entries > 0], lines[line, 0].astype("int64")
        block = np.repeat(np.arange(len(starts) - 1), np.diff(starts))[line]
        at = block * BLOCK + (entries & np.uint64(BLOCK - 1)).astype("int64")
        cells, places = np.unique(at, return_inverse=True)
        order = np.lexsort((places, rows))
        none, people = np.zeros(len(order), "int64"), (entries >> np.uint64(7)).astype("int64")
        parts = IndexParts.of(rows[order], places[order], none, people[order], none, none > 0)
        weights = weighted_index([parts], -(-len(cells) // BLOCK), index.of_people.totals)
        return cls(cells, weights, index.people_unit)

    def take(self, raster: np.ndarray) -> np.ndarray:
        """The values of a raster at the cells."""
        taken: np.ndarray = raster.ravel()[self.cells]
        return taken

    def people_above(self, sample: np.ndarray, bounds: np.ndarray, no_data: float | None) -> np.ndarray:
        """People of each commune at or above each bound, and last where it is not known (communes, bounds +
        1) [1]; the same numbers as of the raster.
        """
        people, _ = sums_above(sample, bounds, no_data, self.weights)
        return people[:, :-1] * self.people_unit[:, None]

    def people_above_centimetres(self, sample: np.ndarray, bounds: np.ndarray) -> np.ndarray:
        """The same of a sample in :func:`centimetres`, by bounds in metres.

        Raises
        ------
        InputError
            If a bound is no whole centimetre: cells close to it could not be told apart.
        """
        whole, finite = np.rint(bounds * 100), bounds[np.isfinite(bounds)] * 100
        if np.abs(finite - np.rint(finite)).max(initial=0) > 1e-9:
            raise InputError(
                "class bounds of depths in centimetres",
                got=f"{bounds.tolist()} m",
                expected="whole centimetres",
                hint="keep the sample in metres, as it was taken",
            )
        return self.people_above(sample, whole, NOT_KNOWN)


def centimetres(depths: np.ndarray, no_data: float | None) -> np.ndarray:
    """Depths in whole centimetres: the largest that is no more than the depth, so that a depth reaches the
    same whole centimetres in both; less by under 1 cm, :data:`NOT_KNOWN` for what is not known.

    Parameters
    ----------
    depths : numpy.ndarray of float32 or float64
        [m].
    no_data : float, optional
        Stands for a depth that is not known, beside NaN.

    Returns
    -------
    numpy.ndarray of int16
        [cm].

    Raises
    ------
    InputError
        If a depth is beyond :data:`DEEPEST`, or infinite.
    """
    unknown = np.isnan(depths) | (depths == (np.nan if no_data is None else depths.dtype.type(no_data)))
    known = np.where(unknown, 0, depths)
    if len(known) and not np.abs(known).max() * 100 < DEEPEST:
        raise InputError(
            "depths in centimetres",
            got=f"{np.abs(known).max():g} m",
            expected=f"less than {DEEPEST / 100:g} m",
            hint="keep the sample in metres, as it was taken",
        )
    steps = (np.arange(-DEEPEST, DEEPEST + 1) / 100).astype(depths.dtype)  # as bounds are in this type
    found = np.floor(known.astype("float64") * 100).astype("int64")
    found += steps[found + 1 + DEEPEST] <= known
    found -= steps[found + DEEPEST] > known
    return np.where(unknown, NOT_KNOWN, found).astype("int16")
