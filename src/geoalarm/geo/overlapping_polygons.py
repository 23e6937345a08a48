"""Polygons of one layer that lie on top of each other: a place told twice, by whatever name."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import shapely

from geoalarm.core.array_cache import kept_arrays

ROUNDING_SHARE: Final = 1e-6
"""Two polygons that share less than this part of the smaller one only touch [1]."""

STACKED: Final = 30
"""A layer of neighbours has some three pairs of meeting boxes for each polygon; one with more than this many
lies in layers.
"""

MOST_PAIRS: Final = 5_000_000

_VERSION: Final = "overlaps 1"
_AT_ONCE: Final = 500
_LOOKED_AT: Final = 1_000


@dataclass(frozen=True, slots=True)
class OverlappingPairs:
    """Pairs of polygons whose insides meet.

    Attributes
    ----------
    first, second : numpy.ndarray of int
        Positions of both, the first the lower.
    share_first, share_second : numpy.ndarray
        Part of each that lies in the other [1].
    """

    first: np.ndarray
    second: np.ndarray
    share_first: np.ndarray
    share_second: np.ndarray

    @property
    def share(self) -> np.ndarray:
        """Part of the smaller of the two that lies in the larger [1]."""
        return np.maximum(self.share_first, self.share_second)

    def only(self, mask: np.ndarray) -> OverlappingPairs:
        """The pairs where ``mask`` is true."""
        return OverlappingPairs(
            self.first[mask], self.second[mask], self.share_first[mask], self.share_second[mask]
        )


def overlapping_pairs(shapes: np.ndarray) -> OverlappingPairs:
    """Pairs of polygons that share more than a common line, by area in their own system.

    Neighbours are told from others by their common lines (a valid coverage); only what is left is
    intersected. Where polygons lie in many layers on top of each other, the pairs that look most alike are
    enough: they are not all of them.

    Parameters
    ----------
    shapes : numpy.ndarray of shapely polygons
        Valid; empty ones meet none.
    """
    i, j = _meeting(shapes)
    if len(i) > STACKED * len(shapes):
        i, j = _most_alike(shapes, i, j)
    elif len(i):
        odd = ~shapely.is_empty(shapely.coverage_invalid_edges(shapes))
        kept = odd[i] | odd[j]
        i, j = i[kept], j[kept]
    common = shapely.area(shapely.intersection(shapes[i], shapes[j]))
    shares = [np.minimum(common / shapely.area(shapes[side]), 1.0) for side in (i, j)]
    pairs = OverlappingPairs(i, j, *shares)
    return pairs.only(pairs.share > ROUNDING_SHARE)


def _meeting(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs whose boxes meet, each once; at most about :data:`MOST_PAIRS`."""
    tree, found, count = shapely.STRtree(shapes), [np.zeros((2, 0), dtype="int64")], 0
    for start in range(0, len(shapes), _AT_ONCE):
        i, j = tree.query(shapes[start : start + _AT_ONCE])
        found.append(np.stack([i + start, j])[:, i + start < j])
        count += found[-1].shape[1]
        if count > MOST_PAIRS:
            break
    pairs = np.concatenate(found, axis=1)
    order = np.lexsort((pairs[1], pairs[0]))
    return pairs[0][order], pairs[1][order]


def _most_alike(shapes: np.ndarray, i: np.ndarray, j: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The pairs whose boxes are most alike, in order."""
    apart = np.abs(shapely.bounds(shapes[i]) - shapely.bounds(shapes[j])).max(axis=1)
    best = np.sort(np.argsort(apart, kind="stable")[:_LOOKED_AT])
    return i[best], j[best]


def kept_pairs(shapes: np.ndarray, *, cache: Path | None = None) -> OverlappingPairs:
    """:func:`overlapping_pairs`, from a folder where the same polygons were looked at before."""
    if cache is None:
        return overlapping_pairs(shapes)
    digest = hashlib.sha256(_VERSION.encode())
    for blob in shapely.to_wkb(shapes):
        digest.update(blob)
    path = Path(cache) / f"overlaps-{digest.hexdigest()[:32]}.npz"
    return OverlappingPairs(**kept_arrays(path, lambda: asdict(overlapping_pairs(shapes))))
