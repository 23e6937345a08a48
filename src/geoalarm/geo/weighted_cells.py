"""Weights of cells by row of a matrix, in whole numbers: sums of them are the same in any order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class WeightedCells(NamedTuple):
    """Cells one by one.

    Attributes
    ----------
    starts : numpy.ndarray of int64
        With which entry each row begins; one more than there are.
    cells : numpy.ndarray of int32 or int64
        Position of the cell of each entry in the values.
    weights : numpy.ndarray of int64
        Its weight.
    """

    starts: np.ndarray
    cells: np.ndarray
    weights: np.ndarray


class WeightedRuns(NamedTuple):
    """Cells of one weight that follow each other.

    Attributes
    ----------
    starts : numpy.ndarray of int64
        With which run each row begins; one more than there are.
    first, last : numpy.ndarray of int64
        Position of its first cell in the values, and the one behind its last.
    weights : numpy.ndarray of int64
        Weight of each of its cells.
    """

    starts: np.ndarray
    first: np.ndarray
    last: np.ndarray
    weights: np.ndarray


class WeightedIndex(NamedTuple):
    """People and area of the cells of each row.

    Attributes
    ----------
    people : WeightedCells
        Cells where somebody lives.
    edges : WeightedCells
        Area of cells that lie in the row in part.
    runs : WeightedRuns
        Area of cells that lie in it wholly.
    """

    people: WeightedCells
    edges: WeightedCells
    runs: WeightedRuns
